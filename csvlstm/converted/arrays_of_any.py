"""The weights of one cell as arrays, from any layout to any other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CsvLstmError
from ..layouts.arrays import Layout
from ..layouts.entries import ALIKE, LAYOUTS
from ..layouts.plan import plan, run_time_forget_bias
from ..reading.fitting import sizes_that_fit
from ..reading.shapes import Grid
from .blocks import array_values

Arrays = dict[str, NDArray[Any]]


def layout_named(key: str) -> Layout:
    """Give the layout of a key; raises CsvLstmError where there is none that is offered."""
    layout = LAYOUTS.get(key)
    if layout is None or not layout.offered:
        known = ", ".join(name for name, one in LAYOUTS.items() if one.offered)
        alike = f": its arrays are those of {ALIKE[key]}" if key in ALIKE else ""
        raise CsvLstmError(f"{key!r} is no layout{alike}", expected=f"one of {known}")
    return layout


def convert_arrays(
    weights: Mapping[str, ArrayLike],
    source: str,
    target: str,
    forget_bias: float | None = None,
    target_forget_bias: float | None = None,
) -> Arrays:
    """Convert the arrays of a cell, by the names of the source's layout, to those of the target, in its own shapes.

    `forget_bias` is what the source adds to its forget gate at run time, None for the default of its framework;
    `target_forget_bias` what a target will be built with that takes one, None for 0. Without bias arrays, the cell has
    no bias; arrays of peepholes or a projection are taken, too.

    Raises CsvLstmError where names or shapes are not those of the source's layout, a dtype is not a float type, and
    where one of the two has no such cell.

    >>> weights = {"kernel": np.ones((1, 4)), "recurrent_kernel": np.ones((1, 4)), "bias": np.array([1.0, 2, 3, 4])}
    >>> convert_arrays(weights, "keras", "pytorch")["bias_ih"]
    array([1., 2., 3., 4.])
    """
    layout = layout_of_arrays(layout_named(source), weights)
    given: Arrays = {one.name: np.asarray(weights[one.name]) for one in layout.arrays}
    for name, array in given.items():
        if not np.issubdtype(array.dtype, np.floating):
            raise CsvLstmError(f"{name} has dtype {array.dtype}", expected="a float type", advice="use .astype")
    plain: Arrays = {one.name: given[one.name].reshape(given[one.name].shape[one.leading :]) for one in layout.arrays}
    plain = {name: array.reshape(1, -1) if array.ndim == 1 else array for name, array in plain.items()}
    seen = [[Grid(len(array), array.shape[1], header_row=False, index_column=False)] for array in plain.values()]
    fitting = sizes_that_fit(layout.arrays, seen)
    if not fitting:
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in given.items())
        expected = ", ".join(f"{one.name} [{', '.join(one.dimensions)}]" for one in layout.arrays)
        raise CsvLstmError(f"the arrays {shapes} are of no one cell", expected=expected)
    wanted = layout_named(target).with_extras(*layout.operands)
    own = run_time_forget_bias(layout, forget_bias)
    if not layout.biases and wanted.bias_is_optional and own == 0:
        wanted = wanted.without_bias()
    moves = plan(layout, wanted, fitting[0], forget_bias, target_forget_bias)
    dtype = np.result_type(*plain.values())
    return {
        one.name: array_values(moves, one.name, plain).reshape(one.framework_shape(fitting[0])).astype(dtype)
        for one in wanted.arrays
    }


def layout_of_arrays(layout: Layout, weights: Mapping[str, ArrayLike]) -> Layout:
    """Give the layout of the cell that has arrays of these names; raises CsvLstmError where there is none."""
    known = (*layout.arrays, *layout.extras)
    named = layout._replace(arrays=tuple(one for one in known if one.name in weights))
    lacking = {one.name for one in layout.arrays} - {*weights}
    may_lack = {one.name for one in layout.arrays if one.is_vector} if layout.bias_is_optional else set[str]()
    if {*weights} - {one.name for one in known} or lacking not in (set(), may_lack):
        expected = ", ".join(one.name for one in layout.arrays)
        raise CsvLstmError(f"the arrays are named {', '.join(weights)}", expected=f"{expected} of {layout.framework}")
    return named
