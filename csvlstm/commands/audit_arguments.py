"""The arguments of `csvlstm audit`, and how its work is begun and shown."""

import argparse
from typing import TYPE_CHECKING

from ..errors import CsvLstmError
from .arguments import (
    DIFFERENT,
    DONE,
    add_converted_set,
    add_messages,
    add_output_signs,
    add_source,
    bar_of,
    directory_of,
    network_of,
    output_decimal_of,
    reading_of_both,
    refuse_two_tables,
    show,
)

if TYPE_CHECKING:
    from ..evidence.statements import TableStyle
    from ..verdict.report import Report
    from .cli import Parser

_USAGE = """\
csvlstm audit FILES CONVERTED_DIR --input-size D --hidden-size H [--from LAYOUT] [--to LAYOUT] [options]
                     (-o FILE | --csv)
       csvlstm audit --layers LAYERS.CSV CONVERTED_DIR [options] (-o FILE | --csv)"""

_EPILOG = """\
examples:
  csvlstm audit kernel.csv bias.csv converted --input-size 3 --hidden-size 5 -o audit.csv
  csvlstm audit --layers layers.csv converted -o audit.xlsx

audit.csv and audit.json hold control totals: for each block both ranges and both files with their SHA-256, both sums,
and how the cells compare. audit.xlsx computes the same by live formulas; --template leaves its value sheets empty, for
who fills them with their own hands.

exit codes:
  0  equivalent
  1  not equivalent; FILE was written and says where
  2  wrong usage, an input that is not what was declared, or an output that cannot be written; nothing was written
  3  a bug in csvlstm
"""


def add_to(commands: "argparse._SubParsersAction[Parser]", of_network: bool) -> None:
    """Add the command audit to those of the program."""
    command = commands.add_parser(
        "audit",
        usage=_USAGE,
        help="write evidence that a spreadsheet can recompute",
        description="Compare kernel.csv, recurrent_kernel.csv and bias.csv in CONVERTED_DIR with the export of a "
        "TensorFlow 1 LSTM cell, or the folders of a network with the exports of its cells, and write the evidence to "
        "a file whose ending picks its form.",
        epilog=_EPILOG,
    )
    command.set_defaults(run=run)
    add_source(command, of_network)
    add_converted_set(command)
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a file that ends in .csv, .json or .xlsx; with --csv or --json it may be left out",
    )
    command.add_argument("--csv", action="store_true", help="print the rows of audit.csv on standard output")
    add_output_signs(command)
    command.add_argument("--template", action="store_true", help="leave the value sheets of the workbook empty")
    command.add_argument("--force", action="store_true", help="replace an existing FILE (never an input)")
    add_messages(command)


def run(parsed: argparse.Namespace) -> int:
    """Do what the arguments ask for, print what was found, and give the exit code."""
    refuse_two_tables(parsed)
    _refuse_no_output(parsed)
    report = audit_as_said(parsed)
    show(report, parsed, _table(report, parsed) if parsed.csv else "")
    return DONE if report.equivalent else DIFFERENT


def audit_as_said(parsed: argparse.Namespace) -> "Report":
    """Audit what the arguments name, and write the evidence where they want a file."""
    from .audit import Audit, Evidence, audit_files, refuse_form

    directory = directory_of(parsed)
    about = parsed.template, parsed.force, parsed.command_line
    evidence = Evidence(parsed.output or "", *about, _style(parsed))
    if parsed.output is not None:
        refuse_form(evidence)
    return audit_files(Audit(network_of(parsed), directory, evidence, reading_of_both(parsed)), bar_of(parsed))


def _table(report: "Report", parsed: argparse.Namespace) -> str:
    from ..evidence.statements import as_csv

    return as_csv(report, _style(parsed))


def _style(parsed: argparse.Namespace) -> "TableStyle":
    from ..evidence.statements import TableStyle

    return TableStyle(parsed.output_delimiter, output_decimal_of(parsed))


def _refuse_no_output(parsed: argparse.Namespace) -> None:
    if parsed.output is None and not (parsed.csv or parsed.json):
        raise CsvLstmError("nothing says where the evidence goes", expected="-o FILE, --csv or --json")
    if parsed.output is None and parsed.template:
        raise CsvLstmError("--template leaves the sheets of a workbook empty", expected="-o audit.xlsx")
