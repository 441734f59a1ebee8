"""Writing a sheet of figures: texts that are never formulas, formulas without a stored result, links, inputs.

Columns are letters and rows are counted from 1, as in the formulas. A workbook in constant memory takes the rows in
their order.
"""

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .. import __version__
from .formulas import EMPTY
from .looks import Looks

_A4 = 9


class Page:
    """A sheet to write, and how its cells look."""

    def __init__(self, sheet: Worksheet, looks: Looks) -> None:
        self.sheet = sheet
        self.looks = looks

    def print_on_a4(self, repeated: int | None = None, high: int = 0) -> None:
        """Print on A4 landscape, as wide as one page and so many pages high; rows up to one are on each page."""
        on_a4(self.sheet)
        self.sheet.hide_gridlines(2)
        self.sheet.fit_to_pages(1, high)
        self.sheet.set_footer(f"&Lcsvlstm {__version__}&C&A&RPage &P of &N")
        if repeated is not None:
            self.sheet.repeat_rows(0, repeated)

    def judged(self, cells: str) -> None:
        """Colour the verdicts of some cells."""
        looks = self.looks
        for word, look in (("PASS", looks.passed), ("FAIL", looks.failed), (EMPTY, looks.empty)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            self.sheet.conditional_format(cells, rule)

    def text(self, column: str, row: int, text: str, look: Format | None = None) -> None:
        """Write a text, whatever it begins with."""
        self.sheet.write_string(row - 1, _number(column), text, look)

    def texts(self, row: int, texts: Sequence[str], look: Format, first: str = "A") -> None:
        """Write texts side by side."""
        for column, text in enumerate(texts, start=_number(first)):
            self.sheet.write_string(row - 1, column, text, look)

    def merged(self, first: str, last: str, row: int, text: str, look: Format) -> None:
        """Write a text over some columns of a row."""
        self.sheet.merge_range(row - 1, _number(first), row - 1, _number(last), "", look)
        self.text(first, row, text, look)

    def number(self, column: str, row: int, number: float, look: Format | None = None) -> None:
        """Write a number."""
        self.sheet.write_number(row - 1, _number(column), number, look)

    def figure(self, column: str, row: int, formula: str, look: Format | None = None) -> None:
        """Write a formula; its stored result is empty, because programs would show it in place of computing."""
        if "TRANSPOSE(" in formula:
            # Older Excel turns ranges in array formulas only.
            at = _number(column)
            self.sheet.write_array_formula(row - 1, at, row - 1, at, f"{{{formula}}}", look, "")
        else:
            self.sheet.write_formula(row - 1, _number(column), formula, look, "")

    def link(self, column: str, row: int, reference: str, text: str, look: Format) -> None:
        """Write a link to a range of the same workbook."""
        self.sheet.write_url(row - 1, _number(column), f"internal:{reference}", look, text)


def on_a4(sheet: Worksheet) -> None:
    """Print a sheet on A4 landscape."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)


def _number(letter: str) -> int:
    return ord(letter) - ord("A")
