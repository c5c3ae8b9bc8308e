"""A course with exercises of ours in one process: what a change regrades, seeds, the report, what cannot be written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.converters import NbGraderException

from autograder.batch import fingerprints
from autograder.batch import run as run_module
from autograder.course.layout import RELEASE
from barprop.judging import judge as judge_module
from tests.course_runs import run, totals
from tests.grading_tools import (
    ASSIGNMENT,
    cell_of,
    hand_in,
    make_course,
    own_answers,
    own_source,
    put,
    scores,
    solved,
    text_of,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def ours(tmp_path: Path, jobs: list, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with notebook 01, three students."""
    from autograder.course.authored import materialise
    from autograder.course.layout import SOURCE

    materialise()
    course = make_course(tmp_path / "course", {}, plugged=False)
    shutil.copytree(SOURCE / ASSIGNMENT, course / "source" / ASSIGNMENT, ignore=shutil.ignore_patterns("*.py"))
    shutil.copytree(RELEASE / ASSIGNMENT, course / "release" / ASSIGNMENT)
    name = f"{ASSIGNMENT}/forward_graph"
    hand_in(course, "ada", name, solved())
    wrong = solved()
    next(c for c in wrong["cells"] if text_of(c).startswith("def relu"))["source"] = "def relu(z):\n    return z"
    hand_in(course, "bob", name, wrong)
    hand_in(course, "cyd", name, json.loads((RELEASE / f"{name}.ipynb").read_text()))
    monkeypatch.chdir(course)
    return course


def test_the_courses_own_notebook(ours: Path) -> None:
    before = {path: path.read_bytes() for path in (ours / "release").rglob("*") if path.is_file()}
    run(ASSIGNMENT)
    got = totals(ours)
    assert (got["ada"], got["cyd"]) == (15.0, 0.0)
    assert 14.0 <= got["bob"] < 15.0
    assert {path: path.read_bytes() for path in (ours / "release").rglob("*") if path.is_file()} == before
    for path in (ours / "autograded").rglob("*.ipynb"):
        text = path.read_text()
        assert "HIDDEN TESTS" not in text
        assert "autograder.cell" not in text
        nbformat.validate(nbformat.reads(text, as_version=4))


def test_a_changed_exercise_regrades_only_what_it_touches(
    ours: Path, jobs: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ASSIGNMENT)
    tried: list[tuple[str, str]] = []
    real_key, real = fingerprints.exercise_key, judge_module.evaluate
    monkeypatch.setattr(
        fingerprints, "exercise_key", lambda name: real_key(name) + ("changed" if name == "relu" else "")
    )
    monkeypatch.setattr(judge_module, "evaluate", lambda e, *rest: tried.append(e.name) or real(e, *rest))
    held = scores(ours)
    assert run(ASSIGNMENT).graded == 3
    assert set(tried) == {"relu"}
    assert scores(ours) == held
    assert run(ASSIGNMENT).current == 3


def test_seeds_differ_by_student_and_stay_in_a_regrade(ours: Path, jobs: list) -> None:
    run(ASSIGNMENT)
    run(ASSIGNMENT, force=True)
    seeds = [(job.student, tuple(job.seed_of("relu"))) for job in jobs]
    assert len(seeds) == 6
    assert len(set(seeds)) == 3
    assert len({seed for _, seed in seeds}) == 3
    assert jobs[0].seed_of("relu") != jobs[0].seed_of("linear")


def test_what_one_assignment_hands_out_is_absent_from_others(own: Path, jobs: list) -> None:
    put(own / "source/ps2/p1.ipynb", own_source())
    (own / "source/ps2/network.npz").write_bytes(b"weights")
    hand_in(own, "full", "ps2/p1", own_answers())
    run("ps1")
    assert not any(job.plan.files for job in jobs)
    run("ps2")
    assert jobs[-1].plan.files == {"network.npz": b"weights"}


def test_the_report_reads_it_all(ours: Path, capsys: pytest.CaptureFixture) -> None:
    from autograder import __main__ as main

    run(ASSIGNMENT)
    document = solved()
    document["cells"].remove(cell_of(document, "linear"))
    hand_in(ours, "dan", f"{ASSIGNMENT}/forward_graph", document)
    hand_in(ours, "eve", f"{ASSIGNMENT}/forward_graph", {"no": "cells"})
    document = solved()
    cell_of(document, "linear")["source"] = "def linear(w, x):\n    return [1.0]"
    hand_in(ours, "fay", f"{ASSIGNMENT}/forward_graph", document)
    run(ASSIGNMENT)
    assert main.main(["report", ASSIGNMENT, "--html", "r.html", "--csv", "r.csv", "--json", "r.json"]) == 0
    said = capsys.readouterr().out
    assert "The cell is missing or could not be read: 1 exercise, 1 point lost in all. 1 student: linear." in said
    assert "20 % of the class (1 of 5): another type or shape" in said
    assert "dan: The cell for linear is missing" in said
    assert "eve: " in said
    assert "Waiting for a person" in said
    assert Path("r.html").read_text().count("<circle") == 5
    assert len(json.loads(Path("r.json").read_text())["assignments"][0]["students"]) == 6
    assert len(Path("r.csv").read_text().splitlines()) == 7
    assert main.main(["export", "--to", "g.csv"]) == 0
    assert len(Path("g.csv").read_text().splitlines()) == 7
    assert main.main(["export", "--to", "x.csv", "--exercises"]) == 0
    assert Path("x.csv").read_text() == Path("r.csv").read_text()
    assert main.main(["report", "nothing"]) == 2
    assert main.main(["export", "nothing"]) == 2
    assert main.main(["grade", "--jobs", "0"]) == 2
    assert main.main(["grade", "nothing"]) == 2
    assert main.main(["feedback", "nothing"]) == 2
    assert main.main(["feedback", "--student", "dann"]) == 2
    assert "Did you mean dan?" in capsys.readouterr().err
    assert main.main(["grade", ASSIGNMENT, "a/b"]) == 2


def test_who_is_in_quarantine_is_graded_once_and_named_every_time(ours: Path) -> None:
    hand_in(ours, "eve", f"{ASSIGNMENT}/forward_graph", {"no": "cells"})
    run(ASSIGNMENT)
    again = run(ASSIGNMENT)
    assert again.graded == 0
    assert [r.student for r in again.quarantined] == ["eve"]


@pytest.mark.parametrize("command", ["report", "export"])
def test_reading_makes_no_gradebook(command: str, tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture) -> None:
    from autograder import __main__ as main

    monkeypatch.chdir(tmp_path)
    assert main.main([command]) == 2
    assert "There is no gradebook" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_no_submission_holds_up_the_others(own: Path) -> None:
    """Names that autograded/ needs itself, and a time stamp that stops the reader in a way of its own."""
    (own / "submitted/half/ps1/timestamp.txt").write_text("9" * 40 + "h")
    full = own / "submitted/full/ps1"
    (full / "p1.ipynb").rename(full / "mine.ipynb")
    (full / "p1.ipynb").mkdir()
    (full / "p1.ipynb" / "x.txt").write_text("in the way")
    (full / "data.txt").mkdir()
    (full / "data.txt" / "y.txt").write_text("in the way, too")
    (own / "source/ps1/data.txt").write_text("handed out")
    assert run().graded == 4
    assert totals(own) == {"full": 4.0, "half": 1.0, "blank": 0.0, "broken": 0.0}
    assert (own / "autograded/full/ps1/p1.ipynb").is_file()
    assert (own / "autograded/full/ps1/data.txt").read_text() == "handed out"
    assert not list((own / "autograded").glob("*/.grading-*"))


def test_what_cannot_be_written_is_told_and_the_run_goes_on(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = run_module.write_folder

    def full_disk(target: Path, *rest: Any) -> None:
        if "half" in str(target):
            raise OSError(28, "No space left on device")
        real(target, *rest)

    monkeypatch.setattr(run_module, "write_folder", full_disk)
    with pytest.raises(NbGraderException, match="not written: 1"):
        run()
    assert totals(own)["full"] == 4.0
    monkeypatch.undo()
    monkeypatch.chdir(own)
    assert run().reused == 1
