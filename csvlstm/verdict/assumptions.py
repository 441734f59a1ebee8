"""What a recorded run fits that it does not fit as declared: another forget bias, other activations, another order.

Few changes are tried before many. A run without nudges over the first steps, of some of the units, rules most out.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from ..layouts.references import Array, quarters_of
from .judging import SHOWN, Judgement, Way, judge
from .model import ACTIVATIONS, GATED, PROJECTION, RECURRENT_ACTIVATIONS, Activations, Assumed, Driving, Model, Weights
from .recording import Reading, Recording, other_readings, readings
from .tolerance import run_exactly

FORGET_BIASES = np.arange(-40, 81) / 4
"""Where the search for a forget bias begins."""

_STEP = 0.25
_POINTS = 41
_NARROWER = 20
_FINEST = 1e-8
_DECIMALS = range(8)
_FIRST_STEPS = 12
_UNITS = 64
_FEWEST = 0.5


class Assumption(NamedTuple):
    """What the original cells may have been, and what of them was recorded; a forget bias of None is that declared."""

    forget_bias: float | None
    activation: str
    recurrent_activation: str
    outputs: str


class Search(NamedTuple):
    """What a recorded run is tried with, and whether inputs may be off by what their last digit leaves open."""

    model: Model
    recording: Recording
    declared: Activations
    is_coarse: bool = False

    def fitting(self, shown: int) -> Assumption | None:
        """Give the simplest assumption that the run fits, where `shown` steps contradict the declared network."""
        # An assumption under which few steps show anything fits them by chance.
        enough = (found for found, judgement in self._fitting() if judgement.steps_shown >= _FEWEST * shown)
        return next(enough, None)

    def _fitting(self) -> Iterator[tuple[Assumption, Judgement]]:
        own, single, double = self._activations()
        plain = readings(self.recording, self.model.network)
        yield from self._with_known(plain, [own], (0.0, 1.0))
        yield from self._with_searched(plain, [own])
        yield from self._with_known(plain, single, (None,))
        others = list(other_readings(self.recording, self.model.network))
        yield from self._with_known(others, [own], (None, 0.0, 1.0))
        for pairs in (single, double):
            yield from self._with_known(plain, pairs, (None, 0.0, 1.0))
            yield from self._with_searched(plain, pairs)

    def _activations(self) -> tuple[Activations, list[Activations], list[Activations]]:
        """Give the declared activations, those that differ in one, and those that differ in both."""
        by_changes: tuple[list[Activations], ...] = [], [], []
        for pair in map(Activations._make, product(RECURRENT_ACTIVATIONS, ACTIVATIONS)):
            by_changes[sum(one != declared for one, declared in zip(pair, self.declared, strict=True))].append(pair)
        return by_changes[0][0], by_changes[1], by_changes[2]

    def _with_known(
        self, ways: Sequence[Reading], pairs: Sequence[Activations], forget_biases: Sequence[float | None]
    ) -> Iterator[tuple[Assumption, Judgement]]:
        for reading, pair in product(ways, pairs):
            first = _FirstSteps(self.model, reading)
            near = [value for value in forget_biases if first.is_near(Assumed([value], pair))]
            yield from self._judged(reading, pair, near)

    def _with_searched(
        self, ways: Sequence[Reading], pairs: Sequence[Activations]
    ) -> Iterator[tuple[Assumption, Judgement]]:
        """Search a forget bias; of those that fit, the shortest to write comes first."""
        for reading, pair in product(ways, pairs):
            first = _FirstSteps(self.model, reading)
            best = first.nearest_forget_bias(pair)
            if first.is_near(Assumed([best], pair)):
                for value in dict.fromkeys(round(best, decimals) for decimals in _DECIMALS):
                    yield from self._judged(reading, pair, [value])

    def _judged(
        self, reading: Reading, pair: Activations, forget_biases: Sequence[float | None]
    ) -> Iterator[tuple[Assumption, Judgement]]:
        if not forget_biases:
            return
        judged = judge(Way(self.model, reading, self.is_coarse), Assumed(forget_biases, pair))
        for value, judgement in zip(forget_biases, judged, strict=True):
            if judgement.fits:
                yield Assumption(value, pair.output, pair.recurrent, reading.how), judgement


class _FirstSteps:
    """The first steps of a recorded run, and where recorded outputs drive it of some units only: quick, and enough."""

    def __init__(self, model: Model, reading: Reading) -> None:
        way = Way(model, reading)
        is_whole = reading.steps is not None or any(cell.is_backward for cell in model.network.cells)
        rows = slice(None if is_whole else _FIRST_STEPS)
        driven = way.driving
        self._every = _thinning(model) if driven.by_cell else 1
        self._model = _thinned(model, self._every)
        self._driven = Driving({cell: (own[rows], off[rows]) for cell, (own, off) in driven.by_cell.items()})
        self._reading = reading._replace(inputs=reading.inputs.rows(rows), outputs=reading.outputs.rows(rows))
        self._recorded = self._thinned_outputs(self._reading.outputs.values)
        self._near = SHOWN + float(self._reading.outputs.slack.max())

    def _thinned_outputs(self, outputs: Array) -> Array:
        layer = self._model.network.layers[-1]
        ends = np.cumsum([cell.sizes.output_size for cell in layer])[:-1]
        return np.concatenate([own[:, :: self._every] for own in np.split(outputs, ends, axis=1)], axis=1)

    def _apart(self, assumed: Assumed) -> Array:
        run = run_exactly(self._model, self._reading.inputs.values, assumed, self._driven)
        apart: Array = np.abs(self._reading.of(run) - self._recorded)
        return apart

    def is_near(self, assumed: Assumed) -> bool:
        """Tell whether the reference may come within any tolerance of the outputs."""
        return bool(self._apart(assumed).max() <= self._near * max(1.0, float(np.abs(self._recorded).max())))

    def nearest_forget_bias(self, pair: Activations) -> float:
        """Search the forget bias, the same in all cells, that comes nearest."""
        best, step, points = 0.0, _STEP, FORGET_BIASES
        while step > _FINEST:
            misses = np.nan_to_num(np.square(self._apart(Assumed(points.tolist(), pair))).mean(axis=(1, 2)), nan=np.inf)
            best = float(points[misses.argmin()])
            points = best + step * np.linspace(-1, 1, _POINTS)
            step /= _NARROWER
        return best


def _thinning(model: Model) -> int:
    """Give of how many units of the last layer one is enough; each output of a projection needs all of them."""
    sizes = [cell.sizes for cell in model.network.layers[-1]]
    if any(PROJECTION in one.arrays for one in model.weights):
        return 1
    return max(1, min(one.hidden_size for one in sizes) // _UNITS)


def _thinned(model: Model, every: int) -> Model:
    """Leave every so many units in the last layer: driven by what was recorded, each unit is for itself."""
    if every == 1:
        return model
    first = len(model.weights) - len(model.network.layers[-1])
    thinned = [
        Weights({name: _columns(array, name in GATED, every) for name, array in one.arrays.items()}, None)
        for one in model.weights[first:]
    ]
    return model._replace(weights=[*model.weights[:first], *thinned])


def _columns(array: Array, is_gated: bool, every: int) -> Array:
    quarters = quarters_of(array) if is_gated else [array]
    return np.concatenate([quarter[..., ::every] for quarter in quarters], axis=-1)
