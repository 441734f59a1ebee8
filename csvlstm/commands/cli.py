"""The program: parse the arguments, run the command that they name, and say in one line what went wrong."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

from .. import __version__
from ..errors import CsvLstmError, Place
from ..process import refuse_little_memory
from .arguments import BUG, REFUSED, as_option, error_as_json, files_after_peepholes
from .spelling import about_unknown, did_you_mean, options_of, unknown_option
from .streams import OUTPUT, print_json, print_text, refuse_closed_output, say, tell

STDOUT_CLOSED = 141

COMMANDS = ("convert", "check", "audit", "inspect", "export", "layers", "layouts")

_Formatter = argparse.RawDescriptionHelpFormatter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; the messages go to standard error, each on one line."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given:
            tell(_parser(given).format_help())
            return REFUSED
        _refuse_checkpoint(given)
        parsed = _parse(given)
        parsed.command_line = given
        refuse_little_memory()
        if _prints(parsed):
            refuse_closed_output()
        code: int = parsed.run(parsed)
        return code
    except BrokenPipeError:
        return STDOUT_CLOSED
    except Exception as error:
        if not isinstance(error, (CsvLstmError, MemoryError, ImportError)):
            return _end(_bug(error, given), given, BUG)
        return _end(_as_refusal(error), given, REFUSED)


def _as_refusal(error: CsvLstmError | MemoryError | ImportError) -> CsvLstmError:
    if isinstance(error, CsvLstmError):
        return error
    advice = "nothing was written"
    if isinstance(error, MemoryError):
        return CsvLstmError("this process may not use enough memory for a layer of this size", advice=advice)
    found = f"{error.name or 'numpy'} cannot be loaded"
    return CsvLstmError(found, advice=f"install it again, or allow more memory; {advice}")


def _bug(error: Exception, given: Sequence[str]) -> CsvLstmError:
    if "--debug" in given:
        sys.excepthook(type(error), error, error.__traceback__)
    found = f"a bug in csvlstm: {type(error).__name__}: {error}"
    return CsvLstmError(found, advice="please report it, with what --debug shows")


def _end(error: CsvLstmError, given: Sequence[str], code: int) -> int:
    """Say why a command ended, with --json as an object, too, and give its exit code."""
    say(error.said(as_option))
    if "--json" in given and error.place != OUTPUT and not {"--csv", "--stdout"}.intersection(given):
        # The reason was said, and is more than that it could not be said twice.
        with suppress(CsvLstmError, BrokenPipeError):
            print_json(error_as_json(error, given[0], code))
    return code


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
        raise CsvLstmError(message, advice=f"see {self.prog} --help")


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = _parser(given)
    if given[0] in COMMANDS:
        _refuse_unknown(parser, given)
    elif not given[0].startswith("-"):
        expected = f"one of {', '.join(COMMANDS)}"
        raise CsvLstmError(f"{given[0]!r} is no command{did_you_mean(given[0], COMMANDS)}", expected=expected)
    parsed, rest = parser.parse_known_args(given)
    # argparse gives a list of files all that stand before the first option; those after it are of the same list.
    files = getattr(parsed, "files", None)
    wrong = rest if files is None else [one for one in rest if one.startswith("-") and one != "-"]
    if wrong:
        parser.error(f"unrecognized arguments: {' '.join(wrong)}")
    if files is not None:
        files += [*rest, *files_after_peepholes(parsed)]
    return parsed


def _refuse_unknown(parser: argparse.ArgumentParser, given: Sequence[str]) -> None:
    """Refuse an option that the command has not, before a missing one, for which it may have been meant."""
    if option := unknown_option(given[1:], options_of(_commands(parser)[given[0]])):
        found = about_unknown(option, given[0], _commands(_parser(())))
        raise CsvLstmError(found, advice=f"see csvlstm {given[0]} --help")


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (action,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(action.choices)


def actions_of(command: str) -> list[argparse.Action]:
    """List the arguments of a command."""
    return _commands(_parser([command]))[command]._actions


class _Completion(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *given: Any) -> NoReturn:
        """Print what lets a shell complete the command line, and end."""
        from .completion import completion

        print_text(completion(parser, given[1]))
        parser.exit()


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    # A table of layers stands in place of two positional arguments, which no argparse parser can leave to an option.
    of_network = any(argument.partition("=")[0] == "--layers" for argument in given)
    parser = Parser(
        prog="csvlstm", description="Convert LSTM weights from one framework's layout to another's, with proof."
    )
    parser.add_argument("-V", "--version", action="version", version=f"csvlstm {__version__}")
    parser.add_argument(
        "--print-completion",
        action=_Completion,
        choices=("bash", "zsh", "tcsh"),
        help="print a script that lets the shell complete commands, options and files",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    # Only the command that is named: to build them all takes as long as to convert a small layer.
    for name in [name for name in COMMANDS if name in given[:1]] or COMMANDS:
        import_module(f".{name}_arguments", __package__).add_to(commands, of_network)
    return parser
