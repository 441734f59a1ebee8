"""The work of `csvlstm convert`, from files to files: read, convert, check, and only then write.

The cells of a network go through it one after the other, and of each only its figures are kept.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..converted.blocks import put_together
from ..converted.moving import Store, convert_text, convert_values, in_memory
from ..converted.outputs import staging
from ..converted.same_text import edges_found_anew, moved_arrays
from ..converted.styles import PLAIN, Style, plain_decimals
from ..converted.targets import refuse_folder, refuse_outputs
from ..errors import CsvLstmError, argument
from ..layouts.arrays import Span
from ..layouts.plan import Plan
from ..layouts.references import Array
from ..names import path_of
from ..network.manifest import MANIFEST, Entry, write_manifest
from ..network.topology import Cell, Flow, Network, read_cell
from ..numbers.copies import Seen
from ..numbers.damage import warnings_of
from ..progress import Advance, Bar, no_bar
from ..reading.scanning import Text
from ..reading.shapes import DEFAULTS, Options
from ..reading.sources import identity, sha256
from ..reading.tables import WeightSet
from ..verdict.behaviour import compare_behaviour, run_export, saturated
from ..verdict.equivalence import Result
from ..verdict.exact import compare_blocks
from ..verdict.report import CellReport, Report
from ..verdict.results import BlockResult, target_form


class Conversion(NamedTuple):
    """The request of `csvlstm convert`; `seed` is that of the behaviour half of the check.

    The converted set gets into the `directory`, where `force` may replace one.
    """

    network: Network
    options: Options = DEFAULTS
    behaviour: bool = True
    seed: int = 0
    strict: bool = False
    style: Style = PLAIN
    directory: str = ""
    force: bool = False


class _Converted(NamedTuple):
    """A converted cell: its report, the text of each part, its outputs [steps, H] in the check, and its new files."""

    report: CellReport
    texts: dict[str, Text]
    outputs: Array
    entries: list[Entry]


def convert_in_memory(request: Conversion, bar: Bar = no_bar) -> tuple[Report, list[dict[str, Text]]]:
    """Convert the cells of a network, and check the results: gives the report and the text of each part of each cell.

    Raises CsvLstmError where an input cannot be read as what was declared, or where `strict` allows no damage and there
    is some.
    """
    with bar(request.network.weights, "weights") as advance:
        converted = list(_convert_cells(request, lambda _: in_memory, advance))
    return Report("convert", request.network, [one.report for one in converted]), [one.texts for one in converted]


def convert_files(request: Conversion, bar: Bar = no_bar) -> Report:
    """Convert the cells of a network, check the results, and write them where all of them are equivalent.

    Raises CsvLstmError where an input cannot be read as what was declared, an output cannot be written, or `strict`
    allows no damage and there is some.
    """
    network, directory, force = request.network, request.directory, request.force
    inputs = [identity(path) for cell in network.cells for path in cell.paths]
    if network.is_listed:
        refuse_folder(directory, inputs, force, may_be_the_same=True)
    else:
        names = [f"{array.name}.csv" for cell in network.cells for array in cell.target.arrays]
        refuse_outputs(directory, names, inputs, force, may_be_the_same=True)
    with staging(directory, force, whole=network.is_listed) as files, bar(network.weights, "weights") as advance:
        reports, entries = list[CellReport](), list[Entry]()
        for converted in _convert_cells(request, lambda cell: files.store_in(path_of(cell.folder)), advance):
            reports.append(converted.report)
            entries += converted.entries
            # What is still named while the next cell is read would stay in memory beside it.
            del converted
        if network.is_listed:
            files.store(MANIFEST, [write_manifest(entries, request.style.delimiter)])
        report = Report("convert", network, reports)
        if not report.equivalent:
            return report
        published = files.publish()
        return report._replace(written=files.paths, was_there=not published)


def _convert_cells(request: Conversion, store_of: Callable[[Cell], Store], advance: Advance) -> Iterator[_Converted]:
    flow, seen = Flow(request.network), Seen()
    for cell, x in flow:
        export = read_cell(cell, request.options._replace(digest=request.network.is_listed))
        converted = _convert(request, cell, export, seen, x, store_of(cell))
        flow.give(converted.outputs)
        advance(cell.sizes.weights)
        yield converted
        del export, converted


def _convert(
    request: Conversion, cell: Cell, export: WeightSet, seen: Seen, x: Array | None, store: Store
) -> _Converted:
    plan = cell.plan
    texts = convert_text(plan, export, store, request.style)
    entries = list(_entries(cell, plan, export, texts)) if request.network.is_listed else []
    moved = moved_arrays(plan, export, edges_found_anew(plan, texts)) if request.style == PLAIN else None
    warnings = warnings_of(export, cell.forget_bias, seen, allowed=not request.strict)
    folder = cell.folder_in(request.directory)
    if request.style == PLAIN:
        values = convert_values(plan, export, texts)
        blocks = compare_blocks(plan, export, texts, values, folder, moved=moved)
    else:
        values, blocks = _read_and_compare(request.style, plan, export, texts, folder)
    behaviour, outputs = None, np.empty((0, cell.sizes.hidden_size))
    if request.behaviour:
        run = run_export(export, cell.forget_bias, request.seed, x)
        arrays = put_together(plan, values)
        behaviour, outputs = compare_behaviour(run, export, plan, arrays, cell.forget_biases), run.outputs
        warnings += saturated(run, export, allowed=not request.strict)
    report = CellReport(cell, Result(blocks, behaviour), export.recognised, warnings=warnings)
    return _Converted(report, texts, outputs, entries)


def _read_and_compare(
    style: Style, plan: Plan, export: WeightSet, texts: dict[str, Text], directory: str
) -> tuple[dict[Span, Array], list[BlockResult]]:
    """Read what was written in a style as `check` would, and compare that: its values, and all blocks."""
    # What reads a converted set is imported where there is a style: most conversions have none.
    from ..converted.sets import read_back

    try:
        read = read_back(plan.target, plan.sizes, texts, directory)
    except CsvLstmError as error:
        advice = f"choose another {argument(output_delimiter=...)} or {argument(output_decimal=...)}"
        raise CsvLstmError(f"would not be read back: {error.found}", error.place, advice=advice) from None
    values: dict[Span, Array] = {}
    for array in plan.target.arrays:
        whole = read.tables[array.name].values.reshape(array.shape(plan.sizes))
        values |= {move.target: move.target.cut(whole) for move in plan.into(array.name)}
    plain: dict[str, Text] = {part: table.text for part, table in read.tables.items()}
    if style.plain_decimals:
        tables = export.tables.items()
        export = export._replace(tables={name: one.rewritten(plain_decimals(one.text)) for name, one in tables})
    return values, compare_blocks(plan, export, plain, values, directory, style.labels)


def _entries(cell: Cell, plan: Plan, export: WeightSet, texts: dict[str, Text]) -> Iterator[Entry]:
    """List the new files of a cell, with the file that each was made from."""
    named = dict(zip(export.tables, cell.sources or cell.paths, strict=True))
    for array in plan.target.arrays:
        grid = target_form(array, plan.sizes, export.vectors_are_columns).grid
        sources = dict.fromkeys(span.array for move in plan.into(array.name) for span in move.sources)
        yield Entry(
            cell.listed(array.name),
            cell.layer,
            cell.direction,
            array.name,
            grid.rows,
            grid.columns,
            " + ".join(named[source] for source in sources),
            " + ".join(export.tables[source].sha256 for source in sources),
            sha256(texts[array.name]),
            cell.target.key,
        )
