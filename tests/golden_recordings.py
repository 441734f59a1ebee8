"""The golden recordings: what real TensorFlow 1.15.5 cells computed, as golden/record.py wrote it down."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

Array = NDArray[Any]

GOLDEN = Path(__file__).parent / "golden"


class Cell(NamedTuple):
    """One TensorFlow 1 cell: its weights, and its states before the first and after the last step."""

    kernel: Array
    bias: Array
    initial_c: Array
    initial_h: Array
    final_c: Array
    final_h: Array

    @property
    def hidden_size(self) -> int:
        return len(self.bias) // 4

    @property
    def input_size(self) -> int:
        return len(self.kernel) - self.hidden_size


LAYERS_HEAD = ["layer", "kernel", "bias", "input_size", "hidden_size", "direction", "forget_bias"]


class Recording(NamedTuple):
    """One run. Its layers go from the input up; each holds one cell, or a forward and a backward one."""

    name: str
    forget_bias: float
    x: Array
    outputs: Array
    layers: list[list[Cell]]

    @property
    def cells(self) -> list[Cell]:
        return [cell for layer in self.layers for cell in layer]

    def write_layers(self, folder: Path) -> Path:
        """Write the weights of all cells as people export them, with the layers.csv of a user beside them."""
        with (folder / "layers.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(LAYERS_HEAD)
            for k, layer in enumerate(self.layers):
                for cell, direction in zip(layer, ("forward", "backward") if len(layer) > 1 else ("",), strict=True):
                    files = [f"layer_{k}{direction}_{part}.csv" for part in ("kernel", "bias")]
                    np.savetxt(folder / files[0], cell.kernel, delimiter=",")
                    np.savetxt(folder / files[1], cell.bias, delimiter=",")
                    sizes = cell.input_size, cell.hidden_size
                    table.writerow([f"layer_{k}", *files, *sizes, direction, self.forget_bias])
        return folder / "layers.csv"


def load(path: Path) -> Recording:
    with np.load(path) as file:
        arrays = dict(file)
    directions = ("_fw", "_bw") if "kernel_0_fw" in arrays else ("",)
    layers = [
        [Cell(*(arrays[f"{field}_{k}{direction}"] for field in Cell._fields)) for direction in directions]
        for k in range(len(arrays["hidden_sizes"]))
    ]
    return Recording(path.stem, float(arrays["forget_bias"]), arrays["x"], arrays["outputs"], layers)


def recording_named(name: str) -> Recording:
    return next(recording for recording in RECORDINGS if recording.name == name)


def each(recordings: list[Recording], few: int | None = None) -> pytest.MarkDecorator:
    """Run a test once for each recording; for those after the first few in the mass alone."""
    marks = [[pytest.mark.mass] * (few is not None and number >= few) for number in range(len(recordings))]
    params = [pytest.param(one, id=one.name, marks=mark) for one, mark in zip(recordings, marks, strict=True)]
    return pytest.mark.parametrize("recording", params)


def largest_difference(computed: list[Array], recorded: list[Array]) -> float:
    """Give the largest difference between two lists of arrays of the same shapes; NaN where there is one."""
    assert [array.shape for array in computed] == [array.shape for array in recorded]
    return float(np.max([np.abs(a - b).max() for a, b in zip(computed, recorded, strict=True)]))


RECORDINGS = [load(path) for path in sorted(GOLDEN.glob("*.npz"))]
NETWORKS = [recording for recording in RECORDINGS if len(recording.cells) > 1]
SINGLE_CELLS = [recording for recording in RECORDINGS if len(recording.cells) == 1]
STACKS = [recording for recording in RECORDINGS if recording.name.startswith("stack_")]
