"""The table of keys and values that the .index of a V2 checkpoint is, and the whole file of a V1 checkpoint.

Source: tensorflow/core/lib/io/{format.h,format.cc,block.cc,table_builder.cc}; LevelDB's table without filters.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import CsvLstmError, Place
from ..reading.file_kinds import ENOUGH, refuse_kind
from .binary import DAMAGED, read_part, refusing_damage, size_of
from .crc32c import crc32c, masked
from .marks import MAGIC
from .snappy import uncompress
from .wire import DamageError, varint

_FOOTER = 48
_TRAILER = 5
"""One byte of type and four of checksum stand after each block."""

_PLAIN, _SNAPPY = 0, 1
_UNKNOWN = "its last 8 bytes are not those of a table; it was cut off, or is another file"


class _Block(NamedTuple):
    last_key: bytes
    offset: int
    size: int


class SortedTable:
    """A table on the disk; every block that is read has its checksum verified.

    Raises CsvLstmError where the file is no table, is cut off or damaged.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._size = size_of(path)
        footer = read_part(path, max(0, self._size - _FOOTER))
        if len(footer) < _FOOTER or footer[-8:] != MAGIC:
            raise _no_table(path)
        with refusing_damage(path):
            _, _, after_metaindex = _handle(footer)
            offset, size, _ = _handle(footer[after_metaindex:])
            self._blocks = [_Block(key, *_handle(value)[:2]) for key, value in self._entries(offset, size)]

    def entries(self) -> Iterator[tuple[bytes, memoryview]]:
        """Yield all keys with their values, in the order of the keys."""
        with refusing_damage(self.path):
            for block in self._blocks:
                yield from self._entries(block.offset, block.size)

    def get(self, key: bytes) -> memoryview | None:
        """Give the value of a key, reading one block only; None where there is no such key."""
        at = bisect_left(self._blocks, key, key=lambda block: block.last_key)
        if at == len(self._blocks):
            return None
        with refusing_damage(self.path):
            entries = self._entries(self._blocks[at].offset, self._blocks[at].size)
            return next((value for found, value in entries if found == key), None)

    def _entries(self, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
        block = self._block(offset, size)
        if len(block) < 4:
            raise DamageError(f"the block at byte {offset} has no end")
        end = len(block) - 4 * (1 + int.from_bytes(block[-4:], "little"))
        if end < 0:
            raise DamageError(f"the block at byte {offset} has no end")
        at, key = 0, b""
        while at < end:
            shared, at = varint(block, at)
            unshared, at = varint(block, at)
            length, at = varint(block, at)
            if shared > len(key) or at + unshared + length > end:
                raise DamageError(f"the block at byte {offset} has an entry that ends after it")
            key = key[:shared] + bytes(block[at : at + unshared])
            at += unshared
            yield key, block[at : at + length]
            at += length

    def _block(self, offset: int, size: int) -> memoryview:
        if offset + size + _TRAILER > self._size:
            raise DamageError(f"it has {self._size} bytes, and a block ends at byte {offset + size + _TRAILER}")
        stored = read_part(self.path, offset, size + _TRAILER)
        if len(stored) < size + _TRAILER or masked(crc32c(stored[:-4])) != int.from_bytes(stored[-4:], "little"):
            raise DamageError(f"the checksum of the block at byte {offset} does not match")
        if stored[size] not in (_PLAIN, _SNAPPY):
            raise DamageError(f"the block at byte {offset} is compressed in an unknown way")
        return uncompress(stored[:size]) if stored[size] == _SNAPPY else stored[:size]


def _handle(data: memoryview) -> tuple[int, int, int]:
    """Read where a block lies: its offset, its size, and the place after both."""
    offset, at = varint(data, 0)
    size, at = varint(data, at)
    return offset, size, at


def _no_table(path: str) -> CsvLstmError:
    refuse_kind(bytes(read_part(path, 0, ENOUGH)), path, "a TensorFlow 1 checkpoint")
    return CsvLstmError(_UNKNOWN, Place(path), advice=DAMAGED)
