"""Wrong answers are named: the share does not fall below what was measured, and a case tells every mistake apart."""

from __future__ import annotations

import numpy as np
import pytest

from barprop.exercises import EXERCISES
from barprop.judging.compare import close
from barprop.judging.exercise import NOT_FINITE
from tests.answers import NAMES, cases, remembered, seeds
from tests.naming import Naming, survey, survey_mutants, table

SAMPLES = ("forward", "bar_z", "backward", "slopes_from_output", "branches_backward", "linear_backward")
# Changed references, which nobody declared: of those that do not pass, at least this share has a name (measured:
# 0.90, 0.88, 0.91, 0.95).
MUTANTS = {"bar_e": 0.85, "bar_z": 0.8, "backward": 0.87, "linear_backward": 0.9}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_named_as_meant(name: str) -> None:
    found = survey(name, range(2))
    assert found.total
    assert (found.misleading, found.through) == (0, 0), found.examples
    assert found.named == found.total, found.examples


@pytest.mark.parametrize("name", MUTANTS)
def test_undeclared_mistakes_are_named_by_families(name: str) -> None:
    found = survey_mutants(name)
    assert found.named >= MUTANTS[name] * (found.named + found.generic), "\n".join(found.examples)


def test_the_table_counts() -> None:
    lines = table([Naming("a", 3, 0, 1), Naming("b", 0, 0, 0, 4)]).splitlines()
    assert lines[1].split() == ["a", "4", "75.0", "%", "0.0", "%", "25.0", "%", "0.0", "%", "0.0", "%"]
    assert lines[-1].split()[:4] == ["all", "8", "37.5", "%"]


@pytest.mark.parametrize("name", NAMES)
def test_no_set_of_probes_is_vacuous(name: str) -> None:
    """At every seed each mistake gives, somewhere, something else than what is right."""
    exercise = EXERCISES[name]
    for seed in seeds(name, 200, least=1):
        oracle = remembered(seed)(exercise)
        tried = [(case, oracle(case)) for case in cases(exercise, seed)]
        for mistake in exercise.mistakes:
            with np.errstate(all="ignore"):
                made = [(mistake.wrong(case, right) or {}, right) for case, right in tried]
            differs = (
                value is NOT_FINITE or not close(value, right[output], exercise.tolerance)
                for wrong, right in made
                for output, value in wrong.items()
                if output in right
            )
            assert any(differs), f"seed {seed}: {mistake.name} gives what is right"
