"""What csvlstm refuses, and where in a file it found it."""

from collections.abc import Callable
from typing import NamedTuple

_SHOWN = 40


def a1(line: int, column: int) -> str:
    """Give the spreadsheet address of a cell, counted from 1.

    >>> a1(7, 3), a1(1, 28)
    ('C7', 'AB1')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{line}"


def shown(cell: str) -> str:
    """Give a cell between quotes for a message, and of a long one its start.

    >>> shown("#NAME?"), len(shown("7" * 100))
    ("'#NAME?'", 42)
    """
    return repr(cell if len(cell) <= _SHOWN else cell[: _SHOWN - 3] + "...")


def plural(number: int, one: str, more: str = "") -> str:
    """Give the word for so many: as it is for one, with an s or as `more` says for any other number.

    >>> plural(1, "cell"), plural(2, "cell"), plural(0, "number has", "numbers have")
    ('cell', 'cells', 'numbers have')
    """
    return one if number == 1 else more or f"{one}s"


class Place(NamedTuple):
    """Where something stands: a file and, where it is known, a line and a column, both counted from 1.

    >>> str(Place("k.csv", 7, 3))
    'k.csv: line 7, column 3 (C7)'
    """

    file: str
    line: int | None = None
    column: int | None = None

    @property
    def address(self) -> str:
        """The spreadsheet address, empty where no cell is meant."""
        return a1(self.line, self.column) if self.line and self.column else ""

    def __str__(self) -> str:
        if not self.line:
            return self.file
        column = f", column {self.column} ({self.address})" if self.column else ""
        return f"{self.file}: line {self.line}{column}"


Placing = Callable[[int, int], Place]
"""What tells where a line and a column of a text stand in a file."""


class CsvLstmError(ValueError):
    """Something that csvlstm refuses, said in one sentence: place, what was found, what was expected, what to do.

    >>> print(CsvLstmError("'1.2.3' is not a number", Place("k.csv", 7, 3), expected="a weight such as -0.5"))
    k.csv: line 7, column 3 (C7): '1.2.3' is not a number; expected a weight such as -0.5
    """

    def __init__(self, found: str, place: Place | None = None, *, expected: str = "", advice: str = "") -> None:
        self.found = found
        self.place = place
        self.expected = expected
        self.advice = advice
        super().__init__(found)

    def __str__(self) -> str:
        start = f"{self.place}: " if self.place else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{start}{self.found}{expected}{advice}"
