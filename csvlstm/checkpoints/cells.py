"""The LSTM cells among the variables of a checkpoint: which variables each consists of, and what else looks like one.

Sources of the names: tensorflow/python/ops/rnn_cell_impl.py and contrib/rnn (0.12 to 1.15), dm-sonnet 1.x.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .tensors import Variable

GATES = 4
_PAIRS = {
    "kernel": "bias",
    "weights": "biases",
    "W_0": "B",
    "Linear/Matrix": "Linear/Bias",
    "w_gates": "b_gates",
}
"""How a cell's kernel and bias are called: since TensorFlow 1.2, before, in 0.12 (two ways), and in Sonnet."""

_MORE_ROWS = {"W_0": "W_{}"}
"""In TensorFlow 0.12 a kernel may lie in several variables, one above the other."""

_PROJECTIONS = "projection/kernel", "projection/weights", "W_P_0"
_PEEPHOLES = (("w_i_diag", "W_I_diag"), ("w_f_diag", "W_F_diag"), ("w_o_diag", "W_O_diag"))

_OTHER_CELLS = {
    r"coupled_?input_?forget_?gate": "has coupled input and forget gates, three in place of four",
    r"layer_?norm": "has layer normalisation",
    r"conv(_?\d_?d)?_?lstm": "is a convolutional LSTM",
    r"(phased|grid|time_?freq)_?lstm": "is an LSTM of another kind",
    r"(^|_)g_?lstm": "is an LSTM in groups",
}
"""Cells with lstm in their names that are none for Keras, by what their own names have in them."""

_BESIDE = {
    "recurrent_kernel": "is a Keras layer already, so save what its get_weights() gives",
    ".*/(gamma|beta)": "has layer normalisation",
}
"""What beside a kernel and a bias tells that a cell is none."""

GRU = "is a GRU, whose gates [D + H, 2H] have the shape of an LSTM kernel of half its hidden size"
_GRU_PARTS = re.compile(r"(?i)(gates|candidate)(/linear)?$")


class FoundCell(NamedTuple):
    """A cell with a kernel and a bias: its scope, its variables, and its sizes, 0 where the shapes fit none.

    `kernel` are one above the other; `projection` and `peepholes` (i, f, o) are empty where there are none. `problem`
    says why it is no LSTM cell for Keras.
    """

    scope: str
    kernel: tuple[str, ...]
    bias: str
    input_size: int
    hidden_size: int
    output_size: int
    projection: str
    peepholes: tuple[str, ...]
    problem: str

    @property
    def variables(self) -> tuple[str, ...]:
        """All of its variables."""
        return (*self.kernel, self.bias, *filter(None, [self.projection]), *self.peepholes)

    @property
    def own_name(self) -> str:
        """The last part of its scope."""
        return self.scope.rpartition("/")[2]


def cells_of(variables: Mapping[str, Variable]) -> list[FoundCell]:
    """Give all that has a kernel and is called an LSTM, or could be one if its user says so.

    >>> shapes = {"rnn/lstm_cell/kernel": (8, 20), "rnn/lstm_cell/bias": (20,)}
    >>> cell, = cells_of({name: Variable("float32", shape) for name, shape in shapes.items()})
    >>> cell.scope, cell.input_size, cell.hidden_size
    ('rnn/lstm_cell', 3, 5)
    """
    found = (_split(name) for name in sorted(variables))
    return [_cell(scope, kernel, variables) for scope, kernel in found if kernel]


def _split(name: str) -> tuple[str, str]:
    """Give the scope of a kernel and its name in there, or two empty texts."""
    for kernel in _PAIRS:
        if f"/{name}".endswith(f"/{kernel}"):
            return name[: -len(kernel)].rstrip("/"), kernel
    return "", ""


def _cell(scope: str, kernel: str, variables: Mapping[str, Variable]) -> FoundCell:
    start = f"{scope}/" if scope else ""
    rows = tuple(_row_names(start, kernel, variables))
    bias = start + _PAIRS[kernel]
    projection = next((start + name for name in _PROJECTIONS if start + name in variables), "")
    peepholes = tuple(start + name for names in _PEEPHOLES for name in names if start + name in variables)
    sizes = _sizes([variables[name].shape for name in rows], variables.get(bias), variables.get(projection))
    return FoundCell(scope, rows, bias, *sizes, projection, peepholes, _problem(scope, variables))


def _row_names(start: str, kernel: str, variables: Mapping[str, Variable]) -> Iterator[str]:
    yield start + kernel
    number = 1
    while kernel in _MORE_ROWS and start + _MORE_ROWS[kernel].format(number) in variables:
        yield start + _MORE_ROWS[kernel].format(number)
        number += 1


def _sizes(kernels: list[tuple[int, ...]], bias: Variable | None, projection: Variable | None) -> tuple[int, int, int]:
    """Give the input, the hidden and the output size that the shapes fit, or zeros."""
    if any(len(shape) != 2 or shape[1] != kernels[0][1] for shape in kernels) or bias is None:
        return 0, 0, 0
    rows, columns = sum(shape[0] for shape in kernels), kernels[0][1]
    hidden = columns // GATES
    output = projection.shape[-1] if projection and projection.shape[:-1] == (hidden,) else hidden
    fits = bias.shape == (columns,) and columns == GATES * hidden and rows > output > 0
    return (rows - output, hidden, output) if fits else (0, 0, 0)


def _problem(scope: str, variables: Mapping[str, Variable]) -> str:
    """Say why a cell is no LSTM cell for Keras, whatever its shapes; empty where nothing tells so."""
    own_name = scope.rpartition("/")[2].lower()
    if is_gru(scope, variables):
        return GRU
    for pattern, reason in _OTHER_CELLS.items():
        if re.search(pattern, own_name):
            return reason
    beside = [name[len(scope) + 1 :] for name in variables if name.startswith(f"{scope}/")]
    return next((why for pattern, why in _BESIDE.items() if any(re.fullmatch(pattern, name) for name in beside)), "")


def is_gru(scope: str, variables: Mapping[str, Variable]) -> bool:
    """Tell whether a scope is the gates or the candidate of a GRU: beside one of them stands the other."""
    if not _GRU_PARTS.search(scope):
        return False
    cell = _GRU_PARTS.sub("", scope)
    parts = {name[len(cell) :].partition("/")[0].lower() for name in variables if name.startswith(cell)}
    return {"gates", "candidate"} <= parts


def grus(variables: Mapping[str, Variable]) -> list[str]:
    """List the scopes of GRU cells."""
    cells = {_GRU_PARTS.sub("", cell.scope).rstrip("/") for cell in cells_of(variables) if cell.problem == GRU}
    return sorted(cells)
