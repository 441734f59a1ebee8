"""sample_data/export_layers.py: without TensorFlow it does, byte for byte, what it did with the real one.

The checkpoints, and all that the script said and wrote, were recorded by golden/record_checkpoints.py. Here a module
named tensorflow serves the same variables through the few calls that the script makes.
"""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from csvlstm import tf1_lstm
from tests.golden_recordings import GOLDEN, Array, Recording, largest_difference, load

SCRIPT = Path(__file__).parent.parent.parent / "sample_data" / "export_layers.py"


class Checkpoint(NamedTuple):
    """What a checkpoint held, how the script was run on it, and what came out under the real TensorFlow."""

    name: str
    variables: dict[str, Array]
    arguments: list[str]
    exit_code: int
    stdout: str
    stderr: str
    files: dict[str, bytes]

    @property
    def recording(self) -> Recording:
        """The run of the network; the checkpoints that are refused have none."""
        return load(GOLDEN / "checkpoints" / f"{self.name}.npz")


def read(path: Path) -> Checkpoint:
    with np.load(path) as file:
        arrays = dict(file)

    def under(kind: str) -> dict[str, Array]:
        return {key.removeprefix(kind): array for key, array in arrays.items() if key.startswith(kind)}

    files = {name: array.tobytes() for name, array in under("file:").items()}
    said = str(arrays["stdout"]), str(arrays["stderr"])
    arguments = arrays["arguments"].tolist()
    return Checkpoint(path.stem, under("variable:"), arguments, int(arrays["exit_code"]), *said, files)


PATHS = sorted((GOLDEN / "checkpoints").glob("*.npz"))
CHECKPOINTS = [read(path) for path in PATHS]
EXPORTED = [checkpoint for checkpoint in CHECKPOINTS if checkpoint.exit_code == 0]

each = pytest.mark.parametrize("checkpoint", CHECKPOINTS, ids=[checkpoint.name for checkpoint in CHECKPOINTS])
each_exported = pytest.mark.parametrize("checkpoint", EXPORTED, ids=[checkpoint.name for checkpoint in EXPORTED])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, as the script did when it was recorded."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class OpError(Exception):
    """Stands for tf.errors.OpError."""


def tensorflow(variables: dict[str, Array]) -> ModuleType:
    """Make a module that knows one checkpoint, `model.ckpt`, and the folder `trained` that it is the latest of."""

    class Reader:
        def __init__(self, prefix: str) -> None:
            if prefix != "model.ckpt":
                raise OpError(f"Failed to find any matching files for {prefix}")

        def get_variable_to_shape_map(self) -> dict[str, list[int]]:
            return {name: list(values.shape) for name, values in variables.items()}

        def get_tensor(self, name: str) -> Array:
            return variables[name]

    module = ModuleType("tensorflow")
    latest = {"trained": "model.ckpt"}
    vars(module)["train"] = SimpleNamespace(load_checkpoint=Reader, latest_checkpoint=latest.get)
    vars(module)["errors"] = SimpleNamespace(OpError=OpError)
    return module


def export(variables: dict[str, Array], *arguments: str) -> int:
    """Run the script on a checkpoint of these variables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "tensorflow", tensorflow(variables))
        spec = importlib.util.spec_from_file_location("export_layers", SCRIPT)
        assert spec
        assert spec.loader
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        code: int = script.main(list(arguments))
    return code


def cell(input_size: int, hidden_size: int, scope: str = "rnn/lstm_cell") -> dict[str, Array]:
    """Give the two variables of a cell, of random numbers."""
    draw = np.random.default_rng(input_size)
    kernel = draw.standard_normal((input_size + hidden_size, 4 * hidden_size))
    return {f"{scope}/kernel": kernel, f"{scope}/bias": draw.standard_normal(4 * hidden_size)}


def rows() -> list[dict[str, str]]:
    with open("exported/layers.csv", newline="") as file:
        return list(csv.DictReader(file))


@each
def test_the_script_does_what_it_did_under_the_real_tensorflow(
    folder: Path, capsys: pytest.CaptureFixture[str], checkpoint: Checkpoint
) -> None:
    code = export(checkpoint.variables, "model.ckpt", "-o", "exported", *checkpoint.arguments)
    said = capsys.readouterr()
    assert (code, said.out, said.err) == (checkpoint.exit_code, checkpoint.stdout, checkpoint.stderr)
    assert {path.name: path.read_bytes() for path in folder.glob("exported/*")} == checkpoint.files


@each_exported
def test_the_exported_text_reads_back_to_the_weights_of_each_layer(folder: Path, checkpoint: Checkpoint) -> None:
    export(checkpoint.variables, "model.ckpt", "-o", "exported", *checkpoint.arguments)
    for row, recorded in zip(rows(), checkpoint.recording.cells, strict=True):
        assert (int(row["input_size"]), int(row["hidden_size"])) == (recorded.input_size, recorded.hidden_size)
        for part in ("kernel", "bias"):
            values = np.loadtxt(f"exported/{row[part]}", delimiter=",", dtype="f4")
            np.testing.assert_array_equal(values, getattr(recorded, part), strict=True)


def run_layer(x: Array, exported: list[dict[str, str]], recorded: list[Any]) -> list[Array]:
    """Run a layer as layers.csv describes it: its outputs and its final states."""
    outputs: list[Array] = []
    states: list[Array] = []
    for row, one in zip(exported, recorded, strict=True):
        step = -1 if row["direction"] == "backward" else 1
        kernel, bias = (np.loadtxt(f"exported/{row[part]}", delimiter=",") for part in ("kernel", "bias"))
        initial = one.initial_c, one.initial_h
        output, final = tf1_lstm(x[:, ::step], initial, kernel, bias, float(row["forget_bias"]))
        outputs.append(output[:, ::step])
        states.extend(final)
    return [np.concatenate(outputs, axis=-1), *states]


@each_exported
def test_what_layers_csv_describes_computes_what_the_network_computed(folder: Path, checkpoint: Checkpoint) -> None:
    recording = checkpoint.recording
    export(checkpoint.variables, "model.ckpt", "-o", "exported", *checkpoint.arguments)
    names = [row["layer"] for row in rows()]
    assert list(dict.fromkeys(names)) == [f"layer_{k}" for k in range(len(recording.layers))]
    x = recording.x
    for k, layer in enumerate(recording.layers):
        x, *states = run_layer(x, [row for row in rows() if row["layer"] == f"layer_{k}"], layer)
        expected = [state for one in layer for state in (one.final_c, one.final_h)]
        assert largest_difference(states, expected) < 1e-6
    assert largest_difference([x], [recording.outputs]) < 1e-6


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_numbers_of_every_float_type_read_back_exactly(folder: Path, dtype: str) -> None:
    # Of all magnitudes, because some need 9 digits as float32, or 17 as float64, and others fewer.
    magnitudes = 10.0 ** np.arange(-4, 4)
    variables = {name: (values * magnitudes).astype(dtype) for name, values in cell(3, 2).items()}
    assert export(variables, "model.ckpt", "-o", "exported") == 0
    for variable, part in (("rnn/lstm_cell/kernel", "kernel"), ("rnn/lstm_cell/bias", "bias")):
        values = np.loadtxt(f"exported/layer_0_{part}.csv", delimiter=",").astype(dtype)
        np.testing.assert_array_equal(values, variables[variable])


@pytest.mark.parametrize(
    "name",
    ["model.ckpt", "model.ckpt.index", "model.ckpt.meta", "model.ckpt.data-00000-of-00001", "trained"],
)
def test_a_checkpoint_may_be_named_by_any_of_its_files_or_its_folder(folder: Path, name: str) -> None:
    (folder / "trained").mkdir()
    assert export(cell(3, 5), name, "-o", "exported") == 0
    assert len(rows()) == 1


def test_old_releases_read_a_checkpoint_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def old(variables: dict[str, Array]) -> ModuleType:
        train = vars(new(variables))["train"]
        module = ModuleType("tensorflow")
        vars(module)["train"] = SimpleNamespace(NewCheckpointReader=train.load_checkpoint)
        return module

    new = tensorflow
    monkeypatch.setitem(globals(), "tensorflow", old)
    assert export(cell(3, 5), "model.ckpt", "-o", "exported") == 0


REFUSED: dict[str, tuple[dict[str, Array], list[str], str]] = {
    "no checkpoint": (
        cell(3, 5), ["elsewhere.ckpt"],
        "elsewhere.ckpt: cannot be read as a checkpoint: Failed to find any matching files for elsewhere.ckpt",
    ),
    "a folder without a checkpoint": (
        cell(3, 5), ["empty"],
        "empty: this folder names no latest checkpoint; give one, as in empty/model.ckpt-1000",
    ),
    "an output that exists": (
        cell(3, 5), ["model.ckpt", "-o", "full"],
        "full: is not empty, and nothing is overwritten; choose another -o",
    ),
    "no bias": (
        {"rnn/lstm_cell/kernel": np.ones((8, 20))}, ["model.ckpt"],
        "no LSTM cell; one without lstm in its name needs --scope, with its whole name; "
        "the checkpoint's kernels: rnn/lstm_cell/kernel",
    ),
    "a convolution": (
        {"conv_lstm_cell/kernel": np.ones((2, 5, 12)), "conv_lstm_cell/bias": np.ones(12)}, ["model.ckpt"],
        "no LSTM cell; one without lstm in its name needs --scope, with its whole name; "
        "the checkpoint's kernels: conv_lstm_cell/kernel",
    ),
    "no kernel": (
        {"global_step": np.array(7)}, ["model.ckpt", "--scope", "rnn"],
        "no LSTM cell in rnn; one without lstm in its name needs --scope, with its whole name; "
        "the checkpoint's kernels: none",
    ),
    "a network whose scope holds another": (
        cell(3, 5, "a/lstm_1") | cell(5, 4, "a/lstm_2") | cell(3, 2, "a/b/lstm_cell"), ["model.ckpt"],
        "2 networks; choose one, or stack several with a --scope for each:\n"
        "  --scope a/b/lstm_cell (3 -> 2)\n  --scope a/lstm_1 --scope a/lstm_2 (3 -> 5, 5 -> 4)",
    ),
    "two cells, one of them without a number": (
        cell(4, 4, "lstm_cell") | cell(4, 4, "lstm_cell_1"), ["model.ckpt"],
        "2 networks; choose one, or stack several with a --scope for each:\n"
        "  --scope lstm_cell (4 -> 4)\n  --scope lstm_cell_1 (4 -> 4)",
    ),
    "directions of different inputs": (
        cell(3, 5, "rnn/fw/lstm_cell") | cell(4, 5, "rnn/bw/lstm_cell"), ["model.ckpt"],
        "rnn/bw/lstm_cell: has input size 4, where 3 values come in; is this one stack? "
        "give a --scope for each layer, from the input up",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("variables", "arguments", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_exported_is_refused_and_nothing_is_written(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, Array],
    arguments: list[str],
    message: str,
) -> None:
    (folder / "empty").mkdir()
    (folder / "full").mkdir()
    (folder / "full" / "layer_0_bias.csv").write_text("mine")
    assert export(variables, "-o", "exported", *arguments) == 2
    assert capsys.readouterr() == ("", f"export_layers.py: {message}\n")
    left = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    assert left == {"empty", "full", "full/layer_0_bias.csv"}
    assert (folder / "full" / "layer_0_bias.csv").read_text() == "mine"


def test_help_is_enough_and_needs_no_tensorflow(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        export({}, "--help")
    shown = capsys.readouterr().out
    for word in ("--scope", "--forget-bias", "layers.csv", "MultiRNNCell", "cudnn", "csvlstm convert --layers"):
        assert word in shown
