"""Whether the text of a converted array is the very text of its export, moved."""

from collections.abc import Mapping

from ..layouts.plan import Move, Plan
from ..reading.edges import Edges, found_anew
from ..reading.parsing import Text, release
from ..reading.tables import Export, Table
from .blocks import rows_put_back


def moved_arrays(plan: Plan, export: Export, texts: Mapping[str, Text]) -> set[str]:
    """Name the arrays whose text, put back in the order of the export, is that of the export byte for byte.

    A vector is none of them, because it may be a column. Of arrays that share rows of the export, all must be given.
    """
    edges = {array.name: _edges(plan, array.name, texts) for array in plan.target.arrays if not array.is_vector}
    there = {name: one for name, one in edges.items() if one}
    lost = set(edges) - set(there)
    for array in plan.source.arrays:
        for band in plan.source_bands(array.name) if not array.is_vector else ():
            into = {move.target.array for move in band}
            if not (into <= set(there) and _is_put_back(band, array.name, export.tables[array.name], there)):
                lost |= into
    return set(edges) - lost


def _edges(plan: Plan, array: str, texts: Mapping[str, Text]) -> Edges | None:
    # Found anew, so that a mistake in the edges that the text was moved by cannot hide here.
    if array not in texts:
        return None
    described = plan.target.array(array)
    return found_anew(texts[array], *described.shape(plan.sizes), described.step(plan.sizes))


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
