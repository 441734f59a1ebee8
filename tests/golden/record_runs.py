"""Record runs of real TensorFlow 1.15.5 networks from a zero state, one sequence each: runs/NAME.npz.

How to run it (Python 3.7; tf.contrib, where LSTMBlockCell lives, ended with TensorFlow 1):

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'
    python record_runs.py

What each file holds, all of it readable with np.load(allow_pickle=False):

    cell, activation, recurrent_activation, forget_bias, input_size, hidden_sizes, directions    what was built
    limits     of the uniform distributions of kernels (times 1/sqrt(D + H)), biases and inputs
    outputs    [steps, H] of the last layer, 2 H in two directions

Inputs and weights come from `seeded.uniform` by name: NAME/x [steps, D], and for each layer k and direction
NAME/kernel_k_fw [D + H, 4 H] and NAME/bias_k_fw [4 H] in TensorFlow 1's layout, _bw for the backward cell.

tf.keras's LSTMCell of 1.15, whose gates are hard_sigmoid, has no forget bias at run time: its bias gets it added.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from seeded import uniform
from tensorflow.contrib.rnn import LSTMBlockCell
from tensorflow.nn.rnn_cell import BasicLSTMCell, LSTMCell, MultiRNNCell

CELLS = {"LSTMCell": LSTMCell, "BasicLSTMCell": BasicLSTMCell, "LSTMBlockCell": LSTMBlockCell}
ACTIVATIONS = {"relu": tf.nn.relu, "elu": tf.nn.elu, "softsign": tf.nn.softsign, "sigmoid": tf.sigmoid}


class Case(NamedTuple):
    """One recording. Its sizes differ pairwise, so that an exchanged axis shows; a D == H is there on purpose."""

    cell: str
    input_size: int
    hidden_sizes: tuple[int, ...]
    forget_bias: float
    steps: int = 30
    directions: int = 1
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    limits: tuple[float, float, float] = (2.0, 0.5, 1.5)

    @property
    def name(self):
        sizes = "_".join([f"D{self.input_size}"] + [f"H{hidden_size}" for hidden_size in self.hidden_sizes])
        kind = "" if self.activation == "tanh" else f"_{self.activation}"
        kind += "" if self.recurrent_activation == "sigmoid" else f"_gates_{self.recurrent_activation}"
        both = "bidirectional_" if self.directions == 2 else ""
        return f"{both}{self.cell}_{sizes}_forget{self.forget_bias:g}{kind}"


CASES = [
    Case("LSTMCell", 1, (1,), 1.0, steps=60),
    Case("LSTMCell", 3, (5,), 0.0, steps=120),
    Case("BasicLSTMCell", 1, (8,), 0.25),
    Case("LSTMBlockCell", 7, (16,), 2.5),
    Case("LSTMCell", 16, (100,), 1.0),
    Case("BasicLSTMCell", 64, (64,), 1.0, steps=24),
    Case("LSTMCell", 128, (256,), 0.25, steps=20),
    Case("LSTMCell", 512, (3,), 2.5),
    Case("LSTMCell", 512, (512,), 1.0, steps=12),
    Case("LSTMBlockCell", 20, (32,), 0.0),
    Case("LSTMCell", 4, (6, 5), 1.0),
    Case("BasicLSTMCell", 3, (20, 12, 7), 2.5),
    Case("LSTMCell", 5, (4,), 1.0, directions=2),
    Case("LSTMCell", 3, (6, 4), 0.25, directions=2),
    Case("LSTMCell", 6, (16,), 1.0, activation="relu", limits=(1.0, 0.5, 1.5)),
    Case("LSTMCell", 5, (9,), 0.0, activation="softsign"),
    Case("BasicLSTMCell", 2, (7,), 2.5, activation="elu", limits=(1.0, 0.5, 1.5)),
    Case("LSTMCell", 4, (6,), 1.0, activation="sigmoid"),
    # Weights so large that gates are saturated: there float32 activations are not exact to 2^-23 of themselves.
    Case("LSTMCell", 2, (1,), 0.0, limits=(24.0, 4.0, 1.5)),
    Case("LSTMCell", 4, (8,), 1.0, limits=(24.0, 4.0, 1.5)),
    Case("Keras", 4, (7,), 1.0, recurrent_activation="hard_sigmoid"),
    Case("Keras", 3, (10,), 0.25, activation="relu", recurrent_activation="hard_sigmoid", limits=(1.0, 0.5, 1.5)),
]


def weights_of(case, layer, input_size, direction):
    """Kernel [D + H, 4 H] and bias [4 H] of a cell in TensorFlow 1's layout."""
    hidden_size, at = case.hidden_sizes[layer], f"{layer}_{direction}"
    rows = input_size + hidden_size
    kernel = uniform(f"{case.name}/kernel_{at}", (rows, 4 * hidden_size), case.limits[0] / np.sqrt(rows))
    return kernel, uniform(f"{case.name}/bias_{at}", (4 * hidden_size,), case.limits[1])


def make_cell(case, hidden_size):
    if case.activation == "tanh":
        return CELLS[case.cell](hidden_size, forget_bias=case.forget_bias)
    return CELLS[case.cell](hidden_size, forget_bias=case.forget_bias, activation=ACTIVATIONS[case.activation])


def build_stack(case, x):
    """The case's layers in one dynamic_rnn from a zero state: its outputs, and each cell beside its weights."""
    cells = [make_cell(case, hidden_size) for hidden_size in case.hidden_sizes]
    network = MultiRNNCell(cells) if len(cells) > 1 else cells[0]
    outputs, _ = tf.nn.dynamic_rnn(network, x, dtype=tf.float32)
    sizes = (case.input_size, *case.hidden_sizes)
    return outputs, [(cell, weights_of(case, k, sizes[k], "fw")) for k, cell in enumerate(cells)]


def build_bidirectional(case, x):
    """The case's layers, each a bidirectional_dynamic_rnn over both outputs of the one below."""
    built = []
    for k, hidden_size in enumerate(case.hidden_sizes):
        cells = make_cell(case, hidden_size), make_cell(case, hidden_size)
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, dtype=tf.float32, scope=f"layer_{k}")
        input_size = int(x.shape[-1])
        for cell, end in (cells[0], "fw"), (cells[1], "bw"):
            built.append((cell, weights_of(case, k, input_size, end)))
        x = tf.concat(outputs, axis=-1)
    return x, built


def build_keras(case, x):
    """The LSTMCell of tf.keras: gates i, f, c, o, and the forget bias in the bias."""
    (hidden_size,) = case.hidden_sizes
    cell = tf.keras.layers.LSTMCell(
        hidden_size, activation=case.activation, recurrent_activation=case.recurrent_activation
    )
    outputs = tf.keras.layers.RNN(cell, return_sequences=True)(x)
    kernel, bias = weights_of(case, 0, case.input_size, "fw")
    i, j, f, o = np.split(kernel, 4, axis=1)
    kernel = np.concatenate([i, f, j, o], axis=1)
    i, j, f, o = np.split(bias, 4)
    bias = np.concatenate([i, f + np.float32(case.forget_bias), j, o])
    weights = kernel[: case.input_size], kernel[case.input_size :], bias
    return outputs, [(cell, weights)]


def run(case):
    x = uniform(f"{case.name}/x", (1, case.steps, case.input_size), case.limits[2])
    build = build_keras if case.cell == "Keras" else build_bidirectional if case.directions == 2 else build_stack
    outputs, built = build(case, tf.constant(x))
    # One thread: the order of float32 sums must not depend on the machine's cores.
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
        for cell, weights in built:
            for number, variable in enumerate(cell.trainable_variables):
                variable.load(weights[number], session)
        return session.run(outputs)[0]


def record(case, folder):
    with tf.Graph().as_default():
        outputs = run(case)
    np.savez_compressed(str(folder / f"{case.name}.npz"), outputs=outputs, **case._asdict())
    print(case.name, np.abs(outputs).max())


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    for case in CASES:
        record(case, Path(__file__).resolve().parent / "runs")


if __name__ == "__main__":
    main()
