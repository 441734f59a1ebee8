"""Decimal commas: whether the commas inside the cells of a text are its decimal signs.

A comma may also group thousands, or separate two columns. It is taken for a decimal sign where it can be nothing else;
what could be two things is a doubt, which the user settles.
"""

import re
from typing import NamedTuple

from ..errors import CsvLstmError, Place, Placing, argument, shown

POINT, COMMA = b".", b","
SIGNS = {POINT: "point", COMMA: "comma"}

# What is meant as a number, whichever its decimal sign is; a label begins with a letter.
_NUMBER = rb"[+-]?[.,]?\d[\d.,eE+-]*"
# A header such as lstm.bias may have a point, too.
_NUMBER_WITH_POINT = rb"(?m:^)[-+.,\d][^.\n]*+\."
_DECIMAL = rb"[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?"
_PERHAPS_GROUPED = rb"[+-]?[1-9]\d{0,2},\d{3}"
_SURELY_GROUPED = rb"[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}"
_ONE_A_LINE = rb"(?:(?:[^,\n]*+|[+-]?\d*+,\d++(?:[eE][+-]?\d++)?)\n)*+"

_AGAIN = "save the file again with decimal points and without groups"


class CellText(NamedTuple):
    """A cell as it stands in a file."""

    text: str
    place: Place


class Commas(NamedTuple):
    """Whether the commas in the cells of a text are decimal signs, and a cell that leaves room for doubt."""

    are_decimal: bool
    doubt: CellText | None = None


class SeparatedText(NamedTuple):
    """A text whose cells may hold commas: `delimiter` separates them, `place` tells where a line and a cell stand."""

    text: bytes
    delimiter: bytes
    place: Placing

    def first(self, form: bytes) -> CellText | None:
        """Find the first cell of a form."""
        edge = rb"[\n" + re.escape(self.delimiter) + rb"]"
        found = re.search(rb"(?:^|(?<=" + edge + rb"))(?:" + form + rb")(?=" + edge + rb")", self.text)
        return self._cell(*found.span()) if found else None

    def first_number_with(self, sign: bytes) -> CellText | None:
        """Find the first cell that is meant as a number and holds a sign."""
        at = self.text.find(sign)
        # From sign to sign, because a long text that has none of it is looked through in no time.
        while at >= 0:
            line, line_end = self.text.rfind(b"\n", 0, at) + 1, self.text.index(b"\n", at)
            start = max(self.text.rfind(self.delimiter, line, at) + 1, line)
            end = self.text.find(self.delimiter, at, line_end)
            end = line_end if end < 0 else end
            if re.compile(_NUMBER).fullmatch(self.text, start, end):
                return self._cell(start, end)
            at = self.text.find(sign, end)
        return None

    def _cell(self, start: int, end: int) -> CellText:
        line = self.text.rfind(b"\n", 0, start) + 1
        column = self.text.count(self.delimiter, line, start) + 1
        place = self.place(self.text.count(b"\n", 0, line) + 1, column)
        return CellText(self.text[start:end].decode("utf-8", "replace"), place)


def commas_in_cells(cells: SeparatedText, said: bytes | None) -> Commas:
    r"""Tell what the commas inside the cells of a text are; `said` is the decimal sign that the user names, if any.

    Raises CsvLstmError where numbers have both signs, a sign that is not the user's, or groups of thousands.

    >>> commas_in_cells(SeparatedText(b"0,5;-1,25\n", b";", lambda line, column: Place("k.csv", line, column)), None)
    Commas(are_decimal=True, doubt=None)
    """
    comma, point = cells.first_number_with(COMMA), cells.first_number_with(POINT)
    if said:
        other = comma if said == POINT else point
        if other:
            raise _not_as_said(other, said)
        return Commas(said == COMMA)
    if comma is None:
        return Commas(False)
    if point:
        raise _both(comma, point)
    edge = rb"(?![^\n" + re.escape(cells.delimiter) + rb"])"
    if cells.first(rb"(?!" + _PERHAPS_GROUPED + edge + rb")" + _DECIMAL):
        return Commas(True)
    if grouped := cells.first(_SURELY_GROUPED):
        raise _grouped(grouped)
    return Commas(True, cells.first(_PERHAPS_GROUPED))


def is_one_number_a_line(text: bytes) -> bool:
    r"""Tell whether a text may be one column of numbers with decimal commas, below a header or not.

    >>> texts = b"0,5\n-1,25\n", b"lstm.bias\n0,5\n", b"0,5\n-1,2.5\n"
    >>> [is_one_number_a_line(text) for text in texts]
    [True, True, False]
    """
    if COMMA not in text or re.search(_NUMBER_WITH_POINT, text):
        return False
    return re.fullmatch(_ONE_A_LINE, text) is not None


def may_be_two_columns(text: bytes) -> bool:
    r"""Tell whether such numbers may also be an index and a vector of whole numbers, or have a cell too many.

    >>> may_be_two_columns(b"0,5\n1,25\n"), may_be_two_columns(b"0,5\n0,25\n"), may_be_two_columns(b"0,05\n-1,25\n")
    (True, False, False)
    >>> may_be_two_columns(b",0\n0,5\n1,25\n"), may_be_two_columns(b"0,5\n1\n2,3\n"), may_be_two_columns(b"3,2\n1\n1\n")
    (True, True, True)
    """
    if text.count(COMMA) == 1:
        return True
    lines = text[:-1].split(b"\n")
    # A header has no comma, or a blank corner above the index.
    has_header = lines[0].startswith(COMMA) or COMMA not in lines[0]
    numbers = lines[1:] if has_header else lines
    wholes = [number.partition(COMMA)[0].lstrip(b"+") for number in numbers]
    if len(set(wholes)) < len(wholes):
        return False
    return not any(re.match(rb"-|\+?,|\+?\d+,0\d", number) for number in numbers)


def _not_as_said(cell: CellText, said: bytes) -> CsvLstmError:
    if {",", "."} <= set(cell.text):
        return _grouped(cell)
    other = SIGNS[COMMA if said == POINT else POINT]
    found = f"{shown(cell.text)} has a {other}, while {argument(decimal=...)} says {SIGNS[said]}"
    return CsvLstmError(found, cell.place, advice=f"leave out {argument(decimal=...)}, or {_AGAIN}")


def _both(comma: CellText, point: CellText) -> CsvLstmError:
    for cell in (comma, point):
        if {",", "."} <= set(cell.text):
            return _grouped(cell)
    found = f"{shown(comma.text)} has a decimal comma, and {shown(point.text)} in {point.place.address} a decimal point"
    return CsvLstmError(found, comma.place, expected="one of them", advice="export the weights again")


def _grouped(cell: CellText) -> CsvLstmError:
    if all("." in part for part in cell.text.split(",")):
        found, advice = (
            f"{shown(cell.text)} is more than one number",
            f"{argument(delimiter='comma')} says that commas separate the cells",
        )
        return CsvLstmError(found, cell.place, expected="one in each cell", advice=advice)
    return CsvLstmError(f"{shown(cell.text)} groups its digits", cell.place, advice=_AGAIN)
