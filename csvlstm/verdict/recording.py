"""A recorded run of the original network against both references: the only thing that shows a wrong activation.

A recording is one sequence through the whole network, one row a step, from a zero state. float32 runs part by
themselves, so it is compared for as many steps as the TensorFlow 1 reference's own float32 and float64 runs agree; what
comes later is beyond float32, no mistake. Every cell of a network is judged, in its own order of steps: behind a cell
whose runs part, outputs may agree by chance, and prove nothing.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..converted.sets import Rectangle, read_rectangle
from ..errors import CsvLstmError, Place
from ..layouts.layout import PARTS
from ..layouts.references import (
    Activation,
    Array,
    hard_sigmoid_keras2,
    hard_sigmoid_keras3,
    keras_lstm,
    sigmoid,
    tf1_lstm,
)
from ..network.topology import Cell, Flow, Network

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


class Weights(NamedTuple):
    """The weights of a cell on both sides.

    `kernel` [D+H, 4H] and `bias` [4H] are those of the export. `converted` are kernel [D, 4H], recurrent_kernel [H, 4H]
    and bias [4H] of the Keras layer, None where the converted set has other shapes.
    """

    kernel: Array
    bias: Array
    converted: dict[str, Array] | None


class Model(NamedTuple):
    """A network and the weights of its cells, in the same order."""

    network: Network
    weights: list[Weights]

    def run(self, x: Array, run_cell: Callable[[Cell, Weights, Array], Array]) -> "Outputs":
        """Run a sequence x [steps, D] through all cells."""
        flow, of_cells = Flow(self.network, x), list[Array]()
        for weights, (cell, inputs) in zip(self.weights, flow, strict=True):
            assert inputs is not None
            of_cells.append(run_cell(cell, weights, inputs))
            flow.give(of_cells[-1])
        return Outputs(of_cells, flow.outputs)


class Outputs(NamedTuple):
    """The outputs [steps, H] of each cell, in its own order of steps, and those of the last layer, in time."""

    of_cells: list[Array]
    of_network: Array


class Assumption(NamedTuple):
    """What the original cells may have been: their forget bias, None for those declared, and their gate activation."""

    forget_bias: float | None
    activation: str = "sigmoid"

    def __str__(self) -> str:
        forget_bias = "as declared" if self.forget_bias is None else repr(self.forget_bias)
        return f"forget bias {forget_bias}, recurrent_activation {self.activation}"


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


def read_recording(inputs: str, outputs: str, network: Network) -> Recording:
    """Read a recorded run, one row a step; raises CsvLstmError where its shapes do not fit the network or each other.

    >>> from csvlstm.network.layers import read_layers
    >>> folder = "sample_data/sunspots"
    >>> network = read_layers(f"{folder}/layers.csv")
    >>> read_recording(f"{folder}/inputs.csv", f"{folder}/cell_1_h.csv", network).outputs.values.shape
    (297, 4)
    """
    recording = Recording(read_rectangle(inputs), read_rectangle(outputs))
    input_size = network.layers[0][0].sizes.input_size
    output_size = sum(cell.sizes.hidden_size for cell in network.layers[-1])
    of = "hidden size" if len(network.layers[-1]) == 1 else "hidden sizes of both directions"
    for file, columns, size in zip(recording, (input_size, output_size), ("input size", of), strict=True):
        if file.values.shape[1] != columns:
            found = f"{file.values.shape[1]} cells in a row"
            raise CsvLstmError(found, Place(file.name), expected=f"{columns}, the {size}, with one row a step")
    steps = [len(file.values) for file in recording]
    if steps[0] != steps[1]:
        raise CsvLstmError(f"{steps[1]} rows", Place(outputs), expected=f"{steps[0]}, the steps of {inputs}")
    return recording


def replay(model: Model, recording: Recording) -> Replay:
    """Run both references on the recorded inputs, and compare them with the recorded outputs."""
    inputs, outputs = recording.inputs.values, recording.outputs.values
    # Inputs that leave float32's range end the comparable steps, and nobody needs a warning of them.
    with np.errstate(all="ignore"):
        run, comparable = _run_comparably(model, inputs, Assumption(None))
        steps = int(np.count_nonzero(comparable.any(axis=1)))
        if not steps:
            return Replay(len(inputs), 0, 0.0, None, None)
        tf1 = _difference(run, outputs, comparable)
        complete = all(weights.converted for weights in model.weights)
        keras = _difference(model.run(inputs, _run_keras).of_network, outputs, comparable) if complete else None
        fitting = None if tf1 <= TOLERANCE else next(_fitting(model, inputs, outputs), None)
    return Replay(len(inputs), steps, tf1, keras, fitting)


def _difference(run: Array, outputs: Array, comparable: Array) -> float:
    apart = np.abs(run - outputs)[comparable]
    return float(np.max(np.nan_to_num(apart, nan=np.finfo(np.float64).max)))


def _run_keras(cell: Cell, weights: Weights, x: Array) -> Array:
    assert weights.converted
    zero: Array = np.zeros((1, cell.sizes.hidden_size))
    outputs, _ = keras_lstm(x[None], [zero, zero], *(weights.converted[part] for part in PARTS))
    sequence: Array = outputs[0]
    return sequence


def _run(model: Model, x: Array, assumption: Assumption, dtype: type = np.float64) -> Outputs:
    """Run the TensorFlow 1 reference from a zero state."""
    activation = _ACTIVATIONS[assumption.activation]

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        zero: Array = np.zeros((1, cell.sizes.hidden_size), dtype)
        forget_bias = cell.forget_bias if assumption.forget_bias is None else assumption.forget_bias
        kernel: Array = np.asarray(weights.kernel, dtype)
        bias: Array = np.asarray(weights.bias, dtype)
        outputs, _ = tf1_lstm(x[None], (zero, zero), kernel, bias, forget_bias, activation)
        sequence: Array = outputs[0]
        return sequence

    return model.run(x.astype(dtype), run_cell)


def _run_comparably(model: Model, inputs: Array, assumption: Assumption) -> tuple[Array, Array]:
    """Run the TensorFlow 1 reference, and tell which outputs [steps, H] of the last layer are comparable in float32."""
    run = _run(model, inputs, assumption)
    of_both = zip(run.of_cells, _run(model, inputs, assumption, np.float32).of_cells, strict=True)
    # Whether the runs agree flows through the network as the values themselves do: up to the first step of a cell
    # where they part, and where what came into it agreed.
    flow = Flow(model.network, np.ones((len(inputs), 1), np.bool_))
    for (_, before), (exact, rounded) in zip(flow, of_both, strict=True):
        assert before is not None
        # What is not a number does not agree either.
        agree = before.all(axis=1) & (np.abs(exact - rounded).max(axis=1) <= AGREEMENT)
        flow.give(np.repeat(np.logical_and.accumulate(agree)[:, None], exact.shape[1], axis=1))
    return run.of_network, flow.outputs


def _has_backward(model: Model) -> bool:
    return any(cell.is_backward for cell in model.network.cells)


def _fitting(model: Model, inputs: Array, outputs: Array) -> Iterator[Assumption]:
    """Yield the assumptions that a recording fits: other activations, then other forget biases, then both."""
    declared = model.network.forget_bias
    for search in (False, True):
        for activation in _ACTIVATIONS:
            values = _forget_biases(model, inputs, outputs, activation) if search else [declared, 0.0, 1.0]
            for forget_bias in values:
                assumption = Assumption(forget_bias, activation)
                run, comparable = _run_comparably(model, inputs, assumption)
                if comparable.any() and _difference(run, outputs, comparable) <= TOLERANCE:
                    yield assumption


def _forget_biases(model: Model, inputs: Array, outputs: Array, activation: str) -> list[float | None]:
    """Search the forget bias, the same in all cells, with which the first steps come nearest to the recorded ones."""
    # A backward cell begins at the last step.
    steps = len(inputs) if _has_backward(model) else _SEARCHED_STEPS
    everywhere = np.ones(outputs[:steps].shape, np.bool_)

    def miss(forget_bias: float) -> float:
        run = _run(model, inputs[:steps], Assumption(forget_bias, activation)).of_network
        return _difference(run, outputs[:steps], everywhere)

    low = min(_FORGET_BIASES.tolist(), key=miss) - _STEP
    high = low + 2 * _STEP
    while high - low > 1e-9:
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if miss(left) < miss(right) else (left, high)
    return [round(low, digits) for digits in (1, 3, 5, 7)]
