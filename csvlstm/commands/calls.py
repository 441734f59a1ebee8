"""The commands as functions: on paths and on arrays, with the options of the command line as keyword arguments.

Nothing is printed, and no process ends: a function gives a report, or raises CsvLstmError. An option means what it
means on the command line, and is read by the same arguments.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..converted.given_arrays import array_in, arrays_by_name, folder_of, text_of
from ..errors import CsvLstmError, argument, plural
from ..layouts.arrays import Layout
from ..layouts.entries import SOURCE
from ..network.declaring import layout_of_files
from ..reading.fitting import sizes_that_fit
from ..reading.shapes import Grid
from ..reading.sources import InMemory
from .arguments import bar_of
from .spelling import did_you_mean

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..verdict.report import Report
    from .checkpoint_report import ExportReport
    from .network_overview import NetworkOverview
    from .overview import Overview
    from .pairing import Paired

    Path = str | os.PathLike[str]
    Weights = Path | ArrayLike | DataFrame
    Set = Weights | Mapping[str, Any] | Sequence[ArrayLike]


class ReadingOptions(TypedDict, total=False):
    """What settles how a file is read where it could be read in two ways."""

    transposed: bool
    order: Literal["C", "F"]
    header: bool | None
    index: bool | None
    delimiter: str | None
    decimal: str | None


class CellOptions(ReadingOptions, total=False):
    """What is declared of a cell, or of the cells of a network, and whether a bar shows how much is done."""

    input_size: int | None
    hidden_size: int | None
    source: str | None
    target: str
    layers: "Path | None"
    independent: bool
    forget_bias: float | None
    target_forget_bias: float | None
    no_bias: bool
    projection: "Weights | None"
    peepholes: "Sequence[Weights] | None"
    strict: bool
    progress: bool


class ConvertOptions(CellOptions, total=False):
    """What `convert` takes beside its files; `dtype` is that of the weights of the report."""

    output: "Path | None"
    force: bool
    no_check: bool
    seed: int
    output_plain_decimals: bool
    output_delimiter: str
    output_decimal: str
    output_labels: bool
    dtype: DTypeLike


class SetOptions(CellOptions, total=False):
    """What `check` and `audit` take beside their files."""

    set_header: bool | None
    set_index: bool | None
    output: "Path | None"
    force: bool


class CheckOptions(SetOptions, total=False):
    """What `check` takes beside its files; a page for a browser is the `output`."""

    atol: float
    rtol: float
    seed: int
    recorded_inputs: "Weights | None"
    recorded_outputs: "Weights | None"
    activation: str | None
    recurrent_activation: str | None


class AuditOptions(SetOptions, total=False):
    """What `audit` takes beside its files."""

    template: bool
    output_delimiter: str
    output_decimal: str


class LayersOptions(ReadingOptions, total=False):
    """What `layers` takes beside its files."""

    source: str | None
    output: "Path | None"
    force: bool


class InspectOptions(ReadingOptions, total=False):
    """What `inspect` takes beside its files."""

    max_bytes: int
    layers: "Path | None"
    source: str | None


_OPTIONS: dict[str, Any] = {
    "convert": ConvertOptions,
    "check": CheckOptions,
    "audit": AuditOptions,
    "inspect": InspectOptions,
    "layers": LayersOptions,
}


def convert(*files: "Set", **options: Unpack[ConvertOptions]) -> "Report":
    """Convert the files or arrays of one cell, or with `layers` those of a network, and check the result.

    `files` are those of the `source` layout in its order (of TensorFlow 1 kernel [D+H, 4H] and bias [4H]), or one
    folder, or a dictionary of arrays. The `weights` of the report are what the loader of the `target` takes. With
    `output` the files are written there, as the command does; without it nothing is written.

    Raises CsvLstmError where an input is not what was declared, where sizes are neither declared nor shown by arrays,
    where an output cannot be written, and with `strict` where an input shows damage.

    >>> cell = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> report = convert(*cell, input_size=1, hidden_size=1)
    >>> report
    <csvlstm convert: identical: 0 of 12 cells differ in 12 blocks, forget bias 1.0 added to 1 of them>
    >>> [array.tolist() for array in convert(*cell, input_size=1, hidden_size=1, dtype="float64").weights]
    [[[0.1, 0.3, 0.2, 0.4]], [[-0.5, -0.7, 0.6, 0.8]], [0.01, 1.03, 0.02, 0.04]]
    """
    from ..converted.weights import read_weights, weights_of
    from .convert import convert_files, convert_in_memory
    from .convert_arguments import conversion_of

    said = dict(options)
    dtype = said.pop("dtype", None)
    parsed, given = _parsed("convert", files, said)
    if parsed.output == "":
        raise CsvLstmError(f"{argument(output=...)} is empty", expected="the name of a folder")
    conversion = conversion_of(parsed)
    wanted: Any = np.result_type(*given) if dtype is None and given else dtype or "float32"
    if parsed.output is None:
        report, texts = convert_in_memory(conversion, bar_of(parsed))
    else:
        report, texts = convert_files(conversion, bar_of(parsed)), []
    if not report.equivalent:
        return report
    weights = weights_of(conversion.network, texts, wanted) if texts else read_weights(parsed.output, wanted)
    return report._replace(weights=weights)


def check(*files: "Set", **options: Unpack[CheckOptions]) -> "Report":
    """Compare a converted set with its export, and name what is wrong with it.

    `files` are those of the export, as in `convert`, and last the converted set: its folder, its arrays in the order of
    the `target`, or what its framework's loader takes. A recorded run is [steps, D] and [steps, H].

    Raises CsvLstmError where an input is not what was declared. A set that is not equivalent is no error.

    >>> cell = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> check(*cell, "sample_data/quirks/converted_D1_H1", input_size=1, hidden_size=1).verdict
    'identical'
    """
    from .check_arguments import check_as_said

    return check_as_said(_with_set("check", files, dict(options)))


def audit(*files: "Set", **options: Unpack[AuditOptions]) -> "Report":
    """Compare a converted set with its export, and give control totals of each block; `output` is a file for them.

    `files` are those of `check`. Raises CsvLstmError as `check` does, and where the output cannot be written.

    >>> cell = "sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"
    >>> report = audit(*cell, "sample_data/quirks/converted_D1_H1", input_size=1, hidden_size=1)
    >>> report.cells[0].totals[10].target_sum
    0.02
    """
    from .audit_arguments import audit_as_said

    return audit_as_said(_with_set("audit", files, dict(options)))


def inspect(*files: "Weights", **options: Unpack[InspectOptions]) -> "Overview | NetworkOverview":
    """Tell what files or arrays are before any size is declared, or with `layers` what the cells of a network are.

    Raises CsvLstmError where a file cannot be read, or holds anything but weights.

    >>> inspect("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv").to_dict()["sizes"]
    [{'input_size': 1, 'hidden_size': 1, 'transposed': False}]
    """
    from .arguments import reading_of
    from .network_overview import look_over_network
    from .overview import look_over

    parsed = _namespace("inspect", dict(options))
    if parsed.layers is not None:
        return look_over_network(parsed.layers, parsed.source, reading_of(parsed))
    paths = [_path(file, f"array {number}")[0] for number, file in enumerate(files, start=1)]
    return look_over(paths, reading_of(parsed), parsed.max_bytes)


def export(
    checkpoint: "Path", output: "Path", *, scope: Sequence[str] = (), forget_bias: float | None = None
) -> "ExportReport":
    """Write the LSTM layers of a TensorFlow 1 checkpoint as CSVs with their layers.csv, without TensorFlow.

    Raises CsvLstmError where the checkpoint is damaged or has no LSTM layer, and where the output cannot be written.
    """
    from .export import Export, export_checkpoint

    scopes = [scope] if isinstance(scope, str) else scope
    return export_checkpoint(Export(os.fspath(checkpoint), os.fspath(output), scopes, forget_bias))


def layers(*files: "Path", **options: Unpack[LayersOptions]) -> "Paired":
    """Pair the files of a network, and order its cells: the rows of layers.csv, and what is not sure of them.

    `files` are kernels and biases of TensorFlow 1, or folders of them; of another `source` a folder for each cell.
    Paths in the table are relative to the folder of `output`, where it is written, or to the working directory.

    Raises CsvLstmError where a file cannot be read, and where the files are of no cell.

    >>> layers("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv").rows[0]["hidden_size"]
    '1'
    """
    from .layers_arguments import layers_as_said

    parsed = _namespace("layers", dict(options))
    parsed.files = [os.fsdecode(file) for file in files]
    return layers_as_said(parsed)


def read_export(
    kernel: "Weights",
    bias: "Weights",
    *,
    input_size: int | None = None,
    hidden_size: int | None = None,
    **options: Unpack[ReadingOptions],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read the kernel [D+H, 4H] and the bias [4H] of a TensorFlow 1 cell from files in any dialect.

    The sizes need be declared only where the files fit several. Raises CsvLstmError where they fit none, or hold
    anything but weights.

    >>> kernel, bias = read_export("sample_data/quirks/kernel_gzip.csv.gz", "sample_data/quirks/bias_row.csv")
    >>> kernel.shape, bias.shape
    ((8, 20), (20,))
    """
    from ..reading.tables import read_pair
    from .arguments import reading_of
    from .inspect import Inspection, inspect_files
    from .undeclared import undeclared

    declared = {"input_size": input_size, "hidden_size": hidden_size}
    parsed = _namespace("convert", {**options, **declared})
    (first, _), (second, _) = _path(kernel, "kernel"), _path(bias, "bias")
    fits = inspect_files(Inspection(first, second, reading_of(parsed))).fits
    asked = parsed.input_size, parsed.hidden_size
    sizes = {fit.sizes for fit in fits if all(one in (None, size) for one, size in zip(asked, fit.sizes, strict=True))}
    if len(sizes) != 1:
        raise undeclared([first, second], SOURCE, *asked, reading_of(parsed))
    read = read_pair(first, second, sizes.pop(), reading_of(parsed))
    return read.kernel.values, read.bias.values.reshape(-1)


def _with_set(command: str, files: Sequence[Any], options: dict[str, Any]) -> argparse.Namespace:
    """Give what a command is told that compares a converted set, which is the last of the files."""
    if not files:
        raise CsvLstmError("no files are given", expected="those of the export, and the converted set")
    parsed, _ = _parsed(command, files[:-1], options)
    for name in ("recorded_inputs", "recorded_outputs"):
        if getattr(parsed, name, None) is not None:
            setattr(parsed, name, _path(getattr(parsed, name), name)[0])
    parsed.files.append(files[-1] if _is_path(files[-1]) else folder_of(_target_of(parsed), files[-1]))
    return parsed


def _target_of(parsed: argparse.Namespace) -> Layout:
    from .arguments import network_of

    if parsed.layers is not None:
        raise CsvLstmError("the converted set of a network is given as arrays", expected="its folder")
    return network_of(parsed).cells[0].target


def _parsed(command: str, files: Sequence[Any], options: dict[str, Any]) -> tuple[argparse.Namespace, list[Any]]:
    """Give what a command is told, and the arrays among its files."""
    parsed = _namespace(command, options)
    source = parsed.source or SOURCE
    if len(files) == 1 and isinstance(files[0], Mapping):
        files = [*arrays_by_name(source, files[0], source.names_of_biases if parsed.no_bias else ()).values()]
    if len(files) > 1:
        source = layout_of_files(source, len(files), has_bias=not parsed.no_bias)
    names = [array.name for array in source.arrays]
    leading = [array.leading for array in source.arrays]
    more = max(0, len(files) - len(names))
    named = zip(files, [*names, *(f"array {number}" for number in range(more))], [*leading, *[0] * more], strict=False)
    read = [_path(*one) for one in named]
    parsed.files = [path for path, _ in read]
    for name in ("projection", "peepholes"):
        _set_extras(parsed, name)
    arrays = [array for _, array in read if array is not None]
    if arrays and len(arrays) == len(files) and None in (parsed.input_size, parsed.hidden_size):
        parsed.input_size, parsed.hidden_size = _sizes(source, arrays, parsed)
    return parsed, arrays


def _set_extras(parsed: argparse.Namespace, name: str) -> None:
    given = getattr(parsed, name)
    if name == "peepholes" and given is not None and not _is_path(given):
        parsed.peepholes = [_path(one, f"peepholes {number}")[0] for number, one in enumerate(given, start=1)]
    elif given is not None:
        path = _path(given, name)[0]
        setattr(parsed, name, [path] if name == "peepholes" else path)


def _sizes(source: Layout, arrays: Sequence[NDArray[Any]], parsed: argparse.Namespace) -> tuple[int, int]:
    """Give the sizes that arrays [rows, columns] show; raises CsvLstmError where they are of no one cell."""
    shapes = ", ".join(f"[{', '.join(map(str, array.shape))}]" for array in arrays)
    expected = ", ".join(f"{one.name} [{', '.join(one.dimensions)}]" for one in source.arrays)
    if parsed.projection is not None:
        raise CsvLstmError("the sizes of a cell with a projection", expected=argument(input_size=..., hidden_size=...))
    if len(arrays) != len(source.arrays):
        found = f"{len(arrays)} {plural(len(arrays), 'array is', 'arrays are')} given"
        raise CsvLstmError(found, expected=f"{expected} of {source.framework}")
    fitting = _fitting(source, arrays)
    if not fitting:
        advice = "are they exchanged?" if _fitting(source, arrays[::-1]) else "are they of one cell?"
        raise CsvLstmError(f"arrays {shapes} are of no one cell", expected=expected, advice=advice)
    return fitting[0]


def _fitting(source: Layout, arrays: Sequence[NDArray[Any]]) -> list[tuple[int, int]]:
    seen = [[Grid(len(array), array.shape[1], header_row=False, index_column=False)] for array in arrays]
    return [(one.input_size, one.hidden_size) for one in sizes_that_fit(source.arrays, seen)]


def _is_path(value: object) -> bool:
    return isinstance(value, str | os.PathLike)


def _path(value: Any, name: str, leading: int = 0) -> tuple[str, NDArray[Any] | None]:
    """Give the path that a caller names, or the text of the array that he gives in its place, and that array."""
    if isinstance(value, InMemory):
        return value, None
    if _is_path(value):
        return os.fsdecode(value), None
    array = array_in(name, value, leading)
    return text_of(name, array), array


def _namespace(command: str, options: dict[str, Any]) -> argparse.Namespace:
    """Give options the values that the arguments of a command give them, and the others their defaults."""
    from .cli import actions_of

    actions = {action.dest: action for action in actions_of(command) if action.dest != "files"}
    values = {name: action.default for name, action in actions.items()}
    known = [name for name in _OPTIONS[command].__annotations__ if name not in ("progress", "dtype")]
    quiet = not options.pop("progress", False)
    for name, value in options.items():
        if name not in known:
            found = f"{name} is no option of {command}{did_you_mean(name, known)}"
            raise CsvLstmError(found, expected=f"one of {', '.join(known)}")
        values[name] = _value(actions[name], value)
    return argparse.Namespace(**{**values, "files": [], "quiet": quiet, "command_line": ()})


def _value(action: argparse.Action, value: Any) -> Any:
    """Read a value as the command line reads its text."""
    given = argument(**{action.dest: value})
    if action.nargs == 0:
        if not isinstance(value, bool | np.bool_ | None):
            raise CsvLstmError(given, expected="True or False")
        return value
    if value is None or not (action.type or action.choices):
        return os.fsdecode(value) if _is_path(value) else value
    if isinstance(value, bool) or not isinstance(value, str | int | float | np.number):
        raise CsvLstmError(given, expected="a number or a name")
    if action.choices and value not in action.choices:
        expected = f"one of {', '.join(map(str, action.choices))}"
        raise CsvLstmError(f"{given}{did_you_mean(str(value), map(str, action.choices))}", expected=expected)
    try:
        return action.type(str(value)) if callable(action.type) else value
    except argparse.ArgumentTypeError as error:
        found, _, expected = str(error).partition("; expected ")
        raise CsvLstmError(f"{given}: {found}", expected=expected or f"{action.help}") from None
