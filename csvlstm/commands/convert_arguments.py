"""The arguments of `csvlstm convert`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from ..layouts.arrays import Layout
from .arguments import (
    DIFFERENT,
    DONE,
    add_output_signs,
    add_report,
    add_source,
    bar_of,
    network_of,
    output_decimal_of,
    reading_of,
    show,
)
from .spelling import did_you_mean
from .streams import print_bytes

if TYPE_CHECKING:
    from .cli import Parser
    from .convert import Conversion

_USAGE = """\
csvlstm convert FILES --input-size D --hidden-size H [--from LAYOUT] [--to LAYOUT] [options]
                       (-o DIR | --stdout NAME)
       csvlstm convert --layers LAYERS.CSV [options] -o DIR"""

_EPILOG = """\
examples:
  csvlstm convert kernel.csv bias.csv --input-size 3 --hidden-size 5 -o converted
  csvlstm convert --layers layers.csv -o converted
  csvlstm convert kernel.csv bias.csv --input-size 3 --hidden-size 5 --to pytorch -o torch
  csvlstm convert torch --to onnx --input-size 3 --hidden-size 5 -o onnx

FILES are KERNEL BIAS of TensorFlow 1, or those of the layout of --from in the order of csvlstm layouts, or one folder
with them. The kernel has D + H rows of 4H cells (D = input size, H = hidden size, units), or all cells in one row or
column, in C order; the bias has 4H cells in one row or column. The delimiter (comma, semicolon, tab, blanks), decimal
commas, quotes, UTF-16, a header row, an index column, comments of np.savetxt, gzip, bzip2 and xz are recognised. One of
the files may be - for standard input.

LAYERS.CSV has one row a cell, from the input up, under the column names layer, kernel, bias, input_size, hidden_size,
and optionally direction (forward or backward), forget_bias, and the files of peepholes and of a projection by their
names. Of other layouts than TensorFlow 1, a column folder stands in place of kernel and bias. Paths are relative to the
table. DIR then gets a folder for each layer, and weights.csv, which lists the files in the order of loading.

exit codes:
  0  done, and both sides are equivalent
  1  not equivalent; nothing was written
  2  wrong usage, an input that is not what was declared, or an output that cannot be written; nothing was written
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command convert to those of the program."""
    command = commands.add_parser(
        "convert",
        usage=_USAGE,
        help="convert a kernel and a bias, or a whole network, and check the result",
        description="Convert the exported kernel and bias of one TensorFlow 1 LSTM cell, or of each cell of a network, "
        "to kernel.csv, recurrent_kernel.csv and bias.csv for a Keras LSTM layer, and check that both compute the same "
        "before any of them is visible.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run)
    add_source(command, of_network)
    _add_outputs(command)
    add_report(command)


def _add_outputs(command: argparse.ArgumentParser) -> None:
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="folder for the files, made where it does not exist")
    where.add_argument("--stdout", metavar="NAME", help="print this one file instead")
    command.add_argument(
        "--force", action="store_true", help="replace existing files in DIR, or a network there (never an input)"
    )
    command.add_argument("--no-check", action="store_true", help="leave out the behaviour half of the check")
    command.add_argument(
        "--output-plain-decimals",
        action="store_true",
        help="write cells with an exponent as plain decimals of the same value, which spreadsheets do not cut",
    )
    add_output_signs(command)
    command.add_argument(
        "--output-labels",
        action="store_true",
        help="add a header row (i_0 ...) and a first column (x_0 ..., h_0 ...)",
    )


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    if parsed.json and parsed.stdout:
        raise CsvLstmError("--json and --stdout both print on standard output", expected="one of them")
    if parsed.output == "-":
        raise CsvLstmError("-o - is no folder", expected="--stdout NAME, which prints one of the files")
    if parsed.layers and parsed.stdout:
        raise CsvLstmError("--stdout prints one file, and --layers makes many", expected="-o DIR")
    from .convert import convert_files, convert_in_memory

    conversion = conversion_of(parsed)
    if parsed.stdout:
        _refuse_no_part(parsed.stdout, conversion.network.cells[0].target)
        report, texts = convert_in_memory(conversion)
        if report.equivalent:
            print_bytes(texts[0][parsed.stdout][:])
    else:
        report = convert_files(conversion, bar_of(parsed))
    show(report, parsed)
    return DONE if report.equivalent else DIFFERENT


def conversion_of(parsed: argparse.Namespace) -> "Conversion":
    """Give the request that the arguments make."""
    from ..converted.styles import Style
    from .convert import Conversion

    decimal = output_decimal_of(parsed)
    style = Style(parsed.output_delimiter, decimal, parsed.output_plain_decimals, parsed.output_labels)
    how = not parsed.no_check, parsed.seed, parsed.strict, style
    return Conversion(network_of(parsed), reading_of(parsed), *how, parsed.output or "", parsed.force)


def _refuse_no_part(name: str, target: Layout) -> None:
    names = [array.name for array in target.arrays]
    if name not in names:
        found = f"{name!r} is no file of {target.framework}{did_you_mean(name, names)}"
        raise CsvLstmError(found, expected=f"one of {', '.join(names)}")
