"""What may stand in a converted file by mistake, with the mistakes that lead to it and their remedies."""

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..layouts.layout import KERAS, KERNELS, OTHERS, TF1, Gate, Sizes, quarter_order
from ..layouts.references import Array
from ..numbers.digits import printed_from

_FLOAT32_NOISE = 2.0**-22


class Mistake(NamedTuple):
    """One mistake: its kind, what is said of it, and the remedy."""

    kind: str
    found: str
    remedy: str


_EXCHANGED = Mistake("exchanged", "kernel and recurrent_kernel are exchanged", "exchange the two files")


class Base(NamedTuple):
    """What may stand in a converted file but for the order of its quarters: [rows, 4H], gates in TensorFlow 1's order.

    `first_row` is the row of the export that row 0 comes from, None where the cells do not keep their places. Where
    something was added, `terms` are what was there before and what was added, each of the same shape.
    """

    mistakes: tuple[Mistake, ...]
    rows: Array
    turned: bool = False
    first_row: int | None = None
    terms: tuple[Array, Array] | None = None

    @property
    def gates(self) -> "list[Base]":
        """The four gates, each as a base of its own."""
        rows = np.split(self.rows, 4, 1)
        if self.terms is None:
            return [self._replace(rows=gate) for gate in rows]
        terms = zip(*(np.split(term, 4, 1) for term in self.terms), strict=True)
        return [self._replace(rows=gate, terms=of_gate) for gate, of_gate in zip(rows, terms, strict=True)]


def kernel_bases(part: str, kernel: Array, sizes: Sizes, copied: bool) -> Iterator[Base]:
    """List the rows that may stand in a matrix, the right ones first; `copied` says that both files are the same."""
    h, exchanged = sizes.hidden_size, _copied(part) if copied else _EXCHANGED
    own, other = (_cut(kernel, sizes.rows_of(name)) for name in (part, KERNELS[part == "kernel"]))
    yield Base((), own, first_row=sizes.rows_of(part).start)
    yield Base((_transposed(part),), own, turned=True)
    if len(own) == h:
        yield Base((_transposed_gates(part),), _turn_gates(own, h))
    yield Base((exchanged,), other, first_row=sizes.rows_of(KERNELS[part == "kernel"]).start)
    yield Base((exchanged, _transposed(part)), other, turned=True)
    wrong_end = range(h, sizes.rows) if part == "kernel" else range(h)
    if not copied:
        yield Base((_split(sizes),), _cut(kernel, wrong_end), first_row=wrong_end.start)
    yield Base((_whole(sizes),), kernel, first_row=0)


def orders() -> list[tuple[int, ...]]:
    """List the 24 orders, each as the quarters of the export that it takes: Keras's first, then known ones."""
    known = [tuple(quarter_order(TF1, layout)) for layout in (KERAS, TF1, *OTHERS)]
    return known + [order for order in permutations(range(4)) if order not in known]


def gate_order(order: tuple[int, ...]) -> tuple[Mistake, ...]:
    """Name the mistake of a gate order, and the framework that has it; nothing for Keras's own.

    >>> gate_order((0, 1, 2, 3))[0].found
    "the gates are in the order i, c, f, o (TensorFlow 1's own: the middle quarters were not swapped)"
    """
    gates = tuple(TF1.gates[quarter] for quarter in order)
    if gates == KERAS.gates:
        return ()
    letters = ", ".join(gate.value for gate in gates)
    framework = next((layout.framework for layout in OTHERS if layout.gates == gates), None)
    whose = f" (that of {framework})" if framework else ""
    if gates == TF1.gates:
        whose = " (TensorFlow 1's own: the middle quarters were not swapped)"
    right = ", ".join(gate.value for gate in KERAS.gates)
    kind = "gate_order:" + "".join(gate.value for gate in gates)
    return (Mistake(kind, f"the gates are in the order {letters}{whose}", f"move the quarters to {right}"),)


def bias_bases(bias: Array, target: Array, forget_bias: float) -> Iterator[Base]:
    """List what may stand in a bias [1, 4H]: the right sums first, then those of another forget bias.

    Each sum comes in the ways that people compute it: of float64, of float32, and of float32 numbers in float64.
    """
    yield from _add((), {Gate.FORGET: forget_bias}, bias, target)
    if forget_bias:
        missing = Mistake("forget_bias_missing", "the forget bias is missing", f"add {forget_bias!r} to gate f")
        yield Base((missing,), bias, first_row=0)
        twice = Mistake("forget_bias_twice", "the forget bias was added twice", f"take {forget_bias!r} from gate f")
        yield from _add((twice,), {Gate.FORGET: 2 * forget_bias}, bias, target)
        yield from _on_other_gates(bias, target, forget_bias)
    yield from _of_another_size(bias, target, forget_bias)
    yield from _on_any_gates(bias, target, forget_bias)


def _on_other_gates(bias: Array, target: Array, forget_bias: float) -> Iterator[Base]:
    for gate in (gate for gate in KERAS.gates if gate is not Gate.FORGET):
        found = f"the forget bias was added to gate {gate.value} instead of f"
        remedy = f"take {forget_bias!r} from gate {gate.value} and add it to gate f"
        yield from _add((Mistake(f"forget_bias_on:{gate.value}", found, remedy),), {gate: forget_bias}, bias, target)
    yield from _add((_on_all(forget_bias),), dict.fromkeys(KERAS.gates, forget_bias), bias, target)


def _on_all(forget_bias: float) -> Mistake:
    remedy = f"take {forget_bias!r} from gates i, c and o"
    return Mistake("forget_bias_on_all", "the forget bias was added to all gates", remedy)


def _of_another_size(bias: Array, target: Array, declared: float) -> Iterator[Base]:
    """List the constants by which a quarter of the target differs from the export's forget quarter."""
    forget = TF1.quarter(Gate.FORGET)
    source = np.split(bias[0], 4)[forget]
    for quarter in np.split(target[0], 4):
        constant = _constant(source, quarter)
        if constant is None or any(_is_near(source, constant, other) for other in (0.0, declared, 2 * declared)):
            continue
        # The very numbers of the target, because the constant is known only as exactly as they were printed.
        rows = bias.copy()
        np.split(rows[0], 4)[forget][:] = quarter
        found = f"the forget bias is {constant!r} instead of {declared!r}"
        remedy = f"convert again, with a forget bias of {constant!r} where the cell was trained with it"
        yield Base((Mistake("forget_bias_size", found, remedy),), rows)
        if len(source) == 1:
            yield Base((Mistake("edited", "its one forget cell was edited", "convert the export again"),), rows)


def _on_any_gates(bias: Array, target: Array, declared: float) -> Iterator[Base]:
    """Find the constants that were added to gates beyond what is right; a gate of one cell would fit any."""
    rows, beyond = bias.copy(), dict[Gate, float]()
    if rows.shape[1] == len(TF1.gates):
        return
    for gate, numbers in zip(TF1.gates, np.split(rows[0], 4), strict=True):
        right = declared if gate is Gate.FORGET else 0.0
        if found := _gate_with_constant(gate, numbers, target):
            constant, quarter = found
            if not _is_near(numbers, constant, right):
                beyond[gate] = float(f"{constant - right:.6g}")
            numbers[:] = quarter
        else:
            numbers[:] = numbers + right
    if beyond.keys() - {Gate.FORGET}:
        yield Base(tuple(_constants(beyond, declared)), rows)


def _gate_with_constant(gate: Gate, source: Array, target: Array) -> tuple[float, Array] | None:
    """Give the constant by which a gate is off in the target, and its numbers there, in its own place before others."""
    quarters = np.split(target[0], 4)
    own = KERAS.quarter(gate)
    for quarter in [quarters[own], *quarters[:own], *quarters[own + 1 :]]:
        if (constant := _constant(source, quarter)) is not None:
            return constant, quarter
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


def _constants(beyond: dict[Gate, float], declared: float) -> Iterator[Mistake]:
    """Name the constants that were added beyond what is right, each once with all its gates."""
    for constant in dict.fromkeys(beyond.values()):
        gates = [gate.value for gate in KERAS.gates if beyond.get(gate) == constant]
        if gates == [Gate.FORGET.value]:
            there = float(f"{declared + constant:.6g}")
            found, remedy = f"the forget bias is {there!r} instead of {declared!r}", f"make it {declared!r}"
            yield Mistake("forget_bias_size" if there else "forget_bias_missing", found, remedy)
        elif constant == declared and len(gates) == len(KERAS.gates) - 1:
            yield _on_all(declared)
        else:
            *others, last = gates
            where = f"gates {', '.join(others)} and {last}" if others else f"gate {last}"
            where = "all gates" if len(gates) == len(KERAS.gates) else where
            found, remedy = f"the constant {constant!r} was added to {where}", f"take {constant!r} from {where}"
            yield Mistake(f"constant_on:{''.join(gates)}", found, remedy)


def _add(mistakes: tuple[Mistake, ...], by_gate: dict[Gate, float], bias: Array, target: Array) -> Iterator[Base]:
    added = np.repeat([by_gate.get(gate, 0.0) for gate in TF1.gates], bias.shape[1] // 4)
    terms = (bias, added[None]) if added.any() else None
    for sums in forget_sums(bias, added):
        rows = np.where(added, _as_printed(sums, target), sums)
        yield Base(mistakes, rows, first_row=0, terms=terms)
        # The terms are the same for all ways to add them.
        terms = None


def _as_printed(sums: Array, target: Array) -> Array:
    """Take the target's own number where one of its quarters holds a sum as it is printed."""
    seen = sums.copy()
    for quarter in np.split(target, 4, 1):
        printed = np.tile(quarter, 4)
        seen = np.where(printed_from(sums, printed), printed, seen)
    return seen


def forget_sums(bias: Array, added: Array | float) -> list[Array]:
    """Give bias plus forget bias in the ways that people compute it, as float64.

    >>> [float(one) for one in forget_sums(np.array(0.1), 0.3)]
    [0.4, 0.4000000059604645, 0.4000000014901161]
    """
    single = bias.astype(np.float32)
    sums = bias + added, single + np.asarray(added, np.float32), single.astype(np.float64) + added
    return [np.asarray(one, np.float64) for one in sums]


def _cut(kernel: Array, rows: range) -> Array:
    return kernel[rows.start : rows.stop]


def _turn_gates(rows: Array, hidden_size: int) -> Array:
    return rows.reshape(hidden_size, 4, hidden_size).transpose(2, 1, 0).reshape(rows.shape)


def _transposed(part: str) -> Mistake:
    return Mistake(f"transposed:{part}", f"{part} is transposed", "turn it")


def _transposed_gates(part: str) -> Mistake:
    return Mistake(f"transposed_gates:{part}", f"{part} is transposed gate by gate", "turn each quarter")


def _copied(part: str) -> Mistake:
    other = KERNELS[part == "kernel"]
    return Mistake(f"copied:{part}", f"{part}.csv is a copy of {other}.csv", f"save {part} under its own name")


def _split(sizes: Sizes) -> Mistake:
    d, h = sizes
    found = f"the rows were split at the wrong end: the first {h} were taken as hidden rows, the last {d} as input rows"
    return Mistake("split", found, f"split behind row {d}, as the {d} input rows come first")


def _whole(sizes: Sizes) -> Mistake:
    found = f"the {sizes.rows} rows of the export were not split"
    return Mistake("not_split", found, f"split behind row {sizes.input_size}")


def wrong_quarter(gate: Gate, base: Base, source: Gate) -> Mistake:
    """Name a quarter that holds another gate, or the right one changed, while the others may be right."""
    changed = " and ".join(mistake.found for mistake in base.mistakes)
    what = f"what belongs to gate {source.value}" if source is not gate else "its own gate's numbers"
    found = f"gate {gate.value} holds {what}{', but ' + changed if changed else ''}"
    return Mistake("quarter", found, "convert the export again")
