"""The exact half of the check: each of the 12 blocks of a converted set against its source, cell by cell."""

import os
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cells import Quarters
from .layout import KERAS, KERNELS, TF1, Block, blocks, quarter_order
from .parsing import Text, count_lines, every_separator, release
from .results import DIFFERENT, IDENTICAL, BlockResult, Target, block_result, target_form
from .tables import Export, Table, lines, spans

Cells = NDArray[np.object_]
"""The texts of cells, as bytes [rows, columns]."""


def compare_blocks(
    export: Export,
    texts: dict[str, Text],
    values: dict[str, Quarters],
    forget_bias: float,
    directory: str = "",
    labels: bool = False,
    text_is_moved: bool | None = None,
) -> list[BlockResult]:
    """Compare the 12 blocks: every value bit for bit as float64, every moved cell character for character.

    The forget block of the bias is compared with float(text) + float(forget bias), one IEEE addition. `texts` and
    `values` are those of the converted set, part by part, the values of each as four quarters; in its files they may
    have `labels` beside them. Who knows already that the text of the kernels is moved says so.
    """
    if text_is_moved is None:
        text_is_moved = kernel_text_is_moved(export, texts)
    is_column, columns = export.bias.form.grid.columns == 1, export.sizes.columns
    results = []
    for part, of_part in groupby(blocks(export.sizes), key=lambda block: block.part):
        form = target_form(part, export.sizes, is_column, labels)
        file = Target(os.path.join(directory, f"{part}.csv"), form)
        table = export.table_of(part)
        is_moved = text_is_moved and part in KERNELS
        cells = None if is_moved else (_cells(table.text, columns), _cells(texts[part], columns))
        results += [_compare(block, table, values[part], cells, forget_bias, file) for block in of_part]
    return results


def _compare(
    block: Block, table: Table, values: Quarters, cells: tuple[Cells, Cells] | None, forget_bias: float, file: Target
) -> BlockResult:
    """Compare the values of a block, and its `cells` too, those of the export and those of the part, where given."""
    source = cut(table.values, block.source_rows, block.source_columns)
    target = values[KERAS.quarter(block.gate)]
    computed = block.gains_forget_bias and forget_bias
    source = source + forget_bias if computed else source
    differs = source.view(np.int64) != target.view(np.int64)
    if cells and not computed:
        differs |= _text_differs(block, *cells)
    if not differs.any():
        return block_result(block, table, file, differs, 0.0, IDENTICAL)
    return block_result(block, table, file, differs, float(np.max(np.abs(source - target))), DIFFERENT)


def kernel_text_is_moved(export: Export, texts: dict[str, Text]) -> bool:
    """Tell whether the text of both kernels, quarters swapped back, is the plain form of the export byte for byte."""
    return all(part_is_moved(export, part, texts[part]) for part in KERNELS)


def part_is_moved(export: Export, part: str, text: Text) -> bool:
    """Tell whether the text of one kernel, quarters swapped back, is that of its rows in the export byte for byte.

    That of a bias never is: its forget bias makes it another text.
    """
    if part not in KERNELS:
        return False
    kernel = export.kernel
    behind_row_d = int(kernel.spans[0][export.sizes.input_size][0])
    at, end = (0, behind_row_d) if part == KERNELS[0] else (behind_row_d, len(kernel.text))
    for piece in _swapped_back(text, kernel.form.columns):
        if not kernel.text.startswith(piece, at):
            return False
        at += len(piece)
    release(text)
    return at == end


def _swapped_back(text: Text, columns: int) -> Iterator[bytes]:
    """Yield the lines of a converted text with its quarters in the export's order, as long as it has lines at all."""
    # Found anew, so that a mistake in the spans that the text was moved by cannot hide here.
    ends = every_separator(text, columns // 4)
    line_ends = ends[3::4].tolist()
    if len(ends) == 4 * count_lines(text) and all(text[end : end + 1] == b"\n" for end in line_ends):
        quarters = spans(ends)
        yield from lines(text, [quarters[quarter] for quarter in quarter_order(KERAS, TF1)])


def cut(array: NDArray[Any], rows: range, columns: range) -> NDArray[Any]:
    """Cut a block out of a table, as a view of it."""
    return array[rows.start : rows.stop, columns.start : columns.stop]


def _text_differs(block: Block, source: Cells, target: Cells) -> NDArray[np.bool_]:
    of_source = cut(source, block.source_rows, block.source_columns)
    if len(target) != len(block.target_rows):
        return np.ones(of_source.shape, np.bool_)
    differs: NDArray[np.bool_] = of_source != cut(target, block.target_rows, block.target_columns)
    return differs


def _cells(text: Text, columns: int) -> Cells:
    """Cut a text into its cells [rows, columns]; one of another shape has none that could be compared."""
    rows = [line.split(b",") for line in text[:].removesuffix(b"\n").split(b"\n")]
    is_column = all(len(row) == 1 for row in rows)
    cells = [cell for row in rows for cell in row]
    fits = text[-1:] == b"\n" and (is_column or all(len(row) == columns for row in rows)) and len(cells) % columns == 0
    return np.array(cells if fits else [], object).reshape(-1, columns)
