"""Nothing is left out silently: what could not run is listed, and with CI=true it fails the run."""

import os
from collections import defaultdict
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() == "true"
# These measure time or kill processes, so beside them at most one other worker runs.
KEPT_TOGETHER = ("e2e", "faults", "load")

n_deselected_key = pytest.StashKey[int]()


def leave_out(reason: str) -> NoReturn:
    """Skips the test for want of a tool; fails it where CI=true.

    The reason says what is missing and how to get it.
    """
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(name) for name in KEPT_TOGETHER):
            item.add_marker(pytest.mark.xdist_group("kept_together"))


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        stash = items[0].config.stash
        stash[n_deselected_key] = stash.get(n_deselected_key, 0) + len(items)


def skipped_by_reason(config: pytest.Config) -> dict[str, int]:
    """How many tests were skipped for each reason, in the order in which they were met."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    counts: dict[str, int] = defaultdict(int)
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        counts[reason.removeprefix("Skipped: ")] += 1
    return counts


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = skipped_by_reason(config)
    n_deselected = config.stash.get(n_deselected_key, 0)
    if not skipped and not n_deselected:
        return
    terminalreporter.section("left out")
    for reason, count in skipped.items():
        terminalreporter.line(f"{count} not run: {reason}")
    if n_deselected:
        terminalreporter.line(f"{n_deselected} not run: not asked for on the command line")
    if IN_CI:
        terminalreporter.line("CI=true: a run that leaves anything out fails.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    left_out = skipped_by_reason(session.config) or session.config.stash.get(n_deselected_key, 0)
    if IN_CI and left_out and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
