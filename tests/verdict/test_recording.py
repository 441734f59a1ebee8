"""A recorded run of the real network: it passes, and shows what the weights cannot show."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.convert import Conversion, convert_files
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.layout import Sizes
from csvlstm.layouts.references import hard_sigmoid_keras2, hard_sigmoid_keras3, tf1_lstm
from csvlstm.network.topology import Cell, single
from csvlstm.verdict.recording import Assumption, Replay
from tests.exports import check_cell
from tests.mistakes import Layer, random_layer, write

SUNSPOTS = Path(__file__).parent.parent.parent / "sample_data" / "sunspots"
CELLS = [(0, Sizes(3, 5), "inputs.csv"), (1, Sizes(5, 4), "cell_0_h.csv")]


def replay_sample(tmp_path: Path, cell: int, sizes: Sizes, inputs: str, forget_bias: float) -> Replay:
    kernel, bias = (str(SUNSPOTS / f"cell_{cell}_{part}.csv") for part in ("kernel", "bias"))
    convert_files(Conversion(single(Cell(kernel, bias, sizes, forget_bias))), str(tmp_path / "keras"))
    recorded = str(SUNSPOTS / inputs), str(SUNSPOTS / f"cell_{cell}_h.csv")
    report = check_cell(kernel, bias, str(tmp_path / "keras"), sizes, forget_bias=forget_bias, recorded=recorded)
    assert report.replay
    assert report.equivalent == report.replay.agrees
    return report.replay


@pytest.mark.parametrize(("cell", "sizes", "inputs"), CELLS)
def test_the_sample_passes_layer_by_layer(tmp_path: Path, cell: int, sizes: Sizes, inputs: str) -> None:
    replay = replay_sample(tmp_path, cell, sizes, inputs, 1.0)
    assert replay.agrees
    assert 20 <= replay.comparable_steps < replay.steps == 297


@pytest.mark.parametrize("forget_bias", [0.0, 0.9, 2.0])
def test_a_wrong_forget_bias_is_seen_and_the_right_one_found(tmp_path: Path, forget_bias: float) -> None:
    replay = replay_sample(tmp_path, *CELLS[0], forget_bias)
    assert not replay.agrees
    assert replay.fitting == Assumption(1.0, "sigmoid")


def record(folder: Path, layer: Layer, forget_bias: float, activation: object) -> tuple[str, str]:
    """Record a run of an LSTM whose weights are those of the layer, in float32 as the original would."""
    inputs = np.random.default_rng(5).standard_normal((1, 30, layer.input_size)).astype(np.float32)
    zero = np.zeros((1, layer.hidden_size), np.float32)
    outputs, _ = tf1_lstm(inputs, (zero, zero), layer.kernel, layer.bias, forget_bias, activation)  # type: ignore[arg-type]
    np.savetxt(folder / "x.csv", inputs[0], delimiter=",")
    np.savetxt(folder / "y.csv", outputs[0], delimiter=",")
    return str(folder / "x.csv"), str(folder / "y.csv")


@pytest.mark.parametrize(
    ("forget_bias", "activation", "name"),
    [
        (1.0, hard_sigmoid_keras2, "hard_sigmoid (Keras 1 and 2)"),
        (1.0, hard_sigmoid_keras3, "hard_sigmoid (Keras 3)"),
        (2.5, hard_sigmoid_keras2, "hard_sigmoid (Keras 1 and 2)"),
    ],
)
def test_another_activation_is_named(tmp_path: Path, forget_bias: float, activation: object, name: str) -> None:
    from tests.mistakes import converted

    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    recorded = record(tmp_path, layer, forget_bias, activation)
    report = check_cell(*write(tmp_path, layer, converted(layer)), Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert report.verdict == "equal_as_float32"
    assert not report.equivalent
    assert report.replay.fitting == Assumption(forget_bias, name)


def test_a_wrong_set_differs_from_the_run_while_its_export_agrees(tmp_path: Path) -> None:
    from csvlstm.layouts.references import sigmoid
    from tests.mistakes import converted

    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    recorded = record(tmp_path, layer, 1.0, sigmoid)
    report = check_cell(*write(tmp_path, layer, converted(layer, "ijfo")), Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert report.replay.tf1_difference < 1e-6 < 0.01 < (report.replay.keras_difference or 0)
    assert report.replay.fitting is None


def test_a_run_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    inputs, outputs = str(SUNSPOTS / "inputs.csv"), str(SUNSPOTS / "cell_1_h.csv")
    kernel, bias = (str(SUNSPOTS / f"cell_0_{part}.csv") for part in ("kernel", "bias"))
    convert_files(Conversion(single(Cell(kernel, bias, Sizes(3, 5)))), str(tmp_path / "keras"))
    with pytest.raises(CsvLstmError, match=r"cell_1_h\.csv: 4 cells in a row; expected 5, the hidden size"):
        check_cell(kernel, bias, str(tmp_path / "keras"), Sizes(3, 5), recorded=(inputs, outputs))


def test_a_run_that_float32_cannot_compare_is_no_mistake(tmp_path: Path) -> None:
    from tests.mistakes import converted

    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    np.savetxt(tmp_path / "x.csv", np.full((4, 3), 1e39), delimiter=",")
    np.savetxt(tmp_path / "y.csv", np.ones((4, 5)), delimiter=",")
    kernel, bias, folder = write(tmp_path, layer, converted(layer))
    recorded = str(tmp_path / "x.csv"), str(tmp_path / "y.csv")
    report = check_cell(kernel, bias, folder, Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert (report.replay.comparable_steps, report.replay.agrees, report.equivalent) == (0, None, True)


def test_a_header_row_is_no_step_of_a_run(tmp_path: Path) -> None:
    from tests.mistakes import converted

    layer = random_layer(np.random.default_rng(3), 4, 5, 1.0)
    (tmp_path / "x.csv").write_text("0,1,2,3\n0.5,0.25,0.125,1.5\n")
    (tmp_path / "y.csv").write_text("0.1,0.2,0.3,0.4,0.5\n")
    kernel, bias, folder = write(tmp_path, layer, converted(layer))
    with pytest.raises(CsvLstmError, match=r"x\.csv: line 1: has a header row; expected numbers only"):
        check_cell(kernel, bias, folder, Sizes(4, 5), recorded=(str(tmp_path / "x.csv"), str(tmp_path / "y.csv")))
