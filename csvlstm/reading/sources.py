"""Bytes in: a file, a pipe or standard input, compressed or not, and never more than was declared."""

import os
import stat
import sys
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from mmap import mmap
from typing import IO, NamedTuple, cast

from ..errors import CsvLstmError, Place, argument
from .file_kinds import refuse_kind

STANDARD_INPUT = "-"
BYTES_PER_CELL = 64
SMALLEST_LIMIT = 16 * 2**20
"""Below this size a wrong declaration costs nothing, and reading on lets the message name the right sizes."""

Identity = tuple[int, int]
"""Which file on the disk something is, as (device, inode)."""

_PACKING = 4096
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}


class InMemory(str):
    r"""A text in the place of a file: a string that names it in messages, and its bytes.

    >>> InMemory("kernel", b"0.5\n"), read_source(InMemory("kernel", b"0.5\n")).data
    ('kernel', b'0.5\n')
    """

    data: bytes

    def __new__(cls, name: str, data: bytes) -> "InMemory":
        """Make a text of a name."""
        made = super().__new__(cls, name)
        made.data = data
        return made


class InMemoryFolder(str):
    """Texts in the place of a folder: a string that names it in messages, and its files by their names."""

    files: dict[str, InMemory]

    def __new__(cls, name: str, files: dict[str, InMemory]) -> "InMemoryFolder":
        """Make a folder of a name."""
        made = super().__new__(cls, name)
        made.files = files
        return made


def is_folder(path: str) -> bool:
    """Tell whether a path leads to a folder on the disk."""
    return not isinstance(path, InMemory) and os.path.isdir(path)


def member(folder: str | os.PathLike[str], name: str) -> str:
    """Give the path of a file in a folder, or the text in its place."""
    return folder.files[name] if isinstance(folder, InMemoryFolder) else os.path.join(folder, name)


def has_member(folder: str | os.PathLike[str], name: str) -> bool:
    """Tell whether a folder has a file of a name, or a text in its place."""
    there = folder.files if isinstance(folder, InMemoryFolder) else None
    return name in there if there is not None else os.path.lexists(os.path.join(folder, name))


class Source(NamedTuple):
    """What was read: its name for messages, and its bytes.

    `packed` are the bytes as they lay there, compressed or not; they are kept only for who needs their SHA-256.
    """

    name: str
    data: bytes
    packed: bytes = b""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, computed here and not while it is read; empty where there are no packed bytes."""
        return sha256(self.packed) if self.packed else ""


def sha256(data: bytes | mmap) -> str:
    r"""Give the SHA-256 of some bytes, as `sha256sum` prints it.

    >>> sha256(b"0.5\n")[:16]
    '8d5c1b5a87c51f97'
    """
    # Imported here, because a single small layer needs none.
    import hashlib

    return hashlib.sha256(data).hexdigest()


def identity(path: str) -> Identity | None:
    """Tell which file on the disk a path leads to; None where it leads to none.

    >>> identity("README.md") == identity("./README.md") != identity("setup.cfg")
    True
    """
    if isinstance(path, InMemory):
        return None
    with suppress(OSError, ValueError):
        status = os.fstat(0) if path == STANDARD_INPUT else os.stat(path)
        return status.st_dev, status.st_ino
    return None


def read_source(path: str, cells: int | None = None, digest: bool = False, max_bytes: int | None = None) -> Source:
    """Read a whole file, or standard input for `-`, decompressed, and at most 64 bytes for each declared cell.

    Where no cells are declared, `max_bytes` bounds it. `digest` keeps what the SHA-256 is computed from.

    Raises CsvLstmError where it cannot be read, where it is damaged, where it is a file of another kind than text, by
    name, or where it holds more than that.

    >>> read_source("/dev/null", 160).data
    b''
    """
    if isinstance(path, InMemory):
        return Source(str(path), path.data, path.data if digest else b"")
    if not path:
        raise CsvLstmError("a path is empty", expected="the name of a file")
    name = "standard input" if path == STANDARD_INPUT else path
    limit = max_bytes if cells is None else max(BYTES_PER_CELL * cells, SMALLEST_LIMIT)
    try:
        with _open(path) as file:
            status = os.fstat(file.fileno())
            packed = _read(file, status, limit)
            after = os.fstat(file.fileno())
        data = _unpack(packed, limit)
    except OSError as error:
        raise CsvLstmError(_reason(error), Place(name), advice=_remedy(error)) from None
    except MemoryError:
        found = "does not fit into the memory that this process may use"
        raise CsvLstmError(found, Place(name), advice="allow more memory") from None
    # What another program still writes may stop within a number, and be one all the same.
    if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns) and stat.S_ISREG(status.st_mode):
        found = f"changed while it was read: {status.st_size:,} bytes, then {after.st_size:,}"
        raise CsvLstmError(found, Place(name), advice="wait until it is written")
    refuse_kind(data, name, "CSV text")
    if limit is not None and len(data) > limit:
        raise _too_large(name, limit, cells)
    return Source(name, data, packed if digest else b"")


def _too_large(name: str, limit: int, cells: int | None) -> CsvLstmError:
    found = f"holds more than {limit:,} bytes"
    if cells is None:
        return CsvLstmError(
            found, Place(name), advice=f"is it the right file? inspect reads more with {argument(max_bytes=...)}"
        )
    found += f", while the declared sizes make {cells:,} cells"
    return CsvLstmError(
        found,
        Place(name),
        advice=f"are {argument(input_size=...)} and {argument(hidden_size=...)} those of this layer?",
    )


def _open(path: str) -> IO[bytes]:
    if path == STANDARD_INPUT:
        # A duplicate, so that closing it leaves the process its standard input.
        return open(os.dup(0), "rb")
    return open(path, "rb")


def _read(file: IO[bytes], status: os.stat_result, limit: int | None) -> bytes:
    """Read a little more than the limit at most, so that the caller sees that there is more."""
    if limit is None:
        return file.read()
    # Asking for what a regular file holds spares reserving memory for what it might hold.
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    # Weights that do not compress take a little more room packed than plain.
    return file.read(min(limit + limit // 8 + _PACKING, size or sys.maxsize) + 1)


def _unpack(data: bytes, limit: int | None) -> bytes:
    packing = next((module for start, module in _MAGIC.items() if data.startswith(start)), None)
    if packing is None:
        return data
    import lzma
    import zlib

    try:
        with import_module(packing).open(BytesIO(data)) as unpacked:
            return cast(bytes, unpacked.read(-1 if limit is None else limit + 1))
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise _DamagedError(f"damaged {packing} data ({str(error).rstrip('.')})") from None


class _DamagedError(OSError):
    """Compressed data that do not unpack."""


def _reason(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def _remedy(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        with suppress(FileNotFoundError):
            return f"the working directory is {os.getcwd()}"
        return "the working directory was deleted"
    if isinstance(error, NotADirectoryError):
        return "a file stands where a folder is expected"
    if isinstance(error, IsADirectoryError):
        return "name the CSV file itself"
    return "copy or export it again" if isinstance(error, _DamagedError) else "check its permissions"
