"""The audit as a workbook: what is seen first, the sheet of each layer, the files cell for cell, and spot checks.

The same input gives the same bytes at the same time, which SOURCE_DATE_EPOCH fixes: nothing of the machine is in it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ..layouts.arrays import Span
from ..layouts.plan import Move
from .columns_sheet import write_columns
from .figures_sheet import INPUTS, LayerSheet
from .formulas import red_where
from .front import Front
from .looks import Looks, looks
from .lookups import write_spot_checks
from .overall_sheet import write_summary
from .page import Page, on_a4
from .places_sheet import places_of, write_places
from .sheet_words import title
from .value_sheets import LayerSheets, ValueSheet, is_computed

_LONGEST = 100
_DATE = datetime(2000, 1, 1)
_CELL = re.compile(r"([A-Z]+)([0-9]+)")
_ON_A_PAGE = 24
"""So many columns of numbers are legible side by side."""


def write_workbook(
    file: IO[bytes],
    layers: Sequence[LayerSheets],
    template: bool,
    prepared: str,
    folder: str | None = None,
    advance: Callable[[int], object] = lambda cells: None,
) -> None:
    """Write the workbook of some layers, with empty value sheets for a template; `advance` is told each cell written.

    `prepared` says how. What does not fit into memory lies in `folder` meanwhile. Raises OSError where the file cannot
    be written.
    """
    book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
    book.set_properties({"title": "Audit of LSTM weights", "created": _DATE})
    formats = looks(book)
    _write_front(book, formats, layers, prepared)
    write_columns(Page(book.add_worksheet("columns"), formats), layers)
    write_places(Page(book.add_worksheet("places"), formats), layers, INPUTS)
    write_spot_checks(Page(book.add_worksheet("spot checks"), formats), layers, places_of(layers), INPUTS)
    for layer in layers:
        for shown in layer.sheets.values():
            sheet = book.add_worksheet(shown.title)
            _lay_out(sheet, shown)
            if not template:
                _write_values(sheet, shown, advance)
            _colour(sheet, formats, layer, shown)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None


def _write_front(book: Workbook, formats: Looks, layers: Sequence[LayerSheets], prepared: str) -> None:
    """Write the sheet of one layer, or the summary of a network and the sheet of each of its layers."""
    heading = title(layers[0].plan)
    if len(layers) > 1:
        write_summary(Page(book.add_worksheet("Summary"), formats), layers, Front(heading, prepared))
    for layer in layers:
        front = Front(heading, prepared) if len(layers) == 1 else Front(f"{layer.label}: {heading}")
        LayerSheet(Page(book.add_worksheet(layer.title), formats), layer).write(front)


def _lay_out(sheet: Worksheet, shown: ValueSheet) -> None:
    on_a4(sheet)
    sheet.print_row_col_headers()
    if shown.last_line[1] <= _ON_A_PAGE:
        sheet.fit_to_pages(1, 0)
    # In a header of a page, an ampersand begins a code.
    sheet.set_header(f"&L&A&R{shown.file[-_LONGEST:].replace('&', '&&')}")
    sheet.set_footer("&RPage &P of &N")
    if shown.lines_above:
        sheet.repeat_rows(0, shown.lines_above - 1)
    if shown.form.grid.index_column:
        sheet.repeat_columns(0, 0)
    if shown.lines_above or shown.form.grid.index_column:
        sheet.freeze_panes(shown.lines_above, int(shown.form.grid.index_column))


def _write_values(sheet: Worksheet, shown: ValueSheet, advance: Callable[[int], object]) -> None:
    header, index = shown.labels
    for column, label in enumerate(header):
        sheet.write_string(shown.form.skipped, column, label)
    for row, values in enumerate(shown.cells, start=shown.lines_above):
        if index:
            sheet.write_string(row, 0, index[row - shown.lines_above])
        for column, value in enumerate(values.tolist(), start=shown.form.grid.index_column):
            sheet.write_number(row, column, value)
        advance(len(values))


def _colour(sheet: Worksheet, formats: Looks, layer: LayerSheets, shown: ValueSheet) -> None:
    """Mark what differs from the other side red, and give each block the colour of its gate."""
    for move in layer.plan.moves:
        for span in move.sources:
            if layer.source(span.array) is shown:
                _colour_block(sheet, formats, layer, move, shown, span)
        if layer.target(move.target.array) is shown:
            _colour_block(sheet, formats, layer, move, shown, move.target)


def _colour_block(
    sheet: Worksheet, formats: Looks, layer: LayerSheets, move: Move, shown: ValueSheet, span: Span
) -> None:
    cells = shown.at(span.rows, span.columns).split("!")[1]
    # The first rule that holds decides, in every program; a scale of colours would hide the red one in some.
    sheet.conditional_format(cells, _rule(_red(layer, move, shown, span), formats.differs))
    sheet.conditional_format(cells, _rule("=TRUE", formats.shades[move.gate]))


def _rule(formula: str, look: Format) -> dict[str, object]:
    return {"type": "formula", "criteria": formula, "format": look, "stop_if_true": True}


def _red(layer: LayerSheets, move: Move, shown: ValueSheet, own: Span) -> str:
    """Give the rule of a block's first cell; its references move along with the cells."""
    inputs = [f"'{layer.title}'!{cell}" for cell in (INPUTS.gained, INPUTS.tolerance)]
    gained, tolerance = inputs[0] if move.gains_forget_bias else "", inputs[1] if is_computed(move) else ""
    target = _seen_from(
        shown, own, layer.target(move.target.array), move.target, (own is not move.target) and move.turned
    )
    sources = [
        _seen_from(shown, own, layer.source(span.array), span, (own is move.target) and move.turned)
        for span in move.sources
    ]
    return red_where(sources, target, gained, tolerance)


def _seen_from(shown: ValueSheet, own: Span, other: ValueSheet, span: Span, turned: bool) -> str:
    """Refer to the cell of another block that belongs to the first cell of one, and moves along with it."""
    first = other.cell(span.rows[0], span.columns[0])
    if other is shown and span == own:
        return first.split("!")[1]
    if turned == (shown.form.turned != other.form.turned):
        return first
    here = _absolute(shown.cell(own.rows[0], own.columns[0]).split("!")[1])
    place = f"COLUMN()-COLUMN({here})+1,ROW()-ROW({here})+1"
    return f"INDEX({_absolute(other.at(span.rows, span.columns))},{place})"


def _absolute(reference: str) -> str:
    sheet, _, cells = reference.rpartition("!")
    return f"{sheet}{'!' * bool(sheet)}" + _CELL.sub(r"$\1$\2", cells)
