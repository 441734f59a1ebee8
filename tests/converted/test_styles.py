"""Converted files for spreadsheets: whatever the style, the same decimal numbers, and every command reads them back."""

import csv
import itertools
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm import read_weights
from csvlstm.commands.cli import main
from csvlstm.converted import styles
from csvlstm.converted.styles import Style, plain_decimals
from csvlstm.layouts.gates import Sizes
from csvlstm.network.manifest import MANIFEST
from tests.commands.test_cli import assert_refused, csvlstm
from tests.exports import SIZES, write_export
from tests.whole.test_network_commands import BIDIRECTIONAL

PARTS = ("kernel", "recurrent_kernel", "bias")
STYLES = [
    (delimiter, decimal, *rest)
    for delimiter, decimal in ((",", "."), (";", "."), (";", ","), ("\t", ","))
    for rest in itertools.product((False, True), repeat=2)
]
WEIGHTS = st.from_regex(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?", fullmatch=True)


def options(delimiter: str, decimal: str, plain: bool, labels: bool) -> list[str]:
    """Give the options of a style as a user types them."""
    said = ["--output-delimiter", delimiter, "--output-decimal", decimal]
    return [*said, *["--output-plain-decimals"] * plain, *["--output-labels"] * labels]


def export(folder: Path, sizes: Sizes) -> list[str]:
    """Write an export whose weights are of all magnitudes, and give the arguments that name it."""
    draw = np.random.default_rng(sizes.columns)
    kernel = draw.standard_normal((sizes.rows, sizes.columns)) * 10.0 ** draw.integers(
        -8, 3, (sizes.rows, sizes.columns)
    )
    files = write_export(folder, kernel, draw.standard_normal(sizes.columns) * 1e-6)
    return [*files, f"--input-size={sizes.input_size}", f"--hidden-size={sizes.hidden_size}"]


def cells_of(path: Path, delimiter: str, decimal: str) -> list[list[str]]:
    """Read a file as somebody would who knows its style, the csv module doing the work."""
    with path.open(newline="") as file:
        return [[cell.replace(decimal, ".") for cell in row] for row in csv.reader(file, delimiter=delimiter)]


@given(st.lists(WEIGHTS, min_size=1, max_size=5))
def test_plain_decimals_are_the_same_decimal_numbers_digit_for_digit(cells: list[str]) -> None:
    shifted = plain_decimals(",".join(cells).encode()).decode().split(",")
    for cell, other in zip(cells, shifted, strict=True):
        assert Decimal(other) == Decimal(cell)
        assert "e" not in other.lower()
        assert other == cell or re.sub(r"[-+.]", "", other).strip("0") == re.sub(r"[-+.]|[eE].*", "", cell).strip("0")


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_cells_are_those_of_the_plain_set(tmp_path: Path, sizes: Sizes, style: tuple[str, str, bool, bool]) -> None:
    arguments = export(tmp_path, sizes)
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "plain")]) == 0
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "styled"), *options(*style)]) == 0
    delimiter, decimal, plain, labels = style
    for part in PARTS:
        expected = cells_of(tmp_path / "plain" / f"{part}.csv", ",", ".")
        found = cells_of(tmp_path / "styled" / f"{part}.csv", delimiter, decimal)
        found = [row[1:] for row in found[1:]] if labels else found
        assert [list(map(Decimal, row)) for row in found] == [list(map(Decimal, row)) for row in expected]
        assert (found == expected) or plain
        assert not (plain and "e" in str(found))


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_command_reads_it_back(tmp_path: Path, style: tuple[str, str, bool, bool]) -> None:
    arguments = export(tmp_path, Sizes(3, 5))
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "plain")]) == 0
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "styled"), *options(*style)]) == 0
    assert main(["check", *arguments, str(tmp_path / "styled"), "-q"]) == 0
    assert main(["audit", *arguments, str(tmp_path / "styled"), "-q", "-o", str(tmp_path / "audit.csv")]) == 0
    with (tmp_path / "audit.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["verdict"] for row in rows} == {"identical"}
    assert rows[1]["target_range"] == ("G2:K4" if style[3] else "F1:J3")
    weights = zip(read_weights(tmp_path / "plain", "f8"), read_weights(tmp_path / "styled", "f8"), strict=True)
    assert all(np.array_equal(one, other) for one, other in weights)


def test_labels_name_gates_inputs_and_hidden_states(tmp_path: Path) -> None:
    arguments = export(tmp_path, Sizes(2, 3))
    run = csvlstm("convert", *arguments, "-o", tmp_path / "keras", "--output-labels", "--json", "-q")
    kernel, recurrent_kernel, bias = (cells_of(tmp_path / "keras" / f"{part}.csv", ",", ".") for part in PARTS)
    units = [f"{gate}_{unit}" for gate in "ifco" for unit in range(3)]
    assert kernel[0] == recurrent_kernel[0] == ["", *units]
    assert [row[0] for row in kernel[1:]] == ["x_0", "x_1"]
    assert [row[0] for row in recurrent_kernel[1:]] == ["h_0", "h_1", "h_2"]
    assert [row[0] for row in bias] == ["", *units]
    assert json.loads(run.stdout)["layers"][0]["blocks"][1]["target_range"] == "E2:G3"


def test_a_bias_that_was_a_row_has_its_labels_above(tmp_path: Path) -> None:
    arguments = export(tmp_path, Sizes(2, 1))
    Path(arguments[1]).write_text("0.1,0.2,0.3,0.4\n")
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "keras"), "--output-labels"]) == 0
    assert (tmp_path / "keras" / "bias.csv").read_text() == ",i_0,f_0,c_0,o_0\nbias,0.1,1.3,0.2,0.4\n"


def test_one_file_on_standard_output_has_the_style_too(tmp_path: Path) -> None:
    arguments = export(tmp_path, Sizes(3, 5))
    style = options(";", ",", True, True)
    assert main(["convert", *arguments, "-q", "-o", str(tmp_path / "keras"), *style]) == 0
    run = csvlstm("convert", *arguments, "-q", "--stdout", "kernel", *style)
    assert run.stdout == (tmp_path / "keras" / "kernel.csv").read_bytes()


def test_a_network_has_the_style_in_all_its_files(tmp_path: Path) -> None:
    layers = str(BIDIRECTIONAL.write_layers(tmp_path))
    converted = str(tmp_path / "keras")
    assert main(["convert", "--layers", layers, "-q", "-o", converted, *options(";", ",", True, True)]) == 0
    assert (tmp_path / "keras" / MANIFEST).read_text().startswith("file;layer;direction;part;")
    assert main(["check", "--layers", layers, converted, "-q"]) == 0
    assert len(read_weights(converted)) == 12


@pytest.mark.parametrize("wrong", ["0.25", "0.0000101"])
def test_a_style_that_changed_a_number_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    arguments = export(tmp_path, Sizes(3, 5))
    monkeypatch.setattr(styles, "format", lambda number, form: wrong, raising=False)
    style = ["--output-plain-decimals"]
    assert main(["convert", *arguments, "-o", str(tmp_path / "keras"), *style]) == 1
    assert "different: " in capsys.readouterr().err
    assert not (tmp_path / "keras").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--output-decimal", ","],
            "--output-decimal and --output-delimiter are the same; expected --output-delimiter",
        ),
        (["--output-delimiter", "|"], "'|' is none of comma, semicolon and tab"),
        (["--output-decimal", "x"], "'x' is no decimal sign"),
    ],
)
def test_a_style_that_cannot_be_read_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert_refused(csvlstm("convert", *export(tmp_path, Sizes(3, 5)), "-o", tmp_path / "keras", *arguments), message)


def test_a_set_that_could_be_read_in_two_ways_is_not_written(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("kernel.csv", "bias.csv")]
    files[0].write_text("1.125,2.375,3.125,4.625\n5.125,6.375,7.125,8.625\n")
    files[1].write_text("1.125,2.375,3.125,4.625\n")
    sizes = ["--input-size", "1", "--hidden-size", "1"]
    run = csvlstm("convert", *files, *sizes, "-o", tmp_path / "keras", *options(";", ",", False, False))
    assert_refused(
        run, "would not be read back: the comma in '1,125' may be a decimal sign or not; choose another --output"
    )
    assert sorted(os.listdir(tmp_path)) == ["bias.csv", "kernel.csv"]


def test_the_plain_style_is_no_style() -> None:
    assert Style() == styles.PLAIN
