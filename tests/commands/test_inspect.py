"""`csvlstm inspect`: what the files are, before any size is declared, and the command that then converts them."""

import csv
import gzip
import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from csvlstm import __version__
from csvlstm.commands.candidates import candidates
from csvlstm.commands.cli import main
from csvlstm.commands.inspect import Inspected, Inspection, inspect_cell, inspect_files
from csvlstm.commands.overview import as_csv, as_json, as_text, command_line, undecided
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.entries import LAYOUTS
from csvlstm.layouts.gates import Sizes
from csvlstm.numbers.precision import digits_of
from csvlstm.reading.shapes import Options
from tests.commands.test_cli import assert_refused, csvlstm
from tests.exports import SIZES, write_export

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SUNSPOTS, QUIRKS = SAMPLES / "sunspots", SAMPLES / "quirks"
KERNEL, BIAS = SUNSPOTS / "cell_0_kernel.csv", SUNSPOTS / "cell_0_bias.csv"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no folder is taken: who has typed the README's first command has a folder `converted` here."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


def inspect(*paths: Path | str, **options: Any) -> Inspected:
    kernel, bias, *_ = [*map(str, paths), None]
    return inspect_files(Inspection(str(kernel), bias, Options(**options)))


def sizes(found: Inspected) -> list[tuple[int, int, bool]]:
    return [(*fit.sizes, fit.transposed) for fit in found.fits]


D3_H5 = (3, 5, False)

READ = {
    "kernel_flat_column.csv": (D3_H5, "160 x 1", "flat, read row by row"),
    "kernel_flat_row.csv": (D3_H5, "1 x 160", "flat, read row by row"),
    "kernel_pandas_header_and_index.csv": (D3_H5, "8 x 20", "header row, index column"),
    "kernel_pandas_header.csv": (D3_H5, "8 x 20", "header row"),
    "kernel_pandas_index.csv": (D3_H5, "8 x 20", "index column"),
    "kernel_text_header.csv": (D3_H5, "8 x 20", "header row"),
    "kernel_semicolon.csv": (D3_H5, "8 x 20", "semicolon as delimiter"),
    "kernel_tab.csv": (D3_H5, "8 x 20", "tab as delimiter"),
    "kernel_blanks.csv": (D3_H5, "8 x 20", "blanks as delimiter"),
    "kernel_crlf.csv": (D3_H5, "8 x 20", ""),
    "kernel_bom.csv": (D3_H5, "8 x 20", "byte order mark"),
    "kernel_gzip.csv.gz": (D3_H5, "8 x 20", ""),
    "kernel_transposed.csv": ((3, 5, True), "20 x 8", "transposed"),
    "kernel_missing_row.csv": ((2, 5, False), "7 x 20", ""),
}
REFUSED = {
    "kernel_ragged_row.csv": "line 4, column 20 (T4): the row ends after 19 of 20 cells",
    "kernel_text_cell.csv": "line 3, column 2 (B3): '#NAME?' is the error value of a spreadsheet",
    "kernel_nan.csv": "line 5, column 7 (G5): 'nan' is no weight",
    "kernel_infinity.csv": "line 2, column 9 (I2): 'inf' is no finite weight",
    "kernel_blank_cell.csv": "line 6, column 4 (D6): the cell is blank",
}


@pytest.mark.parametrize("name", READ)
def test_each_quirk_is_recognised_and_its_sizes_are_found(name: str) -> None:
    fit, grid, recognised = READ[name]
    found = inspect(QUIRKS / name, BIAS)
    assert (sizes(found), str(found.files[0].grid)) == ([fit], grid)
    assert found.recognised == ([f"{QUIRKS / name}: {recognised}"] if recognised else [])
    # Of two input sizes less, the values could be those of a cell and its biases.
    blob = "whether the 160 values of " in "".join(undecided(found))
    assert (blob, found.warnings) == ("flat" in name, [])
    assert blob or not undecided(found)


def test_what_convert_would_say_of_the_files_is_said_here_too(tmp_path: Path) -> None:
    numbers = np.random.default_rng(3).standard_normal((9, 20))
    written = {
        "bias": numbers[:1],
        "kernel": numbers[1:],
        "with_bias": numbers,
        "hidden": numbers[4:],
        "two": numbers[:2],
    }
    for name, values in written.items():
        np.savetxt(tmp_path / f"{name}.csv", values.reshape(1, -1) if name == "two" else values, delimiter=",")
    said = {name: inspect(tmp_path / f"{name}.csv", tmp_path / "bias.csv") for name in ("with_bias", "hidden")}
    said["two"] = inspect(tmp_path / "kernel.csv", tmp_path / "two.csv")
    words = {
        "with_bias": "the first row of",
        "hidden": "of the hidden state alone",
        "two": "40 values = 8 x 5 are two biases",
    }
    for name, found in said.items():
        assert words[name] in "".join(undecided(found))
        assert command_line(found) is None


@pytest.mark.parametrize("name", REFUSED)
def test_each_quirk_that_is_no_table_of_numbers_is_refused(name: str) -> None:
    assert_refused(csvlstm("inspect", QUIRKS / name, BIAS), REFUSED[name])
    assert_refused(csvlstm("inspect", QUIRKS / name), REFUSED[name])


@pytest.mark.parametrize("name", ["bias_row.csv", "bias_pandas.csv"])
def test_each_form_of_a_bias_is_read(name: str) -> None:
    assert sizes(inspect(KERNEL, QUIRKS / name)) == [D3_H5]


def test_every_file_of_the_quirks_is_tested() -> None:
    others = {
        "make_quirks.py",
        "converted_D1_H1",
        "kernel_D1_H1.csv",
        "bias_D1_H1.csv",
        "bias_row.csv",
        "bias_pandas.csv",
    }
    assert {path.name for path in QUIRKS.iterdir()} - {"__pycache__"} == {*READ, *REFUSED, *others}


@pytest.mark.parametrize(
    ("kernel", "bias"),
    [
        *((QUIRKS / name, BIAS) for name in READ if "flat" not in name),
        (QUIRKS / "kernel_D1_H1.csv", QUIRKS / "bias_D1_H1.csv"),
    ],
    ids=lambda path: path.name,
)
def test_the_command_that_is_said_converts_the_files(
    kernel: Path, bias: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ((kernel, bias), (bias, kernel)):
        command = command_line(inspect(*given))
        assert command
        program, *arguments = shlex.split(command)
        assert program == "csvlstm"
        assert main(arguments) == 0
        (tmp_path / "converted").rename(tmp_path / f"converted_{given[0].name}")


@pytest.mark.parametrize(
    ("delimiter", "decimal", "options"),
    [
        (None, ",", "--decimal comma"),
        (";", None, "--delimiter ';'"),
        ("|", ".", "--delimiter '|' --decimal point"),
        ("\t", ",", "--delimiter tab --decimal comma"),
        (" ", ".", "--delimiter blanks --decimal point"),
    ],
)
def test_the_command_says_again_how_the_files_are_to_be_read(
    tmp_path: Path, delimiter: str | None, decimal: str | None, options: str
) -> None:
    for source in (KERNEL, BIAS):
        text = source.read_text().replace(",", delimiter or ";")
        (tmp_path / source.name).write_text(text.replace(".", decimal or "."))
    said = {"delimiter": delimiter and delimiter.encode(), "decimal": decimal and decimal.encode()}
    command = command_line(inspect(tmp_path / KERNEL.name, tmp_path / BIAS.name, **said))
    assert command
    assert command.endswith(f"--input-size 3 --hidden-size 5 {options} -o converted")
    run = csvlstm(*shlex.split(command)[1:], cwd=tmp_path)
    assert run.returncode == 0, run.stderr


def test_no_kernel_is_called_square_that_has_not_four_gates(tmp_path: Path) -> None:
    for size in (1, 3, 8):
        np.savetxt(tmp_path / "k.csv", np.random.default_rng(0).standard_normal((size, size)), delimiter=",")
        assert inspect(tmp_path / "k.csv").recognised == [f"{tmp_path / 'k.csv'}: square, read as exported"] * (
            size == 8
        )


def test_the_command_quotes_a_name_with_blanks_and_names_standard_input(tmp_path: Path) -> None:
    kernel = tmp_path / "my kernel's.csv"
    kernel.write_bytes(KERNEL.read_bytes())
    command = command_line(inspect(kernel, BIAS))
    assert command
    assert shlex.split(command)[2:4] == [str(kernel), str(BIAS)]
    run = csvlstm("inspect", KERNEL, "-", "--json", "-q", stdin=BIAS.read_bytes())
    result = json.loads(run.stdout)
    assert result["convert"].startswith(f"csvlstm convert {KERNEL} - --input-size 3")
    assert [file["file"] for file in result["files"]] == [str(KERNEL), "standard input"]


@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_the_numbers_of_each_gate_are_those_of_its_letters(tmp_path: Path, shape: tuple[int, int]) -> None:
    d, h = shape
    draw = np.random.default_rng([d, h])
    kernel, bias = draw.standard_normal((d + h, 4 * h)), draw.standard_normal(4 * h)
    found = inspect(*write_export(tmp_path, kernel, bias))
    expected = []
    for part, rows in (("kernel", kernel[:d]), ("recurrent_kernel", kernel[d:]), ("bias", bias[None])):
        # TensorFlow 1 keeps i, j, f, o, and j is Keras's c.
        for place, letter in enumerate("icfo"):
            cells = [row[place * h + unit] for row in rows.tolist() for unit in range(h)]
            mean = sum(cells) / len(cells)
            deviation = (sum((cell - mean) ** 2 for cell in cells) / len(cells)) ** 0.5
            expected.append((part, letter, len(cells), min(cells), mean, max(cells), deviation))
    assert [(gate.part, gate.gate, gate.cells) for gate in found.gates] == [row[:3] for row in expected]
    numbers = [gate[-4:] for gate in found.gates]
    np.testing.assert_allclose(numbers, [row[3:] for row in expected], rtol=1e-12, atol=1e-15)


def test_the_largest_numbers_do_not_overflow(tmp_path: Path) -> None:
    paths = write_export(tmp_path, np.full((2, 4), -1.7e308), np.full(4, 1.7e308))
    found = inspect(*paths)
    assert {gate.mean for gate in found.gates} == {-1.7e308, 1.7e308}
    assert not found.files[0].digits.float32
    json.dumps(as_json(found), allow_nan=False)


def test_a_transposed_kernel_has_the_numbers_of_the_kernel() -> None:
    direct, turned = inspect(KERNEL, BIAS), inspect(QUIRKS / "kernel_transposed.csv", BIAS)
    assert [(gate.part, gate.gate, *gate[-4:]) for gate in turned.gates[:8]] == [
        (gate.part, gate.gate, *gate[-4:]) for gate in direct.gates[:8]
    ]
    assert turned.gates[5].source_range == "D6:H10"


def test_a_kernel_alone_has_every_reading_that_its_shape_allows() -> None:
    found = inspect(KERNEL)
    assert sizes(found) == [(3, 5, False), (18, 2, True)]
    assert {gate.part for gate in found.gates} == {"kernel", "recurrent_kernel"}
    assert undecided(found) == [
        "the sizes, which may be input size 3, hidden size 5, or input size 18, hidden size 2, transposed; "
        "its bias would tell"
    ]
    assert command_line(found) == f"csvlstm convert {KERNEL} BIAS --input-size D --hidden-size H -o converted"
    assert sizes(inspect(KERNEL, transposed=True)) == [(18, 2, True)]


def test_a_kernel_alone_that_fits_one_way_leaves_only_the_bias_open(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "k.csv", np.random.default_rng(0).standard_normal((9, 20)), delimiter=",")
    found = inspect(tmp_path / "k.csv")
    assert (sizes(found), undecided(found)) == ([(4, 5, False)], [])
    assert command_line(found) == (
        f"csvlstm convert {tmp_path / 'k.csv'} BIAS --input-size 4 --hidden-size 5 -o converted"
    )


def test_a_flat_kernel_alone_may_have_many_sizes_and_no_gates_are_guessed(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "k.csv", np.random.default_rng(0).standard_normal(4 * 360))
    found = inspect(tmp_path / "k.csv")
    possible = [(rows - h, h, False) for h in range(1, 360) for rows in range(h + 1, 361) if rows * 4 * h == 4 * 360]
    assert (sizes(found), found.gates) == (possible, [])
    assert "a flat kernel, or a bias of hidden size 360" in undecided(found)[0]
    assert undecided(found)[1].endswith(f", or {len(possible) - 4} others; its bias would tell")


def test_a_bias_alone_says_its_hidden_size() -> None:
    bias = QUIRKS / "bias_D1_H1.csv"
    found = inspect(bias)
    assert (found.files[0].role, found.fits, undecided(found)) == ("bias", [], [])
    assert command_line(found) == f"csvlstm convert KERNEL {bias} --input-size D --hidden-size 1 -o converted"
    both = inspect(BIAS)
    assert both.files[0].role == "kernel or bias"
    assert undecided(both) == [
        f"whether {BIAS} is a flat kernel, or a bias of hidden size 5; the other file would tell"
    ]
    assert (command_line(both), both.recognised) == (None, [])


def test_a_bias_that_is_given_first_is_recognised() -> None:
    found = inspect(BIAS, KERNEL)
    assert found.recognised == [f"{BIAS}: the bias, given before its kernel"]
    assert found._replace(recognised=[]) == inspect(KERNEL, BIAS)


def test_files_that_belong_not_together_are_read_and_said_to_fit_nothing() -> None:
    run = csvlstm("inspect", KERNEL, SUNSPOTS / "cell_1_bias.csv")
    assert run.returncode == 0
    assert run.stdout.decode().splitlines()[-1] == (
        f"undecided: the sizes, none fit 8 x 20 cells of {KERNEL} and 16 x 1 cells of {SUNSPOTS / 'cell_1_bias.csv'}; "
        "expected D + H rows of 4H cells and a bias of 4H values"
    )


def test_a_square_kernel_is_read_as_exported(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    found = inspect(*write_export(tmp_path, draw.standard_normal((8, 8)), draw.standard_normal(8)))
    assert (undecided(found), found.fits[0].transposed) == ([], False)
    assert "--transposed" not in (command_line(found) or "")
    assert found.gates[1].source_range == "C1:D6"


def test_a_first_row_that_may_be_weights_is_left_to_the_user(tmp_path: Path) -> None:
    rows = [list(range(20)), *([7 * number + row + 30 for number in range(20)] for row in range(8))]
    kernel = tmp_path / "k.csv"
    kernel.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    found = inspect(kernel, BIAS)
    assert undecided(found) == [
        "the sizes, which may be input size 3, hidden size 5, or input size 4, hidden size 5",
        "whether the first row, which counts 0, 1, 2 ..., is weights: --header or --no-header",
    ]
    assert (command_line(found) or "").endswith("--input-size D --hidden-size 5 --header/--no-header -o converted")
    for header_row, d in ((True, 3), (False, 4)):
        settled = inspect(kernel, BIAS, header_row=header_row)
        assert (undecided(settled), sizes(settled)) == ([], [(d, 5, False)])
        option = "--header" if header_row else "--no-header"
        assert (command_line(settled) or "").endswith(f"--input-size {d} --hidden-size 5 {option} -o converted")


@pytest.mark.parametrize(
    ("text", "fewest", "most", "float32"),
    [
        (b"0.1,-0.084526286\n1e-05,0\n", 1, 8, True),
        (b"5.528170466423034668e-01\n", 19, 19, True),
        (b"0.1,0.10000000149011612\n", 1, 17, True),
        (b"-0.020179110760526416\n", 17, 17, False),
        (b"0.123456789\n", 9, 9, False),
        (b"0.0,-0\n", 1, 1, True),
        (b"1e39\n", 1, 1, False),
    ],
)
def test_digits_are_counted_as_they_are_printed(text: bytes, fewest: int, most: int, float32: bool) -> None:
    assert digits_of(text)[:3] == (fewest, most, float32)


def test_digits_of_a_large_text_are_those_of_pieces() -> None:
    cells = [f"{number:.9g}" for number in np.random.default_rng(0).standard_normal(60_000).astype(np.float32)]
    lines = [",".join(cells[at : at + 40]) for at in range(0, 60_000, 40)]
    found = digits_of(("\n".join(lines) + "\n").encode())
    assert (found.most, found.float32) == (9, True)
    assert 3000 < found.cells < 10_000


def test_json_and_csv_and_the_summary_say_the_same() -> None:
    run = csvlstm("inspect", KERNEL, BIAS, "--json")
    result, found = json.loads(run.stdout), inspect(KERNEL, BIAS)
    could_be = candidates([str(KERNEL), str(BIAS)], Options(), 2**30)
    assert (run.returncode, result) == (0, json.loads(json.dumps(as_json(found, could_be))))
    assert run.stderr.decode() == as_text(found, could_be) + "\n"
    assert (result["command"], result["version"], result["warnings"]) == ("inspect", __version__, [])
    assert result["sizes"] == [{"input_size": 3, "hidden_size": 5, "transposed": False}]
    table = csvlstm("inspect", KERNEL, BIAS, "--csv", "-q")
    assert (table.stdout.decode(), table.stderr) == (as_csv(found.gates), b"")
    rows = list(csv.DictReader(table.stdout.decode().splitlines()))
    assert [row["source_range"] for row in rows] == [gate["source_range"] for gate in result["gates"]]
    assert [float(row["mean"]) for row in rows] == [gate["mean"] for gate in result["gates"]]


def test_damage_is_warned_of() -> None:
    run = csvlstm("inspect", Path(__file__).parent.parent / "damaged" / "language_set.csv", "-q", "--json")
    (warning,) = json.loads(run.stdout)["warnings"]
    assert (warning["kind"], warning["first"]) == ("cut", "G1")
    assert run.stderr.decode() == f"csvlstm: warning: {warning['sentence']}\n"


def test_a_blank_line_is_named_where_it_stands_and_not_the_header_that_it_hides(tmp_path: Path) -> None:
    lines = (QUIRKS / "kernel_pandas_header_and_index.csv").read_text().splitlines(keepends=True)
    (tmp_path / "k.csv").write_text("".join([*lines[:4], "\n", *lines[4:]]))
    for files in ([tmp_path / "k.csv"], [tmp_path / "k.csv", BIAS]):
        with pytest.raises(CsvLstmError, match=r"line 5, column 1 \(A5\): the line is blank; expected 21 cells"):
            inspect(*files)


def test_max_bytes_bounds_what_is_read(tmp_path: Path) -> None:
    message = "holds more than 1,000 bytes; is it the right file? inspect reads more with --max-bytes"
    assert_refused(csvlstm("inspect", KERNEL, BIAS, "--max-bytes", "1000"), message)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"0" * 10**7))
    assert_refused(csvlstm("inspect", bomb, "--max-bytes", "1000"), message)
    size = KERNEL.stat().st_size
    for bound in (size, 2**40):
        assert csvlstm("inspect", KERNEL, BIAS, "--max-bytes", str(bound)).returncode == 0
    with pytest.raises(CsvLstmError, match="holds more than"):
        inspect_files(Inspection(str(KERNEL), max_bytes=size - 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no files are given; expected the files of a cell"),
        (["-", "-"], "KERNEL and BIAS are both -"),
        ([KERNEL, "--json", "--csv"], "--json and --csv both print on standard output"),
        ([KERNEL, "--max-bytes", "0"], "'0' is no size; expected a whole number from 1 to 1099511627776"),
        (["nowhere.csv"], "nowhere.csv: cannot be read: no such file"),
        ([__file__], "has quotes that do not pair"),
    ],
)  # fmt: skip
def test_wrong_usage_and_what_is_no_csv_are_refused(arguments: list[str | Path], message: str) -> None:
    assert_refused(csvlstm("inspect", *arguments), message)


DECLARED = ["--input-size=3", "--hidden-size=5"]


@pytest.mark.parametrize("target", [key for key, layout in LAYOUTS.items() if layout.offered and key != "keras"])
def test_the_gates_of_every_layout_are_described_where_they_stand(target: str, tmp_path: Path) -> None:
    made = str(tmp_path / f"{target}_cell")
    assert main(["convert", str(KERNEL), str(BIAS), *DECLARED, "--to", target, "-q", "-o", made]) == 0
    names = [array.name for array in LAYOUTS[target].arrays]
    files = [str(Path(made, f"{name}.csv")) for name in names]
    found = inspect_cell(files, LAYOUTS[target], Sizes(3, 5))
    assert [gate.part for gate in found.gates] == [array.name for array in LAYOUTS[target].arrays for _ in array.blocks]
    for gate in found.gates:
        values = np.loadtxt(gate.source_file, delimiter=",", ndmin=2)
        (top, left), (bottom, right) = (coordinate_to_tuple(cell) for cell in gate.source_range.split(":"))
        block = values[top - 1 : bottom, left - 1 : right]
        assert (block.size, block.min(), block.max()) == (gate.cells, gate.minimum, gate.maximum)
        assert gate.mean == pytest.approx(block.mean(), abs=1e-12)


def test_all_files_of_a_cell_are_shown_in_figures_too(tmp_path: Path) -> None:
    made = str(tmp_path / "torch")
    assert main(["convert", str(KERNEL), str(BIAS), *DECLARED, "--to", "pytorch", "-q", "-o", made]) == 0
    run = csvlstm("inspect", made)
    assert re.findall(r"^(\w+) .*: (\d+ x \d+) numbers of ", run.stdout.decode(), re.MULTILINE) == [
        ("weight_ih", "20 x 3"), ("weight_hh", "20 x 5"), ("bias_ih", "20 x 1"), ("bias_hh", "20 x 1")
    ]  # fmt: skip
    result = json.loads(csvlstm("inspect", made, "--json", "-q").stdout)
    assert [len(result[name]) for name in ("files", "gates", "warnings")] == [4, 16, 0]
    table = csvlstm("inspect", made, "--csv", "-q").stdout.decode().splitlines()
    assert len(table) == 17
