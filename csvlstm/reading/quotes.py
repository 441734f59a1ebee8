"""Quoted cells: from quoted CSV text to the same cells without quotes."""

from collections.abc import Iterator

from ..errors import CsvLstmError, Placing


def unquoted(text: bytes, delimiter: bytes, between: bytes, place: Placing) -> bytes:
    r"""Take the quotes off, and put another delimiter `between` the cells; lines and cells keep their number.

    `place` tells where a line and a cell, counted from 1, stand in the file. Raises CsvLstmError where quotes do not
    pair, where anything but a delimiter follows them, and for a line break between them.

    >>> unquoted(b'"0,5",1\n"-1,25",2\n', b",", b"|", print)
    b'0,5|1\n-1,25|2\n'
    """
    # Not splitlines, which takes other characters for line ends too.
    lines = [line + "\n" for line in text.decode("utf-8", "surrogateescape").split("\n")[:-1]]
    if delimiter == b" ":
        lines = [line.rstrip(" \n") + "\n" for line in lines]
    rows = _rows(lines, delimiter.decode("latin-1"), place)
    return "".join(between.decode().join(cells) + "\n" for cells in rows).encode("utf-8", "surrogateescape")


def _rows(lines: list[str], delimiter: str, place: Placing) -> Iterator[list[str]]:
    import csv

    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            if reader.line_num > line:
                raise csv.Error("a line break between quotes")
            yield [cell.strip(" ") for cell in cells]
            line += 1
    except csv.Error:
        expected, advice = '"0.5" or 0.5', "save the file again without quotes"
        raise CsvLstmError("has quotes that do not pair", place(line, 0), expected=expected, advice=advice) from None
