"""The arguments of `csvlstm inspect`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from .arguments import (
    DONE,
    add_messages,
    add_reading,
    layout_argument,
    print_report,
    reading_of,
    refuse_two_standard_inputs,
    refuse_two_tables,
    size_of_file,
    warn,
)
from .streams import print_json, print_text

if TYPE_CHECKING:
    from .cli import Parser

_EPILOG = """\
examples:
  csvlstm inspect kernel.csv bias.csv
  csvlstm inspect --layers layers.csv

A kernel alone may fit several sizes; with its bias it fits one. The gates are i, c, f, o, in the order in which
TensorFlow 1 keeps them (it calls c j).

exit codes:
  0  the files were read
  2  wrong usage, or a file that is no CSV of numbers
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command inspect to those of the program."""
    command = commands.add_parser(
        "inspect",
        help="tell what the files of an export are, before any size is declared",
        description="Tell how the files are written, which sizes they fit, how the numbers of each gate are spread, "
        "what damaged them, and the convert command to type next.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run, prints_report=True)
    command.add_argument(
        "files",
        metavar="FILES",
        nargs="*",
        help="KERNEL and BIAS, or all files of a cell of any layout, or their folder",
    )
    command.add_argument("--layers", metavar="LAYERS.CSV", help="show the network of a table of layers instead")
    command.add_argument("--from", dest="source", metavar="LAYOUT", type=layout_argument, help="that of its cells")
    command.add_argument(
        "--max-bytes", metavar="N", type=size_of_file, default=2**30, help="read no more of each file (default 1 GiB)"
    )
    add_reading(command)
    command.add_argument("--csv", action="store_true", help="print the gates on standard output as a CSV table")
    add_messages(command)


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    refuse_two_tables(parsed)
    refuse_two_standard_inputs(parsed)
    from .overview import as_csv, look_over

    if parsed.layers is not None:
        return _network(parsed)
    overview = look_over(parsed.files, reading_of(parsed), parsed.max_bytes)
    warn(overview.warnings, parsed.verbose)
    if parsed.csv:
        print_text(as_csv(overview.gates))
    if parsed.json:
        print_json(overview.to_dict())
    print_report(str(overview), parsed)
    return DONE


def _network(parsed: argparse.Namespace) -> int:
    from ..verdict.shown import csv_text
    from .network_overview import look_over_network

    if parsed.files:
        raise CsvLstmError("files are given beside --layers", expected="the files of all cells in the table")
    overview = look_over_network(parsed.layers, parsed.source, reading_of(parsed))
    warn(overview.warnings, parsed.verbose)
    if parsed.csv:
        print_text(csv_text(*overview.table))
    if parsed.json:
        print_json(overview.to_dict())
    print_report(str(overview), parsed)
    return DONE
