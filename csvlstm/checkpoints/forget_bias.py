"""The forget bias that a graph adds at run time: no variable holds it, and the graph names it for each kernel.

Sources: tensorflow/python/ops/rnn_cell_impl.py (split, then f + forget_bias), contrib/rnn/ops/lstm_ops.cc.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from .graph import Node
from .tensors import tensor_proto

_ADDS = ("Add", "AddV2")
_GATES, _FORGET_GATE = 4, 2
_KERNEL_OF_FUSED = {"LSTMBlockCell": 3, "BlockLSTM": 4}
"""Ops that compute a whole cell, and which of their inputs is the kernel."""

_FUSED_DEFAULT = 1.0
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
_PASSING = ("Identity", "Enter", "RefEnter", "ReadVariableOp", "Cast", "Concat", "ConcatV2", "BiasAdd", *_ADDS)
_LONGEST_WAY = 100
_MATRIX = 2


def forget_biases(nodes: Iterable[Node]) -> dict[str, set[float]]:
    """Give the forget biases that a graph adds to the gates of each kernel, by the name of the kernel's node.

    Cells of other kinds (GRU, coupled gates, layer normalisation) have none.
    """
    by_name = {node.name: node for node in nodes}
    found: dict[str, set[float]] = {}
    for node in by_name.values():
        for kernel, value in _of_fused(node, by_name) if node.op in _KERNEL_OF_FUSED else _of_add(node, by_name):
            found.setdefault(kernel, set()).add(value)
    return found


def _of_fused(node: Node, by_name: dict[str, Node]) -> Iterator[tuple[str, float]]:
    attribute, at = node.attribute("forget_bias"), _KERNEL_OF_FUSED[node.op]
    bits = np.uint32(attribute.number(4)) if attribute else np.float32(_FUSED_DEFAULT).view(np.uint32)
    for name, _ in node.inputs[at : at + 1]:
        for kernel in _variables_after(name, by_name):
            yield kernel, _shortest(bits.view(np.float32))


def _of_add(node: Node, by_name: dict[str, Node]) -> Iterator[tuple[str, float]]:
    """Where a constant is added to the third of four gates, follow these gates back to their kernel."""
    if node.op not in _ADDS or len(node.inputs) != 2:
        return
    for (split, output), (constant, _) in (node.inputs, node.inputs[::-1]):
        gates, added = by_name.get(split), by_name.get(constant)
        if gates and added and output == _FORGET_GATE and _splits_gates(gates):
            for value in _scalars(added):
                yield from ((kernel, value) for kernel in _kernels_after(gates, by_name))


def _splits_gates(node: Node) -> bool:
    count = node.attribute("num_split") if node.op == "Split" else None
    return count is not None and count.number(3) == _GATES and len(node.inputs) == 2


def _scalars(node: Node) -> Iterator[float]:
    """Give the number of a constant that is one, or nothing."""
    constant = node.constant
    if constant and constant[0].is_float and constant[0].numbers == 1:
        yield _shortest(tensor_proto(constant[1], constant[0], largest=8).reshape(-1)[0])


def _shortest(value: np.generic) -> float:
    """Give the number that was typed: a float32 near 0.7 was 0.7."""
    return float(str(value))


def _kernels_after(split: Node, by_name: dict[str, Node]) -> Iterator[str]:
    for node in _after(split.inputs[1][0], by_name):
        if node.op == "MatMul" and len(node.inputs) == 2:
            yield from _variables_after(node.inputs[1][0], by_name)


def _variables_after(name: str, by_name: dict[str, Node]) -> Iterator[str]:
    # A partitioned kernel is put together from its parts.
    return (node.name.partition("/part_")[0] for node in _after(name, by_name) if _is_matrix(node))


def _is_matrix(node: Node) -> bool:
    """Tell whether a node may be a kernel: a variable, or the constant that a frozen one became."""
    return node.op in _VARIABLES or bool(node.constant and len(node.constant[0].shape) == _MATRIX)


def _after(name: str, by_name: dict[str, Node]) -> Iterator[Node]:
    """Yield the nodes that a value comes from, through nodes that leave its numbers as they are, or add a bias."""
    waiting, seen = [name], set[str]()
    while waiting and len(seen) < _LONGEST_WAY:
        node = by_name.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        yield node
        if node.op in _PASSING:
            waiting += [source for source, _ in node.inputs]
