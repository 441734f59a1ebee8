"""Undamaged networks of the real TensorFlow, in every way that programs write a table: no command says a word."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csvlstm.commands.cli import main
from tests.golden_recordings import RECORDINGS, Recording
from tests.seeds import some_of


def _text(form: str, **how: str) -> Callable[[Path, np.ndarray], None]:
    return lambda path, array: np.savetxt(path, array, fmt=form, **{"delimiter": ",", **how})


def _pandas(
    header: bool = True, index: bool = True, sep: str = ",", decimal: str = "."
) -> Callable[[Path, np.ndarray], None]:
    return lambda path, array: pd.DataFrame(array).to_csv(path, header=header, index=index, sep=sep, decimal=decimal)


def _r(path: Path, array: np.ndarray) -> None:
    frame = pd.DataFrame(array)
    frame.columns = [f"V{number}" for number in range(1, frame.shape[1] + 1)]
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    frame.to_csv(path)


WAYS: dict[str, Callable[[Path, np.ndarray], None]] = {
    "%.9g": _text("%.9g"),
    "%.8e": _text("%.8e"),
    "%.17g": _text("%.17g"),
    "%.18e between blanks": _text("%.18e", delimiter=" "),
    "pandas": _pandas(),
    "pandas without an index": _pandas(index=False),
    "pandas without labels": _pandas(header=False, index=False),
    "R": _r,
    "decimal commas": _pandas(header=False, index=False, sep=";", decimal=","),
}


@pytest.mark.parametrize("way", WAYS)
@some_of("recording", RECORDINGS, few=3, ids=[one.name for one in RECORDINGS])
def test_no_command_warns_of_an_undamaged_network(
    recording: Recording, way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layers, made = str(recording.write_layers(tmp_path)), str(tmp_path / "made")
    for path in tmp_path.glob("layer_*.csv"):
        WAYS[way](path, np.loadtxt(path, delimiter=",").astype(np.float32))
    for command in (
        ["convert", "--layers", layers, "-o", made, "--strict"],
        ["check", "--layers", layers, made, "--strict"],
        ["audit", "--layers", layers, made, "--strict"],
    ):
        assert main([*command, "--json", "-q"]) == 0
        printed = capsys.readouterr()
        assert (printed.err, json.loads(printed.out)["warnings"]) == ("", [])
    assert main(["inspect", "--layers", layers, "-q", "--json"]) == 0
    assert capsys.readouterr().err == ""
