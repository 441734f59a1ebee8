"""The suite itself: it ends everywhere, runs alike everywhere, and in CI leaves nothing out."""

import re
import signal
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from tests import children
from tests.seeds import some_of

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
OURS = (TESTS / "golden", TESTS / "benchmarks")
"""What no test runs, or what times processes."""

FROM_A_SCRIPT = 'trap "" INT TERM; "$@" & wait $!'
"""What a shell without job control does to a command in its background: it cannot be interrupted."""


def test_all_tests_start_processes_in_one_way() -> None:
    starts = re.compile(r"\b(subprocess\.(run|Popen|call|check_\w+)|os\.(system|popen|spawn\w+|fork))\(|preexec_f[n]=")
    modules = [path for path in TESTS.rglob("*.py") if not any(path.is_relative_to(folder) for folder in OURS)]
    assert [path.name for path in modules if starts.search(path.read_text())] == ["children.py"]


def in_the_background(*arguments: str | Path) -> bytes:
    """Run pytest as a script does in its background, in a bare environment, and give what it printed."""
    command = ["sh", "-c", FROM_A_SCRIPT, "sh", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    with children.start(command, cwd=ROOT, stdout=PIPE) as run:
        printed, _ = run.communicate()
    assert run.returncode == 0, printed.decode()
    return printed


@pytest.mark.parametrize("processes", ["0", pytest.param("1", marks=pytest.mark.mass)])
def test_interrupts_end_where_the_suite_itself_cannot_be_interrupted(processes: str) -> None:
    printed = in_the_background("-n", processes, "-q", TESTS / "commands" / "test_cli.py", "-k", "an_interrupt")
    assert b"2 passed" in printed


def test_a_child_has_default_signals_and_a_clean_environment() -> None:
    script = (
        "import os, signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, os.environ.keys())"
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        printed = children.run([sys.executable, "-c", script]).stdout.decode()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert printed.startswith("True ")
    assert "PYTHONUNBUFFERED" not in printed


def test_a_child_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "SECONDS", 0.2)
    with children.start([sys.executable, "-c", "import time; time.sleep(60)"]) as run:
        assert run.wait() == -signal.SIGKILL


SKIPS = {
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no')\ndef test_it() -> None: pass\n",
    "within": "import pytest\ndef test_it() -> None: pytest.skip('no')\n",
    "as a module": "import pytest\npytest.importorskip('no_such_module')\n",
}


def code_of_pytest(folder: Path, skipped: str, processes: str, **environment: str) -> int:
    """Run pytest on a test that passes and one that is skipped, and give its exit code."""
    (folder / "test_passes.py").write_text("def test_passes() -> None: pass\n")
    (folder / "test_skipped.py").write_text(skipped)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", processes, "-q", str(folder)]
    return children.run(command, cwd=ROOT, env=children.environment(**environment)).returncode


@pytest.mark.mass
@pytest.mark.parametrize("processes", ["0", "1"])
@pytest.mark.parametrize("how", SKIPS)
def test_a_skipped_test_fails_in_ci(tmp_path: Path, how: str, processes: str) -> None:
    assert code_of_pytest(tmp_path, SKIPS[how], processes, CI="true") == pytest.ExitCode.TESTS_FAILED


@some_of("skipped", [True, False], few=1, ids=["without CI", "in CI"])
def test_without_ci_or_without_skipped_tests_the_suite_passes(tmp_path: Path, skipped: bool) -> None:
    test, environment = (SKIPS["within"], {}) if skipped else ("", {"CI": "true"})
    assert code_of_pytest(tmp_path, test, "0", **environment) == pytest.ExitCode.OK


def test_the_header_shows_the_seed_and_the_mass_is_left_out() -> None:
    env = children.environment(CSVLSTM_SEED="4711")
    run = children.run(
        [sys.executable, "-m", "pytest", "--collect-only", TESTS / "whole" / "test_faults.py"], cwd=ROOT, env=env
    )
    printed = run.stdout.decode()
    assert "seeded tests start from 4711" in printed
    assert "[seed 4711]" in printed
    assert re.search(r"\d+ deselected", printed)
