"""Exact sums: math.fsum says what is right, and shares nothing with them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from csvlstm.numbers.sums import exact_sum, pieces

finite = st.floats(allow_nan=False, allow_infinity=False)
tables = arrays.arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=finite)


def by_fsum(values: np.ndarray) -> float | None:
    try:
        return math.fsum(values.ravel().tolist())
    except OverflowError:
        return None


def ours(values: np.ndarray) -> float | None:
    try:
        return exact_sum(values)
    except OverflowError:
        return None


@given(tables)
def test_any_numbers_add_up_as_fsum_says(values: np.ndarray) -> None:
    assert ours(values) == by_fsum(values)


@given(tables, st.integers(-30, 30))
def test_what_cancels_leaves_what_fsum_says(values: np.ndarray, shift: int) -> None:
    with np.errstate(all="ignore"):
        values = np.concatenate([values, -values * (1 + 2.0**-52 * shift)])
    assert not np.isfinite(values).all() or ours(values) == by_fsum(values)


@pytest.mark.parametrize("shape", [(700, 300), (3, 70_000), (70_000, 3), (1, 140_000)], ids=str)
def test_large_tables_and_views_of_them_add_up_exactly(shape: tuple[int, int]) -> None:
    draw = np.random.default_rng(sum(shape))
    numbers = draw.standard_normal(shape[0] * shape[1] // 2) * 10.0 ** draw.integers(-12, 12, shape[0] * shape[1] // 2)
    values = draw.permutation(np.concatenate([numbers, -numbers * (1 + 2.0**-50)])).reshape(shape)
    half = values[:, : max(1, shape[1] // 2)]
    assert (ours(values), ours(half)) == (by_fsum(values), by_fsum(half))
    # Plain addition is off, so that the numbers could tell.
    assert float(values.sum()) != by_fsum(values)


@pytest.mark.parametrize("shape", [(1, 1), (5, 65_536), (65_537, 1), (300, 1000)], ids=str)
def test_the_pieces_are_all_of_the_rows(shape: tuple[int, int]) -> None:
    values = np.arange(float(np.prod(shape))).reshape(shape)
    assert np.concatenate(list(pieces(values))).tobytes() == values.tobytes()
