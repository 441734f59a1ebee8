"""Where cells stand in a text, and whether they are those of weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.reading import scanning as scans
from csvlstm.reading.scanning import count_lines, every_separator, separators
from tests.seeds import examples

BYTES_OF_WEIGHTS = b"0123456789+-.eE/,\n"

seeded = examples(200)


def naive_separators(text: bytes, cells_per_line: int, every: int) -> list[int] | None:
    """Walk through the lines and their cells, and note where each cell ends."""
    places: list[int] = []
    for line in text.split(b"\n")[:-1]:
        if line.count(b",") != cells_per_line - 1:
            return None
        for cell in line.split(b","):
            places.append((places[-1] + 1 if places else 0) + len(cell))
    return places[every - 1 :: every] if all(byte in BYTES_OF_WEIGHTS for byte in text) else None


def found_separators(text: bytes, cells_per_line: int, every: int) -> list[int] | None:
    found = separators(text, cells_per_line, every)
    return None if found is None else found.tolist()


def random_text(rows: int, columns: int, seed: int = 0) -> bytes:
    """Make lines of weights that are all different and of all lengths."""
    draw = np.random.default_rng(seed)
    weights = draw.standard_normal((rows, columns)) * 10.0 ** draw.integers(-9, 9, (rows, columns))
    digits = draw.integers(1, 19, (rows, columns))
    lines = ([f"{w:.{d}g}" for w, d in zip(*row, strict=True)] for row in zip(weights, digits, strict=True))
    return "".join(",".join(line) + "\n" for line in lines).encode()


@contextmanager
def scanning(size: int) -> Iterator[None]:
    """Look at `size` bytes in one go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scans, "_SCAN", size)
        yield


LAYOUTS = [(8, 20, 5), (8, 20, 20), (20, 8, 1), (160, 1, 5), (160, 1, 20), (1, 160, 5), (6, 7, 3), (5, 4, 6)]
"""Lines, cells in a line, and every how many separators are asked for: matrices, flat ones, and odd ones."""

each_layout = pytest.mark.parametrize(
    ("lines", "cells", "every"), LAYOUTS, ids=[f"{n}x{m} every {k}" for n, m, k in LAYOUTS]
)


@each_layout
def test_every_kth_separator_is_found_wherever_the_scans_meet(lines: int, cells: int, every: int) -> None:
    text = random_text(lines, cells)
    expected = naive_separators(text, cells, every)
    for size in range(1, 80):
        with scanning(size):
            assert found_separators(text, cells, every) == expected


@each_layout
def test_long_texts_are_scanned_in_pieces_without_a_seam(lines: int, cells: int, every: int) -> None:
    # A first cell that grows pushes every kind of byte over the borders.
    rest = random_text(lines * (13_000 // (lines * cells)), cells)
    size = 1 << 16
    assert len(rest) > 2 * size
    for shift in range(0, 25, 3):
        text = b"0." + shift * b"1" + rest[rest.index(b"," if cells > 1 else b"\n") :]
        with scanning(size):
            assert found_separators(text, cells, every) == naive_separators(text, cells, every)


WIDE = [(9, 4 * 160, 160), (7, 4 * 129, 129), (3, 4 * 1000, 1000), (12 * 160, 1, 160), (1, 12 * 160, 160)]
"""Texts of which so few separators are asked for that they are counted in blocks."""


@pytest.mark.parametrize(("lines", "cells", "every"), WIDE, ids=str)
@pytest.mark.parametrize("size", [256, 768, 1 << 17])
def test_few_separators_are_found_among_many(lines: int, cells: int, every: int, size: int) -> None:
    long, short = random_text(lines, cells), b"".join(b",".join([b"7"] * cells) + b"\n" for _ in range(lines))
    for text in (long, short):
        for shift in range(0, 140, 46):
            shifted = b"0." + shift * b"1" + text[1:].lstrip(b"0123456789.-+e")
            with scanning(size):
                assert found_separators(shifted, cells, every) == naive_separators(shifted, cells, every)
                assert every_separator(shifted, every)[0].tolist() == naive_separators(shifted, cells, every)


@pytest.mark.parametrize("text", [768 * b",", 767 * b"," + b"\n", 768 * b"\n", 256 * b"1" + 512 * b","], ids=len)
def test_nothing_but_separators_is_counted_right(text: bytes) -> None:
    with scanning(256):
        assert every_separator(text, 300)[0].tolist() == [at for at, byte in enumerate(text) if byte < 45][299::300]


@pytest.mark.parametrize("inserted", [b",", b"\n", b"x", b" "], ids=repr)
def test_one_byte_too_many_in_a_wide_text_is_seen(inserted: bytes) -> None:
    text = random_text(4, 4 * 130)
    for at in range(0, len(text) - 1, 201):
        changed = edited(text, at, inserted)
        with scanning(256):
            assert found_separators(changed, 4 * 130, 130) == naive_separators(changed, 4 * 130, 130)


def edited(text: bytes, at: int, inserted: bytes) -> bytes:
    return text[:at] + inserted + text[at:]


@pytest.mark.parametrize(
    "inserted", [b",", b"\n", b";", b" ", b"x", b"E", b"/", b"\0", b"\xe2\x88\x92", b'"'], ids=repr
)
@pytest.mark.parametrize(("cells", "every"), [(20, 5), (1, 5), (160, 5)], ids=["matrix", "column", "row"])
def test_one_byte_too_many_is_judged_as_the_naive_reader_does(inserted: bytes, cells: int, every: int) -> None:
    text = random_text(160 // cells, cells)
    for at in range(0, len(text) - 1, 41):
        changed = edited(text, at, inserted)
        with scanning(31):
            assert found_separators(changed, cells, every) == naive_separators(changed, cells, every)


@seeded
@given(
    text=st.lists(st.sampled_from(["1", "-2.5", ",", "\n", "e", "", "x"]), max_size=40).map("".join),
    cells=st.integers(1, 6),
    every=st.integers(1, 9),
    size=st.integers(1, 12),
)
def test_ragged_and_foreign_texts_are_told_as_the_naive_reader_does(
    text: str, cells: int, every: int, size: int
) -> None:
    whole = text.encode() + b"\n"
    with scanning(size):
        assert found_separators(whole, cells, every) == naive_separators(whole, cells, every)


def test_a_short_line_is_not_made_good_by_a_long_one() -> None:
    assert separators(b"1,2,3\n4,5\n6,7,8,9\n", 3, 3) is None


def test_lines_of_half_the_cells_are_not_taken_for_whole_ones() -> None:
    assert separators(b"1,2\n3,4\n", 4, 4) is None


@pytest.mark.parametrize("every", [1, 2, 5, 20, 21])
def test_every_separator_of_any_text_is_found(every: int) -> None:
    text = b"names,of;cells\n,,\n" + random_text(7, 3)
    expected = [at for at, byte in enumerate(text) if chr(byte) in ",\n"][every - 1 :: every]
    for size in (1, 7, 31, 1 << 17):
        with scanning(size):
            found, lines = every_separator(text, every)
            assert (found.tolist(), lines) == (expected, text.count(b"\n"))


@pytest.mark.parametrize("text", [b"", b"1", b"\n", b"1,2\n3,4\n", b"1\n\n\n2"], ids=repr)
def test_lines_are_counted_by_their_newlines(text: bytes) -> None:
    with scanning(2):
        assert count_lines(text) == text.count(b"\n")
