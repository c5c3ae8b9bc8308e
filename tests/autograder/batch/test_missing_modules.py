"""Modules that the grader lacks: answers that do not use them count, everybody is told, installing one regrades."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import api
from autograder.batch.pool import WorkerPool
from autograder.plugin.autograde import Autograde
from autograder.plugin.configuration import configured
from autograder.scoring.grade import grade_submission
from autograder.submission import modules
from autograder.submission.modules import missing_modules
from tests import needs
from tests.grading_tools import FakeSession, cell, cell_of, hand_in, make_course, own_answers, own_source, solved

ABOVE = {
    "unused": "import lacked",
    "with another one": "import lacked as lk, math\nassert math.pi",
    "from it": "from lacked.deep import thing, other as o\nfrom lacked import *",
    "where it may": "if True:\n    from lacked import thing",
    "in a function": "def unused():\n    import lacked\n    return lacked.x",
    "asked for": "try:\n    import lacked\nexcept ImportError:\n    lacked = None\nassert lacked is None",
    "below a magic": "%%time\nimport lacked",
}


@pytest.mark.parametrize("kind", ABOVE)
def test_an_answer_that_does_not_use_it_counts(kind: str) -> None:
    needs.sandbox()
    document = solved()
    answer = cell_of(document, "linear")
    answer["source"] = ABOVE[kind] + "\n" + "".join(answer["source"])
    (made,) = api.grade("01_forward_graph", {"forward_graph.ipynb": json.dumps(document).encode()}).notebooks
    assert {name: g.points for name, g in made.grades.items()} == {
        name: g.max_points for name, g in made.grades.items()
    }
    assert made.lacking == ["lacked"]
    told = "The module lacked is not available when notebooks are graded"
    assert (told in made.document) == (kind not in ("in a function", "asked for"))


@pytest.mark.parametrize("kind", ["used", "class", "in a file of the student's own"])
def test_an_answer_that_uses_it_says_what_is_not_there(kind: str) -> None:
    needs.sandbox()
    document = solved()
    use = {"used": "import lacked\nlacked.fit()", "class": "from lacked import Net\nclass Mine(Net): pass",
           "in a file of the student's own": "import helper\nhelper.fit()"}[kind]  # fmt: skip
    answer = cell_of(document, "linear")
    answer["source"] = use + "\n" + "".join(answer["source"])
    files = {"helper.py": b"import lacked\ndef fit():\n    return lacked.fit()\n"}
    notebooks = {"forward_graph.ipynb": json.dumps(document).encode()}
    (made,) = api.grade("01_forward_graph", notebooks, files=files).notebooks
    assert made.grades["test_linear"].points == 0
    assert "No module named 'lacked'" in made.grades["test_linear"].problem
    assert made.lacking == ["lacked"]


def test_a_file_of_the_students_own_may_import_what_it_does_not_use() -> None:
    needs.sandbox()
    document = solved()
    document["cells"].insert(1, cell("code", "import helper\nassert helper.two() == 2"))
    files = {"helper.py": b"import lacked\ndef two():\n    return 2\n"}
    notebooks = {"forward_graph.ipynb": json.dumps(document).encode()}
    (made,) = api.grade("01_forward_graph", notebooks, files=files).notebooks
    assert "Traceback" not in made.document
    assert all(g.points == g.max_points for g in made.grades.values())


def test_what_is_there_is_not_named() -> None:
    there = "import os, sys, time, numpy.linalg, matplotlib.pyplot as plt, barprop, tomllib, autograder\nimport helper"
    assert missing_modules([there, "not python at all (", "from . import x"], {"helper.py": b"import gone"}) == ["gone"]


# --- whole runs -------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course of three, one of whom imports a module; graded in this process, the log says who."""
    made = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    for student in ("ada", "bob", "eve"):
        document = own_answers()
        if student == "bob":
            document["cells"].insert(0, cell("code", "import lacked"))
        hand_in(made, student, "ps1/p1", document)

    def run(_: WorkerPool, jobs: Any) -> Iterator[Any]:
        for job in jobs:
            graded.append(job.student)
            yield grade_submission(job, lambda _: FakeSession())

    monkeypatch.setattr(WorkerPool, "run", run)
    monkeypatch.chdir(made)
    yield made
    graded.clear()


graded: list[str] = []


def _grade() -> tuple[list[str], str]:
    graded.clear()
    app = configured()
    app.coursedir.assignment_id = "ps1"
    converter = Autograde(coursedir=app.coursedir, parent=app)
    converter.start()
    return list(graded), "\n".join(converter.summary.lines())


def test_a_run_names_it_and_installing_it_regrades_what_it_touches(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert os.getcwd() == str(course)
    who, said = _grade()
    assert who == ["ada", "bob", "eve"]
    assert "Modules the grader lacks: lacked (in 1 submission)." in said
    who, said = _grade()
    assert who == []
    assert "Modules the grader lacks: lacked (in 1 submission)." in said
    installed = tmp_path / "packages"
    installed.mkdir()
    (installed / "lacked.py").write_text("")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.setattr(modules, "packages", lambda: [installed])
    who, said = _grade()
    assert who == ["bob"]
    assert "Modules the grader lacks" not in said
    assert _grade()[0] == []
