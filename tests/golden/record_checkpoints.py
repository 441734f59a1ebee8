"""Record checkpoints of real TensorFlow 1.15.5 networks, byte for byte, and what is to be exported: one .npz a case.

How to run it (Python 3.7); the files go into the folder checkpoints/ beside this script:

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'
    python record_checkpoints.py

What each file holds, all of it readable with np.load(allow_pickle=False):

    checkpoint:NAME                      the bytes of each file of the checkpoint
    arguments                            how the network is chosen, behind `csvlstm export model.ckpt -o exported`
    file:NAME                            the bytes of each file to be written, none where the network is to be refused
    x, outputs, kernel_k, ...            a run of the exported network, with the keys of record.py
"""

from __future__ import annotations

import csv
import io
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from record import BIAS_STD, KERNEL_STD, STATE_STD, Layer, tensors_of
from tensorflow.contrib.cudnn_rnn import CudnnCompatibleLSTMCell
from tensorflow.contrib.rnn import LayerNormBasicLSTMCell, LSTMBlockCell, stack_bidirectional_dynamic_rnn
from tensorflow.nn.rnn_cell import BasicLSTMCell, GRUCell, LSTMCell, LSTMStateTuple, MultiRNNCell

HERE = Path(__file__).resolve().parent
BATCH, STEPS = 2, 10
COLUMNS = "layer", "kernel", "bias", "input_size", "hidden_size", "direction", "forget_bias"
DIRECTIONS = {"": "", "fw": "forward", "bw": "backward"}


class Run(NamedTuple):
    """The network of a case that is exported: its input, its outputs, and its cells."""

    x: tf.Tensor
    outputs: tf.Tensor
    layers: list[Layer]


class Case(NamedTuple):
    """One checkpoint. What `build` gives is run and recorded; where the script must refuse it gives nothing."""

    name: str
    build: Callable[[np.random.RandomState], Run | None]
    arguments: tuple[str, ...] = ()
    forget_bias: float = 1.0
    # The names that the variables have in the checkpoint, where these are not their own.
    rename: Callable[[str], str] = str


def sequence(draw, width, dtype=np.float32):
    return tf.constant(draw.normal(0, 1, (BATCH, STEPS, width)).astype(dtype))


def random_state(draw, cell):
    """A state to start from; a zero state would hide several mistakes in the first step."""
    c, h = draw.normal(0, STATE_STD, (2, BATCH, cell.state_size.h)).astype(np.float32)
    return LSTMStateTuple(tf.constant(c), tf.constant(h))


def one_cell(draw, cell, x, scope=None, k=0):
    initial = random_state(draw, cell)
    outputs, final = tf.nn.dynamic_rnn(cell, x, initial_state=initial, scope=scope)
    return Run(x, outputs, [Layer(str(k), cell, initial, final)])


def stack(draw, cells, x):
    initial = tuple(random_state(draw, cell) for cell in cells)
    outputs, final = tf.nn.dynamic_rnn(MultiRNNCell(cells), x, initial_state=initial)
    return Run(x, outputs, list(map(Layer, map(str, range(len(cells))), cells, initial, final)))


def bidirectional(draw, cells, x, scope=None, k=0):
    initial = [random_state(draw, cell) for cell in cells]
    outputs, final = tf.nn.bidirectional_dynamic_rnn(
        *cells, x, initial_state_fw=initial[0], initial_state_bw=initial[1], scope=scope
    )
    return Run(x, tf.concat(outputs, axis=-1), list(map(Layer, (f"{k}_fw", f"{k}_bw"), cells, initial, final)))


def stacked_bidirectional(draw, cells_fw, cells_bw, x):
    initial_fw, initial_bw = ([random_state(draw, cell) for cell in cells] for cells in (cells_fw, cells_bw))
    outputs, final_fw, final_bw = stack_bidirectional_dynamic_rnn(cells_fw, cells_bw, x, initial_fw, initial_bw)
    names = [f"{k}_{way}" for way in ("fw", "bw") for k in range(len(cells_fw))]
    states = [*initial_fw, *initial_bw], [*final_fw, *final_bw]
    return Run(x, outputs, list(map(Layer, names, [*cells_fw, *cells_bw], *states)))


def upon(lower, upper):
    """Two runs of which the second took in what the first gave, as one."""
    return Run(lower.x, upper.outputs, lower.layers + upper.layers)


def layers_by_scope(draw):
    lower = bidirectional(
        draw, (LSTMCell(4, forget_bias=2.5), LSTMCell(4, forget_bias=2.5)), sequence(draw, 3), "layer_0"
    )
    cells = LSTMBlockCell(5, forget_bias=2.5), LSTMBlockCell(5, forget_bias=2.5)
    return upon(lower, bidirectional(draw, cells, lower.outputs, "layer_1", k=1))


def stacked_by_hand(draw):
    lower = one_cell(draw, LSTMCell(5), sequence(draw, 3), "lower")
    return upon(lower, one_cell(draw, LSTMCell(4), lower.outputs, "higher", k=1))


def cells_of_other_names(draw):
    return stack(draw, [LSTMCell(5, name="first"), LSTMCell(4, name="second")], sequence(draw, 3))


def encoder_and_decoder(draw):
    """Two networks, and a dense layer and a GRU cell whose shapes could be those of LSTM cells."""
    with tf.variable_scope("encoder"):
        encoder = stack(draw, [LSTMCell(5), LSTMCell(4)], sequence(draw, 3))
    with tf.variable_scope("decoder"):
        start = encoder.layers[-1].final
        hidden, _ = tf.nn.dynamic_rnn(LSTMCell(4), encoder.outputs, initial_state=start)
    tf.nn.dynamic_rnn(GRUCell(6), tf.layers.dense(hidden, 8), dtype=tf.float32)
    return encoder


def in_training(draw):
    """The same, with what an optimizer and a moving average keep beside each variable."""
    encoder = encoder_and_decoder(draw)
    loss = tf.reduce_sum([tf.reduce_sum(variable**2) for variable in tf.trainable_variables()])
    tf.train.AdamOptimizer().minimize(loss, global_step=tf.train.create_global_step())
    tf.train.ExponentialMovingAverage(0.9).apply(tf.trainable_variables())
    return encoder


def two_stacks(way):
    """bidirectional_dynamic_rnn over two MultiRNNCells; what is run is one of the stacks, as a network of its own."""

    def build(draw):
        x = sequence(draw, 3)
        cells = {name: [LSTMCell(5), LSTMCell(4)] for name in ("fw", "bw")}
        initial = {name: tuple(random_state(draw, cell) for cell in cells[name]) for name in cells}
        outputs, final = tf.nn.bidirectional_dynamic_rnn(
            MultiRNNCell(cells["fw"]), MultiRNNCell(cells["bw"]), x, None, initial["fw"], initial["bw"]
        )
        chosen = 0 if way == "fw" else 1
        layers = list(map(Layer, "01", cells[way], initial[way], final[chosen]))
        turned = [tf.reverse(tensor, [1]) if way == "bw" else tensor for tensor in (x, outputs[chosen])]
        return Run(*turned, layers)

    return build


def cudnn(build):
    """The scope in which a CudnnLSTM saves its weights, for cells that run without a GPU."""

    def in_scope(draw):
        with tf.variable_scope("cudnn_lstm"):
            return build(draw)

    return in_scope


def refused(build):
    """A network that the script refuses, so that there is nothing to run."""

    def without_run(draw):
        build(draw)

    return without_run


def dynamic_rnn(cell):
    return refused(lambda draw: tf.nn.dynamic_rnn(cell(), sequence(draw, 3), dtype=tf.float32))


def one_scope_each(hidden_sizes):
    """Networks side by side in numbered scopes, all of them on the same input."""

    def build(draw):
        x = sequence(draw, 3)
        for k, hidden_size in enumerate(hidden_sizes):
            one_cell(draw, LSTMCell(hidden_size), x, f"model_{k}")

    return build


def broken_down(draw):
    one_cell(draw, LSTMCell(5, initializer=tf.constant_initializer(np.nan)), sequence(draw, 3))


def a_gru_backward(draw):
    tf.nn.bidirectional_dynamic_rnn(LSTMCell(5), GRUCell(5), sequence(draw, 3), dtype=tf.float32)


def old_name(name):
    """What a variable was called before TensorFlow 1.2."""
    return name.replace("/kernel", "/weights").replace("/bias", "/biases")


CASES = [
    Case("single", lambda draw: one_cell(draw, LSTMBlockCell(6), sequence(draw, 6))),
    Case("single_old_names", lambda draw: one_cell(draw, BasicLSTMCell(5), sequence(draw, 3)), rename=old_name),
    Case("stack", lambda draw: stack(draw, [LSTMCell(5), BasicLSTMCell(4), LSTMBlockCell(7)], sequence(draw, 3))),
    Case("stack_of_eleven", lambda draw: stack(draw, [LSTMCell(2) for _ in range(11)], sequence(draw, 2))),
    Case("stack_by_hand", stacked_by_hand, ("--scope", "lower", "--scope", "higher/")),
    Case(
        "stack_other_names",
        cells_of_other_names,
        ("--scope", "rnn/multi_rnn_cell/cell_0/first", "--scope", "rnn/multi_rnn_cell/cell_1/second"),
    ),
    Case(
        "stack_cudnn",
        cudnn(lambda draw: stack(draw, [CudnnCompatibleLSTMCell(n) for n in (5, 4)], sequence(draw, 3))),
        forget_bias=0.0,
    ),
    Case("bidirectional", lambda draw: bidirectional(draw, (LSTMCell(5), LSTMCell(5)), sequence(draw, 3))),
    Case("bidirectional_layers", layers_by_scope, ("--forget-bias", "2.5"), forget_bias=2.5),
    Case(
        "bidirectional_stack",
        lambda draw: stacked_bidirectional(
            draw, [BasicLSTMCell(n) for n in (5, 4)], [BasicLSTMCell(n) for n in (5, 4)], sequence(draw, 3)
        ),
    ),
    Case("two_stacks_forward", two_stacks("fw"), ("--scope", "bidirectional_rnn/fw")),
    Case("two_stacks_backward", two_stacks("bw"), ("--scope", "bidirectional_rnn/bw")),
    Case("encoder_in_training", in_training, ("--scope", "encoder")),
    Case("refused_encoder_and_decoder", refused(encoder_and_decoder)),
    Case("refused_nothing_in_scope", refused(encoder_and_decoder), ("--scope", "encode")),
    Case("refused_two_stacks", refused(two_stacks("fw"))),
    Case("refused_other_names", refused(cells_of_other_names)),
    Case("refused_projection", dynamic_rnn(lambda: LSTMCell(5, num_proj=2))),
    # Its rows are fewer than its hidden size, so that its shape is none of an LSTM cell.
    Case("refused_small_projection", dynamic_rnn(lambda: LSTMCell(7, num_proj=2))),
    Case("refused_peepholes", dynamic_rnn(lambda: LSTMCell(5, use_peepholes=True))),
    Case("refused_layer_norm", dynamic_rnn(lambda: LayerNormBasicLSTMCell(5))),
    Case("refused_keras", refused(lambda draw: tf.keras.layers.LSTM(2)(sequence(draw, 3)))),
    Case("refused_gru", dynamic_rnn(lambda: GRUCell(4))),
    Case("refused_gru_between", dynamic_rnn(lambda: MultiRNNCell([LSTMCell(3), GRUCell(3), LSTMCell(3)]))),
    Case("refused_gru_backward", refused(a_gru_backward)),
    Case("refused_numbered_models", refused(one_scope_each([5, 4]))),
    Case("refused_broken_down", refused(broken_down)),
]


def fill(session, draw):
    """Give every variable random numbers, so that a slot or an average taken for weights would show."""
    for variable in tf.global_variables():
        if variable.dtype.base_dtype == tf.float32:
            std = BIAS_STD if variable.shape.ndims == 1 else KERNEL_STD
            # Times 0, so that a NaN stays one.
            variable.load(0 * session.run(variable) + draw.normal(0, std, variable.shape.as_list()), session)


def save(case, folder):
    """Build a case's network, save its checkpoint, and give what a run of the exported part computes."""
    # Seeded by name, so that adding a case leaves the other recordings as they are.
    draw = np.random.RandomState(zlib.crc32(case.name.encode()))
    run = case.build(draw)
    # One thread: the order of float32 sums must not depend on the machine's cores.
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        fill(session, draw)
        names = {case.rename(variable.op.name): variable for variable in tf.global_variables()}
        tf.train.Saver(names).save(session, f"{folder}/model.ckpt", write_meta_graph=False)
        return session.run(tensors_of_run(run)) if run else {}


def tensors_of_run(run):
    tensors = {"x": run.x, "outputs": run.outputs}
    for layer in run.layers:
        tensors.update(tensors_of(layer))
    return tensors


def files_to_export(case, arrays):
    """The bytes of layers.csv and of the files that it names, from the values that the session had."""
    files, rows = {}, [COLUMNS]
    suffixes = sorted((key[len("kernel_") :] for key in arrays if key.startswith("kernel_")), key=in_order)
    for suffix in suffixes:
        layer, _, way = suffix.partition("_")
        direction = DIRECTIONS[way]
        stem = f"layer_{layer}_{direction}" if direction else f"layer_{layer}"
        kernel, bias = (arrays[f"{part}_{suffix}"] for part in ("kernel", "bias"))
        for part, values in (("kernel", kernel), ("bias", bias)):
            files[f"{stem}_{part}.csv"] = text_of(values)
        hidden_size = len(bias) // 4
        sizes = len(kernel) - hidden_size, hidden_size
        rows.append([f"layer_{layer}", f"{stem}_kernel.csv", f"{stem}_bias.csv", *sizes, direction, case.forget_bias])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return {**files, "layers.csv": text.getvalue().encode()} if suffixes else {}


def in_order(suffix):
    layer, _, way = suffix.partition("_")
    return int(layer), way == "bw"


def text_of(values):
    file = io.BytesIO()
    np.savetxt(file, values, "%.9g", delimiter=",")
    return file.getvalue()


def bytes_of(files):
    return {key: np.frombuffer(data, np.uint8) for key, data in files.items()}


def record(case, target):
    with tempfile.TemporaryDirectory() as name, tf.Graph().as_default():
        folder = Path(name)
        arrays = save(case, folder)
        # One for each layer, as in record.py's files, so that what reads those reads these.
        layers = {key.split("_")[1]: array.size // 4 for key, array in arrays.items() if key.startswith("bias_")}
        np.savez_compressed(
            str(target / f"{case.name}.npz"),
            arguments=np.array(case.arguments, dtype=str),
            forget_bias=case.forget_bias,
            hidden_sizes=np.array([layers[str(k)] for k in range(len(layers))]),
            **arrays,
            **bytes_of({f"checkpoint:{path.name}": path.read_bytes() for path in folder.iterdir()}),
            **bytes_of({f"file:{name}": text for name, text in files_to_export(case, arrays).items()}),
        )


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    target = HERE / "checkpoints"
    target.mkdir(exist_ok=True)
    for case in CASES:
        record(case, target)
        print(case.name)


if __name__ == "__main__":
    main()
