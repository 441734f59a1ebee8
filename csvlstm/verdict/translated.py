"""The weights of any two layouts as those of TensorFlow 1 and of Keras, whose cells judge a recorded run."""

from collections.abc import Mapping

from ..converted.blocks import array_values
from ..errors import CsvLstmError
from ..layouts.arrays import AnySizes, Layout
from ..layouts.entries import SOURCE, TARGET
from ..layouts.plan import plan
from ..layouts.references import Array
from ..network.topology import Cell
from .model import Weights


def translated(cell: Cell, values: Mapping[str, Array], converted: Mapping[str, Array] | None) -> Weights:
    """Give the source as TensorFlow 1 has it and the converted set as Keras has it.

    What the source's cell adds to its forget gate at run time stays apart from its bias. Raises CsvLstmError where the
    cell has peepholes or a projection, which the cells of a recorded run have not.
    """
    operands = {operand for layout in (SOURCE, TARGET) for operand in layout.operands} | {*cell.layout.biases}
    if not {*cell.layout.operands} <= operands:
        found = f"a recorded run of a cell of {cell.layout.framework} with peepholes or a projection cannot be judged"
        raise CsvLstmError(found, expected="no recorded run beside it")
    kernel, bias = _as(cell.layout, SOURCE, cell.sizes, values, cell.forget_biases[0], cell.forget_biases[0]).values()
    here = _as(cell.target, TARGET, cell.sizes, converted, cell.forget_biases[1]) if converted else None
    return Weights(kernel, bias[0], here)


def _as(
    layout: Layout,
    wanted: Layout,
    sizes: AnySizes,
    values: Mapping[str, Array],
    forget_bias: float,
    wanted_forget_bias: float | None = None,
) -> dict[str, Array]:
    if layout == wanted:
        return dict(values)
    own = forget_bias if layout.forget_bias_is_argument else None
    moves = plan(layout, wanted, sizes, own, wanted_forget_bias)
    return {array.name: array_values(moves, array.name, values) for array in wanted.arrays}
