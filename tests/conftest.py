"""What all tests share: in CI nothing may be skipped, because there everything is installed."""

import os

import pytest

collect_ignore_glob = ["golden/*.py", "benchmarks/*.py"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
