"""The blocks of a converted set against the export, on three levels of equality."""

import sys

import numpy as np

from ..converted.blocks import block_values
from ..layouts.arrays import AnySizes
from ..layouts.arrays import Array as Described
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..numbers.digits import as_float32, printed_from
from ..reading.tables import Table, WeightSet
from .behaviour import Slack
from .explanations import forget_sums
from .results import (
    DIFFERENT,
    EQUAL_AS_FLOAT32,
    IDENTICAL,
    LEVELS,
    WITHIN_TOLERANCE,
    BlockResult,
    Target,
    block_result,
)


def compare_converted(plan: Plan, export: WeightSet, converted: WeightSet, tolerance: Slack) -> list[BlockResult]:
    """Compare all blocks as numbers: identical, equal as float32, within the tolerance, or different.

    An array of another shape is different in all its cells.
    """
    # Numbers near the end of float64's range may be further apart than it reaches, and infinite as float32.
    with np.errstate(over="ignore", invalid="ignore"):
        return [_compare(plan, export, move, converted.tables[move.target.array], tolerance) for move in plan.moves]


def fit_shape(array: Described, values: Array, sizes: AnySizes) -> Array | None:
    """Give an array in plain form, a vector as one row; None where it has another shape.

    >>> from csvlstm.layouts.entries import KERAS
    >>> from csvlstm.layouts.gates import Sizes
    >>> fit_shape(KERAS.array("bias"), np.ones((4, 1)), Sizes(2, 1)).shape
    (1, 4)
    """
    rows, columns = array.shape(sizes)
    if values.shape == (rows, columns):
        return values
    return values.reshape(rows, columns) if array.is_vector and values.shape == (columns, rows) else None


def fit_shapes(plan: Plan, converted: WeightSet) -> dict[str, Array] | None:
    """Give the arrays of a converted set in plain form; None where one of them has another shape."""
    arrays = plan.target.arrays
    fitting = {array.name: fit_shape(array, converted.tables[array.name].values, plan.sizes) for array in arrays}
    weights = {name: values for name, values in fitting.items() if values is not None}
    return weights if len(weights) == len(fitting) else None


def _compare(plan: Plan, export: WeightSet, move: Move, file: Table, tolerance: Slack) -> BlockResult:
    values = fit_shape(plan.target.array(move.target.array), file.values, plan.sizes)
    if values is None:
        everywhere = np.ones((len(move.target.rows), len(move.target.columns)), np.bool_)
        return block_result(move, export.tables, Target(file.name, None), everywhere, None, DIFFERENT)
    expected = block_values(move, export.values)
    target = move.target.cut(values)
    misses = _misses(move, export, expected, target, tolerance)
    level = next((level for level, missing in misses.items() if not missing.any()), DIFFERENT)
    stricter = [name for name in misses if LEVELS.index(name) < LEVELS.index(level)] or [IDENTICAL]
    form = file.form._replace(rows=values.shape[0], columns=values.shape[1])
    difference = min(float(np.max(np.abs(target - expected))), sys.float_info.max)
    return block_result(move, export.tables, Target(file.name, form), misses[stricter[-1]], difference, level)


def _misses(move: Move, export: WeightSet, expected: Array, target: Array, tolerance: Slack) -> dict[str, Array]:
    """Give for each level that may hold which cells miss it; each level forgives what the stricter ones do."""
    identical = target != expected
    single = identical & ~equal_as_float32(expected, target)
    if move.gains_forget_bias:
        source = block_values(move._replace(added=()), export.values)
        for sums in forget_sums(source, float(sum(move.added))):
            single &= ~printed_from(sums, target)
    misses = {IDENTICAL: identical, EQUAL_AS_FLOAT32: single}
    if any(tolerance):
        allowed = tolerance.absolute + tolerance.relative * np.abs(expected)
        misses[WITHIN_TOLERANCE] = single & (np.abs(target - expected) > allowed)
    return misses


def equal_as_float32(expected: Array, target: Array) -> Array:
    """Tell cell by cell whether both are the same finite float32 number, and none is 0 only because it is so small.

    >>> equal_as_float32(np.array([0.1, 0.1, 1e300]), np.array([0.100000001, 0.1001, 1e301]))
    array([ True, False, False])
    """
    single = as_float32(expected)
    kept = np.isfinite(single) & ((single != 0) | ((expected == 0) & (target == 0)))
    equal: Array = kept & (single == as_float32(target))
    return equal
