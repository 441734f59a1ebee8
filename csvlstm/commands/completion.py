"""What a shell completes: the commands, their options, the layouts, and names of files; shtab writes the script."""

import argparse
from collections.abc import Iterator

from ..errors import CsvLstmError
from ..layouts.entries import LAYOUTS

_FOLDERS = ("DIR",)
_FILES = ("FILE", "FILES", "CSV", "LAYERS.CSV", "CHECKPOINT")


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Give the script that lets a shell complete the command line; raises CsvLstmError where shtab is not installed."""
    try:
        import shtab
    except ImportError:
        raise CsvLstmError("shtab is not installed", advice="pip install shtab makes the script") from None
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.metavar == "LAYOUT":
            action.choices = [key for key, layout in LAYOUTS.items() if layout.offered]
    script: str = shtab.complete(parser, shell)
    return script


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
