"""Runs of whole processes: how long each took, on all processors too, and how much memory it and its children held."""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from resource import struct_rusage
from typing import NamedTuple

_SECONDS_BETWEEN_LOOKS = 0.01

# Modules are compiled once, as for every user.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Took(NamedTuple):
    """The seconds of a run, from its start to its end and on all processors together."""

    elapsed: float
    processor: float


def time_of(command: Sequence[str | Path], exit_code: int = 0) -> Took:
    """Run a program, and give the time that it took; raises ChildProcessError at another exit code."""
    start = time.perf_counter()
    usage = _wait(_start(command), command, exit_code)
    return Took(time.perf_counter() - start, usage.ru_utime + usage.ru_stime)


def megabytes_of(command: Sequence[str | Path], exit_code: int = 0) -> float:
    """Run a program, and give the most memory that it and its children held; raises ChildProcessError as above.

    Not timed as well, because each look stops the process for a moment.
    """
    process = _start(command)
    look = _Look(process)
    try:
        _wait(process, command, exit_code)
    finally:
        peak = look.end()
    return peak


def _start(command: Sequence[str | Path]) -> int:
    arguments = list(map(str, command))
    return os.posix_spawnp(arguments[0], arguments, _ENVIRONMENT)


def _wait(process: int, command: Sequence[str | Path], exit_code: int) -> struct_rusage:
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != exit_code:
        raise ChildProcessError(f"{command} ended with {status}")
    return usage


class _Look:
    """Looks again and again at the memory of a process and its children, what they share counted once.

    What the system tells of a process that has ended would count the memory of this one, which it began as a copy of.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._peak = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> float:
        """Stop looking, and give the most that was seen, in MB."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            with suppress(OSError, ValueError):
                children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
                # Alone, a process knows its peak, also between two looks.
                alone = _megabytes(str(self._process), "status", "VmHWM:")
                family = [str(self._process), *children] if children else []
                together = sum(_megabytes(one, "smaps_rollup", "Pss:") for one in family)
                self._peak = max(self._peak, together or alone)


def _megabytes(process: str, file: str, name: str) -> float:
    """Read a figure from the system's account of a process; a process that has just ended has none."""
    with open(f"/proc/{process}/{file}") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0) * 1024 / 1e6
