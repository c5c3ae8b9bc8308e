"""Some attacks beside honest students, by the real command, on a course of their own."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest

from autograder.course.authored import materialise
from autograder.course.layout import RELEASE, ROOT
from tests import needs
from tests.attacks.attack import MOST, Attack
from tests.attacks.collection import ATTACKS
from tests.grading_tools import ASSIGNMENT, call, make_course, scores
from tests.sandbox_tools import processes
from tests.warm_start import warm_start

pytestmark = pytest.mark.attacks

CHOSEN = (
    "patch isclose", "forged replies", "edited tests", "os._exit", "fork bomb", "endless print", "odd names",
    "undecodable names", "names that become the same", "notebook is a link", "script in an error", "terminal escapes",
    "nested beginnings", "magics", "time stamp",
)  # fmt: skip
HONEST = Attack("honest", "tries nothing")
FORMULA = "=HYPERLINK(1)"  # a student whose name a spreadsheet would take for a formula


def _course(folder: Path) -> Path:
    materialise()
    course = make_course(folder / "course", {})
    shutil.copytree(ROOT / "source" / ASSIGNMENT, course / "source" / ASSIGNMENT)
    shutil.copytree(RELEASE / ASSIGNMENT, course / "release" / ASSIGNMENT)
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write("\nc.Grading.cell_seconds = c.Grading.probe_seconds = 1.0\nc.Grading.notebook_seconds = 12.0\n")
    for number, name in enumerate(CHOSEN):
        ATTACKS[name].write(course / "submitted" / f"a{number:02}" / ASSIGNMENT)
    for name in ("a05-honest", "zoe", FORMULA):
        HONEST.write(course / "submitted" / name / ASSIGNMENT)
    return course


def test_a_class_with_attackers(tmp_path: Path) -> None:
    needs.sandbox()
    course = _course(tmp_path)
    warm_start()
    before = processes(os.getpid())
    said = call(course, "autograder", "grade", ASSIGNMENT, "--jobs", "2")
    said_later = call(course, "autograder", "report", ASSIGNMENT, "--html", "report.html")
    totals: dict[str, float] = {}
    for where, values in scores(course).items():
        if len(where) == 4:
            totals[where[0]] = totals.get(where[0], 0.0) + (values[3] or 0.0)
    for name in ("a05-honest", "zoe", FORMULA):
        assert totals[name] == sum(MOST.values())
    for number, name in enumerate(CHOSEN):
        assert totals[f"a{number:02}"] <= sum(ATTACKS[name].most().values()), name
    for text in (said.stdout, said_later.stdout):
        assert all(c.isprintable() or c == "\n" for c in text), "a terminal would obey this"
    assert "<script>" not in (course / "report.html").read_text()
    assert processes(os.getpid()) == before
    assert sorted(os.listdir(tmp_path)) == ["course"]
    _feedback(course)
    _export(course)


def _feedback(course: Path) -> None:
    number = CHOSEN.index("script in an error")
    call(course, "nbgrader", "generate_feedback", ASSIGNMENT, f"--student=a{number:02}")
    page = (course / f"feedback/a{number:02}/{ASSIGNMENT}/forward_graph.html").read_text()
    told = page.split("alert(document.cookie)")
    assert len(told) > 1
    assert not any(part.endswith("<script>") for part in told)


def _export(course: Path) -> None:
    call(course, "autograder", "export", ASSIGNMENT, "--exercises", "--to", "grades.csv")
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        assert not any(cell[:1] in tuple("=+@") for row in csv.reader(file) for cell in row)
