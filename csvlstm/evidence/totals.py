"""Control totals: of each block of a cell the files with their SHA-256, both sums, and how its cells lie in them."""

import math
from collections.abc import Sequence

import numpy as np

from ..converted.blocks import block_values
from ..errors import plural
from ..layouts.arrays import Span
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..numbers.sums import exact_sum
from ..reading.tables import Table, WeightSet
from ..verdict.comparison import fit_shape
from ..verdict.results import DIFFERENT, BlockResult, Totals, a1_range


def control_totals(plan: Plan, export: WeightSet, converted: WeightSet, blocks: Sequence[BlockResult]) -> list[Totals]:
    """Take the control totals of both sides of a cell, those of each of its compared blocks.

    >>> from csvlstm.converted.sets import read_sides
    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.network.topology import Cell
    >>> from csvlstm.verdict.behaviour import EXACT
    >>> from csvlstm.verdict.comparison import compare_converted
    >>> files = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> sides = read_sides(Cell(files, Sizes(1, 1)), "sample_data/quirks/converted_D1_H1")
    >>> both = sides.plan, sides.export, sides.converted
    >>> forget = control_totals(*both, compare_converted(*both, EXACT))[9]
    >>> forget.source_sum, forget.target_sum, forget.expected_difference
    (0.03, 1.03, 1.0)
    """
    files = converted.tables
    moves = zip(plan.moves, blocks, strict=True)
    return [_totals(plan, export, files[move.target.array], move, block) for move, block in moves]


def _totals(plan: Plan, export: WeightSet, file: Table, move: Move, block: BlockResult) -> Totals:
    tables = [export.tables[span.array] for span in move.sources]
    values = fit_shape(plan.target.array(move.target.array), file.values, plan.sizes)
    target = None if values is None else move.target.cut(values)
    return Totals(
        " + ".join(dict.fromkeys(table.sha256 for table in tables)),
        file.sha256,
        _sum(block_values(move._replace(added=()), export.values)),
        None if target is None else _sum(target),
        _finite(move.target.cells * float(sum(move.added))),
        0 if target is None else _only_as_float32(export, move, block, target),
        _note(plan, move, tables, file, fits=values is not None),
    )


def _only_as_float32(export: WeightSet, move: Move, result: BlockResult, target: Array) -> int:
    """Count the cells that differ as float64 and not as float32."""
    differing = int(np.count_nonzero(target != block_values(move, export.values)))
    return differing - result.differing if result.verdict == DIFFERENT else differing


def _sum(values: Array) -> float | None:
    try:
        return exact_sum(values)
    except OverflowError:
        return None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _note(plan: Plan, move: Move, tables: Sequence[Table], file: Table, fits: bool) -> str:
    notes = [_lying(span, table) for span, table in zip(move.sources, tables, strict=True)]
    if not fits:
        rows, columns = file.values.shape
        cells = f"{rows} x {columns} {plural(rows * columns, 'cell')}"
        expected = " x ".join(map(str, plan.target.array(move.target.array).shape(plan.sizes)))
        notes.append(f"{file.name} has {cells}, not {expected}")
    return "; ".join(filter(None, notes))


def _lying(span: Span, table: Table) -> str:
    """Say how the cells of a block lie in its range of a file whose lines are not the rows of the table."""
    form = table.form
    if form.as_it_is or form.rows == 1:
        return ""
    if form.turned:
        return "transposed: rows and columns are exchanged"
    rows, columns = span.rows, span.columns
    if form.transposed:
        pieces, cells, apart, first = len(columns), len(rows), form.rows, a1_range(form, rows, columns[:1])
    else:
        pieces, cells, apart, first = len(rows), len(columns), form.columns, a1_range(form, rows[:1], columns)
    turned = " and transposed" if form.transposed else ""
    pieces_of_cells = f"{pieces} pieces of {cells} {plural(cells, 'cell')}"
    return f"flat{turned}: {pieces_of_cells}, the first {first}, each {apart} cells after the one before"
