"""What cramjam, which shares nothing with csvlstm, compresses is uncompressed; what is damaged is refused."""

from contextlib import suppress

import cramjam
import numpy as np
import pytest

from csvlstm.checkpoints.snappy import uncompress
from csvlstm.checkpoints.wire import DamageError
from tests.seeds import SEED, amounts


def samples() -> dict[str, bytes]:
    draw = np.random.default_rng(17)
    numbers = draw.standard_normal(5000).astype("f4")
    pruned = np.where(draw.random(30000) < 0.9, 0, draw.standard_normal(30000)).astype("f4")
    return {
        "nothing": b"",
        "one byte": b"a",
        "zeros": bytes(300_000),
        "a short pattern": b"ab" * 1000 + b"c",
        "float noise": numbers.tobytes(),
        "pruned": pruned.tobytes(),
        "names": b"".join(b"rnn/multi_rnn_cell/cell_%d/lstm_cell/kernel" % k for k in range(500)),
        "far copies": numbers.tobytes() * 5,
    }


@pytest.mark.parametrize("data", samples().values(), ids=samples().keys())
def test_what_was_compressed_comes_back(data: bytes) -> None:
    assert uncompress(memoryview(bytes(cramjam.snappy.compress_raw(data)))) == data


@amounts(100, 20_000)
def test_damage_is_refused_or_gives_as_many_bytes_as_it_claims(count: int) -> None:
    draw = np.random.default_rng(SEED)
    whole = bytes(cramjam.snappy.compress_raw(b"kernel, bias, " * 40 + draw.bytes(50)))
    for _ in range(count):
        compressed = bytearray(whole)
        for place in draw.integers(2, len(compressed), 3):
            compressed[place] ^= 1 << int(draw.integers(8))
        with suppress(DamageError):
            assert len(uncompress(memoryview(compressed))) == 610


def test_a_claim_of_more_than_it_can_have_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(DamageError, match="claims more bytes than it can have"):
        uncompress(memoryview(b"\xff\xff\xff\xff\x0f\x00a"))
