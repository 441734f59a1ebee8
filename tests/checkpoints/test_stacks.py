"""Which variables are LSTM cells, how these are stacked, and what only looks like one, by the names of all releases."""

from pathlib import Path

import pytest

from csvlstm.checkpoints.opening import open_checkpoint
from csvlstm.checkpoints.purposes import purposes
from csvlstm.checkpoints.stacks import find_layers, place
from csvlstm.checkpoints.tensors import Variable
from csvlstm.errors import CsvLstmError
from tests.checkpoints.recorded import FORMATS

Shapes = dict[str, tuple[int, ...]]
Expected = list[list[tuple[str, int, int]]]


def variables(shapes: Shapes) -> dict[str, Variable]:
    return {name: Variable("float32", shape) for name, shape in shapes.items()}


def cell(input_size: int, hidden_size: int, scope: str = "rnn/lstm_cell") -> Shapes:
    kernel = input_size + hidden_size, 4 * hidden_size
    return {f"{scope}/kernel": kernel, f"{scope}/bias": (4 * hidden_size,)}


def found(shapes: dict[str, Variable], *scopes: str) -> Expected:
    return [
        [(one.cell.scope, one.cell.input_size, one.cell.hidden_size) for one in layer]
        for layer in find_layers(shapes, scopes)
    ]


ATTENTION = "rnn/attention_wrapper/multi_rnn_cell/cell_{}/lstm_cell"
REAL: dict[str, Expected] = {
    "tf0_12_single": [[("RNN/LSTMCell", 3, 5)]],
    "tf0_12_basic_forget_bias": [[("RNN/BasicLSTMCell", 3, 5)]],
    "tf0_12_v2_stack": [
        [("RNN/MultiRNNCell/Cell0/LSTMCell", 3, 5)], [("RNN/MultiRNNCell/Cell1/BasicLSTMCell", 5, 4)],
    ],
    "tf0_12_unit_shards": [[("RNN/LSTMCell", 3, 6)]],
    "tf0_12_v1_unit_shards": [[("RNN/LSTMCell", 3, 6)]],
    "tf0_12_bidirectional": [[("BiRNN/FW/LSTMCell", 3, 5), ("BiRNN/BW/LSTMCell", 3, 5)]],
    "tf1_1_single": [[("rnn/lstm_cell", 3, 5)]],
    "tf1_1_v1_stack": [
        [("rnn/multi_rnn_cell/cell_0/lstm_cell", 3, 5)], [("rnn/multi_rnn_cell/cell_1/basic_lstm_cell", 5, 4)],
    ],
    "tf1_1_unit_shards": [[("rnn/lstm_cell", 3, 6)]],
    "tf1_15_adam": [
        [("rnn/multi_rnn_cell/cell_0/lstm_cell", 3, 5)], [("rnn/multi_rnn_cell/cell_1/basic_lstm_cell", 5, 4)],
    ],
    "tf1_15_v2_sharded_partitioned": [[("model/rnn/lstm_cell", 3, 5)]],
    "tf1_15_attention": [[(ATTENTION.format(0), 8, 5)], [(ATTENTION.format(1), 5, 5)]],
    "tf1_15_fused_cell": [[("lstm_fused_cell", 3, 5)]],
    "tf1_15_sonnet": [[("lstm", 3, 5)]],
    "tf1_15_frozen": [[("rnn/lstm_cell", 3, 5)]],
    "tf1_15_projection": [[("rnn/lstm_cell", 3, 5)]],
    "tf1_15_projection_and_peepholes": [[("rnn/lstm_cell", 3, 5)]],
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_the_cells_of_real_checkpoints_are_found(tmp_path: Path, name: str) -> None:
    opened = open_checkpoint(FORMATS[name].write(tmp_path)).variables
    assert found(dict(opened.variables)) == REAL[name]


GRU = "is no LSTM cell for Keras: it is a GRU, whose gates [D + H, 2H] have the shape of an LSTM kernel"
COUPLED = "is no LSTM cell for Keras: it has coupled input and forget gates, three in place of four"
OF_OBJECTS = "is a TensorFlow 2 checkpoint, whose layers are Keras layers already"
NOT_LSTM: dict[str, tuple[tuple[str, ...], str]] = {
    "tf0_12_gru": ((), "no LSTM cell; RNN/GRUCell is a GRU, and no LSTM"),
    "tf1_1_gru": ((), "no LSTM cell; rnn/gru_cell is a GRU, and no LSTM"),
    "tf1_15_gru_with_meta": (("rnn/gru_cell/gates",), f"rnn/gru_cell/gates {GRU}"),
    "tf0_12_coupled": ((), f"RNN/CoupledInputForgetGateLSTMCell {COUPLED}"),
    "tf1_1_coupled": ((), COUPLED),
    "tf1_15_coupled_with_meta": ((), f"rnn/coupled_input_forget_gate_lstm_cell {COUPLED}"),
    "tf1_15_opaque_cudnn": ((), "no LSTM cell, but the opaque parameters of a CudnnLSTM"),
    "tf2_15_object_based": ((), OF_OBJECTS),
    "tf2_15_save_weights": ((), OF_OBJECTS),
}


@pytest.mark.parametrize("name", NOT_LSTM)
def test_what_only_looks_like_an_lstm_is_refused_by_what_it_is(tmp_path: Path, name: str) -> None:
    scopes, said = NOT_LSTM[name]
    opened = open_checkpoint(FORMATS[name].write(tmp_path)).variables
    with pytest.raises(CsvLstmError) as refusal:
        find_layers(opened.variables, scopes)
    assert said in str(refusal.value)


PLACES = {
    "lstm_cell": ("lstm_cell", 0, ""),
    "rnn/multi_rnn_cell/cell_12/lstm_cell": ("rnn/multi_rnn_cell/", 12, ""),
    "RNN/MultiRNNCell/Cell3/LSTMCell": ("RNN/MultiRNNCell/", 3, ""),
    "bidirectional_rnn/bw/lstm_cell": ("bidirectional_rnn", 0, "bw"),
    "BiRNN/FW/LSTMCell": ("BiRNN", 0, "fw"),
    "layer_1/bidirectional_rnn/fw/lstm_cell": ("layer_*/bidirectional_rnn", 1, "fw"),
    "stack_bidirectional_rnn/cell_1/bidirectional_rnn/bw/lstm_cell": ("stack_bidirectional_rnn/", 1, "bw"),
    # A stack after a direction never meets the other one.
    "bidirectional_rnn/fw/multi_rnn_cell/cell_1/lstm_cell": ("bidirectional_rnn/fw/multi_rnn_cell/", 1, ""),
    "BiRNN/BW/MultiRNNCell/Cell1/LSTMCell": ("BiRNN/BW/MultiRNNCell/", 1, ""),
    "cudnn_lstm/stack_bidirectional_rnn/cell_0/bidirectional_rnn/fw/cudnn_compatible_lstm_cell": (
        "cudnn_lstm/stack_bidirectional_rnn/", 0, "fw",
    ),
}  # fmt: skip


@pytest.mark.parametrize("scope", PLACES)
def test_a_scope_tells_network_layer_and_direction(scope: str) -> None:
    assert place(scope) == PLACES[scope]


BROKEN: dict[str, tuple[Shapes, tuple[str, ...], str]] = {
    "no bias": (
        {"rnn/lstm_cell/kernel": (8, 20)}, (),
        "no LSTM cell; one without lstm in its name needs its whole scope; the checkpoint's kernels: "
        "rnn/lstm_cell/kernel",
    ),
    "no kernel": (
        {"global_step": ()}, ("rnn",),
        "no LSTM cell in rnn; one without lstm in its name needs its whole scope; the checkpoint's kernels: none",
    ),
    "a convolution": (
        {"conv_lstm_cell/kernel": (3, 3, 5, 12), "conv_lstm_cell/bias": (12,)}, (),
        "conv_lstm_cell is no LSTM cell for Keras: it is a convolutional LSTM; "
        "expected an LSTM cell of TensorFlow 1",
    ),
    "a network whose scope holds another": (
        cell(3, 5, "a/lstm_1") | cell(5, 4, "a/lstm_2") | cell(3, 2, "a/b/lstm_cell"), (),
        "2 networks; expected the scope of one, a/b/lstm_cell (3 -> 2) or a/lstm_1 and a/lstm_2 (3 -> 5, 5 -> 4); "
        "several scopes are one stack",
    ),
    "two cells, one of them without a number": (
        cell(4, 4, "lstm_cell") | cell(4, 4, "lstm_cell_1"), (),
        "2 networks; expected the scope of one, lstm_cell (4 -> 4) or lstm_cell_1 (4 -> 4); several scopes are one "
        "stack",
    ),
    "directions of different inputs": (
        cell(3, 5, "rnn/fw/lstm_cell") | cell(4, 5, "rnn/bw/lstm_cell"), (),
        "rnn/bw/lstm_cell has input size 4, where 3 values come in; is this one stack? give a scope for each layer, "
        "from the input up",
    ),
    "a Keras layer": (
        {"lstm/kernel": (3, 20), "lstm/recurrent_kernel": (5, 20), "lstm/bias": (20,)}, (),
        "lstm is no LSTM cell for Keras: it is a Keras layer already, so save what its get_weights() gives; "
        "expected an LSTM cell of TensorFlow 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shapes", "scopes", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_whole_stack_is_refused(shapes: Shapes, scopes: tuple[str, ...], said: str) -> None:
    with pytest.raises(CsvLstmError) as refusal:
        find_layers(variables(shapes), scopes)
    assert str(refusal.value) == said


def test_a_cell_of_any_name_is_taken_by_its_whole_scope() -> None:
    shapes = variables(cell(3, 5, "rnn/memory") | cell(5, 4, "out"))
    assert found(shapes, "rnn/memory", "out/") == [[("rnn/memory", 3, 5)], [("out", 5, 4)]]


def test_rows_of_a_kernel_in_several_variables_are_one_kernel() -> None:
    shapes: Shapes = {f"LSTMCell/W_{k}": (3, 24) for k in range(3)}
    shapes["LSTMCell/B"] = (24,)
    layer, = find_layers(variables(shapes))  # fmt: skip
    assert layer[0].cell.kernel == ("LSTMCell/W_0", "LSTMCell/W_1", "LSTMCell/W_2")
    assert (layer[0].cell.input_size, layer[0].cell.hidden_size) == (3, 6)


def test_a_projection_is_what_the_next_layer_takes() -> None:
    shapes = {"l_0/lstm_cell/kernel": (5, 20), "l_0/lstm_cell/bias": (20,), "l_0/lstm_cell/projection/kernel": (5, 2)}
    layers = find_layers(variables(shapes | cell(2, 7, "l_1/lstm_cell")))
    assert [(layer[0].cell.input_size, layer[0].cell.output_size) for layer in layers] == [(3, 2), (2, 7)]


def test_each_variable_is_said_what_it_is_taken_for(tmp_path: Path) -> None:
    opened = open_checkpoint(FORMATS["tf1_15_adam"].write(tmp_path)).variables
    taken = purposes(opened.variables)
    assert taken["rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel"] == "LSTM cell, 5 -> 4"
    assert taken["rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel/Adam_1"] == "kept by an optimizer or an average"
    assert taken["dense/kernel"] == taken["global_step"] == ""
    gru = open_checkpoint(FORMATS["tf1_15_gru_with_meta"].write(tmp_path / "gru")).variables
    assert set(purposes(gru.variables).values()) == {"GRU, no LSTM"}
