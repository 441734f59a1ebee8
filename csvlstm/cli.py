"""The commands: parse the arguments, call one library function, print what it found. No logic.

numpy is imported inside the commands, so that --help and --version answer at once.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from . import __version__
from .errors import CsvLstmError, Place
from .layout import PARTS, Sizes
from .sources import STANDARD_INPUT

if TYPE_CHECKING:
    from .damage import Damage
    from .report import Report
    from .shapes import Options

DONE, DIFFERENT, REFUSED, BUG = 0, 1, 2, 3
INTERRUPTED, TERMINATED, STDOUT_CLOSED = 130, 143, 141

CONVERT_EPILOG = """\
example:
  csvlstm convert kernel.csv bias.csv --input-size 3 --hidden-size 5 -o converted

The kernel has D + H rows of 4H cells (D = input size, H = hidden size, units), or all cells in one row or column, in C
order; the bias has 4H cells in one row or column. The delimiter (comma, semicolon, tab, blanks), a header row, an index
column and gzip are recognised. One of the two files may be - for standard input.

exit codes:
  0  done, and both sides are equivalent
  1  not equivalent; nothing was written
  2  wrong usage, an input that is not what was declared, or an output that cannot be written; nothing was written
  3  a bug in csvlstm
"""

CHECK_EPILOG = """\
example:
  csvlstm check kernel.csv bias.csv converted --input-size 3 --hidden-size 5

A set is equivalent where all numbers are identical, or equal as float32; with --atol or --rtol also where they are
within that tolerance. A recorded run is one sequence from a zero state; only it can show a wrong activation, or find
the forget bias that no file holds.

exit codes:
  0  equivalent
  1  not equivalent, or the recorded run differs
  2  wrong usage, or an input that is not what was declared
  3  a bug in csvlstm
"""

INSPECT_EPILOG = """\
example:
  csvlstm inspect kernel.csv bias.csv

A kernel alone may fit several sizes; with its bias it fits one. The gates are i, c, f, o, in the order in which
TensorFlow 1 keeps them (it calls c j).

exit codes:
  0  the files were read
  2  wrong usage, or a file that is no CSV of numbers
  3  a bug in csvlstm
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; the messages go to standard error, each on one line."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        asked = _parser().parse_args(arguments)
        return _guarded(asked)
    except KeyboardInterrupt:
        return INTERRUPTED


def _guarded(asked: argparse.Namespace) -> int:
    try:
        code: int = asked.run(asked)
        return code
    except CsvLstmError as error:
        _say(str(error))
        return REFUSED
    except BrokenPipeError:
        # The interpreter would flush what is left at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return STDOUT_CLOSED
    except MemoryError:
        _say("this process may not use enough memory for a layer of this size; nothing was written")
        return REFUSED
    except Exception as error:
        if asked.debug:
            sys.excepthook(type(error), error, error.__traceback__)
        _say(f"a bug in csvlstm: {type(error).__name__}: {error}; please report it, with what --debug shows")
        return BUG


def _terminated(number: int, frame: object) -> NoReturn:
    raise SystemExit(TERMINATED)


class _Parser(argparse.ArgumentParser):
    """Refuses wrong usage as every other refusal: in one line."""

    def __init__(self, **how: Any) -> None:
        # An abbreviation that works today would be ambiguous with the next option.
        super().__init__(**how, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        _say(f"{message}; see {self.prog} --help")
        raise SystemExit(REFUSED)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="csvlstm", description="Convert LSTM weights in CSV files from TensorFlow 1 to Keras.")
    parser.add_argument("--version", action="version", version=f"csvlstm {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_convert(commands)
    _add_check(commands)
    _add_inspect(commands)
    return parser


def _add_convert(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "convert",
        help="convert a kernel and a bias, and check the result",
        description="Convert the exported kernel and bias of one TensorFlow 1 LSTM cell to kernel.csv, "
        "recurrent_kernel.csv and bias.csv for a Keras LSTM layer, and check that both compute the same before any "
        "of them is visible.",
        epilog=CONVERT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=_convert)
    _add_export(command)
    _add_outputs(command)
    _add_report(command)


def _add_check(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "check",
        help="tell whether a converted set is equivalent to its export, and what is wrong with it",
        description="Compare kernel.csv, recurrent_kernel.csv and bias.csv in CONVERTED_DIR with the export of a "
        "TensorFlow 1 LSTM cell, print one row for each of the 12 blocks, and name the mistakes.",
        epilog=CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=_check)
    _add_export(command)
    command.add_argument("directory", metavar="CONVERTED_DIR", help="folder of the converted set")
    command.add_argument("--atol", metavar="A", type=_tolerance, default=0.0, help="absolute difference to allow")
    command.add_argument("--rtol", metavar="R", type=_tolerance, default=0.0, help="relative difference to allow")
    command.add_argument("--recorded-inputs", metavar="CSV", help="inputs of a recorded run, one row a step")
    command.add_argument("--recorded-outputs", metavar="CSV", help="what came out of the original cell, one row a step")
    command.add_argument("--csv", action="store_true", help="print the table on standard output as CSV")
    _add_report(command)


def _add_inspect(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "inspect",
        help="tell what the files of an export are, before any size is declared",
        description="Tell how the files are written, which sizes they fit, how the numbers of each gate are spread, "
        "what damaged them, and the convert command to type next.",
        epilog=INSPECT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=_inspect)
    command.add_argument("kernel", metavar="KERNEL", help="CSV of the kernel")
    command.add_argument("bias", metavar="BIAS", nargs="?", help="CSV of the bias; without it the sizes may stay open")
    command.add_argument(
        "--max-bytes", metavar="N", type=_size, default=2**30, help="read no more of each file (default 1 GiB)"
    )
    _add_reading(command)
    command.add_argument("--csv", action="store_true", help="print the gates on standard output as a CSV table")
    _add_printing(command)


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("kernel", metavar="KERNEL", help="CSV of the kernel [(D+H) x 4H], gates i j f o")
    command.add_argument("bias", metavar="BIAS", help="CSV of the bias [4H]")
    command.add_argument("--input-size", metavar="D", type=_size, required=True, help="input size of the cell")
    command.add_argument(
        "--hidden-size", metavar="H", type=_size, required=True, help="hidden size (units) of the cell"
    )
    command.add_argument(
        "--forget-bias",
        metavar="F",
        type=_finite,
        default=1.0,
        help="what the TensorFlow 1 cell adds to gate f at run time (default 1.0; 0 for weights of a CudnnLSTM)",
    )
    _add_reading(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--transposed", action="store_true", help="the kernel is 4H x (D+H)")
    yes_or_no = argparse.BooleanOptionalAction
    command.add_argument(
        "--header", action=yes_or_no, help="whether an extra first row is a header row (default: found)"
    )
    command.add_argument("--index", action=yes_or_no, help="whether an extra first column is an index (default: found)")


def _add_outputs(command: argparse.ArgumentParser) -> None:
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="folder for the three files, made where it does not exist")
    where.add_argument("--stdout", choices=PARTS, help="print this one file instead")
    command.add_argument("--force", action="store_true", help="replace existing files in DIR (never an input)")
    command.add_argument("--no-check", action="store_true", help="leave out the behaviour half of the check")


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", metavar="N", type=int, default=0, help="of the behaviour check's inputs (default 0)")
    _add_printing(command)
    command.add_argument("--strict", action="store_true", help="refuse an export that shows damage, rather than warn")


def _add_printing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the result on standard output as one JSON object")
    command.add_argument("-q", "--quiet", action="store_true", help="no summary on standard error, only warnings")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug in csvlstm")


def _size(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; expected a whole number of 1 or more")
    return int(text)


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no finite number")
    return number


def _tolerance(text: str) -> float:
    number = _finite(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is negative")
    return number


def _inspect(asked: argparse.Namespace) -> int:
    _refuse_two_tables(asked)
    _refuse_two_standard_inputs(asked)
    from .inspection import Inspection, inspect_files
    from .overview import as_csv, as_json, as_text

    found = inspect_files(Inspection(asked.kernel, asked.bias, _options(asked), asked.max_bytes))
    _warn(found.warnings)
    if asked.csv:
        _print(as_csv(found).encode())
    if asked.json:
        _print_json(as_json(found))
    if not asked.quiet:
        print(as_text(found), file=sys.stderr)
    return DONE


def _check(asked: argparse.Namespace) -> int:
    _refuse_two_tables(asked)
    if (asked.recorded_inputs is None) != (asked.recorded_outputs is None):
        raise CsvLstmError("half a recorded run", expected="both --recorded-inputs and --recorded-outputs")
    _refuse_two_standard_inputs(asked)
    from .behaviour import Slack
    from .checking import Check, check_files
    from .report import as_csv, as_table

    recorded = (asked.recorded_inputs, asked.recorded_outputs) if asked.recorded_inputs else None
    report = check_files(
        Check(
            asked.kernel,
            asked.bias,
            asked.directory,
            Sizes(asked.input_size, asked.hidden_size),
            _options(asked),
            asked.forget_bias,
            Slack(asked.atol, asked.rtol),
            asked.seed,
            recorded,
            asked.strict,
        )
    )
    if asked.csv:
        _print(as_csv(report).encode())
    elif not (asked.json or asked.quiet):
        print(as_table(report), file=sys.stderr)
    _show(report, asked)
    return DONE if report.equivalent else DIFFERENT


def _options(asked: argparse.Namespace) -> "Options":
    from .shapes import Options

    return Options(asked.transposed, asked.header, asked.index)


def _convert(asked: argparse.Namespace) -> int:
    _refuse_combinations(asked)
    from .conversion import Conversion, convert_files

    report, texts = convert_files(
        Conversion(
            asked.kernel,
            asked.bias,
            Sizes(asked.input_size, asked.hidden_size),
            _options(asked),
            asked.forget_bias,
            asked.output,
            asked.force,
            not asked.no_check,
            asked.seed,
            asked.strict,
        )
    )
    if asked.stdout and report.result.equivalent:
        _print(texts[asked.stdout][:])
    _show(report, asked)
    return DONE if report.result.equivalent else DIFFERENT


def _refuse_combinations(asked: argparse.Namespace) -> None:
    _refuse_two_standard_inputs(asked)
    if asked.json and asked.stdout:
        raise CsvLstmError("--json and --stdout both print on standard output", expected="one of them")


def _refuse_two_tables(asked: argparse.Namespace) -> None:
    if asked.json and asked.csv:
        raise CsvLstmError("--json and --csv both print on standard output", expected="one of them")


def _refuse_two_standard_inputs(asked: argparse.Namespace) -> None:
    if asked.kernel == asked.bias == STANDARD_INPUT:
        raise CsvLstmError("KERNEL and BIAS are both -", expected="one file at most from standard input")


def _show(report: "Report", asked: argparse.Namespace) -> None:
    from .report import as_json, as_text

    _warn(report.warnings)
    if asked.json:
        _print_json(as_json(report))
    if not asked.quiet:
        print(as_text(report), file=sys.stderr)


def _warn(warnings: "Sequence[Damage]") -> None:
    for damage in warnings:
        _say(f"warning: {damage}")


def _print_json(found: dict[str, Any]) -> None:
    import json

    _print(json.dumps(found, allow_nan=False).encode() + b"\n")


def _print(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CsvLstmError(f"cannot be written: {(error.strerror or '').lower()}", Place("standard output")) from None


def _say(message: str) -> None:
    print(f"csvlstm: {message}", file=sys.stderr)
