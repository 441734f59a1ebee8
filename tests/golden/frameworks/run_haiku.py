"""hk.LSTM of Haiku, over a sequence with hk.dynamic_unroll.

pip install dm-haiku
"""

from __future__ import annotations

import haiku as hk
import jax
import numpy as np

VERSIONS = "dm-haiku " + hk.__version__
KINDS = ("plain",)
STATES = ("h", "c")


def _unroll(hidden_size):
    def unroll(x, hidden, cell):
        return hk.dynamic_unroll(hk.LSTM(hidden_size), x, hk.LSTMState(hidden, cell), time_major=False)

    return hk.without_apply_rng(hk.transform(unroll))


def shapes(kind, input_size, hidden_size, projected):
    zero = np.zeros((1, hidden_size), np.float32)
    parameters = _unroll(hidden_size).init(jax.random.PRNGKey(0), np.zeros((1, 1, input_size)), zero, zero)
    return {name: array.shape for name, array in parameters["lstm/linear"].items()}


def run(weights, x, states):
    outputs, final = _unroll(len(weights["b"]) // 4).apply({"lstm/linear": weights}, x, *states)
    return np.asarray(outputs), [np.asarray(final.hidden), np.asarray(final.cell)]
