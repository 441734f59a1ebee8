"""What float32 does to a network on an input: the float64 reference, and how far seeded, nudged runs part from it.

Monte Carlo arithmetic (Parker, Monte Carlo Arithmetic, 1997; Vignes, A stochastic arithmetic for reliable scientific
computation, 1993): the reference runs eight times more, every preactivation nudged by 2^-24 of the magnitudes that it
adds up, every activation and state by up to 2^-23 of itself. Where these runs part, float32 runs part. Four times the
largest deviation is the tolerance of a step. That is measured, not proved: see tests/README.md.
"""

from typing import NamedTuple

import numpy as np

from ..layouts.references import (
    Array,
    keras_lstm,
    keras_preactivations,
    keras_update,
    quarters_of,
    tf1_preactivations,
    tf1_update,
)
from ..network.topology import Cell
from .arithmetic import RUNS, Float32, Float64, Nudges
from .behaviour import sum_of_magnitudes
from .model import UNDRIVEN, UNIT_ROUNDOFF, Activations, Assumed, Driving, Model, Weights


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
    nudges, runs = Nudges(), len(assumed.forget_biases)
    rows = x[:, None]
    if slack is not None:
        off = slack[:, None] * nudges.uniform((len(x), runs * RUNS, x.shape[1]))
        rows = np.concatenate([np.repeat(rows, runs, axis=1), rows + off], axis=1)
    functions = assumed.activations.functions

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        forget_biases = assumed.of(cell)
        recurrence = _recurrence(weights, x, driven.of(cell))
        exact = recurrence.run(forget_biases, slice(0, runs), Float64(functions))
        magnitudes = _magnitudes(weights, x[:, :runs], exact, driven.of(cell))
        nudged = np.tile(forget_biases, (RUNS, 1))
        of_float32 = Float32(functions, nudges, magnitudes, np.abs(forget_biases))
        return np.concatenate([exact, recurrence.run(nudged, slice(runs, None), of_float32)], axis=1)

    outputs = model.run(rows, run_cell)
    exact, nudged = outputs[:, :runs], outputs[:, runs:].reshape(len(x), RUNS, runs, -1)
    return Runs(exact.swapaxes(0, 1), np.abs(nudged - exact[:, None]).max(axis=1).swapaxes(0, 1))


def run_exactly(model: Model, x: Array, assumed: Assumed, driven: Driving = UNDRIVEN) -> Array:
    """Run the TensorFlow 1 reference on x [steps, D] from a zero state, and give its outputs [runs, steps, H]."""
    arithmetic = Float64(assumed.activations.functions)

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        return _recurrence(weights, x, driven.of(cell)).run(assumed.of(cell), slice(None), arithmetic)

    return model.run(x[:, None], run_cell).swapaxes(0, 1)


def run_converted(model: Model, x: Array, activations: Activations, driven: Driving = UNDRIVEN) -> Array:
    """Run the Keras reference with the converted weights on x [steps, D], and give its outputs [steps, H]."""
    functions = activations.functions

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        assert weights.converted
        kernel, recurrent_kernel, bias = weights.converted.values()
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


class _Recurrence(NamedTuple):
    """A cell over a sequence: what is known before it runs, and what multiplies its own outputs.

    `given` is [steps, runs, 4H]; `kernel` [H, 4H], or [0, 4H] where recorded outputs drive the cell.
    """

    given: Array
    kernel: Array

    def run(self, forget_biases: Array, rows: slice, arithmetic: Float64) -> Array:
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
    if weights.slack is not None:
        # Errors of printed digits are independent of each other: their squares add up.
        kernel, bias = weights.slack
        added += np.sqrt(np.square(inputs) @ np.square(kernel) + np.square(bias)) / UNIT_ROUNDOFF
    # What float32 cannot hold shows nothing, and nothing after it does.
    return np.where(added <= np.finfo(np.float32).max, added, np.nan)
