"""Every mistake is named rightly, alone and with another one; none is called equivalent."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csvlstm.layouts.gates import Sizes
from tests.exports import check_cell
from tests.mistakes import (
    FORGET_BIASES,
    PRINTS,
    SIZES,
    SUMS,
    Layer,
    changes,
    converted,
    mistakes,
    named,
    random_layer,
    write,
)
from tests.seeds import SEED, amounts, sampled

MISTAKES = mistakes()


SHARES = [pytest.param(20, id="a twentieth"), pytest.param(1, id="all", marks=pytest.mark.mass)]


def may_be_named(name: str, input_size: int, hidden_size: int) -> set[str]:
    """Give the kinds that the numbers of a mistake fit: one, but where two explanations make the same set."""
    made, fitting = MISTAKES[name], list[set[str]]()
    fitting += [{"split", "exchanged"}] if input_size == hidden_size else []
    fitting += [{"edited", "forget_bias_size", "cut"}] if hidden_size == 1 and made.touches == {"bias"} else []
    fitting += [{"rounded", "rounded_first"}] if name.endswith("first") else []
    return {made.kind}.union(*(kinds for kinds in fitting if made.kind in kinds))


def drawn_layer(draw: np.random.Generator, sizes: tuple[int, int], forget_bias: float) -> Layer:
    """Draw an export, and how it is converted and printed."""
    layer = random_layer(draw, *sizes, forget_bias)
    return layer._replace(sums=str(draw.choice(SUMS)), form=str(draw.choice(PRINTS)))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("forget_bias", FORGET_BIASES)
@amounts(few=2, many=24)
def test_every_mistake_is_named_and_no_other_part_accused(
    tmp_path: Path, sizes: tuple[int, int], forget_bias: float, count: int
) -> None:
    for name, made in sampled(MISTAKES.items(), count, sizes, forget_bias):
        draw = np.random.default_rng([SEED, *sizes, list(MISTAKES).index(name)])
        layer = drawn_layer(draw, sizes, forget_bias)
        right = converted(layer)
        wrong = made.make(layer, right, draw)
        if changes(layer, wrong) and layer.hidden_size >= made.units:
            equivalent, kinds = named(tmp_path, layer, {**right, **wrong})
            assert not equivalent, name
            # A mistake in several parts may leave one of them as it was, as two equal halves do.
            assert kinds.keys() <= made.touches, name
            for found in kinds.values():
                assert set() < found <= may_be_named(name, *sizes), name


def are_apart(first: str, second: str) -> bool:
    one, other = MISTAKES[first], MISTAKES[second]
    return not (one.touches & (other.touches | other.reads) or one.reads & other.touches)


@amounts(few=20, many=1000)
def test_any_two_mistakes_in_different_parts_are_both_named(tmp_path: Path, count: int) -> None:
    draw = np.random.default_rng(SEED)
    pairs = [pair for pair in combinations(MISTAKES, 2) if are_apart(*pair)]
    for pair in sampled(pairs, count):
        layer = drawn_layer(draw, (3, 5), 1.0)
        right = converted(layer)
        wrong = {part: array for name in pair for part, array in MISTAKES[name].make(layer, right, draw).items()}
        equivalent, kinds = named(tmp_path, layer, {**right, **wrong})
        expected = {part: may_be_named(name, 3, 5) for name in pair for part in MISTAKES[name].touches}
        assert not equivalent, pair
        assert kinds.keys() == expected.keys(), pair
        assert all(set() < found <= expected[part] for part, found in kinds.items()), pair


@pytest.mark.parametrize(
    ("order", "whose"),
    [("iofj", "ONNX"), ("ifoj", "Core ML"), ("fijo", "OpenVINO"), ("jfoi", "DL4J"), ("ijfo", "TensorFlow 1's own")],
)
def test_a_known_gate_order_is_named_by_its_framework(tmp_path: Path, order: str, whose: str) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    report = check_cell(*write(tmp_path, layer, converted(layer, order)), Sizes(3, 5))
    (finding,) = report.cells[0].findings
    assert finding.parts == ("kernel", "recurrent_kernel", "bias")
    assert whose in str(finding)


def test_equal_blocks_do_not_hide_what_is_right(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    i, _, f, o = np.split(layer.kernel, 4, axis=1)
    layer = layer._replace(kernel=np.concatenate([i, f, f, o], axis=1))
    equivalent, kinds = named(tmp_path, layer, converted(layer, "ijfo"))
    assert (equivalent, kinds) == (False, {"bias": {"gate_order:icfo"}})


def test_edited_cells_are_shown_with_both_values_and_addresses(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    parts = converted(layer)
    right = float(f"{parts['kernel'][1, 6]:.9g}")
    parts["kernel"][1, 6] = 0.5
    report = check_cell(*write(tmp_path, layer, parts), Sizes(3, 5))
    assert f"1 cell was edited (G2 is 0.5 instead of {right!r} from L2)" in str(report.cells[0].findings[0])


@pytest.mark.parametrize("scale", [1e-320, 1e-40, 1e38, 1e307])
def test_numbers_at_the_ends_of_the_range_are_no_obstacle(tmp_path: Path, scale: float) -> None:
    draw = np.random.default_rng(0)
    layer = random_layer(draw, 3, 5, 1.0)
    layer = layer._replace(kernel=layer.kernel.astype(np.float64) * scale)
    equivalent, _ = named(tmp_path, layer, converted(layer, "ijfo"))
    assert not equivalent


def kinds_of(folder: Path, wrong: dict[str, np.ndarray], form: str = "%.17g", **how: Any) -> dict[str, set[str]]:
    """Check a right set of a float64 layer of which some parts are wrong, printed in some form."""
    layer = float64_layer()
    report = check_cell(*write(folder, layer, converted(layer) | wrong, form), Sizes(3, 5), **how)
    return {part: set(finding.kinds) for finding in report.cells[0].findings for part in finding.parts}


def float64_layer() -> Layer:
    draw = np.random.default_rng(2)
    return Layer(draw.normal(0, 0.3, (8, 20)), draw.normal(0, 0.5, 20), 3, 1.0)


@pytest.mark.parametrize("digits", [9, 10, 12])
def test_float64_weights_printed_with_few_digits_are_rounded_and_not_edited(tmp_path: Path, digits: int) -> None:
    for kinds in kinds_of(tmp_path, {}, f"%.{digits}g").values():
        assert kinds == {"rounded"}


def test_a_few_large_numbers_do_not_hide_that_decimals_were_lost_before_float32(tmp_path: Path) -> None:
    kernel = np.round(converted(float64_layer())["kernel"], 6)
    kernel[0, 0], kernel[2, 19] = 1.7 - 2e-7, -3.2 + 3e-7
    layer = float64_layer()
    layer.kernel[0, 0], layer.kernel[2, 19] = kernel[0, 0], kernel[2, 19]
    wrong = converted(layer) | {"kernel": np.round(kernel, 6).astype(np.float32).astype(np.float64)}
    assert named(tmp_path, layer, wrong) == (False, {"kernel": {"rounded"}})


@pytest.mark.parametrize("hidden_size", [1, 2])
@pytest.mark.parametrize("gate", range(4))
def test_the_same_small_change_of_a_few_numbers_is_no_constant_of_their_gate(
    tmp_path: Path, hidden_size: int, gate: int
) -> None:
    layer = random_layer(np.random.default_rng(0), 3, hidden_size, 1.0)
    layer = layer._replace(bias=np.round(layer.bias.astype(np.float64), 6))
    rounded = converted(layer)
    layer.bias[gate * hidden_size : (gate + 1) * hidden_size] += 4e-7
    assert named(tmp_path, layer, rounded) == (False, {"bias": {"rounded"}})


@pytest.mark.parametrize(("form", "kind"), [("%.4g", "rounded"), ("%.17g", "gate_order:icfo")])
def test_a_first_row_of_zeros_decides_nothing(tmp_path: Path, form: str, kind: str) -> None:
    layer = float64_layer()
    layer.kernel[[0, 3]] = 0
    parts = converted(layer) if kind == "rounded" else converted(layer, "ijfo")
    report = check_cell(*write(tmp_path, layer, parts, form), Sizes(3, 5))
    assert {kind} == {kind for finding in report.cells[0].findings for kind in finding.kinds}


@pytest.mark.parametrize("part", ["kernel", "recurrent_kernel", "bias"])
def test_a_layer_that_was_never_set_is_named_so(tmp_path: Path, part: str) -> None:
    initial = np.repeat([0.0, 1.0, 0.0, 0.0], 5) if part == "bias" else np.zeros_like(converted(float64_layer())[part])
    assert kinds_of(tmp_path, {part: initial}) == {part: {"never_set"}}


def test_an_edit_beyond_the_tolerance_is_named_beside_what_the_tolerance_forgives(tmp_path: Path) -> None:
    from csvlstm.verdict.behaviour import Slack

    kernel = np.round(converted(float64_layer())["kernel"], 6)
    kernel[1, 6] += 0.1
    assert kinds_of(tmp_path, {"kernel": kernel}, tolerance=Slack(1e-5, 0.0)) == {"kernel": {"edited"}}


def test_a_quarter_pasted_twice_and_one_turned_alone_are_named(tmp_path: Path) -> None:
    right = converted(float64_layer())
    kernel, recurrent_kernel = right["kernel"].copy(), right["recurrent_kernel"].copy()
    kernel[:, 10:15] = kernel[:, 5:10]
    recurrent_kernel[:, 15:] = recurrent_kernel[:, 15:].T
    kinds = kinds_of(tmp_path, {"kernel": kernel, "recurrent_kernel": recurrent_kernel})
    assert kinds == {"kernel": {"quarter"}, "recurrent_kernel": {"quarter"}}


def test_rows_that_were_never_split_are_named(tmp_path: Path) -> None:
    right = converted(float64_layer())
    whole = np.concatenate([right["kernel"], right["recurrent_kernel"]])
    assert kinds_of(tmp_path, {"kernel": whole}) == {"kernel": {"not_split"}}


def test_weights_too_small_for_float32_are_not_equal_as_float32(tmp_path: Path) -> None:
    layer = float64_layer()
    layer = layer._replace(kernel=layer.kernel * 1e-50)
    equivalent, kinds = named(tmp_path, layer, converted(layer, "ijfo"))
    assert not equivalent
    assert kinds["kernel"] == {"gate_order:icfo"}


def test_numbers_cut_off_are_shown_with_their_addresses(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    parts = converted(layer)
    parts["kernel"][1, 6] = 0.12
    layer.kernel[1, 11] = np.float32(0.12789)
    report = check_cell(*write(tmp_path, layer, parts), Sizes(3, 5))
    assert "1 cell was edited (G2 is 0.12 instead of 0.127" in str(report.cells[0].findings[0])


def test_a_constant_on_a_gate_is_said_with_the_gate(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 0.0)
    parts = converted(layer)
    parts["bias"][:5] += 1.0
    report = check_cell(*write(tmp_path, layer, parts), Sizes(3, 5), forget_bias=0.0)
    assert str(report.cells[0].findings[0]) == (
        "in bias.csv, the constant 1.0 was added to gate i: take 1.0 from gate i"
    )


def test_digits_lost_before_the_forget_bias_was_added_are_said_so(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    rounded = layer._replace(bias=np.array([float(f"{number:.3g}") for number in layer.bias]))
    parts = converted(layer) | {"bias": converted(rounded)["bias"]}
    (finding,) = check_cell(*write(tmp_path, layer, parts), Sizes(3, 5)).cells[0].findings
    assert "rounded to 3 significant digits, and the forget bias was added after that: export 9 digits" in str(finding)


@pytest.mark.parametrize("scale", [0.5, 0.01])
def test_a_new_layer_beside_small_weights_is_not_called_rounded(tmp_path: Path, scale: float) -> None:
    layer = random_layer(np.random.default_rng(0), 3, 5, 1.0)
    layer = layer._replace(bias=(scale * np.tanh(layer.bias)).astype(np.float32))
    parts = converted(layer) | {"bias": np.repeat([0.0, 1.0, 0.0, 0.0], 5)}
    assert named(tmp_path, layer, parts) == (False, {"bias": {"never_set"}})
