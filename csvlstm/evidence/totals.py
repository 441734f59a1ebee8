"""Control totals: for each of the 12 blocks of a layer both files and ranges, both sums, and how the cells compare."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..converted.blocks import block_values
from ..errors import plural
from ..layouts.arrays import Span
from ..layouts.gates import Sizes
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..network.topology import Cell
from ..numbers.damage import Damage
from ..numbers.sums import exact_sum
from ..reading.tables import Table, WeightSet
from ..verdict.behaviour import EXACT
from ..verdict.comparison import compare_converted, fit_shape
from ..verdict.results import DIFFERENT, LEVELS, BlockResult, a1_range
from ..verdict.shown import as_html, frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..verdict.diagnosis import Finding


class Layer(NamedTuple):
    """One cell to audit: its export with the damage that it shows, and its converted set."""

    cell: Cell
    export: WeightSet
    converted: WeightSet
    damage: list[Damage]

    @property
    def name(self) -> str | None:
        """The name of its layer, None for a cell that stands alone."""
        return self.cell.layer or None

    @property
    def direction(self) -> str | None:
        """Its direction in a layer of two."""
        return self.cell.direction or None

    @property
    def forget_bias(self) -> float:
        """The declared forget bias."""
        return self.cell.forget_bias


class BlockTotals(NamedTuple):
    """One block: a row of audit.csv, in the names of the contract.

    Sums are exact and rounded once; None where one is beyond float64. `expected_difference` is what the forget bias
    adds to the sum. `differing` counts the cells that miss the next stricter level, `equal_as_float32` those that are
    equal only as float32, and `first_source` and `first_target` are the addresses of the first that misses it.
    `note` says how the cells of the source lie in its range where that is no plain rectangle.
    """

    layer: str | None
    direction: str | None
    part: str
    gate: str
    source_file: str
    source_range: str
    source_sha256: str
    target_file: str
    target_range: str | None
    target_sha256: str
    cells: int
    source_sum: float | None
    target_sum: float | None
    expected_difference: float | None
    differing: int
    equal_as_float32: int
    max_difference: float | None
    first_source: str | None
    first_target: str | None
    verdict: str
    note: str


class LayerAudit(NamedTuple):
    """What was found in a layer: its rows, how its files were read, the damage of its export, and both layouts."""

    name: str | None
    direction: str | None
    sizes: Sizes
    forget_bias: float
    recognised: list[str]
    rows: list[BlockTotals]
    warnings: list[Damage]
    source: str
    target: str

    @property
    def verdict(self) -> str:
        """The worst verdict of its blocks."""
        return _worst(self.rows)


class AuditReport(NamedTuple):
    """What was found in all layers, the file that it was written to, and what weights.csv says wrongly of a network."""

    layers: Sequence[LayerAudit]
    written: str = ""
    findings: "Sequence[Finding]" = ()

    @property
    def rows(self) -> list[BlockTotals]:
        """The rows of all layers."""
        return [row for layer in self.layers for row in layer.rows]

    @property
    def warnings(self) -> list[Damage]:
        """The damage that shows in the exports of all layers."""
        return [damage for layer in self.layers for damage in layer.warnings]

    @property
    def verdict(self) -> str:
        """The worst verdict of the layers."""
        return _worst(self.rows)

    @property
    def equivalent(self) -> bool:
        """Whether the converted sets may be used in place of the exports."""
        return self.verdict != DIFFERENT and not self.findings

    def to_dict(self) -> dict[str, Any]:
        """Give the report by the names of the contract, as JSON has it."""
        from .statements import as_json

        return as_json(self)

    def to_frame(self) -> "DataFrame":
        """Give the rows of audit.csv as a DataFrame."""
        return frame(BlockTotals._fields, self.rows)

    def __repr__(self) -> str:
        """Say in one line what was found."""
        return f"<csvlstm audit: {self.sentence}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows: the verdict, and the rows."""
        return as_html(self.sentence, BlockTotals._fields, self.rows)

    @property
    def sentence(self) -> str:
        """The verdict with its figures."""
        cells, differing = sum(row.cells for row in self.rows), sum(row.differing for row in self.rows)
        return f"{self.verdict}: {differing} of {cells} cells differ in {len(self.rows)} blocks"


def audit_layer(layer: Layer) -> LayerAudit:
    """Compare the 12 blocks of a layer, and take the control totals of both sides.

    >>> from csvlstm.converted.sets import read_alone
    >>> from csvlstm.network.topology import read_cell
    >>> folder = "sample_data/quirks"
    >>> cell = Cell(f"{folder}/kernel_D1_H1.csv", f"{folder}/bias_D1_H1.csv", Sizes(1, 1))
    >>> row = audit_layer(Layer(cell, read_cell(cell), read_alone(f"{folder}/converted_D1_H1"), [])).rows[9]
    >>> row.part, row.gate, row.source_range, row.target_range, row.source_sum, row.target_sum, row.expected_difference
    ('bias', 'f', 'C1:C1', 'B1:B1', 0.03, 1.03, 1.0)
    """
    export = layer.export
    plan = layer.cell.plan
    results = compare_converted(plan, export, layer.converted, EXACT)
    rows = [_row(layer, plan, move, result) for move, result in zip(plan.moves, results, strict=True)]
    about = layer.name, layer.direction, export.sizes, layer.forget_bias, export.recognised
    return LayerAudit(*about, rows, layer.damage, plan.source.key, plan.target.key)


def _row(layer: Layer, plan: Plan, move: Move, result: BlockResult) -> BlockTotals:
    tables = [layer.export.tables[span.array] for span in move.sources]
    file = layer.converted.tables[move.target.array]
    values = fit_shape(plan.target.array(move.target.array), file.values, plan.sizes)
    target = None if values is None else move.target.cut(values)
    gained = float(sum(move.added))
    return BlockTotals(
        layer.name,
        layer.direction,
        *result[:4],
        " + ".join(dict.fromkeys(table.sha256 for table in tables)),
        *result[4:6],
        file.sha256,
        move.target.cells,
        _sum(block_values(move._replace(added=()), layer.export.values)),
        None if target is None else _sum(target),
        _finite(move.target.cells * gained),
        result.differing,
        0 if target is None else _only_as_float32(layer, move, result, target),
        result.max_difference,
        result.first_source,
        result.first_target,
        result.verdict,
        _note(plan, move, tables, file, fits=values is not None),
    )


def _only_as_float32(layer: Layer, move: Move, result: BlockResult, target: Array) -> int:
    """Count the cells that differ as float64 and not as float32."""
    differing = int(np.count_nonzero(target != block_values(move, layer.export.values)))
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


def _worst(rows: Sequence[BlockTotals]) -> str:
    return max((row.verdict for row in rows), key=LEVELS.index)
