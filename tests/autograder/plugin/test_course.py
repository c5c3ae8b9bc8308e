"""A whole course in one process: journal, gradebook, autograded/, what survives and what is graded anew."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException

from autograder.batch import run as run_module
from autograder.batch.journal import Journal
from autograder.batch.pool import WorkerPool
from autograder.scoring.grade import grade_submission
from autograder.scoring.not_graded import refused
from autograder.submission.read_folder import read_submission
from tests.course_runs import run, totals
from tests.grading_tools import FakeSession, cell_of, hand_in, make_course, own_answers, own_source, put, scores

pytestmark = pytest.mark.slow


def test_an_edited_release_takes_no_points(own: Path) -> None:
    """An instructor tried the exercises in the released notebook; students who wrote the same still get their points."""
    run()
    before = totals(own)
    put(own / "release/ps1/p1.ipynb", own_answers())
    summary = run(force=True)
    assert totals(own) == before
    assert any("changed since it was generated" in notice and "square" in notice for notice in summary.notices)


def test_cells_that_came_after_grading_need_another_gradebook(own: Path) -> None:
    """nbgrader generates changed tests again, but refuses other cells, and deletes the released notebook before."""
    run()
    source = own_source()
    cell_of(source, "test_square")["source"] += "\nassert square(1) == 1"
    put(own / "source/ps1/p1.ipynb", source)
    assert "To use the new one: nbgrader generate_assignment ps1 --force, and grade again." in run().notices[-1]
    again = copy.deepcopy(cell_of(source, "test_square"))
    again["metadata"]["nbgrader"]["grade_id"] = "test_more"
    source["cells"].append(again)
    put(own / "source/ps1/p1.ipynb", source)
    missing, said = run().notices  # this course has no released notebook either
    assert "To use the new one, set gradebook.db aside first: ps1 has grades" in said
    assert "To make it again, set gradebook.db aside first: ps1 has grades" in missing
    assert said.index("aside first") < said.index("nbgrader generate_assignment")


def test_scores_comments_and_review(own: Path) -> None:
    summary = run()
    assert summary.graded == 4
    assert totals(own) == {"full": 4.0, "half": 1.0, "blank": 0.0, "broken": 0.0}
    held = scores(own)
    assert held["full", "ps1", "p1", "test_square"] == (2.0, None, False, 2.0)
    assert held["full", "ps1", "p1", "essay"] == (None, None, True, 0.0)
    assert held["blank", "ps1", "p1", "essay"] == (0.0, None, False, 0.0)
    assert held["blank", "ps1", "p1", "square", "comment"] == ("No response.", None)
    assert held["full", "ps1", "p1", "square", "comment"] == (None, None)
    assert held["broken", "ps1", "p1", "test_square"] == (0.0, None, True, 0.0), "a person is asked to look"
    assert [r.student for r in summary.quarantined] == ["broken"]
    made = nbformat.read(own / "autograded/broken/ps1/p1.ipynb", as_version=4)
    assert "cannot be read" in made.cells[0].source


def test_a_second_run_does_nothing(own: Path, jobs: list) -> None:
    run()
    before, held = len(jobs), scores(own)
    stamps = {path: path.stat().st_mtime_ns for path in (own / "autograded").rglob("*.ipynb")}
    summary = run()
    assert (summary.graded, summary.reused, summary.current) == (0, 0, 4)
    assert len(jobs) == before
    assert scores(own) == held
    assert {path: path.stat().st_mtime_ns for path in (own / "autograded").rglob("*.ipynb")} == stamps


@pytest.mark.parametrize("lost", ["gradebook.db", "autograded", ".grading/journal"])
def test_what_was_lost_is_made_again(own: Path, jobs: list, lost: str) -> None:
    run()
    held = scores(own)
    path = own / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    summary = run()
    assert (summary.reused, summary.graded) == ((0, 4) if "journal" in lost else (4, 0))
    assert scores(own) == held
    assert (own / "autograded/full/ps1/p1.ipynb").exists()


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"format": 1}', '{"format": 1, "notebooks": [{"grades": 3}]}'])
def test_rubbish_in_the_journal_is_graded_again(own: Path, jobs: list, rubbish: str) -> None:
    run()
    held = scores(own)
    for path in (own / ".grading/journal").glob("*.json"):
        path.write_text(rubbish)
    assert run().graded == 4
    assert scores(own) == held


def test_another_submission_is_graded_anew_and_no_other(own: Path, jobs: list) -> None:
    run()
    before = len(jobs)
    hand_in(own, "half", "ps1/p1", own_answers(half="    return x // 2"))
    assert run().graded == 1
    assert [job.student for job in jobs[before:]] == ["half"]
    assert totals(own)["half"] == 3.0


def configure(course: Path, lines: str) -> None:
    """Add to a course's configuration."""
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(lines)


def test_manual_grades_comments_extra_credit_and_penalties_survive(own: Path) -> None:
    (own / "submitted/half/ps1/timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    configure(own, "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{own}/gradebook.db", "tests") as gradebook:
        gradebook.add_assignment("ps1", duedate="2026-03-01 12:00:00 UTC")
    run()
    where = ("half", "ps1", "p1")
    assert scores(own)[where] == ("2026-03-02 12:00:00", 1.0)
    with Gradebook(f"sqlite:///{own}/gradebook.db", "tests") as gradebook:
        grade = gradebook.find_grade("test_square", "p1", "ps1", "half")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.5, False
        gradebook.find_comment("square", "p1", "ps1", "half").manual_comment = "Nearly."
        gradebook.db.commit()
    held = scores(own)
    summary = run()
    assert (summary.current, summary.late) == (4, 1)
    held[where] = ("2026-03-02 12:00:00", 3.0)
    assert scores(own) == held, "an unchanged submission leaves a person's work alone; the penalty follows the score"
    run(force=True)
    held = scores(own)
    assert held[*where, "test_square"] == (0.0, 1.5, True, 2.0), "graded anew: kept, and asks for review as in nbgrader"
    assert held[*where, "square", "comment"] == (None, "Nearly.")
    assert held[where] == ("2026-03-02 12:00:00", 3.0), "the penalty follows the score"


def test_lateness_follows_the_stamp_and_the_due_date(own: Path) -> None:
    """Neither is part of what is graded, so that nothing is run again."""
    stamp, where = own / "submitted/full/ps1/timestamp.txt", ("full", "ps1", "p1")
    configure(own, "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    stamp.write_text("2026-03-02 12:00:00 UTC")
    run()
    assert scores(own)[where] == ("2026-03-02 12:00:00", None)
    with Gradebook(f"sqlite:///{own}/gradebook.db", "tests") as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2026-03-01 12:00:00 UTC")
    assert (run().late, run().late) == (1, 0)
    assert scores(own)[where] == ("2026-03-02 12:00:00", 4.0)
    stamp.write_text("2026-02-28 12:00:00 UTC")
    assert run().late == 1
    assert scores(own)[where] == ("2026-02-28 12:00:00", None)
    stamp.write_text("2026-03-03 12:00:00 UTC")
    run()
    stamp.unlink()
    assert run().late == 0, "no stamp says nothing; the gradebook's stays"
    stamp.write_text("not a time")
    run()
    assert scores(own)[where] == ("None", None)


def test_a_bad_timestamp_is_told_and_counts_nothing(own: Path) -> None:
    (own / "submitted/full/ps1/timestamp.txt").write_text("yesterday, I think")
    summary = run()
    assert any("holds no time" in why for why in summary.skipped)
    assert totals(own)["full"] == 4.0


def test_a_timestamp_that_is_still_to_come_is_told(own: Path) -> None:
    (own / "submitted/full/ps1/timestamp.txt").write_text("2099-03-02 12:00:00 UTC")
    (own / "submitted/half/ps1/timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    assert [why.split(";")[0] for why in run().skipped] == [
        "full: timestamp.txt says 2099-03-02, which is still to come"
    ]


def test_no_submission_and_no_assignment_are_sentences(own: Path) -> None:
    with pytest.raises(NbGraderException, match="There are submissions of ps1"):
        run("ps2")
    hand_in(own, "full", "ps3/p1", own_answers())
    with pytest.raises(NbGraderException, match="No assignment called 'ps3' exists: there is ps1"):
        run("ps3")


def test_another_kernel_is_a_sentence(own: Path) -> None:
    source = own_source()
    source["metadata"]["kernelspec"] = {"display_name": "R", "language": "R", "name": "ir"}
    put(own / "source/ps1/p1.ipynb", source)
    with pytest.raises(NbGraderException, match="only Python notebooks"):
        run()


def test_no_execute_is_refused(own: Path) -> None:
    configure(own, "\nc.Execute.enabled = False\n")
    with pytest.raises(NbGraderException, match="would trust the outputs"):
        run()


def test_an_empty_folder_is_passed_over(own: Path) -> None:
    (own / "submitted/nobody/ps1").mkdir(parents=True)
    summary = run()
    assert any("nobody" in why for why in summary.skipped)
    assert "nobody" not in totals(own)
    assert not (own / "autograded/nobody").exists()


def test_a_job_that_is_lost_counts_0_asks_a_person_and_is_tried_again(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = WorkerPool.run
    monkeypatch.setattr(WorkerPool, "run", lambda _, jobs: (refused(job, "It broke.", again=True) for job in jobs))
    with pytest.raises(NbGraderException, match="Not graded or not written: 4"):
        run()
    assert set(totals(own).values()) == {0.0}
    assert all(row[2] for where, row in scores(own).items() if len(where) == 4)  # a person is asked
    monkeypatch.setattr(WorkerPool, "run", honest)
    assert run().graded == 4
    assert max(totals(own).values()) > 0
    assert run().current == 4


def test_files_go_along_but_no_link_and_no_pipe(own: Path) -> None:
    folder = own / "submitted/full/ps1"
    put(own / "source/ps1/p1.ipynb", own_source())
    (own / "source/ps1/data.csv").write_text("given")
    (folder / "data.csv").write_text("changed")
    (folder / "notes").mkdir()
    (folder / "notes/helper.py").write_text("x = 1")
    (folder / "notes/measured.csv").write_text("1,2")
    (own / "secret.txt").write_text("the gradebook's password")
    (folder / "link.txt").symlink_to(own / "secret.txt")
    (folder / "other.ipynb").symlink_to(own / "source/ps1/p1.ipynb")
    (folder / "folder").symlink_to(own, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    (folder / "folder.ipynb").mkdir()
    (folder / "\udcff odd\n.txt").write_text("odd")
    summary = run()
    assert summary.graded == 4
    assert totals(own)["full"] == 4.0
    made = own / "autograded/full/ps1"
    assert (made / "data.csv").read_text() == "given"
    assert (made / "notes/measured.csv").read_text() == "1,2"
    found = {str(path.relative_to(made)) for path in made.rglob("*")}
    assert found == {"data.csv", "notes", "notes/measured.csv", "p1.ipynb"}
    assert "password" not in "".join(p.read_text() for p in made.rglob("*") if p.is_file())
    record = next(r for r in Journal(own / ".grading/journal").all() if r.student == "full")
    told = " ".join(record.notes)
    for word in ("link.txt", "other.ipynb", "folder", "pipe", "folder.ipynb", "? odd?.txt", "notes/helper.py"):
        assert word in told


def test_what_is_written_is_what_was_graded(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student hands in again in the middle of the run: each submission is read once, also where nothing is new."""
    data = own / "submitted/full/ps1/data.csv"
    data.write_text("first")
    reads: list[str] = []

    def read(folder: Path, ignore: list[str]) -> Any:
        reads.append(folder.parent.name)
        return read_submission(folder, ignore)

    def run_and_replace(_: WorkerPool, waiting: Any) -> Iterator[Any]:
        for job in waiting:
            if job.student == "full":
                data.write_text("second")
            yield grade_submission(job, lambda _: FakeSession())

    monkeypatch.setattr(run_module, "read_submission", read)
    monkeypatch.setattr(WorkerPool, "run", run_and_replace)
    assert run().graded == 4
    assert (own / "autograded/full/ps1/data.csv").read_text() == "first"
    assert sorted(reads) == ["blank", "broken", "full", "half"]
    assert run().graded == 1  # the one that changed
    assert (own / "autograded/full/ps1/data.csv").read_text() == "second"
    assert len(reads) == 8


def test_a_submission_folder_that_is_a_link_is_not_followed(own: Path) -> None:
    (own / "submitted/thief").mkdir()
    (own / "submitted/thief/ps1").symlink_to(own / "submitted/full/ps1", target_is_directory=True)
    summary = run()
    assert "thief" in {r.student for r in summary.quarantined}
    assert totals(own)["thief"] == 0.0


def test_one_of_two_notebooks(tmp_path: Path, jobs: list, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(tmp_path / "c", {"ps1/p1": own_source(), "ps1/p2": own_source()}, plugged=False)
    hand_in(course, "ada", "ps1/p1", own_answers())
    monkeypatch.chdir(course)
    run()
    held = scores(course)
    assert held["ada", "ps1", "p2", "test_square"] == (0.0, None, False, 0.0), "nothing to review, as in nbgrader"
    assert not (course / "autograded/ada/ps1/p2.ipynb").exists()
    hand_in(course, "ada", "ps1/p2", own_answers())
    run(notebook_id="p2")
    assert scores(course)["ada", "ps1", "p2", "test_square"][0] == 2.0
    assert {p.name for p in (course / "autograded/ada/ps1").iterdir()} == {"p1.ipynb", "p2.ipynb"}
    with pytest.raises(NbGraderException, match="it has p1, p2"):
        run(notebook_id="p3")
