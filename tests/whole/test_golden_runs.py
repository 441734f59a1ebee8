"""The golden runs are those of the reference with the activations that they were recorded with."""

import numpy as np

from csvlstm.layouts.references import Activation, elu, hard_sigmoid_keras2, relu, sigmoid, softsign, tf1_lstm
from tests.golden_runs import RUNS, RUNS_FOLDER, Run, each_run

FUNCTIONS: dict[str, Activation] = {"tanh": np.tanh, "relu": relu, "sigmoid": sigmoid, "elu": elu, "softsign": softsign}
GATES = {"sigmoid": sigmoid, "hard_sigmoid": hard_sigmoid_keras2}


@each_run([run for run in RUNS if len(run.layers) == 1])
def test_the_reference_gives_what_was_recorded(run: Run) -> None:
    functions = GATES[run.recurrent_activation], FUNCTIONS[run.activation]
    outputs = []
    for cell, order in zip(run.layers[0], (1, -1), strict=False):
        zero = np.zeros((1, cell.hidden_size))
        kernel, bias = cell.kernel.astype(np.float64), cell.bias.astype(np.float64)
        h, _ = tf1_lstm(
            run.x[None, ::order].astype(np.float64), (zero, zero), kernel, bias, run.forget_bias, *functions
        )
        outputs.append(h[0, ::order])
    assert np.abs(np.concatenate(outputs, axis=1) - run.outputs).max() < 5e-6


def test_the_runs_are_small_and_many() -> None:
    assert len(RUNS) >= 12
    assert sum(path.stat().st_size for path in RUNS_FOLDER.iterdir()) < 1_000_000
    assert {run.forget_bias for run in RUNS} >= {0.0, 0.25, 1.0, 2.5}
