"""What sort of failure it is, by a word that code reads; and which nameless wrong answers agree."""

from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest

from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.pattern import pattern
from autograder.scoring.record import Grade, Record
from barprop.answers.calls import Namespace
from barprop.answers.failures import CAUSES, Cause, cause_of
from barprop.exercises import EXERCISES
from barprop.judging.verdict import KINDS, FailureKind
from tests.grading_tools import FakeSession, cell_of, plan, solved

KIND_OF = {
    "def linear(w, x):\n    return w @ x": "",
    "def linear(w, x):\n    return w @ x + 0.37": "value",
    "def linear(w, x):\n    return [w @ x]": "form",
    "def linear(w, x):\n    return None": "form",
    "def linear(w, x):\n    return w * x": "form",
    "def linear(w, x):\n    return w @ undefined": "raised",
    "def linear(w, x):\n    return linear(w, x)": "raised",
    "def linear(w, x):\n    raise NotImplementedError()": "unwritten",
    "def linaer(w, x):\n    return w @ x": "missing",
    "raise ValueError('no')\ndef linear(w, x):\n    return w @ x": "raised",
    "import numpy as np\ndef linear(w, x):\n    return np.float32(w @ x)": "remark",
}


def graded(answer: str, student: str = "ada", exercise: str = "linear", part: str = "") -> Grade:
    document = solved()
    cell_of(document, exercise)["source"] = answer
    job = Job(student, plan(), "key", student.encode(), {"forward_graph.ipynb": json.dumps(document).encode()})
    record = Record.from_json(grade_submission(job, lambda _: FakeSession()).to_json())
    return record.notebooks[0].grades[f"test_{exercise}{part}"]


@pytest.mark.parametrize("answer", KIND_OF)
def test_the_kind_of_a_failure_is_a_value(answer: str) -> None:
    found = graded(answer)
    assert found.kind == KIND_OF[answer]
    assert found.kind in KINDS or found.points == found.max_points


def test_every_kind_has_a_meaning() -> None:
    assert set(get_args(FailureKind)) == set(KINDS)
    assert set(get_args(Cause)) == set(CAUSES)
    assert [cause_of(word) for word in ("late", "value", "")] == ["late", "other", "other"]


def test_a_missing_cell_and_an_untouched_one() -> None:
    document = solved()
    document["cells"].remove(cell_of(document, "linear"))
    job = Job("ada", plan(), "key", b"s", {"forward_graph.ipynb": json.dumps(document).encode()})
    assert grade_submission(job, lambda _: FakeSession()).notebooks[0].grades["test_linear"].kind == "gone"
    assert graded(next(c.source for c in plan().notebooks[0].cells if c.grade_id == "linear")).kind == "unwritten"


def test_what_agrees_has_one_pattern() -> None:
    """Written in two ways, by two students whose hidden probes differ."""
    first = graded("def linear(w, x):\n    return np.sin(w @ x)", "ada")
    second = graded(
        "def linear(weights, x):\n    s = 0\n    for a, b in zip(weights, x):\n        s += a * b\n    return np.sin(s)",
        "bob",
    )
    other = graded("def linear(w, x):\n    return np.cos(w @ x)", "cem")
    assert first.pattern
    assert first.pattern == second.pattern != other.pattern


def test_what_only_the_last_probes_show_has_a_pattern() -> None:
    exercise, document = EXERCISES["logistic_forward"], solved()
    names: dict = {"np": np, "linear": lambda w, x: w @ x}
    exec(cell_of(document, "logistic_forward")["source"], names)
    outputs = exercise.part("stable").outputs
    right = pattern(exercise, Namespace(names), outputs)
    assert right
    names["linear"] = lambda w, x: 0.9 * (w @ x)
    assert pattern(exercise, Namespace(names), outputs) not in ("", right)


def test_only_what_is_wrong_without_a_name_has_a_pattern() -> None:
    assert not graded("def linear(w, x):\n    return w @ x").pattern
    named = graded("def relu(z):\n    return abs(z)", exercise="relu")
    assert named.mistake
    assert not named.pattern
    assert named.hint
