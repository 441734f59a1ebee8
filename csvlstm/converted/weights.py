"""A converted set as the arrays that `set_weights` takes."""

import os
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import CsvLstmError, Place, plural
from ..layouts.arrays import Operand
from ..layouts.entries import TARGET
from ..layouts.layout import Sizes
from ..names import path_of
from ..network.manifest import MANIFEST, changed_files, has_manifest, listed_files
from ..network.topology import BACKWARD, FORWARD
from ..reading.tables import Table
from .sets import read_converted


def read_weights(directory: str | os.PathLike[str], dtype: DTypeLike = "float32") -> list[NDArray[Any]]:
    """Read what was converted as the list that `set_weights` takes.

    These are kernel [D, 4H], recurrent_kernel [H, 4H] and bias [4H]. A layer of two directions has the three of its
    forward cell, then those of its backward cell, as `Bidirectional` takes them; a network has those of all its layers,
    as `StackedRNNCells` takes them, or a model that holds these layers alone.

    Raises CsvLstmError where a file is missing, holds anything but weights, does not fit the others, or has a weight
    that is too large for the dtype, and where a network is no longer what its weights.csv lists.

    >>> [array.tolist() for array in read_weights("sample_data/quirks/converted_D1_H1", "float64")]
    [[[0.1, 0.3, 0.2, 0.4]], [[-0.5, -0.7, 0.6, 0.8]], [0.01, 1.03, 0.02, 0.04]]
    """
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise CsvLstmError(f"weights cannot be {np.dtype(dtype)}", expected="a float type")
    return [array for folder in _folders(os.fspath(directory)) for array in _read_cell(folder, dtype)]


def _folders(directory: str) -> list[str]:
    """List the folders of the cells below a folder, or itself where it holds the files of one."""
    if has_manifest(directory):
        return _listed_folders(directory)
    directions = [os.path.join(directory, direction) for direction in (FORWARD, BACKWARD)]
    return directions if all(map(os.path.isdir, directions)) else [directory]


def _listed_folders(directory: str) -> list[str]:
    rows = listed_files(directory)
    first, *_ = (f"{array.name}.csv" for array in TARGET.arrays)
    if os.path.isfile(os.path.join(directory, first)):
        found = f"holds a network ({MANIFEST}) and a layer ({first})"
        raise CsvLstmError(found, Place(directory), advice="move one of them to a folder of its own")
    for row in changed_files(directory, rows):
        found = f"{row.text('file')} is gone, or not the file that was converted: it has another SHA-256"
        advice = "csvlstm check tells what differs; convert the network again"
        raise CsvLstmError(found, row.place("sha256"), advice=advice)
    return [os.path.join(directory, path_of(os.path.dirname(row.text("file")))) for row in rows[:: len(TARGET.arrays)]]


def _read_cell(directory: str, dtype: DTypeLike) -> list[NDArray[Any]]:
    converted = read_converted(directory, TARGET)
    recurrent = next(array for array in TARGET.arrays if Operand.HIDDEN in array.operands).name
    hidden_size, name = len(converted[recurrent].values), converted[recurrent].name
    for array, file in zip(TARGET.arrays, converted.values(), strict=True):
        rows, columns = file.values.shape
        _, width = array.shape(Sizes(1, hidden_size))
        fits = sorted((rows, columns)) == [1, width] if array.is_vector else columns == width
        if not fits:
            cells = f"{rows} x {columns} {plural(rows * columns, 'cell does', 'cells do')}"
            found = f"{cells} not fit {name}, whose {hidden_size} rows are the hidden size"
            raise CsvLstmError(found, Place(file.name), expected=f"4H = {width} cells in a row")
    arrays = zip(TARGET.arrays, converted.values(), strict=True)
    return [_cast(file, dtype).reshape(-1 if array.is_vector else file.values.shape) for array, file in arrays]


def _cast(file: Table, dtype: DTypeLike) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        values: NDArray[Any] = file.values.astype(dtype)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        found = f"{float(file.values[row, column])!r} is too large for {np.dtype(dtype)}"
        raise CsvLstmError(found, file.place(row, column), advice="read it with a wider dtype")
    return values
