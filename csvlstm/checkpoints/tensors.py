"""Types, shapes and values of tensors. Source: tensorflow/core/framework/{types,tensor_shape,tensor}.proto."""

import math
from typing import Any, NamedTuple

import numpy as np

from .wire import DamageError, Message, signed, varint

Array = np.ndarray[Any, np.dtype[Any]]

_LARGEST_RANK = 254
_BFLOAT16 = "bfloat16"
_NAMES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: _BFLOAT16, 15: "qint16", 16: "quint16",
    17: "uint16", 18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
}  # fmt: skip
_NOT_NUMBERS = ("string", "resource", "variant", "unknown")
_FLOATS = ("float16", _BFLOAT16, "float32", "float64")

_TYPED_FIELDS = {
    "float32": 5, "float64": 6, "int32": 7, "int16": 7, "int8": 7, "uint8": 7, "uint16": 7, "complex64": 9,
    "int64": 10, "bool": 11, "complex128": 12, "float16": 13, _BFLOAT16: 13, "uint32": 16, "uint64": 17,
}  # fmt: skip
"""The field of a TensorProto that holds values one by one, where they are not in tensor_content."""

_RAW_FIELDS = (5, 6, 9, 12)
"""Those of fixed size, which lie there as in memory; all others are varints."""

_TENSOR_CONTENT = 4


class Variable(NamedTuple):
    """What a checkpoint says of a variable: the name of its type, and its shape."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """The number of its values."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """The bytes of its values."""
        return self.numbers * stored_type(self.dtype).itemsize

    @property
    def is_float(self) -> bool:
        """Whether its values are floating numbers."""
        return self.dtype in _FLOATS


def type_name(number: int) -> str:
    """Name a type as TensorFlow does; `unknown` where it is of a newer release.

    >>> type_name(1), type_name(19), type_name(99)
    ('float32', 'float16', 'unknown')
    """
    return _NAMES.get(number, "unknown")


def shape_of(message: Message) -> tuple[int, ...]:
    """Read a TensorShapeProto; raises DamageError where a size is not known."""
    sizes = tuple(dimension.signed(1) for dimension in message.messages(2))
    if message.number(3) or any(size < 0 for size in sizes) or len(sizes) > _LARGEST_RANK:
        raise DamageError("a variable has no known shape")
    return sizes


def stored_type(name: str, *, big_endian: bool = False) -> np.dtype[Any]:
    """Give numpy's type for the bytes of a type; raises DamageError where these are no numbers.

    >>> stored_type("float32", big_endian=True).str, stored_type("bfloat16").str
    ('>f4', '<u2')
    """
    if name in _NOT_NUMBERS:
        raise DamageError(f"is of type {name}, not of numbers")
    plain = "uint16" if name == _BFLOAT16 else name.removeprefix("q")
    return np.dtype(plain).newbyteorder(">" if big_endian else "<")


def values_from(data: memoryview, variable: Variable, *, big_endian: bool = False) -> Array:
    """Read values that lie as in memory, in C order; a bfloat16 becomes the float32 of the same value."""
    if len(data) != variable.size:
        raise DamageError(f"has {len(data)} bytes where its shape and type need {variable.size}")
    dtype = stored_type(variable.dtype, big_endian=big_endian)
    return _in_numpy(np.frombuffer(data, dtype), variable)


def _in_numpy(values: Array, variable: Variable) -> Array:
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    if variable.dtype == _BFLOAT16:
        native = (native.astype(np.uint32) << 16).view(np.float32)
    return native.reshape(variable.shape)


def tensor_proto(message: Message, variable: Variable, largest: int) -> Array:
    """Read a TensorProto of a known type and shape; the last value stands for all that were left out.

    `largest` bounds the bytes to allocate, because a few bytes can stand for any shape.
    """
    if variable.size > largest:
        raise DamageError(f"its shape needs {variable.size} bytes, more than the whole file could hold")
    if message.has(_TENSOR_CONTENT):
        return values_from(message.bytes(_TENSOR_CONTENT), variable)
    values = _typed_values(message, variable.dtype)
    if len(values) > variable.numbers or (variable.numbers and not len(values)):
        raise DamageError(f"has {len(values)} values where its shape needs {variable.numbers}")
    if len(values) < variable.numbers:
        values = np.concatenate([values, np.repeat(values[-1:], variable.numbers - len(values))])
    return _in_numpy(values, variable)


def _typed_values(message: Message, dtype: str) -> Array:
    stored = stored_type(dtype)
    field = _TYPED_FIELDS.get(dtype)
    if field is None:
        raise DamageError(f"is of type {dtype}, which is not read from a graph")
    if field in _RAW_FIELDS:
        pieces = [_raw(value, stored) for value in message.all(field)]
        # Packed, as all writers do it, there is one piece, as large as the tensor.
        data = pieces[0] if len(pieces) == 1 else memoryview(b"".join(pieces))
        if len(data) % stored.itemsize:
            raise DamageError("ends in the midst of a value")
        return np.frombuffer(data, stored)
    numbers = [number for value in message.all(field) for number in _varints(value)]
    # Of a half the bits are stored as a number; -1 has 64 bits in any type, and numpy takes the lowest of them.
    as_number = np.dtype("<u2") if dtype == "float16" else stored
    return np.array([signed(number) for number in numbers], np.int64).astype(as_number).view(stored)


def _raw(value: int | memoryview, stored: np.dtype[Any]) -> memoryview:
    # Not packed, a float is a number of 4 or 8 bytes; a complex number is two.
    part = stored.itemsize // 2 if stored.kind == "c" else stored.itemsize
    return memoryview(value.to_bytes(part, "little")) if isinstance(value, int) else value


def _varints(value: int | memoryview) -> list[int]:
    if isinstance(value, int):
        return [value]
    numbers, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        numbers.append(number)
    return numbers
