"""Programs in turn, round by round, so that a drift of the machine's speed touches all of them."""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from .processes import Took, megabytes_of, time_of
from .programs import Command

Figure = TypeVar("Figure")

_TIMES_ITS_PEAK = 2
"""What a program needs, with the files that it writes, of the memory that it holds."""


class Measured(NamedTuple):
    """What a program took: the time of each round, and the most memory, in MB."""

    rounds: list[Took]
    megabytes: float

    @property
    def median(self) -> Took:
        """The medians of its rounds."""
        return Took(*map(statistics.median, zip(*self.rounds, strict=True)))

    def share_of(self, other: "Measured") -> Took:
        """Give the medians of its shares of another program's time, round by round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        shares = ([one / two if two else inf for one, two in zip(ours, theirs, strict=True)] for ours, theirs in pairs)
        return Took(*map(statistics.median, zip(*shares, strict=True)))


def measure(
    programs: dict[str, Command], rounds: int, exit_codes: Mapping[str, int] = MappingProxyType({})
) -> dict[str, Measured]:
    """Measure the memory of each program in a first round, which warms up as well, and then its time.

    Before each run as much memory is filled and given back as the largest of them needs with its output: the host of a
    virtual machine takes seconds to find a gigabyte that no process held a moment ago, whoever comes first.

    The exit code of a program is 0, or that of `exit_codes`; raises ChildProcessError at another one.
    """

    def run(measurement: Callable[[Sequence[str | Path], int], Figure]) -> dict[str, Figure]:
        return {name: _run(command, measurement, exit_codes.get(name, 0)) for name, command in programs.items()}

    megabytes = run(megabytes_of)
    most = int(_TIMES_ITS_PEAK * max(megabytes.values()))

    def time_in_warm_memory(command: Sequence[str | Path], exit_code: int) -> Took:
        time_of([sys.executable, "-S", "-c", f"b'x' * {most} * 10**6"])
        return time_of(command, exit_code)

    times = [run(time_in_warm_memory) for _ in range(rounds)]
    return {name: Measured([one[name] for one in times], megabytes[name]) for name in programs}


def _run(command: Command, measurement: Callable[[Sequence[str | Path], int], Figure], exit_code: int) -> Figure:
    """Run a program with a new folder for its output, which stays to the end, its files cut to nothing."""
    output = Path(tempfile.mkdtemp())
    measured = measurement(command(output), exit_code)
    # Removed, they would slow the next runs: some file systems pass over the places of files deleted in the last
    # minutes one by one. Kept as they are, they would be written to the disk while the next ones run.
    for file in output.rglob("*"):
        if file.is_file():
            os.truncate(file, 0)
    return measured
