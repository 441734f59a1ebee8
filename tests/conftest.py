"""What all tests share: in CI nothing may be skipped, because there everything is installed."""

import os

import pytest

from .faults import SURVIVED
from .fuzz import FUZZED

collect_ignore_glob = ["golden/*.py", "benchmarks/*.py"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for found, counts in (("faults survived", SURVIVED), ("files fuzzed", FUZZED)):
        if counts:
            kinds = ", ".join(f"{times} {kind}" for kind, times in sorted(counts.items()))
            terminalreporter.write_line(f"{found}: {sum(counts.values())} ({kinds})")
