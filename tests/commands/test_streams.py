"""Every place that prints: full, closed and left streams, names that are no text, and a locale of ASCII alone."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from csvlstm.commands.cli import main
from tests.children import ASCII, csvlstm, environment, run, start
from tests.seeds import some_of

SUNSPOTS = Path(__file__).parents[2] / "sample_data" / "sunspots"
FILES = ["cell_0_kernel.csv", "cell_0_bias.csv"]
SIZES = ["--input-size", "3", "--hidden-size", "5"]
FULL = "csvlstm: standard output: cannot be written: no space left on device"
CLOSED = "csvlstm: standard output: cannot be written: it is closed; send it to a file\n"
WHOLE = "; what was to be written is there, and it is whole"

PRINTING = {
    "--help": ["--help"],
    "--version": ["--version"],
    **{f"{name} --help": [name, "--help"] for name in ("convert", "check", "audit", "inspect")},
    "convert --stdout": ["convert", *FILES, *SIZES, "-q", "--stdout", "kernel"],
    "convert --json": ["convert", *FILES, *SIZES, "-q", "--json", "-o", "new"],
    "check": ["check", *FILES, "keras", *SIZES],
    "check -o": ["check", *FILES, "keras", *SIZES, "-o", "new.html"],
    "inspect": ["inspect", *FILES],
    "layouts": ["layouts"],
    "check --csv": ["check", *FILES, "keras", *SIZES, "-q", "--csv"],
    "check --json": ["check", *FILES, "keras", *SIZES, "-q", "--json"],
    "audit --json": ["audit", *FILES, "keras", *SIZES, "-q", "--json", "-o", "new.csv"],
    "inspect --csv": ["inspect", *FILES, "-q", "--csv"],
    "inspect --json": ["inspect", *FILES, "-q", "--json"],
}
"""All commands that print on standard output."""

WRITING = ("convert --json", "audit --json", "check -o")
"""Those of them that write files before they print."""

each_printing = pytest.mark.parametrize("name", PRINTING)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with an export and its converted set."""
    for name in FILES:
        shutil.copy(SUNSPOTS / name, tmp_path)
    paths = [str(tmp_path / name) for name in FILES]
    assert main(["convert", *paths, *SIZES, "-q", "-o", str(tmp_path / "keras")]) == 0
    return tmp_path


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@some_of("unbuffered", ["1", ""], few=1, ids=["unbuffered", "buffered"])
@each_printing
def test_a_full_standard_output_is_one_line_and_exit_code_2(folder: Path, name: str, unbuffered: str) -> None:
    with open("/dev/full", "wb") as full:
        env = environment(PYTHONUNBUFFERED=unbuffered)
        run = csvlstm(*PRINTING[name], stdout=full, stderr=PIPE, cwd=folder, env=env)
    assert (run.returncode, run.stderr.decode()) == (2, f"{FULL}{WHOLE if name in WRITING else ''}\n")


@each_printing
def test_a_closed_standard_output_is_one_line_and_exit_code_2(folder: Path, name: str) -> None:
    before = sorted(os.listdir(folder))
    with start(
        ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "csvlstm", *PRINTING[name]], stderr=PIPE, cwd=folder
    ) as run:
        assert (run.communicate()[1].decode(), run.returncode) == (CLOSED, 2)
    assert sorted(os.listdir(folder)) == before


@each_printing
def test_a_reader_who_leaves_ends_it_quietly(folder: Path, name: str) -> None:
    with start([sys.executable, "-m", "csvlstm", *PRINTING[name]], stdout=PIPE, stderr=PIPE, cwd=folder) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert (run.stderr.read(), run.wait()) == (b"", 141)


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", "2>&1 >/dev/full", ">&- 2>&-"])
@some_of("arguments", [["no-such-command"], [], ["convert", "--layers"]], few=1)
def test_wrong_usage_is_exit_code_2_whatever_the_streams_are(arguments: list[str], streams: str) -> None:
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "csvlstm", *arguments]
    with start(command, stdout=PIPE, stderr=DEVNULL) as run:
        assert run.wait() == 2


NAMES = {"umlaut": "schicht_ü", "Chinese": "层", "no UTF-8": os.fsdecode(b"x\xff"), "quote": 'a"b', "formula": "=1+1"}
"""Names of files; all of them are of bytes that a file system takes."""

LOCALES = {"UTF-8": environment(), "ASCII": environment(**ASCII)}


def commands_on(name: str) -> Iterator[list[str]]:
    """Yield commands that read, write, show and refuse files of a name, in the order in which they need each other."""
    files = [f"{name}_kernel.csv", f"{name}_bias.csv", *SIZES]
    yield ["convert", *files, "--json", "-o", f"{name}_out"]
    yield ["convert", *files, "--forget-bias", "0", "-o", f"{name}_out"]
    yield ["convert", f"no {name}", *files[1:], "--stdout", "bias"]
    yield ["convert", *files, name, "--stdout", "bias"]
    yield ["check", *files[:2], f"{name}_out", *SIZES, "--csv"]
    yield ["check", *files[:2], f"{name}_out", *SIZES, "--json"]
    for form in ("csv", "json", "xlsx"):
        yield ["audit", *files[:2], f"{name}_out", *SIZES, "--json", "-o", f"{name}.{form}"]
    yield ["inspect", *files[:2], "--csv"]
    yield ["inspect", *files[:2], "--json"]


def commands_on_layers(name: str) -> Iterator[list[str]]:
    """Yield commands on a network whose layer has a name."""
    layers = ["--layers", "layers.csv"]
    yield ["convert", *layers, "--json", "-o", "net"]
    yield ["convert", *layers, "--json", "--force", "-o", "net"]
    yield ["check", *layers, "net", "--csv"]
    yield ["check", *layers, "net", "--json"]
    for form in ("csv", "json", "xlsx"):
        yield ["audit", *layers, "net", "--json", "-o", f"net.{form}"]
    yield ["inspect", f"{name}_kernel.csv", f"{name}_bias.csv", "--json"]


IN_ONE_PROCESS = """
import io, json, os, sys
from csvlstm.commands.cli import main
real, ended = sys.stdout, []
for listed in json.load(sys.stdin):
    arguments = [os.fsdecode(one.encode("utf-8", "surrogateescape")) for one in listed]
    sys.stdout = io.TextIOWrapper(io.BytesIO(), sys.stdout.encoding)
    sys.stderr = io.TextIOWrapper(io.BytesIO(), sys.stderr.encoding, "backslashreplace")
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    ended.append([code, *(stream.buffer.getvalue().decode() for stream in (sys.stdout, sys.stderr))])
print(json.dumps(ended), file=real)
"""
"""Carries out commands as separate processes would, in the time of one."""


def carry_out(folder: Path, commands: Iterator[list[str]], locale: str) -> list[tuple[int, str]]:
    """Carry out commands, hold each to its contract, and give codes and standard outputs."""
    listed = list(commands)
    given = json.dumps(listed).encode()
    done = run([sys.executable, "-c", IN_ONE_PROCESS], input=given, cwd=folder, env=LOCALES[locale])
    assert (done.returncode, done.stderr) == (0, b"")
    ended = json.loads(done.stdout)
    for arguments, (code, stdout, stderr) in zip(listed, ended, strict=True):
        assert code in (0, 2), stderr
        assert code == 0 or (stdout, stderr.count("\n")) == ("", 1), stderr
        if "--json" in arguments:
            assert not stdout or json.loads(stdout)["command"] == arguments[0]
    return [(code, stdout) for code, stdout, _ in ended]


def texts_below(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder but workbooks, which have a time in them."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".xlsx"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@some_of("name", list(NAMES), few=2)
def test_a_name_of_any_bytes_is_read_written_and_shown_alike_in_every_locale(tmp_path: Path, name: str) -> None:
    ended, written = {}, {}
    for locale in LOCALES:
        folder = tmp_path / locale
        folder.mkdir()
        for file in ("kernel", "bias"):
            shutil.copy(SUNSPOTS / f"cell_0_{file}.csv", folder / f"{NAMES[name]}_{file}.csv")
        ended[locale] = carry_out(folder, commands_on(NAMES[name]), locale)
        written[locale] = texts_below(folder)
    assert [code for code, _ in ended["UTF-8"]] == [0, 2, 2, 2, *[0] * 7]
    assert ended["UTF-8"] == ended["ASCII"]
    assert written["UTF-8"] == written["ASCII"]


@some_of("name", ["umlaut", "Chinese"], few=1)
def test_a_layer_of_any_name_is_converted_and_checked_alike_in_every_locale(tmp_path: Path, name: str) -> None:
    ended, written = {}, {}
    for locale in LOCALES:
        folder = tmp_path / locale
        folder.mkdir()
        for file in ("kernel", "bias"):
            shutil.copy(SUNSPOTS / f"cell_0_{file}.csv", folder / f"{NAMES[name]}_{file}.csv")
        row = f"{NAMES[name]},{NAMES[name]}_kernel.csv,{NAMES[name]}_bias.csv,3,5\n"
        (folder / "layers.csv").write_text(f"layer,kernel,bias,input_size,hidden_size\n{row}", encoding="utf-8")
        ended[locale] = carry_out(folder, commands_on_layers(NAMES[name]), locale)
        written[locale] = texts_below(folder)
    assert {code for code, _ in ended["UTF-8"]} == {0}
    assert ended["UTF-8"] == ended["ASCII"]
    assert written["UTF-8"] == written["ASCII"]
    assert f"net/{NAMES[name]}/kernel.csv" in written["ASCII"]


def test_a_network_of_any_name_is_loaded_in_every_locale(tmp_path: Path) -> None:
    for file in ("kernel", "bias"):
        shutil.copy(SUNSPOTS / f"cell_0_{file}.csv", tmp_path / f"{file}.csv")
    row = "schicht_ü,kernel.csv,bias.csv,3,5\n"
    (tmp_path / "layers.csv").write_text(f"layer,kernel,bias,input_size,hidden_size\n{row}", encoding="utf-8")
    assert csvlstm("convert", "--layers", "layers.csv", "-o", "net", cwd=tmp_path).returncode == 0
    command = [sys.executable, "-c", "import csvlstm; print(len(csvlstm.read_weights('net')))"]
    with start(command, stdout=PIPE, cwd=tmp_path, env=LOCALES["ASCII"]) as run:
        assert run.communicate()[0] == b"3\n"


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", "escape\x1b[31m", "line\u2028separator"])
def test_a_refusal_is_one_line_also_where_a_name_has_control_characters(tmp_path: Path, name: str) -> None:
    run = csvlstm("inspect", name, cwd=tmp_path)
    shown = repr(name)[1:-1]
    assert (run.returncode, run.stderr.decode().split(": ")[:3]) == (2, ["csvlstm", shown, "cannot be read"])
    assert run.stderr.count(b"\n") == 1
