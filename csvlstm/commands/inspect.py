"""The work of `csvlstm inspect`: what the files of an export are, before any size is declared."""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from ..layouts.arrays import AnySizes, Layout
from ..layouts.arrays import Array as Described
from ..layouts.entries import SOURCE, TARGET
from ..layouts.gates import GATES
from ..layouts.plan import plan
from ..layouts.references import Array
from ..numbers.damage import Damage, added_forget_bias, damage_of
from ..numbers.precision import Digits, digits_of
from ..numbers.sums import pieces
from ..reading.bias_rows import bias_rows
from ..reading.dialect import Canonical, readings
from ..reading.labels import refuse_disorder
from ..reading.long_form import refuse_long_form
from ..reading.misfits import ragged_line
from ..reading.shapes import DEFAULTS, Form, Grid, Options, grids
from ..reading.sizes import Fit, fitting_sizes, fitting_sizes_alone, is_bias
from ..reading.sources import Source, read_source
from ..reading.tables import Table, WeightSet, decimal_doubt, read_set, table
from ..reading.unsupported import other_vector
from ..verdict.behaviour import run_export, saturated
from ..verdict.results import a1_range

MAX_BYTES = 2**30
"""What is read of each file where nothing else is asked for; a kernel of 4096 x 8192 float32 numbers is smaller."""

KERNEL_OR_BIAS = "kernel or bias"
"""What a single row or column may be when it is given alone."""


class Inspection(NamedTuple):
    """The request of `csvlstm inspect`."""

    kernel: str
    bias: str | None = None
    options: Options = DEFAULTS
    max_bytes: int = MAX_BYTES


class Spread(NamedTuple):
    """How numbers are spread, in the names of the JSON report."""

    minimum: float
    mean: float
    maximum: float
    standard_deviation: float


class File(NamedTuple):
    """A file, as an argument named it: what it holds, its cells of numbers, how they are printed and spread."""

    argument: str
    name: str
    role: str
    grid: Grid
    digits: Digits
    spread: Spread


class GateNumbers(NamedTuple):
    """The numbers of a gate in one part of a cell, and where they stand."""

    part: str
    gate: str
    source_file: str
    source_range: str
    cells: int
    minimum: float
    mean: float
    maximum: float
    standard_deviation: float


class Inspected(NamedTuple):
    """What the files are: the kernel first, and the sizes that they fit, the likeliest first."""

    files: list[File]
    fits: list[Fit]
    gates: list[GateNumbers]
    options: Options
    recognised: list[str]
    warnings: list[Damage]
    others: Sequence[str] = ()
    """What else the files may be, in sentences."""


class _Given(NamedTuple):
    """A file that was read, and the argument that named it."""

    argument: str
    source: Source
    text: Canonical


def inspect_files(request: Inspection) -> Inspected:
    """Read a kernel and, where it is given, its bias, and tell what they are.

    Raises CsvLstmError where a file cannot be read, holds more than was allowed, or holds anything but weights.

    >>> kernel, bias = "sample_data/sunspots/cell_0_kernel.csv", "sample_data/sunspots/cell_0_bias.csv"
    >>> inspect_files(Inspection(kernel, bias)).fits[0].sizes
    Sizes(input_size=3, hidden_size=5)
    """
    given, fits = _likeliest(request)
    recognised = []
    if len(given) == 2 and given[0].argument != request.kernel:
        recognised.append(f"{given[1].source.name}: the bias, given before its kernel")
    roles = _roles(given, fits, request.options)
    tables = [_table(one, role, fits, request.options) for one, role in zip(given, roles, strict=True)]
    recognised += [f"{one.name}: {', '.join(one.recognised)}" for one in tables if one.recognised]
    files = [_described(one, role, table) for one, role, table in zip(given, roles, tables, strict=True)]
    gates = list(_gates(tables, fits[0])) if _one_is_likeliest(fits) else []
    warnings = _warnings(tables, fits)
    others = list(_others(given, fits, request.options))
    return Inspected(files, fits, gates, request.options, recognised, warnings, others)


def inspect_cell(files: Sequence[str], layout: Layout, sizes: AnySizes, options: Options = DEFAULTS) -> Inspected:
    """Read the files of a cell of any layout, in its order, and describe them, gate by gate.

    Raises CsvLstmError where a file cannot be read, or does not fit the sizes.

    >>> from csvlstm.layouts.gates import Sizes
    >>> kernel, bias = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> [gate.source_range for gate in inspect_cell([kernel, bias], SOURCE, Sizes(1, 1)).gates][4:9]
    ['A2:A2', 'B2:B2', 'C2:C2', 'D2:D2', 'A1:A1']
    """
    export = read_set(files, layout, sizes, options)
    tables = export.tables
    described = [
        File(path, one.name, name, one.form.grid, digits_of(one.text), _spread(one.values))
        for path, (name, one) in zip(files, tables.items(), strict=True)
    ]
    gates = [row for array in layout.arrays for row in _blocks(array, tables[array.name], sizes)]
    return Inspected(described, [], gates, options, export.recognised, damage_of(*tables.values()))


def _blocks(array: Described, read: Table, sizes: AnySizes) -> Iterator[GateNumbers]:
    for operand, gate in array.blocks:
        span = array.span(operand, gate, sizes)
        place, values = a1_range(read.form, span.rows, span.columns), span.cut(read.values)
        yield GateNumbers(array.name, gate.value if gate else "", read.name, place, span.cells, *_spread(values))


def _others(given: list[_Given], fits: list[Fit], options: Options) -> Iterator[str]:
    """Say in sentences what a kernel and a bias may be beside a kernel and a bias of the sizes that they fit."""
    if len(given) != 2:
        return
    kernel, bias = (one.text for one in given)
    for row in bias_rows(kernel, bias, options):
        yield f"whether the {row.which} row of {kernel.name} is a bias: it is that in {bias.name}, number for number"
    if not fits:
        yield from _no_whole_cell(kernel, bias, options)
    for fit in fits[:1]:
        d, h = fit.sizes
        if fit.is_flat and d > 2:
            yield (
                f"whether the {fit.kernel.cells} values of {kernel.name} are weights alone, or "
                f"{(d - 2 + h) * GATES * h} weights and two biases, as cuDNN keeps them, of input size {d - 2}"
            )


def _no_whole_cell(kernel: Canonical, bias: Canonical, options: Options) -> Iterator[str]:
    """Say what convert would of a kernel and a bias that are not those of one cell."""
    for grid in grids(kernel.text, options)[:1]:
        hidden_size, rest = divmod(grid.columns, GATES)
        if rest or grid.rows == 1 or not hidden_size:
            return
        if other := other_vector(grids(bias.text, options), hidden_size):
            yield f"whether the {other.found}; {other.advice}"
        if grid.rows <= hidden_size:
            yield (
                f"whether the {grid.rows} rows of {kernel.name} are those of the input, or of the hidden state alone, "
                "or D + P rows of a cell with a projection: the kernel of a cell has more than H rows"
            )


def _warnings(tables: list[Table], fits: list[Fit]) -> list[Damage]:
    found = damage_of(*tables)
    if len(tables) == len(SOURCE.arrays) and _one_is_likeliest(fits):
        by_name = dict(zip((array.name for array in SOURCE.arrays), tables, strict=True))
        added = added_forget_bias(by_name, SOURCE, SOURCE.forget_bias)
        export = WeightSet(fits[0].sizes, by_name)
        found += [*([added] if added else []), *saturated(run_export(export, SOURCE.forget_bias, seed=0), export)]
    return found


def _likeliest(request: Inspection) -> tuple[list[_Given], list[Fit]]:
    """Give the files in the readings that fit each other, the kernel first, and the sizes that they fit."""
    files = [_readings(path, request) for path in (request.kernel, request.bias) if path is not None]
    pairs = [list(pair) for pair in product(*files)]
    for given in (*pairs, *(pair[::-1] for pair in pairs if len(pair) == 2)):
        if fits := _fits(given, request.options):
            return given, fits
    for one in pairs[0]:
        refuse_long_form(one.text)
        # A row that is longer or shorter hides a header row, and what it would leave to fit.
        if refused := ragged_line(one.text):
            raise refused
    return pairs[0], []


def _readings(path: str, request: Inspection) -> list[_Given]:
    source = read_source(path, max_bytes=request.max_bytes)
    texts = readings(source.data, source.name, request.options.delimiter, request.options.decimal)
    for text in texts:
        if text.doubt:
            raise decimal_doubt(text.doubt)
    return [_Given(path, source, text) for text in texts]


def _fits(given: list[_Given], options: Options) -> list[Fit]:
    texts = [one.text.text for one in given]
    fits = fitting_sizes(texts[0], texts[1], options) if len(texts) == 2 else fitting_sizes_alone(texts[0], options)
    return [fit for fit in fits if _is_as_said(fit, options)]


def _is_as_said(fit: Fit, options: Options) -> bool:
    """Tell whether a reading has what the user said that the files have; no sizes say it here."""
    seen = [grid for grid in (fit.kernel, fit.bias) if grid]
    return (
        (fit.transposed or fit.is_flat or not options.transposed)
        and (any(grid.header_row for grid in seen) or not options.header_row)
        and (any(grid.index_column for grid in seen) or not options.index_column)
    )


def _one_is_likeliest(fits: list[Fit]) -> bool:
    """Tell whether the first of the readings is likelier than the others; a flat kernel alone may have any sizes."""
    return bool(fits) and (fits[0].bias is not None or not fits[0].is_flat)


def _roles(given: list[_Given], fits: list[Fit], options: Options) -> list[str]:
    if len(given) == 1 and is_bias(given[0].text.text, options):
        return [KERNEL_OR_BIAS if fits else "bias"]
    return ["kernel", "bias"][: len(given)]


def _table(given: _Given, role: str, fits: list[Fit], options: Options) -> Table:
    """Make a table in the likeliest form, or of the cells as they lie there."""
    source, text = given.source, given.text
    if _one_is_likeliest(fits):
        sizes, kernel, bias, transposed = fits[0]
        if role == "bias" and bias:
            form = _form(text, bias, 1, sizes.columns)
        else:
            by_columns = fits[0].is_flat and options.transposed != options.column_major
            form = _form(text, kernel, sizes.rows, sizes.columns, transposed or by_columns)
        read = table(source, text, form, sizes.hidden_size)
        refuse_disorder(read.labels, form, read.name, SOURCE.array(role), SOURCE, sizes)
        return read
    grid = grids(text.text, options)[0]
    cells = grid.cells
    if role != "kernel" and cells % GATES == 0:
        return table(source, text, _form(text, grid, 1, cells), cells)
    return table(source, text, _form(text, grid, grid.rows, grid.columns), grid.columns)


def _form(text: Canonical, grid: Grid, rows: int, columns: int, transposed: bool = False) -> Form:
    return Form(rows, columns, grid, transposed, text.skipped, text.decimal)


def _described(given: _Given, role: str, read: Table) -> File:
    # The values first: asking for them refuses a cell that is no number.
    spread = _spread(read.values)
    return File(given.argument, read.name, role, read.form.grid, digits_of(read.text), spread)


def _gates(tables: list[Table], fit: Fit) -> Iterator[GateNumbers]:
    """Describe the blocks of the files that are there, the gates in the order in which they stand."""
    moves = plan(SOURCE, TARGET, fit.sizes)
    for array, source in zip(SOURCE.arrays, tables, strict=False):
        for move in (move for band in moves.source_bands(array.name) for move in band):
            (span,) = move.sources
            place, values = a1_range(source.form, span.rows, span.columns), span.cut(source.values)
            gate = move.gate.value if move.gate else ""
            yield GateNumbers(move.target.array, gate, source.name, place, span.cells, *_spread(values))


def _spread(values: Array) -> Spread:
    """Describe numbers; they are scaled, because sums of the largest float64 numbers would overflow."""
    smallest, largest = float(values.min()), float(values.max())
    scale = max(-smallest, largest) or 1.0
    mean = sum(float((piece / scale).sum()) for piece in pieces(values)) / values.size
    variance = sum(float(((piece / scale - mean) ** 2).sum()) for piece in pieces(values)) / values.size
    return Spread(smallest, mean * scale, largest, math.sqrt(variance) * scale)
