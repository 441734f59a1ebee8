"""`csvlstm layers`: files that belong together become the table that convert takes, whatever their names are."""

import csv
import json
import os
import random
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

import csvlstm
from csvlstm import CsvLstmError, read_weights
from csvlstm.commands.cli import main
from csvlstm.commands.pairing import Pairing, pair_files
from tests.golden_recordings import NETWORKS, STACKS, Recording, each
from tests.seeds import SEED, some_of

SUNSPOTS = Path(__file__).parents[2] / "sample_data" / "sunspots"
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"]

Naming = Callable[[int, str, str], str]
"""From the number of a layer, its direction (fw, bw or nothing) and the part to the name of a file."""

NAMINGS: dict[str, Naming] = {
    "cells": lambda k, way, part: f"cell_{k}{way and f'_{way}'}_{part}.csv",
    "variables": lambda k, way, part: f"rnn_multi_rnn_cell_cell_{k}{way and f'_{way}'}_lstm_cell_{part}.csv",
    "part first": lambda k, way, part: f"{part}_{way}{k}.csv" if not way else f"{part}-{way}-{k}.csv",
    "letters": lambda k, way, part: f"lstm{k + 1}_{way and f'{way}_'}{'W' if part == 'kernel' else 'b'}.csv",
    "short": lambda k, way, part: f"{part[0] if part == 'bias' else 'w'}{k}{way and f'_{way}'}.csv",
    "points": lambda k, way, part: f"layer{k}.{way and f'{way}.'}{part}.txt",
    "folders": lambda k, way, part: f"net/Cell-{k:03d}{way and f'-{way}'}-{part}s.csv".replace(
        "kernels", "weights"
    ).replace("biass", "biases"),
}


def write_files(recording: Recording, folder: Path, naming: Naming) -> list[str]:
    """Write the cells of a recording under other names, and give the paths in another order."""
    paths = []
    for k, layer in enumerate(recording.layers):
        for cell, way in zip(layer, ("fw", "bw") if len(layer) == 2 else ("",), strict=True):
            for part, array in (("kernel", cell.kernel), ("bias", cell.bias)):
                path = folder / naming(k, way, part)
                path.parent.mkdir(exist_ok=True)
                np.savetxt(path, array, delimiter=",")
                paths.append(str(path))
    random.Random(SEED).shuffle(paths)
    return paths


@each(NETWORKS)
@some_of("naming", list(NAMINGS), few=2)
def test_the_table_is_that_of_the_network(recording: Recording, naming: str, tmp_path: Path) -> None:
    (tmp_path / "true").mkdir()
    assert (
        main(["convert", "--layers", str(recording.write_layers(tmp_path / "true")), "-q", "-o", str(tmp_path / "a")])
        == 0
    )
    table = str(tmp_path / "layers.csv")
    assert main(["layers", *write_files(recording, tmp_path, NAMINGS[naming]), "-q", "-o", table]) == 0
    forget_bias = f"--forget-bias={recording.forget_bias}"
    assert main(["convert", "--layers", table, forget_bias, "-q", "-o", str(tmp_path / "b")]) == 0
    weights = [read_weights(tmp_path / name) for name in "ab"]
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))


@each(STACKS)
def test_names_that_say_nothing_are_ordered_by_their_sizes(recording: Recording, tmp_path: Path) -> None:
    words = iter(random.Random(SEED).sample(WORDS, len(recording.cells) * 2))
    given = write_files(recording, tmp_path, lambda k, way, part: f"{next(words)}.csv")
    paired = pair_files(Pairing(given))
    sizes = [(row["input_size"], row["hidden_size"]) for row in paired.rows]
    assert sizes == [(str(cell.input_size), str(cell.hidden_size)) for cell in recording.cells]
    assert sum("are paired by their shapes alone" in doubt for doubt in paired.doubts) == len(recording.cells)
    assert any("follows from their sizes, and not from their names" in doubt for doubt in paired.doubts)


def square(folder: Path, count: int) -> Iterator[str]:
    draw = np.random.default_rng(SEED)
    for k in range(count):
        for part, shape in (("kernel", (8, 16)), ("bias", (16,))):
            np.savetxt(folder / f"cell_{k}_{part}.csv", draw.standard_normal(shape), delimiter=",")
            yield str(folder / f"cell_{k}_{part}.csv")


def test_ten_comes_after_two_and_the_order_by_name_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len([*square(tmp_path, 12)]) == 24
    assert main(["layers", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert [row["layer"] for row in csv.DictReader(StringIO(out))] == [f"cell_{k}" for k in range(12)]
    assert "not sure: the order of cell_0, cell_1, " in err
    assert "follows from their names alone" in err
    assert "not sure: no file holds the forget bias: 1.0 is taken" in err


def test_what_is_of_no_cell_is_left_out_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", str(SUNSPOTS), "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert [row["layer"] for row in found["layers"]] == ["cell_0", "cell_1"]
    assert {os.path.basename(path) for path in found["left_out"]} == {
        "cell_0_h.csv", "cell_1_h.csv", "dense_bias.csv", "dense_kernel.csv", "dense_output.csv", "inputs.csv",
        "sunspots.csv",
    }  # fmt: skip
    assert err.count("left out: ") == 7


def test_a_folder_a_cell_is_a_row_of_another_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = str(SUNSPOTS / "layers.csv")
    assert main(["convert", "--layers", layers, "--to", "pytorch", "-q", "-o", str(tmp_path / "torch")]) == 0
    monkeypatch.chdir(tmp_path)
    paired = csvlstm.layers("torch/cell_1", "torch/cell_0/", source="pytorch", output="table.csv")
    assert [row["folder"] for row in paired.rows] == ["torch/cell_0", "torch/cell_1"]
    assert main(["convert", "--layers", "table.csv", "--from", "pytorch", "--to", "tf1", "-q", "-o", "back"]) == 0
    with pytest.raises(CsvLstmError, match="is no folder; expected a folder for each cell of PyTorch"):
        csvlstm.layers("table.csv", source="pytorch")


def test_nothing_is_overwritten_and_nothing_guessed(tmp_path: Path) -> None:
    (tmp_path / "layers.csv").write_text("mine")
    cell = [str(SUNSPOTS / f"cell_0_{part}.csv") for part in ("kernel", "bias")]
    with pytest.raises(CsvLstmError, match="exists; expected no such file yet"):
        csvlstm.layers(*cell, output=tmp_path / "layers.csv")
    assert (tmp_path / "layers.csv").read_text() == "mine"
    with pytest.raises(CsvLstmError, match="no LSTM cell is among"):
        csvlstm.layers(cell[0], str(SUNSPOTS / "cell_1_bias.csv"))
    with pytest.raises(CsvLstmError, match="no files are given"):
        csvlstm.layers()


def test_layers_that_do_not_continue_each_other_are_said(tmp_path: Path) -> None:
    for k, (d, h) in enumerate([(3, 5), (4, 2)]):
        np.savetxt(tmp_path / f"cell_{k}_kernel.csv", np.random.default_rng(k).random((d + h, 4 * h)), delimiter=",")
        np.savetxt(tmp_path / f"cell_{k}_bias.csv", np.random.default_rng(k).random(4 * h), delimiter=",")
    paired = csvlstm.layers(tmp_path)
    assert [row["layer"] for row in paired.rows] == ["cell_0", "cell_1"]
    assert "the layers continue each other in no order, so they stand by their names" in paired.doubts[0]


def test_inspect_shows_a_network_in_a_line_a_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("converted")
    layers = str(SUNSPOTS / "layers.csv")
    assert main(["inspect", "--layers", layers]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split()[:5] for line in out.splitlines()[1:3]] == [
        ["cell_0", "3", "5", "1", "180"],
        ["cell_1", "5", "4", "1", "160"],
    ]
    assert out.splitlines()[-1] == f"next: csvlstm convert --layers {layers} -o converted_2"
    report = csvlstm.inspect(layers=layers)
    assert main(["inspect", "--layers", layers, "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out) == report.to_dict()
    assert report.to_frame()["hidden_size"].tolist() == [5, 4]


def test_weights_in_the_thousands_are_said_by_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(SEED)
    for name, shape in (("kernel", (8, 20)), ("bias", (20,))):
        np.savetxt(tmp_path / f"{name}.csv", 3000 * draw.standard_normal(shape), delimiter=",")
    cell, sizes = [str(tmp_path / f"{name}.csv") for name in ("kernel", "bias")], ["--input-size=3", "--hidden-size=5"]
    made = str(tmp_path / "made")
    table = tmp_path / "layers.csv"
    table.write_text("layer,kernel,bias,input_size,hidden_size\na,kernel.csv,bias.csv,3,5\n")
    for command in (
        ["convert", *cell, *sizes, "-o", made], ["check", *cell, made, *sizes], ["inspect", *cell],
        ["audit", *cell, made, *sizes, "--csv"], ["inspect", "--layers", str(table)],
    ):  # fmt: skip
        assert main([*command, "-q"]) == 0
        assert "nearly every gate is saturated" in capsys.readouterr().err
