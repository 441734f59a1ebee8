"""Where the cells of plain text stand, lines of weights between commas, and whether a byte is there that no weight has.

`floats.parse` refuses what is made of the right bytes in the wrong order, and `refusals` says what and where.
"""

from collections.abc import Iterator
from math import gcd
from mmap import MADV_DONTNEED, mmap

import numpy as np
from numpy.typing import NDArray

Text = bytes | mmap
"""Plain text, in memory or in a file."""

_SCAN = 1 << 17
"""Bytes looked at in one go: they and what is made of them stay in the processor's fastest caches."""

_SCANS_COUNTED = 16
"""Scans whose separators are counted before any of them is looked for: it takes as long for many scans as for one."""

_BLOCK = 256
"""Bytes whose separators are counted together."""

_FEW = 96
"""From so many separators on from one to the next that is looked for, counting is faster than finding all of them."""

_EVERY_OTHER_BYTE, _FOUR_ONES = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0001000100010001)
_BYTE, _THREE_QUARTERS = np.uint64(8), np.uint64(48)

_COMMA, _NEWLINE = ord(","), ord("\n")
_SMALLEST_PLAIN, _PLAIN_SPAN = np.uint8(_COMMA), np.uint8(ord("9") - _COMMA)


_Found = tuple[NDArray[np.int64], int, int]
"""The places of the separators that are looked for in a piece, and how many separators and newlines it has."""


def separators(text: Text, cells_per_line: int, every: int) -> NDArray[np.int64] | None:
    """Find every `every`-th separator (comma or newline) of lines of `cells_per_line` weights.

    Gives None where the text holds a byte that no weight has, or a line of another number of cells; `refusal` then says
    which.

    >>> separators(b"1,2,3,4\\n5,6,7,8\\n", 4, 2)
    array([ 3,  7, 11, 15])
    """
    found, seen = [], 0
    step = gcd(cells_per_line, every)
    steps_a_line, steps = cells_per_line // step, every // step
    for start, piece in _pieces(text, step):
        places, count, newlines = _find(piece, _first(seen, step), step)
        line_ends = piece[places[_first(seen // step, steps_a_line) :: steps_a_line]]
        if newlines != len(line_ends) or (line_ends != _NEWLINE).any() or _has_foreign(piece, newlines):
            return None
        found.append(places[_first(seen // step, steps) :: steps] + start)
        seen += count
    return np.concatenate(found) if seen % cells_per_line == 0 else None


def every_separator(text: Text, every: int) -> tuple[NDArray[np.int64], int]:
    """Find every `every`-th separator of a text whatever it is, and count its newlines.

    >>> every_separator(b"1,2,3,4\\n", 2)
    (array([3, 7]), 1)
    """
    found, seen, lines = [np.empty(0, np.int64)], 0, 0
    for start, piece in _pieces(text, every):
        places, count, newlines = _find(piece, _first(seen, every), every)
        found.append(places + start)
        seen, lines = seen + count, lines + newlines
    return np.concatenate(found), lines


def release(text: Text) -> None:
    """Let go of the memory that a text in a file takes in this process; it is read again when it is used."""
    if isinstance(text, mmap) and hasattr(text, "madvise"):
        text.madvise(MADV_DONTNEED)


def count_lines(text: Text) -> int:
    """Count the newlines of a text, three times as fast as bytes.count does."""
    return sum(int(np.count_nonzero(piece == _NEWLINE)) for _, piece in _pieces(text, 1))


def _pieces(text: Text, step: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Cut a text into pieces for `_find`, each behind the place where it starts."""
    size = _SCAN if step < _FEW else _SCAN * _SCANS_COUNTED
    data = np.frombuffer(text, np.uint8)
    return ((start, data[start : start + size]) for start in range(0, len(data), size))


def _first(seen: int, every: int) -> int:
    """Where the next multiple of `every` stands among separators of which `seen` came before."""
    return (every - 1 - seen) % every


def _find(piece: NDArray[np.uint8], first: int, step: int) -> _Found:
    """Find the separators number first, first + step, ... of a piece, and count all of them."""
    if step < _FEW:
        newline = piece == _NEWLINE
        places = np.flatnonzero(newline | (piece == _COMMA))
        return places[first::step], len(places), int(np.count_nonzero(newline))
    counts, newlines = _counted(piece)
    up_to = counts.cumsum()
    count = int(up_to[-1])
    numbers = np.arange(first, count, step)
    blocks = up_to.searchsorted(numbers, side="right")
    return _within(piece, blocks, numbers - (up_to - counts)[blocks]), count, newlines


def _counted(piece: NDArray[np.uint8]) -> tuple[NDArray[np.int64], int]:
    """Count the separators of each block of a piece, and its newlines."""
    sums, newlines = [], 0
    newline, marked = _scratch(piece), _scratch(piece)
    for scan in _scans(piece):
        size = len(scan)
        newlines += int(np.count_nonzero(np.equal(scan, _NEWLINE, out=newline[:size])))
        np.logical_or(newline[:size], np.equal(scan, _COMMA, out=marked[:size]), out=marked[:size])
        whole = size + -size % _BLOCK
        marked[size:whole] = False
        # Eight bytes are added at once; none of the eight sums exceeds a byte.
        sums.append(marked[:whole].view(np.uint64).reshape(-1, _BLOCK // 8).sum(axis=1))
    eight = np.concatenate(sums)
    four = (eight & _EVERY_OTHER_BYTE) + (eight >> _BYTE & _EVERY_OTHER_BYTE)
    return (four * _FOUR_ONES >> _THREE_QUARTERS).astype(np.int64), newlines


def _within(piece: NDArray[np.uint8], blocks: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find in each of some blocks the separator of a number, counted from 0."""
    whole = len(piece) // _BLOCK
    rows = np.zeros((len(blocks), _BLOCK), np.uint8)
    within = blocks < whole
    rows[within] = piece[: whole * _BLOCK].reshape(-1, _BLOCK)[blocks[within]]
    rows[~within, : len(piece) % _BLOCK] = piece[whole * _BLOCK :]
    counted = ((rows == _NEWLINE) | (rows == _COMMA)).cumsum(axis=1, dtype=np.int16)
    found: NDArray[np.int64] = blocks * _BLOCK + (counted > numbers[:, np.newaxis]).argmax(axis=1)
    return found


def _has_foreign(piece: NDArray[np.uint8], newlines: int) -> bool:
    """Tell whether a piece of text with so many newlines holds a byte of no weight and no separator."""
    others = _others(piece) - newlines
    for letter in b"e+E":
        if others:
            others -= _count(piece, letter)
    return others > 0


def _others(piece: NDArray[np.uint8]) -> int:
    """Count the bytes that are no digit, comma, point or minus (and no slash, which every reader refuses)."""
    above, is_other, others = _scratch(piece).view(np.uint8), _scratch(piece), 0
    for scan in _scans(piece):
        # One unsigned comparison passes all of them.
        np.subtract(scan, _SMALLEST_PLAIN, out=above[: len(scan)])
        others += int(np.count_nonzero(np.greater(above[: len(scan)], _PLAIN_SPAN, out=is_other[: len(scan)])))
    return others


def _count(piece: NDArray[np.uint8], byte: int) -> int:
    is_it = _scratch(piece)
    return sum(int(np.count_nonzero(np.equal(scan, byte, out=is_it[: len(scan)]))) for scan in _scans(piece))


def _scratch(piece: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Make room for what is found in a scan, once for all of a piece: the system takes long to give it each time."""
    size = min(_SCAN, len(piece))
    return np.empty(size + -size % _BLOCK, np.bool_)


def _scans(piece: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    return (piece[start : start + _SCAN] for start in range(0, len(piece), _SCAN))
