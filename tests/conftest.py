"""What all tests share: those that need Rocq are skipped where there is none, or fail when it is required."""

import shutil
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# Nothing is timed in a test: a busy machine must not make one fail.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-rocq", action="store_true", help="a test marked rocq that would be skipped fails instead"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("coqc") is None and shutil.which("rocq") is None:
        absent = pytest.mark.skip(reason="no coqc on the PATH")
        for item in items:
            if item.get_closest_marker("rocq"):
                item.add_marker(absent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    required = item.config.getoption("--require-rocq") and item.get_closest_marker("rocq")
    required = required and not item.get_closest_marker("peer")
    if required and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"needed, but skipped: {report.longrepr}"
    return report
