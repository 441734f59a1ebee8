"""Digits that were lost on the way: values rounded to some digits or decimals, or cut in some cells only."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import plural
from ..layouts.references import Array
from .ordered import median

FLOAT32_DIGITS = 9
"""Significant digits that every float32 number survives."""

_NOISE = 1e-14
_FLOAT32_NOISE = 1.1 * 2.0**-24
"""What rounding to float32, printed with nine digits, may change of a number."""
_CAST, _SMALLEST_CAST = 2.0**-7, 2.0**-24
"""What a cast to bfloat16 may change of a number, and one to float16 of a small one."""
_LEAST_OF_NOISE = 8
"""Times the noise of float32: with a smaller unit, most float32 numbers would look rounded."""
_SLACK = 1e-4
_MOST_DIGITS = 13
_MOST_DECIMALS = 12
_MOST_DIGITS_OF_A_CUT = 4
_FEW_ROWS = 4
"""More than one, because the first row may be zeros."""


_LARGEST_POWER = 400
"""More than the exponent of any float64 number, and of the last digit of any."""

with np.errstate(over="ignore"):
    _POWERS = 10.0 ** np.arange(-_LARGEST_POWER, _LARGEST_POWER + 1.0)
"""The powers of ten: to look one up takes a fifth of the time that it takes to compute it."""


class Loss(NamedTuple):
    """How digits were lost: `cells` cells keep only so many significant digits, or so many decimals, or both.

    A `cast` is the float type that they were rounded to instead.
    """

    cells: int
    digits: int | None = None
    decimals: int | None = None
    cast: str = ""

    def __str__(self) -> str:
        if self.cast:
            return self.cast
        kept = [(self.digits, "significant digit"), (self.decimals, "decimal")]
        return " or ".join(f"{count} {plural(count, name)}" for count, name in kept if count is not None)


class _Rounded(NamedTuple):
    """Numbers that may be rounded ones: `values` without what was added to them later, where `summed`.

    `noise` is how far each may be off because the sum, or a rounded number itself, was kept as float32, and `typical`
    the noise of the one in the middle.
    """

    values: Array
    noise: Array
    summed: NDArray[np.bool_]
    typical: float

    def spare(self, unit: Array) -> Array:
        """Give how far a number may be off from a multiple of a unit that is no smaller than the noise.

        Where that holds for most numbers, the largest ones may be nearer to the end of what float32 keeps.
        """
        is_clear = unit >= _LEAST_OF_NOISE * np.minimum(self.noise, self.typical)
        of_float32 = np.where(self.summed | is_clear, self.noise, 0.0)
        spare: Array = np.maximum(_NOISE * np.abs(self.values), of_float32)
        return spare

    @property
    def some(self) -> "_Rounded":
        """Some of the rows."""
        return _Rounded(some_rows(self.values), some_rows(self.noise), some_rows(self.summed), self.typical)


def typical_noise(values: Array) -> float:
    """Give how far the magnitude in the middle, of some that are no zeros, may be off where they were kept as float32.

    >>> f"{typical_noise(np.array([0.0, 0.5, 0.75, 3.0])):.2g}"
    '4.9e-08'
    """
    some = some_rows(_FLOAT32_NOISE * np.abs(values))
    return median(some[some > 0]) if some.any() else 0.0


def _rounded(target: Array, added: Array | None = None, typical: float | None = None) -> _Rounded:
    later = np.zeros(target.shape) if added is None else added
    magnitudes = np.abs(target) + np.abs(later)
    typical = typical_noise(magnitudes) if typical is None else typical
    # Both terms of a sum are rounded, and the sum itself.
    noise = _FLOAT32_NOISE * magnitudes * np.where(later, 2.0, 1.0)
    return _Rounded(target - later, noise, later != 0, typical)


def rounding(source: Array, target: Array, added: Array | None = None, typical: float | None = None) -> Loss | None:
    """Tell whether the target is the source with all its cells rounded alike, or cut alike, before something was added.

    `typical` is the typical noise of the array that the target is a part of.

    >>> print(rounding(np.array([0.12345, -0.0054321]), np.array([0.123, -0.00543])))
    3 significant digits
    >>> print(rounding(np.array([0.12345, -0.0054321]), np.array([1.123, -0.00543]), added=np.array([1.0, 0.0])))
    3 significant digits
    """
    kept = _rounded(target, added, typical)
    some = some_rows(source), some_rows(target), None if added is None else some_rows(added)
    for name, cast in _CASTS:
        # What does not hold for some rows is ruled out at a fraction of the time.
        if _is_cast(*some, cast) and _is_cast(source, target, added, cast):
            return Loss(target.size, cast=name)
    digits, decimals = _digits(kept), _decimals(kept)
    # No rounding to significant digits changes a zero.
    by_digits = digits is not None and _keeps(source, kept, np.where(source, unit_of_digits(source, digits), 0.0))
    by_decimals = decimals is not None and _keeps(source, kept, np.asarray(10.0**-decimals))
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
    kept = _rounded(values)
    casts = (cast for _, cast in _CASTS if _is_cast(some_rows(values), some_rows(values), None, cast))
    return _digits(kept) is not None or _decimals(kept) is not None or any(casts)


def _keeps(source: Array, kept: _Rounded, unit: Array) -> bool:
    """Tell whether all cells are rounded to the nearest multiple of a unit, or all cut towards zero."""
    return bool(_is_nearest(source, kept, unit).all() or _is_cut(source, kept, unit).all())


def _is_nearest(source: Array, kept: _Rounded, unit: Array) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(kept.values - source) <= _half(unit) + kept.spare(unit)
    return near


def _is_cut(source: Array, kept: _Rounded, unit: Array) -> NDArray[np.bool_]:
    spare = kept.spare(unit)
    within: NDArray[np.bool_] = np.abs(kept.values - source) < (1 + _SLACK) * unit + spare
    return within & (np.abs(kept.values) <= np.abs(source) + spare)


def _half(unit: Array) -> Array:
    """Give half of a unit, a little widened for the rounding of this arithmetic."""
    return 0.5 * (1 + _SLACK) * unit


def cutting(source: Array, target: Array, differs: Array) -> Loss | None:
    """Tell whether the cells that differ are those of the source with a few digits left, as spreadsheets show them.

    A spreadsheet rounds; digits that were cut off are another mistake.

    >>> source, target = np.array([0.12345678, 4.4519293e-05]), np.array([0.12345678, 4.45e-05])
    >>> cutting(source, target, source != target)
    Loss(cells=1, digits=3, decimals=None, cast='')
    """
    numbers, kept = source[differs], _rounded(target[differs])
    digits = _digits(kept)
    if digits is None or digits > _MOST_DIGITS_OF_A_CUT:
        return None
    nearest = _is_nearest(numbers, kept, np.where(numbers, unit_of_digits(numbers, digits), 0.0))
    return Loss(len(numbers), digits) if nearest.all() else None


def _as_half(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return values.astype(np.float16).astype(np.float64)


def _as_bfloat16(values: Array) -> Array:
    """Round float32 numbers to their upper 16 bits, ties to even."""
    bits = as_float32(values).view(np.uint32)
    return _upper_bits(bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1)))


def _cut_to_bfloat16(values: Array) -> Array:
    """Take the upper 16 bits of float32 numbers, as who has no such type does."""
    return _upper_bits(as_float32(values).view(np.uint32))


def _upper_bits(bits: NDArray[np.uint32]) -> Array:
    return (bits & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)


_CASTS = (("float16", _as_half), ("bfloat16", _as_bfloat16), ("bfloat16", _cut_to_bfloat16))


def _is_cast(source: Array, target: Array, added: Array | None, cast: Callable[[Array], Array]) -> bool:
    """Tell whether the target is the source cast to another type, before something was added or in the type itself."""
    later = 0.0 if added is None else added
    magnitudes = np.abs(source) + np.abs(target) + np.abs(later)
    if (np.abs(target - later - source) > _CAST * magnitudes + _SMALLEST_CAST).any():
        return False
    # A float32 number in the middle between two of the type goes another way than its nine digits.
    casts = cast(source), cast(as_float32(source).astype(np.float64))
    if added is None:
        return _is_either(target, casts)
    # Where a sum is kept as float32, only what is near it can be told.
    kept = _rounded(target, added)
    near = [np.where(kept.summed & (np.abs(kept.values - one) <= kept.noise), target, one + added) for one in casts]
    in_type = ([cast(one + addend) for one in casts] for addend in (added, cast(added)))
    return any(_is_either(target, sums) for sums in (near, *in_type))


def _is_either(target: Array, sources: Iterable[Array]) -> bool:
    """Tell whether each cell is printed from one of two sources."""
    return bool(np.logical_or(*(printed_from(source, target) for source in sources)).all())


def _digits(kept: _Rounded) -> int | None:
    """Count the significant digits that the values need, None for as many as float64 numbers have."""
    return _fewest(kept, range(1, _MOST_DIGITS + 1), unit_of_digits)


def _decimals(kept: _Rounded) -> int | None:
    """Count the decimals that the values need, None for more than a rounding would leave."""
    return _fewest(kept, range(_MOST_DECIMALS), lambda _, decimals: np.asarray(10.0**-decimals))


def _fewest(kept: _Rounded, counts: range, unit_of: Callable[[Array, int], Array]) -> int | None:
    """Find the smallest of some counts that the values may be rounded to and stay the same."""

    def of(some: _Rounded, counts: Iterable[int]) -> int | None:
        return next((count for count in counts if _stays(some, unit_of(some.values, count))), None)

    # All values need as many as some of them, or more.
    least = of(kept.some, counts)
    return None if least is None else of(kept, counts[counts.index(least) :])


def _stays(kept: _Rounded, unit: Array) -> bool:
    off = np.abs(kept.values - np.rint(kept.values / unit) * unit)
    return bool((off <= kept.spare(unit)).all())


def some_rows(values: Array) -> Array:
    """Take some rows of values [rows, ...], spread over all, as a view.

    What does not hold for them is ruled out at a fraction of the time.

    >>> some_rows(np.arange(10)).tolist()
    [0, 2, 4, 6, 8]
    """
    return values[:: len(values) // _FEW_ROWS or 1]


def unit_of_digits(values: Array, digits: Array | int) -> Array:
    """Give the unit of the last of so many significant digits, a little widened for the rounding of this arithmetic."""
    magnitudes = np.abs(values)
    exponents = np.floor(np.log10(np.where(magnitudes > 0, magnitudes, 1.0)) + 1e-12)
    unit: Array = _POWERS[(exponents - digits + (1 + _LARGEST_POWER)).astype(np.int16)]
    return unit


def unit_of_printing(values: Array) -> Array:
    """Give the unit of the last digit that numbers were printed with, as far as their values show it; else 0.

    >>> unit_of_printing(np.array([0.25, -0.1234])), unit_of_printing(np.array([1 / 3, 0.1]))
    (array([0.0001, 0.0001]), array(0.))
    """
    # A float32 number that only comes near one with few digits was not printed so.
    exact = _Rounded(values, np.zeros(values.shape), np.zeros(values.shape, np.bool_), typical=0.0)
    decimals, digits = _decimals(exact), _digits(exact)
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
