"""What tells a checkpoint from a CSV, by names and by the last bytes of a file alone: every command asks it first."""

import os
import re
from contextlib import suppress

LATEST = "checkpoint"
SAVED_MODEL = "saved_model.pb"
MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
"""The last bytes of a table; source: tensorflow/core/lib/io/format.h."""

PART = re.compile(r"\.(index|meta|data-\d+-of-\d+)$")
"""The endings of the files of a V2 checkpoint, behind its prefix."""


def is_checkpoint(path: str) -> bool:
    """Tell whether a path leads to a checkpoint, a graph, or a folder of them.

    >>> is_checkpoint("model.ckpt.index"), is_checkpoint("README.md")
    (True, False)
    """
    if PART.search(path) or path.endswith(".pb"):
        return True
    if os.path.isdir(path):
        return any(os.path.isfile(os.path.join(path, name)) for name in (LATEST, SAVED_MODEL))
    return ends_as_table(path) if os.path.isfile(path) else os.path.exists(f"{path}.index")


def ends_as_table(path: str) -> bool:
    """Tell whether a file ends as a table does; False where it cannot be read."""
    with suppress(OSError, ValueError), open(path, "rb") as file:
        file.seek(-len(MAGIC), os.SEEK_END)
        return file.read() == MAGIC
    return False
