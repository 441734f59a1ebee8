"""Heatmaps of weights: each cell in the colour of its gate, the stronger the larger it is; wide matrices are binned.

Where the cells of a block are those of another gate, they have the colour of that gate, so that a wrong order is seen
at a glance; single cells that differ are red.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..converted.blocks import block_values
from ..layouts.arrays import Span
from ..layouts.gates import Gate
from ..layouts.plan import Move, Plan
from ..layouts.references import Array
from ..verdict.comparison import equal_as_float32

Pixels = NDArray[np.uint8]

COLOURS: dict[Gate | None, tuple[int, int, int]] = {
    Gate.INPUT: (31, 119, 210),
    Gate.FORGET: (44, 150, 60),
    Gate.CANDIDATE: (235, 125, 20),
    Gate.OUTPUT: (130, 85, 190),
    # What has no gate: a projection.
    None: (90, 140, 150),
}
NOBODYS = (128, 128, 128)
"""The colour of a block that is none of the export's."""

DIFFERS = (200, 0, 0)
_WIDEST, _HIGHEST = 640, 320
_FAINTEST = 0.12


class Heatmap(NamedTuple):
    """A picture as PNG, and how many cells [rows, columns] it shows."""

    title: str
    png: bytes
    shape: tuple[int, int]
    binned: bool


def png(pixels: Pixels) -> bytes:
    r"""Encode pixels [height, width, red green blue alpha] as PNG.

    Source of the format: https://www.w3.org/TR/png-3/

    >>> png(np.zeros((2, 3, 4), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    height, width, _ = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    # Each line begins with its filter: none.
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def before(plan: Plan, part: str, values: Mapping[str, Array]) -> list[Heatmap]:
    """Draw the cells of the source that a part of the target is made of, in the order of their files."""
    moves = plan.into(part)
    arrays = dict.fromkeys(span.array for move in moves for span in move.sources)
    pictures = []
    for array in arrays:
        blocks = [(span, move) for move in moves for span in move.sources if span.array == array]
        frame = _frame(array, [span for span, _ in blocks])
        pixels = [_Block(_within(span, frame), COLOURS[move.gate], COLOURS[move.gate]) for span, move in blocks]
        pictures.append(_draw(array, frame.cut(values[array]), pixels))
    return pictures


def after(plan: Plan, part: str, values: Mapping[str, Array], found: Array) -> Heatmap:
    """Draw a part [rows, columns] of the target as it was found, each block in the colour of the gate that it is of."""
    moves = plan.into(part)
    if found.shape != plan.target.array(part).shape(plan.sizes):
        everything = Span(part, range(found.shape[0]), range(found.shape[1]))
        return _draw(part, found, [_Block(everything, NOBODYS, NOBODYS)])
    made = {move: block_values(move, values) for move in moves}
    blocks, differs = [], np.zeros(found.shape, np.bool_)
    for move in moves:
        cells = move.target.cut(found)
        origin = _origin(cells, move, made)
        blocks.append(_Block(move.target, NOBODYS if origin is None else COLOURS[origin.gate], COLOURS[move.gate]))
        if origin is move:
            move.target.cut(differs)[...] = ~_equal(made[move], cells)
    return _draw(part, found, blocks, differs)


def _origin(cells: Array, move: Move, made: Mapping[Move, Array]) -> Move | None:
    """Find the block that most of the cells are of, the right one first; None where they are of none."""
    candidates = [move, *(other for other in made if made[other].shape == cells.shape and other is not move)]
    return next((one for one in candidates if np.mean(_equal(made[one], cells)) > 0.5), None)


def _equal(expected: Array, found: Array) -> NDArray[np.bool_]:
    with np.errstate(over="ignore", invalid="ignore"):
        equal: NDArray[np.bool_] = (expected == found) | equal_as_float32(expected, found).astype(np.bool_)
    return equal


class _Block(NamedTuple):
    """A rectangle of a picture, its colour, and the one that the layout declares for it, which is a stripe above."""

    span: Span
    colour: tuple[int, int, int]
    declared: tuple[int, int, int]


def _frame(array: str, spans: Sequence[Span]) -> Span:
    rows = min(span.rows.start for span in spans), max(span.rows.stop for span in spans)
    columns = min(span.columns.start for span in spans), max(span.columns.stop for span in spans)
    return Span(array, range(*rows), range(*columns))


def _within(span: Span, frame: Span) -> Span:
    top, left = frame.rows.start, frame.columns.start
    rows, columns = span.rows, span.columns
    return Span(span.array, range(rows.start - top, rows.stop - top), range(columns.start - left, columns.stop - left))


def _draw(title: str, values: Array, blocks: Sequence[_Block], differs: NDArray[np.bool_] | None = None) -> Heatmap:
    """Draw values [rows, columns] in the colours of their blocks, below a stripe of the declared colours."""
    down = _bins(values.shape[0], [block.span.rows for block in blocks], _HIGHEST)
    right = _bins(values.shape[1], [block.span.columns for block in blocks], _WIDEST)
    largest = float(np.max(np.abs(values))) or 1.0
    strength = _FAINTEST + (1 - _FAINTEST) * _binned(np.abs(values), down, right) / largest
    colours, declared = (np.full((len(down), len(right), 3), NOBODYS, np.uint8) for _ in range(2))
    for block in blocks:
        rows, columns = (_part_of(bins, span) for bins, span in ((down, block.span.rows), (right, block.span.columns)))
        colours[rows, columns], declared[rows, columns] = block.colour, block.declared
    if differs is not None:
        wrong = _binned(differs, down, right).astype(np.bool_)
        colours[wrong], strength[wrong] = DIFFERS, 1.0
    pixels = np.concatenate([colours, (255 * strength).astype(np.uint8)[..., None]], axis=2)
    picture = _with_stripes(pixels, declared)
    return Heatmap(title, png(picture), values.shape[:2], (len(down), len(right)) != values.shape)


def _with_stripes(pixels: Pixels, declared: Pixels) -> Pixels:
    """Put the declared colours beside the pixels: above them, or on their left where the gates lie along the rows."""
    along_rows = bool((declared[0] == declared[0, 0]).all()) and not bool((declared == declared[0, 0]).all())
    edge = declared[:, :1] if along_rows else declared[:1]
    opaque = np.concatenate([edge, np.full((*edge.shape[:2], 1), 255, np.uint8)], axis=2)
    gap = np.zeros_like(opaque)
    return np.concatenate([opaque, gap, pixels], axis=1 if along_rows else 0)


def _bins(length: int, spans: Sequence[range], most: int) -> NDArray[np.intp]:
    """Give where bins of lines begin: so many at most, or a few more, as none lies across two blocks."""
    edges = sorted({0, length, *(edge for span in spans for edge in (span.start, span.stop))})
    starts = [
        np.linspace(start, stop, min(stop - start, -(-most * (stop - start) // length)), endpoint=False).astype(np.intp)
        for start, stop in pairwise(edges)
    ]
    return np.concatenate(starts)


def _binned(values: NDArray[np.float64] | NDArray[np.bool_], down: NDArray[np.intp], right: NDArray[np.intp]) -> Array:
    """Give the largest value of each bin."""
    largest: Array = np.maximum.reduceat(np.maximum.reduceat(values, down, axis=0), right, axis=1)
    return largest


def _part_of(bins: NDArray[np.intp], span: range) -> slice:
    return slice(int(np.searchsorted(bins, span.start)), int(np.searchsorted(bins, span.stop)))
