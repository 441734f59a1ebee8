"""weights.csv: which files a converted network consists of, in the order in which Keras takes them."""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CsvLstmError
from ..layouts.arrays import Layout
from ..layouts.entries import LAYOUTS, TARGET
from ..names import path_of

if TYPE_CHECKING:
    from ..reading.rows import CsvRow

MANIFEST = "weights.csv"


class Entry(NamedTuple):
    """A file of a converted network: what it holds, its shape, what it was made from, and the SHA-256 of both.

    `file` is relative to the network's folder, `source` is as the table of layers names it. `rows` and `columns` are
    those of the file as it lies there, `layout` is the key of the layout of all files.
    """

    file: str
    layer: str
    direction: str
    part: str
    rows: int
    columns: int
    source: str
    source_sha256: str
    sha256: str
    layout: str = TARGET.key


def write_manifest(entries: Iterable[Entry], delimiter: str = ",") -> bytes:
    """Give the text of weights.csv.

    >>> write_manifest([Entry("a/bias.csv", "a", "", "bias", 1, 4, "b.csv", "4f", "a1")]).splitlines()[1]
    b'a/bias.csv,a,,bias,1,4,b.csv,4f,a1,keras'
    """
    # Imported here, because a single layer has no list of files.
    import csv

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(Entry._fields)
    writer.writerows(entries)
    return text.getvalue().encode()


def has_manifest(directory: str | os.PathLike[str]) -> bool:
    """Tell whether a folder holds a converted network.

    >>> has_manifest("sample_data/quirks/converted_D1_H1")
    False
    """
    return os.path.lexists(os.path.join(directory, MANIFEST))


def listed_files(directory: str | os.PathLike[str]) -> "list[CsvRow]":
    """Read which files a converted network consists of: those of each cell in the order of their layout.

    Raises CsvLstmError where weights.csv cannot be read or lists anything else.
    """
    # Imported here, because a single layer of Keras has no such table.
    from ..reading.rows import read_table

    rows = read_table(os.path.join(directory, MANIFEST), ("file", "part", "sha256"), Entry._fields)
    layout = listed_layout(rows)
    for cell in listed_cells(rows):
        _refuse_order(cell, layout)
        _refuse_missing(cell, layout, os.fspath(directory))
    return rows


def _refuse_order(cell: "list[CsvRow]", layout: Layout) -> None:
    known = [array.name for array in (*layout.arrays, *layout.extras)]
    parts = [row.text("part") for row in cell]
    in_order = [name for name in known if name in parts]
    for row, part in zip(cell, in_order + [""] * (len(cell) - len(in_order)), strict=True):
        folder, slash, name = row.text("file").rpartition("/")
        # What leads out of the folder is no file of this network.
        is_inside = {"", ".", ".."}.isdisjoint(folder.split("/")) if slash else True
        if row.text("part") != part or name != f"{part}.csv" or not is_inside:
            names = ", ".join(f"{array.name}.csv" for array in layout.arrays)
            raise CsvLstmError(f"{row.text('file')!r} is out of order", row.place("file"), expected=f"LAYER/{names}")


def _refuse_missing(cell: "list[CsvRow]", layout: Layout, directory: str) -> None:
    """Refuse a cell of which not all files are listed; one without a bias has no file of it."""
    missing = {array.name for array in layout.arrays} - {row.text("part") for row in cell}
    folder = os.path.join(directory, path_of(os.path.dirname(cell[0].text("file"))))
    there = any(os.path.lexists(os.path.join(folder, f"{name}.csv")) for name in missing)
    if missing and (missing != layout.names_of_biases or there or not layout.bias_is_optional):
        found = "ends in the middle of a layer"
        raise CsvLstmError(found, cell[-1].place("file"), advice="convert the network again")


def listed_layout(rows: "Sequence[CsvRow]") -> Layout:
    """Give the layout of the files that weights.csv lists; raises CsvLstmError where it is not known."""
    key = rows[0].text("layout") or TARGET.key
    other = next((row for row in rows if (row.text("layout") or TARGET.key) != key), None)
    if other or key not in LAYOUTS:
        row = other or rows[0]
        found = (
            f"{row.text('layout')!r} is another layout than that of the first file"
            if other
            else f"{key!r} is no layout"
        )
        raise CsvLstmError(found, row.place("layout"), advice="convert the network again")
    return LAYOUTS[key]


def listed_cells(rows: "Iterable[CsvRow]") -> "list[list[CsvRow]]":
    """Put the rows of each cell together."""
    return [list(cell) for _, cell in groupby(rows, key=lambda row: os.path.dirname(row.text("file")))]


def changed_files(directory: str | os.PathLike[str], rows: "Iterable[CsvRow]") -> "Iterator[CsvRow]":
    """Yield the rows whose file is gone, or holds other bytes than when the network was converted."""
    for row in rows:
        if _sha256(os.path.join(directory, path_of(row.text("file")))) != row.text("sha256").lower():
            yield row


def _sha256(path: str) -> str | None:
    import hashlib

    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
