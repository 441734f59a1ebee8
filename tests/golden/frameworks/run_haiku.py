"""hk.LSTM of Haiku, over a sequence with hk.dynamic_unroll.

pip install dm-haiku
"""

from __future__ import annotations

from functools import lru_cache

import haiku as hk
import jax
import numpy as np

VERSIONS = "dm-haiku " + hk.__version__
KINDS = ("plain",)
STATES = ("h", "c")


@lru_cache
def _unroll(hidden_size):
    def unroll(x, hidden, cell):
        return hk.dynamic_unroll(hk.LSTM(hidden_size), x, hk.LSTMState(hidden, cell), time_major=False)

    network = hk.without_apply_rng(hk.transform(unroll))
    return network.init, jax.jit(network.apply)


def shapes(kind, input_size, hidden_size, projected):
    zero = np.zeros((1, hidden_size), np.float32)
    init, _ = _unroll(hidden_size)
    parameters = init(jax.random.PRNGKey(0), np.zeros((1, 1, input_size)), zero, zero)
    return {name: array.shape for name, array in parameters["lstm/linear"].items()}


def run(weights, x, states):
    _, apply = _unroll(len(weights["b"]) // 4)
    outputs, final = apply({"lstm/linear": weights}, x, *states)
    return np.asarray(outputs), [np.asarray(final.hidden), np.asarray(final.cell)]
