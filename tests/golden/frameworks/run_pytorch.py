"""torch.nn.LSTM of one layer and one direction.

pip install torch==2.13.0
"""

from __future__ import annotations

import warnings

import torch

VERSIONS = "torch " + torch.__version__
KINDS = ("plain", "no_bias", "projection")
STATES = ("h", "c")


def _layer(input_size, hidden_size, proj_size, bias):
    return torch.nn.LSTM(input_size, hidden_size, proj_size=proj_size, bias=bias, batch_first=True)


def shapes(kind, input_size, hidden_size, projected):
    layer = _layer(input_size, hidden_size, projected if kind == "projection" else 0, kind != "no_bias")
    return {name[: -len("_l0")]: tuple(tensor.shape) for name, tensor in layer.state_dict().items()}


def run(weights, x, states):
    rows, input_size = weights["weight_ih"].shape
    proj_size = len(weights["weight_hr"]) if "weight_hr" in weights else 0
    layer = _layer(input_size, rows // 4, proj_size, "bias_ih" in weights)
    layer.load_state_dict({name + "_l0": torch.tensor(array) for name, array in weights.items()})
    with torch.no_grad(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="LSTM with projections is not supported with oneDNN")
        outputs, final = layer(torch.tensor(x), tuple(torch.tensor(state)[None] for state in states))
    return outputs.numpy(), [state[0].numpy() for state in final]
