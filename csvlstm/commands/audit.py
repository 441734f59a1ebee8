"""The work of `csvlstm audit`: read both sides as they lie on the disk, compare, and write the evidence."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple

from ..converted.outputs import staging
from ..converted.sets import DEFAULT_READING, Reading, Sides, as_it_lies, read_sides
from ..converted.targets import refuse_outputs
from ..errors import CsvLstmError, Place, argument
from ..evidence.prepared import prepared
from ..evidence.statements import COMMAS, TableStyle, as_csv
from ..evidence.totals import control_totals
from ..evidence.value_sheets import CELLS, LayerSheets, layer_sheets, titled
from ..names import readable
from ..network.topology import Cell, Network
from ..numbers.copies import Seen
from ..progress import Bar, no_bar
from ..reading.sources import identity
from ..verdict.behaviour import EXACT, run_export, saturated
from ..verdict.comparison import compare_converted
from ..verdict.diagnosis import Finding
from ..verdict.equivalence import Result
from ..verdict.listing import misled
from ..verdict.report import CellReport, Report, as_json
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
    """The request of `csvlstm audit`."""

    network: Network
    directory: str
    evidence: Evidence
    reading: Reading = DEFAULT_READING


def audit_files(request: Audit, bar: Bar = no_bar) -> Report:
    """Compare the cells of a network with the converted set of a directory, and write what was found.

    Raises CsvLstmError where a file cannot be read, the export is not what was declared, or `strict` allows no damage
    and the export has some, and as `audit_sides` does.
    """
    directory = request.directory
    network = as_it_lies(request.network, directory)
    about = request.evidence, paths_read(network, directory), misled(directory, network)
    return audit_sides(network, _read(request._replace(network=network)), *about, bar)


def paths_read(network: Network, directory: str) -> list[str]:
    """Name the files that a network and its converted set are read from."""
    paths = [path for cell in network.cells for path in _paths(cell, directory)]
    return [*paths, network.table] if network.table else paths


def _paths(cell: Cell, directory: str) -> list[str]:
    """Name the files of a cell and of its converted set."""
    folder = cell.folder_in(directory)
    return [*cell.paths, *(os.path.join(folder, f"{array.name}.csv") for array in cell.target.arrays)]


def _read(request: Audit) -> Iterator[Sides]:
    """Read the cells one after the other, with the SHA-256 of each file."""
    reading, seen = request.reading.with_digests(), Seen()
    for cell in request.network.cells:
        sides = read_sides(cell, request.directory, reading, seen)
        run = run_export(sides.export, cell.forget_bias, seed=0)
        warnings = sides.warnings + saturated(run, sides.export, allowed=not reading.strict)
        yield sides._replace(warnings=warnings)
        # What is still named while the next cell is read would stay in memory beside it.
        del sides, run


def audit_sides(
    network: Network,
    cells: Iterable[Sides],
    evidence: Evidence,
    read: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    bar: Bar = no_bar,
) -> Report:
    """Compare cell by cell, and write what was found, whatever it is; `read` are the inputs, which stay as they are.

    `findings` are of the network as a whole.

    Raises CsvLstmError where the file cannot be written, or the cells do not fit into a workbook.
    """
    if evidence.path:
        refuse_form(evidence)
        _refuse_output(evidence, read)
    said = prepared(evidence.command) if evidence.form == WORKBOOK else ""
    reports, shown = list[CellReport](), list[LayerSheets]()
    for sides in cells:
        if evidence.form == WORKBOOK:
            shown.append(_show(sides, evidence, shown))
        reports.append(_audit(sides))
        del sides
    report = Report("audit", network, reports, findings=findings)
    return report._replace(written=_write(report, shown, evidence, said, bar)) if evidence.path else report


def _audit(sides: Sides) -> CellReport:
    cell, export, converted, warnings = sides
    plan = cell.plan
    blocks = compare_converted(plan, export, converted, EXACT)
    totals = control_totals(plan, export, converted, blocks)
    return CellReport(cell, Result(blocks, None), export.recognised, warnings=warnings, totals=totals)


def _refuse_output(evidence: Evidence, read: Sequence[str]) -> None:
    directory, name = os.path.split(evidence.path)
    refuse_outputs(directory or ".", [name], [identity(path) for path in read], evidence.force)


def _write(report: Report, shown: Sequence[LayerSheets], evidence: Evidence, said: str, bar: Bar) -> list[str]:
    directory, name = os.path.split(evidence.path)
    with staging(directory or ".", evidence.force) as files:
        with files.open(name) as file:
            if evidence.form == WORKBOOK:
                _write_workbook(file, shown, evidence, said, files.folder, bar)
            else:
                file.write(_text(report, evidence).encode())
        files.publish()
    return [evidence.path]


def _text(report: Report, evidence: Evidence) -> str:
    return readable(as_csv(report, evidence.style)) if evidence.form == ".csv" else json_text(as_json(report), indent=1)


def refuse_form(evidence: Evidence) -> None:
    """Refuse a file whose ending names no form, and a template that is no workbook; raises CsvLstmError."""
    expected = "a file that ends in .csv, .json or .xlsx"
    if not evidence.path:
        raise CsvLstmError(f"{argument(output=...)} is empty", expected=expected)
    if evidence.form not in FORMS:
        found = f"ends in {evidence.form}" if evidence.form else "has no ending"
        raise CsvLstmError(found, Place(evidence.path), expected=expected)
    if evidence.template and evidence.form != WORKBOOK:
        expected = f"a file that ends in .xlsx for {argument(template=True)}"
        raise CsvLstmError("is no workbook", Place(evidence.path), expected=expected)


def _show(sides: Sides, evidence: Evidence, before: Sequence[LayerSheets]) -> LayerSheets:
    """Lay out the value sheets of a layer, and refuse a filled workbook as soon as it grows too large."""
    shown = layer_sheets(sides)
    if evidence.template:
        return shown.without_values()
    cells = sum(layer.cells for layer in [*before, shown])
    if cells > CELLS:
        found = f"{cells:,} cells, both sides together, are more than a spreadsheet opens in reasonable time"
        advice = f"{argument(template=True)} writes the same workbook without them, and audit.csv compares them exactly"
        raise CsvLstmError(found, Place(evidence.path), expected=f"{CELLS:,} at most", advice=advice)
    return shown


def _write_workbook(
    file: IO[bytes], shown: Sequence[LayerSheets], evidence: Evidence, said: str, folder: str, bar: Bar
) -> None:
    from ..evidence.workbook import write_workbook

    cells = 0 if evidence.template else sum(layer.cells for layer in shown)
    with bar(cells, "cells") as advance:
        write_workbook(file, titled(shown), evidence.template, said, folder, advance)
