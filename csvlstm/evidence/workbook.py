"""The audit as a workbook: the Audit sheet first, what each column is, and the files cell for cell.

The same input gives the same bytes: nothing of the day or the machine is in the file.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from .columns_sheet import columns_of, write_columns
from .front_sheet import AuditSheet
from .looks import LIGHT, STRONG, looks
from .page import Page
from .value_sheets import LayerSheets, ValueSheet

_LONGEST = 100
_DATE = datetime(2000, 1, 1)


def write_workbook(
    file: IO[bytes],
    layers: Sequence[LayerSheets],
    template: bool,
    folder: str | None = None,
    advance: Callable[[int], object] = lambda cells: None,
) -> None:
    """Write the workbook of some layers, with empty value sheets for a template; `advance` is told each cell written.

    What does not fit into memory lies in `folder` meanwhile. Raises OSError where the file cannot be written.
    """
    book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
    book.set_properties({"title": "Audit of LSTM weights", "created": _DATE})
    formats = looks(book)
    audit, columns = (book.add_worksheet(title) for title in ("Audit", "columns"))
    AuditSheet(Page(audit, formats), layers, columns_of(layers)).write()
    write_columns(Page(columns, formats), layers)
    for layer in layers:
        for shown in layer.sheets.values():
            sheet = book.add_worksheet(shown.title)
            _lay_out(sheet, shown)
            if not template:
                _write_values(sheet, shown, advance)
            _colour(sheet, layer, shown)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None


def _lay_out(sheet: Worksheet, shown: ValueSheet) -> None:
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # In a header of a page, an ampersand begins a code.
    sheet.set_header(f"&L&A&R{shown.file[-_LONGEST:].replace('&', '&&')}")
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


def _colour(sheet: Worksheet, layer: LayerSheets, shown: ValueSheet) -> None:
    """Shade each block by its values in the colour of its gate, so that the blocks are seen on both sides."""
    for move in layer.plan.moves:
        sides = [(layer.source(span.array), span) for span in move.sources]
        sides.append((layer.target(move.target.array), move.target))
        for side, span in sides:
            if side is shown and move.gate:
                scale = {"type": "2_color_scale", "min_color": LIGHT[move.gate], "max_color": STRONG[move.gate]}
                sheet.conditional_format(side.at(span.rows, span.columns).split("!")[1], scale)
