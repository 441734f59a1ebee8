"""Who prepared a workbook, how and when: its version, its command, and a time that a build can fix."""

import os
import shlex
import time
from collections.abc import Sequence

from .. import __version__
from ..errors import CsvLstmError, Place
from ..names import readable

_EPOCH = "SOURCE_DATE_EPOCH"
_LATEST = 253402300799


def prepared(command: Sequence[str]) -> str:
    """Say with what, how and when something is prepared; the time is UTC, that of SOURCE_DATE_EPOCH where it is set.

    Raises CsvLstmError where SOURCE_DATE_EPOCH is no number of seconds.

    >>> os.environ["SOURCE_DATE_EPOCH"] = "0"
    >>> prepared(["audit", "a b.csv"]).partition(", ")[2]
    "csvlstm audit 'a b.csv', 1970-01-01 00:00:00 UTC"
    >>> del os.environ["SOURCE_DATE_EPOCH"]
    """
    at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(_seconds()))
    return ", ".join([f"Prepared with csvlstm {__version__}", *[f"csvlstm {_line(command)}"] * bool(command), at])


def _line(command: Sequence[str]) -> str:
    # A name with a newline in it stays on the line.
    return readable(shlex.join(command)).replace("\n", "\\n").replace("\r", "\\r")


def _seconds() -> float:
    fixed = os.environ.get(_EPOCH)
    if not fixed:
        return time.time()
    if not (fixed.isascii() and fixed.isdigit() and len(fixed) < 13 and int(fixed) <= _LATEST):
        raise CsvLstmError(f"{fixed!r} is no time", Place(_EPOCH), expected="whole seconds since 1970")
    return int(fixed)
