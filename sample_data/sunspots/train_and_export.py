"""Train a small two-layer LSTM on the yearly sunspot numbers with TensorFlow 1.15.5, and export it to CSV.

How to run it (Python 3.7); it reads sunspots.csv and writes its files beside this script:

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'
    python train_and_export.py

What it makes, every file with np.savetxt(path, array, delimiter=","), as people export their weights:

    cell_0_kernel.csv, cell_0_bias.csv    first LSTM layer, input size 3, hidden size 5, gates i j f o
    cell_1_kernel.csv, cell_1_bias.csv    second LSTM layer, input size 5, hidden size 4
    dense_kernel.csv, dense_bias.csv      the output layer
    inputs.csv, cell_0_h.csv, cell_1_h.csv, dense_output.csv
                                          one run of the trained network from a zero state, one row a step

The forget bias is LSTMCell's default of 1.0. The cell adds it at run time, so it is in none of the files.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.nn.rnn_cell import LSTMCell, MultiRNNCell

FOLDER = Path(__file__).resolve().parent
HIDDEN_SIZES = 5, 4
# The year before tells rising from falling; eleven years are the length of the solar cycle.
LAGS = 0, 1, 11
# Brings the yearly numbers, 0 to 190, to the size that the gates are sensitive to.
SCALE = 100.0
HELD_OUT_YEARS = 50
# Stops early: after a thousand steps the network knows the training years by heart and fails on the held-out ones.
TRAINING_STEPS = 300
LEARNING_RATE = 0.01
SEED = 1700


def load_sunspots():
    """The sunspot number of each year, scaled."""
    return np.loadtxt(str(FOLDER / "sunspots.csv"), delimiter=",", skiprows=1, usecols=1, dtype=np.float32) / SCALE


def make_sequence(numbers):
    """Inputs [years, 3] and targets [years, 1]: from the lagged numbers of a year to the number of the next."""
    years = range(max(LAGS), len(numbers) - 1)
    inputs = np.array([[numbers[year - lag] for lag in LAGS] for year in years])
    return inputs, numbers[max(LAGS) + 1 :, np.newaxis]


def root_mean_square(errors):
    return SCALE * np.sqrt(np.mean(np.square(errors)))


def build_network(inputs):
    """The cells, and the prediction for each year of one sequence (a batch of one)."""
    cells = [LSTMCell(hidden_size) for hidden_size in HIDDEN_SIZES]
    hidden, _ = tf.nn.dynamic_rnn(MultiRNNCell(cells), inputs[np.newaxis], dtype=tf.float32)
    return cells, tf.layers.dense(hidden, 1)[0]


def train(session, prediction, targets):
    """Fit the predictions to the targets of all but the held-out years."""
    loss = tf.losses.mean_squared_error(targets[:-HELD_OUT_YEARS], prediction[:-HELD_OUT_YEARS])
    step = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
    session.run(tf.global_variables_initializer())
    for _ in range(TRAINING_STEPS):
        session.run(step)


def print_errors(prediction, inputs, targets):
    """The errors in sunspot numbers, beside those of the naive guess that next year is as this one."""
    network, naive = prediction - targets, inputs[:, :1] - targets
    for name, years in ("training", slice(-HELD_OUT_YEARS)), ("held-out", slice(-HELD_OUT_YEARS, None)):
        network_error, naive_error = root_mean_square(network[years]), root_mean_square(naive[years])
        print(f"{name} years, root mean square error: network {network_error:.1f}, naive guess {naive_error:.1f}")


def export(name, array):
    np.savetxt(str(FOLDER / f"{name}.csv"), array, delimiter=",")


def export_weights(session):
    """One file a variable, named after the last scope that tells the variables apart: cell_0, cell_1 or dense."""
    for variable in tf.trainable_variables():
        scopes = variable.op.name.replace("/lstm_cell", "").split("/")
        export("_".join(scopes[-2:]), session.run(variable))


def export_hidden_states(session, cells, inputs):
    """The h of each layer at each step. One dynamic_rnn a layer, because that of the stack shows the last layer only.

    The cells are the trained ones: a cell that has been built keeps its variables wherever it is called.
    """
    hidden = inputs[np.newaxis]
    for k, cell in enumerate(cells):
        hidden, _ = tf.nn.dynamic_rnn(cell, hidden, dtype=tf.float32, scope=f"recorded_{k}")
        export(f"cell_{k}_h", session.run(hidden)[0])


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    tf.set_random_seed(SEED)
    inputs, targets = make_sequence(load_sunspots())
    cells, prediction = build_network(inputs)
    # One thread: the order of float32 sums, and with it the trained weights, must not depend on the machine's cores.
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
        train(session, prediction, targets)
        print_errors(session.run(prediction), inputs, targets)
        export_weights(session)
        export("inputs", inputs)
        export_hidden_states(session, cells, inputs)
        export("dense_output", session.run(prediction))


if __name__ == "__main__":
    main()
