"""`csvlstm export`: the files, byte for byte, that belong to checkpoints of the real TensorFlow, or nothing."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csvlstm import tf1_lstm
from csvlstm.commands.cli import main
from csvlstm.commands.exported_cells import PEEPHOLES, PROJECTION
from tests import children
from tests.checkpoints.networks import EXPORTED, NETWORKS, Network
from tests.checkpoints.networks import REFUSED as REFUSED_NETWORKS
from tests.checkpoints.recorded import FORMATS
from tests.checkpoints.writing import bundle
from tests.golden_recordings import Array, Cell, largest_difference

each_exported = pytest.mark.parametrize("network", EXPORTED, ids=[network.name for network in EXPORTED])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, as a user does beside a checkpoint."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows() -> list[dict[str, str]]:
    with open("exported/layers.csv", newline="") as file:
        return list(csv.DictReader(file))


def export(*arguments: str) -> int:
    return main(["export", "model.ckpt", "-o", "exported", *arguments])


@each_exported
def test_the_files_are_those_of_the_recorded_values(folder: Path, network: Network) -> None:
    network.write(folder)
    assert export(*network.arguments) == 0
    assert {path.name: path.read_bytes() for path in folder.glob("exported/*")} == network.files


def run_layer(x: Array, exported: list[dict[str, str]], recorded: list[Cell]) -> list[Array]:
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
def test_what_layers_csv_describes_computes_what_the_network_computed(folder: Path, network: Network) -> None:
    recording = network.recording
    network.write(folder)
    export(*network.arguments)
    names = [row["layer"] for row in rows()]
    assert list(dict.fromkeys(names)) == [f"layer_{k}" for k in range(len(recording.layers))]
    x = recording.x
    for k, layer in enumerate(recording.layers):
        x, *states = run_layer(x, [row for row in rows() if row["layer"] == f"layer_{k}"], layer)
        expected = [state for one in layer for state in (one.final_c, one.final_h)]
        assert largest_difference(states, expected) < 1e-6
    assert largest_difference([x], [recording.outputs]) < 1e-6


TWO_STACKS = "bidirectional_rnn/{0}/multi_rnn_cell (3 -> 5, 5 -> 4)"
KERNELS = (
    "decoder/rnn/lstm_cell/kernel, dense/kernel, encoder/rnn/multi_rnn_cell/cell_0/lstm_cell/kernel, "
    "encoder/rnn/multi_rnn_cell/cell_1/lstm_cell/kernel, rnn/gru_cell/candidate/kernel, rnn/gru_cell/gates/kernel"
)
ITS_KIND = "expected an LSTM cell of TensorFlow 1"
NO_LSTM = "is no LSTM cell for Keras: it"
ITS_SCOPE = "one without lstm in its name needs its whole scope; the checkpoint's kernels:"
REFUSED = {
    "refused_encoder_and_decoder": "2 networks; expected the scope of one, decoder/rnn/lstm_cell (4 -> 4) or "
    "encoder/rnn/multi_rnn_cell (3 -> 5, 5 -> 4); several scopes are one stack",
    "refused_nothing_in_scope": f"no LSTM cell in encode; {ITS_SCOPE} {KERNELS}",
    "refused_two_stacks": f"2 networks; expected the scope of one, {TWO_STACKS.format('bw')} or "
    f"{TWO_STACKS.format('fw')}; several scopes are one stack",
    "refused_other_names": f"no LSTM cell; {ITS_SCOPE} rnn/multi_rnn_cell/cell_0/first/kernel, "
    "rnn/multi_rnn_cell/cell_1/second/kernel",
    "refused_layer_norm": f"rnn/layer_norm_basic_lstm_cell {NO_LSTM} has layer normalisation; {ITS_KIND}",
    "refused_keras": f"lstm {NO_LSTM} is a Keras layer already, so save what its get_weights() gives; {ITS_KIND}",
    "refused_gru": f"no LSTM cell; rnn/gru_cell is a GRU, and no LSTM; {ITS_KIND}",
    "refused_gru_between": "rnn/multi_rnn_cell (3 -> 3, 3 -> 3): layers 0, 2, and between them no LSTM cell; "
    "to leave out what is there, give a scope for each layer",
    "refused_gru_backward": "bidirectional_rnn/fw/lstm_cell: no whole layer; expected one cell, or one under fw "
    "and one under bw",
    "refused_numbered_models": "model_1/lstm_cell has input size 3, where 5 values come in; is this one stack? "
    "give a scope for each layer, from the input up",
    "refused_broken_down": "rnn/lstm_cell/kernel holds NaN or infinity, so the training broke down; take an earlier "
    "checkpoint",
}


EXTRAS = {
    "refused_projection": ("pytorch", ["projection_kernel"]),
    "refused_small_projection": ("pytorch", ["projection_kernel"]),
    "refused_peepholes": ("onnx", ["w_i_diag", "w_f_diag", "w_o_diag"]),
}
"""What TensorFlow 1's export script refused, the layout that takes it, and the columns of its files."""


@pytest.mark.parametrize("name", EXTRAS)
def test_what_keras_has_no_layer_for_goes_to_a_layout_that_has(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    target, columns = EXTRAS[name]
    network = REFUSED_NETWORKS[name]
    network.write(folder)
    assert export(*network.arguments) == 0
    following = capsys.readouterr().err.splitlines()[-1]
    assert following == f"next: csvlstm convert --layers exported/layers.csv --to {target} -o converted"
    (row,) = rows()
    assert [column for column in row if column in (*PEEPHOLES, *PROJECTION)] == columns
    assert main(["convert", "--layers", "exported/layers.csv", "-o", "keras"]) == 2
    assert main([*following.removeprefix("next: csvlstm ").split(), "-q"]) == 0


@pytest.mark.parametrize(("fixture", "columns"), [("tf1_15_projection", PROJECTION), ("tf1_15_peepholes", PEEPHOLES)])
def test_the_files_of_peepholes_and_of_a_projection_hold_their_variables(
    fixture: str, columns: tuple[str, ...], folder: Path
) -> None:
    recorded = FORMATS[fixture]
    recorded.write(folder)
    assert export() == 0
    (row,) = rows()
    for column in columns:
        name = f"rnn/lstm_cell/{column.replace('_kernel', '/kernel')}"
        written = np.loadtxt(f"exported/{row[column]}", delimiter=",", dtype=np.float32)
        assert written.tolist() == recorded.variables[name].tolist()


def test_peepholes_beside_a_projection_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_projection_and_peepholes"].write(folder)
    assert export() == 2
    assert "has peepholes and a projection, and no layout takes both" in capsys.readouterr().err
    assert not (folder / "exported").exists()


def test_all_recorded_networks_are_exported_or_refused() -> None:
    assert REFUSED.keys() | EXTRAS.keys() == REFUSED_NETWORKS.keys()
    assert len(NETWORKS) == len(EXPORTED) + len(REFUSED) + len(EXTRAS)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    network = REFUSED_NETWORKS[name]
    network.write(folder)
    before = sorted(folder.rglob("*"))
    assert export(*network.arguments) == 2
    file = "model.ckpt.index" if name == "refused_broken_down" else "model.ckpt"
    assert capsys.readouterr() == ("", f"csvlstm: {file}: {REFUSED[name]}\n")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["half", "float", "double"])
def test_numbers_of_every_float_type_read_back_exactly(name: str, folder: Path) -> None:
    recorded = FORMATS[{"half": "tf1_15_float16", "float": "tf1_15_single", "double": "tf1_15_float64"}[name]]
    recorded.write(folder)
    assert export() == 0
    for part in ("kernel", "bias"):
        expected = recorded.variables[f"rnn/lstm_cell/{part}"]
        values = np.loadtxt(f"exported/layer_0_{part}.csv", delimiter=",").astype(expected.dtype)
        np.testing.assert_array_equal(values, expected, strict=True)


FORGET_BIASES = {
    "tf0_12_basic_forget_bias": ["0.7"],
    "tf1_1_bidirectional": ["0.7", "0.2"],
    "tf1_15_static_stack": ["0.7", "0.2"],
    "tf1_15_block_cell": ["0.3"],
    "tf1_15_cudnn_compatible": ["0.0"],
}


@pytest.mark.parametrize("name", FORGET_BIASES)
def test_the_forget_bias_comes_from_the_graph_beside_it(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    FORMATS[name].write(folder)
    assert export() == 0
    assert [row["forget_bias"] for row in rows()] == FORGET_BIASES[name]
    said = capsys.readouterr().err
    assert all(f"forget bias {value} (model.ckpt.meta)" in said for value in FORGET_BIASES[name])
    assert "assumed" not in said


def test_a_declared_forget_bias_that_the_graph_contradicts_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FORMATS["tf1_15_basic_forget_bias"].write(folder)
    assert export("--forget-bias", "1") == 2
    assert capsys.readouterr().err == (
        "csvlstm: model.ckpt: the forget bias of rnn/basic_lstm_cell is 0.7 in model.ckpt.meta, and 1.0 was declared; "
        "declare none, and that of the graph is taken\n"
    )
    assert export("--forget-bias", "0.7") == 0


def test_without_a_graph_the_forget_bias_is_declared_or_said_to_be_assumed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FORMATS["tf1_15_v1_stack"].write(folder)
    assert export() == 0
    assert [row["forget_bias"] for row in rows()] == ["1.0", "1.0"]
    said = capsys.readouterr().err
    assert "forget bias: no graph beside the checkpoint tells it, so 1.0" in said
    assert "a recorded run given to csvlstm check shows whether it was another" in said
    assert main(["export", "model.ckpt", "-o", "declared", "--forget-bias", "2.5"]) == 0
    said = capsys.readouterr().err
    assert "forget bias 2.5 (declared)" in said
    assert "assumed" not in said


def renamed(folder: Path) -> None:
    """Write a checkpoint whose variables are called otherwise than in the graph beside it."""
    recorded = FORMATS["tf1_15_basic_forget_bias"]
    recorded.write(folder)
    index, data = bundle({f"average/{name.partition('/')[2]}": one for name, one in recorded.variables.items()})
    (folder / "model.ckpt.index").write_bytes(index)
    (folder / "model.ckpt.data-00000-of-00001").write_bytes(b"".join(data))


def test_no_forget_bias_is_assumed_that_the_graph_contradicts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed(folder)
    assert export() == 2
    assert capsys.readouterr().err == (
        "csvlstm: model.ckpt: model.ckpt.meta does not name average/basic_lstm_cell, and adds forget bias 0.7 to other "
        "cells; expected a declared forget bias\n"
    )
    assert export("--forget-bias", "0.7") == 0


def test_a_frozen_graph_is_said_to_have_no_checksums(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_frozen"].write(folder)
    assert main(["export", "frozen.pb", "-o", "exported"]) == 0
    said = capsys.readouterr().err
    assert "no checksums: a frozen graph has none, so damage to its numbers may go unseen" in said
    assert [row["forget_bias"] for row in rows()] == ["0.7"]


def test_the_summary_names_what_was_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_adam"].write(folder)
    assert export() == 0
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "left out: dense/kernel 4x2, 6 matrices of optimizers and averages",
        "wrote exported/layers.csv and the 4 files that it names",
        "next: csvlstm convert --layers exported/layers.csv -o converted",
    ]


def test_quiet_says_nothing_and_json_prints_the_result(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_bidirectional"].write(folder)
    assert export("-q", "--json") == 0
    said = capsys.readouterr()
    assert said.err == ""
    result: dict[str, Any] = json.loads(said.out)
    assert (result["command"], result["kind"], result["checksums"]) == ("export", "V2 checkpoint", True)
    assert [(cell["layer"], cell["direction"], cell["forget_bias"]) for cell in result["layers"]] == [
        ("layer_0", "forward", 0.7),
        ("layer_0", "backward", 0.2),
    ]
    assert result["layers"][0]["forget_bias_source"] == "model.ckpt.meta"
    assert result["written"][-1] == "exported/layers.csv"


def test_list_prints_all_variables_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_gru_with_meta"].write(folder)
    before = sorted(folder.rglob("*"))
    assert main(["export", "model.ckpt", "--list"]) == 0
    assert capsys.readouterr() == (
        "variable                       shape  type     taken for\n"
        "rnn/gru_cell/candidate/bias    4      float32  GRU, no LSTM\n"
        "rnn/gru_cell/candidate/kernel  7x4    float32  GRU, no LSTM\n"
        "rnn/gru_cell/gates/bias        8      float32  GRU, no LSTM\n"
        "rnn/gru_cell/gates/kernel      7x8    float32  GRU, no LSTM\n",
        "",
    )
    assert main(["export", "model.ckpt", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["variables"]
    assert listed[0] == {
        "name": "rnn/gru_cell/candidate/bias", "shape": [4], "type": "float32", "taken_for": "GRU, no LSTM",
    }  # fmt: skip
    assert sorted(folder.rglob("*")) == before


def test_a_folder_that_holds_anything_is_not_written_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_single"].write(folder)
    (folder / "exported").mkdir()
    assert export() == 0
    (folder / "full").mkdir()
    (folder / "full" / "layer_0_bias.csv").write_text("mine")
    assert main(["export", "model.ckpt", "-o", "full"]) == 2
    assert "full: is not empty, and nothing is overwritten; choose another -o" in capsys.readouterr().err
    assert [path.name for path in (folder / "full").iterdir()] == ["layer_0_bias.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of processes")
def test_a_full_disk_is_refused_and_leaves_nothing_behind(folder: Path) -> None:
    import resource

    FORMATS["tf1_15_single"].write(folder)
    before = sorted(folder.rglob("*"))
    command = [sys.executable, "-m", "csvlstm", "export", "model.ckpt", "-o", "exported"]
    run = children.run([*children.limit(resource.RLIMIT_FSIZE, 1000), *command])
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"csvlstm: exported: cannot be written: file too large; nothing was written\n"
    assert sorted(folder.rglob("*")) == before


def test_a_damaged_meta_is_named_and_may_be_moved_away(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORMATS["tf1_15_single"].write(folder)
    (folder / "model.ckpt.meta").write_bytes(b"\xff\xff\xff\xff, cut off")
    assert export() == 2
    assert capsys.readouterr().err == (
        "csvlstm: model.ckpt.meta: is no graph of TensorFlow, or damaged; copy it again from where it was saved; a "
        ".meta may also be moved away, and the forget bias declared\n"
    )
    (folder / "model.ckpt.meta").unlink()
    assert export() == 0


def test_damage_in_the_last_cell_leaves_nothing_behind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = FORMATS["tf1_15_v2_stack"]
    recorded.write(folder)
    data = bytearray(recorded.files["model.ckpt.data-00000-of-00001"])
    data[-1] ^= 1
    (folder / "model.ckpt.data-00000-of-00001").write_bytes(data)
    before = sorted(folder.rglob("*"))
    assert export() == 2
    assert "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel: the checksum does not match" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


COMMANDS = (
    "convert model.ckpt -o out",
    "inspect model.ckpt.index",
    "inspect .",
    "check model.ckpt.meta bias.csv out",
    "audit model.ckpt",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_other_commands_say_what_to_do_with_a_checkpoint(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    FORMATS["tf1_15_single"].write(folder)
    given = command.split()
    assert main(given) == 2
    assert capsys.readouterr().err == (
        f"csvlstm: {given[1]}: is a TensorFlow checkpoint, and no CSV; csvlstm export {given[1]} -o exported makes "
        "CSVs of its LSTM layers\n"
    )


def test_help_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    shown = capsys.readouterr().out
    for word in (
        "--scope",
        "--forget-bias",
        "--list",
        "layers.csv",
        "MultiRNNCell",
        "CudnnLSTM",
        "csvlstm convert --layers",
    ):
        assert word in shown
