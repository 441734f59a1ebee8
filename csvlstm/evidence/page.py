"""Writing a sheet of figures: texts that are never formulas, formulas without a stored result, links, inputs.

Columns are letters and rows are counted from 1, as in the formulas. A workbook in constant memory takes the rows in
their order.
"""

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .looks import Looks


class Page:
    """A sheet to write, and how its cells look."""

    def __init__(self, sheet: Worksheet, looks: Looks) -> None:
        self.sheet = sheet
        self.looks = looks

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


def _number(letter: str) -> int:
    return ord(letter) - ord("A")
