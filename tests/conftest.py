"""What all tests share: the seed in the header, counts in the summary, and in CI nothing may be skipped."""

import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import settings

from .faults import SURVIVED
from .fuzz import FUZZED
from .seeds import SEED, examples

# The first test that imports Keras decides for all others of its process. numpy compiles nothing: jax takes ten times
# as long for layers that run once, and has its turn in the mass.
os.environ.setdefault("KERAS_BACKEND", "numpy")

collect_ignore_glob = ["golden/*.py", "golden/frameworks/*.py", "benchmarks/*.py"]

settings.register_profile("csvlstm", examples(100))
settings.load_profile("csvlstm")

COUNTED = {"faults survived": SURVIVED, "files fuzzed": FUZZED}


def pytest_report_header() -> str:
    return f"csvlstm: seeded tests start from {SEED} (CSVLSTM_SEED)"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # In CI everything is installed, so that a skipped test is one that nobody runs.
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counted"] = {found: dict(counts) for found, counts in COUNTED.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the counts of a process of pytest-xdist to those of this one."""
    for found, counts in getattr(node, "workeroutput", {}).get("counted", {}).items():
        COUNTED[found].update(Counter(counts))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("skipped tests fail in CI, where everything is installed", red=True)
    for found, counts in COUNTED.items():
        if counts:
            kinds = ", ".join(f"{times} {kind}" for kind, times in sorted(counts.items()))
            terminalreporter.write_line(f"{found}: {sum(counts.values())} ({kinds})")
