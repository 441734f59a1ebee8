"""The wire format of protocol buffers: messages as numbered fields, without the descriptions of their types.

Source: the encoding guide of protocol buffers; tensorflow/core/lib/core/coding.cc for varints.
"""

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10

Field = int | memoryview
"""A varint or a fixed number (unsigned), or the bytes of a text, a message or packed numbers."""


class DamageError(ValueError):
    """Bytes are not what they should be; the caller, which knows their file, refuses it."""


def varint(data: memoryview, at: int) -> tuple[int, int]:
    r"""Read a number of 7 bits a byte, the lowest first; gives it and the place after it.

    >>> varint(memoryview(b"\xac\x02"), 0)
    (300, 2)
    """
    value = 0
    for count, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    raise DamageError("a number has no end")


def fields(data: memoryview) -> Iterator[tuple[int, Field]]:
    r"""Read a message field by field: its number and its value.

    >>> [(number, bytes(value) if number == 2 else value) for number, value in fields(memoryview(b"\x08\x07\x12\x01k"))]
    [(1, 7), (2, b'k')]
    """
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = _value(data, at, key & 7)
        yield key >> 3, value


def _value(data: memoryview, at: int, wire_type: int) -> tuple[Field, int]:
    if wire_type == _VARINT:
        return varint(data, at)
    if wire_type == _BYTES:
        size, at = varint(data, at)
    elif wire_type in (_FIXED32, _FIXED64):
        size = 4 if wire_type == _FIXED32 else 8
    else:
        raise DamageError("a field has no known type")
    if size > len(data) - at:
        raise DamageError("a field ends after its message")
    value = data[at : at + size]
    return value if wire_type == _BYTES else int.from_bytes(value, "little"), at + size


class Message:
    r"""A message whose fields are read by number; of a field that may occur once, the last one counts.

    >>> message = Message(memoryview(b"\x08\x07\x12\x01k"))
    >>> message.number(1), message.text(2), message.number(3)
    (7, 'k', 0)
    """

    def __init__(self, data: memoryview) -> None:
        self._fields: dict[int, list[Field]] = {}
        for number, value in fields(data):
            self._fields.setdefault(number, []).append(value)

    def number(self, field: int, default: int = 0) -> int:
        """Give an unsigned number, or the default where it was left out."""
        value = self._fields.get(field, [default])[-1]
        if not isinstance(value, int):
            raise DamageError("a field has bytes where a number should be")
        return value

    def signed(self, field: int, default: int = 0) -> int:
        """Give an int32 or int64, which are stored as 64 bits."""
        return signed(self.number(field, default))

    def has(self, field: int) -> bool:
        """Tell whether a field was stored at all."""
        return field in self._fields

    def bytes(self, field: int) -> memoryview:
        """Give the bytes of a field, none where it was left out."""
        return self.all_bytes(field)[-1] if self.has(field) else memoryview(b"")

    def all_bytes(self, field: int) -> list[memoryview]:
        """Give the bytes of a field that may occur several times."""
        return [_as_bytes(value) for value in self.all(field)]

    def all(self, field: int) -> list[Field]:
        """Give all values of a field."""
        return self._fields.get(field, [])

    def text(self, field: int) -> str:
        """Give a text, which is UTF-8."""
        try:
            return str(self.bytes(field), "utf-8")
        except UnicodeDecodeError:
            raise DamageError("a name is no UTF-8") from None

    def message(self, field: int) -> "Message":
        """Give the message in a field, an empty one where it was left out."""
        return Message(self.bytes(field))

    def messages(self, field: int) -> "list[Message]":
        """Give the messages in a field."""
        return [Message(value) for value in self.all_bytes(field)]


def _as_bytes(value: Field) -> memoryview:
    if isinstance(value, int):
        raise DamageError("a field has a number where bytes should be")
    return value


def signed(value: int) -> int:
    """Read 64 bits as a number with a sign.

    >>> signed(2**64 - 1)
    -1
    """
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value
