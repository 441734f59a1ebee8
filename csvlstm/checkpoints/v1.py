"""The V1 format: one table, or one a shard, that holds the variables themselves.

Sources: tensorflow/core/util/{saved_tensor_slice.proto,tensor_slice_writer.cc,tensor_slice_reader.cc}.
"""

from collections.abc import Sequence

from ..errors import CsvLstmError, Place
from .binary import refusing_damage
from .slices import Slice, put_together, slice_key, slice_of
from .sstable import SortedTable
from .tensors import Array, Variable, shape_of, tensor_proto, type_name
from .wire import DamageError, Message

_META_KEY = b""
_MOST_BYTES = 16
"""A varint of one byte may be a value of so many."""


class SavedSlices:
    """A V1 checkpoint, of one file or of all its shards; raises CsvLstmError where one of them is damaged."""

    kind = "V1 checkpoint"
    has_checksums = True

    def __init__(self, files: Sequence[str]) -> None:
        self.files = list(files)
        self.variables: dict[str, Variable] = {}
        self._parts: dict[str, list[tuple[Slice, SortedTable]]] = {}
        for path in files:
            table = SortedTable(path)
            with refusing_damage(path):
                self._add(table)

    def _add(self, table: SortedTable) -> None:
        value = table.get(_META_KEY)
        if value is None:
            raise DamageError("is a table, but no TensorFlow checkpoint")
        for one in Message(value).message(1).messages(1):
            name, variable = one.text(1), Variable(type_name(one.number(3)), shape_of(one.message(2)))
            if self.variables.setdefault(name, variable) != variable:
                raise DamageError(f"{name} has another type or shape in another shard")
            self._parts.setdefault(name, []).extend((slice_of(part), table) for part in one.messages(4))

    def read(self, name: str) -> Array:
        """Read a variable, the checksums of its blocks verified; raises CsvLstmError where they are damaged."""
        tables = dict(self._parts[name])
        with refusing_damage(f"{self.files[0]}: {name}"):
            return put_together(
                self.variables[name], list(tables), lambda part, size: _values(tables[part], name, part, size)
            )


def _values(table: SortedTable, name: str, part: Slice, expected: Variable) -> Array:
    value = table.get(slice_key(name, part))
    if value is None:
        raise CsvLstmError(f"{name}: one of its parts is missing", Place(table.path), advice="copy it again")
    # Type and shape are not filled in there: those of the first entry hold.
    return tensor_proto(Message(value).message(2).message(3), expected, largest=_MOST_BYTES * len(value))
