"""The V2 format, a tensor bundle: PREFIX.index tells where in the PREFIX.data files each variable lies.

Sources: tensorflow/core/util/tensor_bundle/{tensor_bundle.cc,naming.cc}, core/protobuf/tensor_bundle.proto.
"""

from ..errors import CsvLstmError, Place
from .binary import read_part, refusing_damage, size_of
from .crc32c import crc32c, masked
from .slices import Slice, put_together, slice_key, slice_of
from .sstable import SortedTable
from .tensors import Array, Variable, shape_of, type_name, values_from
from .wire import DamageError, Message

_HEADER, _OF_A_SLICE = b"", b"\x00"
_NEWEST = 1
_AGAIN = "copy the .index and all .data files again, from one save"


class _Entry:
    """A BundleEntryProto: what it says of a tensor, and where that lies."""

    def __init__(self, data: memoryview) -> None:
        message = Message(data)
        self.variable = Variable(type_name(message.number(1)), shape_of(message.message(2)))
        self.shard, self.offset, self.size = (message.number(field) for field in (3, 4, 5))
        self.crc = message.number(6)
        self.slices = [slice_of(part) for part in message.messages(7)]


class Bundle:
    """A V2 checkpoint; raises CsvLstmError where its index is damaged, or of a format to come."""

    kind = "V2 checkpoint"
    has_checksums = True

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._index = f"{prefix}.index"
        entries = dict(SortedTable(self._index).entries())
        with refusing_damage(self._index):
            header = Message(entries.pop(_HEADER, memoryview(b"")))
            self._shards = header.number(1)
            self._big_endian = header.number(2) == 1
            if header.message(3).number(2) > _NEWEST or not self._shards:
                raise DamageError("is of a newer format, or of none")
            self._entries = {key: _Entry(value) for key, value in entries.items()}
            names = [key for key in self._entries if not key.startswith(_OF_A_SLICE)]
            self.variables = {_name(key): self._entries[key].variable for key in names}

    @property
    def files(self) -> list[str]:
        """All files of the checkpoint."""
        return [self._index, *(self._data(shard) for shard in range(self._shards))]

    def read(self, name: str) -> Array:
        """Read a variable, its checksum verified; raises CsvLstmError where a file is missing, cut off or damaged."""
        entry = self._entries[name.encode()]
        with refusing_damage(f"{self._index}: {name}"):
            if not entry.slices:
                return self._values(name, entry)
            return put_together(entry.variable, entry.slices, lambda part, size: self._slice(name, part, size))

    def _slice(self, name: str, part: Slice, expected: Variable) -> Array:
        entry = self._entries.get(slice_key(name, part))
        if entry is None or entry.variable != expected:
            raise DamageError("one of its parts is missing")
        return self._values(name, entry)

    def _values(self, name: str, entry: _Entry) -> Array:
        if entry.size != entry.variable.size:
            raise DamageError(f"has {entry.size} bytes where its shape and type need {entry.variable.size}")
        path, end = self._data(entry.shard), entry.offset + entry.size
        there = self._size(path)
        if end > there:
            found = f"it has {there} bytes, and {name} ends at byte {end}"
            raise CsvLstmError(f"{found}; it was cut off, or is of another checkpoint", Place(path), advice=_AGAIN)
        data = read_part(path, entry.offset, entry.size)
        if masked(crc32c(data)) != entry.crc:
            found = f"bytes {entry.offset} to {end}, {name}: the checksum does not match"
            raise CsvLstmError(f"{found}; it is damaged, or of another checkpoint", Place(path), advice=_AGAIN)
        return values_from(data, entry.variable, big_endian=self._big_endian)

    def _data(self, shard: int) -> str:
        return f"{self._prefix}.data-{shard:05}-of-{self._shards:05}"

    def _size(self, path: str) -> int:
        try:
            return size_of(path)
        except CsvLstmError:
            files = f"{self._shards} such file{'s' * (self._shards > 1)}"
            found = f"is missing; the checkpoint is {self._index} and {files}"
            raise CsvLstmError(found, Place(path), advice="copy it from where the checkpoint was saved") from None


def _name(key: bytes) -> str:
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise DamageError("a name is no UTF-8") from None
