"""The exact half of the check: each block of a converted set against its source, cell by cell."""

import os
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..converted.blocks import block_values
from ..converted.same_text import edges_found_anew, moved_arrays
from ..layouts.arrays import Span
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..reading.scanning import Text
from ..reading.tables import WeightSet
from .results import DIFFERENT, IDENTICAL, BlockResult, Target, block_result, target_form

Cells = NDArray[np.object_]
"""The texts of cells, as bytes [rows, columns]."""


def compare_blocks(
    plan: Plan,
    export: WeightSet,
    texts: Mapping[str, Text],
    values: Mapping[Span, Array],
    directory: str = "",
    labels: bool = False,
    moved: set[str] | None = None,
) -> list[BlockResult]:
    """Compare all blocks: every value bit for bit as float64, every moved cell character for character.

    A computed cell is compared with the float64 sum. `texts` are those of the arrays of the converted set, in whose
    files they may have `labels` beside them, and `values` those of its blocks. `moved` are the arrays whose text is
    known to be moved.
    """
    moved = moved_arrays(plan, export, edges_found_anew(plan, texts)) if moved is None else moved
    sources = _SourceCells(export)
    results = []
    for array in plan.target.arrays:
        form = target_form(array, plan.sizes, export.vectors_are_columns, labels)
        file = Target(os.path.join(directory, f"{array.name}.csv"), form)
        cells = None if array.name in moved else _cells(texts[array.name], form.columns)
        for move in plan.into(array.name):
            differs = None
            if cells is not None and move.is_moved:
                differs = _text_differs(sources.of(move), cells if len(cells) == form.rows else None, move)
            results.append(_compare(move, export, values[move.target], differs, file))
    return results


class _SourceCells(dict[str, Cells]):
    """The texts of the cells of an export's tables, cut when they are first used."""

    def __init__(self, export: WeightSet) -> None:
        super().__init__()
        self._tables = export.tables

    def __missing__(self, array: str) -> Cells:
        table = self._tables[array]
        self[array] = _cells(table.text, table.form.columns)
        return self[array]

    def of(self, move: Move) -> Cells:
        """Give the texts of the one block that a move takes, as they stand in the target."""
        (source,) = move.sources
        return source.cut(self[source.array]).T if move.turned else source.cut(self[source.array])


def _compare(
    move: Move, export: WeightSet, target: Array, text_differs: NDArray[np.bool_] | None, file: Target
) -> BlockResult:
    """Compare the values of a block; cells whose text differs differ, too."""
    source = block_values(move, export.values)
    differs = source.view(np.int64) != target.view(np.int64)
    if text_differs is not None:
        differs |= text_differs
    if not differs.any():
        return block_result(move, export.tables, file, differs, 0.0, IDENTICAL)
    return block_result(move, export.tables, file, differs, float(np.max(np.abs(source - target))), DIFFERENT)


def _text_differs(source: Cells, target: Cells | None, move: Move) -> NDArray[np.bool_]:
    if target is None:
        return np.ones(source.shape, np.bool_)
    differs: NDArray[np.bool_] = source != move.target.cut(target)
    return differs


def _cells(text: Text, columns: int) -> Cells:
    """Cut a text into its cells [rows, columns]; one of another shape has none that could be compared."""
    rows = [line.split(b",") for line in text[:].removesuffix(b"\n").split(b"\n")]
    is_column = all(len(row) == 1 for row in rows)
    cells = [cell for row in rows for cell in row]
    fits = text[-1:] == b"\n" and (is_column or all(len(row) == columns for row in rows)) and len(cells) % columns == 0
    return np.array(cells if fits else [], object).reshape(-1, columns)
