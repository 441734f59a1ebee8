"""Bytes in: files, pipes and standard input, compressed or not, and never more than was declared."""

import bz2
import gzip
import hashlib
import lzma
import os
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.reading import sources
from csvlstm.reading.sources import identity, read_source
from tests import children

CELLS = 160
TEXT = b"0.5,-1.25,2.75\n" * 40

PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "lzma": lzma.compress,
}
PACKED = [packing for packing in PACK if packing != "plain"]

each_packing = pytest.mark.parametrize("packing", PACKED)


def refusal(path: str, cells: int | None = CELLS) -> str:
    with pytest.raises(CsvLstmError) as caught:
        read_source(path, cells)
    return caught.value.said(as_option)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that messages name files without it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unprivileged(folder: Path) -> Iterator[None]:
    """Let permissions count, also where the tests are run by root."""
    if os.geteuid() != 0:
        yield
        return
    folder.chmod(0o755)
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def pipe(folder: Path) -> Iterator[Callable[..., str]]:
    """Make named pipes, each written to by a thread, piece by piece with a pause between them."""
    writers: list[threading.Thread] = []

    def make(*pieces: bytes, pause: float = 0.0) -> str:
        name = f"pipe_{len(writers)}"
        os.mkfifo(name)
        # A daemon, because a pipe that no test reads would hold it for ever.
        writers.append(threading.Thread(target=_write_to, args=(name, pieces, pause), daemon=True))
        writers[-1].start()
        return name

    yield make
    for writer in writers:
        writer.join(timeout=5)


def _write_to(name: str, pieces: tuple[bytes, ...], pause: float) -> None:
    # The reader may have seen enough before the end.
    with suppress(BrokenPipeError), open(name, "wb", buffering=0) as file:
        for piece in pieces:
            file.write(piece)
            time.sleep(pause)


READ_STANDARD_INPUT = """
import sys
from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.reading.sources import read_source
try:
    source = read_source("-", 160)
except CsvLstmError as error:
    sys.exit(error.said(as_option))
assert source.name == "standard input"
sys.stdout.buffer.write(source.data)
"""


def read_standard_input(data: bytes, *wrapper: str) -> tuple[bytes, str]:
    """Read `-` in a process of its own; give what it read, and the refusal."""
    command = [*wrapper, sys.executable, "-c", READ_STANDARD_INPUT]
    run = children.run(command, input=data)
    return run.stdout, run.stderr.decode().strip()


@pytest.mark.parametrize("name", ["k.csv", "k.csv.gz", "-k.csv", "a b.txt", "größe.csv"])
@pytest.mark.parametrize("packing", PACK)
def test_a_file_is_unpacked_by_its_content_whatever_its_name(packing: str, name: str) -> None:
    Path(name).write_bytes(PACK[packing](TEXT))
    assert read_source(name, CELLS)[:2] == (name, TEXT)


def test_without_a_declaration_a_file_is_read_whole() -> None:
    Path("k.csv").write_bytes(TEXT)
    assert read_source("k.csv").data == TEXT


@each_packing
def test_without_a_declaration_a_packed_file_is_read_whole(packing: str) -> None:
    Path("k.csv").write_bytes(PACK[packing](TEXT))
    assert read_source("k.csv").data == TEXT


def test_without_a_declaration_a_pipe_is_read_whole(pipe: Callable[..., str]) -> None:
    assert read_source(pipe(TEXT)).data == TEXT


@each_packing
def test_packed_files_one_behind_the_other_are_one_file(packing: str) -> None:
    Path("k.csv").write_bytes(PACK[packing](TEXT) + PACK[packing](TEXT))
    assert read_source("k.csv", CELLS).data == TEXT + TEXT


@pytest.mark.parametrize("data", [b"", b"\x1f", b"BZ", b"0", b"\xef\xbb\xbf"], ids=repr)
def test_what_only_begins_like_a_packed_file_is_read_as_it_is(data: bytes) -> None:
    Path("k.csv").write_bytes(data)
    assert read_source("k.csv", CELLS).data == data


@each_packing
def test_an_empty_file_may_be_packed(packing: str) -> None:
    Path("k.csv").write_bytes(PACK[packing](b""))
    assert read_source("k.csv", CELLS).data == b""


def test_an_identity_tells_which_file_a_path_leads_to() -> None:
    Path("k.csv").write_bytes(TEXT)
    os.link("k.csv", "hard.csv")
    os.symlink("k.csv", "soft.csv")
    Path("copy.csv").write_bytes(TEXT)
    first, hard, soft, copy = (identity(name) for name in ("k.csv", "hard.csv", "soft.csv", "copy.csv"))
    assert first == hard == soft != copy
    assert identity("missing.csv") is None


@pytest.mark.parametrize("packing", PACK)
def test_the_sha256_is_that_of_the_file_as_it_lies_there(packing: str) -> None:
    Path("k.csv").write_bytes(PACK[packing](TEXT))
    assert read_source("k.csv", CELLS, digest=True).sha256 == hashlib.sha256(Path("k.csv").read_bytes()).hexdigest()


def test_a_missing_file_is_refused_with_the_working_directory(folder: Path) -> None:
    expected = f"k.csv: cannot be read: no such file or directory; the working directory is {folder}"
    assert refusal("k.csv") == expected


def test_a_missing_file_is_refused_in_a_deleted_directory_too(folder: Path) -> None:
    (folder / "gone").mkdir()
    os.chdir("gone")
    (folder / "gone").rmdir()
    assert refusal("k.csv").startswith("k.csv: cannot be read: no such file or directory")


def test_a_broken_link_is_refused_as_a_missing_file(folder: Path) -> None:
    os.symlink("nowhere.csv", "k.csv")
    expected = f"k.csv: cannot be read: no such file or directory; the working directory is {folder}"
    assert refusal("k.csv") == expected


def test_a_directory_is_refused() -> None:
    os.mkdir("weights")
    assert refusal("weights") == "weights: cannot be read: is a directory; name the CSV file itself"


@pytest.fixture
def locked(folder: Path) -> str:
    """Make a file that nobody may read."""
    Path("k.csv").touch(mode=0)
    return "k.csv"


def test_a_file_without_permission_is_refused(locked: str, unprivileged: None) -> None:
    assert refusal(locked) == "k.csv: cannot be read: permission denied; check its permissions"


@each_packing
@pytest.mark.parametrize("kept", [6, 12, -20, -1], ids=["head", "a little", "no end", "last byte"])
def test_packed_data_that_was_cut_is_refused(packing: str, kept: int) -> None:
    Path("k.csv.gz").write_bytes(PACK[packing](TEXT)[:kept])
    assert refusal("k.csv.gz") == (
        f"k.csv.gz: cannot be read: damaged {packing} data "
        "(compressed file ended before the end-of-stream marker was reached); copy or export it again"
    )


@each_packing
def test_packed_data_with_a_changed_byte_is_refused(packing: str) -> None:
    data = bytearray(PACK[packing](TEXT))
    data[len(data) // 2] ^= 0xFF
    Path("k.csv.gz").write_bytes(data)
    assert refusal("k.csv.gz").startswith(f"k.csv.gz: cannot be read: damaged {packing} data (")


def content_or_refusal(name: str) -> bytes | str:
    try:
        return read_source(name, CELLS).data
    except CsvLstmError as error:
        return error.said(as_option)


@each_packing
def test_no_changed_byte_of_packed_data_goes_unseen(packing: str) -> None:
    whole = PACK[packing](TEXT)
    for at in range(len(whole)):
        data = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        Path("k.csv").write_bytes(data)
        found = content_or_refusal("k.csv")
        # Without its magic number it is read as it is; and some bytes of a gzip header say nothing of the content.
        assert found in (TEXT, data) or "damaged" in str(found)


MEMORY = 80 * 2**20
"""Enough for the limit of 16 MiB and its unpacking; a bomb unpacked as a whole would take 1 GiB."""


@each_packing
def test_a_bomb_is_refused_in_bounded_memory(packing: str) -> None:
    Path("k.csv").write_bytes(PACK[packing](bytes(2**24)) * 64)
    tracemalloc.start()
    try:
        message = refusal("k.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message == (
        "k.csv: holds more than 16,777,216 bytes, while the declared sizes make 160 cells; "
        "are --input-size and --hidden-size those of this layer?"
    )
    assert peak < MEMORY


def test_a_huge_file_is_refused_in_bounded_memory() -> None:
    with open("k.csv", "wb") as file:
        file.truncate(2**40)
    tracemalloc.start()
    try:
        assert refusal("k.csv").startswith("k.csv: holds more than 16,777,216 bytes")
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the number of declared cells alone decide how much may be read."""
    monkeypatch.setattr(sources, "SMALLEST_LIMIT", 1)


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("through", ["file", "pipe"])
def test_64_bytes_a_cell_may_be_read(small_limit: None, pipe: Callable[..., str], packing: str, through: str) -> None:
    content = os.urandom(64 * CELLS)
    data = PACK[packing](content)
    Path("k.csv").write_bytes(data)
    assert read_source(pipe(data) if through == "pipe" else "k.csv", CELLS).data == content


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("through", ["file", "pipe"])
def test_a_byte_more_is_refused(small_limit: None, pipe: Callable[..., str], packing: str, through: str) -> None:
    data = PACK[packing](os.urandom(64 * CELLS + 1))
    Path("k.csv").write_bytes(data)
    name = pipe(data) if through == "pipe" else "k.csv"
    assert refusal(name) == (
        f"{name}: holds more than 10,240 bytes, while the declared sizes make 160 cells; "
        "are --input-size and --hidden-size those of this layer?"
    )


def test_many_declared_cells_raise_the_limit() -> None:
    with open("k.csv", "wb") as file:
        file.truncate(sources.SMALLEST_LIMIT + 65)
    cells = sources.SMALLEST_LIMIT // 64 + 1
    assert refusal("k.csv", cells).startswith("k.csv: holds more than 16,777,280 bytes, while")
    assert len(read_source("k.csv", cells + 1).data) == sources.SMALLEST_LIMIT + 65


@pytest.mark.parametrize("packing", PACK)
def test_a_pipe_is_read_to_its_end(pipe: Callable[..., str], packing: str) -> None:
    data = PACK[packing](TEXT)
    assert read_source(pipe(data[:20], data[20:], pause=0.02), CELLS).data == TEXT


@each_packing
def test_packed_data_are_recognised_however_slowly_they_come(pipe: Callable[..., str], packing: str) -> None:
    data = PACK[packing](TEXT)
    assert read_source(pipe(data[:1], data[1:], pause=0.05), CELLS).data == TEXT


def test_an_open_file_can_be_read_by_its_number() -> None:
    read, write = os.pipe()
    os.write(write, TEXT)
    os.close(write)
    try:
        assert read_source(f"/dev/fd/{read}", CELLS).data == TEXT
    finally:
        os.close(read)


@pytest.mark.parametrize("packing", PACK)
def test_a_hyphen_is_standard_input(packing: str) -> None:
    assert read_standard_input(PACK[packing](TEXT)) == (TEXT, "")


def test_more_than_was_declared_on_standard_input_is_refused() -> None:
    assert read_standard_input(bytes(2**24 + 1)) == (
        b"",
        "standard input: holds more than 16,777,216 bytes, while the declared sizes make 160 cells; "
        "are --input-size and --hidden-size those of this layer?",
    )


def test_a_closed_standard_input_is_refused() -> None:
    expected = "standard input: cannot be read: bad file descriptor; check its permissions"
    assert read_standard_input(b"", "sh", "-c", 'exec "$@" <&-', "sh") == (b"", expected)


def test_a_file_named_hyphen_can_be_read_by_its_path() -> None:
    Path("-").write_bytes(TEXT)
    assert read_source("./-", CELLS)[:2] == ("./-", TEXT)


def test_too_little_memory_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("k.csv").write_bytes(TEXT)

    def fail(*arguments: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(sources, "_read", fail)
    assert refusal("k.csv") == "k.csv: does not fit into the memory that this process may use; allow more memory"


def test_a_file_that_another_program_still_writes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("k.csv").write_bytes(b"0.5,0.2")

    def read_while_it_grows(file: IO[bytes], *arguments: object) -> bytes:
        data = file.read()
        with open("k.csv", "ab") as writer:
            writer.write(b"5\n")
        return data

    monkeypatch.setattr(sources, "_read", read_while_it_grows)
    assert refusal("k.csv") == "k.csv: changed while it was read: 7 bytes, then 9; wait until it is written"
