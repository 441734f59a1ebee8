"""Files as they are found, whatever shapes they have: those of a converted set, and those of a recorded run."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, shown
from ..layouts.arrays import AnySizes, Array, Layout
from .decimals import COMMA
from .dialect import Canonical, readings
from .edges import Edges
from .labels import labels, refuse_disorder, refuse_numbers_that_fall
from .refusals import is_weight
from .shapes import DEFAULTS, Form, Grid, Options, cells_per_line, grids
from .sources import Source, read_source
from .tables import Table, WeightSet, table


class Expected(NamedTuple):
    """What a set is expected to be: its sizes, and a way to know the numbers of an array from its text alone."""

    sizes: AnySizes
    known: Callable[[str, Edges], NDArray[np.float64] | None] = lambda *_: None


def read_as_found(
    layout: Layout, sources: Iterable[Source], options: Options = DEFAULTS, expected: Expected | None = None
) -> dict[str, Table]:
    r"""Read the arrays of a layout as they lie in their files, whatever shapes they have.

    What is `expected` shows how many cells there must be, so that numbers beside them are labels. `options` say whether
    there are labels.

    Raises CsvLstmError where a file is no rectangle, holds anything but weights, or can be read in two ways.

    >>> from csvlstm.layouts.entries import SOURCE
    >>> files = [Source("kernel.csv", b"1,2\n3,4\n"), Source("bias.csv", b"0.5\n")]
    >>> {name: file.values.tolist() for name, file in read_as_found(SOURCE, files).items()}
    {'kernel': [[1.0, 2.0], [3.0, 4.0]], 'bias': [[0.5]]}
    """
    tables = list(_read_arrays(layout, sources, options, expected))
    return dict(zip((array.name for array in layout.arrays), _refused_where_no_weights(tables), strict=True))


def refuse_labels(found: WeightSet) -> None:
    """Refuse labels beside the arrays of a set, each of its shape, that contradict the order of its layout.

    Raises CsvLstmError at the first label that does.
    """
    for array in found.layout.arrays:
        _refuse_labels(found.tables[array.name], array, found.layout, found.sizes)


def _refuse_labels(file: Table, array: Array, layout: Layout, sizes: AnySizes) -> None:
    rows, columns = array.shape(sizes)
    refuse_disorder(file.labels, file.form._replace(rows=rows, columns=columns), file.name, array, layout, sizes)


def read_steps(path: str, columns: int) -> list[Table]:
    """Read a file of so many columns, one row a step, in each way that it can be read, the likeliest first.

    A header row and an index column may stand beside the numbers. Where no way has so many columns, all have others.
    Raises CsvLstmError as `read_as_found` does.
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
    layout: Layout, sources: Iterable[Source], options: Options, expected: Expected | None
) -> Iterator[Table]:
    """Read the arrays one after the other: what the first file shows settles what could be two things in the next."""
    decimal = None
    for array, source in zip(layout.arrays, sources, strict=True):
        # Only a vector may be one column, whose commas are then decimal signs.
        texts = readings(source.data, source.name, options.delimiter, options.decimal)[:: 1 if array.is_vector else -1]
        fitting = _fitting(texts, array, expected.sizes, options) if expected else None
        if expected and not fitting and len(array.gates) > 1:
            _refuse_no_weight(array, texts, expected.sizes, options)
        text = fitting[0] if fitting else texts[0]
        if decimal is None:
            _refuse_doubt(text)
        grid = fitting[1] if fitting else _likeliest(text, options)
        decimal = COMMA if text.decimal == COMMA else decimal
        read = _read_array(source, text, grid, array, expected)
        if not (options.header_row or options.index_column):
            refuse_numbers_that_fall(read.labels, read.form, read.name)
            if fitting and expected:
                _refuse_labels(read, array, layout, expected.sizes)
        yield read


def _refuse_no_weight(array: Array, texts: list[Canonical], sizes: AnySizes, options: Options) -> None:
    # What says why files do not fit is imported where they do not.
    from .fitting import first_that_is_no_weight

    if refused := first_that_is_no_weight(array, texts, sizes, options):
        raise refused


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


def _read_array(source: Source, text: Canonical, grid: Grid, array: Array, expected: Expected | None) -> Table:
    """Read an array; where its text alone shows what its numbers are, they are not parsed."""
    if expected is None or (grid.rows, grid.columns) != array.shape(expected.sizes):
        return _as_it_lies(source, text, grid, grid.columns)
    read = _as_it_lies(source, text, grid, array.step(expected.sizes))
    known = expected.known(array.name, read.edges)
    return read if known is None else read.with_values(known)


def _as_it_lies(source: Source, text: Canonical, grid: Grid, step: int) -> Table:
    form = Form(grid.rows, grid.columns, grid, False, text.skipped, text.decimal)
    return table(source, text, form, step)


def _refused_where_no_weights(tables: list[Table]) -> list[Table]:
    """Parse all numbers, which refuses a cell that is no finite weight, and give the tables back."""
    for one in tables:
        _ = one.values
    return tables
