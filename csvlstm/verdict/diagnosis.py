"""What is wrong in a converted set that is not equivalent to its export, named file by file.

For each file one table is made: which gate of it equals which gate of what may stand there by mistake
(`explanations`). It is read in several ways, the strictest first: the gates are equal, they are equal but for digits
that were lost at last, or before the forget bias was added, or most of their cells are equal. Of the first way that
explains the file, all explanations with the fewest mistakes are said, because the same numbers may come from more than
one.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, product
from typing import NamedTuple, TypeVar

import numpy as np

from ..converted.blocks import block_values
from ..errors import plural
from ..layouts.arrays import Array as Described
from ..layouts.gates import Gate
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..numbers.digits import FLOAT32_DIGITS, Loss, cutting, has_few_digits, rounding, some_rows, typical_noise
from ..reading.tables import Table, WeightSet
from .behaviour import Slack
from .comparison import equal_as_float32
from .explanations import (
    Base,
    Mistake,
    Numbers,
    bias_bases,
    gate_order,
    matrices,
    matrix_bases,
    orders,
    wrong_gate,
)

_SHOWN = 10
_FEWEST_LEFT = 4
"""A rounding must leave one in so many numbers that are not 0."""


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


class _Explanation(NamedTuple):
    """Mistakes that lead to a file, and how many of its cells they leave unexplained."""

    mistakes: tuple[Mistake, ...]
    unexplained: int = 0

    @property
    def cost(self) -> tuple[int, int]:
        """What makes one explanation worse than another."""
        return len(self.mistakes), self.unexplained


def diagnose(
    plan: Plan, export: WeightSet, converted: WeightSet, wrong: Sequence[str], tolerance: Slack
) -> list[Finding]:
    """Name what is wrong in the arrays that were found to be different; those with the same mistakes together."""
    by_mistakes: dict[Alternatives, list[str]] = {}
    # A candidate that leaves float64's range is no explanation, and nothing to warn of.
    with np.errstate(all="ignore"):
        for array in (array for array in plan.target.arrays if array.name in wrong):
            explained = _explain_array(_Case(array, plan, export, converted, tolerance))
            by_mistakes.setdefault(explained, []).append(array.name)
    return [Finding(tuple(arrays), alternatives) for alternatives, arrays in by_mistakes.items()]


class _Case(NamedTuple):
    """An array to be explained, or one of the vectors that stand behind one another in it."""

    array: Described
    plan: Plan
    export: WeightSet
    converted: WeightSet
    tolerance: Slack

    @property
    def moves(self) -> list[Move]:
        """The moves that fill it."""
        return [move for move in self.plan.into(self.array.name) if move.operand in self.array.operands]

    @property
    def values(self) -> Array:
        """What stands there."""
        values = self.file.values
        whole = self.plan.target.array(self.array.name).shape(self.plan.sizes)
        if len(self.moves) == len(self.plan.into(self.array.name)) or values.shape not in (whole, whole[::-1]):
            return values
        columns = range(self.moves[0].target.columns.start, self.moves[-1].target.columns.stop)
        there = values.reshape(whole)[:, columns.start : columns.stop]
        return there.T if values.shape[1] == 1 else there

    @property
    def is_right(self) -> bool:
        """Whether all numbers are those that the plan puts there."""
        (rows, columns), values = self.array.shape(self.plan.sizes), self.values
        if values.shape not in ((rows, columns), (columns, rows)):
            return False
        right = np.concatenate([block_values(move, self.export.values) for move in self.moves], axis=1)
        return self.equal(right, values.reshape(1, -1))

    @property
    def file(self) -> Table:
        """The file to be explained."""
        return self.converted.tables[self.array.name]

    @property
    def is_copied(self) -> bool:
        """Whether all matrices of the set hold the same numbers."""
        first, *others = (self.converted.tables[matrix.name].values for matrix in matrices(self.plan))
        return bool(others) and all(np.array_equal(first, other) for other in others)

    @property
    def orders(self) -> list[tuple[Gate, ...]]:
        """The orders that its gates may have."""
        return orders(self.plan, self.array)

    def gates_of(self, target: Array) -> list[Array]:
        """Cut numbers in the shape of the file into those of its gates, in the order in which they stand."""
        return list(self.array.by_gate(target).values())

    def equal_cells(self, source: Array, target: Array) -> Array:
        """Tell cell by cell whether both are equal on a level that the verdict forgives."""
        allowed = self.tolerance.absolute + self.tolerance.relative * np.abs(source)
        equal: Array = equal_as_float32(source, target) | (np.abs(source - target) <= allowed)
        return equal

    def equal(self, source: Array, target: Array) -> bool:
        """Tell whether all cells are equal; some rows rule most comparisons out."""
        some = self.equal_cells(some_rows(source), some_rows(target))
        return bool(some.all() and self.equal_cells(source, target).all())


class _Fit(NamedTuple):
    """A base with its gates in an order, held against the target that it may explain."""

    case: _Case
    base: Base
    order: tuple[Gate, ...]
    target: Array

    @property
    def predicted(self) -> Array:
        """What the explanation predicts for the target."""
        return self.ordered([self.base.gates[gate].values for gate in self.order])

    @property
    def terms(self) -> tuple[Array, Array]:
        """What was there before something was added, and what was added."""
        terms = [self.base.gates[gate].terms for gate in self.order]
        before, added = zip(*(term for term in terms if term), strict=True)
        return self.ordered(before), self.ordered(added)

    def ordered(self, blocks: Sequence[Array]) -> Array:
        """Put the numbers of the gates beside each other."""
        return np.concatenate(blocks, axis=self.case.array.gate_axis)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The mistakes that lead to it."""
        return self.base.mistakes + gate_order(self.case.plan, self.order)


def _explain_array(case: _Case) -> Alternatives:
    """Explain an array, the vectors that stand behind one another in it each by itself."""
    rows, columns = case.array.shape(case.plan.sizes)
    fits = case.file.values.shape in ((rows, columns), (columns, rows))
    if not case.array.is_vector or len(case.array.operands) == 1 or not fits:
        return _explain(case)
    vectors = [case._replace(array=case.array._replace(operands=(operand,))) for operand in case.array.operands]
    explained = [_explain(vector) for vector in vectors if not vector.is_right]
    return tuple(tuple(dict.fromkeys(chain(*mistakes))) for mistakes in product(*explained))


def _explain(case: _Case) -> Alternatives:
    targets = list(_targets(case))
    # Digits and other forget biases would explain anything where the right numbers are constants.
    computed = any(move.sources for move in case.moves)
    for way in (_exactly, _but_for_digits, _gate_by_gate, _mostly) if computed else (_exactly, _mostly):
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
    array, plan, values = case.array, case.plan, case.values
    rows, columns = array.shape(plan.sizes)
    if not array.is_vector:
        seen = matrix_bases(plan, case.export, array.name, case.is_copied)
    elif values.shape in ((rows, columns), (columns, rows)):
        seen = bias_bases(plan, case.export, array, case.moves, array.by_gate(values.reshape(rows, columns)))
    else:
        return
    for base in seen:
        # A vector that is a column is one that lies turned in its file.
        turned = base.turned or (array.is_vector and values.shape[1] == 1)
        target = values.T if turned else values
        if target.shape == _shape(array, base):
            yield base._replace(turned=turned), target


def _shape(array: Described, base: Base) -> tuple[int, int]:
    """Give the shape of a base with its gates beside each other."""
    shapes = [numbers.values.shape for numbers in base.gates.values()]
    along, across = sum(shape[array.gate_axis] for shape in shapes), shapes[0][1 - array.gate_axis]
    return (along, across) if array.gate_axis == 0 else (across, along)


def _exactly(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    def equal(gate: Numbers, target: Array) -> bool:
        return case.equal(gate.values, target)

    return (_Explanation(fit.mistakes) for base, target in targets for fit in _fits(case, base, target, equal))


def _but_for_digits(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain a file by digits that were lost at last, and by what was added after that only where it is simpler."""
    # To few enough digits, small weights are rounded to those of a new layer.
    if _is_never_set(case):
        return
    at_last = list(_rounded_at_last(case, targets))
    yield from at_last
    fewest = min((one.cost for one in at_last), default=None)
    yield from (one for one in _rounded_first(case, targets) if fewest is None or one.cost < fewest)


def _rounded_at_last(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    if not has_few_digits(case.values):
        return
    # What one gate shows of float32's noise is little where there are few units.
    is_rounded = partial(_is_rounded, typical=typical_noise(case.values))
    for base, target in targets:
        # A rounding that leaves little more than zeros would explain any file.
        there = sum(np.count_nonzero(gate.values) for gate in base.gates.values())
        if _FEWEST_LEFT * np.count_nonzero(target) < there:
            continue
        for fit in _fits(case, base, target, is_rounded):
            loss = rounding(fit.predicted, target)
            if loss:
                yield _Explanation((*fit.mistakes, _rounded(loss)))


def _is_rounded(gate: Numbers, target: Array, typical: float) -> bool:
    """Tell whether the target is a gate rounded; some rows rule most comparisons out here, too."""
    some = rounding(some_rows(gate.values), some_rows(target), typical=typical)
    return bool(some and rounding(gate.values, target, typical=typical))


def _rounded_first(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain a bias by digits that were lost before something was added to it."""
    for base, target in ((base, target) for base, target in targets if _may_be_rounded_first(case, base, target)):
        for fit in _fits(case, base, target, _is_rounded_first):
            before, added = fit.terms
            loss = rounding(before, target, added)
            if loss:
                yield _Explanation((*fit.mistakes, _rounded(loss, ", and the forget bias was added after that")))


def _may_be_rounded_first(case: _Case, base: Base, target: Array) -> bool:
    """Tell whether as many gates look rounded as nothing was added to."""
    added = [numbers.terms[1] for numbers in base.gates.values() if numbers.terms]
    untouched = sum(not one.any() for one in added)
    return bool(added) and sum(map(has_few_digits, case.gates_of(target))) >= untouched


def _is_rounded_first(gate: Numbers, target: Array) -> bool:
    return bool(gate.terms and rounding(gate.terms[0], target, gate.terms[1]))


def _gate_by_gate(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    """Explain each gate by itself: one pasted twice, or turned alone."""
    if case.array.is_vector:
        return
    found = [_gates_that_fit(case, targets, gate) for gate in case.array.gates]
    if all(found):
        mistakes = [min(gate, key=len) for gate in found]
        yield _Explanation(tuple(dict.fromkeys(mistake for gate in mistakes for mistake in gate)))


def _gates_that_fit(case: _Case, targets: list[_Target], gate: Gate) -> list[tuple[Mistake, ...]]:
    fitting: list[tuple[Mistake, ...]] = []
    for base, target in targets:
        there = case.array.by_gate(target)[gate]
        for source in case.plan.source.gates:
            if source in base.gates and case.equal(base.gates[source].values, there):
                right = source is gate and not base.mistakes
                fitting.append(() if right else (wrong_gate(gate, base, source),))
    return fitting


def _mostly(case: _Case, targets: list[_Target]) -> Iterator[_Explanation]:
    def count(gate: Numbers, target: Array) -> int:
        return int(np.count_nonzero(case.equal_cells(gate.values, target)))

    for base, target in targets:
        equal = _compared(case, base, target, count)
        counts = {
            order: sum(there[gate] for there, gate in zip(equal, order, strict=True)) for order in _orders(case, base)
        }
        most = max(counts.values(), default=0)
        for order in (order for order, found in counts.items() if found == most and 2 * most >= target.size):
            fit = _Fit(case, base, order, target)
            differs = ~case.equal_cells(fit.predicted, target)
            cut = cutting(fit.predicted, target, differs)
            mistake = _cut(cut) if cut else _edited(fit, differs)
            yield _Explanation((*fit.mistakes, mistake), target.size - most)


def _fits(case: _Case, base: Base, target: Array, equal: Callable[[Numbers, Array], bool]) -> Iterator[_Fit]:
    table = _compared(case, base, target, equal)
    for order in _orders(case, base):
        if all(there[gate] for there, gate in zip(table, order, strict=True)):
            yield _Fit(case, base, order, target)


def _orders(case: _Case, base: Base) -> list[tuple[Gate, ...]]:
    return [order for order in case.orders if base.gates.keys() >= set(order)]


def _compared(case: _Case, base: Base, target: Array, compare: Callable[[Numbers, Array], T]) -> list[dict[Gate, T]]:
    """Compare each gate of the target, in the order in which they stand, with each gate of the base."""
    return [{gate: compare(numbers, there) for gate, numbers in base.gates.items()} for there in case.gates_of(target)]


def _rounded(loss: Loss, then: str = "") -> Mistake:
    digits = f"{FLOAT32_DIGITS} digits (%.9g) or more"
    if loss.cast:
        return Mistake(loss.cast, f"the values are rounded to {loss.cast}{then}", f"keep float32, and export {digits}")
    kind = "rounded_first" if then else "rounded"
    return Mistake(kind, f"the values are rounded to {loss}{then}", f"export {digits}")


def _cut(loss: Loss) -> Mistake:
    found = f"{loss.cells} {plural(loss.cells, 'cell is', 'cells are')} cut to {loss}, as spreadsheets do"
    return Mistake("cut", found, "convert the export again, without a spreadsheet on the way")


def _edited(fit: _Fit, differs: Array) -> Mistake:
    places = np.argwhere(differs)
    shown = ", ".join(_edit(fit, row, column) for row, column in places[:_SHOWN].tolist())
    more = ", ..." if len(places) > _SHOWN else ""
    cells = f"{len(places)} {plural(len(places), 'cell was', 'cells were')} edited"
    return Mistake("edited", f"{cells} ({shown}{more})", "convert the export again")


def _edit(fit: _Fit, row: int, column: int) -> str:
    """Say what stands in a cell instead of what, and where that comes from."""
    before = fit.case.moves[0].target.columns.start if fit.case.array.is_vector else 0
    at = row, before + column
    address = fit.case.file.place(*(at[::-1] if fit.base.turned else at)).address
    first_row = fit.base.first_row if all(len(move.sources) == 1 for move in fit.case.moves) else None
    origin = "" if first_row is None else f" from {_origin(fit, first_row, row, column)}"
    return f"{address} is {float(fit.target[row, column])!r} instead of {float(fit.predicted[row, column])!r}{origin}"


def _origin(fit: _Fit, first_row: int, row: int, column: int) -> str:
    """Give the address in the export of a cell that stands in a row and column of what was predicted."""
    case, along = fit.case, (row, column)[fit.case.array.gate_axis]
    place, unit = divmod(along, fit.target.shape[case.array.gate_axis] // len(fit.order))
    move = next(move for move in case.moves if move.gate is fit.order[place])
    source = move.sources[0]
    inside = (unit, column) if case.array.gate_axis == 0 else (row, unit)
    down, right = inside[::-1] if move.turned else inside
    return case.export.tables[source.array].place(first_row + down, source.columns[right]).address


def _unexplained(case: _Case, targets: list[_Target]) -> Mistake:
    values = case.values
    right = case.array.shape(case.plan.sizes)
    if case.array.is_vector and values.size == 2 * right[0] * right[1]:
        found = f"{values.size} values are two biases, as cuDNN and PyTorch keep them"
        return Mistake("two_biases", found, "add the first half to the second")
    rows, columns = values.shape
    if not targets or targets[0][0].mistakes:
        stand = plural(rows * columns, "cell stands", "cells stand")
        found = f"{rows} x {columns} {stand} where {right[0]} x {right[1]} are expected"
        return Mistake("shape", found, "is it the file of this layer, and whole?")
    if _is_never_set(case):
        return Mistake("never_set", "these are the values of a new layer", "were the weights ever set and saved?")
    if row := _row_of_matrix(case):
        name = case.array.name
        return Mistake(f"copied:{name}", f"{name}.csv is {row}", f"save the {name} under its own name")
    base, target = targets[0]
    fit = _Fit(case, base, case.orders[0], target)
    equal = int(np.count_nonzero(case.equal_cells(fit.predicted, target)))
    if equal:
        are_those = plural(equal, "cells is that", "cells are those")
        found = f"only {equal} of {values.size} {are_those} of the export, and no known mistake explains the others"
        return Mistake("other_layer", found, "convert the export again")
    return Mistake("other_layer", "no block is that of the export", "is it the file of another layer?")


def _row_of_matrix(case: _Case) -> str:
    """Say of which row of a matrix beside it the bias is a copy, if it is one."""
    if not case.array.is_vector:
        return ""
    for matrix in matrices(case.plan):
        values = case.converted.tables[matrix.name].values
        if values.shape[1] == case.file.values.size:
            same = (values == case.file.values.reshape(-1)).all(axis=1)
            if same.any():
                return f"row {int(same.argmax()) + 1} of {matrix.name}.csv"
    return ""


def _is_never_set(case: _Case) -> bool:
    """Tell whether all is 0, or a bias what Keras starts with: 1 for the forget gate, 0 for the others."""
    values = case.values
    if not (case.array.is_vector and values.size == np.prod(case.array.shape(case.plan.sizes))):
        return not values.any()
    blocks = case.array.by_gate(values.reshape(1, -1))
    starts = all((block == float(gate is Gate.FORGET)).all() for gate, block in blocks.items())
    return starts or not values.any()


def _join(parts: tuple[str, ...]) -> str:
    names = [f"{part}.csv" for part in parts]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
