"""What the real frameworks computed, as golden/frameworks/record.py wrote it down, and these frameworks themselves."""

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
import pytest
from numpy.typing import NDArray

Array = NDArray[Any]
FOLDER = Path(__file__).parent / "golden" / "frameworks"

RECORDED_ONLY = ("tf1", "sonnet")
"""Frameworks that no Python of this suite can run beside the others."""


class Recording(NamedTuple):
    """One run of a layer: x [batch, steps, D], weights in the framework's own shapes, states and outputs."""

    framework: str
    kind: str
    forget_bias: float
    x: Array
    weights: dict[str, Array]
    initial: dict[str, Array]
    final: dict[str, Array]
    outputs: Array

    @property
    def input_size(self) -> int:
        return int(self.x.shape[-1])

    @property
    def hidden_size(self) -> int:
        return int(self.initial["c"].shape[-1])

    @property
    def output_size(self) -> int:
        return int(self.outputs.shape[-1])

    @property
    def name(self) -> str:
        return f"{self.framework}_{self.kind}_D{self.input_size}_H{self.hidden_size}"


class Framework(Protocol):
    """A module run_NAME.py: the states in its order, and a run from them, which gives outputs and final states."""

    STATES: tuple[str, str]

    def run(self, weights: dict[str, Array], x: Array, states: list[Array]) -> tuple[Array, list[Array]]: ...


def load(path: Path) -> Recording:
    with np.load(path) as file:
        arrays = dict(file)
    framework, *kind = path.stem.split("_D")[0].split("_", 1)
    weights = {key.removeprefix("weights:"): array for key, array in arrays.items() if key.startswith("weights:")}
    initial, final = ({state: arrays[f"{stage}_{state}"] for state in "ch"} for stage in ("initial", "final"))
    forget_bias = float(arrays["forget_bias"])
    return Recording(
        framework, kind[0] if kind else "plain", forget_bias, arrays["x"], weights, initial, final, arrays["outputs"]
    )


def real(framework: str) -> Framework:
    """Give the real framework; skips the test where it is not installed."""
    try:
        return cast(Framework, import_module(f"tests.golden.frameworks.run_{framework}"))
    except ModuleNotFoundError as missing:
        pytest.skip(f"{missing.name} is not installed")


def largest_difference(recording: Recording, outputs: Array, final: dict[str, Array]) -> float:
    """Give the largest difference of an output or of a final state to the recorded ones."""
    pairs = [(outputs, recording.outputs), *((final[state], recording.final[state]) for state in "ch")]
    assert all(computed.shape == recorded.shape for computed, recorded in pairs)
    return float(np.max([np.abs(computed - recorded).max() for computed, recorded in pairs]))


RECORDINGS = [load(path) for path in sorted(FOLDER.glob("*.npz"))]
