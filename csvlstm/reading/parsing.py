"""Where the cells of plain text stand, lines of weights between commas, and what is said of what is no weight.

The bytes that no weight has are found here; `floats.parse` refuses what is made of the right bytes in the wrong order,
and `refusal` says what and where.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from math import gcd
from mmap import MADV_DONTNEED, mmap

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, Place, Placing, argument, plural, shown
from .floats import parse

Text = bytes | mmap
"""Plain text, in memory or in a file."""

_SCAN = 1 << 16
"""Bytes looked at in one go: a piece and what is made of it stay in the processor's cache."""

_BLOCK = 128
_EIGHT_ONES, _HIGHEST_BYTE = np.uint64(0x0101010101010101), np.uint64(56)

_COMMA, _NEWLINE = ord(","), ord("\n")
_SMALLEST_PLAIN, _PLAIN_SPAN = np.uint8(ord("-")), np.uint8(ord("9") - ord("-"))

# Possessive, because a line is 4H weights long and backtracking through it would never end. The patterns are compiled
# where they are used, when something is refused: compiling them all takes as long as converting a small layer.
_MANTISSA = rb"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)"
_WEIGHT = _MANTISSA + rb"(?:[eE][+-]?\d++)?"
_LINE = rb"(?:" + _WEIGHT + rb",)*+" + _WEIGHT

_SPREADSHEET = "export the weights again, and let no spreadsheet open them"
_ARRAY = "export the weights with np.savetxt(file, weights, delimiter=',')"
_DELIMITER = f"{argument(delimiter=...)} says what separates the cells"
_MONTH = rb"(?:jan|feb|mar|m\xc3\xa4r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?"
_DATE = (
    rb"(?i:\d{1,2}[-./ ]+" + _MONTH + rb"(?:[-/ ]+\d{2,4})?|" + _MONTH + rb"[-/ ]\d{1,4}"
    rb"|\d{4}-\d{1,2}-\d{1,2}(?:[t ][\d:.]+)?|\d{1,2}([-./])\d{1,2}\1\d{2,4}|\d{1,2}/\d{1,2})"
)
_COMPLEX = rb"\(?(?:" + _WEIGHT + rb")?(?:(?:" + _WEIGHT + rb")|[+-])[jJiI]\)?"
_LOOKS_LIKE_MINUS = "|".join("\u2212\u2013\u2010\u2011\u2012\u2014\ufe63\uff0d").encode() + rb"|\x96"
_PRINTED = (
    (rb"\.{3}|\xe2\x80\xa6", "{cell} stands where numpy left out cells when it printed the array", _ARRAY),
    (rb"(?s:\[.*|.*\])", "{cell} has a bracket of a printed array", _ARRAY),
    (rb"(?s:.*[{}].*)", "{cell} has a brace, as C source and JSON have", _ARRAY),
)
"""What stands beside the numbers of a printed array, or of source text; where it stands, rows differ in length."""

_REFUSALS = (
    (rb"\s*", "the cell is blank", "export the weights again"),
    (rb"(?i:[+-]?nan|n/a|na|null|none)", "{cell} is no weight", "was the training stopped by a NaN?"),
    (rb"(?i:[+-]?inf|[+-]?infinity)", "{cell} is no finite weight", "did the training diverge?"),
    (_WEIGHT, "{cell} is too large for a float64", "export the weights again"),
    *_PRINTED,
    (rb"#{2,}", "{cell} is what a spreadsheet shows where its column is too narrow", _SPREADSHEET),
    (rb"#.*[A-Z].*|(?i:err):\d+", "{cell} is the error value of a spreadsheet", _SPREADSHEET),
    (_DATE, "{cell} is a date, which a spreadsheet made of a number", _SPREADSHEET),
    (rb"(?:" + _LOOKS_LIKE_MINUS + rb")\s*" + _WEIGHT, "{cell} begins with what only looks like a minus", "write -"),
    (_MANTISSA + rb"[dDqQ][+-]?\d+", "{cell} has the exponent of Fortran", "write E in place of its letter"),
    (_MANTISSA + rb"(?:[eE][+-]?\d++)?[fFlL]", "{cell} has the letter of a type of C", "leave the letter out"),
    (rb"[A-Za-z_][\w.]*\(" + _WEIGHT + rb"\)?", "{cell} is a number as Python shows it", _ARRAY),
    (_COMPLEX, "{cell} is a complex number", "export the weights as float32"),
    (rb"(?s:[\"'].*)", "{cell} is quoted", "save the file again without quotes"),
    (_WEIGHT + rb"\s*[^\w.+\-\s]\s*" + _WEIGHT + rb"(?s:.*)", "{cell} is more than one number", _DELIMITER),
    (rb"(?s:.*)", "{cell} is not a number", "export the weights again, as plain decimal numbers"),
)
"""What a cell can be that is no weight, tried in turn: its form, what is said of it, and what to do."""


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
    for start, piece in _pieces(text):
        newline = piece == _NEWLINE
        places, count = _places(newline | (piece == _COMMA), _first(seen, step), step)
        line_ends = newline[places[_first(seen // step, steps_a_line) :: steps_a_line]]
        if np.count_nonzero(newline) != len(line_ends) or not line_ends.all() or _has_foreign(piece, count):
            return None
        found.append(places[_first(seen // step, steps) :: steps] + start)
        seen += count
    return np.concatenate(found) if seen % cells_per_line == 0 else None


def every_separator(text: Text, every: int) -> NDArray[np.int64]:
    """Find every `every`-th separator of a text whatever it is, for a caller that compares the text itself.

    >>> every_separator(b"1,2,3,4\\n", 2)
    array([3, 7])
    """
    found, seen = [], 0
    for start, piece in _pieces(text):
        places, count = _places((piece == _NEWLINE) | (piece == _COMMA), _first(seen, every), every)
        found.append(places + start)
        seen += count
    return np.concatenate(found)


def release(text: Text) -> None:
    """Let go of the memory that a text in a file takes in this process; it is read again when it is used."""
    if isinstance(text, mmap) and hasattr(text, "madvise"):
        text.madvise(MADV_DONTNEED)


def count_lines(text: Text) -> int:
    """Count the newlines of a text, three times as fast as bytes.count does."""
    return sum(int(np.count_nonzero(piece == _NEWLINE)) for _, piece in _pieces(text))


def _pieces(text: Text) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    data = np.frombuffer(text, np.uint8)
    return ((start, data[start : start + _SCAN]) for start in range(0, len(data), _SCAN))


def _first(seen: int, every: int) -> int:
    """Where the next multiple of `every` stands among separators of which `seen` came before."""
    return (every - 1 - seen) % every


def _places(marked: NDArray[np.bool_], first: int, step: int) -> tuple[NDArray[np.int64], int]:
    """Find the marked bytes number first, first + step, ... of a piece, and count all of them.

    Where few are needed, they are counted in blocks, and looked for in some of the blocks only.
    """
    if step < _BLOCK or len(marked) % _BLOCK:
        places = np.flatnonzero(marked)
        return places[first::step], len(places)
    # Eight bytes are added at once, and the eight sums of a block by the product: none of them exceeds a byte.
    sums = marked.view(np.uint64).reshape(-1, _BLOCK // 8).sum(axis=1)
    counts = ((sums * _EIGHT_ONES) >> _HIGHEST_BYTE).astype(np.int64)
    up_to = counts.cumsum()
    count = int(up_to[-1])
    numbers = np.arange(first, count, step)
    blocks = up_to.searchsorted(numbers, side="right")
    within = numbers - (up_to - counts)[blocks]
    counted = marked.reshape(-1, _BLOCK)[blocks].cumsum(axis=1)
    return blocks * _BLOCK + (counted > within[:, np.newaxis]).argmax(axis=1), count


def _has_foreign(piece: NDArray[np.uint8], separators_in_piece: int) -> bool:
    """Tell whether a piece of text holds a byte of no weight and no separator."""
    # One unsigned comparison passes digits, point and minus (and the slash, which every reader refuses).
    others = int(np.count_nonzero((piece - _SMALLEST_PLAIN) > _PLAIN_SPAN)) - separators_in_piece
    for letter in b"e+E":
        if others:
            others -= int(np.count_nonzero(piece == letter))
    return others > 0


def refusal(text: bytes, cells_per_line: int, place: Placing, decimal: bytes = b".") -> CsvLstmError:
    """Say why plain text could not be read: its first ragged line or first cell that is no weight.

    `place` tells where a row and a column of the text, counted from 0, stand in the file, and `decimal` which sign the
    decimals have there.
    """
    for row, line in enumerate(text[:-1].split(b"\n")):
        if line.count(b",") + 1 != cells_per_line:
            return ragged(line, cells_per_line, partial(place, row))
        if not re.fullmatch(_LINE, line) or parse(line + b"\n", cells_per_line) is None:
            for column, cell in enumerate(line.split(b",")):
                if not is_weight(cell):
                    return _refused_cell(cell, place(row, column), decimal)
    raise AssertionError("a text was refused, but each of its cells is a weight")


def ragged(line: bytes, expected: int, place: Callable[[int], Place]) -> CsvLstmError:
    """Say that a row has too few or too many cells, or that it is one of a printed array.

    `place` tells where a cell of the row, counted from 0, stands in the file; named is the first that is missing or
    too many.
    """
    cells = line.split(b",")
    for column, cell in enumerate(cells):
        if any(re.fullmatch(form, cell) for form, _, _ in _PRINTED):
            return _refused_cell(cell, place(column), b".")
    count = len(cells)
    found = f"the row ends after {count} of {expected} cells" if count < expected else f"the row has {count} cells"
    if not line:
        found, count = "the line is blank", 0
    each = f"{expected} {plural(expected, 'cell')} in each row"
    return CsvLstmError(found, place(min(count, expected)), expected=each, advice="is it a CSV file, and whole?")


def is_weight(cell: bytes) -> bool:
    """Tell whether a cell is a finite decimal number in ASCII.

    >>> is_weight(b"-4.45E-05"), is_weight(b"nan"), is_weight(b"1_000"), is_weight(b"1e999")
    (True, False, False, False)
    """
    return re.fullmatch(_WEIGHT, cell) is not None and abs(float(cell)) != float("inf")


def _refused_cell(cell: bytes, place: Place, decimal: bytes) -> CsvLstmError:
    found, advice = next((found, advice) for form, found, advice in _REFUSALS if re.fullmatch(form, cell))
    text = shown(cell.replace(b".", decimal).decode("utf-8", "replace"))
    return CsvLstmError(found.format(cell=text), place, expected="a number such as -0.5", advice=advice)
