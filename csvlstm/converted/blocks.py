"""The moves of a plan carried out, on numbers and on text: any layout to any other, matrices as they are."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import numpy as np

from ..errors import CsvLstmError, Place
from ..layouts.arrays import Span
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..reading.edges import Edges, joined
from ..reading.tables import Table


def block_values(move: Move, values: Mapping[str, Array]) -> Array:
    """Give the numbers of a block of the target from the source's arrays [rows, columns]; what is moved is a view.

    A sum is taken in float64 or better and rounded once, and is infinite where it is beyond that.

    >>> from csvlstm.layouts.gates import Sizes
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
    # What holds constants alone is like all the others.
    dtypes = dtypes or {array.dtype for array in values.values()}
    # One dtype stays as it is, because the byte order of a common one would be the machine's.
    dtype = dtypes.pop() if len(dtypes) == 1 else np.result_type(*dtypes)
    made = np.empty(plan.target.array(array).shape(plan.sizes), dtype)
    for move in moves:
        with np.errstate(over="ignore"):
            move.target.cut(made)[...] = block_values(move, values)
    return made


class Mosaic:
    """A matrix made of views, of which a reference needs products alone: to copy a large matrix takes long.

    >>> halves = Mosaic([(range(2), range(1), np.ones((2, 1))), (range(2), range(1, 3), np.eye(2))])
    >>> np.array([[1.0, 2.0]]) @ halves, np.array([[1.0, 2.0, 3.0]]) @ halves.T
    (array([[3., 1., 2.]]), array([[3., 4.]]))
    """

    # So that numpy leaves x @ mosaic to it.
    __array_ufunc__ = None

    def __init__(self, pieces: list[tuple[range, range, Array]]) -> None:
        self._pieces = pieces

    @property
    def T(self) -> "Mosaic":  # noqa: N802
        """Its transpose."""
        return Mosaic([(columns, rows, piece.T) for rows, columns, piece in self._pieces])

    def __rmatmul__(self, x: Array) -> Array:
        """Compute x @ matrix."""
        product: Array = np.zeros((len(x), max(columns.stop for _, columns, _ in self._pieces)))
        for rows, columns, piece in self._pieces:
            product[:, columns.start : columns.stop] += x[:, rows.start : rows.stop] @ piece
        return product


def put_together(plan: Plan, blocks: Mapping[Span, Array]) -> dict[str, Array]:
    """Put the arrays of the target together from the numbers of their blocks; matrices are mosaics of them."""
    made: dict[str, Array] = {}
    for array in plan.target.arrays:
        pieces = [(move.target.rows, move.target.columns, blocks[move.target]) for move in plan.into(array.name)]
        if array.is_vector:
            made[array.name] = np.concatenate([piece for _, _, piece in pieces], axis=1)
        else:
            # The references multiply with it, and ask no more of it.
            made[array.name] = cast(Array, Mosaic(pieces))
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
    written = [[repr(number).encode() for number in row] for row in sums.tolist()]
    if len(move.sources) > 1 and not move.constants:
        _keep_texts(written, move, tables)
    return [b",".join(row) for row in written]


def _keep_texts(written: list[list[bytes]], move: Move, tables: Mapping[str, Table]) -> None:
    """Take a cell as it is written where all that is added to it is 0."""
    for span in move.sources:
        others = [one for one in move.sources if one is not span]
        alone = np.all([one.cut(tables[one.array].values) == 0 for one in others], axis=0)
        for row, (text, keep) in enumerate(zip(tables[span.array].edges.rows(span), alone.tolist(), strict=True)):
            cells = text.split(b",")
            written[row] = [cell if kept else old for cell, kept, old in zip(cells, keep, written[row], strict=True)]


def _beyond(move: Move, tables: Mapping[str, Table]) -> CsvLstmError:
    addends = ["a bias", "another bias"][: len(move.sources)] + [f"the forget bias {one!r}" for one in move.constants]
    place = Place(tables[move.sources[0].array].name)
    return CsvLstmError(f"{' and '.join(addends)} add up to infinity", place, expected="a finite sum")
