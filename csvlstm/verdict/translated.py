"""The weights of any layout as those of TensorFlow 1, whose cell judges a recorded run."""

from collections.abc import Mapping

from ..converted.blocks import array_values
from ..layouts.entries import SOURCE
from ..layouts.plan import plan
from ..layouts.references import Array
from ..network.topology import Cell
from .model import Weights


def translated(cell: Cell, values: Mapping[str, Array], converted: Mapping[str, Array] | None) -> Weights:
    """Give the source as TensorFlow 1 has it, and the converted set as it is.

    What the source's cell adds to its forget gate at run time stays apart from its bias.
    """
    layout, forget_bias = cell.layout, cell.forget_bias
    wanted = SOURCE.with_extras(*layout.operands)
    if layout == wanted:
        return Weights(values, converted)
    moves = plan(layout, wanted, cell.sizes, forget_bias if layout.forget_bias_is_argument else None, forget_bias)
    arrays = {array.name: array_values(moves, array.name, values) for array in wanted.arrays}
    return Weights(arrays, converted)
