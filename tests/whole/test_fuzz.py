"""Fuzzing in the suite, the same files each time; fuzz.py says what is promised, and makes any number by a command."""

import gzip
import os
import re
import sys
import tempfile
import threading
from bz2 import compress as bzip2
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from lzma import compress as xz
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.errors import CsvLstmError
from csvlstm.network.layers import read_layers
from csvlstm.network.manifest import Entry, listed_files, write_manifest
from tests import children
from tests.fuzz import FUZZED, Bench, bad_cells, commands, kinds, packings, places
from tests.fuzz_damage import Damage, damages
from tests.fuzz_forms import Packing, Written, bias_rows, column_by_column, exports, long_forms, shuffled_labels
from tests.seeds import examples, some_of

reproducible = examples(150)
few = examples(40)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        yield Bench(folder)


@reproducible
@given(written=exports(), command=commands)
def test_an_undamaged_export_gives_its_cells_or_names_the_option_that_settles_it(
    bench: Bench, written: Written, command: str | None
) -> None:
    bench.expect_as_written(written, command)


@reproducible
@given(written=exports(), damage=damages, command=commands)
def test_a_damaged_export_is_never_misread(bench: Bench, written: Written, damage: Damage, command: str | None) -> None:
    bench.expect_right_or_refused(written, damage, command)


@reproducible
@given(written=exports(), of_bias=st.booleans(), place=places, cell=bad_cells)
def test_a_bad_cell_is_named_by_its_place_in_the_file(
    bench: Bench, written: Written, of_bias: bool, place: int, cell: str
) -> None:
    bench.expect_place(written, of_bias, place, cell)


@few
@given(written=column_by_column(), command=commands)
def test_a_matrix_written_column_by_column_is_read_so(bench: Bench, written: Written, command: str | None) -> None:
    bench.expect_as_written(written, command)


@few
@given(written=shuffled_labels(), command=commands)
def test_labels_out_of_order_are_refused(bench: Bench, written: Written, command: str | None) -> None:
    bench.expect_refused(written, "the label '|the number ", "labels out of order, refused", command)


@few
@given(written=bias_rows())
def test_a_bias_among_the_rows_of_its_kernel_is_refused(bench: Bench, written: Written) -> None:
    bench.expect_refused(written, r"row .*bias|bias.* row|do not fit|fit no", "a bias as a row, refused", None)


@few
@given(written=long_forms(), command=commands)
def test_a_long_form_is_named(bench: Bench, written: Written, command: str | None) -> None:
    bench.expect_refused(written, "is the long form of a table of ", "long form, named", command)


@reproducible
@given(written=exports(), of_bias=st.booleans(), kind=kinds, packing=packings, command=commands)
def test_a_file_of_another_kind_is_named(
    bench: Bench, written: Written, of_bias: bool, kind: str, packing: Packing, command: str | None
) -> None:
    bench.expect_kind(written, of_bias, kind, packing, command)


T = TypeVar("T")

LAYERS = (
    "layer,kernel,bias,input_size,hidden_size,direction,forget_bias\n"
    "encoder,k.csv,b.csv,3,5,,1.0\nd,k.csv,b.csv,5,4,,0\n"
)
MANIFEST = write_manifest(
    Entry(f"encoder/{part}.csv", "encoder", "", part, 3, 20, "k.csv", "4f", "a1")
    for part in ("kernel", "recurrent_kernel", "bias")
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        for file in ("k.csv", "b.csv"):
            Path(name, file).touch()
        yield Path(name)


@reproducible
@given(damage=damages, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), mark=st.sampled_from(",;\t"))
def test_a_damaged_table_of_layers_is_refused_with_a_place_or_makes_sense(
    folder: Path, damage: Damage, encoding: str, mark: str
) -> None:
    path = folder / "layers.csv"
    path.write_bytes(damage.change(LAYERS.replace(",", mark).encode(encoding)))
    network = read_or_refusal(lambda: read_layers(str(path)), path)
    for cell in network.cells if network else ():
        assert {*map(Path, cell.paths)} <= {folder / "k.csv", folder / "b.csv"}
        assert min(cell.sizes) >= 1


@reproducible
@given(damage=damages)
def test_a_damaged_list_of_weights_is_refused_with_a_place_or_names_its_files(folder: Path, damage: Damage) -> None:
    path = folder / "weights.csv"
    path.write_bytes(damage.change(MANIFEST))
    rows = read_or_refusal(lambda: listed_files(folder), path)
    for row in rows or ():
        assert re.fullmatch(r"[^/]+/(kernel|recurrent_kernel|bias)\.csv", row.text("file"))


def read_or_refusal(read: Callable[[], T], path: Path) -> T | None:
    """Read a small table, or hold its refusal to a place in it."""
    try:
        found = read()
    except CsvLstmError as error:
        place = error.place
    else:
        FUZZED["damaged table, read"] += 1
        return found
    FUZZED["damaged table, refused"] += 1
    assert place
    assert place.file == str(path)
    return None


# What never ends.

MEBIBYTE = 2**20
ALLOWED = 16
"""Mebibytes of text that a small layer may have."""


MEASURED = """
import sys
from csvlstm.commands.cli import main
code = main(sys.argv[1:])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
sys.exit(f"{sys.argv[2]} ended with {code} and {peak} kB")
"""
"""Runs a command, and tells the most memory that it had; what os.wait4 tells is no less than that of its parent."""


class Ended(NamedTuple):
    """How a process ended, and the most memory that it had, in mebibytes."""

    code: int
    stderr: str
    memory: int


def converted(kernel: str, **how: Any) -> Ended:
    """Convert a kernel of one unit in a process of its own."""
    sizes = ["--input-size", "1", "--hidden-size", "1"]
    command = [sys.executable, "-W", "error", "-c", MEASURED, "convert", kernel, "bias.csv", *sizes]
    command += ["--stdout", "kernel", "-q"]
    run = children.run(command, **how)
    *said, measured = run.stderr.decode().splitlines(keepends=True)
    code, memory = map(int, re.findall(r"ended with (\d+) and (\d+) kB", measured)[0])
    return Ended(code, "".join(said), memory // 1024)


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="only Linux tells the peak of memory")


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Work in an empty folder, and give the memory that the usual kernel takes."""
    monkeypatch.chdir(tmp_path)
    Path("bias.csv").write_text("0.5,0.25,-0.5,0.75\n")
    Path("kernel.csv").write_text("0.1,0.2,0.3,0.4\n" * 2)
    ended = converted("kernel.csv")
    assert ended[:2] == (0, "")
    return ended.memory


def expect_too_large(ended: Ended, name: str, usual: int) -> None:
    expected = f"csvlstm: {name}: holds more than 16,777,216 bytes, while the declared sizes make 8 cells; "
    assert (ended.code, ended.stderr.startswith(expected)) == (2, True), ended
    assert ended.memory < usual + 4 * ALLOWED


@needs_proc
@some_of("pack", [gzip.compress, bzip2, xz], few=1)
@pytest.mark.parametrize("through", ["file", "pipe"])
def test_a_bomb_ends_in_the_memory_of_what_was_declared(
    usual: int, pack: Callable[[bytes], bytes], through: str
) -> None:
    bomb = pack(b"1" * 64 * MEBIBYTE) * 64
    if through == "file":
        Path("bomb").write_bytes(bomb)
        expect_too_large(converted("bomb"), "bomb", usual)
    else:
        with endless_pipe(bomb):
            expect_too_large(converted("pipe"), "pipe", usual)


@contextmanager
def endless_pipe(piece: bytes) -> Iterator[None]:
    """Make a named pipe, into which a thread writes a piece again and again as long as somebody reads."""

    def write() -> None:
        with suppress(BrokenPipeError), open("pipe", "wb", buffering=0) as file:
            while True:
                file.write(piece)

    os.mkfifo("pipe")
    writer = threading.Thread(target=write)
    writer.start()
    yield
    writer.join()


@needs_proc
@some_of("piece", pieces := [b"0.5,", b"7", b" ", b'"', b"\n", b"# "], few=2, ids=[*map(repr, pieces)])
def test_a_line_without_end_ends_in_the_memory_of_what_was_declared(usual: int, piece: bytes) -> None:
    with endless_pipe(piece * 4096):
        expect_too_large(converted("pipe"), "pipe", usual)


@needs_proc
def test_a_device_without_end_ends_in_the_memory_of_what_was_declared(usual: int) -> None:
    expect_too_large(converted("/dev/zero"), "/dev/zero", usual)
    with open("/dev/zero", "rb") as zeros:
        expect_too_large(converted("-", stdin=zeros), "standard input", usual)


LONG_LINE = 2 * MEBIBYTE
LONG = {
    "a number": (b"7", "line 1, column 1 (A1): '777"),
    "blanks in a cell": (b"1,2" + b" " * (LONG_LINE - 5) + b"x\n", "line 1, column 2 (B1): '2   "),
    "blanks between cells": (b"1, ", f"kernel.csv: 1 x {LONG_LINE // 3} cells "),
    "cells": (b"0.5,", f"kernel.csv: 1 x {LONG_LINE // 4} cells, "),
    # The first of them may be a label, which is not counted.
    "names": (b"ab,", f"kernel.csv: 1 x {LONG_LINE // 3 - 1} cells "),
    "quotes": (b'"', "has quotes that do not pair"),
    "comments": (b"#\n", "is empty"),
    "blank lines": (b"\n", "is empty"),
}
"""Pieces of one line, and what is said of them."""


@needs_proc
@some_of("name", list(LONG), few=3)
def test_a_long_line_is_refused_in_the_memory_of_some_of_its_kind(usual: int, name: str) -> None:
    piece, message = LONG[name]
    Path("kernel.csv").write_bytes(piece * (LONG_LINE // len(piece)))
    ended = converted("kernel.csv")
    assert (ended.code, message in ended.stderr) == (2, True), ended
    assert re.fullmatch(r"csvlstm: kernel\.csv[^\n]+\n", ended.stderr)
    assert ended.memory < usual + 48 * LONG_LINE // MEBIBYTE
