"""Every offered layout against the real frameworks: recorded runs, and runs of today where they are installed."""

from itertools import permutations

import numpy as np
import pytest

from csvlstm.layouts.arrays import AnySizes, Layout, Operand, ProjectedSizes
from csvlstm.layouts.entries import LAYOUTS
from csvlstm.layouts.equations import REFERENCES, CellActivations
from csvlstm.layouts.gates import Gate, Sizes
from csvlstm.layouts.plan import Move, plan
from tests.framework_recordings import (
    RECORDED_ONLY,
    RECORDINGS,
    Array,
    Recording,
    largest_difference,
    real,
)
from tests.seeds import amounts, sampled

TOLERANCE = 1e-6
"""The recordings are float32 runs of 12 steps; the references compute them in float64."""

VISIBLE = 1e-2
"""What a wrong order of gates changes at least."""

OFFERED = {key: layout for key, layout in LAYOUTS.items() if layout.offered}
LIVE = [key for key in OFFERED if key not in RECORDED_ONLY]
WRONG_ORDERS = [order for order in permutations(Gate) if order != tuple(Gate)]

each_recording = pytest.mark.parametrize("recording", RECORDINGS, ids=[one.name for one in RECORDINGS])
each_target = pytest.mark.parametrize("target", OFFERED)


def sizes_of(recording: Recording) -> AnySizes:
    if recording.kind == "projection":
        return ProjectedSizes(recording.input_size, recording.hidden_size, recording.output_size)
    return Sizes(recording.input_size, recording.hidden_size)


def cell_like(layout: Layout, kind: str) -> Layout | None:
    """Give the layout of a cell of a kind; None where the framework has none."""
    extras = {"peepholes": {Operand.PEEPHOLE}, "projection": {Operand.PROJECTION}}.get(kind, set())
    cell = layout.with_extras(*extras)
    return cell if extras <= {*cell.operands} else None


def layout_of(recording: Recording) -> Layout:
    """Give the layout of the very cell that was recorded."""
    cell = cell_like(LAYOUTS[recording.framework], recording.kind)
    assert cell
    return cell.without_bias() if recording.kind == "no_bias" else cell


def in_plain_form(recording: Recording) -> dict[str, Array]:
    arrays = layout_of(recording).arrays
    shapes = {one.name: one.shape(sizes_of(recording)) for one in arrays}
    return {name: recording.weights[name].reshape(shape).astype("float64") for name, shape in shapes.items()}


def carried_out(moves: list[Move], weights: dict[str, Array], target: Layout, sizes: AnySizes) -> dict[str, Array]:
    """Carry out a plan in float64."""
    made = {array.name: np.zeros(array.shape(sizes)) for array in target.arrays}
    for move in moves:
        rows, columns = move.target.rows, move.target.columns
        filled = made[move.target.array][rows.start : rows.stop, columns.start : columns.stop]
        for span in move.sources:
            block = weights[span.array][span.rows.start : span.rows.stop, span.columns.start : span.columns.stop]
            filled += block.T if move.turned else block
        filled += sum(move.constants)
    return made


def converted(recording: Recording, target: Layout) -> dict[str, Array]:
    """Convert a recorded cell to a target, in float64."""
    sizes, source = sizes_of(recording), layout_of(recording)
    declared = recording.forget_bias if source.forget_bias_is_argument else None
    return carried_out(plan(source, target, sizes, declared).moves, in_plain_form(recording), target, sizes)


def run_reference(
    key: str, weights: dict[str, Array], recording: Recording, forget_bias: float
) -> tuple[Array, dict[str, Array]]:
    c, h = (recording.initial[state].astype("float64") for state in "ch")
    outputs = []
    for step in range(recording.x.shape[1]):
        x = recording.x[:, step].astype("float64")
        after = REFERENCES[key](x, c, h, weights, forget_bias, CellActivations())
        c, h = after.c, after.h
        outputs.append(h)
    return np.stack(outputs, axis=1), {"c": c, "h": h}


def difference_of_reference(
    target: Layout, weights: dict[str, Array], recording: Recording, forget_bias: float = 0.0
) -> float:
    return largest_difference(recording, *run_reference(target.key, weights, recording, forget_bias))


def difference_of_framework(target: Layout, weights: dict[str, Array], recording: Recording) -> float:
    """Run the real framework from the recorded states, which it takes in the order of the entry."""
    sizes = sizes_of(recording)
    shaped = {
        one.name: weights[one.name].reshape(one.framework_shape(sizes)).astype("float32") for one in target.arrays
    }
    initial = [recording.initial[state] for state in target.states]
    outputs, final = real(target.key).run(shaped, recording.x, initial)
    return largest_difference(recording, outputs, dict(zip(target.states, final, strict=True)))


def test_every_offered_layout_was_recorded_in_two_sizes_one_of_them_with_d_like_h() -> None:
    for key, layout in OFFERED.items():
        plain = [one for one in RECORDINGS if (one.framework, one.kind) == (key, "plain")]
        assert [one.input_size == one.hidden_size for one in plain] == [False, True], key
        assert key in REFERENCES
        recorded = {one.kind for one in RECORDINGS if one.framework == key}
        assert {kind for kind in ("peepholes", "projection") if cell_like(layout, kind)} <= recorded


def test_every_recording_is_of_an_offered_layout() -> None:
    assert {one.framework for one in RECORDINGS} == {*OFFERED}


@each_recording
def test_an_entry_has_the_arrays_of_its_framework(recording: Recording) -> None:
    layout, sizes = layout_of(recording), sizes_of(recording)
    assert {one.name: one.framework_shape(sizes) for one in layout.arrays} == {
        name: array.shape for name, array in recording.weights.items()
    }


@each_recording
def test_a_reference_computes_what_its_framework_recorded(recording: Recording) -> None:
    layout = layout_of(recording)
    assert difference_of_reference(layout, in_plain_form(recording), recording, recording.forget_bias) <= TOLERANCE


@each_target
@each_recording
def test_the_reference_of_every_target_computes_what_the_source_recorded(recording: Recording, target: str) -> None:
    layout = cell_like(OFFERED[target], recording.kind)
    if layout is None:
        return
    assert difference_of_reference(layout, converted(recording, layout), recording) <= TOLERANCE


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.parametrize("target", LIVE)
def test_every_real_target_computes_what_every_source_recorded(target: str) -> None:
    for recording in RECORDINGS:
        layout = cell_like(OFFERED[target], recording.kind)
        if layout is None:
            continue
        difference = difference_of_framework(layout, converted(recording, layout), recording)
        assert difference <= TOLERANCE, recording.name


def mixed_up(layout: Layout, order: tuple[Gate, ...]) -> Layout:
    """Put every gate of a layout in another one's place."""
    instead = dict(zip(Gate, order, strict=True))
    arrays = [one._replace(gates=tuple(map(instead.__getitem__, one.gates))) for one in layout.arrays]
    return layout._replace(arrays=tuple(arrays))


@each_target
@amounts(few=8, many=len(WRONG_ORDERS))
def test_no_other_order_of_gates_computes_what_was_recorded(target: str, count: int) -> None:
    for recording in (one for one in RECORDINGS if (one.kind, one.hidden_size) == ("plain", 5)):
        for order in sampled(WRONG_ORDERS, count, target, recording.name):
            weights = converted(recording, mixed_up(OFFERED[target], order))
            assert difference_of_reference(OFFERED[target], weights, recording) > VISIBLE, (recording.name, order)


@each_target
def test_there_and_back_is_the_same_where_neither_way_computes(target: str) -> None:
    for recording in RECORDINGS:
        layout = cell_like(OFFERED[target], recording.kind)
        if layout is None or recording.kind == "no_bias":
            continue
        source, sizes, weights = layout_of(recording), sizes_of(recording), in_plain_form(recording)
        there = plan(source, layout, sizes, forget_bias(source)).moves
        back = plan(layout, source, sizes, forget_bias(layout)).moves
        if all(move.is_moved for move in (*there, *back)):
            way = carried_out(back, carried_out(there, weights, layout, sizes), source, sizes)
            assert all((array == weights[name]).all() for name, array in way.items()), recording.name


def forget_bias(layout: Layout) -> float | None:
    """Declare a forget bias of 0 for a cell that takes one."""
    return 0.0 if layout.forget_bias_is_argument else None
