"""A bias that stands among the rows of its kernel, as in one matrix for all weights of a cell."""

from collections.abc import Iterator
from typing import NamedTuple

from ..layouts.gates import GATES
from .dialect import Canonical
from .labels import body
from .refusals import is_weight
from .shapes import Grid, Options, grids


class BiasRow(NamedTuple):
    """A row of a kernel that is its bias: the first or the last, and its line in the canonical text."""

    which: str
    line: int
    grid: Grid


def bias_rows(kernel: Canonical, bias: Canonical, options: Options) -> list[BiasRow]:
    """List the first and the last row of a kernel where they are the numbers of its bias, one by one.

    >>> from csvlstm.reading.shapes import DEFAULTS
    >>> kernel = Canonical("k.csv", b"1,2,3,4\\n" * 2 + b"5,6,7,8\\n")
    >>> [(row.which, row.line) for row in bias_rows(kernel, Canonical("b.csv", b"5\\n6\\n7\\n8.0\\n"), DEFAULTS)]
    [('last', 3)]
    """
    vectors = [grid for grid in grids(bias.text, options) if 1 in (grid.rows, grid.columns)]
    numbers = _numbers(body(bias.text, vectors[0]).replace(b"\n", b",")) if vectors else []
    if len(set(numbers)) < GATES:
        # Zeros and constants are like each other by chance.
        return []
    found = []
    for grid in grids(kernel.text, options)[:1]:
        ends = _ends(body(kernel.text, grid), grid, len(numbers))
        found += [
            BiasRow(which, line + grid.header_row + 1, grid)
            for which, line, cells in ends
            if _numbers(cells) == numbers
        ]
    return found


def _ends(cells: bytes, grid: Grid, width: int) -> Iterator[tuple[str, int, bytes]]:
    """Give the first and the last cells of a kernel that are as many as a bias has, and the lines where they begin."""
    if grid.columns == width:
        yield "first", 0, cells[: cells.index(b"\n")]
        yield "last", grid.rows - 1, cells[cells.rfind(b"\n", 0, -1) + 1 :]
    elif 1 in (grid.rows, grid.columns) and grid.cells > width:
        one_by_one = cells[:-1].replace(b"\n", b",").split(b",")
        yield "first", 0, b",".join(one_by_one[:width])
        yield "last", grid.rows - width if grid.columns == 1 else 0, b",".join(one_by_one[-width:])


def _numbers(cells: bytes) -> list[float]:
    return [float(cell) for cell in cells.strip(b",\n").split(b",") if is_weight(cell)]
