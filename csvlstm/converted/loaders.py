"""The weights of a network as the loader of its framework takes them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, Place
from ..layouts.arrays import AnySizes, Layout
from ..network.topology import BACKWARD, FORWARD

Arrays = dict[str, NDArray[Any]]
_LAYER, _REVERSE = "{layer}", "{reverse}"


class CellWeights(NamedTuple):
    """The arrays of a cell by their names, in the framework's own shapes."""

    layout: Layout
    sizes: AnySizes
    arrays: Arrays


def for_loader(layers: Mapping[str, Sequence[CellWeights]], directory: str = "") -> Any:
    """Give the weights of layers of one or two cells as their framework's own loader takes them.

    Raises CsvLstmError where one layer of the framework holds several, and cannot hold these; `directory` is where they
    come from.
    """
    layout = next(iter(layers.values()))[0].layout
    if not layout.loaded_under:
        return [array for cells in layers.values() for cell in cells for array in cell.arrays.values()]
    if any(_LAYER in key for key in layout.loaded_under):
        _refuse_unequal(layers, layout, directory)
        numbered = [(number, *one) for number, cells in enumerate(layers.values()) for one in enumerate(cells)]
        return {key: array for number, way, cell in numbered for key, array in _keyed(cell, number, way).items()}
    each = {name: _layer(cells) for name, cells in layers.items()}
    return next(iter(each.values())) if len(each) == 1 else each


def _layer(cells: Sequence[CellWeights]) -> Any:
    if len(cells) == 1:
        return _keyed(cells[0])
    if any(array.leading for array in cells[0].layout.arrays):
        return {name: np.concatenate([cell.arrays[name] for cell in cells]) for name in cells[0].arrays}
    return {direction: _keyed(cell) for direction, cell in zip((FORWARD, BACKWARD), cells, strict=True)}


def _keyed(cell: CellWeights, layer: int = 0, way: int = 0) -> dict[str, Any]:
    """Put the arrays of a cell under the keys of its layout."""
    keyed: dict[str, Any] = {}
    for name, array in cell.arrays.items():
        *outer, last = cell.layout.keys_of(name, layer, bool(way))
        inner = keyed
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = array
    return keyed


def _refuse_unequal(layers: Mapping[str, Sequence[CellWeights]], layout: Layout, directory: str) -> None:
    """Refuse layers that no single layer of the framework can hold."""
    cells = [cell for one in layers.values() for cell in one]
    hidden = sorted({cell.sizes.hidden_size for cell in cells})
    advice = "read the folder of each layer by itself"
    if len(hidden) > 1:
        found = f"layers of hidden sizes {', '.join(map(str, hidden))} are no single LSTM of {layout.framework}"
        raise CsvLstmError(found, Place(directory), expected="one hidden size", advice=advice)
    if len({len(one) for one in layers.values()}) > 1:
        found = f"layers of one and of two directions are no single LSTM of {layout.framework}"
        raise CsvLstmError(found, Place(directory), expected="as many directions in all", advice=advice)
