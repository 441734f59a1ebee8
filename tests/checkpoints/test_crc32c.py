"""The checksum is Google's, at every length around the edges of words and rows."""

import google_crc32c
import numpy as np
import pytest

from csvlstm.checkpoints.crc32c import crc32c

ROW = 4 << 16
LENGTHS = [*range(70), 255, 256, 257, 4095, 4096, 4097, ROW - 1, ROW, ROW + 1, ROW + 5, 2 * ROW, 3 * ROW + 77]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_checksum_is_that_of_google(length: int) -> None:
    data = np.random.default_rng(length).bytes(length)
    assert crc32c(data) == google_crc32c.value(data)


def test_zeros_and_ones_count_too() -> None:
    # A remainder from a state of 0 would not tell how many zeros there are in front.
    for data in (bytes(7), bytes(8), b"\xff" * 8, bytes(ROW + 4), b"\xff" * (ROW + 4)):
        assert crc32c(data) == google_crc32c.value(data)


def test_a_part_of_a_buffer_has_the_checksum_of_its_bytes() -> None:
    data = np.random.default_rng(1).bytes(1001)
    assert crc32c(memoryview(data)[3:998]) == google_crc32c.value(data[3:998])
