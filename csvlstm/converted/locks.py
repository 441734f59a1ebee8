"""Locks on folders, as other runs of this program see them."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

if sys.platform != "win32":
    import fcntl


@contextmanager
def lock(folder: str, seconds: float = 0.0) -> Iterator[bool]:
    """Keep a folder locked, as other runs see it; False where one of them holds it for longer, or locks are unknown."""
    if sys.platform == "win32":
        yield False
        return
    with ExitStack() as stack:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            stack.callback(os.close, descriptor)
            locked = _wait_for_lock(descriptor, time.monotonic() + seconds)
        except OSError:
            locked = False
        yield locked


def _wait_for_lock(descriptor: int, end: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.001)
        else:
            return True
