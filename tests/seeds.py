"""Where seeded tests start: the same seed each time, or the one in CSVLSTM_SEED, as .ci/run chooses a new one.

A few seeds run in every suite; the many behind them carry the marker `mass`, which `pytest -m mass` runs.
"""

import os
from collections.abc import Iterator

import pytest

SEED = int(os.environ.get("CSVLSTM_SEED", "0"))


def amounts(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test with `count` = few in every suite, and = many in the mass."""
    params = [pytest.param(few, id="few"), pytest.param(many, id="many", marks=pytest.mark.mass)]
    return pytest.mark.parametrize("count", params)


def seeds(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test once for each `seed`: few of them in every suite, the others up to `many` in the mass."""
    return pytest.mark.parametrize("seed", list(_params(few, many)))


def _params(few: int, many: int) -> Iterator[object]:
    for number in range(many):
        marks = [pytest.mark.mass] if number >= few else []
        yield pytest.param(SEED + number, id=f"seed {SEED + number}", marks=marks)
