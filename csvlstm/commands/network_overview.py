"""What `csvlstm inspect --layers` shows: a network in one line a cell, with what convert would say of its files."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..converted.targets import free_folder
from ..errors import plural
from ..layouts.arrays import Layout
from ..layouts.entries import SOURCE
from ..network.declaring import DEFAULT
from ..network.layers import read_layers
from ..network.topology import Cell, Network, read_cell
from ..numbers.copies import Seen
from ..numbers.damage import Damage, warnings_of
from ..numbers.precision import digits_of
from ..reading.shapes import DEFAULTS, Options
from ..reading.tables import WeightSet
from ..verdict.behaviour import run_export, saturated
from ..verdict.report import warning
from ..verdict.shown import aligned, as_html, frame
from ..verdict.summary import recognised_as_text

if TYPE_CHECKING:
    from pandas import DataFrame


class CellNumbers(NamedTuple):
    """A cell of a network in figures: its sizes, what it adds to its forget gate, and how its numbers are written."""

    layer: str
    direction: str
    input_size: int
    hidden_size: int
    forget_bias: float
    cells: int
    digits: int
    float32: bool
    minimum: float
    maximum: float


class NetworkOverview(NamedTuple):
    """A network: its cells from the input up, what was recognised in their files, and what convert would warn of."""

    network: Network
    source: Layout
    cells: Sequence[CellNumbers]
    recognised: Sequence[str]
    warnings: Sequence[Damage]

    @property
    def table(self) -> tuple[Sequence[str], Sequence[CellNumbers]]:
        """The head and the rows of the table of cells."""
        return CellNumbers._fields, self.cells

    @property
    def command(self) -> str:
        """The conversion to type next."""
        named = "" if self.source is SOURCE else f" --from {self.source.key}"
        return f"csvlstm convert --layers {shlex.quote(self.network.table)}{named} -o {free_folder()}"

    def to_dict(self) -> dict[str, Any]:
        """Give what --json prints."""
        return {
            "command": "inspect",
            "version": __version__,
            "layers": [cell._asdict() for cell in self.cells],
            "recognised": [*self.recognised],
            "warnings": [warning(damage) for damage in self.warnings],
            "convert": self.command,
        }

    def to_frame(self) -> "DataFrame":
        """Give what --csv prints, one row a cell, as a DataFrame."""
        return frame(*self.table)

    def __str__(self) -> str:
        """Give the summary."""
        rows = [[_shown(value) for value in cell] for cell in self.cells]
        head = [name.replace("_", " ") for name in CellNumbers._fields]
        lines = [*recognised_as_text(self.recognised), aligned([head, *rows]), f"next: {self.command}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Say in one line how many cells there are."""
        return f"<csvlstm inspect: a network of {len(self.cells)} LSTM {plural(len(self.cells), 'cell')}>"

    def _repr_html_(self) -> str:
        return as_html(repr(self)[1:-1], *self.table)


def look_over_network(path: str, source: Layout | None = None, options: Options = DEFAULTS) -> NetworkOverview:
    """Read a table of layers and its files, and tell what they are.

    Raises CsvLstmError where the table is none, where a file is not what it declares, and where a layer does not
    continue the one before.

    >>> [cell.forget_bias for cell in look_over_network("sample_data/sunspots/layers.csv").cells]
    [1.0, 1.0]
    """
    network = read_layers(path, DEFAULT._replace(source=source))
    cells, recognised, warnings, seen = list[CellNumbers](), list[str](), list[Damage](), Seen()
    for cell in network.cells:
        export = read_cell(cell, options)
        warnings += [*warnings_of(export, cell.forget_bias, seen, allowed=True), *_saturated(cell, export)]
        cells.append(_numbers(cell, export))
        recognised += export.recognised
    return NetworkOverview(network, source or SOURCE, cells, recognised, warnings)


def _saturated(cell: Cell, export: WeightSet) -> list[Damage]:
    return saturated(run_export(export, cell.forget_bias, seed=0), export, allowed=True)


def _numbers(cell: Cell, export: WeightSet) -> CellNumbers:
    tables = [*export.tables.values()]
    digits = [digits_of(table.text) for table in tables]
    return CellNumbers(
        cell.layer,
        cell.direction,
        cell.sizes.input_size,
        cell.sizes.hidden_size,
        cell.forget_bias,
        sum(table.form.cells for table in tables),
        max(one.most for one in digits),
        all(one.float32 for one in digits),
        min(float(table.values.min()) for table in tables),
        max(float(table.values.max()) for table in tables),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
