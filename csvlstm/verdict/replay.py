"""The verdict of a recorded run: what it contradicts, what it fits, and what it cannot show."""

from typing import NamedTuple

import numpy as np

from .assumptions import Assumption, Search
from .judging import Judgement, Way, judgement, judgements, run, tolerance
from .model import DEFAULT_ACTIVATIONS, Activations, Assumed, Model
from .recording import Recording, readings
from .tolerance import run_converted

_OTHERS = (0.0, 1.0)
"""The forget biases that people have: what does not tell the declared one from these shows no forget bias."""


class Replay(NamedTuple):
    """How a recorded run compares with both sides; a share is that of the tolerance, the largest of a step.

    The share of the converted set is None where the set has other shapes. `fits` is what the run fits, if anything;
    `also_fits` are forget biases, not those declared, that it fits as well; `by_digits` says that numbers may be off by
    what their last printed digits leave open.
    """

    steps: int
    steps_shown: int
    export: float
    converted_set: float | None
    declared: Assumption
    fits: Assumption | None
    also_fits: tuple[float, ...] = ()
    by_digits: bool = False

    @property
    def fits_export(self) -> bool:
        """Whether no step contradicts the declared network."""
        return self.export <= 1

    @property
    def contradicts(self) -> bool:
        """Whether a step contradicts the declared network, or the converted set."""
        return not (self.fits_export and (self.converted_set is None or self.converted_set <= 1))

    @property
    def cannot_show(self) -> bool:
        """Whether the run leaves open what it does not contradict: all of it, or the forget bias."""
        return not self.contradicts and not (self.steps_shown and not self.also_fits)

    @property
    def agrees(self) -> bool:
        """Whether the run shows that both sides give what was recorded."""
        return self.converted_set is not None and not self.contradicts and not self.cannot_show


class _DeclaredRun(NamedTuple):
    """The declared network judged in one way, and other forget biases in place of the declared ones."""

    way: Way
    judgement: Judgement
    others: dict[float, Judgement]
    converted: float | None


def replay(model: Model, recording: Recording, activations: Activations = DEFAULT_ACTIVATIONS) -> Replay:
    """Judge what was recorded against both references, and tell what it fits where it does not fit them."""
    # Weights or inputs beyond float32's range leave no step that shows anything, and need no warning.
    with np.errstate(all="ignore"):
        exact = _replayed(Search(model, recording, activations))
        if exact.fits or exact.fits_export:
            return exact
        # Nothing fits the numbers as they were printed; they may be off by what their last digits leave open.
        printed = model.as_printed()
        if recording.inputs.is_float32 and all(weights.is_float32 for weights in printed.weights):
            return exact
        coarse = _replayed(Search(printed, recording, activations, is_coarse=not recording.inputs.is_float32))
        return coarse._replace(by_digits=True) if coarse.steps_shown else exact


def _replayed(search: Search) -> Replay:
    ways = [
        _declared(Way(search.model, reading, search.is_coarse), search.declared)
        for reading in readings(search.recording, search.model.network)
    ]
    found = min(ways, key=lambda way: (not way.judgement.steps_shown, way.judgement.largest_share))
    replayed = _replay(found, search.declared)
    if not replayed.fits_export:
        return _instead(replayed, search.fitting(found.judgement.steps_shown))
    if not replayed.steps_shown:
        return replayed
    also = (value for value in found.others if any(way.others[value].fits for way in ways))
    return replayed._replace(fits=replayed.declared, also_fits=tuple(also))


def _instead(replayed: Replay, fitting: Assumption | None) -> Replay:
    if fitting and fitting.forget_bias is None:
        fitting = fitting._replace(forget_bias=replayed.declared.forget_bias)
    return replayed._replace(fits=fitting)


def _declared(way: Way, activations: Activations) -> _DeclaredRun:
    others = [value for value in _OTHERS if any(cell.forget_bias != value for cell in way.model.network.cells)]
    runs = run(way, Assumed((None, *others), activations))
    tolerances = tolerance(way, runs.deviations[0])
    converted = None
    if all(weights.converted for weights in way.model.weights):
        outputs = way.reading.of(run_converted(way.model, way.reading.inputs.values, activations, way.driving))
        converted = judgement(way, outputs, tolerances).largest_share
    own, *judged = judgements(way, runs)
    return _DeclaredRun(way, own, dict(zip(others, judged, strict=True)), converted)


def _replay(found: _DeclaredRun, activations: Activations) -> Replay:
    way, own, _, converted = found
    forget_bias = way.model.network.forget_bias
    declared = Assumption(forget_bias, activations.output, activations.recurrent, way.reading.how)
    return Replay(len(own.shares), own.steps_shown, own.largest_share, converted, declared, None)
