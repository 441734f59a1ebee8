"""Which sizes the files of any layout fit, and how to say that the declared ones are wrong."""

from collections.abc import Iterator, Sequence
from itertools import product

from ..errors import CsvLstmError, Place
from ..layouts.arrays import AnySizes, Array, Operand
from ..layouts.layout import Sizes
from .dialect import Canonical
from .shapes import Grid, Options, cells_per_line, grids

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
    first, grid = next((array, grid) for array, grid in zip(arrays, chosen, strict=True) if array.gates)
    for hidden_size in _hidden_sizes(first, grid):
        for input_size in _input_sizes(arrays, chosen, hidden_size):
            sizes = Sizes(input_size, hidden_size)
            if all(_fits(array, grid, sizes) for array, grid in zip(arrays, chosen, strict=True)):
                yield sizes


def _hidden_sizes(array: Array, grid: Grid) -> list[int]:
    gates = len(array.gates) * (len(array.operands) if array.is_vector else 1)
    along = grid.cells if array.is_vector else grid.columns if array.gates_along == "columns" else grid.rows
    return [] if along % gates else [along // gates]


def _input_sizes(arrays: Sequence[Array], chosen: Sequence[Grid], hidden_size: int) -> list[int]:
    array, grid = next((one, grid) for one, grid in zip(arrays, chosen, strict=True) if Operand.INPUT in one.operands)
    across = grid.rows if array.gates_along == "columns" else grid.columns
    input_size = across - hidden_size * (Operand.HIDDEN in array.operands)
    return [input_size] if input_size > 0 else []


def _fits(array: Array, grid: Grid, sizes: AnySizes) -> bool:
    rows, columns = array.shape(sizes)
    accepted = {(rows, columns), (columns, rows)} if array.is_vector else {(rows, columns)}
    return (grid.rows, grid.columns) in accepted


def misfit(files: Files, declared: AnySizes, options: Options) -> CsvLstmError:
    """Say which file of a cell does not fit the declared sizes, and which sizes they all fit, if any."""
    arrays = [array for array, _ in files]
    seen = [[grid for text in texts for grid in grids(text.text, options)] for _, texts in files]
    wrong = next((at for at in range(len(files)) if not any(_fits(arrays[at], grid, declared) for grid in seen[at])), 0)
    array, text = arrays[wrong], files[wrong][1][0]
    rows, columns = array.shape(declared)
    letters = array.dimensions[array.leading :]
    lies = Grid(text.text.count(b"\n"), cells_per_line(text.text), header_row=False, index_column=False)
    found = f"{lies} cells do not fit --input-size {declared.input_size} --hidden-size {declared.hidden_size}"
    shape = f"{columns} values" if array.is_vector else f"{rows} x {columns} cells"
    expected = f"{array.name} [{', '.join(letters)}] = {shape}, or all in one row or column"
    fitting = sizes_that_fit(arrays, seen)
    said = [
        f"all {len(files)} files fit --input-size {one.input_size} --hidden-size {one.hidden_size}" for one in fitting
    ]
    return CsvLstmError(found, Place(text.name), expected=expected, advice=" or ".join(said[:3]) or _in_order(files))


def _in_order(files: Files) -> str:
    return f"are these the files {', '.join(f'{array.name}.csv' for array, _ in files)} of one cell, in this order?"
