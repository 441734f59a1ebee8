"""A cell of a checkpoint as it is exported: its files, and its row of layers.csv."""

from typing import NamedTuple

from ..checkpoints.cells import FoundCell
from ..layouts.arrays import Operand
from ..layouts.entries import TF1

ASSUMED, DECLARED, NONE_ADDED = "assumed", "declared", "a CudnnLSTM adds none"
PEEPHOLES, PROJECTION = (
    tuple(array.name for array in TF1.extras if operand in array.operands)
    for operand in (Operand.PEEPHOLE, Operand.PROJECTION)
)
"""The columns of layers.csv, and the ends of the files, for what only some cells have."""


class ForgetBias(NamedTuple):
    """A forget bias, and where it was found: a file, or one of ASSUMED, DECLARED and NONE_ADDED."""

    value: float
    source: str


class ExportedCell(NamedTuple):
    """A cell and its files, which are named after its layer and direction."""

    cell: FoundCell
    layer: str
    direction: str
    forget_bias: ForgetBias

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"{self.layer}_{self.direction}" if self.direction else self.layer

    @property
    def files(self) -> dict[str, tuple[str, ...]]:
        """The variables of each of its files, one above the other, by the file's column in layers.csv."""
        cell = self.cell
        extras = dict(zip(PEEPHOLES, ((name,) for name in cell.peepholes), strict=False))
        projection = {PROJECTION[0]: (cell.projection,)} if cell.projection else {}
        return {"kernel": cell.kernel, "bias": (cell.bias,), **extras, **projection}

    @property
    def row(self) -> dict[str, str]:
        """Its row of layers.csv."""
        return {
            "layer": self.layer,
            **{column: f"{self.stem}_{column}.csv" for column in self.files},
            "input_size": str(self.cell.input_size),
            "hidden_size": str(self.cell.hidden_size),
            "direction": self.direction,
            "forget_bias": str(self.forget_bias.value),
        }
