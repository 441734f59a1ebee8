"""The gates of an LSTM cell, the sizes of a layer, and the names of activations: what all layouts have in common."""

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


ACTIVATIONS = ("tanh", "relu", "sigmoid", "elu", "softsign")
"""The names of activations of candidate and output."""

RECURRENT_ACTIVATIONS = ("sigmoid", "hard_sigmoid", "hard_sigmoid_keras3")
"""The names of activations of the gates."""


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

    @property
    def columns(self) -> int:
        """4H, the columns of every matrix and the values of a bias."""
        return 4 * self.hidden_size

    @property
    def weights(self) -> int:
        """The cells of a TensorFlow 1 kernel."""
        return self.rows * self.columns
