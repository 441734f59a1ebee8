"""Whether the text of a converted array is the very text of its export, moved."""

from collections.abc import Mapping

from ..layouts.arrays import Array
from ..layouts.plan import Move, Plan
from ..reading.edges import Edges, found_anew
from ..reading.scanning import Text, release
from ..reading.tables import Table, WeightSet
from .blocks import rows_put_back


def moved_arrays(plan: Plan, export: WeightSet, texts: Mapping[str, Edges | None]) -> set[str]:
    """Name the arrays whose text, put back in the order of the export, is that of the export byte for byte.

    None stands for a text that has another shape. A vector is none of them, because it may be a column. Of arrays that
    share rows of the export, all must be given.
    """
    matrices = {array.name: array for array in plan.target.arrays if not array.is_vector}
    there = {name: one for name, one in texts.items() if one and name in matrices and _fits(one, matrices[name], plan)}
    lost = set(matrices) - set(there)
    for array in plan.source.arrays:
        for band in plan.source_bands(array.name) if not array.is_vector else ():
            into = {move.target.array for move in band}
            if not (into <= set(there) and _is_put_back(band, array.name, export.tables[array.name], there)):
                lost |= into
    return set(matrices) - lost


def edges_found_anew(plan: Plan, texts: Mapping[str, Text]) -> dict[str, Edges | None]:
    """Find the edges of the matrices of the target in their texts, so that no mistake in those moved by hides there."""
    matrices = (array for array in plan.target.arrays if not array.is_vector and array.name in texts)
    return {
        array.name: found_anew(texts[array.name], *array.shape(plan.sizes), array.step(plan.sizes))
        for array in matrices
    }


def _fits(edges: Edges, array: Array, plan: Plan) -> bool:
    rows, columns = array.shape(plan.sizes)
    return edges.step == array.step(plan.sizes) and edges.ends.shape == (rows, columns // edges.step)


def _is_put_back(band: list[Move], array: str, table: Table, edges: Mapping[str, Edges]) -> bool:
    """Tell whether the rows of a band, put back, are those of the export."""
    rows = next(span.rows for span in band[0].sources if span.array == array)
    at, end = (table.edges.row_start(row) for row in (rows.start, rows.stop))
    for row in rows_put_back(band, edges):
        if not (table.text.startswith(row, at) and table.text.startswith(b"\n", at + len(row))):
            return False
        at += len(row) + 1
    for name in {move.target.array for move in band}:
        release(edges[name].text)
    return at == end
