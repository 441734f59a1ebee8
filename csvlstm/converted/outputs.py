"""Files out, all or nothing: whatever happens, a directory holds all of a set's new files or is as it was."""

import errno
import mmap
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from ..errors import CsvLstmError, Place
from ..process import undoing, uninterrupted
from ..reading.scanning import Text
from .locks import lock
from .targets import files_below, harmless_files, is_replaceable, refuse_folder, refusing

_BUFFER = 1 << 20
_START, _END = ".csvlstm-", ".partial"
_DAY = 24 * 60 * 60


class Staging:
    """A hidden folder on the target's own file system, where files lie until all of them may appear at once.

    `folder` is its path, for who needs room for files that never appear; those must be gone before `publish`.
    """

    def __init__(self, folder: str, directory: str, force: bool, whole: bool) -> None:
        self.folder = folder
        self._directory = directory
        self._target = os.path.realpath(directory)
        self._force = force
        self._whole = whole
        self._names: list[str] = []

    def store(self, name: str, pieces: Iterable[bytes]) -> mmap.mmap:
        """Write a file piece by piece, and give what now stands in it; raises CsvLstmError where the disk refuses."""
        with self.open(name) as file:
            file.writelines(pieces)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def store_in(self, folder: str) -> Callable[[str, Iterable[bytes]], Text]:
        """Make a folder below this one, and give a `store` for its files."""
        with refusing(self._directory):
            os.makedirs(f"{self.folder}/{folder}", exist_ok=True)
        return lambda name, pieces: self.store(os.path.join(folder, name), pieces)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a new file to write and read; raises CsvLstmError where the disk refuses."""
        with refusing(self._directory), open(f"{self.folder}/{name}", "x+b", buffering=_BUFFER) as file:
            yield file
            self._names.append(name)

    def publish(self) -> list[str]:
        """Let the stored files appear, and give their paths.

        A new or empty directory appears with all its files in one rename. In a directory with other files each file
        comes whole, one right after the other. What is to appear as a whole takes the place of an earlier one. Where
        the same files are there already nothing happens. Raises CsvLstmError, with the directory as it was, where that
        fails.
        """
        with refusing(self._directory), uninterrupted():
            if not self._force and self.is_there():
                return []
            if not (is_replaceable(self._target) and self._rename()):
                # Two runs that replace the same files at once take turns, so that no set is half of each.
                with lock(self._target, seconds=1.0):
                    self._put_in_place()
        return self.paths

    @property
    def paths(self) -> list[str]:
        """The paths of the stored files in the directory."""
        return [os.path.join(self._directory, name) for name in self._names]

    def is_there(self) -> bool:
        """Tell whether the directory has files of the same names and bytes, and, as a whole, no others."""
        if not os.path.isdir(self._target):
            return False
        if self._whole:
            there = [path for path, is_folder in files_below(self._target) if not is_folder]
            if len(there) - len(harmless_files(self._target)) != len(self._names):
                return False
        return all(_same(f"{self.folder}/{name}", f"{self._target}/{name}") for name in self._names)

    def _put_in_place(self) -> None:
        if self._whole:
            self._exchange()
        elif self._force:
            self._replace_each()
        else:
            self._link_each()

    def _exchange(self) -> None:
        """Put the new folder in the place of the old one, two renames back to back."""
        # Tested again, because what came into the folder in the meantime would be lost with it.
        refuse_folder(self._directory, (), self._force)
        old = f"{self.folder}.old"
        os.chmod(self.folder, os.stat(self._target).st_mode)
        for name in harmless_files(self._target):
            _keep(f"{self._target}/{name}", f"{self.folder}/{name}")
        os.rename(self._target, old)
        try:
            os.rename(self.folder, self._target)
        except BaseException:
            self._put_back(old)
            raise
        _remove(old)

    def _put_back(self, old: str) -> None:
        try:
            os.rename(old, self._target)
        except OSError:
            found = "another folder came into its place in the meantime"
            raise CsvLstmError(found, Place(self._directory), advice=f"the earlier network is now {old}") from None

    def _rename(self) -> bool:
        if os.path.isdir(self._target):
            os.chmod(self.folder, os.stat(self._target).st_mode)
        try:
            os.rename(self.folder, self._target)
        except OSError:
            # Another run may just have put its files there; whether they may be replaced is not for a rename to say.
            if not os.path.isdir(self._target):
                raise
            return False
        return True

    def _replace_each(self) -> None:
        """Rename the files over those that exist, and put these back where one of them cannot be replaced."""
        kept = [name for name in self._names if _keep(f"{self._target}/{name}", f"{self.folder}/{name}.old")]
        made = []
        try:
            for name in self._names:
                os.replace(f"{self.folder}/{name}", f"{self._target}/{name}")
                made.append(name)
        except BaseException:
            for name in made:
                if name in kept:
                    os.rename(f"{self.folder}/{name}.old", f"{self._target}/{name}")
                else:
                    os.unlink(f"{self._target}/{name}")
            raise

    def _link_each(self) -> None:
        """Give the files their names; a link, unlike a rename, fails where another run has just made such a file."""
        made = []
        try:
            for name in self._names:
                _link_or_rename(f"{self.folder}/{name}", f"{self._target}/{name}")
                made.append(f"{self._target}/{name}")
        except BaseException:
            for path in made:
                os.unlink(path)
            raise


@contextmanager
def staging(directory: str, force: bool = False, *, whole: bool = False) -> Iterator[Staging]:
    """Open a staging folder for a directory, and leave nothing of it behind.

    The directory appears as a `whole`, or may hold other files and get these beside them.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, staging(f"{folder}/new") as files:
    ...     text = files.store("bias.csv", [b"0.5,", b"0.25"])
    ...     files.publish() == [f"{folder}/new/bias.csv"], text[:], os.listdir(f"{folder}/new")
    (True, b'0.5,0.25', ['bias.csv'])
    """
    target = os.path.realpath(directory)
    parent = os.path.dirname(target) if whole or is_replaceable(target) else target
    folder = f"{parent}/{_START}{os.urandom(6).hex()}{_END}"
    with undoing(lambda: _remove(folder)):
        with refusing(directory):
            _remove_leftovers(parent)
            os.mkdir(folder)
        with lock(folder):
            yield Staging(folder, directory, force, whole)


def _remove(folder: str) -> None:
    # Imported where there is something to remove, because it imports all kinds of compression.
    if os.path.lexists(folder):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(parent: str) -> None:
    """Remove the staging folders of killed runs: those that live have locked theirs, and none of them takes a day."""
    with suppress(OSError):
        for name in os.listdir(parent):
            folder = f"{parent}/{name}"
            if name.startswith(_START) and name.endswith(_END) and time.time() - os.lstat(folder).st_mtime > _DAY:
                with lock(folder) as locked:
                    if locked:
                        _remove(folder)


def _same(path: str, other: str) -> bool:
    """Tell whether two files hold the same bytes, and are files."""
    if not os.path.isfile(other) or os.path.getsize(path) != os.path.getsize(other):
        return False
    with open(path, "rb") as one, open(other, "rb") as another:
        return all(piece == another.read(_BUFFER) for piece in iter(lambda: one.read(_BUFFER), b""))


def _keep(path: str, copy: str) -> bool:
    """Keep a second name of a file; False where there is no file."""
    if not os.path.lexists(path):
        return False
    try:
        os.link(path, copy, follow_symlinks=False)
    except OSError:
        import shutil

        shutil.copy2(path, copy, follow_symlinks=False)
    return True


def _link_or_rename(source: str, path: str) -> None:
    try:
        os.link(source, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network file systems have no links.
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from None
        os.rename(source, path)
