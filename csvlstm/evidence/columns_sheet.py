"""The columns sheet of an audit workbook: of each unit of each gate its column, or row, in both layouts."""

from collections.abc import Sequence

from ..layouts.arrays import Operand, Span
from ..layouts.plan import Move
from .page import Page
from .value_sheets import LayerSheets, ValueSheet

_WIDTHS = (20, 8, 8, 22, 14, 14, 22, 14, 14, 14)


def write_columns(page: Page, layers: Sequence[LayerSheets]) -> None:
    """Write the sheet of some layers, one below the other."""
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width)
    page.print_on_a4(repeated=0)
    page.sheet.freeze_panes(1, 0)
    page.sheet.set_row(0, 31)
    frameworks = [layout.framework for layout in (layers[0].plan.source, layers[0].plan.target)]
    sides = [(f"Sheet of\n{name}", "Column\nor row", "First cell") for name in frameworks]
    page.texts(1, ["Layer", "Gate", "Unit", *sides[0], *sides[1], "Forget bias\nadded"], page.looks.head)
    row = 2
    for layer in layers:
        gaining = {move.gate for move in layer.plan.moves if move.gains_forget_bias}
        for move in layer.plan.moves:
            if move.operand is Operand.INPUT and move.sources:
                row = _write_gate(page, row, layer, move, move.gate in gaining)


def _write_gate(page: Page, row: int, layer: LayerSheets, move: Move, gains: bool) -> int:
    """Write the rows of a gate's units, and give the row below them."""
    taken = move.sources[0]
    here, there = layer.plan.source.array(taken.array), layer.plan.target.array(move.target.array)
    sides = [
        (layer.source(taken.array), taken, here.gates_along == "columns"),
        (layer.target(move.target.array), move.target, there.gates_along == "columns"),
    ]
    for unit in range(move.operand.outputs(layer.sizes)):
        page.text("A", row, layer.label, page.looks.text)
        page.text("B", row, move.gate.value if move.gate else "", page.looks.gates[move.gate])
        page.number("C", row, unit + 1, page.looks.whole)
        for first, side in zip("DG", sides, strict=True):
            _write_side(page, row, first, unit, *side)
        page.number("J", row, int(gains), page.looks.whole)
        row += 1
    return row


def _write_side(
    page: Page, row: int, first: str, unit: int, sheet: ValueSheet, span: Span, along_columns: bool
) -> None:
    at = (0, span.columns[unit]) if along_columns else (span.rows[unit], 0)
    page.text(first, row, sheet.title, page.looks.text)
    page.number(chr(ord(first) + 1), row, max(at) + 1, page.looks.whole)
    page.text(chr(ord(first) + 2), row, sheet.cell(*at).split("!")[1], page.looks.centred)
