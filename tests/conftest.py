"""For all tests: what third parties may warn of, and what becomes of a skipped test.

With REQUIRE_LANES=1 a skipped test, or a skipped module of tests, is a failure (see lanes.py).
"""

from __future__ import annotations

from collections.abc import Generator

import lanes
import pytest

# tencentcloud-sdk-python asks for UTC the old way, which Python 3.12 and later warn of.
_OTHERS_WARNINGS = r"ignore:datetime\.datetime\.utc:DeprecationWarning:tencentcloud\."


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", _OTHERS_WARNINGS)


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not lanes.skips_fail() or not report.skipped or hasattr(report, "wasxfail"):
        return
    path, line, reason = (
        report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
    )
    if not lanes.may_be_skipped(reason):
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: {reason} (a failure because of REQUIRE_LANES=1)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report
