"""The columns sheet of an audit workbook: of each TensorFlow 1 column its gate and unit, and where it goes in Keras."""

from collections.abc import Sequence
from typing import NamedTuple

from ..layouts.plan import Move, Plan
from .page import Page
from .value_sheets import LayerSheets

_HEAD = (
    "Layer",
    "TensorFlow 1 column",
    "Gate",
    "Unit",
    "First cell",
    "Keras column",
    "First cell",
    "Forget bias added",
)
_FIRST = 2


class Columns(NamedTuple):
    """Where the columns sheet says, of each TensorFlow 1 column of a layer, its gate, its Keras column and its gain."""

    gate: str
    target: str
    gain: str


def columns_of(layers: Sequence[LayerSheets]) -> list[Columns]:
    """Tell where the columns sheet, below its head, speaks of each layer: its columns C, F and H."""
    references, row = [], _FIRST
    for layer in layers:
        last = row + layer.sizes.columns - 1
        references.append(Columns(*(f"columns!${letter}${row}:${letter}${last}" for letter in "CFH")))
        row = last + 1
    return references


def write_columns(page: Page, layers: Sequence[LayerSheets]) -> None:
    """Write the sheet of some layers, one below the other."""
    page.sheet.set_column(0, len(_HEAD) - 1, 15)
    page.sheet.freeze_panes(1, 0)
    page.sheet.fit_to_pages(1, 0)
    page.sheet.set_row(0, 31)
    page.texts(1, _HEAD, page.looks.head)
    row = _FIRST
    for layer in layers:
        gaining = {move.gate for move in layer.plan.moves if move.gains_forget_bias}
        for move in across(layer.plan):
            for unit in range(len(move.target.columns)):
                _write_column(page, row, layer, move, unit)
                page.number("H", row, int(move.gate in gaining), page.looks.whole)
                row += 1


def across(plan: Plan) -> list[Move]:
    """Give the moves that take the columns of the source's first array, from the first column to the last."""
    return plan.source_bands(plan.source.arrays[0].name)[0]


def _write_column(page: Page, row: int, layer: LayerSheets, move: Move, unit: int) -> None:
    (taken,) = move.sources
    source, target = taken.columns[unit], move.target.columns[unit]
    sheets = (layer.source(taken.array), source), (layer.target(move.target.array), target)
    first = [sheet.form.place("", 0, at).address for sheet, at in sheets]
    assert move.gate
    page.text("A", row, layer.label, page.looks.text)
    page.number("B", row, source + 1, page.looks.whole)
    page.text("C", row, move.gate.value, page.looks.gates[move.gate])
    page.number("D", row, unit + 1, page.looks.whole)
    page.text("E", row, first[0], page.looks.text)
    page.number("F", row, target + 1, page.looks.whole)
    page.text("G", row, first[1], page.looks.text)
