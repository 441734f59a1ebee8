"""Decimal points that were lost: 1.14236975 that became 114236975, or 0.125 that became 125 or 0125.

A program that takes a point for the sign between thousands, or for nothing, makes whole numbers of weights. Three marks
show it: numbers that no program writes so (`0125`, `114236975e-03`), whole numbers far beyond the fractions, and, where
all are whole, numbers of 7 digits and more. Real large weights are whole, too, but each is the text of a float32 or
float64 number, which most numbers of so many digits are not.
"""

import re
from typing import NamedTuple

import numpy as np

from ..errors import plural
from ..layouts.references import Array
from ..reading.tables import Table
from .ordered import distinct, median
from .precision import FLOAT32, FloatType, Numbers, float_types, likeliest_loss, sampled
from .sums import pieces

_OUTLIER, _FAR = 2, 1000
_ALMOST_ONE = 0.999
_MOST_CONSTANTS = 4
_UNLIKELY = -4
_UNLIKELY_BESIDE_FEW, _GAP, _DIGITS_OF_A_CONSTANT = -6, -4, 2
"""Decimal logarithms of the chance of real weights, and, beside fewer than 16 fractions, of the gap above them, where
whole numbers of one or two digits may be constants."""

_FEW, _MOST = 0.1, 0.8

_TEXTS = 64
_MOST_STEP = 10.0
"""How much a number of a type, printed in the fewest digits that read back, speaks for the type at most."""

_DIGITS_EVERYWHERE = 7
"""So many digits are too many for whole numbers of 8 and 16 bits, which quantised weights are."""

_NOT_WRITTEN_SO = r"[+-]?(?:0\d+(?:[eE].*)?|\d{4,}[eE].*)"
_WHOLE = r"[+-]?(\d{1,21})(?:\.0*)?"
_FLOAT64 = FloatType("float64", 53, 2.0**-1074, float(np.finfo(np.float64).max))

_HUGE, _LARGEST = 10**13, 10**21
"""What weights of 15 to 17 digits become, and what they do not."""


class Lost(NamedTuple):
    """The cells of a table [rows, columns] that lost their points, and what shows it."""

    where: Array
    found: str


def lost_points(table: Table, numbers: Numbers) -> Lost | None:
    """Find the cells of a table whose decimal points were lost; `numbers` are those of some of its cells.

    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.numbers.precision import measured
    >>> from csvlstm.reading.tables import read_pair
    >>> kernel, bias = "sample_data/sunspots/cell_0_kernel.csv", "sample_data/sunspots/cell_0_bias.csv"
    >>> kernel = read_pair(kernel, bias, Sizes(3, 5)).kernel
    >>> lost_points(kernel, measured(kernel.values)) is None
    True
    """
    fractions = numbers.of(numbers.values % 1 != 0)
    some = sampled(table.values, _TEXTS)
    are_whole = np.count_nonzero(np.rint(some) != some) <= _FEW * np.count_nonzero(some)
    found = _among(table, fractions) if len(fractions.values) else None
    return found or (_everywhere(table) if are_whole else None)


def _among(table: Table, fractions: Numbers) -> Lost | None:
    """Find what is far beyond the fractions, and whole, or written as no program writes it."""
    largest, typical = float(fractions.values.max()), median(fractions.values)
    beyond = _beyond(table.values, max(_OUTLIER * largest, _ALMOST_ONE))
    if max(largest, beyond.max(initial=0)) > _FAR**2 * typical:
        where = np.abs(table.values) > _FAR * typical
        texts = _texts(table, where)
        if _are_written_wrong(texts):
            return _written_wrong(where)
        if any(map(_is_huge, texts)):
            return Lost(where, f"{_counted(where, 'number')} far beyond the others, as if a decimal point was lost")
    is_whole = np.rint(beyond) == beyond
    largest = max(largest, float(beyond[~is_whole].max(initial=0)))
    whole = beyond[is_whole & (beyond > _OUTLIER * largest)]
    return _whole(table, whole, fractions, largest) if len(whole) else None


def _whole(table: Table, whole: Array, fractions: Numbers, largest: float) -> Lost | None:
    """Judge whole magnitudes beyond the largest of the fractions: some may have been meant."""
    different, counts = distinct(whole)
    where = (np.abs(table.values) >= different[0]) & (np.rint(table.values) == table.values)
    texts = _texts(table, where)
    if _are_written_wrong(texts):
        return _written_wrong(where)
    # A few numbers again and again are constants.
    if len(different) <= _MOST_CONSTANTS and counts.min() > 1:
        return None
    # Of numbers with a variance, one in r^2 is r times the others or more.
    gap = 2 * float(np.log10(largest / median(different)))
    chance = _chance(different, texts, fractions) + gap
    is_clear = max(map(_digits, texts)) > _DIGITS_OF_A_CONSTANT and chance < _UNLIKELY_BESIDE_FEW and gap < _GAP
    if chance > _UNLIKELY or not (fractions.are_many or is_clear):
        return None
    return Lost(where, f"{_counted(where, 'whole number')} among fractions, as if a decimal point was lost")


def _beyond(values: Array, limit: float) -> Array:
    """Gather the magnitudes beyond a limit, a piece at a time, which stays in the processor's cache."""
    return np.concatenate([magnitudes[magnitudes > limit] for magnitudes in map(np.abs, pieces(values))])


def _everywhere(table: Table) -> Lost | None:
    """Find that all are whole, and most have more digits than whole numbers of weights have."""
    where = table.values != 0
    texts = _texts(table, where)
    if _are_written_wrong(texts):
        return _written_wrong(where)
    whole = [text for text in texts if re.fullmatch(_WHOLE, text)]
    if 2 * sum(map(_is_huge, texts)) > len(texts):
        return Lost(where, "nearly all numbers are huge, as if the decimal points were lost")
    if (
        len(whole) < _MOST * len(texts)
        or median(np.array([*map(_digits, whole)] or [0])) < _DIGITS_EVERYWHERE
        or _count_on(table.values[0])
    ):
        return None
    values = np.abs(sampled(table.values))
    if _chance(distinct(values[values > 0])[0], whole) > _UNLIKELY:
        return None
    most = f"most have {_DIGITS_EVERYWHERE} digits or more"
    return Lost(where, f"nearly all numbers are whole, and {most}, as if the decimal points were lost")


def _is_huge(text: str) -> bool:
    """Tell whether a number has 13 digits and more before its point, and is none that float32 has."""
    # Imported where numbers look so: it takes longer than to look at those of a small layer.
    from decimal import Decimal

    number = Decimal(text)
    return _HUGE <= abs(number) < _LARGEST and not _is_of(FLOAT32, int(abs(number)))


def _digits(text: str) -> int:
    """Count the digits of a whole number without the zeros at either end."""
    return len(text.partition(".")[0].strip("+-0"))


def _count_on(row: Array) -> bool:
    """Tell whether numbers count, as those of an example do."""
    return not np.diff(row, 2).any()


def _written_wrong(where: Array) -> Lost:
    return Lost(where, f"{_counted(where, 'number')} written as no program does, as if a decimal point was lost")


def _are_written_wrong(texts: list[str]) -> bool:
    """Tell whether a number begins with a zero, or has many digits before an exponent, and no point."""
    return any(re.fullmatch(_NOT_WRITTEN_SO, text) for text in texts)


def _counted(where: Array, name: str) -> str:
    count = int(np.count_nonzero(where))
    return f"{count:,} {plural(count, name)}"


def _texts(table: Table, where: Array) -> list[str]:
    """Give the texts of some of the chosen cells, spread over all of them."""
    chosen = sampled(np.flatnonzero(where), _TEXTS)
    return [table.cell(*divmod(int(at), table.form.columns)) for at in chosen]


def _chance(magnitudes: Array, texts: list[str], fractions: Numbers | None = None) -> float:
    """Give the decimal logarithm of the chance that different magnitudes are whole, as numbers of any type.

    `texts` are those of some, and `fractions` stand beside them. Numbers of a type lie a step apart, or wider apart
    where the fractions are rounded. Steps below 1 speak against whole numbers; steps beyond 1 speak for them, unless a
    text is that of no number of the type.
    """
    whole = [int(match[1]) for text in texts if (match := re.fullmatch(_WHOLE, text))]
    if len(whole) < len(texts):
        return np.inf
    kinds = [kind for kind in (FLOAT32, _FLOAT64) if all(_is_of(kind, number) for number in whole)]
    least: Array | float = 0.0
    if fractions:
        smaller = float_types(fractions)
        least = likeliest_loss(fractions, smaller[0]).loss.unit(magnitudes)
        kinds += [one for one in smaller if one is not FLOAT32 and (magnitudes % one.step(magnitudes) == 0).all()]
    steps = (np.maximum(np.minimum(kind.step(magnitudes), _MOST_STEP), least) for kind in kinds)
    return max((float(np.log10(step).sum()) for step in steps), default=-np.inf)


def _is_of(kind: FloatType, number: int) -> bool:
    """Tell whether a whole number is one of a type, in full or in the fewest digits that read back."""
    from decimal import Decimal

    nearest = (np.float32 if kind is FLOAT32 else np.float64)(min(number, kind.largest))
    return number in (int(nearest), int(Decimal(str(nearest))))
