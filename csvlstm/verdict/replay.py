"""The verdict of a recorded run: what it contradicts, what it fits, and what it cannot show."""

from typing import NamedTuple

import numpy as np

from .assumptions import Assumption, Search
from .judging import Judgement, Way, judge, judgement, run, tolerance
from .recording import Recording, readings
from .tolerance import DEFAULT_ACTIVATIONS, Activations, Assumed, Model, run_converted

_OTHERS = (0.0, 1.0)
"""The forget biases that people have: what does not tell the declared one from these shows no forget bias."""


class Replay(NamedTuple):
    """How a recorded run compares with both sides; a share is that of the tolerance, the largest of a step.

    The share of the converted set is None where the set has other shapes. `fits` is what the run fits, if anything;
    `also_fits` are forget biases, not those declared, that it fits as well.
    """

    steps: int
    steps_shown: int
    export: float
    converted_set: float | None
    declared: Assumption
    fits: Assumption | None
    also_fits: tuple[float, ...] = ()
    coarse_inputs: bool = False

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


class _Declared(NamedTuple):
    """The declared network judged in one way."""

    way: Way
    judgement: Judgement
    converted: float | None


def replay(model: Model, recording: Recording, activations: Activations = DEFAULT_ACTIVATIONS) -> Replay:
    """Judge what was recorded against both references, and tell what it fits where it does not fit them."""
    # Weights or inputs beyond float32's range leave no step that shows anything, and nobody needs a warning of them.
    with np.errstate(all="ignore"):
        found = min(_declared(model, recording, activations), key=_doubt)
        if found.judgement.fits:
            return _fitting(found, activations)
        search = Search(model, recording, activations, found.judgement.steps_shown)
        if fitting := search.fitting():
            return _instead(_replay(found, activations), fitting)
        return _coarse(search, found) or _replay(found, activations)


def _coarse(search: Search, exact: _Declared) -> Replay | None:
    """Judge again with inputs that may be off by what their last digit leaves open."""
    model, recording, activations, *_ = search
    if recording.inputs.is_float32:
        return None
    found = min(_declared(model, recording, activations, is_coarse=True), key=_doubt)
    if not found.judgement.steps_shown:
        return None
    if found.judgement.fits:
        return _fitting(found, activations)._replace(coarse_inputs=True)
    fitting = search._replace(shown=found.judgement.steps_shown, is_coarse=True).fitting()
    return _instead(_replay(found, activations), fitting)._replace(coarse_inputs=True)


def _instead(replayed: Replay, fitting: Assumption | None) -> Replay:
    if fitting and fitting.forget_bias is None:
        fitting = fitting._replace(forget_bias=replayed.declared.forget_bias)
    return replayed._replace(fits=fitting)


def _declared(model: Model, recording: Recording, activations: Activations, is_coarse: bool = False) -> list[_Declared]:
    return [_judged(Way(model, reading, is_coarse), activations) for reading in readings(recording, model.network)]


def _doubt(declared: _Declared) -> tuple[bool, float]:
    return not declared.judgement.steps_shown, declared.judgement.largest_share


def _judged(way: Way, activations: Activations) -> _Declared:
    runs = run(way, Assumed((None,), activations))
    tolerances = tolerance(way, runs.deviations[0])
    converted = None
    if all(weights.converted for weights in way.model.weights):
        outputs = way.reading.of(run_converted(way.model, way.reading.inputs.values, activations, way.driving))
        converted = judgement(way, outputs, tolerances)
    own = judgement(way, runs.outputs[0], tolerances)
    return _Declared(way, own, converted and converted.largest_share)


def _fitting(found: _Declared, activations: Activations) -> Replay:
    replayed = _replay(found, activations)
    if not found.judgement.steps_shown:
        return replayed
    others = [value for value in _OTHERS if any(cell.forget_bias != value for cell in found.way.model.network.cells)]
    judged = judge(found.way, Assumed(others, activations))
    also = tuple(value for value, one in zip(others, judged, strict=True) if one.fits)
    return replayed._replace(fits=replayed.declared, also_fits=also)


def _replay(found: _Declared, activations: Activations) -> Replay:
    way, own, converted = found
    forget_bias = way.model.network.forget_bias
    declared = Assumption(forget_bias, activations.output, activations.recurrent, way.reading.how)
    return Replay(len(own.shares), own.steps_shown, own.largest_share, converted, declared, None)
