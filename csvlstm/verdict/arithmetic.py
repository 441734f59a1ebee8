"""Two arithmetics for one reference: float64 as it comes, and float32 imitated by seeded nudges.

A nudge is of the size of float32's rounding: 2^-24 of the magnitudes that a preactivation adds up, up to 2^-23 of an
activation or a state.
"""

import random
from typing import NamedTuple

import numpy as np

from ..layouts.references import Activation, Array, tf1_preactivations
from .model import UNIT_ROUNDOFF

RUNS = 8
"""The number of nudged runs."""

_SPACING = 2.0**-23
_SMALLEST_ACTIVATION = 0.5
"""Below it the error of an activation is no longer in proportion: TensorFlow's sigmoid adds 1/2 at its end."""

_SEED = 0


class Nudges:
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


class Weighted(NamedTuple):
    """Weights, and how far each may be off as it was printed, None where that is not to count."""

    values: Array
    off: Array | None


class Float64:
    """The arithmetic of the reference, as exact as it comes."""

    def __init__(self, functions: tuple[Activation, Activation]) -> None:
        self.functions = functions

    def sum(self, step: int, preactivations: Array) -> Array:
        """Give preactivations [runs, 4, H] as this arithmetic adds them up."""
        return preactivations

    def value(self, exact: Array) -> Array:
        """Give an activation or a state as this arithmetic keeps it."""
        return exact

    def with_peephole(self, preactivation: Array, peephole: Weighted, c: Array) -> Array:
        """Add what a gate sees of the cell state [runs, H] to its preactivation."""
        added: Array = preactivation + peephole.values * c
        return added

    def projected(self, h: Array, projection: Weighted) -> Array:
        """Multiply outputs [runs, H] by a projection [H, P]."""
        product: Array = h @ projection.values
        return product


class Float32(Float64):
    """The arithmetic of a nudged run; `magnitudes` [steps, runs, 4H] are those that the preactivations add up."""

    def __init__(
        self, functions: tuple[Activation, Activation], nudges: Nudges, magnitudes: Array, forget_biases: Array
    ) -> None:
        self._nudges, self._magnitudes, self._forget_biases = nudges, magnitudes, forget_biases
        super().__init__((self._around(functions[0]), self._around(functions[1])))

    def sum(self, step: int, preactivations: Array) -> Array:
        magnitudes = forget_bias_added(self._magnitudes[step], self._forget_biases)
        nudges = self._nudges.signs(preactivations.shape).reshape(RUNS, *magnitudes.shape)
        moved: Array = preactivations + (UNIT_ROUNDOFF * nudges * magnitudes).reshape(preactivations.shape)
        return moved

    def value(self, exact: Array) -> Array:
        moved: Array = exact * (1 + _SPACING * self._nudges.uniform(exact.shape))
        return moved

    def with_peephole(self, preactivation: Array, peephole: Weighted, c: Array) -> Array:
        magnitudes = np.abs(preactivation) + np.abs(peephole.values * c)
        off = 0.0 if peephole.off is None else np.abs(peephole.off * c)
        return self._nudged(super().with_peephole(preactivation, peephole, c), magnitudes, off)

    def projected(self, h: Array, projection: Weighted) -> Array:
        magnitudes = np.abs(h) @ np.abs(projection.values)
        off = 0.0 if projection.off is None else np.sqrt(np.square(h) @ np.square(projection.off))
        return self._nudged(super().projected(h, projection), magnitudes, off)

    def _nudged(self, exact: Array, magnitudes: Array, off: Array | float) -> Array:
        moved: Array = exact + self._nudges.signs(exact.shape) * (UNIT_ROUNDOFF * magnitudes + off)
        return moved

    def _around(self, activation: Activation) -> Activation:
        def nudged(x: Array) -> Array:
            exact = activation(x)
            unit = _SPACING * np.maximum(np.abs(exact), _SMALLEST_ACTIVATION)
            moved: Array = exact + unit * self._nudges.uniform(exact.shape)
            return moved

        return nudged


def forget_bias_added(given: Array, forget_biases: Array) -> Array:
    """Give preactivations [runs, 4, H] where all but the forget bias is known: [runs, 4H]."""
    none: Array = np.zeros((len(forget_biases), 0))
    return tf1_preactivations(none, none, np.zeros((0, given.shape[1])), given, forget_biases)
