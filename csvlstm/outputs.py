"""Files out, all or nothing: whatever happens, a directory holds all of a set's new files or is as it was."""

import errno
import mmap
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from .errors import CsvLstmError, Place

_BUFFER = 1 << 20


def refuse_outputs(directory: str, names: Sequence[str], inputs: Sequence[tuple[int, int]], force: bool) -> None:
    """Refuse, before any work is done, what could not be written in the end.

    Raises CsvLstmError where a file exists and `force` is not given, where one is an input, or where the directory
    cannot be made. `inputs` are the (device, inode) of the files that were read.
    """
    if not directory:
        raise CsvLstmError("-o is empty", expected="the name of a folder", advice="-o . is the working directory")
    with _refusing(directory):
        parent = os.path.dirname(os.path.realpath(directory))
        if not os.path.isdir(parent):
            raise CsvLstmError("no such folder", Place(parent), advice="make it first, or choose another -o")
        if os.path.lexists(directory) and not os.path.isdir(directory):
            raise CsvLstmError("is not a folder", Place(directory), advice="choose another -o")
        for name in names:
            _refuse_output(os.path.join(directory, name), inputs, force)


def _refuse_output(path: str, inputs: Sequence[tuple[int, int]], force: bool) -> None:
    if os.path.isdir(path):
        raise CsvLstmError("is a folder", Place(path), expected="room for a file", advice="choose another -o")
    # A link that leads nowhere, or to itself, is no input; whether it may be replaced is asked below.
    with suppress(OSError if os.path.islink(path) else FileNotFoundError):
        status = os.stat(path)
        if (status.st_dev, status.st_ino) in inputs:
            raise CsvLstmError("is an input, and no input is overwritten", Place(path), advice="choose another -o")
    if os.path.lexists(path) and not force:
        raise _exists(path)


def _exists(path: str) -> CsvLstmError:
    advice = "choose another -o, or let --force replace it"
    return CsvLstmError("exists", Place(path), expected="no such file yet", advice=advice)


class Staging:
    """A hidden folder on the target's own file system, where files lie until all of them may appear at once.

    `folder` is its path, for who needs room for files that never appear; those must be gone before `publish`.
    """

    def __init__(self, folder: str, directory: str, force: bool) -> None:
        self.folder = folder
        self._directory = directory
        self._target = os.path.realpath(directory)
        self._force = force
        self._names: list[str] = []

    def store(self, name: str, pieces: Iterable[bytes]) -> mmap.mmap:
        """Write a file piece by piece, and give what now stands in it; raises CsvLstmError where the disk refuses."""
        with self.open(name) as file:
            file.writelines(pieces)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a new file to write and read; raises CsvLstmError where the disk refuses."""
        with _refusing(self._directory), open(f"{self.folder}/{name}", "x+b", buffering=_BUFFER) as file:
            yield file
            self._names.append(name)

    def publish(self) -> list[str]:
        """Let the stored files appear, and give their paths.

        A new or empty directory appears with all its files in one rename. In a directory with other files each file
        comes whole, one right after the other. Raises CsvLstmError, with the directory as it was, where that fails.
        """
        with _refusing(self._directory), _uninterrupted():
            if not (_is_replaceable(self._target) and self._rename()):
                (self._replace_each if self._force else self._link_each)()
        return [os.path.join(self._directory, name) for name in self._names]

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
def staging(directory: str, force: bool = False) -> Iterator[Staging]:
    """Open a staging folder for a directory, and leave nothing of it behind.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, staging(f"{folder}/new") as files:
    ...     text = files.store("bias.csv", [b"0.5,", b"0.25"])
    ...     files.publish() == [f"{folder}/new/bias.csv"], text[:], os.listdir(f"{folder}/new")
    (True, b'0.5,0.25', ['bias.csv'])
    """
    target = os.path.realpath(directory)
    parent = os.path.dirname(target) if _is_replaceable(target) else target
    folder = f"{parent}/.csvlstm-{os.urandom(6).hex()}.partial"
    try:
        with _refusing(directory):
            os.mkdir(folder)
        yield Staging(folder, directory, force)
    finally:
        with _uninterrupted(), suppress(FileNotFoundError):
            for name in os.listdir(folder):
                os.unlink(f"{folder}/{name}")
            os.rmdir(folder)


def _is_replaceable(target: str) -> bool:
    """Tell whether a directory may appear by a rename: a new one, or an empty one that nothing holds in its place."""
    if not os.path.isdir(target):
        return True
    # Who stands in a folder would be left in a deleted one, and what is another's would change hands.
    parent = os.path.dirname(target)
    ours = sys.platform == "win32" or os.stat(target).st_uid == os.geteuid()
    writable = os.access(parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
    return ours and writable and target != os.getcwd() and not os.path.ismount(target) and not os.listdir(target)


def _keep(path: str, copy: str) -> bool:
    """Keep a second name of a file; False where there is no file."""
    if not os.path.lexists(path):
        return False
    try:
        os.link(path, copy, follow_symlinks=False)
    except OSError:
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


@contextmanager
def _refusing(directory: str) -> Iterator[None]:
    """Turn what the system refuses into a refusal that names the directory."""
    try:
        yield
    except FileExistsError as error:
        raise _exists(str(error.filename2 or error.filename)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CsvLstmError(f"cannot be written: {reason}", Place(directory), advice="nothing was written") from None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until a few renames are done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    # Blocking the signals would not do: the threads of numpy's linear algebra take them for the whole process.
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda arriving, _: arrived.append(arriving)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for arrived_number in arrived:
            signal.raise_signal(arrived_number)
