"""The exact half of the check: it is silent about a right conversion, and sees every changed cell."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.converted.moving import convert_text, convert_values
from csvlstm.layouts.entries import KERAS, TF1
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.plan import plan
from csvlstm.reading.scanning import Text
from csvlstm.reading.tables import WeightSet, read_pair
from csvlstm.verdict.exact import compare_blocks
from csvlstm.verdict.results import DIFFERENT, IDENTICAL, BlockResult
from tests.exports import PARTS, SIZES, random_export

Texts = dict[str, Text]
Values = dict[str, np.ndarray]


def convert(export: WeightSet, forget_bias: float = 1.0) -> tuple[Texts, Values]:
    moves = plan(TF1, KERAS, export.sizes, forget_bias)
    texts = convert_text(moves, export)
    values = convert_values(moves, export, texts)
    whole = {array.name: np.full(array.shape(export.sizes), np.nan) for array in KERAS.arrays}
    for span, numbers in values.items():
        span.cut(whole[span.array])[...] = numbers
    return texts, whole


def compare(export: WeightSet, texts: Texts, values: Values, forget_bias: float) -> list[BlockResult]:
    moves = plan(TF1, KERAS, export.sizes, forget_bias)
    blocks = {move.target: move.target.cut(values[move.target.array]) for move in moves.moves}
    return compare_blocks(moves, export, texts, blocks)


def differing(blocks: list[BlockResult]) -> dict[tuple[str, str], int]:
    return {(block.part, block.gate): block.differing for block in blocks if block.verdict == DIFFERENT}


def replace_cell(text: Text, row: int, column: int, cell: bytes) -> bytes:
    lines = [line.split(b",") for line in bytes(text[:]).splitlines()]
    lines[row][column] = cell
    return b"".join(b",".join(line) + b"\n" for line in lines)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 2.5, -0.1])
def test_a_right_conversion_is_identical_in_all_12_blocks(tmp_path: Path, sizes: Sizes, forget_bias: float) -> None:
    export = random_export(tmp_path, sizes)
    blocks = compare(export, *convert(export, forget_bias), forget_bias)
    assert [block.verdict for block in blocks] == 12 * [IDENTICAL]
    assert sum(block.cells for block in blocks) == (sizes.rows + 1) * sizes.columns


@pytest.mark.parametrize("part", PARTS)
def test_every_changed_number_is_found_in_its_block(tmp_path: Path, part: str) -> None:
    export = random_export(tmp_path, Sizes(3, 2))
    texts, values = convert(export)
    for place in np.ndindex(values[part].shape):
        changed = {**values, part: values[part].copy()}
        changed[part][place] = np.nextafter(changed[part][place], np.inf)
        gate = "ifco"[place[-1] // 2]
        assert differing(compare(export, texts, changed, 1.0)) == {(part, gate): 1}


@pytest.mark.parametrize("part", ["kernel", "recurrent_kernel"])
def test_every_changed_text_is_found_even_where_it_is_the_same_number(tmp_path: Path, part: str) -> None:
    export = random_export(tmp_path, Sizes(3, 2))
    texts, values = convert(export)
    for row, column in np.ndindex(values[part].shape):
        cell = bytes(texts[part][:]).splitlines()[row].split(b",")[column]
        changed = {**texts, part: replace_cell(texts[part], row, column, b"0" + cell.lstrip(b"-"))}
        assert differing(compare(export, changed, values, 1.0)) == {(part, "ifco"[column // 2]): 1}


def test_a_negative_zero_is_not_a_zero(tmp_path: Path) -> None:
    kernel, bias = tmp_path / "k.csv", tmp_path / "b.csv"
    kernel.write_text("0.0,0.2,0.3,0.4\n0.5,0.6,0.7,0.8\n")
    bias.write_text("1,2,3,4\n")
    export = read_pair(str(kernel), str(bias), Sizes(1, 1))
    texts, values = convert(export)
    values["kernel"][0, 0] = -0.0
    assert differing(compare(export, texts, values, 1.0)) == {("kernel", "i"): 1}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda text: text[: text.rindex(b",")] + b"\n",
        lambda text: text + text,
        lambda text: b"\n",
        lambda text: text.replace(b"\n", b","),
        lambda text: text[:-1],
    ],
    ids=["a cell lost", "twice", "nothing", "one line", "no newline"],
)
def test_a_text_of_another_shape_is_different(tmp_path: Path, tamper: Callable[[bytes], bytes]) -> None:
    export = random_export(tmp_path, Sizes(3, 2))
    texts, values = convert(export)
    changed = {**texts, "kernel": tamper(bytes(texts["kernel"][:]))}
    assert ("kernel", "o") in differing(compare(export, changed, values, 1.0))


@given(forget_bias=st.floats(-1e6, 1e6), other=st.floats(-1e6, 1e6))
def test_another_forget_bias_differs_in_the_forget_block_alone(
    tmp_path_factory: pytest.TempPathFactory, forget_bias: float, other: float
) -> None:
    export = random_export(tmp_path_factory.mktemp("export"), Sizes(2, 3), scale=1e-3)
    blocks = compare(export, *convert(export, forget_bias), other)
    expected = {("bias", "f"): np.count_nonzero(sums(export, forget_bias) != sums(export, other))}
    # Without a forget bias the text is moved, and 1e-3 is another text than the shortest form of its sum.
    if forget_bias and other:
        assert differing(blocks) == {place: count for place, count in expected.items() if count}


def sums(export: WeightSet, forget_bias: float) -> np.ndarray:
    h = export.sizes.hidden_size
    return np.array([float(cell) + forget_bias for cell in export.bias.text.decode().split(",")[2 * h : 3 * h]])


def test_the_ranges_are_those_of_the_files_as_they_lie_there(tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(",0,1,2,3\n0,0.1,0.2,0.3,0.4\n1,0.5,0.6,0.7,0.8\n2,1.1,1.2,1.3,1.4\n")
    (tmp_path / "b.csv").write_text("0.5\n0.25\n0.125\n0.75\n")
    export = read_pair(str(tmp_path / "k.csv"), str(tmp_path / "b.csv"), Sizes(2, 1))
    ranges = [
        (block.part, block.gate, block.source_range, block.target_range)
        for block in compare(export, *convert(export), 1.0)
    ]
    assert ranges == [
        ("kernel", "i", "B2:B3", "A1:A2"),
        ("kernel", "f", "D2:D3", "B1:B2"),
        ("kernel", "c", "C2:C3", "C1:C2"),
        ("kernel", "o", "E2:E3", "D1:D2"),
        ("recurrent_kernel", "i", "B4:B4", "A1:A1"),
        ("recurrent_kernel", "f", "D4:D4", "B1:B1"),
        ("recurrent_kernel", "c", "C4:C4", "C1:C1"),
        ("recurrent_kernel", "o", "E4:E4", "D1:D1"),
        ("bias", "i", "A1:A1", "A1:A1"),
        ("bias", "f", "A3:A3", "A2:A2"),
        ("bias", "c", "A2:A2", "A3:A3"),
        ("bias", "o", "A4:A4", "A4:A4"),
    ]
