"""What befalls the process as a whole: Ctrl-C, SIGTERM, a closed terminal, and too little memory to start with.

A signal ends the program at once, quietly, and leaves nothing unfinished. Its handler does so itself, because
an exception would not always arrive: raised while numpy is imported, or in a callback of the interpreter, it is printed
and lost.
"""

import argparse
import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from .errors import CsvLstmError

LEAST_MEMORY = 192 * 2**20
"""What numpy takes with one thread, and a little to work with."""

_OBJECTS_BETWEEN_LOOKS = 100_000

ENDING = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    ENDING.append(signal.SIGHUP)
_unfinished: list[Callable[[], None]] = []


def exit_code(number: int) -> int:
    """Give the exit code of a program that a signal ends, as shells say it.

    >>> exit_code(signal.SIGINT), exit_code(signal.SIGTERM)
    (130, 143)
    """
    return 128 + number


def collect_rarely() -> None:
    """Let the interpreter look for cycles of objects rarely, and not at its end."""
    # What is imported has none, and looking through it takes a tenth of the time of a small layer.
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    atexit.register(gc.freeze)


def end_quietly() -> None:
    """Let these signals end the program, once what is unfinished is undone.

    What the caller ignores stays ignored, as under `nohup` and in the background of a script.
    """
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    try:
        for undo in _unfinished:
            undo()
    finally:
        os._exit(exit_code(number))


@contextmanager
def undoing(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what is unfinished at the end of a block, and also where a signal ends the program within it.

    `undo` may be called twice, and where there is nothing to undo.

    >>> with undoing(lambda: print("undone")):
    ...     print("done")
    done
    undone
    """
    _unfinished.append(undo)
    try:
        yield
    finally:
        with uninterrupted():
            undo()
        _unfinished.remove(undo)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let these signals wait until a few steps are done."""
    arrived: list[int] = []
    try:
        # Blocking the signals would not do: the threads of numpy's linear algebra take them for the whole process.
        before = {number: signal.signal(number, lambda arriving, _: arrived.append(arriving)) for number in ENDING}
    except ValueError:
        # Signals arrive in the main thread alone, and this is another one.
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for arrived_number in arrived:
            signal.raise_signal(arrived_number)


def use_one_thread() -> None:
    """Let numpy's linear algebra compute in this thread alone, where the user does not say otherwise."""
    # Its threads wait for work by looking for it again and again: they take more time from other processes than they
    # gain here, and memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def say_the_same_everywhere() -> None:
    """Let argparse word what it refuses in the same way in every locale; to look for a translation takes time, too."""
    vars(argparse)["_"] = str


def refuse_little_memory() -> None:
    """Where memory is limited, take what numpy's linear algebra needs, which otherwise ends the process for want of it.

    Raises CsvLstmError where that is more than the limit.
    """
    if sys.platform == "win32":
        return
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    if limit < LEAST_MEMORY:
        found = f"this process may use {limit / 2**20:.0f} MiB of memory"
        raise CsvLstmError(found, expected=f"{LEAST_MEMORY // 2**20} MiB or more", advice="see ulimit -v")
    import numpy as np

    # At its first product of some size it reserves memory.
    np.ones((128, 128)) @ np.ones((128, 128))
