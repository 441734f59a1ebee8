"""Frameworks that have the arrays of another one: they recorded what the reference of that layout computes."""

import json

import pytest

from csvlstm import CsvLstmError, convert_lstm_weights
from csvlstm.commands.cli import main
from csvlstm.layouts.entries import ALIKE, LAYOUTS
from tests.framework_recordings import FOLDER, Recording, load
from tests.layouts.test_equations import (
    TOLERANCE,
    VISIBLE,
    WRONG_ORDERS,
    converted,
    difference_of_reference,
    in_plain_form,
    layout_of,
    mixed_up,
    sizes_of,
)

RECORDINGS = {path.stem: load(path) for path in sorted((FOLDER / "alike").glob("*.npz"))}
each_recording = pytest.mark.parametrize("name", RECORDINGS)


def as_recorded(name: str) -> Recording:
    """Give a recording as one of the layout that it must be like."""
    return RECORDINGS[name]._replace(framework=ALIKE[RECORDINGS[name].framework])


def test_each_was_recorded_in_two_sizes_one_of_them_with_d_like_h() -> None:
    for framework in ALIKE:
        sizes = [one.input_size == one.hidden_size for one in RECORDINGS.values() if one.framework == framework]
        assert sizes == [False, True]
    assert {one.framework for one in RECORDINGS.values()} == {*ALIKE}


@each_recording
def test_its_arrays_are_those_of_the_layout(name: str) -> None:
    recording = as_recorded(name)
    shapes = {one.name: one.framework_shape(sizes_of(recording)) for one in layout_of(recording).arrays}
    assert {array: values.shape for array, values in recording.weights.items()} == shapes


@each_recording
@pytest.mark.parametrize("target", ["pytorch", "keras", "tf1", "onnx"])
def test_the_reference_computes_what_was_recorded_and_no_other_order_does(name: str, target: str) -> None:
    recording = as_recorded(name)
    layout = LAYOUTS[target]
    weights = in_plain_form(recording) if layout == layout_of(recording) else converted(recording, layout)
    assert difference_of_reference(layout, weights, recording) <= TOLERANCE
    for order in WRONG_ORDERS:
        wrong = converted(recording, mixed_up(layout, order))
        assert difference_of_reference(layout, wrong, recording) > VISIBLE


def test_its_name_leads_to_the_layout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "a.csv", "b.csv", "--to", "paddle", "-o", "made"]) == 2
    assert "'paddle' is no layout: its arrays are those of pytorch; expected one of" in capsys.readouterr().err
    with pytest.raises(CsvLstmError, match="'tinygrad' is no layout: its arrays are those of pytorch"):
        convert_lstm_weights({}, source="tinygrad", target="keras")
    assert main(["layouts"]) == 0
    assert "(the same arrays: paddle, tinygrad)" in capsys.readouterr().out
    assert main(["layouts", "--json"]) == 0
    layouts = {one["layout"]: one["alike"] for one in json.loads(capsys.readouterr().out)["layouts"]}
    assert layouts["pytorch"] == ["paddle", "tinygrad"]
