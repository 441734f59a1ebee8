"""Tensors and their parts: what a few bytes claim is bounded before anything is allocated."""

import numpy as np
import pytest

from csvlstm.checkpoints.slices import Extent, Slice, put_together, slice_key
from csvlstm.checkpoints.tensors import Variable, tensor_proto
from csvlstm.checkpoints.wire import DamageError, Message
from tests.checkpoints.writing import field
from tests.golden_recordings import Array

ONE_AND_A_HALF = np.float32(1.5).tobytes()


def read(data: bytes, variable: Variable, largest: int = 1000) -> Array:
    return tensor_proto(Message(memoryview(data)), variable, largest)


def test_the_last_value_stands_for_all_that_were_left_out() -> None:
    values = read(field(5, np.array([0.25, 1.5], "<f4").tobytes()), Variable("float32", (2, 3)))
    np.testing.assert_array_equal(values, [[0.25, 1.5, 1.5], [1.5, 1.5, 1.5]])
    halves = read(field(13, bytes([0x80, 0x78])), Variable("float16", (2,)))
    np.testing.assert_array_equal(halves, np.full(2, 1.0, "f2"))
    negative = read(field(7, b"\xff" * 9 + b"\x01"), Variable("int32", (2,)))
    np.testing.assert_array_equal(negative, [-1, -1])


CLAIMS = {
    "one value for a huge shape": (field(5, ONE_AND_A_HALF), (10**6, 10**6), "more than the whole file could hold"),
    "no value": (b"", (2,), "has 0 values where its shape needs 2"),
    "more values than the shape has": (field(5, ONE_AND_A_HALF * 3), (2,), "has 3 values where its shape needs 2"),
    "half a value": (field(5, ONE_AND_A_HALF[:3]), (2,), "ends in the midst of a value"),
    "other content": (field(4, ONE_AND_A_HALF), (2,), "has 4 bytes where its shape and type need 8"),
}


@pytest.mark.parametrize(("data", "shape", "said"), CLAIMS.values(), ids=CLAIMS.keys())
def test_a_tensor_that_claims_what_it_has_not_is_refused(data: bytes, shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(DamageError, match=said):
        read(data, Variable("float32", shape))


def part(*extents: tuple[int, int]) -> Slice:
    return tuple(Extent(*extent) for extent in extents)


def test_parts_of_both_dimensions_are_put_together() -> None:
    whole = np.arange(35.0).reshape(5, 7)
    boxes = {
        part((0, 2), (0, -1)): whole[:2],
        part((2, 3), (0, 3)): whole[2:, :3],
        part((2, 3), (3, 4)): whole[2:, 3:],
    }
    together = put_together(Variable("float64", (5, 7)), list(boxes)[::-1], lambda one, size: boxes[one])
    np.testing.assert_array_equal(together, whole)


BROKEN = {
    "they overlap": ([part((0, 2)), part((1, 2))], "its parts do not cover it"),
    "one is missing": ([part((0, 2))], "its parts do not cover it"),
    "outside": ([part((0, 2)), part((3, 2))], "one of its parts lies outside of it"),
    "before its start": ([part((-1, 2)), part((1, 3))], "one of its parts lies outside of it"),
    "another rank": ([part((0, 2), (0, 2))], "one of its parts has another rank"),
}


@pytest.mark.parametrize(("parts", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_parts_that_are_no_whole_are_refused_before_they_are_read(parts: list[Slice], said: str) -> None:
    def none_is_read(one: Slice, size: Variable) -> Array:
        raise AssertionError(one)

    with pytest.raises(DamageError, match=said):
        put_together(Variable("float32", (4,)), parts, none_is_read)


@pytest.mark.parametrize("seed", range(20))
def test_keys_are_ordered_as_the_numbers_that_they_hold(seed: int) -> None:
    draw = np.random.default_rng(seed)
    numbers = sorted({int(sign * draw.integers(2**k)) for k in range(1, 62) for sign in (-1, 1)})
    keys = [slice_key("w", part((number, -1))) for number in numbers]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(numbers)


def test_marks_within_a_name_are_escaped() -> None:
    assert slice_key("a\0b", ()) == b"\0a\0\xffb\0\1\0"
