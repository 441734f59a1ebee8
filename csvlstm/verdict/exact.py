"""The exact half of the check: each of the 12 blocks of a converted set against its source, cell by cell."""

import os
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..converted.same_text import kernel_text_is_moved
from ..layouts.layout import KERAS, KERNELS, Block, blocks
from ..layouts.references import Quarters
from ..reading.parsing import Text
from ..reading.tables import Export, Table
from .results import DIFFERENT, IDENTICAL, BlockResult, Target, block_result, target_form

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
