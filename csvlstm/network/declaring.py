"""From what a user declares of a cell to the cell: both layouts, its files, what it has and what it lacks."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import CsvLstmError, Place, argument
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
        source = layout_of_files(declared.source_of_files, len(paths), has_bias=declared.has_bias)
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
    if not declared.has_bias:
        _refuse_run_time_bias(source, own)
    if not (source.biases and declared.has_bias) and target.bias_is_optional and own == 0:
        target = target.without_bias()
    at = next((at for at, array in enumerate(source.arrays) if Operand.PROJECTION in array.operands), None)
    if at is not None:
        sizes = ProjectedSizes(*sizes, projected_size(paths[at], sizes.hidden_size, options))
    run_time_forget_bias(target, declared.target_forget_bias)
    return Cell(
        tuple(paths),
        sizes,
        own,
        layout=source,
        target=target,
        target_forget_bias=declared.target_forget_bias or 0.0,
        has_bias=declared.has_bias,
    )


def layout_of_files(layout: Layout, number: int, *, has_bias: bool) -> Layout:
    """Give the layout of so many files: those of a cell without a bias may be there, and hold zeros, or be missing.

    Raises CsvLstmError where the framework has no cell without a bias.

    >>> [array.name for array in layout_of_files(TARGET, 2, has_bias=False).arrays]
    ['kernel', 'recurrent_kernel']
    """
    return layout if has_bias or number == len(layout.arrays) else _without_bias(layout)


def _refuse_run_time_bias(source: Layout, forget_bias: float) -> None:
    """Refuse to call a cell one without a bias that adds a forget bias at run time, whatever its files hold."""
    if forget_bias:
        found = f"the cell of {source.framework} adds a forget bias of {forget_bias!r} at run time"
        settled = f"{argument(forget_bias=0.0)} if it was built with that"
        expected = settled if source.forget_bias_is_argument else "a cell that has a bias"
        raise CsvLstmError(found, expected=expected, advice=f"else leave out {argument(no_bias=True)}")


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
    if (listed or not has_bias) and not there & layout.names_of_biases:
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
    named = {layout.key: len(there & {one.name for one in layout.arrays + layout.extras}) for layout in fitting}
    likeliest = [layout for layout in fitting if named[layout.key] == max(named.values())]
    if len(likeliest) == 1:
        return likeliest[0]
    if not likeliest:
        shown = ", ".join(sorted(there)[:_SHOWN]) or "nothing"
        expected = "the files of one layout, as csvlstm layouts lists them"
        raise CsvLstmError("has the files of no layout", Place(folder), expected=expected, advice=f"there is {shown}")
    names = " and ".join(layout.framework for layout in likeliest)
    raise CsvLstmError(f"has files that {names} name alike", Place(folder), expected="the name of the layout")
