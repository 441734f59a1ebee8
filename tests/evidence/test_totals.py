"""Control totals: ranges that lead to the right cells of the real files, exact sums, and the verdict of each block."""

import csv
import gzip
import hashlib
import itertools
import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csvlstm.converted.sets import Sides
from csvlstm.evidence.statements import as_csv
from csvlstm.layouts.gates import Sizes
from csvlstm.reading.shapes import DEFAULTS, Options
from csvlstm.verdict.report import as_json
from tests import children
from tests.exports import PARTS, SIZES, audited, converted_layer, edited, named, rows_of, with_numbers, write_export

QUIRKS = Path(__file__).parent.parent.parent / "sample_data" / "quirks"
SUNSPOTS = QUIRKS.parent / "sunspots"

KERAS = "ifco"
"""The order of the gates, written out and not read from the layout."""


def letters(column: str) -> int:
    return sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(column)))


def cells_of(path: str, a1_range: str) -> list[list[str]]:
    """Read a range out of a file with the csv module: what a spreadsheet shows there."""
    data = Path(path).read_bytes()
    text = (gzip.decompress(data) if path.endswith(".gz") else data).decode("utf-8-sig")
    delimiter = next(mark for mark in ";\t, " if mark in text or mark == " ")
    lines = list(csv.reader(text.splitlines(), delimiter=delimiter))
    match = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", a1_range)
    assert match
    left, top, right, bottom = letters(match[1]), int(match[2]), letters(match[3]), int(match[4])
    return [line[left - 1 : right] for line in lines[top - 1 : bottom]]


def pieces_of(row: Any) -> list[str]:
    """Read the cells of a block out of its source file, in rows of the table, as range and note tell a person."""
    cells = [cell for line in cells_of(row.source_file, row.source_range) for cell in line]
    if row.note.startswith("transposed"):
        lines = cells_of(row.source_file, row.source_range)
        return [cell for line in zip(*lines, strict=True) for cell in line]
    flat = re.fullmatch(r"flat(.*): (\d+) pieces of (\d+) cells, the first (\S+), each (\d+) cells after .*", row.note)
    if not flat:
        assert row.note == ""
        return cells
    turned, pieces, length, apart = flat[1], int(flat[2]), int(flat[3]), int(flat[5])
    first = [cell for line in cells_of(row.source_file, flat[4]) for cell in line]
    table = [cells[piece * apart :][:length] for piece in range(pieces)]
    assert table[0] == first
    # Nothing of the range is after the last piece.
    assert (pieces - 1) * apart + length == len(cells)
    return [cell for line in (zip(*table, strict=True) if turned else table) for cell in line]


def layer_of(
    folder: Path,
    kernel: Path | str,
    bias: Path | str,
    sizes: Sizes,
    options: Options = DEFAULTS,
    forget_bias: float = 1.0,
) -> Sides:
    return converted_layer(folder, (str(kernel), str(bias)), sizes, options, forget_bias)


def check_against_the_files(layer: Sides, rows: list[Any]) -> None:
    """Hold each row against the cells that its ranges show, by their digits."""
    assert [(row.part, row.gate) for row in rows] == list(itertools.product(PARTS, KERAS))
    seen = dict.fromkeys(PARTS, 0)
    for row in rows:
        source = pieces_of(row)
        assert row.target_range
        target = [cell for line in cells_of(row.target_file, row.target_range) for cell in line]
        assert len(source) == len(target) == row.cells
        seen[row.part] += row.cells
        gains = (row.part, row.gate) == ("bias", "f") and layer.cell.forget_bias
        if gains:
            assert [float(cell) + layer.cell.forget_bias for cell in source] == [float(cell) for cell in target]
        else:
            assert source == target
        for cells, total in ((source, row.source_sum), (target, row.target_sum)):
            assert total == float(sum(Fraction(float(cell)) for cell in cells))
        assert row.expected_difference == (row.cells * layer.cell.forget_bias if gains else 0)
        assert row.source_sha256 == hashlib.sha256(Path(row.source_file).read_bytes()).hexdigest()
        assert row.target_sha256 == hashlib.sha256(Path(row.target_file).read_bytes()).hexdigest()
        assert (row.differing, row.equal_as_float32, row.max_difference, row.verdict) == (0, 0, 0.0, "identical")
    d, h = layer.export.sizes
    assert seen == {"kernel": d * 4 * h, "recurrent_kernel": 4 * h * h, "bias": 4 * h}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_ranges_lead_to_the_right_cells_of_both_files(tmp_path: Path, sizes: Sizes) -> None:
    draw = np.random.default_rng(3)
    files = write_export(
        tmp_path, draw.standard_normal((sizes.rows, sizes.columns)), draw.standard_normal(sizes.columns)
    )
    layer = layer_of(tmp_path, *files, sizes, forget_bias=0.3)
    check_against_the_files(layer, rows_of(audited(layer)))


FORMS = [
    "kernel_pandas_header.csv",
    "kernel_pandas_index.csv",
    "kernel_pandas_header_and_index.csv",
    "kernel_text_header.csv",
    "kernel_transposed.csv",
    "kernel_flat_row.csv",
    "kernel_flat_column.csv",
    "kernel_gzip.csv.gz",
    "kernel_semicolon.csv",
    "kernel_tab.csv",
    "kernel_bom.csv",
    "kernel_crlf.csv",
]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("bias", ["bias_row.csv", "bias_pandas.csv"])
def test_the_ranges_are_right_whatever_form_the_file_has(tmp_path: Path, name: str, bias: str) -> None:
    options = Options(transposed="transposed" in name)
    layer = layer_of(tmp_path, QUIRKS / name, QUIRKS / bias, Sizes(3, 5), options)
    rows = rows_of(audited(layer))
    check_against_the_files(layer, rows)
    assert {row.source_range for row in rows if row.part == "kernel" and row.gate == "f"} == {
        {
            "kernel_pandas_header.csv": "K2:O4",
            "kernel_pandas_index.csv": "L1:P3",
            "kernel_pandas_header_and_index.csv": "L2:P4",
            "kernel_text_header.csv": "K2:O4",
            "kernel_transposed.csv": "A11:C15",
            "kernel_flat_row.csv": "K1:BC1",
            "kernel_flat_column.csv": "A11:A55",
        }.get(name, "K1:O3")
    }


def test_a_kernel_that_is_flat_and_transposed_has_its_pieces_along_the_columns(tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    kernel = draw.standard_normal((7, 12))
    _, bias = write_export(tmp_path, kernel, draw.standard_normal(12))
    np.savetxt(tmp_path / "flat.csv", kernel.T.reshape(1, -1), delimiter=",", fmt="%.17g")
    layer = layer_of(tmp_path, tmp_path / "flat.csv", bias, Sizes(4, 3), Options(transposed=True))
    rows = rows_of(audited(layer))
    check_against_the_files(layer, rows)
    assert (
        rows[0].note == "flat and transposed: 3 pieces of 4 cells, the first A1:D1, each 7 cells after the one before"
    )


@pytest.fixture
def layer(tmp_path: Path) -> Sides:
    return layer_of(tmp_path, SUNSPOTS / "cell_0_kernel.csv", SUNSPOTS / "cell_0_bias.csv", Sizes(3, 5))


def test_cells_equal_only_as_float32_have_a_column_of_their_own(layer: Sides) -> None:
    values = layer.converted.tables["kernel"].values
    near = edited(layer, "kernel", {(0, 5): values[0, 5] * (1 + 1e-9), (2, 9): values[2, 9] * (1 + 1e-9)})
    row = rows_of(audited(near))[1]
    assert (row.part, row.gate, row.differing, row.equal_as_float32, row.verdict) == (
        "kernel", "f", 2, 2, "equal_as_float32"
    )  # fmt: skip
    row = rows_of(audited(edited(near, "kernel", {(1, 6): 9.0})))[1]
    assert (row.differing, row.equal_as_float32, row.verdict) == (1, 2, "different")
    found = audited(near)
    assert (found.verdict, found.equivalent) == ("equal_as_float32", True)


def test_sums_are_exact_in_any_order_and_none_where_float64_ends(layer: Sides) -> None:
    huge = edited(layer, "bias", {(0, 0): 1e16, (1, 0): 1.0, (2, 0): -1e16, (3, 0): 0.0, (4, 0): 0.0})
    assert rows_of(audited(huge))[8].target_sum == 1.0
    huge = edited(layer, "bias", {(0, 0): 1.7e308, (1, 0): 1.7e308})
    row = rows_of(audited(huge))[8]
    assert (row.target_sum, row.verdict) == (None, "different")
    json.dumps(as_json(audited(huge)), allow_nan=False)


def test_a_part_of_another_shape_has_no_range_and_a_note(layer: Sides) -> None:
    file = layer.converted.tables["kernel"]
    cut = with_numbers(layer, "kernel", file.values[:, :19])
    row = rows_of(audited(cut))[0]
    assert (row.target_range, row.target_sum, row.differing, row.max_difference) == (None, None, 15, None)
    assert row.note == f"{file.name} has 3 x 19 cells, not 3 x 20"
    assert audited(cut).verdict == "different"


def test_the_table_is_rectangular_and_has_the_layers_one_below_the_other(layer: Sides) -> None:
    layers = [named(layer, name, way) for name, way in (("a", "forward"), ("b", ""))]
    report = audited(*layers)
    table = list(csv.DictReader(as_csv(report).splitlines()))
    assert [(row["layer"], row["direction"]) for row in table] == 12 * [("a", "forward")] + 12 * [("b", "")]
    assert {len(row) for row in table} == {len(report.columns)}
    assert float(table[0]["source_sum"]) == rows_of(report)[0].source_sum
    result = as_json(report)
    assert [(each["layer"], len(each["blocks"])) for each in result["layers"]] == [("a", 12), ("b", 12)]
    assert result["forget_bias"] == 1.0
    other = layers[1]._replace(cell=layers[1].cell._replace(forget_bias=0.0))
    assert as_json(audited(layers[0], other))["forget_bias"] is None


def test_the_json_has_the_names_of_the_contract(layer: Sides) -> None:
    result = as_json(audited(layer))
    assert list(result) == [
        "command", "version", "verdict", "equivalent", "source", "target", "forget_bias", "layers",
        "findings", "recognised", "warnings",
    ]  # fmt: skip
    names = [
        "part", "gate", "source_file", "source_range", "target_file", "target_range", "cells", "differing",
        "max_difference", "verdict",
    ]  # fmt: skip
    assert set(names) <= set(result["layers"][0]["blocks"][0])


def test_the_sha256_of_standard_input_is_that_of_its_bytes(layer: Sides, tmp_path: Path) -> None:
    data = (SUNSPOTS / "cell_0_kernel.csv").read_bytes()
    command = [
        sys.executable,
        "-m",
        "csvlstm",
        "audit",
        "-",
        str(SUNSPOTS / "cell_0_bias.csv"),
        str(tmp_path / "keras"),
    ]
    arguments = ["--input-size", "3", "--hidden-size", "5", "-o", str(tmp_path / "audit.json"), "-q"]
    children.run([*command, *arguments], input=data, check=True)
    block = json.loads((tmp_path / "audit.json").read_text())["layers"][0]["blocks"][0]
    assert (block["source_file"], block["source_sha256"]) == ("standard input", hashlib.sha256(data).hexdigest())


def test_numbers_at_the_end_of_float64_are_audited_without_a_warning(tmp_path: Path) -> None:
    files = write_export(tmp_path, np.full((2, 4), 1.7e308), np.full(4, -1.7e308))
    layer = layer_of(tmp_path, *files, Sizes(1, 1), forget_bias=1.7e308)
    assert audited(layer).verdict == "identical"
    more = layer._replace(cell=layer.cell._replace(forget_bias=-1.7e308))
    assert rows_of(audited(more))[9].verdict == "different"
    audited(more, path=tmp_path / "audit.xlsx")
