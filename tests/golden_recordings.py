"""The golden recordings: what real TensorFlow 1.15.5 cells computed, as golden/record.py wrote it down."""

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


def each(recordings: list[Recording]) -> pytest.MarkDecorator:
    """Run a test once for each recording."""
    return pytest.mark.parametrize("recording", recordings, ids=[recording.name for recording in recordings])


def largest_difference(computed: list[Array], recorded: list[Array]) -> float:
    """Give the largest difference between two lists of arrays of the same shapes; NaN where there is one."""
    assert [array.shape for array in computed] == [array.shape for array in recorded]
    return float(np.max([np.abs(a - b).max() for a, b in zip(computed, recorded, strict=True)]))


RECORDINGS = [load(path) for path in sorted(GOLDEN.glob("*.npz"))]
SINGLE_CELLS = [recording for recording in RECORDINGS if len(recording.cells) == 1]
STACKS = [recording for recording in RECORDINGS if recording.name.startswith("stack_")]
