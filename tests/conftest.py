"""What all tests share: in CI nothing may be skipped, because there everything is installed."""

import os

import pytest

from .faults import SURVIVED

collect_ignore_glob = ["golden/*.py", "benchmarks/*.py"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SURVIVED:
        kinds = ", ".join(f"{times} {kind}" for kind, times in sorted(SURVIVED.items()))
        terminalreporter.write_line(f"faults survived: {sum(SURVIVED.values())} ({kinds})")
