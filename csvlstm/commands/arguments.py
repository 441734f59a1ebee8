"""What the commands share at their edge: arguments, what they declare, and how a report is printed.

numpy is imported where a command begins its work, so that --help answers at once.
"""

import argparse
import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from .. import __version__
from ..errors import CsvLstmError, Place, argument, plural, shown
from ..layouts.arrays import Layout, Operand
from ..layouts.entries import ALIKE, LAYOUTS, SOURCE, TARGET
from ..layouts.gates import Sizes
from ..progress import Bar, progress
from ..reading.quantities import LARGEST_FILE, LARGEST_SIZE, read_number, read_size
from ..reading.sources import STANDARD_INPUT
from .spelling import did_you_mean
from .streams import print_json, print_text, say, tell

if TYPE_CHECKING:
    from ..converted.sets import Reading
    from ..network.topology import Network
    from ..numbers.damage import Damage
    from ..reading.shapes import Options
    from ..verdict.report import Report

DONE, DIFFERENT, REFUSED, BUG = 0, 1, 2, 3
"""The exit codes: equivalent, not equivalent, refused, and a mistake of csvlstm itself."""


_OPTIONS = {"output=...": "-o", "output='.'": "-o .", "chained=False": "--independent"}
"""The options whose names are not those of the library's arguments."""


def as_option(name: str, value: str) -> str:
    """Give an argument of the library as the option of the command line.

    >>> as_option("hidden_size", "5"), as_option("header", "False"), as_option("decimal", "'comma'")
    ('--hidden-size 5', '--no-header', '--decimal comma')
    """
    option = name.replace("_", "-")
    flags = {"True": f"--{option}", "False": f"--no-{option}", "...": f"--{option}"}
    return _OPTIONS.get(f"{name}={value}") or flags.get(value) or f"--{option} " + value.strip("'")


def error_as_json(error: CsvLstmError, command: str, code: int) -> dict[str, Any]:
    """Give a refusal by the names of the contract; what its sentence does not say is null.

    >>> refused = error_as_json(CsvLstmError("is 'x'", Place("k.csv", 7, 3), expected="a weight"), "check", 2)
    >>> refused["exit_code"], refused["error"]["address"], refused["error"]["expected"], refused["error"]["advice"]
    (2, 'C7', 'a weight', None)
    """
    place = error.place or Place("")
    where = {"file": place.file, "line": place.line, "column": place.column, "address": place.address}
    parts = {**where, **dict(zip(("found", "expected", "advice"), error.parts(as_option), strict=True))}
    said = {"command": command, "version": __version__, "exit_code": code, "sentence": error.said(as_option)}
    return {**said, "error": {name: value or None for name, value in parts.items()}}


def add_source(command: argparse.ArgumentParser, of_network: bool) -> None:
    """Add what names an export: its files and sizes, or a table of layers, its layout, and how they are read."""
    command.add_argument(
        "files",
        metavar="FILES",
        nargs="*",
        help="the CSVs of one cell in the order of its layout (KERNEL BIAS of TensorFlow 1), or the folder with them",
    )
    if of_network:
        for option in ("--input-size", "--hidden-size"):
            command.add_argument(option, type=_refused_beside_layers, help=argparse.SUPPRESS)
    else:
        _add_sizes(command)
    add_source_layout(command)
    command.add_argument(
        "--to",
        dest="target",
        metavar="LAYOUT",
        type=layout_argument,
        default=TARGET,
        help="layout to make (default keras)",
    )
    command.add_argument("--layers", metavar="LAYERS.CSV", help="the table of a network's cells, in place of these")
    command.add_argument(
        "--independent",
        action="store_true",
        help="the rows of LAYERS.CSV are separate cells, not the layers of a stack",
    )
    command.add_argument(
        "--forget-bias",
        metavar="F",
        type=finite,
        help="what the TensorFlow 1 cell adds to gate f at run time (default 1.0; 0 for weights of a CudnnLSTM); with "
        "--layers, that of the rows without a forget_bias",
    )
    command.add_argument(
        "--target-forget-bias",
        metavar="F",
        type=finite,
        help="what a TensorFlow 1 cell that is made will add to gate f (default 0: all of it is in the bias)",
    )
    command.add_argument(
        "--no-bias",
        action="store_true",
        help="the cell has no bias: its files are not there or hold zeros, and the target gets none where it may",
    )
    command.add_argument("--projection", metavar="FILE", help="the projection of h (num_proj, proj_size)")
    command.add_argument(
        "--peepholes", metavar="FILE", nargs="+", help="the peepholes: those of i, f, o, or all in one"
    )
    add_reading(command)
    command.add_argument("--strict", action="store_true", help="refuse an export that shows damage, rather than warn")


def add_source_layout(command: argparse.ArgumentParser) -> None:
    """Add what names the layout of the files."""
    command.add_argument(
        "--from",
        dest="source",
        metavar="LAYOUT",
        type=layout_argument,
        help="layout of the files (default tf1); see layouts",
    )


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add what settles how a file is read where it could be read in two ways."""
    command.add_argument("--transposed", action="store_true", help="the kernel is 4H x (D+H)")
    command.add_argument(
        "--order",
        choices=("C", "F"),
        default="C",
        help="how a flat matrix is read: row by row (C, the default) or column by column (F)",
    )
    yes_or_no = argparse.BooleanOptionalAction
    command.add_argument(
        "--header", action=yes_or_no, help="whether an extra first row is a header row (default: found)"
    )
    command.add_argument("--index", action=yes_or_no, help="whether an extra first column is an index (default: found)")
    command.add_argument(
        "--delimiter",
        metavar="MARK",
        type=_delimiter,
        help="what separates the cells: comma, semicolon, tab, blanks or the character itself (default: found)",
    )
    command.add_argument(
        "--decimal", metavar="SIGN", type=decimal_sign, help="decimal sign: point or comma, or itself (default: found)"
    )


def add_converted_set(command: argparse.ArgumentParser) -> None:
    """Add what settles how the files of a converted set are read; its folder is the last of FILES."""
    yes_or_no = argparse.BooleanOptionalAction
    command.add_argument("--set-header", action=yes_or_no, help="the same as --header, about the converted set")
    command.add_argument("--set-index", action=yes_or_no, help="the same as --index, about the converted set")


def _add_sizes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--input-size", metavar="D", type=_size, help="input size of the cell")
    command.add_argument("--hidden-size", metavar="H", type=_size, help="hidden size (units) of the cell")


def _refused_beside_layers(text: str) -> NoReturn:
    raise argparse.ArgumentTypeError("goes with KERNEL and BIAS, not with --layers")


def layout_argument(text: str) -> Layout:
    """Read a layout by its key."""
    layout = LAYOUTS.get(text.lower())
    if layout is None or not layout.offered:
        known = [key for key, one in LAYOUTS.items() if one.offered]
        other = ALIKE.get(text.lower())
        meant = f": its arrays are those of {other}" if other else did_you_mean(text, known)
        raise argparse.ArgumentTypeError(f"{text!r} is no layout{meant}; expected one of {', '.join(known)}")
    return layout


def add_report(command: argparse.ArgumentParser) -> None:
    """Add what the check of both cells takes, and how the report is printed."""
    command.add_argument("--seed", metavar="N", type=int, default=0, help="of the behaviour check's inputs (default 0)")
    add_messages(command)


def add_messages(command: argparse.ArgumentParser) -> None:
    """Add how the result is printed."""
    command.add_argument("--json", action="store_true", help="print the result on standard output as one JSON object")
    loudness = command.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="no summary and no report, only warnings")
    loudness.add_argument("-v", "--verbose", action="store_true", help="all blocks, warnings and files of many layers")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug in csvlstm")


def _size(text: str, largest: int = LARGEST_SIZE) -> int:
    size = read_size(text, largest)
    if size is None:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no size; expected a whole number from 1 to {largest}")
    return size


def size_of_file(text: str) -> int:
    """Read the number of bytes of a file."""
    return _size(text, LARGEST_FILE)


def _delimiter(text: str) -> bytes:
    mark = {"comma": ",", "semicolon": ";", "tab": "\t", "blanks": " "}.get(text, text)
    if not (len(mark) == 1 and (" " <= mark <= "~" or mark == "\t")) or mark.isalnum() or mark in '+-._"':
        raise argparse.ArgumentTypeError(
            f"{text!r} separates no cells; expected comma, semicolon, tab, blanks or a character"
        )
    return mark.encode()


def decimal_sign(text: str) -> bytes:
    """Read a decimal sign by its name or as itself."""
    sign = {"point": ".", "comma": ","}.get(text, text)
    if sign not in (".", ","):
        raise argparse.ArgumentTypeError(f"{text!r} is no decimal sign; expected point or comma")
    return sign.encode()


def add_output_signs(command: argparse.ArgumentParser) -> None:
    """Add the signs that files are written with, for who opens them in a spreadsheet."""
    command.add_argument(
        "--output-delimiter",
        metavar="CHAR",
        type=_output_delimiter,
        default=",",
        help="comma, semicolon or tab, or itself (default comma)",
    )
    command.add_argument(
        "--output-decimal", metavar="SIGN", type=decimal_sign, default=b".", help="point or comma, or itself"
    )


def output_decimal_of(parsed: argparse.Namespace) -> str:
    """Give the decimal sign to write; raises CsvLstmError where it is the delimiter, too."""
    if parsed.output_decimal == parsed.output_delimiter.encode():
        raise CsvLstmError("--output-decimal and --output-delimiter are the same", expected="--output-delimiter ';'")
    sign: bytes = parsed.output_decimal
    return sign.decode()


def _output_delimiter(text: str) -> str:
    mark = {"comma": ",", "semicolon": ";", "tab": "\t"}.get(text, text)
    if mark not in (",", ";", "\t"):
        raise argparse.ArgumentTypeError(f"{text!r} is none of comma, semicolon and tab")
    return mark


def finite(text: str) -> float:
    """Read a finite number."""
    number = read_number(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no finite number")
    return number


def tolerance(text: str) -> float:
    """Read a number that is not negative."""
    number = finite(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is negative")
    return number


def network_of(parsed: argparse.Namespace) -> "Network":
    """Give the network that the arguments name: one cell, or the layers of a table."""
    from ..network.declaring import Declaration, declared_cell
    from ..network.topology import single

    extras = {
        Operand.PEEPHOLE: parsed.peepholes or [],
        Operand.PROJECTION: [parsed.projection] if parsed.projection else [],
    }
    declared = Declaration(
        parsed.source,
        parsed.target,
        parsed.forget_bias,
        parsed.target_forget_bias,
        not parsed.no_bias,
        {operand: files for operand, files in extras.items() if files},
    )
    if parsed.layers is not None:
        from ..network.layers import read_layers

        _refuse_files_beside_layers(parsed)
        return read_layers(parsed.layers, declared, chained=not parsed.independent)
    if parsed.independent:
        found = f"{argument(independent=True)} speaks of the rows of a table"
        raise CsvLstmError(found, expected=f"{argument(layers=...)} beside it")
    return single(declared_cell(declared, parsed.files, _sizes_of(parsed), reading_of(parsed)))


def _sizes_of(parsed: argparse.Namespace) -> Sizes:
    if not parsed.files:
        raise CsvLstmError("no files are given", expected=f"the files of one cell, or {argument(layers=...)}")
    if parsed.input_size is None or parsed.hidden_size is None:
        from .undeclared import undeclared

        is_folder = len(parsed.files) == 1 and os.path.isdir(parsed.files[0])
        source = parsed.source or (None if is_folder else SOURCE)
        raise undeclared(parsed.files, source, parsed.input_size, parsed.hidden_size, reading_of(parsed))
    return Sizes(parsed.input_size, parsed.hidden_size)


def _refuse_files_beside_layers(parsed: argparse.Namespace) -> None:
    extras = ("projection", "peepholes", "input_size", "hidden_size")
    given = [argument(**{name: ...}) for name in extras if getattr(parsed, name)]
    if parsed.files or given:
        found = f"{' '.join(parsed.files or given)} {plural(len(parsed.files or given), 'is', 'are')} given, too"
        raise CsvLstmError(found, expected=f"the files of all cells in the table of {argument(layers=...)}")


def files_after_peepholes(parsed: argparse.Namespace) -> list[str]:
    """Take back the files after those of the peepholes, whose number follows from the layout."""
    given: list[str] = getattr(parsed, "peepholes", None) or []
    number = sum(Operand.PEEPHOLE in array.operands for array in (parsed.source or SOURCE).extras) if given else 0
    after = given[number:] if number else []
    del given[len(given) - len(after) :]
    return after


def directory_of(parsed: argparse.Namespace) -> str:
    """Take the folder of the converted set from the end of the files."""
    if not parsed.files:
        raise CsvLstmError("no CONVERTED_DIR is given", expected="the folder of the converted set after FILES")
    directory: str = parsed.files.pop()
    return directory


def reading_of(parsed: argparse.Namespace) -> "Options":
    """Give how the files of the export are to be read."""
    from ..reading.shapes import Options

    return Options(
        parsed.transposed,
        parsed.header,
        parsed.index,
        parsed.delimiter,
        parsed.decimal,
        column_major=parsed.order == "F",
    )


def reading_of_both(parsed: argparse.Namespace) -> "Reading":
    """Give how the files of the export and those of the converted set are to be read."""
    from ..converted.sets import Reading
    from ..reading.shapes import Options

    of_set = Options(header_row=parsed.set_header, index_column=parsed.set_index)
    return Reading(reading_of(parsed), of_set, parsed.strict)


def refuse_two_standard_inputs(parsed: argparse.Namespace) -> None:
    """Refuse both files from standard input."""
    if parsed.files.count(STANDARD_INPUT) > 1:
        raise CsvLstmError("KERNEL and BIAS are both -", expected="one file at most from standard input")


def refuse_two_tables(parsed: argparse.Namespace) -> None:
    """Refuse a JSON object and a CSV table on the same standard output."""
    if parsed.json and parsed.csv:
        raise CsvLstmError("--json and --csv both print on standard output", expected="one of them")


def show(report: "Report", parsed: argparse.Namespace, table: str = "") -> None:
    """Print a report: its warnings, its table or its JSON object where one is requested, its summary."""
    from ..verdict.report import as_json
    from ..verdict.summary import as_text

    warn(report.warnings, parsed.verbose)
    if table:
        print_text(table, written=bool(report.written))
    elif parsed.json:
        print_json(as_json(report), written=bool(report.written))
    if not parsed.quiet:
        tell(as_text(report, parsed.verbose))


def bar_of(parsed: argparse.Namespace) -> Bar:
    """Give the progress bar of a command, which a quiet one does not show."""
    return partial(progress, quiet=parsed.quiet)


def print_report(text: str, parsed: argparse.Namespace, *, written: bool = False) -> None:
    """Print what a command is for on standard output; where that has an object or a table, on standard error."""
    if parsed.json or parsed.csv:
        if not parsed.quiet:
            tell(text)
    elif not parsed.quiet:
        print_text(f"{text}\n", written=written)


def warn(warnings: "Sequence[Damage]", verbose: bool = False) -> None:
    """Print warnings, each on one line; of a kind that many files have, the first and how many there are."""
    kinds: dict[tuple[str, str], list[Damage]] = {}
    for damage in warnings:
        kinds.setdefault((damage.kind, str(damage.place) if verbose else damage.advice), []).append(damage)
    for first, *more in kinds.values():
        others = [f"{len(more)} other files are like this one"] if len(more) > 1 else []
        for damage in [first, *([] if others else more)]:
            say("; ".join([f"warning: {damage}", *others]))
