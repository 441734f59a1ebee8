"""`csvlstm audit` on the command line: forms, exit codes, what it refuses, and that nothing is lost or half-written."""

import csv
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from csvlstm.converted.sets import Sides
from csvlstm.errors import CsvLstmError
from csvlstm.evidence import value_sheets
from csvlstm.layouts.gates import Sizes
from csvlstm.network.topology import Cell
from tests import children
from tests.commands.test_cli import BIAS, KERNEL, SIZES, assert_refused, csvlstm
from tests.exports import audited, both_sides, named, with_numbers, write_export

FORMS = ["csv", "json", "xlsx"]
COLUMNS = [
    *("layer", "direction", "part", "gate", "source_file", "source_range", "source_sha256"),
    *("target_file", "target_range", "target_sha256", "cells", "source_sum", "target_sum", "expected_difference"),
    *("differing", "equal_as_float32", "max_difference", "first_source", "first_target", "verdict", "note"),
]


def audit(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return csvlstm("audit", *arguments, *SIZES, cwd=cwd)


@pytest.fixture
def keras(tmp_path: Path) -> Path:
    csvlstm("convert", KERNEL, BIAS, *SIZES, "-q", "-o", tmp_path / "keras")
    return tmp_path / "keras"


def spoil(keras: Path) -> None:
    lines = (keras / "kernel.csv").read_text().splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:5], "0.75", *cells[6:]])
    (keras / "kernel.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("form", FORMS)
def test_the_ending_picks_the_form_and_the_summary_is_on_standard_error(keras: Path, tmp_path: Path, form: str) -> None:
    run = audit(KERNEL, BIAS, keras, "-o", tmp_path / f"audit.{form}")
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr.decode().splitlines() == [
        "identical: 0 of 180 cells differ in 12 blocks, forget bias 1.0 added to 5 of them",
        f"wrote {tmp_path}/audit.{form}",
    ]
    assert sorted(os.listdir(tmp_path)) == [f"audit.{form}", "keras"]


def test_each_form_is_what_its_ending_says(keras: Path, tmp_path: Path) -> None:
    for form in FORMS:
        assert audit(KERNEL, BIAS, keras, "-q", "-o", f"audit.{form.upper()}", cwd=tmp_path).stderr == b""
    rows = list(csv.DictReader((tmp_path / "audit.CSV").read_text().splitlines()))
    assert (len(rows), list(rows[0])) == (12, COLUMNS)
    assert json.loads((tmp_path / "audit.JSON").read_text())["verdict"] == "identical"
    (tmp_path / "audit.XLSX").rename(tmp_path / "audit.xlsx")
    assert openpyxl.load_workbook(tmp_path / "audit.xlsx").sheetnames[0] == "Audit"


@pytest.mark.parametrize("form", FORMS)
def test_what_differs_is_written_and_exits_with_1(keras: Path, tmp_path: Path, form: str) -> None:
    spoil(keras)
    run = audit(KERNEL, BIAS, keras, "-o", f"audit.{form}", cwd=tmp_path)
    assert run.returncode == 1
    summary = run.stderr.decode().splitlines()
    assert summary[0] == "different: 1 of 180 cells differ in 12 blocks, forget bias 1.0 added to 5 of them"
    assert summary[1].startswith("different: 1 of 15 cells of kernel, gate f: ")
    assert summary[2] == f"wrote audit.{form}"
    assert (tmp_path / f"audit.{form}").stat().st_size > 0


@pytest.mark.parametrize("form", FORMS)
def test_another_shape_exits_with_1_and_is_written(keras: Path, tmp_path: Path, form: str) -> None:
    lines = (keras / "kernel.csv").read_text().splitlines()
    (keras / "kernel.csv").write_text("".join(line.rpartition(",")[0] + "\n" for line in lines))
    run = audit(KERNEL, BIAS, keras, "-o", tmp_path / f"audit.{form}")
    assert run.returncode == 1
    assert b"kernel.csv (of another shape) against" in run.stderr
    assert (tmp_path / f"audit.{form}").stat().st_size > 0


def test_numbers_equal_as_float32_are_a_verdict_of_their_own(keras: Path, tmp_path: Path) -> None:
    bias = np.loadtxt(BIAS, dtype=np.float32)
    bias[10:15] += np.float32(1)
    moved = np.concatenate([bias[:5], bias[10:15], bias[5:10], bias[15:]])
    np.savetxt(keras / "bias.csv", moved, fmt="%.9g")
    run = audit(KERNEL, BIAS, keras, "-o", tmp_path / "audit.csv")
    assert run.returncode == 0
    rows = list(csv.DictReader((tmp_path / "audit.csv").read_text().splitlines()))
    assert [(row["verdict"], row["equal_as_float32"] > "0") for row in rows] == [
        ("identical", False) if row["part"] != "bias" else ("equal_as_float32", True) for row in rows
    ]


def test_json_prints_what_was_found_on_standard_output(keras: Path, tmp_path: Path) -> None:
    run = audit(KERNEL, BIAS, keras, "--json", "-q", "-o", tmp_path / "audit.json")
    assert json.loads(run.stdout) == json.loads((tmp_path / "audit.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "audit.txt"], "audit.txt: ends in .txt; expected a file that ends in .csv, .json or .xlsx"),
        (["-o", "audit"], "audit: has no ending; expected a file that ends in"),
        (["-o", ""], "-o is empty; expected a file that ends in .csv"),
        (["-o", ".xlsx"], ".xlsx: has no ending"),
        (["-o", "audit.csv", "--template"], "audit.csv: is no workbook; expected a file that ends in .xlsx"),
        (["-o", "no/such/audit.csv"], "no such folder"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(
    keras: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert_refused(audit(KERNEL, BIAS, keras, *arguments, cwd=tmp_path), message)
    assert os.listdir(tmp_path) == ["keras"]


@pytest.mark.parametrize("form", FORMS)
def test_an_existing_file_stays_without_force(keras: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"audit.{form}"
    path.write_text("kept")
    assert_refused(audit(KERNEL, BIAS, keras, "-o", path), f"{path}: exists; expected no such file yet")
    assert path.read_text() == "kept"
    assert audit(KERNEL, BIAS, keras, "-o", path, "--force").returncode == 0
    assert path.stat().st_size > 1000


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_read(keras: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    path.write_text("kept")
    (keras / "bias.csv").write_text("no number\n")
    assert_refused(audit(KERNEL, BIAS, keras, "-o", path), f"{path}: exists; expected no such file yet")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_name_that_is_no_utf8_is_shown_as_in_messages(keras: Path, tmp_path: Path, form: str) -> None:
    kernel = tmp_path / "kernel\udcff.csv"
    kernel.write_bytes(Path(KERNEL).read_bytes())
    run = audit(kernel, BIAS, keras, "-q", "-o", tmp_path / f"audit.{form}")
    assert (run.returncode, run.stderr) == (0, b"")
    if form == "xlsx":
        shown = openpyxl.load_workbook(tmp_path / "audit.xlsx")["Audit"]["C11"].value
    else:
        shown = (tmp_path / f"audit.{form}").read_text().replace("\\\\", "\\")
    assert "kernel\\xff.csv" in shown


def test_a_bias_below_a_header_without_a_corner_is_shown_with_its_labels(keras: Path, tmp_path: Path) -> None:
    bias = tmp_path / "bias.csv"
    cells = Path(BIAS).read_text().split()
    bias.write_text("V1\n" + "".join(f"r{row},{cell}\n" for row, cell in enumerate(cells)))
    assert audit(KERNEL, bias, keras, "-q", "-o", tmp_path / "audit.xlsx").returncode == 0
    sheet = openpyxl.load_workbook(tmp_path / "audit.xlsx")["tf1 bias"]
    assert [cell.value for cell in sheet["A"]] == ["V1", *(f"r{row}" for row in range(len(cells)))]


@pytest.mark.parametrize("how", ["itself", "hard link", "symbolic link", "converted"])
def test_an_input_is_never_overwritten(keras: Path, tmp_path: Path, how: str) -> None:
    kernel = tmp_path / "kernel.csv"
    kernel.write_bytes(Path(KERNEL).read_bytes())
    path = keras / "bias.csv" if how == "converted" else kernel if how == "itself" else tmp_path / "audit.csv"
    if how.endswith("link"):
        (os.link if how == "hard link" else os.symlink)(kernel, path)
    before = path.read_bytes()
    assert_refused(audit(kernel, BIAS, keras, "-o", path, "--force"), "is an input, and no input is overwritten")
    assert path.read_bytes() == before


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_is_full_leaves_nothing_behind(keras: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"audit.{form}"
    path.write_text("kept")
    command = [sys.executable, "-m", "csvlstm", "audit", KERNEL, BIAS, str(keras), *SIZES, "--force", "-o", str(path)]
    run = children.run([*children.limit(resource.RLIMIT_FSIZE, 2000), *command])
    assert_refused(run, "cannot be written: file too large; nothing was written")
    assert path.read_text() == "kept"
    assert sorted(os.listdir(tmp_path)) == sorted(["keras", path.name])


def test_only_a_workbook_imports_xlsxwriter_and_only_a_terminal_tqdm(keras: Path, tmp_path: Path) -> None:
    for form in FORMS:
        program = (
            "import sys; from csvlstm.commands.cli import main; code = main(sys.argv[1:]); "
            "print(code, 'xlsxwriter' in sys.modules, 'tqdm' in sys.modules, 'pandas' in sys.modules)"
        )
        arguments = ["audit", KERNEL, BIAS, str(keras), *SIZES, "-q", "-o", str(tmp_path / f"audit.{form}")]
        run = children.run([sys.executable, "-c", program, *arguments], check=True)
        assert run.stdout.decode() == f"0 {form == 'xlsx'} False False\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("quiet", [True, False])
def test_a_terminal_shows_a_progress_bar(keras: Path, tmp_path: Path, quiet: bool) -> None:
    import termios

    master, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    script = (
        "import sys, csvlstm.progress as p, csvlstm.commands.cli as c; "
        "p._SECONDS_WITHOUT = 0; sys.exit(c.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "audit", KERNEL, BIAS, str(keras), *SIZES, "-o", "audit.xlsx"]
    children.run([*command, *["-q"] * quiet], stderr=terminal, cwd=tmp_path, check=True)
    os.write(terminal, b"end")
    shown = b""
    while not shown.endswith(b"end"):
        shown += os.read(master, 4096)
    os.close(master)
    os.close(terminal)
    assert (b" cells/s" in shown.partition(b"identical")[0]) is not quiet
    assert (shown == b"end") is quiet


def zeros(folder: Path, sizes: Sizes) -> Sides:
    """Make a layer whose five files lie there as a conversion writes them."""
    folder.mkdir()
    for name, rows in (("kernel", sizes.input_size), ("recurrent_kernel", sizes.hidden_size)):
        (folder / f"{name}.csv").write_text((",".join(["0"] * sizes.columns) + "\n") * rows)
    (folder / "bias.csv").write_text(",".join(["0"] * sizes.columns) + "\n")
    files = write_export(folder, np.zeros((sizes.rows, sizes.columns)), np.zeros(sizes.columns))
    return both_sides(Cell(files, sizes, forget_bias=0.0), folder)


def sizes_of(book: Path) -> Sequence[int]:
    return [openpyxl.load_workbook(book)["Audit"][cell].value for cell in ("B9", "C9")]


def test_a_workbook_that_would_be_too_large_is_refused_with_the_two_ways_out(tmp_path: Path) -> None:
    # 2 x (D + H + 1) x 4H cells, two million and 2,048 more.
    layer = zeros(tmp_path / "layer", Sizes(720, 256))
    path = tmp_path / "audit.xlsx"
    with pytest.raises(CsvLstmError, match="2,000,896 cells, both sides together") as refused:
        audited(layer, path=path)
    assert refused.value.expected == "2,000,000 at most"
    assert "template=True" in str(refused.value)
    assert "audit.csv" in refused.value.advice
    assert not path.exists()
    audited(layer, path=path, template=True)
    assert sizes_of(path) == [720, 256]
    assert path.stat().st_size < 100_000


def test_the_cells_of_all_layers_count_together(tmp_path: Path) -> None:
    layer = zeros(tmp_path / "layer", Sizes(255, 64))
    many = [named(layer, str(number)) for number in range(13)]
    with pytest.raises(CsvLstmError, match="2,129,920 cells"):
        audited(*many, path=tmp_path / "audit.xlsx")
    assert len(audited(*many, path=tmp_path / "audit.csv").blocks) == 13 * 12


def test_columns_that_fit_on_no_sheet_are_refused_even_for_a_template(
    keras: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.xlsx"
    layer = both_sides(Cell((KERNEL, BIAS), Sizes(3, 5)), keras)
    shown = with_numbers(layer, "kernel", np.zeros((1, 16_385)))
    for template in (False, True):
        with pytest.raises(CsvLstmError, match="16,385 columns fit on no sheet") as refused:
            audited(shown, path=path, template=template)
        assert refused.value.advice == "write audit.csv instead"
    monkeypatch.setattr(value_sheets, "COLUMNS", 19)
    with pytest.raises(CsvLstmError, match="8 rows and 20 columns fit on no sheet"):
        audited(layer, path=path, template=True)
    assert not path.exists()


def test_csv_prints_the_rows_of_audit_csv_with_a_file_beside_it_or_without(keras: Path, tmp_path: Path) -> None:
    printed = audit(KERNEL, BIAS, keras, "--csv")
    assert printed.returncode == 0
    assert printed.stderr.decode().splitlines() == [
        "identical: 0 of 180 cells differ in 12 blocks, forget bias 1.0 added to 5 of them"
    ]
    assert audit(KERNEL, BIAS, keras, "--csv", "-o", tmp_path / "audit.csv").stdout == printed.stdout
    assert (tmp_path / "audit.csv").read_bytes() == printed.stdout
    spoil(keras)
    assert audit(KERNEL, BIAS, keras, "--csv", "-q").returncode == 1
    assert json.loads(audit(KERNEL, BIAS, keras, "--json", "-q").stdout)["verdict"] == "different"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing says where the evidence goes; expected -o FILE, --csv or --json"),
        (["--csv", "--json"], "--json and --csv both print on standard output"),
        (["--csv", "--template"], "--template leaves the sheets of a workbook empty; expected -o audit.xlsx"),
        (["--csv", "--output-decimal", "comma"], "--output-decimal and --output-delimiter are the same"),
    ],
)
def test_an_audit_without_one_way_out_is_refused(keras: Path, arguments: list[str], message: str) -> None:
    assert_refused(audit(KERNEL, BIAS, keras, *arguments), message)


def test_signs_of_the_table_are_those_of_a_country(keras: Path, tmp_path: Path) -> None:
    signs = ["--output-delimiter", "semicolon", "--output-decimal", "comma"]
    run = audit(KERNEL, BIAS, keras, "-q", *signs, "-o", tmp_path / "audit.csv")
    assert run.returncode == 0
    rows = list(csv.DictReader((tmp_path / "audit.csv").read_text().splitlines(), delimiter=";"))
    plain = list(csv.DictReader(audit(KERNEL, BIAS, keras, "-q", "--csv").stdout.decode().splitlines()))
    assert rows[9]["target_sum"] == plain[9]["target_sum"].replace(".", ",") != plain[9]["target_sum"]
    assert [row["source_file"] for row in rows] == [row["source_file"] for row in plain]


def test_the_table_and_the_json_name_the_first_cell_that_differs(keras: Path, tmp_path: Path) -> None:
    spoil(keras)
    rows = list(csv.DictReader(audit(KERNEL, BIAS, keras, "-q", "--csv").stdout.decode().splitlines()))
    # spoil() touches F2 of the kernel, the first column of gate f, which K2 of the export is.
    assert [(row["first_source"], row["first_target"]) for row in rows[:3]] == [("", ""), ("K2", "F2"), ("", "")]
    blocks = json.loads(audit(KERNEL, BIAS, keras, "-q", "--json").stdout)["layers"][0]["blocks"]
    assert (blocks[1]["first_source"], blocks[1]["first_target"]) == ("K2", "F2")


@pytest.mark.parametrize("name", ["=1+1.csv", "+1.csv", "-1.csv", "@SUM(A1).csv", "\t=1.csv"])
def test_a_file_name_in_the_table_is_never_a_formula(keras: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(Path(KERNEL).read_bytes())
    run = csvlstm("audit", "--csv", "-q", *SIZES, "--", name, BIAS, "keras", cwd=tmp_path)
    cells = [cell for row in csv.reader(run.stdout.decode().splitlines()) for cell in row]
    assert cells.count(f"./{name}") == 8
    assert not [cell for cell in cells if cell[:1] in tuple("=+@\t\r") or (cell[:1] == "-" and not is_number(cell))]
    assert (tmp_path / f"./{name}").samefile(tmp_path / name)


def is_number(cell: str) -> bool:
    try:
        return float(cell) == float(cell)
    except ValueError:
        return False
