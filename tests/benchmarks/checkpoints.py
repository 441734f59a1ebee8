"""Checkpoints of random LSTM weights beside larger variables that are none, in both formats."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

READING = """\
import sys
from csvlstm.checkpoints.opening import open_checkpoint
from csvlstm.checkpoints.stacks import find_layers
variables = open_checkpoint(sys.argv[1]).variables
layers = find_layers(variables.variables)
sys.exit(sum(variables.read(name).size for layer in layers for name in layer[0].cell.variables) == 0)
"""
"""Reads the LSTM variables, and verifies their checksums, as `csvlstm export` does before it writes."""


class Saved(NamedTuple):
    """A checkpoint: its format, its sizes, and its prefix."""

    form: str
    input_size: int
    hidden_size: int
    prefix: Path

    @property
    def megabytes(self) -> float:
        """The size of its files."""
        return sum(file.stat().st_size for file in self.prefix.parent.iterdir()) / 1e6


def save(folder: Path, form: str, input_size: int, hidden_size: int) -> Saved:
    """Write a stack of two layers beside an embedding and a dense layer six times as large; 399 MB for 512,1024."""
    from tests.checkpoints.writing import bundle, saved_slices

    saved = Saved(form, input_size, hidden_size, folder / "model.ckpt")
    if form == "V1":
        _write(saved.prefix, saved_slices(_variables(input_size, hidden_size)))
    else:
        index, data = bundle(_variables(input_size, hidden_size))
        _write(folder / "model.ckpt.index", iter([index]))
        _write(folder / "model.ckpt.data-00000-of-00001", iter(data))
    return saved


def _variables(input_size: int, hidden_size: int) -> dict[str, Any]:
    import numpy as np

    draw = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "embedding": (61 * hidden_size, hidden_size),
        "dense/kernel": (hidden_size, 20 * hidden_size),
    }
    for number, width in enumerate((input_size, hidden_size)):
        shapes[f"rnn/multi_rnn_cell/cell_{number}/lstm_cell/kernel"] = width + hidden_size, 4 * hidden_size
        shapes[f"rnn/multi_rnn_cell/cell_{number}/lstm_cell/bias"] = (4 * hidden_size,)
    return {name: 0.05 * draw.standard_normal(shape, np.float32) for name, shape in shapes.items()}


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)
