"""The exact half of the check: each of the 12 blocks of a converted set against its source, cell by cell."""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .layout import KERAS, TF1, Block, blocks, quarter_order
from .parsing import Text, count_lines, every_separator
from .shapes import Form, Grid
from .tables import Export, Table, lines, spans

IDENTICAL, DIFFERENT = "identical", "different"


class BlockResult(NamedTuple):
    """What the exact comparison found in one of the 12 blocks; the names are those of the JSON report."""

    part: str
    gate: str
    source_file: str
    source_range: str
    target_file: str
    target_range: str
    cells: int
    differing: int
    max_difference: float
    verdict: str


def compare_blocks(
    export: Export,
    texts: dict[str, Text],
    values: dict[str, NDArray[np.float64]],
    forget_bias: float,
    directory: str = "",
) -> list[BlockResult]:
    """Compare the 12 blocks: every value bit for bit as float64, every moved cell character for character.

    The forget block of the bias is compared with float(text) + float(forget bias), one IEEE addition. `texts` and
    `values` are those of the converted set, part by part.
    """
    text_is_moved = kernel_text_is_moved(export.kernel, texts)
    results = []
    for block in blocks(export.sizes):
        table = export.bias if block.source == "bias" else export.kernel
        source = _cut(table.values, block.source_rows, block.source_columns)
        target = _cut(np.atleast_2d(values[block.part]), block.target_rows, block.target_columns)
        computed = block.gains_forget_bias and forget_bias
        source = source + forget_bias if computed else source
        differs = source.view(np.int64) != target.view(np.int64)
        if not computed and (block.part == "bias" or not text_is_moved):
            differs |= _text_differs(block, table, texts[block.part])
        difference = float(np.max(np.abs(source - target))) if differs.any() else 0.0
        results.append(_block_result(block, table, int(np.count_nonzero(differs)), difference, directory))
    return results


def kernel_text_is_moved(kernel: Table, texts: dict[str, Text]) -> bool:
    """Tell whether the text of both kernels, quarters swapped back, is the plain form of the export byte for byte."""
    at = 0
    for part in ("kernel", "recurrent_kernel"):
        for piece in _swapped_back(texts[part], kernel.form.columns):
            if not kernel.text.startswith(piece, at):
                return False
            at += len(piece)
    return at == len(kernel.text)


def _swapped_back(text: Text, columns: int) -> Iterator[bytes]:
    """Yield the lines of a converted text with its quarters in the export's order, as long as it has lines at all."""
    # Found anew, so that a mistake in the spans that the text was moved by cannot hide here.
    ends = every_separator(text, columns // 4)
    line_ends = ends[3::4].tolist()
    if len(ends) == 4 * count_lines(text) and all(text[end : end + 1] == b"\n" for end in line_ends):
        yield from lines(text, spans(ends)[:, quarter_order(KERAS, TF1)])


def _cut(array: NDArray[Any], rows: range, columns: range) -> NDArray[Any]:
    return np.ascontiguousarray(array[rows.start : rows.stop, columns.start : columns.stop])


def _text_differs(block: Block, table: Table, text: Text) -> NDArray[np.bool_]:
    source = _cut(_cells(table.text, table.form.columns), block.source_rows, block.source_columns)
    cells = _cells(text, table.form.columns)
    if len(cells) != len(block.target_rows):
        return np.ones(source.shape, np.bool_)
    differs: NDArray[np.bool_] = source != _cut(cells, block.target_rows, block.target_columns)
    return differs


def _cells(text: Text, columns: int) -> NDArray[Any]:
    """Cut a text into its cells [rows, columns]; one of another shape has none that could be compared."""
    rows = [line.split(b",") for line in text[:].removesuffix(b"\n").split(b"\n")]
    is_column = all(len(row) == 1 for row in rows)
    cells = [cell for row in rows for cell in row]
    fits = text[-1:] == b"\n" and (is_column or all(len(row) == columns for row in rows)) and len(cells) % columns == 0
    return np.array(cells if fits else [], object).reshape(-1, columns)


def _block_result(block: Block, table: Table, differing: int, difference: float, directory: str) -> BlockResult:
    return BlockResult(
        block.part,
        block.gate.value,
        table.name,
        _range(table.form, block.source_rows, block.source_columns),
        os.path.join(directory, f"{block.part}.csv"),
        _range(_target_form(block, table.form), block.target_rows, block.target_columns),
        block.cells,
        differing,
        difference,
        DIFFERENT if differing else IDENTICAL,
    )


def _target_form(block: Block, source: Form) -> Form:
    """A bias lies in its file as the export's bias does, a matrix as it is."""
    flat = block.part == "bias" and source.grid.columns == 1
    rows, columns = (source.columns, 1) if flat else (source.rows, source.columns)
    return Form(
        source.rows, source.columns, Grid(rows, columns, header_row=False, index_column=False), transposed=False
    )


def _range(form: Form, rows: range, columns: range) -> str:
    """Give the A1 range of a block from its first cell to its last, in the file as it lies there."""
    first, last = form.place("", rows[0], columns[0]), form.place("", rows[-1], columns[-1])
    return f"{first.address}:{last.address}"
