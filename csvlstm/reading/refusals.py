"""What is said of what is no weight, once `scanning` or `floats` has refused the text that it stands in."""

import re
from collections.abc import Callable
from functools import partial

from ..errors import CsvLstmError, Place, Placing, argument, plural, shown
from .floats import parse

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
                    return refused_cell(cell, place(row, column), decimal)
    raise AssertionError("a text was refused, but each of its cells is a weight")


def ragged(line: bytes, expected: int, place: Callable[[int], Place]) -> CsvLstmError:
    """Say that a row has too few or too many cells, or that it is one of a printed array.

    `place` tells where a cell of the row, counted from 0, stands in the file; named is the first that is missing or
    too many.
    """
    cells = line.split(b",")
    for column, cell in enumerate(cells):
        if any(re.fullmatch(form, cell) for form, _, _ in _PRINTED):
            return refused_cell(cell, place(column), b".")
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


def refused_cell(cell: bytes, place: Place, decimal: bytes, more: str = "") -> CsvLstmError:
    """Say what a cell is that is no weight, `more` about it, and what to do.

    >>> print(refused_cell(b"1e999", Place("k.csv", 2, 3), b"."))
    k.csv: line 2, column 3 (C2): '1e999' is too large for a float64; expected a number such as -0.5; export ...
    """
    found, advice = next((found, advice) for form, found, advice in _REFUSALS if re.fullmatch(form, cell))
    text = shown(cell.replace(b".", decimal).decode("utf-8", "replace"))
    return CsvLstmError(found.format(cell=text) + more, place, expected="a number such as -0.5", advice=advice)
