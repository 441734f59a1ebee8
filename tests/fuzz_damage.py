"""What befalls the files that are fuzzed, and a reader that is told how they were written.

It is built on csv, and shares nothing with csvlstm.
"""

import csv
import lzma
import re
import zlib
from collections.abc import Callable
from itertools import chain, product
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from csvlstm.reading.shapes import Options

from .forms_table import Dialect, Rows, counting, turned
from .fuzz_forms import UNPACK, File, Written, folded


class Damage(NamedTuple):
    """What befell one of two files: a change of its rows, and others of its bytes, before they are packed or after."""

    of_bias: bool
    after_packing: bool
    row_changes: list[tuple["RowChange", int, int]]
    byte_changes: list[tuple["ByteChange", int, int, int]]

    def files(self, written: Written) -> list[bytes]:
        """Write the kernel and the bias, one of them damaged."""
        undamaged, hurt = (written.kernel, written.bias), written.bias if self.of_bias else written.kernel
        pack, text = hurt.dialect.pack, hurt.dialect._replace(pack=bytes).write(self._changed(hurt.cells))
        damaged = self.change(pack(text)) if self.after_packing else pack(self.change(text))
        return [damaged if file is hurt else file.write() for file in undamaged]

    def _changed(self, rows: Rows) -> Rows:
        for change, *places in self.row_changes:
            first, last = sorted(place % len(rows) for place in places)
            rows = change(rows, first, last)
        return rows

    def change(self, data: bytes) -> bytes:
        """Damage some bytes."""
        for change, *places, number in self.byte_changes:
            first, last = sorted(place % (len(data) + 1) for place in places)
            data = change(data, first, last, number)
        return data


RowChange = Callable[[Rows, int, int], Rows]
ByteChange = Callable[[bytes, int, int, int], bytes]

# A row lost or doubled, one that lost a cell at either end or all but the first, a cell too many; some rows turned
# round, all begun elsewhere, some joined; the first of them after the table once more.
ROW_CHANGES: list[RowChange] = [
    lambda rows, at, _: rows[:at] + rows[at + 1 :],
    lambda rows, at, _: rows[: at + 1] + rows[at:],
    lambda rows, at, _: [*rows[:at], rows[at][:-1], *rows[at + 1 :]],
    lambda rows, at, _: [*rows[:at], rows[at][1:], *rows[at + 1 :]],
    lambda rows, at, _: [*rows[:at], rows[at][:1], *rows[at + 1 :]],
    lambda rows, at, _: [*rows[:at], [*rows[at], *rows[at][-1:]], *rows[at + 1 :]],
    lambda rows, first, last: rows[:first] + rows[first : last + 1][::-1] + rows[last + 1 :],
    lambda rows, first, _: rows[first:] + rows[:first],
    lambda rows, first, last: [*rows[:first], list(chain(*rows[first : last + 1])), *rows[last + 1 :]],
    lambda rows, _, last: rows + rows[: last + 1],
]

_ODD = b',;\t "\n\r.-+#0e9\x00\x1f\x85\xff\xfe\xef'

# A bit, a byte, a byte too many or too few, a cut at either end, a piece lost or doubled, the end once more.
BYTE_CHANGES: list[ByteChange] = [
    lambda data, at, _, number: (
        data[:at] + bytes(byte ^ 1 << number % 8 for byte in data[at : at + 1]) + data[at + 1 :]
    ),
    lambda data, at, _, number: data[:at] + _ODD[number % len(_ODD) :][:1] + data[at + 1 :],
    lambda data, at, _, number: data[:at] + _ODD[number % len(_ODD) :][:1] + data[at:],
    lambda data, at, *_: data[:at] + data[at + 1 :],
    lambda data, _, last, number: data[:last],
    lambda data, first, *_: data[first:],
    lambda data, first, last, number: data[:first] + data[min(last, first + number) :],
    lambda data, first, last, number: data[:last] + data[max(first, last - number) :],
    lambda data, first, *_: data + data[first:],
]

_places = st.integers(0, 9999)
_of_rows = st.tuples(st.sampled_from(ROW_CHANGES), _places, _places)
_of_bytes = st.tuples(st.sampled_from(BYTE_CHANGES), _places, _places, st.integers(0, 255))


def _damages(rows: int, byte: int) -> SearchStrategy[Damage]:
    """Damage one of two files with at most so many changes, and at least one."""
    return st.builds(
        Damage,
        st.booleans(),
        st.booleans() if not rows else st.just(False),
        st.lists(_of_rows, min_size=rows, max_size=rows),
        st.lists(_of_bytes, min_size=1 - rows, max_size=byte),
    )


damages = _damages(1, 0) | _damages(1, 1) | _damages(0, 1) | _damages(0, 3)


def understood(file: File, data: bytes, options: Options) -> Rows | None:
    """Read the weights of a damaged file, with decimal points; None where that is more than a naive reader can do."""
    try:
        text = UNPACK[file.dialect.pack](data).decode(file.dialect.encoding, "surrogateescape").lstrip("\ufeff")
        rows = _rows(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), file.dialect)
        if not rows or not all(rows):
            return None
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, csv.Error):
        return None
    # Damage may have taken the labels away, left them to be weights, or made weights look like those of pandas.
    for header, index in product((True, False), repeat=2):
        weights = rows[header:]
        # Anything may stand in the corner.
        if header and not (options.header_row or _are_columns(rows[0], index, file.header_row)):
            continue
        if index and not (options.index_column or _are_labels([row[0] for row in weights], file.index_column)):
            continue
        if all(len(row) > index for row in weights) and (table := _table([row[index:] for row in weights], file)):
            return table
    return None


def _are_columns(row: list[str], index: bool, written: list[str]) -> bool:
    """Tell whether a first row is labels: whole numbers are where the corner above an index is blank."""
    are_numbered = index and not row[0] and all(re.fullmatch(r"[0-9]+(\.0*)?", cell) for cell in row[1:])
    return are_numbered or _are_labels(row[index:], written)


def _are_labels(cells: list[str], written: list[str]) -> bool:
    return {*cells} <= {*written} or cells == counting(len(cells)) or not any(map(_number, cells))


def _table(rows: Rows, file: File) -> Rows | None:
    """Give the table that rows of cells are, where they are numbers and have one of the shapes that it may have."""
    height, width = len(file.weights), len(file.weights[0])
    matrix = (width, height) if file.is_transposed else (height, width)
    cells = [_number(cell) for row in rows for cell in row]
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


def _number(cell: str) -> str:
    """Give a number with a decimal point; nothing where a cell holds none. A damaged sign may have become the other."""
    if not re.fullmatch(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?", cell):
        return ""
    number = cell.replace(",", ".")
    return number if abs(float(number)) < float("inf") else ""
