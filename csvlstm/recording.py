"""A recorded run of the original network against both references: the only thing that shows a wrong activation.

A recording is one sequence, one row a step, from a zero state. float32 runs part by themselves, so it is compared for
as many steps as the TensorFlow 1 reference's own float32 and float64 runs agree; what comes later is beyond float32, no
mistake.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .cells import (
    Activation,
    Array,
    hard_sigmoid_keras2,
    hard_sigmoid_keras3,
    keras_lstm,
    sigmoid,
    tf1_lstm,
)
from .converted import Rectangle, read_rectangle
from .errors import CsvLstmError, Place
from .layout import PARTS, Sizes
from .tables import Export

AGREEMENT = 1e-7
"""How near the reference's float32 and float64 runs must be for a step to be comparable."""

TOLERANCE = 1e-6
"""How near a recorded output must be to a reference's."""

_FORGET_BIASES = np.arange(-40, 81) / 4
_STEP = 0.25
_SEARCHED_STEPS = 5
_ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": sigmoid,
    "hard_sigmoid (Keras 1 and 2)": hard_sigmoid_keras2,
    "hard_sigmoid (Keras 3)": hard_sigmoid_keras3,
}


class Recording(NamedTuple):
    """What was put into the original cell, [steps, D], and what came out of it, [steps, H]."""

    inputs: Rectangle
    outputs: Rectangle


class Assumption(NamedTuple):
    """What the original cell may have been: its forget bias and its gate activation."""

    forget_bias: float
    activation: str = "sigmoid"

    def __str__(self) -> str:
        return f"forget bias {self.forget_bias!r}, recurrent_activation {self.activation}"


class Replay(NamedTuple):
    """How both references compare with a recording over its comparable steps; differences are the largest of an output.

    That of Keras is None where the converted set has other shapes. `fitting` is the assumption that the recording does
    fit, where it does not fit the declared one.
    """

    steps: int
    comparable_steps: int
    tf1_difference: float
    keras_difference: float | None
    fitting: Assumption | None

    @property
    def agrees(self) -> bool | None:
        """Whether both references give the recorded outputs; None where no step can be compared in float32."""
        if not self.comparable_steps:
            return None
        return self.tf1_agrees and self.keras_difference is not None and self.keras_difference <= TOLERANCE

    @property
    def tf1_agrees(self) -> bool:
        """Whether the export with the declared forget bias gives the recorded outputs."""
        return self.tf1_difference <= TOLERANCE


def read_recording(inputs: str, outputs: str, sizes: Sizes) -> Recording:
    """Read a recorded run, one row a step; raises CsvLstmError where its shapes do not fit the layer or each other.

    >>> folder = "sample_data/sunspots"
    >>> read_recording(f"{folder}/inputs.csv", f"{folder}/cell_0_h.csv", Sizes(3, 5)).outputs.values.shape
    (297, 5)
    """
    recording = Recording(read_rectangle(inputs), read_rectangle(outputs))
    for file, columns, size in zip(recording, sizes, ("input size", "hidden size"), strict=True):
        if file.values.shape[1] != columns:
            found = f"{file.values.shape[1]} cells in a row"
            raise CsvLstmError(found, Place(file.name), expected=f"{columns}, the {size}, with one row a step")
    steps = [len(file.values) for file in recording]
    if steps[0] != steps[1]:
        raise CsvLstmError(f"{steps[1]} rows", Place(outputs), expected=f"{steps[0]}, the steps of {inputs}")
    return recording


def replay(export: Export, weights: dict[str, Array] | None, recording: Recording, forget_bias: float) -> Replay:
    """Run both references on the recorded inputs, and compare them with the recorded outputs.

    `weights` are kernel [D, 4H], recurrent_kernel [H, 4H] and bias [4H] of the converted set, None where it has others.
    """
    inputs, outputs = recording.inputs.values, recording.outputs.values
    declared = Assumption(forget_bias)
    # Inputs that leave float32's range end the comparable steps, and nobody needs a warning of them.
    with np.errstate(all="ignore"):
        steps = _comparable_steps(export, inputs, declared)
        if not steps:
            return Replay(len(inputs), 0, 0.0, None, None)
        tf1 = _difference(_run(export, inputs[:steps], declared), outputs)
        keras = _difference(_run_keras(weights, inputs[:steps]), outputs) if weights else None
        fitting = None if tf1 <= TOLERANCE else next(_fitting(export, inputs, outputs, forget_bias), None)
    return Replay(len(inputs), steps, tf1, keras, fitting)


def _difference(run: Array, outputs: Array) -> float:
    apart = np.abs(run - outputs[: len(run)])
    return float(np.max(np.nan_to_num(apart, nan=np.finfo(np.float64).max)))


def _run_keras(weights: dict[str, Array], inputs: Array) -> Array:
    zero: Array = np.zeros((1, len(weights["recurrent_kernel"])))
    outputs, _ = keras_lstm(inputs[None], [zero, zero], *(weights[part] for part in PARTS))
    sequence: Array = outputs[0]
    return sequence


def _run(export: Export, inputs: Array, assumption: Assumption, dtype: type = np.float64) -> Array:
    """Run the TensorFlow 1 reference from a zero state: outputs [steps, H]."""
    zero: Array = np.zeros((1, export.sizes.hidden_size), dtype)
    kernel: Array = export.kernel.values.astype(dtype)
    bias: Array = export.bias.values[0].astype(dtype)
    x: Array = inputs[None].astype(dtype)
    activation = _ACTIVATIONS[assumption.activation]
    outputs, _ = tf1_lstm(x, (zero, zero), kernel, bias, assumption.forget_bias, activation)
    values: Array = outputs[0]
    return values


def _comparable_steps(export: Export, inputs: Array, assumption: Assumption) -> int:
    apart = np.abs(_run(export, inputs, assumption) - _run(export, inputs, assumption, np.float32)).max(axis=1)
    # What is not a number does not agree either.
    return int(np.append(~(apart <= AGREEMENT), True).argmax())


def _fitting(export: Export, inputs: Array, outputs: Array, declared: float) -> Iterator[Assumption]:
    """Yield the assumptions that a recording fits: other activations, then other forget biases, then both."""
    for search in (False, True):
        for activation in _ACTIVATIONS:
            values = _forget_biases(export, inputs, outputs, activation) if search else [declared, 0.0, 1.0]
            for forget_bias in values:
                assumption = Assumption(forget_bias, activation)
                steps = _comparable_steps(export, inputs, assumption)
                if steps and _difference(_run(export, inputs[:steps], assumption), outputs) <= TOLERANCE:
                    yield assumption


def _forget_biases(export: Export, inputs: Array, outputs: Array, activation: str) -> list[float]:
    """Search the forget bias with which the first steps come nearest to the recorded ones."""

    def miss(forget_bias: float) -> float:
        run = _run(export, inputs[:_SEARCHED_STEPS], Assumption(forget_bias, activation))
        return _difference(run, outputs)

    low = min(_FORGET_BIASES.tolist(), key=miss) - _STEP
    high = low + 2 * _STEP
    while high - low > 1e-9:
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if miss(left) < miss(right) else (left, high)
    return [round(low, digits) for digits in (1, 3, 5, 7)]
