"""From the bytes of any accepted CSV dialect to canonical text: UTF-8, LF, cells between commas, decimal points.

Cells keep their digits, and lines and cells their order, so that a place in the canonical text is one in the file.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import CsvLstmError, Place, Placing
from .decimals import (
    COMMA,
    POINT,
    CellText,
    Commas,
    SeparatedText,
    commas_in_cells,
    is_one_number_a_line,
    may_be_two_columns,
)
from .encoding import Lines, table_lines

BETWEEN = b"\x1f"
"""The unit separator: it separates cells that had quotes around them, and none where there is one cell a line."""

_BLANK = b" "
_NAMES = {b";": "semicolon", b"\t": "tab", _BLANK: "blanks"}
_DELIMITING_COMMA = rb'(?m:^),|,,|,(?m:$)|",|,"'


class Canonical(NamedTuple):
    """The text of a file in canonical form, ending with a newline, and what was recognised on the way to it.

    `skipped` lines of the file stand above the text, and `decimal` is the decimal sign there. A `doubt` is a cell that
    could be read in another way.
    """

    name: str
    text: bytes
    recognised: Sequence[str] = ()
    skipped: int = 0
    decimal: bytes = POINT
    doubt: CellText | None = None

    def place(self, line: int, column: int | None = None) -> Place:
        """Tell where a line and a cell of the text, counted from 1, stand in the file."""
        return Place(self.name, line + self.skipped, column)


def canonical(data: bytes, name: str, delimiter: bytes | None = None, decimal: bytes | None = None) -> Canonical:
    r"""Bring the bytes of a file into canonical text, in the likeliest of its readings.

    Raises CsvLstmError as `readings` does.

    >>> canonical(b"\xef\xbb\xbf0,5;2\r\n3;4", "k.csv").text
    b'0.5,2\n3,4\n'
    """
    return readings(data, name, delimiter, decimal)[0]


def readings(data: bytes, name: str, delimiter: bytes | None = None, decimal: bytes | None = None) -> list[Canonical]:
    r"""Bring the bytes of a file into canonical text, in each way that they can be read, the likeliest first.

    There is more than one where commas may be decimal signs or delimiters; `delimiter` and `decimal`, where the user
    names them, leave only one. Raises CsvLstmError for an empty file, for damaged UTF-16, for binary data, for quotes
    that do not pair, and for numbers with both decimal signs or with groups of thousands.

    >>> [reading.text for reading in readings(b"0,5\n0,25\n", "b.csv")]
    [b'0.5\n0.25\n', b'0,5\n0,25\n']
    """
    lines = table_lines(data, name)
    said = delimiter or lines.delimiter
    marks = [said] if said else _delimiters(lines.text, decimal)
    return [_reading(lines, mark, decimal, name) for mark in marks]


def _delimiters(text: bytes, decimal: bytes | None) -> list[bytes]:
    """Choose by the first two lines: a header row may hide what the rows of weights use, and those show it."""
    end = text.find(b"\n") + 1
    sample = text[: text.find(b"\n", end) + 1 or end]
    if b'"' in sample:
        sample = re.sub(rb'"[^"\n]*"', b'"', sample)
    if mark := next((mark for mark in (b";", b"\t") if mark in sample), None):
        return [mark]
    # Numbers have commas inside; of a quoted cell one quote is left.
    if decimal == COMMA and not re.search(_DELIMITING_COMMA, sample):
        return [_BLANK if re.search(rb"[^ \n] +[^ \n]", sample) else BETWEEN]
    if decimal is None and max(line.count(COMMA) for line in sample.split(b"\n")) <= 1 and is_one_number_a_line(text):
        return [BETWEEN, COMMA]
    return [_BLANK if _BLANK in sample and COMMA not in sample else COMMA]


def _reading(lines: Lines, mark: bytes, said: bytes | None, name: str) -> Canonical:
    """Read lines whose cells a mark separates; `said` is the decimal sign that the user names."""
    place = Canonical(name, b"", skipped=lines.skipped).place
    is_quoted = b'"' in lines.text
    cells = _cells(lines.text, mark, is_quoted, said, place)
    commas = _commas(cells, said, is_column=mark == BETWEEN)
    text = cells.text
    if cells.delimiter != COMMA:
        text = text.replace(COMMA, POINT).replace(cells.delimiter, COMMA)
    whole = _without_trailing_commas(text)
    found = {
        f"{_NAMES.get(mark) or repr(mark.decode())} as delimiter": mark not in (COMMA, BETWEEN),
        "quotes": is_quoted,
        "decimal comma": commas.are_decimal and COMMA in cells.text,
        "delimiters at the line ends": whole != text,
    }
    recognised = [*lines.recognised, *(words for words, holds in found.items() if holds)]
    return Canonical(name, whole, recognised, lines.skipped, COMMA if commas.are_decimal else POINT, commas.doubt)


def _cells(text: bytes, mark: bytes, is_quoted: bool, said: bytes | None, place: Placing) -> SeparatedText:
    """Separate the cells by one byte that stands in none of them, without quotes and blanks around them."""
    if (is_quoted or said == COMMA or mark == BETWEEN) and BETWEEN in text:
        raise CsvLstmError(
            "is binary data", Place(place(1, 0).file), expected="CSV text", advice="export the weights again"
        )
    if is_quoted:
        from .quotes import unquoted

        return SeparatedText(unquoted(text, mark, BETWEEN, place), BETWEEN, place)
    text = _without_blanks(text, mark)
    if mark == COMMA == said:
        return SeparatedText(text.replace(COMMA, BETWEEN), BETWEEN, place)
    return SeparatedText(text, mark, place)


def _commas(cells: SeparatedText, said: bytes | None, is_column: bool) -> Commas:
    if cells.delimiter == COMMA or not (said or COMMA in cells.text):
        return Commas(False)
    if is_column and said is None and may_be_two_columns(cells.text):
        return Commas(True, cells.first_number_with(COMMA))
    return commas_in_cells(cells, said)


def _without_blanks(text: bytes, mark: bytes) -> bytes:
    """Take away the blanks around cells; where blanks part them, leave one."""
    if _BLANK not in text:
        return text
    text = text.lstrip(_BLANK)
    if mark == _BLANK:
        while b"  " in text:
            text = text.replace(b"  ", _BLANK)
        return text.replace(b"\n ", b"\n").replace(b" \n", b"\n")
    # A power of two at a time: a pattern would look at a long stretch of blanks once for each of them.
    blanks = _BLANK
    while blanks in text:
        blanks *= 2
    while blanks := blanks[: len(blanks) // 2]:
        for edge in (mark, b"\n"):
            text = text.replace(edge + blanks, edge).replace(blanks + edge, edge)
    return text


def _without_trailing_commas(text: bytes) -> bytes:
    """Take away the delimiters that every line ends with."""
    while text.endswith(b",\n") and text.count(b",\n") == text.count(b"\n"):
        text = text.replace(b",\n", b"\n")
    return text
