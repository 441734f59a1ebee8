"""tinygrad.nn.LSTMCell, whose arrays are those of PyTorch.

pip install tinygrad
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from tinygrad import Tensor
from tinygrad.nn import LSTMCell
from tinygrad.nn.state import get_state_dict, load_state_dict

VERSIONS = "tinygrad " + version("tinygrad")
KINDS = ("plain",)
STATES = ("h", "c")
FOLDER = "alike"


def shapes(kind, input_size, hidden_size, projected):
    return {name: tuple(tensor.shape) for name, tensor in get_state_dict(LSTMCell(input_size, hidden_size)).items()}


def run(weights, x, states):
    rows, input_size = weights["weight_ih"].shape
    cell = LSTMCell(input_size, rows // 4)
    load_state_dict(cell, {name: Tensor(array) for name, array in weights.items()}, verbose=False)
    state, outputs = tuple(map(Tensor, states)), []
    for step in range(x.shape[1]):
        state = cell(Tensor(np.ascontiguousarray(x[:, step])), state)
        outputs.append(state[0].numpy())
    return np.stack(outputs, axis=1), [one.numpy() for one in state]
