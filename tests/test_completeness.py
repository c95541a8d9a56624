"""A run of tests never leaves anything out unnoticed."""

from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

SOME_LEFT_OUT = """
    import pytest
    from tests.completeness import leave_out

    def test_done():
        assert 1 + 1 == 2

    def test_without_its_tool():
        leave_out("there is no Chromium")

    @pytest.mark.skip(reason="no time")
    def test_skipped():
        raise AssertionError
"""
ALL_DONE = """
    def test_done():
        assert 1 + 1 == 2

    def test_also_done():
        assert 2 + 2 == 4
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs test source in a process of its own, with the variable CI as given."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    # Only the plugins that matter here, for loading all takes seconds in each process.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_source(source, *arguments, ci):
        monkeypatch.setenv("CI", ci)
        pytester.makepyfile(source)
        plugins = ("-p", "tests.completeness", "-p", "xdist")
        return pytester.runpytest_subprocess(*plugins, *arguments)

    return run_source


def test_what_was_left_out_is_listed_and_does_not_fail_at_home(run):
    result = run(SOME_LEFT_OUT, ci="")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*left out*", "1 not run: there is no Chromium"])
    result.stdout.fnmatch_lines(["1 not run: no time"])
    assert result.ret == pytest.ExitCode.OK


def test_a_missing_tool_fails_its_test_in_ci(run):
    result = run(SOME_LEFT_OUT, ci="true")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skip_alone_fails_the_run_in_ci(run, workers):
    source = SOME_LEFT_OUT.replace("leave_out(", "print(")
    result = run(source, "-n", workers, ci="true")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["1 not run: no time"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_test_that_was_not_asked_for_fails_the_run_in_ci(run):
    result = run(ALL_DONE, "-k", "also", ci="true")
    result.assert_outcomes(passed=1, deselected=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_whole_run_passes_in_ci(run):
    result = run(ALL_DONE, ci="true")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*left out*")
    assert result.ret == pytest.ExitCode.OK
