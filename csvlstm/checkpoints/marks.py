"""What tells a checkpoint from a CSV, by names and by the last bytes of a file alone: every command calls it first."""

import os
import re
from contextlib import suppress

LATEST = "checkpoint"
SAVED_MODEL = "saved_model.pb"
MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
"""The last bytes of a table; source: tensorflow/core/lib/io/format.h."""

_ENOUGH = 4096

_PART = r"\.(index|meta|data-\d+-of-\d+)$"
"""The endings of the files of a V2 checkpoint, after its prefix."""


def is_checkpoint(path: str) -> bool:
    """Tell whether a path leads to a checkpoint, a graph, or a folder of them, and not to a text of whatever name.

    >>> is_checkpoint("model.ckpt.index"), is_checkpoint("README.md")
    (True, False)
    """
    if os.path.isdir(path):
        return any(os.path.isfile(os.path.join(path, name)) for name in (LATEST, SAVED_MODEL))
    is_named = path.endswith(".pb") or prefix_of(path) != path
    if not os.path.exists(path):
        return is_named or os.path.exists(f"{path}.index")
    return os.path.isfile(path) and (_ends_as_table(path) or (is_named and _is_binary(path)))


def prefix_of(path: str) -> str:
    """Give a path without the ending of a file of a V2 checkpoint.

    >>> prefix_of("model.ckpt.data-00000-of-00001"), prefix_of("kernel.csv")
    ('model.ckpt', 'kernel.csv')
    """
    # No file of weights has one of these in its name, and the pattern need not be compiled for it.
    return re.sub(_PART, "", path) if any(part in path for part in (".index", ".meta", ".data-")) else path


def _ends_as_table(path: str) -> bool:
    return _part_of(path, -len(MAGIC), os.SEEK_END) == MAGIC


def _is_binary(path: str) -> bool:
    return b"\0" in _part_of(path, 0, os.SEEK_SET)


def _part_of(path: str, offset: int, whence: int) -> bytes:
    """Give some bytes of a file; none where it cannot be read."""
    with suppress(OSError, ValueError), open(path, "rb") as file:
        file.seek(offset, whence)
        return file.read(_ENOUGH)
    return b""
