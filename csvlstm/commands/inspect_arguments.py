"""The arguments of `csvlstm inspect`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from .arguments import (
    DONE,
    add_messages,
    add_reading,
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
example:
  csvlstm inspect kernel.csv bias.csv

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

    overview = look_over(parsed.files, reading_of(parsed), parsed.max_bytes)
    warn(overview.warnings, parsed.verbose)
    if parsed.csv:
        print_text(as_csv(overview.gates))
    if parsed.json:
        print_json(overview.to_dict())
    print_report(str(overview), parsed)
    return DONE
