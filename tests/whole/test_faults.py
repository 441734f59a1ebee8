"""What befalls a run from outside: full disks, limits, signals, other runs; faults.py says what is promised."""

import os
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from csvlstm.layouts.gates import Sizes
from tests import children
from tests.faults import DIRECTORIES, SMALL, SURVIVED, Scene, contents, end, measure, signal_at_a_random_moment
from tests.seeds import seeds, some_of

MEBIBYTE = 2**20

each_directory = pytest.mark.parametrize("before", DIRECTORIES, ids=["new", "empty", "other files", "old files"])


@pytest.fixture(scope="module")
def module_scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder:
        yield Scene(Path(folder), SMALL)


@pytest.fixture
def scene(module_scene: Scene) -> Scene:
    """Work in an empty folder."""
    module_scene.prepare(None)
    return module_scene


@pytest.fixture(scope="module")
def duration(module_scene: Scene) -> float:
    return measure(module_scene)


@seeds(few=1, many=40)
def test_ten_signals_at_random_moments(module_scene: Scene, duration: float, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(10):
        signal_at_a_random_moment(module_scene, draw, duration)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Mount a file system in memory over a folder, where the system lets us."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or children.run(mount).returncode != 0:
        pytest.skip("only root can mount a file system, and not in every container")
    try:
        yield
    finally:
        children.run(["umount", "--lazy", str(folder)], check=True)


@each_directory
@some_of("percent", [1, 40, 95, 60], few=1)
def test_a_full_disk_leaves_everything_as_it_was(scene: Scene, before: dict[str, bytes] | None, percent: int) -> None:
    size = 4096 * len(before or {}) + sum(map(len, scene.whole.values())) * percent // 100
    with mounted(scene.work, f"size={size}"):
        scene.prepare(before)
        scene.expect_refusal(
            scene.run("--force"), "out: cannot be written: no space left on device; nothing was written"
        )


@some_of("inodes", [1, 2, 4], few=1)
def test_a_disk_without_room_for_a_file_leaves_everything_as_it_was(scene: Scene, inodes: int) -> None:
    with mounted(scene.work, f"nr_inodes={inodes}"):
        scene.prepare(None)
        scene.expect_refusal(scene.run(), "out: cannot be written: no space left on device; nothing was written")


@each_directory
@some_of("size", [60_000, 1000, 0], few=1)
def test_a_limit_of_file_size_leaves_everything_as_it_was(
    scene: Scene, before: dict[str, bytes] | None, size: int
) -> None:
    scene.prepare(before)
    ended = scene.run("--force", before=children.limit(resource.RLIMIT_FSIZE, size))
    scene.expect_refusal(ended, "out: cannot be written: file too large; nothing was written")


@pytest.mark.parametrize("before", DIRECTORIES[1:], ids=["empty", "other files", "old files"])
def test_a_read_only_disk_leaves_everything_as_it_was(scene: Scene, before: dict[str, bytes]) -> None:
    with mounted(scene.work, "size=1m"):
        scene.prepare(before)
        children.run(["mount", "-o", "remount,ro", str(scene.work)], check=True)
        scene.expect_refusal(scene.run("--force"), "out: cannot be written: read-only file system; nothing was written")


def test_a_read_only_folder_of_inputs_does_no_harm(scene: Scene) -> None:
    copies = {Path(path).name: Path(path).read_bytes() for path in scene.files}
    with mounted(scene.inputs, "size=1m"):
        for name, data in copies.items():
            (scene.inputs / name).write_bytes(data)
        children.run(["mount", "-o", "remount,ro", str(scene.inputs)], check=True)
        scene.expect_whole(scene.run())


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("no/such/out", "no such folder; make it first, or choose another -o"),
        ("/dev/full", "/dev/full: is not a folder; choose another -o"),
        ("/proc/out", "/proc/out: cannot be written: no such file or directory; nothing was written"),
        ("", "-o is empty; expected the name of a folder"),
    ],
)
def test_a_place_that_cannot_be_is_refused(scene: Scene, where: str, message: str) -> None:
    scene.expect_refusal(scene.run("-o", where), message)


def test_a_folder_in_the_place_of_a_file_is_refused(scene: Scene) -> None:
    scene.prepare({"notes.txt": b"mine"})
    (scene.out / "bias.csv").mkdir()
    scene.expect_refusal(scene.run("--force"), "out/bias.csv: is a folder; expected room for a file")


def test_a_deleted_working_directory_is_refused(scene: Scene) -> None:
    scene.expect_refusal(
        scene.run(before=["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh"]), "out"
    )


@some_of("megabytes", [24, 48, 96, 191, 192, 224, 512], few=3)
def test_a_limit_of_memory_is_refused_or_is_enough(scene: Scene, megabytes: int) -> None:
    ended = scene.run(before=children.limit(resource.RLIMIT_AS, megabytes * MEBIBYTE))
    if megabytes < 192:
        scene.expect_refusal(ended, f"this process may use {megabytes} MiB of memory; expected 192 MiB or more")
    else:
        scene.expect_whole(ended)


@pytest.fixture(scope="module")
def large() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder:
        yield Scene(Path(folder), Sizes(600, 601))


@some_of("megabytes", [240, 200, 265, 275, 285, 1000], few=1)
def test_a_limit_of_memory_into_which_a_layer_does_not_fit_is_refused(large: Scene, megabytes: int) -> None:
    large.prepare(None)
    ended = large.run(before=children.limit(resource.RLIMIT_AS, megabytes * MEBIBYTE))
    if megabytes < 1000 and ended.code:
        large.expect_refusal(ended, "memory")
    else:
        large.expect_whole(ended)


@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_streams_that_are_closed_or_full_change_nothing(scene: Scene, streams: str) -> None:
    scene.expect_whole(scene.run(streams=streams, quiet=False))


@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&-"])
def test_a_refusal_that_nobody_can_read_is_one_all_the_same(scene: Scene, streams: str) -> None:
    ended = scene.run("--input-size=7", streams=streams)
    assert (ended, scene.state()) == ((2, b"", ""), "as before")


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["", "unbuffered"])
def test_a_disk_that_is_full_behind_a_part_of_standard_output_is_said(large: Scene, unbuffered: str) -> None:
    with mounted(large.work, "size=1m"):
        large.prepare(None)
        env = children.environment(PYTHONUNBUFFERED=unbuffered)
        ended = large.run("--stdout", "kernel", streams="> printed.csv", env=env)
        (large.work / "printed.csv").unlink()
        large.expect_refusal(ended, "standard output: cannot be written: no space left on device")


@pytest.mark.parametrize("what", [["--stdout", "kernel"], ["--json"]], ids=["stdout", "json"])
def test_a_closed_standard_output_is_refused_before_any_work(scene: Scene, what: list[str]) -> None:
    scene.expect_refusal(scene.run(*what, streams=">&-"), "standard output: cannot be written: it is closed")


def test_a_full_standard_output_behind_the_files_is_said(scene: Scene) -> None:
    ended = scene.run("--json", streams=">/dev/full")
    assert (ended.code, scene.state()) == (2, "whole")
    assert ended.stderr == (
        "csvlstm: standard output: cannot be written: no space left on device; "
        "what was to be written is there, and it is whole\n"
    )


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["", "unbuffered"])
@some_of("read", [10, 30_000, 0], few=1)
def test_a_pipe_that_is_closed_early_ends_it_quietly(large: Scene, read: int, unbuffered: str) -> None:
    large.prepare(None)
    with large.start("--stdout", "kernel", env=children.environment(PYTHONUNBUFFERED=unbuffered)) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.read(read)
        run.stdout.close()
        assert (run.stderr.read(), run.wait()) == (b"", 141)
    large.expect_nothing_else()
    SURVIVED["without effect"] += 1


def test_a_standard_input_that_ends_early_is_refused(scene: Scene) -> None:
    whole = Path(scene.files[0]).read_bytes()
    draw = random.Random(1)
    # Up to the last cell: after the first digit of that one, what is left is a smaller set that nobody can tell.
    for cut in [0, *(draw.randrange(whole.rindex(b",")) for _ in range(3))]:
        scene.prepare(None)
        ended = scene.run(files=["-", scene.files[1]], stdin=piped(whole[:cut]))
        scene.expect_refusal(ended, "standard input: ")


def piped(data: bytes) -> int:
    """Give the reading end of a pipe that ends after these data."""
    read, write = os.pipe()

    def feed() -> None:
        with suppress(BrokenPipeError), open(write, "wb") as file:
            file.write(data)

    threading.Thread(target=feed).start()
    return read


@seeds(few=2, many=20)
def test_an_input_that_grows_while_it_is_read_is_whole_or_refused(scene: Scene, duration: float, seed: int) -> None:
    draw = random.Random(seed)
    whole = Path(scene.files[0]).read_bytes()
    growing = scene.work / "growing.csv"
    growing.write_bytes(whole[: len(whole) // 2])
    run = scene.start(files=[str(growing), scene.files[1]])
    time.sleep(draw.uniform(0.3, 0.9) * duration)
    with open(growing, "ab", buffering=0) as file:
        for start in range(len(whole) // 2, len(whole), 100):
            file.write(whole[start : start + 100])
    ended = end(run)
    growing.unlink()
    (scene.expect_whole if ended.code == 0 else partial(scene.expect_refusal, message="growing.csv: "))(ended)


@pytest.fixture(scope="module")
def other() -> Iterator[Scene]:
    """Another layer of the same sizes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Scene(Path(folder), SMALL, seed=1)


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
@some_of("before", DIRECTORIES[:3], few=1, ids=["new", "empty", "other files"])
def test_of_two_conversions_into_one_folder_at_once_one_set_is_there(
    scene: Scene, other: Scene, before: dict[str, bytes] | None, force: list[str]
) -> None:
    scene.prepare(before)
    runs = [each.start("-o", str(scene.out), *force) for each in (scene, other)]
    ended = [end(run) for run in runs]
    codes = [one.code for one in ended]
    now = {name: data for name, data in contents(scene.out).items() if name not in (before or {})}
    if force:
        assert codes == [0, 0], ended
        assert now in (scene.whole, other.whole)
    else:
        assert sorted(codes) == [0, 2], ended
        assert "exists; expected no such file yet" in ended[codes.index(2)].stderr
        assert now == (scene, other)[codes.index(0)].whole
    scene.expect_nothing_else()
    SURVIVED["at once"] += 1
