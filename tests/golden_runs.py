"""The golden runs: what real TensorFlow 1.15.5 networks gave from a zero state; golden/record_runs.py made them."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from .golden.seeded import uniform
from .golden_recordings import LAYERS_HEAD

Array = NDArray[Any]

RUNS_FOLDER = Path(__file__).parent / "golden" / "runs"
PARTS = ("kernel", "recurrent_kernel", "bias")


class Cell(NamedTuple):
    """The weights of one cell in TensorFlow 1's layout."""

    kernel: Array
    bias: Array

    @property
    def hidden_size(self) -> int:
        return len(self.bias) // 4

    @property
    def input_size(self) -> int:
        return len(self.kernel) - self.hidden_size


class Run(NamedTuple):
    """A run: x [steps, D], and outputs [steps, H] of the last layer.

    The layers go from the input up; each holds one cell, or a forward and a backward one.
    """

    name: str
    activation: str
    recurrent_activation: str
    forget_bias: float
    x: Array
    outputs: Array
    layers: list[list[Cell]]

    def write(self, folder: Path, forget_bias: float | None = None, form: str = "%.9g") -> Path:
        """Write what a user has: layers.csv with a forget bias, the true one if none is given, and the recorded run."""
        np.savetxt(folder / "x.csv", self.x, delimiter=",", fmt="%.9g")
        np.savetxt(folder / "y.csv", self.outputs, delimiter=",", fmt=form)
        declared = self.forget_bias if forget_bias is None else forget_bias
        with (folder / "layers.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(LAYERS_HEAD)
            for k, layer in enumerate(self.layers):
                for cell, direction in zip(layer, ("forward", "backward") if len(layer) > 1 else ("",), strict=True):
                    files = [f"layer_{k}{direction}_{part}.csv" for part in ("kernel", "bias")]
                    np.savetxt(folder / files[0], cell.kernel, delimiter=",", fmt="%.9g")
                    np.savetxt(folder / files[1], cell.bias[None], delimiter=",", fmt="%.9g")
                    table.writerow([f"layer_{k}", *files, cell.input_size, cell.hidden_size, direction, declared])
        return folder / "layers.csv"


def load(path: Path) -> Run:
    with np.load(path) as file:
        arrays = dict(file)
    kernels, biases, inputs = arrays["limits"]
    name, directions, size = path.stem, ("fw", "bw")[: int(arrays["directions"])], int(arrays["input_size"])
    x = uniform(f"{name}/x", (len(arrays["outputs"]), size), inputs)
    layers = []
    for k, hidden_size in enumerate(arrays["hidden_sizes"].tolist()):
        shape = size + hidden_size, 4 * hidden_size
        layers.append(
            [
                Cell(
                    uniform(f"{name}/kernel_{k}_{direction}", shape, kernels / np.sqrt(shape[0])),
                    uniform(f"{name}/bias_{k}_{direction}", shape[1:], biases),
                )
                for direction in directions
            ]
        )
        size = hidden_size * len(directions)
    activations = str(arrays["activation"]), str(arrays["recurrent_activation"])
    return Run(name, *activations, float(arrays["forget_bias"]), x, arrays["outputs"], layers)


def each_run(runs: list[Run]) -> pytest.MarkDecorator:
    """Run a test once for each run."""
    return pytest.mark.parametrize("run", runs, ids=[run.name for run in runs])


RUNS = [load(path) for path in sorted(RUNS_FOLDER.glob("*.npz"))]
