"""The operator LSTM in onnxruntime.

pip install onnx onnxruntime
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

VERSIONS = f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}"
KINDS = ("plain", "no_bias", "peepholes")
STATES = ("h", "c")

INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
OUTPUTS = ("Y", "Y_h", "Y_c")


def shapes(kind, input_size, hidden_size, projected):
    kernels = {"W": (1, 4 * hidden_size, input_size), "R": (1, 4 * hidden_size, hidden_size)}
    bias = {} if kind == "no_bias" else {"B": (1, 8 * hidden_size)}
    return {**kernels, **bias, **({"P": (1, 3 * hidden_size)} if kind == "peepholes" else {})}


def run(weights, x, states):
    initial = {"initial_" + name: states[at][None] for at, name in enumerate(STATES)}
    given = {"X": x.transpose(1, 0, 2), **weights, **initial}
    node = make_node(
        "LSTM", [name if name in given else "" for name in INPUTS], OUTPUTS, hidden_size=weights["R"].shape[2]
    )
    inputs = [make_tensor_value_info(name, onnx.TensorProto.FLOAT, array.shape) for name, array in given.items()]
    outputs = [make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in OUTPUTS]
    model = make_model(make_graph([node], "one_lstm", inputs, outputs), opset_imports=[make_opsetid("", 14)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y, *final = session.run(OUTPUTS, {name: np.ascontiguousarray(array) for name, array in given.items()})
    return y[:, 0].transpose(1, 0, 2), [state[0] for state in final]
