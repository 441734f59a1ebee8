"""The plan: which cells of which file become which cells of which other file, from any layout to any other.

It is the one place that knows where a number goes; what converts, checks, explains, audits or shows weights reads it.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from ..errors import CsvLstmError
from .arrays import AnySizes, Array, Layout, Operand, Span
from .entries import LAYOUTS
from .gates import Gate


class Move(NamedTuple):
    """One block of the target: the weights of an operand for a gate (None for a projection), and where they come from.

    `sources` are the blocks that it is made of: one is moved, two are added up, none leaves a constant. `added` are the
    constants that the block gains; those of the forget bias are listed where they are 0, too, and then add nothing.
    `turned` says that rows of the source are columns of the target.
    """

    operand: Operand
    gate: Gate | None
    sources: tuple[Span, ...]
    added: tuple[float, ...]
    target: Span
    turned: bool = False

    @property
    def constants(self) -> tuple[float, ...]:
        """The constants that change a sum: a zero is not added, because 0.0 + -0.0 is another number than -0.0."""
        return tuple(constant for constant in self.added if constant)

    @property
    def is_moved(self) -> bool:
        """Whether its cells are those of one source, character for character."""
        return len(self.sources) == 1 and not self.constants

    @property
    def gains_forget_bias(self) -> bool:
        """Whether the block makes up for what one of the two cells adds to its forget gate at run time."""
        return bool(self.added)


class Plan(NamedTuple):
    """How the weights of one cell get from one layout into another; `moves` fill the target's arrays one by one."""

    source: Layout
    target: Layout
    sizes: AnySizes
    moves: list[Move]

    def into(self, array: str) -> list[Move]:
        """Give the moves that fill an array of the target."""
        return [move for move in self.moves if move.target.array == array]

    def target_bands(self, array: str) -> list[list[Move]]:
        """Give the moves that fill an array, those of the same rows together: a band is as wide as its array.

        The bands come from the first row down, the moves of each from the first column on.
        """
        return _bands((move.target, move) for move in self.into(array))

    def source_bands(self, array: str) -> list[list[Move]]:
        """Give the moves that take from an array, those of the same rows together, in the order of its columns."""
        return _bands((span, move) for move in self.moves for span in move.sources if span.array == array)


def plan(
    source: Layout,
    target: Layout,
    sizes: AnySizes,
    forget_bias: float | None = None,
    target_forget_bias: float | None = None,
) -> Plan:
    """Plan the moves that fill the arrays of the target, in the order in which their blocks stand.

    `forget_bias` is what the source cell adds to its forget gate, None for the default of its framework;
    `target_forget_bias` is what the target cell will be built with, None for 0 where that is an argument.

    Raises CsvLstmError where the source has weights that the target has no place for, or the other way round, and where
    a forget bias is declared for a cell that has none.

    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.layouts.entries import KERAS, TF1
    >>> for move in plan(TF1, KERAS, Sizes(3, 5), 1.0).into("bias")[:2]:
    ...     print(move.gate.value, move.sources[0].columns, move.target.columns, move.added)
    i range(0, 5) range(0, 5) ()
    f range(10, 15) range(5, 10) (1.0,)
    """
    gained = _gained(source, target, forget_bias, target_forget_bias)
    _refuse(source, target, gained)
    moves = [
        _move(source, target, array, operand, gate, sizes, gained)
        for array in target.arrays
        for operand, gate in array.blocks
    ]
    return Plan(source, target, sizes, moves)


def _bands(blocks: Iterable[tuple[Span, Move]]) -> list[list[Move]]:
    in_order = sorted(blocks, key=lambda block: (block[0].rows.start, block[0].columns.start))
    return [[move for _, move in band] for _, band in groupby(in_order, key=lambda block: block[0].rows)]


def _move(
    source: Layout,
    target: Layout,
    array: Array,
    operand: Operand,
    gate: Gate | None,
    sizes: AnySizes,
    gained: tuple[float, ...],
) -> Move:
    last = operand in target.biases[-1:]
    taken = [one for one in source.operands if one is operand or (last and one in _left_over(source, target))]
    arrays = [source.array_of(one, gate) for one in taken]
    return Move(
        operand,
        gate,
        tuple(one.span(of, gate, sizes) for one, of in zip(arrays, taken, strict=True)),
        gained if last and gate is Gate.FORGET else (),
        array.span(operand, gate, sizes),
        turned=not array.is_vector and any(one.gates_along != array.gates_along for one in arrays),
    )


def _left_over(source: Layout, target: Layout) -> list[Operand]:
    """List the biases of the source that the target does not keep apart: its last bias takes them in."""
    return [bias for bias in source.biases if bias not in target.biases]


def _gained(
    source: Layout, target: Layout, forget_bias: float | None, target_forget_bias: float | None
) -> tuple[float, ...]:
    """List what the forget gate gains: what the source adds at run time, less what the target will add."""
    there, here = run_time_forget_bias(source, forget_bias), run_time_forget_bias(target, target_forget_bias)
    if target.forget_bias_is_argument and target_forget_bias is None:
        here = 0.0
    if not (source.adds_forget_bias or target.adds_forget_bias):
        return ()
    return (there,) if here == 0 else (0.0,) if there == here else (there, -here)


def run_time_forget_bias(layout: Layout, declared: float | None) -> float:
    """Give what a cell adds to its forget gate at run time; raises CsvLstmError where it cannot be what is declared."""
    if declared is None or layout.forget_bias_is_argument:
        return layout.forget_bias if declared is None else declared
    if declared != layout.forget_bias:
        found = f"a forget bias of {declared!r} is declared for {layout.framework}"
        raise CsvLstmError(found, expected=f"{layout.forget_bias!r}, the only one that its cell can have")
    return declared


EXTRAS = {Operand.PEEPHOLE: "peepholes", Operand.PROJECTION: "a projection"}
"""What only some cells have, in words."""


def which_could(operand: Operand) -> str:
    """Say which layouts have a place for peepholes, or for a projection."""
    able = [layout for layout in LAYOUTS.values() if layout.offered and operand in layout.with_extras(operand).operands]
    return f"{' and '.join(layout.framework for layout in able)} have a place for {EXTRAS[operand]}"


def _refuse(source: Layout, target: Layout, gained: tuple[float, ...]) -> None:
    for operand, words in EXTRAS.items():
        if operand in source.operands and operand not in target.operands:
            found = f"the cell has {words}, for which {target.framework} has no place"
            raise CsvLstmError(found, advice=which_could(operand))
    if Operand.PROJECTION in target.operands and Operand.PROJECTION not in source.operands:
        found = f"{target.framework} is to have a projection, and the cell of {source.framework} has none"
        raise CsvLstmError(found, expected="both with a projection or both without")
    if not target.biases and (source.biases or any(gained)):
        found = f"{target.framework} is to have no bias, and the cell of {source.framework} has one"
        raise CsvLstmError(found, expected="both with a bias or both without")
