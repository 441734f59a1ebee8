"""The behaviour half of the check: both cells side by side, and whether rounding explains what differs."""

import random
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..errors import Place
from ..layouts.arrays import AnySizes, Layout, Operand
from ..layouts.equations import REFERENCES, CellActivations
from ..layouts.gates import Gate
from ..layouts.plan import Plan
from ..layouts.references import Array
from ..numbers.damage import Damage
from ..numbers.ordered import median
from ..reading.tables import WeightSet

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
    """A run of the source's cell: x [steps, D], c [steps + 1, H] and h [steps + 1, P] from the start on.

    `preactivations` are what goes into the activation of each gate [steps, H].
    """

    x: Array
    c: Array
    h: Array
    preactivations: dict[Gate, Array]

    @property
    def working(self) -> float:
        """The share of gates that are not saturated after the first step, where h is the cell's own."""
        after = [np.abs(into[1:]) <= _SATURATED_BEYOND for into in self.preactivations.values()]
        return float(np.mean(after))

    @property
    def outputs(self) -> Array:
        """The outputs [steps, H]; 0 where weights are so large that a sum overflows, for the layers after."""
        return np.nan_to_num(self.h[1:])


def saturated(run: Run, export: WeightSet, *, allowed: bool = True) -> list[Damage]:
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


def run_export(export: WeightSet, forget_bias: float, seed: int, x: Array | None = None) -> Run:
    """Run the source's cell from seeded random states, on inputs x [steps, D] or on seeded random ones.

    Two cells whose gates are all open or closed agree in any case. Where nearly every gate is, the inputs and the first
    states are made smaller, by a power of two.
    """
    draw = random.Random(seed)
    drawn = _uniform(draw, STEPS, export.sizes.input_size)
    x = drawn if x is None else x
    c, h = (_uniform(draw, 1, size) for size in (export.sizes.hidden_size, export.sizes.output_size))
    run = _run(export, forget_bias, x, c, h)
    if run.working >= _ENOUGH:
        return run
    first = np.abs([into[0] for into in run.preactivations.values()])
    scale = 2.0 ** -float(np.ceil(np.log2(np.clip(median(first), 1.0, _LARGEST_SCALE))))
    smaller = _run(export, forget_bias, scale * x, scale * c, scale * h)
    return max(run, smaller, key=lambda one: one.working)


def _run(export: WeightSet, forget_bias: float, x: Array, c: Array, h: Array) -> Run:
    equation, values = REFERENCES[export.layout.key], export.values
    cs, hs, into_gates = [c], [h], list[dict[Gate, Array]]()
    with np.errstate(over="ignore", invalid="ignore"):
        for step in x:
            after = equation(step[None], cs[-1], hs[-1], values, forget_bias, CellActivations())
            cs.append(after.c)
            hs.append(after.h)
            into_gates.append(after.preactivations)
    gates = {gate: np.concatenate([step[gate] for step in into_gates]) for gate in Gate}
    return Run(x, np.concatenate(cs), np.concatenate(hs), gates)


def compare_behaviour(
    run: Run,
    export: WeightSet,
    plan: Plan,
    converted: Mapping[str, Array],
    forget_biases: tuple[float, float],
    slack: Slack = EXACT,
) -> Behaviour:
    """Run the target's cell beside a run of the source's, and hold their differences against rounding.

    `converted` are the arrays of the target in plain form, `forget_biases` what the source adds at run time and what
    the target will. At each step the target gets the source's input and states, because two free-running cells part by
    chaos. A sum of n products differs from the exact one by at most n units of roundoff times the sum of their
    magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1); two such sums by twice that,
    and by what the slack allows each weight.
    """
    # Weights so large that a sum overflows leave nothing to compare here; the exact half decides alone.
    with np.errstate(over="ignore", invalid="ignore"):
        c, h = run.c[:-1], run.h[:-1]
        after = REFERENCES[plan.target.key](run.x, c, h, converted, forget_biases[1], CellActivations())
        relative = 2 * (export.sizes.rows + 4) * UNIT_ROUNDOFF + slack.relative
        inputs = np.abs(np.concatenate([run.x, h], axis=1)).sum(axis=1, keepdims=True)
        absolute = slack.absolute * (inputs + 1) + SMALLEST
        added = abs(forget_biases[0]) + abs(forget_biases[1]) + abs(plan.target.forget_bias)
        shares = [
            np.abs(run.preactivations[gate] - after.preactivations[gate]) / (relative * (terms + added) + absolute)
            for gate, terms in _terms(export.layout, export.values, export.sizes, run).items()
        ]
        states = max(_largest(np.abs(after.h - run.h[1:])), _largest(np.abs(after.c - run.c[1:])))
        return Behaviour(len(run.x), states, max(map(_largest, shares)))


def _terms(layout: Layout, values: Mapping[str, Array], sizes: AnySizes, run: Run) -> dict[Gate, Array]:
    """Sum up the magnitudes of all products that go into each gate [steps, H]."""
    ones = np.ones((len(run.x), sizes.hidden_size))
    larger = np.maximum(np.abs(run.c[:-1]), np.abs(run.c[1:]))
    of = {Operand.INPUT: run.x, Operand.HIDDEN: run.h[:-1], Operand.PEEPHOLE: larger}
    terms: dict[Gate, Array] = {gate: np.zeros_like(ones) for gate in Gate}
    for array in layout.arrays:
        if array.is_vector:
            for operand, gate in array.blocks:
                if gate:
                    terms[gate] += of.get(operand, ones) * np.abs(
                        array.span(operand, gate, sizes).cut(values[array.name])
                    )
        elif array.gates:
            across = np.concatenate([of[operand] for operand in array.operands], axis=1)
            matrix = values[array.name] if array.gates_along == "columns" else values[array.name].T
            sums = np.split(sum_of_magnitudes(across, matrix), len(array.gates), axis=1)
            for gate, total in zip(array.gates, sums, strict=True):
                terms[gate] += total
    return terms


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
