"""nnx.OptimizedLSTMCell of Flax in nnx.RNN.

pip install flax
"""

from __future__ import annotations

import flax
import numpy as np
from flax import nnx

VERSIONS = "flax " + flax.__version__
KINDS = ("plain",)
STATES = ("c", "h")
NAMES = {
    "dense_i_kernel": ("dense_i", "kernel"),
    "dense_h_kernel": ("dense_h", "kernel"),
    "dense_h_bias": ("dense_h", "bias"),
}


def _cell(input_size, hidden_size):
    return nnx.OptimizedLSTMCell(input_size, hidden_size, rngs=nnx.Rngs(0))


def shapes(kind, input_size, hidden_size, projected):
    cell = _cell(input_size, hidden_size)
    return {name: getattr(getattr(cell, layer), array).shape for name, (layer, array) in NAMES.items()}


@nnx.jit
def _unroll(rnn, x, states):
    return rnn(x, initial_carry=states)


def run(weights, x, states):
    input_size, columns = weights["dense_i_kernel"].shape
    cell = _cell(input_size, columns // 4)
    for name, (layer, array) in NAMES.items():
        getattr(getattr(cell, layer), array)[...] = weights[name]
    final, outputs = _unroll(nnx.RNN(cell, return_carry=True), x, tuple(states))
    return np.asarray(outputs), [np.asarray(state) for state in final]
