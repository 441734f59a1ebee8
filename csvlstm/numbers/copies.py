"""Numbers that are there twice: rows of a table that repeat others, and files with the numbers of another cell's."""

from typing import NamedTuple

import numpy as np

from ..layouts.references import Array
from ..reading.tables import Table, WeightSet
from .ordered import distinct
from .precision import measured, sampled, some_text

_COLUMNS = 16
_GOLDEN = 0x9E3779B97F4A7C15
_UNLIKELY = -6
"""The decimal logarithm of the chance at which a row that is like another is taken for its copy."""

_TELLING = 4
"""So many different numbers of many digits are not the same in two cells by chance, as zeros and constants are."""


class Repeated(NamedTuple):
    """The first row that repeats one before it, that one, and how many rows do."""

    row: int
    of: int
    rows: int


def repeated_rows(values: Array) -> Repeated | None:
    """Find rows of values [rows, columns] that are those of others, number for number, and are not so by chance.

    >>> repeated_rows(np.tile(np.random.default_rng(0).random((3, 20)), (2, 1)))
    Repeated(row=3, of=0, rows=3)
    """
    first, second = _alike(values)
    levels, counts = distinct(sampled(values)) if len(first) else (first, first)
    copies = [
        (int(second[at]), int(first[at]))
        for at in range(len(first))
        if _is_telling(values[second[at]], levels, counts, len(values))
    ]
    return Repeated(*min(copies), len(copies)) if copies else None


def _alike(values: Array) -> tuple[Array, Array]:
    """Give pairs of rows that are the same, found by a few of their columns, which a table of any size has at hand."""
    some = values[:, :: max(1, values.shape[1] // _COLUMNS)]
    factors = np.arange(1, 2 * some.shape[1], 2, dtype=np.uint64) * np.uint64(_GOLDEN)
    keys = (np.ascontiguousarray(some).view(np.uint64) * factors).sum(axis=1, dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    (at,) = np.nonzero(np.diff(keys[order]) == 0)
    first, second = order[at], order[at + 1]
    same = np.array([np.array_equal(values[a], values[b]) for a, b in zip(first, second, strict=True)], np.bool_)
    return first[same], second[same]


def _is_telling(row: Array, levels: Array, counts: Array, rows: int) -> bool:
    """Tell whether no row would hold these numbers by chance, where each is as frequent as among `levels`."""
    cells = row[row != 0]
    at = np.minimum(np.searchsorted(levels, cells), len(levels) - 1)
    shares = np.where(levels[at] == cells, counts[at], 1) / counts.sum()
    return bool(np.log10(shares).sum() + 2 * np.log10(rows) < _UNLIKELY)


def bias_at_an_end(kernel: Array, bias: Array) -> int | None:
    """Give the first or the last row of a kernel [rows, columns] that is the bias [columns], number for number.

    >>> bias = np.arange(8.0)
    >>> bias_at_an_end(np.vstack([np.ones((3, 8)), bias]), bias)
    3
    """
    if kernel.shape[1] != bias.size or len(distinct(bias)[0]) < _TELLING:
        return None
    return next((row for row in (0, len(kernel) - 1) if np.array_equal(kernel[row], bias)), None)


class Twin(NamedTuple):
    """A file of a cell whose numbers were those of a file of another cell before."""

    table: Table
    part: str
    other: str


class Seen:
    """The files of the cells of a network that were seen so far."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int, int], str] = {}

    def twins(self, export: WeightSet) -> list[Twin]:
        """Give the files of a cell that are those of a cell before it, and remember both.

        >>> from csvlstm.layouts.gates import Sizes
        >>> from csvlstm.reading.tables import read_pair
        >>> kernel, bias = "sample_data/sunspots/cell_0_kernel.csv", "sample_data/sunspots/cell_0_bias.csv"
        >>> export, seen = read_pair(kernel, bias, Sizes(3, 5)), Seen()
        >>> [[twin.part for twin in seen.twins(export)] for _ in range(2)]
        [[], ['kernel', 'bias']]
        """
        both = [self._twin("kernel", export.kernel), self._twin("bias", export.bias)]
        return [twin for twin in both if twin]

    def _twin(self, part: str, table: Table) -> Twin | None:
        key = part, len(table.text), hash(some_text(table.text))
        other = self._names.get(key)
        self._names.setdefault(key, table.name)
        is_twin = other is not None and (other == table.name or len(measured(sampled(table.values)).values) >= _TELLING)
        return Twin(table, part, other) if other is not None and is_twin else None
