"""How precisely numbers are printed, and whether it can be by chance that they need so few digits.

Weights come from float32 numbers, or wider ones, and are printed with the digits that they need. Of the float32 numbers
near v, one in 10^-k / ulp(v) has no more than k decimals. The product of such chances over many cells is that of a file
which only looks rounded. Numbers of few bits say nothing, because they print short by right: zeros, halves, quarters.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .digits import FLOAT32_DIGITS, unit_of_digits
from .ordered import distinct

Array = NDArray[Any]

_SAMPLE = 4096
_PIECES, _PIECE_BYTES = 16, 1 << 12
_GOLDEN = 0.6180339887498949
_NEAR_MULTIPLE, _MOST_MULTIPLES = 3e-4, 255
"""Quantised weights of 8 bits, as float32 numbers."""

_FEWEST = 16
UNLIKELY, _ENOUGH_TO_ACQUIT = -9, -1
"""The decimal logarithms of the chances at which a mark is believed, and a smaller float type is."""


class FloatType(NamedTuple):
    """A binary floating-point type: the bits of its significand, and its smallest and largest number."""

    name: str
    bits: int
    smallest: float
    largest: float

    def step(self, magnitudes: Array) -> Array:
        """Give the distance between neighbours of the type near some magnitudes.

        >>> FLOAT16.step(np.array([0.75, 1.5])).tolist()
        [0.00048828125, 0.0009765625]
        """
        step: Array = np.maximum(np.ldexp(1.0, np.frexp(magnitudes)[1] - self.bits), self.smallest)
        return step


FLOAT16 = FloatType("float16", 11, 2.0**-24, 65504.0)
BFLOAT16 = FloatType("bfloat16", 8, 2.0**-133, 2.0**128 - 2.0**120)
FLOAT32 = FloatType("float32", 24, 2.0**-149, 2.0**128 - 2.0**104)


class Numbers(NamedTuple):
    """Different magnitudes that are no zeros and need more than a few bits, and how short they print."""

    values: Array
    digits: Array
    decimals: Array

    def of(self, chosen: Array) -> "Numbers":
        """Choose some of them."""
        return Numbers(*(array[chosen] for array in self))

    @property
    def are_many(self) -> bool:
        """Whether they are more than a handful of constants."""
        return len(self.values) >= _FEWEST

    @property
    def have_fractions(self) -> bool:
        """Whether one at least is not whole."""
        return bool((self.values % 1 != 0).any())

    @property
    def are_quantised(self) -> bool:
        """Whether they are the first multiples of one number that is no power of ten, whose digits are all they have.

        >>> measured(2.36e-06 * np.array([3.0, 5, 6, 7, -40, 127])).are_quantised
        True
        """
        gap = float(np.diff(self.values, prepend=0.0).min())
        # The largest has lost least to rounding.
        step = float(self.values[-1] / np.rint(self.values[-1] / gap))
        multiples = self.values / step
        is_decimal = abs(np.log10(step) - np.rint(np.log10(step))) < _NEAR_MULTIPLE
        near = np.abs(multiples - np.rint(multiples)) < _NEAR_MULTIPLE
        return bool(not is_decimal and multiples[-1] <= _MOST_MULTIPLES and near.all())


def sampled(values: Array, most: int = _SAMPLE) -> Array:
    """Take at most so many numbers, spread over all rows and columns."""
    flat = values.reshape(-1)
    if flat.size <= most:
        return flat
    # Multiples of the golden ratio fall evenly everywhere; a fixed stride could stay in a few columns.
    return flat[(np.arange(most) * _GOLDEN % 1 * flat.size).astype(np.int64)]


def measured(values: Array) -> Numbers:
    """Measure the shortest text that reads back as each number, as float32 where it is one.

    >>> measured(np.array([0.0, 0.5, 0.0845, float(np.float32(-0.0845))]))
    Numbers(values=array([0.0845, 0.0845]), digits=array([3, 3]), decimals=array([4, 4]))
    """
    magnitudes, _ = distinct(np.abs(values[values != 0]))
    with np.errstate(over="ignore"):
        singles = magnitudes.astype(np.float32)
    lengths = np.array([*zip(*map(length, map(repr, magnitudes.tolist())), strict=True)], np.int64).reshape(2, -1)
    is_single = singles == magnitudes
    few_bits = is_single & (lengths[0] <= FLOAT32_DIGITS)
    for at in np.flatnonzero(is_single & ~few_bits).tolist():
        lengths[:, at] = length(str(singles[at]))
    return Numbers(magnitudes, *lengths).of(~few_bits)


def length(text: str) -> tuple[int, int]:
    """Count the significant digits and the decimals of a printed number.

    >>> length("0.0120"), length("4.45e-05")
    ((2, 3), (3, 7))
    """
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    decimals = max(0, len(fraction) - int(exponent)) if exponent else len(fraction)
    return len((whole + fraction).strip("0")), decimals


def ulp(magnitudes: Array) -> Array:
    """Give the distance to the next float32 number."""
    singles = np.minimum(magnitudes, np.finfo(np.float32).max).astype(np.float32)
    distance: Array = np.spacing(singles).astype(np.float64)
    return distance


def chance(steps: Array, units: Array) -> float:
    """Give the decimal logarithm of the chance that numbers which lie `steps` apart are all multiples of `units`."""
    return float(np.log10(np.minimum(1.0, steps / units)).sum())


class Precision(NamedTuple):
    """What numbers may have been rounded to: so many significant digits, or so many decimals."""

    kept: int
    decimals: bool

    def __str__(self) -> str:
        return f"{self.kept} {'decimal' if self.decimals else 'significant digit'}{'' if self.kept == 1 else 's'}"

    def unit(self, magnitudes: Array) -> Array:
        """Give what each number is a multiple of when it was rounded so."""
        if self.decimals:
            return np.full(magnitudes.shape, 10.0**-self.kept)
        return unit_of_digits(magnitudes, self.kept)

    def keeps(self, values: Array) -> Array:
        """Tell which values are so rounded; they may have become float32 numbers afterwards."""
        magnitudes = np.abs(values)
        unit = self.unit(magnitudes)
        apart = np.abs(magnitudes - np.rint(magnitudes / unit) * unit)
        with np.errstate(over="ignore"):
            single = values.astype(np.float32) == values
        kept: Array = apart <= np.where(single, ulp(magnitudes), 1e-14 * magnitudes)
        return kept


class Likeliest(NamedTuple):
    """The precision that all of some numbers have least likely by chance: that chance, the loss, and its units [n]."""

    by_chance: float
    loss: Precision
    units: Array


def likeliest_loss(numbers: Numbers, kind: FloatType = FLOAT32) -> Likeliest:
    """Find the precision that numbers of a type, 1 or more, have least likely by chance, of decimals and digits.

    >>> print(likeliest_loss(measured(np.array([0.123, 12.456, 0.789]))).loss)
    3 decimals
    """
    losses = [Precision(int(numbers.decimals.max()), True), Precision(int(numbers.digits.max()), False)]
    steps = kind.step(numbers.values)
    found = [Likeliest(chance(steps, units), loss, units) for loss in losses for units in [loss.unit(numbers.values)]]
    return min(found, key=lambda one: one.by_chance)


def float_types(numbers: Numbers) -> list[FloatType]:
    """Give the types smaller than float32 that the numbers may be of, the smallest first, or float32.

    Numbers of bfloat16 are of float16, too, and the smallest of float16 have so few bits that they are of bfloat16.

    >>> [kind.name for kind in float_types(measured(np.array([float(str(np.float16(k / 97))) for k in range(97)])))]
    ['float16']
    """
    return [kind for kind in (BFLOAT16, FLOAT16) if _are_of(kind, numbers)] or [FLOAT32]


def _are_of(kind: FloatType, numbers: Numbers) -> bool:
    """Tell whether each number is the text of one of a type, which does not lie near every number of so few digits."""
    if not len(numbers.values) or numbers.values[-1] > kind.largest:
        return False
    units, steps = unit_of_digits(numbers.values, numbers.digits), kind.step(numbers.values)
    nearest = np.rint(numbers.values / steps) * steps
    are_near = np.abs(nearest - numbers.values) <= 0.500001 * units
    return bool(are_near.all()) and chance(units, steps) < _ENOUGH_TO_ACQUIT


class Digits(NamedTuple):
    """The significant digits that numbers are printed with, and whether float32 numbers print so.

    `cells` were looked at, and zeros among them were passed over. `smaller` names float16 or bfloat16 where all are
    of that type.
    """

    fewest: int
    most: int
    float32: bool
    cells: int
    smaller: str = ""


def digits_of(text: bytes) -> Digits:
    """Look at cells of plain text, all of a small one and some pieces of a large one.

    >>> digits_of(b"0.1,0.25\\n-1.5e-05,0\\n")
    Digits(fewest=1, most=2, float32=True, cells=4, smaller='')
    """
    cells = some_text(text).replace(b"\n", b",").split(b",")
    printed = [cell.decode().lower().lstrip("+-") for cell in cells if cell]
    counted = [(_written(cell), cell) for cell in printed]
    digits = [count for count, _ in counted if count] or [1]
    numbers = measured(sampled(np.array([*map(float, printed)])))
    smaller = float_types(numbers)[0].name if numbers.are_many else FLOAT32.name
    are_single = all(_is_float32(*one) for one in counted)
    return Digits(min(digits), max(digits), are_single, len(printed), smaller if smaller != FLOAT32.name else "")


def some_text(text: bytes) -> bytes:
    """Take pieces of plain text that begin and end at a separator, evenly spread, or all of a small one."""
    if len(text) <= _PIECES * _PIECE_BYTES:
        return text
    starts = range(0, len(text) - _PIECE_BYTES, len(text) // _PIECES)
    pieces = (text[at : at + _PIECE_BYTES].replace(b"\n", b",") for at in starts)
    return b",".join(piece[piece.find(b",") + 1 : piece.rfind(b",")] for piece in pieces)


def _written(cell: str) -> int:
    """Count the significant digits of a printed number, with the zeros at its end; none of a zero."""
    return len(cell.partition("e")[0].replace(".", "").lstrip("0"))


def _is_float32(digits: int, cell: str) -> bool:
    """Tell whether a float32 number prints as a cell with that many digits."""
    number = float(cell)
    if number > float(np.finfo(np.float32).max):
        return False
    single = float(np.float32(number))
    return single == number or float(f"{single:.{max(digits, 1) - 1}e}") == number
