"""Which sizes the files of any layout fit, and how to say that the declared ones are wrong."""

from collections.abc import Iterator, Sequence
from itertools import product

from ..errors import CsvLstmError, Place, argument
from ..layouts.arrays import AnySizes, Array, Operand, ProjectedSizes
from ..layouts.gates import Sizes
from .dialect import Canonical, readings
from .refusals import is_weight, refused_cell
from .shapes import Grid, Options, cells_per_line, grids
from .sources import read_source

Files = Sequence[tuple[Array, Sequence[Canonical]]]
"""The arrays of a layout, in its order, each with the readings of its file."""


def sizes_that_fit(arrays: Sequence[Array], seen: Sequence[Sequence[Grid]]) -> list[Sizes]:
    """List the sizes that the grids of all arrays fit, the likeliest first; vectors may be rows or columns.

    >>> from csvlstm.layouts.entries import LAYOUTS
    >>> shapes = [(20, 3), (20, 5), (1, 20), (20, 1)]
    >>> sizes_that_fit(LAYOUTS["pytorch"].arrays, [[Grid(*shape, False, False)] for shape in shapes])
    [Sizes(input_size=3, hidden_size=5)]
    """
    found = dict.fromkeys(sizes for chosen in product(*seen) for sizes in _sizes(arrays, chosen))
    return list(found)


def _sizes(arrays: Sequence[Array], chosen: Sequence[Grid]) -> Iterator[Sizes]:
    given = list(zip(arrays, chosen, strict=True))
    first, grid = next((array, grid) for array, grid in given if array.gates)
    gates = len(first.gates) * (len(first.operands) if first.is_vector else 1)
    along = grid.cells if first.is_vector else grid.columns if first.gates_along == "columns" else grid.rows
    hidden_size, rest = divmod(along, gates)
    if rest or not hidden_size:
        return
    projection = next((grid for array, grid in given if not array.gates), None)
    output_size = projection.cells // hidden_size if projection else hidden_size
    array, grid = next((array, grid) for array, grid in given if Operand.INPUT in array.operands)
    across = grid.rows if array.gates_along == "columns" else grid.columns
    input_size = across - output_size * (Operand.HIDDEN in array.operands)
    projected = ProjectedSizes(input_size, hidden_size, output_size)
    sizes = projected if projection else Sizes(input_size, hidden_size)
    if input_size > 0 and all(_fits(array, grid, sizes) for array, grid in given):
        yield sizes


def _fits(array: Array, grid: Grid, sizes: AnySizes) -> bool:
    rows, columns = array.shape(sizes)
    accepted = {(rows, columns), (columns, rows)} if array.is_vector else {(rows, columns)}
    return (grid.rows, grid.columns) in accepted


def where_none_fit(files: Files, declared: AnySizes, options: Options) -> CsvLstmError | None:
    """Refuse the first cell of a file that lies flat, as `first_that_is_no_weight` does, where no sizes fit the files.

    >>> from csvlstm.layouts.entries import SOURCE
    >>> texts = [Canonical("k.csv", b"1,2,3,4\\n" * 3)], [Canonical("b.csv", b"O.5,2,3,4\\n")]
    >>> print(where_none_fit(list(zip(SOURCE.arrays, texts)), Sizes(2, 1), Options()))
    b.csv: line 1, column 1 (A1): 'O.5' is not a number, and without it there are 3 of 4 values; expected a number ...
    """
    if sizes_that_fit([array for array, _ in files], _seen(files, options)):
        return None
    refused = (first_that_is_no_weight(array, texts, declared, options) for array, texts in files)
    return next(filter(None, refused), None)


def _seen(files: Files, options: Options) -> list[list[Grid]]:
    return [[grid for text in texts for grid in grids(text.text, options)] for _, texts in files]


def first_that_is_no_weight(
    array: Array, texts: Sequence[Canonical], sizes: AnySizes, options: Options
) -> CsvLstmError | None:
    """Refuse the first cell of an array that lies flat, where it is what keeps the array from fitting the sizes.

    At the start of one row or one column it looks like a label, and would be one if all weights stood behind it.

    >>> from csvlstm.layouts.entries import SOURCE
    >>> texts = [Canonical("b.csv", b"O.5,2,3,4\\n")]
    >>> print(first_that_is_no_weight(SOURCE.arrays[1], texts, Sizes(2, 1), Options()))
    b.csv: line 1, column 1 (A1): 'O.5' is not a number, and without it there are 3 of 4 values; expected a number ...
    """
    rows, columns = array.shape(sizes)
    for text in texts:
        for cell, place in _first_of_flat(text, rows * columns, options):
            if not is_weight(cell):
                lacking = f", and without it there are {rows * columns - 1} of {rows * columns} values"
                return refused_cell(cell, place, text.decimal, lacking)
    return None


def _first_of_flat(text: Canonical, values: int, options: Options) -> Iterator[tuple[bytes, Place]]:
    """Give the first cell of each way to see so many values in one row or one column, and its place."""
    lines, columns = text.text.count(b"\n"), cells_per_line(text.text)
    for header, index in product((0, 1), repeat=2):
        is_denied = (header and options.header_row is False) or (index and options.index_column is False)
        if not is_denied and sorted((lines - header, columns - index)) == [1, values]:
            cells = text.text.split(b"\n", header + 1)[header].split(b",")
            if len(cells) == columns:
                yield cells[index], text.place(header + 1, index + 1)


def misfit(files: Files, declared: AnySizes, options: Options) -> CsvLstmError:
    """Say which file of a cell does not fit the declared sizes, and which sizes they all fit, if any."""
    arrays = [array for array, _ in files]
    seen = _seen(files, options)
    wrong = next((at for at in range(len(files)) if not any(_fits(arrays[at], grid, declared) for grid in seen[at])), 0)
    array, text = arrays[wrong], files[wrong][1][0]
    rows, columns = array.shape(declared)
    letters = array.dimensions[array.leading :]
    lies = Grid(text.text.count(b"\n"), cells_per_line(text.text), header_row=False, index_column=False)
    found = f"{lies} cells do not fit {_named(declared)}"
    shape = f"{columns} values" if array.is_vector else f"{rows} x {columns} cells"
    expected = f"{array.name} [{', '.join(letters)}] = {shape}, or all in one row or column"
    fitting = sizes_that_fit(arrays, seen)
    said = [f"all {len(files)} files fit {_named(one)}" for one in fitting]
    return CsvLstmError(found, Place(text.name), expected=expected, advice=" or ".join(said[:3]) or _in_order(files))


def _named(sizes: AnySizes) -> str:
    return argument(input_size=sizes.input_size, hidden_size=sizes.hidden_size)


def _in_order(files: Files) -> str:
    return f"are these the files {', '.join(f'{array.name}.csv' for array, _ in files)} of one cell, in this order?"


def projected_size(path: str, hidden_size: int, options: Options) -> int:
    """Give the size P of a projection whose file has P cells for each of the hidden units; raises CsvLstmError."""
    source = read_source(path)
    seen = [grid for text in readings(source.data, source.name) for grid in grids(text.text, options)]
    size = next((grid.cells // hidden_size for grid in seen if grid.cells % hidden_size == 0), 0)
    if not size:
        lies = seen[0] if seen else "no"
        expected = f"H x P = {hidden_size} x P cells, or P x H"
        raise CsvLstmError(f"{lies} cells are no projection", Place(source.name), expected=expected)
    return size
