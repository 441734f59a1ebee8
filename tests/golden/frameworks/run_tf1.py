"""The LSTMCell of TensorFlow 1 in dynamic_rnn.

pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'    (Python 3.7)
"""

from __future__ import annotations

import tensorflow as tf

VERSIONS = "tensorflow " + tf.__version__
KINDS = ("plain", "peepholes", "projection")
STATES = ("c", "h")
FORGET_BIAS = 1.5


def _name(variable):
    return variable.op.name.split("lstm_cell/")[-1].replace("/", "_")


def _cell(kind, hidden_size, projected):
    return tf.nn.rnn_cell.LSTMCell(
        hidden_size,
        use_peepholes=kind == "peepholes",
        num_proj=projected if kind == "projection" else None,
        forget_bias=FORGET_BIAS,
    )


def shapes(kind, input_size, hidden_size, projected):
    with tf.Graph().as_default():
        cell = _cell(kind, hidden_size, projected)
        cell(tf.zeros([1, input_size]), cell.zero_state(1, tf.float32))
        return {_name(variable): tuple(variable.shape.as_list()) for variable in cell.trainable_variables}


def run(weights, x, states):
    kind = "peepholes" if "w_i_diag" in weights else "projection" if "projection_kernel" in weights else "plain"
    with tf.Graph().as_default(), tf.Session() as session:
        cell = _cell(kind, states[0].shape[1], states[1].shape[1])
        initial = tf.nn.rnn_cell.LSTMStateTuple(*(tf.constant(state) for state in states))
        outputs, final = tf.nn.dynamic_rnn(cell, tf.constant(x), initial_state=initial)
        for variable in cell.trainable_variables:
            variable.load(weights[_name(variable)], session)
        outputs, final = session.run([outputs, final])
    return outputs, list(final)
