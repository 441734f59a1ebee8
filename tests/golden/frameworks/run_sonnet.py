"""snt.LSTM of Sonnet 2 in snt.dynamic_unroll.

pip install 'tensorflow-cpu==2.15.*' dm-sonnet==2.0.2    (Python 3.11)
"""

from __future__ import annotations

import sonnet as snt
import tensorflow as tf

VERSIONS = f"dm-sonnet {snt.__version__}, tensorflow {tf.__version__}"
KINDS = ("plain", "projection")
STATES = ("h", "c")


def _cell(input_size, hidden_size, projected):
    cell = snt.LSTM(hidden_size, projection_size=projected)
    cell(tf.zeros([1, input_size]), cell.initial_state(1))
    return cell


def _variables(cell):
    return {variable.name.split("/")[-1].split(":")[0]: variable for variable in cell.trainable_variables}


def shapes(kind, input_size, hidden_size, projected):
    cell = _cell(input_size, hidden_size, projected if kind == "projection" else None)
    return {name: tuple(variable.shape) for name, variable in _variables(cell).items()}


def run(weights, x, states):
    projected = weights["projection"].shape[1] if "projection" in weights else None
    cell = _cell(len(weights["w_i"]), len(weights["b"]) // 4, projected)
    for name, variable in _variables(cell).items():
        variable.assign(weights[name])
    initial = snt.LSTMState(*map(tf.constant, states))
    outputs, final = snt.dynamic_unroll(cell, tf.constant(x.transpose(1, 0, 2)), initial)
    return outputs.numpy().transpose(1, 0, 2), [final.hidden.numpy(), final.cell.numpy()]
