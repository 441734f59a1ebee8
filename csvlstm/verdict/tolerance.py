"""What float32 does to a network on an input: the float64 reference, and how far seeded, nudged runs part from it.

Monte Carlo arithmetic (Parker, Monte Carlo Arithmetic, 1997; Vignes, A stochastic arithmetic for reliable scientific
computation, 1993): the reference runs eight times more, every preactivation nudged by 2^-24 of the magnitudes that it
adds up, every activation and state by up to 2^-23 of itself. Where these runs part, float32 runs part. Four times the
largest deviation is the tolerance of a step. That is measured, not proved: see tests/README.md.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..layouts.layout import PARTS
from ..layouts.references import (
    Activation,
    Array,
    elu,
    hard_sigmoid_keras2,
    hard_sigmoid_keras3,
    keras_lstm,
    keras_preactivations,
    keras_update,
    quarters_of,
    relu,
    sigmoid,
    softsign,
    tf1_preactivations,
    tf1_update,
)
from ..network.topology import Cell, Flow, Network
from .behaviour import sum_of_magnitudes

RUNS = 8
MARGIN = 4
UNIT_ROUNDOFF = 2.0**-24
_SPACING = 2.0**-23
_SMALLEST_ACTIVATION = 0.5
"""Below it the error of an activation is no longer in proportion: TensorFlow's sigmoid adds 1/2 at its end."""

_SEED = 0

RECURRENT_ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid_keras2,
    "hard_sigmoid_keras3": hard_sigmoid_keras3,
}
ACTIVATIONS: dict[str, Activation] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "elu": elu,
    "softsign": softsign,
}


class Activations(NamedTuple):
    """The activations of all cells by name: `recurrent` of the gates, `output` of candidate and output."""

    recurrent: str = "sigmoid"
    output: str = "tanh"


DEFAULT_ACTIVATIONS = Activations()


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

    def run(self, x: Array, run_cell: "RunCell") -> Array:
        """Run x [steps, runs, D] through all cells, and give the outputs [steps, runs, H] of the last layer."""
        flow = Flow(self.network, x)
        for weights, (cell, inputs) in zip(self.weights, flow, strict=True):
            assert inputs is not None
            flow.give(run_cell(cell, weights, inputs))
        return flow.outputs


RunCell = Callable[[Cell, Weights, Array], Array]
"""Runs a cell with its weights on x [steps, runs, D], and gives its outputs [steps, runs, H]."""


class Driving(NamedTuple):
    """What drives the cells of the last layer in place of their own outputs of the step before.

    Of each cell the recorded outputs [steps, H], in its own order of steps and one step late, and how far each may be
    off as it was printed.
    """

    by_cell: dict[Cell, tuple[Array, Array]]

    def of(self, cell: Cell) -> tuple[Array, Array] | None:
        """Give what drives a cell; None where its outputs were not recorded."""
        return self.by_cell.get(cell)


UNDRIVEN = Driving({})


def driving(network: Network, outputs: Array, slack: Array) -> Driving:
    """Drive the last layer by its recorded outputs [steps, H], which may be off by a slack [steps, H]."""
    layer = network.layers[-1]
    ends = np.cumsum([cell.sizes.hidden_size for cell in layer])[:-1]
    both = zip(*(np.split(array, ends, axis=1) for array in (outputs, slack)), strict=True)
    return Driving(
        {
            cell: (_one_step_late(cell, own), _one_step_late(cell, off))
            for cell, (own, off) in zip(layer, both, strict=True)
        }
    )


def _one_step_late(cell: Cell, outputs: Array) -> Array:
    in_order = outputs[::-1] if cell.is_backward else outputs
    return np.concatenate([np.zeros_like(outputs[:1]), in_order[:-1]])


class Assumed(NamedTuple):
    """What the cells may have been built with; each forget bias has a run, and None stands for those declared."""

    forget_biases: Sequence[float | None] = (None,)
    activations: Activations = DEFAULT_ACTIVATIONS

    def of(self, cell: Cell) -> Array:
        """Give the forget biases [runs, 1] of a cell."""
        known = [cell.forget_bias if value is None else value for value in self.forget_biases]
        return np.array(known, np.float64)[:, None]


class Runs(NamedTuple):
    """Outputs [runs, steps, H] of the reference, and how far its nudged runs part from them [runs, steps, H]."""

    outputs: Array
    deviations: Array


def run_nudged(
    model: Model, x: Array, assumed: Assumed, driven: Driving = UNDRIVEN, slack: Array | None = None
) -> Runs:
    """Run the TensorFlow 1 reference on x [steps, D] from a zero state, exactly and nudged.

    `slack` [steps, D] says how far each input may be off as it was printed.
    """
    nudges, runs = _Nudges(), len(assumed.forget_biases)
    rows = x[:, None]
    if slack is not None:
        off = slack[:, None] * nudges.uniform((len(x), runs * RUNS, x.shape[1]))
        rows = np.concatenate([np.repeat(rows, runs, axis=1), rows + off], axis=1)
    functions = _functions(assumed.activations)

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        forget_biases = assumed.of(cell)
        recurrence = _recurrence(weights, x, driven.of(cell))
        exact = recurrence.run(forget_biases, slice(0, runs), _Float64(functions))
        magnitudes = _magnitudes(weights, x[:, :runs], exact, driven.of(cell))
        nudged = np.tile(forget_biases, (RUNS, 1))
        of_float32 = _Float32(functions, nudges, magnitudes, np.abs(forget_biases))
        return np.concatenate([exact, recurrence.run(nudged, slice(runs, None), of_float32)], axis=1)

    outputs = model.run(rows, run_cell)
    exact, nudged = outputs[:, :runs], outputs[:, runs:].reshape(len(x), RUNS, runs, -1)
    return Runs(exact.swapaxes(0, 1), np.abs(nudged - exact[:, None]).max(axis=1).swapaxes(0, 1))


def run_exactly(model: Model, x: Array, assumed: Assumed, driven: Driving = UNDRIVEN) -> Array:
    """Run the TensorFlow 1 reference on x [steps, D] from a zero state, and give its outputs [runs, steps, H]."""
    arithmetic = _Float64(_functions(assumed.activations))

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        return _recurrence(weights, x, driven.of(cell)).run(assumed.of(cell), slice(None), arithmetic)

    return model.run(x[:, None], run_cell).swapaxes(0, 1)


def run_converted(model: Model, x: Array, activations: Activations, driven: Driving = UNDRIVEN) -> Array:
    """Run the Keras reference with the converted weights on x [steps, D], and give its outputs [steps, H]."""
    functions = _functions(activations)

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        assert weights.converted
        kernel, recurrent_kernel, bias = (weights.converted[part] for part in PARTS)
        c: Array = np.zeros((1, cell.sizes.hidden_size))
        before, outputs = driven.of(cell), []
        if before is None:
            sequences, _ = keras_lstm(
                x.swapaxes(0, 1),
                [c, c],
                kernel,
                recurrent_kernel,
                bias,
                recurrent_activation=functions[0],
                activation=functions[1],
            )
            return sequences.swapaxes(0, 1)
        for preactivations in keras_preactivations(
            x[:, 0], before[0], *map(quarters_of, (kernel, recurrent_kernel, bias))
        ):
            h, c = keras_update(preactivations[None], c, *functions)
            outputs.append(h)
        return np.stack(outputs)

    outputs: Array = model.run(x[:, None], run_cell)[:, 0]
    return outputs


def _functions(activations: Activations) -> tuple[Activation, Activation]:
    return RECURRENT_ACTIVATIONS[activations.recurrent], ACTIVATIONS[activations.output]


class _Nudges:
    """Seeded random numbers, the same on every processor; numpy.random takes long to import."""

    def __init__(self) -> None:
        self._draw = random.Random(_SEED)

    def signs(self, shape: tuple[int, ...]) -> Array:
        """Draw -1 or 1."""
        size = int(np.prod(shape))
        bits = np.unpackbits(np.frombuffer(self._draw.randbytes(-(-size // 8)), np.uint8), count=size)
        return (2.0 * bits - 1).reshape(shape)

    def uniform(self, shape: tuple[int, ...]) -> Array:
        """Draw numbers from -1 to 1."""
        return (np.frombuffer(self._draw.randbytes(int(np.prod(shape))), np.int8) / 128).reshape(shape)


class _Float64:
    """The arithmetic of the reference, as exact as it comes."""

    def __init__(self, functions: tuple[Activation, Activation]) -> None:
        self.functions = functions

    def sum(self, step: int, preactivations: Array) -> Array:
        """Give preactivations [runs, 4, H] as this arithmetic adds them up."""
        return preactivations

    def value(self, exact: Array) -> Array:
        """Give an activation or a state as this arithmetic keeps it."""
        return exact


class _Float32(_Float64):
    """The arithmetic of a nudged run; `magnitudes` [steps, runs, 4H] are those that the preactivations add up."""

    def __init__(
        self, functions: tuple[Activation, Activation], nudges: _Nudges, magnitudes: Array, forget_biases: Array
    ) -> None:
        self._nudges, self._magnitudes, self._forget_biases = nudges, magnitudes, forget_biases
        super().__init__((self._around(functions[0]), self._around(functions[1])))

    def sum(self, step: int, preactivations: Array) -> Array:
        magnitudes = _without_h(self._magnitudes[step], self._forget_biases)
        nudges = self._nudges.signs(preactivations.shape).reshape(RUNS, *magnitudes.shape)
        moved: Array = preactivations + (UNIT_ROUNDOFF * nudges * magnitudes).reshape(preactivations.shape)
        return moved

    def value(self, exact: Array) -> Array:
        moved: Array = exact * (1 + _SPACING * self._nudges.uniform(exact.shape))
        return moved

    def _around(self, activation: Activation) -> Activation:
        def nudged(x: Array) -> Array:
            exact = activation(x)
            unit = _SPACING * np.maximum(np.abs(exact), _SMALLEST_ACTIVATION)
            moved: Array = exact + unit * self._nudges.uniform(exact.shape)
            return moved

        return nudged


class _Recurrence(NamedTuple):
    """A cell over a sequence: what is known before it runs, and what multiplies its own outputs.

    `given` is [steps, runs, 4H]; `kernel` [H, 4H], or [0, 4H] where recorded outputs drive the cell.
    """

    given: Array
    kernel: Array

    def run(self, forget_biases: Array, rows: slice, arithmetic: _Float64) -> Array:
        """Run from a zero state with forget biases [runs, 1], and give the outputs [steps, runs, H]."""
        given = self.given if self.given.shape[1] == 1 else self.given[:, rows]
        c = h = np.zeros((len(forget_biases), quarters_of(given)[0].shape[-1]))
        outputs = []
        for step, known in enumerate(np.broadcast_to(given, (len(given), len(c), given.shape[2]))):
            own = h[:, : len(self.kernel)]
            z = tf1_preactivations(own[:, :0], own, self.kernel, known, forget_biases)
            c, h = map(arithmetic.value, tf1_update(arithmetic.sum(step, z), c, *arithmetic.functions))
            outputs.append(h)
        return np.stack(outputs)


def _recurrence(weights: Weights, x: Array, driven: tuple[Array, Array] | None) -> _Recurrence:
    known = x if driven is None else np.concatenate([x, _broadcast(driven[0], x)], axis=2)
    size = known.shape[2]
    return _Recurrence(known @ weights.kernel[:size] + weights.bias, weights.kernel[size:])


def _broadcast(outputs: Array, x: Array) -> Array:
    return np.broadcast_to(outputs[:, None], (*x.shape[:2], outputs.shape[1]))


def _magnitudes(weights: Weights, x: Array, outputs: Array, driven: tuple[Array, Array] | None) -> Array:
    """Add up the magnitudes of what goes into each preactivation [steps, runs, 4H], without the forget bias."""
    if driven is None:
        before = np.concatenate([np.zeros_like(outputs[:1]), outputs[:-1]])
        x = np.broadcast_to(x, (*before.shape[:2], x.shape[2]))
    else:
        # What an output may be off counts in full.
        before = _broadcast(np.abs(driven[0]) + driven[1] / UNIT_ROUNDOFF, x)
    inputs = np.concatenate([x, before], axis=2)
    sums = sum_of_magnitudes(inputs.reshape(-1, inputs.shape[2]), weights.kernel)
    added: Array = sums.reshape(*inputs.shape[:2], -1) + np.abs(weights.bias)
    # What float32 cannot hold shows nothing, and nothing after it does.
    return np.where(added <= np.finfo(np.float32).max, added, np.nan)


def _without_h(given: Array, forget_biases: Array) -> Array:
    """Give preactivations [runs, 4, H] where all but the forget bias is known: [runs, 4H]."""
    none: Array = np.zeros((len(forget_biases), 0))
    return tf1_preactivations(none, none, np.zeros((0, given.shape[1])), given, forget_biases)
