"""What else files could be: a layout by its names, a GRU or a gate by its shapes, a trained bias by its numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.candidates import candidates, command_line, likeliest
from csvlstm.commands.cli import main
from csvlstm.layouts.arrays import Layout
from csvlstm.layouts.entries import LAYOUTS
from csvlstm.numbers.layout_marks import said_by_name
from csvlstm.reading.shapes import Options
from tests.framework_recordings import RECORDINGS, Recording
from tests.seeds import SEED
from tests.whole.test_any_to_any import written

PLAIN = [one for one in RECORDINGS if (one.kind, one.hidden_size) == ("plain", 5)]
MAX_BYTES = 2**30
DRAW = np.random.default_rng(3)

each_plain = pytest.mark.parametrize("recording", PLAIN, ids=[one.framework for one in PLAIN])


def write(folder: Path, **arrays: np.ndarray) -> list[str]:
    for name, array in arrays.items():
        np.savetxt(folder / f"{name}.csv", array, delimiter=",", fmt="%.9g")
    return [str(folder / f"{name}.csv") for name in arrays]


def normal(*shape: int) -> np.ndarray:
    return DRAW.normal(0, 0.3, shape)


@each_plain
def test_the_files_of_a_layout_are_known_by_their_names_and_next_is_their_conversion(
    recording: Recording, tmp_path: Path
) -> None:
    written(tmp_path / "given", recording)
    found = candidates([str(tmp_path / "given")], Options(), MAX_BYTES)
    framework = LAYOUTS[recording.framework].framework
    best = [one for one in found if one.score == found[0].score]
    assert (framework, (3, 5)) in [(one.words, tuple(one.sizes)) for one in best]
    command = command_line(found)
    if len(best) == 1 and recording.framework not in ("keras", "tf1"):
        assert command
        assert f"--from {recording.framework} --input-size 3 --hidden-size 5" in command
    # ONNX and OpenVINO, Core ML and Equinox have the same names.
    assert len(best) == 1 or recording.framework in ("onnx", "openvino", "equinox")


@each_plain
def test_files_without_names_are_every_layout_that_they_fit(recording: Recording, tmp_path: Path) -> None:
    written(tmp_path / "given", recording)
    arrays = LAYOUTS[recording.framework].arrays
    paths = [(tmp_path / "given" / f"{one.name}.csv").rename(tmp_path / f"x{at}.csv") for at, one in enumerate(arrays)]
    found = candidates([str(path) for path in paths], Options(), MAX_BYTES)
    assert recording.framework in [one.layout.key for one in found if one.layout]


FOREIGN = {
    "the gates of a TensorFlow 1 GRUCell": {"k": normal(11, 16), "b": 1 + normal(1, 16) / 30},
    "a GRU of Keras or Sonnet": {"kernel": normal(3, 15), "recurrent_kernel": normal(5, 15), "bias": normal(1, 15)},
    "a GRU of PyTorch": {
        "weight_ih_l0": normal(15, 3),
        "weight_hh_l0": normal(15, 5),
        "bias_ih_l0": normal(1, 15),
        "bias_hh_l0": normal(1, 15),
    },
    "one gate of an LSTM cell": {"W_i": normal(11, 16), "b_i": normal(1, 16)},
    "Keras's kernel and bias without its recurrent_kernel": {
        "k": normal(8, 20),
        "b": np.repeat([0.0, 1, 0, 0], 5)[None] + DRAW.normal(0.03, 0.02, (1, 20)),
    },
}


@pytest.mark.parametrize("words", FOREIGN)
def test_what_is_no_whole_lstm_is_named_and_no_command_would_convert_it(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = write(tmp_path, **FOREIGN[words])
    found = candidates(files, Options(), MAX_BYTES)
    assert found[0].words == words
    assert likeliest(found) is None
    assert main(["inspect", *files, "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["convert"] is None
    assert main(["inspect", *files]) == 0
    said = capsys.readouterr().out
    assert f"could be: {words} (" in said
    assert "next:" not in said


def test_a_keras_set_with_more_inputs_than_units_is_a_keras_set(tmp_path: Path) -> None:
    files = write(tmp_path, kernel=normal(8, 20), recurrent_kernel=normal(5, 20), bias=normal(1, 20))
    found = candidates(files, Options(), MAX_BYTES)
    assert (found[0].words, *found[0].sizes) == ("Keras", 8, 5)
    assert command_line(found) is None


KERAS_BIAS = np.repeat([0.0, 1, 0, 0], 5)[None] + DRAW.normal(0.03, 0.02, (1, 20))
MARKED = {
    "numbers": ({"k": normal(8, 20), "b": KERAS_BIAS}, "its second quarter averages 1.0"),
    "name of an array": (
        {"kernel": normal(8, 20), "recurrent_kernel": normal(1, 20)},
        "its name is that of recurrent_k",
    ),
    "name of a GRU": ({"gru_kernel": normal(8, 20), "b": normal(1, 20)}, "its name speaks of a GRU"),
    "name of Keras": ({"keras_kernel": normal(8, 20), "b": normal(1, 20)}, "its name speaks of Keras"),
    "name of PyTorch": ({"k": normal(8, 20), "b.torch": normal(1, 20)}, "its name speaks of PyTorch"),
    "name of Paddle": ({"Paddle2-w": normal(8, 20), "b": normal(1, 20)}, "its name speaks of PyTorch"),
}


@pytest.mark.parametrize("mark", MARKED)
def test_a_mark_of_another_layout_is_a_warning_which_strict_refuses(
    mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays, words = MARKED[mark]
    asked = ["convert", *write(tmp_path, **arrays), "--input-size", "3", "--hidden-size", "5", "-q"]
    assert main([*asked, "-o", str(tmp_path / "made")]) == 0
    warned = capsys.readouterr().err
    assert warned.startswith("csvlstm: warning: ")
    assert words in warned
    assert main([*asked, "--strict", "-o", str(tmp_path / "strict")]) == 2
    assert words in capsys.readouterr().err


def test_right_files_have_no_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for recording in PLAIN:
        given = written(tmp_path / recording.name, recording)
        assert main(["convert", *given, "-o", str(tmp_path / recording.name / "made"), "-q"]) == 0
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("kernel", "bias"), [("k", "b"), ("W16", "b16"), ("cat", "sum"), ("x", "y"), ("w", "v")])
def test_where_no_name_says_what_files_are_there_is_no_command(
    tmp_path: Path, kernel: str, bias: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"{kernel}.csv", tmp_path / f"{bias}.csv"]
    draw = np.random.default_rng(SEED)
    for path, shape in zip(paths, ((11, 16), (16,)), strict=True):
        np.savetxt(path, draw.standard_normal(shape), delimiter=",")
    assert main(["inspect", *map(str, paths)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "undecided: which of these the files are: no name, label or number shows it"
    assert not any(line.startswith("next: ") for line in said)


def test_some_of_the_files_of_a_layout_are_named_by_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(SEED)
    for name, shape in (("weight_ih_l0", (20, 3)), ("bias_ih_l0", (20,))):
        np.savetxt(tmp_path / f"{name}.csv", draw.standard_normal(shape), delimiter=",")
    assert main(["inspect", str(tmp_path / "weight_ih_l0.csv"), str(tmp_path / "bias_ih_l0.csv")]) == 0
    assert "PyTorch's weight_ih and bias_ih, without its weight_hh and bias_hh" in capsys.readouterr().out


def test_the_files_of_a_network_are_no_cell_and_the_command_for_them_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(Path(__file__).parents[2] / "sample_data" / "sunspots")
    assert main(["inspect", folder]) == 0
    said = capsys.readouterr().out
    assert f"fit no LSTM cell together; csvlstm layers {folder} pairs the files of a network" in said


@pytest.mark.parametrize(
    ("kernel", "bias", "words"),
    [
        ("keras_kernel", "keras_bias", "Keras's kernel and bias without its recurrent_kernel"),
        ("gru_kernel", "gru_bias", "the gates of a TensorFlow 1 GRUCell"),
    ],
)
def test_what_names_speak_for_and_no_layout_takes_is_named(
    tmp_path: Path, kernel: str, bias: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", *write(tmp_path, **{kernel: normal(11, 16), bias: normal(1, 16)})]) == 0
    said = capsys.readouterr().out
    assert f"undecided: what to declare: names or numbers speak for {words}, which no layout takes" in said
    assert "next:" not in said


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_a_file_may_be_named_after_its_own_framework(layout: Layout) -> None:
    for word in (layout.key, *layout.alike, layout.framework.split()[0].lower()):
        assert said_by_name(f"{word}-{layout.arrays[0].name}.csv", layout.arrays[0], layout) == ""
