"""The spot checks of an audit workbook: type a row and a column, and see that cell in both files.

They go both ways, from a cell of the export to the converted file and back, and by the places sheet, not by the ranges
of the blocks.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from xlsxwriter.format import Format

from ..layouts.plan import Move
from .formulas import Inputs, verdict
from .page import Page
from .places_sheet import PlaceColumns, Places
from .value_sheets import LayerSheets, ValueSheet, is_computed

_WIDTHS = (18, 20, 8, 8, 9, 7, 7, 20, 8, 8, 9, 18, 18, 11, 9, 13)
_SIDE = ("Sheet of\n{}", "Row", "Column", "Cell")
_ABOUT = (
    "Type a row and a column into the yellow cells: those of the table, counted from 1, without labels. The first "
    "lines of a layer lead from {source} to {target}, the others back."
)
_HEAD = 2


def write_spot_checks(page: Page, layers: Sequence[LayerSheets], places: Sequence[Places], inputs: Inputs) -> None:
    """Write for each block of each layer a line from the source to the target, then for each a line back."""
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width)
    page.print_on_a4(repeated=_HEAD - 1)
    page.sheet.freeze_panes(_HEAD, 0)
    source, target = (layout.framework for layout in (layers[0].plan.source, layers[0].plan.target))
    page.text("A", 1, _ABOUT.format(source=source, target=target))
    page.sheet.set_row(_HEAD - 1, 31)
    sides = [[word.format(name) for word in _SIDE] for name in (source, target)]
    values = f"{source}\n(+ forget bias)", target, "Difference", "Numbers", "Verdict"
    page.texts(_HEAD, ["Layer", *sides[0], "Block", "Gate", *sides[1], *values], page.looks.head)
    row = _HEAD + 1
    for layer, placed in zip(layers, places, strict=True):
        there = Inputs(*(f"'{layer.title}'!{cell}" for cell in inputs))
        lines = [(number, move) for number, move in enumerate(layer.plan.moves) if move.sources]
        for back, number, move in [(back, *line) for back in (False, True) for line in lines]:
            _Lookup(page, row, layer, placed, there).write(number, move, back)
            row += 1
    page.judged(f"P{_HEAD + 1}:P{row}")


class _Side(NamedTuple):
    """One side of a line: its sheets by their numbers, where blocks stand in them, and its columns of the line."""

    sheets: list[ValueSheet]
    places: PlaceColumns
    title: str
    down: str
    right: str
    address: str

    def chosen(self, block: str, row: int, found: Callable[[ValueSheet, str, str], str]) -> str:
        """Find something on that one of the sheets that a block stands on."""
        of_each = [found(sheet, f"{self.down}{row}", f"{self.right}{row}") for sheet in self.sheets]
        return f"CHOOSE(INDEX({self.places.number},{block}),{','.join(of_each)})"


class _Lookup:
    """A line: the cell of one side is typed, that of the other is found by the block that the typed one is in."""

    def __init__(self, page: Page, row: int, layer: LayerSheets, places: Places, inputs: Inputs) -> None:
        self._page, self._row, self._layer, self._places, self._inputs = page, row, layer, places, inputs
        self._block = f"$F{row}"
        arrays = layer.plan.source.arrays, layer.plan.target.arrays
        self._source = _Side([layer.source(array.name) for array in arrays[0]], places.source(0), *"BCDE")
        self._target = _Side([layer.target(array.name) for array in arrays[1]], places.target, *"HIJK")

    def write(self, number: int, move: Move, back: bool) -> None:
        """Write the line that begins with a cell of a block."""
        self._page.text("A", self._row, self._layer.label, self._page.looks.text)
        span = move.target if back else move.sources[0]
        typed, found = (self._target, self._source) if back else (self._source, self._target)
        sheet = self._layer.target(span.array) if back else self._layer.source(span.array)
        # Other cells of each block there and back, the same in every workbook of these sizes.
        down, right = (3 * number + 1, 5 * number) if back else (5 * number + 2, 3 * number + 1)
        at = span.rows[down % len(span.rows)] + 1, span.columns[right % len(span.columns)] + 1
        self._write_typed(typed, sheet, at)
        self._write_block(typed)
        self._write_found(found, typed, move.turned)
        self._write_values(move)

    def _write_typed(self, side: _Side, sheet: ValueSheet, at: tuple[int, int]) -> None:
        row = self._row
        self._page.text(side.title, row, sheet.title, self._page.looks.text)
        whole = {"validate": "integer", "criteria": ">=", "value": 1}
        for letter, start in zip((side.down, side.right), at, strict=True):
            self._page.number(letter, row, start, self._page.looks.input)
            self._page.sheet.data_validation(f"{letter}{row}", whole)
        self._shown(side.address, _address(sheet, f"{side.down}{row}", f"{side.right}{row}"))

    def _write_block(self, typed: _Side) -> None:
        """Find the block that the typed cell is in: a cell in none is in block 0."""
        sheet, down, right = (f"{letter}{self._row}" for letter in (typed.title, typed.down, typed.right))
        places = typed.places
        inside = f"({places.sheet}={sheet})*({places.row}<={down})*({down}<{places.row}+{places.rows})"
        beside = f"({places.column}<={right})*({right}<{places.column}+{places.columns})"
        numbers = self._places.column("B")
        self._page.figure("F", self._row, f"=SUMPRODUCT({inside}*{beside}*{numbers})", self._page.looks.whole)
        self._shown("G", self._of_block(self._places.column("C")))

    def _write_found(self, side: _Side, typed: _Side, turned: bool) -> None:
        """Find the cell of the other side: as far from the first cell of the block as the typed one."""
        typed_at = (typed.down, typed.places.row), (typed.right, typed.places.column)
        away = [f"{letter}{self._row}-{self._of_block(first)}" for letter, first in typed_at]
        down, right = away[::-1] if turned else away
        self._shown(side.title, self._of_block(side.places.sheet), self._page.looks.text)
        self._shown(side.down, f"{self._of_block(side.places.row)}+{down}")
        self._shown(side.right, f"{self._of_block(side.places.column)}+{right}")
        self._shown(side.address, side.chosen(self._block, self._row, _address))

    def _write_values(self, move: Move) -> None:
        page, row = self._page, self._row
        sources = [self._first_value()] + [self._second_value(move.turned)] * self._has_two
        target = self._target.chosen(self._block, row, _looked_up)
        gains = f"{self._of_block(self._places.column('D'))}*{self._inputs.gained}"
        self._shown("L", "+".join([*sources, gains]), page.looks.number)
        self._shown("M", target, page.looks.number)
        page.figure("N", row, f'=IFERROR(ABS(L{row}-M{row}),"error")', page.looks.difference)
        page.figure("O", row, f"=IFERROR(COUNT({','.join([*sources, target])}),0)", page.looks.whole)
        same = f"N{row}<={self._inputs.tolerance}" if is_computed(move) else f"L{row}=M{row}"
        found = f"O{row}={len(sources) + 1}", f"ISNUMBER(N{row})", same
        # A cell outside of all blocks is no empty one.
        page.figure("P", row, verdict(f"O{row}+(F{row}=0)", *found), page.looks.verdict)

    @property
    def _has_two(self) -> bool:
        return any(len(move.sources) > 1 for move in self._layer.plan.moves)

    def _first_value(self) -> str:
        value = self._source.chosen(self._block, self._row, _looked_up)
        constant = not all(move.sources for move in self._layer.plan.moves)
        return f"IF({self._of_block(self._source.places.number)}=0,0,{value})" if constant else value

    def _second_value(self, turned: bool) -> str:
        """Look up what is added to the first block, as far from its first cell as the target's cell from its block."""
        placed = self._places.source(1)
        target_at = (self._target.down, self._target.places.row), (self._target.right, self._target.places.column)
        away = [f"{letter}{self._row}-{self._of_block(first)}" for letter, first in target_at]
        down, right = away[::-1] if turned else away
        at = f"{self._of_block(placed.row)}+{down}", f"{self._of_block(placed.column)}+{right}"
        values = ",".join(_looked_up(sheet, *at) for sheet in self._source.sheets)
        number = self._of_block(placed.number)
        return f"IF({number}=0,0,CHOOSE({number},{values}))"

    def _of_block(self, column: str) -> str:
        """Look up what the places sheet says of the block that was found."""
        return f"INDEX({column},{self._block})"

    def _shown(self, column: str, expression: str, look: Format | None = None) -> None:
        # INDEX takes 0 for a whole row or column, and no block is number 0.
        shown = f'=IF({self._block}=0,"outside",IFERROR({expression},"outside"))'
        self._page.figure(column, self._row, shown, look or self._page.looks.centred)


def _looked_up(sheet: ValueSheet, row: str, column: str) -> str:
    """Look up a cell of a table by its row and column, counted from 1."""
    return f"INDEX({sheet.table},{column},{row})" if sheet.form.turned else f"INDEX({sheet.table},{row},{column})"


def _address(sheet: ValueSheet, row: str, column: str) -> str:
    """Give the A1 address of a cell of a table."""
    down, right = (column, row) if sheet.form.turned else (row, column)
    return f"ADDRESS(ROW({sheet.first})+{down}-1,COLUMN({sheet.first})+{right}-1,4)"
