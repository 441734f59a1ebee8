"""Files out, all or nothing: whatever happens, the directory holds all new files or is as it was, and nothing else."""

import errno
import fcntl
import os
import resource
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.converted.outputs import Staging, staging
from csvlstm.converted.targets import refuse_outputs
from csvlstm.errors import CsvLstmError

FILES = {"kernel.csv": b"0.5,0.25\n", "recurrent_kernel.csv": b"-1,2\n-3,4\n", "bias.csv": b"7,8.5\n"}
OLD = {"kernel.csv": b"old kernel", "recurrent_kernel.csv": b"old recurrent kernel", "bias.csv": b"old bias"}
OTHERS = {"notes.txt": b"mine", ".hidden": b"also mine"}

NOBODY = 65534


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that messages name files without it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_left_behind(folder: Path) -> Iterator[None]:
    """Look, after each test, for folders of staging that were left behind."""
    yield
    assert [path.name for path in folder.rglob("*.partial")] == []


def make(directory: str, files: dict[str, bytes]) -> Path:
    os.makedirs(directory, exist_ok=True)
    for name, data in files.items():
        Path(directory, name).write_bytes(data)
    return Path(directory)


def contents(directory: str | Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(directory).iterdir()}


def store_all(files: Staging) -> None:
    for name, data in FILES.items():
        files.store(name, [data])


def write(directory: str, force: bool = False) -> list[str]:
    """Write the three files as convert does."""
    refuse_outputs(directory, list(FILES), [], force)
    with staging(directory, force) as files:
        store_all(files)
        return files.publish()


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(CsvLstmError) as caught:
        action()
    return caught.value.said(as_option)


def identity(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


each_force = pytest.mark.parametrize("force", [False, True], ids=["", "force"])


@each_force
def test_a_new_directory_holds_all_files_and_nothing_else(folder: Path, force: bool) -> None:
    assert write("out", force) == ["out/kernel.csv", "out/recurrent_kernel.csv", "out/bias.csv"]
    assert contents("out") == FILES
    assert os.listdir(folder) == ["out"]


@each_force
def test_an_empty_directory_is_filled(folder: Path, force: bool) -> None:
    os.mkdir("out")
    write("out", force)
    assert contents("out") == FILES
    assert os.listdir(folder) == ["out"]


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o770, 0o2775], ids=oct)
def test_an_empty_directory_keeps_its_mode(mode: int) -> None:
    os.mkdir("out")
    os.chmod("out", mode)
    write("out")
    assert os.stat("out").st_mode & 0o7777 == mode


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002], ids=oct)
def test_a_new_directory_and_its_files_have_the_usual_modes(umask: int) -> None:
    before = os.umask(umask)
    try:
        write("out")
    finally:
        os.umask(before)
    assert os.stat("out").st_mode & 0o777 == 0o777 & ~umask
    assert {path.stat().st_mode & 0o777 for path in Path("out").iterdir()} == {0o666 & ~umask}


@each_force
def test_other_files_of_a_directory_are_left_alone(force: bool) -> None:
    make("out", OTHERS)
    before = identity("out")
    write("out", force)
    assert contents("out") == FILES | OTHERS
    assert identity("out") == before


@pytest.mark.parametrize("name", FILES)
def test_an_existing_file_is_refused(name: str) -> None:
    make("out", {name: b"old"})
    assert refusal(lambda: write("out")) == (
        f"out/{name}: exists; expected no such file yet; choose another -o, or let --force replace it"
    )
    assert contents("out") == {name: b"old"}


def test_with_force_existing_files_are_replaced() -> None:
    make("out", OLD | OTHERS)
    write("out", force=True)
    assert contents("out") == FILES | OTHERS


def test_who_reads_an_old_file_while_it_is_replaced_reads_it_whole() -> None:
    make("out", OLD)
    with open("out/kernel.csv", "rb") as file:
        write("out", force=True)
        assert file.read() == OLD["kernel.csv"]


def test_with_force_a_link_is_replaced_and_not_what_it_leads_to() -> None:
    make("out", {})
    Path("elsewhere.csv").write_bytes(b"precious")
    os.symlink("../elsewhere.csv", "out/kernel.csv")
    write("out", force=True)
    assert contents("out") == FILES
    assert Path("elsewhere.csv").read_bytes() == b"precious"


@pytest.mark.parametrize("leads_to", ["../nowhere.csv", "kernel.csv"], ids=["nothing", "itself"])
def test_a_broken_link_is_an_existing_file(leads_to: str) -> None:
    make("out", {})
    os.symlink(leads_to, "out/kernel.csv")
    assert refusal(lambda: write("out")) == (
        "out/kernel.csv: exists; expected no such file yet; choose another -o, or let --force replace it"
    )


LINKS: dict[str, Callable[[str, str], None]] = {
    "the file itself": os.rename,
    "symlink": lambda path, name: os.symlink(os.path.abspath(path), name),
    "hard link": os.link,
}


@each_force
@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_an_input_is_not_overwritten(link: Callable[[str, str], None], force: bool) -> None:
    make("out", {})
    Path("export.csv").write_bytes(b"precious")
    link("export.csv", "out/bias.csv")
    inputs = [(0, 0), identity("out/bias.csv")]
    assert refusal(lambda: refuse_outputs("out", list(FILES), inputs, force)) == (
        "out/bias.csv: is an input, and no input is overwritten; choose another -o"
    )


def test_an_input_beside_the_outputs_is_no_obstacle() -> None:
    make("out", {"export.csv": b"precious"})
    refuse_outputs("out", list(FILES), [identity("out/export.csv")], False)


@each_force
def test_a_file_in_place_of_the_directory_is_refused(force: bool) -> None:
    Path("out").write_bytes(b"mine")
    assert refusal(lambda: write("out", force)) == "out: is not a folder; choose another -o"
    assert Path("out").read_bytes() == b"mine"


@each_force
def test_a_broken_link_in_place_of_the_directory_is_refused(force: bool) -> None:
    os.symlink("nowhere", "out")
    assert refusal(lambda: write("out", force)) == "out: is not a folder; choose another -o"


@each_force
def test_a_missing_parent_is_refused(folder: Path, force: bool) -> None:
    for path in ("no/out", "no/out/"):
        assert refusal(partial(write, path, force)) == "no: no such folder; make it first, or choose another -o"
    assert os.listdir(folder) == []


@each_force
def test_a_file_as_parent_is_refused(folder: Path, force: bool) -> None:
    Path("file").write_bytes(b"mine")
    assert refusal(lambda: write("file/out", force)) == ("file: no such folder; make it first, or choose another -o")


@each_force
def test_a_folder_in_the_way_is_refused(force: bool) -> None:
    os.makedirs("out/bias.csv")
    assert refusal(lambda: write("out", force)) == (
        "out/bias.csv: is a folder; expected room for a file; choose another -o"
    )


@pytest.mark.parametrize("directory", [".", "./", "../here"])
@pytest.mark.parametrize("others", [{}, OTHERS], ids=["empty", "with other files"])
def test_the_current_directory_is_filled_and_stays_the_current_one(
    monkeypatch: pytest.MonkeyPatch, directory: str, others: dict[str, bytes]
) -> None:
    monkeypatch.chdir(make("here", others))
    before = identity(".")
    write(directory)
    assert identity(os.getcwd()) == before
    assert contents(".") == FILES | others


@pytest.mark.parametrize("others", [{}, OTHERS], ids=["empty", "with other files"])
def test_a_link_to_a_directory_stays_a_link(others: dict[str, bytes]) -> None:
    make("real", others)
    os.symlink("real", "out")
    assert write("out") == ["out/kernel.csv", "out/recurrent_kernel.csv", "out/bias.csv"]
    assert os.readlink("out") == "real"
    assert contents("real") == FILES | others


@pytest.mark.parametrize(
    "directory", ["out/", "./out", "a b", "größe", "-o", ".hidden", "x" * 255], ids=lambda name: name[:9]
)
def test_a_directory_may_have_any_name(directory: str) -> None:
    write(directory)
    assert contents(directory) == FILES


def test_a_name_that_is_too_long_is_refused(folder: Path) -> None:
    name = "x" * 256
    assert refusal(lambda: write(name)) == f"{name}: cannot be written: file name too long; nothing was written"
    assert os.listdir(folder) == []


def test_a_stored_file_can_be_read_before_it_appears(folder: Path) -> None:
    with staging("out") as files:
        assert files.store("kernel.csv", [b"0.5", b",", b"0.25\n"])[:] == b"0.5,0.25\n"
        assert not Path("out").exists()


def test_a_stored_file_can_be_read_after_it_appeared(folder: Path) -> None:
    with staging("out") as files:
        text = files.store("kernel.csv", [b"0.5,0.25\n"])
        files.publish()
    assert text[:] == b"0.5,0.25\n"


def test_what_is_not_published_leaves_no_trace(folder: Path) -> None:
    with staging("out") as files:
        store_all(files)
    assert os.listdir(folder) == []


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Make sure that all files and folders below a folder are the same afterwards."""
    before = snapshot(folder)
    yield
    assert snapshot(folder) == before


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


DIRECTORIES: dict[str, Callable[[], object]] = {
    "new": lambda: None,
    "empty": lambda: os.mkdir("out"),
    "with other files": lambda: make("out", OTHERS),
    "with old files": lambda: make("out", OLD | OTHERS),
}

each_directory = pytest.mark.parametrize("prepare", DIRECTORIES.values(), ids=DIRECTORIES.keys())
each_directory_without_old_files = pytest.mark.parametrize(
    "prepare", [*DIRECTORIES.values()][:3], ids=[*DIRECTORIES][:3]
)


@each_directory
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, ZeroDivisionError])
def test_whatever_ends_the_work_before_publishing_leaves_no_trace(
    folder: Path, prepare: Callable[[], object], error: type[BaseException]
) -> None:
    def work() -> None:
        with staging("out", force=True) as files:
            store_all(files)
            raise error

    prepare()
    with unchanged(folder), pytest.raises(error):
        work()


@each_directory
def test_a_failure_in_the_midst_of_a_file_leaves_no_trace(folder: Path, prepare: Callable[[], object]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"0.5,"
        raise KeyboardInterrupt

    def work() -> None:
        with staging("out", force=True) as files:
            files.store("kernel.csv", [b"0.5\n"])
            files.store("bias.csv", pieces())

    prepare()
    with unchanged(folder), pytest.raises(KeyboardInterrupt):
        work()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@each_directory
@pytest.mark.parametrize("size", [2 * 2**20, 100], ids=["between two pieces", "at the end"])
def test_a_disk_that_takes_no_more_is_refused_and_leaves_no_trace(
    folder: Path, prepare: Callable[[], object], size: int
) -> None:
    def store() -> None:
        with staging("out", force=True) as files, room_for(size):
            files.store("kernel.csv", [b"0.5\n"])
            files.store("bias.csv", (bytes(2**16) for _ in range(size // 2**16 + 1)))

    prepare()
    with unchanged(folder):
        assert refusal(store) == "out: cannot be written: file too large; nothing was written"


@contextmanager
def failing(name: str, error: OSError, after: int = 0) -> Iterator[None]:
    """Let a function of the system fail, from its next call or a later one on."""
    calls: list[tuple[object, ...]] = []
    real = getattr(os, name)

    def fail(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) > after:
            raise error
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, fail)
        yield


DISK_FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
NO_LINKS = OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize(
    ("prepare", "call"),
    [(DIRECTORIES["new"], "rename"), (DIRECTORIES["empty"], "chmod")],
    ids=["new", "empty"],
)
def test_a_rename_that_fails_is_refused_and_leaves_no_trace(
    folder: Path, prepare: Callable[[], object], call: str
) -> None:
    prepare()
    with unchanged(folder), failing(call, DISK_FULL):
        assert refusal(lambda: write("out")) == ("out: cannot be written: no space left on device; nothing was written")


@pytest.mark.parametrize("after", [0, 1, 2], ids=["first", "second", "third"])
def test_a_link_that_fails_takes_back_those_before_it(folder: Path, after: int) -> None:
    make("out", OTHERS)
    with unchanged(folder), failing("link", DISK_FULL, after), failing("rename", DISK_FULL):
        assert refusal(lambda: write("out")).startswith("out: cannot be written: no space left on device")


@pytest.mark.parametrize("after", [0, 1, 2], ids=["first", "second", "third"])
def test_a_replacement_that_fails_takes_back_those_before_it(folder: Path, after: int) -> None:
    make("out", OLD | OTHERS)
    with unchanged(folder), failing("replace", DISK_FULL, after):
        assert refusal(lambda: write("out", force=True)).startswith("out: cannot be written: no space left on device")


@pytest.mark.parametrize("after", [0, 1, 2], ids=["all three", "the last two", "the last one"])
def test_a_file_system_without_links_will_do(folder: Path, after: int) -> None:
    make("out", OTHERS)
    with failing("link", NO_LINKS, after):
        write("out")
    assert contents("out") == FILES | OTHERS


def publish_late(force: bool, meanwhile: Callable[[], object]) -> None:
    """Write the three files, while something happens between storing them and publishing them."""
    refuse_outputs("out", list(FILES), [], force)
    with staging("out", force) as files:
        store_all(files)
        meanwhile()
        files.publish()


@each_directory_without_old_files
@pytest.mark.parametrize("names", [["kernel.csv"], ["bias.csv"], [*FILES]], ids=["first", "last", "all"])
def test_of_two_runs_the_second_is_refused_and_changes_nothing(
    folder: Path, prepare: Callable[[], object], names: list[str]
) -> None:
    prepare()
    theirs = dict.fromkeys(names, b"theirs")
    sentence = refusal(lambda: publish_late(False, lambda: make("out", theirs)))
    assert sentence.removeprefix(f"{folder}/") == (
        f"out/{names[0]}: exists; expected no such file yet; choose another -o, or let --force replace it"
    )
    assert {name: data for name, data in contents("out").items() if name not in OTHERS} == theirs


@each_directory_without_old_files
def test_of_two_runs_the_second_is_refused_without_links_too(folder: Path, prepare: Callable[[], object]) -> None:
    prepare()
    with failing("link", NO_LINKS):
        refusal(lambda: publish_late(False, lambda: make("out", {"bias.csv": b"theirs"})))
    assert {name: data for name, data in contents("out").items() if name not in OTHERS} == {"bias.csv": b"theirs"}


def test_of_two_runs_the_second_replaces_the_files_with_force(folder: Path) -> None:
    publish_late(True, lambda: make("out", OLD | OTHERS))
    assert contents("out") == FILES | OTHERS


def test_of_two_runs_that_replace_the_same_files_at_once_one_leaves_its_set(folder: Path) -> None:
    make("out", OLD)
    sets = [dict.fromkeys(FILES, owner) for owner in (b"mine", b"theirs")]
    for _ in range(100):
        both = threading.Barrier(2)
        threads = [threading.Thread(target=_replace_all, args=(files, both)) for files in sets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert contents("out") in sets


def _replace_all(files: dict[str, bytes], both: threading.Barrier) -> None:
    with staging("out", force=True) as staged:
        for name, data in files.items():
            staged.store(name, [data])
        both.wait()
        staged.publish()


@pytest.mark.parametrize("others", [{}, OTHERS], ids=["beside the folder", "in the folder"])
def test_what_a_killed_run_left_is_removed_after_a_day(others: dict[str, bytes]) -> None:
    make("out", others)
    left = make(f"{'out' if others else '.'}/.csvlstm-killed.partial", {"kernel.csv": b"0.5,0."})
    os.utime(left, (0, 0))
    write("out")
    assert contents("out") == FILES | others
    assert not left.exists()


def test_what_may_not_be_left_by_a_killed_run_is_not_removed(folder: Path) -> None:
    make("precious", {"kernel.csv": b"precious"})
    os.symlink("precious", ".csvlstm-link.partial")
    young, locked = (make(f".csvlstm-{name}.partial", {"kernel.csv": b"0.5,0."}) for name in ("young", "locked"))
    for name in ("precious", ".csvlstm-link.partial", locked):
        os.utime(name, (0, 0), follow_symlinks=False)
    # As the run that is at work there has locked it.
    descriptor = os.open(locked, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    write("out")
    os.close(descriptor)
    assert sorted(os.listdir()) == sorted([".csvlstm-link.partial", young.name, locked.name, "out", "precious"])
    assert contents(locked) == contents(young) == {"kernel.csv": b"0.5,0."}
    os.unlink(".csvlstm-link.partial")
    shutil.rmtree(young)
    shutil.rmtree(locked)


def test_other_files_that_came_meanwhile_are_left_alone(folder: Path) -> None:
    publish_late(False, lambda: make("out", OTHERS))
    assert contents("out") == FILES | OTHERS


@each_force
@pytest.mark.parametrize("name", FILES)
def test_a_folder_that_came_into_the_way_leaves_the_rest_as_it_was(folder: Path, name: str, force: bool) -> None:
    others = OTHERS | ({old: data for old, data in OLD.items() if old != name} if force else {})
    make("out", others)
    refusal(lambda: publish_late(force, lambda: os.mkdir(f"out/{name}")))
    os.rmdir(f"out/{name}")
    assert contents("out") == others


def test_a_directory_that_went_away_is_refused(folder: Path) -> None:
    make("out", OTHERS)
    assert refusal(lambda: publish_late(False, lambda: shutil.rmtree("out"))) == (
        "out: cannot be written: no such file or directory; nothing was written"
    )
    assert os.listdir(folder) == []


@pytest.fixture
def another_thread() -> Iterator[None]:
    """Run a second thread, as numpy does; the system hands a signal to whichever thread takes it."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize(
    ("prepare", "call", "force"),
    [
        (DIRECTORIES["new"], "rename", False),
        (DIRECTORIES["with other files"], "link", False),
        (DIRECTORIES["with old files"], "replace", True),
    ],
    ids=["new", "with other files", "with old files"],
)
def test_an_interruption_waits_until_all_files_are_there(
    monkeypatch: pytest.MonkeyPatch,
    another_thread: None,
    prepare: Callable[[], object],
    call: str,
    force: bool,
    number: signal.Signals,
) -> None:
    def interrupt(*arguments: object) -> object:
        os.kill(os.getpid(), number)
        time.sleep(0.02)
        return real(*arguments)

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    prepare()
    others = OTHERS if Path("out").exists() else {}
    real = getattr(os, call)
    monkeypatch.setattr(os, call, interrupt)
    before = signal.signal(number, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            write("out", force)
    finally:
        signal.signal(number, before)
    assert contents("out") == FILES | others


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        monkeypatch.chdir(name)
        yield Path(name)
        assert [path.name for path in Path(name).rglob("*.partial")] == []
        monkeypatch.undo()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Let permissions count, also where the tests are run by root."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def own(path: str, mode: int) -> None:
    """Give a folder to the user whose permissions count, and set its mode."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    os.chmod(path, mode)


@each_force
@pytest.mark.parametrize("mode", [0o555, 0o444, 0], ids=oct)
def test_a_parent_without_permission_is_refused(shared: Path, mode: int, force: bool) -> None:
    os.mkdir("parent")
    own("parent", mode)
    with unprivileged():
        assert refusal(lambda: write("parent/out", force)) == (
            "parent/out: cannot be written: permission denied; nothing was written"
        )
    os.chmod("parent", 0o700)
    assert os.listdir("parent") == []


@each_force
def test_a_directory_without_permission_is_refused(shared: Path, force: bool) -> None:
    make("out", OTHERS)
    own("out", 0o555)
    with unprivileged():
        assert refusal(lambda: write("out", force)) == (
            "out: cannot be written: permission denied; nothing was written"
        )
    assert contents("out") == OTHERS


def test_an_empty_directory_is_filled_where_the_parent_may_not_be_written(shared: Path) -> None:
    os.makedirs("parent/out")
    own("parent/out", 0o755)
    own("parent", 0o555)
    with unprivileged():
        write("parent/out")
    assert contents("parent/out") == FILES
    os.chmod("parent", 0o755)


def test_an_empty_directory_keeps_its_owner() -> None:
    # Only root can give a directory to somebody else; and who runs a container often is root.
    os.mkdir("out")
    own("out", 0o755)
    before = os.stat("out")
    write("out")
    assert (os.stat("out").st_uid, os.stat("out").st_gid) == (before.st_uid, before.st_gid)


def test_a_mount_point_is_filled_and_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkdir("out")
    before = identity("out")
    monkeypatch.setattr(os.path, "ismount", lambda path: path == str(folder / "out"))
    write("out")
    assert identity("out") == before
    assert contents("out") == FILES
