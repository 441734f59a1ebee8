"""What may be written where: refused before any work is done, and in the words of a refusal when the system says no."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from ..errors import CsvLstmError, Place, argument
from ..names import path_of
from ..network.manifest import MANIFEST, has_manifest, listed_files
from ..reading.sources import Identity, identity

_HARMLESS = {".DS_Store", ".directory", ".gitkeep", ".localized", "Thumbs.db", "desktop.ini"}
"""Files that file managers and git leave in folders; they stay where they are, and a folder of them alone is empty."""

_ANOTHER = f"choose another {argument(output=...)}"


def refuse_outputs(
    directory: str,
    names: Sequence[str],
    inputs: Sequence[Identity | None],
    force: bool,
    *,
    may_be_the_same: bool = False,
) -> None:
    """Refuse, before any work is done, what could not be written in the end.

    Raises CsvLstmError where a file exists and `force` is not given, where one is an input, or where the directory
    cannot be made. `inputs` are the (device, inode) of the files that were read. Files that are all there already
    `may_be_the_same` as the new ones.
    """
    if not directory:
        advice = f"{argument(output='.')} is the working directory"
        raise CsvLstmError(f"{argument(output=...)} is empty", expected="the name of a folder", advice=advice)
    with refusing(directory):
        if names and has_manifest(directory):
            found = "holds a converted network, and a layer beside it would be taken for a part of it"
            raise CsvLstmError(found, Place(directory), advice=_ANOTHER)
        parent = os.path.dirname(os.path.realpath(directory))
        if not os.path.isdir(parent):
            raise CsvLstmError("no such folder", Place(_parent(directory)), advice=f"make it first, or {_ANOTHER}")
        if os.path.lexists(directory) and not os.path.isdir(directory):
            raise CsvLstmError("is not a folder", Place(directory), advice=_ANOTHER)
        paths = [os.path.join(directory, name) for name in names]
        may_exist = force or (may_be_the_same and all(map(os.path.isfile, paths)))
        for path in paths:
            _refuse_output(path, inputs, may_exist)


def refuse_folder(
    directory: str, inputs: Sequence[Identity | None], force: bool, *, may_be_the_same: bool = False
) -> None:
    """Refuse, before any work is done, a folder that could not appear as a whole in the end.

    It must be new or empty, or, with `force`, hold nothing but a converted network; one that is there already
    `may_be_the_same` as the new one. Raises CsvLstmError as `refuse_outputs` does.
    """
    refuse_outputs(directory, (), inputs, force)
    target = os.path.realpath(directory)
    with refusing(directory):
        if is_replaceable(target) or (may_be_the_same and not force and has_manifest(directory)):
            return
        if not is_movable(target):
            found = (
                "is a folder that no other can take the place of (the working directory, a mount, or another user's)"
            )
            raise CsvLstmError(
                found,
                Place(directory),
                expected="a new folder",
                advice=f"add the name of one to {argument(output=...)}",
            )
        if not force and not is_empty(target):
            advice = f"{_ANOTHER}, or let {argument(force=True)} replace an earlier network"
            raise CsvLstmError("is not empty", Place(directory), expected="a new or empty folder", advice=advice)
        _refuse_foreign(directory, inputs)


def _parent(directory: str) -> str:
    """Name the folder that a new one is to be made in, in the words of who named that."""
    return directory if os.path.islink(directory) else os.path.dirname(directory.rstrip(os.sep)) or os.curdir


def _refuse_foreign(directory: str, inputs: Sequence[Identity | None]) -> None:
    """Refuse a folder that holds anything but a converted network, because replacing it would lose that."""
    rows = listed_files(directory) if has_manifest(directory) else []
    listed = {path_of(row.text("file")) for row in rows} | ({MANIFEST} if rows else set())
    folders = {os.path.dirname(file) for file in listed}
    folders |= {os.path.dirname(folder) for folder in folders}
    for path, is_folder in files_below(directory):
        if os.path.basename(path) in _HARMLESS and not is_folder:
            continue
        if os.path.relpath(path, directory).replace(os.sep, "/") not in (folders if is_folder else listed):
            found = f"is no part of a converted network, so {argument(force=True)} does not replace {directory}"
            raise CsvLstmError(found, Place(path), advice=_ANOTHER)
        if not is_folder:
            _refuse_output(path, inputs, force=True)
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise CsvLstmError("is a folder that cannot be emptied", Place(path), advice="check its permissions")


def files_below(directory: str) -> Iterator[tuple[str, bool]]:
    """List what lies below a folder, and whether it is a folder; a link to one is not."""
    with os.scandir(directory) as found:
        entries = list(found)
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        yield entry.path, is_folder
        if is_folder:
            yield from files_below(entry.path)


def _refuse_output(path: str, inputs: Sequence[Identity | None], force: bool) -> None:
    if os.path.isdir(path):
        raise CsvLstmError("is a folder", Place(path), expected="room for a file", advice=_ANOTHER)
    there = identity(path)
    if there and there in inputs:
        raise CsvLstmError("is an input, and no input is overwritten", Place(path), advice=_ANOTHER)
    if os.path.lexists(path) and not force:
        raise existing(path)


def free_folder(name: str = "converted") -> str:
    """Name a folder that is not there: this one, or with the first number behind it that is free.

    >>> free_folder("tests"), free_folder("no such folder")
    ('tests_2', 'no such folder')
    """
    names = (f"{name}_{number}" if number > 1 else name for number in count(1))
    return next(free for free in names if not os.path.lexists(free))


def existing(path: str) -> CsvLstmError:
    """Refuse a file that exists and may not be replaced."""
    advice = f"{_ANOTHER}, or let {argument(force=True)} replace it"
    return CsvLstmError("exists", Place(path), expected="no such file yet", advice=advice)


def is_replaceable(target: str) -> bool:
    """Tell whether a directory may appear by a rename: a new one, or an empty one that nothing holds in its place."""
    return not os.path.isdir(target) or (is_movable(target) and not os.listdir(target))


def harmless_files(target: str) -> list[str]:
    """Name the files of a directory that may stay in it whatever comes."""
    return sorted(_HARMLESS.intersection(os.listdir(target)))


def is_empty(target: str) -> bool:
    """Tell whether nothing is in a directory but files that may stay there."""
    return not {*os.listdir(target)} - _HARMLESS


def is_movable(target: str) -> bool:
    """Tell whether an existing directory may make room for another one by a rename."""
    # Who stands in a folder would be left in a deleted one, and what is another's would change hands.
    parent = os.path.dirname(target)
    ours = sys.platform == "win32" or os.stat(target).st_uid == os.geteuid()
    writable = os.access(parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
    return ours and writable and target != os.getcwd() and not os.path.ismount(target)


@contextmanager
def refusing(directory: str) -> Iterator[None]:
    """Turn what the system refuses into a refusal that names the directory."""
    try:
        yield
    except FileExistsError as error:
        raise existing(str(error.filename2 or error.filename)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CsvLstmError(f"cannot be written: {reason}", Place(directory), advice="nothing was written") from None
