"""The public interface answers as documented."""

from __future__ import annotations

import json

import pytest

from autograder import api
from tests import needs
from tests.grading_tools import solved


def test_every_reference_passes_its_own_exercise():
    names = api.references()
    for exercise in list(api.exercises().values())[:8]:
        for verdict in api.judge(exercise.name, names, hidden=True).values():
            assert verdict.passed, str(verdict)


def test_judge_names_a_mistake():
    (verdict,) = api.judge("bar_v", {"bar_v": lambda e_bar, h: e_bar}).values()
    assert not verdict.passed
    assert verdict.points == 0
    assert verdict.mistake
    assert verdict.hint


def test_judge_refuses_an_unknown_exercise():
    with pytest.raises(KeyError, match="no exercise 'bar_q'"):
        api.judge("bar_q", {})


def test_assignment_knows_its_points_and_files():
    plan = api.assignment("05_adversarial")
    assert [nb.name for nb in plan.notebooks] == ["adversarial"]
    assert plan.notebooks[0].exercises == [e.name for e in api.exercises().values() if e.assignment == plan.name]
    assert "classifier.npz" in plan.files
    with pytest.raises(FileNotFoundError, match="no released notebook"):
        api.assignment("99_nothing")


def test_grade_one_submission():
    needs.sandbox()
    data = json.dumps(solved()).encode()
    record = api.grade("01_forward_graph", {"forward_graph.ipynb": data}, student="ada")
    (notebook,) = record.notebooks
    assert record.student == "ada"
    assert all(grade.points == grade.max_points for grade in notebook.grades.values())


def test_grade_says_why_nothing_counts():
    needs.sandbox()
    record = api.grade("01_forward_graph", {"forward_graph.ipynb": b"no notebook"})
    assert record.quarantine
    assert all(grade.points == 0 for grade in record.notebooks[0].grades.values())
