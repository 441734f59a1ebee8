"""The numpy reference: one TensorFlow 1 LSTM cell, one Keras LSTM cell, and layers of them over sequences.

The two cells share nothing but the logistic function, so that one can be held against the other. In the equations, x is
the input, h the hidden state (the output), c the cell state; K, W, U, b are kernel, kernel, recurrent_kernel, bias:

    TensorFlow 1  i, j, f, o = split([x, h] K + b)   c' = sigmoid(f + forget_bias) c + sigmoid(i) tanh(j)
    Keras         i, f, g, o = split(x W + h U + b)  c' = sigmoid(f) c + sigmoid(i) tanh(g)
    both          h' = sigmoid(o) tanh(c')

sigmoid is the `recurrent_activation` of a cell, tanh its `activation`; a cell may have been built with others. They
compute in the dtype of what they are given. Sources: `LSTMCell.call` in tensorflow/python/ops/rnn_cell_impl.py
(1.15) and `LSTMCell.call` in keras/src/layers/rnn/lstm.py (3).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Activation = Callable[[Array], Array]
"""An activation, elementwise: of the gates (`recurrent_activation`), or of candidate and output (`activation`)."""

Quarters = Sequence[Array]
"""The quarters of the columns that belong to the four gates, in a framework's order."""


def quarters_of(weights: Array) -> Quarters:
    """Give the four quarters [..., H] of weights [..., 4H], as views of them.

    >>> [quarter.tolist() for quarter in quarters_of(np.arange(8))]
    [[0, 1], [2, 3], [4, 5], [6, 7]]
    """
    h = weights.shape[-1] // 4
    return [weights[..., quarter * h : (quarter + 1) * h] for quarter in range(4)]


def sigmoid(x: Array) -> Array:
    """Compute the logistic function 1 / (1 + exp(-x)) without overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    logistic: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return logistic


def hard_sigmoid_keras2(x: Array) -> Array:
    """Compute clip(0.2 x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2 and of tf.keras.

    >>> hard_sigmoid_keras2(np.array([-3.0, 1.0]))
    array([0. , 0.7])
    """
    clipped: Array = np.clip(0.2 * x + 0.5, 0, 1)
    return clipped


def hard_sigmoid_keras3(x: Array) -> Array:
    """Compute clip(x / 6 + 0.5, 0, 1), the hard_sigmoid of Keras 3.

    >>> hard_sigmoid_keras3(np.array([-3.0, 1.5]))
    array([0.  , 0.75])
    """
    clipped: Array = np.clip(x / 6 + 0.5, 0, 1)
    return clipped


def relu(x: Array) -> Array:
    """Compute max(x, 0).

    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    rectified: Array = np.maximum(x, 0)
    return rectified


def elu(x: Array) -> Array:
    """Compute x, and exp(x) - 1 where x is negative.

    >>> elu(np.array([-1000.0, 3.0]))
    array([-1.,  3.])
    """
    linear: Array = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return linear


def softsign(x: Array) -> Array:
    """Compute x / (1 + |x|).

    >>> softsign(np.array([-1.0, 3.0]))
    array([-0.5 ,  0.75])
    """
    ratio: Array = x / (1 + np.abs(x))
    return ratio


def tf1_preactivations(x: Array, h: Array, kernel: Array, bias: Array, forget_bias: float | Array = 1.0) -> Array:
    """Compute what TensorFlow 1 puts into its activations: [batch, 4, H], gates i, j, f, o, the forget bias added.

    `x` is [batch, D], `h` [batch, H], `kernel` [D+H, 4H], `bias` [4H]; `forget_bias` is a number, or one for each row
    of the batch [batch, 1].

    >>> tf1_preactivations(np.ones((1, 1)), np.zeros((1, 1)), np.array([[1.0, 2, 3, 4], [0, 0, 0, 0]]), np.zeros(4))
    array([[[1.],
            [2.],
            [4.],
            [4.]]])
    """
    z = np.concatenate([x, h], axis=-1) @ kernel + bias
    gates = z.reshape(*z.shape[:-1], 4, z.shape[-1] // 4)
    gates[..., 2, :] += np.asarray(forget_bias, z.dtype)
    return gates


def tf1_lstm_cell(
    x: Array,
    state: tuple[Array, Array],
    kernel: Array,
    bias: Array,
    forget_bias: float = 1.0,
    recurrent_activation: Activation = sigmoid,
    activation: Activation = np.tanh,
) -> tuple[Array, Array]:
    """Run one step of a TensorFlow 1 `LSTMCell`, which takes and gives its state as (c, h).

    `x` is [batch, D], `c` and `h` are [batch, H], `kernel` [D+H, 4H], `bias` [4H]; the output of the cell is h.

    >>> ones = np.ones((1, 1))
    >>> c, h = tf1_lstm_cell(ones, (ones, ones), np.full((2, 4), 0.5), np.zeros(4))
    >>> print(c, h)
    [[1.43756702]] [[0.65298656]]
    """
    c, h = state
    preactivations = tf1_preactivations(x, h, kernel, bias, forget_bias)
    return tf1_update(preactivations, c, recurrent_activation, activation)


def tf1_update(
    preactivations: Array, c: Array, recurrent_activation: Activation = sigmoid, activation: Activation = np.tanh
) -> tuple[Array, Array]:
    """Compute (c, h) after a step from TensorFlow 1's preactivations [batch, 4, H] and c [batch, H]."""
    i, j, f, o = (preactivations[..., gate, :] for gate in range(4))
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(j)
    return c, recurrent_activation(o) * activation(c)


def keras_preactivations(x: Array, h: Array, kernel: Quarters, recurrent_kernel: Quarters, bias: Quarters) -> Array:
    """Compute what Keras puts into its activations: [batch, 4, H], gates i, f, c, o.

    `x` is [batch, D], `h` [batch, H], the quarters are [D, H] of `kernel`, [H, H] of `recurrent_kernel`, [H] of `bias`.

    >>> ones, weights = np.ones((1, 1)), np.array([[1.0, 2, 3, 4]])
    >>> keras_preactivations(ones, ones, *map(quarters_of, (weights, 10 * weights, np.zeros(4)))).ravel()
    array([11., 22., 33., 44.])
    """
    return np.stack([x @ w + h @ u + b for w, u, b in zip(kernel, recurrent_kernel, bias, strict=True)], axis=-2)


def keras_lstm_cell(
    x: Array,
    states: list[Array],
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    *,
    recurrent_activation: Activation = sigmoid,
    activation: Activation = np.tanh,
) -> list[Array]:
    """Run one step of a Keras `LSTMCell`, whose states are [h, c].

    `x` is [batch, D], `h` and `c` are [batch, H], `kernel` [D, 4H], `recurrent_kernel` [H, 4H], `bias` [4H]; the output
    of the cell is h.

    >>> ones, half = np.ones((1, 1)), np.full((1, 4), 0.5)
    >>> h, c = keras_lstm_cell(ones, [ones, ones], half, half, np.array([0.0, 1, 0, 0]))
    >>> print(h, c)
    [[0.65298656]] [[1.43756702]]
    """
    h, c = states
    preactivations = keras_preactivations(x, h, *map(quarters_of, (kernel, recurrent_kernel, bias)))
    return keras_update(preactivations, c, recurrent_activation, activation)


def keras_update(
    preactivations: Array, c: Array, recurrent_activation: Activation = sigmoid, activation: Activation = np.tanh
) -> list[Array]:
    """Compute [h, c] after a step from Keras's preactivations [batch, 4, H] and c [batch, H]."""
    z_i, z_f, z_c, z_o = (preactivations[..., gate, :] for gate in range(4))
    c_next = recurrent_activation(z_f) * c + recurrent_activation(z_i) * activation(z_c)
    return [recurrent_activation(z_o) * activation(c_next), c_next]


def tf1_lstm(
    x: Array,
    state: tuple[Array, Array],
    kernel: Array,
    bias: Array,
    forget_bias: float = 1.0,
    recurrent_activation: Activation = sigmoid,
    activation: Activation = np.tanh,
) -> tuple[Array, tuple[Array, Array]]:
    """Run a TensorFlow 1 layer over sequences: from x [batch, steps, D] to outputs [batch, steps, H] and (c, h).

    >>> zero = np.zeros((1, 1))
    >>> outputs, (c, h) = tf1_lstm(np.ones((1, 3, 1)), (zero, zero), np.full((2, 4), 0.5), np.zeros(4))
    >>> outputs.shape, bool(outputs[0, -1] == h[0])
    ((1, 3, 1), True)
    """
    outputs = []
    for step in range(x.shape[1]):
        state = tf1_lstm_cell(x[:, step], state, kernel, bias, forget_bias, recurrent_activation, activation)
        outputs.append(state[1])
    return np.stack(outputs, axis=1), state


def keras_lstm(
    x: Array,
    states: list[Array],
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    *,
    recurrent_activation: Activation = sigmoid,
    activation: Activation = np.tanh,
) -> tuple[Array, list[Array]]:
    """Run a Keras layer over sequences: from x [batch, steps, D] to outputs [batch, steps, H] and [h, c].

    >>> zero, half = np.zeros((1, 1)), np.full((1, 4), 0.5)
    >>> outputs, [h, c] = keras_lstm(np.ones((1, 3, 1)), [zero, zero], half, half, np.zeros(4))
    >>> outputs.shape, bool(outputs[0, -1] == h[0])
    ((1, 3, 1), True)
    """
    outputs = []
    for step in range(x.shape[1]):
        states = keras_lstm_cell(
            x[:, step],
            states,
            kernel,
            recurrent_kernel,
            bias,
            recurrent_activation=recurrent_activation,
            activation=activation,
        )
        outputs.append(states[0])
    return np.stack(outputs, axis=1), states
