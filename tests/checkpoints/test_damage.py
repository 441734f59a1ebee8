"""Damage of any kind: refused in one sentence, or without effect on any number."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from csvlstm.checkpoints.opening import open_checkpoint
from csvlstm.errors import CsvLstmError
from tests.checkpoints.recorded import FORMATS, Recorded
from tests.checkpoints.writing import bundle_entry, field, table
from tests.golden_recordings import Array
from tests.seeds import seeds

INDEX, DATA = "model.ckpt.index", "model.ckpt.data-00000-of-00001"
DAMAGED = {
    "index": ("tf1_15_v2_stack", INDEX),
    "data": ("tf1_15_v2_stack", DATA),
    "index of parts": ("tf1_15_v2_partitioned_columns", INDEX),
    "V1": ("tf1_15_v1_stack", "model.ckpt"),
    "V1 of halves": ("tf1_15_v1_float16", "model.ckpt"),
}

each = pytest.mark.parametrize(("name", "file"), DAMAGED.values(), ids=DAMAGED.keys())


def values_of(path: str) -> dict[str, Array]:
    opened = open_checkpoint(path).variables
    return {name: opened.read(name) for name in opened.variables}


def refused_or_the_same(recorded: Recorded, path: str, file: Path, data: bytes) -> bool:
    """Give a file of a checkpoint other bytes: True where it is refused, and else all numbers are the same."""
    file.write_bytes(data)
    said, values = said_and_values(path)
    if said:
        assert "\n" not in said
        assert said.startswith(str(file))
        return True
    assert values.keys() == recorded.variables.keys()
    assert all(values[name].tobytes() == recorded.variables[name].tobytes() for name in values)
    return False


def said_and_values(path: str) -> tuple[str, dict[str, Array]]:
    """Read all variables of a checkpoint, or give what is said where it is refused; no other exception may come."""
    try:
        return "", values_of(path)
    except CsvLstmError as error:
        return str(error), {}


def flipped(data: bytes, step: int) -> Iterator[bytes]:
    """Flip one bit of each byte."""
    for place in range(0, len(data), step):
        yield data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


def cut(data: bytes, step: int) -> Iterator[bytes]:
    return (data[:length] for length in range(0, len(data), step))


@each
@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.mass)])
def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, name: str, file: str, step: int) -> None:
    recorded = FORMATS[name]
    path = recorded.write(tmp_path)
    damaged = list(flipped(recorded.files[file], step))
    refused = sum(refused_or_the_same(recorded, path, tmp_path / file, data) for data in damaged)
    # What no checksum covers is the metaindex block, the padding of the footer, and the place of that block.
    assert refused >= len(damaged) - 60 // step - 2


@each
@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.mass)])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, name: str, file: str, step: int) -> None:
    recorded = FORMATS[name]
    path = recorded.write(tmp_path)
    for data in cut(recorded.files[file], step):
        assert refused_or_the_same(recorded, path, tmp_path / file, data)


def refused(recorded: Recorded, folder: Path) -> str:
    with pytest.raises(CsvLstmError) as refusal:
        values_of(recorded.write(folder))
    return str(refusal.value).removeprefix(f"{folder}/")


def damaged(name: str, file: str, change: str) -> Recorded:
    recorded = FORMATS[name]
    data = recorded.files[file]
    middle = len(data) // 2
    changed = {"cut": data[:middle], "flipped": data[:5] + bytes([data[5] ^ 4]) + data[6:]}[change]
    return recorded._replace(files={**recorded.files, file: changed})


def test_the_sentences_name_file_bytes_and_variable(tmp_path: Path) -> None:
    again = "copy the .index and all .data files again, from one save"
    assert refused(damaged("tf1_15_single", INDEX, "cut"), tmp_path) == (
        f"{INDEX}: its last 8 bytes are not those of a table; it was cut off, or is another file; "
        "copy it again from where it was saved"
    )
    assert refused(damaged("tf1_15_single", INDEX, "flipped"), tmp_path) == (
        f"{INDEX}: the checksum of the block at byte 0 does not match; copy it again from where it was saved"
    )
    assert refused(damaged("tf1_15_single", DATA, "flipped"), tmp_path) == (
        f"{DATA}: bytes 0 to 80, rnn/lstm_cell/bias: the checksum does not match; it is damaged, or of another "
        f"checkpoint; {again}"
    )
    assert refused(damaged("tf1_15_single", DATA, "cut"), tmp_path) == (
        f"{DATA}: it has 360 bytes, and rnn/lstm_cell/kernel ends at byte 720; it was cut off, or is of another "
        f"checkpoint; {again}"
    )


def test_data_of_another_save_is_seen(tmp_path: Path) -> None:
    recorded = FORMATS["tf1_15_single"]
    other = FORMATS["tf1_15_basic_forget_bias"].files[DATA]
    assert len(other) == len(recorded.files[DATA])
    found = refused(recorded._replace(files={**recorded.files, DATA: other}), tmp_path)
    assert "the checksum does not match; it is damaged, or of another checkpoint" in found


HUGE = 10**12


def crafted() -> dict[str, tuple[list[tuple[bytes, bytes]], str]]:
    header = (b"", field(1, 1) + field(3, field(1, 1)))
    newer = (b"", field(1, 1) + field(3, field(1, 2) + field(2, 2)))
    sizes = field(2, field(2, field(1, HUGE)))
    whole = field(7, field(1, b""))
    return {
        "a format to come": ([newer], "is of a newer format, or of none"),
        "no header": ([(b"w", bundle_entry(1, (1,), 0, b"1234"))], "is of a newer format, or of none"),
        "a shape beyond its bytes": (
            [header, (b"w", field(1, 1) + sizes + field(5, 8))],
            f"has 8 bytes where its shape and type need {4 * HUGE}",
        ),
        "a huge shape of one part": ([header, (b"w", field(1, 1) + sizes + whole)], "one of its parts is missing"),
        "parts that do not cover it": (
            [header, (b"w", field(1, 1) + sizes + field(7, field(1, field(1, 1) + field(2, 5))))],
            "its parts do not cover it",
        ),
        "an unknown shape": ([header, (b"w", field(1, 1) + field(2, field(3, 1)))], "a variable has no known shape"),
        "an unknown type": ([header, (b"w", bundle_entry(99, (1,), 0, b"1234"))], "is of type unknown, not of numbers"),
        "a name that is no text": ([header, (b"\xff\xfe", bundle_entry(1, (1,), 0, b"1234"))], "a name is no UTF-8"),
    }  # fmt: skip


@pytest.mark.parametrize(("entries", "found"), crafted().values(), ids=crafted().keys())
def test_crafted_files_are_refused_before_anything_is_allocated(
    tmp_path: Path, entries: list[tuple[bytes, bytes]], found: str
) -> None:
    files = {INDEX: table(entries), DATA: b"12345678"}
    said = refused(Recorded("crafted", files, "model.ckpt", {}, []), tmp_path)
    assert said.startswith(INDEX)
    assert found in said


@seeds(10, 1500)
def test_a_damaged_graph_is_refused_or_read(tmp_path: Path, seed: int) -> None:
    # A graph has no checksum: other numbers may come out of it, but no other exception.
    recorded = FORMATS["tf1_1_frozen_basic"]
    draw = np.random.default_rng(seed)
    data = bytearray(recorded.files["frozen.pb"])
    for place in draw.integers(0, len(data), 2):
        data[place] ^= 1 << int(draw.integers(8))
    said, _ = said_and_values(recorded._replace(files={"frozen.pb": bytes(data)}).write(tmp_path))
    assert "\n" not in said
