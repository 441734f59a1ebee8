"""`csvlstm layouts`: every layout that can be named, with its files as its framework has them."""

import json

import pytest

from csvlstm.commands.cli import main
from csvlstm.layouts.entries import LAYOUTS
from tests.framework_recordings import RECORDINGS

OFFERED = [key for key, layout in LAYOUTS.items() if layout.offered]


def test_the_table_has_a_row_for_each_layout_that_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layouts"]) == 0
    table, loading = capsys.readouterr().out.split("\n\n")
    for lines in (table, loading):
        assert [line.split()[0] for line in lines.splitlines()] == ["layout", *OFFERED]
    onnx = next(line for line in table.splitlines() if line.startswith("onnx"))
    assert " ".join(onnx.split()) == (
        "onnx ONNX i o f c 2 in the bias h, c W [1, 4H, D], R [1, 4H, H], B [1, 8H] (P [1, 3H])"
    )


def test_the_shapes_are_those_that_were_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layouts", "--json"]) == 0
    layouts = {one["layout"]: one for one in json.loads(capsys.readouterr().out)["layouts"]}
    assert [*layouts] == OFFERED
    for recording in (one for one in RECORDINGS if (one.kind, one.hidden_size) == ("plain", 5)):
        letters = {"1": 1, "D": 3, "H": 5, "4H": 20, "8H": 40, "D+H": 8}
        assert {
            one["file"]: tuple(map(letters.__getitem__, one["shape"])) for one in layouts[recording.framework]["files"]
        } == {f"{name}.csv": array.shape for name, array in recording.weights.items()}
