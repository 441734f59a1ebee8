"""A converted set as the arrays that the loader of its framework takes."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import CsvLstmError, Place
from ..layouts.arrays import Layout
from ..layouts.entries import TARGET
from ..names import path_of
from ..network.declaring import files_in
from ..network.manifest import MANIFEST, changed_files, has_manifest, listed_cells, listed_files, listed_layout
from ..network.topology import BACKWARD, FORWARD, Network
from ..reading.scanning import Text
from ..reading.sources import InMemory, InMemoryFolder
from ..reading.tables import Table
from .arrays_of_any import layout_named
from .loaders import CellWeights, for_loader
from .sets import read_alone


def read_weights(directory: str | os.PathLike[str], dtype: DTypeLike = "float32", *, layout: str | None = None) -> Any:
    """Read what was converted as the framework's own loader takes it.

    Of Keras a list for `set_weights`: kernel [D, 4H], recurrent_kernel [H, 4H] and bias [4H]; a layer of two directions
    has the three of its forward cell, then those of its backward cell, as `Bidirectional` takes them; a network has
    those of all its layers, as `StackedRNNCells` takes them, or a model that holds these layers alone. Of PyTorch the
    dictionary that `load_state_dict` of one `nn.LSTM` takes, where one can hold the network. Of the others dictionaries
    of arrays by their names, in the framework's own shapes: nested as Flax and Haiku have them, the directions of ONNX
    and OpenVINO stacked; of more than one layer by the names of the layers. `layout` names the layout of a folder
    without weights.csv whose files do not show it.

    Raises CsvLstmError where a file is missing, holds anything but weights, does not fit the others, or has a weight
    that is too large for the dtype, where a network is no longer what its weights.csv lists, and where no single
    nn.LSTM can hold it.

    >>> [array.tolist() for array in read_weights("sample_data/quirks/converted_D1_H1", "float64")]
    [[[0.1, 0.3, 0.2, 0.4]], [[-0.5, -0.7, 0.6, 0.8]], [0.01, 1.03, 0.02, 0.04]]
    """
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise CsvLstmError(f"weights cannot be {np.dtype(dtype)}", expected="a float type")
    layers = _layers(os.fspath(directory), layout_named(layout) if layout else None)
    read = [[_read_cell(cell, dtype) for cell in cells] for cells in layers.values()]
    return for_loader(dict(zip(layers, read, strict=True)), os.fspath(directory))


def weights_of(network: Network, texts: Sequence[Mapping[str, Text]], dtype: DTypeLike = "float32") -> Any:
    """Give the weights of a converted network, of each cell the texts of its files, as `read_weights` does."""
    layers: dict[str, list[CellWeights]] = {}
    for cell, of_cell in zip(network.cells, texts, strict=True):
        name = cell.folder or "converted"
        files = {f"{part}.csv": InMemory(f"{name} {part}", bytes(text[:])) for part, text in of_cell.items()}
        read = _read_cell(_Folder(InMemoryFolder(name, files), cell.target), dtype)
        layers.setdefault(cell.layer, []).append(read)
    return for_loader(layers)


class _Folder(NamedTuple):
    """The folder of a cell, and the layout of its files."""

    path: str
    layout: Layout


def _layers(directory: str, layout: Layout | None) -> dict[str, list[_Folder]]:
    """List the cells below a folder by their layers; itself where it holds the files of one."""
    if has_manifest(directory):
        return _listed_layers(directory)
    directions = [os.path.join(directory, direction) for direction in (FORWARD, BACKWARD)]
    folders = directions if all(map(os.path.isdir, directions)) else [directory]
    if not os.path.isdir(directory):
        # What is no folder is refused where it is read.
        return {"": [_Folder(directory, layout or TARGET)]}
    layout = layout or _layout_of_network(directory)
    return {"": [_Folder(folder, files_in(folder, layout or _shown_layout(folder))[0]) for folder in folders]}


def _layout_of_network(directory: str) -> Layout | None:
    """Give the layout of the network that a folder is a layer of, or a direction of a layer, as its list says."""
    inner = os.path.realpath(directory)
    for outer in (os.path.dirname(inner), os.path.dirname(os.path.dirname(inner))):
        if has_manifest(outer):
            rows = listed_files(outer)
            below = os.path.relpath(inner, outer).replace(os.sep, "/")
            if any(path_of(row.text("file")).startswith(f"{below}/") for row in rows):
                return listed_layout(rows)
    return None


def _shown_layout(folder: str) -> Layout | None:
    """Give Keras's layout to a folder that has one of its kernels: of other layouts a list of files says so."""
    kernels = (f"{array.name}.csv" for array in TARGET.arrays if not array.is_vector)
    is_keras = any(os.path.exists(os.path.join(folder, name)) for name in kernels)
    return TARGET if is_keras else None


def _listed_layers(directory: str) -> dict[str, list[_Folder]]:
    rows = listed_files(directory)
    layout = listed_layout(rows)
    first = f"{layout.arrays[0].name}.csv"
    if os.path.dirname(rows[0].text("file")) and os.path.isfile(os.path.join(directory, first)):
        found = f"holds a network ({MANIFEST}) and a layer ({first})"
        raise CsvLstmError(found, Place(directory), advice="move one of them to a folder of its own")
    for row in changed_files(directory, rows):
        found = f"{row.text('file')} is gone, or not the file that was converted: it has another SHA-256"
        advice = "csvlstm check tells what differs; convert the network again"
        raise CsvLstmError(found, row.place("sha256"), advice=advice)
    layers: dict[str, list[_Folder]] = {}
    for cell in listed_cells(rows):
        folder = os.path.dirname(cell[0].text("file"))
        parts = {row.text("part") for row in cell}
        arrays = tuple(one for one in (*layout.arrays, *layout.extras) if one.name in parts)
        of_cell = _Folder(os.path.join(directory, path_of(folder)), layout._replace(arrays=arrays))
        layers.setdefault(folder.partition("/")[0], []).append(of_cell)
    return layers


def _read_cell(cell: _Folder, dtype: DTypeLike) -> CellWeights:
    converted = read_alone(cell.path, cell.layout)
    sizes = converted.sizes
    arrays = {
        array.name: _cast(converted.tables[array.name], dtype).reshape(array.framework_shape(sizes))
        for array in cell.layout.arrays
    }
    return CellWeights(cell.layout, sizes, arrays)


def _cast(file: Table, dtype: DTypeLike) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        values: NDArray[Any] = file.values.astype(dtype)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        found = f"{float(file.values[row, column])!r} is too large for {np.dtype(dtype)}"
        raise CsvLstmError(found, file.place(row, column), advice="read it with a wider dtype")
    return values
