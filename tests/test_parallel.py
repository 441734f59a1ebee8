"""The second process that parses large texts: it gives the same, and where it fails nothing but time is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from csvlstm import parallel
from csvlstm.cli import main
from csvlstm.converted import read_converted
from csvlstm.layout import Sizes
from csvlstm.parallel import Assistant, Parsing
from csvlstm.parsing import parse

from .benchmarks.layers import write_otherwise
from .exports import random_export
from .forms_table import READ, REFUSED
from .test_network_commands import FILES, LAYERS, files_below

PLAIN = [row for row in READ if not row.options][:40]


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send texts of any size through the second process."""
    monkeypatch.setattr(parallel, "PANDAS_FROM", 1)


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def begun(assistant: Assistant, text: bytes) -> Parsing:
    parsing = assistant.begin(text, text.count(b",") + text.count(b"\n"))
    assert parsing
    return parsing


def random_text(seed: int, form: str) -> bytes:
    draw = np.random.default_rng(seed)
    cells = draw.standard_normal((70, 4 * 90)) * 10.0 ** draw.integers(-300, 300, (70, 1))
    return b"".join(b",".join(form.encode() % cell for cell in row) + b"\n" for row in cells.tolist())


@pytest.mark.parametrize("form", ["%.9g", "%.17g", "%.18e"])
def test_text_after_text_comes_back_bit_for_bit(form: str) -> None:
    texts = [random_text(seed, form) for seed in range(3)]
    with Assistant() as assistant:
        found = [parsing.values() for parsing in [begun(assistant, text) for text in texts]]
    for text, values in zip(texts, found, strict=True):
        expected = np.array([float(cell) for cell in text.replace(b"\n", b",").split(b",")[:-1]])
        assert values is not None
        assert values.tobytes() == expected.tobytes()
    assert not children()


@pytest.mark.parametrize("text", [b"0.5,x\n", b"0.5,1e999\n", b"0.5,,1\n", b"nan,1\n"])
def test_what_is_no_weight_is_none_here_as_there(text: bytes) -> None:
    with Assistant() as assistant:
        assert begun(assistant, text).values() is None
        # The process may have ended over it.
        values = begun(assistant, b"0.25,0.5\n").values()
    assert values is not None
    assert values.tolist() == [0.25, 0.5]


def test_where_the_process_is_killed_the_text_is_parsed_here() -> None:
    text = random_text(4, "%.9g")
    with Assistant() as assistant:
        parsing = begun(assistant, text)
        assert assistant._process
        os.kill(assistant._process.pid, signal.SIGKILL)
        values, expected = parsing.values(), parse(text, parsing.cells)
    assert values is not None
    assert expected is not None
    assert values.tobytes() == expected.tobytes()


def test_where_no_process_can_be_started_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **how: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refused)
    with Assistant() as assistant:
        assert assistant.begin(b"0.5,0.25\n", 2) is None


def test_where_no_thread_can_be_started_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor.submit", refused)
    with Assistant() as assistant:
        assert assistant.begin(b"0.5,0.25\n", 2) is None


def test_small_texts_and_files_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PANDAS_FROM", 1000)
    with Assistant() as assistant:
        assistant.expect(__file__ + ".missing")
        assert assistant.begin(b"0.5,0.25\n", 2) is None
        assert assistant._process is None


def test_it_is_expected_before_numpy_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from csvlstm.parallel import Assistant; "
        "Assistant.expect = lambda self, path: print('numpy' in sys.modules, path); "
        "from csvlstm.cli import main; main(sys.argv[1:])"
    )
    arguments = ["inspect", str(LAYERS.with_name("cell_0_kernel.csv")), "-q"]
    run = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=True)
    assert run.stdout.decode().splitlines()[0] == f"False {arguments[1]}"


def test_a_network_is_the_same_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["convert", "--layers", str(LAYERS), "-q", "-o", str(tmp_path / "with")]) == 0
    assert main(["check", "--layers", str(LAYERS), "-q", str(tmp_path / "with")]) == 0
    assert main(["audit", "--layers", str(LAYERS), "-q", str(tmp_path / "with"), "-o", str(tmp_path / "a.csv")]) == 0
    monkeypatch.undo()
    assert main(["convert", "--layers", str(LAYERS), "-q", "-o", str(tmp_path / "without")]) == 0
    assert files_below(tmp_path / "with") == files_below(tmp_path / "without")
    assert len(files_below(tmp_path / "with")) == len(FILES) + 1
    assert not children()


def test_the_recurrent_kernel_of_another_program_is_parsed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = random_export(tmp_path, Sizes(3, 5))
    files = [export.kernel.name, export.bias.name]
    assert main(["convert", *files, "--input-size", "3", "--hidden-size", "5", "-q", "-o", str(tmp_path / "set")]) == 0
    other = write_otherwise(tmp_path / "set")
    begun, begin = list[bytes](), Assistant.begin

    def noted(assistant: Assistant, text: bytes, cells: int) -> Parsing | None:
        begun.append(text)
        return begin(assistant, text, cells)

    monkeypatch.setattr(Assistant, "begin", noted)
    with Assistant() as assistant:
        read_converted(other, export=export, assistant=assistant)
        assert not begun
        assistant.expect(export.kernel.name)
        there = read_converted(other, export=export, assistant=assistant)
        read_converted(tmp_path / "set", export=export, assistant=assistant)
    assert begun == [(other / "recurrent_kernel.csv").read_bytes()]
    for part, here in read_converted(other).items():
        assert there[part].values.tobytes() == here.values.tobytes()


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row.name)
def test_every_form_is_read_the_same(row: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from . import test_forms

    monkeypatch.chdir(tmp_path)
    test_forms.test_convert_gives_the_same_files_whatever_the_form(row)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", [row for row in REFUSED if row.name.startswith("cell ")], ids=lambda row: row.name)
def test_every_bad_cell_is_refused_with_the_same_words(
    row: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from . import test_forms

    monkeypatch.chdir(tmp_path)
    test_forms.test_what_cannot_be_read_is_refused_by_every_command(row, capsys)  # type: ignore[arg-type]
    assert not children()
