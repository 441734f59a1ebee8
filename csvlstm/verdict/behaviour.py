"""The behaviour half of the check: both reference cells side by side, and whether rounding explains what differs."""

import random
from typing import NamedTuple

import numpy as np

from ..errors import Place
from ..layouts.layout import KERAS, PARTS, TF1, quarter_order
from ..layouts.references import Array, Quarters, keras_preactivations, keras_update, tf1_preactivations, tf1_update
from ..numbers.damage import Damage
from ..reading.tables import Export

STEPS = 20
UNIT_ROUNDOFF = 2.0**-53
_ROWS = 64
_SATURATED_BEYOND = 4.0
"""There the logistic function is within 2 % of 0 or 1, and tanh within 0.1 % of -1 or 1."""

_ENOUGH, _HARDLY_ANY = 0.1, 0.03
"""Shares of gates that work: fewer ask for smaller inputs, and hardly any for a warning."""

_LARGEST_SCALE = 2.0**1000
SMALLEST = float(np.finfo(np.float64).tiny)


class Behaviour(NamedTuple):
    """How far the two reference cells are apart over some steps from the same inputs and states.

    `max_difference` is the largest difference of a hidden or cell state after a step; `rounding` the largest difference
    of a preactivation as a share of what rounding can explain, so that more than 1 is a mistake.
    """

    steps: int
    max_difference: float
    rounding: float

    @property
    def equivalent(self) -> bool:
        """Whether rounding explains every difference."""
        return self.rounding <= 1


class Run(NamedTuple):
    """A run of the TensorFlow 1 cell: x [steps, D], c and h [steps + 1, H] from the start on, and z [steps, 4, H]."""

    x: Array
    c: Array
    h: Array
    preactivations: Array

    @property
    def working(self) -> float:
        """The share of gates that are not saturated behind the first step, where h is the cell's own."""
        return float(np.mean(np.abs(self.preactivations[1:]) <= _SATURATED_BEYOND))

    @property
    def outputs(self) -> Array:
        """The outputs [steps, H]; 0 where weights are so large that a sum overflows, for the layers behind."""
        return np.nan_to_num(self.h[1:])


def saturated(run: Run, export: Export, *, allowed: bool = True) -> list[Damage]:
    """Warn where nearly every gate is saturated, on small inputs too, so that the run says little about the cells.

    Raises CsvLstmError where no warning is allowed.
    """
    if run.working >= _HARDLY_ANY:
        return []
    found = "nearly every gate is saturated, on small inputs too, so that both cells agree in any case"
    advice = "is a scale missing, as in whole numbers of 8 or 16 bits? export the weights multiplied by it"
    damage = Damage("saturated", Place(export.kernel.name), export.kernel.values.size, found, advice)
    if not allowed:
        raise damage.as_error()
    return [damage]


class Slack(NamedTuple):
    """How far each weight may be off: `absolute` plus `relative` times its magnitude."""

    absolute: float = 0.0
    relative: float = 0.0


EXACT = Slack()
FLOAT32 = Slack(2.0**-149, 2.0**-22)
"""Of weights that are the same as float32: a rounding of two addends, of their sum, and of its print."""


def run_export(export: Export, forget_bias: float, seed: int, x: Array | None = None) -> Run:
    """Run the TensorFlow 1 cell from seeded random states, on inputs x [steps, D] or on seeded random ones.

    Two cells whose gates are all open or closed agree in any case. Where nearly every gate is, the inputs and the first
    states are made smaller, by a power of two.
    """
    draw = random.Random(seed)
    drawn = _uniform(draw, STEPS, export.sizes.input_size)
    x = drawn if x is None else x
    c, h = (_uniform(draw, 1, export.sizes.hidden_size) for _ in range(2))
    run = _run(export, forget_bias, x, c, h)
    if run.working >= _ENOUGH:
        return run
    scale = 2.0 ** -float(np.ceil(np.log2(np.clip(np.median(np.abs(run.preactivations[0])), 1.0, _LARGEST_SCALE))))
    smaller = _run(export, forget_bias, scale * x, scale * c, scale * h)
    return max(run, smaller, key=lambda one: one.working)


def _run(export: Export, forget_bias: float, x: Array, c: Array, h: Array) -> Run:
    states = [(c, h)]
    preactivations = []
    with np.errstate(over="ignore", invalid="ignore"):
        for step in x:
            c, h = states[-1]
            weights = export.kernel.values, export.bias.values[0]
            preactivations.append(tf1_preactivations(step[None], h, *weights, forget_bias))
            states.append(tf1_update(preactivations[-1], c))
    c, h = (np.concatenate(steps) for steps in zip(*states, strict=True))
    return Run(x, c, h, np.concatenate(preactivations))


def compare_behaviour(
    run: Run, export: Export, converted: dict[str, Quarters], forget_bias: float, slack: Slack = EXACT
) -> Behaviour:
    """Run the Keras cell beside a run of the TensorFlow 1 cell, and hold their differences against rounding.

    At each step the Keras cell gets the TensorFlow 1 side's input and states, because two free-running cells part by
    chaos. A sum of n products differs from the exact one by at most n units of roundoff times the sum of their
    magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1); two such sums by twice that,
    and by what the slack allows each weight.
    """
    # Weights so large that a sum overflows leave nothing to compare here; the exact half decides alone.
    with np.errstate(over="ignore", invalid="ignore"):
        keras = keras_preactivations(run.x, run.h[:-1], *(converted[part] for part in PARTS))
        inputs = np.concatenate([run.x, run.h[:-1]], axis=1)
        terms = sum_of_magnitudes(inputs, export.kernel.values) + np.abs(export.bias.values) + abs(forget_bias)
        relative = 2 * (export.sizes.rows + 4) * UNIT_ROUNDOFF + slack.relative
        absolute = slack.absolute * (np.abs(inputs).sum(axis=1, keepdims=True) + 1)
        bound = (relative * terms + absolute).reshape(keras.shape) + SMALLEST
        apart = np.abs(run.preactivations - keras[:, quarter_order(KERAS, TF1)])
        h, c = keras_update(keras, run.c[:-1])
        states = max(_largest(np.abs(h - run.h[1:])), _largest(np.abs(c - run.c[1:])))
        return Behaviour(len(run.x), states, _largest(apart / bound))


def sum_of_magnitudes(inputs: Array, kernel: Array) -> Array:
    """Compute |inputs| @ |kernel| some rows at a time: a second kernel of magnitudes would not stay in the cache."""
    total = np.zeros((len(inputs), kernel.shape[1]))
    for at in range(0, len(kernel), _ROWS):
        total += np.abs(inputs[:, at : at + _ROWS]) @ np.abs(kernel[at : at + _ROWS])
    return total


def _uniform(draw: random.Random, rows: int, columns: int) -> Array:
    """Draw numbers from -1 to 1 [rows, columns]; numpy.random takes longer to import than a small layer to convert."""
    return (np.frombuffer(draw.randbytes(8 * rows * columns), np.int64) / 2.0**63).reshape(rows, columns)


def _largest(values: Array) -> float:
    """Give the largest of some magnitudes; a NaN is passed over."""
    return float(np.fmax.reduce(values, axis=None, initial=0.0))
