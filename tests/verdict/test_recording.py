"""A recorded run of the real network: it passes, and shows what the weights cannot show."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.cli import main
from csvlstm.commands.convert import Conversion, convert_files
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.gates import ACTIVATIONS, RECURRENT_ACTIVATIONS, Sizes
from csvlstm.layouts.references import Activation, hard_sigmoid_keras3, relu, sigmoid, tf1_lstm
from csvlstm.network.topology import Cell, single
from csvlstm.verdict import model
from csvlstm.verdict.assumptions import Assumption
from csvlstm.verdict.model import Activations
from csvlstm.verdict.replay import Replay
from tests.exports import check_cell
from tests.golden_runs import RUNS, Run, each_run
from tests.golden_runs import Cell as WeightsOfCell
from tests.mistakes import Layer, converted, random_layer, write
from tests.verdict import recordings

SUNSPOTS = Path(__file__).parents[2] / "sample_data" / "sunspots"
CELLS = [(0, Sizes(3, 5), "inputs.csv"), (1, Sizes(5, 4), "cell_0_h.csv")]
MASS = pytest.mark.mass
SMALL = [run for run in RUNS if sum(cell.kernel.size for layer in run.layers for cell in layer) < 50_000]
LARGE = [run for run in RUNS if run not in SMALL]
BY_NAME = {run.name: run for run in RUNS}


def replay_sample(tmp_path: Path, cell: int, sizes: Sizes, inputs: str, forget_bias: float) -> Replay:
    kernel, bias = (str(SUNSPOTS / f"cell_{cell}_{part}.csv") for part in ("kernel", "bias"))
    convert_files(Conversion(single(Cell((kernel, bias), sizes, forget_bias)), directory=str(tmp_path / "keras")))
    recorded = str(SUNSPOTS / inputs), str(SUNSPOTS / f"cell_{cell}_h.csv")
    report = check_cell(kernel, bias, str(tmp_path / "keras"), sizes, forget_bias=forget_bias, recorded=recorded)
    assert report.replay
    assert report.equivalent == report.replay.agrees
    return report.replay


@pytest.mark.parametrize(("cell", "sizes", "inputs"), CELLS)
def test_the_sample_passes_at_every_step(tmp_path: Path, cell: int, sizes: Sizes, inputs: str) -> None:
    found = replay_sample(tmp_path, cell, sizes, inputs, 1.0)
    assert found.agrees
    assert (found.steps_shown, found.steps) == (297, 297)
    assert max(found.export, found.converted_set or 9) < 0.5


def test_the_first_step_of_the_sample_does_not_show_its_forget_bias(tmp_path: Path) -> None:
    for name in ("inputs.csv", "cell_0_h.csv"):
        (tmp_path / name).write_text((SUNSPOTS / name).read_text().splitlines()[0] + "\n")
    cell = Cell((str(SUNSPOTS / "cell_0_kernel.csv"), str(SUNSPOTS / "cell_0_bias.csv")), Sizes(3, 5), 0.0)
    convert_files(Conversion(single(cell), directory=str(tmp_path / "keras")))
    sizes = ["--input-size", "3", "--hidden-size", "5", "--forget-bias", "0"]
    recorded = ["--recorded-inputs", str(tmp_path / "inputs.csv"), "--recorded-outputs", str(tmp_path / "cell_0_h.csv")]
    assert main(["check", *cell.paths, str(tmp_path / "keras"), *sizes, *recorded]) == 2


@pytest.mark.parametrize("forget_bias", [0.0, 0.9, 0.99, 1.01, 2.0])
def test_a_wrong_forget_bias_is_seen_and_the_right_one_found(tmp_path: Path, forget_bias: float) -> None:
    found = replay_sample(tmp_path, *CELLS[0], forget_bias)
    assert found.contradicts
    assert found.fits == Assumption(1.0, "tanh", "sigmoid", "as recorded")


@pytest.mark.parametrize("run", [*SMALL, *(pytest.param(run, marks=MASS) for run in LARGE)], ids=lambda run: run.name)
def test_tensorflow_fits_as_it_was_and_else_the_truth_is_named(run: Run) -> None:
    for name, declared in recordings.declarations(run).items():
        found = recordings.judged(run, declared)
        assert found.steps_shown == len(run.x)
        assert found.agrees if name == "true" else found.contradicts
        assert found.export < 0.5 if name == "true" else found.export > 10
        assert recordings.names_the_truth(run, found)


def test_the_table_is_what_the_command_prints() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text().splitlines()
    few = [BY_NAME[name] for name in ("LSTMCell_D1_H1_forget1", "bidirectional_LSTMCell_D5_H4_forget1")]
    assert set(recordings.table(few)) <= set(readme)
    assert [line.split(" | ")[0] for line in readme if line.count(" | ") == 5 and "_forget" in line] == [
        f"| {run.name}" for run in RUNS
    ]


@MASS
def test_the_whole_table_is_what_the_command_prints() -> None:
    assert "\n".join(recordings.table()) in (Path(__file__).parents[1] / "README.md").read_text()


class Network:
    """A golden run in files, converted as it is declared, and the command that checks it against its recording."""

    def __init__(self, folder: Path, run: Run, forget_bias: float | None = None, form: str = "%.9g") -> None:
        self.folder, self.run = folder, run
        self.layers = str(run.write(folder, forget_bias, form))
        assert main(["convert", "--layers", self.layers, "-q", "-o", str(folder / "keras")]) == 0

    def check(self, *options: str) -> "tuple[int, dict[str, object]]":
        """Give the exit code and the recorded run of the JSON report."""
        files = ["--recorded-inputs", str(self.folder / "x.csv"), "--recorded-outputs", str(self.folder / "y.csv")]
        command = ["check", "--layers", self.layers, str(self.folder / "keras"), *files, "--json", *options]
        printed, said = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with redirect_stdout(printed), redirect_stderr(said):
            code = main(command)
        self.said = said.getvalue().splitlines()[-2:]
        return code, json.loads(printed.buffer.getvalue())["recorded_run"]

    def write(self, name: str, rows: "np.ndarray", **how: str) -> None:
        """Write a recorded file anew."""
        np.savetxt(self.folder / name, rows, delimiter=",", **{"fmt": "%.9g", **how})


def fits(**changed: object) -> dict[str, object]:
    names = {"forget_bias": 1.0, "activation": "tanh", "recurrent_activation": "sigmoid", "outputs": "as recorded"}
    return {**names, **changed}


@each_run(
    [BY_NAME[name] for name in ("LSTMCell_D6_H16_forget1_relu", "Keras_D3_H10_forget0.25_relu_gates_hard_sigmoid")]
)
def test_other_activations_are_named_and_can_be_declared(tmp_path: Path, run: Run) -> None:
    network = Network(tmp_path, run)
    truth = fits(forget_bias=run.forget_bias, activation=run.activation, recurrent_activation=run.recurrent_activation)
    code, found = network.check()
    assert (code, found["agrees"], found["fits"]) == (1, False, truth)
    assert f"activation {run.activation}" in network.said[1]
    declared = ["--activation", run.activation, "--recurrent-activation", run.recurrent_activation]
    code, found = network.check(*declared)
    assert (code, found["agrees"], found["fits"]) == (0, True, truth)


def test_activations_are_known_by_the_names_that_are_offered() -> None:
    assert tuple(model.ACTIVATIONS) == ACTIVATIONS
    assert tuple(model.RECURRENT_ACTIVATIONS) == RECURRENT_ACTIVATIONS


def test_activations_without_a_recorded_run_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "k", "b", "d", "--input-size", "3", "--hidden-size", "5", "--activation", "relu"]) == 2
    assert "speak of a recorded run" in capsys.readouterr().err


ONE_WAY, BOTH_WAYS = BY_NAME["LSTMCell_D4_H6_H5_forget1"], BY_NAME["bidirectional_LSTMCell_D5_H4_forget1"]


def test_one_row_of_outputs_is_the_last_step(tmp_path: Path) -> None:
    network = Network(tmp_path, ONE_WAY)
    network.write("y.csv", ONE_WAY.outputs[-1:])
    assert network.check() == (0, {**network.check()[1], "steps": 1, "fits": fits(outputs="last step")})


@pytest.mark.parametrize(
    ("backward", "outputs"), [(0, "last forward and first backward step"), (-1, "last step of both directions")]
)
def test_of_both_directions_the_last_step_that_fits_is_said(tmp_path: Path, backward: int, outputs: str) -> None:
    network = Network(tmp_path, BOTH_WAYS)
    network.write("y.csv", np.concatenate([BOTH_WAYS.outputs[-1, :4], BOTH_WAYS.outputs[backward, 4:]])[None])
    code, found = network.check()
    assert (code, found["fits"]) == (0, fits(outputs=outputs))
    assert outputs in network.said[1]


CHANGED: list[tuple[Callable[[Run], tuple[np.ndarray, np.ndarray]], str]] = [
    (lambda run: (run.x, np.concatenate([0 * run.outputs[:1], run.outputs[:-1]])), "one step late"),
    (lambda run: (run.x, run.outputs[::-1]), "reversed in time"),
    (lambda run: (run.x[::-1], run.outputs), "of the inputs reversed in time"),
    (lambda run: (run.x[::-1], run.outputs[::-1]), "reversed in time, of the inputs reversed in time"),
]


@pytest.mark.parametrize(("change", "outputs"), CHANGED)
def test_outputs_in_another_order_are_named(
    tmp_path: Path, change: Callable[[Run], tuple[np.ndarray, np.ndarray]], outputs: str
) -> None:
    network = Network(tmp_path, ONE_WAY)
    for name, rows in zip(("x.csv", "y.csv"), change(ONE_WAY), strict=True):
        network.write(name, rows)
    code, found = network.check()
    assert (code, found["fits"]) == (1, fits(outputs=outputs))


@pytest.mark.parametrize("form", ["%.4f", "%.5f", "%.4g", "%.7g", "%.3e", "%.17g"])
def test_outputs_are_judged_by_the_digits_that_they_were_printed_with(tmp_path: Path, form: str) -> None:
    run = BY_NAME["LSTMBlockCell_D7_H16_forget2.5"]
    network = Network(tmp_path, run, form=form)
    assert network.check()[0] == 0
    (tmp_path / "keras").rename(tmp_path / "right")
    code, found = Network(tmp_path, run, 1.0, form).check()
    assert (code, found["fits"]) == (1, fits(forget_bias=2.5))


@pytest.mark.parametrize("forget_bias", [0.25, 1.0])
def test_inputs_of_three_decimals_accuse_nobody(tmp_path: Path, forget_bias: float) -> None:
    network = Network(tmp_path, BY_NAME["BasicLSTMCell_D1_H8_forget0.25"], forget_bias)
    network.write("x.csv", network.run.x, fmt="%.3f")
    code, found = network.check()
    assert (code, found["fits"]) == (int(forget_bias != 0.25), fits(forget_bias=0.25))
    assert network.said[1].endswith("to the digits that inputs and weights were printed with")


def rounded(array: np.ndarray, form: str) -> np.ndarray:
    return np.array([float(form % number) for number in array.ravel()]).reshape(array.shape)


@pytest.mark.parametrize("forget_bias", [2.5, 1.0])
@pytest.mark.parametrize("form", ["%.6f", "%.4g", "%.5f"])
def test_weights_of_few_digits_accuse_nobody(tmp_path: Path, form: str, forget_bias: float) -> None:
    run = BY_NAME["LSTMBlockCell_D7_H16_forget2.5"]
    printed = [WeightsOfCell(*(rounded(array, form) for array in cell)) for cell in run.layers[0]]
    network = Network(tmp_path, run._replace(layers=[printed]), forget_bias)
    code, found = network.check()
    assert (code, found["fits"]) == (int(forget_bias != 2.5), fits(forget_bias=2.5))
    assert network.said[1].endswith("to the digits that inputs and weights were printed with")


def test_header_row_and_index_column_are_no_steps(tmp_path: Path) -> None:
    network = Network(tmp_path, ONE_WAY)
    expected = network.check()
    for name in ("x.csv", "y.csv"):
        rows = (tmp_path / name).read_text().splitlines()
        names = "".join(f",unit {number}" for number, _ in enumerate(rows[0].split(",")))
        (tmp_path / name).write_text("\n".join([names, *(f"{step},{row}" for step, row in enumerate(rows))]))
    assert network.check() == expected
    assert expected[0] == 0


@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 2.5])
def test_the_first_step_alone_cannot_show_a_forget_bias(tmp_path: Path, forget_bias: float) -> None:
    network = Network(tmp_path, BY_NAME["LSTMCell_D16_H100_forget1"], forget_bias)
    network.write("x.csv", network.run.x[:1])
    network.write("y.csv", network.run.outputs[:1])
    code, found = network.check()
    assert (code, found["steps_shown"], found["agrees"]) == (2, 1, None)
    assert str(found["cannot_show"]).startswith("whether the forget bias is the declared one or ")
    assert "record more than one step, from a zero state, printed with %.9g" in network.said[1]


def test_too_few_digits_show_nothing(tmp_path: Path) -> None:
    code, found = Network(tmp_path, ONE_WAY, form="%.2f").check()
    assert (code, found["steps_shown"], found["fits"]) == (2, 0, None)


def record(folder: Path, layer: Layer, forget_bias: float, *activations: Activation) -> tuple[str, str]:
    """Record a run of an LSTM whose weights are those of the layer, in float32 as the original would."""
    inputs = np.random.default_rng(5).standard_normal((1, 30, layer.input_size)).astype(np.float32)
    zero = np.zeros((1, layer.hidden_size), np.float32)
    outputs, _ = tf1_lstm(inputs, (zero, zero), layer.kernel, layer.bias, forget_bias, *activations)
    np.savetxt(folder / "x.csv", inputs[0], delimiter=",")
    np.savetxt(folder / "y.csv", outputs[0], delimiter=",")
    return str(folder / "x.csv"), str(folder / "y.csv")


@pytest.mark.parametrize(
    ("forget_bias", "functions", "names"),
    [
        (1.0, (hard_sigmoid_keras3,), Activations("hard_sigmoid_keras3")),
        (2.5, (hard_sigmoid_keras3, relu), Activations("hard_sigmoid_keras3", "relu")),
        (0.3, (sigmoid, sigmoid), Activations(output="sigmoid")),
        (3.125, (), Activations()),
    ],
)
def test_forget_bias_and_activations_are_named_together(
    tmp_path: Path, forget_bias: float, functions: tuple[Activation, ...], names: Activations
) -> None:
    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    recorded = record(tmp_path, layer, forget_bias, *functions)
    report = check_cell(*write(tmp_path, layer, converted(layer)), Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert report.verdict == "equal_as_float32"
    assert not report.equivalent
    assert report.replay.fits == Assumption(forget_bias, names.output, names.recurrent, "as recorded")


def test_a_wrong_set_differs_from_the_run_while_its_export_agrees(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    recorded = record(tmp_path, layer, 1.0)
    report = check_cell(*write(tmp_path, layer, converted(layer, "ijfo")), Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert report.replay.export < 0.5 < 10 < (report.replay.converted_set or 0)
    assert report.replay.contradicts


def test_what_fits_nothing_is_said_with_what_was_tried(tmp_path: Path) -> None:
    network = Network(tmp_path, ONE_WAY)
    network.write("y.csv", np.random.default_rng(1).uniform(-1, 1, ONE_WAY.outputs.shape))
    code, found = network.check()
    assert (code, found["fits"]) == (1, None)
    assert "fits nothing that was tried" in network.said[1]


def test_a_run_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    inputs, outputs = str(SUNSPOTS / "inputs.csv"), str(SUNSPOTS / "cell_1_h.csv")
    kernel, bias = (str(SUNSPOTS / f"cell_0_{part}.csv") for part in ("kernel", "bias"))
    convert_files(Conversion(single(Cell((kernel, bias), Sizes(3, 5))), directory=str(tmp_path / "keras")))
    with pytest.raises(CsvLstmError, match=r"cell_1_h\.csv: 4 cells in a row; expected 5, the hidden size"):
        check_cell(kernel, bias, str(tmp_path / "keras"), Sizes(3, 5), recorded=(inputs, outputs))


def test_a_run_that_float32_cannot_hold_shows_nothing(tmp_path: Path) -> None:
    layer = random_layer(np.random.default_rng(3), 3, 5, 1.0)
    np.savetxt(tmp_path / "x.csv", np.full((4, 3), 1e39), delimiter=",")
    np.savetxt(tmp_path / "y.csv", np.ones((4, 5)), delimiter=",")
    kernel, bias, folder = write(tmp_path, layer, converted(layer))
    recorded = str(tmp_path / "x.csv"), str(tmp_path / "y.csv")
    report = check_cell(kernel, bias, folder, Sizes(3, 5), recorded=recorded)
    assert report.replay
    assert (report.replay.steps_shown, report.replay.cannot_show, report.is_different) == (0, True, False)
