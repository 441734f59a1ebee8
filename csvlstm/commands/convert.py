"""The work behind `csvlstm convert`, from files to files: read, convert, check, and only then write.

The cells of a network go through it one after the other, and of each only its figures are kept.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..converted.moving import Store, convert_bias_text, convert_text, convert_values, in_memory
from ..converted.outputs import Staging, staging
from ..converted.same_text import kernel_text_is_moved
from ..converted.sets import read_back
from ..converted.styles import PLAIN, Style, plain_decimals
from ..converted.targets import refuse_folder, refuse_outputs
from ..errors import CsvLstmError
from ..layouts.layout import PARTS
from ..layouts.references import Array, Quarters, quarters_of
from ..names import path_of
from ..network.manifest import MANIFEST, Entry, write_manifest
from ..network.topology import Cell, Flow, Network, read_cell
from ..numbers.damage import damage_of
from ..progress import Advance, no_progress
from ..reading.parsing import Text
from ..reading.shapes import DEFAULTS, Options
from ..reading.sources import identity, sha256
from ..reading.tables import Export
from ..verdict.behaviour import compare_behaviour, run_export
from ..verdict.equivalence import Result
from ..verdict.exact import compare_blocks
from ..verdict.report import CellReport, Report
from ..verdict.results import BlockResult, target_form


class Conversion(NamedTuple):
    """What `csvlstm convert` was asked for; `seed` is that of the behaviour half of the check."""

    network: Network
    options: Options = DEFAULTS
    behaviour: bool = True
    seed: int = 0
    strict: bool = False
    style: Style = PLAIN


class _Converted(NamedTuple):
    """A converted cell: its report, the text of each part, its outputs [steps, H] in the check, and its new files."""

    report: CellReport
    texts: dict[str, Text]
    outputs: Array
    entries: list[Entry]


def convert_in_memory(asked: Conversion) -> tuple[Report, dict[str, Text]]:
    """Convert a cell that stands alone, and check the result: gives the report and the text of each part.

    Raises CsvLstmError where an input cannot be read as what was declared, or where `strict` allows no damage and there
    is some.
    """
    (cell,) = asked.network.cells
    converted = _convert(asked, cell, read_cell(cell, asked.options), None, in_memory)
    return Report("convert", asked.network, [converted.report]), converted.texts


def convert_files(
    asked: Conversion,
    directory: str,
    *,
    force: bool = False,
    advance: Advance = no_progress,
) -> Report:
    """Convert the cells of a network, check the results, and write them where all of them are equivalent.

    Raises CsvLstmError where an input cannot be read as what was declared, an output cannot be written, or `strict`
    allows no damage and there is some.
    """
    network = asked.network
    inputs = [identity(path) for cell in network.cells for path in (cell.kernel, cell.bias)]
    if network.has_folders:
        refuse_folder(directory, inputs, force)
    else:
        refuse_outputs(directory, [f"{part}.csv" for part in PARTS], inputs, force)
    with staging(directory, force, whole=network.has_folders) as files:
        report = Report("convert", network, list(_convert_cells(asked, directory, files, advance)))
        return report._replace(written=files.publish()) if report.equivalent else report


def _convert_cells(asked: Conversion, directory: str, files: Staging, advance: Advance) -> Iterator[CellReport]:
    flow, entries = Flow(asked.network), list[Entry]()
    for cell, x in flow:
        export = read_cell(cell, asked.options, digest=asked.network.has_folders)
        converted = _convert(asked, cell, export, x, files.store_in(path_of(cell.folder)), directory)
        flow.give(converted.outputs)
        entries += converted.entries
        advance(cell.sizes.weights)
        yield converted.report
        # What is still named while the next cell is read would stay in memory beside it.
        del export, converted
    if asked.network.has_folders:
        files.store(MANIFEST, [write_manifest(entries, asked.style.delimiter)])


def _convert(
    asked: Conversion, cell: Cell, export: Export, x: Array | None, store: Store, directory: str = ""
) -> _Converted:
    bias_text = convert_bias_text(export.bias, cell.forget_bias)
    texts = convert_text(export, bias_text, store, asked.style)
    entries = list(_entries(cell, export, texts)) if asked.network.has_folders else []
    is_moved = asked.style == PLAIN and kernel_text_is_moved(export, texts)
    warnings = damage_of(export.kernel, export.bias, allowed=not asked.strict)
    folder = cell.folder_in(directory)
    if asked.style == PLAIN:
        values = convert_values(export, bias_text)
        blocks = compare_blocks(export, texts, values, cell.forget_bias, folder, text_is_moved=is_moved)
    else:
        values, blocks = _read_and_compare(asked.style, export, texts, cell.forget_bias, folder)
    behaviour, outputs = None, np.empty((0, cell.sizes.hidden_size))
    if asked.behaviour:
        run = run_export(export, cell.forget_bias, asked.seed, x)
        behaviour, outputs = compare_behaviour(run, export, values, cell.forget_bias), run.outputs
    report = CellReport(cell, Result(blocks, behaviour), export.recognised, warnings=warnings)
    return _Converted(report, texts, outputs, entries)


def _read_and_compare(
    style: Style, export: Export, texts: dict[str, Text], forget_bias: float, directory: str
) -> tuple[dict[str, Quarters], list[BlockResult]]:
    """Read what was written in a style as `check` would, and compare that: its values, and the 12 blocks."""
    try:
        read = read_back(texts, directory)
    except CsvLstmError as error:
        advice = "choose other --output options"
        raise CsvLstmError(f"would not be read back: {error.found}", error.place, advice=advice) from None
    values = {
        part: quarters_of(rectangle.values.reshape(-1, export.sizes.columns)) for part, (rectangle, _) in read.items()
    }
    plain: dict[str, Text] = {part: text for part, (_, text) in read.items()}
    if style.plain_decimals:
        kernel, bias = (table.rewritten(plain_decimals(table.text)) for table in (export.kernel, export.bias))
        export = export._replace(kernel=kernel, bias=bias)
    return values, compare_blocks(export, plain, values, forget_bias, directory, style.labels)


def _entries(cell: Cell, export: Export, texts: dict[str, Text]) -> Iterator[Entry]:
    """List the new files of a cell, with the file that each was made from."""
    for part, text in texts.items():
        grid = target_form(part, cell.sizes, is_column=export.bias.form.grid.columns == 1).grid
        yield Entry(
            f"{cell.folder}/{part}.csv",
            cell.layer,
            cell.direction,
            part,
            grid.rows,
            grid.columns,
            cell.sources[part == "bias"],
            export.table_of(part).sha256,
            sha256(text),
        )
