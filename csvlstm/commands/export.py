"""The work of `csvlstm export`: from a TensorFlow 1 checkpoint to layers.csv and its files, without TensorFlow."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..checkpoints.cells import FoundCell
from ..checkpoints.forget_bias import forget_biases
from ..checkpoints.graph import graph_nodes
from ..checkpoints.opening import Checkpoint, open_checkpoint
from ..checkpoints.purposes import is_slot
from ..checkpoints.stacks import BACKWARD, FORWARD, Layer, StackedCell, find_layers
from ..checkpoints.tensors import Array, Variable
from ..converted.outputs import Staging, staging
from ..converted.targets import refuse_folder, refuse_outputs
from ..errors import CsvLstmError, Place, argument
from ..progress import Advance, Bar, no_bar
from ..reading.sources import identity
from .checkpoint_report import ExportReport
from .exported_cells import ASSUMED, DECLARED, NONE_ADDED, PEEPHOLES, PROJECTION, ExportedCell, ForgetBias

TABLE = "layers.csv"
_COLUMNS = "layer", "kernel", "bias", "input_size", "hidden_size", "direction", "forget_bias"
_DEFAULT_FORGET_BIAS = 1.0
_DIRECTIONS = {"": "", FORWARD: "forward", BACKWARD: "backward"}
_MATRIX = 2


class Export(NamedTuple):
    """The request of `csvlstm export`; a forget bias is declared where no graph beside the checkpoint tells it."""

    checkpoint: str
    directory: str
    scopes: Sequence[str] = ()
    forget_bias: float | None = None


def export_checkpoint(request: Export, bar: Bar = no_bar) -> ExportReport:
    """Write the LSTM layers of a checkpoint, all files or none.

    Raises CsvLstmError where the checkpoint cannot be read or is damaged, where its cells are none that can be
    converted or several networks, where the forget bias is another than the declared one, or where the folder is not
    new or empty.
    """
    checkpoint = open_checkpoint(request.checkpoint)
    variables = checkpoint.variables.variables
    try:
        layers = find_layers(variables, request.scopes)
        _refuse_both_extras(layers)
        cells = _exported(layers, checkpoint, request.forget_bias)
    except CsvLstmError as error:
        raise _placed(error, request.checkpoint) from None
    _refuse_directory(request.directory, checkpoint.variables.files)
    with staging(request.directory, whole=True) as files:
        with bar(_weights(cells, variables), "weights") as advance:
            for cell in cells:
                _write_cell(files, checkpoint, cell, advance)
        # The table comes last, so that it names nothing that is not there.
        files.store(TABLE, [_table([cell.row for cell in cells])]).close()
        return ExportReport(checkpoint, cells, *_left_out(variables, cells), files.publish())


def _weights(cells: Sequence[ExportedCell], variables: Mapping[str, Variable]) -> int:
    return sum(variables[name].numbers for cell in cells for name in cell.cell.variables)


def _placed(error: CsvLstmError, checkpoint: str) -> CsvLstmError:
    """Name the checkpoint in what was refused of it as a whole."""
    place = error.place or Place(checkpoint)
    return CsvLstmError(error.found, place, expected=error.expected, advice=error.advice)


def _refuse_both_extras(layers: Sequence[Layer]) -> None:
    for cell in (placed.cell for layer in layers for placed in layer):
        if cell.projection and cell.peepholes:
            found = f"{cell.scope} has peepholes and a projection, and no layout takes both"
            raise CsvLstmError(found, expected="a cell with one of them, or with neither")


def _exported(layers: Sequence[Layer], checkpoint: Checkpoint, declared: float | None) -> list[ExportedCell]:
    graph = checkpoint.graph
    found = forget_biases(graph_nodes(graph)) if graph else {}
    names = checkpoint.variables.variables
    # Of a graph whose names are others than those of the checkpoint.
    unnamed = {value for kernel, values in found.items() if kernel not in names for value in values}
    return [
        ExportedCell(placed.cell, f"layer_{number}", _DIRECTIONS[placed.direction], forget_bias)
        for number, layer in enumerate(layers)
        for placed in layer
        for forget_bias in [_forget_bias(placed, graph or "", found.get(placed.cell.kernel[0], set()), declared)]
        if _fits(forget_bias, unnamed, placed.cell, graph or "")
    ]


def _forget_bias(placed: StackedCell, graph: str, found: set[float], declared: float | None) -> ForgetBias:
    scope = placed.cell.scope
    if found:
        value = min(found)
        if len(found) > 1:
            both = " and ".join(map(str, sorted(found)))
            raise CsvLstmError(f"{graph} adds forget biases {both} to {scope}", expected="one graph of one network")
        if declared is not None and np.float32(declared) != np.float32(value):
            found_there = f"the forget bias of {scope} is {value} in {graph}, and {declared} was declared"
            raise CsvLstmError(found_there, advice="declare none, and that of the graph is taken")
        return ForgetBias(value, graph)
    if "cudnn" in scope.lower():
        return ForgetBias(0.0, NONE_ADDED)
    return ForgetBias(_DEFAULT_FORGET_BIAS, ASSUMED) if declared is None else ForgetBias(declared, DECLARED)


def _fits(forget_bias: ForgetBias, unnamed: set[float], cell: FoundCell, graph: str) -> bool:
    """Refuse to assume what a graph contradicts for cells that it calls by other names."""
    if forget_bias.source == ASSUMED and unnamed - {forget_bias.value}:
        values = ", ".join(map(str, sorted(unnamed)))
        found = f"{graph} does not name {cell.scope}, and adds forget bias {values} to other cells"
        raise CsvLstmError(found, expected="a declared forget bias")
    return True


def _refuse_directory(directory: str, inputs: Sequence[str]) -> None:
    refuse_outputs(directory, (), (), force=False)
    if os.path.isdir(directory) and os.listdir(directory):
        advice = f"choose another {argument(output=...)}"
        raise CsvLstmError("is not empty, and nothing is overwritten", Place(directory), advice=advice)
    refuse_folder(directory, [identity(path) for path in inputs], force=False)


def _write_cell(files: Staging, checkpoint: Checkpoint, exported: ExportedCell, advance: Advance) -> None:
    for column, names in exported.files.items():
        values = [_read(checkpoint, name) for name in names]
        with files.open(exported.row[column]) as file:
            for rows in values:
                # 9 digits read back to the same float32, and 17 to the same float64.
                np.savetxt(file, rows, "%.17g" if rows.dtype == np.float64 else "%.9g", delimiter=",")
                advance(rows.size)


def _read(checkpoint: Checkpoint, name: str) -> Array:
    values = checkpoint.variables.read(name)
    if not np.isfinite(values).all():
        found = f"{name} holds NaN or infinity, so the training broke down"
        raise CsvLstmError(found, Place(checkpoint.variables.files[0]), advice="take an earlier checkpoint")
    return values


def _table(rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    extras = [column for column in (*PEEPHOLES, *PROJECTION) if any(column in row for row in rows)]
    table = csv.DictWriter(text, [*_COLUMNS, *extras], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _left_out(variables: Mapping[str, Variable], cells: Sequence[ExportedCell]) -> tuple[dict[str, Variable], int]:
    taken = {name for cell in cells for name in cell.cell.variables}
    matrices = {name: one for name, one in sorted(variables.items()) if len(one.shape) == _MATRIX and name not in taken}
    kept = [name for name in matrices if is_slot(name, variables)]
    return {name: one for name, one in matrices.items() if name not in kept}, len(kept)
