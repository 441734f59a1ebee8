"""The arguments of `csvlstm inspect`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from .arguments import (
    DONE,
    add_messages,
    add_reading,
    reading_of,
    refuse_two_standard_inputs,
    refuse_two_tables,
    size_of_file,
    warn,
)
from .streams import print_json, print_text, tell

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
    command.set_defaults(run=run)
    command.add_argument("kernel", metavar="KERNEL", help="CSV of the kernel")
    command.add_argument("bias", metavar="BIAS", nargs="?", help="CSV of the bias; without it the sizes may stay open")
    command.add_argument(
        "--max-bytes", metavar="N", type=size_of_file, default=2**30, help="read no more of each file (default 1 GiB)"
    )
    add_reading(command)
    command.add_argument("--csv", action="store_true", help="print the gates on standard output as a CSV table")
    add_messages(command)


def run(asked: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    refuse_two_tables(asked)
    refuse_two_standard_inputs(asked)
    from .inspect import Inspection, inspect_files
    from .overview import as_csv, as_json, as_text

    found = inspect_files(Inspection(asked.kernel, asked.bias, reading_of(asked), asked.max_bytes))
    warn(found.warnings)
    if asked.csv:
        print_text(as_csv(found))
    if asked.json:
        print_json(as_json(found))
    if not asked.quiet:
        tell(as_text(found))
    return DONE
