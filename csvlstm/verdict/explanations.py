"""What may stand in a converted file by mistake, with the mistakes that lead to it and their remedies."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..converted.blocks import block_values
from ..layouts.arrays import Array as Described
from ..layouts.arrays import Layout
from ..layouts.entries import LAYOUTS
from ..layouts.gates import GATES, Gate
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..numbers.digits import printed_from
from ..reading.tables import WeightSet

_FLOAT32_NOISE = 2.0**-22
_BY_CHANCE = 1e-5
"""The chance at which the numbers of a gate are off alike, below which a constant was added to them."""

Blocks = Mapping[Gate, Array]
"""The numbers of each gate, as they stand in a file of the target."""


class Mistake(NamedTuple):
    """One mistake: its kind, what is said of it, and the remedy."""

    kind: str
    found: str
    remedy: str


class Numbers(NamedTuple):
    """The numbers of a gate; where something was added, `terms` are what was there before and what was added."""

    values: Array
    terms: tuple[Array, Array] | None = None


class Base(NamedTuple):
    """What may stand in a converted file but for the order of its gates.

    `first_row` is the row of the export that row 0 comes from, None where the cells do not keep their places.
    """

    mistakes: tuple[Mistake, ...]
    gates: Mapping[Gate, Numbers]
    turned: bool = False
    first_row: int | None = None


def _base(mistakes: tuple[Mistake, ...], blocks: Blocks, turned: bool = False, first_row: int | None = None) -> Base:
    return Base(mistakes, {gate: Numbers(values) for gate, values in blocks.items()}, turned, first_row)


def blocks_of(array: Described, moves: Sequence[Move], export: WeightSet) -> dict[Gate, Array]:
    """Give the right numbers of each gate of an array, without what its cell adds at run time."""
    values, across = export.values, 1 - array.gate_axis
    by_gate = {gate: [move._replace(added=()) for move in moves if move.gate is gate] for gate in array.gates}
    blocks = {gate: [block_values(move, values) for move in of_gate] for gate, of_gate in by_gate.items()}
    return {gate: one[0] if len(one) == 1 else np.concatenate(one, axis=across) for gate, one in blocks.items()}


def matrix_bases(plan: Plan, export: WeightSet, array: str, copied: bool) -> Iterator[Base]:
    """List what may stand in a matrix, the right numbers first; `copied` says that two matrices are the same."""
    moves = plan.into(array)
    own, first_row = blocks_of(plan.target.array(array), moves, export), _first_row(moves)
    yield _base((), own, first_row=first_row)
    yield _base((_transposed(array),), own, turned=True)
    if len(own) > 1 and all(len(set(block.shape)) == 1 for block in own.values()):
        yield _base((_transposed_gates(array),), {gate: block.T for gate, block in own.items()})
    for other in (one.name for one in matrices(plan) if one.name != array):
        exchanged = _copied(array, other) if copied else _exchanged(plan, array, other)
        blocks = blocks_of(plan.target.array(other), plan.into(other), export)
        yield _base((exchanged,), blocks, first_row=_first_row(plan.into(other)))
        yield _base((exchanged, _transposed(array)), blocks, turned=True)
    yield from _not_split_there(plan, export, moves, copied)


def matrices(plan: Plan) -> list[Described]:
    """List the matrices of the target."""
    return [array for array in plan.target.arrays if not array.is_vector]


def _first_row(moves: Sequence[Move]) -> int | None:
    first = moves[0].sources[0]
    return first.rows.start if {span.array for move in moves for span in move.sources} == {first.array} else None


def _not_split_there(plan: Plan, export: WeightSet, moves: Sequence[Move], copied: bool) -> Iterator[Base]:
    """List other rows than the right ones of an array that the target splits: of the wrong end, and all."""
    (span,) = moves[0].sources
    values = export.values[span.array]
    if moves[0].turned or len({move.operand for move in moves}) > 1 or len(span.rows) == len(values):
        return
    columns = {move.gate: move.sources[0].columns for move in moves if move.gate}
    start = 0 if span.rows.start else len(values) - len(span.rows)
    wrong_end = {gate: values[start : start + len(span.rows), at.start : at.stop] for gate, at in columns.items()}
    if not copied:
        yield _base((_split(plan),), wrong_end, first_row=start)
    yield _base(
        (_whole(plan, len(values)),), {gate: values[:, at.start : at.stop] for gate, at in columns.items()}, first_row=0
    )


def orders(plan: Plan, array: Described) -> list[tuple[Gate, ...]]:
    """List the orders that the gates of a file may have: the target's first, then known ones."""
    if len(array.gates) < GATES:
        return [array.gates]
    known = [layout.gates for layout in (plan.target, plan.source, *LAYOUTS.values())]
    return list(dict.fromkeys([*known, *permutations(plan.source.gates)]))


def gate_order(plan: Plan, order: tuple[Gate, ...]) -> tuple[Mistake, ...]:
    """Name the mistake of a gate order, and the framework that has it; nothing for the target's own.

    >>> from csvlstm.layouts.entries import KERAS, TF1
    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.layouts.plan import plan
    >>> gate_order(plan(TF1, KERAS, Sizes(3, 5)), TF1.gates)[0].found
    "the gates are in the order i, c, f, o (TensorFlow 1's own: the middle quarters were not swapped)"
    """
    if order == plan.target.gates or len(order) < GATES:
        return ()
    letters, right = (", ".join(gate.value for gate in gates) for gates in (order, plan.target.gates))
    whose = ""
    if order == plan.source.gates:
        whose = f" ({plan.source.framework}'s own: the middle quarters were not swapped)"
    elif framework := next((one.framework for one in LAYOUTS.values() if one.gates == order), None):
        whose = f" (that of {framework})"
    kind = "gate_order:" + "".join(gate.value for gate in order)
    return (Mistake(kind, f"the gates are in the order {letters}{whose}", f"move the quarters to {right}"),)


def bias_bases(
    plan: Plan, export: WeightSet, array: Described, moves: Sequence[Move], target: Blocks
) -> Iterator[Base]:
    """List what may stand in a bias that is filled by moves: the right sums first, then those of another forget bias.

    Each sum comes in the ways that people compute it: of float64, of float32, and of float32 numbers in float64.
    """
    bias, first = blocks_of(array, moves, export), float(sum(sum(move.added) for move in moves))
    adding = _Adding(plan.target, bias, target)
    yield from adding.add((), {Gate.FORGET: first})
    if first and Gate.FORGET in bias:
        missing = Mistake("forget_bias_missing", "the forget bias is missing", f"add {first!r} to gate f")
        yield _base((missing,), bias, first_row=0)
        twice = Mistake("forget_bias_twice", "the forget bias was added twice", f"take {first!r} from gate f")
        yield from adding.add((twice,), {Gate.FORGET: 2 * first})
        yield from _on_other_gates(adding, first) if bias.keys() == set(Gate) else ()
    if bias.keys() == set(Gate):
        yield from _of_another_size(bias, target, first)
        yield from _on_any_gates(plan, bias, target, first)


class _Adding(NamedTuple):
    """A bias to which something may have been added, and the target that it may explain."""

    layout: Layout
    bias: Blocks
    target: Blocks

    def add(self, mistakes: tuple[Mistake, ...], by_gate: Mapping[Gate, float]) -> Iterator[Base]:
        """List the sums with the constants of some gates, in each way to add them up."""
        sums = {gate: forget_sums(block, by_gate.get(gate, 0.0)) for gate, block in self.bias.items()}
        ways = len(next(iter(sums.values())))
        for way in range(ways):
            gates = {}
            for gate, block in self.bias.items():
                added, values = by_gate.get(gate, 0.0), sums[gate][way]
                # The terms are the same for all ways to add them.
                terms = (block, np.full_like(block, added)) if way == 0 and any(by_gate.values()) else None
                gates[gate] = Numbers(self._as_printed(values) if added else values, terms)
            yield Base(mistakes, gates, first_row=0)

    def _as_printed(self, sums: Array) -> Array:
        """Take the target's own number where one of its gates holds a sum as it is printed."""
        seen = sums.copy()
        for printed in self.target.values():
            seen = np.where(printed_from(sums, printed), printed, seen)
        return seen


def _on_other_gates(adding: _Adding, forget_bias: float) -> Iterator[Base]:
    gates = adding.layout.gates
    for gate in (gate for gate in gates if gate is not Gate.FORGET):
        found = f"the forget bias was added to gate {gate.value} instead of f"
        remedy = f"take {forget_bias!r} from gate {gate.value} and add it to gate f"
        yield from adding.add((Mistake(f"forget_bias_on:{gate.value}", found, remedy),), {gate: forget_bias})
    yield from adding.add((_on_all(adding.layout, forget_bias),), dict.fromkeys(gates, forget_bias))


def _on_all(layout: Layout, forget_bias: float) -> Mistake:
    *others, last = (gate.value for gate in layout.gates if gate is not Gate.FORGET)
    remedy = f"take {forget_bias!r} from gates {', '.join(others)} and {last}"
    return Mistake("forget_bias_on_all", "the forget bias was added to all gates", remedy)


def _of_another_size(bias: Blocks, target: Blocks, declared: float) -> Iterator[Base]:
    """List the constants by which a gate of the target differs from the export's forget gate."""
    source = bias[Gate.FORGET]
    for block in target.values():
        constant = _constant(source, block)
        if constant is None or not all(_is_clear(source, constant, other) for other in (0.0, declared, 2 * declared)):
            continue
        # The very numbers of the target, because the constant is known only as exactly as they were printed.
        blocks = {**bias, Gate.FORGET: block}
        found = f"the forget bias is {constant!r} instead of {declared!r}"
        remedy = f"convert again, with a forget bias of {constant!r} where the cell was trained with it"
        yield _base((Mistake("forget_bias_size", found, remedy),), blocks)
        if source.size == 1:
            yield _base((Mistake("edited", "its one forget cell was edited", "convert the export again"),), blocks)


def _on_any_gates(plan: Plan, bias: Blocks, target: Blocks, declared: float) -> Iterator[Base]:
    """Find the constants that were added to gates beyond what is right; a gate of one cell would fit any."""
    blocks, beyond = dict(bias), dict[Gate, float]()
    if any(block.size == 1 for block in blocks.values()):
        return
    for gate in plan.source.gates:
        right = declared if gate is Gate.FORGET else 0.0
        constant, block = _gate_with_constant(gate, bias[gate], target) or (right, bias[gate] + right)
        if _is_clear(bias[gate], constant, right):
            beyond[gate] = float(f"{constant - right:.6g}")
        elif not _is_near(bias[gate], constant, right):
            return
        blocks[gate] = block
    if beyond.keys() - {Gate.FORGET}:
        yield _base(tuple(_constants(plan.target, beyond, declared)), blocks)


def _gate_with_constant(gate: Gate, source: Array, target: Blocks) -> tuple[float, Array] | None:
    """Give the constant by which a gate is off in the target, and its numbers there, in its own place before others."""
    for block in [target[gate], *(block for other, block in target.items() if other is not gate)]:
        if (constant := _constant(source, block)) is not None:
            return constant, block
    return None


def _constant(source: Array, target: Array) -> float | None:
    """Give the constant by which all numbers are off, in as few digits as explain it; None where there is none."""
    median = float(np.median(target - source))
    for constant in (float(f"{median:.6g}"), float(f"{median:.9g}")):
        if (np.abs(target - source - constant) <= _noise(source, constant)).all():
            return constant
    return None


def _noise(source: Array, constant: float) -> Array:
    noise: Array = _FLOAT32_NOISE * (np.abs(source) + abs(constant))
    return noise


def _is_near(source: Array, constant: float, other: float) -> bool:
    return bool(abs(constant - other) <= _noise(source, constant).max())


def _is_clear(source: Array, constant: float, other: float) -> bool:
    """Tell whether a constant is another one than that; the numbers of a few cells may be off alike by chance."""
    distance, noise = abs(constant - other), float(_noise(source, constant).max())
    return bool(distance and (noise / distance) ** max(source.size - 1, 1) < _BY_CHANCE)


def _constants(layout: Layout, beyond: dict[Gate, float], declared: float) -> Iterator[Mistake]:
    """Name the constants that were added beyond what is right, each once with all its gates."""
    for constant in dict.fromkeys(beyond.values()):
        gates = [gate.value for gate in layout.gates if beyond.get(gate) == constant]
        if gates == [Gate.FORGET.value]:
            there = float(f"{declared + constant:.6g}")
            found, remedy = f"the forget bias is {there!r} instead of {declared!r}", f"make it {declared!r}"
            yield Mistake("forget_bias_size" if there else "forget_bias_missing", found, remedy)
        elif constant == declared and len(gates) == len(layout.gates) - 1:
            yield _on_all(layout, declared)
        else:
            *others, last = gates
            where = f"gates {', '.join(others)} and {last}" if others else f"gate {last}"
            where = "all gates" if len(gates) == len(layout.gates) else where
            found, remedy = f"the constant {constant!r} was added to {where}", f"take {constant!r} from {where}"
            yield Mistake(f"constant_on:{''.join(gates)}", found, remedy)


def forget_sums(bias: Array, added: Array | float) -> list[Array]:
    """Give bias plus forget bias in the ways that people compute it, as float64.

    >>> [float(one) for one in forget_sums(np.array(0.1), 0.3)]
    [0.4, 0.4000000059604645, 0.4000000014901161]
    """
    single = bias.astype(np.float32)
    sums = bias + added, single + np.asarray(added, np.float32), single.astype(np.float64) + added
    return [np.asarray(one, np.float64) for one in sums]


def _exchanged(plan: Plan, *names: str) -> Mistake:
    both = [array.name for array in plan.target.arrays if array.name in names]
    return Mistake("exchanged", f"{' and '.join(both)} are exchanged", "exchange the two files")


def _transposed(array: str) -> Mistake:
    return Mistake(f"transposed:{array}", f"{array} is transposed", "turn it")


def _transposed_gates(array: str) -> Mistake:
    return Mistake(f"transposed_gates:{array}", f"{array} is transposed gate by gate", "turn each quarter")


def _copied(array: str, other: str) -> Mistake:
    return Mistake(f"copied:{array}", f"{array}.csv is a copy of {other}.csv", f"save {array} under its own name")


def _split(plan: Plan) -> Mistake:
    d, h = plan.sizes.input_size, plan.sizes.output_size
    found = f"the rows were split at the wrong end: the first {h} were taken as hidden rows, the last {d} as input rows"
    return Mistake("split", found, f"split after row {d}, as the {d} input rows come first")


def _whole(plan: Plan, rows: int) -> Mistake:
    found = f"the {rows} rows of the export were not split"
    return Mistake("not_split", found, f"split after row {plan.sizes.input_size}")


def wrong_gate(gate: Gate, base: Base, source: Gate) -> Mistake:
    """Name a gate that holds another one's numbers, or its own changed, while the others may be right."""
    changed = " and ".join(mistake.found for mistake in base.mistakes)
    what = f"what belongs to gate {source.value}" if source is not gate else "its own gate's numbers"
    found = f"gate {gate.value} holds {what}{', but ' + changed if changed else ''}"
    return Mistake("quarter", found, "convert the export again")
