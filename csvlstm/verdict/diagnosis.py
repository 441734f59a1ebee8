"""What is wrong in a converted set that is not equivalent to its export, named file by file.

For each of the three files one table is made: which quarter of it equals which quarter of what may stand there by
mistake (`explanations`). It is read in several ways, the strictest first: the quarters are equal, they are equal but
for digits that were lost at last, or before the forget bias was added, or most of their cells are equal. Of the first
way that explains the file, all explanations with the fewest mistakes are said, because the same numbers may come from
more than one.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from ..errors import plural
from ..layouts.layout import KERAS, KERNELS, PARTS, TF1, Gate, quarter_order
from ..layouts.references import Array
from ..numbers.digits import FLOAT32_DIGITS, Loss, cutting, has_few_digits, rounding, some_rows
from ..reading.tables import Export, Table
from .behaviour import Slack
from .comparison import equal_as_float32
from .explanations import Base, Mistake, bias_bases, gate_order, kernel_bases, orders, wrong_quarter

_SHOWN = 10

_RIGHT = tuple(quarter_order(TF1, KERAS))
T = TypeVar("T")
Alternatives = tuple[tuple[Mistake, ...], ...]
_Target = tuple[Base, Array]


class Finding(NamedTuple):
    """What went wrong in one or more parts; several alternatives where the numbers fit them alike."""

    parts: tuple[str, ...]
    alternatives: Alternatives

    @property
    def kinds(self) -> list[str]:
        """The kinds of all mistakes that are named."""
        return [mistake.kind for mistakes in self.alternatives for mistake in mistakes]

    def __str__(self) -> str:
        said = (
            f"{' and '.join(one.found for one in mistakes)}: {', '.join(one.remedy for one in mistakes)}"
            for mistakes in self.alternatives
        )
        return f"in {_join(self.parts)}, {'; or '.join(said)}"


class _Fit(NamedTuple):
    """A base in an order of its quarters, held against the target [rows, 4H] that it may explain."""

    base: Base
    order: tuple[int, ...]
    target: Array

    @property
    def predicted(self) -> Array:
        """What the explanation predicts for the target."""
        return self.ordered(self.base.rows)

    def ordered(self, rows: Array) -> Array:
        """Bring the quarters of some rows [rows, 4H] into the order."""
        quarters = rows.reshape(len(rows), 4, -1)
        return np.take(quarters, self.order, axis=1).reshape(rows.shape)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The mistakes that lead to it."""
        return self.base.mistakes + gate_order(self.order)


class _Explanation(NamedTuple):
    """Mistakes that lead to a file, and how many of its cells they leave unexplained."""

    mistakes: tuple[Mistake, ...]
    unexplained: int = 0

    @property
    def cost(self) -> tuple[int, int]:
        """What makes one explanation worse than another."""
        return len(self.mistakes), self.unexplained


def diagnose(
    export: Export, converted: dict[str, Table], wrong: list[str], forget_bias: float, tolerance: Slack
) -> list[Finding]:
    """Name what is wrong in the parts that were found to be different; those with the same mistakes together."""
    by_mistakes: dict[Alternatives, list[str]] = {}
    # A candidate that leaves float64's range is no explanation, and nothing to warn of.
    with np.errstate(all="ignore"):
        for part in (part for part in PARTS if part in wrong):
            explained = _explain(_Case(part, export, converted, forget_bias, tolerance))
            by_mistakes.setdefault(explained, []).append(part)
    return [Finding(tuple(parts), alternatives) for alternatives, parts in by_mistakes.items()]


class _Case(NamedTuple):
    """A part to be explained."""

    part: str
    export: Export
    converted: dict[str, Table]
    forget_bias: float
    tolerance: Slack

    @property
    def file(self) -> Table:
        """The file to be explained."""
        return self.converted[self.part]

    @property
    def is_copied(self) -> bool:
        """Whether both kernels hold the same numbers."""
        kernel, recurrent_kernel = (self.converted[name].values for name in KERNELS)
        return np.array_equal(kernel, recurrent_kernel)

    def equal_cells(self, source: Array, target: Array) -> Array:
        """Tell cell by cell whether both are equal on a level that the verdict forgives."""
        allowed = self.tolerance.absolute + self.tolerance.relative * np.abs(source)
        equal: Array = equal_as_float32(source, target) | (np.abs(source - target) <= allowed)
        return equal

    def equal(self, source: Array, target: Array) -> bool:
        """Tell whether all cells are equal; some rows rule most comparisons out."""
        some = self.equal_cells(some_rows(source), some_rows(target))
        return bool(some.all() and self.equal_cells(source, target).all())


def _explain(case: _Case) -> Alternatives:
    targets = list(_targets(case))
    for way in (_exactly, _but_for_digits, _quarter_by_quarter, _mostly):
        found = [one for one in way(case, targets) if one.mistakes]
        if found:
            best = min(one.cost for one in found)
            # The same mistakes may come from several ways to add; the first is that of float64.
            by_kinds: dict[tuple[str, ...], tuple[Mistake, ...]] = {}
            for one in (one for one in found if one.cost == best):
                by_kinds.setdefault(tuple(mistake.kind for mistake in one.mistakes), one.mistakes)
            return tuple(by_kinds.values())
    return ((_unexplained(case, targets),),)


def _targets(case: _Case) -> Iterator[_Target]:
    """Pair each base with the file's values in its shape, where they have it."""
    part, export, values = case.part, case.export, case.file.values
    if part != "bias":
        seen = kernel_bases(part, export.kernel.values, export.sizes, case.is_copied)
    elif values.size == export.bias.values.size and 1 in values.shape:
        seen = bias_bases(export.bias.values, values.reshape(1, -1), case.forget_bias)
    else:
        return
    for base in seen:
        # A bias that is a column is one that lies turned in its file.
        turned = base.turned or (part == "bias" and values.shape[1] == 1)
        target = values.T if turned else values
        if target.shape == base.rows.shape:
            yield base._replace(turned=turned), target


def _exactly(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    def equal(gate: Base, quarter: Array) -> bool:
        return case.equal(gate.rows, quarter)

    return (_Explanation(fit.mistakes) for base, target in targets for fit in _fits(base, target, equal))


def _but_for_digits(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain a file by digits that were lost at last, and by what was added after that only where it is simpler."""
    # To few enough digits, small weights are rounded to those of a new layer.
    if _is_never_set(case):
        return
    at_last = list(_rounded_at_last(case, targets))
    yield from at_last
    fewest = min((one.cost for one in at_last), default=None)
    yield from (one for one in _rounded_first(targets) if fewest is None or one.cost < fewest)


def _rounded_at_last(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    if not has_few_digits(case.file.values):
        return
    for base, target in targets:
        # A rounding that leaves little more than zeros would explain any file.
        if 4 * np.count_nonzero(target) < np.count_nonzero(base.rows):
            continue
        for fit in _fits(base, target, _is_rounded):
            loss = rounding(fit.predicted, target)
            if loss:
                yield _Explanation((*fit.mistakes, _rounded(loss)))


def _is_rounded(gate: Base, target: Array) -> bool:
    """Tell whether the target is a gate rounded; some rows rule most comparisons out here, too."""
    return bool(rounding(some_rows(gate.rows), some_rows(target)) and rounding(gate.rows, target))


def _rounded_first(targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain a bias by digits that were lost before something was added to it."""
    for base, target in ((base, target) for base, target in targets if _may_be_rounded_first(base, target)):
        for fit in _fits(base, target, _is_rounded_first):
            before, added = map(fit.ordered, base.terms or ())
            loss = rounding(before, target, added)
            if loss:
                yield _Explanation((*fit.mistakes, _rounded(loss, ", and the forget bias was added after that")))


def _may_be_rounded_first(base: Base, target: Array) -> bool:
    """Tell whether as many quarters look rounded as nothing was added to."""
    if base.terms is None:
        return False
    untouched = [gate for gate in np.split(base.terms[1], 4, 1) if not gate.any()]
    return sum(map(has_few_digits, np.split(target, 4, 1))) >= len(untouched)


def _is_rounded_first(gate: Base, target: Array) -> bool:
    return bool(gate.terms and rounding(gate.terms[0], target, gate.terms[1]))


def _quarter_by_quarter(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain each quarter by itself: one gate pasted twice, or turned alone."""
    if case.part == "bias":
        return
    found = [_quarters_that_fit(case, targets, place) for place in range(4)]
    if all(found):
        mistakes = [min(quarter, key=len) for quarter in found]
        yield _Explanation(tuple(dict.fromkeys(mistake for quarter in mistakes for mistake in quarter)))


def _quarters_that_fit(case: _Case, targets: list[_Target], place: int) -> list[tuple[Mistake, ...]]:
    gate = KERAS.gates[place]
    fitting: list[tuple[Mistake, ...]] = []
    for base, target in targets:
        quarter = np.split(target, 4, 1)[place]
        for source, numbers in zip(TF1.gates, np.split(base.rows, 4, 1), strict=True):
            if case.equal(numbers, quarter):
                right = source is gate and not base.mistakes
                fitting.append(() if right else (wrong_quarter(gate, base, source),))
    return fitting


def _mostly(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    for base, target in targets:
        equal = _quarter_table(
            base, target, lambda gate, quarter: int(np.count_nonzero(case.equal_cells(gate.rows, quarter)))
        )
        counts = {order: sum(equal[place][quarter] for place, quarter in enumerate(order)) for order in orders()}
        most = max(counts.values())
        for order in (order for order in orders() if counts[order] == most and 2 * most >= target.size):
            fit = _Fit(base, order, target)
            differs = ~case.equal_cells(fit.predicted, target)
            cut = cutting(fit.predicted, target, differs)
            mistake = _cut(cut) if cut else _edited(case, fit, differs)
            yield _Explanation((*fit.mistakes, mistake), target.size - most)


def _fits(base: Base, target: Array, equal: Callable[[Base, Array], bool]) -> Iterator[_Fit]:
    table = _quarter_table(base, target, equal)
    for order in orders():
        if all(table[place][quarter] for place, quarter in enumerate(order)):
            yield _Fit(base, order, target)


def _quarter_table(base: Base, target: Array, compare: Callable[[Base, Array], T]) -> list[list[T]]:
    """Compare each quarter of the target with each gate of the base: [quarter of the target][quarter of the base]."""
    return [[compare(gate, quarter) for gate in base.gates] for quarter in np.split(target, 4, 1)]


def _rounded(loss: Loss, then: str = "") -> Mistake:
    digits = f"{FLOAT32_DIGITS} digits (%.9g) or more"
    if loss.cast:
        return Mistake(loss.cast, f"the values are rounded to {loss.cast}{then}", f"keep float32, and export {digits}")
    kind = "rounded_first" if then else "rounded"
    return Mistake(kind, f"the values are rounded to {loss}{then}", f"export {digits}")


def _cut(loss: Loss) -> Mistake:
    found = f"{loss.cells} {plural(loss.cells, 'cell is', 'cells are')} cut to {loss}, as spreadsheets do"
    return Mistake("cut", found, "convert the export again, without a spreadsheet on the way")


def _edited(case: _Case, fit: _Fit, differs: Array) -> Mistake:
    places = np.argwhere(differs)
    shown = ", ".join(_edit(case, fit, row, column) for row, column in places[:_SHOWN].tolist())
    more = ", ..." if len(places) > _SHOWN else ""
    cells = f"{len(places)} {plural(len(places), 'cell was', 'cells were')} edited"
    return Mistake("edited", f"{cells} ({shown}{more})", "convert the export again")


def _edit(case: _Case, fit: _Fit, row: int, column: int) -> str:
    """Say what stands in a cell instead of what, and where that comes from."""
    table = case.export.table_of(case.part)
    width = fit.target.shape[1] // 4
    source = fit.order[column // width] * width + column % width
    address = case.file.place(*((column, row) if fit.base.turned else (row, column))).address
    origin = "" if fit.base.first_row is None else f" from {table.place(fit.base.first_row + row, source).address}"
    return f"{address} is {float(fit.target[row, column])!r} instead of {float(fit.predicted[row, column])!r}{origin}"


def _unexplained(case: _Case, targets: list[_Target]) -> Mistake:
    sizes, values = case.export.sizes, case.file.values
    if case.part == "bias" and values.size == 2 * sizes.columns:
        found = f"{values.size} values are two biases, as cuDNN and PyTorch keep them"
        return Mistake("two_biases", found, "add the first half to the second")
    rows, columns = values.shape
    right = (len(sizes.rows_of(case.part)), sizes.columns)
    if not targets or targets[0][0].mistakes:
        stand = plural(rows * columns, "cell stands", "cells stand")
        found = f"{rows} x {columns} {stand} where {right[0]} x {right[1]} are expected"
        return Mistake("shape", found, "is it the file of this layer, and whole?")
    if _is_never_set(case):
        return Mistake("never_set", "these are the values of a new layer", "were the weights ever set and saved?")
    if row := _row_of_kernel(case):
        return Mistake("copied:bias", f"bias.csv is {row}", "save the bias under its own name")
    base, target = targets[0]
    equal = int(np.count_nonzero(case.equal_cells(_Fit(base, _RIGHT, target).predicted, target)))
    if equal:
        are_those = plural(equal, "cells is that", "cells are those")
        found = f"only {equal} of {values.size} {are_those} of the export, and no known mistake explains the others"
        return Mistake("other_layer", found, "convert the export again")
    return Mistake("other_layer", "no block is that of the export", "is it the file of another layer?")


def _row_of_kernel(case: _Case) -> str:
    """Say of which row of a kernel beside it the bias is a copy, if it is one."""
    if case.part == "bias":
        for name in KERNELS:
            file = case.converted[name]
            same = (
                (file.values == case.file.values.reshape(-1)).all(axis=1)
                if file.values.shape[1] == case.file.values.size
                else np.zeros(0)
            )
            if same.any():
                return f"row {int(same.argmax()) + 1} of {name}.csv"
    return ""


def _is_never_set(case: _Case) -> bool:
    """Tell whether all is 0, or a bias what Keras starts with: 1 for the forget gate, 0 for the others."""
    initial = np.repeat([float(gate is Gate.FORGET) for gate in KERAS.gates], case.export.sizes.hidden_size)
    values = case.file.values
    return not values.any() or (case.part == "bias" and np.array_equal(values.reshape(-1), initial))


def _join(parts: tuple[str, ...]) -> str:
    names = [f"{part}.csv" for part in parts]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
