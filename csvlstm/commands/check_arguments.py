"""The arguments of `csvlstm check`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from ..layouts.gates import ACTIVATIONS, RECURRENT_ACTIVATIONS
from .arguments import (
    DIFFERENT,
    DONE,
    REFUSED,
    add_converted_set,
    add_report,
    add_source,
    bar_of,
    directory_of,
    network_of,
    print_report,
    reading_of_both,
    refuse_two_tables,
    tolerance,
    warn,
)
from .streams import print_json, print_text, tell

if TYPE_CHECKING:
    from ..verdict.report import Report
    from .check import Check
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
    command.set_defaults(run=run, prints_report=True)
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


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    refuse_two_tables(parsed)
    report = check_as_said(parsed)
    from ..verdict.report import as_csv, as_json
    from ..verdict.summary import as_table, as_text

    page = bool(report.written)
    warn(report.warnings, parsed.verbose)
    if parsed.csv:
        print_text(as_csv(report), written=page)
    elif parsed.json:
        print_json(as_json(report), written=page)
    table = [] if parsed.csv or parsed.json else [as_table(report, parsed.verbose)]
    print_report("\n".join([*table, as_text(report, parsed.verbose)]), parsed, written=page)
    if page and not parsed.quiet:
        tell(f"wrote {report.written[0]}")
    if report.equivalent:
        return DONE
    return DIFFERENT if report.is_different else REFUSED


def check_as_said(parsed: argparse.Namespace) -> "Report":
    """Check what the arguments name, and write the page where they want one."""
    _refuse_half_a_recording(parsed)
    from .check import check_files

    return check_files(_request(parsed), bar_of(parsed))


def _refuse_half_a_recording(parsed: argparse.Namespace) -> None:
    if (parsed.recorded_inputs is None) != (parsed.recorded_outputs is None):
        raise CsvLstmError("half a recorded run", expected="both --recorded-inputs and --recorded-outputs")
    if parsed.recorded_inputs is not None and parsed.independent:
        raise CsvLstmError("a recorded run goes through a stack", expected="no --independent beside it")
    if parsed.recorded_inputs is None and (parsed.activation or parsed.recurrent_activation):
        found = "--activation and --recurrent-activation speak of a recorded run"
        raise CsvLstmError(found, expected="--recorded-inputs and --recorded-outputs beside them")


def _request(parsed: argparse.Namespace) -> "Check":
    from ..verdict.behaviour import Slack
    from ..verdict.model import DEFAULT_ACTIVATIONS, Activations
    from .check import Check

    directory = directory_of(parsed)
    recurrent, output = DEFAULT_ACTIVATIONS.recurrent, DEFAULT_ACTIVATIONS.output
    return Check(
        network_of(parsed),
        directory,
        reading_of_both(parsed),
        Slack(parsed.atol, parsed.rtol),
        parsed.seed,
        None if parsed.recorded_inputs is None else (parsed.recorded_inputs, parsed.recorded_outputs),
        Activations(parsed.recurrent_activation or recurrent, parsed.activation or output),
        parsed.output,
        parsed.force,
    )
