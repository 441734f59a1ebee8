"""A converted set as somebody made it: three CSVs, whatever their shapes are."""

import os
from functools import partial
from typing import NamedTuple

from .cells import Array
from .dialect import canonical
from .errors import CsvLstmError, Place
from .layout import PARTS
from .parsing import parse, refusal, separators
from .shapes import DEFAULTS, cells_per_line, grids
from .sources import read_source

_SHOWN = 10


class Rectangle(NamedTuple):
    """A file of numbers [rows, columns] as it lies there, and its SHA-256 where somebody asked for it."""

    name: str
    values: Array
    sha256: str = ""

    def place(self, row: int, column: int) -> Place:
        """Tell where a cell, counted from 0, stands in the file."""
        return _place(self.name, row, column)


def read_converted(directory: str | os.PathLike[str], digest: bool = False) -> dict[str, Rectangle]:
    """Read kernel.csv, recurrent_kernel.csv and bias.csv of a directory, with their SHA-256 where `digest` asks for it.

    Raises CsvLstmError where a file is missing, is no rectangle, or holds anything but weights.

    >>> {part: file.values.shape for part, file in read_converted("sample_data/quirks/converted_D1_H1").items()}
    {'kernel': (1, 4), 'recurrent_kernel': (1, 4), 'bias': (1, 4)}
    """
    if not os.path.lexists(directory):
        above = os.path.dirname(os.path.abspath(directory))
        there = ", ".join(sorted(os.listdir(above))[:_SHOWN]) if os.path.isdir(above) else "no such folder either"
        raise CsvLstmError("no such folder", Place(os.fspath(directory)), advice=f"in {above} there is {there}")
    missing = [name for name in (f"{part}.csv" for part in PARTS) if not os.path.exists(os.path.join(directory, name))]
    if missing and os.path.isdir(directory):
        there = ", ".join(sorted(os.listdir(directory))[:_SHOWN]) or "nothing"
        raise CsvLstmError(f"has no {missing[0]}", Place(os.fspath(directory)), advice=f"there is {there}")
    return {part: read_rectangle(os.path.join(directory, f"{part}.csv"), digest) for part in PARTS}


def read_rectangle(path: str, digest: bool = False) -> Rectangle:
    """Read a file of numbers as it lies there; raises CsvLstmError as `read_converted` does."""
    source = read_source(path, digest=digest)
    text = canonical(source.data, source.name).text
    if any(grid.header_row for grid in grids(text, DEFAULTS)[:1]):
        raise CsvLstmError("has a header row", Place(path, 1), expected="numbers only", advice="take the row out")
    columns = cells_per_line(text)
    values = None if separators(text, columns, columns) is None else parse(text)
    if values is None:
        raise refusal(text, columns, partial(_place, source.name))
    return Rectangle(source.name, values.reshape(-1, columns), source.sha256)


def _place(name: str, row: int, column: int) -> Place:
    return Place(name, row + 1, column + 1)
