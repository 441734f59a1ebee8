"""The spot checks of an audit workbook: the auditor types a row and a column, and sees that cell on both sides.

They go by the sizes and the columns sheet, not by the ranges of the blocks.
"""

from xlsxwriter.format import Format

from ..layouts.plan import Move
from .columns_sheet import Columns
from .formulas import Inputs, verdict
from .page import Page
from .value_sheets import LayerSheets, ValueSheet


def kernel_spot(page: Page, row: int, layer: LayerSheets, inputs: Inputs, columns: Columns) -> None:
    """Write the spot check of a cell of the export's kernel, whose rows beyond D are the recurrent kernel."""
    matrix = layer.plan.source.arrays[0].name
    export = layer.source(matrix)
    kernel, recurrent = (layer.target(band[0].target.array) for band in layer.plan.source_bands(matrix))
    is_input, behind = f"C{row}<={inputs.input_size}", f"C{row}-{inputs.input_size}"
    goes_to = f"INDEX({columns.target},D{row})"
    _typed(page, "C", row, layer.sizes.rows, f"={inputs.input_size}+{inputs.hidden_size}")
    _names(page, row, layer, "a cell of the kernel", inputs, columns)
    _shown(page, "F", row, _address(export, f"C{row}", f"D{row}"))
    _shown(page, "G", row, _address(kernel, f"IF({is_input},C{row},{behind})", goes_to))
    _shown(page, "H", row, f'IF({is_input},"{kernel.title}","{recurrent.title}")')
    cell = _looked_up(export, f"C{row}", f"D{row}")
    _shown(page, "I", row, cell, page.looks.number)
    found = f"{_looked_up(kernel, f'C{row}', goes_to)},{_looked_up(recurrent, behind, goes_to)}"
    _shown(page, "J", row, f"IF({is_input},{found})", page.looks.number)
    _judge(page, row, cell, f"I{row}=J{row}")


def bias_spot(page: Page, row: int, layer: LayerSheets, inputs: Inputs, columns: Columns) -> None:
    """Write the spot check of a value of the bias, with the forget bias where its column gains it."""
    gaining = _gaining(layer)
    export, bias = layer.source(gaining.sources[0].array), layer.target(gaining.target.array)
    goes_to = f"INDEX({columns.target},D{row})"
    page.number("C", row, 1, page.looks.whole)
    _names(page, row, layer, "a value of the bias", inputs, columns)
    _shown(page, "F", row, _address(export, f"C{row}", f"D{row}"))
    _shown(page, "G", row, _address(bias, f"C{row}", goes_to))
    page.text("H", row, bias.title, page.looks.centred)
    cell = _looked_up(export, f"C{row}", f"D{row}")
    _shown(page, "I", row, f"{cell}+INDEX({columns.gain},D{row})*{inputs.forget_bias}", page.looks.number)
    _shown(page, "J", row, _looked_up(bias, f"C{row}", goes_to), page.looks.number)
    _judge(page, row, cell, f"K{row}<={inputs.tolerance}")


def _gaining(layer: LayerSheets) -> Move:
    return next(move for move in layer.plan.moves if move.gains_forget_bias)


def _typed(page: Page, column: str, row: int, start: int, largest: str) -> None:
    """Write a yellow cell that takes a whole number from 1 on."""
    page.number(column, row, start, page.looks.input)
    allowed = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": largest}
    page.sheet.data_validation(f"{column}{row}", allowed)


def _names(page: Page, row: int, layer: LayerSheets, words: str, inputs: Inputs, columns: Columns) -> None:
    page.texts(row, [layer.label, words], page.looks.text)
    # A column of the forget gate to begin with, which moves and gains.
    _typed(page, "D", row, _gaining(layer).sources[0].columns.start + 1, f"={inputs.gates}*{inputs.hidden_size}")
    _shown(page, "E", row, f"INDEX({columns.gate},D{row})")


def _shown(page: Page, column: str, row: int, expression: str, look: Format | None = None) -> None:
    page.figure(column, row, f'=IFERROR({expression},"outside")', look or page.looks.centred)


def _judge(page: Page, row: int, cell: str, condition: str) -> None:
    page.figure("K", row, f'=IFERROR(ABS(I{row}-J{row}),"error")', page.looks.difference)
    page.text("L", row, "", page.looks.text)
    # INDEX takes 0 for a whole row or column.
    inside = (f"C{row}>0", f"D{row}>0", f"ISNUMBER({cell})")
    judged = verdict(*inside, f"ISNUMBER(K{row})", condition)
    page.figure("M", row, judged, page.looks.verdict)


def _looked_up(sheet: ValueSheet, row: str, column: str) -> str:
    """Look up a cell of a table by its row and column, counted from 1."""
    return f"INDEX({sheet.table},{column},{row})" if sheet.form.turned else f"INDEX({sheet.table},{row},{column})"


def _address(sheet: ValueSheet, row: str, column: str) -> str:
    """Give the A1 address of a cell of a table."""
    down, right = (column, row) if sheet.form.turned else (row, column)
    return f"ADDRESS(ROW({sheet.first})+{down}-1,COLUMN({sheet.first})+{right}-1,4)"
