"""The behaviour half of the check: no false alarm, whatever the weights, and every classic mistake seen."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from csvlstm.converted.moving import convert_lstm_weights
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.entries import KERAS, TF1
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.plan import plan
from csvlstm.reading.tables import WeightSet
from csvlstm.verdict.behaviour import Behaviour, compare_behaviour, run_export, saturated
from tests.exports import PARTS, SIZES, random_export

Weights = dict[str, np.ndarray]


def right(export: WeightSet, forget_bias: float = 1.0) -> Weights:
    parts = convert_lstm_weights(export.kernel.values, export.bias.values, export.sizes.hidden_size, forget_bias)
    return dict(zip(PARTS, parts, strict=True))


def behaviour(export: WeightSet, weights: Weights, forget_bias: float = 1.0, seed: int = 0) -> Behaviour:
    to_keras = plan(TF1, KERAS, export.sizes, forget_bias)
    run = run_export(export, forget_bias, seed)
    return compare_behaviour(run, export, to_keras, weights, (forget_bias, 0.0))


def reordered(weights: Weights, order: tuple[int, ...]) -> Weights:
    return {part: np.concatenate([np.split(array, 4, -1)[k] for k in order], -1) for part, array in weights.items()}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 30.0, 1e3])
def test_right_weights_of_any_scale_raise_no_alarm(tmp_path: Path, sizes: Sizes, scale: float) -> None:
    for seed in range(5):
        export = random_export(tmp_path, sizes, seed, scale)
        assert behaviour(export, right(export), seed=seed).equivalent


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3])
def test_heavy_tailed_weights_raise_no_alarm(tmp_path: Path, scale: float) -> None:
    for seed in range(10):
        export = random_export(tmp_path, Sizes(5, 7), seed)
        tails = scale * np.random.default_rng(seed).standard_cauchy(export.kernel.values.shape)
        export.kernel.values[...] = tails
        assert behaviour(export, right(export), seed=seed).equivalent


@pytest.mark.parametrize("scale", [0.05, 10.0, 1e3])
def test_large_layers_raise_no_alarm(tmp_path: Path, scale: float) -> None:
    # Two free-running cells of these weights part by chaos; a check that let them run would cry wolf.
    export = random_export(tmp_path, Sizes(3, 1))
    sizes = Sizes(512, 1024)
    draw = np.random.default_rng(1)
    large = _with_values(export, sizes, scale * draw.standard_normal((sizes.rows, sizes.columns)))
    assert behaviour(large, right(large)).equivalent


def _with_values(export: WeightSet, sizes: Sizes, kernel: np.ndarray) -> WeightSet:
    export.kernel.values = kernel
    export.bias.values = kernel[:1] * 0.5
    return export._replace(sizes=sizes)


def test_weights_so_large_that_sums_overflow_raise_no_alarm(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(3, 5), scale=1e307)
    assert behaviour(export, right(export)).equivalent


@pytest.mark.parametrize("order", list(permutations(range(4)))[1:], ids=str)
def test_each_of_the_23_wrong_gate_orders_is_seen(tmp_path: Path, order: tuple[int, ...]) -> None:
    export = random_export(tmp_path, Sizes(3, 5), scale=0.3)
    assert not behaviour(export, reordered(right(export), order)).equivalent


@pytest.mark.parametrize("part", PARTS)
def test_quarters_left_unswapped_in_one_part_are_seen(tmp_path: Path, part: str) -> None:
    export = random_export(tmp_path, Sizes(3, 5), scale=0.3)
    weights = right(export)
    assert not behaviour(export, {**weights, part: reordered(weights, (0, 2, 1, 3))[part]}).equivalent


@pytest.mark.parametrize("forget_bias", [0.0, 2.0, 1.0 + 1e-12])
def test_another_forget_bias_is_seen(tmp_path: Path, forget_bias: float) -> None:
    export = random_export(tmp_path, Sizes(3, 5), scale=0.3)
    assert not behaviour(export, right(export, forget_bias), 1.0).equivalent


def test_a_transposed_recurrent_kernel_is_seen_gate_by_gate(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(4, 4), scale=0.3)
    weights = right(export)
    turned = np.concatenate([gate.T for gate in np.split(weights["recurrent_kernel"], 4, 1)], 1)
    assert not behaviour(export, {**weights, "recurrent_kernel": turned}).equivalent


def test_rows_split_at_the_wrong_end_are_seen(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(4, 4), scale=0.3)
    weights = right(export)
    exchanged = {**weights, "kernel": weights["recurrent_kernel"], "recurrent_kernel": weights["kernel"]}
    assert not behaviour(export, exchanged).equivalent


def test_the_seed_chooses_the_inputs(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(3, 5))
    wrong = right(export, 0.0)
    assert behaviour(export, wrong, seed=1) == behaviour(export, wrong, seed=1)
    assert behaviour(export, wrong, seed=1) != behaviour(export, wrong, seed=2)


def test_the_largest_difference_is_that_of_the_states(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(3, 5), scale=0.3)
    assert behaviour(export, right(export)).max_difference < 1e-15
    assert behaviour(export, right(export, 0.0)).max_difference > 0.05


def test_inputs_are_made_smaller_where_they_saturate_the_gates(tmp_path: Path) -> None:
    export = random_export(tmp_path, Sizes(9, 5), scale=0.3)
    export.kernel.values[:9] *= 1000.0
    run = run_export(export, 1.0, 0)
    assert np.abs(run.x).max() < 0.01
    assert run.working > 0.5
    assert saturated(run, export) == []
    assert behaviour(export, right(export)).max_difference < 1e-12
    assert behaviour(export, right(export, 0.0)).max_difference > 0.05


@pytest.mark.parametrize("sizes", [Sizes(3, 5), Sizes(4, 4), Sizes(40, 32)], ids=str)
@pytest.mark.parametrize("bits", [8, 16])
def test_whole_numbers_without_their_scale_are_warned_of(tmp_path: Path, sizes: Sizes, bits: int) -> None:
    export = random_export(tmp_path, sizes)
    draw = np.random.default_rng(bits)
    for table in (export.kernel, export.bias):
        table.values[...] = draw.integers(0, 2**bits, table.values.shape)
    run = run_export(export, 1.0, 0)
    (damage,) = saturated(run, export)
    assert str(damage) == (
        f"{export.kernel.name}: nearly every gate is saturated, on small inputs too, so that both cells agree in any "
        "case; is a scale missing, as in whole numbers of 8 or 16 bits? export the weights multiplied by it"
    )
    with pytest.raises(CsvLstmError, match="nearly every gate is saturated"):
        saturated(run, export, allowed=False)


@pytest.mark.parametrize("scale", [1e-6, 0.3, 1.0, 3.0, 10.0])
def test_weights_of_trained_and_of_larger_cells_are_not_warned_of(tmp_path: Path, scale: float) -> None:
    for sizes in (Sizes(3, 5), Sizes(40, 32)):
        export = random_export(tmp_path, sizes, scale=scale)
        assert saturated(run_export(export, 1.0, 0), export) == []
