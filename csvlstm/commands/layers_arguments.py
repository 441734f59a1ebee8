"""The arguments of `csvlstm layers`, and how the table is printed."""

import argparse
import os
import shlex
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from ..layouts.entries import SOURCE
from .arguments import DONE, add_reading, add_source_layout, reading_of
from .streams import print_json, print_text, say, tell

if TYPE_CHECKING:
    from .cli import Parser
    from .pairing import Paired, Pairing

_EPILOG = """\
examples:
  csvlstm layers exported/*.csv > layers.csv
  csvlstm layers exported -o exported/layers.csv

Kernels and biases are paired by their names (cell_0_kernel.csv, cell_0_bias.csv), or where those say nothing by their
shapes; fw and bw, or forward and backward, are the directions of a layer. The layers stand in the order of their
numbers where each continues the one before, else in that of their sizes. What is not sure is said on standard error.

exit codes:
  0  done
  2  wrong usage, or files that are no cells; nothing was printed
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command layers to those of the program."""
    command = commands.add_parser(
        "layers",
        help="make layers.csv from the files of a network",
        description="Pair the kernels and biases of a network by name, shape and chain, and print the table that "
        "convert, check and audit take with --layers; of other layouts than TensorFlow 1, a folder a cell.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run, prints_report=True)
    command.add_argument("files", metavar="FILES", nargs="*", help="the CSVs of the cells, or folders with them")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write the table there instead; paths are relative to it"
    )
    command.add_argument("--force", action="store_true", help="replace an existing FILE")
    add_source_layout(command)
    add_reading(command)
    command.add_argument(
        "--json", action="store_true", help="print the table as one JSON object, with what is not sure"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="do not say what is not sure")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug in csvlstm")


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print the table, and give the exit code."""
    paired = layers_as_said(parsed)
    if parsed.json:
        print_json(paired.to_dict(), written=parsed.output is not None)
    elif parsed.output is None:
        print_text(str(paired))
    if not parsed.quiet:
        _say_doubts(paired, parsed)
    return DONE


def layers_as_said(parsed: argparse.Namespace) -> "Paired":
    """Pair the files that the arguments name, and write the table where they want a file."""
    from .pairing import pair_files

    paired = pair_files(_pairing(parsed))
    if parsed.output is not None:
        _write(paired, parsed)
    return paired


def _pairing(parsed: argparse.Namespace) -> "Pairing":
    """Give the request that the arguments make."""
    from .pairing import Pairing

    if parsed.output == "":
        raise CsvLstmError("-o is empty", expected="the name of a file")
    base = os.path.dirname(parsed.output or "") or os.curdir
    return Pairing(parsed.files, parsed.source or SOURCE, base, reading_of(parsed))


def _write(paired: "Paired", parsed: argparse.Namespace) -> None:
    from ..converted.outputs import staging
    from ..converted.targets import refuse_outputs
    from ..reading.sources import identity

    folder, name = os.path.split(parsed.output)
    refuse_outputs(folder or os.curdir, [name], [identity(path) for path in parsed.files], parsed.force)
    with staging(folder or os.curdir, parsed.force) as files:
        files.store(name, [str(paired).encode()])
        files.publish()


def _say_doubts(paired: "Paired", parsed: argparse.Namespace) -> None:
    from ..converted.targets import free_folder

    for doubt in paired.doubts:
        say(f"not sure: {doubt}")
    for path in paired.left_out:
        say(f"left out: {path} is of no cell")
    if parsed.output is not None:
        tell(f"next: csvlstm convert --layers {shlex.quote(parsed.output)} -o {free_folder()}")
