"""nbgrader stays nbgrader: its own fixtures score as its tests expect, and its own commands go through our code.

What differs from stock nbgrader is listed in docs/grading.md and in DIFFERENT below. Its whole suite of autograde
runs with NBGRADER_SUITE=1 (some ten minutes).
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import determine_grade, is_grade

from autograder.batch.pool import WorkerPool
from autograder.course.layout import ROOT, tools_on_path
from autograder.plugin.autograde import Autograde
from autograder.plugin.configuration import configured
from autograder.plugin.quoted_csv import QuotedCsv
from autograder.sandbox import Sandbox
from autograder.scoring.grade import grade_submission
from tests import needs
from tests.grading_tools import call, hand_in, make_course, own_answers, own_source, scores

PACKAGE = Path(nbgrader.__file__).parent
FILES = PACKAGE / "tests" / "apps" / "files"
GUIDE = PACKAGE / "docs" / "source" / "user_guide"

# source, {student: (submission, score, needs a person)}: as in nbgrader's tests/apps/test_nbgrader_autograde.py
FIXTURES = {
    "submitted-unchanged": {
        "unchanged": ("submitted-unchanged", 1, False),
        "changed": ("submitted-changed", 2, True),
        "grade cell changed": ("submitted-grade-cell-changed", 1, False),
        "locked cell changed": ("submitted-locked-cell-changed", 1, False),
        "cheat": ("submitted-cheat-attempt", 1, True),
        "another cheat": ("submitted-cheat-attempt-alternative", 1, True),
    },
    "autotest-simple": {"foo": ("autotest-simple-unchanged", 0, False), "bar": ("autotest-simple-changed", 1, False)},
    "autotest-hashed": {"foo": ("autotest-hashed-unchanged", 0, False), "bar": ("autotest-hashed-changed", 1, False)},
    "autotest-multi": {"foo": ("autotest-multi-unchanged", 0, False), "bar": ("autotest-multi-changed", 3, False)},
    "autotest-hidden": {
        "foo": ("autotest-hidden-unchanged", 0, False),
        "bar": ("autotest-hidden-changed-wrong", 0, False),
        "baz": ("autotest-hidden-changed-right", 1, False),
    },
    "test-hidden-tests": {"released": ("", 1.5, False)},
}

# Tests of nbgrader's own suite that expect something else, and why; docs/grading.md says more.
DIFFERENT = {
    "test_grade_empty_timestamp": "a time stamp that is none is told and costs nobody the whole run",
    "test_filter_notebook": "a graded notebook that was deleted is made again, though nobody said --force",
    "test_side_effects": "files that a student's code writes stay in its scratch folder and are dropped",
    "test_hidden_tests_single_notebook": "no hidden test stands in autograded/, so none gets into feedback",
    "test_hidden_tests_autotest": "the same",
    "test_handle_failure": "a notebook with unknown cells is graded as far as it goes, not refused",
    "test_handle_failure_single_notebook": "the same",
    "test_missing_source_kernelspec": "the kernel a student names does not matter: it is the course's Python",
    "test_no_execute": "outputs that a student handed in are never taken for the truth",
    "test_grade_with_validating_envvar": "nothing in the environment tells a student's code that it is graded",
}


@pytest.fixture
def in_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs run in one sandbox of this process."""
    needs.sandbox()
    with Sandbox() as sandbox:

        def run(_: WorkerPool, jobs: Any) -> Iterator[Any]:
            for job in jobs:
                yield grade_submission(job, lambda files: sandbox.session(job.limits, files))

        monkeypatch.setattr(WorkerPool, "run", run)
        yield


def _run(course: Path, assignment: str = "ps1") -> None:
    app = configured()
    app.coursedir.assignment_id = assignment
    Autograde(coursedir=app.coursedir, parent=app).start()


ALIKE = ("autotest-hashed", "autotest-multi")  # graded as autotest-simple is; in `make exhaustive`


@pytest.mark.parametrize(
    "source", [pytest.param(name, marks=pytest.mark.exhaustive if name in ALIKE else ()) for name in FIXTURES]
)
@pytest.mark.usefixtures("in_sandbox")
def test_its_fixtures_score_as_its_tests_expect(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads((FILES / f"{source}.ipynb").read_text())
    course = make_course(tmp_path / "course", {"ps1/p1": document}, plugged=False)
    shutil.copy(FILES / "autotests.yml", course)
    if "hidden" in source:  # as its tests have it
        with open(course / "nbgrader_config.py", "a") as file:
            file.write("\nc.ClearSolutions.code_stub = {'python': '# YOUR CODE HERE'}\n")
    monkeypatch.chdir(course)
    for student, (submission, _, _) in FIXTURES[source].items():
        handed = json.loads((FILES / f"{submission or source}.ipynb").read_text())
        hand_in(course, student, "ps1/p1", handed)
    _run(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        got = {s.student_id: (s.score, s.needs_manual_grade) for s in gradebook.assignment_submissions("ps1")}
    assert got == {student: (score, person) for student, (_, score, person) in FIXTURES[source].items()}


@pytest.mark.usefixtures("in_sandbox")
def test_its_user_guide_scores_as_its_graded_copies_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two students of nbgrader's user guide, graded by stock nbgrader when its documentation was made."""
    course = make_course(tmp_path / "course", {}, plugged=False)
    for step in ("source", "release", "submitted"):
        shutil.copytree(GUIDE / step, course / step)
    monkeypatch.chdir(course)
    _run(course)
    got = scores(course)
    compared = 0
    for path in sorted((GUIDE / "autograded").glob("*/ps1/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if is_grade(cell):
                where = (path.parts[-3], "ps1", path.stem, cell.metadata.nbgrader.grade_id)
                wanted = determine_grade(cell)[0]
                assert got[where][0] == wanted, where
                compared += 1
    assert compared >= 10


def test_three_ways_one_score(tmp_path: Path) -> None:
    """`python -m autograder grade`, `nbgrader autograde` and the formgrader's button; then feedback and export."""
    needs.sandbox()
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()})
    hand_in(course, "full", "ps1/p1", own_answers())
    hand_in(course, "half", "ps1/p1", own_answers(square="    print(In)\n    return abs(x) * x"))
    hand_in(course, "none", "ps1/p1", own_answers("", "", ""))
    (course / "submitted" / "half" / "ps1" / "timestamp.txt").write_text("2026-02-01 17:30:00 UTC")
    (course / "roster.csv").write_text('Student,ID,SIS Login ID,Section\n"Lovelace, Ada",1,half,A\n')
    (course / "deadlines.toml").write_text('timezone = "Europe/Berlin"\n')
    call(course, "autograder", "grade", "ps1", "--jobs", "1")
    first = scores(course)
    assert first["half", "ps1", "p1", "test_square"][0] == 0.0
    assert first["full", "ps1", "p1", "test_half"][0] == 2.0
    (course / "gradebook.db").unlink()
    shutil.rmtree(course / "autograded")
    shutil.rmtree(course / ".grading")
    call(course, "nbgrader", "autograde", "ps1")
    assert scores(course) == first
    press = (
        "from nbgrader.apps import NbGrader, NbGraderAPI\n"
        "app = NbGrader(); app.initialize([]); api = NbGraderAPI(app.coursedir, parent=app)\n"
        "for student in ('full', 'half', 'none'):\n"
        "    done = api.autograde('ps1', student)\n"
        "    assert done['success'], done\n"
        "    assert '1 graded' in done['log'], done\n"
    )
    (course / "press.py").write_text(press)
    call(course, "press")
    assert scores(course) == first
    assert "feedback made for 3 students" in call(course, "autograder", "feedback", "ps1").stdout
    pages = {path.parts[-3]: path.read_text() for path in (course / "feedback").glob("*/ps1/p1.html")}
    assert set(pages) == {"full", "half", "none"}
    for page in pages.values():
        plain = re.sub(r"<[^>]*>", "", page)
        assert "HIDDEN TESTS" not in plain
        assert "square(-3)" not in plain
    assert "negative numbers too" in pages["half"], "the message of a hidden assert is its hint"
    assert "<b>Ada Lovelace (half)</b>, ps1" in pages["half"]
    assert "Handed in Sun 2026-02-01 18:30 Europe/Berlin. Graded " in pages["half"]
    assert "<b>full</b>, ps1" in pages["full"]
    assert "Handed in" not in pages["full"]
    call(course, "nbgrader", "export", "--to", "out.csv")
    assert len((course / "out.csv").read_text().splitlines()) == 4


@pytest.mark.upstream
def test_its_own_suite_differs_where_we_say_and_nowhere_else(tmp_path: Path) -> None:
    needs.sandbox()
    plug = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom autograder.plugin.autograde import install\ninstall()\n"
    )
    (tmp_path / "plug.py").write_text(plug)
    suite = PACKAGE / "tests" / "apps" / "test_nbgrader_autograde.py"
    words = ["-m", "pytest", "-p", "plug", "-p", "no:cacheprovider", "-o", "addopts=", "-q", "-rf", str(suite)]
    tools_on_path()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    failed = set(re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE))
    assert failed == set(DIFFERENT), done.stdout[-3000:]
    assert re.search(r"\b(2[89]|3\d) passed", done.stdout)


def test_a_path_for_a_name_is_refused_and_leaves_no_assignment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    hand_in(course, "full", "ps1/p1", own_answers())
    monkeypatch.chdir(course)
    with pytest.raises(NbGraderException, match="a path, not the name of an assignment; say ps1"):
        _run(course, "ps1/")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        assert [found.name for found in gradebook.assignments] in ([], ["ps1"])


@pytest.mark.usefixtures("in_sandbox")
def test_export_is_nbgraders_but_for_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    for student in ("full", "none"):
        path = hand_in(course, student, "ps1/p1", own_answers() if student == "full" else own_answers("", "", ""))
        (path.parent / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    monkeypatch.chdir(course)
    _run(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        gradebook.add_student("absent")
        written = []
        for kind in (CsvExportPlugin, QuotedCsv):
            plugin = kind()
            plugin.to = f"{kind.__name__}.csv"
            plugin.export(gradebook)
            written.append(Path(plugin.to).read_text())
        assert written[0] == written[1]
        assert written[1].count("\n") == 4
        gradebook.add_student("Doe, Jane", first_name="Jane", last_name="Doe")
        plugin.export(gradebook)
    with open(plugin.to, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["score"] for row in rows if row["student_id"] == "Doe, Jane"] == ["0.0"]


def test_what_lies_beside_a_submission_is_told_and_does_no_harm(tmp_path: Path) -> None:
    """A time stamp that is none, feedback from before, and a folder that no assignment is called like."""
    needs.sandbox()
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()})
    path = hand_in(course, "late", "ps1/p1", own_answers())
    (path.parent / "timestamp.txt").write_text("yesterday-ish")
    (path.parent / "submission_secret.txt").write_text("came through the exchange")
    (course / "submitted" / "typo" / "ps11").mkdir(parents=True)
    done = call(course, "autograder", "grade", "ps1", "--jobs", "1")
    said = done.stdout + done.stderr
    assert "holds no time ('yesterday-ish')" in said
    assert "No assignment has any of these names: typo/ps11." in said
    assert "feedback" not in said
    for made in ("feedback made for 1 student", "1 student had it already"):
        # nbgrader takes good feedback away where the second run stumbles
        assert made in call(course, "nbgrader", "generate_feedback", "ps1").stderr
    assert (course / "feedback" / "late" / "ps1" / "p1.html").exists()
    said = call(course, "autograder", "grade", "ps1", "--jobs", "1", "--force").stdout
    assert "feedback of 1 student is out of date: autograder feedback ps1\n" in said
    assert "feedback made for 1 student.\n" in call(course, "autograder", "feedback", "ps1").stdout
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    call(course, "nbgrader", "release_feedback", "ps1", f"--Exchange.root={exchange}")
    assert len(list(exchange.glob("*/feedback/*.html"))) == 1
