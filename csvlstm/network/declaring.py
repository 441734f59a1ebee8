"""From what a user declares of a cell to the cell: both layouts, its files, what it has and what it lacks."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import CsvLstmError, Place
from ..layouts.arrays import Array, Layout, Operand, ProjectedSizes
from ..layouts.entries import LAYOUTS, SOURCE, TARGET
from ..layouts.gates import Sizes
from ..layouts.plan import EXTRAS, run_time_forget_bias, which_could
from ..reading.fitting import projected_size
from ..reading.shapes import DEFAULTS, Options
from ..reading.sources import STANDARD_INPUT, is_folder
from .manifest import has_manifest, listed_files, listed_layout
from .topology import Cell

_SHOWN = 10


class Declaration(NamedTuple):
    """What is said of all cells; a `source` of None is what a folder shows, or TensorFlow 1.

    A forget bias of None is the default of the source's framework, and 0 for a target. `extras` are the files of
    peepholes and of a projection, by what they multiply.
    """

    source: Layout | None = None
    target: Layout = TARGET
    forget_bias: float | None = None
    target_forget_bias: float | None = None
    has_bias: bool = True
    extras: Mapping[Operand, Sequence[str]] = {}

    @property
    def source_of_files(self) -> Layout:
        """The layout of files that are given one by one."""
        return self.source or SOURCE


DEFAULT = Declaration()


def declared_cell(declared: Declaration, paths: Sequence[str], sizes: Sizes, options: Options = DEFAULTS) -> Cell:
    """Give the cell whose files are at some paths, or in one folder, with what is declared of it.

    Raises CsvLstmError where there are more or fewer files than its layout has, where a folder does not show its
    layout, and where one of the two frameworks has no such cell.

    >>> declared_cell(DEFAULT, ["k.csv", "b.csv"], Sizes(3, 5)).target.framework
    'Keras'
    """
    if len(paths) == 1 and is_folder(paths[0]):
        source, paths = files_in(paths[0], declared.source, has_bias=declared.has_bias)
    else:
        source = declared.source_of_files
        source = source if declared.has_bias else _without_bias(source)
        _refuse_number(source, paths)
    extras = [(one, path) for operand in declared.extras for one, path in _extras(source, operand, declared)]
    source = source._replace(arrays=(*source.arrays, *(array for array, _ in extras)))
    paths = [*paths, *(path for _, path in extras)]
    if paths.count(STANDARD_INPUT) > 1:
        names = " and ".join(array.name.upper() for array in source.arrays)
        found = f"{names} are both {STANDARD_INPUT}" if len(paths) == 2 else f"several files are {STANDARD_INPUT}"
        raise CsvLstmError(found, expected="one file at most from standard input")
    operands = {*source.operands}
    target = declared.target.with_extras(*operands)
    own = run_time_forget_bias(source, declared.forget_bias)
    if not source.biases and target.bias_is_optional and own == 0:
        target = target.without_bias()
    at = next((at for at, array in enumerate(source.arrays) if Operand.PROJECTION in array.operands), None)
    if at is not None:
        sizes = ProjectedSizes(*sizes, projected_size(paths[at], sizes.hidden_size, options))
    run_time_forget_bias(target, declared.target_forget_bias)
    kernel, bias = paths[:2] if len(paths) == 2 else ("", "")
    return Cell(
        kernel,
        bias,
        sizes,
        own,
        layout=source,
        target=target,
        files=tuple(paths),
        target_forget_bias=declared.target_forget_bias or 0.0,
    )


def _without_bias(source: Layout) -> Layout:
    if not source.bias_is_optional:
        raise CsvLstmError(
            f"{source.framework} has no LSTM cell without a bias", expected="its bias, all zeros if need be"
        )
    return source.without_bias()


def _refuse_number(source: Layout, paths: Sequence[str]) -> None:
    names = [array.name for array in source.arrays]
    if len(paths) != len(names):
        found = f"{len(paths)} files are given" if len(paths) != 1 else f"{paths[0]} alone is given"
        expected = f"{', '.join(map(str.upper, names))} of {source.framework}, or one folder with them"
        raise CsvLstmError(found, expected=expected)


def _extras(source: Layout, operand: Operand, declared: Declaration) -> list[tuple[Array, str]]:
    arrays = [array for array in source.extras if operand in array.operands]
    paths = declared.extras[operand]
    if not arrays:
        raise CsvLstmError(f"{source.framework} has no cell with {EXTRAS[operand]}", advice=which_could(operand))
    if len(arrays) != len(paths):
        names = ", ".join(array.name for array in arrays)
        raise CsvLstmError(f"{len(paths)} files of {EXTRAS[operand]} are given", expected=f"{len(arrays)}: {names}")
    return list(zip(arrays, paths, strict=True))


def files_in(folder: str, declared: Layout | None = None, *, has_bias: bool = True) -> tuple[Layout, list[str]]:
    """Give the layout of the files of one cell in a folder, and their paths in its order.

    Raises CsvLstmError where neither weights.csv nor the names of the files show which layout it is.
    """
    there = {name.removesuffix(".csv") for name in os.listdir(folder) if name.endswith(".csv")}
    listed = has_manifest(folder)
    if listed:
        rows = listed_files(folder)
        if any("/" in row.text("file") for row in rows):
            found, advice = "holds a network", "name the folder of one of its layers, or a table of layers"
            raise CsvLstmError(found, Place(folder), expected="the files of one cell", advice=advice)
        declared = declared or listed_layout(rows)
        there &= {row.text("part") for row in rows}
    layout = declared or named_layout(folder, there)
    if not has_bias or (listed and not there & {array.name for array in layout.arrays if array.is_vector}):
        layout = _without_bias(layout)
    missing = [array.name for array in layout.arrays if array.name not in there]
    if missing:
        shown = ", ".join(sorted(os.listdir(folder))[:_SHOWN]) or "nothing"
        raise CsvLstmError(f"has no {missing[0]}.csv", Place(folder), advice=f"there is {shown}")
    layout = layout._replace(arrays=(*layout.arrays, *(one for one in layout.extras if one.name in there)))
    return layout, [os.path.join(folder, f"{array.name}.csv") for array in layout.arrays]


def named_layout(folder: str, there: set[str]) -> Layout:
    """Give the one layout that has files of these names; raises CsvLstmError where several have, or none."""
    fitting = [layout for layout in LAYOUTS.values() if {one.name for one in layout.arrays} <= there]
    most = max((len(layout.arrays) for layout in fitting), default=0)
    likeliest = [layout for layout in fitting if len(layout.arrays) == most]
    if len(likeliest) == 1:
        return likeliest[0]
    if not likeliest:
        shown = ", ".join(sorted(there)[:_SHOWN]) or "nothing"
        expected = "the files of one layout, as csvlstm layouts lists them"
        raise CsvLstmError("has the files of no layout", Place(folder), expected=expected, advice=f"there is {shown}")
    names = " and ".join(layout.framework for layout in likeliest)
    raise CsvLstmError(f"has files that {names} name alike", Place(folder), expected="the name of the layout")
