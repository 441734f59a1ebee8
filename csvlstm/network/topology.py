"""The cells of a network, from the input up, and how a sequence runs through them.

A layer is one cell, or a forward and a backward one over the same inputs, as in `bidirectional_dynamic_rnn`: the
backward cell gets the steps in reverse order, and the outputs of both stand side by side.
"""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..errors import CsvLstmError, argument
from ..layouts.arrays import Layout
from ..layouts.entries import SOURCE, TARGET
from ..layouts.gates import Sizes
from ..layouts.plan import Plan, plan
from ..layouts.references import Array
from ..names import path_of
from ..reading.shapes import DEFAULTS, Options
from ..reading.tables import WeightSet, read_set

FORWARD, BACKWARD = "forward", "backward"


class Cell(NamedTuple):
    """One cell: its exported files in the order of its layout, its declared sizes, and where it stands in a network.

    `layer` and `direction` are empty for a cell that stands alone, `direction` also in a layer of one cell. `sources`
    are the names of its files as the table of layers has them, and `declared` says where it declares the sizes. Its
    files are in a `layout`, its converted set in that of the `target`, whose cell will be built with the
    `target_forget_bias` where that is an argument. Without a bias it may have files of one, which hold zeros.
    """

    paths: tuple[str, ...]
    sizes: Sizes
    forget_bias: float = 1.0
    layer: str = ""
    direction: str = ""
    sources: tuple[str, ...] = ()
    declared: str = ""
    layout: Layout = SOURCE
    target: Layout = TARGET
    target_forget_bias: float = 0.0
    has_bias: bool = True

    @property
    def plan(self) -> Plan:
        """How its weights get from its layout into the target's."""
        own = self.forget_bias if self.layout.forget_bias_is_argument else None
        targets = self.target_forget_bias if self.target.forget_bias_is_argument else None
        source = self.layout if self.target.biases else self.layout.without_bias()
        return plan(source, self.target, self.sizes, own, targets)

    @property
    def forget_biases(self) -> tuple[float, float]:
        """What its cell and that of the target add to the forget gate at run time, as arguments of theirs."""
        return self.forget_bias, self.target_forget_bias

    @property
    def folder(self) -> str:
        """The folder of its converted set below that of the network."""
        return "/".join(filter(None, (self.layer, self.direction)))

    def folder_in(self, directory: str) -> str:
        """The path of its converted set where that of the network is `directory`."""
        return os.path.join(directory, path_of(self.folder)) if self.folder else directory

    def listed(self, array: str) -> str:
        """Give the name of a file of its converted set as weights.csv has it."""
        return "/".join(filter(None, (self.folder, f"{array}.csv")))

    @property
    def is_backward(self) -> bool:
        """Whether it gets the steps in reverse order."""
        return self.direction == BACKWARD


class Network(NamedTuple):
    """Layers of one or two cells, from the input up; `chained` where each gets the outputs of the one before it.

    `table` is the path of the table that they were read from, empty where there is none.
    """

    layers: tuple[tuple[Cell, ...], ...]
    chained: bool = True
    table: str = ""

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order in which Keras takes their weights: forward before backward."""
        return [cell for layer in self.layers for cell in layer]

    @property
    def has_folders(self) -> bool:
        """Whether each cell has a folder of its own; a single cell's files lie in the converted folder itself."""
        return any(cell.folder for cell in self.cells)

    @property
    def is_listed(self) -> bool:
        """Whether its converted files are listed in weights.csv, as all are but the three of a Keras layer."""
        return self.has_folders or any(cell.target != TARGET for cell in self.cells)

    @property
    def weights(self) -> int:
        """The number of weights in the kernels of all cells."""
        return sum(cell.sizes.weights for cell in self.cells)

    @property
    def forget_bias(self) -> float | None:
        """The forget bias of all cells, None where they have different ones."""
        values = {cell.forget_bias for cell in self.cells}
        return values.pop() if len(values) == 1 else None


def single(cell: Cell) -> Network:
    """Give the network of a cell that stands alone.

    >>> single(Cell(("k.csv", "b.csv"), Sizes(3, 5))).has_folders
    False
    """
    return Network(((cell,),))


def read_cell(cell: Cell, options: Options = DEFAULTS) -> WeightSet:
    """Read the export of a cell, as `read_pair` does; what it refuses speaks of the table that declares the sizes.

    >>> files = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> read_cell(Cell(files, Sizes(1, 1))).sizes
    Sizes(input_size=1, hidden_size=1)
    """
    try:
        export = read_set(cell.paths, cell.layout, cell.sizes, options)
    except CsvLstmError as error:
        raise error.in_row(cell.declared) if cell.declared else error from None
    if not cell.has_bias:
        _refuse_bias(export)
    return export


def _refuse_bias(export: WeightSet) -> None:
    """Refuse the first cell of a bias that is not zero, because without it the cell would be another."""
    for name in filter(export.layout.names_of_biases.__contains__, export.tables):
        table = export.tables[name]
        if table.values.any():
            row, column = np.argwhere(table.values)[0].tolist()
            found = f"{table.cell(row, column)!r} is a bias, and {argument(no_bias=True)} says that the cell has none"
            advice = f"leave out {argument(no_bias=True)} to keep it"
            raise CsvLstmError(found, table.place(row, column), expected="0", advice=advice)


class Flow:
    """A sequence on its way through a network: iterating gives each cell with its inputs, and takes its outputs.

    The inputs [steps, D] are in the cell's own order of steps, and so must the outputs [steps, H] be. Inputs are None
    where they are not known: for the first layer without an x, and after it in a network that is not chained.

    >>> both = (Cell((), Sizes(1, 1), direction=way) for way in (FORWARD, BACKWARD))
    >>> flow = Flow(Network((tuple(both),)), np.array([[1.0], [2.0]]))
    >>> for cell, x in flow:
    ...     flow.give(np.cumsum(x, axis=0))
    >>> flow.outputs
    array([[1., 3.],
           [3., 2.]])
    """

    def __init__(self, network: Network, x: Array | None = None) -> None:
        self._network = network
        self._given: list[Array] = []
        self._x = x

    @property
    def outputs(self) -> Array:
        """The outputs [steps, H] of the last layer, those of both directions side by side."""
        layer = self._network.layers[-1]
        return _beside(layer, self._given)

    def __iter__(self) -> Iterator[tuple[Cell, Array | None]]:
        x = self._x
        for layer in self._network.layers:
            self._given.clear()
            for cell in layer:
                yield cell, None if x is None else _in_time(cell, x)
            x = _beside(layer, self._given) if self._network.chained else None

    def give(self, outputs: Array) -> None:
        """Take the outputs of the cell that was given last."""
        self._given.append(outputs)


def _beside(layer: Sequence[Cell], outputs: list[Array]) -> Array:
    return np.concatenate([_in_time(cell, one) for cell, one in zip(layer, outputs, strict=True)], axis=-1)


def _in_time(cell: Cell, sequence: Array) -> Array:
    return sequence[::-1] if cell.is_backward else sequence
