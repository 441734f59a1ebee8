"""The long form of a table, as pandas' melt and stack write it: one cell a line, behind its row and its column."""

from collections.abc import Iterable

from ..errors import CsvLstmError, Place
from .dialect import Canonical
from .refusals import is_weight

_FEWEST = 4
_WIDTHS = (3, 4)
"""Row, column and number, and before them an index at most."""


def long_form(text: bytes) -> tuple[int, int] | None:
    r"""Give the rows and columns of the table whose long form a text is; None where it is none.

    >>> long_form(b"row,column,value\n0,a,0.5\n0,b,0.25\n1,a,2\n1,b,4\n"), long_form(b"1,2,3\n4,5,6\n")
    ((2, 2), None)
    >>> long_form(b"0.5,0.0,-0.0,1\n0.5,-0.0,0.0,2\n0.5,0.0,0.0,3\n0.5,-0.0,-0.0,4\n")
    """
    lines = text.decode("utf-8", "surrogateescape").splitlines()
    width = lines[0].count(",") + 1 if lines else 0
    if width not in _WIDTHS or any(line.count(",") + 1 != width for line in lines):
        return None
    for body in (lines[1:], lines):
        *index, rows, columns, _ = zip(*(line.split(",") for line in body), strict=True) if body else [()] * width
        shape = len({*rows}), len({*columns})
        is_full = len({*zip(rows, columns, strict=True)}) == len(body) == shape[0] * shape[1] >= _FEWEST
        if is_full and min(shape) > 1 and all(map(_are_labels, (*index, rows, columns))):
            return shape
    return None


def _are_labels(cells: Iterable[str]) -> bool:
    """Tell labels from weights: they are names, or count from 0 or 1."""
    found = {*cells}
    counted = ({str(first + number) for number in range(len(found))} for first in (0, 1))
    return found in counted or not any(is_weight(cell.encode()) for cell in found)


def refuse_long_form(text: Canonical) -> None:
    """Refuse a table in its long form, with the way to the matrix; raises CsvLstmError."""
    if shape := long_form(text.text):
        found = f"is the long form of a table of {shape[0]} x {shape[1]} cells: one cell a line, behind its labels"
        advice = "np.savetxt of the weights writes it; in pandas, .pivot does before .to_csv"
        raise CsvLstmError(found, Place(text.name), expected="the table itself", advice=advice)
