"""Programs in turn, round by round, so that a drift of the machine's speed touches all of them."""

import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from .processes import megabytes_of, seconds_of
from .programs import Command

Measurement = Callable[[Sequence[str | Path], int], float]
"""What runs a command line, sees its exit code, and gives a figure."""


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


def measure(
    programs: dict[str, Command], rounds: int, exit_codes: Mapping[str, int] = MappingProxyType({})
) -> dict[str, Measured]:
    """Measure the memory of each program in a first round, which warms up as well, and then its seconds.

    The exit code of a program is 0, or that of `exit_codes`; raises ChildProcessError at another one.
    """

    def run(measurement: Measurement) -> dict[str, float]:
        return {name: _run(command, measurement, exit_codes.get(name, 0)) for name, command in programs.items()}

    megabytes, *seconds = run(megabytes_of), *(run(seconds_of) for _ in range(rounds))
    return {name: Measured([one[name] for one in seconds], megabytes[name]) for name in programs}


def _run(command: Command, measurement: Measurement, exit_code: int) -> float:
    """Run a program with a new folder for its output, which stays to the end, its files cut to nothing."""
    output = Path(tempfile.mkdtemp())
    measured = measurement(command(output), exit_code)
    # Removed, they would slow the next runs: some file systems pass over the places of files deleted in the last
    # minutes one by one. Kept as they are, they would be written to the disk while the next ones run.
    for file in output.rglob("*"):
        if file.is_file():
            os.truncate(file, 0)
    return measured
