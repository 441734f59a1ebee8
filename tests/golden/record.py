"""Record what real TensorFlow 1.15.5 LSTM cells compute: one .npz file a case, beside this script.

How to run it (Python 3.7; tf.contrib, where LSTMBlockCell lives, ended with TensorFlow 1):

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'
    python record.py

What each file holds, all of it readable with np.load(allow_pickle=False); k counts the layers from 0, and in
bidirectional files every per-layer key ends in _fw or _bw as well:

    cell, forget_bias, input_size, hidden_sizes    what was built
    x                                              [batch, steps, D]
    kernel_k, bias_k                               [D + H, 4 H] and [4 H], read back from TensorFlow's variables
    initial_c_k, initial_h_k, final_c_k, final_h_k [batch, H]
    outputs                                        [batch, steps, H] of the last layer; 2 H if bidirectional
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.contrib.rnn import LSTMBlockCell
from tensorflow.nn.rnn_cell import BasicLSTMCell, LSTMCell, LSTMStateTuple, MultiRNNCell, RNNCell

CELLS = {"LSTMCell": LSTMCell, "BasicLSTMCell": BasicLSTMCell, "LSTMBlockCell": LSTMBlockCell}

# Small enough that float32 and float64 runs of the same weights stay together over all the steps.
KERNEL_STD = 0.3
BIAS_STD = 0.5
STATE_STD = 0.5


class Case(NamedTuple):
    """One recording. Its sizes differ pairwise, so that an exchanged axis shows; a D == H is there on purpose."""

    cell: str
    input_size: int
    hidden_sizes: tuple[int, ...]
    forget_bias: float
    batch: int = 2
    steps: int = 12
    zero_state: bool = False
    bidirectional: bool = False

    @property
    def name(self):
        kind = "bidirectional_" if self.bidirectional else ""
        stack = "stack_" if len(self.hidden_sizes) > 1 else ""
        sizes = "_".join([f"D{self.input_size}"] + [f"H{hidden_size}" for hidden_size in self.hidden_sizes])
        state = "_zero_state" if self.zero_state else ""
        return f"{kind}{stack}{self.cell}_{sizes}_forget{self.forget_bias:g}{state}"


class Layer(NamedTuple):
    """One cell in the graph, and the states before the first and after the last step."""

    suffix: str
    cell: RNNCell
    initial: LSTMStateTuple
    final: LSTMStateTuple


CASES = [
    Case("LSTMCell", 3, (5,), 0.0),
    Case("LSTMCell", 3, (5,), 1.0),
    Case("LSTMCell", 3, (5,), 2.5, zero_state=True),
    Case("BasicLSTMCell", 5, (3,), 0.0, zero_state=True),
    Case("BasicLSTMCell", 5, (3,), 1.0),
    Case("BasicLSTMCell", 5, (3,), 2.5),
    Case("LSTMBlockCell", 4, (7,), 0.0),
    Case("LSTMBlockCell", 4, (7,), 1.0, zero_state=True),
    Case("LSTMBlockCell", 4, (7,), 2.5),
    Case("LSTMCell", 6, (6,), 1.0),
    Case("BasicLSTMCell", 6, (6,), 0.0),
    Case("LSTMBlockCell", 6, (6,), 2.5),
    Case("LSTMCell", 1, (4,), 1.0, batch=3),
    Case("BasicLSTMCell", 1, (1,), 2.5, batch=3),
    Case("LSTMBlockCell", 4, (1,), 0.0, batch=3),
    Case("LSTMCell", 20, (32,), 1.0),
    Case("LSTMBlockCell", 9, (16,), 1.0, steps=14),
    Case("LSTMCell", 3, (5, 4), 1.0),
    Case("LSTMCell", 3, (5, 4), 0.0, zero_state=True),
    Case("BasicLSTMCell", 4, (3, 7), 2.5),
    Case("LSTMBlockCell", 7, (4, 6), 1.0),
    Case("LSTMCell", 4, (6, 3, 5), 1.0),
    Case("BasicLSTMCell", 5, (7, 4, 3), 0.0),
    Case("LSTMBlockCell", 3, (4, 7, 5), 2.5, zero_state=True),
    Case("LSTMCell", 3, (5,), 1.0, bidirectional=True),
    Case("BasicLSTMCell", 6, (6,), 0.0, bidirectional=True),
    Case("LSTMCell", 3, (5, 4), 1.0, bidirectional=True),
    Case("LSTMBlockCell", 4, (3, 5), 2.5, zero_state=True, bidirectional=True),
]


def make_cell(case, hidden_size):
    return CELLS[case.cell](hidden_size, forget_bias=case.forget_bias)


def make_state(case, hidden_size, rng):
    """An initial (c, h); random, because from a zero state several mistakes do not show in the first step."""
    std = 0 if case.zero_state else STATE_STD
    c, h = rng.normal(0, std, (2, case.batch, hidden_size)).astype(np.float32)
    return LSTMStateTuple(tf.constant(c), tf.constant(h))


def build_stack(case, x, rng):
    """The case's layers in one dynamic_rnn: its outputs, and the layers."""
    cells = [make_cell(case, hidden_size) for hidden_size in case.hidden_sizes]
    initial = tuple(make_state(case, hidden_size, rng) for hidden_size in case.hidden_sizes)
    if len(cells) == 1:
        outputs, final = tf.nn.dynamic_rnn(cells[0], x, initial_state=initial[0])
        return outputs, [Layer("0", cells[0], initial[0], final)]
    outputs, final = tf.nn.dynamic_rnn(MultiRNNCell(cells), x, initial_state=initial)
    return outputs, list(map(Layer, map(str, range(len(cells))), cells, initial, final))


def build_bidirectional(case, x, rng):
    """The case's layers, each a bidirectional_dynamic_rnn over both outputs of the one below."""
    layers = []
    for k, hidden_size in enumerate(case.hidden_sizes):
        cells = make_cell(case, hidden_size), make_cell(case, hidden_size)
        initial = make_state(case, hidden_size, rng), make_state(case, hidden_size, rng)
        outputs, final = tf.nn.bidirectional_dynamic_rnn(
            *cells, x, initial_state_fw=initial[0], initial_state_bw=initial[1], scope=f"layer_{k}"
        )
        layers += map(Layer, (f"{k}_fw", f"{k}_bw"), cells, initial, final)
        x = tf.concat(outputs, axis=-1)
    return x, layers


def set_random_weights(layers, session, rng):
    # Biases too: the cells initialise them with zeros, and constant weights hide the order of the gates.
    for layer in layers:
        for variable in layer.cell.trainable_variables:
            std = BIAS_STD if variable.shape.ndims == 1 else KERNEL_STD
            variable.load(rng.normal(0, std, variable.shape.as_list()), session)


def tensors_of(layer):
    """What is recorded of a layer. The keys `kernel` and `bias` are the last part of TensorFlow's variable names."""
    tensors = {variable.op.name.split("/")[-1]: variable for variable in layer.cell.trainable_variables}
    tensors.update(initial_c=layer.initial.c, initial_h=layer.initial.h, final_c=layer.final.c, final_h=layer.final.h)
    return {f"{key}_{layer.suffix}": tensor for key, tensor in tensors.items()}


def run(case):
    """Build the case's graph, fill it with random weights and run it once: every tensor's value under its key."""
    # Seeded by name, so that adding a case leaves the other recordings as they are.
    rng = np.random.RandomState(zlib.crc32(case.name.encode()))
    x = tf.constant(rng.normal(0, 1, (case.batch, case.steps, case.input_size)).astype(np.float32))
    build = build_bidirectional if case.bidirectional else build_stack
    outputs, layers = build(case, x, rng)
    tensors = {"x": x, "outputs": outputs}
    for layer in layers:
        tensors.update(tensors_of(layer))
    # One thread: the order of float32 sums must not depend on the machine's cores.
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
        set_random_weights(layers, session, rng)
        return session.run(tensors)


def record(case, folder):
    with tf.Graph().as_default():
        arrays = run(case)
    np.savez(
        str(folder / f"{case.name}.npz"),
        cell=case.cell,
        forget_bias=case.forget_bias,
        input_size=case.input_size,
        hidden_sizes=np.array(case.hidden_sizes),
        **arrays,
    )


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    for case in CASES:
        record(case, Path(__file__).resolve().parent)
        print(case.name)


if __name__ == "__main__":
    main()
