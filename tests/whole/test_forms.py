"""The table of forms: every row through convert and check, as files and as pipes."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from csvlstm import read_weights
from csvlstm.commands.cli import main
from csvlstm.layouts.gates import Sizes
from csvlstm.reading.tables import read_pair
from tests.forms_table import (
    BIAS,
    DIALECTS,
    KERNEL,
    READ,
    REFUSED,
    SAVED,
    SAVED_EDGES,
    SPREADSHEETS,
    TABLE,
    Dialect,
    Row,
    Rows,
    naive_set,
    refused_kinds,
    saved_cells,
    with_header,
    with_index,
)
from tests.parsers import PARSERS, parsing_by
from tests.seeds import some_of

each_read = pytest.mark.parametrize("row", READ, ids=lambda row: row.name)
TEXTS = [row for row in READ if not row.options and row.files[0][:1] not in b"\xff\xfe\x1fB\xfd"]

each_other_parser = pytest.mark.parametrize(
    "parser",
    [
        *("pandas", "simdjson, else pandas"),
        *(pytest.param(parser, marks=pytest.mark.mass) for parser in PARSERS if "small" in parser),
    ],
)
"""Those that get the small texts of no other test; numpy's gets them all."""

each_refused = pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
some_read = some_of("row", READ, few=len(READ) // 3, ids=[row.name for row in READ])
some_refused = some_of("row", REFUSED, few=len(REFUSED) // 3, ids=[row.name for row in REFUSED])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that messages name files without it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(row: Row) -> list[str]:
    """Write the two files of a row, and give the arguments that name them and how to read them."""
    for name, data in zip(("kernel.csv", "bias.csv"), row.files, strict=True):
        Path(name).write_bytes(data)
    return ["kernel.csv", "bias.csv", *declared(row)]


def declared(row: Row) -> list[str]:
    d, h = row.sizes
    return [f"--input-size={d}", f"--hidden-size={h}", *row.options]


def write_set(row: Row) -> None:
    Path("converted").mkdir()
    for name, data in naive_set(row).items():
        Path("converted", name).write_bytes(data)


def files_in(directory: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(directory).iterdir()}


def test_the_table_is_as_long_as_was_promised() -> None:
    assert len(TABLE) >= 120
    assert len({row.name for row in TABLE}) == len(TABLE)
    assert {path.name for path in SPREADSHEETS.glob("*.csv")} == {*SAVED, *SAVED_EDGES, "de_default_open_save_edge.csv"}


@each_read
def test_convert_gives_the_same_files_whatever_the_form(row: Row) -> None:
    assert main(["convert", *write(row), "-o", "converted", "-q"]) == 0
    assert files_in("converted") == naive_set(row)


@each_read
def test_check_accepts_the_set_of_the_plain_cells(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    write_set(row)
    assert main(["check", *write(row), "converted"]) == 0
    assert "identical: 0 of" in capsys.readouterr().out


@each_refused
def test_what_cannot_be_read_is_refused_by_every_command(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = write(row)
    assert main(["convert", *arguments, "-o", "converted"]) == 2
    assert sorted(os.listdir()) == ["bias.csv", "kernel.csv"]
    write_set(row)
    assert main(["check", *arguments, "converted"]) == 2
    out, err = capsys.readouterr()
    message, again = err.splitlines()
    assert (out, message) == ("", again)
    assert message.startswith(f"csvlstm: {row.refused}")


@pytest.mark.parametrize("row", [*refused_kinds()], ids=lambda row: row.name)
def test_inspect_names_what_is_no_csv_in_the_same_words(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    write(row)
    assert main(["inspect", "kernel.csv", "bias.csv"]) == 2
    assert capsys.readouterr().err.startswith(f"csvlstm: {row.refused}")


@each_other_parser
@some_read
def test_every_parser_gives_the_same_files(row: Row, parser: str) -> None:
    with parsing_by(parser):
        test_convert_gives_the_same_files_whatever_the_form(row)


@each_other_parser
@some_refused
def test_every_parser_refuses_with_the_same_words(row: Row, parser: str, capsys: pytest.CaptureFixture[str]) -> None:
    with parsing_by(parser):
        test_what_cannot_be_read_is_refused_by_every_command(row, capsys)


@each_read
def test_inspect_finds_the_sizes_whatever_the_form(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    write(row)
    assert main(["inspect", "kernel.csv", "bias.csv", *row.options, "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    d, h = row.sizes
    assert (d, h) in [(sizes["input_size"], sizes["hidden_size"]) for sizes in found["sizes"]]
    values = np.array(row.kernel, np.float64)
    (kernel,) = (file for file in found["files"] if file["holds"] == "kernel")
    assert (kernel["minimum"], kernel["maximum"]) == (values.min(), values.max())


@each_refused
def test_inspect_refuses_what_holds_no_numbers_and_tells_what_only_fits_no_sizes(
    row: Row, capsys: pytest.CaptureFixture[str]
) -> None:
    write(row)
    code = main(["inspect", "kernel.csv", "bias.csv", *row.options])
    said = "".join(capsys.readouterr())
    if code:
        assert (code, said.startswith(f"csvlstm: {row.refused}")) == (2, True)
    else:
        # Only the declared sizes, or an option, were wrong: inspect is asked before there are any.
        assert "undecided" in said or "sizes: " in said


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row.name)
def test_a_cell_is_placed_on_the_line_where_the_file_has_it(row: Row) -> None:
    write(row)
    line = read_pair("kernel.csv", "bias.csv", Sizes(*row.sizes)).kernel.place(2, 3).line
    lines = row.files[0].decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert line
    assert row.kernel[2][3] in lines[line - 1].replace(",", ".")


@pytest.mark.parametrize("row", [row for row in READ if row.recognised], ids=lambda row: row.name)
def test_what_was_recognised_is_in_the_summary(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    assert row.recognised
    main(["convert", *write(row), "-o", "converted"])
    summary = capsys.readouterr().err
    for name, recognised in zip(("kernel.csv", "bias.csv"), row.recognised, strict=True):
        expected = f"recognised {name}: {recognised}\n"
        assert (expected in summary) if recognised else (f"recognised {name}" not in summary)


@pytest.fixture
def pipes() -> Iterator[list[int]]:
    opened: list[int] = []
    yield opened
    for descriptor in opened:
        os.close(descriptor)


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="no /dev/fd here")
@each_read
def test_pipes_serve_as_files_in_every_form(row: Row, pipes: list[int]) -> None:
    # As a shell hands over a process substitution; a pipe holds 64 kB, so that nobody need write while it is read.
    for data in row.files:
        reader, writer = os.pipe()
        pipes.append(reader)
        assert os.write(writer, data) == len(data)
        os.close(writer)
    files = [f"/dev/fd/{reader}" for reader in pipes]
    assert main(["convert", *files, *declared(row), "-o", "converted", "-q"]) == 0
    assert files_in("converted") == naive_set(row)


@pytest.mark.parametrize(("file", "how"), [*SAVED.items(), *SAVED_EDGES.items()])
def test_a_spreadsheet_changed_no_more_numbers_than_it_is_known_to(file: str, how: tuple[str, str, str, int]) -> None:
    delimiter, encoding, _, changed = how
    original = saved_cells("original_edge.csv" if file in SAVED_EDGES else "original.csv", ",", "utf-8")
    saved = saved_cells(file, delimiter, encoding)
    before, after = (np.array(cells).astype(np.float64).astype(np.float32) for cells in (original, saved))
    assert int(np.count_nonzero(before != after)) == changed


LABELS = {"kernel": ["x_0", "x_1", "x_2"], "recurrent_kernel": [f"h_{unit}" for unit in range(5)], "bias": ["bias"]}
KERAS_NAMES = [f"{gate}_{unit}" for gate in "ifco" for unit in range(5)]
CELLS: dict[str, Rows] = {"kernel": KERNEL[:3], "recurrent_kernel": KERNEL[3:], "bias": [BIAS]}


@pytest.mark.parametrize("labels", [True, False], ids=["labels", "bare"])
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_converted_set_is_read_back_in_every_dialect(dialect: Dialect, labels: bool) -> None:
    Path("converted").mkdir()
    for part, cells in CELLS.items():
        labelled = with_header(with_index(cells, LABELS[part]), ["", *KERAS_NAMES])
        Path("converted", f"{part}.csv").write_bytes(dialect.write(labelled if labels else cells))
    kernel, recurrent_kernel, bias = read_weights("converted")
    assert [[str(cell) for cell in row] for row in (*kernel, *recurrent_kernel)] == KERNEL
    assert [str(cell) for cell in bias] == BIAS


def test_check_names_the_cells_of_a_labelled_set_where_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    row = READ[0]
    german = DIALECTS["sep=; and decimal comma, CRLF"]
    Path("converted").mkdir()
    for name, data in naive_set(row).items():
        part = name.removesuffix(".csv")
        rows = [line.split(",") for line in data.decode().splitlines()]
        if part == "recurrent_kernel":
            rows[1][7] = "0.5"
        labelled = with_header(with_index(rows, LABELS[part]), ["", *KERAS_NAMES])
        Path("converted", name).write_bytes(german.write(labelled))
    assert main(["check", *write(row), "converted"]) == 1
    table = capsys.readouterr().out
    # The second row and the eighth cell, below a sep= line and a header row, and beside an index.
    assert re.search(r"^recurrent_kernel +f +25 +1 +\S+ +M5 +I4 +different$", table, re.MULTILINE)
    assert "I4 is 0.5 instead of" in table
    assert "from M5" in table
