"""The forget bias that a real graph adds is found for its kernel, and none where the cells are of another kind."""

from pathlib import Path

import pytest

from csvlstm.checkpoints.forget_bias import forget_biases
from csvlstm.checkpoints.graph import graph_nodes
from csvlstm.checkpoints.opening import open_checkpoint
from tests.checkpoints.recorded import FORMATS

CELLS = "rnn/multi_rnn_cell/cell_0/lstm_cell", "rnn/multi_rnn_cell/cell_1/basic_lstm_cell"
FORWARD, BACKWARD = "bidirectional_rnn/fw/lstm_cell", "bidirectional_rnn/bw/lstm_cell"
CUDNN = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell"
FOUND: dict[str, dict[str, float]] = {
    "tf0_12_single": {"RNN/LSTMCell/W_0": 1.0},
    "tf0_12_basic_forget_bias": {"RNN/BasicLSTMCell/Linear/Matrix": 0.7},
    "tf0_12_bidirectional": {"BiRNN/FW/LSTMCell/W_0": 0.7, "BiRNN/BW/LSTMCell/W_0": 0.2},
    "tf1_1_single": {"rnn/lstm_cell/weights": 1.0},
    "tf1_1_basic_forget_bias": {"rnn/basic_lstm_cell/weights": 0.7},
    "tf1_1_bidirectional": {
        "bidirectional_rnn/fw/lstm_cell/weights": 0.7,
        "bidirectional_rnn/bw/lstm_cell/weights": 0.2,
    },
    "tf1_1_frozen_basic": {"rnn/basic_lstm_cell/weights": 0.7},
    "tf1_15_single": {"rnn/lstm_cell/kernel": 1.0},
    "tf1_15_basic_forget_bias": {"rnn/basic_lstm_cell/kernel": 0.7},
    "tf1_15_bidirectional": {
        "bidirectional_rnn/fw/lstm_cell/kernel": 0.7,
        "bidirectional_rnn/bw/lstm_cell/kernel": 0.2,
    },
    "tf1_15_float16": {"rnn/lstm_cell/kernel": 0.7},
    "tf1_15_float64": {"rnn/lstm_cell/kernel": 0.7},
    "tf1_15_frozen": {"rnn/lstm_cell/kernel": 0.7},
    "tf1_15_saved_model": {"rnn/lstm_cell/kernel": 0.7},
    "tf1_15_static_stack": {f"{CELLS[0]}/kernel": 0.7, f"{CELLS[1]}/kernel": 0.2},
    "tf1_15_block_cell": {"rnn/lstm_cell/kernel": 0.3},
    "tf1_15_fused_cell": {"lstm_fused_cell/kernel": 0.3},
    "tf1_15_resource_variables": {"model/rnn/lstm_cell/kernel": 0.7},
    "tf1_15_v2_partitioned_rows": {"model/rnn/lstm_cell/kernel": 1.0},
    "tf1_15_cudnn_compatible": {f"{CUDNN}/kernel": 0.0},
    "tf1_15_sonnet": {"lstm/w_gates": 0.7},
    "tf1_15_gru_with_meta": {},
    "tf1_15_coupled_with_meta": {},
}
WITH_GRAPH = [name for name, one in FORMATS.items() if any(file.endswith((".meta", ".pb")) for file in one.files)]


def test_all_recorded_graphs_are_looked_at() -> None:
    assert FOUND.keys() == set(WITH_GRAPH)


@pytest.mark.parametrize("name", WITH_GRAPH)
def test_a_graph_tells_the_forget_bias_of_each_kernel(tmp_path: Path, name: str) -> None:
    graph = open_checkpoint(FORMATS[name].write(tmp_path)).graph
    assert graph
    assert forget_biases(graph_nodes(graph)) == {kernel: {value} for kernel, value in FOUND[name].items()}
