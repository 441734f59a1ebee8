"""Recorded outputs against what a network gives, step by step: is the difference within the tolerance of the step?"""

from typing import NamedTuple

import numpy as np

from ..layouts.references import Array
from .model import UNDRIVEN, UNIT_ROUNDOFF, Assumed, Driving, Model, driving
from .recording import Reading
from .tolerance import Runs, run_nudged

LARGEST = 1e300

MARGIN = 4
"""How many times the largest deviation of nudged runs is the tolerance."""

SHOWN = 1e-3
"""A step whose tolerance is larger shows nothing."""


class Judgement(NamedTuple):
    """Of each recorded step its largest difference as a share of its tolerance, and whether it shows anything."""

    shares: Array
    shown: Array

    @property
    def steps_shown(self) -> int:
        """The number of steps that show anything."""
        return int(np.count_nonzero(self.shown))

    @property
    def largest_share(self) -> float:
        """The largest share of a step that shows anything, 0 where none does."""
        return float(self.shares[self.shown].max(initial=0.0))

    @property
    def fits(self) -> bool:
        """Whether all steps that show anything are within their tolerance."""
        return self.largest_share <= 1


class Way(NamedTuple):
    """A way to judge: how the outputs are read, and whether inputs may be off by what their last digit leaves open."""

    model: Model
    reading: Reading
    is_coarse: bool = False

    @property
    def driving(self) -> Driving:
        """What drives the last layer: its recorded outputs, where they are all there, as exact as float32 is."""
        if self.reading.steps is not None or not self.reading.outputs.is_float32:
            return UNDRIVEN
        return driving(self.model.network, *self.reading.outputs)


def judge(way: Way, assumed: Assumed) -> list[Judgement]:
    """Judge the recorded outputs under each forget bias of an assumption."""
    return judgements(way, run(way, assumed))


def run(way: Way, assumed: Assumed) -> Runs:
    """Run the reference, exactly and nudged, and give what was recorded of its runs."""
    inputs, slack = way.reading.inputs
    runs = run_nudged(way.model, inputs, assumed, way.driving, slack if way.is_coarse else None)
    return Runs(way.reading.of(runs.outputs), way.reading.of(runs.deviations))


def judgements(way: Way, runs: Runs) -> list[Judgement]:
    """Hold each run against the recorded outputs, within its own tolerance."""
    return [judgement(way, outputs, tolerance(way, deviations)) for outputs, deviations in zip(*runs, strict=True)]


def tolerance(way: Way, deviations: Array) -> Array:
    """Compute the tolerance of each recorded output [steps, H] from how far nudged runs part [steps, H]."""
    outputs, slack = way.reading.outputs
    computed: Array = MARGIN * deviations.max(axis=1, keepdims=True) + UNIT_ROUNDOFF * np.abs(outputs) + slack
    return computed


def judgement(way: Way, outputs: Array, tolerances: Array) -> Judgement:
    """Hold the outputs [steps, H] of a run against the recorded ones."""
    recorded = way.reading.outputs.values
    apart = np.abs(outputs - recorded)
    # Equal numbers are equal, also where no tolerance is left: relu gives zeros.
    shares = np.divide(apart, tolerances, out=np.zeros_like(apart), where=apart > 0)
    largest = np.nan_to_num(shares, nan=np.inf, posinf=np.inf).max(axis=1)
    limit = SHOWN * np.maximum(1, np.abs(recorded).max(axis=1))
    return Judgement(np.minimum(largest, LARGEST), tolerances.max(axis=1) <= limit)
