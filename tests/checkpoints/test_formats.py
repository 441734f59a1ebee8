"""Every kind of checkpoint gives, bit for bit, the numbers that the TensorFlow which wrote it had."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.checkpoints.opening import Variables, open_checkpoint
from csvlstm.checkpoints.sstable import SortedTable
from csvlstm.errors import CsvLstmError
from tests.checkpoints.recorded import FORMATS, Recorded
from tests.checkpoints.writing import bundle_entry, field, table

FROZEN = [name for name in FORMATS if "frozen" in name]
SAVED = [name for name in FORMATS if name not in FROZEN]
REWRITTEN = [f"tf1_15_{name}" for name in ("v2_stack", "v1_stack", "v2_kinds", "v1_kinds", "v1_partitioned_columns")]

each_saved = pytest.mark.parametrize("name", SAVED)


def assert_same(opened: Variables, recorded: Recorded) -> None:
    assert set(opened.variables) == {*recorded.variables, *recorded.strings}
    for name, expected in recorded.variables.items():
        values = opened.read(name)
        assert (values.dtype, values.shape) == (expected.dtype, expected.shape)
        assert values.tobytes() == expected.tobytes()


@each_saved
def test_all_variables_are_those_that_tensorflow_saved(tmp_path: Path, name: str) -> None:
    assert_same(open_checkpoint(FORMATS[name].write(tmp_path)).variables, FORMATS[name])


@pytest.mark.parametrize("name", FROZEN)
def test_a_frozen_graph_has_the_variables_as_constants(tmp_path: Path, name: str) -> None:
    opened = open_checkpoint(FORMATS[name].write(tmp_path)).variables
    for variable, expected in FORMATS[name].variables.items():
        np.testing.assert_array_equal(opened.read(variable), expected, strict=True)


@pytest.mark.parametrize("name", [name for name in SAVED if FORMATS[name].strings])
def test_what_holds_no_numbers_is_listed_and_refused(tmp_path: Path, name: str) -> None:
    opened = open_checkpoint(FORMATS[name].write(tmp_path)).variables
    for variable in FORMATS[name].strings:
        with pytest.raises(CsvLstmError, match="is of type string, not of numbers"):
            opened.read(variable)


def entries_of(data: bytes, folder: Path) -> list[tuple[bytes, bytes]]:
    path = folder / "table"
    path.write_bytes(data)
    return [(key, bytes(value)) for key, value in SortedTable(str(path)).entries()]


@pytest.mark.parametrize("in_block", [1, 3, 1000])
@pytest.mark.parametrize("snappy", [False, True], ids=["plain", "snappy"])
@pytest.mark.parametrize("name", REWRITTEN)
def test_tables_in_other_blocks_and_compressed_are_the_same(
    tmp_path: Path, name: str, snappy: bool, in_block: int
) -> None:
    recorded = FORMATS[name]
    files = dict(recorded.files)
    for file in {"model.ckpt", "model.ckpt.index"} & files.keys():
        files[file] = table(entries_of(files[file], tmp_path), in_block, snappy=snappy)
    assert_same(open_checkpoint(recorded._replace(files=files).write(tmp_path)).variables, recorded)


def big_endian(recorded: Recorded) -> Recorded:
    """Write a checkpoint as a big-endian machine writes it: all values turned, and the index says so."""
    types = {"float32": 1, "float64": 2, "float16": 19, "int32": 3, "int64": 9, "complex64": 8, "complex128": 18,
             "bool": 10, "int8": 6, "uint8": 4, "int16": 5, "uint16": 17}  # fmt: skip
    entries, data = [(b"", field(1, 1) + field(2, 1) + field(3, field(1, 1)))], b""
    for name, values in sorted(recorded.variables.items(), key=lambda pair: pair[0].encode()):
        turned = values.astype(values.dtype.newbyteorder(">")).tobytes()
        entries.append((name.encode(), bundle_entry(types[values.dtype.name], values.shape, len(data), turned)))
        data += turned
    files = {"model.ckpt.index": table(entries), "model.ckpt.data-00000-of-00001": data}
    return Recorded(recorded.name, files, "model.ckpt", recorded.variables, [])


@pytest.mark.parametrize("name", ["tf1_15_v2_kinds", "tf1_15_v2_stack", "tf1_15_float16", "tf1_15_float64"])
def test_a_big_endian_checkpoint_has_the_same_numbers(tmp_path: Path, name: str) -> None:
    recorded = big_endian(FORMATS[name])
    assert_same(open_checkpoint(recorded.write(tmp_path)).variables, recorded)
