"""Sums that are exact and rounded once, so that the order of the cells never shows in them."""

import math
from collections.abc import Iterator

import numpy as np

from ..layouts.references import Array

_PIECE = 1 << 16
"""Cells in one go: a piece and what is made of it stay in the processor's cache."""


def exact_sum(values: Array) -> float:
    """Add up float64 numbers [rows, columns] as math.fsum does, many times as fast.

    Raises OverflowError where the sum is beyond float64.
    Source: Rump, Ogita, Oishi, Accurate Floating-Point Summation Part I, SIAM Journal on Scientific Computing 31
    (2008), algorithm 3.2.

    >>> exact_sum(np.array([[1e16, 1.0], [-1e16, 2.0]]))
    3.0
    """
    try:
        return math.fsum(part for piece in pieces(values) for part in _parts(piece))
    except OverflowError:
        # Sums on the way may be beyond float64 where the last one is not.
        return math.fsum(values.ravel())


def pieces(values: Array) -> Iterator[Array]:
    """Yield views of some rows at a time of values [rows, columns].

    >>> [piece.shape for piece in pieces(np.zeros((3, 40_000)))]
    [(1, 40000), (1, 40000), (1, 40000)]
    """
    rows = max(1, _PIECE // values.shape[1])
    return (values[at : at + rows] for at in range(0, len(values), rows))


def _parts(piece: Array) -> Iterator[float]:
    """Split off the leading bits of all numbers, again and again: so few that numpy adds them up without rounding."""
    while largest := float(np.abs(piece).max()):
        unit = math.ldexp(1.0, math.frexp(largest)[1] + (piece.size + 1).bit_length())
        leading = (piece + unit) - unit
        yield float(leading.sum())
        piece = piece - leading
