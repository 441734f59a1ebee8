"""A second writer of the formats, with Google's own checksum and snappy: for what no release of TensorFlow wrote here.

It rewrites real checkpoints (compressed, in small blocks, big-endian), damages them, and makes large ones to time.
"""

from collections.abc import Iterable, Iterator

import cramjam
import google_crc32c

from tests.golden_recordings import Array

MAGIC = bytes.fromhex("57fb808b247547db")
Entry = tuple[bytes, bytes]


def masked_crc(data: bytes) -> bytes:
    """Give Google's CRC-32C as it is stored."""
    crc = int(google_crc32c.value(data))
    return (((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32).to_bytes(4, "little")


def varint(number: int) -> bytes:
    """Write a number of 7 bits a byte."""
    written = b""
    while number > 0x7F:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    """Write a field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(entries: Iterable[Entry], restart_every: int = 16) -> bytes:
    """Write the content of a block: keys share what they begin with, but for every sixteenth."""
    written, restarts, before = b"", [0], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_every:
            shared = next((k for k, (a, b) in enumerate(zip(before, key, strict=False)) if a != b), len(before))
        elif number:
            restarts.append(len(written))
        written += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return written + b"".join(place.to_bytes(4, "little") for place in [*restarts, len(restarts)])


def table(entries: list[Entry], entries_in_block: int = 10**6, *, snappy: bool = False) -> bytes:
    """Write a whole table."""
    return b"".join(table_pieces(entries, entries_in_block, snappy=snappy))


def table_pieces(entries: list[Entry], entries_in_block: int = 10**6, *, snappy: bool = False) -> Iterator[bytes]:
    """Write a table block by block."""
    handles: list[Entry] = []
    end = 0
    for start in range(0, len(entries), entries_in_block):
        part = entries[start : start + entries_in_block]
        stored, handle = _stored(block(part), end, snappy)
        handles.append((part[-1][0], handle))
        end += len(stored)
        yield stored
    empty, metaindex = _stored(block([]), end, False)
    index, index_handle = _stored(block(handles, restart_every=1), end + len(empty), snappy)
    yield empty + index + (metaindex + index_handle).ljust(40, b"\0") + MAGIC


def _stored(content: bytes, offset: int, snappy: bool) -> tuple[bytes, bytes]:
    content = bytes(cramjam.snappy.compress_raw(content)) if snappy else content
    marked = content + bytes([snappy])
    return marked + masked_crc(marked), varint(offset) + varint(len(content))


def bundle_entry(dtype: int, shape: tuple[int, ...], offset: int, data: bytes) -> bytes:
    """Write the entry of a variable in the only shard of a V2 checkpoint."""
    sizes = b"".join(field(2, field(1, size)) for size in shape)
    place = field(4, offset) + field(5, len(data))
    return field(1, dtype) + field(2, sizes) + place + varint(6 << 3 | 5) + masked_crc(data)


def bundle(variables: dict[str, Array]) -> tuple[bytes, list[bytes]]:
    """Write a V2 checkpoint of float32 variables: its index, and the pieces of its data."""
    entries, pieces, end = [(b"", field(1, 1) + field(3, field(1, 1)))], [], 0
    for name, values in sorted(variables.items()):
        data = values.astype("<f4").tobytes()
        entries.append((name.encode(), bundle_entry(1, values.shape, end, data)))
        pieces.append(data)
        end += len(data)
    return table(entries), pieces


def saved_slices(variables: dict[str, Array]) -> Iterator[bytes]:
    """Write a V1 checkpoint of float32 matrices, one block each."""
    metas = b""
    entries = []
    for name, values in sorted(variables.items()):
        whole = field(1, b"") * values.ndim
        sizes = b"".join(field(2, field(1, size)) for size in values.shape)
        metas += field(1, field(1, name.encode()) + field(2, sizes) + field(3, 1) + field(4, whole))
        key = b"\0" + name.encode() + b"\0\1\1" + bytes([values.ndim]) + b"\x80\x7f" * values.ndim
        tensor = field(5, values.astype("<f4").tobytes())
        entries.append((key, field(2, field(1, name.encode()) + field(2, whole) + field(3, tensor))))
    yield from table_pieces([(b"", field(1, metas)), *sorted(entries)], entries_in_block=1)
