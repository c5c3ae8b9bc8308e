"""The committed notebooks through stock nbgrader, with its own executor: generate, autograde, feedback, export."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from nbgrader.coursedir import CourseDirectory

from autograder import cell
from autograder.course.authored import materialise
from autograder.course.layout import RELEASE, ROOT
from autograder.gradebook.database import open_gradebook
from autograder.samples.classroom import everyone, hand_in
from barprop.exercises import EXERCISES, TESTS
from tests.depth import PATHS, often, thorough

ASSIGNMENT = "01_forward_graph"
CLASS = ("perfect", "mistake-01", *often((), ("untouched", "half-blank")))
STOCK = """
from autograder.course.authored import ignored_names
from autograder.course.clear_solutions import preprocessors
from nbgrader.coursedir import CourseDirectory
c = get_config()
c.GenerateAssignment.preprocessors = preprocessors()
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [*CourseDirectory().ignore, *ignored_names()]
"""


def nbgrader(folder: Path, *words: str) -> str:
    """Run an nbgrader command in a course folder; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "nbgrader", *words, "--log-level=ERROR"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder in which stock nbgrader has graded two students, in `make exhaustive` four."""
    folder = tmp_path_factory.mktemp("course")
    materialise()
    shutil.copytree(ROOT / "source" / ASSIGNMENT, folder / "source" / ASSIGNMENT)
    (folder / "nbgrader_config.py").write_text(STOCK)
    for student in everyone():
        if student.name in CLASS:
            for path in hand_in(student, folder / "submitted"):
                if path.parent.name != ASSIGNMENT:
                    shutil.rmtree(path.parent)
    nbgrader(folder, "generate_assignment", ASSIGNMENT)
    nbgrader(folder, "autograde", ASSIGNMENT)
    nbgrader(folder, "generate_feedback", ASSIGNMENT)
    nbgrader(folder, "export")
    return folder


def test_generate_assignment_makes_what_is_committed(graded):
    made = (graded / "notebooks" / ASSIGNMENT / "forward_graph.ipynb").read_bytes()
    assert made == (RELEASE / ASSIGNMENT / "forward_graph.ipynb").read_bytes()


@thorough
def test_scores(graded):
    with open(graded / "grades.csv") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    share = {name: float(row["score"]) / float(row["max_score"]) for name, row in rows.items()}
    assert share["perfect"] == 1
    assert share["mistake-01"] < 0.5
    if "untouched" in CLASS:
        assert share["untouched"] == 0
        assert 0.4 <= share["half-blank"] <= 0.6
    declared = sum(e.points for e in EXERCISES.values() if e.assignment == ASSIGNMENT)
    assert float(rows["perfect"]["max_score"]) == declared


def test_feedback_names_the_mistake(graded):
    page = (graded / "feedback" / "mistake-01" / ASSIGNMENT / "forward_graph.html").read_text(encoding="utf-8")
    assert EXERCISES["linear"].mistakes[0].hint in page


HOSTILE = {
    "a NumPy scalar": "np.float64(3.0)",
    "NaN": "float('nan')",
    "a negative number": "-1.0",
    "None": "None",
    "infinity": "float('inf')",
    "a string": "'2.0'",
    "an object that equals everything": "type('All', (), {'__eq__': lambda s, o: True, '__float__': lambda s: 1.0})()",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("test", ["test_linear", "test_forward", "test_relu"])
def test_the_score_of_a_cell_is_a_plain_float(monkeypatch, what, test):
    """nbgrader gives full marks for a cell that ends in a NumPy scalar, NaN, a negative number or None."""
    exercise, part = TESTS[test]
    value = eval(HOSTILE[what], {"np": np})
    monkeypatch.setattr(cell, "notebook_names", lambda: {exercise.name: lambda *args, **names: value})
    monkeypatch.setattr(cell, "display", lambda verdict: None)
    score = cell.grade(test)
    assert type(score) is float
    assert 0 <= score < part.points


def test_a_new_gradebook_is_what_nbgrader_makes(graded, tmp_path):
    """Ours asks no other process for the version of the tables."""
    open_gradebook(CourseDirectory(db_url=f"sqlite:///{tmp_path}/gradebook.db")).close()
    made = []
    for folder in (graded, tmp_path):
        with closing(sqlite3.connect(folder / "gradebook.db")) as database:
            tables = set(database.execute("SELECT name, sql FROM sqlite_master"))
            made.append((tables, database.execute("SELECT * FROM alembic_version").fetchall()))
    assert made[0] == made[1]
