"""For every test: no proxy between this machine and itself, plain tracebacks, and no skip under CI."""

import os
from collections.abc import Generator

import pytest
import structlog

from tests.support.browser import browser

__all__ = ["browser"]

pytest_plugins = ["tests.servers.fixtures"]

# structlog's own tracebacks draw every variable: seconds in which a click is not acknowledged.
_PLAIN = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("%Y-%m-%d %H:%M:%S"),
        _PLAIN,
    ]
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's SDK sends requests for this machine to a proxy, too."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI a test that lacks its server has failed: the gate must not pass without it."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {reason}"
    return report
