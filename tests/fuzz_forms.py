"""The grammar of the files that are fuzzed: a kernel and a bias in any form, and the doubts that they leave."""

import bz2
import gzip
import lzma
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from csvlstm.layouts.gates import Sizes
from csvlstm.reading.shapes import Options

from .forms_table import Dialect, Row, Rows, counting, turned, with_header, with_index


def gzipped(data: bytes) -> bytes:
    """Pack without the time, so that the same bytes are damaged each time."""
    return gzip.compress(data, mtime=0)


Packing = Callable[[bytes], bytes]

UNPACK: dict[Packing, Packing] = {
    bytes: bytes,
    gzipped: gzip.decompress,
    bz2.compress: bz2.decompress,
    lzma.compress: lzma.decompress,
}


class File(NamedTuple):
    """A table as it is written: its weights [rows, columns] in C order in `shape`, labels beside them, a dialect."""

    weights: Rows
    is_transposed: bool
    shape: tuple[int, int]
    header_row: list[str]
    index_column: list[str]
    dialect: Dialect

    @property
    def cells(self) -> Rows:
        """The cells of the file, labels included."""
        flat = [cell for row in (turned(self.weights) if self.is_transposed else self.weights) for cell in row]
        rows = folded(flat, self.shape[1])
        rows = with_index(rows, self.index_column) if self.index_column else rows
        return with_header(rows, self.header_row) if self.header_row else rows

    def with_cell(self, number: int, cell: str) -> "File":
        """Replace a cell; they are counted from 0 as they stand in the file, without labels."""
        height, width = len(self.weights), len(self.weights[0])
        row, column = divmod(number, height)[::-1] if self.is_transposed else divmod(number, width)
        weights = [list(cells) for cells in self.weights]
        weights[row][column] = cell
        return self._replace(weights=weights)

    def write(self) -> bytes:
        return self.dialect.write(self.cells)


class Written(NamedTuple):
    """A kernel and a bias, their sizes, and the options that they need to be read."""

    kernel: File
    bias: File
    sizes: Sizes
    options: Options

    def row(self, kernel: Rows, bias: list[str]) -> Row:
        """Give the row of a table of forms, with cells as they were read."""
        o = self.options
        said = {
            ("--transposed",): o.transposed,
            ("--order", "F"): o.column_major,
            ("--header",): o.header_row is True,
            ("--no-header",): o.header_row is False,
            ("--index",): o.index_column is True,
            ("--no-index",): o.index_column is False,
            ("--delimiter", (o.delimiter or b"").decode()): o.delimiter,
            ("--decimal", (o.decimal or b"").decode()): o.decimal,
        }
        arguments = tuple(word for words, holds in said.items() if holds for word in words)
        return Row("fuzzed", (b"", b""), kernel, bias, self.bias.shape[1] == 1, arguments)


def folded(flat: list[str], columns: int) -> Rows:
    return [flat[at : at + columns] for at in range(0, len(flat), columns)]


PRINTED: list[Callable[[float], str]] = [
    lambda weight: str(np.float32(weight)),
    repr,
    "{:.18e}".format,
    "{:.9g}".format,
    "{:.6f}".format,
    "{:.3f}".format,
    "{:+.1E}".format,
    "{:.0f}".format,
    "{:.0f}.".format,
    lambda weight: f"{weight:.4f}".replace("0.", ".", 1),
    lambda weight: "-0.0" if weight < 0 else "0",
]


@st.composite
def weights(draw: DrawFn, rows: int, columns: int) -> Rows:
    """Print random weights of one scale in one way, or some of them in another."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 10.0 ** draw(st.sampled_from([0, -1, 1, 3, -5, -40, 30]))
    usual, odd = draw(st.sampled_from(PRINTED)), draw(st.sampled_from(PRINTED))
    share = draw(st.sampled_from([0, 0, 0.1]))
    drawn = scale * numbers.standard_normal((rows, columns))
    if draw(st.integers(0, 9)) == 0:
        # Numbers that count, as a header row or an index column does.
        share = 0
        drawn = np.arange(rows * columns, dtype=float).reshape(rows, columns) + draw(st.sampled_from([0, 1, 0.5]))
    return [[(odd if numbers.random() < share else usual)(weight) for weight in row] for row in drawn.tolist()]


@st.composite
def labels(draw: DrawFn, number: int, weights: Rows) -> list[str]:
    """Name rows or columns, or count them, or leave them alone."""
    name = draw(st.sampled_from(["i_", "Größe", "x", "weight/", "lstm.bias_"]))
    names = [f"{name}{count}" for count in range(number)]
    # Less than four that count from 1, and any among whole numbers, are weights too many, and so refused.
    has_fractions = sum(bool(re.search(r"\.\d*[1-9]", cell)) for row in weights for cell in row) > 1
    from_1 = counting(number + 1)[1:] if number >= 4 and has_fractions else []
    return draw(st.sampled_from([[], [], names, counting(number), from_1]))


class How(NamedTuple):
    """What separates the cells, and the decimal sign."""

    delimiter: str
    decimal: str

    @property
    def mark(self) -> str:
        """The delimiter without the blanks around it."""
        return self.delimiter.strip(" ") or " "

    @property
    def must_be_said(self) -> bool:
        """Whether no file shows this delimiter, or a decimal comma beside it."""
        return self.mark == "|" or (self.mark == " " and self.decimal == ",")


@st.composite
def dialects(draw: DrawFn, how: How, is_column: bool) -> Dialect:
    """Write cells down in any of the ways that are read."""
    mark, is_two_things = how.mark, how.mark == how.decimal
    quotes = ["some", "all"] if is_two_things and not is_column else ["none", "none", "some", "all"]
    blank_rows = [mark * 3 + "\n"] if mark in ",;\t" else []
    sep = [f"sep={mark}\n"] if mark != " " and not is_two_things else []
    encoding, bom = draw(st.sampled_from(ENCODINGS))
    return Dialect(
        how.delimiter,
        how.decimal,
        draw(st.sampled_from(quotes)),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
        bom + draw(st.sampled_from(["", "", "\n\n", "# i; j, f o\n", "#\n# D=3, 0.5\n\n", *blank_rows, *sep])),
        "" if mark == " " or is_two_things else draw(st.sampled_from(["", "", mark, 2 * mark])),
        draw(st.sampled_from(["\n", "\n", "", "\n\n\n", "\n# the end\n", *("\n" + row for row in blank_rows)])),
        encoding,
        draw(st.sampled_from([bytes, bytes, bytes, *UNPACK])),
    )


BOM = "\ufeff"
ENCODINGS = [("utf-8", ""), ("utf-8", ""), ("utf-8-sig", ""), ("utf-16-le", BOM), ("utf-16-be", BOM), ("gb18030", "")]


@st.composite
def files(draw: DrawFn, weights: Rows, shape: tuple[int, int], how: How, is_transposed: bool = False) -> File:
    """Lay a table out in a shape, with labels or without."""
    if how.decimal == ",":
        # The comma at the end of 5, is a delimiter to any reader; the number is the same.
        weights = [[cell.removesuffix(".") for cell in row] for row in weights]
    header, index = draw(labels(shape[1], weights)), draw(labels(shape[0], weights))
    if header and index:
        # Some writers leave the corner out.
        header = draw(st.sampled_from([["", *header], ["", *header], ["gate", *header], header]))
    dialect = draw(dialects(how, is_column=shape[1] == 1 and not index))
    return File(weights, is_transposed, shape, header, index, dialect)


DELIMITERS = [",", ",", ", ", ";", "\t", " ", "   ", "|"]


@st.composite
def exports(draw: DrawFn) -> Written:
    """Write the kernel and the bias of a cell in any form, with the options that they need."""
    sizes = Sizes(draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    rows, columns = sizes.rows, sizes.columns
    hows = [How(draw(st.sampled_from(DELIMITERS)), draw(st.sampled_from(".,"))) for _ in range(2)]
    # What is said, is said of both files.
    hows = next(([how, how] for how in hows if how.must_be_said), hows)
    shape = draw(st.sampled_from([(rows, columns), (1, rows * columns), (rows * columns, 1), (columns, rows)]))
    is_transposed = shape == (columns, rows) and draw(st.booleans() if rows == columns else st.just(True))
    kernel = draw(files(draw(weights(rows, columns)), shape, hows[0], is_transposed))
    bias = draw(files(draw(weights(1, columns)), draw(st.sampled_from([(1, columns), (columns, 1)])), hows[1]))
    is_settled = draw(st.booleans())
    has_german_column = any(file.shape[1] == 1 and file.dialect.decimal == "," for file in (kernel, bias))
    options = Options(
        is_transposed,
        bool(kernel.header_row or bias.header_row) if is_settled else None,
        # Beside it, damage would make two columns of one with decimal commas.
        bool(kernel.index_column or bias.index_column) if is_settled and not has_german_column else None,
        hows[0].mark.encode() if hows[0].must_be_said else None,
        hows[0].decimal.encode() if hows[0].must_be_said else None,
    )
    return Written(kernel, bias, sizes, options)


@st.composite
def column_by_column(draw: DrawFn) -> Written:
    """Write a flat kernel column by column, as R, MATLAB and Fortran do, in any dialect, with labels or without."""
    written = draw(exports())
    rows, columns = written.sizes.rows, written.sizes.columns
    how = How(written.kernel.dialect.delimiter, written.kernel.dialect.decimal)
    shape = draw(st.sampled_from([(1, rows * columns), (rows * columns, 1)]))
    kernel = draw(files(written.kernel.weights, shape, how, is_transposed=True))
    # What was settled of the labels was said of another kernel.
    unsettled = written.options._replace(header_row=None, index_column=None)
    return written._replace(kernel=kernel, options=unsettled._replace(transposed=False, column_major=True))


@st.composite
def shuffled_labels(draw: DrawFn) -> Written:
    """Name the columns or the rows of a kernel by numbers that are out of order, as sorting leaves them."""
    written = draw(exports().filter(lambda one: one.kernel.shape[0] > 2 and one.kernel.shape[1] > 2))
    across = draw(st.booleans())
    name, number = draw(st.sampled_from(["V", "w", "unit_", "X"])), written.kernel.shape[across]
    order = draw(st.permutations(range(1, number + 1)).filter(lambda order: [*order] != sorted(order)))
    names = [f"{name}{count}" for count in order]
    kernel = written.kernel._replace(header_row=names if across else [], index_column=[] if across else names)
    settled = written.options._replace(header_row=across, index_column=not across)
    return written._replace(kernel=kernel, bias=bare(written.bias), options=settled)


def bare(file: File) -> File:
    """Leave out the labels."""
    return file._replace(header_row=[], index_column=[])


@st.composite
def bias_rows(draw: DrawFn) -> Written:
    """Write the bias as the first or the last row of the kernel, too."""
    written = draw(exports().filter(lambda one: one.kernel.shape == (one.sizes.rows, one.sizes.columns)))
    bias, rows = written.bias.weights, written.kernel.weights
    more = [*bias, *rows] if draw(st.booleans()) else [*rows, *bias]
    kernel = bare(written.kernel)._replace(weights=more, shape=(len(more), written.sizes.columns))
    settled = written.options._replace(header_row=False, index_column=False)
    return written._replace(kernel=kernel, bias=bare(written.bias), options=settled)


@st.composite
def long_forms(draw: DrawFn) -> Written:
    """Write a kernel one cell a line, behind its row and its column, in any order of the lines."""
    written = draw(exports())
    cells = [[str(r), f"g{c}", cell] for r, row in enumerate(written.kernel.weights) for c, cell in enumerate(row)]
    lines = draw(st.permutations(cells))
    header = draw(st.sampled_from([[], ["row", "column", "value"]]))
    dialect = written.kernel.dialect
    if dialect.delimiter.strip() == dialect.decimal:
        # A comma that is both would make two cells of one number.
        dialect = dialect._replace(decimal=".")
    kernel = File([*lines], False, (len(lines), 3), header, [], dialect)
    return written._replace(kernel=kernel)


_WHOLE = r"\d+(?:\.0*)?"


def doubts(file: File) -> set[str]:
    """Name the options that may be asked for, because a person could read the file in two ways as well."""
    found = set()
    cells = file.cells
    if any(count_up(row[corner:]) for row in cells[:1] for corner in (0, 1)) or cells[0][1:] in (
        ["0"],
        ["0", "1"],
        ["0", "1", "2"],
    ):
        found.add("--header")
    for rows in (cells, cells[1:]):
        if count_up([row[0] for row in rows]):
            found.add("--index")
    with_commas = [cell for row in file.weights for cell in row if "." in cell]
    # A single comma in a column may be a cell too many.
    is_one_of_a_column = len(with_commas) == 1 and file.shape[1] == 1
    are_perhaps_grouped = all(re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", cell) for cell in with_commas)
    if file.dialect.decimal == "," and with_commas and (are_perhaps_grouped or is_one_of_a_column):
        found.add("--decimal")
    # One column of numbers with decimal commas looks like an index beside whole numbers, and the other way round.
    if file.dialect.decimal == "," or file.dialect.delimiter.startswith(","):
        lines = [".".join(row) for row in cells[1:] or cells]
        if all(re.fullmatch(r"\+?\d+(?:\.(?!0\d)\d+)?(?:[eE][+-]?\d+)?", line) for line in lines):
            found.add("--decimal")
    return found


def count_up(cells: list[str]) -> bool:
    """Tell whether cells are whole numbers that rise, and more than a few."""
    if len(cells) < 4 or not all(re.fullmatch(_WHOLE, cell) for cell in cells):
        return False
    numbers = [float(cell) for cell in cells]
    return all(one < other for one, other in pairwise(numbers))
