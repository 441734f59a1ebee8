"""Which input and hidden sizes a kernel and a bias fit, and how to say that the declared ones are wrong."""

from math import isqrt
from typing import NamedTuple

from ..errors import CsvLstmError, Place, argument, plural
from ..layouts.gates import GATES, Sizes
from .bias_rows import bias_rows
from .dialect import Canonical
from .refusals import is_weight, refusal
from .shapes import Grid, Options, cells_per_line, grids
from .unsupported import other_matrix, other_vector, projection, with_biases


class Fit(NamedTuple):
    """Sizes that a kernel fits, with a bias or alone, and the grids that show it."""

    sizes: Sizes
    kernel: Grid
    bias: Grid | None
    transposed: bool

    @property
    def is_flat(self) -> bool:
        """Whether the kernel is one row or one column."""
        return 1 in (self.kernel.rows, self.kernel.columns)


def fitting_sizes(kernel: bytes, bias: bytes, options: Options) -> list[Fit]:
    """List the sizes that canonical kernel and bias texts fit, the likeliest first.

    >>> fitting_sizes(b"1,2,3,4\\n" * 3, b"1,2,3,4\\n", Options())[0].sizes
    Sizes(input_size=2, hidden_size=1)
    """
    fits = []
    for bias_grid in _vectors(grids(bias, options)):
        hidden_size, rest = divmod(bias_grid.rows * bias_grid.columns, GATES)
        for grid in grids(kernel, options) if hidden_size and not rest else ():
            sizes = [(Sizes(d, hidden_size), turned) for d, turned in _input_sizes(grid, hidden_size)]
            fits += [Fit(fitting, grid, bias_grid, turned) for fitting, turned in sizes]
    return fits


def fitting_sizes_alone(kernel: bytes, options: Options) -> list[Fit]:
    """List the sizes that a canonical kernel text fits without its bias, as it was exported before transposed.

    >>> [(fit.sizes, fit.transposed) for fit in fitting_sizes_alone(b"1,2,3,4\\n" * 4, Options())]
    [(Sizes(input_size=3, hidden_size=1), False), (Sizes(input_size=3, hidden_size=1), True)]
    """
    fits = [
        Fit(Sizes(d, hidden_size), grid, None, turned)
        for grid in grids(kernel, options)
        for hidden_size in _hidden_sizes(grid)
        for d, turned in _input_sizes(grid, hidden_size)
    ]
    return sorted(fits, key=lambda fit: fit.transposed)


def is_bias(text: bytes, options: Options) -> bool:
    """Tell whether a canonical text may be a bias: one row or one column of 4H values."""
    return any(grid.cells % GATES == 0 for grid in _vectors(grids(text, options)))


def _hidden_sizes(grid: Grid) -> list[int]:
    """List the hidden sizes that a kernel's grid may have; of a flat one, all that leave an input size."""
    if 1 in (grid.rows, grid.columns):
        quarter, rest = divmod(grid.cells, GATES)
        # D + H rows of 4H cells, and D is 1 or more.
        return [] if rest else [h for h in range(1, isqrt(quarter) + 1) if quarter % h == 0]
    return sorted({cells // GATES for cells in (grid.rows, grid.columns) if cells % GATES == 0})


def wrong_sizes(kernel: Canonical, bias: Canonical, declared: Sizes, options: Options) -> CsvLstmError:
    """Say that a kernel and a bias do not fit the declared sizes, and which they do fit."""
    for text in (kernel, bias):
        if refused := _first_line(text, options):
            return refused
    fits = fitting_sizes(kernel.text, bias.text, options)
    if fits and fits[0].sizes == declared:
        return _turned(kernel, fits[0])
    if refused := _other_matrix(kernel, bias, declared, options, fits):
        return refused
    if refused := _other_vector(kernel, bias, declared, options, bool(fits)):
        return refused
    if fits:
        return _other_sizes(kernel, bias, fits[0], declared, options)
    return _nothing_fits(kernel, bias, declared, options)


def _other_sizes(kernel: Canonical, bias: Canonical, fit: Fit, declared: Sizes, options: Options) -> CsvLstmError:
    h = fit.sizes.hidden_size
    return CsvLstmError(
        f"{fit.kernel} cells, with the bias's {GATES * h} values, do not fit "
        f"{argument(input_size=declared.input_size, hidden_size=declared.hidden_size)}",
        Place(kernel.name),
        expected=_expected(declared),
        advice=f"the bias has {GATES * h} values = {GATES} x {h}, so {argument(hidden_size=h)}; {_left(fit)}"
        + _transposing(fit, options)
        + _projection([fit.kernel], GATES * h, declared, fit.transposed)
        + _cut_short(kernel, bias),
    )


def _projection(kernel: list[Grid], bias_values: int, declared: Sizes, transposed: bool) -> str:
    said = projection(kernel, declared, transposed) if bias_values == declared.columns else ""
    return f"; {said}" if said else ""


def _other_vector(
    kernel: Canonical, bias: Canonical, declared: Sizes, options: Options, others_fit: bool
) -> CsvLstmError | None:
    """Refuse what has the shape of another vector than a bias, where the kernel shows the hidden size."""
    seen = grids(kernel.text, options)
    if any(declared.input_size == d for grid in seen for d, _ in _input_sizes(grid, declared.hidden_size)):
        hidden_sizes = [declared.hidden_size]
    else:
        matrices = [grid for grid in seen if grid.rows > 1 and grid.columns % GATES == 0]
        hidden_sizes = [grid.columns // GATES for grid in matrices if not others_fit]
    for hidden_size in hidden_sizes:
        if other := other_vector(grids(bias.text, options), hidden_size):
            expected = f"a bias of 4H = {GATES * hidden_size} values"
            return CsvLstmError(other.found, Place(bias.name), expected=expected, advice=other.advice)
    return None


def _other_matrix(
    kernel: Canonical, bias: Canonical, declared: Sizes, options: Options, fits: list[Fit]
) -> CsvLstmError | None:
    """Refuse what has the shape of another matrix than a kernel, with the declared sizes."""
    seen = grids(kernel.text, options)
    is_kernel = any(declared.input_size == d for grid in seen for d, _ in _input_sizes(grid, declared.hidden_size))
    if is_kernel or (not fits and fitting_sizes(bias.text, kernel.text, options)):
        return None
    for row in bias_rows(kernel, bias, options):
        if row.grid.cells == declared.weights + declared.columns:
            found = f"the {row.which} row is the bias in {bias.name}, number for number"
            return CsvLstmError(found, kernel.place(row.line), expected=_expected(declared), advice="take the row out")
    other = other_matrix(seen, declared) or with_biases(seen, declared)
    if other is None:
        return None
    advice = other.advice
    if fits:
        d, h = fits[0].sizes
        advice += f"; the whole kernel of a cell would be one of input size {d} and hidden size {h}"
    return CsvLstmError(other.found, Place(kernel.name), expected=_expected(declared), advice=advice)


def _first_line(text: Canonical, options: Options) -> CsvLstmError | None:
    """Refuse a first line that holds neither weights nor a header row, rather than count it among the rows."""
    line = text.text[: text.text.index(b"\n") + 1]
    cells = line.count(b",") + 1
    extra = any(grid.header_row or grid.index_column for grid in grids(text.text, options))
    if extra or all(map(is_weight, line[:-1].split(b","))):
        return None
    return refusal(line, cells, lambda _, column: text.place(1, column + 1), text.decimal)


def _vectors(seen: list[Grid]) -> list[Grid]:
    return [grid for grid in seen if 1 in (grid.rows, grid.columns)]


def _input_sizes(grid: Grid, hidden_size: int) -> list[tuple[int, bool]]:
    """List the input sizes that remain for a kernel's grid, and whether it must be turned for each."""
    width = GATES * hidden_size
    if 1 in (grid.rows, grid.columns):
        rows, rest = divmod(grid.cells, width)
        readings = [] if rest else [(rows, False)]
    else:
        readings = [(grid.rows, False)] if grid.columns == width else []
        readings += [(grid.columns, True)] if grid.rows == width else []
    return [(rows - hidden_size, turned) for rows, turned in readings if rows > hidden_size]


def _transposing(fit: Fit, options: Options) -> str:
    if fit.is_flat or fit.transposed == options.transposed:
        return ""
    return f", {'with' if fit.transposed else 'without'} {argument(transposed=True)}"


def _expected(declared: Sizes) -> str:
    d, h = declared
    return f"D + H = {d} + {h} = {declared.rows} rows of 4H = {declared.columns} cells, or all in one row or column"


def _left(fit: Fit) -> str:
    d, h = fit.sizes
    if fit.is_flat:
        return f"the kernel's {(d + h) * GATES * h} values = {d + h} x {GATES * h} then leave {argument(input_size=d)}"
    return f"the kernel's {d + h} {'columns' if fit.transposed else 'rows'} then leave {argument(input_size=d)}"


def _turned(kernel: Canonical, fit: Fit) -> CsvLstmError:
    if fit.transposed:
        found, advice = f"{fit.kernel} cells are 4H x (D + H), a transposed kernel", f"add {argument(transposed=True)}"
    else:
        found, advice = (
            f"{fit.kernel} cells are (D + H) x 4H, not a transposed kernel",
            f"leave out {argument(transposed=True)}",
        )
    return CsvLstmError(found, Place(kernel.name), expected=_expected(fit.sizes), advice=advice)


def _nothing_fits(kernel: Canonical, bias: Canonical, declared: Sizes, options: Options) -> CsvLstmError:
    if fitting_sizes(bias.text, kernel.text, options):
        return CsvLstmError(
            f"holds a bias, and {bias.name} a kernel",
            Place(kernel.name),
            expected="the kernel first, then the bias",
            advice="exchange the two",
        )
    values = [grid.cells for grid in _vectors(grids(bias.text, options))]
    if not any(number % GATES == 0 for number in values):
        return CsvLstmError(
            f"{values[0] if values else _shape(bias, options)} {plural(next(iter(values), 0), 'value')}",
            Place(bias.name),
            expected=f"4H = {declared.columns} values in one row or one column",
            advice="is this the bias of an LSTM cell, and whole?",
        )
    of_bias = f"{values[0]} values = {GATES} x {values[0] // GATES}"
    return CsvLstmError(
        f"{_shape(kernel, options)} cells fit no input size beside the bias's {of_bias}",
        Place(kernel.name),
        expected=_expected(declared),
        advice=f"are {kernel.name} and {bias.name} of the same cell, and whole?"
        + _projection(grids(kernel.text, options), values[0], declared, options.transposed)
        + _cut_short(kernel, bias),
    )


def _cut_short(*texts: Canonical) -> str:
    """Say that a file ends where spreadsheets do, because its own size then misleads."""
    for text in texts:
        rows, columns = text.text.count(b"\n"), cells_per_line(text.text)
        limit = Grid(rows, columns, header_row=False, index_column=False).spreadsheet_limit
        if limit:
            return f"; {text.name} has {limit}, as many as a spreadsheet keeps: was the rest cut off?"
    return ""


def _shape(text: Canonical, options: Options) -> str:
    """Give the shape of a file without its labels, where what stands beside the weights can be nothing else."""
    return str(grids(text.text, options)[0])
