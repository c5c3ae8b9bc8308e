"""The end of a test run counts what could not be run, and fails where that is not allowed."""

from __future__ import annotations

import pytest

from autograder.course.layout import ROOT

pytest_plugins = ["pytester"]

_TESTS = """
import pytest
from tests import needs

def test_that_runs(): pass

@pytest.mark.parametrize("name", "ab")
def test_in_a_browser(name): needs.missing("chromium")

def test_with_torch(): needs.missing("torch")
"""


@pytest.mark.parametrize(("options", "code", "workers"), [((), 0, ("-n", "2")), (("--no-skips",), 1, ())])
def test_skipped_tests_are_counted_with_the_way_to_run_them(pytester, monkeypatch, options, workers, code):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile(_TESTS)
    done = pytester.runpytest_subprocess(*options, *workers)
    done.assert_outcomes(passed=1, skipped=3)
    done.stdout.fnmatch_lines(
        [
            "*3 tests were not run*",
            "*2  chromium is missing: apt-get install chromium",
            "*1  torch is missing: make torch",
        ]
    )
    assert done.ret == code
