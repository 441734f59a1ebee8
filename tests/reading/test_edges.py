"""Edges: the text of every block, row by row or column by column, and nothing of a text that has another shape."""

from itertools import product

import numpy as np
import pytest

from csvlstm.layouts.arrays import Span
from csvlstm.reading.edges import Edges, found_anew, joined

ROWS, COLUMNS, STEP = 5, 12, 3
CELLS = np.array([f"{number * 7919}.{number}".encode() for number in range(ROWS * COLUMNS)], object).reshape(
    ROWS, COLUMNS
)
TEXT = b"".join(b",".join(row) + b"\n" for row in CELLS)


def edges(text: bytes = TEXT) -> Edges:
    found = found_anew(text, ROWS, COLUMNS, STEP)
    assert found
    return found


def test_every_block_is_found_as_it_lies_and_turned() -> None:
    edge_pairs = product(range(ROWS), range(ROWS + 1), range(0, COLUMNS, STEP), range(0, COLUMNS + 1, STEP))
    for top, bottom, left, right in edge_pairs:
        if top < bottom and left < right:
            span = Span("", range(top, bottom), range(left, right))
            block = CELLS[top:bottom, left:right]
            assert list(edges().rows(span)) == [b",".join(row) for row in block]
            assert list(edges().rows(span, turned=True)) == [b",".join(row) for row in block.T]


def test_blocks_beside_each_other_are_the_line_again() -> None:
    blocks = [edges().rows(Span("", range(ROWS), range(at, at + STEP))) for at in range(0, COLUMNS, STEP)]
    assert list(joined(blocks)) == TEXT.splitlines()


def test_a_row_starts_behind_the_one_before() -> None:
    lines = TEXT.splitlines(keepends=True)
    assert [edges().row_start(row) for row in range(ROWS + 1)] == [
        len(b"".join(lines[:row])) for row in range(ROWS + 1)
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        TEXT[:-1],
        TEXT + TEXT,
        TEXT + b",",
        TEXT + b"1,2\n",
        TEXT.replace(b"\n", b","),
        TEXT[TEXT.index(b"\n") + 1 :],
        TEXT.replace(b",", b"\n", 1).replace(b"\n", b",", 2).replace(b",", b"\n", 1),
        TEXT[TEXT.index(b",") + 1 :],
    ],
    ids=["empty", "blank", "unended", "twice", "comma", "added", "one_line", "row_lost", "shifted", "cell_lost"],
)
def test_a_text_of_another_shape_has_no_edges(text: bytes) -> None:
    assert found_anew(text, ROWS, COLUMNS, STEP) is None
