"""Bytes in: a file, a pipe or standard input, compressed or not, and never more than was declared."""

import os
import stat
import sys
from importlib import import_module
from typing import IO, NamedTuple, cast

from .errors import CsvLstmError, Place

STANDARD_INPUT = "-"
BYTES_PER_CELL = 64
SMALLEST_LIMIT = 16 * 2**20
"""Below this size a wrong declaration costs nothing, and reading on lets the message name the right sizes."""

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}


class Source(NamedTuple):
    """What was read: its name for messages, its bytes, and which file on the disk it was."""

    name: str
    data: bytes
    identity: tuple[int, int]


def read_source(path: str, cells: int | None = None) -> Source:
    """Read a whole file, or standard input for `-`, decompressed, and at most 64 bytes for each declared cell.

    Raises CsvLstmError where it cannot be read, where it is damaged, or where it holds more than that.

    >>> read_source("/dev/null", 160).data
    b''
    """
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        with _open(path) as file:
            status = os.fstat(file.fileno())
            data = _read(file, status, _limit(cells))
            if cells is not None and len(data) > _limit(cells):
                raise _too_long(name, cells)
    except OSError as error:
        raise CsvLstmError(_reason(error), Place(name), advice=_remedy(error)) from None
    except MemoryError:
        raise CsvLstmError("does not fit into the memory that this process may use", Place(name)) from None
    return Source(name, data, (status.st_dev, status.st_ino))


def _open(path: str) -> IO[bytes]:
    if path == STANDARD_INPUT:
        # A duplicate, so that closing it leaves the process its standard input.
        return open(os.dup(0), "rb")
    return open(path, "rb")


def _limit(cells: int | None) -> int:
    return sys.maxsize - 1 if cells is None else max(BYTES_PER_CELL * cells, SMALLEST_LIMIT)


def _read(file: IO[bytes], status: os.stat_result, limit: int) -> bytes:
    """Read one byte more than the limit at most, so that the caller sees that there are more."""
    magic = file.peek(6)[:6]  # type: ignore[attr-defined]
    packing = next((module for start, module in _MAGIC.items() if magic.startswith(start)), None)
    if packing:
        return _unpack(file, packing, limit + 1)
    # Asking for what a regular file holds spares reserving memory for what it might hold.
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return file.read(min(limit, size or limit) + 1)


def _too_long(name: str, cells: int) -> CsvLstmError:
    found = f"holds more than {_limit(cells):,} bytes, while the declared sizes make {cells:,} cells"
    return CsvLstmError(found, Place(name), advice="are --input-size and --hidden-size those of this layer?")


def _unpack(file: IO[bytes], packing: str, size: int) -> bytes:
    import lzma
    import zlib

    try:
        with import_module(packing).open(file) as unpacked:
            return cast(bytes, unpacked.read(size))
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise OSError(f"damaged {packing} data ({str(error).rstrip('.')})") from None


def _reason(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def _remedy(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the working directory is {os.getcwd()}"
    if isinstance(error, IsADirectoryError):
        return "name the CSV file itself"
    return "check its permissions"
