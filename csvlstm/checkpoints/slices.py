"""Parts of a partitioned variable: their keys in a table, and how they are put together.

Sources: tensorflow/core/framework/tensor_slice.proto, core/util/saved_tensor_slice_util.cc,
core/lib/strings/ordered_code.cc.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from .tensors import Array, Variable
from .wire import DamageError, Message

_WHOLE = -1


class Extent(NamedTuple):
    """What a slice has of one dimension; over the whole of it the start is 0 and the length -1, as it is stored."""

    start: int
    length: int


Slice = tuple[Extent, ...]


def slice_of(message: Message) -> Slice:
    """Read a TensorSliceProto."""
    return tuple(
        Extent(extent.signed(1), extent.signed(2) if extent.has(2) else _WHOLE) for extent in message.messages(1)
    )


def slice_key(name: str, part: Slice) -> bytes:
    r"""Give the key under which a table holds a slice: its name, rank and extents in the order-preserving code.

    >>> slice_key("w", (Extent(0, -1), Extent(64, 3)))
    b'\x00w\x00\x01\x01\x02\x80\x7f\xc0@\x83'
    """
    rank = bytes([1, len(part)]) if part else b"\x00"
    numbers = (_ordered(number) for extent in part for number in extent)
    return b"".join([b"\x00", _escaped(name), b"\x00\x01", rank, *numbers])


def _escaped(name: str) -> bytes:
    marks = {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}
    return b"".join(marks.get(byte, bytes([byte])) for byte in name.encode())


def _ordered(number: int) -> bytes:
    """Write a signed number so that the order of the bytes is that of the numbers."""
    size = 1
    while not -(1 << 7 * size - 1) <= number < 1 << 7 * size - 1:
        size += 1
    header = ((1 << size) - 1) << (8 * size - size)
    return (number % (1 << 8 * size) ^ header).to_bytes(size, "big")


def put_together(variable: Variable, parts: Sequence[Slice], read: Callable[[Slice, Variable], Array]) -> Array:
    """Read all slices of a variable; raises DamageError, before anything is allocated, where they do not cover it."""
    boxes = [_box(part, variable.shape) for part in parts]
    sizes = [Variable(variable.dtype, tuple(stop - start for start, stop in box)) for box in boxes]
    if len(parts) == 1 and sizes[0].shape == variable.shape:
        return read(parts[0], variable)
    overlapping = any(_overlap(one, other) for one, other in combinations(boxes, 2))
    if sum(size.numbers for size in sizes) != variable.numbers or overlapping:
        raise DamageError("its parts do not cover it")
    pieces = [read(part, size) for part, size in zip(parts, sizes, strict=True)]
    whole = np.empty(variable.shape, pieces[0].dtype if pieces else np.float32)
    for box, piece in zip(boxes, pieces, strict=True):
        whole[tuple(slice(start, stop) for start, stop in box)] = piece
    return whole


def _box(part: Slice, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    if len(part) != len(shape):
        raise DamageError("one of its parts has another rank")
    box = [
        (start, size if length == _WHOLE else start + length) for (start, length), size in zip(part, shape, strict=True)
    ]
    if any(not 0 <= start <= stop <= size for (start, stop), size in zip(box, shape, strict=True)):
        raise DamageError("one of its parts lies outside of it")
    return box


def _overlap(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> bool:
    return all(max(first[0], second[0]) < min(first[1], second[1]) for first, second in zip(one, other, strict=True))
