"""A progress bar for long work, on standard error where that is a terminal, and nothing where it is not."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], object]
"""What is told how much has been done since it was last called."""

Bar = Callable[[int, str], AbstractContextManager[Advance]]
"""Opens what shows how much of so many units is done, while the body of its `with` runs."""

_SECONDS_WITHOUT = 1.0
"""How long work may take before a bar shows: what is over at once needs none."""


def no_progress(done: int) -> None:
    """Be told, and show nothing."""


@contextmanager
def no_bar(total: int, unit: str) -> Iterator[Advance]:
    """Show nothing while the body runs."""
    yield no_progress


@contextmanager
def progress(total: int, unit: str, *, quiet: bool = False) -> Iterator[Advance]:
    """Show how much of `total` is done while the body runs; the bar is gone when it ends.

    >>> with progress(2, "weight") as advance:
    ...     advance(2)
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    # Imported here, because pipelines never see a bar.
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", unit_scale=True, delay=_SECONDS_WITHOUT, leave=False) as bar:
        yield bar.update
