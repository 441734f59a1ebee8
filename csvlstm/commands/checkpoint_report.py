"""What `csvlstm export` found, and says: its summary, its list of variables, and both as JSON."""

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..checkpoints.opening import Checkpoint
from ..checkpoints.purposes import purposes
from ..checkpoints.tensors import Variable
from ..converted.targets import free_folder
from ..errors import plural
from ..layouts.entries import LAYOUTS, TF1
from .exported_cells import ASSUMED, ExportedCell

if TYPE_CHECKING:
    from pandas import DataFrame

_MOST_SHOWN = 20
_NO_CHECKSUMS = "no checksums: a frozen graph has none, so damage to its numbers may go unseen"
_ASSUMED = (
    "forget bias: no graph beside the checkpoint tells it, so 1.0, the default of the cells, is assumed; "
    "--forget-bias declares another, and a recorded run given to csvlstm check shows whether it was another"
)


class ExportReport(NamedTuple):
    """What was exported, and what was left out: the matrices, and how many more are kept by optimizers and averages."""

    checkpoint: Checkpoint
    cells: list[ExportedCell]
    left_out: dict[str, Variable]
    kept: int
    written: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Give what --json prints."""
        return as_json(self)

    def to_frame(self) -> "DataFrame":
        """Give the rows of layers.csv as a DataFrame."""
        from pandas import DataFrame

        return DataFrame([cell.row for cell in self.cells])

    def __repr__(self) -> str:
        """Say in one line what was exported."""
        return f"<csvlstm export: {len(self.cells)} LSTM {plural(len(self.cells), 'cell')} in {self.written[-1]}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows: the cells."""
        from ..verdict.shown import as_html

        rows = [[*cell.row.values()] for cell in self.cells]
        return as_html(repr(self)[1:-1], [*self.cells[0].row], rows)


def as_text(report: ExportReport) -> str:
    """Give the summary: the cells with where their forget bias was found, what was left out, what was written."""
    lines = [_line(cell) for cell in report.cells]
    if any(cell.forget_bias.source == ASSUMED for cell in report.cells):
        lines.append(_ASSUMED)
    if not report.checkpoint.variables.has_checksums:
        lines.append(_NO_CHECKSUMS)
    lines.append(_left_out(report))
    table = report.written[-1]
    lines.append(f"wrote {table} and the {len(report.written) - 1} files that it names")
    lines.append(f"next: csvlstm convert --layers {shlex.quote(table)}{_target(report)} -o {free_folder()}")
    return "\n".join(lines)


def _target(report: ExportReport) -> str:
    """Name a layout that takes peepholes, or a projection, where the cells have those; the default takes neither."""
    columns = {column for cell in report.cells for column in cell.files}
    extras = {operand for array in TF1.extras if array.name in columns for operand in array.operands}
    if not extras:
        return ""
    others = (one for one in LAYOUTS.values() if one.offered and one is not TF1)
    return f" --to {next(one.key for one in others if extras <= {*one.with_extras(*extras).operands})}"


def _line(cell: ExportedCell) -> str:
    sizes = f"{cell.cell.input_size} -> {cell.cell.hidden_size}"
    bias = cell.forget_bias
    return f"{cell.stem}: {cell.cell.scope}, {sizes}, forget bias {bias.value} ({bias.source})"


def _left_out(report: ExportReport) -> str:
    shown = [f"{name} {_shape(one)}" for name, one in list(report.left_out.items())[:_MOST_SHOWN]]
    more = len(report.left_out) - len(shown)
    shown += [f"{more} more"] * bool(more)
    shown += [f"{report.kept} matrices of optimizers and averages"] * bool(report.kept)
    return f"left out: {', '.join(shown) or 'no matrix'}"


def _shape(variable: Variable) -> str:
    return "x".join(map(str, variable.shape)) or "scalar"


def as_json(report: ExportReport) -> dict[str, Any]:
    """Give the report by the names of the contract."""
    return {
        **_about(report.checkpoint),
        "layers": [_cell_as_json(cell) for cell in report.cells],
        "left_out": [_variable(name, one) for name, one in report.left_out.items()],
        "written": report.written,
    }


def _about(checkpoint: Checkpoint) -> dict[str, Any]:
    variables = checkpoint.variables
    return {
        "command": "export",
        "version": __version__,
        "kind": variables.kind,
        "checksums": variables.has_checksums,
        "graph": checkpoint.graph,
    }


def _cell_as_json(cell: ExportedCell) -> dict[str, Any]:
    return {
        "layer": cell.layer,
        "direction": cell.direction or None,
        "scope": cell.cell.scope,
        "input_size": cell.cell.input_size,
        "hidden_size": cell.cell.hidden_size,
        "forget_bias": cell.forget_bias.value,
        "forget_bias_source": cell.forget_bias.source,
        "variables": list(cell.cell.variables),
    }


def _variable(name: str, variable: Variable) -> dict[str, Any]:
    return {"name": name, "shape": list(variable.shape), "type": variable.dtype}


def variables_as_text(checkpoint: Checkpoint) -> str:
    """Give a table of all variables, one row each."""
    # Imported here, because an export needs no table, and the report imports the whole check.
    from ..verdict.shown import aligned

    variables = checkpoint.variables.variables
    taken = purposes(variables)
    rows = [[name, _shape(one), one.dtype, taken[name] or "-"] for name, one in sorted(variables.items())]
    return aligned([["variable", "shape", "type", "taken for"], *rows])


def variables_as_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """Give all variables by the names of the contract."""
    variables = checkpoint.variables.variables
    taken = purposes(variables)
    listed = [{**_variable(name, one), "taken_for": taken[name] or None} for name, one in sorted(variables.items())]
    return {**_about(checkpoint), "variables": listed}
