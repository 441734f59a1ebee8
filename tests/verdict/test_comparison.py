"""The verdict of `csvlstm check`: no correct set is accused, on any of the ways that people compute and print one."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.layouts.entries import KERAS, TF1
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.plan import plan
from csvlstm.reading.dialect import canonical
from csvlstm.reading.shapes import DEFAULTS, Form, Grid, forms
from csvlstm.reading.sources import Source
from csvlstm.reading.tables import Table, WeightSet, table
from csvlstm.verdict.behaviour import EXACT, Slack
from csvlstm.verdict.comparison import compare_converted
from csvlstm.verdict.results import BlockResult
from tests.exports import check_cell
from tests.mistakes import Layer, Parts, converted, random_layer, write
from tests.right_sets import FORMS, SUMS, accused, printed, read
from tests.seeds import SEED, amounts


def text_of(array: np.ndarray, form: str) -> bytes:
    return b"".join(
        b",".join(form.encode() % number for number in row.tolist()) + b"\n" for row in np.atleast_2d(array)
    )


def table_of(array: np.ndarray, form: str) -> Table:
    source = Source("export.csv", text_of(array, form))
    text = canonical(source.data, source.name)
    rows, columns = np.atleast_2d(array).shape
    (found,) = forms(text, rows, columns, DEFAULTS)
    return table(source, text, found, columns // 4)


def export_of(layer: Layer, form: str) -> WeightSet:
    sizes = Sizes(layer.input_size, layer.hidden_size)
    return WeightSet(sizes, {"kernel": table_of(layer.kernel, form), "bias": table_of(layer.bias, form)})


def read_back(parts: Parts, form: str) -> dict[str, Table]:
    # Nine digits are how float32 numbers are printed; those of a float64 sum would be rounded twice.
    parts = {part: array.astype(np.float32) if form == "%.9g" else array for part, array in parts.items()}
    return {part: read_part(part, np.atleast_2d(array), form) for part, array in parts.items()}


def read_part(part: str, array: np.ndarray, form: str) -> Table:
    rows, columns = array.shape
    source = Source(part, text_of(array, form))
    grid = Grid(rows, columns, header_row=False, index_column=False)
    return table(source, canonical(source.data, part), Form(rows, columns, grid, transposed=False), columns)


def printed_numbers(array: np.ndarray, form: str) -> np.ndarray:
    return read(printed(array, form))


def verdicts(blocks: list[BlockResult]) -> set[str]:
    return {block.verdict for block in blocks}


def compared(export: WeightSet, converted: dict[str, Table], tolerance: Slack) -> list[BlockResult]:
    found = WeightSet(export.sizes, converted, KERAS)
    return compare_converted(plan(TF1, KERAS, export.sizes, 1.0), export, found, tolerance)


@amounts(120, 10_000)
def test_no_right_set_is_accused(tmp_path: Path, count: int) -> None:
    assert accused(count, SEED, tmp_path) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sums", SUMS)
def test_sums_of_every_way_in_every_format_are_equal_as_float32(sums: str, form: str) -> None:
    bias = np.random.default_rng(1).normal(0, 0.5, (1, 400)).astype(np.float32)
    i, j, f, o = np.split(bias, 4, 1)
    added = {
        "float64": printed_numbers(f, "%.9g") + 1.0,
        "float32": (f + np.float32(1)).astype(np.float64),
        "mixed": f.astype(np.float64) + 1.0,
    }[sums]
    kernel = np.zeros((101, 400))
    export = WeightSet(Sizes(1, 100), {"kernel": table_of(kernel, "%.9g"), "bias": table_of(bias, "%.9g")})
    parts = {"kernel": kernel[:1], "recurrent_kernel": kernel[1:], "bias": np.hstack([i, added, j, o])}
    read = {part: read_part(part, printed_numbers(array, form), "%.17g") for part, array in parts.items()}
    assert verdicts(compared(export, read, EXACT)) <= {"identical", "equal_as_float32"}


@pytest.mark.parametrize("digits", [8, 7])
def test_sums_printed_with_fewer_digits_are_different(digits: int) -> None:
    draw = np.random.default_rng(1)
    layer = random_layer(draw, 1, 100, 1.0)
    parts = read_back(converted(layer), "%.17g")
    parts["bias"] = read_part("bias", np.atleast_2d(converted(layer)["bias"]), f"%.{digits}g")
    assert "different" in verdicts(compared(export_of(layer, "%.17g"), parts, EXACT))


def test_a_zero_with_a_sign_is_identical(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(1), 3, 5, 1.0)
    layer.kernel[:] = 0
    files = write(tmp_path, layer, converted(layer))
    (tmp_path / "k.csv").write_text((tmp_path / "k.csv").read_text().replace("0", "-0"))
    (tmp_path / "kernel.csv").write_text((tmp_path / "kernel.csv").read_text().replace("0", "-0.0"))
    report = check_cell(*files, Sizes(3, 5))
    assert {block.verdict for block in report.blocks if block.part != "bias"} == {"identical"}


@pytest.fixture
def layer() -> Layer:
    return random_layer(np.random.default_rng(1), 3, 5, 1.0)


def test_the_same_numbers_are_identical(layer: Layer) -> None:
    blocks = compared(export_of(layer, "%.17g"), read_back(converted(layer), "%.17g"), EXACT)
    assert verdicts(blocks) == {"identical"}
    assert {(block.differing, block.max_difference, block.first_source) for block in blocks} == {(0, 0.0, None)}


def test_other_digits_of_the_same_float32_are_equal_as_float32(layer: Layer) -> None:
    blocks = compared(export_of(layer, "%.17g"), read_back(converted(layer), "%.9g"), EXACT)
    assert verdicts(blocks) == {"equal_as_float32"}
    assert all(0 < (block.max_difference or 0) < 1e-7 for block in blocks)


@pytest.mark.parametrize(
    ("slack", "verdict"),
    [(EXACT, "different"), (Slack(1e-4, 0.0), "within_tolerance"), (Slack(0.0, 1e-9), "different")],
    ids=str,
)
def test_a_tolerance_holds_only_where_it_is_asked_for(layer: Layer, slack: Slack, verdict: str) -> None:
    blocks = compared(export_of(layer, "%.17g"), read_back(converted(layer), "%.4f"), slack)
    assert verdicts(blocks) == {verdict}


def test_a_float32_unit_in_the_last_place_is_different(layer: Layer) -> None:
    parts = converted(layer)
    parts["kernel"][2, 7] = np.nextafter(np.float32(parts["kernel"][2, 7]), np.float32(9))
    blocks = compared(export_of(layer, "%.17g"), read_back(parts, "%.17g"), EXACT)
    (block,) = (block for block in blocks if block.verdict == "different")
    # Column 8 of kernel.csv is the third of gate f, which is the third quarter of the export.
    assert (block.part, block.gate, block.differing) == ("kernel", "f", 1)
    assert (block.first_source, block.first_target) == ("M3", "H3")


def test_a_part_of_another_shape_is_different_in_all_its_cells(layer: Layer) -> None:
    parts = converted(layer) | {"bias": np.ones(40)}
    blocks = compared(export_of(layer, "%.17g"), read_back(parts, "%.17g"), EXACT)
    assert {(block.part, block.target_range, block.differing) for block in blocks if block.verdict == "different"} == {
        ("bias", None, 5)
    }


def test_a_bias_may_be_a_column(layer: Layer, tmp_path: Path) -> None:
    paths = write(tmp_path, layer, converted(layer))
    np.savetxt(tmp_path / "bias.csv", converted(layer)["bias"], fmt="%.17g")
    report = check_cell(*paths, Sizes(3, 5))
    assert report.equivalent
    ranges = [block.target_range for block in report.cells[0].result.blocks[8:]]
    assert ranges == [
        "A1:A5",
        "A6:A10",
        "A11:A15",
        "A16:A20",
    ]
