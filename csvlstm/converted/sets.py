"""A converted set as it lies in its folder, whatever the shapes of its files are."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain

from ..errors import CsvLstmError, Place, shown
from ..layouts.arrays import AnySizes, Array, Layout
from ..layouts.entries import LAYOUTS, TARGET
from ..network.topology import Cell, Network
from ..reading.decimals import COMMA
from ..reading.dialect import Canonical, readings
from ..reading.labels import labels, refuse_disorder, refuse_numbers_that_fall
from ..reading.parsing import Text, is_weight
from ..reading.shapes import DEFAULTS, Form, Grid, Options, cells_per_line, grids
from ..reading.sources import InMemoryFolder, Source, has_member, member, read_source
from ..reading.tables import Table, table
from .blocks import Origin, array_values
from .same_text import moved_arrays

_SHOWN = 10


def read_converted(
    directory: str | os.PathLike[str],
    layout: Layout = TARGET,
    options: Options = DEFAULTS,
    *,
    origin: Origin | None = None,
) -> dict[str, Table]:
    """Read the files of a layout in a directory, with labels beside the numbers or without.

    Each is a table as it lies in its file, whatever its shape is. An `origin` shows how many cells there must be, so
    that numbers beside them are labels; where the text of an array is that of the export, moved, its numbers are those
    of the export, and are not parsed again. `options` say whether there are labels.

    Raises CsvLstmError where a file is missing, is no rectangle, holds anything but weights, or can be read in two
    ways.

    >>> {part: file.values.shape for part, file in read_converted("sample_data/quirks/converted_D1_H1").items()}
    {'kernel': (1, 4), 'recurrent_kernel': (1, 4), 'bias': (1, 4)}
    """
    files = [f"{array.name}.csv" for array in layout.arrays]
    if not isinstance(directory, InMemoryFolder):
        _refuse_missing(directory, files)
    sources = (read_source(member(directory, name), digest=options.digest) for name in files)
    return _by_name(layout, _read_arrays(layout, sources, options, origin))


def as_it_lies(network: Network, directory: str) -> Network:
    """Give a network whose cells have a bias where none was to be made of them, and their folders have one.

    It is then compared as all else is: what loads the folder would load it.
    """
    layers = (tuple(_with_biases_of(cell, directory) for cell in layer) for layer in network.layers)
    return network._replace(layers=tuple(layers))


def _with_biases_of(cell: Cell, directory: str) -> Cell:
    whole = LAYOUTS[cell.target.key].with_extras(*cell.target.operands)
    lacking = whole.names_of_biases - cell.target.names_of_biases
    there = any(has_member(cell.folder_in(directory), f"{name}.csv") for name in lacking)
    return cell._replace(target=whole) if there else cell


def _refuse_missing(directory: str | os.PathLike[str], files: list[str]) -> None:
    if not os.path.lexists(directory):
        raise CsvLstmError(
            "no such folder", Place(os.fspath(directory)), advice=f"the working directory is {os.getcwd()}"
        )
    missing = [name for name in files if not os.path.exists(os.path.join(directory, name))]
    if missing and os.path.isdir(directory):
        there = ", ".join(sorted(os.listdir(directory))[:_SHOWN]) or "nothing"
        raise CsvLstmError(f"has no {missing[0]}", Place(os.fspath(directory)), advice=f"there is {there}")


def read_back(layout: Layout, texts: dict[str, Text], directory: str) -> dict[str, Table]:
    """Read the files of a set that is about to be written there.

    Raises CsvLstmError as `read_converted` does.
    """
    sources = (Source(os.path.join(directory, f"{one.name}.csv"), texts[one.name][:]) for one in layout.arrays)
    return _by_name(layout, _read_arrays(layout, sources, DEFAULTS))


def _by_name(layout: Layout, tables: Iterable[Table]) -> dict[str, Table]:
    return dict(zip((array.name for array in layout.arrays), _refused_where_no_weights(list(tables)), strict=True))


def read_steps(path: str, columns: int) -> list[Table]:
    """Read a file of so many columns, one row a step, in each way that it can be read, the likeliest first.

    A header row and an index column may stand beside the numbers. Where no way has so many columns, all have others.
    Raises CsvLstmError as `read_converted` does.
    """
    source = read_source(path)
    texts = readings(source.data, source.name)
    text = next((text for text in texts if cells_per_line(text.text) - columns in (0, 1)), texts[-1])
    if len(texts) == 1:
        _refuse_doubt(text)
    seen = grids(text.text, DEFAULTS)
    fitting = [grid for grid in seen if grid.columns == columns]
    read = (_as_it_lies(source, text, grid, grid.columns) for grid in fitting or seen)
    return [table for one in read for table in _refused_where_no_weights([one])]


def _read_arrays(
    layout: Layout, sources: Iterable[Source], options: Options, origin: Origin | None = None
) -> Iterator[Table]:
    """Read the arrays one after the other: what the first file shows settles what could be two things in the next."""
    decimal = None
    for array, source in zip(layout.arrays, sources, strict=True):
        # Only a vector may be one column, whose commas are then decimal signs.
        texts = readings(source.data, source.name)[:: 1 if array.is_vector else -1]
        fitting = _fitting(texts, array, origin.plan.sizes, options) if origin else None
        text = fitting[0] if fitting else texts[0]
        if decimal is None:
            _refuse_doubt(text)
        grid = fitting[1] if fitting else _likeliest(text, options)
        decimal = COMMA if text.decimal == COMMA else decimal
        read = _read_array(source, text, grid, array, origin)
        if not (options.header_row or options.index_column):
            refuse_numbers_that_fall(read.labels, read.form, read.name)
            if fitting and origin:
                refuse_labels(read, array, layout, origin.plan.sizes)
        yield read


def refuse_labels(file: Table, array: Array, layout: Layout, sizes: AnySizes) -> None:
    """Refuse labels beside an array of a converted set that contradict the order in which its layout has the weights.

    Raises CsvLstmError at the first label that does.
    """
    rows, columns = array.shape(sizes)
    refuse_disorder(file.labels, file.form._replace(rows=rows, columns=columns), file.name, array, layout, sizes)


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


def _read_array(source: Source, text: Canonical, grid: Grid, array: Array, origin: Origin | None = None) -> Table:
    """Read an array; where its text is that of the origin, moved, its numbers are those of the origin."""
    shape = array.shape(origin.plan.sizes) if origin else None
    step = array.step(origin.plan.sizes) if origin and (grid.rows, grid.columns) == shape else grid.columns
    read = _as_it_lies(source, text, grid, step)
    if origin and array.name in moved_arrays(*origin, {array.name: read.edges}):
        return read.with_values(array_values(origin.plan, array.name, origin.export.values))
    return read


def _as_it_lies(source: Source, text: Canonical, grid: Grid, step: int) -> Table:
    form = Form(grid.rows, grid.columns, grid, False, text.skipped, text.decimal)
    return table(source, text, form, step)


def _refused_where_no_weights(tables: list[Table]) -> list[Table]:
    """Parse all numbers, which refuses a cell that is no finite weight, and give the tables back."""
    for one in tables:
        _ = one.values
    return tables
