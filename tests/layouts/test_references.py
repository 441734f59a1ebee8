"""The two numpy reference cells, held against published numbers and against recordings of real TensorFlow 1.15.5."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest

from csvlstm import convert_lstm_weights, keras_lstm, keras_lstm_cell, tf1_lstm, tf1_lstm_cell
from tests.golden_recordings import (
    GOLDEN,
    RECORDINGS,
    SINGLE_CELLS,
    Array,
    Cell,
    Recording,
    each,
    largest_difference,
    recording_named,
)

TOLERANCE = 1e-6
"""The recordings are float32 runs of up to 14 steps; both references compute them in float64."""

PUBLISHED_IN_FLOAT32 = 2e-7
"""The published numbers are float32 results, printed in full."""

VISIBLE = 1e-2
"""What a wrong conversion changes at least: ten thousand times the tolerance."""

Run = tuple[Array, Array, Array]
"""The outputs of a cell over a sequence, and its last c and h."""

Weights = tuple[Array, Array, Array]
"""Kernel, recurrent kernel and bias of a Keras layer."""

TYPICAL = recording_named("LSTMCell_D3_H5_forget1")

RIGHT_ORDER = (0, 1, 2, 3)
WRONG_ORDERS = [order for order in permutations(RIGHT_ORDER) if order != RIGHT_ORDER]


def in_float64(cell: Cell) -> Cell:
    return Cell(*(array.astype("float64") for array in cell))


def run_tf1(cell: Cell, x: Array, forget_bias: float) -> Run:
    outputs, (c, h) = tf1_lstm(x, (cell.initial_c, cell.initial_h), cell.kernel, cell.bias, forget_bias)
    return outputs, c, h


def run_keras(cell: Cell, x: Array, weights: Weights) -> Run:
    outputs, (h, c) = keras_lstm(x, [cell.initial_h, cell.initial_c], *weights)
    return outputs, c, h


def run_converted(cell: Cell, x: Array, forget_bias: float) -> Run:
    return run_keras(cell, x, convert_lstm_weights(cell.kernel, cell.bias, cell.hidden_size, forget_bias))


def run_recording(recording: Recording, run_cell: Callable[[Cell, Array, float], Run]) -> list[Array]:
    """Run all layers, a backward cell from the last step to the first: the outputs, and c and h of every cell."""
    x, states = recording.x.astype("float64"), []
    for layer in recording.layers:
        outputs = []
        for cell, direction in zip(layer, (1, -1), strict=False):
            output, *state = run_cell(in_float64(cell), x[:, ::direction], recording.forget_bias)
            outputs.append(output[:, ::direction])
            states += state
        x = np.concatenate(outputs, axis=-1)
    return [x, *states]


def recorded(recording: Recording) -> list[Array]:
    return [recording.outputs, *(state for cell in recording.cells for state in (cell.final_c, cell.final_h))]


def difference_with(recording: Recording, weights: Weights) -> float:
    """Run the Keras reference with some weights in place of the only cell's."""
    run = run_keras(in_float64(recording.cells[0]), recording.x.astype("float64"), weights)
    return largest_difference(list(run), recorded(recording))


def right_weights(recording: Recording, forget_bias: float) -> Weights:
    cell = in_float64(recording.cells[0])
    return convert_lstm_weights(cell.kernel, cell.bias, cell.hidden_size, forget_bias)


def test_every_case_of_the_script_has_its_recording() -> None:
    assert len(RECORDINGS) == (GOLDEN / "record.py").read_text().count("    Case(") > 0


@each(RECORDINGS)
def test_the_tensorflow_1_reference_computes_what_tensorflow_recorded(recording: Recording) -> None:
    assert largest_difference(run_recording(recording, run_tf1), recorded(recording)) <= TOLERANCE


@each(RECORDINGS)
def test_the_keras_reference_with_converted_weights_computes_what_tensorflow_recorded(recording: Recording) -> None:
    assert largest_difference(run_recording(recording, run_converted), recorded(recording)) <= TOLERANCE


def test_keras_publishes_these_outputs_of_its_layer() -> None:
    x = np.arange(72.0).reshape(3, 6, 4)
    bias = np.repeat([0.03, 1.0, 0.03, 0.03], 3)
    zero = np.zeros((3, 3))
    outputs, _ = keras_lstm(x, [zero, zero], np.full((4, 12), 0.01), np.full((3, 12), 0.02), bias)
    published = np.repeat([[0.6288687], [0.86899155], [0.9460773]], 3, axis=1)
    assert np.abs(outputs[:, -1] - published).max() < PUBLISHED_IN_FLOAT32


def test_tensorflow_publishes_these_states_of_its_two_layers() -> None:
    states, kernel, bias = np.full((1, 2), 0.1), np.full((4, 8), 0.5), np.zeros(8)
    first = tf1_lstm_cell(np.ones((1, 2)), (states, states), kernel, bias)
    second = tf1_lstm_cell(first[1], (states, states), kernel, bias)
    published = [[0.68967271, 0.44848421], [0.39897051, 0.24024698]]
    assert np.abs(np.array([first, second])[:, :, 0, 0] - published).max() < PUBLISHED_IN_FLOAT32


def test_tensorflow_1_takes_and_gives_c_before_h() -> None:
    """Without weights all gates are half open and the candidate is 0, so that only c goes on."""
    c, h = np.array([[0.5, -0.25, 2.0]]), np.array([[-0.75, 1.0, 0.125]])
    after = tf1_lstm_cell(np.ones((1, 2)), (c, h), np.zeros((5, 12)), np.zeros(12), forget_bias=0.0)
    assert largest_difference(list(after), [c / 2, np.tanh(c / 2) / 2]) < 1e-15


def test_keras_takes_and_gives_h_before_c() -> None:
    """Without weights all gates are half open and the candidate is 0, so that only c goes on."""
    c, h = np.array([[0.5, -0.25, 2.0]]), np.array([[-0.75, 1.0, 0.125]])
    after = keras_lstm_cell(np.ones((1, 2)), [h, c], np.zeros((2, 12)), np.zeros((3, 12)), np.zeros(12))
    assert largest_difference(after, [np.tanh(c / 2) / 2, c / 2]) < 1e-15


@each(SINGLE_CELLS)
def test_both_references_agree_on_one_step_to_the_last_digits(recording: Recording) -> None:
    cell, x = in_float64(recording.cells[0]), recording.x[:, 0].astype("float64")
    c, h = tf1_lstm_cell(x, (cell.initial_c, cell.initial_h), cell.kernel, cell.bias, recording.forget_bias)
    weights = convert_lstm_weights(cell.kernel, cell.bias, cell.hidden_size, recording.forget_bias)
    assert largest_difference(keras_lstm_cell(x, [cell.initial_h, cell.initial_c], *weights), [h, c]) < 1e-14


def test_the_outputs_of_a_layer_are_its_h_after_each_step() -> None:
    cell, x = TYPICAL.cells[0], TYPICAL.x
    outputs, state = tf1_lstm(x, (cell.initial_c, cell.initial_h), cell.kernel, cell.bias)
    c, h = cell.initial_c, cell.initial_h
    for step in range(x.shape[1]):
        c, h = tf1_lstm_cell(x[:, step], (c, h), cell.kernel, cell.bias)
        assert np.array_equal(outputs[:, step], h)
    assert [array.tolist() for array in state] == [c.tolist(), h.tolist()]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_references_compute_in_the_dtype_they_are_given(dtype: str) -> None:
    cell, x = Cell(*(array.astype(dtype) for array in TYPICAL.cells[0])), TYPICAL.x.astype(dtype)
    weights = convert_lstm_weights(cell.kernel, cell.bias, cell.hidden_size)
    computed = [*run_tf1(cell, x, forget_bias=1.0), *run_keras(cell, x, weights)]
    assert [array.dtype for array in computed] == [dtype] * 6


def test_an_empty_batch_has_empty_outputs() -> None:
    none, weights = np.zeros((0, 2)), np.zeros((5, 8))
    outputs, (c, h) = tf1_lstm(np.zeros((0, 4, 3)), (none, none), weights, np.zeros(8))
    assert (outputs.shape, c.shape, h.shape) == ((0, 4, 2), (0, 2), (0, 2))
    outputs, states = keras_lstm(np.zeros((0, 4, 3)), [none, none], weights[:3], weights[3:], np.zeros(8))
    assert (outputs.shape, [state.shape for state in states]) == ((0, 4, 2), [(0, 2), (0, 2)])


def test_a_gate_activation_is_for_the_gates_alone() -> None:
    seen = list[float]()

    def activation(x: np.ndarray) -> np.ndarray:
        seen.extend(x.ravel().tolist())
        return x

    state = np.zeros((1, 1)), np.zeros((1, 1))
    tf1_lstm_cell(np.ones((1, 1)), state, np.array([[1.0, 2, 3, 4], [0, 0, 0, 0]]), np.zeros(4), 1.0, activation)
    assert sorted(seen) == [1, 4, 4]


@each([recording for recording in SINGLE_CELLS if recording.forget_bias])
def test_a_missing_forget_bias_shows(recording: Recording) -> None:
    assert difference_with(recording, right_weights(recording, forget_bias=0.0)) > VISIBLE


@each([recording for recording in SINGLE_CELLS if recording.forget_bias])
def test_a_forget_bias_added_twice_shows(recording: Recording) -> None:
    assert difference_with(recording, right_weights(recording, forget_bias=2 * recording.forget_bias)) > VISIBLE


@pytest.mark.parametrize("order", WRONG_ORDERS, ids=["".join("ifco"[gate] for gate in order) for order in WRONG_ORDERS])
def test_a_wrong_gate_order_shows_in_every_recording(order: tuple[int, ...]) -> None:
    for recording in SINGLE_CELLS:
        weights = right_weights(recording, recording.forget_bias)
        kernel, recurrent_kernel, bias = (
            np.concatenate([np.split(part, 4, axis=-1)[gate] for gate in order], axis=-1) for part in weights
        )
        assert difference_with(recording, (kernel, recurrent_kernel, bias)) > VISIBLE


@each([recording for recording in SINGLE_CELLS if recording.cells[0].hidden_size > 1])
def test_gates_turned_inside_out_show(recording: Recording) -> None:
    """Unit by unit instead of gate by gate: the other way to lay four gates of H units into 4H columns."""
    kernel, recurrent_kernel, bias = (
        np.moveaxis(part.reshape(*part.shape[:-1], 4, -1), -1, -2).reshape(part.shape)
        for part in right_weights(recording, recording.forget_bias)
    )
    assert difference_with(recording, (kernel, recurrent_kernel, bias)) > VISIBLE


@each([recording for recording in SINGLE_CELLS if recording.cells[0].input_size == recording.cells[0].hidden_size])
def test_a_split_at_the_wrong_end_shows(recording: Recording) -> None:
    kernel, recurrent_kernel, bias = right_weights(recording, recording.forget_bias)
    assert difference_with(recording, (recurrent_kernel, kernel, bias)) > VISIBLE


@each([recording for recording in SINGLE_CELLS if recording.cells[0].hidden_size > 1])
def test_a_recurrent_kernel_transposed_within_its_gates_shows(recording: Recording) -> None:
    kernel, recurrent_kernel, bias = right_weights(recording, recording.forget_bias)
    turned = np.concatenate([gate.T for gate in np.split(recurrent_kernel, 4, axis=1)], axis=1)
    assert difference_with(recording, (kernel, turned, bias)) > VISIBLE


@each(SINGLE_CELLS)
def test_a_recurrent_kernel_in_the_order_of_tensorflow_1_shows(recording: Recording) -> None:
    kernel, recurrent_kernel, bias = right_weights(recording, recording.forget_bias)
    i, f, c, o = np.split(recurrent_kernel, 4, axis=1)
    assert difference_with(recording, (kernel, np.concatenate([i, c, f, o], axis=1), bias)) > VISIBLE
