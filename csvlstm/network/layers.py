"""layers.csv: the cells of a network in a table that a spreadsheet user can write, one row a cell."""

import os
import re
import unicodedata
from itertools import groupby, pairwise
from typing import NamedTuple

from ..errors import CsvLstmError, Place, argument, shown
from ..layouts.arrays import Layout
from ..layouts.gates import Sizes
from ..names import path_of
from ..reading.quantities import LARGEST_SIZE, read_number, read_size
from ..reading.rows import CsvRow, read_table
from ..reading.sources import STANDARD_INPUT
from .declaring import DEFAULT, Declaration, declared_cell
from .manifest import MANIFEST
from .topology import BACKWARD, FORWARD, Cell, Network

SIZES = ("input_size", "hidden_size")
OPTIONAL = ("direction", "forget_bias")
FOLDER = "folder"
_FORMULA = "=+-@"
_LONGEST = 255
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}


def read_layers(path: str, declared: Declaration = DEFAULT, *, chained: bool = True) -> Network:
    """Read the table of a network's cells, from the input up; paths in it are relative to the table.

    The files of TensorFlow 1 stand in columns of their names, those of other layouts in a column `folder`; peepholes
    and a projection have columns, too. What is `declared` holds for the rows that say nothing else.

    Raises CsvLstmError, with the row and the column, for names that are no folders, cells that are there twice, files
    that are not there, and, where the layers are `chained`, an input size that does not continue the layer before.

    >>> [cell.sizes for cell in read_layers("sample_data/sunspots/layers.csv").cells]
    [Sizes(input_size=3, hidden_size=5), Sizes(input_size=5, hidden_size=4)]
    """
    folder = "" if path == STANDARD_INPUT else os.path.dirname(path)
    source = declared.source_of_files
    columns = _file_columns(source)
    extras = tuple(array.name for array in source.extras)
    required = ("layer", *columns, *SIZES)
    rows = [_DeclaredRow(row, _cell(row, folder, declared)) for row in read_table(path, required, (*OPTIONAL, *extras))]
    layers = [list(layer) for _, layer in groupby(rows, key=lambda declared: declared.cell.layer)]
    _refuse_names([layer[0] for layer in layers])
    for layer in layers:
        _refuse_directions(layer)
    for below, layer in pairwise(layers) if chained else ():
        _refuse_break(below, layer)
    in_order = (sorted(layer, key=lambda declared: declared.cell.is_backward) for layer in layers)
    return Network(tuple(_cells(layer) for layer in in_order), chained, path)


def _cells(layer: list["_DeclaredRow"]) -> tuple[Cell, ...]:
    """Give a layer's cells; a forward cell alone is a layer of one direction, and its folder has no other below it."""
    return (layer[0].cell._replace(direction=""),) if len(layer) == 1 else tuple(declared.cell for declared in layer)


class _DeclaredRow(NamedTuple):
    """A cell beside the row that it was read from."""

    row: CsvRow
    cell: Cell


def _file_columns(source: Layout) -> tuple[str, ...]:
    """Name the columns that say where the files of a cell are: a column a file where there are two, or their folder."""
    return tuple(array.name for array in source.arrays) if source.is_stacked else (FOLDER,)


def _cell(row: CsvRow, folder: str, declared: Declaration) -> Cell:
    source = declared.source_of_files
    columns = _file_columns(source)
    paths = [_file(row, column, folder) for column in columns]
    extras = {
        operand: [_file(row, array.name, folder) for array in source.extras if operand in array.operands]
        for operand in dict.fromkeys(one for array in source.extras for one in array.operands if row.text(array.name))
    }
    forget_bias = _number(row, "forget_bias") if row.text("forget_bias") else declared.forget_bias
    sizes = Sizes(_size(row, "input_size"), _size(row, "hidden_size"))
    cell = declared_cell(declared._replace(source=source, forget_bias=forget_bias, extras=extras), paths, sizes)
    named = [row.text(column) for column in (*columns, *(array.name for array in source.extras)) if row.text(column)]
    return cell._replace(
        layer=_layer(row),
        direction=_direction(row),
        sources=tuple(named if source.is_stacked else (f"{named[0]}/{array.name}.csv" for array in cell.layout.arrays)),
        declared=str(Place(row.file, row.line)),
    )


def _layer(row: CsvRow) -> str:
    """Give the layer's name, which becomes a folder on any system."""
    name, place = row.text("layer"), row.place("layer")
    if not name:
        raise CsvLstmError("the layer has no name", place, expected="the name of a folder for its files")
    if len(name.encode()) > _LONGEST:
        raise CsvLstmError(f"{shown(name)} is too long for a folder", place, expected=f"{_LONGEST} bytes at most")
    if any(mark in '/\\:*?"<>|' or not mark.isprintable() for mark in name) or name.strip(".") != name:
        found = f"{name!r} cannot be the name of a folder"
        raise CsvLstmError(found, place, expected='a name without / \\ : * ? " < > | and without dots at its ends')
    if name[0] in _FORMULA:
        found = f"{name!r} begins with {name[0]}, which spreadsheets take for a formula"
        raise CsvLstmError(found, place, expected="another name")
    if name.partition(".")[0].rstrip().upper() in _RESERVED:
        raise CsvLstmError(f"{name!r} is a device on Windows, and no folder", place, expected="another name")
    if name.casefold() == MANIFEST:
        raise CsvLstmError(f"{name!r} is the name of the list of files", place, expected="another name")
    return name


def _direction(row: CsvRow) -> str:
    direction = row.text("direction").lower()
    if direction not in ("", FORWARD, BACKWARD):
        expected = f"{FORWARD}, {BACKWARD}, or nothing for a layer of one direction"
        raise CsvLstmError(f"{row.text('direction')!r} is no direction", row.place("direction"), expected=expected)
    return direction


def _file(row: CsvRow, column: str, folder: str) -> str:
    name, place = row.text(column), row.place(column)
    if not name or name == STANDARD_INPUT:
        found = f"the {column} has no file" if not name else f"the {column} is {STANDARD_INPUT}, standard input"
        raise CsvLstmError(found, place, expected="the path of a CSV file")
    path = os.path.join(folder, path_of(name))
    if column == FOLDER:
        if not os.path.isdir(path):
            raise CsvLstmError(f"there is no folder {path!r}", place, expected="a folder", advice=_where(name))
        return path
    if not os.path.exists(path) or os.path.isdir(path):
        found = f"{path!r} is a folder" if os.path.isdir(path) else f"there is no file {path!r}"
        raise CsvLstmError(found, place, expected=f"the CSV of the {column}", advice=_where(name))
    return path


def _where(name: str) -> str:
    """Say where the files of a table are looked for."""
    if "\\" in name:
        return f"folders are separated by / on every system: {name.replace(chr(92), '/')}"
    return "paths are relative to the table"


def _size(row: CsvRow, column: str) -> int:
    # A spreadsheet, and pandas beside blank cells, write 3 as 3.0.
    size = read_size(re.sub(r"[.,]0+$", "", row.text(column)))
    if size is None:
        found = f"{shown(row.text(column))} is no {column.replace('_', ' ')}"
        raise CsvLstmError(found, row.place(column), expected=f"a whole number from 1 to {LARGEST_SIZE}")
    return size


def _number(row: CsvRow, column: str) -> float:
    # Where a comma stands inside a cell, the table has another delimiter, and its country a decimal comma.
    number = read_number(row.text(column).replace(",", "."))
    if number is None:
        found = f"{shown(row.text(column))} is no {column.replace('_', ' ')}"
        raise CsvLstmError(found, row.place(column), expected="a finite number")
    return number


def _refuse_names(layers: list[_DeclaredRow]) -> None:
    """Refuse layers whose rows are apart, or whose folders would be the same on some systems."""
    seen: dict[str, _DeclaredRow] = {}
    for row, cell in layers:
        # Unicode's canonical caseless match: folding can take a normalised name apart, or bring marks together.
        folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", cell.layer).casefold())
        other = seen.setdefault(folded, _DeclaredRow(row, cell))
        if other.row is row:
            continue
        if other.cell.layer == cell.layer:
            found = f"{cell.layer!r} is the name of a layer in line {other.row.line}"
            advice = "the two rows of a bidirectional layer stand one after the other"
        else:
            found = (
                f"{cell.layer!r} and {other.cell.layer!r} of line {other.row.line} would be one folder on some systems"
            )
            advice = "give one of them another name"
        raise CsvLstmError(found, row.place("layer"), expected="a name of its own for each layer", advice=advice)


def _refuse_directions(layer: list[_DeclaredRow]) -> None:
    """Refuse a layer that is neither one cell nor a forward and a backward one with the same input size."""
    first, *others = layer
    if not others and first.cell.is_backward:
        found = f"layer {first.cell.layer!r} has a backward cell alone"
        raise CsvLstmError(found, first.row.place("direction"), expected="a row with its forward cell too")
    for row, cell in others:
        if sorted(declared.cell.direction for declared in layer) != [BACKWARD, FORWARD]:
            found = f"layer {cell.layer!r} is in line {first.row.line} already"
            expected = "one row, or one with direction forward and one with backward"
            raise CsvLstmError(found, row.place("layer"), expected=expected)
        if cell.sizes.input_size != first.cell.sizes.input_size:
            found = f"input_size {cell.sizes.input_size} is not that of line {first.row.line}"
            expected = f"{first.cell.sizes.input_size}, as both directions get the same inputs"
            raise CsvLstmError(found, row.place("input_size"), expected=expected)


def _refuse_break(below: list[_DeclaredRow], layer: list[_DeclaredRow]) -> None:
    """Refuse a layer that does not take what the one below gives: its hidden size, or those of both directions."""
    sizes = [declared.cell.sizes.output_size for declared in below]
    row, cell = layer[0]
    if cell.sizes.input_size == sum(sizes):
        return
    given = f"hidden_size {sizes[0]}" if len(sizes) == 1 else f"hidden sizes {sizes[0]} + {sizes[1]} = {sum(sizes)}"
    lines = " and ".join(str(declared.row.line) for declared in below)
    raise CsvLstmError(
        f"input_size {cell.sizes.input_size} of layer {cell.layer!r} does not continue layer {below[0].cell.layer!r} "
        f"(line{'s' * (len(below) > 1)} {lines}), which has {given}",
        row.place("input_size"),
        expected=str(sum(sizes)),
        advice=f"order the rows from the input up; {argument(chained=False)} says that they are separate cells",
    )
