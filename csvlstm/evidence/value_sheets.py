"""What lies where on the value sheets of an audit workbook: each CSV cell for cell, so that B7 there is B7 in the file.

A flat kernel is the exception: no formula can hold a single line against a rectangle, so it is shown reshaped.
"""

import math
import re
import sys
from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..converted.blocks import block_values
from ..converted.sets import Sides
from ..errors import CsvLstmError, Place, plural
from ..layouts.arrays import AnySizes
from ..layouts.arrays import Array as Described
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..names import readable
from ..reading.labels import Labels
from ..reading.shapes import Form, Grid
from ..reading.tables import Table, WeightSet
from ..verdict.results import a1_range, target_form

ROWS, COLUMNS = 2**20, 2**14
"""What a sheet holds, in every spreadsheet program that matters."""

CELLS = 2_000_000
"""Beyond this many cells spreadsheets take minutes to open a workbook, and gigabytes."""

OTHER_SHEETS = ("summary", "columns", "places", "spot checks")
"""The titles, in small letters, of the sheets that are of no layer."""

_LONGEST = 31
_NO_TITLE = re.compile(r"[\[\]:*?/\\']")
_MARGIN = 16
"""How far beyond the declared cells a sheet is searched for more."""


class ValueSheet(NamedTuple):
    """A sheet that shows a file: `cells` [rows, columns] are its numbers as they lie on it, beside the labels.

    `form` says how the declared table lies on the sheet, and `note` how the sheet differs from the file.
    """

    title: str
    file: str
    sha256: str
    form: Form
    cells: Array
    labels: Labels
    note: str = ""

    @property
    def lines_above(self) -> int:
        """The lines of the sheet above the numbers: a header row, and what stands above that."""
        return self.form.skipped + self.form.grid.header_row

    def at(self, rows: range, columns: range) -> str:
        """Give the reference to a block of the table, its rows and columns counted from 0."""
        return self._reference(a1_range(self.form, rows, columns))

    def cell(self, row: int, column: int) -> str:
        """Give the reference to one cell of the table, counted from 0."""
        return self._reference(self._address(row, column))

    def _address(self, row: int, column: int) -> str:
        return self.form.place("", row, column).address

    @property
    def table(self) -> str:
        """The reference to the whole declared table."""
        return self.at(range(self.form.rows), range(self.form.columns))

    @property
    def searched(self) -> str:
        """The reference to all that could be numbers, some way beyond the table."""
        return self._from_first(*self._size_searched)

    @property
    def first_row(self) -> str:
        """The reference to the first row of all that could be numbers."""
        return self._from_first(1, self._size_searched[1])

    @property
    def first_column(self) -> str:
        """The reference to the first column of all that could be numbers."""
        return self._from_first(self._size_searched[0], 1)

    @property
    def first(self) -> str:
        """The reference to the first number."""
        return self._reference(self._place(0, 0).address)

    @property
    def last_line(self) -> tuple[int, int]:
        """The last row and the last column that the declared table or the file needs, counted from 1."""
        grid, (rows, columns) = self.form.grid, self.cells.shape
        return max(grid.rows, rows) + self.lines_above, max(grid.columns, columns) + grid.index_column

    @property
    def _size_searched(self) -> tuple[int, int]:
        grid, (row, column) = self.form.grid, self.last_line
        return min(row + _MARGIN, ROWS) - self.lines_above, min(column + _MARGIN, COLUMNS) - grid.index_column

    def _from_first(self, rows: int, columns: int) -> str:
        return self._reference(f"{self._place(0, 0).address}:{self._place(rows - 1, columns - 1).address}")

    def _place(self, row: int, column: int) -> Place:
        return self.form.place_in_grid(self.file, row, column)

    def _reference(self, a1: str) -> str:
        return f"'{self.title}'!{a1}"


class LayerSheets(NamedTuple):
    """The value sheets of a layer by their titles without the layer's, and what the formulas start from.

    `title` is that of the sheet of its blocks, and `gained` what its forget cells gain. `wrong_pair` are two moves
    where the source of the first is not the target of the second; None where all are equal.
    """

    label: str
    plan: Plan
    sizes: AnySizes
    gained: float
    tolerance: float
    sheets: dict[str, ValueSheet]
    wrong_pair: tuple[Move, Move] | None
    title: str = "Audit"

    @property
    def cells(self) -> int:
        """The number of cells on the value sheets."""
        return sum(shown.cells.size for shown in self.sheets.values())

    def without_values(self) -> "LayerSheets":
        """Give the same sheets with nothing but the size of their values, so that those need not stay in memory."""
        sheets = {
            title: shown._replace(cells=np.broadcast_to(np.float64(0), shown.cells.shape))
            for title, shown in self.sheets.items()
        }
        return self._replace(sheets=sheets)

    def source(self, array: str) -> ValueSheet:
        """Give the sheet of an array of the source."""
        return self.sheets[source_title(self.plan, array)]

    def target(self, array: str) -> ValueSheet:
        """Give the sheet of an array of the target."""
        return self.sheets[array]


def source_title(plan: Plan, array: str) -> str:
    """Give the title of the sheet of an array of the source, which the target may have by the same name."""
    return f"{plan.source.key} {array}"


def layer_sheets(sides: Sides) -> LayerSheets:
    """Lay out the value sheets of a layer; raises CsvLstmError where a file does not fit on a sheet.

    >>> from csvlstm.converted.sets import read_sides
    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.network.topology import Cell
    >>> files = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> shown = layer_sheets(read_sides(Cell(files, Sizes(1, 1)), "sample_data/quirks/converted_D1_H1"))
    >>> shown.sheets["tf1 kernel"].table
    "'tf1 kernel'!A1:D2"
    """
    cell, plan, export = sides.cell, sides.plan, sides.export
    sheets = {source_title(plan, name): table for name, table in export.tables.items()}
    shown = [
        *(_source(title, table) for title, table in sheets.items()),
        *(_target(array, sides.converted.tables[array.name], export.sizes) for array in plan.target.arrays),
    ]
    # A file name may be no UTF-8, which a workbook is; it is shown as in messages then.
    shown = [sheet._replace(file=readable(sheet.file)) for sheet in shown]
    for sheet in shown:
        _refuse_size(sheet)
    label = " ".join(filter(None, (cell.layer, cell.direction))) or "LSTM"
    by_title = {sheet.title: sheet for sheet in shown}
    gained = next((float(sum(move.added)) for move in plan.moves if move.gains_forget_bias), 0.0)
    tolerance, wrong_pair = _tolerance(plan, export, gained), _wrong_pair(plan, export)
    return LayerSheets(label, plan, export.sizes, gained, tolerance, by_title, wrong_pair)


def titled(layers: Sequence[LayerSheets]) -> list[LayerSheets]:
    """Give the sheets of several layers titles of their own, which begin with the name of the layer.

    A sheet's title has 31 characters and not all signs, and no two are the same to a spreadsheet: a name that is too
    long, or taken, is cut after the number of its layer.
    """
    if len(layers) == 1:
        return list(layers)
    taken, named = {"", *OTHER_SHEETS, "history"}, []
    for number, layer in enumerate(layers, start=1):
        room = _LONGEST - 1 - max(map(len, layer.sheets))
        title = _NO_TITLE.sub("_", layer.label)
        if len(title) > room or title.lower() in taken:
            title = f"{number} {title}"[:room].rstrip()
        sheets = {name: shown._replace(title=f"{title} {name}") for name, shown in layer.sheets.items()}
        taken |= {title.lower(), *(shown.title.lower() for shown in sheets.values())}
        named.append(layer._replace(sheets=sheets, title=title))
    return named


def is_computed(move: Move) -> bool:
    """Whether the cells of a block are sums, which a workbook knows to its tolerance only."""
    return move.gains_forget_bias or len(move.sources) > 1


def _tolerance(plan: Plan, export: WeightSet, gained: float) -> float:
    """Allow the sums what is lost of a float64 by writing it with the 16 digits of a workbook."""
    arrays = [export.values[array.name] for array in plan.source.arrays if array.is_vector]
    largest = sum(float(np.max(np.abs(values))) for values in arrays) + abs(gained)
    return float(f"1e{math.ceil(math.log10(min(max(largest / 100, 1), sys.float_info.max))) - 12}")


def _wrong_pair(plan: Plan, export: WeightSet) -> tuple[Move, Move] | None:
    """Find two gates of one array that differ, those that the conversion puts elsewhere first."""
    values = export.values
    moves = [move for move in plan.moves if len(move.sources) == 1]
    elsewhere = sorted(moves, key=lambda move: move.sources[0].columns == move.target.columns)
    for first, second in permutations(elsewhere, 2):
        if first.target.array != second.target.array:
            continue
        source, other = block_values(first._replace(added=()), values), block_values(second, values)
        if source.shape == other.shape and (source != other).any():
            return first, second
    return None


def _source(title: str, table: Table) -> ValueSheet:
    form = table.form
    if form.as_it_is or form.turned:
        cells = table.values if form.as_it_is else table.values.T
        return ValueSheet(title, table.name, table.sha256, form, cells, table.labels, _above(form))
    grid = Grid(form.rows, form.columns, header_row=False, index_column=False)
    note = f"flat in the file ({form.grid} cells), and shown as {grid} cells: B7 there is not B7 in the file"
    reshaped = Form(form.rows, form.columns, grid, transposed=False)
    return ValueSheet(title, table.name, table.sha256, reshaped, table.values, Labels([], []), note)


def _target(array: Described, file: Table, sizes: AnySizes) -> ValueSheet:
    declared = target_form(array, sizes, is_column=file.values.shape[1] == 1)
    lying = file.form.grid
    grid = declared.grid._replace(header_row=lying.header_row, index_column=lying.index_column)
    form = declared._replace(grid=grid, skipped=file.form.skipped)
    return ValueSheet(array.name, file.name, file.sha256, form, file.values, file.labels, _above(form))


def _above(form: Form) -> str:
    """Say that comments above the table are not shown; their lines are there, so that addresses hold."""
    lines = plural(form.skipped, "line above the table is", f"{form.skipped} lines above the table are")
    return f"the {lines} left blank here" if form.skipped else ""


def _refuse_size(sheet: ValueSheet) -> None:
    rows, columns = sheet.last_line
    if rows > ROWS or columns > COLUMNS:
        found = f"its {rows:,} rows and {columns:,} columns fit on no sheet"
        limit = f"{ROWS:,} rows and {COLUMNS:,} columns at most"
        raise CsvLstmError(found, Place(sheet.file), expected=limit, advice="write audit.csv instead")
