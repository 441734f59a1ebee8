"""A CSV in: from its bytes to a table in plain form, which is what every other room works on.

The plain form is canonical bytes (UTF-8, LF, comma, decimal point, unquoted) with one line a row of the array,
whatever form the file has. From it come the values, and the edges that say where each block of each line stands.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, Place, argument, shown
from ..layouts.arrays import AnySizes, Layout, Operand
from ..layouts.entries import SOURCE
from ..layouts.gates import GATES, Sizes
from .decimals import CellText
from .dialect import Canonical, readings
from .edges import Edges
from .floats import parse
from .labels import Labels, body, labels, refuse_disorder
from .refusals import refusal
from .scanning import separators
from .shapes import DEFAULTS, Form, Options, forms
from .sources import Source, read_source

_NEWLINE = ord("\n")


class Table:
    """A table of weights in plain form, [rows, columns].

    `text` is the plain form. `form` says how the table lies in the file, `recognised` what was found there beside the
    weights, `labels` what is written there.
    """

    def __init__(
        self,
        source: Source,
        form: Form,
        text: bytes,
        ends: NDArray[np.int64],
        recognised: list[str],
        beside: Labels,
    ) -> None:
        self.name = source.name
        self.sha256 = source.sha256
        self.labels = beside
        self.form = form
        self.text = text
        self.recognised = recognised
        self._ends = ends

    @property
    def edges(self) -> Edges:
        """Where the blocks of its text begin and end."""
        ends = self._ends.reshape(self.form.rows, -1)
        return Edges(self.text, ends, self.form.columns // ends.shape[1])

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The numbers as float64 [rows, columns]; reading them raises CsvLstmError at a cell that is no number."""
        values = parse(self.text, self.form.cells)
        if values is None:
            raise refusal(self.text, self.form.columns, partial(self.form.place, self.name), self.form.decimal)
        return values.reshape(self.form.rows, self.form.columns)

    def place(self, row: int, column: int) -> Place:
        """Tell where a cell of the plain form, counted from 0, stands in the file."""
        return self.form.place(self.name, row, column)

    def rewritten(self, text: bytes) -> "Table":
        """Give the same table where its numbers are written in another way, cell for cell."""
        table = self._copy()
        table.text = text
        ends = separators(text, self.form.columns, self.edges.step)
        assert ends is not None
        table._ends = ends
        return table

    def with_values(self, values: NDArray[np.float64]) -> "Table":
        """Give the same table where its numbers [rows, columns] are known, and need not be parsed."""
        table = self._copy()
        table.values = values
        return table

    def _copy(self) -> "Table":
        # As copy.copy does, whose import would take as long as to read a small file.
        table = object.__new__(Table)
        table.__dict__.update(self.__dict__)
        return table

    def cell(self, row: int, column: int) -> str:
        """Give the text of a cell of the plain form, counted from 0."""
        in_row = len(self._ends) // self.form.rows
        ends = self._ends[in_row - 1 :: in_row]
        start = int(ends[row - 1]) + 1 if row else 0
        return self.text[start : int(ends[row])].split(b",", column + 1)[column].decode()


class WeightSet(NamedTuple):
    """The files of one cell, of an export or of a converted set: a table of each array, in the order of its layout.

    The tables of an export have the shapes of its sizes; those of a converted set are as they lie in their files.
    """

    sizes: AnySizes
    tables: dict[str, Table]
    layout: Layout = SOURCE

    @property
    def kernel(self) -> Table:
        """The kernel [D+H, 4H] of TensorFlow 1; of other layouts the first matrix."""
        return next(iter(self.tables.values()))

    @property
    def bias(self) -> Table:
        """The bias [1, 4H] of TensorFlow 1; of a cell without one the last array."""
        names = [array.name for array in self.layout.arrays if Operand.BIAS in array.operands]
        return self.tables[names[0]] if names else next(reversed(self.tables.values()))

    def table_of(self, part: str) -> Table:
        """Give the table that a part of the converted set is made of."""
        return self.bias if part == "bias" else self.kernel

    @property
    def values(self) -> dict[str, NDArray[np.float64]]:
        """The numbers of its tables; reading them raises CsvLstmError at a cell that is no finite number."""
        return {name: table.values for name, table in self.tables.items()}

    @property
    def vectors_are_columns(self) -> bool:
        """Whether its vectors lie as columns in their files, as those of a converted set then do."""
        return any(table.form.grid.columns == 1 for table in self.tables.values() if table.form.rows == 1)

    @property
    def recognised(self) -> list[str]:
        """What was found in each file beside its weights."""
        return [f"{table.name}: {', '.join(table.recognised)}" for table in self.tables.values() if table.recognised]


def read_pair(
    kernel: str,
    bias: str,
    sizes: Sizes,
    options: Options = DEFAULTS,
) -> WeightSet:
    """Read the kernel and the bias of one cell as the declared sizes say.

    Raises CsvLstmError where a file cannot be read, does not fit the sizes, or holds anything but weights; for what is
    made of the right bytes in the wrong order, when the values are read.

    >>> export = read_pair("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> export.kernel.text
    b'0.1,0.2,0.3,0.4\\n-0.5,0.6,-0.7,0.8\\n'
    """
    return read_set((kernel, bias), SOURCE, sizes, options)


def read_set(
    paths: Sequence[str],
    layout: Layout,
    sizes: AnySizes,
    options: Options = DEFAULTS,
) -> WeightSet:
    """Read the files of one cell, in the order of the layout's arrays, as the declared sizes say.

    Raises CsvLstmError as `read_pair` does.
    """
    arrays = list(zip(paths, layout.arrays, strict=True))
    # Vectors first: they are small, and a wrong size shows in them.
    in_order = sorted(arrays, key=lambda one: not one[1].is_vector)
    sources = {one.name: read_source(path, prod(one.shape(sizes)), options.digest) for path, one in in_order}
    texts = {
        one.name: readings(sources[one.name].data, sources[one.name].name, options.delimiter, options.decimal)
        for _, one in arrays
    }
    read = {one.name: _fitting(texts[one.name], *one.shape(sizes), options) for _, one in arrays}
    if not all(read.values()):
        # What says why files do not fit is imported where they do not.
        from .misfits import why_not

        raise why_not([(one, texts[one.name]) for _, one in arrays], sizes, options)
    fitting = {name: fit for name, fit in read.items() if fit}
    tables = {one.name: table(sources[one.name], *fitting[one.name], one.step(sizes)) for _, one in arrays}
    if options.column_major:
        _refuse_order_of_no_flat([tables[one.name] for _, one in arrays if not one.is_vector])
    for _, one in arrays:
        read_so = tables[one.name]
        refuse_disorder(read_so.labels, read_so.form, read_so.name, one, layout, sizes)
    return WeightSet(sizes, tables, layout)


def _refuse_order_of_no_flat(matrices: Sequence[Table]) -> None:
    """Refuse an order of cells that no matrix lies in: what stands in rows and columns is read as it stands."""
    if not any(1 in (one.form.grid.rows, one.form.grid.columns) for one in matrices):
        first = matrices[0]
        found = f"{first.form.grid} cells are no flat matrix, and {argument(order='F')} says how one is read"
        advice = f"{argument(transposed=True)} reads a kernel of 4H x (D+H)"
        raise CsvLstmError(found, Place(first.name), expected="one row or one column", advice=advice)


def _fitting(texts: list[Canonical], rows: int, columns: int, options: Options) -> tuple[Canonical, Form] | None:
    """Give the reading of a file that fits a table [rows, columns]; raises CsvLstmError where it is in doubt."""
    for text in texts:
        for form in forms(text, rows, columns, options):
            if text.doubt:
                raise decimal_doubt(text.doubt)
            return text, form
    return None


def decimal_doubt(doubt: CellText) -> CsvLstmError:
    """Say that only the user can tell what the commas of a file are."""
    return CsvLstmError(
        f"the comma in {shown(doubt.text)} may be a decimal sign or not, and so may those in all other cells",
        doubt.place,
        expected=f"{argument(decimal='comma')} or {argument(decimal='point')}",
        advice="numbers with groups of thousands must be saved without them first",
    )


def table(source: Source, canonical_text: Canonical, form: Form, step: int) -> Table:
    """Make a table of what was read, whose blocks begin and end at multiples of `step` cells of a row.

    Raises CsvLstmError at a ragged row, and at a cell with a byte that no weight has.
    """
    text, ends = _plain(body(canonical_text.text, form.grid), form, step, source.name)
    recognised = [*canonical_text.recognised, *_recognised(form)]
    return Table(source, form, text, ends, recognised, labels(canonical_text.text, form.grid))


def _plain(cells: bytes, form: Form, step: int, name: str) -> tuple[bytes, NDArray[np.int64]]:
    """Bring the cells of a file into the lines of the table, and find where each step of each line ends."""
    ends = separators(cells, form.grid.columns, step)
    if ends is None:
        raise refusal(cells, form.grid.columns, partial(form.place_in_grid, name), form.decimal)
    if form.transposed:
        cells = _turned(cells, form.rows)
        ends = separators(cells, form.columns, step)
        assert ends is not None
    elif not form.as_it_is:
        steps = form.columns // step
        cells = _folded(cells, ends[steps - 1 :: steps])
    return cells, ends


def _turned(text: bytes, rows: int) -> bytes:
    cells = text[:-1].replace(b"\n", b",").split(b",")
    return b"".join(b",".join(cells[row::rows]) + b"\n" for row in range(rows))


def _folded(text: bytes, line_ends: NDArray[np.int64]) -> bytes:
    folded = bytearray(text.replace(b"\n", b","))
    np.frombuffer(folded, np.uint8)[line_ends] = _NEWLINE
    return bytes(folded)


def _recognised(form: Form) -> list[str]:
    is_flat = form.rows > 1 and 1 in (form.grid.rows, form.grid.columns)
    found = {
        "header row": form.grid.header_row,
        "index column": form.grid.index_column,
        "transposed": form.transposed and not is_flat,
        "flat, read row by row": is_flat and not form.transposed,
        "flat, read column by column": is_flat and form.transposed,
        "square, read as exported": form.rows == form.columns and form.columns % GATES == 0 and not form.transposed,
    }
    return [words for words, holds in found.items() if holds]
