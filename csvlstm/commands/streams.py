"""Standard output and standard error: what is printed is there as a whole, or one sentence says that it is not.

Where a stream takes no more, it is replaced by the null device: the interpreter would try once more at its end,
complain in its own words, and end with a code of its own.
"""

import os
import re
import sys
from typing import Any, TextIO

from ..errors import CsvLstmError, Place
from ..names import readable

OUTPUT = Place("standard output")
_CONTROLS = "[\0-\x1f\x7f-\x9f\u2028\u2029]"


def refuse_closed_output() -> None:
    """Refuse before any work what could not be printed after it; raises CsvLstmError."""
    if sys.stdout is None:
        raise CsvLstmError("cannot be written: it is closed", OUTPUT, advice="send it to a file")


def print_text(text: str, *, written: bool = False) -> None:
    """Print a text on standard output, as UTF-8 in every locale; `written` where files were written before."""
    print_bytes(readable(text).encode(), written=written)


def print_json(result: dict[str, Any], *, written: bool = False) -> None:
    """Print an object on standard output; `written` where files were written before."""
    print_bytes(json_text(result).encode(), written=written)


def json_text(result: dict[str, Any], indent: int | None = None) -> str:
    r"""Give an object as JSON text.

    >>> json_text({"source_file": "k\udcff.csv"})
    '{"source_file": "k\\\\xff.csv"}\n'
    """
    import json

    return json.dumps(_readable_within(result), allow_nan=False, indent=indent) + "\n"


def _readable_within(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {name: _readable_within(one) for name, one in value.items()}
    return [_readable_within(one) for one in value] if isinstance(value, list | tuple) else value


def print_bytes(data: bytes, *, written: bool = False) -> None:
    """Print these bytes on standard output.

    Raises CsvLstmError where it is closed or takes no more, and BrokenPipeError where its reader has left.
    """
    refuse_closed_output()
    try:
        # Unbuffered (PYTHONUNBUFFERED, python -u), it may take a part only, and says so only by its number.
        rest = memoryview(data)
        while rest:
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except OSError as error:
        _silence(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        found = f"cannot be written: {(error.strerror or '').lower()}"
        advice = "what was to be written is there, and it is whole" if written else ""
        raise CsvLstmError(found, OUTPUT, advice=advice) from None


def say(message: str) -> None:
    r"""Print a message on one line of standard error.

    >>> from contextlib import redirect_stderr
    >>> with redirect_stderr(sys.stdout):
    ...     say("two\nlines.csv: is empty")
    csvlstm: two\nlines.csv: is empty
    """
    tell(f"csvlstm: {re.sub(_CONTROLS, lambda control: repr(control[0])[1:-1], message)}")


def tell(text: str) -> None:
    """Print on standard error; where that is closed or full, what was done is none the worse for it."""
    if sys.stderr is None:
        return
    try:
        print(readable(text), file=sys.stderr, flush=True)
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
