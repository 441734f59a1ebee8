"""What the files of `csvlstm inspect` could be: every layout and size that they fit, and cells that are no LSTM's."""

import os
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..converted.targets import free_folder
from ..errors import CsvLstmError, Place
from ..layouts.arrays import Array, Layout, Operand
from ..layouts.entries import LAYOUTS, SOURCE, TARGET
from ..layouts.gates import Gate, Sizes
from ..network.manifest import MANIFEST
from ..numbers.layout_marks import array_named, forget_quarter, layouts_named, words_of
from ..reading.dialect import Canonical, readings
from ..reading.fitting import sizes_that_fit
from ..reading.floats import parse
from ..reading.labels import body
from ..reading.shapes import Grid, Options, grids
from ..reading.sources import InMemory, is_folder, read_source

_BY_NAME, _BY_NUMBERS, _WHOLE = 2, 4, 1
_BY_WORD = 20
"""More than all else together: kernels and biases of other cells are named as an LSTM's, and may have its sizes."""
_NEAR_ONE = 0.2


class Candidate(NamedTuple):
    """What the files could be: in words, the layout and the order of the files where that can be declared, and why."""

    words: str
    sizes: Sizes
    score: int
    layout: Layout | None = None
    files: tuple[str, ...] = ()
    cell: Layout | None = None
    """The layout of a cell that has these files and no others."""

    def __str__(self) -> str:
        d, h = self.sizes
        return f"{self.words} (input size {d}, hidden size {h})"


class _File(NamedTuple):
    """A file, the name of an array that it has, its grids, and its numbers where it is one row or column."""

    path: str
    named: str
    grids: list[Grid]
    vector: list[float]


class _Foreign(NamedTuple):
    """A cell that is no whole LSTM: in words, its arrays in letters, and words in the names of its files."""

    words: str
    shapes: tuple[tuple[str, ...], ...]
    names: tuple[str, ...] = ()


_FOREIGN = (
    _Foreign("the gates of a TensorFlow 1 GRUCell", (("D+H", "2H"), ("2H",)), ("gates", "gru")),
    _Foreign("the candidate of a TensorFlow 1 GRUCell", (("D+H", "H"), ("H",)), ("candidate", "gru")),
    _Foreign("one gate of an LSTM cell", (("D", "H"), ("H",)), ("gate", *"icfojg")),
    _Foreign("one gate of an LSTM cell", (("D", "H"), ("H", "H"), ("H",)), ("gate", *"icfojg")),
    _Foreign("a GRU of Keras or Sonnet", (("D", "3H"), ("H", "3H"), ("3H",)), ("gru",)),
    _Foreign("a GRU of Keras with two biases", (("D", "3H"), ("H", "3H"), ("2", "3H")), ("gru",)),
    _Foreign("a GRU of PyTorch", (("3H", "D"), ("3H", "H"), ("3H",), ("3H",)), ("gru",)),
    _Foreign("a GRU of ONNX", (("3H", "D"), ("3H", "H"), ("6H",)), ("gru",)),
    _Foreign("a simple RNN of PyTorch", (("H", "D"), ("H", "H"), ("H",), ("H",)), ("rnn",)),
)
"""Files that have the shape of some LSTM's, and none of its meaning."""


def candidates(paths: Sequence[str], options: Options, max_bytes: int) -> list[Candidate]:
    """List all that files of numbers could be, taken together, the likeliest first.

    Raises CsvLstmError where a file cannot be read.
    """
    if len(paths) == 1 and is_folder(paths[0]):
        paths = _files_in(paths[0])
    if not all(isinstance(path, InMemory) or os.path.isfile(path) for path in paths):
        # A pipe can be read once.
        return []
    files = [_read(path, options, max_bytes) for path in paths]
    found = [*_layouts(files), *_parts(files), *_foreign(files)]
    return sorted(dict.fromkeys(found), key=lambda one: -one.score)


def likeliest(found: Sequence[Candidate]) -> Candidate | None:
    """Give the one candidate that is likelier than all others and can be declared, if there is one."""
    one = likelier_than_all(found)
    return one if one is not None and one.layout is not None and one.layout.offered else None


def likelier_than_all(found: Sequence[Candidate]) -> Candidate | None:
    """Give the one candidate that is likelier than all others, if there is one.

    That it is the default layout makes none likelier: a name, a label or a number must show it.
    """
    if not found or (len(found) > 1 and found[0].score - (found[0].layout is SOURCE) <= found[1].score):
        return None
    return found[0]


def _files_in(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if name.endswith(".csv") and name != MANIFEST)
    if not names:
        raise CsvLstmError("has no CSV files", Place(folder), expected="the files of one cell")
    return [os.path.join(folder, name) for name in names]


def _read(path: str, options: Options, max_bytes: int) -> _File:
    source = read_source(path, max_bytes=max_bytes)
    texts = readings(source.data, source.name, options.delimiter, options.decimal)
    seen = [(text, grid) for text in texts for grid in grids(text.text, options)]
    vectors = [(text, grid) for text, grid in seen if 1 in (grid.rows, grid.columns)]
    return _File(path, array_named(path), [grid for _, grid in seen], _numbers(*vectors[0]) if vectors else [])


def _numbers(text: Canonical, grid: Grid) -> list[float]:
    values = parse(body(text.text, grid), grid.cells)
    return [] if values is None else [float(value) for value in values]


def _layouts(files: list[_File]) -> Iterator[Candidate]:
    for layout in LAYOUTS.values():
        for variant in _variants(layout):
            if len(variant.arrays) == len(files):
                yield from _as_layout(layout, variant, _in_order(variant, files))


def _variants(layout: Layout) -> Iterator[Layout]:
    yield layout
    if layout.bias_is_optional:
        yield layout.without_bias()
    for operand in (Operand.PEEPHOLE, Operand.PROJECTION):
        if len(layout.with_extras(operand).arrays) > len(layout.arrays):
            yield layout.with_extras(operand)


def _in_order(layout: Layout, files: list[_File]) -> list[_File]:
    """Give the files in the order of a layout where their names say it, and as they were given where not."""
    by_name = {file.named: file for file in files}
    names = [array.name for array in layout.arrays]
    return [by_name[name] for name in names] if {*names} == {*by_name} else files


def _as_layout(layout: Layout, variant: Layout, files: list[_File]) -> Iterator[Candidate]:
    named = _named(variant.arrays, files)
    score = 2 * _WHOLE + _BY_NAME * named + (layout is SOURCE)
    score += _BY_NUMBERS * _is_shown(variant.arrays, files) + _BY_NAME * 2 * _speaks_of(layout, files)
    for sizes in sizes_that_fit(variant.arrays, [file.grids for file in files])[:1]:
        yield Candidate(layout.framework, sizes, score, layout, tuple(file.path for file in files), variant)


def _named(arrays: Sequence[Array], files: list[_File]) -> int:
    """Count the files that have the names of these arrays; one letter alone is no name, but a whole set of them is."""
    same = [array.name for array, file in zip(arrays, files, strict=True) if file.named == array.name]
    return len(same) if len(same) == len(files) else sum(len(name) > 1 for name in same)


def _is_shown(arrays: Sequence[Array], files: list[_File]) -> bool:
    """Tell whether the numbers of the bias have the forget bias where these arrays have the forget gate."""
    for array, file in zip(arrays, files, strict=True):
        if Operand.BIAS in array.operands and len(array.gates) == len(Gate):
            values = file.vector[: len(file.vector) // len(array.operands)]
            at = forget_quarter(np.array(values)) if len(values) % len(Gate) == 0 and values else None
            return at is not None and array.gates[at] is Gate.FORGET
    return False


def _parts(files: list[_File]) -> Iterator[Candidate]:
    """See a kernel of Keras beside its bias alone, without its recurrent kernel."""
    kernel, _, bias = TARGET.arrays
    if len(files) == 2:
        for sizes in sizes_that_fit((kernel, bias), [file.grids for file in files])[:1]:
            named = _named((kernel, bias), files)
            score = _BY_NAME * named + _BY_NUMBERS * _is_shown((kernel, bias), files)
            score += _BY_NAME * 2 * _speaks_of(TARGET, files)
            yield Candidate(f"{TARGET.framework}'s kernel and bias without its recurrent_kernel", sizes, score)


def _foreign(files: list[_File]) -> Iterator[Candidate]:
    for cell in _FOREIGN:
        if len(cell.shapes) != len(files):
            continue
        score = _BY_NUMBERS * _is_new_gru(cell, files) + _by_words(cell, files)
        for sizes in _solved(cell, files):
            yield Candidate(cell.words, sizes, score)


def _by_words(cell: _Foreign, files: list[_File]) -> int:
    """Weigh the words in the names of files; a letter may stand there for other reasons, the word GRU may not."""
    words = words_of(file.path for file in files) & {*cell.names}
    return _BY_WORD if any(len(word) > 1 for word in words) else _BY_NAME * 2 * bool(words)


def _speaks_of(layout: Layout, files: list[_File]) -> bool:
    """Tell whether the names of files speak of the framework of a layout."""
    return layout.key in {one.key for one in layouts_named(words_of(file.path for file in files))}


def _is_new_gru(cell: _Foreign, files: list[_File]) -> bool:
    """Tell whether all of a bias is near 1, as that of a GRUCell's gates is, which begins there."""
    values = files[-1].vector
    near = [value for value in values if abs(value - 1) <= _NEAR_ONE]
    return cell.shapes[-1] == ("2H",) and len(near) >= 0.9 * len(values) > 0 and len({*values}) > 1


def _solved(cell: _Foreign, files: list[_File]) -> list[Sizes]:
    """Give the sizes with which all files have the shapes of a cell."""
    seen = {size for file in files for grid in file.grids for size in (grid.rows, grid.columns)}
    options = sorted({size // times for size in seen for times in (1, 2, 3, 6) if size % times == 0})
    found = []
    for h in options:
        inputs = {size - of * h for size in seen for of in (0, 1)}
        found += [Sizes(d, h) for d in sorted(inputs) if d > 0 and _has_shapes(cell, files, d, h)]
    return found[:1]


def _has_shapes(cell: _Foreign, files: list[_File], d: int, h: int) -> bool:
    sizes = {"D": d, "H": h, "2H": 2 * h, "3H": 3 * h, "6H": 6 * h, "D+H": d + h, "2": 2}
    for letters, file in zip(cell.shapes, files, strict=True):
        shape = tuple(sizes[letter] for letter in letters)
        accepted = {shape} if len(shape) == 2 else {(1, *shape), (*shape, 1)}
        if not any((grid.rows, grid.columns) in accepted for grid in file.grids):
            return False
    return True


def incomplete(paths: Sequence[str]) -> str:
    """Say that files have the names of some of a layout's arrays, and which are missing; nothing where all are there.

    >>> incomplete(["weight_ih_l0.csv", "bias_ih_l0.csv"])
    "PyTorch's weight_ih and bias_ih, without its weight_hh and bias_hh: give all of them, or their folder"
    """
    named = [array_named(path) for path in paths]
    own = {array.name for array in SOURCE.arrays}
    for layout in LAYOUTS.values():
        names = [array.name for array in layout.arrays]
        lacking = [name for name in names if name not in named]
        if all(name in names for name in named) and lacking and not {*named} <= own:
            there, missing = " and ".join(named), " and ".join(lacking)
            return f"{layout.framework}'s {there}, without its {missing}: give all of them, or their folder"
    return ""


def as_text(found: Sequence[Candidate]) -> list[str]:
    """List what the files could be, the likeliest first."""
    return [f"could be: {', or '.join(map(str, found))}"] if found else []


def as_json(found: Sequence[Candidate]) -> list[dict[str, object]]:
    """List what the files could be by the names of the contract; layout is None where it cannot be declared."""
    return [
        {
            "found": one.words,
            "layout": one.layout.key if one.layout and one.layout.offered else None,
            **one.sizes._asdict(),
            "score": one.score,
        }
        for one in found
    ]


def command_line(found: Sequence[Candidate]) -> str | None:
    """Give the conversion to type next where one candidate is likelier than all others; None where none is."""
    one = likeliest(found)
    if one is None or one.layout is None or one.layout is TARGET:
        return None
    files = " ".join(map(shlex.quote, one.files))
    named = "" if one.layout is SOURCE else f" --from {one.layout.key}"
    d, h = one.sizes
    return f"csvlstm convert {files}{named} --input-size {d} --hidden-size {h} -o {free_folder()}"
