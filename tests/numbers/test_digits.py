"""Lost digits: the fewest that explain a whole array are found, though the rows that are asked first need fewer."""

import numpy as np
import pytest

from csvlstm.numbers.digits import rounding, some_rows


@pytest.fixture
def source() -> np.ndarray:
    weights = np.random.default_rng(0).normal(0, 10, (30, 12))
    some_rows(weights)[:] = 0.5
    return weights


@pytest.mark.parametrize("digits", range(1, 14))
def test_significant_digits(source: np.ndarray, digits: int) -> None:
    target = np.array([[float(f"{weight:.{digits - 1}e}") for weight in row] for row in source])
    loss = rounding(source, target)
    assert loss is not None
    assert loss.digits == digits


@pytest.mark.parametrize("decimals", range(1, 12))
def test_decimals(source: np.ndarray, decimals: int) -> None:
    loss = rounding(source, np.array([[float(f"{weight:.{decimals}f}") for weight in row] for row in source]))
    assert loss is not None
    assert loss.decimals == decimals


def test_a_cell_in_another_row_that_is_another_number_is_no_rounding(source: np.ndarray) -> None:
    target = np.round(source, 4)
    target[3, 5] += 1
    assert rounding(source, target) is None


def test_numbers_that_need_all_their_digits_are_not_rounded(source: np.ndarray) -> None:
    assert rounding(source, np.nextafter(source, 20)) is None
