"""The summary sheet of the workbook of a network: one row a layer, and the verdict on all of them."""

from collections.abc import Sequence

from .figures_sheet import INPUTS, rows_of
from .formulas import overall
from .front import FRONT_ROWS, Front
from .page import Page
from .value_sheets import LayerSheets

_WIDTHS = (30, 22, 12, 14, 14, 20, 20, 14, 18, 16)
_HEAD = FRONT_ROWS + 1


def write_summary(page: Page, layers: Sequence[LayerSheets], front: Front) -> None:
    """Write the sheet: every figure is one of the sheet of a layer."""
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width)
    page.print_on_a4(repeated=_HEAD - 1)
    page.sheet.freeze_panes(_HEAD, 0)
    first, last = _HEAD + 1, _HEAD + len(layers)
    verdicts = f"J{first}:J{last}"
    page.judged(f"B2 {verdicts}")
    passing = f'=COUNTIF({verdicts},"PASS")&" of "&ROWS({verdicts})&" layers pass"'
    front.write(page, overall(verdicts), passing)
    source, target = layers[0].plan.source.framework, layers[0].plan.target.framework
    numbers = f"Numbers in\n{source}", f"Numbers in\n{target}"
    sizes = "Input\nsize D", "Hidden\nsize H", "Forget bias"
    page.sheet.set_row(_HEAD - 1, 31)
    page.texts(_HEAD, ["Layer", "Sheet", *sizes, *numbers, "Rows", "Cells\ndiffering", "Verdict"], page.looks.head)
    for row, layer in enumerate(layers, start=first):
        _write_layer(page, row, layer)


def _write_layer(page: Page, row: int, layer: LayerSheets) -> None:
    rows, sheet = rows_of(layer), f"'{layer.title}'!"
    page.text("A", row, layer.label, page.looks.text)
    page.link("B", row, f"{sheet}A1", layer.title, page.looks.link)
    for column, cell in zip("CD", INPUTS[:2], strict=True):
        page.figure(column, row, f"={sheet}{cell}", page.looks.whole)
    page.figure("E", row, f"={sheet}{INPUTS.gained}", page.looks.figure)
    for column, letter in zip("FG", "GH", strict=True):
        page.figure(column, row, f"={sheet}{letter}{rows.coverage}", page.looks.whole)
    page.figure("H", row, f"=ROWS({sheet}{rows.column('M')})", page.looks.whole)
    blocks = f"{sheet}L{rows.block(0)}:L{rows.coverage - 1}"
    page.figure("I", row, f"=SUM({blocks})", page.looks.whole)
    page.figure("J", row, f"={sheet}B2", page.looks.verdict)
