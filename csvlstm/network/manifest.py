"""weights.csv: which files a converted network consists of, in the order in which Keras takes them."""

import io
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import CsvLstmError
from ..layouts.arrays import Layout
from ..layouts.entries import TARGET
from ..names import path_of
from ..reading.tabular import Row, read_table

MANIFEST = "weights.csv"


class Entry(NamedTuple):
    """A file of a converted network: what it holds, its shape, what it was made from, and the SHA-256 of both.

    `file` is relative to the network's folder, `source` is as the table of layers names it. `rows` and `columns` are
    those of the file as it lies there.
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


def write_manifest(entries: Iterable[Entry], delimiter: str = ",") -> bytes:
    """Give the text of weights.csv.

    >>> write_manifest([Entry("a/bias.csv", "a", "", "bias", 1, 4, "b.csv", "4f", "a1")]).splitlines()[1]
    b'a/bias.csv,a,,bias,1,4,b.csv,4f,a1'
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


def listed_files(directory: str | os.PathLike[str], layout: Layout = TARGET) -> list[Row]:
    """Read which files a converted network consists of, cell by cell, those of each in the order of its layout.

    Raises CsvLstmError where weights.csv cannot be read or lists anything else.
    """
    rows = read_table(os.path.join(directory, MANIFEST), ("file", "part", "sha256"), Entry._fields)
    parts = [array.name for array in layout.arrays]
    for number, row in enumerate(rows):
        part = parts[number % len(parts)]
        folder = os.path.dirname(rows[number - number % len(parts)].text("file"))
        expected = f"{folder}/{part}.csv"
        # What leads out of the folder is no file of this network.
        if row.text("file") != expected or not {"", ".", ".."}.isdisjoint(expected.split("/")):
            found = f"{row.text('file')!r} is out of order"
            raise CsvLstmError(found, row.place("file"), expected=f"LAYER/{', '.join(f'{part}.csv' for part in parts)}")
    if len(rows) % len(parts):
        raise CsvLstmError("ends in the middle of a layer", rows[-1].place("file"), advice="convert the network again")
    return rows


def changed_files(directory: str | os.PathLike[str], rows: Iterable[Row]) -> Iterator[Row]:
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
