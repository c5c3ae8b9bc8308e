"""Every exercise, judged through the pipe as in the kernel: references, right samples, every declared mistake."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from typing import Any

import numpy as np
import pytest

import barprop
from autograder import reference, samples
from autograder.reference import REFERENCES, oracle_of
from autograder.sandbox import Limits, Sandbox
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Exercise
from barprop.judging.judge import judge
from tests import needs

SETUP = "import numpy as np\nfrom barprop.activations import sigmoid, tanh"  # softplus is an exercise of 06
SEED = 11


@pytest.fixture(scope="module")
def sandbox():
    needs.sandbox()
    with Sandbox(Limits(notebook_seconds=600, cell_seconds=60, probe_seconds=20)) as made:
        yield made


@pytest.fixture
def session(sandbox):
    """A notebook in which every exercise is answered by the source of its reference."""
    with sandbox.session() as made:
        for source in references():
            result = made.run_cell(source)
            assert not result.error, result.error
        yield made


def references() -> list[str]:
    """The sources of the reference modules."""
    names = sorted(info.name for info in pkgutil.iter_modules(reference.__path__) if info.name.startswith("n0"))
    return [inspect.getsource(importlib.import_module(f"autograder.reference.{name}")) for name in names]


def verdicts(exercise: Exercise, answers: Any) -> list[tuple]:
    """What a student would be told, part by part, but for the words on where it stopped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluation = judge(exercise, answers, EXERCISES, SEED, oracle_of)
    found = [evaluation.verdict(part) for part in exercise.parts]
    return [(v.title, v.points, v.tried, v.mistake, v.hint, v.remarks, v.problem.split(" (line ")[0]) for v in found]


def here(source: str) -> Namespace:
    """The same notebook in this process."""
    names = {**REFERENCES.names, "np": np, "__name__": "__main__"}
    names |= {name: getattr(barprop, name) for name in ("sigmoid", "tanh")}
    exec(compile(source, "<answer>", "exec"), names)
    return Namespace(names)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_gets_full_points_through_the_pipe(session, name):
    exercise = EXERCISES[name]
    evaluation = judge(exercise, session.answers, EXERCISES, SEED, oracle_of)
    found = [evaluation.verdict(part) for part in exercise.parts]
    assert [v.points for v in found] == [part.points for part in exercise.parts], "\n".join(map(str, found))
    assert session.interrupt_free()


@pytest.mark.parametrize("name", EXERCISES)
def test_the_verdict_is_the_same_as_in_the_kernel(session, name):
    """On some five samples of each exercise, wrong and right; one that differs is named."""
    exercise = EXERCISES[name]
    tried = {**samples.wrong().get(name, {}), **dict(enumerate(samples.right().get(name, [])[:2]))}
    sources = references()
    for label, source in list(tried.items())[:: max(1, len(tried) // 5)]:
        for other in (*sources, SETUP):  # so that every sample finds all others answered
            session.run_cell(other)
        session.run_cell(source)
        assert verdicts(exercise, session.answers) == verdicts(exercise, here(source)), label
    assert session.interrupt_free()
