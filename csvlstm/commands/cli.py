"""The commands: parse the arguments, call one library function, print what it found. No logic.

numpy is imported inside the commands, so that --help and --version answer at once.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from .. import __version__
from ..errors import CsvLstmError, shown
from ..layouts.layout import ACTIVATIONS, PARTS, RECURRENT_ACTIVATIONS, Sizes
from ..process import refuse_little_memory
from ..reading.declared import LARGEST_FILE, LARGEST_SIZE, read_number, read_size
from ..reading.sources import STANDARD_INPUT
from .streams import print_bytes, print_json, print_text, refuse_closed_output, say, tell

if TYPE_CHECKING:
    from ..network.topology import Network
    from ..numbers.damage import Damage
    from ..reading.shapes import Options
    from ..verdict.report import Report

DONE, DIFFERENT, REFUSED, BUG = 0, 1, 2, 3
STDOUT_CLOSED = 141

_Formatter = argparse.RawDescriptionHelpFormatter

CONVERT_USAGE = """\
csvlstm convert KERNEL BIAS --input-size D --hidden-size H [options] (-o DIR | --stdout PART)
       csvlstm convert --layers LAYERS.CSV [options] -o DIR"""

CHECK_USAGE = """\
csvlstm check KERNEL BIAS CONVERTED_DIR --input-size D --hidden-size H [options]
       csvlstm check --layers LAYERS.CSV CONVERTED_DIR [options]"""

AUDIT_USAGE = """\
csvlstm audit KERNEL BIAS CONVERTED_DIR --input-size D --hidden-size H [options] -o FILE
       csvlstm audit --layers LAYERS.CSV CONVERTED_DIR [options] -o FILE"""

CONVERT_EPILOG = """\
examples:
  csvlstm convert kernel.csv bias.csv --input-size 3 --hidden-size 5 -o converted
  csvlstm convert --layers layers.csv -o converted

The kernel has D + H rows of 4H cells (D = input size, H = hidden size, units), or all cells in one row or column, in C
order; the bias has 4H cells in one row or column. The delimiter (comma, semicolon, tab, blanks), decimal commas,
quotes, UTF-16, a header row, an index column, comments of np.savetxt, gzip, bzip2 and xz are recognised. One of the two
files may be - for standard input.

LAYERS.CSV has one row a cell, from the input up, under the column names layer, kernel, bias, input_size, hidden_size,
and optionally direction (forward or backward) and forget_bias. Paths in it are relative to it. DIR then gets a folder
for each layer, and weights.csv, which lists the files in the order that set_weights takes.

exit codes:
  0  done, and both sides are equivalent
  1  not equivalent; nothing was written
  2  wrong usage, an input that is not what was declared, or an output that cannot be written; nothing was written
  3  a bug in csvlstm
"""

CHECK_EPILOG = """\
examples:
  csvlstm check kernel.csv bias.csv converted --input-size 3 --hidden-size 5
  csvlstm check --layers layers.csv converted

A set is equivalent where all numbers are identical, or equal as float32; with --atol or --rtol also where they are
within that tolerance. A recorded run is one sequence from a zero state, through all layers; only it can show a wrong
activation, or find the forget bias that no file holds. Its outputs have one row a step, or the last step alone.

exit codes:
  0  equivalent
  1  not equivalent, or the recorded run contradicts what was declared
  2  wrong usage, an input that is not what was declared, or a recorded run that cannot show the forget bias
  3  a bug in csvlstm
"""

AUDIT_EPILOG = """\
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
    given = sys.argv[1:] if arguments is None else arguments
    try:
        asked = _parser(given).parse_args(given)
        refuse_little_memory()
        if any(getattr(asked, option, None) for option in ("stdout", "json", "csv")):
            refuse_closed_output()
        code: int = asked.run(asked)
        return code
    except CsvLstmError as error:
        say(str(error))
        return REFUSED
    except BrokenPipeError:
        return STDOUT_CLOSED
    except MemoryError:
        say("this process may not use enough memory for a layer of this size; nothing was written")
        return REFUSED
    except ImportError as error:
        say(f"{error.name or 'numpy'} cannot be loaded; install it again, or allow more memory; nothing was written")
        return REFUSED
    except Exception as error:
        if "--debug" in given:
            sys.excepthook(type(error), error, error.__traceback__)
        say(f"a bug in csvlstm: {type(error).__name__}: {error}; please report it, with what --debug shows")
        return BUG


class _Parser(argparse.ArgumentParser):
    """Refuses wrong usage as every other refusal: in one line."""

    def __init__(self, **how: Any) -> None:
        # An abbreviation that works today would be ambiguous with the next option. The true width is for the help only:
        # asking for it once an option would import shutil, which takes longer than to read a small layer.
        super().__init__(**how, allow_abbrev=False, formatter_class=partial(_Formatter, width=80))

    def format_help(self) -> str:
        """Format the help for the width of the terminal."""
        self.formatter_class = _Formatter
        return super().format_help()

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print the help or the version; argparse itself lets what cannot be printed pass."""
        print_text(message)

    def error(self, message: str) -> NoReturn:
        say(f"{message}; see {self.prog} --help")
        raise SystemExit(REFUSED)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    # A table of layers stands in place of two positional arguments, which no argparse parser can leave to an option.
    of_network = any(argument.partition("=")[0] == "--layers" for argument in given)
    parser = _Parser(prog="csvlstm", description="Convert LSTM weights in CSV files from TensorFlow 1 to Keras.")
    parser.add_argument("--version", action="version", version=f"csvlstm {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    adding = {"convert": _add_convert, "check": _add_check, "audit": _add_audit, "inspect": _add_inspect}
    # Only the command that is asked for: to build them all takes as long as to convert a small layer.
    for name in [name for name in adding if name in given[:1]] or adding:
        adding[name](commands, of_network)
    return parser


def _add_convert(commands: "argparse._SubParsersAction[_Parser]", of_network: bool) -> None:
    command = commands.add_parser(
        "convert",
        usage=CONVERT_USAGE,
        help="convert a kernel and a bias, or a whole network, and check the result",
        description="Convert the exported kernel and bias of one TensorFlow 1 LSTM cell, or of each cell of a network, "
        "to kernel.csv, recurrent_kernel.csv and bias.csv for a Keras LSTM layer, and check that both compute the same "
        "before any of them is visible.",
        epilog=CONVERT_EPILOG,
    )
    command.set_defaults(run=_convert)
    _add_export(command, of_network)
    _add_outputs(command)
    _add_report(command)


def _add_check(commands: "argparse._SubParsersAction[_Parser]", of_network: bool) -> None:
    command = commands.add_parser(
        "check",
        usage=CHECK_USAGE,
        help="tell whether a converted set is equivalent to its export, and what is wrong with it",
        description="Compare kernel.csv, recurrent_kernel.csv and bias.csv in CONVERTED_DIR with the export of a "
        "TensorFlow 1 LSTM cell, or the folders of a network with the exports of its cells; print one row for each of "
        "the 12 blocks of a cell, and name the mistakes.",
        epilog=CHECK_EPILOG,
    )
    command.set_defaults(run=_check)
    _add_export(command, of_network)
    _add_converted_set(command)
    command.add_argument("--atol", metavar="A", type=_tolerance, default=0.0, help="absolute difference to allow")
    command.add_argument("--rtol", metavar="R", type=_tolerance, default=0.0, help="relative difference to allow")
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
    command.add_argument("--csv", action="store_true", help="print the table on standard output as CSV")
    _add_report(command)


def _add_inspect(commands: "argparse._SubParsersAction[_Parser]", of_network: bool) -> None:
    command = commands.add_parser(
        "inspect",
        help="tell what the files of an export are, before any size is declared",
        description="Tell how the files are written, which sizes they fit, how the numbers of each gate are spread, "
        "what damaged them, and the convert command to type next.",
        epilog=INSPECT_EPILOG,
    )
    command.set_defaults(run=_inspect)
    command.add_argument("kernel", metavar="KERNEL", help="CSV of the kernel")
    command.add_argument("bias", metavar="BIAS", nargs="?", help="CSV of the bias; without it the sizes may stay open")
    command.add_argument(
        "--max-bytes", metavar="N", type=_bytes, default=2**30, help="read no more of each file (default 1 GiB)"
    )
    _add_reading(command)
    command.add_argument("--csv", action="store_true", help="print the gates on standard output as a CSV table")
    _add_messages(command)


def _add_audit(commands: "argparse._SubParsersAction[_Parser]", of_network: bool) -> None:
    command = commands.add_parser(
        "audit",
        usage=AUDIT_USAGE,
        help="write evidence that a spreadsheet can recompute",
        description="Compare kernel.csv, recurrent_kernel.csv and bias.csv in CONVERTED_DIR with the export of a "
        "TensorFlow 1 LSTM cell, or the folders of a network with the exports of its cells, and write the evidence to "
        "a file whose ending picks its form.",
        epilog=AUDIT_EPILOG,
    )
    command.set_defaults(run=_audit)
    _add_export(command, of_network)
    _add_converted_set(command)
    command.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="a file that ends in .csv, .json or .xlsx"
    )
    command.add_argument("--template", action="store_true", help="leave the value sheets of the workbook empty")
    command.add_argument("--force", action="store_true", help="replace an existing FILE (never an input)")
    _add_messages(command)


def _add_export(command: argparse.ArgumentParser, of_network: bool) -> None:
    if of_network:
        for option in ("--input-size", "--hidden-size"):
            command.add_argument(option, type=_refused_beside_layers, help=argparse.SUPPRESS)
    else:
        _add_cell(command)
    command.add_argument("--layers", metavar="LAYERS.CSV", help="the table of a network's cells, in place of these")
    command.add_argument(
        "--independent",
        action="store_true",
        help="the rows of LAYERS.CSV are separate cells, not the layers of a stack",
    )
    command.add_argument(
        "--forget-bias",
        metavar="F",
        type=_finite,
        default=1.0,
        help="what the TensorFlow 1 cell adds to gate f at run time (default 1.0; 0 for weights of a CudnnLSTM); with "
        "--layers, that of the rows without a forget_bias",
    )
    _add_reading(command)
    command.add_argument("--strict", action="store_true", help="refuse an export that shows damage, rather than warn")


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--transposed", action="store_true", help="the kernel is 4H x (D+H)")
    yes_or_no = argparse.BooleanOptionalAction
    command.add_argument(
        "--header", action=yes_or_no, help="whether an extra first row is a header row (default: found)"
    )
    command.add_argument("--index", action=yes_or_no, help="whether an extra first column is an index (default: found)")
    command.add_argument(
        "--delimiter",
        metavar="MARK",
        type=_delimiter,
        help="what parts the cells: comma, semicolon, tab, blanks or the character itself (default: found)",
    )
    command.add_argument(
        "--decimal", metavar="SIGN", type=_decimal, help="decimal sign: point or comma, or itself (default: found)"
    )


def _add_converted_set(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", metavar="CONVERTED_DIR", help="folder of the converted set")
    yes_or_no = argparse.BooleanOptionalAction
    command.add_argument("--set-header", action=yes_or_no, help="the same as --header, about the converted set")
    command.add_argument("--set-index", action=yes_or_no, help="the same as --index, about the converted set")


def _add_cell(command: argparse.ArgumentParser) -> None:
    command.add_argument("kernel", metavar="KERNEL", help="CSV of the kernel [(D+H) x 4H], gates i j f o")
    command.add_argument("bias", metavar="BIAS", help="CSV of the bias [4H]")
    command.add_argument("--input-size", metavar="D", type=_size, required=True, help="input size of the cell")
    command.add_argument(
        "--hidden-size", metavar="H", type=_size, required=True, help="hidden size (units) of the cell"
    )


def _refused_beside_layers(text: str) -> NoReturn:
    raise argparse.ArgumentTypeError("goes with KERNEL and BIAS, not with --layers")


def _add_outputs(command: argparse.ArgumentParser) -> None:
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="DIR", help="folder for the files, made where it does not exist")
    where.add_argument("--stdout", choices=PARTS, help="print this one file instead")
    command.add_argument(
        "--force", action="store_true", help="replace existing files in DIR, or a network there (never an input)"
    )
    command.add_argument("--no-check", action="store_true", help="leave out the behaviour half of the check")
    command.add_argument(
        "--output-plain-decimals",
        action="store_true",
        help="write cells with an exponent as plain decimals of the same value, which spreadsheets do not cut",
    )
    command.add_argument(
        "--output-delimiter",
        metavar="CHAR",
        type=_output_delimiter,
        default=",",
        help="comma, semicolon or tab, or itself (default comma)",
    )
    command.add_argument(
        "--output-decimal",
        metavar="SIGN",
        type=_decimal,
        default=b".",
        help="point or comma, or itself",
    )
    command.add_argument(
        "--output-labels",
        action="store_true",
        help="add a header row (i_0 ...) and a first column (x_0 ..., h_0 ...)",
    )


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", metavar="N", type=int, default=0, help="of the behaviour check's inputs (default 0)")
    _add_messages(command)


def _add_messages(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the result on standard output as one JSON object")
    command.add_argument("-q", "--quiet", action="store_true", help="no summary on standard error, only warnings")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug in csvlstm")


def _size(text: str, largest: int = LARGEST_SIZE) -> int:
    size = read_size(text, largest)
    if size is None:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no size; expected a whole number from 1 to {largest}")
    return size


def _bytes(text: str) -> int:
    return _size(text, LARGEST_FILE)


def _delimiter(text: str) -> bytes:
    mark = {"comma": ",", "semicolon": ";", "tab": "\t", "blanks": " "}.get(text, text)
    if not (len(mark) == 1 and (" " <= mark <= "~" or mark == "\t")) or mark.isalnum() or mark in '+-._"':
        raise argparse.ArgumentTypeError(
            f"{text!r} parts no cells; expected comma, semicolon, tab, blanks or a character"
        )
    return mark.encode()


def _output_delimiter(text: str) -> str:
    mark = {"comma": ",", "semicolon": ";", "tab": "\t"}.get(text, text)
    if mark not in (",", ";", "\t"):
        raise argparse.ArgumentTypeError(f"{text!r} is none of comma, semicolon and tab")
    return mark


def _decimal(text: str) -> bytes:
    sign = {"point": ".", "comma": ","}.get(text, text)
    if sign not in (".", ","):
        raise argparse.ArgumentTypeError(f"{text!r} is no decimal sign; expected point or comma")
    return sign.encode()


def _finite(text: str) -> float:
    number = read_number(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no finite number")
    return number


def _tolerance(text: str) -> float:
    number = _finite(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is negative")
    return number


def _inspect(asked: argparse.Namespace) -> int:
    _refuse_two_tables(asked)
    _refuse_two_standard_inputs(asked)
    from .inspect import Inspection, inspect_files
    from .overview import as_csv, as_json, as_text

    found = inspect_files(Inspection(asked.kernel, asked.bias, _options(asked), asked.max_bytes))
    _warn(found.warnings)
    if asked.csv:
        print_text(as_csv(found))
    if asked.json:
        print_json(as_json(found))
    if not asked.quiet:
        tell(as_text(found))
    return DONE


def _check(asked: argparse.Namespace) -> int:
    _refuse_two_tables(asked)
    if (asked.recorded_inputs is None) != (asked.recorded_outputs is None):
        raise CsvLstmError("half a recorded run", expected="both --recorded-inputs and --recorded-outputs")
    if asked.recorded_inputs is not None and asked.independent:
        raise CsvLstmError("a recorded run goes through a stack", expected="no --independent beside it")
    if asked.recorded_inputs is None and (asked.activation or asked.recurrent_activation):
        found = "--activation and --recurrent-activation speak of a recorded run"
        raise CsvLstmError(found, expected="--recorded-inputs and --recorded-outputs beside them")
    from ..progress import progress
    from ..verdict.behaviour import Slack
    from ..verdict.report import as_csv, as_table
    from ..verdict.tolerance import DEFAULT_ACTIVATIONS as DEFAULTS
    from ..verdict.tolerance import Activations
    from .check import Check, check_files

    activations = Activations(asked.recurrent_activation or DEFAULTS.recurrent, asked.activation or DEFAULTS.output)
    recorded = None if asked.recorded_inputs is None else (asked.recorded_inputs, asked.recorded_outputs)
    network = _network(asked)
    tolerance = Slack(asked.atol, asked.rtol)
    options, of_set = _options(asked), _set_options(asked)
    check = Check(network, asked.directory, options, tolerance, asked.seed, recorded, asked.strict, of_set, activations)
    with progress(network.weights, "weights", quiet=asked.quiet) as advance:
        report = check_files(check, advance)
    if asked.csv:
        print_text(as_csv(report))
    elif not (asked.json or asked.quiet):
        tell(as_table(report))
    _show(report, asked)
    if report.equivalent:
        return DONE
    return DIFFERENT if report.is_different else REFUSED


def _audit(asked: argparse.Namespace) -> int:
    from ..evidence.records import as_json, as_text
    from .audit import Evidence, audit_files, refuse_form

    evidence = Evidence(asked.output, asked.template, asked.force, asked.quiet, asked.strict)
    refuse_form(evidence)
    audit = audit_files(_network(asked), asked.directory, evidence, _options(asked), _set_options(asked))
    _warn(audit.warnings)
    if asked.json:
        print_json(as_json(audit), written=True)
    if not asked.quiet:
        tell(as_text(audit))
    return DONE if audit.equivalent else DIFFERENT


def _network(asked: argparse.Namespace) -> "Network":
    from ..network.topology import Cell, single

    if asked.layers is not None:
        from ..network.layers import read_layers

        return read_layers(asked.layers, asked.forget_bias, chained=not asked.independent)
    if asked.independent:
        raise CsvLstmError("--independent speaks of the rows of a table", expected="--layers beside it")
    _refuse_two_standard_inputs(asked)
    return single(Cell(asked.kernel, asked.bias, Sizes(asked.input_size, asked.hidden_size), asked.forget_bias))


def _options(asked: argparse.Namespace) -> "Options":
    from ..reading.shapes import Options

    return Options(asked.transposed, asked.header, asked.index, asked.delimiter, asked.decimal)


def _set_options(asked: argparse.Namespace) -> "Options":
    from ..reading.shapes import Options

    return Options(header_row=asked.set_header, index_column=asked.set_index)


def _convert(asked: argparse.Namespace) -> int:
    if asked.json and asked.stdout:
        raise CsvLstmError("--json and --stdout both print on standard output", expected="one of them")
    if asked.layers and asked.stdout:
        raise CsvLstmError("--stdout prints one file, and --layers makes many", expected="-o DIR")
    if asked.output_decimal == asked.output_delimiter.encode():
        raise CsvLstmError("--output-decimal and --output-delimiter are the same", expected="--output-delimiter ';'")
    from ..converted.styles import Style
    from ..progress import progress
    from .convert import Conversion, convert_files, convert_in_memory

    network = _network(asked)
    decimal = asked.output_decimal.decode()
    style = Style(asked.output_delimiter, decimal, asked.output_plain_decimals, asked.output_labels)
    conversion = Conversion(network, _options(asked), not asked.no_check, asked.seed, asked.strict, style)
    if asked.stdout:
        report, texts = convert_in_memory(conversion)
        if report.equivalent:
            print_bytes(texts[asked.stdout][:])
    else:
        with progress(network.weights, "weights", quiet=asked.quiet) as advance:
            report = convert_files(conversion, asked.output, force=asked.force, advance=advance)
    _show(report, asked)
    return DONE if report.equivalent else DIFFERENT


def _refuse_two_standard_inputs(asked: argparse.Namespace) -> None:
    if asked.kernel == asked.bias == STANDARD_INPUT:
        raise CsvLstmError("KERNEL and BIAS are both -", expected="one file at most from standard input")


def _refuse_two_tables(asked: argparse.Namespace) -> None:
    if asked.json and asked.csv:
        raise CsvLstmError("--json and --csv both print on standard output", expected="one of them")


def _show(report: "Report", asked: argparse.Namespace) -> None:
    from ..verdict.report import as_json, as_text

    _warn(report.warnings)
    if asked.json:
        print_json(as_json(report), written=bool(report.written))
    if not asked.quiet:
        tell(as_text(report))


def _warn(warnings: "Sequence[Damage]") -> None:
    for damage in warnings:
        say(f"warning: {damage}")
