"""One step of each framework's LSTM cell, in its own order of gates, on its own arrays.

They are written by hand from the frameworks' sources, and know nothing of `csvlstm.layouts.entries`: an entry that
puts a gate in another place than its framework does is found out here. In the equations, x is the input, h the hidden
state (the output), c the cell state. `weights` has the arrays of a layer by their names, in plain form [rows, columns],
those of a cell with peepholes or a projection too; without a bias array, a cell has no bias. All compute in the dtype
of what they are given.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from .gates import Gate
from .references import Activation, Array, sigmoid

Weights = Mapping[str, Array]


class CellActivations(NamedTuple):
    """What a cell puts its gates through (`recurrent_activation`), and its candidate and output (`activation`)."""

    recurrent: Activation = sigmoid
    candidate: Activation = np.tanh


class Step(NamedTuple):
    """What a step gives: what goes into each gate's activation [batch, H], the next c [batch, H] and h [batch, P]."""

    preactivations: dict[Gate, Array]
    c: Array
    h: Array


Equation = Callable[[Array, Array, Array, Weights, float, CellActivations], Step]
"""From x [batch, D], c [batch, H], h [batch, P], weights, forget bias and activations to a step."""


def _step(i: Array, f: Array, g: Array, o: Array, c: Array, h: Array) -> Step:
    return Step({Gate.INPUT: i, Gate.FORGET: f, Gate.CANDIDATE: g, Gate.OUTPUT: o}, c, h)


def _bias(weights: Weights, name: str) -> Array | float:
    return weights.get(name, 0.0)


def tf1(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of TensorFlow 1's LSTMCell, also one with peepholes or a projection.

    Source: `LSTMCell.call` in tensorflow/python/ops/rnn_cell_impl.py (1.15).

    >>> one = np.ones((1, 1))
    >>> step = tf1(one, one, one, {"kernel": np.full((2, 4), 0.5), "bias": np.zeros((1, 4))}, 1.0, CellActivations())
    >>> print(step.c, step.h)
    [[1.43756702]] [[0.65298656]]
    """
    i, j, f, o = np.split(np.concatenate([x, h], axis=-1) @ weights["kernel"] + _bias(weights, "bias"), 4, axis=-1)
    f = f + forget_bias
    if "w_i_diag" in weights:
        i, f = i + weights["w_i_diag"] * c, f + weights["w_f_diag"] * c
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(j)
    if "w_o_diag" in weights:
        o = o + weights["w_o_diag"] * c
    h = by.recurrent(o) * by.candidate(c)
    if "projection_kernel" in weights:
        h = h @ weights["projection_kernel"]
    return _step(i, f, j, o, c, h)


def keras(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of Keras's LSTMCell. Source: `LSTMCell.call` in keras/src/layers/rnn/lstm.py (3).

    >>> one, half = np.ones((1, 1)), np.full((1, 4), 0.5)
    >>> weights = {"kernel": half, "recurrent_kernel": half, "bias": np.array([[0.0, 1, 0, 0]])}
    >>> step = keras(one, one, one, weights, 0.0, CellActivations())
    >>> print(step.c, step.h)
    [[1.43756702]] [[0.65298656]]
    """
    z = x @ weights["kernel"] + h @ weights["recurrent_kernel"] + _bias(weights, "bias")
    z0, z1, z2, z3 = np.split(z, 4, axis=1)
    i, f = by.recurrent(z0), by.recurrent(z1)
    c = f * c + i * by.candidate(z2)
    return _step(z0, z1, z2, z3, c, by.recurrent(z3) * by.candidate(c))


def onnx(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of the ONNX operator LSTM, also one with peepholes.

    Source: `LSTMHelper.step` in onnx/reference/ops/op_lstm.py; the comments of defs.cc have P in the order i, o, f.

    >>> one, zero = np.ones((1, 1)), np.zeros((1, 8))
    >>> weights = {"W": np.array([[0.0], [0], [9], [0]]), "R": np.zeros((4, 1)), "B": zero}
    >>> bool(onnx(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET] == 9)
    True
    """
    gates = x @ weights["W"].T + h @ weights["R"].T
    if "B" in weights:
        w_b, r_b = np.split(weights["B"], 2, axis=-1)
        gates = gates + (w_b + r_b)
    p_i, p_o, p_f = np.split(weights["P"], 3, axis=-1) if "P" in weights else (0.0, 0.0, 0.0)
    i, o, f, g = np.split(gates, 4, axis=-1)
    i, f = i + p_i * c, f + p_f * c
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    o = o + p_o * c
    return _step(i, f, g, o, c, by.recurrent(o) * by.candidate(c))


def pytorch(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of PyTorch's LSTM, also one with proj_size.

    Source: `LSTMCell` and `ProjectedLSTMCell` in aten/src/ATen/native/RNN.cpp (2.13).

    >>> one, zero = np.ones((1, 1)), np.zeros((4, 1))
    >>> weights = {"weight_ih": zero, "weight_hh": zero, "bias_ih": np.array([[0.0, 9, 0, 0]])}
    >>> bool(pytorch(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET] == 9)
    True
    """
    of_x = x @ weights["weight_ih"].T + _bias(weights, "bias_ih")
    of_h = h @ weights["weight_hh"].T + _bias(weights, "bias_hh")
    i, f, g, o = np.split(of_x + of_h, 4, axis=1)
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    h = by.recurrent(o) * by.candidate(c)
    return _step(i, f, g, o, c, h @ weights["weight_hr"].T if "weight_hr" in weights else h)


def flax(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of Flax's LSTMCell or OptimizedLSTMCell.

    Source: `LSTMCell.__call__` in flax/linen/recurrent.py (0.12).

    >>> one, kernels = np.ones((1, 1)), {f"{a}{b}_kernel": np.ones((1, 1)) for a in "ih" for b in "ifgo"}
    >>> step = flax(one, one, one, kernels | {"hf_bias": np.full((1, 1), 7.0)}, 0.0, CellActivations())
    >>> step.preactivations[Gate.INPUT], step.preactivations[Gate.FORGET]
    (array([[2.]]), array([[9.]]))
    """

    def dense(gate: str) -> Array:
        of_x: Array = x @ weights[f"i{gate}_kernel"]
        return of_x + (h @ weights[f"h{gate}_kernel"] + _bias(weights, f"h{gate}_bias"))

    i, f, g, o = dense("i"), dense("f"), dense("g"), dense("o")
    new_c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, new_c, by.recurrent(o) * by.candidate(new_c))


def haiku(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of Haiku's LSTM, which adds 1 to the forget gate. Source: `LSTM.__call__` in haiku/_src/recurrent.py.

    >>> one, zero = np.ones((1, 1)), np.zeros((1, 4))
    >>> haiku(one, one, one, {"w": np.zeros((2, 4)), "b": zero}, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[1.]])
    """
    gated = np.concatenate([x, h], axis=-1) @ weights["w"] + _bias(weights, "b")
    i, g, f, o = np.split(gated, 4, axis=-1)
    f = f + 1
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, c, by.recurrent(o) * by.candidate(c))


def sonnet(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of Sonnet's LSTM, also one with a projection. Source: `_lstm_fn` in sonnet/src/recurrent.py (2.0).

    >>> one, zero = np.ones((1, 1)), np.zeros((1, 4))
    >>> weights = {"w_i": zero, "w_h": zero, "b": np.array([[0.0, 9, 0, 0]])}
    >>> sonnet(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[9.]])
    """
    gates = x @ weights["w_i"] + h @ weights["w_h"] + _bias(weights, "b")
    i, f, g, o = np.split(gates, 4, axis=1)
    next_cell = by.recurrent(f) * c
    next_cell = next_cell + by.recurrent(i) * by.candidate(g)
    next_hidden = by.recurrent(o) * by.candidate(next_cell)
    if "projection" in weights:
        next_hidden = next_hidden @ weights["projection"]
    return _step(i, f, g, o, next_cell, next_hidden)


def openvino(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of OpenVINO's LSTMSequence. Source: `lstm_cell` in openvino/reference/lstm_cell.hpp (fico).

    >>> one, zero = np.ones((1, 1)), np.zeros((4, 1))
    >>> weights = {"W": zero, "R": zero, "B": np.array([[9.0, 0, 0, 0]])}
    >>> openvino(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[9.]])
    """
    f, i, g, o = np.split(x @ weights["W"].T + h @ weights["R"].T + _bias(weights, "B"), 4, axis=1)
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, c, by.recurrent(o) * by.candidate(c))


def equinox(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of the LSTMCell of Equinox. Source: `LSTMCell.__call__` in equinox/nn/_rnn.py (0.13).

    >>> one, zero = np.ones((1, 1)), np.zeros((4, 1))
    >>> weights = {"weight_ih": zero, "weight_hh": zero, "bias": np.array([[0.0, 9, 0, 0]])}
    >>> equinox(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[9.]])
    """
    lin = x @ weights["weight_ih"].T + h @ weights["weight_hh"].T + _bias(weights, "bias")
    i, f, g, o = np.split(lin, 4, axis=-1)
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, c, by.recurrent(o) * by.candidate(c))


def mlx(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of MLX's LSTM. Source: `LSTM.__call__` in mlx/nn/layers/recurrent.py (0.32).

    >>> one, zero = np.ones((1, 1)), np.zeros((4, 1))
    >>> weights = {"Wx": zero, "Wh": zero, "bias": np.array([[0.0, 9, 0, 0]])}
    >>> mlx(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[9.]])
    """
    ifgo = x @ weights["Wx"].T + _bias(weights, "bias") + h @ weights["Wh"].T
    i, f, g, o = np.split(ifgo, 4, axis=-1)
    c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, c, by.recurrent(o) * by.candidate(c))


def nnx(x: Array, c: Array, h: Array, weights: Weights, forget_bias: float, by: CellActivations) -> Step:
    """Run a step of nnx.OptimizedLSTMCell. Source: its `__call__` in flax/nnx/nn/recurrent.py (0.12).

    >>> one, zero = np.ones((1, 1)), np.zeros((1, 4))
    >>> weights = {"dense_i_kernel": zero, "dense_h_kernel": zero, "dense_h_bias": np.array([[0.0, 9, 0, 0]])}
    >>> nnx(one, one, one, weights, 0.0, CellActivations()).preactivations[Gate.FORGET]
    array([[9.]])
    """
    y = x @ weights["dense_i_kernel"] + (h @ weights["dense_h_kernel"] + _bias(weights, "dense_h_bias"))
    i, f, g, o = np.split(y, 4, axis=-1)
    new_c = by.recurrent(f) * c + by.recurrent(i) * by.candidate(g)
    return _step(i, f, g, o, new_c, by.recurrent(o) * by.candidate(new_c))


REFERENCES: dict[str, Equation] = {
    "tf1": tf1,
    "keras": keras,
    "onnx": onnx,
    "pytorch": pytorch,
    "flax": flax,
    "haiku": haiku,
    "sonnet": sonnet,
    "openvino": openvino,
    "equinox": equinox,
    "mlx": mlx,
    "nnx": nnx,
}
"""The equations of each layout by its key."""
