"""Large texts parsed by a second process, while this one moves, writes and checks them, or parses others.

The second process imports pandas while this one still imports numpy and reads. It gets the text through a pipe and
gives the numbers back through another, so that neither is held twice. It only saves time: where it fails, the text is
parsed here. This room opens before every command, and imports what it needs only where there is something large.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from .process import collect_rarely
from .sources import PANDAS_FROM

if TYPE_CHECKING:
    import subprocess
    from concurrent.futures import Future, ThreadPoolExecutor

    import numpy as np
    from numpy.typing import NDArray

_PIPE_BYTES = 1 << 18
"""More than the system gives a pipe, so that the processes wait less for each other."""

_SERVE = "import sys; sys.path.insert(0, sys.argv[1]); from csvlstm.parallel import serve; serve()"


class Parsing(NamedTuple):
    """A text of so many cells that is being parsed: its values are there once all of them have come back."""

    text: bytes
    cells: int
    read: "Future[NDArray[np.float64] | None]"

    def values(self) -> "NDArray[np.float64] | None":
        """Wait for the values [cells], as `parse` gives them; where the other process failed, parse the text here."""
        from .parsing import finite_or_none, parse

        values = self.read.result()
        return parse(self.text, self.cells) if values is None else finite_or_none(values)


class Assistant:
    """A second process that parses the large ones among several texts, one after the other.

    >>> with Assistant() as assistant:
    ...     assistant.begin(b"0.5,-1e-3\\n", 2) is None
    True
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[ThreadPoolExecutor] = []

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        # They end with the process.
        for thread in self._threads:
            thread.shutdown()
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with suppress(OSError):
                cast(IO[bytes], pipe).close()

    @property
    def is_running(self) -> bool:
        """Whether the process has been started."""
        return self._process is not None

    def expect(self, path: str) -> None:
        """Start the process early where a file is so large that its text will be."""
        if os.path.isfile(path) and os.path.getsize(path) >= PANDAS_FROM:
            self._start()

    def begin(self, text: bytes, cells: int) -> Parsing | None:
        """Begin to parse a text of so many cells; None where it is so small that who asks for its values is faster."""
        if len(text) < PANDAS_FROM:
            return None
        process = self._start()
        if process is None:
            return None
        assert process.stdin
        assert process.stdout
        writer, reader = self._threads
        try:
            read = reader.submit(_read, process.stdout, cells)
            writer.submit(_write, process.stdin, text)
        except RuntimeError:
            # A limit of memory leaves no room for another thread.
            process.kill()
            return None
        return Parsing(text, cells, read)

    def _start(self) -> "subprocess.Popen[bytes] | None":
        """Start the process where it does not run yet; None where the system allows no more processes."""
        import subprocess
        from concurrent.futures import ThreadPoolExecutor

        if self._process is None:
            home = os.path.dirname(os.path.dirname(__file__))
            self._threads = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
            # What it cannot parse is parsed here once more, and refused here; its own words would be noise.
            with suppress(OSError):
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _SERVE, home],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    pipesize=_PIPE_BYTES,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                )
        return self._process


def _write(pipe: IO[bytes], text: bytes) -> None:
    try:
        pipe.write(b"%d\n" % len(text))
        pipe.write(text)
        pipe.flush()
    except (OSError, ValueError):
        # The process has ended; that shows in what comes back.
        return


def _read(pipe: IO[bytes], cells: int) -> "NDArray[np.float64] | None":
    import numpy as np

    values = np.empty(cells)
    view = values.data.cast("B")
    at = 0
    while at < len(view):
        count: int = pipe.readinto(view[at:])  # type: ignore[attr-defined]
        if not count:
            return None
        at += count
    return values


def serve() -> None:
    """Be the second process: parse the texts of standard input, and give their numbers on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    collect_rarely()
    # Imported before a text is there, because that takes as long as a third of a large one.
    import pandas  # noqa: F401

    from .parsing import parse_in_pieces

    source, target = sys.stdin.buffer, sys.stdout.buffer
    while header := source.readline():
        for values in parse_in_pieces(source, int(header)):
            target.write(values.data)
        target.flush()
