"""From the bytes of any accepted CSV dialect to canonical text: UTF-8, LF, cells between commas, no blanks around them.

Lines and cells keep their number and their order, so that a place in the canonical text is a place in the file.
"""

import re
from typing import NamedTuple

from .errors import CsvLstmError, Place

_BOM_UTF8 = b"\xef\xbb\xbf"
_BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NAMES = {b",": "comma", b";": "semicolon", b"\t": "tab", b" ": "blanks"}


class Canonical(NamedTuple):
    """Canonical text, ending with a newline, and what was recognised on the way to it."""

    text: bytes
    recognised: list[str]


def canonical(data: bytes, name: str) -> Canonical:
    r"""Bring the bytes of a file into canonical text.

    Raises CsvLstmError for an empty file, for UTF-16 and for binary data.

    >>> canonical(b"\xef\xbb\xbf1;2\r\n3;4", "k.csv")
    Canonical(text=b'1,2\n3,4\n', recognised=['byte order mark', 'semicolon as delimiter'])
    """
    recognised = []
    if data.startswith(_BOM_UTF8):
        data = data[len(_BOM_UTF8) :]
        recognised.append("byte order mark")
    _refuse_binary(data, name)
    text = _with_line_feeds(data)
    if not (text[:64].strip() or text.strip()):
        raise CsvLstmError("is empty", Place(name), advice="export the weights again")
    delimiter = _delimiter(text)
    if delimiter != b",":
        recognised.append(f"{_NAMES[delimiter]} as delimiter")
    return Canonical(_with_commas(text, delimiter, name), recognised)


def _refuse_binary(data: bytes, name: str) -> None:
    if data.startswith(_BOMS_UTF16):
        raise CsvLstmError("is UTF-16 text", Place(name), expected="UTF-8", advice="save it again as UTF-8")
    if b"\0" in data[:4096]:
        advice = "export the weights with np.savetxt(file, weights, delimiter=',')"
        raise CsvLstmError("is binary data", Place(name), expected="CSV text", advice=advice)


def _with_line_feeds(data: bytes) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Tested first, because stripping copies the whole text.
    if not data.endswith(b"\n") or data.endswith(b"\n\n"):
        data = data.rstrip(b"\n") + b"\n"
    return data


def _delimiter(text: bytes) -> bytes:
    """Choose by the first two lines: a header row may hide what the rows of weights use, and those show it."""
    second = text.find(b"\n", text.find(b"\n") + 1)
    sample = text[: second + 1] or text
    return next((mark for mark in (b";", b"\t", b",", b" ") if mark in sample), b",")


def _with_commas(text: bytes, delimiter: bytes, name: str) -> bytes:
    if delimiter == b" ":
        return _blanks_to_commas(text)
    if b" " in text:
        text = re.sub(rb" *(" + re.escape(delimiter) + rb"|\n) *", rb"\1", text.lstrip(b" "))
    if delimiter == b",":
        return text
    _refuse_decimal_commas(text, delimiter, name)
    return text.replace(delimiter, b",")


def _blanks_to_commas(text: bytes) -> bytes:
    if b"  " in text or b"\n " in text or b" \n" in text or text.startswith(b" "):
        return b"".join(b",".join(line.split()) + b"\n" for line in text.split(b"\n")[:-1])
    return text.replace(b" ", b",")


def _refuse_decimal_commas(text: bytes, delimiter: bytes, name: str) -> None:
    for number, line in enumerate(text.split(b"\n") if b"," in text else (), start=1):
        for column, cell in enumerate(line.split(delimiter) if b"," in line else (), start=1):
            if b"," in cell:
                raise CsvLstmError(
                    f"{cell.decode(errors='replace')!r} has a comma inside a {_NAMES[delimiter]}-delimited cell",
                    Place(name, number, column),
                    expected="a decimal point",
                    advice="save the file again with decimal points",
                )
