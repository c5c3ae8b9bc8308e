"""Shared by all tests: fixtures, and what a run says about the tests that it skipped."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from autograder.course.layout import tools_on_path
from tests import needs

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

tools_on_path()  # nbgrader calls alembic by its name


@pytest.fixture
def torch() -> Any:
    """PyTorch in float64, a test-only extra."""
    module = needs.package("torch")
    module.set_default_dtype(module.float64)
    return module


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; one in each process of the tests, since Playwright's synchronous interface allows no second."""
    sync_api = needs.package("playwright.sync_api")
    path = needs.program("chromium", "chromium-browser")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail if any test was skipped")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes longest unless it is asked for (`make upstream`, `make exhaustive`), and order the rest."""
    for marker in ("upstream", "exhaustive"):
        if marker not in config.option.markexpr:
            left_out = {item for item in items if item.get_closest_marker(marker)}
            config.hook.pytest_deselected(items=list(left_out))
            items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("bare") is None)  # the longest test starts first


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected, a quarter of the time that it takes; nor later among what stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _skipped(config: pytest.Config) -> Counter[str]:
    """Count the tests that were skipped, by the reason given."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how many tests could not be run here, and which command brings what they need."""
    if reasons := _skipped(config):
        terminalreporter.section(f"{reasons.total()} tests were not run, because something is missing here")
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count:5}  {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.option.no_skips and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
