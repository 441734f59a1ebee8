"""Opening a checkpoint by whatever names it: its prefix, one of its files, its folder, a SavedModel, a frozen graph.

Sources: tensorflow/python/training/{saver.py,checkpoint_management.py}, core/util/tensor_bundle/naming.cc.
"""

import glob
import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from ..errors import CsvLstmError, Place
from .binary import read_part
from .graph import FrozenGraph
from .marks import LATEST, SAVED_MODEL, prefix_of
from .tensors import Array, Variable
from .v1 import SavedSlices
from .v2 import Bundle

_SHARD = re.compile(r"-(\d{5}|\?{5})-of-(\d{5})$")
_NUMBERS = re.compile(r"(\d+)")
_MOST_SHOWN = 10


class Variables(Protocol):
    """What every kind of checkpoint gives: its variables by name, and the numbers of each."""

    @property
    def kind(self) -> str:
        """What it is, for messages."""

    @property
    def has_checksums(self) -> bool:
        """Whether damage is seen."""

    @property
    def files(self) -> list[str]:
        """Its files."""

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The type and shape of each variable."""

    def read(self, name: str) -> Array:
        """Read a variable."""


class Checkpoint(NamedTuple):
    """A checkpoint, and the file of its graph, where one lies beside it."""

    variables: Variables
    graph: str | None


def open_checkpoint(given: str) -> Checkpoint:
    """Open the checkpoint that a path leads to.

    Raises CsvLstmError where there is none, where one of its files is missing, cut off or damaged, and for files of
    other kinds, by name.
    """
    if not given:
        raise CsvLstmError("the path of the checkpoint is empty", expected="a prefix such as model.ckpt-1000")
    path = _latest(given) if os.path.isdir(given) and not _has_saved_model(given) else given
    if os.path.basename(path) == LATEST and os.path.isfile(path):
        path = _latest(os.path.dirname(path))
    if os.path.isdir(path):
        return _open_saved_model(path)
    if os.path.basename(path) == SAVED_MODEL:
        return _open_saved_model(os.path.dirname(path))
    if path.endswith(".pb"):
        return Checkpoint(FrozenGraph(path), path)
    return _open_prefix(path)


def _open_prefix(path: str) -> Checkpoint:
    # A file of the full name comes first: a prefix may itself end as one of its parts does.
    prefix = path if os.path.exists(f"{path}.index") else prefix_of(path)
    if os.path.exists(f"{prefix}.index"):
        return Checkpoint(Bundle(prefix), _graph_beside(prefix))
    shard = _SHARD.search(prefix)
    if shard:
        return _of_shards(prefix, shard)
    if os.path.isfile(prefix):
        return Checkpoint(SavedSlices([prefix]), _graph_beside(prefix))
    return _of_all_shards(prefix)


def _graph_beside(prefix: str) -> str | None:
    return f"{prefix}.meta" if os.path.isfile(f"{prefix}.meta") else None


def _of_shards(name: str, shard: re.Match[str]) -> Checkpoint:
    """Open all shards of a V1 checkpoint, by the name of one or by the pattern that TensorFlow prints for them all."""
    start, count = name[: shard.start()], int(shard.group(2))
    files = [f"{start}-{number:05}-of-{count:05}" for number in range(count)]
    there = [file for file in files if os.path.isfile(file)]
    if len(there) < count:
        missing = next(file for file in files if file not in there)
        found = f"it has {len(there)} of {count} shards; {missing} is missing"
        raise CsvLstmError(found, Place(start), advice="copy it from where the checkpoint was saved")
    return Checkpoint(SavedSlices(there), _graph_beside(start))


def _of_all_shards(prefix: str) -> Checkpoint:
    """Open the shards of a V1 checkpoint by what their names begin with."""
    for file in sorted(glob.glob(f"{glob.escape(prefix)}-?????-of-?????")):
        shard = _SHARD.search(file)
        if shard and shard.start() == len(prefix):
            return _of_shards(file, shard)
    raise _missing_index(prefix)


def _missing_index(prefix: str) -> CsvLstmError:
    found = "no such file; a checkpoint is a .index and .data files, or one file of that name"
    start = os.path.basename(prefix)
    others = _prefixes(os.path.dirname(prefix))
    near = [path for path in others if os.path.basename(path).startswith(start)] or others
    advice = f"there are {_listed(near)}" if near else "give its prefix, such as model.ckpt-1000"
    return CsvLstmError(found, Place(f"{prefix}.index"), advice=advice)


def _prefixes(folder: str) -> list[str]:
    """List the V2 checkpoints of a folder, by the numbers in their names: the newest step comes last."""
    prefixes = [file.removesuffix(".index") for file in glob.glob(os.path.join(glob.escape(folder), "*.index"))]
    return sorted(prefixes, key=lambda path: [int(part) if part.isdecimal() else part for part in _NUMBERS.split(path)])


def _listed(prefixes: Sequence[str]) -> str:
    return "..., " * (len(prefixes) > _MOST_SHOWN) + ", ".join(prefixes[-_MOST_SHOWN:])


def _latest(folder: str) -> str:
    """Give the prefix that a folder's `checkpoint` file names, or that of the folder's only checkpoint."""
    named = _named_latest(os.path.join(folder, LATEST))
    if named:
        # It may name the path on another machine, so the checkpoint beside it comes first.
        beside = os.path.join(folder, re.split(r"[/\\]", named)[-1])
        below = os.path.join(folder, named)
        return next((path for path in (beside, below) if glob.glob(f"{glob.escape(path)}*")), beside)
    prefixes = _prefixes(folder)
    if len(prefixes) == 1:
        return prefixes[0]
    example = f"of {_listed(prefixes)}" if prefixes else f"as in {os.path.join(folder, 'model.ckpt-1000')}"
    found = "this folder names no latest checkpoint"
    raise CsvLstmError(found, Place(folder or os.curdir), advice=f"give one, {example}")


def _named_latest(path: str) -> str:
    """Read a CheckpointState, the text of a protocol buffer: bytes beyond ASCII stand there as octal numbers."""
    if not os.path.isfile(path):
        return ""
    line = re.search(rb'^\s*model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"', bytes(read_part(path)), re.MULTILINE)
    text = re.sub(rb"\\([0-7]{1,3}|.)", _unescaped, line.group(1)) if line else b""
    return os.fsdecode(text)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match.group(1)
    return bytes([int(escape, 8) & 0xFF]) if b"0" <= escape < b"8" else {b"n": b"\n", b"t": b"\t"}.get(escape, escape)


def _has_saved_model(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, SAVED_MODEL))


def _open_saved_model(folder: str) -> Checkpoint:
    """Open the variables of a SavedModel, or what its graph holds where that was frozen."""
    graph, prefix = os.path.join(folder, SAVED_MODEL), os.path.join(folder, "variables", "variables")
    if os.path.exists(f"{prefix}.index"):
        return Checkpoint(Bundle(prefix), graph)
    return Checkpoint(FrozenGraph(graph), graph)
