"""A converted set in: the three CSVs of a Keras layer, as the arrays that `set_weights` takes."""

import os
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .dialect import Canonical, canonical
from .errors import CsvLstmError, Place
from .layout import PARTS
from .shapes import Options, cells_per_line, forms
from .sources import Source, read_source
from .tables import Table, table

_PLAIN = Options(header_row=False, index_column=False)


def read_weights(directory: str | os.PathLike[str], dtype: DTypeLike = "float32") -> list[NDArray[Any]]:
    """Read a converted set as the list that `layer.set_weights` takes: [D, 4H], [H, 4H] and [4H].

    These are kernel, recurrent_kernel and bias. Raises CsvLstmError where a file is missing, holds anything but
    weights, does not fit the others, or has a weight that is too large for the dtype.

    >>> [array.tolist() for array in read_weights("sample_data/quirks/converted_D1_H1", "float64")]
    [[[0.1, 0.3, 0.2, 0.4]], [[-0.5, -0.7, 0.6, 0.8]], [0.01, 1.03, 0.02, 0.04]]
    """
    sources = [read_source(os.path.join(directory, f"{part}.csv")) for part in PARTS]
    texts = [canonical(source.data, source.name) for source in sources]
    kernel, recurrent_kernel, bias = (
        _cast(table, dtype) for table in _tables(sources, texts, hidden_size=texts[1].text.count(b"\n"))
    )
    return [kernel, recurrent_kernel, bias.reshape(-1)]


def _tables(sources: list[Source], texts: list[Canonical], hidden_size: int) -> list[Table]:
    """Read each part as the rows of the recurrent kernel, one a unit, say that it must be."""
    columns = 4 * hidden_size
    tables = []
    for part, source, text in zip(PARTS, sources, texts, strict=True):
        rows = 1 if part == "bias" else text.text.count(b"\n")
        fitting = forms(text.text, rows, columns, _PLAIN, source.name)
        if not fitting:
            lines, cells = text.text.count(b"\n"), cells_per_line(text.text)
            found = (
                f"{lines} x {cells} cells do not fit {sources[1].name}, whose {hidden_size} rows are the hidden size"
            )
            raise CsvLstmError(found, Place(source.name), expected=f"4H = {columns} cells in a row")
        tables.append(table(source, text, fitting[0], hidden_size))
    return tables


def _cast(weights: Table, dtype: DTypeLike) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        values = weights.values.astype(dtype)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        found = f"{float(weights.values[row, column])!r} is too large for {np.dtype(dtype)}"
        raise CsvLstmError(found, weights.place(row, column), advice="read it with a wider dtype")
    return values
