"""Random exports for tests: weights all different, sizes that no two of them share unless a test asks for it."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csvlstm.commands.audit import Evidence, audit_sides
from csvlstm.commands.check import Check, check_files
from csvlstm.commands.convert import Conversion, convert_files
from csvlstm.converted.moving import Store, convert_text
from csvlstm.converted.sets import DEFAULT_READING, Reading, Sides, read_sides
from csvlstm.converted.styles import Style
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.plan import Plan
from csvlstm.network.topology import Cell, Network, single
from csvlstm.reading.scanning import Text
from csvlstm.reading.shapes import DEFAULTS, Options
from csvlstm.reading.tables import WeightSet, read_pair
from csvlstm.verdict.report import Report

PARTS = ("kernel", "recurrent_kernel", "bias")
"""What Keras keeps of a layer, in the order that `set_weights` takes."""

SIZES = [Sizes(3, 5), Sizes(7, 2), Sizes(4, 4), Sizes(1, 6), Sizes(6, 1), Sizes(1, 1)]


def write_export(folder: Path, kernel: NDArray[np.floating], bias: NDArray[np.floating]) -> tuple[str, str]:
    """Write a kernel [D+H, 4H] and a bias [4H] as a user does, and give the paths of the two files."""
    np.savetxt(folder / "exported_kernel.csv", kernel, delimiter=",", fmt="%.17g")
    np.savetxt(folder / "exported_bias.csv", bias, fmt="%.17g")
    return str(folder / "exported_kernel.csv"), str(folder / "exported_bias.csv")


def random_export(folder: Path, sizes: Sizes, seed: int = 0, scale: float = 1.0) -> WeightSet:
    """Write and read an export of normally distributed weights."""
    draw = np.random.default_rng(seed)
    kernel = scale * draw.standard_normal((sizes.rows, sizes.columns))
    return read_pair(*write_export(folder, kernel, scale * draw.standard_normal(sizes.columns)), sizes)


def check_cell(kernel: str, bias: str, directory: str, sizes: Sizes, *, forget_bias: float = 1.0, **how: Any) -> Report:
    """Check a converted set against the export of a cell that stands alone."""
    return check_files(Check(single(Cell((kernel, bias), sizes, forget_bias)), directory, **how))


def converted_layer(
    folder: Path, files: tuple[str, str], sizes: Sizes, options: Options = DEFAULTS, forget_bias: float = 1.0
) -> Sides:
    """Convert an export, and read both sides as an audit does."""
    cell = Cell(files, sizes, forget_bias)
    folder = folder / "keras"
    convert_files(Conversion(single(cell), options, behaviour=False, directory=str(folder)))
    return both_sides(cell, folder, Reading(options))


def both_sides(cell: Cell, folder: Path, reading: Reading = DEFAULT_READING) -> Sides:
    """Read both sides of a cell as an audit does, with the SHA-256 of each file."""
    return read_sides(cell, str(folder), reading.with_digests())


def audited(*layers: Sides, path: Path | None = None, **how: Any) -> Report:
    """Audit layers that were read, and write the evidence where there is a path."""
    network = Network(tuple((layer.cell,) for layer in layers))
    return audit_sides(network, layers, Evidence(str(path or ""), **how))


def rows_of(report: Report) -> list[Any]:
    """Give the rows of an audit with their columns as attributes."""
    return [SimpleNamespace(**dict(zip(report.columns, row, strict=True))) for row in report.rows]


def named(layer: Sides, name: str, direction: str = "") -> Sides:
    """Give a layer a name, and a direction, in a network."""
    return layer._replace(cell=layer.cell._replace(layer=name, direction=direction))


def turned_round(plan: Plan, export: WeightSet, store: Store, style: Style) -> dict[str, Text]:
    """Convert an export as text, and store each file with its last cell first: no conversion at all."""

    def store_backwards(name: str, pieces: Iterable[bytes]) -> Text:
        lines = b"".join(pieces).splitlines()
        return store(name, [b",".join(line.split(b",")[::-1]) + b"\n" for line in lines[::-1]])

    return convert_text(plan, export, store_backwards, style)


def edited(layer: Sides, part: str, change: dict[tuple[int, int], float]) -> Sides:
    """Change some cells of a part of the converted set."""
    values = layer.converted.tables[part].values.copy()
    for at, value in change.items():
        values[at] = value
    return with_numbers(layer, part, values)


def with_numbers(layer: Sides, part: str, values: np.ndarray) -> Sides:
    """Put other numbers [rows, columns] into a part of the converted set."""
    tables = layer.converted.tables | {part: layer.converted.tables[part].with_values(values)}
    return layer._replace(converted=layer.converted._replace(tables=tables))
