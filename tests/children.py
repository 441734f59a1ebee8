"""Processes that tests start: with a clean environment, with default signals, and never without an end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from csvlstm.commands.cli import main

SECONDS = 120
"""No child takes half as long, also where the processors have other work."""

Command = Sequence[str | Path]

LIMITING = """
import os, resource, sys
resource.setrlimit(int(sys.argv[1]), 2 * (int(sys.argv[2]),))
os.execv(sys.argv[3], sys.argv[3:])
"""

_KEPT = ("HOME", "TMPDIR", "SYSTEMROOT")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""The environment in which Python knows no letters but those of ASCII."""


def environment(**more: str) -> dict[str, str]:
    """Give an environment with a home and the programs of this interpreter, and nothing that changes what is printed.

    >>> "PYTHONUNBUFFERED" in environment()
    False
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # Where the size of files is limited, Python would leave half of a module's bytecode for the next process.
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **more}


def start(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, **how: Any
) -> subprocess.Popen[bytes]:
    """Start a process that is killed after a time."""
    with _default_signals():
        process = subprocess.Popen([*map(str, command)], env=env or environment(), **how)
    watch = threading.Timer(SECONDS, process.kill)
    watch.daemon = True
    watch.start()
    return process


def run(
    command: Command, *, env: Mapping[str, str] | None = None, check: bool = False, **how: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a process to its end, and give its code and what it printed where `how` says nothing else."""
    streams = {} if {"stdout", "stderr"} & how.keys() else {"capture_output": True}
    how = {"env": env or environment(), "timeout": SECONDS, **streams, **how}
    with _default_signals():
        return subprocess.run([*map(str, command)], check=check, **how)


def csvlstm(*arguments: str | Path, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a shell does."""
    return run([sys.executable, "-m", "csvlstm", *arguments], **how)


def limit(kind: int, size: int) -> list[str]:
    """Give what is to stand before a command for a limit of its process, such as `resource.RLIMIT_FSIZE`.

    A function for the child (`preexec_fn`) would not do: threads of other tests may be running when it is forked.
    """
    return [sys.executable, "-I", "-S", "-c", LIMITING, str(kind), str(size)]


def in_this_process(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a shell does, without the time that a process of its own takes to start."""
    printed = BytesIO(), BytesIO()
    out, err = (TextIOWrapper(stream, "utf-8", "backslashreplace", newline="") for stream in printed)
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
    for stream in (out, err):
        stream.flush()
    return subprocess.CompletedProcess(arguments, code, printed[0].getvalue(), printed[1].getvalue())


@contextmanager
def _default_signals() -> Iterator[None]:
    """Let a child have the signals that a script ignores in its background: what is ignored is inherited."""
    ignored = [number for number in _SIGNALS if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
