"""A converted set as the arrays that `set_weights` takes."""

import os
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .converted import Rectangle, read_converted
from .errors import CsvLstmError, Place


def read_weights(directory: str | os.PathLike[str], dtype: DTypeLike = "float32") -> list[NDArray[Any]]:
    """Read a converted set as the list that `layer.set_weights` takes: [D, 4H], [H, 4H] and [4H].

    These are kernel, recurrent_kernel and bias. Raises CsvLstmError where a file is missing, holds anything but
    weights, does not fit the others, or has a weight that is too large for the dtype.

    >>> [array.tolist() for array in read_weights("sample_data/quirks/converted_D1_H1", "float64")]
    [[[0.1, 0.3, 0.2, 0.4]], [[-0.5, -0.7, 0.6, 0.8]], [0.01, 1.03, 0.02, 0.04]]
    """
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise CsvLstmError(f"weights cannot be {np.dtype(dtype)}", expected="a float type")
    converted = read_converted(directory)
    hidden_size = len(converted["recurrent_kernel"].values)
    for part, file in converted.items():
        rows, columns = file.values.shape
        fits = sorted((rows, columns)) == [1, 4 * hidden_size] if part == "bias" else columns == 4 * hidden_size
        if not fits:
            name = converted["recurrent_kernel"].name
            found = f"{rows} x {columns} cells do not fit {name}, whose {hidden_size} rows are the hidden size"
            raise CsvLstmError(found, Place(file.name), expected=f"4H = {4 * hidden_size} cells in a row")
    kernel, recurrent_kernel, bias = (_cast(file, dtype) for file in converted.values())
    return [kernel, recurrent_kernel, bias.reshape(-1)]


def _cast(file: Rectangle, dtype: DTypeLike) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        values = file.values.astype(dtype)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        found = f"{float(file.values[row, column])!r} is too large for {np.dtype(dtype)}"
        raise CsvLstmError(found, file.place(row, column), advice="read it with a wider dtype")
    return values
