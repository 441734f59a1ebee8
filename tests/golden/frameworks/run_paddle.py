"""paddle.nn.LSTM of one layer and one direction, whose arrays are those of PyTorch.

pip install paddlepaddle
"""

from __future__ import annotations

import paddle

VERSIONS = "paddlepaddle " + paddle.__version__
KINDS = ("plain",)
STATES = ("h", "c")
FOLDER = "alike"


def shapes(kind, input_size, hidden_size, projected):
    state = paddle.nn.LSTM(input_size, hidden_size).state_dict()
    return {name[: -len("_l0")]: tuple(tensor.shape) for name, tensor in state.items() if name.endswith("_l0")}


def run(weights, x, states):
    rows, input_size = weights["weight_ih"].shape
    layer = paddle.nn.LSTM(input_size, rows // 4)
    layer.set_state_dict({name + "_l0": paddle.to_tensor(array) for name, array in weights.items()})
    with paddle.no_grad():
        outputs, final = layer(paddle.to_tensor(x), tuple(paddle.to_tensor(state[None]) for state in states))
    return outputs.numpy(), [state.numpy()[0] for state in final]
