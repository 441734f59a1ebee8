"""A CSV in: from its bytes to a table in plain form, which is what every other room works on.

The plain form is canonical bytes (UTF-8, LF, comma, decimal point, unquoted) with one line a row and 4H cells a line,
whatever form the file has. From it come the values, and the spans that say where each quarter of each line stands.
"""

import re
from collections.abc import Iterator
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .dialect import Canonical, canonical
from .errors import Place
from .layout import Sizes
from .parsing import Text, parse, ragged, refusal, separators
from .shapes import DEFAULTS, Form, Options, forms
from .sizes import Candidate, wrong_sizes
from .sources import Source, read_source

_NEWLINE = ord("\n")
_INDEX = rb"(?m:^)[^,\n]*,"


class Table:
    """A table of weights in plain form, [rows, 4H]; a bias is one row.

    `text` is the plain form. `form` says how the table lies in the file, `recognised` what was found there beside the
    weights.
    """

    def __init__(self, source: Source, form: Form, text: bytes, ends: NDArray[np.int64], recognised: list[str]) -> None:
        self.name = source.name
        self.identity = source.identity
        self.form = form
        self.text = text
        self.recognised = recognised
        self._ends = ends

    @cached_property
    def spans(self) -> NDArray[np.int64]:
        """The places in the text where each quarter of each row starts and stops, [rows, 4, 2]."""
        return spans(self._ends)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The numbers as float64 [rows, 4H]; asking for them raises CsvLstmError at a cell that is no finite number."""
        values = parse(self.text)
        if values is None:
            raise refusal(self.text, self.form.columns, partial(self.form.place, self.name))
        return values.reshape(self.form.rows, self.form.columns)

    def place(self, row: int, column: int) -> Place:
        """Tell where a cell of the plain form, counted from 0, stands in the file."""
        return self.form.place(self.name, row, column)

    def cell(self, row: int, column: int) -> str:
        """Give the text of a cell of the plain form, counted from 0."""
        return self.text.split(b"\n", row + 1)[row].split(b",", column + 1)[column].decode()


class Export(NamedTuple):
    """What was exported of one TensorFlow 1 cell: kernel [D+H, 4H] and bias [1, 4H]."""

    sizes: Sizes
    kernel: Table
    bias: Table


def read_export(kernel: str, bias: str, sizes: Sizes, options: Options = DEFAULTS) -> Export:
    """Read the kernel and the bias of one cell as the declared sizes say.

    Raises CsvLstmError where a file cannot be read, does not fit the sizes, or holds anything but weights; for what is
    made of the right bytes in the wrong order, when the values are asked for.

    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> export.kernel.text
    b'0.1,0.2,0.3,0.4\\n-0.5,0.6,-0.7,0.8\\n'
    """
    # The bias first: it is small, and a wrong size shows in it.
    bias_source = read_source(bias, sizes.columns)
    kernel_source = read_source(kernel, sizes.rows * sizes.columns)
    kernel_text = canonical(kernel_source.data, kernel_source.name)
    bias_text = canonical(bias_source.data, bias_source.name)
    kernel_forms = forms(kernel_text.text, sizes.rows, sizes.columns, options, kernel_source.name)
    bias_forms = forms(bias_text.text, 1, sizes.columns, options, bias_source.name)
    if not (kernel_forms and bias_forms):
        for source, text in ((kernel_source, kernel_text), (bias_source, bias_text)):
            _refuse_ragged(text.text, source.name)
        candidates = Candidate(kernel_source.name, kernel_text.text), Candidate(bias_source.name, bias_text.text)
        raise wrong_sizes(*candidates, sizes, options)
    return Export(
        sizes,
        table(kernel_source, kernel_text, kernel_forms[0], sizes.hidden_size),
        table(bias_source, bias_text, bias_forms[0], sizes.hidden_size),
    )


def spans(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pair where each quarter starts with where it stops: [rows, 4, 2] from the separators behind the quarters.

    >>> spans(np.array([1, 3, 5, 7])).tolist()
    [[[0, 1], [2, 3], [4, 5], [6, 7]]]
    """
    starts = np.concatenate(([0], ends + 1))[:-1]
    return np.stack((starts, ends), axis=-1).reshape(-1, 4, 2)


def lines(text: Text, quarters: NDArray[np.int64]) -> Iterator[bytes]:
    r"""Yield the lines that the spans [rows, 4, 2] name, each without its newline and then the newline.

    >>> b"".join(lines(b"a,b,c,d\n", np.array([[[0, 1], [4, 5], [2, 3], [6, 7]]])))
    b'a,c,b,d\n'
    """
    for row in quarters.tolist():
        yield b",".join([text[start:stop] for start, stop in row])
        yield b"\n"


def _refuse_ragged(text: bytes, name: str) -> None:
    """Refuse the first line that has not as many cells as most; the very first may be a title."""
    rows = text[:-1].split(b"\n")
    counts = [row.count(b",") + 1 for row in rows]
    expected = max(set(counts), key=counts.count)
    for number, count in enumerate(counts[1:], start=2):
        if count != expected:
            raise ragged(rows[number - 1], expected, partial(_in_line, name, number))


def _in_line(name: str, line: int, column: int) -> Place:
    return Place(name, line, column + 1)


def table(source: Source, canonical_text: Canonical, form: Form, quarter: int) -> Table:
    """Make a table of what was read, with quarters of `quarter` cells.

    Raises CsvLstmError at a ragged row, and at a cell with a byte that no weight has.
    """
    text, ends = _plain(_body(canonical_text.text, form), form, quarter, source.name)
    return Table(source, form, text, ends, canonical_text.recognised + _recognised(form))


def _body(text: bytes, form: Form) -> bytes:
    if form.grid.header_row:
        text = text[text.index(b"\n") + 1 :]
    return re.sub(_INDEX, b"", text) if form.grid.index_column else text


def _plain(body: bytes, form: Form, quarter: int, name: str) -> tuple[bytes, NDArray[np.int64]]:
    """Bring the cells of a file into the lines of the table, and find where each quarter of each line ends."""
    ends = separators(body, form.grid.columns, quarter)
    if ends is None:
        raise refusal(body, form.grid.columns, partial(form.place_in_grid, name))
    if form.transposed:
        body = _turned(body, form.rows)
        ends = separators(body, form.columns, quarter)
        assert ends is not None
    elif not form.as_it_is:
        body = _folded(body, ends[3::4])
    return body, ends


def _turned(text: bytes, rows: int) -> bytes:
    cells = text[:-1].replace(b"\n", b",").split(b",")
    return b"".join(b",".join(cells[row::rows]) + b"\n" for row in range(rows))


def _folded(text: bytes, line_ends: NDArray[np.int64]) -> bytes:
    folded = bytearray(text.replace(b"\n", b","))
    np.frombuffer(folded, np.uint8)[line_ends] = _NEWLINE
    return bytes(folded)


def _recognised(form: Form) -> list[str]:
    found = {
        "header row": form.grid.header_row,
        "index column": form.grid.index_column,
        "transposed": form.transposed,
        "flat": form.rows > 1 and 1 in (form.grid.rows, form.grid.columns),
        "square, read as exported": form.rows == form.columns and not form.transposed,
    }
    return [words for words, holds in found.items() if holds]
