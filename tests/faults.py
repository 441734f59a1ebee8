"""Faults: the real program runs, something goes wrong, and what its contract promises is looked at.

    python -m tests.faults 1000 7        that many signals (Ctrl-C, SIGTERM, kill -9) at random moments, from seed 7

What is promised: all files of the set or none, each of them whole; untouched inputs; an exit code of the contract; at
most one line on standard error, and never a traceback; no staging folder left behind, but by kill -9.
"""

import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from csvlstm.layouts.gates import Sizes

from . import children
from .exports import write_export

SMALL = Sizes(20, 32)
OLD = {"kernel.csv": b"old kernel", "recurrent_kernel.csv": b"old recurrent kernel", "bias.csv": b"old bias"}
DIRECTORIES: list[dict[str, bytes] | None] = [None, {}, {"notes.txt": b"mine"}, {"notes.txt": b"mine", **OLD}]
"""What may stand in the place of the output: nothing, an empty folder, other files, an old set."""

SURVIVED: Counter[str] = Counter()
"""How many faults of each kind the program survived; the summary of the suite shows it."""


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    stdout: bytes
    stderr: str


class Scene:
    """A folder of inputs, a folder to work in, and what a conversion into its folder `out` has to write."""

    def __init__(self, folder: Path, sizes: Sizes, seed: int = 0) -> None:
        self.inputs, self.work, self.out = folder / "inputs", folder / "work", folder / "work" / "out"
        self.sizes = sizes
        self.inputs.mkdir()
        self.work.mkdir()
        draw = np.random.default_rng(seed)
        kernel, bias = (
            draw.standard_normal((self.sizes.rows, self.sizes.columns)),
            draw.standard_normal(self.sizes.columns),
        )
        self.files = write_export(self.inputs, kernel, bias)
        self.untouched = contents(self.inputs)
        self.prepare(None)
        assert self.run() == (0, b"", "")
        self.whole = contents(self.out)
        self.prepare(None)

    def prepare(self, files: dict[str, bytes] | None) -> None:
        """Empty the working folder, and make a folder `out` of these files in it."""
        for path in self.work.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.before = files
        if files is not None:
            self.out.mkdir()
            for name, data in files.items():
                (self.out / name).write_bytes(data)

    def start(
        self,
        *arguments: str,
        files: Sequence[str] = (),
        streams: str = "",
        before: Sequence[str] = (),
        quiet: bool = True,
        **how: Any,
    ) -> subprocess.Popen[bytes]:
        """Start a conversion in the working folder, into `out` where nothing else is said.

        `streams` is for a shell, and `before` stands before the command.
        """
        where = [] if {"-o", "--stdout"} & {*arguments} else ["-o", "out"]
        sizes = [f"--input-size={self.sizes.input_size}", f"--hidden-size={self.sizes.hidden_size}"]
        options = [*sizes, *where, *arguments, *(["-q"] if quiet else [])]
        command = [*before, sys.executable, "-m", "csvlstm", "convert", *(files or self.files), *options]
        if streams:
            command = ["sh", "-c", f'exec "$@" {streams}', "sh", *command]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.work}
        return children.start(command, **{**pipes, **how})

    def run(self, *arguments: str, **how: Any) -> Ended:
        return end(self.start(*arguments, **how))

    def expect_refusal(self, ended: Ended, message: str) -> None:
        """Hold a refusal to one sentence, exit code 2, and everything as it was."""
        assert ended.code == 2, ended
        assert ended.stdout == b""
        assert re.fullmatch(r"csvlstm: [^\n]+\n", ended.stderr), ended
        assert message in ended.stderr
        assert self.state() == "as before"
        self.expect_nothing_else()
        SURVIVED["refused"] += 1

    def expect_whole(self, ended: Ended) -> None:
        assert ended == (0, b"", "")
        assert self.state() == "whole"
        self.expect_nothing_else()
        SURVIVED["without effect"] += 1

    def expect_nothing_else(self) -> None:
        """Look for what was left behind, and for inputs that changed."""
        assert {path.name for path in self.work.iterdir()} <= {"out"}
        assert not list(self.work.rglob("*.partial"))
        assert contents(self.inputs) == self.untouched

    def state(self) -> str:
        """Tell what stands in `out`, a hidden staging folder aside."""
        now = contents(self.out) if self.out.exists() else None
        if now == self.before:
            return "as before"
        old = self.before or {}
        if now == {**old, **self.whole}:
            return "whole"
        whole = {name: {data, old.get(name, data)} for name, data in {**old, **self.whole}.items()}
        assert now is not None
        assert all(data in whole[name] for name, data in now.items()), "a file is not whole"
        return "in the midst of its renames"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def end(run: subprocess.Popen[bytes]) -> Ended:
    stdout, stderr = run.communicate()
    return Ended(run.returncode, stdout or b"", (stderr or b"").decode())


def signal_at_a_random_moment(scene: Scene, draw: random.Random, duration: float) -> str:
    """Convert, send a signal at a random moment, hold the program to its promises, and say how it ended."""
    number = draw.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    scene.prepare(draw.choice(DIRECTORIES))
    run = scene.start("--force")
    # All of a run is open to a signal, but most of it is imports; so half of them wait for the staging folder.
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0, duration))
    else:
        while run.poll() is None and not list(scene.work.rglob("*.partial")):
            time.sleep(1e-4)
        time.sleep(draw.uniform(0, 0.05 * duration))
    run.send_signal(number)
    ended = end(run)
    state = scene.state()
    expect_end_by(number, ended, state)
    if number == signal.SIGKILL:
        assert contents(scene.inputs) == scene.untouched
        assert scene.run("--force").code == 0
        assert scene.state() == "whole"
    else:
        scene.expect_nothing_else()
    SURVIVED[number.name] += 1
    return f"{number.name}, exit code {ended.code}, {state}{', python noise' if ended.stderr else ''}"


def expect_end_by(number: signal.Signals, ended: Ended, state: str) -> None:
    """Hold the end of a run to the signal that was sent; it may have been done before."""
    assert ended.stdout == b""
    if is_python_starting(ended.stderr):
        # It may even lose the signal, and go on.
        assert number == signal.SIGINT, ended
        assert state == ("as before" if ended.code else "whole"), ended
        return
    assert ended.stderr == ""
    if ended.code == 0:
        assert state == "whole"
    # By the signal itself, which a shell shows as the same number, where the program has not begun or has ended.
    elif number == signal.SIGKILL:
        assert ended.code == -number
    else:
        assert ended.code in (128 + number, -number)
        assert state != "in the midst of its renames"


def is_python_starting(stderr: str) -> bool:
    """Tell whether Ctrl-C met the interpreter before the program's first statement was done."""
    ours = set(re.findall(r"csvlstm/(\w+\.py)", stderr))
    return "KeyboardInterrupt" in stderr and ours <= {"__init__.py", "__main__.py", "process.py", "errors.py"}


def main(count: int, seed: int) -> None:
    """Send signals at random moments, and print how the runs ended."""
    draw, outcomes = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), SMALL)
        duration = measure(scene)
        for _ in range(count):
            outcomes[signal_at_a_random_moment(scene, draw, duration)] += 1
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:6} {outcome}")
    print(f"{sum(SURVIVED.values()):6} survived")


def measure(scene: Scene) -> float:
    """Give the seconds that an undisturbed run takes."""
    start = time.monotonic()
    scene.run()
    return time.monotonic() - start


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
