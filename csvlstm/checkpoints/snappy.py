"""Snappy's raw format, in which a table may keep its blocks. Source: google/snappy, format_description.txt."""

from .wire import DamageError, varint

_LITERAL = 0
_MOST_GROWTH = 22
"""A copy of 3 bytes gives 64."""


def uncompress(data: memoryview) -> memoryview:
    r"""Uncompress a block; raises DamageError where it is none, before more is allocated than its bytes can give.

    >>> bytes(uncompress(memoryview(b"\x07\x04ab\x05\x02")))
    b'abababa'
    """
    size, at = varint(data, 0)
    if size > _MOST_GROWTH * len(data):
        raise DamageError("a compressed block claims more bytes than it can have")
    result = bytearray()
    while at < len(data):
        tag = data[at]
        if tag & 3 == _LITERAL:
            length, at = _literal(data, at)
            result += data[at : at + length]
            at += length
        else:
            length, offset, at = _copy(data, at)
            _repeat(result, length, offset)
        if len(result) > size or at > len(data):
            break
    if len(result) != size or at != len(data):
        raise DamageError("a compressed block does not have the bytes that it claims")
    return memoryview(bytes(result))


def _literal(data: memoryview, at: int) -> tuple[int, int]:
    """Give the length of a literal, and where it starts."""
    length = data[at] >> 2
    more = length - 59 if length > 59 else 0
    if more:
        length = int.from_bytes(data[at + 1 : at + 1 + more], "little")
    return length + 1, at + 1 + more


def _copy(data: memoryview, at: int) -> tuple[int, int, int]:
    """Give the length of a copy, how far back it starts, and the place after it."""
    tag = data[at]
    if tag & 3 == 1:
        return (tag >> 2 & 7) + 4, tag >> 5 << 8 | int.from_bytes(data[at + 1 : at + 2], "little"), at + 2
    size = 2 if tag & 3 == 2 else 4
    return (tag >> 2) + 1, int.from_bytes(data[at + 1 : at + 1 + size], "little"), at + 1 + size


def _repeat(result: bytearray, length: int, offset: int) -> None:
    """Append what starts some bytes back; it may run into what it appends itself."""
    if not 0 < offset <= len(result):
        raise DamageError("a compressed block copies from before its start")
    start = len(result) - offset
    piece = result[start : start + length]
    result += (piece * (length // len(piece) + 1))[:length]
