"""The arguments of `csvlstm check`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from ..layouts.layout import ACTIVATIONS, RECURRENT_ACTIVATIONS
from .arguments import (
    DIFFERENT,
    DONE,
    REFUSED,
    add_converted_set,
    add_report,
    add_source,
    directory_of,
    network_of,
    reading_of,
    reading_of_set,
    refuse_two_tables,
    show,
    tolerance,
)
from .streams import print_text, tell

if TYPE_CHECKING:
    from .check import Check
    from .check_page import CheckPage
    from .cli import Parser

_USAGE = """\
csvlstm check FILES CONVERTED_DIR --input-size D --hidden-size H [--from LAYOUT] [--to LAYOUT] [options]
       csvlstm check --layers LAYERS.CSV CONVERTED_DIR [options]"""

_EPILOG = """\
examples:
  csvlstm check kernel.csv bias.csv converted --input-size 3 --hidden-size 5
  csvlstm check --layers layers.csv converted -o report.html

A set is equivalent where all numbers are identical, or equal as float32; with --atol or --rtol also where they are
within that tolerance. A recorded run is one sequence from a zero state, through all layers; only it can show a wrong
activation, or find the forget bias that no file holds. Its outputs have one row a step, or the last step alone.

exit codes:
  0  equivalent
  1  not equivalent, or the recorded run contradicts what was declared
  2  wrong usage, an input that is not what was declared, or a recorded run that cannot show the forget bias
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command check to those of the program."""
    command = commands.add_parser(
        "check",
        usage=_USAGE,
        help="tell whether a converted set is equivalent to its export, and what is wrong with it",
        description="Compare kernel.csv, recurrent_kernel.csv and bias.csv in CONVERTED_DIR with the export of a "
        "TensorFlow 1 LSTM cell, or the folders of a network with the exports of its cells; print one row for each of "
        "the 12 blocks of a cell, and name the mistakes.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run)
    add_source(command, of_network)
    add_converted_set(command)
    command.add_argument("--atol", metavar="A", type=tolerance, default=0.0, help="absolute difference to allow")
    command.add_argument("--rtol", metavar="R", type=tolerance, default=0.0, help="relative difference to allow")
    command.add_argument("--recorded-inputs", metavar="CSV", help="inputs of a recorded run, one row a step")
    command.add_argument("--recorded-outputs", metavar="CSV", help="what came out of the original, one row a step")
    command.add_argument(
        "--activation", choices=ACTIVATIONS, help="that of candidate and output in the original (default tanh)"
    )
    command.add_argument(
        "--recurrent-activation",
        choices=RECURRENT_ACTIVATIONS,
        help="that of its gates (default sigmoid); hard_sigmoid is that of Keras 1, 2 and tf.keras",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write a page for a browser, too: a file that ends in .html"
    )
    command.add_argument("--force", action="store_true", help="replace an existing FILE (never an input)")
    command.add_argument("--csv", action="store_true", help="print the table on standard output as CSV")
    add_report(command)


def run(asked: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    refuse_two_tables(asked)
    _refuse_half_a_recording(asked)
    from ..progress import progress
    from ..verdict.report import as_csv, as_table
    from .check import check_files

    request = _request(asked)
    page = _page(asked, request)
    with progress(request.network.weights, "weights", quiet=asked.quiet) as advance:
        report = check_files(request, advance, page.look) if page else check_files(request, advance)
    if page:
        page.write(report)
    if asked.csv:
        print_text(as_csv(report))
    elif not (asked.json or asked.quiet):
        tell(as_table(report))
    show(report, asked)
    if page and not asked.quiet:
        tell(f"wrote {asked.output}")
    if report.equivalent:
        return DONE
    return DIFFERENT if report.is_different else REFUSED


def _refuse_half_a_recording(asked: argparse.Namespace) -> None:
    if (asked.recorded_inputs is None) != (asked.recorded_outputs is None):
        raise CsvLstmError("half a recorded run", expected="both --recorded-inputs and --recorded-outputs")
    if asked.recorded_inputs is not None and asked.independent:
        raise CsvLstmError("a recorded run goes through a stack", expected="no --independent beside it")
    if asked.recorded_inputs is None and (asked.activation or asked.recurrent_activation):
        found = "--activation and --recurrent-activation speak of a recorded run"
        raise CsvLstmError(found, expected="--recorded-inputs and --recorded-outputs beside them")


def _page(asked: argparse.Namespace, request: "Check") -> "CheckPage | None":
    if asked.output is None:
        return None
    from .check_page import CheckPage

    return CheckPage(asked.output, request.network, request.directory, asked.force)


def _request(asked: argparse.Namespace) -> "Check":
    from ..verdict.behaviour import Slack
    from ..verdict.model import DEFAULT_ACTIVATIONS, Activations
    from .check import Check

    directory = directory_of(asked)
    recurrent, output = DEFAULT_ACTIVATIONS.recurrent, DEFAULT_ACTIVATIONS.output
    return Check(
        network_of(asked),
        directory,
        reading_of(asked),
        Slack(asked.atol, asked.rtol),
        asked.seed,
        None if asked.recorded_inputs is None else (asked.recorded_inputs, asked.recorded_outputs),
        asked.strict,
        reading_of_set(asked),
        Activations(asked.recurrent_activation or recurrent, asked.activation or output),
    )
