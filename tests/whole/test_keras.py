"""The real Keras with weights that went the users' way, held against recordings of the real TensorFlow 1.15.5.

The users' way: kernel and bias saved to CSV, `csvlstm convert`, read_weights, set_weights. Keras runs on its numpy
backend, in the mass on jax, too; the tests that need it are skipped where it is not installed.
"""

import csv
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csvlstm import read_weights
from csvlstm.commands.cli import main
from tests import children
from tests.checkpoints.networks import EXPORTED, Network
from tests.golden_recordings import (
    NETWORKS,
    RECORDINGS,
    SINGLE_CELLS,
    STACKS,
    Array,
    Cell,
    Recording,
    each,
    largest_difference,
    recording_named,
)

ROOT = Path(__file__).parent.parent.parent
SUNSPOTS = ROOT / "sample_data" / "sunspots"

TOLERANCE = {"jax": 1e-6, "numpy": 1.5e-6}[os.environ["KERAS_BACKEND"]]
"""Both sides compute in float32, where numpy adds up in another order than TensorFlow and jax."""

FRAMEWORKS = {"tensorflow", "keras", "jax", "jaxlib", "torch"}

SLOW = {"pandas", "numpy.ma", "numpy.random", "decimal", "locale", "shutil", "threading"}
"""What takes as long to import as a small layer to convert."""

Keras = Any
"""The module keras, which has no types."""

Save = Callable[[Path, Array], None]


@pytest.fixture(scope="module")
def keras() -> Keras:
    """Import Keras on the backend of the suite; every test that asks for it is skipped where there is none."""
    pytest.importorskip("jax", reason="the real Keras needs jax, which is not installed")
    # On jax most of the time goes to compiling what runs once; read when the first layer runs, it has to stay.
    os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"
    return pytest.importorskip("keras", reason="the real Keras is not installed")


@pytest.mark.mass
def test_keras_computes_the_same_on_jax() -> None:
    here = [os.path.relpath(__file__, ROOT), "tests/layouts/test_equations.py"]
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *here, "-m", "not mass"]
    on_jax = children.environment(KERAS_BACKEND="jax")
    run = children.run([sys.executable, *arguments], cwd=ROOT, env=on_jax, timeout=300)
    assert run.returncode == 0, run.stdout.decode()


def save_with_numpy(path: Path, weights: Array) -> None:
    np.savetxt(path, weights, delimiter=",")


def save_with_csv_writer(path: Path, weights: Array) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(np.atleast_2d(weights))


def save_with_pandas(path: Path, weights: Array) -> None:
    pd.DataFrame(weights).to_csv(path)


def save_with_pandas_without_labels(path: Path, weights: Array) -> None:
    pd.DataFrame(weights).to_csv(path, header=False, index=False)


def convert_files(kernel: Path, bias: Path, sizes: tuple[int, int], forget_bias: float, directory: Path) -> list[Array]:
    """Run the command line, and read what it wrote."""
    declared = [f"--input-size={sizes[0]}", f"--hidden-size={sizes[1]}", f"--forget-bias={forget_bias}"]
    assert main(["convert", str(kernel), str(bias), *declared, "-o", str(directory)]) == 0
    weights: list[np.ndarray] = read_weights(directory)
    return weights


def convert(cell: Cell, forget_bias: float, folder: Path, save: Save) -> list[Array]:
    """Take a cell the users' way: weights to CSV, the command line, CSV to weights."""
    folder.mkdir()
    kernel, bias = folder / "exported_kernel.csv", folder / "exported_bias.csv"
    save(kernel, cell.kernel)
    save(bias, cell.bias)
    return convert_files(kernel, bias, (cell.input_size, cell.hidden_size), forget_bias, folder / "converted")


def convert_all(recording: Recording, folder: Path, save: Save = save_with_numpy) -> list[Array]:
    """Convert every cell of a recording, and put the weights one after another, forward before backward."""
    return [
        weights
        for number, cell in enumerate(recording.cells)
        for weights in convert(cell, recording.forget_bias, folder / f"cell_{number}", save)
    ]


def states_for_keras(cells: list[Cell], when: str) -> list[Array]:
    """List the initial or the final h and c of each cell, in Keras's order."""
    return [getattr(cell, f"{when}_{state}") for cell in cells for state in "hc"]


def make_layer(keras: Keras, cells: list[Cell], **options: str) -> Any:
    layer = keras.layers.LSTM(cells[0].hidden_size, return_sequences=True, return_state=True, **options)
    return layer if len(cells) == 1 else keras.layers.Bidirectional(layer)


def run_layers(keras: Keras, recording: Recording, weights: list[Array], **options: str) -> list[Array]:
    """Run one Keras layer after the other: the outputs of the last, and the final states of all."""
    x, final_states, weights = recording.x, [], weights.copy()
    for cells in recording.layers:
        layer = make_layer(keras, cells, **options)
        layer.build(x.shape)
        layer.set_weights([weights.pop(0) for _ in layer.weights])
        x, *states = map(np.asarray, layer(x, initial_state=states_for_keras(cells, "initial")))
        final_states += states
    return [x, *final_states]


def make_stacked_cells(keras: Keras, hidden_sizes: list[int], x: Array, weights: list[Array]) -> Any:
    """Make one layer of several cells, as MultiRNNCell is one cell of several."""
    cells = keras.layers.StackedRNNCells([keras.layers.LSTMCell(hidden_size) for hidden_size in hidden_sizes])
    layer = keras.layers.RNN(cells, return_sequences=True, return_state=True)
    layer.build(x.shape)
    layer.set_weights(weights)
    return layer


def run_stacked_cells(keras: Keras, recording: Recording, weights: list[Array]) -> list[Array]:
    layer = make_stacked_cells(keras, [cell.hidden_size for cell in recording.cells], recording.x, weights)
    initial_state = [states_for_keras([cell], "initial") for cell in recording.cells]
    outputs, *states = layer(recording.x, initial_state=initial_state)
    return [np.asarray(outputs), *(np.asarray(state) for pair in states for state in pair)]


def recorded(recording: Recording) -> list[Array]:
    return [recording.outputs, *states_for_keras(recording.cells, "final")]


@each(RECORDINGS)
def test_keras_layers_compute_what_tensorflow_recorded(keras: Keras, recording: Recording, tmp_path: Path) -> None:
    computed = run_layers(keras, recording, convert_all(recording, tmp_path))
    assert largest_difference(computed, recorded(recording)) <= TOLERANCE


def convert_network(recording: Recording, folder: Path) -> list[Array]:
    """Take a whole network the users' way: one layers.csv, one command, one list of weights."""
    assert main(["convert", "--layers", str(recording.write_layers(folder)), "-o", str(folder / "converted")]) == 0
    weights: list[np.ndarray] = read_weights(folder / "converted")
    return weights


@each(NETWORKS)
def test_keras_layers_compute_what_a_network_recorded(keras: Keras, recording: Recording, tmp_path: Path) -> None:
    computed = run_layers(keras, recording, convert_network(recording, tmp_path))
    assert largest_difference(computed, recorded(recording)) <= TOLERANCE


@each(STACKS)
def test_stacked_keras_cells_take_the_weights_of_a_network(keras: Keras, recording: Recording, tmp_path: Path) -> None:
    computed = run_stacked_cells(keras, recording, convert_network(recording, tmp_path))
    assert largest_difference(computed, recorded(recording)) <= TOLERANCE


@pytest.mark.parametrize("network", EXPORTED, ids=[network.name for network in EXPORTED])
def test_a_checkpoint_comes_to_keras_in_two_commands(keras: Keras, network: Network, tmp_path: Path) -> None:
    """The whole way: the checkpoint of the real TensorFlow, exported, converted, in Keras."""
    exported, converted = str(tmp_path / "exported"), str(tmp_path / "converted")
    assert main(["export", network.write(tmp_path), "-o", exported, *network.arguments]) == 0
    assert main(["convert", "--layers", f"{exported}/layers.csv", "-o", converted]) == 0
    computed = run_layers(keras, network.recording, read_weights(converted))
    assert largest_difference(computed, recorded(network.recording)) <= TOLERANCE


@each([recording for recording in NETWORKS if recording not in STACKS])
def test_the_folder_of_a_layer_holds_what_bidirectional_takes(
    keras: Keras, recording: Recording, tmp_path: Path
) -> None:
    convert_network(recording, tmp_path)
    weights = [
        array for k in range(len(recording.layers)) for array in read_weights(tmp_path / "converted" / f"layer_{k}")
    ]
    assert largest_difference(run_layers(keras, recording, weights), recorded(recording)) <= TOLERANCE


@each(STACKS)
def test_stacked_keras_cells_compute_what_tensorflow_recorded(
    keras: Keras, recording: Recording, tmp_path: Path
) -> None:
    computed = run_stacked_cells(keras, recording, convert_all(recording, tmp_path))
    assert largest_difference(computed, recorded(recording)) <= TOLERANCE


@each([recording_named(f"{cell}_forget2.5") for cell in ("BasicLSTMCell_D5_H3", "LSTMBlockCell_D6_H6")])
@pytest.mark.parametrize("save", [save_with_csv_writer, save_with_pandas, save_with_pandas_without_labels])
def test_it_does_not_matter_what_saved_the_weights(
    keras: Keras, recording: Recording, save: Save, tmp_path: Path
) -> None:
    computed = run_layers(keras, recording, convert_all(recording, tmp_path, save))
    assert largest_difference(computed, recorded(recording)) <= TOLERANCE


@each(SINGLE_CELLS, few=4)
def test_the_widespread_advice_activation_sigmoid_is_wrong(keras: Keras, recording: Recording, tmp_path: Path) -> None:
    computed = run_layers(keras, recording, convert_all(recording, tmp_path), activation="sigmoid")
    assert largest_difference(computed, recorded(recording)) > 0.1


@each(SINGLE_CELLS, few=4)
def test_a_hard_sigmoid_in_the_gates_is_wrong(keras: Keras, recording: Recording, tmp_path: Path) -> None:
    computed = run_layers(keras, recording, convert_all(recording, tmp_path), recurrent_activation="hard_sigmoid")
    assert largest_difference(computed, recorded(recording)) > 0.005


def read_sunspots(name: str) -> Array:
    return np.loadtxt(SUNSPOTS / f"{name}.csv", delimiter=",", dtype="float32", ndmin=2)


@pytest.mark.parametrize("start", ["checkpoint", "CSVs"])
def test_the_sunspots_network_predicts_in_keras_what_it_predicted_in_tensorflow(
    keras: Keras, start: str, tmp_path: Path
) -> None:
    x = read_sunspots("inputs")[np.newaxis]
    exported = tmp_path / "exported" if start == "checkpoint" else SUNSPOTS
    if start == "checkpoint":
        assert main(["export", str(SUNSPOTS / "trained"), "-o", str(exported)]) == 0
    assert main(["convert", "--layers", str(exported / "layers.csv"), "-o", str(tmp_path / "converted")]) == 0
    hidden, *_ = make_stacked_cells(keras, [5, 4], x, read_weights(tmp_path / "converted"))(x)
    dense = keras.layers.Dense(1)
    dense.build(hidden.shape)
    dense.set_weights([read_sunspots("dense_kernel"), read_sunspots("dense_bias")[0]])
    computed = [np.asarray(hidden)[0], np.asarray(dense(hidden))[0]]
    assert largest_difference(computed, [read_sunspots("cell_1_h"), read_sunspots("dense_output")]) <= TOLERANCE


def imported_by(*arguments: str) -> set[str]:
    """Run a fresh interpreter, and name what it imported, or tried to: modules and their packages."""
    run = children.run([sys.executable, "-X", "importtime", *arguments], cwd=ROOT, check=True)
    modules = re.findall(r"^import time: +\d+ \| +\d+ \| *(\S+)$", run.stderr.decode(), re.MULTILINE)
    return {name for module in modules for name in (module, module.split(".")[0])}


def convert_arguments(directory: Path) -> list[str]:
    files = [str(SUNSPOTS / "cell_0_kernel.csv"), str(SUNSPOTS / "cell_0_bias.csv")]
    return ["convert", *files, "--input-size=3", "--hidden-size=5", "-o", str(directory)]


USE_OF_THE_LIBRARY = """
import numpy as np, csvlstm
kernel, recurrent_kernel, bias = csvlstm.convert_lstm_weights(np.ones((8, 20)), np.ones(20), 5)
zero = np.zeros((1, 5))
csvlstm.tf1_lstm(np.ones((1, 2, 3)), (zero, zero), np.ones((8, 20)), np.ones(20))
csvlstm.keras_lstm(np.ones((1, 2, 3)), [zero, zero], kernel, recurrent_kernel, bias)
csvlstm.read_weights("sample_data/quirks/converted_D1_H1")
"""


def test_even_an_import_that_fails_is_seen() -> None:
    attempt = "try: import no_such_framework\nexcept ImportError: pass"
    assert "no_such_framework" in imported_by("-c", attempt)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["convert", "--help"]], ids=" ".join)
def test_help_and_version_import_neither_numpy_nor_pandas_nor_a_framework(arguments: list[str]) -> None:
    imported = imported_by("-m", "csvlstm", *arguments)
    assert "csvlstm" in imported
    assert not imported & {"numpy", "pandas", *FRAMEWORKS}


def test_converting_a_small_layer_imports_neither_what_is_slow_nor_a_framework(tmp_path: Path) -> None:
    imported = imported_by("-m", "csvlstm", *convert_arguments(tmp_path / "converted"))
    assert {"csvlstm", "numpy"} <= imported
    assert not imported & {*SLOW, *FRAMEWORKS}


def test_using_the_library_imports_no_framework() -> None:
    imported = imported_by("-c", USE_OF_THE_LIBRARY)
    assert {"csvlstm", "numpy"} <= imported
    assert not imported & FRAMEWORKS
