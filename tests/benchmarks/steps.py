"""Where the time of a conversion goes, step by step, and the least that each step could take.

As a program of its own it converts a layer as csvlstm does, and prints what each step took. It must be told when it was
started.
"""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from .layers import Layer

STEPS = {
    "reading both files": ["reading.tables:read_source"],
    "recognising their form": ["reading.tables:readings", "reading.tables:_fitting"],
    "finding the quarters of each line": ["reading.tables:separators"],
    "moving them into new files": ["commands.convert:convert_text"],
    "parsing the numbers": ["reading.tables:parse"],
    "holding the new text against the old": ["commands.convert:edges_found_anew", "commands.convert:moved_arrays"],
    "looking for damage": ["commands.convert:warnings_of"],
    "comparing all values": ["commands.convert:compare_blocks"],
    "running both cells": ["commands.convert:run_export", "commands.convert:compare_behaviour"],
    "making the files visible": ["converted.outputs:Staging.publish"],
}
"""The functions of csvlstm that make up each step, in the order in which they begin."""

START, IMPORTS, END = "starting Python, reading the options", "importing numpy and csvlstm", "ending"

_PIECES = """
from simdjson import Parser
text = open(kernel, 'rb').read().replace(b"\\n", b",")
ends = [*(text.index(b",", at) for at in range(0, len(text), 262144)), len(text) - 1]
pieces = [b"[%b]" % text[start + 1 : end] for start, end in zip(ends, ends[1:])]
"""
_LIMITS = {
    IMPORTS: ("numpy alone", "", "import numpy"),
    "reading both files": ("one read", "", "open(kernel, 'rb').read()"),
    "finding the quarters of each line": (
        "one look at every byte",
        "import numpy as np; text = np.fromfile(kernel, np.uint8)",
        "[np.count_nonzero(text[k : k + 65536] == 44) for k in range(0, len(text), 65536)]",
    ),
    "moving them into new files": ("one write", "text = open(kernel, 'rb').read()", "open(output, 'wb').write(text)"),
    "holding the new text against the old": (
        "one comparison",
        "text = open(kernel, 'rb').read(); other = bytes(bytearray(text))",
        "text == other",
    ),
    "parsing the numbers": ("simdjson alone", _PIECES, "for piece in pieces: Parser().parse(piece)"),
    "comparing all values": (
        "one comparison",
        "import numpy as np; one, other = np.ones({cells}), np.ones({cells})",
        "(one != other).any()",
    ),
    "running both cells": (
        "one product over all steps",
        "import numpy as np; x, kernel = np.ones((20, {rows})), np.ones(({rows}, {columns}))",
        "x @ kernel",
    ),
}
"""What the limit of a step is, what has to be there for it, and the statement that takes as long."""


class Step(NamedTuple):
    """What a step took: when it first began, and its seconds without those of the steps within it."""

    begins: float
    seconds: float


class Clock:
    """Takes the time of functions that may call each other; the moments are those since `started`."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._within = [0.0]
        self.begins: dict[str, float] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def now(self) -> float:
        """Give the seconds since the start."""
        return time.perf_counter() - self._started

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give the same function, whose time goes to a step."""

        def run(*arguments: object, **how: object) -> object:
            begins = self.now()
            self.begins.setdefault(step, begins)
            self._within.append(0.0)
            try:
                return function(*arguments, **how)
            finally:
                took = self.now() - begins
                self.seconds[step] += took - self._within.pop()
                self._within[-1] += took

        return run

    def watch(self, step: str, name: str) -> None:
        """Take the time of a function of csvlstm, named as "module:function" where it is called."""
        module, _, path = name.partition(":")
        owner: Any = import_module(f"csvlstm.{module}")
        *parents, function = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, function, self.timed(step, getattr(owner, function)))


def measure_steps(layer: Layer, output: Path) -> dict[str, Step]:
    """Convert a layer in a process of its own, and give what each step took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", __name__, repr(started), layer.kernel, layer.bias, *layer.sizes, output]
    printed = subprocess.run(list(map(str, command)), capture_output=True, check=True, text=True).stdout
    ended = time.perf_counter() - started
    lines = (line.split("\t") for line in printed.splitlines())
    steps = {name: Step(float(begins), float(seconds)) for name, begins, seconds in lines}
    last = steps.pop(END).begins
    return {**steps, END: Step(last, ended - last)}


def limit_of(step: str, layer: Layer, output: Path) -> tuple[str, float] | None:
    """Measure the least that a step could take, in a new process, and say what that is."""
    if step not in _LIMITS:
        return None
    words, before, statement = _LIMITS[step]
    rows = layer.input_size + layer.hidden_size
    sizes = {"bytes": layer.kernel.stat().st_size, "cells": layer.cells, "rows": rows, "columns": 4 * layer.hidden_size}
    program = f"""
import sys, time
kernel, output = sys.argv[1:]
{before.format(**sizes)}
start = time.perf_counter()
{statement.format(**sizes)}
print(time.perf_counter() - start)
"""
    command = [sys.executable, "-c", program, str(layer.kernel), str(output / "limit")]
    return words, float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    """Convert a layer, and print a line for each step: its name, when it began, its seconds."""
    clock = Clock(float(sys.argv[1]))
    from argparse import Namespace

    from csvlstm.commands import cli, convert_arguments
    from csvlstm.process import collect_rarely, use_one_thread

    collect_rarely()
    use_one_thread()
    run = convert_arguments.run

    def watched(parsed: Namespace) -> int:
        clock.seconds[START] = clock.now()
        clock.timed(IMPORTS, import_module)("csvlstm.commands.convert")
        for step, names in STEPS.items():
            for name in names:
                clock.watch(step, name)
        return run(parsed)

    convert_arguments.run = watched
    code = cli.main(["convert", *sys.argv[2:-1], "-q", "-o", sys.argv[-1]])
    clock.begins |= {START: 0.0, END: clock.now()}
    for step, begins in clock.begins.items():
        print(step, begins, clock.seconds[step], sep="\t")
    sys.exit(code)


if __name__ == "__main__":
    main()
