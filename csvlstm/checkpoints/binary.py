"""Parts of files, read by open, seek and read: a file that is cut while it is mapped into memory would end Python."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import CsvLstmError, Place
from .wire import DamageError

DAMAGED = "copy it again from where it was saved"


def size_of(path: str) -> int:
    """Give the size of a file; raises CsvLstmError where it cannot be read."""
    with _reading(path):
        return os.stat(path).st_size


def read_part(path: str, offset: int = 0, size: int = -1) -> memoryview:
    """Read some bytes of a file, or all after an offset: fewer where it ends before.

    Raises CsvLstmError where it cannot be read.
    """
    with _reading(path), open(path, "rb") as file:
        file.seek(offset)
        return memoryview(file.read(size))


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise CsvLstmError(f"cannot be read: {reason}", Place(path), advice="check its permissions") from None


@contextmanager
def refusing_damage(path: str, advice: str = DAMAGED) -> Iterator[None]:
    """Turn damaged bytes into a refusal that names their file."""
    try:
        yield
    except DamageError as error:
        raise CsvLstmError(str(error), Place(path), advice=advice) from None
