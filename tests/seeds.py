"""Where seeded tests start: the same seed each time, or the one in CSVLSTM_SEED, as .ci/run chooses a new one.

A few seeds run in every suite; the many after them carry the marker `mass`, which `pytest -m mass` runs. The tests
that hypothesis makes carry its own marker, `hypothesis`; where a seed is given, they make ten times as many examples,
and others than in every suite (`--hypothesis-seed`).
"""

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

T = TypeVar("T")

SEED = int(os.environ.get("CSVLSTM_SEED", "0"))
IS_GIVEN = "CSVLSTM_SEED" in os.environ


def examples(few: int) -> settings:
    """Let hypothesis make a few examples, the same each time, and ten times as many where a seed is given."""
    return settings(
        max_examples=10 * few if IS_GIVEN else few,
        derandomize=not IS_GIVEN,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def sampled(things: Iterable[T], count: int, *key: object) -> list[T]:
    """Draw some of many things in their order, others for each key; all of them where there are no more."""
    numbered = list(enumerate(things))
    drawn = random.Random(repr((SEED, *key))).sample(numbered, min(count, len(numbered)))
    return [thing for _, thing in sorted(drawn, key=lambda one: one[0])]


def amounts(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test with `count` = few in every suite, and = many in the mass."""
    params = [pytest.param(few, id="few"), pytest.param(many, id="many", marks=pytest.mark.mass)]
    return pytest.mark.parametrize("count", params)


def some_of(name: str, values: Sequence[object], few: int, ids: Sequence[str] | None = None) -> pytest.MarkDecorator:
    """Run a test for a few of these values, spread over them all, in every suite, and for the others in the mass."""
    chosen = {number * (len(values) - 1) // max(few - 1, 1) for number in range(few)}
    params = [
        pytest.param(value, id=ids[number] if ids else None, marks=[] if number in chosen else [pytest.mark.mass])
        for number, value in enumerate(values)
    ]
    return pytest.mark.parametrize(name, params)


def seeds(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test once for each `seed`: few of them in every suite, the others up to `many` in the mass."""
    return pytest.mark.parametrize("seed", list(_params(few, many)))


def _params(few: int, many: int) -> Iterator[object]:
    for number in range(many):
        marks = [pytest.mark.mass] if number >= few else []
        yield pytest.param(SEED + number, id=f"seed {SEED + number}", marks=marks)
