"""Runs of whole processes: how long each took, and how much memory it and its children held together."""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_SECONDS_BETWEEN_LOOKS = 0.01


class Run(NamedTuple):
    """One run: seconds from start to end, and the most memory that was held, in MB."""

    seconds: float
    peak: float


def run(command: Sequence[str | Path]) -> Run:
    """Run a program to its end; raises ChildProcessError where it fails."""
    arguments = list(map(str, command))
    start = time.perf_counter()
    process = os.posix_spawnp(arguments[0], arguments, os.environ)
    look = _Look(process)
    _, status = os.waitpid(process, 0)
    seconds = time.perf_counter() - start
    if status:
        raise ChildProcessError(f"{arguments} ended with {status}")
    return Run(seconds, look.end())


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
        return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0) / 1024
