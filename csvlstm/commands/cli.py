"""The program: parse the arguments, run the command that they name, and say in one line what went wrong."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

from .. import __version__
from ..errors import CsvLstmError, Place
from ..process import refuse_little_memory
from .arguments import BUG, REFUSED, as_option, files_after_peepholes
from .streams import print_text, refuse_closed_output, say

STDOUT_CLOSED = 141

COMMANDS = ("convert", "check", "audit", "inspect", "export", "layouts")

_Formatter = argparse.RawDescriptionHelpFormatter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; the messages go to standard error, each on one line."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _refuse_checkpoint(given)
        parsed = _parse(given)
        parsed.command_line = given
        refuse_little_memory()
        if _prints(parsed):
            refuse_closed_output()
        code: int = parsed.run(parsed)
        return code
    except CsvLstmError as error:
        say(error.said(as_option))
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


def _prints(parsed: argparse.Namespace) -> bool:
    """Tell whether something will be printed on standard output."""
    reports = getattr(parsed, "prints_report", False) and not getattr(parsed, "quiet", False)
    return reports or any(getattr(parsed, option, None) for option in ("stdout", "json", "csv", "list"))


def _refuse_checkpoint(given: Sequence[str]) -> None:
    """Refuse what is meant as a CSV and is a checkpoint, before a missing option, which would not help."""
    from ..checkpoints.marks import is_checkpoint

    files = [file for before, file in pairwise(given) if not before.startswith("-") and not file.startswith("-")]
    for path in filter(is_checkpoint, files if given[:1] != ["export"] else []):
        advice = f"csvlstm export {path} -o exported makes CSVs of its LSTM layers"
        raise CsvLstmError("is a TensorFlow checkpoint, and no CSV", Place(path), advice=advice)


class Parser(argparse.ArgumentParser):
    """Refuses wrong usage as every other refusal: in one line."""

    def __init__(self, **how: Any) -> None:
        # An abbreviation that works today would be ambiguous with the next option. The true width is for the help only:
        # to find it once an option would import shutil, which takes longer than to read a small layer.
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


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = _parser(given)
    parsed, rest = parser.parse_known_args(given)
    # argparse gives a list of files all that stand before the first option; those after it are of the same list.
    files = getattr(parsed, "files", None)
    wrong = rest if files is None else [one for one in rest if one.startswith("-") and one != "-"]
    if wrong:
        parser.error(f"unrecognized arguments: {' '.join(wrong)}")
    if files is not None:
        files += [*rest, *files_after_peepholes(parsed)]
    return parsed


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    # A table of layers stands in place of two positional arguments, which no argparse parser can leave to an option.
    of_network = any(argument.partition("=")[0] == "--layers" for argument in given)
    parser = Parser(prog="csvlstm", description="Convert LSTM weights in CSV files from TensorFlow 1 to Keras.")
    parser.add_argument("--version", action="version", version=f"csvlstm {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    # Only the command that is named: to build them all takes as long as to convert a small layer.
    for name in [name for name in COMMANDS if name in given[:1]] or COMMANDS:
        import_module(f".{name}_arguments", __package__).add_to(commands, of_network)
    return parser
