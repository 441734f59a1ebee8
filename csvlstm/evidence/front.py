"""The first rows of an audit workbook: the verdict, how to read it, who prepared it, and who signs."""

from typing import NamedTuple

from . import sheet_words as words
from .page import Page

FRONT_ROWS = 7
"""How many rows it takes."""


class Front(NamedTuple):
    """What the top of a sheet says; only the first sheet of a workbook says how it was `prepared`, and is signed."""

    title: str
    prepared: str = ""

    def write(self, page: Page, overall: str, passing: str) -> None:
        """Write the rows with the formulas of the overall verdict and of how many rows pass."""
        looks, sheet = page.looks, page.sheet
        sheet.set_row(0, 24)
        page.text("A", 1, self.title, looks.title)
        sheet.set_row(1, 28)
        page.text("A", 2, "OVERALL", looks.bold)
        page.figure("B", 2, overall, looks.overall)
        page.figure("C", 2, passing, looks.bold)
        for row, line in enumerate(words.ABOUT, start=3):
            page.text("A", row, line)
        if self.prepared:
            page.text("A", 5, self.prepared)
            sheet.set_row(5, 24)
            page.text("A", 6, words.SIGNATURES[0], looks.about)
            sheet.set_row(6, 24)
            page.text("A", 7, words.SIGNATURES[1], looks.about)
