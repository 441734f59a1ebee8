"""The blocks of a converted set that somebody made against the export, on three levels of equality."""

import sys

import numpy as np

from ..converted.sets import Rectangle
from ..layouts.layout import Block, Sizes, blocks
from ..layouts.references import Array
from ..numbers.digits import as_float32, printed_from
from ..reading.tables import Export
from .behaviour import Slack
from .exact import cut
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


def compare_converted(
    export: Export, converted: dict[str, Rectangle], forget_bias: float, tolerance: Slack
) -> list[BlockResult]:
    """Compare the 12 blocks as numbers: identical, equal as float32, within the tolerance, or different.

    A part of another shape is different in all its cells.
    """
    # Numbers near the end of float64's range may be further apart than it reaches, and infinite as float32.
    with np.errstate(over="ignore", invalid="ignore"):
        return [
            _compare(export, block, converted[block.part], forget_bias, tolerance) for block in blocks(export.sizes)
        ]


def fit_shape(part: str, values: Array, sizes: Sizes) -> Array | None:
    """Give a part as its plain form [rows, 4H], the bias as one row; None where it has another shape.

    >>> fit_shape("bias", np.ones((4, 1)), Sizes(2, 1)).shape
    (1, 4)
    """
    if values.shape == (len(sizes.rows_of(part)), sizes.columns):
        return values
    return values.reshape(1, -1) if part == "bias" and values.shape == (sizes.columns, 1) else None


def fit_shapes(converted: dict[str, Rectangle], sizes: Sizes) -> dict[str, Array] | None:
    """Give kernel [D, 4H], recurrent_kernel [H, 4H] and bias [4H]; None where one of them has another shape."""
    fitting = {part: fit_shape(part, file.values, sizes) for part, file in converted.items()}
    weights = {part: values for part, values in fitting.items() if values is not None}
    return {**weights, "bias": weights["bias"][0]} if len(weights) == len(fitting) else None


def expected_values(block: Block, export: Export, forget_bias: float) -> Array:
    """Give what a block must hold: its source, and in the forget block of the bias the float64 sum."""
    table = export.table_of(block.part)
    source = cut(table.values, block.source_rows, block.source_columns)
    # A sum beyond float64 is infinite, and equal to no weight.
    with np.errstate(over="ignore"):
        return source + forget_bias if block.gains_forget_bias else source


def _compare(export: Export, block: Block, file: Rectangle, forget_bias: float, tolerance: Slack) -> BlockResult:
    table = export.table_of(block.part)
    values = fit_shape(block.part, file.values, export.sizes)
    if values is None:
        everywhere = np.ones((len(block.target_rows), len(block.target_columns)), np.bool_)
        return block_result(block, table, Target(file.name, None), everywhere, None, DIFFERENT)
    expected = expected_values(block, export, forget_bias)
    target = cut(values, block.target_rows, block.target_columns)
    misses = _misses(block, export, expected, target, forget_bias, tolerance)
    level = next((level for level, missing in misses.items() if not missing.any()), DIFFERENT)
    stricter = [name for name in misses if LEVELS.index(name) < LEVELS.index(level)] or [IDENTICAL]
    form = file.form._replace(rows=values.shape[0], columns=values.shape[1])
    difference = min(float(np.max(np.abs(target - expected))), sys.float_info.max)
    return block_result(block, table, Target(file.name, form), misses[stricter[-1]], difference, level)


def _misses(
    block: Block, export: Export, expected: Array, target: Array, forget_bias: float, tolerance: Slack
) -> dict[str, Array]:
    """Give for each level that may hold which cells miss it; each level forgives what the stricter ones do."""
    identical = target != expected
    single = identical & ~equal_as_float32(expected, target)
    if block.gains_forget_bias:
        source = cut(export.bias.values, block.source_rows, block.source_columns)
        for sums in forget_sums(source, forget_bias):
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
