"""Files of cells that no Keras LSTM layer can be: with peepholes, layer normalisation, a projection or two biases.

Only what the shapes of the given files show is said. Sources: the variables of `LSTMCell` and `LayerNormBasicLSTMCell`
in TensorFlow 1.15, and the two biases of cuDNN.
"""

from typing import NamedTuple

from ..errors import argument
from ..layouts.layout import Sizes
from .shapes import Grid

_NO_PROJECTION = "Keras has no LSTM layer with a projection"


class Other(NamedTuple):
    """What a file is that was given as a bias and is none, and what to do about it."""

    found: str
    advice: str


_VECTORS = {
    1: Other(
        "one for each unit, as peephole weights (w_i_diag, w_f_diag, w_o_diag) and the gamma and beta of a layer "
        "normalisation are",
        "Keras has no LSTM layer with either; a cell without them has a bias of its own, a LayerNormBasicLSTMCell none",
    ),
    3: Other(
        "three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are",
        "Keras has no LSTM layer with peepholes; a cell without them has a bias of its own",
    ),
    8: Other(
        "two biases, as cuDNN and PyTorch keep them, or one of a cell of twice the hidden size",
        "TensorFlow 1 and Keras have one bias, the sum of both; add the first half to the second where their gates are "
        f"in the order i, j, f, o, and use {argument(forget_bias=0)}",
    ),
}
"""What so many values for each unit may be."""


def other_vector(bias: list[Grid], hidden_size: int) -> Other | None:
    """Say what a file given as the bias of a cell of a hidden size may be, where it has the shape of something else.

    >>> other_vector([Grid(1, 15, False, False)], 5).found
    '15 values = 3 x 5 are three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are'
    """
    for grid in bias:
        if 1 not in (grid.rows, grid.columns):
            if grid.rows == hidden_size > grid.columns:
                return Other(f"{grid} cells are H x P, the kernel of a projection (num_proj)", _NO_PROJECTION)
            continue
        values = grid.cells
        times, rest = divmod(values, hidden_size)
        if not rest and times in _VECTORS:
            other = _VECTORS[times]
            return other._replace(found=f"{values} values = {times} x {hidden_size} are {other.found}")
    return None


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
