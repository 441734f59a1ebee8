"""What a layout is made of: which files a framework keeps for one LSTM cell, and where each gate stands in them.

D is the input size, H the hidden size (units), P the size of a projected hidden state. A file is read in plain form,
[rows, columns]; a vector is one row there. An entry of `csvlstm.layouts.entries` is these classes filled in: no
framework has code of its own.
"""

from collections.abc import Iterator
from enum import Enum
from math import gcd
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .gates import Gate, Sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ProjectedSizes(Sizes):
    """The sizes of a layer whose hidden state is projected to P numbers: input size D, hidden size H, and P.

    >>> ProjectedSizes(3, 5, 2).rows
    5
    """

    def __new__(cls, input_size: int, hidden_size: int, output_size: int) -> "ProjectedSizes":
        """Take D, H and P."""
        sizes = super().__new__(cls, input_size, hidden_size)
        sizes._output_size = output_size
        return sizes

    _output_size: int

    @property
    def output_size(self) -> int:
        """The size of the hidden state: P."""
        return self._output_size


AnySizes = Sizes


class Operand(Enum):
    """What the weights of a block are multiplied with; `value` is what stands for it in the equations.

    A peephole multiplies the cell state c unit by unit; a projection multiplies m, what the output gate lets out.
    """

    INPUT = "x"
    HIDDEN = "h"
    BIAS = "1"
    SECOND_BIAS = "1'"
    PEEPHOLE = "c"
    PROJECTION = "m"

    @property
    def is_vector(self) -> bool:
        """Whether its weights are one number a unit, and no matrix."""
        return self in (Operand.BIAS, Operand.SECOND_BIAS, Operand.PEEPHOLE)

    def inputs(self, sizes: AnySizes) -> int:
        """Count the numbers that its weights take: D, H or P for the matrices, 1 for a vector."""
        if self.is_vector:
            return 1
        if self is Operand.INPUT:
            return sizes.input_size
        return sizes.output_size if self is Operand.HIDDEN else sizes.hidden_size

    def outputs(self, sizes: AnySizes) -> int:
        """Count the numbers that one gate's weights give: H, or P for a projection, which has no gates."""
        return sizes.output_size if self is Operand.PROJECTION else sizes.hidden_size


BIASES = (Operand.BIAS, Operand.SECOND_BIAS)


class Span(NamedTuple):
    """A rectangle of one array in plain form: half-open ranges of rows and columns, counted from 0.

    >>> Span("kernel", range(3), range(5, 10)).cells
    15
    """

    array: str
    rows: range
    columns: range

    @property
    def cells(self) -> int:
        """The number of its cells."""
        return len(self.rows) * len(self.columns)

    def cut(self, values: "NDArray[Any]") -> "NDArray[Any]":
        """Cut the rectangle out of the array [rows, columns], as a view of it."""
        return values[self.rows.start : self.rows.stop, self.columns.start : self.columns.stop]


class Array(NamedTuple):
    """One file: the weights of some operands for some gates.

    `gates` are in the order in which they stand along the axis `gates_along`: "columns" where the framework computes
    x W, "rows" where it computes W x. The operands of a matrix stand one after the other along the other axis; those
    of a vector follow each other in its one row, all gates of the first before the second's. A projection has no gates.
    `leading` counts the axes of length 1 that the framework has before these two.

    >>> kernel = Array("kernel", (Operand.INPUT, Operand.HIDDEN), (Gate.INPUT, Gate.FORGET))
    >>> kernel.shape(Sizes(3, 5)), kernel.span(Operand.HIDDEN, Gate.FORGET, Sizes(3, 5))
    ((8, 10), Span(array='kernel', rows=range(3, 8), columns=range(5, 10)))
    """

    name: str
    operands: tuple[Operand, ...]
    gates: tuple[Gate, ...] = ()
    gates_along: Literal["columns", "rows"] = "columns"
    leading: int = 0

    @property
    def is_vector(self) -> bool:
        """Whether it is one row in plain form; it may be a column in its file."""
        return all(operand.is_vector for operand in self.operands)

    @property
    def blocks(self) -> Iterator[tuple[Operand, Gate | None]]:
        """The operands and gates of its blocks, in the order in which they stand."""
        return ((operand, gate) for operand in self.operands for gate in self.gates or (None,))

    def holds(self, operand: Operand, gate: Gate | None) -> bool:
        """Tell whether it has the weights of an operand for a gate."""
        return (operand, gate) in self.blocks

    @property
    def gate_axis(self) -> int:
        """The axis along which its gates stand: 0 for the rows of a matrix for W x, else 1."""
        return 0 if self.gates_along == "rows" and not self.is_vector else 1

    def by_gate(self, values: "NDArray[Any]") -> "dict[Gate, NDArray[Any]]":
        """Cut values into those of each gate, as views; across the gates they may have another shape than its own."""
        width, across = values.shape[self.gate_axis] // len(self.gates), slice(None)
        cuts = [slice(number * width, (number + 1) * width) for number in range(len(self.gates))]
        blocks = [values[(across, cut) if self.gate_axis else (cut, across)] for cut in cuts]
        return dict(zip(self.gates, blocks, strict=True))

    def shape(self, sizes: AnySizes) -> tuple[int, int]:
        """Give its rows and columns in plain form."""
        along = self.operands[0].outputs(sizes) * (len(self.gates) or 1)
        if self.is_vector:
            return 1, len(self.operands) * along
        across = sum(operand.inputs(sizes) for operand in self.operands)
        return (across, along) if self.gates_along == "columns" else (along, across)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Its shape as the framework has it, in letters; where h is projected, the rows for it are P.

        >>> Array("B", (Operand.BIAS, Operand.SECOND_BIAS), tuple(Gate), leading=1).dimensions
        ('1', '8H')
        """
        gates = "H" if len(self.gates) == 1 else f"{len(self.gates)}H"
        leading = ("1",) * self.leading
        if self.is_vector:
            numbers = len(self.operands) * len(self.gates)
            return (*leading, "H" if numbers == 1 else f"{numbers}H")
        letters = {Operand.INPUT: "D", Operand.HIDDEN: "H", Operand.PROJECTION: "H"}
        across = "+".join(letters[operand] for operand in self.operands)
        matrix = (across, gates if self.gates else "P")
        return (*leading, *(matrix if self.gates_along == "columns" else matrix[::-1]))

    def framework_shape(self, sizes: AnySizes) -> tuple[int, ...]:
        """Give its shape as the framework itself has it: a vector has one axis, and the leading axes come first.

        >>> Array("B", (Operand.BIAS,), (Gate.INPUT, Gate.FORGET), leading=1).framework_shape(Sizes(3, 5))
        (1, 10)
        """
        rows, columns = self.shape(sizes)
        return (1,) * self.leading + ((columns,) if self.is_vector else (rows, columns))

    def step(self, sizes: AnySizes) -> int:
        """Give the largest number of columns of which all its blocks are multiples: each begins and ends at a step."""
        return gcd(*(self.span(operand, gate, sizes).columns.stop for operand, gate in self.blocks))

    def labels(self, sizes: AnySizes) -> tuple[list[str], list[str]]:
        """Name its rows and its columns: x_0 for an input, h_0 for a hidden state, f_0 for a unit of the forget gate.

        >>> Array("kernel", (Operand.INPUT,), (Gate.INPUT, Gate.FORGET)).labels(Sizes(2, 1))
        (['x_0', 'x_1'], ['i_0', 'f_0'])
        """
        units = [
            f"{gate.value if gate else 'h'}_{unit}"
            for operand in (self.operands if self.is_vector else self.operands[:1])
            for gate in self.gates or (None,)
            for unit in range(operand.outputs(sizes))
        ]
        if self.is_vector:
            return [self.name], units
        numbers = [f"{one.value}_{number}" for one in self.operands for number in range(one.inputs(sizes))]
        return (numbers, units) if self.gates_along == "columns" else (units, numbers)

    def span(self, operand: Operand, gate: Gate | None, sizes: AnySizes) -> Span:
        """Tell where the weights of an operand for a gate stand."""
        before = self.operands[: self.operands.index(operand)]
        width = operand.outputs(sizes)
        at = self.gates.index(gate) if gate else 0
        if self.is_vector:
            at += len(before) * len(self.gates)
            return Span(self.name, range(1), range(at * width, (at + 1) * width))
        along, start = range(at * width, (at + 1) * width), sum(one.inputs(sizes) for one in before)
        across = range(start, start + operand.inputs(sizes))
        return Span(self.name, *((across, along) if self.gates_along == "columns" else (along, across)))


class Layout(NamedTuple):
    """The files of one framework's LSTM cell, and what the cell does with them.

    `arrays` are in the order in which the framework takes them, `extras` those that only some cells have (peepholes, a
    projection). `forget_bias` is what the cell adds to its forget gate at run time and keeps in no file: a constant, or
    the default of an argument. `states` are the names c and h in the order of the framework, `loading` says how its
    weights are set. `bias_is_optional` where the framework has cells without a bias. `loaded_under` are the keys under
    which its loader takes an array, of a nested dictionary where they are more than one; none where it takes a list.
    `alike` are other frameworks whose arrays are the same.
    A layout that is not `offered` is known to the diagnosis only.
    """

    key: str
    framework: str
    arrays: tuple[Array, ...]
    states: tuple[str, str]
    loading: str
    source: str
    forget_bias: float = 0.0
    forget_bias_is_argument: bool = False
    extras: tuple[Array, ...] = ()
    bias_is_optional: bool = False
    loaded_under: tuple[str, ...] = ("{name}",)
    alike: tuple[str, ...] = ()
    offered: bool = False

    @property
    def adds_forget_bias(self) -> bool:
        """Whether the cell adds a forget bias at run time."""
        return self.forget_bias_is_argument or self.forget_bias != 0

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What its arrays are the weights of, each once."""
        return tuple(dict.fromkeys(operand for array in self.arrays for operand in array.operands))

    @property
    def is_stacked(self) -> bool:
        """Whether the weights of inputs and hidden states stand in one array, as TensorFlow 1 has them."""
        return any({Operand.INPUT, Operand.HIDDEN} <= {*array.operands} for array in self.arrays)

    @property
    def biases(self) -> tuple[Operand, ...]:
        """Its biases: none, one, or two that the cell adds up."""
        return tuple(operand for operand in BIASES if operand in self.operands)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates in the order in which the weights of its inputs have them."""
        return tuple(
            gate for array in self.arrays for operand, gate in array.blocks if gate and operand is Operand.INPUT
        )

    def array(self, name: str) -> Array:
        """Give the array of a name."""
        return next(array for array in self.arrays if array.name == name)

    def array_of(self, operand: Operand, gate: Gate | None) -> Array:
        """Give the array that has the weights of an operand for a gate."""
        return next(array for array in self.arrays if array.holds(operand, gate))

    def with_extras(self, *operands: Operand) -> "Layout":
        """Give the layout of a cell that has peepholes, or a projection, too."""
        return self._replace(arrays=self.arrays + tuple(one for one in self.extras if {*one.operands} <= {*operands}))

    def keys_of(self, name: str, layer: int = 0, is_backward: bool = False) -> list[str]:
        """List the keys under which the framework's loader takes an array of a cell.

        >>> Layout("x", "X", (), 0.0, ("c", "h"), "", "", loaded_under=("{module}", "{leaf}")).keys_of("dense_i_kernel")
        ['dense_i', 'kernel']
        """
        module, _, leaf = name.rpartition("_")
        reverse = "_reverse" * is_backward
        named = {"name": name, "module": module, "leaf": leaf, "layer": layer, "reverse": reverse}
        return [key.format(**named) for key in self.loaded_under]

    @property
    def names_of_biases(self) -> set[str]:
        """The names of the arrays that hold its biases."""
        return {array.name for array in self.arrays if {*BIASES} & {*array.operands}}

    def without_bias(self) -> "Layout":
        """Give the layout of a cell that has no bias."""
        names = self.names_of_biases
        return self._replace(arrays=tuple(array for array in self.arrays if array.name not in names))
