"""A converted set as it lies in its folder: beside the export that it is made from, or alone."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CsvLstmError, Place, plural
from ..layouts.arrays import AnySizes, Array, Layout, Operand
from ..layouts.entries import LAYOUTS, TARGET
from ..layouts.plan import Plan
from ..network.topology import Cell, Network, read_cell
from ..numbers.copies import Seen
from ..numbers.damage import Damage, warnings_of
from ..reading.as_found import Expected, read_as_found, refuse_labels
from ..reading.edges import Edges
from ..reading.fitting import sizes_that_fit
from ..reading.scanning import Text
from ..reading.shapes import DEFAULTS, Grid, Options
from ..reading.sources import InMemoryFolder, Source, has_member, member, read_source
from ..reading.tables import Table, WeightSet
from .blocks import array_values
from .same_text import moved_arrays

_SHOWN = 10


class Reading(NamedTuple):
    """How both sides are read: `options` are about the export, `set_options` about the converted set.

    Where it is `strict`, an export that shows damage is refused.
    """

    options: Options = DEFAULTS
    set_options: Options = DEFAULTS
    strict: bool = False

    def with_digests(self) -> "Reading":
        """Give the same with the SHA-256 of each file."""
        options, set_options = (each._replace(digest=True) for each in (self.options, self.set_options))
        return self._replace(options=options, set_options=set_options)


DEFAULT_READING = Reading()


class Sides(NamedTuple):
    """Both sides of a cell as they lie on the disk, and the damage that the export shows."""

    cell: Cell
    export: WeightSet
    converted: WeightSet
    warnings: list[Damage]

    @property
    def plan(self) -> Plan:
        """How the one is made of the other."""
        return self.cell.plan


def read_sides(cell: Cell, directory: str, reading: Reading = DEFAULT_READING, seen: Seen | None = None) -> Sides:
    """Read the export of a cell, and what was made of it in the folder of its network; `seen` are the cells before it.

    Raises CsvLstmError as `read_cell`, `read_converted` and `warnings_of` do.

    >>> from csvlstm.layouts.gates import Sizes
    >>> files = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> sides = read_sides(Cell(files, Sizes(1, 1)), "sample_data/quirks/converted_D1_H1")
    >>> sides.export.bias.values.tolist(), sides.converted.bias.values.tolist()
    ([[0.01, 0.02, 0.03, 0.04]], [[0.01, 1.03, 0.02, 0.04]])
    """
    export = read_cell(cell, reading.options)
    converted = read_converted(cell.folder_in(directory), cell.plan, export, reading.set_options)
    warnings = warnings_of(export, cell.forget_bias, seen or Seen(), allowed=not reading.strict)
    return Sides(cell, export, converted, warnings)


def read_converted(
    directory: str | os.PathLike[str], plan: Plan, export: WeightSet, options: Options = DEFAULTS
) -> WeightSet:
    """Read the set that was made of an export, with labels beside the numbers or without.

    Each table is as it lies in its file, whatever its shape is. Where the text of an array is that of the export,
    moved, its numbers are those of the export, and are not parsed again. `options` say whether there are labels.

    Raises CsvLstmError where a file is missing, is no rectangle, holds anything but weights, or can be read in two
    ways, and where its labels contradict the order in which its layout has the weights.
    """

    def known(name: str, edges: Edges) -> NDArray[np.float64] | None:
        return array_values(plan, name, export.values) if moved_arrays(plan, export, {name: edges}) else None

    sources = _sources(directory, plan.target, options)
    tables = read_as_found(plan.target, sources, options, Expected(plan.sizes, known))
    return WeightSet(plan.sizes, tables, plan.target)


def read_alone(directory: str | os.PathLike[str], layout: Layout = TARGET) -> WeightSet:
    """Read a converted set of which only its layout is known; its files show the sizes.

    Raises CsvLstmError as `read_converted` does, and where the files do not fit each other.

    >>> read_alone("sample_data/quirks/converted_D1_H1").sizes
    Sizes(input_size=1, hidden_size=1)
    """
    tables = read_as_found(layout, _sources(directory, layout, DEFAULTS))
    shapes = (tables[array.name].values.shape for array in layout.arrays)
    seen = [[Grid(rows, columns, header_row=False, index_column=False)] for rows, columns in shapes]
    fitting = sizes_that_fit(layout.arrays, seen)
    if not fitting:
        raise _misfit(layout, tables)
    found = WeightSet(fitting[0], tables, layout)
    refuse_labels(found)
    return found


def as_it_lies(network: Network, directory: str) -> Network:
    """Give a network whose cells have a bias where none was to be made of them, and their folders have one.

    It is then compared as all else is: what loads the folder would load it.
    """
    layers = (tuple(_with_biases_of(cell, directory) for cell in layer) for layer in network.layers)
    return network._replace(layers=tuple(layers))


def _with_biases_of(cell: Cell, directory: str) -> Cell:
    whole = LAYOUTS[cell.target.key].with_extras(*cell.target.operands)
    lacking = whole.names_of_biases - cell.target.names_of_biases
    there = any(has_member(cell.folder_in(directory), f"{name}.csv") for name in lacking)
    return cell._replace(target=whole) if there else cell


def _sources(directory: str | os.PathLike[str], layout: Layout, options: Options) -> Iterator[Source]:
    files = [f"{array.name}.csv" for array in layout.arrays]
    if not isinstance(directory, InMemoryFolder):
        _refuse_missing(directory, files)
    return (read_source(member(directory, name), digest=options.digest) for name in files)


def _refuse_missing(directory: str | os.PathLike[str], files: list[str]) -> None:
    if not os.path.lexists(directory):
        raise CsvLstmError(
            "no such folder", Place(os.fspath(directory)), advice=f"the working directory is {os.getcwd()}"
        )
    missing = [name for name in files if not os.path.exists(os.path.join(directory, name))]
    if missing and os.path.isdir(directory):
        there = ", ".join(sorted(os.listdir(directory))[:_SHOWN]) or "nothing"
        raise CsvLstmError(f"has no {missing[0]}", Place(os.fspath(directory)), advice=f"there is {there}")


def read_back(layout: Layout, sizes: AnySizes, texts: Mapping[str, Text], directory: str) -> WeightSet:
    """Read the files of a set that is about to be written there.

    Raises CsvLstmError as `read_alone` does.
    """
    sources = (Source(os.path.join(directory, f"{one.name}.csv"), texts[one.name][:]) for one in layout.arrays)
    return WeightSet(sizes, read_as_found(layout, sources), layout)


def _misfit(layout: Layout, converted: Mapping[str, Table]) -> CsvLstmError:
    """Say which file does not fit the one that shows the hidden size."""
    by = next(array for array in layout.arrays if Operand.HIDDEN in array.operands)
    shape = converted[by.name].values.shape
    hidden_size = shape[by.gates_along == "columns"] // len(by.gates) if layout.is_stacked else min(shape)
    shapes = {array: converted[array.name].values.shape for array in layout.arrays}
    wrong = next((array for array, shape in shapes.items() if not _fits_alone(array, shape, hidden_size)), by)
    rows, columns = shapes[wrong]
    cells = f"{rows} x {columns} {plural(rows * columns, 'cell does', 'cells do')}"
    found = f"{cells} not fit {converted[by.name].name}, whose {hidden_size} rows are the hidden size"
    along = len(wrong.gates) * hidden_size * (len(wrong.operands) if wrong.is_vector else 1)
    expected = f"{wrong.dimensions[-1]} = {along} cells in a row"
    return CsvLstmError(found, Place(converted[wrong.name].name), expected=expected)


def _fits_alone(array: Array, shape: tuple[int, int], hidden_size: int) -> bool:
    along = len(array.gates) * hidden_size
    if array.is_vector:
        return sorted(shape) == [1, along * len(array.operands)]
    return shape[array.gates_along == "columns"] == along
