"""The hidden line of a test cell, for stock nbgrader: compares with the references in the kernel."""

from __future__ import annotations

import zlib

from IPython.display import display

from autograder.reference import REFERENCES, oracle_of
from barprop.answers.calls import Namespace
from barprop.answers.captured_output import capped_output
from barprop.check import notebook_names, warn_if_not_sandboxed
from barprop.exercises import EXERCISES, TESTS
from barprop.judging.judge import Judge, in_namespace


def grade(test: str) -> float:
    """Show the verdict on one test cell; return its points, a plain Python float in [0, its points].

    nbgrader reads the last value of the cell: it gives full marks for a NumPy scalar or NaN, so
    this is neither. Probes differ from the student's and are the same in every regrade.
    """
    exercise, part = TESTS[test]
    answers, stand_in = Namespace(notebook_names()), in_namespace(REFERENCES.names)
    with capped_output():  # whatever is written to stderr would cost all points
        verdict = Judge(lambda: answers, EXERCISES, _seed_of, oracle_of, stand_in).verdict(exercise, part)
    warn_if_not_sandboxed()
    display(verdict)
    return verdict.points


def _seed_of(name: str) -> int:
    return zlib.crc32(name.encode())
