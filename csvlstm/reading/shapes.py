"""Which lines and cells of a file are weights: header row, index column, flat and transposed forms.

The declared sizes say how many rows and columns of weights there are. What is beyond them is a header row or an index
column only where it can be nothing else: a careless rule here would lose a row of weights in silence.
"""

import re
from enum import Enum
from itertools import pairwise, product
from typing import NamedTuple

from ..errors import CsvLstmError, Place, argument
from .dialect import Canonical
from .scanning import count_lines

_OF_PYTHON = r"[a-z_][\w.]*\([+-]?\d*\.\d.*|(?:[a-z]+\.)?(?:b?float|u?int|tensor|array)\d*\(.*"
_NO_LABEL = rf"(?i:nan|na|n/a|null|none|inf|infinity|true|false|e[+-]?\d+|{_OF_PYTHON})"
_WHOLE = r"\d{1,15}(?:\.0*)?"
_POINT = rb"[-+,\n\d]\."
_FRACTION = rb"\.\d*[1-9]"
_COLUMNS_OF_A_SPREADSHEET, _ROWS_OF_A_SPREADSHEET = 2**14, 2**20
_FEWEST_THAT_COUNT = 4
"""Fewer cells than this may read 0, 1, 2 by chance; then the number of cells alone decides."""

_GLANCE = 64


class Options(NamedTuple):
    """How files are to be read: as the user says, None where what the file shows decides.

    `delimiter` is the character that separates the cells, `decimal` the decimal sign: a point or a comma. `digest` asks
    for the SHA-256 of each file. Flat files are read row by row, or column by column where they are `column_major`.
    """

    transposed: bool = False
    header_row: bool | None = None
    index_column: bool | None = None
    delimiter: bytes | None = None
    decimal: bytes | None = None
    digest: bool = False
    column_major: bool = False


DEFAULTS = Options()


class Grid(NamedTuple):
    """One way to see a text: its cells [rows, columns] beside a header row and an index column."""

    rows: int
    columns: int
    header_row: bool
    index_column: bool
    doubtful: str = ""
    """The option that says whether the first row or column holds weights, where the file does not show it."""

    def __str__(self) -> str:
        return f"{self.rows} x {self.columns}"

    @property
    def cells(self) -> int:
        """The number of its cells."""
        return self.rows * self.columns

    @property
    def spreadsheet_limit(self) -> str:
        """The limit of spreadsheets that the file reaches exactly, as it does where the rest was cut off, or none."""
        if self.columns + self.index_column == _COLUMNS_OF_A_SPREADSHEET:
            return f"exactly {_COLUMNS_OF_A_SPREADSHEET:,} columns"
        rows = self.rows + self.header_row
        return f"exactly {rows:,} rows" if rows == _ROWS_OF_A_SPREADSHEET else ""


class Form(NamedTuple):
    """How a table [rows, columns] lies in its file: as it is, turned, or flat (one row or one column, C order).

    `skipped` lines of the file stand above it, and `decimal` is the decimal sign there.
    """

    rows: int
    columns: int
    grid: Grid
    transposed: bool
    skipped: int = 0
    decimal: bytes = b"."

    @property
    def cells(self) -> int:
        """The number of its cells."""
        return self.rows * self.columns

    @property
    def as_it_is(self) -> bool:
        """Whether the lines of the file are the rows of the table."""
        return not self.transposed and self.grid.columns == self.columns

    @property
    def turned(self) -> bool:
        """Whether the lines of the file are the columns of the table."""
        return not self.as_it_is and self.grid.columns == self.rows

    def place(self, file: str, row: int, column: int) -> Place:
        """Tell where a cell of the table, counted from 0, stands in the file."""
        number = column * self.rows + row if self.transposed else row * self.columns + column
        return self.place_in_grid(file, *divmod(number, self.grid.columns))

    def place_in_grid(self, file: str, row: int, column: int) -> Place:
        """Tell where a cell of the grid, counted from 0, stands in the file."""
        line = self.skipped + self.grid.header_row + row + 1
        return Place(file, line, self.grid.index_column + column + 1)


class _Extra(Enum):
    """What a first row or column shows of being a header or an index: the answers that are left open."""

    NO = (False,)
    YES = (True,)
    SHAPE_DECIDES = (False, True)
    USER_DECIDES = (False, True, None)
    USER_CONFIRMS = (True, False)
    """Weights where the shape fits them, and where it fits only without them, the user must say that they are none."""


_BY_CHANCE = (_Extra.SHAPE_DECIDES, _Extra.USER_CONFIRMS)


def forms(text: Canonical, rows: int, columns: int, options: Options) -> list[Form]:
    """List how a text can be read as a table [rows, columns]: one form, or none where the sizes are wrong.

    Raises CsvLstmError where only the user can say whether the first row or column holds weights.

    >>> text = Canonical("k.csv", b"a,b,c,d\\n1,2,3,4\\n5,6,7,8\\n")
    >>> [form.grid for form in forms(text, 2, 4, Options())]
    [Grid(rows=2, columns=4, header_row=True, index_column=False, doubtful='')]
    """
    matrix = (columns, rows) if options.transposed else (rows, columns)
    accepted = {matrix, (1, rows * columns), (rows * columns, 1)}
    fitting = [grid for grid in grids(text.text, options) if (grid.rows, grid.columns) in accepted]
    for grid in fitting:
        if grid.doubtful:
            raise _doubt(text, grid)
    return [Form(rows, columns, grid, _is_turned(grid, rows, options), text.skipped, text.decimal) for grid in fitting]


def _is_turned(grid: Grid, rows: int, options: Options) -> bool:
    """Tell whether the columns of a table stand one behind the other in its file."""
    is_flat = 1 in (grid.rows, grid.columns)
    return rows > 1 and (options.transposed != (options.column_major and is_flat))


def grids(text: bytes, options: Options) -> list[Grid]:
    """List the ways to see canonical text, the likeliest first.

    >>> grids(b",0,1\\n0,0.5,0.25\\n1,0.125,1.5\\n", Options())[0]
    Grid(rows=2, columns=2, header_row=True, index_column=True, doubtful='')
    """
    lines, cells = count_lines(text), cells_per_line(text)
    headers = {index: _header(text, index, options) for index in (True, False)}
    indexes = {header: _index(text, header, options) for header in (True, False)}
    seen = []
    for header, index in product((True, False), repeat=2):
        if lines - header and cells - index:
            answers = (headers[index], indexes[header])
            if header in answers[0].value and index in answers[1].value:
                grid = Grid(lines - header, cells - index, header, index, _doubtful(header, *answers))
                by_chance = (header or index) and not {*answers}.isdisjoint(_BY_CHANCE)
                seen.append((by_chance, grid))
    # Where the first row and the first column contradict each other, all cells count, and what is no weight is refused.
    whole = Grid(lines, cells, header_row=False, index_column=False)
    return [grid for _, grid in sorted(seen, key=lambda one: one[0])] or [whole]


def cells_per_line(text: bytes) -> int:
    """Count the cells of the second line, or of the only one: a first line may be a header row."""
    start = text.find(b"\n") + 1
    return text.count(b",", *((start, text.find(b"\n", start)) if start < len(text) else (0, start))) + 1


def _header(text: bytes, index: bool, options: Options) -> _Extra:
    if options.header_row is False:
        return _Extra.NO
    return _as_said(_shown_header(text, index), options.header_row)


def _index(text: bytes, header: bool, options: Options) -> _Extra:
    if options.index_column is False:
        return _Extra.NO
    return _as_said(_shown_index(text, header), options.index_column)


def _as_said(found: _Extra, said: bool | None) -> _Extra:
    """Let the shape decide where the user says that a file has labels and it does not show them: another may have."""
    return _Extra.SHAPE_DECIDES if said and found is not _Extra.YES else found


def _shown_header(text: bytes, index: bool) -> _Extra:
    end = text.find(b"\n")
    if end + 1 == len(text):
        return _Extra.NO
    cells = text[:end].decode("utf-8", "surrogateescape").split(",")
    is_whole_line = len(cells) == cells_per_line(text)
    if is_whole_line and _counts(cells) and len(cells) >= _FEWEST_THAT_COUNT:
        second_row = text[end + 1 : text.find(b"\n", end + 1)].decode("utf-8", "replace").split(",")
        if second_row[0] == str(len(cells)):
            # A kernel of counting numbers goes on counting in its second row.
            counts_on = _counts([*cells, *second_row]) and not _has_point(text, end)
            return _Extra.NO if counts_on else _Extra.USER_DECIDES
    # Some writers leave the corner above an index out.
    names = cells[index:] if is_whole_line else cells
    if len(names) != cells_per_line(text) - index and not all(map(_begins_as_label, names)):
        # Words may be a title, but numbers are one for each column.
        return _Extra.NO
    found = _extra(names, text, end + 1, corner_is_blank=index and not cells[0])
    # Beside a label, 0 may also be the weight of a row too many.
    return _Extra.USER_CONFIRMS if index and is_whole_line and found is _Extra.SHAPE_DECIDES else found


def _shown_index(text: bytes, header: bool) -> _Extra:
    if cells_per_line(text) == 1:
        return _Extra.NO
    start = text.find(b"\n") + 1 if header else 0
    second = text.find(b"\n", start) + 1
    # A glance at two cells, because cutting a large text into its lines takes long.
    glance = (re.split(rb"[,\n]", text[at : at + _GLANCE])[0] for at in (start, second) if at < len(text))
    if not all(map(_is_extra, (cell.decode("utf-8", "surrogateescape") for cell in glance))):
        return _Extra.NO
    cells = [line.split(b",", 1)[0].decode("utf-8", "surrogateescape") for line in text[start:-1].split(b"\n")]
    if header and text.count(b",", 0, start) + 2 == cells_per_line(text) and _are_row_names(cells, text, start):
        return _Extra.YES
    return _extra(cells, text, start, corner_is_blank=header and text.startswith(b","))


def _extra(cells: list[str], text: bytes, body: int, corner_is_blank: bool) -> _Extra:
    """Judge the cells of a first row or column: names, or 0..n-1 as pandas writes them, beside a body of weights."""
    if all(_begins_as_label(cell) and not re.fullmatch(_NO_LABEL, cell) for cell in cells):
        # One word for all may be what became of lost weights, but hardly in Chinese or Japanese.
        are_names = len({*cells}) == len(cells) or any(map(_has_number, cells)) or not any(map(str.isascii, cells))
        return _Extra.YES if are_names else _Extra.NO
    if corner_is_blank and all(re.fullmatch(_WHOLE, cell) for cell in cells):
        return _Extra.YES
    if not _counts(cells):
        return _of_other_numbers(cells, text, body)
    if len(cells) < _FEWEST_THAT_COUNT:
        return _Extra.SHAPE_DECIDES
    # Among whole numbers, 0..n-1 may be weights as well.
    return _Extra.YES if _has_point(text, body) else _Extra.USER_DECIDES


def _has_point(text: bytes, start: int) -> bool:
    """Tell whether a number has a decimal point; a word may have another."""
    return bool(re.compile(_POINT).search(text, start))


def _is_extra(cell: str) -> bool:
    """Tell at a glance whether a cell may be one of a first row or column."""
    return _begins_as_label(cell) or bool(re.fullmatch(_WHOLE, cell))


def _begins_as_label(cell: str) -> bool:
    """Tell whether a cell begins with a letter, a sign of one, or an underscore.

    A label in another encoding than UTF-8, as GB18030, begins with a byte that is none of ASCII.
    """
    first = cell[:1]
    return (first.isalnum() and not first.isdecimal()) or first == "_" or "\udc80" <= first <= "\udcff"


def _are_row_names(cells: list[str], text: bytes, body: int) -> bool:
    """Tell whether cells count from 1 as R names rows, beside fractions; decimal commas leave no fractions there."""
    counts = all(cell == str(number) for number, cell in enumerate(cells, start=1))
    return counts and bool(re.compile(_FRACTION).search(text, body))


def _of_other_numbers(cells: list[str], text: bytes, body: int) -> _Extra:
    """Judge whole numbers that do not count from 0: among fractions they are hardly weights."""
    if len(cells) < _FEWEST_THAT_COUNT or not all(re.fullmatch(_WHOLE, cell) for cell in cells):
        return _Extra.NO
    if len(set(cells)) < len(cells) or not re.compile(_FRACTION).search(text, body):
        return _Extra.NO
    # Of those that rise nothing says that they are no weights; the others are refused where they are labels.
    return _Extra.USER_DECIDES if _rises(cells) else _Extra.SHAPE_DECIDES


def _counts(cells: list[str]) -> bool:
    return all(cell == str(number) for number, cell in enumerate(cells))


def _rises(cells: list[str]) -> bool:
    """Tell whether each of some whole numbers is larger than the one before."""
    return all(number < following for number, following in pairwise(map(float, cells)))


def _has_number(cell: str) -> bool:
    return bool(re.search("[0-9]", cell))


def _doubtful(is_header: bool, header: _Extra, index: _Extra) -> str:
    if is_header and header is _Extra.USER_CONFIRMS:
        return "header"
    options = (option for option, extra in (("header", header), ("index", index)) if extra is _Extra.USER_DECIDES)
    return next(options, "")


def _doubt(text: Canonical, grid: Grid) -> CsvLstmError:
    is_header = grid.doubtful == "header"
    taken, counted = (argument(**{grid.doubtful: yes}) for yes in (True, False))
    # A header row above a doubtful index column is none of it, and the other way round.
    row, column = (0, grid.index_column) if is_header else (grid.header_row, 0)
    rows = [line.split(b",")[column:] for line in text.text.split(b"\n", row + 4)[row : row + 3]]
    cells = rows[0][:3] if is_header else [cells[0] for cells in rows]
    shown = ", ".join(cell.decode("utf-8", "replace") for cell in cells)
    line = "row" if is_header else "column"
    return CsvLstmError(
        f"the first {line} holds the whole numbers {shown} ..., which may be weights or not",
        text.place(row + 1, column + 1),
        expected=f"{taken} or {counted}",
        advice=f"{taken} takes it as {'a header row' if is_header else 'an index column'}, {counted} as weights",
    )
