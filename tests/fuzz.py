"""Fuzzing: files of every form that exports come in, and damaged ones; nothing may be misread in silence.

    python -m tests.fuzz 5000 7        that many exports as they were written, and as many damaged ones, from seed 7

An export as it was written gives exactly the cells that were written, or a refusal that names the option that settles
what could be read in two ways. A damaged one is refused with a place, or read as the reader below reads it, which
shares nothing with csvlstm and is told how the files were written. A share of them goes through the commands.
"""

import bz2
import csv
import gzip
import json
import lzma
import re
import sys
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from csvlstm import cli
from csvlstm.errors import CsvLstmError
from csvlstm.layout import Sizes
from csvlstm.shapes import Options
from csvlstm.tables import Export, read_export

from .forms_table import PLAIN, Dialect, Row, Rows, counting, naive_set, turned, with_header, with_index

FUZZED: Counter[str] = Counter()
"""How many exports were made, and how they ended; the summary of the suite shows it."""


def gzipped(data: bytes) -> bytes:
    """Pack without the time, so that the same bytes are damaged each time."""
    return gzip.compress(data, mtime=0)


UNPACK: dict[Callable[[bytes], bytes], Callable[[bytes], bytes]] = {
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
    header: list[str]
    index_column: list[str]
    dialect: Dialect

    @property
    def cells(self) -> Rows:
        """The cells of the file, labels included."""
        flat = [cell for row in (turned(self.weights) if self.is_transposed else self.weights) for cell in row]
        rows = folded(flat, self.shape[1])
        rows = with_index(rows, self.index_column) if self.index_column else rows
        return with_header(rows, self.header) if self.header else rows

    def write(self) -> bytes:
        return self.dialect.write(self.cells)

    def rewrite(self, change: Callable[[bytes], bytes]) -> bytes:
        """Write the file with its bytes changed before they are packed."""
        return self.dialect.pack(change(self.dialect._replace(pack=bytes).write(self.cells)))


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


# The grammar.

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
        drawn = np.arange(rows * columns, dtype=float).reshape(rows, columns) + draw(st.sampled_from([0, 1, 0.5]))
    return [[(odd if numbers.random() < share else usual)(weight) for weight in row] for row in drawn.tolist()]


@st.composite
def labels(draw: DrawFn, number: int, weights: Rows) -> list[str]:
    """Name rows or columns, or count them, or leave them alone."""
    name = draw(st.sampled_from(["i_", "Größe", "x", "weight/"]))
    names = [f"{name}{count}" for count in range(number)]
    # Less than four that count from 1, and any among whole numbers, are weights too many, and so refused.
    has_fractions = any(re.search(r"\.\d*[1-9]", cell) for row in weights for cell in row)
    from_1 = counting(number + 1)[1:] if number >= 4 and has_fractions else []
    return draw(st.sampled_from([[], [], names, counting(number), from_1]))


class How(NamedTuple):
    """What parts the cells, and the decimal sign."""

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


ENCODINGS = [("utf-8", ""), ("utf-8", ""), ("utf-8-sig", ""), ("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff")]


@st.composite
def files(draw: DrawFn, weights: Rows, shape: tuple[int, int], how: "How", is_transposed: bool = False) -> File:
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
    options = Options(
        is_transposed,
        bool(kernel.header or bias.header) if is_settled else None,
        bool(kernel.index_column or bias.index_column) if is_settled else None,
        hows[0].mark.encode() if hows[0].must_be_said else None,
        hows[0].decimal.encode() if hows[0].must_be_said else None,
    )
    return Written(kernel, bias, sizes, options)


# What cannot be told from the file: written down anew from README and design, not from the code.

_WHOLE = r"\d+(?:\.0*)?"


def doubts(file: File) -> set[str]:
    """Name the options that may be asked for, because a person could read the file in two ways as well."""
    found = set()
    cells = file.cells
    if any(count_up(row[corner:]) for row in cells[:1] for corner in (0, 1)):
        found.add("--header")
    for rows in (cells, cells[1:]):
        if count_up([row[0] for row in rows]):
            found.add("--index")
    with_commas = [cell for row in file.weights for cell in row if "." in cell]
    if file.dialect.decimal == "," and with_commas:
        if all(re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", cell) for cell in with_commas):
            found.add("--decimal")
        if all(re.fullmatch(r"\+?\d+\.(?!0\d)\d+(?:[eE][+-]?\d+)?", row[0]) for row in cells[1:] or cells):
            found.add("--decimal")
    return found


def count_up(cells: list[str]) -> bool:
    """Tell whether cells are whole numbers that rise."""
    if not all(re.fullmatch(_WHOLE, cell) for cell in cells):
        return False
    numbers = [float(cell) for cell in cells]
    return all(one < other for one, other in pairwise(numbers))


# The damage.

_ODD = b',;\t "\n\r.-+#0e9\x00\x1f\x85\xff\xfe\xef'


class Damage(NamedTuple):
    """What befell one of two files: changes one after the other, at places given as shares of the bytes."""

    of_bias: bool
    after_packing: bool
    changes: list[tuple["Change", float, float, int]]

    def files(self, written: Written) -> list[bytes]:
        """Write the kernel and the bias, one of them damaged."""
        undamaged, hurt = (written.kernel, written.bias), written.bias if self.of_bias else written.kernel
        damaged = self.change(hurt.write()) if self.after_packing else hurt.rewrite(self.change)
        return [damaged if file is hurt else file.write() for file in undamaged]

    def change(self, data: bytes) -> bytes:
        """Damage some bytes."""
        for change, one, other, number in self.changes:
            start, stop = sorted((int(one * len(data)), int(other * len(data))))
            data = change(data, start, stop, number)
        return data


Change = Callable[[bytes, int, int, int], bytes]


def _by_lines(change: Callable[[list[bytes], int, int], list[bytes]]) -> Change:
    """Damage the lines of a text; one without line feeds is a single line."""

    def changed(data: bytes, first: int, last: int, number: int) -> bytes:
        lines = data.splitlines(keepends=True)
        at = sorted(data.count(b"\n", 0, place) % max(len(lines), 1) for place in (first, last))
        return b"".join(change(lines, *at)) if lines else data

    return changed


CHANGES: list[Change] = [
    # A bit, a byte, a cut at either end, a piece lost or doubled, a few odd bytes, the file once more behind itself.
    lambda data, at, _, number: (
        data[:at] + bytes(byte ^ 1 << number % 8 for byte in data[at : at + 1]) + data[at + 1 :]
    ),
    lambda data, at, _, number: data[:at] + _ODD[number % len(_ODD) :][:1] + data[at + 1 :],
    lambda data, at, _, number: data[:at] + _ODD[number % len(_ODD) :][:1] + data[at:],
    lambda data, at, _, number: data[:at] + data[at + 1 :],
    lambda data, _, last, number: data[:last],
    lambda data, first, _, number: data[first:],
    lambda data, first, last, number: data[:first] + data[min(last, first + number) :],
    lambda data, first, last, number: data[:last] + data[max(first, last - number) :],
    lambda data, first, last, _: data + data[first:],
    # A line lost or doubled, two exchanged, all in another order, the ends of some lines lost.
    _by_lines(lambda lines, first, last: lines[:first] + lines[first + 1 :]),
    _by_lines(lambda lines, first, last: lines[: first + 1] + lines[first:]),
    _by_lines(lambda lines, first, last: lines[:first] + lines[first : last + 1][::-1] + lines[last + 1 :]),
    _by_lines(lambda lines, first, last: lines[first:] + lines[:first]),
    _by_lines(
        lambda lines, first, last: [*lines[:first], b"".join(map(bytes.strip, lines[first:last])), *lines[last:]]
    ),
]


_shares = st.floats(0, 1)
damages = st.builds(
    Damage,
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.lists(st.tuples(st.sampled_from(CHANGES), _shares, _shares, st.integers(0, 255)), min_size=1, max_size=3),
)


# The reader that is told how a file was written.


def understood(file: File, data: bytes, options: Options) -> Rows | None:
    """Read the weights of a damaged file, with decimal points; None where that is more than a naive reader can do."""
    try:
        text = UNPACK[file.dialect.pack](data).decode(file.dialect.encoding, "surrogateescape").lstrip("\ufeff")
        rows = _rows(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), file.dialect)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, csv.Error):
        return None
    # Damage may have taken the labels away, or left them to be weights.
    for header, index in product((True, False), repeat=2):
        if header and not (rows and (options.header_row or _is_header(rows[0], file))):
            continue
        if index and not ((options.index_column or file.index_column) and all(len(row) > 1 for row in rows[header:])):
            continue
        if weights := _table([row[index:] for row in rows[header:]], file):
            return weights
    return None


def _is_header(row: list[str], file: File) -> bool:
    names = file.header[-file.shape[1] :]
    return row[-len(names) :] == names or not any(_number(cell, file) for cell in row)


def _table(rows: Rows, file: File) -> Rows | None:
    """Give the table that rows of cells are, where they are numbers and have one of the shapes that it may have."""
    height, width = len(file.weights), len(file.weights[0])
    matrix = (width, height) if file.is_transposed else (height, width)
    cells = [_number(cell, file) for row in rows for cell in row]
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or not all(cells):
        return None
    if (len(rows), *lengths) not in (matrix, (1, height * width), (height * width, 1)):
        return None
    return turned(folded(cells, height)) if file.is_transposed else folded(cells, width)


def _rows(lines: list[str], dialect: Dialect) -> Rows:
    mark = dialect.delimiter.strip(" ") or " "
    aside = re.compile(rf"[ \t,;]*|#( .*)?|\"?sep={re.escape(mark)}\"?")
    while lines and aside.fullmatch(lines[0]):
        lines = lines[1:]
    while lines and aside.fullmatch(lines[-1]):
        lines = lines[:-1]
    lines = [line.strip(" ") for line in lines] if mark == " " else lines
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=True, strict=True)
    if dialect.quote == "none" and mark == dialect.decimal:
        reader = csv.reader(lines, delimiter="\x1e", strict=True)
    rows = [[cell.strip(" ") for cell in row] for row in reader]
    while rows and all(len(row) > 1 and not row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    return rows


def _number(cell: str, file: File) -> str:
    """Give a number with its decimal point; nothing where a cell holds none."""
    sign = re.escape(file.dialect.decimal)
    if not re.fullmatch(rf"[+-]?([0-9]+({sign}[0-9]*)?|{sign}[0-9]+)([eE][+-]?[0-9]+)?", cell):
        return ""
    number = cell.replace(file.dialect.decimal, ".")
    return number if abs(float(number)) < float("inf") else ""


# What is promised.

commands = st.sampled_from([None, None, None, "convert", "check", "inspect"])
PARTS = ("kernel", "recurrent_kernel", "bias")


class Run(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


class Bench:
    """A folder in which exports are written and read."""

    def __init__(self, folder: str) -> None:
        self.paths = f"{folder}/kernel.csv", f"{folder}/bias.csv"
        self.converted = Path(folder, "converted")
        self.converted.mkdir()

    def expect_as_written(self, written: Written, command: str | None) -> None:
        """Hold an undamaged export to its cells, or to the option that settles in which of two ways it is read."""
        self._write(written.kernel.write(), written.bias.write())
        found = self._read(written)
        row = written.row(written.kernel.weights, written.bias.weights[0])
        if isinstance(found, CsvLstmError):
            o = written.options
            said = {"--header": o.header_row, "--index": o.index_column, "--decimal": o.decimal or o.delimiter}
            allowed = {option for option in doubts(written.kernel) | doubts(written.bias) if said[option] is None}
            assert any(f"expected {option} " in str(found) for option in allowed), str(found)
            FUZZED["undamaged, refused in doubt"] += 1
            self._expect_refusal(command, row, found)
        else:
            FUZZED["undamaged, read"] += 1
            self._expect_cells(found, row)
            self._expect_commands(command, row)

    def expect_right_or_refused(self, written: Written, damage: Damage, command: str | None) -> None:
        """Hold a damaged export to a refusal with a place, or to the reader that knows how it was written."""
        table, data = (written.kernel, written.bias), damage.files(written)
        self._write(*data)
        found = self._read(written)
        cells = [understood(file, one, written.options) for file, one in zip(table, data, strict=True)]
        row = written.row(cells[0] or written.kernel.weights, (cells[1] or written.bias.weights)[0])
        if isinstance(found, CsvLstmError):
            FUZZED["damaged, refused"] += 1
            self._expect_refusal(command, row, found)
        else:
            FUZZED["damaged, read rightly"] += 1
            assert all(cells), (data, found.kernel.text, found.bias.text)
            self._expect_cells(found, row)
            self._expect_commands(command, row)

    def _write(self, *data: bytes) -> None:
        for path, one in zip(self.paths, data, strict=True):
            Path(path).write_bytes(one)

    def _read(self, written: Written) -> Export | CsvLstmError:
        try:
            export = read_export(*self.paths, written.sizes, written.options)
            # Asking for the values refuses what is made of the right bytes in the wrong order.
            assert all(np.isfinite(table.values).all() for table in (export.kernel, export.bias))
            return export
        except CsvLstmError as error:
            refused = error
        assert refused.place
        assert refused.place.file in self.paths
        assert len(str(refused).splitlines()) == 1
        return refused

    def _expect_cells(self, export: Export, row: Row) -> None:
        assert export.kernel.text == PLAIN.write(row.kernel)
        assert export.bias.text == PLAIN.write([row.bias])
        assert export.kernel.values.tolist() == [[float(cell) for cell in cells] for cells in row.kernel]
        assert export.bias.values.tolist() == [[float(cell) for cell in row.bias]]

    def _expect_refusal(self, command: str | None, row: Row, error: CsvLstmError) -> None:
        if command == "inspect":
            self._inspect(row)
        elif command:
            self._write_set(row)
            where = ["--stdout", "bias"] if command == "convert" else [str(self.converted)]
            assert self._run(command, row, *where) == (2, "", f"csvlstm: {error}\n")

    def _expect_commands(self, command: str | None, row: Row) -> None:
        if command == "inspect":
            self._inspect(row)
        elif command == "check":
            self._write_set(row)
            ended = self._run("check", row, str(self.converted))
            assert (ended.code, "identical: 0 of" in ended.stderr) == (0, True), ended
        elif command == "convert":
            for part in PARTS:
                ended = self._run("convert", row, "--stdout", part)
                assert (ended.code, ended.stdout) == (0, naive_set(row)[f"{part}.csv"].decode()), ended

    def _inspect(self, row: Row) -> None:
        ended = run("inspect", *self.paths, *row.options, "--json")
        if ended.code == 0:
            assert json.loads(ended.stdout)["command"] == "inspect"
        else:
            assert (ended.code, ended.stdout) == (2, "")
            assert re.fullmatch(rf"csvlstm: ({'|'.join(map(re.escape, self.paths))}): [^\n]+\n", ended.stderr), ended

    def _run(self, command: str, row: Row, *where: str) -> Run:
        sizes = zip(("--input-size", "--hidden-size"), map(str, row.sizes), strict=True)
        named = [self.paths[0], self.paths[1], *(where if command == "check" else ())]
        rest = [*row.options, *(() if command == "check" else where)]
        return run(command, *named, *(word for size in sizes for word in size), *rest)

    def _write_set(self, row: Row) -> None:
        for name, data in naive_set(row).items():
            (self.converted / name).write_bytes(data)


def run(*arguments: str) -> Run:
    """Run a command in this process."""
    out, err = TextIOWrapper(BytesIO(), "utf-8", newline=""), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(arguments)
    out.flush()
    assert isinstance(out.buffer, BytesIO)
    return Run(code, out.buffer.getvalue().decode(), err.getvalue())


def main(count: int, number: int) -> None:
    """Fuzz, and print how it ended."""
    warnings.simplefilter("error")
    how = settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        for check, more in ((bench.expect_as_written, ()), (bench.expect_right_or_refused, (damages,))):
            seed(number)(how(given(exports(), *more, commands)(check)))()
    for outcome, times in sorted(FUZZED.items()):
        print(f"{times:6} {outcome}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
