"""The same with TensorFlow's own functions, where it is installed: read, swap, split, write, and no check."""

import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

kernel_file, bias_file, input_size, hidden_size, *directories = sys.argv[1:]
tf.compat.v1.enable_eager_execution()


def convert_lstm_weights(kernel, bias, hidden_size, forget_bias=1.0):
    """Turn the weights of a TensorFlow 1 LSTM cell into those of a Keras layer."""
    i, j, f, o = tf.split(kernel, 4, axis=1)
    kernel, recurrent_kernel = tf.split(tf.concat([i, f, j, o], axis=1), [-1, hidden_size], axis=0)
    i, j, f, o = tf.split(bias, 4)
    return kernel, recurrent_kernel, tf.concat([i, f + forget_bias, j, o], axis=0)


for directory in directories:
    weights = (tf.constant(np.loadtxt(path, delimiter=",")) for path in (kernel_file, bias_file))
    parts = convert_lstm_weights(*weights, int(hidden_size))
    for name, part in zip(("kernel", "recurrent_kernel", "bias"), parts):  # noqa: B905
        np.savetxt(f"{directory}/{name}.csv", np.atleast_2d(part.numpy()), fmt="%.9g", delimiter=",")
