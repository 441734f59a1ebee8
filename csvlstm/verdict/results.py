"""What a comparison finds in one of the 12 blocks, in the names of the reports, and the verdicts in their order."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..layouts.arrays import AnySizes, Array, Span
from ..layouts.plan import Move
from ..reading.shapes import Form, Grid
from ..reading.tables import Table

IDENTICAL, EQUAL_AS_FLOAT32, WITHIN_TOLERANCE, DIFFERENT = LEVELS = (
    "identical",
    "equal_as_float32",
    "within_tolerance",
    "different",
)
"""The verdicts, the strictest first; the worst of its blocks is a layer's."""


class BlockResult(NamedTuple):
    """One block: where it comes from, where it stands, and how both compare; the names are those of the JSON report.

    `differing` counts the cells that miss the next stricter level, `first_source` and `first_target` are the addresses
    of the first of them. `max_difference` is None where the part has another shape.
    """

    part: str
    gate: str
    source_file: str
    source_range: str
    target_file: str
    target_range: str | None
    cells: int
    differing: int
    max_difference: float | None
    first_source: str | None
    first_target: str | None
    verdict: str


class Totals(NamedTuple):
    """The control totals of a block, beside what its comparison found.

    Sums are exact and rounded once; None where one is beyond float64. `expected_difference` is what the forget bias
    adds to the sum. `equal_as_float32` counts the cells that are equal only as float32. `note` says how the cells of
    the source lie in its range where that is no plain rectangle.
    """

    source_sha256: str
    target_sha256: str
    source_sum: float | None
    target_sum: float | None
    expected_difference: float | None
    equal_as_float32: int
    note: str


class Target(NamedTuple):
    """The file that a block is compared in; `form` is None where it has another shape than the block needs."""

    name: str
    form: Form | None


def target_form(array: Array, sizes: AnySizes, is_column: bool, labels: bool = False) -> Form:
    """Give how an array lies in a converted set: as it is, but for a vector that is a column, and labels beside it."""
    rows, columns = array.shape(sizes)
    shape = (columns, 1) if array.is_vector and is_column else (rows, columns)
    return Form(rows, columns, Grid(*shape, header_row=labels, index_column=labels), transposed=False)


def block_result(
    move: Move,
    tables: Mapping[str, Table],
    target: Target,
    differs: NDArray[np.bool_],
    difference: float | None,
    verdict: str,
) -> BlockResult:
    """Put together what was found in a block, with `differs` [rows, columns] of its cells in the target."""
    differing = int(np.count_nonzero(differs))
    first_source = first_target = None
    if differing and target.form:
        row, column = divmod(int(differs.argmax()), differs.shape[1])
        places = [_address(tables[span.array].form, span, row, column, move.turned) for span in move.sources]
        first_source = " + ".join(places)
        first_target = _address(target.form, move.target, row, column)
    return BlockResult(
        move.target.array,
        move.gate.value if move.gate else "",
        " + ".join(dict.fromkeys(tables[span.array].name for span in move.sources)),
        " + ".join(a1_range(tables[span.array].form, span.rows, span.columns) for span in move.sources),
        target.name,
        a1_range(target.form, move.target.rows, move.target.columns) if target.form else None,
        move.target.cells,
        differing,
        difference,
        first_source,
        first_target,
        verdict,
    )


def _address(form: Form, span: Span, row: int, column: int, turned: bool = False) -> str:
    row, column = (column, row) if turned else (row, column)
    return form.place("", span.rows[row], span.columns[column]).address


def a1_range(form: Form, rows: range, columns: range) -> str:
    """Give the A1 range of a block from its first cell to its last, in the file as it lies there.

    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.layouts.entries import KERAS
    >>> a1_range(target_form(KERAS.array("bias"), Sizes(3, 5), is_column=True), range(1), range(5, 10))
    'A6:A10'
    """
    first, last = form.place("", rows[0], columns[0]), form.place("", rows[-1], columns[-1])
    return f"{first.address}:{last.address}"
