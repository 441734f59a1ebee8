"""Write the LSTM layers of a TensorFlow 1 checkpoint as CSV files, with a layers.csv that says how they are stacked.

How to run it, where TensorFlow 1 is (Python 3.6 or newer; the program that built the network is not needed), and what
comes next, where csvlstm is:

    python export_layers.py model.ckpt-1000 -o exported
    csvlstm convert --layers exported/layers.csv -o converted

What it makes, all numbers as text that reads back exactly; k counts the layers from 0:

    layers.csv                              one row a cell, from the input up, forward before backward
    layer_k_kernel.csv, layer_k_bias.csv    the two variables of a cell; in a bidirectional layer
                                            layer_k_forward_kernel.csv, layer_k_backward_kernel.csv, ...

What a cell is: a scope with "lstm" in its own name (lstm_cell, basic_lstm_cell, cudnn_compatible_lstm_cell, ...) that
holds a kernel [D + H, 4H] and a bias [4H]; weights and biases before TensorFlow 1.2. A dense layer may have such shapes
too, so a cell of another name is taken only where --scope gives its whole name. What optimizers and moving averages
keep is left out.

What a network is: cells that differ in the number of cell_K only (MultiRNNCell, stack_bidirectional_dynamic_rnn) or,
where there is no cell_K, in the last number of their scopes (layer_0, layer_1). For any other stack, give a --scope for
each layer. bidirectional_dynamic_rnn over two MultiRNNCells is two networks, because its directions never meet between
the layers: export .../fw and .../bw each into a folder of its own, for Bidirectional(RNN(StackedRNNCells([...]))).

The forget bias is in no checkpoint. It is the argument of the cells in the program that trained them, 1.0 by default;
cells with "cudnn" in their scope have none.
"""

import argparse
import csv
import os
import posixpath
import re
import sys
from itertools import groupby
from typing import NamedTuple

import numpy as np

BIASES = {"kernel": "bias", "weights": "biases"}
DIRECTIONS = {"": "", "fw": "forward", "bw": "backward"}
COLUMNS = "layer", "kernel", "bias", "input_size", "hidden_size", "direction", "forget_bias"
# What may stand beside kernel and bias, and why that cell is no LSTM layer for Keras.
REFUSED = {
    "recurrent_kernel": "is a Keras layer already; save what its get_weights() gives",
    "projection/.*": "has a projection (num_proj); Keras has no LSTM layer with one",
    "w_[ifo]_diag": "has peepholes; Keras has no LSTM layer with them",
    ".*/(gamma|beta)": "has layer normalisation; Keras has no LSTM layer with it",
}


class ExportError(Exception):
    """What cannot be exported, in words for the person who asked for it."""


class Cell(NamedTuple):
    """One LSTM cell: its scope and variables, its sizes, and which place it has in which network."""

    scope: str
    kernel: str
    bias: str
    input_size: int
    hidden_size: int
    network: str
    number: int
    direction: str


def open_checkpoint(path):
    """A reader of variables, from a checkpoint's prefix, one of its files, or the folder of the latest one."""
    import tensorflow as tf

    prefix = tf.train.latest_checkpoint(path) if os.path.isdir(path) else path
    if prefix is None:
        raise ExportError(f"{path}: this folder names no latest checkpoint; give one, as in {path}/model.ckpt-1000")
    # Old releases have the second name only; newer ones say that it is deprecated.
    reader = getattr(tf.train, "load_checkpoint", None) or tf.train.NewCheckpointReader
    try:
        return reader(re.sub(r"\.(index|meta|data-\d+-of-\d+)$", "", prefix))
    except tf.errors.OpError as error:
        raise ExportError(f"{prefix}: cannot be read as a checkpoint: {error}") from None


def is_within(name, scope):
    return not scope or f"{name}/".startswith(f"{scope}/")


def place(scope):
    """The network that a cell belongs to, the number of its layer there, and its direction."""
    direction = ""
    way = re.fullmatch(r"(?:(.*)/)?(fw|bw)/(.*)", scope)
    # Behind a direction stands either one cell or a whole stack, and that is a network of its own.
    if way and not re.search(r"(^|/)cell_\d+/", way.group(3)):
        scope, direction = way.group(1) or "", way.group(2)
    numbered = re.fullmatch(r"(.*/|)cell_(\d+)(?:/.*|)", scope) or re.fullmatch(r"(.*?)(\d+)(\D*)", scope)
    if not numbered:
        return scope, 0, direction
    start, number, *end = numbered.groups()
    return "*".join([start, *end]), int(number), direction


def find_kernels(shapes):
    return sorted(name for name in shapes if posixpath.basename(name) in BIASES)


def find_cells(shapes, scope):
    """The LSTM cells within a scope, network by network and from the input up; `shapes` are all variables' shapes."""
    cells = []
    for kernel in find_kernels(shapes):
        name, variable = posixpath.split(kernel)
        if is_within(name, scope) and ("lstm" in posixpath.basename(name).lower() or name == scope):
            refuse_other_cells(name, shapes)
            bias = f"{name}/{BIASES[variable]}"
            rows, columns = shapes[kernel] if len(shapes[kernel]) == 2 else (0, 0)
            sizes = rows - columns // 4, columns // 4
            if min(sizes) > 0 and shapes.get(bias) == [4 * sizes[1]] == [columns]:
                cells.append(Cell(name, kernel, bias, *sizes, *place(name)))
    return sorted(cells, key=lambda cell: (cell.network, cell.number, cell.direction == "bw"))


def refuse_other_cells(scope, shapes):
    for name in sorted(shapes):
        for beside, reason in REFUSED.items():
            if is_within(name, scope) and re.fullmatch(beside, name[len(scope) + 1 :]):
                raise ExportError(f"{scope}: {reason}")


def find_layers(shapes, scope):
    """The layers of the one network within a scope: lists of one cell, or of a forward and a backward one."""
    cells = find_cells(shapes, scope)
    networks = [list(network) for _, network in groupby(cells, key=lambda cell: cell.network)]
    if not networks:
        kernels = ", ".join(find_kernels(shapes)) or "none"
        advice = "one without lstm in its name needs --scope, with its whole name"
        raise ExportError(f"no LSTM cell{scope and f' in {scope}'}; {advice}; the checkpoint's kernels: {kernels}")
    if len(networks) > 1:
        choices = "".join(f"\n  {describe(network, cells)}" for network in networks)
        raise ExportError(f"{len(networks)} networks; choose one, or stack several with a --scope for each:{choices}")
    layers = [list(layer) for _, layer in groupby(cells, key=lambda cell: cell.number)]
    numbers = [layer[0].number for layer in layers]
    if numbers[-1] - numbers[0] >= len(numbers):
        found = f"{describe(cells, cells)}: layers {', '.join(map(str, numbers))}, and between them no LSTM cell"
        raise ExportError(f"{found}; to leave out what is there, give a --scope for each layer")
    return layers


def describe(network, cells):
    """The --scope that chooses a network, or one for each of its cells where none holds them alone; the sizes."""
    scope = posixpath.commonpath([cell.scope for cell in network])
    alone = all(cell in network for cell in cells if is_within(cell.scope, scope))
    chosen = " ".join(f"--scope {name}" for name in ([scope] if alone else [cell.scope for cell in network]))
    return f"{chosen} ({', '.join(f'{cell.input_size} -> {cell.hidden_size}' for cell in network)})"


def refuse_broken_stack(layers):
    width = layers[0][0].input_size
    for layer in layers:
        if [cell.direction for cell in layer] not in ([""], ["fw", "bw"]):
            scopes = " and ".join(cell.scope for cell in layer)
            raise ExportError(f"{scopes}: no whole layer; expected one cell, or one under fw and one under bw")
        for cell in layer:
            if cell.input_size != width:
                found = f"{cell.scope}: has input size {cell.input_size}, where {width} values come in"
                raise ExportError(f"{found}; is this one stack? give a --scope for each layer, from the input up")
        width = sum(cell.hidden_size for cell in layer)


def write_variable(reader, variable, path):
    values = reader.get_tensor(variable)
    np.savetxt(path, values, "%.17g" if values.dtype == np.float64 else "%.9g", delimiter=",")


def write_cell(reader, folder, layer, cell, forget_bias):
    """Write a cell's two variables, and give its row of layers.csv."""
    direction = DIRECTIONS[cell.direction]
    stem = f"{layer}_{direction}" if direction else layer
    kernel, bias = f"{stem}_kernel.csv", f"{stem}_bias.csv"
    write_variable(reader, cell.kernel, os.path.join(folder, kernel))
    write_variable(reader, cell.bias, os.path.join(folder, bias))
    if "cudnn" in cell.scope.lower():
        forget_bias = 0.0
    print(f"{stem}: {cell.scope}, {cell.input_size} -> {cell.hidden_size}, forget bias {forget_bias}")
    return layer, kernel, bias, cell.input_size, cell.hidden_size, direction, forget_bias


def export(asked):
    reader = open_checkpoint(asked.checkpoint)
    shapes = reader.get_variable_to_shape_map()
    layers = [layer for scope in asked.scope or [""] for layer in find_layers(shapes, scope.strip("/"))]
    refuse_broken_stack(layers)
    cells = [(f"layer_{k}", cell) for k, layer in enumerate(layers) for cell in layer]
    for name in [name for _, cell in cells for name in (cell.kernel, cell.bias)]:
        if not np.isfinite(reader.get_tensor(name)).all():
            raise ExportError(f"{name}: holds NaN or infinity, so the training broke down; take an earlier checkpoint")
    os.makedirs(asked.output, exist_ok=True)
    if os.listdir(asked.output):
        raise ExportError(f"{asked.output}: is not empty, and nothing is overwritten; choose another -o")
    rows = [write_cell(reader, asked.output, layer, cell, asked.forget_bias) for layer, cell in cells]
    # The table comes last, so that it names nothing that is not there.
    with open(os.path.join(asked.output, "layers.csv"), "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    left_out = set(find_kernels(shapes)).difference(cell.kernel for _, cell in cells)
    print(f"left out: {', '.join(sorted(left_out)) or 'no kernel'}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="its prefix, such as model.ckpt-1000, or its folder for the latest one")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="folder for the files, new or empty")
    parser.add_argument("--scope", action="append", help="the scope of a network; several are a stack, input first")
    parser.add_argument("--forget-bias", metavar="F", type=float, default=1.0, help="of cells without cudnn (1.0)")
    try:
        export(parser.parse_args(arguments))
    except (ExportError, OSError) as error:
        print(f"export_layers.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
