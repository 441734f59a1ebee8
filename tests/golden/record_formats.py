"""Record small checkpoints of real TensorFlow releases, byte for byte, with the values that TensorFlow read from them.

How to run it; each release writes its own files into the folder formats/ beside this script:

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'    Python 3.7
    pip install --no-deps dm-sonnet==1.34 tensorflow-probability==0.8.0 cloudpickle==1.1.1 decorator==4.4.2 \\
        contextlib2 semantic_version
    pip install tensorflow==1.1.0 'protobuf<3.18' 'numpy<1.17'     Python 3.6
    pip install tensorflow==0.12.1 'protobuf<3.18' 'numpy<1.17'    Python 2.7
    pip install tensorflow-cpu==2.15.1                             Python 3.11
    python record_formats.py           or one of its cases: python record_formats.py single

What each file holds, all of it readable with np.load(allow_pickle=False):

    checkpoint:PATH    the bytes of each file of the checkpoint
    given              what names the checkpoint, relative to its folder
    variable:NAME      each variable of numbers, by session.run; bfloat16 as float32
    strings            the names of the variables that hold no numbers

The script is written for Python 2.7 and for 3.
"""

# ruff: noqa: UP010, UP031, SIM905, B905 (it runs under Python 2.7, too)
from __future__ import print_function, unicode_literals

import os
import shutil
import sys
import tempfile
import zlib

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
PREFIX = "tf" + "_".join(str(part) for part in VERSION) + "_"
CASES = {}
D, H = 3, 5


def case(first, last=(1, 99), meta=False, given="model.ckpt"):
    """Register a case for the releases from `first` to `last`; `meta` keeps the .meta file."""

    def register(build):
        if first <= VERSION <= last:
            CASES[build.__name__] = build, meta, given
        return build

    return register


def saver(**how):
    if VERSION < (1, 0):
        how["write_version"] = how.get("write_version", tf.train.SaverDef.V2)
    return tf.train.Saver(**how)


def v1():
    return tf.train.SaverDef.V1


def rnn_cell():
    return tf.nn.rnn_cell if hasattr(tf.nn, "rnn_cell") and hasattr(tf.nn.rnn_cell, "LSTMCell") else tf.contrib.rnn


def inputs(width=D, dtype=np.float32):
    return tf.constant(np.ones((2, 4, width), dtype))


def run(cell, x=None, **how):
    x = inputs() if x is None else x
    how.setdefault("dtype", x.dtype)
    return tf.nn.dynamic_rnn(cell, x, **how)[0]


def variable(name, value, **how):
    # tf.Variable and not get_variable, so that a partitioner of the scope leaves it alone.
    return tf.Variable(value, name=name, **how)


def stack():
    cells = [rnn_cell().LSTMCell(H), rnn_cell().BasicLSTMCell(4)]
    return run(rnn_cell().MultiRNNCell(cells))


@case((0, 12), meta=True)
def single():
    run(rnn_cell().LSTMCell(H))
    return saver()


@case((0, 12), meta=True)
def basic_forget_bias():
    run(rnn_cell().BasicLSTMCell(H, forget_bias=0.7))
    return saver()


@case((0, 12))
def v2_stack():
    stack()
    return saver()


@case((0, 12))
def v1_stack():
    stack()
    return saver(write_version=v1())


@case((0, 12), (1, 1))
def unit_shards():
    run(rnn_cell().LSTMCell(6, num_unit_shards=2))
    return saver()


@case((0, 12), (1, 1))
def v1_unit_shards():
    run(rnn_cell().LSTMCell(6, num_unit_shards=2))
    return saver(write_version=v1())


@case((0, 12), (1, 1))
def gru():
    run(rnn_cell().GRUCell(4))
    return saver()


@case((0, 12), (1, 1))
def coupled():
    run(tf.contrib.rnn.CoupledInputForgetGateLSTMCell(4))
    return saver()


def bidirectional_cells(make):
    tf.nn.bidirectional_dynamic_rnn(make(0.7), make(0.2), inputs(), [4, 4], dtype=tf.float32)


@case((0, 12), meta=True)
def bidirectional():
    bidirectional_cells(lambda forget_bias: rnn_cell().LSTMCell(H, forget_bias=forget_bias))
    return saver()


def kinds(v2):
    """Variables of all types, of which some are empty, scalar, or have bits that arithmetic would lose."""
    yield "float", np.array([[1, -0.0, np.nan], [np.inf, 1e-45, 3e38]], np.float32)
    yield "double", np.array([0.1, -0.0, 5e-324])
    yield "half", np.array([0.1, -0.0, 6e-8, 65504], np.float16)
    for name in "int8 int16 int32 int64 uint8".split():
        limits = np.iinfo(name)
        yield name, np.array([limits.min, 0, 7, limits.max], name)
    yield "bool", np.array([True, False, True])
    yield "complex64", np.array([1 + 2j, -0.5j], np.complex64)
    yield "scalar", np.float32(0.25)
    yield "empty", np.zeros((0, 5), np.float32)
    yield "string", np.array([b"a", b"", b"long"], object)
    yield "scope/with/a_rather_long_name", np.arange(3, dtype=np.float32)
    yield "scope/with/a_rather_long_name_of_another", np.arange(4, dtype=np.float32)
    if v2:
        yield "uint16", np.array([0, 65535], np.uint16)
        yield "complex128", np.array([1 + 2j, -0.5j])


def of_all_kinds(v2):
    for name, value in kinds(v2):
        variable(name, value)
    if v2:
        variable("bfloat16", tf.cast(tf.constant([0.1, -3.5, 1e30]), tf.bfloat16))
    saved = {one.op.name: one for one in tf.global_variables()}
    saved["na\u00efve/\u91cd"] = variable("renamed", np.arange(2, dtype=np.float32))
    return saver(var_list=saved) if v2 else saver(var_list=saved, write_version=v1())


@case((1, 15))
def v2_kinds():
    return of_all_kinds(True)


@case((1, 15))
def v1_kinds():
    return of_all_kinds(False)


def of_many_blocks(**how):
    # More than the 256 KiB of a block, and more names than one restart interval.
    variable("large", np.tile(np.arange(1000, dtype=np.float32), (70, 1)))
    variable("larger", np.tile(np.arange(1000, dtype=np.float32) / 8, (140, 1)))
    for number in range(40):
        variable("many_%d" % number, np.full(number, number, np.float32))
    return saver(**how)


@case((1, 15))
def v2_blocks():
    return of_many_blocks()


@case((1, 15))
def v1_blocks():
    return of_many_blocks(write_version=v1())


def partitioned(parts, axis, cell=None, **how):
    partitioner = tf.fixed_size_partitioner(parts, axis)
    with tf.variable_scope("model", partitioner=partitioner):
        run((cell or tf.nn.rnn_cell.LSTMCell)(H))
    return saver(**how)


@case((1, 15), meta=True)
def v2_partitioned_rows():
    return partitioned(3, 0)


@case((1, 15))
def v1_partitioned_rows():
    return partitioned(3, 0, write_version=v1())


def columns(**how):
    with tf.variable_scope("model", partitioner=tf.fixed_size_partitioner(5, 1)):
        # Of a hundred columns, because ordered code takes two bytes from 64 on.
        tf.get_variable("wide", [2, 150])
    return saver(**how)


@case((1, 15))
def v2_partitioned_columns():
    return columns()


@case((1, 15))
def v1_partitioned_columns():
    return columns(write_version=v1())


def on_devices(names=3):
    for number in range(names):
        with tf.device("/cpu:%d" % number), tf.variable_scope("layer_%d" % number):
            run(tf.nn.rnn_cell.LSTMCell((5, 4, 6)[number]), inputs((3, 5, 4)[number]))


@case((1, 15))
def v2_sharded():
    on_devices()
    return saver(sharded=True)


@case((1, 15), given="model.ckpt-00001-of-00003")
def v1_sharded():
    on_devices()
    return saver(sharded=True, write_version=v1())


def sharded_and_partitioned(**how):
    place = iter(range(100))
    device = lambda op: "/cpu:%d" % (next(place) % 3) if op.type.startswith("Var") else ""  # noqa: E731
    with tf.device(device), tf.variable_scope("model", partitioner=tf.fixed_size_partitioner(4)):
        run(tf.nn.rnn_cell.LSTMCell(H))
    return saver(sharded=True, **how)


@case((1, 15))
def v2_sharded_partitioned():
    return sharded_and_partitioned()


@case((1, 15))
def v1_sharded_partitioned():
    return sharded_and_partitioned(write_version=v1())


@case((1, 15), meta=True)
def float16():
    run(tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.7), inputs(dtype=np.float16))
    return saver()


@case((1, 15))
def v1_float16():
    run(tf.nn.rnn_cell.LSTMCell(H), inputs(dtype=np.float16))
    return saver(write_version=v1())


@case((1, 15), meta=True)
def float64():
    run(tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.7), inputs(dtype=np.float64))
    return saver()


@case((1, 15))
def adam():
    loss = tf.reduce_sum(tf.layers.dense(stack(), 2))
    tf.train.AdamOptimizer().minimize(loss, global_step=tf.train.create_global_step())
    return saver()


@case((1, 15), meta=True)
def block_cell():
    run(tf.contrib.rnn.LSTMBlockCell(H, forget_bias=0.3))
    return saver()


@case((1, 15), meta=True)
def fused_cell():
    tf.contrib.rnn.LSTMBlockFusedCell(H, forget_bias=0.3)(tf.zeros([4, 2, D]), dtype=tf.float32)
    return saver()


@case((1, 15), meta=True)
def static_stack():
    cells = [tf.nn.rnn_cell.LSTMCell(5, forget_bias=0.7), tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=0.2)]
    tf.nn.static_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), [tf.ones([2, D])] * 2, dtype=tf.float32)
    return saver()


@case((1, 15), meta=True)
def resource_variables():
    with tf.variable_scope("model", use_resource=True):
        run(tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.7))
    return saver()


@case((1, 15), meta=True)
def cudnn_compatible():
    with tf.variable_scope("cudnn_lstm"):
        run(tf.nn.rnn_cell.MultiRNNCell([tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(H)]))
    return saver()


@case((1, 15))
def opaque_cudnn():
    variable("cudnn_lstm/opaque_kernel", np.ones(4 * H * (D + H + 2), np.float32))
    return saver()


@case((1, 15), meta=True)
def gru_with_meta():
    run(tf.nn.rnn_cell.GRUCell(4))
    return saver()


@case((1, 15), meta=True)
def coupled_with_meta():
    # Its kernel [D+H, 3H] has the shape of an LSTM's of hidden size 3H/4.
    run(tf.contrib.rnn.CoupledInputForgetGateLSTMCell(4))
    return saver()


@case((1, 15))
def projection():
    run(tf.nn.rnn_cell.LSTMCell(H, num_proj=2))
    return saver()


@case((1, 15))
def peepholes():
    run(tf.nn.rnn_cell.LSTMCell(H, use_peepholes=True))
    return saver()


@case((1, 15))
def projection_and_peepholes():
    run(tf.nn.rnn_cell.LSTMCell(H, use_peepholes=True, num_proj=2))
    return saver()


@case((1, 15))
def attention():
    memory = tf.contrib.seq2seq.BahdanauAttention(2, tf.ones([2, 3, 4]))
    cells = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(5)),
         tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.LSTMCell(5))]
    )  # fmt: skip
    run(tf.contrib.seq2seq.AttentionWrapper(cells, memory, attention_layer_size=3), inputs(5))
    return saver()


@case((1, 15), meta=True)
def sonnet():
    import sonnet as snt

    run(snt.LSTM(H, forget_bias=0.7))
    return saver()


@case((1, 15), given="frozen.pb")
def frozen():
    outputs = run(tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.7))
    return lambda session, folder: freeze(session, tf.identity(outputs, "outputs"), os.path.join(folder, "frozen.pb"))


@case((1, 1), (1, 1), given="frozen.pb")
def frozen_basic():
    outputs = run(rnn_cell().BasicLSTMCell(H, forget_bias=0.7))
    return lambda session, folder: freeze(session, tf.identity(outputs, "outputs"), os.path.join(folder, "frozen.pb"))


def freeze(session, outputs, path):
    """Write a graph whose variables were made constants, as freeze_graph does it."""
    from tensorflow.python.framework import graph_util

    graph = session.graph.as_graph_def()
    with open(path, "wb") as file:
        file.write(graph_util.convert_variables_to_constants(session, graph, ["outputs"]).SerializeToString())


@case((1, 15), given=".")
def saved_model():
    outputs = run(tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.7))

    def save(session, folder):
        shutil.rmtree(folder)
        tf.saved_model.simple_save(session, folder, {"x": inputs()}, {"outputs": outputs})

    return save


def fill(session, draw):
    """Give every LSTM variable random numbers of float32's full precision."""
    for variable in tf.global_variables():
        if variable.dtype.base_dtype in (tf.float16, tf.float32, tf.float64) and variable.op.name[:4] not in KEPT:
            random = draw.normal(0, 0.4, variable.get_shape().as_list())
            session.run(tf.assign(variable, random.astype(variable.dtype.base_dtype.as_numpy_dtype)))


KEPT = {name[:4] for name, _ in kinds(True)} | {"bflo", "larg", "many", "rena"}


def record(name):
    build, meta, given = CASES[name]
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default():
        saving = build()
        config = tf.ConfigProto(device_count={"CPU": 3}, intra_op_parallelism_threads=1)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            fill(session, np.random.RandomState(zlib.crc32(name.encode()) & 0xFFFFFFFF))
            if callable(saving):
                saving(session, folder)
            else:
                saving.save(session, os.path.join(folder, "model.ckpt"), write_meta_graph=meta)
            write(name, folder, given, *values_of(session, saving))


def values_of(session, saving):
    """The values of all variables under their names in the checkpoint, and the names of those without numbers."""
    values, strings = {}, []
    for name, variable in named_variables(saving):
        value = session.run(tf.cast(variable, tf.float32) if variable.dtype.base_dtype == tf.bfloat16 else variable)
        if value.dtype == object:
            strings.append(name)
        else:
            values[name] = value
    return values, strings


def named_variables(saving):
    if hasattr(saving, "_var_list") and isinstance(saving._var_list, dict):
        return saving._var_list.items()
    whole = {}
    for variable in tf.global_variables():
        part = variable._get_save_slice_info() if hasattr(variable, "_get_save_slice_info") else None
        part = part or getattr(variable, "_save_slice_info", None)
        whole.setdefault(part.full_name if part else variable.op.name, []).append((part, variable))
    return [(name, put_together(parts)) for name, parts in whole.items()]


def put_together(parts):
    if parts[0][0] is None:
        return parts[0][1]
    parts = sorted(parts, key=lambda pair: pair[0].var_offset)
    first = parts[0][0]
    axis = [size != full for size, full in zip(first.var_shape, first.full_shape)].index(True)
    return tf.concat([variable for _, variable in parts], axis)


def write(name, folder, given, values, strings):
    arrays = {"given": np.array(given), "strings": np.array(strings, dtype="U")}
    for top, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(top, file)
            with open(path, "rb") as opened:
                inside = os.path.relpath(path, folder).replace(os.sep, "/")
                arrays["checkpoint:" + inside] = np.frombuffer(opened.read(), np.uint8)
    for key, value in values.items():
        arrays["variable:" + key] = value
    target = os.path.join(HERE, "formats")
    if not os.path.isdir(target):
        os.makedirs(target)
    np.savez_compressed(os.path.join(target, PREFIX + name + ".npz"), **arrays)
    shutil.rmtree(folder)
    print(name, sum(len(value) for key, value in arrays.items() if key.startswith("checkpoint:")))


def record_keras(name, save):
    """A checkpoint of TensorFlow 2, which names variables by the objects that hold them."""
    folder = tempfile.mkdtemp()
    model = tf.keras.Sequential([tf.keras.layers.LSTM(H, input_shape=(4, D)), tf.keras.layers.Dense(2)])
    save(model, os.path.join(folder, "model.ckpt"))
    path = tf.train.latest_checkpoint(folder)
    reader = tf.train.load_checkpoint(path)
    values = {key: reader.get_tensor(key) for key in reader.get_variable_to_shape_map()}
    strings = [key for key, value in values.items() if np.asarray(value).dtype.kind not in "fiub"]
    write(name, folder, os.path.basename(path), {key: values[key] for key in values if key not in strings}, strings)


def main():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if VERSION >= (2, 0):
        record_keras("object_based", lambda model, path: tf.train.Checkpoint(model=model).save(path))
        record_keras("save_weights", lambda model, path: model.save_weights(path))
        return
    for name in sys.argv[1:] or sorted(CASES):
        record(name)


if __name__ == "__main__":
    main()
