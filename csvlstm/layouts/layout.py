"""Which gate sits where in TensorFlow 1 and in Keras: the one place where the two layouts are written down.

D is the input size, H the hidden size (units). TensorFlow 1 keeps one kernel [(D+H) x 4H] whose first D rows are for
the input; Keras keeps kernel [D x 4H] and recurrent_kernel [H x 4H]. Each gate owns one quarter of the columns.

Sources: `LSTMCell.call` in tensorflow/python/ops/rnn_cell_impl.py (1.15) and in keras/src/layers/rnn/lstm.py (3).
"""

from enum import Enum
from typing import NamedTuple


class Gate(Enum):
    """The four gates of an LSTM cell, by Keras's letters; TensorFlow 1 calls the cell candidate j."""

    INPUT = "i"
    FORGET = "f"
    CANDIDATE = "c"
    OUTPUT = "o"


GATES = len(Gate)
"""How many gates a cell has: each matrix is so many times as wide as the hidden size."""


class Layout(NamedTuple):
    """A framework's order of the gates along the columns of every matrix and of the bias.

    >>> TF1.quarter(Gate.FORGET), KERAS.quarter(Gate.FORGET)
    (2, 1)
    """

    framework: str
    gates: tuple[Gate, Gate, Gate, Gate]

    def quarter(self, gate: Gate) -> int:
        """Give the quarter of the columns, counted from 0, that belongs to a gate."""
        return self.gates.index(gate)


TF1 = Layout("TensorFlow 1", (Gate.INPUT, Gate.CANDIDATE, Gate.FORGET, Gate.OUTPUT))
KERAS = Layout("Keras", (Gate.INPUT, Gate.FORGET, Gate.CANDIDATE, Gate.OUTPUT))

OTHERS = (
    Layout("ONNX", (Gate.INPUT, Gate.OUTPUT, Gate.FORGET, Gate.CANDIDATE)),
    Layout("Core ML", (Gate.INPUT, Gate.FORGET, Gate.OUTPUT, Gate.CANDIDATE)),
    Layout("OpenVINO", (Gate.FORGET, Gate.INPUT, Gate.CANDIDATE, Gate.OUTPUT)),
    Layout("DL4J", (Gate.CANDIDATE, Gate.FORGET, Gate.OUTPUT, Gate.INPUT)),
)
"""Orders that a converted set may have by mistake; PyTorch and cuDNN have Keras's."""

KERNELS = ("kernel", "recurrent_kernel")
"""The two arrays that a TensorFlow 1 kernel becomes, its first rows first."""

ACTIVATIONS = ("tanh", "relu", "sigmoid", "elu", "softsign")
"""The names of activations of candidate and output."""

RECURRENT_ACTIVATIONS = ("sigmoid", "hard_sigmoid", "hard_sigmoid_keras3")
"""The names of activations of the gates."""

PARTS = (*KERNELS, "bias")
"""The three arrays of a Keras LSTM layer, in the order that `set_weights` takes."""


def quarter_order(source: Layout, target: Layout) -> list[int]:
    """Give, for each quarter of the target, the quarter of the source that it comes from.

    >>> quarter_order(TF1, KERAS)
    [0, 2, 1, 3]
    """
    return [source.quarter(gate) for gate in target.gates]


class Sizes(NamedTuple):
    """The declared sizes of a layer: input size D and hidden size H, both at least 1."""

    input_size: int
    hidden_size: int

    @property
    def output_size(self) -> int:
        """The size of the hidden state: H, as nothing projects it."""
        return self.hidden_size

    @property
    def rows(self) -> int:
        """D + H, the rows of a TensorFlow 1 kernel; D + P where h is projected."""
        return self.input_size + self.output_size

    def rows_of(self, part: str) -> range:
        """The rows of the export's kernel, or of its bias, that become a part."""
        d = self.input_size
        return {"kernel": range(d), "recurrent_kernel": range(d, self.rows), "bias": range(1)}[part]

    @property
    def columns(self) -> int:
        """4H, the columns of every matrix and the values of a bias."""
        return 4 * self.hidden_size

    @property
    def weights(self) -> int:
        """The cells of a TensorFlow 1 kernel."""
        return self.rows * self.columns


class Block(NamedTuple):
    """One gate's rectangle in one part: which cells of the export become which cells of the converted set.

    `source` is "kernel" or "bias" of the export; rows and columns are half-open ranges counted from 0 in the plain form
    of either side, a bias being one row.
    """

    part: str
    gate: Gate
    source: str
    source_rows: range
    source_columns: range
    target_rows: range
    target_columns: range

    @property
    def cells(self) -> int:
        """The number of cells of the block, the same on both sides."""
        return len(self.target_rows) * len(self.target_columns)

    @property
    def gains_forget_bias(self) -> bool:
        """Whether the run-time forget bias of TensorFlow 1 is added to the block."""
        return self.part == "bias" and self.gate is Gate.FORGET


def blocks(sizes: Sizes) -> list[Block]:
    """List the 12 blocks of a layer, part by part in Keras's order.

    >>> first = blocks(Sizes(3, 5))[1]
    >>> first.part, first.gate.value, first.source_columns, first.target_columns
    ('kernel', 'f', range(10, 15), range(5, 10))
    """
    h = sizes.hidden_size
    return [
        Block(
            part,
            gate,
            "bias" if part == "bias" else "kernel",
            sizes.rows_of(part),
            _columns(TF1.quarter(gate), h),
            range(len(sizes.rows_of(part))),
            _columns(KERAS.quarter(gate), h),
        )
        for part in PARTS
        for gate in KERAS.gates
    ]


def _columns(quarter: int, hidden_size: int) -> range:
    return range(quarter * hidden_size, (quarter + 1) * hidden_size)
