"""The arguments of `csvlstm export`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from .arguments import DONE, add_messages, bar_of, finite
from .streams import print_json, print_text, tell

if TYPE_CHECKING:
    from .cli import Parser

_USAGE = """\
csvlstm export CHECKPOINT [--scope S ...] [options] -o DIR
       csvlstm export CHECKPOINT --list [--json]"""

_EPILOG = """\
examples:
  csvlstm export model.ckpt-1000 -o exported
  csvlstm convert --layers exported/layers.csv -o converted

CHECKPOINT is a prefix such as model.ckpt-1000, one of its files, its folder, a SavedModel, or a frozen graph (.pb), of
TensorFlow 0.12 to 2; TensorFlow is not needed. DIR, new or empty, gets layers.csv with one row a cell, from the input
up, and layer_k_kernel.csv and layer_k_bias.csv of each cell, or of a bidirectional layer layer_k_forward_kernel.csv,
layer_k_backward_kernel.csv and so on.

A cell is a scope with lstm in its own name that holds a kernel [D + H, 4H] and a bias [4H]; a cell of another name is
taken where --scope gives its whole name. Cells that differ in the number of cell_K only (MultiRNNCell) are the layers
of one network; a --scope for each layer, from the input up, makes any other stack.

The forget bias is taken from the graph, where a .meta lies beside the checkpoint, and is 1.0, or --forget-bias, where
none does; the cells of a CudnnLSTM have none.

exit codes:
  0  done
  2  wrong usage, a checkpoint that is damaged or has no LSTM layer to export, or an output that cannot be written;
     nothing was written
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command export to those of the program."""
    command = commands.add_parser(
        "export",
        usage=_USAGE,
        help="write the LSTM layers of a TensorFlow 1 checkpoint as CSVs, with their layers.csv",
        description="Write the LSTM layers of a TensorFlow 1 checkpoint as CSV files, with a layers.csv that says how "
        "they are stacked. The numbers are text that reads back exactly; every checksum of what is read is verified.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run)
    command.add_argument("checkpoint", metavar="CHECKPOINT", help="its prefix, one of its files, or its folder")
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="folder for the files, new or empty")
    where.add_argument("--list", action="store_true", help="print all variables, and what each is taken for, instead")
    command.add_argument(
        "--scope", metavar="S", action="append", default=[], help="the scope of a network; several are one stack"
    )
    command.add_argument("--forget-bias", metavar="F", type=finite, help="of cells whose graph is not there (1.0)")
    add_messages(command)


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    from . import checkpoint_report
    from .export import Export, export_checkpoint

    if parsed.list:
        return _list(parsed)
    report = export_checkpoint(
        Export(parsed.checkpoint, parsed.output, parsed.scope, parsed.forget_bias), bar_of(parsed)
    )
    if parsed.json:
        print_json(checkpoint_report.as_json(report), written=True)
    if not parsed.quiet:
        tell(checkpoint_report.as_text(report))
    return DONE


def _list(parsed: argparse.Namespace) -> int:
    from ..checkpoints.opening import open_checkpoint
    from .checkpoint_report import variables_as_json, variables_as_text

    checkpoint = open_checkpoint(parsed.checkpoint)
    if parsed.json:
        print_json(variables_as_json(checkpoint))
    else:
        print_text(f"{variables_as_text(checkpoint)}\n")
    return DONE
