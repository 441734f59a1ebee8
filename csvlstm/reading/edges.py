"""Where the blocks of a plain text begin and end, so that they can be moved as they are."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..layouts.arrays import Span
from .scanning import Text, every_separator

_CUT_AT_ONCE = 64
"""Rows of a turned block that are cut into cells at once."""


class Edges(NamedTuple):
    """A plain text, and the places `ends` [rows, steps] of the separators after every `step` cells of its lines."""

    text: Text
    ends: NDArray[np.int64]
    step: int

    def rows(self, span: Span, turned: bool = False) -> Iterable[bytes]:
        r"""Give the text of each row of a block, or of each column where it is `turned`.

        >>> edges = found_anew(b"1,2,3,4\n5,6,7,8\n", rows=2, columns=4, step=2)
        >>> block = Span("kernel", range(2), range(2, 4))
        >>> list(edges.rows(block)), list(edges.rows(block, turned=True))
        ([b'3,4', b'7,8'], [b'3,7', b'4,8'])
        """
        rows = slice(span.rows.start, span.rows.stop)
        starts = self._starts(span.columns.start // self.step)[rows]
        stops = self.ends[rows, span.columns.stop // self.step - 1]
        pieces = map(self.text.__getitem__, map(slice, starts.tolist(), stops.tolist()))
        return _turned(pieces, len(span.columns)) if turned else pieces

    def row_start(self, row: int) -> int:
        """Tell where a row starts; the row after the last one starts at the end."""
        return int(self.ends[row - 1, -1]) + 1 if row else 0

    def _starts(self, step: int) -> NDArray[np.int64]:
        if step:
            return self.ends[:, step - 1] + 1
        return np.concatenate(([0], self.ends[:-1, -1] + 1))


def found_anew(text: Text, rows: int, columns: int, step: int) -> Edges | None:
    """Find the edges of a text that was not read before; None where it has not so many rows and columns."""
    if not len(text):
        return None
    (ends, lines), steps = every_separator(text, step), columns // step
    if len(ends) != rows * steps or lines != rows:
        return None
    shaped = ends.reshape(rows, steps)
    whole = all(text[end : end + 1] == b"\n" for end in shaped[:, -1].tolist())
    return Edges(text, shaped, step) if whole and text[-1:] == b"\n" else None


def joined(blocks: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """Put blocks of the same rows beside each other, row by row.

    >>> list(joined([[b"1,2", b"5,6"], [b"3", b"7"]]))
    [b'1,2,3', b'5,6,7']
    """
    return map(b",".join, zip(*blocks, strict=True))


def _turned(rows: Iterable[bytes], columns: int) -> Iterator[bytes]:
    """Give each column of some rows; so few rows are cut into cells at once that these stay in the cache."""
    pieces: list[list[bytes]] = [[] for _ in range(columns)]
    ahead = iter(rows)
    while chunk := list(islice(ahead, _CUT_AT_ONCE)):
        cells = b",".join(chunk).split(b",")
        for column, piece in enumerate(pieces):
            piece.append(b",".join(cells[column::columns]))
    return map(b",".join, pieces)
