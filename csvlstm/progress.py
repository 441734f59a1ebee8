"""A progress bar for long work: on standard error where that is a terminal, and nothing anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, unit: str, quiet: bool = False) -> Iterator[Callable[[int], object]]:
    """Show how much of `total` is done, and take the bar away at the end; call what it gives with each amount done.

    >>> with progress(20, "cells") as advance:
    ...     advance(12)
    """
    if quiet or not sys.stderr.isatty():
        yield lambda amount: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", unit_scale=True, leave=False) as bar:
        yield bar.update
