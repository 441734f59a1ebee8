"""Small tables of text with named columns, as a spreadsheet saves them: layers.csv and weights.csv."""

import io
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from typing import NamedTuple

from ..errors import CsvLstmError, Place
from .sources import SMALLEST_LIMIT, read_source

_BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AGAIN = "save it again as CSV in UTF-8"
_ANOTHER_ENCODING = (
    "names in GBK, GB18030, Big5, Shift-JIS or another encoding become other names elsewhere: "
    "save the table as 'CSV UTF-8 (comma delimited)'"
)
_DELIMITERS = ";\t,"
_NOTES = ("comment", "comments", "note", "notes", "remark", "remarks")
"""Columns that any table may have, and that nobody reads."""

_INDEXES = ("", "index", "unnamed: 0")
"""How an index column is called by what writes one; pandas reads one without a name as Unnamed: 0."""


class CsvRow(NamedTuple):
    """A row of a table: where it stands in its file, and the text and the number of each of its columns by name."""

    file: str
    line: int
    cells: dict[str, str]
    numbers: dict[str, int]

    def text(self, column: str) -> str:
        """Give the text of a column, empty where the table has none of that name."""
        return self.cells.get(column, "")

    def place(self, column: str) -> Place:
        """Tell where the cell of a column stands in the file."""
        return Place(self.file, self.line, self.numbers.get(column))


def read_table(path: str, required: Sequence[str], optional: Sequence[str] = ()) -> list[CsvRow]:
    """Read a table whose header row names all required columns, any of the optional ones, and no others.

    Commas, semicolons and tabs are recognised as delimiters by the header row; blank rows, comment lines above it, an
    index column and columns of notes are left out. Raises CsvLstmError where the file cannot be read, is no such table,
    or holds no rows.

    >>> columns = ["layer", "kernel", "bias", "input_size", "hidden_size"]
    >>> [row.text("layer") for row in read_table("sample_data/sunspots/layers.csv", columns)]
    ['cell_0', 'cell_1']
    """
    source = read_source(path, max_bytes=SMALLEST_LIMIT)
    text = _decode(source.data, source.name)
    header = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = next((mark for mark in _DELIMITERS if mark in header), ",")
    table = ((line, cells) for line, cells in _lines(text, delimiter, source.name) if any(cells))
    lines = dropwhile(lambda one: one[1][0].startswith("#"), table)
    if header.lower().startswith("sep="):
        # Excel's way to say which delimiter follows.
        next(lines)
    first, names = next(lines, (1, []))
    body = list(lines)
    if _has_index(names, [cells for _, cells in body]):
        names = ["", *names[len(names) == len(body[0][1]) :]]
        body = [(line, ["", *cells[1:]]) for line, cells in body]
    numbers = _numbers(names, required, optional, Place(source.name, first))
    rows = [_row(cells, numbers, Place(source.name, line)) for line, cells in body]
    if not rows:
        raise CsvLstmError("has no rows", Place(source.name), expected=f"a row of {', '.join(required)}")
    return rows


def _decode(data: bytes, name: str) -> str:
    """Decode a table; what is not UTF-8 is kept as it is, and refused in the cells that are read."""
    if data.startswith(_BOMS_UTF16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise CsvLstmError("is damaged UTF-16 text", Place(name), advice=_SAVE_AGAIN) from None
    text = data.decode("utf-8-sig", "surrogateescape")
    if "\0" in text:
        raise CsvLstmError("is UTF-16 without a byte order mark, or no text", Place(name), advice=_SAVE_AGAIN)
    return text


def _has_index(names: list[str], rows: list[list[str]]) -> bool:
    """Tell whether the first cells of all rows count from 0 or 1 under a name of an index, or beside all names."""
    if not rows or not names or not (names[0].lower() in _INDEXES or all(len(row) == len(names) + 1 for row in rows)):
        return False
    first = [row[0] for row in rows]
    return any(first == [str(number + start) for number in range(len(rows))] for start in (0, 1))


def _lines(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    import csv

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [cell.strip() for cell in cells]
            # A quoted cell may hold line breaks, so the next row begins after the last line that was read.
            line = reader.line_num + 1
    except csv.Error as error:
        raise CsvLstmError(f"is no CSV table ({error})", Place(name, line), advice="save it again as CSV") from None


def _numbers(names: list[str], required: Sequence[str], optional: Sequence[str], place: Place) -> dict[str, int]:
    """Number the columns by name, without those that are blank."""
    numbers: dict[str, int] = {}
    known = (*required, *optional, *_NOTES)
    expected = ", ".join([*required, *(f"{name} (optional)" for name in optional if name not in required)])
    for number, name in enumerate(map(str.lower, names), start=1):
        if not _is_unicode(name):
            raise CsvLstmError("is not UTF-8 text", place._replace(column=number), advice=_ANOTHER_ENCODING)
        if name in numbers or (name and name not in known):
            found = f"a second column {name!r}" if name in numbers else f"{name!r} is no column of this table"
            raise CsvLstmError(found, place._replace(column=number), expected=expected)
        numbers |= {name: number} if name else {}
    missing = [name for name in required if name not in numbers]
    if missing:
        found = f"has no column {', '.join(missing)}"
        raise CsvLstmError(found, place, expected=f"a first row that names the columns {expected}")
    return numbers


def _is_unicode(text: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in text)


def _row(cells: list[str], numbers: dict[str, int], place: Place) -> CsvRow:
    known = set(numbers.values())
    for number, cell in enumerate(cells, start=1):
        if cell and number not in known:
            found = f"{cell!r} stands under no column name"
            raise CsvLstmError(found, place._replace(column=number), expected="a name for each column in the first row")
    for name, number in numbers.items():
        if name not in _NOTES and number <= len(cells) and not _is_unicode(cells[number - 1]):
            raise CsvLstmError(f"the {name} is not in UTF-8", place._replace(column=number), advice=_ANOTHER_ENCODING)
    texts = {name: cells[number - 1] if number <= len(cells) else "" for name, number in numbers.items()}
    assert place.line
    return CsvRow(place.file, place.line, texts, numbers)
