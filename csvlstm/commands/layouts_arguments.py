"""The arguments of `csvlstm layouts`, and how the table is printed."""

import argparse
from typing import TYPE_CHECKING

from .arguments import DONE
from .streams import print_json, print_text

if TYPE_CHECKING:
    from .cli import Parser


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command layouts to those of the program."""
    command = commands.add_parser(
        "layouts",
        help="list the layouts that --from and --to take",
        description="Print a table of the layouts: their gates, biases, forget bias, states, files and shapes (D = "
        "input size, H = hidden size, P = size of a projection), and how the weights of each are loaded.",
    )
    command.set_defaults(run=run)
    command.add_argument("--json", action="store_true", help="print the layouts as one JSON object")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug in csvlstm")


def run(parsed: argparse.Namespace) -> int:
    """Print the layouts, and give the exit code."""
    from .frameworks import as_json, as_text

    if parsed.json:
        print_json(as_json())
    else:
        print_text(as_text() + "\n")
    return DONE
