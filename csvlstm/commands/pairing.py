"""The work of `csvlstm layers`: which of many files are the cells of a network, and in which order they stand."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..errors import CsvLstmError, Place
from ..layouts.arrays import AnySizes, Layout
from ..layouts.entries import SOURCE
from ..network.declaring import files_in
from ..network.layers import FOLDER, SIZES
from ..network.manifest import MANIFEST
from ..network.topology import BACKWARD, FORWARD
from ..numbers.layout_marks import array_named
from ..reading.dialect import readings
from ..reading.fitting import sizes_that_fit
from ..reading.shapes import DEFAULTS, Grid, Options, grids
from ..reading.sources import is_folder, read_source
from ..verdict.shown import as_html, csv_text, frame

if TYPE_CHECKING:
    from pandas import DataFrame

_TABLE = "layers.csv"
_ROLES = {"kernel": ("kernel", "weights", "weight", "matrix", "w", "k"), "bias": ("biases", "bias", "b")}
_DIRECTIONS = {FORWARD: ("forward", "fw"), BACKWARD: ("backward", "reverse", "bw")}
_MOST_ORDERED = 9
_MOST = 2**30
_ENDING = r"(\.(csv|txt|tsv|dat))?(\.(gz|bz2|xz))?$"


class Pairing(NamedTuple):
    """The request of `csvlstm layers`: files and folders, whose layout is `source`; paths become relative to `base`."""

    paths: Sequence[str]
    source: Layout = SOURCE
    base: str = "."
    options: Options = DEFAULTS


class Row(NamedTuple):
    """A cell: its name without words of its role and direction, its direction, its files by column, and its sizes."""

    key: str
    direction: str
    files: dict[str, str]
    sizes: AnySizes


class Paired(NamedTuple):
    """The rows of layers.csv, by columns, what is not sure of them, and the files that are of no cell."""

    rows: Sequence[dict[str, str]]
    doubts: Sequence[str]
    left_out: Sequence[str]

    @property
    def columns(self) -> list[str]:
        """The columns that some row has."""
        return list(dict.fromkeys(column for row in self.rows for column in row))

    @property
    def table(self) -> list[list[str]]:
        """The cells of the table, row by row."""
        return [[row.get(column, "") for column in self.columns] for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """Give what --json prints."""
        about = {"command": "layers", "version": __version__}
        return {**about, "layers": [*self.rows], "doubts": [*self.doubts], "left_out": [*self.left_out]}

    def to_frame(self) -> "DataFrame":
        """Give the table as a DataFrame."""
        return frame(self.columns, self.table)

    def __str__(self) -> str:
        """Give the table as CSV."""
        return csv_text(self.columns, self.table)

    def __repr__(self) -> str:
        """Say in one line how many there are."""
        return (
            f"<csvlstm layers: {len(self.rows)} cells, {len(self.doubts)} doubts, {len(self.left_out)} files left out>"
        )

    def _repr_html_(self) -> str:
        return as_html(repr(self)[1:-1], self.columns, self.table)


def pair_files(request: Pairing) -> Paired:
    """Pair kernels with biases by their names and shapes, and order the cells by their numbers and sizes.

    Raises CsvLstmError where a file cannot be read, where files are no cell, and where their order is not to be seen.

    >>> folder = "sample_data/sunspots"
    >>> files = [f"{folder}/cell_{cell}_{part}.csv" for part in ("bias", "kernel") for cell in (1, 0)]
    >>> print(pair_files(Pairing(files, base=folder)))
    layer,kernel,bias,input_size,hidden_size
    cell_0,cell_0_kernel.csv,cell_0_bias.csv,3,5
    cell_1,cell_1_kernel.csv,cell_1_bias.csv,5,4
    <BLANKLINE>
    """
    if not request.paths:
        raise CsvLstmError("no files are given", expected="the CSVs of a network's cells, or their folder")
    finder = _Files(request) if request.source.is_stacked else _Folders(request)
    cells = finder.cells
    if not cells:
        shown = ", ".join(finder.left_out[:4])
        raise CsvLstmError(
            f"no LSTM cell is among {shown}", expected=f"the files of cells of {request.source.framework}"
        )
    layers, doubts = _ordered(_layers(cells))
    names = _names([layer[0].key for layer in layers])
    rows = [_row(name, row, request.base) for name, layer in zip(names, layers, strict=True) for row in layer]
    if request.source.forget_bias_is_argument:
        doubts.append("no file holds the forget bias: 1.0 is taken where the table has no column forget_bias")
    return Paired(rows, [*finder.doubts, *doubts], finder.left_out)


class _File(NamedTuple):
    """A file: the part of a cell that its name speaks of, the rest of its name, its direction, and its grids."""

    path: str
    part: str
    key: str
    direction: str
    grids: list[Grid]


class _Files:
    """Cells whose kernel and bias are files side by side."""

    def __init__(self, request: Pairing) -> None:
        self._layout, self._options = request.source, request.options
        self._given = [_described(path, request) for path in _expanded(request.paths)]
        self.doubts: list[str] = []

    @cached_property
    def cells(self) -> list[Row]:
        """The cells, each of files whose names agree but for the part, or of the only two that fit each other."""
        groups: dict[tuple[str, str], list[_File]] = {}
        for file in self._given:
            groups.setdefault((file.key, file.direction), []).append(file)
        found = [row for group in groups.values() for row in [_cell(self._layout, group)] if row]
        used = {path for row in found for path in row.files.values()}
        rest = [file for file in self._given if file.path not in used]
        return [*found, *self._by_shape(rest)]

    @property
    def left_out(self) -> list[str]:
        """The files that are of no cell."""
        used = {path for row in self.cells for path in row.files.values()}
        return [file.path for file in self._given if file.path not in used]

    def _by_shape(self, rest: list[_File]) -> Iterator[Row]:
        """Pair what no name pairs, where one kernel and one bias alone fit each other."""
        fits = [(one, row) for one in rest for other in rest if one is not other for row in self._pair(one, other)]
        for one, row in fits:
            if (
                sum(row.files["bias"] in other.files.values() for _, other in fits)
                == sum(one is of for of, _ in fits)
                == 1
            ):
                self.doubts.append(f"{row.files['kernel']} and {row.files['bias']} are paired by their shapes alone")
                yield row

    def _pair(self, kernel: _File, bias: _File) -> list[Row]:
        if "kernel" not in (kernel.part, bias.part) and {kernel.part, bias.part} != {""}:
            return []
        row = _cell(self._layout, [kernel._replace(part="kernel"), bias._replace(part="bias")])
        return [row] if row and kernel.part != "bias" and bias.part != "kernel" else []


class _Folders:
    """Cells of which each has a folder of its own."""

    def __init__(self, request: Pairing) -> None:
        self._request = request
        self.doubts: list[str] = []
        self.left_out: list[str] = []

    @cached_property
    def cells(self) -> list[Row]:
        """The cells, one a folder."""
        return [self._cell(path) for path in self._request.paths]

    def _cell(self, path: str) -> Row:
        if not is_folder(path):
            expected = f"a folder for each cell of {self._request.source.framework}"
            raise CsvLstmError("is no folder", Place(path), expected=expected, advice="put the files of each into one")
        layout, files = files_in(path, self._request.source)
        fitting = sizes_that_fit(layout.arrays, [_grids(file, self._request.options) for file in files])
        if not fitting:
            raise CsvLstmError(
                "its files are of no one cell", Place(path), expected=", ".join(array.name for array in layout.arrays)
            )
        key, direction = _without_direction(os.path.basename(os.path.normpath(path)))
        return Row(key, direction, {FOLDER: path}, fitting[0])


def _expanded(paths: Sequence[str]) -> list[str]:
    """List files, and in the place of a folder the CSVs in it."""
    files = []
    for path in paths:
        names = sorted(os.listdir(path), key=_natural) if is_folder(path) else []
        csvs = [name for name in names if ".csv" in name and name not in (MANIFEST, _TABLE)]
        files += [os.path.join(path, name) for name in csvs] if is_folder(path) else [path]
    return list(dict.fromkeys(files))


def _described(path: str, request: Pairing) -> _File:
    stem, direction = _without_direction(re.sub(_ENDING, "", os.path.basename(path), flags=re.IGNORECASE))
    known = {array.name for array in (*request.source.arrays, *request.source.extras)}
    named = array_named(path)
    words = _ROLES if named not in known or named in _ROLES else {named: (named,)}
    for part, names in words.items():
        pattern = rf"(?:^|(?<=[_\-. \d]))(?:{'|'.join(names)})(?=$|[_\-. \d])"
        if found := [*re.finditer(pattern, stem, re.IGNORECASE)]:
            key = stem[: found[-1].start()] + stem[found[-1].end() :]
            return _File(path, part, _tidy(key), direction, _grids(path, request.options))
    return _File(path, "", _tidy(stem), direction, _grids(path, request.options))


def _grids(path: str, options: Options) -> list[Grid]:
    source = read_source(path, max_bytes=_MOST)
    return [grid for text in readings(source.data, source.name) for grid in grids(text.text, options)]


def _without_direction(stem: str) -> tuple[str, str]:
    for direction, words in _DIRECTIONS.items():
        found = re.search(rf"(?:^|(?<=[_\-. ]))(?:{'|'.join(words)})(?=$|[_\-. \d])", stem, re.IGNORECASE)
        if found:
            return _tidy(stem[: found.start()] + stem[found.end() :]), direction
    return stem, ""


def _tidy(key: str) -> str:
    return re.sub(r"[_\-. ]{2,}", "_", key).strip("_-. ")


def _cell(layout: Layout, files: Sequence[_File]) -> Row | None:
    """Make a cell of files where they are the parts of one, and fit each other."""
    parts = {file.part: file for file in files}
    extras = tuple(array for array in layout.extras if array.name in parts)
    arrays = (*layout.arrays, *extras)
    if len(parts) != len(files) or {array.name for array in arrays} != {*parts}:
        return None
    operands = {operand for array in extras for operand in array.operands}
    if any(operands & {*array.operands} for array in layout.extras if array not in extras):
        return None
    fitting = sizes_that_fit(arrays, [parts[array.name].grids for array in arrays])
    if not fitting:
        return None
    return Row(files[0].key, files[0].direction, {array.name: parts[array.name].path for array in arrays}, fitting[0])


_Layer = list[Row]


def _layers(cells: Sequence[Row]) -> list[_Layer]:
    """Put the cells of two directions that have one name and one input size into one layer, by their names."""
    layers: dict[str, _Layer] = {}
    for cell in sorted(cells, key=lambda cell: (_natural(cell.key), cell.direction == BACKWARD)):
        layers.setdefault(cell.key, []).append(cell)
    whole = [layer for layer in layers.values() if [cell.direction for cell in layer] == [FORWARD, BACKWARD]]
    single = [[cell] for layer in layers.values() if layer not in whole for cell in layer]
    return sorted([*whole, *single], key=lambda layer: _natural(layer[0].key))


def _natural(text: str) -> list[tuple[int, int | str]]:
    """Give what sorts numbers in a name as numbers.

    >>> sorted(["cell_10", "cell_2"], key=_natural)
    ['cell_2', 'cell_10']
    """
    return [(0, int(part)) if part.isdigit() else (1, part.lower()) for part in re.findall(r"\d+|\D+", text)]


def _ordered(layers: list[_Layer]) -> tuple[list[_Layer], list[str]]:
    """Order the layers by their names where each continues the one before, else by their sizes."""
    if len(layers) == 1 or _is_chain(layers):
        return layers, _by_name_alone(layers)
    chains = list(_chains(layers, [])) if len(layers) <= _MOST_ORDERED else []
    if len(chains) == 1:
        names = " -> ".join(layer[0].key for layer in chains[0])
        return chains[0], [f"the order of the layers follows from their sizes, and not from their names: {names}"]
    why = "in more ways than one" if chains else "in no order"
    advice = "order the rows, or say that the cells are independent"
    return layers, [f"the layers continue each other {why}, so they stand by their names: {advice}"]


def _is_chain(layers: Sequence[_Layer]) -> bool:
    return all(_gives(below) == layer[0].sizes.input_size for below, layer in pairwise(layers))


def _gives(layer: _Layer) -> int:
    return sum(cell.sizes.output_size for cell in layer)


def _chains(rest: list[_Layer], before: list[_Layer]) -> Iterator[list[_Layer]]:
    if not rest:
        yield before
    for layer in rest:
        if not before or _gives(before[-1]) == layer[0].sizes.input_size:
            yield from _chains([one for one in rest if one is not layer], [*before, layer])


def _by_name_alone(layers: Sequence[_Layer]) -> list[str]:
    """Say which layers could change places with each other, as far as their sizes tell."""
    same: dict[tuple[int, int], list[str]] = {}
    for layer in layers:
        same.setdefault((layer[0].sizes.input_size, _gives(layer)), []).append(layer[0].key)
    return [f"the order of {', '.join(keys)} follows from their names alone" for keys in same.values() if len(keys) > 1]


def _names(keys: Sequence[str]) -> list[str]:
    """Name the layers by what is not the same in all of their names."""
    words = [re.split(r"[_\-. ]+", key) for key in keys]
    while len(words) > 1 and all(len(one) > 2 for one in words) and len({one[0] for one in words}) == 1:
        words = [one[1:] for one in words]
    while len(words) > 1 and all(len(one) > 2 for one in words) and len({one[-1] for one in words}) == 1:
        words = [one[:-1] for one in words]
    names = ["_".join(one) for one in words]
    if len({*map(str.lower, names)}) < len(names) or not all(
        re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in names
    ):
        return [f"layer_{number}" for number in range(len(keys))]
    return names


def _row(name: str, row: Row, base: str) -> dict[str, str]:
    files = {column: os.path.relpath(path, base).replace(os.sep, "/") for column, path in row.files.items()}
    sizes = dict(zip(SIZES, map(str, (row.sizes.input_size, row.sizes.hidden_size)), strict=True))
    direction = {"direction": row.direction} if row.direction else {}
    return {"layer": name, **files, **sizes, **direction}
