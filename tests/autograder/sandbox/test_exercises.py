"""Every exercise, judged through the pipe as in the kernel: references, right samples, every declared mistake."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from contextlib import contextmanager
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
from barprop.judging.verdict import Verdict
from tests import needs
from tests.depth import often, thorough

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
    with answered(sandbox) as made:
        yield made


@pytest.fixture(scope="module")
def right_session(sandbox):
    """Another one, in which nothing is changed."""
    with answered(sandbox) as made:
        yield made


@contextmanager
def answered(sandbox):
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
    return [
        (v.title, v.points, tried(v), v.mistake, v.hint, v.remarks, v.notes, v.problem.split(" (line ")[0])
        for v in found
    ]


def tried(verdict: Verdict) -> list[tuple[str, bool]]:
    """The cases of a verdict, but for the one that needs a clock and is not tried in a sandbox."""
    return [(label, right) for label, right in verdict.tried if not label.startswith("chains of")]


def here(source: str) -> Namespace:
    """The same notebook in this process."""
    names = {**REFERENCES.names, "np": np, "__name__": "__main__"}
    names |= {name: getattr(barprop, name) for name in ("sigmoid", "tanh")}
    exec(compile(source, "<answer>", "exec"), names)
    return Namespace(names)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_gets_full_points_through_the_pipe(right_session, name):
    exercise, session = EXERCISES[name], right_session
    evaluation = judge(exercise, session.answers, EXERCISES, SEED, oracle_of)
    found = [evaluation.verdict(part) for part in exercise.parts]
    assert [v.points for v in found] == [part.points for part in exercise.parts], "\n".join(map(str, found))
    assert [text for v in found for text in v.notes if " keeps " in text] or "cache" not in exercise.outputs
    assert session.is_alive()


@thorough
@pytest.mark.parametrize("name", EXERCISES)
def test_the_verdict_is_the_same_as_in_the_kernel(session, name):
    """On some samples of each exercise, wrong and right; one that differs is named."""
    exercise = EXERCISES[name]
    chosen = {**samples.wrong().get(name, {}), **dict(enumerate(samples.right().get(name, [])[:2]))}
    sources = references()
    first, step = often((list(EXERCISES).index(name), len(chosen)), (0, max(1, len(chosen) // 5)))
    for label, source in list(chosen.items())[first % len(chosen) :: step]:
        for other in (*sources, SETUP):  # so that every sample finds all others answered
            session.run_cell(other)
        session.run_cell(source)
        assert verdicts(exercise, session.answers) == verdicts(exercise, here(source)), label
    assert session.is_alive()


class OneByOne:
    """The same answers, asked for one step after the other."""

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def __getitem__(self, name: str) -> Any:
        return self.answers[name]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", EXERCISES)
def test_in_one_go_and_step_by_step_give_the_same(session, name):
    """On samples of each exercise; whatever is judged, and every sentence."""
    exercise = EXERCISES[name]
    chosen = {**samples.wrong().get(name, {}), **dict(enumerate(samples.right().get(name, [])[:2]))}
    for label, source in list(chosen.items())[:: max(1, len(chosen) // 3)]:
        session.run_cell(source)
        told = [verdicts(exercise, answers) for answers in (session.answers, OneByOne(session.answers))]
        assert told[0] == told[1], label


def test_an_exercise_on_data_is_asked_in_three_messages(session, monkeypatch):
    """The name, the first call, and all the others in one go."""
    kinds = []
    send = session._out.send
    monkeypatch.setattr(session._out, "send", lambda message, *rest: (kinds.append(message[0]), send(message, *rest)))
    judge(EXERCISES["bar_v"], session.answers, EXERCISES, SEED, oracle_of)
    assert [kind for kind in kinds if kind != "answer"] == ["name", "play", "name", "play"]


def test_a_step_that_ends_the_process_costs_only_what_comes_after(sandbox):
    from barprop.answers.script import Script

    with sandbox.session(Limits(probe_seconds=1)) as session:
        session.run_cell(
            "import os, time\ndef act(n):\n    if n == 1:\n        while True: pass\n    return n or os._exit(3)"
        )
        scripts = []
        for number in (5, 1, 7, 0, 9):
            scripts.append(Script("act"))
            scripts[-1].call(session.answers["act"], "act", number)
        first, late, second, ended, after = session.carry_out(scripts)
    assert (first[0].value, second[0].value) == (5, 7)
    assert str(late[0].error) == "act did not return within 1 s."
    assert "ended" in str(ended[0].error)
    assert "ended" in str(after[0].error)


def test_forged_parts_are_refused(sandbox):
    """What a session sends of a script is read like everything else: by exact types, and no more than was asked for."""
    from barprop.answers.script import Script

    forged = ("['part', c, [['done', 1.0, None]] ] ", "['part', c, 5]", "['part', c, [['done', 1.0, ['x', 3, 1, 1]]]]")
    for content in forged:
        with sandbox.session() as session:
            session.run_cell(
                "import gc\nfrom inside import notebook_process\n"
                "guest = next(o for o in gc.get_objects() if type(o) is notebook_process.NotebookProcess)\n"
                "def forge(message):\n    c = message[1]\n    for _ in range(3):\n"
                f"        guest._channel.send({content})\n    guest._channel.send(['done', c, None])\n"
                "guest._handle = forge\ndef f(x):\n    return x"
            )
            script = Script("f")
            script.call(1.0, "f", 2.0)
            (outcomes,) = session.carry_out([script])
            assert outcomes[-1].error or outcomes[0].value == 1.0
            assert not session.is_alive()
