"""What float32 does to a network on an input: the float64 reference, and how far seeded, nudged runs part from it.

Monte Carlo arithmetic (Parker, Monte Carlo Arithmetic, 1997; Vignes, A stochastic arithmetic for reliable scientific
computation, 1993): the reference runs eight times more, every preactivation nudged by 2^-24 of the magnitudes that it
adds up, every activation and state by up to 2^-23 of itself. Where these runs part, float32 runs part. Four times the
largest deviation is the tolerance of a step. That is measured, not proved: see tests/README.md.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..layouts.equations import REFERENCES, CellActivations
from ..layouts.references import Array, quarters_of, tf1_preactivations, tf1_update
from ..network.topology import Cell
from .arithmetic import RUNS, Float32, Float64, Nudges, Weighted
from .behaviour import sum_of_magnitudes
from .model import GATED, PEEPHOLES, PROJECTION, UNDRIVEN, UNIT_ROUNDOFF, Activations, Assumed, Driving, Model, Weights


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
    """Run the reference of the target with the converted weights on x [steps, D], and give its outputs [steps, P]."""
    by = CellActivations(*activations.functions)

    def run_cell(cell: Cell, weights: Weights, x: Array) -> Array:
        assert weights.converted
        equation, forget_bias = REFERENCES[cell.target.key], cell.target_forget_bias
        c, h = (np.zeros((1, size)) for size in (cell.sizes.hidden_size, cell.sizes.output_size))
        before, outputs = driven.of(cell), []
        for step, inputs in enumerate(x):
            own = h if before is None else before[0][step : step + 1]
            _, c, h = equation(inputs, c, own, weights.converted, forget_bias, by)
            outputs.append(h)
        return np.stack(outputs)

    outputs: Array = model.run(x[:, None], run_cell)[:, 0]
    return outputs


class _Recurrence(NamedTuple):
    """A cell over a sequence: what is known before it runs, and what multiplies its own outputs and its cell state.

    `given` is [steps, runs, 4H]; `kernel` [P, 4H], or [0, 4H] where recorded outputs drive the cell.
    """

    given: Array
    kernel: Array
    weights: Weights

    def run(self, forget_biases: Array, rows: slice, arithmetic: Float64) -> Array:
        """Run from a zero state with forget biases [runs, 1], and give the outputs [steps, runs, P]."""
        given = self.given if self.given.shape[1] == 1 else self.given[:, rows]
        c = np.zeros((len(forget_biases), quarters_of(given)[0].shape[-1]))
        h, outputs = np.zeros((len(forget_biases), len(self.kernel))), []
        for step, known in enumerate(np.broadcast_to(given, (len(given), len(c), given.shape[2]))):
            own = h[:, : len(self.kernel)]
            z = tf1_preactivations(own[:, :0], own, self.kernel, known, forget_biases)
            c, h = self._update(arithmetic.sum(step, z), c, arithmetic)
            outputs.append(h)
        return np.stack(outputs)

    def _update(self, z: Array, c: Array, arithmetic: Float64) -> Iterable[Array]:
        """Compute (c, h) from preactivations [runs, 4, H] and c [runs, H], as `LSTMCell.call` of TensorFlow 1 does."""
        if not {*self.weights.arrays} - {*GATED}:
            return map(arithmetic.value, tf1_update(z, c, *arithmetic.functions))
        recurrent, output = arithmetic.functions
        i, j, f, o = (z[..., gate, :] for gate in range(4))
        w_i, w_f, w_o = map(self._weighted, PEEPHOLES)
        if w_i and w_f:
            i, f = arithmetic.with_peephole(i, w_i, c), arithmetic.with_peephole(f, w_f, c)
        c = arithmetic.value(recurrent(f) * c + recurrent(i) * output(j))
        o = arithmetic.with_peephole(o, w_o, c) if w_o else o
        h = arithmetic.value(recurrent(o) * output(c))
        projection = self._weighted(PROJECTION)
        return c, arithmetic.projected(h, projection) if projection else h

    def _weighted(self, name: str) -> Weighted | None:
        arrays, slack = self.weights.arrays, self.weights.slack
        return Weighted(arrays[name], slack[name] if slack else None) if name in arrays else None


def _recurrence(weights: Weights, x: Array, driven: tuple[Array, Array] | None) -> _Recurrence:
    known = x if driven is None else np.concatenate([x, _broadcast(driven[0], x)], axis=2)
    size, (kernel, bias) = known.shape[2], map(weights.arrays.__getitem__, GATED)
    return _Recurrence(known @ kernel[:size] + bias, kernel[size:], weights)


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
    kernel, bias = map(weights.arrays.__getitem__, GATED)
    sums = sum_of_magnitudes(inputs.reshape(-1, inputs.shape[2]), kernel)
    added: Array = sums.reshape(*inputs.shape[:2], -1) + np.abs(bias)
    if weights.slack is not None:
        # Errors of printed digits are independent of each other: their squares add up.
        kernel, bias = map(weights.slack.__getitem__, GATED)
        added += np.sqrt(np.square(inputs) @ np.square(kernel) + np.square(bias)) / UNIT_ROUNDOFF
    # What float32 cannot hold shows nothing, and nothing after it does.
    return np.where(added <= np.finfo(np.float32).max, added, np.nan)
