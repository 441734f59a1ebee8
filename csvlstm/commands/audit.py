"""The work of `csvlstm audit`: read both sides as they lie on the disk, compare, and write the evidence."""

import os
from collections.abc import Iterable, Sequence
from typing import IO, NamedTuple

from ..converted.blocks import Origin
from ..converted.outputs import staging
from ..converted.sets import as_it_lies, read_converted
from ..converted.targets import refuse_outputs
from ..errors import CsvLstmError, Place
from ..evidence.prepared import prepared
from ..evidence.statements import COMMAS, TableStyle, as_csv, as_json
from ..evidence.totals import AuditReport, Layer, LayerAudit, audit_layer
from ..evidence.value_sheets import CELLS, LayerSheets, layer_sheets, titled
from ..names import readable
from ..network.topology import Cell, Network, read_cell
from ..numbers.copies import Seen
from ..numbers.damage import warnings_of
from ..progress import Bar, no_bar
from ..reading.shapes import DEFAULTS, Options
from ..reading.sources import identity
from ..verdict.behaviour import run_export, saturated
from ..verdict.diagnosis import Finding
from ..verdict.listing import misled
from .streams import json_text

WORKBOOK = ".xlsx"
FORMS = (".csv", ".json", WORKBOOK)


class Evidence(NamedTuple):
    """The file to write: its ending picks the form; a template is a workbook with empty value sheets.

    A workbook names the `command` that it was prepared with; `style` is how audit.csv is written. Where the path is
    empty nothing is written.
    """

    path: str
    template: bool = False
    force: bool = False
    command: Sequence[str] = ()
    style: TableStyle = COMMAS

    @property
    def form(self) -> str:
        """The ending of the file."""
        return os.path.splitext(self.path)[1].lower()


class Audit(NamedTuple):
    """The request of `csvlstm audit`; `options` are about the export, `set_options` about the converted set."""

    network: Network
    directory: str
    evidence: Evidence
    options: Options = DEFAULTS
    set_options: Options = DEFAULTS
    strict: bool = False


def audit_files(request: Audit, bar: Bar = no_bar) -> AuditReport:
    """Compare the cells of a network with the converted set of a directory, and write what was found.

    Raises CsvLstmError where a file cannot be read, the export is not what was declared, or `strict` allows no damage
    and the export has some, and as `audit_layers` does.
    """
    directory, seen = request.directory, Seen()
    network = as_it_lies(request.network, directory)
    about = request.options, request.strict, request.set_options, seen
    layers = (read_layer(cell, directory, *about) for cell in network.cells)
    read = paths_read(network, directory)
    return audit_layers(layers, request.evidence, read, misled(directory, network), bar)


def paths_read(network: Network, directory: str) -> list[str]:
    """Name the files that a network and its converted set are read from."""
    paths = [path for cell in network.cells for path in _paths(cell, directory)]
    return [*paths, network.table] if network.table else paths


def _paths(cell: Cell, directory: str) -> list[str]:
    """Name the five files of a cell and of its converted set."""
    folder = cell.folder_in(directory)
    return [*cell.paths, *(os.path.join(folder, f"{array.name}.csv") for array in cell.target.arrays)]


def read_layer(
    cell: Cell,
    directory: str,
    options: Options = DEFAULTS,
    strict: bool = False,
    set_options: Options = DEFAULTS,
    seen: Seen | None = None,
) -> Layer:
    """Read one cell and its converted set as they lie on the disk, with the SHA-256 of each file.

    `seen` are the cells before it in its network.

    Raises CsvLstmError where a file cannot be read, the export is not what was declared, or `strict` allows no damage
    and the export has some.
    """
    export = read_cell(cell, options._replace(digest=True))
    origin = Origin(cell.plan, export)
    converted = read_converted(cell.folder_in(directory), origin, set_options._replace(digest=True))
    warnings = warnings_of(export, cell.forget_bias, seen or Seen(), allowed=not strict)
    warnings += saturated(run_export(export, cell.forget_bias, seed=0), export, allowed=not strict)
    return Layer(cell, export, converted, warnings)


def audit_layers(
    layers: Iterable[Layer],
    evidence: Evidence,
    read: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    bar: Bar = no_bar,
) -> AuditReport:
    """Compare layer by layer, and write what was found, whatever it is; `read` are the inputs, which stay as they are.

    `findings` are of the network as a whole.

    Raises CsvLstmError where the file cannot be written, or the layers do not fit into a workbook.
    """
    if evidence.path:
        refuse_form(evidence)
        _refuse_output(evidence, read)
    said = prepared(evidence.command) if evidence.form == WORKBOOK else ""
    audited: list[LayerAudit] = []
    shown: list[LayerSheets] = []
    for layer in layers:
        if evidence.form == WORKBOOK:
            shown.append(_show(layer, evidence, shown))
        audited.append(audit_layer(layer))
    audit = AuditReport(audited, evidence.path, findings)
    if evidence.path:
        _write(audit, shown, evidence, said, bar)
    return audit


def _refuse_output(evidence: Evidence, read: Sequence[str]) -> None:
    directory, name = os.path.split(evidence.path)
    refuse_outputs(directory or ".", [name], [identity(path) for path in read], evidence.force)


def _write(audit: AuditReport, shown: Sequence[LayerSheets], evidence: Evidence, said: str, bar: Bar) -> None:
    directory, name = os.path.split(evidence.path)
    with staging(directory or ".", evidence.force) as files:
        with files.open(name) as file:
            if evidence.form == WORKBOOK:
                _write_workbook(file, shown, evidence, said, files.folder, bar)
            else:
                file.write(_text(audit, evidence).encode())
        files.publish()


def _text(audit: AuditReport, evidence: Evidence) -> str:
    return readable(as_csv(audit, evidence.style)) if evidence.form == ".csv" else json_text(as_json(audit), indent=1)


def refuse_form(evidence: Evidence) -> None:
    """Refuse a file whose ending names no form, and a template that is no workbook; raises CsvLstmError."""
    place = Place(evidence.path or "-o")
    if evidence.form not in FORMS:
        found = f"ends in {evidence.form}" if evidence.form else "has no ending"
        raise CsvLstmError(found, place, expected="a file that ends in .csv, .json or .xlsx")
    if evidence.template and evidence.form != WORKBOOK:
        raise CsvLstmError("is no workbook", place, expected="a file that ends in .xlsx for --template")


def _show(layer: Layer, evidence: Evidence, before: Sequence[LayerSheets]) -> LayerSheets:
    """Lay out the value sheets of a layer, and refuse a filled workbook as soon as it grows too large."""
    shown = layer_sheets(layer)
    if evidence.template:
        return shown.without_values()
    cells = sum(layer.cells for layer in [*before, shown])
    if cells > CELLS:
        found = f"{cells:,} cells, both sides together, are more than a spreadsheet opens in reasonable time"
        advice = "--template writes the same workbook without them, and -o audit.csv compares them exactly"
        raise CsvLstmError(found, Place(evidence.path), expected=f"{CELLS:,} at most", advice=advice)
    return shown


def _write_workbook(
    file: IO[bytes], shown: Sequence[LayerSheets], evidence: Evidence, said: str, folder: str, bar: Bar
) -> None:
    from ..evidence.workbook import write_workbook

    cells = 0 if evidence.template else sum(layer.cells for layer in shown)
    with bar(cells, "cells") as advance:
        write_workbook(file, titled(shown), evidence.template, said, folder, advance)
