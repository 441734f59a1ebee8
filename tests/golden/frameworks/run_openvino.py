"""LSTMSequence of OpenVINO's opset13 on the processor.

pip install openvino
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

VERSIONS = "openvino " + ov.__version__
KINDS = ("plain",)
STATES = ("h", "c")


def shapes(kind, input_size, hidden_size, projected):
    return {"W": (1, 4 * hidden_size, input_size), "R": (1, 4 * hidden_size, hidden_size), "B": (1, 4 * hidden_size)}


def run(weights, x, states):
    given = [x, *(state[:, None] for state in states)]
    parameters = [ops.parameter(array.shape, np.float32) for array in given]
    steps = ops.constant(np.full(len(x), x.shape[1], np.int32))
    constants = [ops.constant(weights[name]) for name in ("W", "R", "B")]
    layer = ops.lstm_sequence(*parameters, steps, *constants, weights["R"].shape[2], "forward")
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = ov.compile_model(ov.Model(layer.outputs(), parameters), "CPU", exact)
    found = compiled(given)
    outputs, *final = (found[at] for at in range(3))
    return outputs[:, 0], [state[:, 0] for state in final]
