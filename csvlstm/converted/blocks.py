"""The moves of a plan carried out, on numbers and on text: any layout to any other, matrices as they are."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from ..errors import CsvLstmError, Place
from ..layouts.arrays import Span
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..reading.edges import Edges, joined
from ..reading.tables import Export, Table


class Origin(NamedTuple):
    """What a converted set is made of: an export, and the plan of its moves."""

    plan: Plan
    export: Export


def block_values(move: Move, values: Mapping[str, Array]) -> Array:
    """Give the numbers of a block of the target from the source's arrays [rows, columns]; what is moved is a view.

    A sum is taken in float64 or better and rounded once, and is infinite where it is beyond that.

    >>> from csvlstm.layouts.layout import Sizes
    >>> from csvlstm.layouts.entries import KERAS, TF1
    >>> from csvlstm.layouts.plan import plan
    >>> forget = plan(TF1, KERAS, Sizes(1, 1), 1.0).into("bias")[1]
    >>> block_values(forget, {"bias": np.array([[1.0, 2.0, 3.0, 4.0]])})
    array([[4.]])
    """
    blocks = [span.cut(values[span.array]) for span in move.sources]
    blocks = [block.T for block in blocks] if move.turned else blocks
    if move.is_moved:
        return blocks[0]
    shape = len(move.target.rows), len(move.target.columns)
    return _added_up(blocks, move.constants, shape)


def _added_up(blocks: list[Array], constants: tuple[float, ...], shape: tuple[int, int]) -> Array:
    addends = [block.astype(np.result_type(block, np.float64)) for block in blocks]
    addends += [np.full(shape, constant) for constant in constants]
    if len(addends) > 2:
        # Two would be rounded before the third is added.
        cells = zip(*(addend.ravel().tolist() for addend in addends), strict=True)
        return np.array([math.fsum(cell) for cell in cells]).reshape(shape)
    if not addends:
        return np.zeros(shape)
    with np.errstate(over="ignore"):
        return addends[0] + addends[1] if len(addends) == 2 else addends[0]


def array_values(plan: Plan, array: str, values: Mapping[str, Array]) -> Array:
    """Give an array of the target as a new one, in the dtype of those that it comes from."""
    moves = plan.into(array)
    dtypes = {values[span.array].dtype for move in moves for span in move.sources}
    # One dtype stays as it is, because the byte order of a common one would be the machine's.
    dtype = dtypes.pop() if len(dtypes) == 1 else np.result_type(*dtypes, np.float32)
    made = np.empty(plan.target.array(array).shape(plan.sizes), dtype)
    for move in moves:
        with np.errstate(over="ignore"):
            move.target.cut(made)[...] = block_values(move, values)
    return made


def put_together(plan: Plan, blocks: Mapping[Span, Array]) -> dict[str, Array]:
    """Put the arrays of the target together from the numbers of their blocks."""
    made: dict[str, Array] = {}
    for array in plan.target.arrays:
        made[array.name] = np.empty(array.shape(plan.sizes))
        for move in plan.into(array.name):
            move.target.cut(made[array.name])[...] = blocks[move.target]
    return made


def array_rows(plan: Plan, array: str, tables: Mapping[str, Table]) -> Iterator[bytes]:
    """Give the text of each row of an array of the target; a computed cell is the shortest text that reads back.

    Raises CsvLstmError where a sum is infinite.
    """
    for band in plan.target_bands(array):
        yield from joined(_block_rows(move, tables) for move in band)


def rows_put_back(band: Iterable[Move], texts: Mapping[str, Edges]) -> Iterator[bytes]:
    """Give the rows of a band of the source again, from the texts of the target that it was moved into."""
    return joined(texts[move.target.array].rows(move.target, move.turned) for move in band)


def _block_rows(move: Move, tables: Mapping[str, Table]) -> Iterable[bytes]:
    if move.is_moved:
        (source,) = move.sources
        return tables[source.array].edges.rows(source, move.turned)
    sums = block_values(move, {span.array: tables[span.array].values for span in move.sources})
    if not np.isfinite(sums).all():
        raise _beyond(move, tables)
    return [b",".join(repr(number).encode() for number in row) for row in sums.tolist()]


def _beyond(move: Move, tables: Mapping[str, Table]) -> CsvLstmError:
    addends = ["a bias", "another bias"][: len(move.sources)] + [f"the forget bias {one!r}" for one in move.constants]
    return CsvLstmError(f"{' and '.join(addends)} add up to infinity", Place(tables[move.sources[0].array].name))
