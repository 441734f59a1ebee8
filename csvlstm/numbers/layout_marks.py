"""Marks of another layout than the declared one, in the numbers of a bias and in the names of files."""

import os
import re
from collections.abc import Iterable, Sequence

import numpy as np

from ..layouts.arrays import AnySizes, Layout, Operand
from ..layouts.arrays import Array as Described
from ..layouts.entries import LAYOUTS, TARGET
from ..layouts.gates import GATES, Gate
from ..layouts.references import Array
from ..reading.fitting import sizes_that_fit
from ..reading.shapes import Grid
from ..reading.tables import WeightSet
from .ordered import distinct

_LEAST, _MOST, _SPREAD = 0.995, 1.15, 0.1
_FEWEST = 4
_OF_OTHERS = 0.5
_OTHER_WORDS = {"gru": "a GRU", "gates": "a GRU", "candidate": "a GRU", "peephole": "peepholes"}
_SHORTEST_ENDING = 5
_ORDINALS = ("first", "second", "third", "last")


def forget_quarter(bias: Array) -> int | None:
    """Give the quarter of a bias [4H] that looks as a trained forget bias of 1 does, counted from 0; else None.

    In 7 of 8 trained Keras layers, whose forget bias begins at 1.0, its mean is from 1.0 to 1.15 with a spread below
    0.1; no quarter of the biases of 22 TensorFlow 1 cells, which begin at 0, is so.

    >>> forget_quarter(np.array([0.1, 0.2, 0.0, 0.1, 1.0, 1.02, 1.05, 1.01, 0.0, 0.1, 0.2, 0.1, 0.3, 0.0, 0.1, 0.2]))
    1
    """
    quarters = bias.reshape(GATES, -1)
    if quarters.shape[1] < _FEWEST:
        return None
    for at, quarter in enumerate(quarters):
        others = np.delete(quarters, at, axis=0)
        is_new = bool((quarter == 1).all() and not others.any())
        is_trained = len(distinct(quarter)[0]) >= _FEWEST and quarter.std() < _SPREAD
        if (is_new or is_trained) and _LEAST <= quarter.mean() <= _MOST and np.abs(others).mean() <= _OF_OTHERS:
            return at
    return None


def layouts_with_forget_gate(at: int) -> list[Layout]:
    """List the layouts whose bias holds the forget bias, and has it in a quarter."""
    return [
        layout
        for layout in LAYOUTS.values()
        if not layout.adds_forget_bias
        for array in layout.arrays
        if Operand.BIAS in array.operands and len(array.gates) == GATES and array.gates[at] is Gate.FORGET
    ]


def said_by_numbers(export: WeightSet) -> str:
    """Say that the bias is in the order of other layouts than the declared one, where its numbers show it."""
    array = next((one for one in export.layout.arrays if Operand.BIAS in one.operands), None)
    if array is None or len(array.gates) != GATES:
        return ""
    values = export.tables[array.name].values.reshape(-1)
    own = array.gates.index(Gate.FORGET)
    found = forget_quarter(values[: len(values) // len(array.operands)])
    if found is None or found == own:
        return ""
    mean = float(values[: len(values) // len(array.operands)].reshape(GATES, -1)[found].mean())
    names = [layout.framework for layout in layouts_with_forget_gate(found)]
    whose = f", as the forget gate's in {' or '.join(names[:4])}" if names else ""
    return f"its {_ORDINALS[found]} quarter averages {mean:.3g}{whose}"


def array_named(path: str) -> str:
    """Give the longest name of an array of any layout that a file name ends with, or begins with; else nothing.

    >>> array_named("cell_0_recurrent_kernel.csv"), array_named("weight_ih_l0.csv"), array_named("k.csv")
    ('recurrent_kernel', 'weight_ih', '')
    """
    stem = os.path.basename(path).split(".")[0]
    stems = tuple(f"_{one}" for one in (stem, *(stem[: layer.start()] for layer in re.finditer(r"_l\d", stem))))
    names = {array.name for layout in LAYOUTS.values() for array in (*layout.arrays, *layout.extras)}
    # A pattern for each name would take longer to compile than a small layer to convert.
    fitting = [name for name in names if any(one.endswith((f"_{name}", f"-{name}")) for one in stems)]
    return max(fitting, key=len, default="")


def words_of(paths: Iterable[str]) -> set[str]:
    """Give the words in the names of files, with the digits that they end in and without.

    >>> sorted(words_of(["up/Keras3-kernel.csv"]))
    ['csv', 'keras', 'keras3', 'kernel']
    """
    names = [os.path.basename(path).lower() for path in paths]
    return {word for name in names for word in re.findall("[a-z]+", name) + re.findall("[a-z][a-z0-9]*", name)}


def layouts_named(words: Iterable[str]) -> list[Layout]:
    """List the layouts of the frameworks that some words name, also by the end of the name: PyTorch is torch.

    >>> [layout.key for layout in layouts_named({"torch", "paddle", "kernel", "tf1"})]
    ['tf1', 'pytorch']
    """
    long = tuple(word for word in words if len(word) >= _SHORTEST_ENDING)
    return [one for one in LAYOUTS.values() if {one.key, *one.alike} & {*words} or one.key.endswith(long)]


def also_fitting(layout: Layout, sizes: AnySizes, paths: Sequence[str]) -> list[str]:
    """Name the other layouts that files of these sizes fit, where no name of a file says which of them it is.

    >>> from csvlstm.layouts.gates import Sizes
    >>> also_fitting(LAYOUTS["tf1"], Sizes(3, 5), ["k.csv", "b.csv"])
    ['Haiku', "Keras's kernel and bias without its recurrent_kernel"]
    >>> also_fitting(LAYOUTS["tf1"], Sizes(3, 5), ["cell_0_kernel.csv", "cell_0_bias.csv"])
    []
    """
    given = zip(paths, layout.arrays, strict=True)
    if any(len(array.name) > 1 and _speaks_of(path, array.name) for path, array in given):
        return []
    shapes = [array.shape(sizes) for array in layout.arrays]
    seen = [[Grid(*shape, header_row=False, index_column=False)] for shape in shapes]
    others = [one for one in LAYOUTS.values() if one.offered and one.key != layout.key and len(one.arrays) == len(seen)]
    fitting = [one.framework for one in others if sizes_that_fit(one.arrays, seen)]
    kernel, recurrent, bias = TARGET.arrays
    in_part = len(seen) == 2 and layout.key != TARGET.key and sizes_that_fit((kernel, bias), seen)
    part = f"{TARGET.framework}'s {kernel.name} and {bias.name} without its {recurrent.name}"
    return [*dict.fromkeys(fitting), *([part] if in_part else [])]


def _speaks_of(path: str, name: str) -> bool:
    return name == array_named(path) or name in re.split(r"[^a-z]+", os.path.basename(path))


def said_by_name(path: str, array: Described, layout: Layout) -> str:
    """Say that a file is named as one of another layout than the declared one."""
    words = words_of([path])
    named_by_words = layouts_named(words)
    # Flax has two cells, each with a layout of its own.
    is_own = any(one.framework in layout.framework for one in named_by_words)
    others = [] if is_own else [one.framework for one in named_by_words]
    if other := next((of for word, of in _OTHER_WORDS.items() if word in words), " or ".join(others)):
        return f"its name speaks of {other}"
    named = array_named(path)
    known = {one.name for one in (*layout.arrays, *layout.extras)}
    if not named or named == array.name or (len(named) == 1 and named not in known):
        return ""
    if named in known:
        return f"its name is that of {named}, and it stands in the place of {array.name}"
    whose = [one.framework for one in LAYOUTS.values() if named in {of.name for of in (*one.arrays, *one.extras)}]
    return f"its name is that of {named} of {' or '.join(whose[:4])}"
