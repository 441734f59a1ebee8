"""Whole networks on the command line: one table in, one folder out, and every cell of it checked."""

import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csvlstm import read_weights
from csvlstm.commands.cli import main
from csvlstm.errors import CsvLstmError
from csvlstm.reading.tables import WeightSet
from csvlstm.verdict.behaviour import Run, run_export
from tests import children
from tests.commands.test_cli import assert_refused, csvlstm
from tests.exports import turned_round
from tests.faults import SURVIVED, end, is_python_starting
from tests.golden_recordings import NETWORKS, Recording, each, recording_named
from tests.seeds import seeds

SUNSPOTS = Path(__file__).parent.parent.parent / "sample_data" / "sunspots"
LAYERS = SUNSPOTS / "layers.csv"
RECORDED = ["--recorded-inputs", str(SUNSPOTS / "inputs.csv"), "--recorded-outputs", str(SUNSPOTS / "cell_1_h.csv")]
FILES = [f"cell_{k}/{part}.csv" for k in (0, 1) for part in ("kernel", "recurrent_kernel", "bias")]
BIDIRECTIONAL = recording_named("bidirectional_stack_LSTMBlockCell_D4_H3_H5_forget2.5_zero_state")
FROM_ZERO = [recording for recording in NETWORKS if recording.name.endswith("zero_state")]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def keras(tmp_path: Path) -> Path:
    assert main(["convert", "--layers", str(LAYERS), "-q", "-o", str(tmp_path / "keras")]) == 0
    return tmp_path / "keras"


def check(*arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
    return csvlstm("check", "--layers", LAYERS, *arguments)


def test_the_sample_is_one_command(tmp_path: Path) -> None:
    run = csvlstm("convert", "--layers", LAYERS, "-o", tmp_path / "keras")
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr.decode().splitlines() == [
        "identical: 0 of 340 cells differ in 24 blocks of 2 LSTM cells, forget bias 1.0 added to 9 of them",
        "behaviour: both cells agree to rounding over 20 steps of each of 2 LSTM cells",
        f"wrote {tmp_path}/keras/weights.csv and the 6 files that it lists",
        "Keras: layer.set_weights of the arrays kernel, recurrent_kernel and bias; "
        f"csvlstm.read_weights('{tmp_path}/keras') gives them",
    ]
    assert os.listdir(tmp_path) == ["keras"]
    assert sorted(files_below(tmp_path / "keras")) == sorted([*FILES, "weights.csv"])


@pytest.mark.parametrize(("cell", "sizes"), [(0, (3, 5)), (1, (5, 4))])
def test_each_layer_is_what_it_is_alone(keras: Path, tmp_path: Path, cell: int, sizes: tuple[int, int]) -> None:
    alone = [str(SUNSPOTS / f"cell_{cell}_{part}.csv") for part in ("kernel", "bias")]
    declared = [f"--input-size={sizes[0]}", f"--hidden-size={sizes[1]}"]
    assert main(["convert", *alone, *declared, "-q", "-o", str(tmp_path / "alone")]) == 0
    assert files_below(tmp_path / "alone") == files_below(keras / f"cell_{cell}")


def test_the_manifest_lists_each_file_with_its_shape_its_source_and_both_digests(keras: Path) -> None:
    with (keras / "weights.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == FILES
    for row in rows:
        assert row["sha256"] == hashlib.sha256((keras / row["file"]).read_bytes()).hexdigest()
        assert row["source_sha256"] == hashlib.sha256((SUNSPOTS / row["source"]).read_bytes()).hexdigest()
        shape = np.loadtxt(keras / row["file"], delimiter=",", ndmin=2).shape
        assert shape == (int(row["rows"]), int(row["columns"]))
        assert (f"{row['layer']}/{row['part']}.csv", row["direction"]) == (row["file"], "")
        assert ("bias" if row["part"] == "bias" else "kernel") in row["source"]


def test_a_bidirectional_network_lies_in_a_folder_for_each_direction(tmp_path: Path) -> None:
    layers = BIDIRECTIONAL.write_layers(tmp_path)
    run = csvlstm("convert", "--layers", layers, "--json", "-q", "-o", tmp_path / "keras")
    result = json.loads(run.stdout)
    cells = [(layer["layer"], layer["direction"], layer["forget_bias"]) for layer in result["layers"]]
    assert cells == [(f"layer_{k}", way, 2.5) for k in (0, 1) for way in ("forward", "backward")]
    assert {len(layer["blocks"]) for layer in result["layers"]} == {12}
    assert (tmp_path / "keras" / "layer_1" / "backward" / "bias.csv").exists()
    assert len(read_weights(tmp_path / "keras")) == 12
    with (tmp_path / "keras" / "weights.csv").open(newline="") as file:
        assert [row["direction"] for row in csv.DictReader(file)][::3] == ["forward", "backward"] * 2


def test_the_table_may_come_through_standard_input(tmp_path: Path) -> None:
    run = csvlstm("convert", "--layers", "-", "-q", "-o", tmp_path / "out", cwd=SUNSPOTS, stdin=LAYERS.read_bytes())
    assert (run.returncode, run.stderr) == (0, b"")
    assert len(read_weights(tmp_path / "out")) == 6


def test_independent_rows_are_separate_cells(tmp_path: Path) -> None:
    rows = LAYERS.read_text().splitlines()
    layers = SUNSPOTS / "layers.csv"
    exchanged = "\n".join([rows[0], rows[2], rows[1]]).encode()
    assert_refused(
        csvlstm("convert", "--layers", "-", "-o", tmp_path / "out", cwd=SUNSPOTS, stdin=exchanged),
        "standard input: line 3, column 4 (D3): input_size 3 of layer 'cell_0' does not continue layer 'cell_1'",
    )
    run = csvlstm("convert", "--layers", "-", "--independent", "-o", tmp_path / "out", cwd=SUNSPOTS, stdin=exchanged)
    assert run.returncode == 0
    assert csvlstm("check", "--layers", layers, "--independent", tmp_path / "out", "-q").returncode == 1
    run = csvlstm("check", "--layers", "-", "--independent", tmp_path / "out", "-q", cwd=SUNSPOTS, stdin=exchanged)
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x", "--input-size", "3"], "argument --input-size: goes with KERNEL and BIAS, not with --layers"),
        (
            ["-o", "x", "k.csv", "b.csv"],
            "k.csv b.csv are given, too; expected the files of all cells",
        ),
        (["--stdout", "kernel"], "--stdout prints one file, and --layers makes many; expected -o DIR"),
        (["-o", ""], "-o is empty"),
        (["--layers", "", "-o", "x"], "a path is empty; expected the name of a file"),
    ],
)
def test_what_does_not_go_with_a_table_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert_refused(csvlstm("convert", "--layers", LAYERS, *arguments, cwd=tmp_path), message)
    assert os.listdir(tmp_path) == []


def test_independent_without_a_table_is_refused(tmp_path: Path) -> None:
    files = SUNSPOTS / "cell_0_kernel.csv", SUNSPOTS / "cell_0_bias.csv", "--input-size", "3", "--hidden-size", "5"
    run = csvlstm("convert", *files, "--independent", "-o", tmp_path / "out")
    assert_refused(run, "--independent speaks of the rows of a table; expected --layers beside it")


def copied(folder: Path) -> Path:
    """Copy the sample, so that a test can break it."""
    shutil.copytree(SUNSPOTS, folder / "sample")
    return folder / "sample"


def test_a_bad_cell_in_the_last_layer_leaves_nothing(tmp_path: Path) -> None:
    sample = copied(tmp_path)
    kernel = sample / "cell_1_kernel.csv"
    kernel.write_text(kernel.read_text().replace(",", ",x", 1))
    run = csvlstm("convert", "--layers", sample / "layers.csv", "-o", tmp_path / "out")
    assert_refused(run, "cell_1_kernel.csv: line 1, column 2 (B1): 'x")
    assert os.listdir(tmp_path) == ["sample"]


def test_wrong_sizes_name_the_row_that_declares_them(tmp_path: Path) -> None:
    sample = copied(tmp_path)
    (sample / "layers.csv").write_text(LAYERS.read_text().replace("5,4\n", "5,3\n"))
    run = csvlstm("convert", "--layers", sample / "layers.csv", "-o", tmp_path / "out")
    assert_refused(run, "so hidden_size 4; the kernel's 9 rows then leave input_size 5; see ")
    assert run.stderr.endswith(b"sample/layers.csv: line 3\n")
    assert os.listdir(tmp_path) == ["sample"]


def test_a_network_that_is_not_equivalent_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("csvlstm.commands.convert.convert_text", turned_round)
    assert main(["convert", "--layers", str(LAYERS), "-o", str(tmp_path / "keras")]) == 1
    assert os.listdir(tmp_path) == []
    assert "cell_1/bias.csv" in capsys.readouterr().err


class TestFolders:
    """What a network may take the place of: nothing, an empty folder, or an earlier network where --force is given."""

    def convert(
        self, folder: Path | str, *arguments: str, cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        return csvlstm("convert", "--layers", LAYERS, "-q", "-o", folder, *arguments, cwd=cwd)

    def test_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        (tmp_path / "keras").mkdir(mode=0o750)
        assert self.convert(tmp_path / "keras").returncode == 0
        assert (tmp_path / "keras").stat().st_mode & 0o777 == 0o750

    def test_a_network_stays_without_force_and_goes_as_a_whole_with_it(self, keras: Path, tmp_path: Path) -> None:
        before = files_below(keras)
        other = self.convert(keras, "--forget-bias", "2")
        assert_refused(other, "is not empty; expected a new or empty folder; choose another -o, or let")
        assert files_below(keras) == before
        assert self.convert(keras, "--force", "--forget-bias", "2").returncode == 0
        assert files_below(keras)["cell_0/bias.csv"] != before["cell_0/bias.csv"]
        assert os.listdir(tmp_path) == ["keras"]

    def test_the_same_network_is_there_already(self, keras: Path) -> None:
        before = {path: os.stat(keras / path).st_mtime_ns for path in files_below(keras)}
        again = self.convert(keras)
        assert (again.returncode, again.stdout) == (0, b"")
        assert {path: os.stat(keras / path).st_mtime_ns for path in files_below(keras)} == before
        (keras / "cell_1" / "notes.txt").write_text("mine")
        assert_refused(self.convert(keras), "is not empty")

    @pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
    @pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep"])
    def test_what_file_managers_and_git_leave_is_in_nobodys_way_and_stays(
        self, tmp_path: Path, name: str, force: list[str]
    ) -> None:
        folder = tmp_path / "new"
        folder.mkdir()
        (folder / name).write_text("theirs")
        assert self.convert(folder, *force).returncode == 0
        assert sorted(os.listdir(folder)) == sorted([name, "cell_0", "cell_1", "weights.csv"])
        assert (folder / name).read_text() == "theirs"
        assert self.convert(folder).returncode == 0
        assert self.convert(folder, "--force", "--forget-bias", "2").returncode == 0
        assert (folder / name).read_text() == "theirs"

    def test_layers_of_the_earlier_network_do_not_stay(self, keras: Path, tmp_path: Path) -> None:
        layers = BIDIRECTIONAL.write_layers(tmp_path)
        assert csvlstm("convert", "--layers", layers, "--force", "-q", "-o", keras).returncode == 0
        assert sorted(os.listdir(keras)) == ["layer_0", "layer_1", "weights.csv"]

    @pytest.mark.parametrize("name", ["notes.txt", "cell_0/notes.txt"])
    def test_what_is_no_part_of_a_network_is_never_lost(self, keras: Path, name: str) -> None:
        (keras / name).write_text("mine")
        before = files_below(keras)
        assert_refused(
            self.convert(keras, "--force"), f"{name}: is no part of a converted network, so --force does not"
        )
        assert files_below(keras) == before

    def test_links_and_empty_folders_are_never_lost(self, keras: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (keras / "link").symlink_to(tmp_path / "elsewhere")
        assert_refused(self.convert(keras, "--force"), "link: is no part of a converted network")
        (keras / "link").unlink()
        (keras / "notes").mkdir()
        assert_refused(self.convert(keras, "--force"), "notes: is no part of a converted network")
        assert (keras / "notes").is_dir()

    def test_what_comes_into_the_folder_meanwhile_is_never_lost(
        self, keras: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def write_beside(entries: object, delimiter: str) -> bytes:
            (keras / "notes.txt").write_text("mine")
            return b"file\n"

        monkeypatch.setattr("csvlstm.commands.convert.write_manifest", write_beside)
        assert main(["convert", "--layers", str(LAYERS), "--force", "-o", str(keras)]) == 2
        assert "notes.txt: is no part of a converted network" in capsys.readouterr().err
        assert (keras / "notes.txt").read_text() == "mine"
        assert os.listdir(keras.parent) == ["keras"]

    def test_a_folder_that_comes_between_the_renames_is_said_with_the_way_to_the_old_one(
        self, keras: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before, rename = files_below(keras), os.rename

        def overtaken(source: str, target: str) -> None:
            if source.endswith(".partial"):
                keras.mkdir()
                (keras / "notes.txt").write_text("another's")
            rename(source, target)

        monkeypatch.setattr(os, "rename", overtaken)
        assert main(["convert", "--layers", str(LAYERS), "--force", "-o", str(keras)]) == 2
        said = capsys.readouterr().err
        assert "another folder came into its place in the meantime; the earlier network is now " in said
        assert files_below(Path(said.strip().rpartition(" ")[2])) == before

    def test_a_replaced_folder_keeps_its_permissions(self, keras: Path) -> None:
        keras.chmod(0o750)
        assert self.convert(keras, "--force").returncode == 0
        assert keras.stat().st_mode & 0o777 == 0o750

    def test_a_folder_without_a_network_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("mine")
        assert_refused(self.convert(tmp_path, "--force"), "notes.txt: is no part of a converted network")

    def test_an_input_is_never_replaced(self, keras: Path, tmp_path: Path) -> None:
        # The bias of a converted set has the shape of an export's, and may be given as one.
        row = f"a,{SUNSPOTS}/cell_0_kernel.csv,keras/cell_0/bias.csv,3,5\n"
        (tmp_path / "layers.csv").write_text("layer,kernel,bias,input_size,hidden_size\n" + row)
        run = csvlstm("convert", "--layers", tmp_path / "layers.csv", "--force", "-o", keras)
        assert_refused(run, "cell_0/bias.csv: is an input, and no input is overwritten")

    def test_the_working_directory_cannot_be_replaced(self, tmp_path: Path) -> None:
        assert_refused(self.convert(".", cwd=tmp_path), ".: is a folder that no other can take the place of")

    def test_a_missing_parent_is_refused(self, tmp_path: Path) -> None:
        assert_refused(self.convert(tmp_path / "no" / "keras"), "no: no such folder; make it first")

    def test_a_second_rename_that_fails_puts_the_old_network_back(
        self, keras: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before, rename = files_below(keras), os.rename

        def refusing(source: str, target: str) -> None:
            if source.endswith(".partial"):
                raise OSError(28, "No space left on device")
            rename(source, target)

        monkeypatch.setattr(os, "rename", refusing)
        assert main(["convert", "--layers", str(LAYERS), "--force", "-o", str(keras)]) == 2
        assert "cannot be written: no space left on device" in capsys.readouterr().err
        assert files_below(keras) == before
        assert os.listdir(keras.parent) == ["keras"]


def test_check_has_a_row_for_each_block_of_each_cell(keras: Path) -> None:
    run = check(keras, "--csv", "-q")
    rows = list(csv.DictReader(run.stdout.decode().splitlines()))
    assert [(row["layer"], row["verdict"]) for row in rows] == [(f"cell_{k // 12}", "identical") for k in range(24)]
    assert check(keras).stdout.decode().splitlines()[0].startswith("layer   part ")


def many_layers(folder: Path, count: int) -> tuple[Path, Path]:
    """Write a table of so many cells, whose files have a header row and few decimals, and convert them."""
    kernel, bias = (pd.read_csv(SUNSPOTS / f"cell_0_{part}.csv", header=None) for part in ("kernel", "bias"))
    table = folder / "layers.csv"
    rows = [f"cell_{number},kernel_{number}.csv,bias_{number}.csv,3,5" for number in range(count)]
    for number in range(count):
        (kernel + number / 8).round(3).to_csv(folder / f"kernel_{number}.csv", index=False)
        (bias + number / 64).to_csv(folder / f"bias_{number}.csv", index=False)
    table.write_text("\n".join(["layer,kernel,bias,input_size,hidden_size", *rows]) + "\n")
    arguments = ["convert", "--layers", str(table), "--independent", "-o", str(folder / "keras"), "-q"]
    assert main(arguments) == 0
    return table, folder / "keras"


def test_a_network_of_many_layers_is_told_in_a_line_a_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, keras = many_layers(tmp_path, 7)
    (keras / "cell_3" / "bias.csv").write_bytes((tmp_path / "bias_3.csv").read_bytes())
    capsys.readouterr()
    arguments = ["check", "--layers", str(table), "--independent", str(keras)]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert re.findall(r"^(cell_\d) +(\w+) +(\w?) .* (\w+)$", out, re.MULTILINE) == [
        *((f"cell_{number}", "all", "", "identical") for number in range(3)),
        *(("cell_3", "bias", gate, "different") for gate in "fc"),
        *((f"cell_{number}", "all", "", "identical") for number in range(4, 7)),
    ]
    assert "recognised 14 files: header row\n" in out
    assert (err.count("warning"), err.count("6 other files are like this one")) == (1, 1)
    assert main([*arguments, "--verbose"]) == 1
    out, err = capsys.readouterr()
    assert len(re.findall(r"^cell_\d ", out, re.MULTILINE)) == 7 * 12
    assert (out.count("recognised"), err.count("warning")) == (14, 7)


def test_check_names_the_layer_of_a_mistake(keras: Path) -> None:
    shutil.copy(SUNSPOTS / "cell_1_bias.csv", keras / "cell_1" / "bias.csv")
    os.unlink(keras / "weights.csv")
    run = check(keras, "--json")
    result = json.loads(run.stdout)
    assert (run.returncode, [layer["verdict"] for layer in result["layers"]]) == (1, ["identical", "different"])
    assert "mistake layer cell_1: in bias.csv, the forget bias is missing and" in run.stderr.decode()


def test_layers_in_each_others_place_are_seen(tmp_path: Path) -> None:
    layers = recording_named("BasicLSTMCell_D6_H6_forget0").write_layers(tmp_path)
    other = recording_named("LSTMCell_D6_H6_forget1").write_layers(tmp_path_below(tmp_path))
    assert csvlstm("convert", "--layers", other, "-q", "-o", tmp_path / "keras").returncode == 0
    run = csvlstm("check", "--layers", layers, tmp_path / "keras")
    assert (run.returncode, b"is it the file of another layer?" in run.stdout) == (1, True)


def tmp_path_below(folder: Path) -> Path:
    (folder / "other").mkdir()
    return folder / "other"


class TestManifest:
    """What is loaded is what was converted: read_weights and check hold a network against its weights.csv."""

    def rewrite(self, keras: Path, change: Callable[[list[str]], list[str]]) -> None:
        head, *rows = (keras / "weights.csv").read_text().splitlines()
        (keras / "weights.csv").write_text("\n".join([head, *change(rows)]) + "\n")

    def refused(self, keras: Path) -> str:
        with pytest.raises(CsvLstmError) as error:
            read_weights(keras)
        return str(error.value)

    def test_an_edited_file_is_refused_and_checked(self, keras: Path) -> None:
        kernel = keras / "cell_1" / "kernel.csv"
        kernel.write_bytes(kernel.read_bytes().replace(b"\n", b"\r\n"))
        assert "weights.csv: line 5, column 9 (I5): cell_1/kernel.csv is gone, or not the file that was" in (
            self.refused(keras)
        )
        run = check(keras)
        assert run.returncode == 1
        message = (
            "mistake in weights.csv, cell_1/kernel.csv has not the SHA-256 of line 5: read_weights would refuse it"
        )
        assert message in run.stdout.decode()

    def test_another_order_is_seen_by_check(self, keras: Path) -> None:
        self.rewrite(keras, lambda rows: rows[3:] + rows[:3])
        assert read_weights(keras)[0].shape == (5, 16)
        run = check(keras)
        assert (run.returncode, b"the files are not listed as the layers say" in run.stdout) == (1, True)

    def test_parts_in_another_order_are_refused(self, keras: Path) -> None:
        self.rewrite(keras, lambda rows: [rows[1], rows[0], *rows[2:]])
        assert "line 2, column 1 (A2): 'cell_0/recurrent_kernel.csv' is out of order" in self.refused(keras)
        assert_refused(check(keras), "is out of order; expected LAYER/kernel.csv, recurrent_kernel.csv, bias.csv")

    def test_a_wrong_layer_in_a_row_is_seen_by_check(self, keras: Path) -> None:
        self.rewrite(keras, lambda rows: [row.replace(",cell_1,", ",cell_0,") for row in rows])
        run = check(keras)
        message = "mistake in weights.csv, line 5 says that cell_1/kernel.csv is kernel of layer cell_0"
        assert (run.returncode, message in run.stdout.decode()) == (1, True)

    def test_a_single_layer_is_not_put_beside_a_network(self, keras: Path) -> None:
        files = SUNSPOTS / "cell_0_kernel.csv", SUNSPOTS / "cell_0_bias.csv", "--input-size", "3", "--hidden-size", "5"
        run = csvlstm("convert", *files, "--force", "-o", keras)
        assert_refused(run, "keras: holds a converted network, and a layer beside it would be taken for a part of it")

    def test_a_layer_may_be_named_as_a_file_of_a_layer(self, tmp_path: Path) -> None:
        table = (
            LAYERS.read_text()
            .replace("cell_0,", "kernel.csv,", 1)
            .replace("cell_0_kernel.csv", f"{SUNSPOTS}/cell_0_kernel.csv")
        )
        (copied(tmp_path) / "layers.csv").write_text(table)
        run = csvlstm("convert", "--layers", tmp_path / "sample" / "layers.csv", "-q", "-o", tmp_path / "keras")
        assert (run.returncode, len(read_weights(tmp_path / "keras"))) == (0, 6)

    def test_a_cut_list_is_refused(self, keras: Path) -> None:
        self.rewrite(keras, lambda rows: rows[:-1])
        assert "line 6, column 1 (A6): ends in the middle of a layer" in self.refused(keras)

    def test_a_name_that_csvlstm_does_not_write_is_refused(self, keras: Path) -> None:
        self.rewrite(keras, lambda rows: [row.replace("cell_0/", "cell_0//") for row in rows])
        assert "line 2, column 1 (A2): 'cell_0//kernel.csv' is out of order" in self.refused(keras)

    @pytest.mark.parametrize("folder", ["..", "/etc", "cell_0/../..", ""])
    def test_what_leads_out_of_the_folder_is_refused(self, keras: Path, folder: str) -> None:
        self.rewrite(keras, lambda rows: [row.replace("cell_0/", f"{folder}/") for row in rows])
        assert "is out of order" in self.refused(keras)

    def test_a_file_that_is_gone_is_refused(self, keras: Path) -> None:
        (keras / "cell_0" / "bias.csv").unlink()
        assert "cell_0/bias.csv is gone, or not the file that was converted" in self.refused(keras)

    def test_a_network_and_a_layer_in_one_folder_are_refused(self, keras: Path) -> None:
        shutil.copy(keras / "cell_0" / "kernel.csv", keras)
        assert "holds a network (weights.csv) and a layer (kernel.csv)" in self.refused(keras)


class TestRecordedRun:
    """A recorded run goes through the whole network."""

    def test_that_of_the_sample_passes(self, keras: Path) -> None:
        run = check(keras, *RECORDED, "--json")
        result = json.loads(run.stdout)["recorded_run"]
        assert (run.returncode, result["agrees"], result["steps"]) == (0, True, 297)
        assert result["steps_shown"] == 297

    def test_a_wrong_forget_bias_is_named(self, keras: Path) -> None:
        csvlstm("convert", "--layers", LAYERS, "--forget-bias", "0", "--force", "-q", "-o", keras)
        run = check(keras, *RECORDED, "--forget-bias", "0")
        assert run.returncode == 1
        assert run.stdout.decode().splitlines()[-1] == (
            "recorded run: it contradicts what was declared (forget bias 0.0, recurrent_activation sigmoid, "
            "activation tanh) and fits forget bias 1.0"
        )

    @each(FROM_ZERO)
    def test_what_tensorflow_recorded_passes_and_other_weights_do_not(
        self, recording: Recording, tmp_path: Path
    ) -> None:
        layers = recording.write_layers(tmp_path)
        assert main(["convert", "--layers", str(layers), "-q", "-o", str(tmp_path / "keras")]) == 0
        np.savetxt(tmp_path / "x.csv", recording.x[0], delimiter=",")
        np.savetxt(tmp_path / "y.csv", recording.outputs[0], delimiter=",")
        run = ["--recorded-inputs", str(tmp_path / "x.csv"), "--recorded-outputs", str(tmp_path / "y.csv")]
        checked = csvlstm("check", "--layers", layers, tmp_path / "keras", *run, "--json")
        result = json.loads(checked.stdout)["recorded_run"]
        assert (checked.returncode, result["agrees"], result["steps_shown"]) == (0, True, 12)
        first = tmp_path / f"layer_0{'forward' * (len(recording.layers[0]) > 1)}_bias.csv"
        np.savetxt(first, np.loadtxt(first) + 0.01)
        assert csvlstm("check", "--layers", layers, tmp_path / "keras", *run, "-q").returncode == 1

    def test_the_outputs_are_those_of_both_directions(self, tmp_path: Path) -> None:
        layers = BIDIRECTIONAL.write_layers(tmp_path)
        assert main(["convert", "--layers", str(layers), "-q", "-o", str(tmp_path / "keras")]) == 0
        np.savetxt(tmp_path / "x.csv", BIDIRECTIONAL.x[0], delimiter=",")
        np.savetxt(tmp_path / "y.csv", BIDIRECTIONAL.outputs[0][:, :5], delimiter=",")
        run = ["--recorded-inputs", str(tmp_path / "x.csv"), "--recorded-outputs", str(tmp_path / "y.csv")]
        assert_refused(
            csvlstm("check", "--layers", layers, tmp_path / "keras", *run),
            "y.csv: 5 cells in a row; expected 10, the hidden sizes of both directions, with one row a step",
        )

    @pytest.mark.parametrize("empty", [["", "x.csv"], ["x.csv", ""], ["", ""]])
    def test_an_empty_path_is_not_taken_for_no_recorded_run(self, keras: Path, empty: list[str]) -> None:
        run = check(keras, "--recorded-inputs", empty[0], "--recorded-outputs", empty[1])
        assert run.returncode == 2

    def test_it_does_not_go_through_separate_cells(self, keras: Path) -> None:
        assert_refused(check(keras, *RECORDED, "--independent"), "a recorded run goes through a stack")


def test_each_layer_is_checked_on_what_the_layer_before_gives_it(keras: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, a layer gets random inputs of -1 to 1; in the stack, it gets the outputs of the one before."""
    given, gave = [], []

    def watched(export: WeightSet, forget_bias: float, seed: int, x: np.ndarray | None = None) -> Run:
        run = run_export(export, forget_bias, seed, x)
        given.append(x)
        gave.append(run.outputs)
        return run

    monkeypatch.setattr("csvlstm.commands.check.run_export", watched)
    assert main(["check", "--layers", str(LAYERS), str(keras), "-q"]) == 0
    first, second = given
    assert first is None
    assert second is not None
    assert np.array_equal(second, gave[0])
    assert main(["check", "--layers", str(LAYERS), str(keras), "-q", "--independent"]) == 0
    assert given[2:] == [None, None]


def test_a_progress_bar_shows_on_a_terminal_only(tmp_path: Path) -> None:
    script = (
        "import sys, csvlstm.progress as p, csvlstm.commands.cli as c; "
        "p._SECONDS_WITHOUT = 0; sys.exit(c.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "convert", "--layers", str(LAYERS)]
    ours, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    children.run([*command, "-o", str(tmp_path / "a")], stderr=terminal, check=True)
    assert re.match(rb"\r +0%\|.*/304 .* weights/s\]\r +\ridentical: 0 of 340", os.read(ours, 1 << 16))
    children.run([*command, "-q", "-o", str(tmp_path / "b")], stderr=terminal, check=True)
    os.close(terminal)
    with pytest.raises(OSError, match="Input/output error"):
        os.read(ours, 1)
    piped = csvlstm("convert", "--layers", LAYERS, "-o", tmp_path / "c")
    assert b"\r" not in piped.stderr


class TestAudit:
    """The audit of a network has the rows of all its cells."""

    def test_each_cell_has_its_twelve_rows(self, tmp_path: Path) -> None:
        layers = BIDIRECTIONAL.write_layers(tmp_path)
        assert main(["convert", "--layers", str(layers), "-q", "-o", str(tmp_path / "keras")]) == 0
        run = csvlstm("audit", "--layers", layers, tmp_path / "keras", "-o", tmp_path / "audit.csv", "--json", "-q")
        with (tmp_path / "audit.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        cells = [(f"layer_{k}", way) for k in (0, 1) for way in ("forward", "backward")]
        assert [(row["layer"], row["direction"]) for row in rows] == [cell for cell in cells for _ in range(12)]
        assert {row["verdict"] for row in rows} == {"identical"}
        assert [layer["direction"] for layer in json.loads(run.stdout)["layers"]] == ["forward", "backward"] * 2

    def test_one_tampered_layer_fails_it_and_the_file_is_written(self, keras: Path, tmp_path: Path) -> None:
        shutil.copy(SUNSPOTS / "cell_1_bias.csv", keras / "cell_1" / "bias.csv")
        run = csvlstm("audit", "--layers", LAYERS, keras, "-o", tmp_path / "audit.xlsx")
        assert (run.returncode, (tmp_path / "audit.xlsx").exists()) == (1, True)
        assert b"different: 4 of 4 cells of bias, gate f" in run.stderr

    def test_an_input_of_any_layer_is_never_overwritten(self, tmp_path: Path) -> None:
        sample = copied(tmp_path)
        layers = sample / "layers.csv"
        assert main(["convert", "--layers", str(layers), "-q", "-o", str(tmp_path / "keras")]) == 0
        for name in ("cell_1_bias.csv", "layers.csv"):
            run = csvlstm("audit", "--layers", layers, tmp_path / "keras", "--force", "-o", sample / name)
            assert_refused(run, f"{name}: is an input, and no input is overwritten")


@pytest.fixture(scope="module")
def duration(tmp_path_factory: pytest.TempPathFactory) -> float:
    """The seconds that a conversion of the sample takes."""
    start = time.perf_counter()
    assert csvlstm("convert", "--layers", LAYERS, "-q", "-o", tmp_path_factory.mktemp("timed") / "o").returncode == 0
    return time.perf_counter() - start


class TestSignals:
    """A network appears as a whole or not at all, whenever a signal comes."""

    @seeds(few=6, many=60)
    def test_at_a_random_moment(self, tmp_path: Path, duration: float, seed: int) -> None:
        draw = random.Random(seed)
        number = draw.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
        out = tmp_path / "out"
        states = []
        if seed % 2:
            assert main(["convert", "--layers", str(LAYERS), "-q", "--forget-bias", "2", "-o", str(out)]) == 0
            states.append(files_below(out))
        command = [sys.executable, "-m", "csvlstm", "convert", "--layers", str(LAYERS), "-q", "--force", "-o", str(out)]
        run = children.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(draw.uniform(0.04, 1.1 * duration))
        run.send_signal(number)
        ended = end(run)
        if is_python_starting(ended.stderr):
            assert number == signal.SIGINT
        else:
            assert ended[1:] == (b"", "")
            assert ended.code in (0, -number, 128 + number)
        now = files_below(out) if out.exists() else None
        assert main(["convert", "--layers", str(LAYERS), "-q", "--force", "-o", str(out)]) == 0
        assert now in [files_below(out), *states, *[None] * (not states or number == signal.SIGKILL)]
        left = {path.name for path in tmp_path.iterdir()} - {"out"}
        assert not left or number == signal.SIGKILL
        SURVIVED[f"{signal.Signals(number).name} in a network"] += 1


def test_audit_judges_the_list_of_files_as_check_does(keras: Path, tmp_path: Path) -> None:
    kernel = keras / "cell_1" / "kernel.csv"
    kernel.write_bytes(kernel.read_bytes().replace(b"\n", b"\r\n"))
    run = csvlstm("audit", "--layers", LAYERS, keras, "-o", tmp_path / "audit.csv", "--json")
    result = json.loads(run.stdout)
    assert (run.returncode, result["verdict"], result["equivalent"]) == (1, "identical", False)
    assert result["findings"][0]["alternatives"][0][0]["kind"] == "listed_sha256"
    assert b"mistake in weights.csv, cell_1/kernel.csv has not the SHA-256 of line 5" in run.stderr
    assert (tmp_path / "audit.csv").exists()
