"""The places sheet of an audit workbook: where each block stands in both layouts, computed from the sizes.

The spot checks go by it, and not by the ranges that the blocks are compared in. Rows and columns are those of the
tables, counted from 1, without labels.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..layouts.arrays import AnySizes, Array, ProjectedSizes, Span
from ..layouts.plan import Move
from .formulas import Inputs
from .page import Page
from .value_sheets import LayerSheets

_HEAD = ("Layer", "Block", "Gate", "Forget bias\nadded")
_PLACE = ("Sheet of\n{}", "Its\nnumber", "First\nrow", "First\ncolumn", "Rows", "Columns")
_TARGET, _SOURCES = "E", ("K", "Q")
"""The first columns of the six that place a block in the target, and in one source or two."""


class Places(NamedTuple):
    """The rows of the places sheet that speak of a layer."""

    first: int
    last: int

    def column(self, letter: str) -> str:
        """Give the reference to a column of these rows."""
        return f"places!${letter}${self.first}:${letter}${self.last}"

    @property
    def target(self) -> "PlaceColumns":
        """Where the blocks stand in the target."""
        return self._placed(_TARGET)

    def source(self, number: int) -> "PlaceColumns":
        """Where the first or the second block stands that each is made of."""
        return self._placed(_SOURCES[number])

    def _placed(self, first: str) -> "PlaceColumns":
        return PlaceColumns(*(self.column(chr(ord(first) + at)) for at in range(len(_PLACE))))


class PlaceColumns(NamedTuple):
    """The references to the columns that place blocks on one side."""

    sheet: str
    number: str
    row: str
    column: str
    rows: str
    columns: str


def places_of(layers: Sequence[LayerSheets]) -> list[Places]:
    """Tell where the places sheet, below its head, speaks of each layer."""
    places, row = [], 2
    for layer in layers:
        places.append(Places(row, row + len(layer.plan.moves) - 1))
        row = places[-1].last + 1
    return places


def write_places(page: Page, layers: Sequence[LayerSheets], inputs: Inputs) -> None:
    """Write the sheet of some layers; `inputs` are the cells of the sizes on the sheet of any of them."""
    page.sheet.set_column(0, 0, 20)
    page.sheet.set_column(1, 21, 9)
    for first in (_TARGET, *_SOURCES):
        page.sheet.set_column(f"{first}:{first}", 20)
    page.print_on_a4(repeated=0)
    page.sheet.freeze_panes(1, 0)
    page.sheet.set_row(0, 31)
    plan = layers[0].plan
    sides = [plan.target.framework, *[plan.source.framework] * _sources(layers)]
    page.texts(1, [*_HEAD, *(word.format(side) for side in sides for word in _PLACE)], page.looks.head)
    for layer, places in zip(layers, places_of(layers), strict=True):
        there = Inputs(*(f"'{layer.title}'!{cell}" for cell in inputs))
        for number, move in enumerate(layer.plan.moves):
            _write_block(page, places.first + number, layer, number + 1, move, there)


def _sources(layers: Sequence[LayerSheets]) -> int:
    return max(len(move.sources) for layer in layers for move in layer.plan.moves)


def _write_block(page: Page, row: int, layer: LayerSheets, number: int, move: Move, inputs: Inputs) -> None:
    page.text("A", row, layer.label, page.looks.text)
    page.number("B", row, number, page.looks.whole)
    page.text("C", row, move.gate.value if move.gate else "", page.looks.gates[move.gate])
    page.number("D", row, int(move.gains_forget_bias), page.looks.whole)
    plan, target = layer.plan, layer.plan.target.array(move.target.array)
    at = plan.target.arrays.index(target)
    _write_place(
        page,
        row,
        _TARGET,
        layer.target(target.name).title,
        at,
        _span_of(target, move, move.target, layer.sizes),
        inputs,
    )
    if not move.sources:
        page.texts(row, ["constant"], page.looks.text, _SOURCES[0])
        page.number(chr(ord(_SOURCES[0]) + 1), row, 0, page.looks.whole)
    for first, span in zip(_SOURCES, move.sources, strict=False):
        array = plan.source.array(span.array)
        at = plan.source.arrays.index(array)
        _write_place(
            page, row, first, layer.source(array.name).title, at, _span_of(array, move, span, layer.sizes), inputs
        )


def _span_of(array: Array, move: Move, span: Span, sizes: AnySizes) -> Callable[[ProjectedSizes], Span]:
    """Give, for any sizes, the span that a move has in an array for some: that of one of the array's operands."""
    holding = [one for one in array.operands if array.holds(one, move.gate)]
    operand = next(one for one in holding if array.span(one, move.gate, sizes) == span)
    return lambda sizes: array.span(operand, move.gate, sizes)


def _write_place(
    page: Page, row: int, first: str, title: str, array: int, span: Callable[[ProjectedSizes], Span], inputs: Inputs
) -> None:
    numbers = (
        lambda sizes: span(sizes).rows.start + 1,
        lambda sizes: span(sizes).columns.start + 1,
        lambda sizes: len(span(sizes).rows),
        lambda sizes: len(span(sizes).columns),
    )
    page.text(first, row, title, page.looks.text)
    page.number(chr(ord(first) + 1), row, array + 1, page.looks.whole)
    for at, number in enumerate(numbers, start=2):
        page.figure(chr(ord(first) + at), row, f"={inputs.measured(number)}", page.looks.whole)
