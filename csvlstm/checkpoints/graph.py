"""Graphs: their nodes, and the numbers that a frozen one holds. They have no checksum, so damage may go unseen.

Sources: tensorflow/core/framework/{graph,node_def,attr_value}.proto, core/protobuf/{meta_graph,saved_model}.proto.
"""

from collections.abc import Iterator

from ..errors import CsvLstmError, Place
from ..reading.file_kinds import ENOUGH, refuse_kind
from .binary import read_part, refusing_damage, size_of
from .tensors import Array, Variable, shape_of, tensor_proto, type_name
from .wire import DamageError, Message, fields

_NAME, _OP, _INPUT, _ATTRIBUTE = 1, 2, 3, 5
_DAMAGED = "copy it again from where it was saved; a .meta may also be moved away, and the forget bias declared"
_NODE, _GRAPH, _META_GRAPH = 1, 2, 2
_MOST_REPEATED = 1 << 20
"""Bytes that a constant may have beyond those of its file: one value may stand for a whole small tensor."""


class Node:
    """A NodeDef; its attributes are read when they are first used."""

    def __init__(self, data: memoryview) -> None:
        message = Message(data)
        self.name, self.op = message.text(_NAME), message.text(_OP)
        self._inputs, self._attributes = message.all_bytes(_INPUT), message.all_bytes(_ATTRIBUTE)

    @property
    def inputs(self) -> list[tuple[str, int]]:
        """The nodes that it takes a value from, each with the number of its output, and no control inputs."""
        texts = (str(data, "utf-8", "replace") for data in self._inputs)
        pairs = (text.partition(":") for text in texts if not text.startswith("^"))
        return [(name, int(output) if output.isdecimal() else 0) for name, _, output in pairs]

    def attribute(self, key: str) -> Message | None:
        """Give an AttrValue; None where the node has no such attribute."""
        for data in self._attributes:
            entry = Message(data)
            if entry.bytes(1) == key.encode():
                return entry.message(2)
        return None

    @property
    def constant(self) -> tuple[Variable, Message] | None:
        """The type, the shape and the TensorProto of a Const; None where it is something else."""
        attribute = self.attribute("value") if self.op == "Const" else None
        if attribute is None:
            return None
        tensor = attribute.message(8)
        return Variable(type_name(tensor.number(1)), shape_of(tensor.message(2))), tensor


def graph_nodes(path: str) -> list[Node]:
    """Read the nodes of a GraphDef, of a MetaGraphDef (.meta), or of a SavedModel.

    Raises CsvLstmError where the file is none of these.
    """
    with refusing_damage(path, _DAMAGED):
        try:
            return [Node(data) for data in _node_defs(path)]
        except DamageError:
            refuse_kind(bytes(read_part(path, 0, ENOUGH)), path, "a graph of TensorFlow")
            raise DamageError("is no graph of TensorFlow, or damaged") from None


def _node_defs(path: str) -> Iterator[memoryview]:
    data = read_part(path)
    if path.endswith(".meta"):
        graphs = [Message(data).message(_GRAPH)]
    elif isinstance(next(fields(data), (0, data))[1], int):
        # Only a SavedModel begins with a number, that of its schema.
        graphs = [meta.message(_GRAPH) for meta in Message(data).messages(_META_GRAPH)]
    else:
        graphs = [Message(data)]
    for graph in graphs:
        yield from graph.all_bytes(_NODE)


class FrozenGraph:
    """The floating constants of a graph: its variables, where they were frozen.

    Raises CsvLstmError where the file is no graph, or has no such constants.
    """

    kind = "frozen graph"
    has_checksums = False

    def __init__(self, path: str) -> None:
        self.files = [path]
        self._largest = size_of(path) + _MOST_REPEATED
        with refusing_damage(path):
            constants = {node.name: node.constant for node in graph_nodes(path)}
        self._constants = {name: one for name, one in constants.items() if one and one[0].is_float and one[0].shape}
        self.variables = {name: variable for name, (variable, _) in self._constants.items()}
        if not self.variables:
            found = "has no numbers: it is a graph without its variables"
            raise CsvLstmError(found, Place(path), advice="give the checkpoint of the same training")

    def read(self, name: str) -> Array:
        """Read a constant."""
        variable, tensor = self._constants[name]
        with refusing_damage(f"{self.files[0]}: {name}"):
            return tensor_proto(tensor, variable, self._largest)
