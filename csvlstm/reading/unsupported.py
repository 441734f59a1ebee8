"""Files of other cells, and parts of cells: peepholes, layer normalisation, a projection, two biases, one gate, a GRU.

Only what the shapes of the given files show is said. Sources: the variables of `LSTMCell` and `LayerNormBasicLSTMCell`
in TensorFlow 1.15, and the two biases of cuDNN.
"""

from typing import NamedTuple

from ..errors import argument
from ..layouts.gates import Sizes
from .shapes import Grid

_NO_PROJECTION = "Keras has no LSTM layer with a projection"


class NoBias(NamedTuple):
    """What a file is that was given as a bias and is none, and what to do about it."""

    found: str
    advice: str


_VECTORS = {
    1: NoBias(
        "one for each unit, as peephole weights (w_i_diag, w_f_diag, w_o_diag) and the gamma and beta of a layer "
        "normalisation are",
        "Keras has no LSTM layer with either; a cell without them has a bias of its own, a LayerNormBasicLSTMCell none",
    ),
    3: NoBias(
        "three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are",
        "Keras has no LSTM layer with peepholes; a cell without them has a bias of its own",
    ),
    8: NoBias(
        "two biases, as cuDNN and PyTorch keep them, or one of a cell of twice the hidden size",
        "TensorFlow 1 and Keras have one bias, the sum of both; add the first half to the second where their gates are "
        f"in the order i, j, f, o, and use {argument(forget_bias=0)}",
    ),
}
"""What so many values for each unit may be."""


def other_vector(bias: list[Grid], hidden_size: int) -> NoBias | None:
    """Say what a file given as the bias of a cell of a hidden size may be, where it has the shape of something else.

    >>> other_vector([Grid(1, 15, False, False)], 5).found
    '15 values = 3 x 5 are three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are'
    """
    for grid in bias:
        if 1 not in (grid.rows, grid.columns):
            if grid.rows == hidden_size > grid.columns:
                return NoBias(f"{grid} cells are H x P, the kernel of a projection (num_proj)", _NO_PROJECTION)
            continue
        values = grid.cells
        times, rest = divmod(values, hidden_size)
        if not rest and times in _VECTORS:
            other = _VECTORS[times]
            return other._replace(found=f"{values} values = {times} x {hidden_size} are {other.found}")
    return None


class _Matrix(NamedTuple):
    """A matrix that is no whole kernel: its rows and columns in letters, what it is, and what to do about it."""

    rows: str
    columns: str
    found: str
    advice: str


_JOIN_ROWS = (
    "declare the layout that keeps both apart, which csvlstm layouts lists; who joins them must bring the gates into "
    "the order i, j, f, o"
)
_JOIN_GATES = "join the gates i, j, f, o side by side, in the kernel and in the bias"
_NO_GRU = "a GRU has other equations than an LSTM cell, and becomes none"
_MATRICES = (
    _Matrix(
        "D", "4H", "the input size alone: a kernel without its recurrent rows, as Keras and PyTorch keep it", _JOIN_ROWS
    ),
    _Matrix("H", "4H", "the hidden size alone: the recurrent matrix without the rows of the input", _JOIN_ROWS),
    _Matrix("D", "H", "the input weights of one gate", _JOIN_GATES),
    _Matrix("H", "H", "the recurrent weights of one gate", _JOIN_GATES),
    _Matrix("D+H", "H", "one gate of an LSTM cell, or a simple RNN", _JOIN_GATES),
    _Matrix("D+H", "2H", "the gates of a GRUCell", _NO_GRU),
    _Matrix("D", "2H", "the input weights of the gates of a GRU", _NO_GRU),
    _Matrix("D", "3H", "the kernel of a GRU", _NO_GRU),
    _Matrix("H", "3H", "the recurrent kernel of a GRU", _NO_GRU),
)
"""What is no kernel [D + H, 4H], by its shape with the declared sizes."""


def other_matrix(kernel: list[Grid], declared: Sizes) -> NoBias | None:
    """Say what a file given as a kernel is, where it has the shape of something else with the declared sizes.

    >>> other_matrix([Grid(8, 20, False, False)], Sizes(8, 5)).found[:45]
    '8 x 20 cells are D x 4H, the input size alone'
    """
    d, h = declared.input_size, declared.hidden_size
    sizes = {"D": d, "H": h, "2H": 2 * h, "3H": 3 * h, "4H": 4 * h, "D+H": d + h}
    for grid in kernel:
        for one in _MATRICES:
            rows, columns = sizes[one.rows], sizes[one.columns]
            if (grid.rows, grid.columns) == (rows, columns):
                return NoBias(f"{grid} cells are {one.rows} x {one.columns}, {one.found}", one.advice)
            if (grid.rows, grid.columns) == (columns, rows):
                return NoBias(f"{grid} cells are {one.columns} x {one.rows}, {one.found}, turned", one.advice)
            # A flat file of any other shape may have so many cells by chance.
            if 1 in (grid.rows, grid.columns) and columns == declared.columns and grid.cells == rows * columns:
                found = f"{grid.cells} values are {one.rows} x {one.columns} = {rows} x {columns}, {one.found}"
                return NoBias(found, one.advice)
    return None


def with_biases(kernel: list[Grid], declared: Sizes) -> NoBias | None:
    """Say that a flat kernel has two biases behind its weights, as cuDNN keeps them, by the number of its cells.

    >>> with_biases([Grid(200, 1, False, False)], Sizes(3, 5)).found
    '200 values = 160 + 2 x 20, the weights and both biases in one, as cuDNN keeps them'
    """
    whole, width = declared.weights, declared.columns
    if not any(1 in (grid.rows, grid.columns) and grid.cells == whole + 2 * width for grid in kernel):
        return None
    found = (
        f"{whole + 2 * width} values = {whole} + 2 x {width}, the weights and both biases in one, as cuDNN keeps them"
    )
    return NoBias(found, "cuDNN has each gate turned, in the order i, f, c, o: save its matrices one by one")


def projection(kernel: list[Grid], declared: Sizes, transposed: bool) -> str:
    """Say that a kernel has D + P rows of 4H cells, where it may be that of a cell with a projection to P < H values.

    >>> projection([Grid(5, 20, False, False)], Sizes(3, 5), transposed=False)
    'or the 5 rows are D + P = 3 + 2, with a projection (num_proj=2): Keras has no LSTM layer with a projection'
    """
    d, h = declared
    for grid in kernel:
        rows, columns = (grid.columns, grid.rows) if transposed else (grid.rows, grid.columns)
        if 1 in (rows, columns):
            rows, rest = divmod(rows * columns, declared.columns)
            columns = declared.columns if not rest else 0
        p = rows - d
        if columns == declared.columns and 0 < p < h:
            return f"or the {rows} rows are D + P = {d} + {p}, with a projection (num_proj={p}): {_NO_PROJECTION}"
    return ""
