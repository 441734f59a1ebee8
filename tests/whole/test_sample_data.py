"""The sample data: that its README tells the truth, and that conversion loses no cell of a real export."""

import gzip
import re
import shutil
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from csvlstm import keras_lstm, read_weights
from csvlstm.commands.cli import main
from tests import children

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SUNSPOTS, QUIRKS = SAMPLES / "sunspots", SAMPLES / "quirks"
README = (SAMPLES / "README.md").read_text(encoding="utf-8")

PARTS = ("kernel.csv", "recurrent_kernel.csv", "bias.csv")

each_cell = pytest.mark.parametrize(("k", "d", "h"), [(0, 3, 5), (1, 5, 4)], ids=["cell_0", "cell_1"])


class Quirk(NamedTuple):
    """A file of the README's table: what the table says of it, and what csvlstm does with it."""

    name: str
    said: str
    outcome: str


def quirks() -> list[Quirk]:
    """Read the table of the section quirks/; a row may name two files."""
    section = README.partition("\n## quirks/\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*) \| (.*) \| (.*) \|$", section, re.MULTILINE)
    return [Quirk(name, said, outcome) for names, said, outcome in rows for name in re.findall("`(.*?)`", names)]


def each_quirk(outcome: str) -> pytest.MarkDecorator:
    """Run a test once for each file whose outcome begins so."""
    chosen = [quirk for quirk in quirks() if quirk.outcome.startswith(outcome)]
    return pytest.mark.parametrize("quirk", chosen, ids=[quirk.name for quirk in chosen])


def cells(*paths: Path) -> list[str]:
    """List all cells of some files as text."""
    return [cell for path in paths for line in path.read_text().splitlines() for cell in line.split(",")]


def convert_sunspots(k: int, d: int, h: int, folder: Path, *options: str) -> Path:
    files = [str(SUNSPOTS / f"cell_{k}_kernel.csv"), str(SUNSPOTS / f"cell_{k}_bias.csv")]
    out = folder / f"cell_{k}"
    assert main(["convert", *files, f"--input-size={d}", f"--hidden-size={h}", *options, "-o", str(out)]) == 0
    return out


def arguments_for(quirk: Quirk, out: Path) -> list[str]:
    """Pair a quirk with the plain other half of its export."""
    kernel, bias = str(SUNSPOTS / "cell_0_kernel.csv"), str(SUNSPOTS / "cell_0_bias.csv")
    sizes = ["--input-size=3", "--hidden-size=5"]
    if "_D1_H1" in quirk.name:
        kernel, bias = str(QUIRKS / "kernel_D1_H1.csv"), str(QUIRKS / "bias_D1_H1.csv")
        sizes = ["--input-size=1", "--hidden-size=1"]
    elif quirk.name.startswith("kernel"):
        kernel = str(QUIRKS / quirk.name)
    else:
        bias = str(QUIRKS / quirk.name)
    return ["convert", kernel, bias, *sizes, "-o", str(out)]


def read_sunspots(name: str) -> NDArray[Any]:
    return np.loadtxt(SUNSPOTS / f"{name}.csv", delimiter=",", ndmin=2)


@each_cell
def test_sorting_shows_that_the_kernels_hold_the_cells_of_the_export(k: int, d: int, h: int, tmp_path: Path) -> None:
    out = convert_sunspots(k, d, h, tmp_path)
    exported = cells(SUNSPOTS / f"cell_{k}_kernel.csv")
    assert sorted(cells(out / "kernel.csv", out / "recurrent_kernel.csv")) == sorted(exported)


@each_cell
def test_sorting_shows_that_only_the_forget_cells_of_the_bias_change(k: int, d: int, h: int, tmp_path: Path) -> None:
    exported = cells(SUNSPOTS / f"cell_{k}_bias.csv")
    converted = cells(convert_sunspots(k, d, h, tmp_path) / "bias.csv")
    assert len(converted) == len(exported) == 4 * h
    assert 0 < (Counter(exported) - Counter(converted)).total() <= h


@each_cell
def test_sorting_shows_that_without_a_forget_bias_no_cell_changes(k: int, d: int, h: int, tmp_path: Path) -> None:
    out = convert_sunspots(k, d, h, tmp_path, "--forget-bias=0")
    assert sorted(cells(out / "bias.csv")) == sorted(cells(SUNSPOTS / f"cell_{k}_bias.csv"))


def run_sunspots(folders: list[Path]) -> list[NDArray[Any]]:
    """Run the network of both cells in the Keras reference: h of each layer, and the predictions."""
    h, recorded = read_sunspots("inputs")[np.newaxis], []
    for folder in folders:
        weights = read_weights(folder, "float64")
        zero = np.zeros((1, len(weights[1])))
        h, _ = keras_lstm(h, [zero, zero], *weights)
        recorded.append(h[0])
    return [*recorded, h[0] @ read_sunspots("dense_kernel") + read_sunspots("dense_bias")]


def difference_from_the_recorded_run(computed: list[NDArray[Any]]) -> list[float]:
    recorded = [read_sunspots(name) for name in ("cell_0_h", "cell_1_h", "dense_output")]
    return [float(np.abs(a - b).max()) for a, b in zip(computed, recorded, strict=True)]


def test_the_converted_network_computes_what_the_readme_says_to_4e_7(tmp_path: Path) -> None:
    folders = [convert_sunspots(0, 3, 5, tmp_path), convert_sunspots(1, 5, 4, tmp_path)]
    assert max(difference_from_the_recorded_run(run_sunspots(folders))) <= 5e-7


def test_without_the_forget_bias_the_network_is_off_by_the_readmes_02_and_more(tmp_path: Path) -> None:
    folders = [convert_sunspots(k, d, h, tmp_path, "--forget-bias=0") for k, d, h in ((0, 3, 5), (1, 5, 4))]
    assert min(difference_from_the_recorded_run(run_sunspots(folders))) >= 0.2


def test_the_checkpoint_holds_the_numbers_of_the_csvs_and_the_forget_bias(tmp_path: Path) -> None:
    assert main(["export", str(SUNSPOTS / "trained"), "-o", str(tmp_path / "exported")]) == 0
    for k, part in product((0, 1), ("kernel", "bias")):
        exported = np.loadtxt(tmp_path / "exported" / f"layer_{k}_{part}.csv", delimiter=",", dtype="f4")
        np.testing.assert_array_equal(
            exported, np.loadtxt(SUNSPOTS / f"cell_{k}_{part}.csv", delimiter=",", dtype="f4")
        )
    rows = (tmp_path / "exported" / "layers.csv").read_text().splitlines()
    assert [row.split(",")[3:] for row in rows[1:]] == [["3", "5", "", "1.0"], ["5", "4", "", "1.0"]]


def test_the_readme_names_exactly_what_is_in_quirks() -> None:
    there = {path.name + "/" * path.is_dir() for path in QUIRKS.iterdir()} - {"make_quirks.py", "__pycache__/"}
    assert {quirk.name for quirk in quirks()} == there


def test_the_readme_names_every_file_of_the_sunspots() -> None:
    named = set(re.findall(r"`(\w+\.\w+)`", README.partition("\n## quirks/\n")[0]))
    assert named >= {path.name for path in SUNSPOTS.iterdir() if path.is_file()}


def test_every_file_is_read_or_refused_and_every_folder_made() -> None:
    for quirk in quirks():
        assert quirk.outcome.split()[0] in (["made"] if quirk.name.endswith("/") else ["read", "refused"])


def expected_for(quirk: Quirk, folder: Path) -> Path:
    """Give a folder with the converted set that the plain export of the same weights gives."""
    return QUIRKS / "converted_D1_H1" if "_D1_H1" in quirk.name else convert_sunspots(0, 3, 5, folder)


def converted_from(quirk: Quirk, folder: Path) -> Path:
    """Convert a quirk with the options that the table names."""
    options = re.findall("`(--.*?)`", quirk.outcome)
    assert main([*arguments_for(quirk, folder / "converted"), *options]) == 0
    return folder / "converted"


@each_quirk("read")
def test_what_is_said_to_be_read_gives_the_weights_of_the_plain_export(quirk: Quirk, tmp_path: Path) -> None:
    read, expected = read_weights(converted_from(quirk, tmp_path)), read_weights(expected_for(quirk, tmp_path))
    assert [part.tolist() for part in read] == [part.tolist() for part in expected]


@each_quirk("read")
def test_the_cells_keep_their_text_except_where_the_table_says_otherwise(quirk: Quirk, tmp_path: Path) -> None:
    out, expected = converted_from(quirk, tmp_path), expected_for(quirk, tmp_path)
    same_text = [cells(out / part) for part in PARTS] == [cells(expected / part) for part in PARTS]
    assert same_text == ("other text than the rest" not in quirk.said)


@each_quirk("refused")
def test_what_is_said_to_be_refused_is_refused_in_one_line(
    quirk: Quirk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments_for(quirk, tmp_path / "converted")) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err[-1]) == ("", 1, "\n")
    assert quirk.name in err
    assert not (tmp_path / "converted").exists()


@each_quirk("refused")
def test_the_refusal_names_the_place_that_the_table_names(
    quirk: Quirk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments_for(quirk, tmp_path / "converted"))
    err = capsys.readouterr().err
    assert all(place in err for place in re.findall(r"line \d+(?:, column \d+)?", quirk.said))


def test_a_transposed_kernel_is_refused_without_the_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (quirk,) = (quirk for quirk in quirks() if quirk.outcome.endswith("refused without"))
    assert main(arguments_for(quirk, tmp_path / "converted")) == 2
    assert "--transposed" in capsys.readouterr().err


def test_the_script_makes_the_quirks_again_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(SUNSPOTS, tmp_path / "sunspots")
    (tmp_path / "quirks").mkdir()
    script = shutil.copy(QUIRKS / "make_quirks.py", tmp_path / "quirks")
    children.run([sys.executable, script], check=True)
    made = {path.name: uncompressed(path) for path in (tmp_path / "quirks").iterdir()}
    assert made == {path.name: uncompressed(path) for path in QUIRKS.iterdir() if path.is_file()}


def uncompressed(path: Path) -> bytes:
    """Read a file; another zlib compresses the same text into other bytes."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
