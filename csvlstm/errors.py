"""What csvlstm refuses, and where in a file it found it."""

from collections.abc import Callable
from typing import NamedTuple

_SHOWN = 40
_MARK = "\x1f"
_OF_A_ROW = ("input_size", "hidden_size", "forget_bias")


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


def argument(**named: object) -> str:
    """Give arguments for a message, which says them as Python does; the command line says the options in their place.

    An argument whose value does not matter is `...`.

    >>> print(CsvLstmError(f"do not fit {argument(input_size=3, hidden_size=5)}", expected=argument(header=True)))
    do not fit input_size=3 hidden_size=5; expected header=True
    """
    values = {name: "..." if value is ... else repr(value) for name, value in named.items()}
    return " ".join(f"{_MARK}{name}={value}{_MARK}" for name, value in values.items())


Naming = Callable[[str, str], str]
"""What says an argument, given its name and its value as Python writes it."""


def _as_python(name: str, value: str) -> str:
    return f"{name}={value}"


def _with_arguments(text: str, naming: Naming) -> str:
    parts = text.split(_MARK)
    for at, part in enumerate(parts):
        if at % 2:
            name, _, value = part.partition("=")
            parts[at] = naming(name, value)
    return "".join(parts)


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

    The parts are attributes: `file`, `line`, `column` and `address` (None where it is about none), `found`, `expected`
    and `advice` (empty where nothing is said of it).

    >>> print(CsvLstmError("'1.2.3' is not a number", Place("k.csv", 7, 3), expected="a weight such as -0.5"))
    k.csv: line 7, column 3 (C7): '1.2.3' is not a number; expected a weight such as -0.5
    """

    def __init__(self, found: str, place: Place | None = None, *, expected: str = "", advice: str = "") -> None:
        self._words = (found, expected, advice)
        self._row = ""
        self.found, self.expected, self.advice = self.parts(_as_python)
        self.place = place
        super().__init__(self.found)

    @property
    def file(self) -> str | None:
        """The file, or the array, that it is about, None where it is about none."""
        return self.place.file if self.place else None

    @property
    def line(self) -> int | None:
        """The line of the file, counted from 1, None where it is about no line."""
        return self.place.line if self.place else None

    @property
    def column(self) -> int | None:
        """The column of the line, counted from 1, None where it is about no column."""
        return self.place.column if self.place else None

    @property
    def address(self) -> str | None:
        """The spreadsheet address of the cell, None where it is about no cell."""
        return (self.place.address or None) if self.place else None

    def in_row(self, row: str) -> "CsvLstmError":
        """Say that a row of a table declares the cell: the message then names its columns, and of a whole file the row.

        >>> print(CsvLstmError("do not fit " + argument(input_size=3), Place("k.csv")).in_row("layers.csv: line 2"))
        k.csv: do not fit input_size 3; see layers.csv: line 2
        """
        self._row = row
        self.found, self.expected, self.advice = self.parts(_as_python)
        return self

    def said(self, naming: Naming = _as_python) -> str:
        """Give the sentence, with each argument as `naming` says it."""
        found, expected, advice = self.parts(naming)
        row = f"see {self._row}" if self._row and self.place and self.place.line is None else ""
        said = (found, expected and f"expected {expected}", advice, row)
        return (f"{self.place}: " if self.place else "") + "; ".join(filter(None, said))

    def __str__(self) -> str:
        return self.said()

    def parts(self, naming: Naming = _as_python) -> tuple[str, str, str]:
        """Give what was found, what was expected and what to do, each empty where nothing is said of it."""

        def name(argument: str, value: str) -> str:
            return f"{argument} {value}" if self._row and argument in _OF_A_ROW else naming(argument, value)

        found, expected, advice = (_with_arguments(text, name) for text in self._words)
        return found, expected, advice
