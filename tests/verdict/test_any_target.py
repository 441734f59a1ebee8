"""Mistakes in sets of any layout: named in the words of that layout, in each of its files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.check import Check, check_files
from csvlstm.commands.convert import Conversion, convert_files
from csvlstm.layouts.arrays import Array, Layout
from csvlstm.layouts.entries import LAYOUTS, TF1
from csvlstm.layouts.gates import GATES, Sizes
from csvlstm.network.topology import Cell, single
from tests.exports import write_export

SIZES = Sizes(3, 5)
TARGETS = [layout for layout in LAYOUTS.values() if layout.offered and layout is not TF1]

each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda layout: layout.key)


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    draw = np.random.default_rng(1)
    shape = SIZES.rows, SIZES.columns
    files = write_export(tmp_path, draw.standard_normal(shape), draw.standard_normal(SIZES.columns))
    return Cell(files, SIZES)


def named(cell: Cell, folder: Path, array: Array, change: Callable[[np.ndarray], np.ndarray]) -> set[str]:
    """Convert a cell, change one file, and give the kinds of mistakes that the check names in it."""
    convert_files(Conversion(single(cell), directory=str(folder), force=True))
    path = folder / f"{array.name}.csv"
    np.savetxt(path, change(np.loadtxt(path, delimiter=",", ndmin=2)), delimiter=",", fmt="%.17g")
    report = check_files(Check(single(cell), str(folder)))
    return {kind for found in report.cells[0].findings if found.parts == (array.name,) for kind in found.kinds}


def files_of(target: Layout) -> list[Array]:
    return [array for array in target.arrays if not array.is_vector or array.operands[0].value == "1"]


@each_target
def test_an_edited_cell_is_named_in_every_file(cell: Cell, target: Layout, tmp_path: Path) -> None:
    def edit(values: np.ndarray) -> np.ndarray:
        values.flat[2] += 0.5
        return values

    for array in files_of(target):
        assert named(cell._replace(target=target), tmp_path / "set", array, edit) == {"edited"}, array.name


@each_target
def test_gates_in_another_order_are_named_in_every_file(cell: Cell, target: Layout, tmp_path: Path) -> None:
    for array in (array for array in files_of(target) if len(array.gates) == GATES and len(array.operands) == 1):
        first, second, *others = (gate.value for gate in array.gates)
        kinds = named(cell._replace(target=target), tmp_path / "set", array, partial(exchanged, array))
        assert kinds == {f"gate_order:{''.join([second, first, *others])}"}, array.name


def exchanged(array: Array, values: np.ndarray) -> np.ndarray:
    """Exchange the first two gates of a file."""
    axis = 0 if array.is_vector and values.shape[1] == 1 else array.gate_axis
    first, second, *others = np.split(values, GATES, axis)
    return np.concatenate([second, first, *others], axis=axis)


@each_target
def test_a_turned_matrix_is_named(cell: Cell, target: Layout, tmp_path: Path) -> None:
    for array in (array for array in target.arrays if not array.is_vector and array.operands[0].value != "h"):
        kinds = named(cell._replace(target=target), tmp_path / "set", array, np.transpose)
        assert f"transposed:{array.name}" in kinds, array.name


@each_target
def test_files_that_were_never_set_are_named(cell: Cell, target: Layout, tmp_path: Path) -> None:
    for array in files_of(target):
        kinds = named(cell._replace(target=target), tmp_path / "set", array, np.zeros_like)
        assert "never_set" in kinds, array.name


@each_target
def test_a_file_of_another_layer_is_named(cell: Cell, target: Layout, tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    for array in files_of(target):
        kinds = named(cell._replace(target=target), tmp_path / "set", array, lambda v: draw.standard_normal(v.shape))
        assert kinds == {"other_layer"}, array.name
