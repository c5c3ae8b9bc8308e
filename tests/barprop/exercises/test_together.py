"""Right answers to the exercises of one notebook go together, run as in the released notebook."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from autograder import samples
from autograder.course.layout import RELEASE
from autograder.reference import oracle_of
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Exercise
from barprop.judging.judge import judge
from tests.answers import cost
from tests.depth import often, thorough

NOTEBOOKS = sorted({exercise.notebook for exercise in EXERCISES.values()})
RIGHT = samples.right()


@pytest.fixture
def set_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that a released notebook's set-up cell gives."""
    path = RELEASE / f"{request.param}.ipynb"
    monkeypatch.chdir(path.parent)
    monkeypatch.syspath_prepend(os.getcwd())
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = next("".join(c["source"]) for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "setup")
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("\n".join(line for line in source.splitlines() if line[:1] != "%"), "<set-up>", "exec"), names)
    return names


KNOWN = [pytest.param(name, name, marks=pytest.mark.slow if name[:2] == "06" else ()) for name in NOTEBOOKS]


@thorough
@pytest.mark.parametrize(("set_up", "notebook"), KNOWN, indirect=["set_up"])
def test_right_answers_of_a_notebook_go_together(set_up: dict[str, Any], notebook: str) -> None:
    exercises = [exercise for exercise in EXERCISES.values() if exercise.notebook == notebook]
    leaning = [exercise for exercise in exercises if exercise.needs]
    rng = random.Random(notebook)
    for draw in range(_draws(leaning)):
        names = dict(set_up)
        chosen = {exercise.name: rng.choice(RIGHT[exercise.name]) for exercise in exercises}
        if "class Value(Node)" in chosen.get("Value", ""):  # it was written for the Node of the same student
            chosen["Node"] = RIGHT["Node"][0]
        for name, source in chosen.items():
            exec(compile(source, f"<{name}>", "exec"), names)
        for exercise in leaning if draw else exercises:
            evaluation = judge(exercise, Namespace(names), EXERCISES, draw, oracle_of)
            for part in exercise.parts:
                verdict = evaluation.verdict(part)
                wanted = [chosen[name] for name in (*exercise.needs, exercise.name) if name in chosen]
                assert verdict.passed, f"{verdict}\n" + "\n".join(wanted)


def _draws(leaning: list[Exercise]) -> int:
    """200 draws where they take little, fewer where an evaluation is much work; outside of `make exhaustive` a quarter."""
    most = min([200, *(max(8, 30_000 // cost(exercise.name)) for exercise in leaning)]) if leaning else 1
    return often(-(-most // 4), most)
