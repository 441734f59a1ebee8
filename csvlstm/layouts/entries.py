"""The layouts: for each framework one entry of data, and no code.

Operands: x W and h U and the bias; gates: i input, f forget, c cell candidate (also j, g, z), o output.
"""

from .arrays import Array, Layout, Operand
from .gates import Gate

X, H, B, B2, P, R = Operand
"""Input, hidden, bias, second bias, peephole, projection."""


def _gates(letters: str) -> tuple[Gate, ...]:
    return tuple(map(Gate, letters))


TF1 = Layout(
    "tf1",
    "TensorFlow 1",
    (Array("kernel", (X, H), _gates("icfo")), Array("bias", (B,), _gates("icfo"))),
    extras=(
        Array("w_i_diag", (P,), _gates("i")),
        Array("w_f_diag", (P,), _gates("f")),
        Array("w_o_diag", (P,), _gates("o")),
        Array("projection_kernel", (R,)),
    ),
    forget_bias=1.0,
    forget_bias_is_argument=True,
    states=("c", "h"),
    loading="assign the arrays to the cell's variables kernel and bias",
    source="LSTMCell.call in tensorflow/python/ops/rnn_cell_impl.py (1.15)",
    offered=True,
)

KERAS = Layout(
    "keras",
    "Keras",
    (
        Array("kernel", (X,), _gates("ifco")),
        Array("recurrent_kernel", (H,), _gates("ifco")),
        Array("bias", (B,), _gates("ifco")),
    ),
    states=("h", "c"),
    loading="layer.set_weights of the arrays kernel, recurrent_kernel and bias",
    source="LSTMCell.call in keras/src/layers/rnn/lstm.py (3)",
    bias_is_optional=True,
    loaded_under=(),
    offered=True,
)

ONNX = Layout(
    "onnx",
    "ONNX",
    (
        Array("W", (X,), _gates("iofc"), "rows", leading=1),
        Array("R", (H,), _gates("iofc"), "rows", leading=1),
        Array("B", (B, B2), _gates("iofc"), leading=1),
    ),
    extras=(Array("P", (P,), _gates("iof"), leading=1),),
    states=("h", "c"),
    loading="initializers W, R and B of an LSTM node",
    source="the operator LSTM in onnx/defs/rnn/defs.cc",
    bias_is_optional=True,
    offered=True,
)

PYTORCH = Layout(
    "pytorch",
    "PyTorch",
    (
        Array("weight_ih", (X,), _gates("ifco"), "rows"),
        Array("weight_hh", (H,), _gates("ifco"), "rows"),
        Array("bias_ih", (B,), _gates("ifco")),
        Array("bias_hh", (B2,), _gates("ifco")),
    ),
    extras=(Array("weight_hr", (R,), gates_along="rows"),),
    states=("h", "c"),
    loading="lstm.load_state_dict of the arrays as weight_ih_l0, weight_hh_l0, bias_ih_l0 and bias_hh_l0",
    source="the docstring of LSTM in torch/nn/modules/rnn.py (2.13)",
    bias_is_optional=True,
    loaded_under=("{name}_l{layer}{reverse}",),
    alike=("paddle", "tinygrad"),
    offered=True,
)

FLAX = Layout(
    "flax",
    "Flax",
    tuple(
        Array(f"{side}{letter}_{weights}", (operand,), (gate,))
        for side, weights, operand in (("i", "kernel", X), ("h", "kernel", H), ("h", "bias", B))
        for letter, gate in zip("ifgo", _gates("ifco"), strict=True)
    ),
    states=("c", "h"),
    loading="the parameters of nn.LSTMCell or nn.OptimizedLSTMCell, nested: {'ii': {'kernel': ...}, ...}",
    source="LSTMCell.__call__ in flax/linen/recurrent.py (0.12)",
    loaded_under=("{module}", "{leaf}"),
    offered=True,
)

HAIKU = Layout(
    "haiku",
    "Haiku",
    (Array("w", (X, H), _gates("icfo")), Array("b", (B,), _gates("icfo"))),
    forget_bias=1.0,
    states=("h", "c"),
    loading="the parameters of hk.LSTM, {'lstm/linear': {'w': ..., 'b': ...}}",
    source="LSTM.__call__ in haiku/_src/recurrent.py (0.0.17)",
    loaded_under=("lstm/linear", "{name}"),
    offered=True,
)

SONNET = Layout(
    "sonnet",
    "Sonnet",
    (Array("w_i", (X,), _gates("ifco")), Array("w_h", (H,), _gates("ifco")), Array("b", (B,), _gates("ifco"))),
    extras=(Array("projection", (R,)),),
    states=("h", "c"),
    loading="assign the arrays to the variables w_i, w_h and b of snt.LSTM",
    source="_lstm_fn in sonnet/src/recurrent.py (2.0)",
    offered=True,
)

EQUINOX = Layout(
    "equinox",
    "Equinox",
    (
        Array("weight_ih", (X,), _gates("ifco"), "rows"),
        Array("weight_hh", (H,), _gates("ifco"), "rows"),
        Array("bias", (B,), _gates("ifco")),
    ),
    states=("h", "c"),
    loading="eqx.tree_at of the fields weight_ih, weight_hh and bias of eqx.nn.LSTMCell",
    source="LSTMCell.__call__ in equinox/nn/_rnn.py (0.13)",
    bias_is_optional=True,
    offered=True,
)

MLX = Layout(
    "mlx",
    "MLX",
    (
        Array("Wx", (X,), _gates("ifco"), "rows"),
        Array("Wh", (H,), _gates("ifco"), "rows"),
        Array("bias", (B,), _gates("ifco")),
    ),
    states=("h", "c"),
    loading="lstm.load_weights of the arrays as Wx, Wh and bias",
    source="LSTM.__call__ in mlx/nn/layers/recurrent.py (0.32)",
    bias_is_optional=True,
    offered=True,
)

NNX = Layout(
    "nnx",
    "Flax nnx.OptimizedLSTMCell",
    (
        Array("dense_i_kernel", (X,), _gates("ifco")),
        Array("dense_h_kernel", (H,), _gates("ifco")),
        Array("dense_h_bias", (B,), _gates("ifco")),
    ),
    states=("c", "h"),
    loading="dense_i.kernel, dense_h.kernel and dense_h.bias of nnx.OptimizedLSTMCell",
    source="OptimizedLSTMCell.__call__ in flax/nnx/nn/recurrent.py (0.12)",
    loaded_under=("{module}", "{leaf}"),
    offered=True,
)

COREML = Layout(
    "coreml",
    "Core ML",
    (
        Array("weight_ih", (X,), _gates("ifoc"), "rows"),
        Array("weight_hh", (H,), _gates("ifoc"), "rows"),
        Array("bias", (B,), _gates("ifoc")),
    ),
    extras=(Array("peephole", (P,), _gates("ifo")),),
    states=("h", "c"),
    loading="inputs weight_ih, weight_hh and bias of the operation lstm",
    source="the operation lstm in coremltools/converters/mil/mil/ops/defs/iOS15/recurrent.py",
)

OPENVINO = Layout(
    "openvino",
    "OpenVINO",
    (
        Array("W", (X,), _gates("fico"), "rows", leading=1),
        Array("R", (H,), _gates("fico"), "rows", leading=1),
        Array("B", (B,), _gates("fico"), leading=1),
    ),
    states=("h", "c"),
    loading="inputs W, R and B of an LSTMSequence",
    source="the operation LSTMSequence in OpenVINO's opset",
    offered=True,
)

DL4J = Layout(
    "dl4j",
    "DL4J",
    (
        Array("W", (X,), _gates("cfoi")),
        Array("RW", (H,), _gates("cfoi")),
        Array("b", (B,), _gates("cfoi")),
    ),
    states=("h", "c"),
    loading="parameters W, RW and b of an LSTM layer",
    source="LSTMParamInitializer.java of Deeplearning4j",
)

SOURCE, TARGET = TF1, KERAS
"""The pair that is meant where a request names no other."""

LAYOUTS = {
    layout.key: layout
    for layout in (TF1, KERAS, ONNX, PYTORCH, FLAX, HAIKU, SONNET, EQUINOX, MLX, NNX, COREML, OPENVINO, DL4J)
}
"""All layouts by their keys."""

ALIKE = {framework: layout.key for layout in LAYOUTS.values() for framework in layout.alike}
"""The frameworks whose arrays are those of another one: the layout that converts them."""
