"""mlx.nn.LSTM.

pip install 'mlx[cpu]'
"""

from __future__ import annotations

from importlib.metadata import version

import mlx.core as mx
import mlx.nn as nn
import numpy as np

VERSIONS = "mlx " + version("mlx")
KINDS = ("plain", "no_bias")
STATES = ("h", "c")


def shapes(kind, input_size, hidden_size, projected):
    return {
        name: array.shape for name, array in nn.LSTM(input_size, hidden_size, kind != "no_bias").parameters().items()
    }


def run(weights, x, states):
    rows, input_size = weights["Wx"].shape
    layer = nn.LSTM(input_size, rows // 4, bias="bias" in weights)
    layer.load_weights([(name, mx.array(array)) for name, array in weights.items()])
    with mx.stream(mx.cpu):
        hidden, cell = (np.array(states) for states in layer(mx.array(x), *map(mx.array, states)))
    return hidden, [hidden[:, -1], cell[:, -1]]
