"""Digits that were lost on the way: values rounded to some digits or decimals, or cut in some cells only."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import plural
from ..layouts.references import Array

FLOAT32_DIGITS = 9
"""Significant digits that every float32 number survives."""

_NOISE = 1e-14
_SLACK = 1e-4
_MOST_DIGITS = 13
_MOST_DECIMALS = 12
_MOST_DIGITS_OF_A_CUT = 4
_FEW_ROWS = 4
"""More than one, because the first row may be zeros."""


class Loss(NamedTuple):
    """How digits were lost: `cells` cells keep only so many significant digits, or so many decimals, or both."""

    cells: int
    digits: int | None = None
    decimals: int | None = None
    half: bool = False

    def __str__(self) -> str:
        if self.half:
            return "float16"
        kept = [(self.digits, "significant digit"), (self.decimals, "decimal")]
        return " or ".join(f"{count} {plural(count, name)}" for count, name in kept if count is not None)


def rounding(source: Array, target: Array) -> Loss | None:
    """Tell whether the target is the source with all its cells rounded alike, or cut alike.

    >>> print(rounding(np.array([0.12345, -0.0054321]), np.array([0.123, -0.00543])))
    3 significant digits
    """
    if np.array_equal(target, _as_half(source)):
        return Loss(target.size, half=True)
    digits, decimals = _digits(target), _decimals(target)
    # No rounding to significant digits changes a zero.
    by_digits = digits is not None and _keeps(source, target, np.where(source, unit_of_digits(source, digits), 0.0))
    by_decimals = decimals is not None and _keeps(source, target, np.asarray(10.0**-decimals))
    if not (by_digits or by_decimals):
        return None
    return Loss(target.size, digits if by_digits else None, decimals if by_decimals else None)


def as_float32(values: Array) -> NDArray[np.float32]:
    """Round to float32; what is too large for it becomes infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def printed_from(source: Array, target: Array) -> NDArray[np.bool_]:
    """Tell cell by cell whether both are the same float32 number, the source printed with its digits or more before.

    A print with nine digits may fall on the other side of the middle between two float32 numbers.

    >>> printed_from(np.array([1.27156037092, 1.27156037092]), np.array([1.27156037, 1.2715605]))
    array([ True, False])
    """
    half = np.where(source, _half(unit_of_digits(source, FLOAT32_DIGITS)), 0.0)
    lowest, highest, single = as_float32(source - half), as_float32(source + half), as_float32(target)
    kept = np.isfinite(single) & ((single != 0) | ((source == 0) & (target == 0)))
    printed: NDArray[np.bool_] = kept & (lowest <= single) & (single <= highest)
    return printed


def has_few_digits(values: Array) -> bool:
    """Tell whether the values look rounded at all."""
    return _digits(values) is not None or _decimals(values) is not None or np.array_equal(values, _as_half(values))


def _keeps(source: Array, target: Array, unit: Array) -> bool:
    """Tell whether all cells are rounded to the nearest multiple of a unit, or all cut towards zero."""
    apart = np.abs(target - source)
    rounded = apart <= _half(unit)
    cut = (apart < (1 + _SLACK) * unit) & (np.abs(target) <= np.abs(source))
    return bool(rounded.all() or cut.all())


def _half(unit: Array) -> Array:
    """Give half of a unit, a little widened for the rounding of this arithmetic."""
    return 0.5 * (1 + _SLACK) * unit


def cutting(source: Array, target: Array, differs: Array) -> Loss | None:
    """Tell whether the cells that differ are those of the source with a few digits left, as spreadsheets save them.

    >>> source, target = np.array([0.12345678, 4.4519293e-05]), np.array([0.12345678, 4.45e-05])
    >>> cutting(source, target, source != target)
    Loss(cells=1, digits=3, decimals=None, half=False)
    """
    cut = rounding(source[differs], target[differs])
    if cut is None or cut.digits is None or cut.digits > _MOST_DIGITS_OF_A_CUT:
        return None
    return Loss(int(np.count_nonzero(differs)), cut.digits)


def _as_half(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return values.astype(np.float16).astype(np.float64)


def _digits(values: Array) -> int | None:
    """Count the significant digits that the values need, None for as many as float64 numbers have."""
    return _fewest(values, range(1, _MOST_DIGITS + 1), _round)


def _decimals(values: Array) -> int | None:
    """Count the decimals that the values need, None for more than a rounding would leave."""
    return _fewest(values, range(_MOST_DECIMALS), np.round)


def _fewest(values: Array, counts: range, rounded: Callable[[Array, int], Array]) -> int | None:
    """Find the smallest of some counts that the values may be rounded to and stay the same."""

    def of(some: Array, counts: Iterable[int]) -> int | None:
        return next((k for k in counts if _same(some, rounded(some, k))), None)

    # All values need as many as some of them, or more.
    least = of(some_rows(values), counts)
    return None if least is None else of(values, counts[counts.index(least) :])


def some_rows(values: Array) -> Array:
    """Take some rows of values [rows, ...], spread over all, as a view.

    What does not hold for them is ruled out at a fraction of the time.

    >>> some_rows(np.arange(10)).tolist()
    [0, 2, 4, 6, 8]
    """
    return values[:: len(values) // _FEW_ROWS or 1]


def _same(values: Array, rounded: Array) -> bool:
    return bool((np.abs(values - rounded) <= _NOISE * np.abs(values)).all())


def _round(values: Array, digits: int) -> Array:
    unit = unit_of_digits(values, digits)
    rounded: Array = np.rint(values / unit) * unit
    return rounded


def unit_of_digits(values: Array, digits: Array | int) -> Array:
    """Give the unit of the last of so many significant digits, a little widened for the rounding of this arithmetic."""
    magnitudes = np.abs(values)
    exponents = np.floor(np.log10(np.where(magnitudes > 0, magnitudes, 1.0)) + 1e-12)
    unit: Array = 10.0 ** (exponents - digits + 1)
    return unit


def unit_of_printing(values: Array) -> Array:
    """Give the unit of the last digit that numbers were printed with, as far as their values show it; else 0.

    >>> unit_of_printing(np.array([0.25, -0.1234])), unit_of_printing(np.array([1 / 3, 0.1]))
    (array([0.0001, 0.0001]), array(0.))
    """
    decimals, digits = _decimals(values), _digits(values)
    by_decimals = np.asarray(0.0 if decimals is None else 10.0**-decimals)
    return by_decimals if digits is None else np.maximum(by_decimals, unit_of_digits(values, digits))


def last_digits(text: bytes, values: Array) -> Array:
    r"""Give the unit of the last digit that each number was printed with, from the canonical text of them all.

    Numbers may be printed with so many decimals or with so many significant digits, and zeros at their ends left out:
    so the most decimals and the most digits of any cell count, whichever leaves more open.

    >>> last_digits(b"0.25,-0.1234\n12.5,0\n", np.array([[0.25, -0.1234], [12.5, 0.0]]))
    array([[0.0001, 0.0001],
           [0.01  , 0.0001]])
    """
    digits = max((len(number) - number.count(b".") for number in re.findall(rb"[1-9][\d.]*", text)), default=1)
    decimals = max((len(decimals) for decimals in re.findall(rb"\.(\d+)(?=[,\n])", text)), default=0)
    exponents = re.findall(rb"(?:\.(\d*))?[eE]([+-]?\d+)", text)
    decimals = max([decimals, *(len(after) - int(exponent) for after, exponent in exponents)])
    by_digits = np.where(values == 0, 0.0, unit_of_digits(values, digits))
    return np.maximum(10.0**-decimals, by_digits)
