"""A converted set as somebody made it: three CSVs, whatever their shapes are."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, Place, shown
from ..layouts.arrays import AnySizes, Array, Layout
from ..layouts.entries import TARGET
from ..reading.decimals import COMMA
from ..reading.dialect import Canonical, readings
from ..reading.floats import parse
from ..reading.parsing import Text, is_weight, refusal, separators
from ..reading.shapes import DEFAULTS, Form, Grid, Options, cells_per_line, grids
from ..reading.sources import Source, read_source
from ..reading.tables import Labels, body, labels
from .blocks import Origin, array_values
from .same_text import moved_arrays

_SHOWN = 10


class Rectangle(NamedTuple):
    """A file of numbers [rows, columns] as it lies there; `form` and `labels` say what stands beside them.

    `sha256` is that of the file, empty where nobody asked for it.
    """

    name: str
    values: NDArray[np.float64]
    form: Form
    labels: Labels = Labels([], [])
    sha256: str = ""

    def place(self, row: int, column: int) -> Place:
        """Tell where a cell, counted from 0, stands in the file."""
        return self.form.place(self.name, row, column)


def read_converted(
    directory: str | os.PathLike[str],
    layout: Layout = TARGET,
    *,
    digest: bool = False,
    origin: Origin | None = None,
    options: Options = DEFAULTS,
) -> dict[str, Rectangle]:
    """Read the files of a layout in a directory, with labels beside the numbers or without.

    `digest` asks for the SHA-256 of each file. An `origin` shows how many cells there must be, so that numbers beside
    them are labels; where the text of an array is that of the export, moved, its numbers are those of the export, and
    are not parsed again. `options` say whether there are labels.

    Raises CsvLstmError where a file is missing, is no rectangle, holds anything but weights, or can be read in two
    ways.

    >>> {part: file.values.shape for part, file in read_converted("sample_data/quirks/converted_D1_H1").items()}
    {'kernel': (1, 4), 'recurrent_kernel': (1, 4), 'bias': (1, 4)}
    """
    if not os.path.lexists(directory):
        raise CsvLstmError(
            "no such folder", Place(os.fspath(directory)), advice=f"the working directory is {os.getcwd()}"
        )
    files = [f"{array.name}.csv" for array in layout.arrays]
    missing = [name for name in files if not os.path.exists(os.path.join(directory, name))]
    if missing and os.path.isdir(directory):
        there = ", ".join(sorted(os.listdir(directory))[:_SHOWN]) or "nothing"
        raise CsvLstmError(f"has no {missing[0]}", Place(os.fspath(directory)), advice=f"there is {there}")
    sources = (read_source(os.path.join(directory, name), digest=digest) for name in files)
    return {cells.name: cells.rectangle() for cells in list(_read_arrays(layout, sources, origin, options))}


def read_back(layout: Layout, texts: dict[str, Text], directory: str) -> dict[str, tuple[Rectangle, bytes]]:
    """Read the files of a set that is about to be written there: of each its numbers, and the canonical text of them.

    Raises CsvLstmError as `read_converted` does.
    """
    sources = (Source(os.path.join(directory, f"{one.name}.csv"), texts[one.name][:]) for one in layout.arrays)
    return {cells.name: (cells.rectangle(), cells.text) for cells in _read_arrays(layout, sources)}


def read_steps(path: str, columns: int) -> list[tuple[Rectangle, bytes]]:
    """Read a file of so many columns, one row a step, in each way that it can be read, the likeliest first.

    Beside the numbers each has the canonical text of them. A header row and an index column may stand beside them.
    Raises CsvLstmError as `read_converted` does; where no way has so many columns, all have others.
    """
    source = read_source(path)
    texts = readings(source.data, source.name)
    text = next((text for text in texts if cells_per_line(text.text) - columns in (0, 1)), texts[-1])
    if len(texts) == 1:
        _refuse_doubt(text)
    seen = grids(text.text, DEFAULTS)
    fitting = [grid for grid in seen if grid.columns == columns]
    return [(cells.rectangle(), cells.text) for cells in (_Cells(source, text, grid) for grid in fitting or seen)]


def _read_arrays(
    layout: Layout, sources: Iterable[Source], origin: Origin | None = None, options: Options = DEFAULTS
) -> Iterator["_Cells"]:
    """Read the arrays one after the other: what the first file shows settles what could be two things in the next."""
    decimal = None
    for array, source in zip(layout.arrays, sources, strict=True):
        # Only a vector may be one column, whose commas are then decimal signs.
        texts = readings(source.data, source.name)[:: 1 if array.is_vector else -1]
        fitting = _fitting(texts, array, origin.plan.sizes, options) if origin else None
        text = fitting[0] if fitting else texts[0]
        if decimal is None:
            _refuse_doubt(text)
        cells = _Cells(source, text, fitting[1] if fitting else _likeliest(text, options), array.name, origin)
        decimal = COMMA if cells.form.decimal == COMMA else decimal
        yield cells


def _fitting(texts: list[Canonical], array: Array, sizes: AnySizes, options: Options) -> tuple[Canonical, Grid] | None:
    """Give the reading of an array whose cells, beside labels or not, are as many as the sizes make."""
    rows, columns = array.shape(sizes)
    shapes = {(rows, columns), (columns, rows)} if array.is_vector else {(rows, columns)}
    for text in texts:
        seen = chain(grids(text.text, options), _beside_row_numbers(text, options))
        if fitting := next((grid for grid in seen if (grid.rows, grid.columns) in shapes), None):
            return text, fitting
    return None


def _beside_row_numbers(text: Canonical, options: Options) -> Iterator[Grid]:
    """See the cells beside row names 1, 2, 3 ..., as R writes them, below column names or none."""
    if options.index_column is False:
        return
    for grid in grids(text.text, options._replace(header_row=options.header_row is not False, index_column=True)):
        beside = labels(text.text, grid)
        counted = all(name == str(number) for number, name in enumerate(beside.index_column, start=1))
        if grid.index_column and counted and not any(is_weight(name.encode()) for name in beside.header_row):
            yield grid


def _likeliest(text: Canonical, options: Options) -> Grid:
    """See the cells of a file that has more or less than there must be."""
    seen = grids(text.text, options)
    if seen[0].doubtful == "header":
        found, expected = "the first row may be labels or weights", "labels such as i_0"
        raise CsvLstmError(found, text.place(1, 1), expected=expected, advice="take the row out where it is none")
    header, index = bool(options.header_row), bool(options.index_column)
    said = [grid for grid in seen if grid.header_row >= header and grid.index_column >= index] or seen
    # A column too many shows in the shape.
    return next(grid for grid in said if not (grid.index_column and grid.doubtful))


def _refuse_doubt(text: Canonical) -> None:
    if text.doubt:
        found = f"the comma in {shown(text.doubt.text)} may be a decimal sign or not"
        raise CsvLstmError(found, text.doubt.place, advice="save the file again with decimal points")


class _Cells:
    """The cells of a file as canonical text [rows, columns], and their numbers as soon as those are asked for.

    Where the file is the array of a `name` of a converted set, and its text is moved, its numbers are those of the
    `origin`. Raises CsvLstmError at a ragged row, and at a cell with a byte that no weight has.
    """

    def __init__(
        self, source: Source, text: Canonical, grid: Grid, name: str = "", origin: Origin | None = None
    ) -> None:
        self.name = name
        self.text = body(text.text, grid)
        self.form = Form(grid.rows, grid.columns, grid, False, text.skipped, text.decimal)
        self._file = source.name
        self._sha256 = source.sha256
        self._labels = labels(text.text, grid)
        self._origin = origin if origin and name in moved_arrays(*origin, {name: self.text}) else None
        if self._origin is None and separators(self.text, grid.columns, grid.columns) is None:
            raise self._refusal()

    def rectangle(self) -> Rectangle:
        """Give the numbers; raises CsvLstmError where one is no finite weight."""
        values = self._values()
        if values is None:
            raise self._refusal()
        shaped = values.reshape(self.form.rows, self.form.columns)
        return Rectangle(self._file, shaped, self.form, self._labels, self._sha256)

    def _values(self) -> NDArray[np.float64] | None:
        if self._origin:
            return array_values(self._origin.plan, self.name, self._origin.export.values)
        return parse(self.text, self.form.cells)

    def _refusal(self) -> CsvLstmError:
        place = partial(self.form.place, self._file)
        return refusal(self.text, self.form.columns, place, self.form.decimal)
