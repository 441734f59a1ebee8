"""Programs in turn, round by round, so that a drift of the machine's speed touches all of them."""

import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from .processes import megabytes_of, seconds_of
from .programs import Command


class Measured(NamedTuple):
    """What a program took: the seconds of each round, and the most memory, in MB."""

    seconds: list[float]
    megabytes: float

    @property
    def median(self) -> float:
        """The median of its rounds."""
        return statistics.median(self.seconds)

    def share_of(self, other: "Measured") -> float:
        """Give the median of its shares of another program's seconds, round by round."""
        return statistics.median(one / two for one, two in zip(self.seconds, other.seconds, strict=True))


def measure(programs: dict[str, Command], rounds: int) -> dict[str, Measured]:
    """Measure the memory of each program in a first round, which warms up as well, and then its seconds."""
    megabytes = {name: _run(command, megabytes_of) for name, command in programs.items()}
    seconds = [{name: _run(command, seconds_of) for name, command in programs.items()} for _ in range(rounds)]
    return {name: Measured([one[name] for one in seconds], megabytes[name]) for name in programs}


def _run(command: Command, run: Callable[[Sequence[str | Path]], float]) -> float:
    """Run a program with a new folder for its output, which is emptied of what it holds and stays to the end."""
    output = Path(tempfile.mkdtemp())
    measured = run(command(output))
    # Removed, its files would slow the next runs: some file systems pass over the places of files deleted in the last
    # minutes one by one. Full, they would wait to be written to the disk.
    for file in output.rglob("*"):
        if file.is_file():
            os.truncate(file, 0)
    return measured
