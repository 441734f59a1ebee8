"""Medians and distinct numbers: numpy's own import numpy.ma, which takes longer than the work on a small layer."""

import numpy as np

from ..layouts.references import Array


def median(values: Array) -> float:
    """Give the number in the middle of at least one, of an even count the mean of both.

    >>> median(np.array([4.0, 1.0, 3.0])), median(np.array([[4.0, 1.0], [3.0, 8.0]]))
    (3.0, 3.5)
    """
    ordered = np.sort(values, axis=None)
    return float(ordered[[(ordered.size - 1) // 2, ordered.size // 2]].mean())


def distinct(values: Array) -> tuple[Array, Array]:
    """Give the different numbers, the least first, and how often each is there.

    >>> [found.tolist() for found in distinct(np.array([2.0, 1.0, 2.0]))]
    [[1.0, 2.0], [1, 2]]
    """
    ordered = np.sort(values, axis=None)
    starts = np.flatnonzero(np.concatenate([[True] * bool(ordered.size), np.diff(ordered) != 0]))
    return ordered[starts], np.diff(starts, append=ordered.size)
