"""A feedback page is out of date as soon as what it shows has changed, and only then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from tests.course_runs import run
from tests.grading_tools import hand_in, own_answers

OLD = "The feedback of 1 student is out of date: autograder feedback ps1"
ROSTER = 'Student,ID,SIS Login ID,Section,PS1 (7)\n    Points Possible,,,,6\n"Full, A.",1,full,1,\n'


@pytest.fixture
def late(own: Path) -> Path:
    """A graded course with feedback; one student is 25 hours late, which costs a quarter of the points."""
    stamp = own / "submitted/full/ps1/timestamp.txt"
    stamp.write_text("2026-03-02 10:00:00 UTC")
    for words in (["due", "ps1", "2026-03-01 12:00", "--timezone", "UTC"], ["late", "--penalty", "25%"]):
        assert main(words) == 0
    assert not run().stale
    assert main(["feedback", "ps1"]) == 0
    return own


def _page(course: Path) -> str:
    return (course / "feedback/full/ps1/p1.html").read_text(encoding="utf-8")


def _made(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["feedback", "ps1"]) == 0
    return capsys.readouterr().out


def _penalty(course: Path) -> None:
    assert main(["late", "--penalty", "50%"]) == 0


def _in_time(course: Path) -> None:
    (course / "submitted/full/ps1/timestamp.txt").write_text("2026-03-01 11:00:00 UTC")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (_penalty, ("2</b> of", "(2 taken off for being late)", "Handed in Mon 2026-03-02 10:00 UTC")),
        (_in_time, ("4</b> of", "Handed in Sun 2026-03-01 11:00 UTC")),
    ],
)
def test_lateness_alone_makes_a_page_old(
    late: Path, change: Callable[[Path], None], shown: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Grading says so, and feedback makes just this page anew."""
    assert "(1 taken off for being late)" in _page(late)
    assert "feedback made for 0 students" in _made(capsys), "nothing has changed yet"
    change(late)
    summary = run()
    assert (summary.graded, summary.late) == (0, 1)
    assert f"  {OLD}" in summary.lines()
    assert "feedback made for 1 student;" in _made(capsys)
    assert all(piece in _page(late) for piece in shown)
    assert "1 taken off" not in _page(late)
    assert not run().stale
    assert "feedback made for 0 students" in _made(capsys)


def test_grades_and_comments_by_hand_need_no_force(late: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Gradebook(f"sqlite:///{late}/gradebook.db", "tests") as gradebook:
        notebook = gradebook.find_submission_notebook("p1", "ps1", "full")
        grade, comment = notebook.grades[0], notebook.comments[0]
        comment.manual_comment = "Well thought out."
        gradebook.db.commit()
        assert "feedback made for 1 student;" in _made(capsys)
        assert "Well thought out." in _page(late)
        grade.manual_score = 0.25
        gradebook.db.commit()
    assert "feedback made for 1 student;" in _made(capsys)
    assert "given by a person" in _page(late)


def test_a_zip_with_old_pages_is_told_of(late: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (late / "roster.csv").write_text(ROSTER, encoding="utf-8")
    words = ["export", "ps1", "--for", "canvas", "--feedback", "fb.zip"]
    assert main(words) == 0
    assert "out of date" not in capsys.readouterr().err
    _penalty(late)
    run()
    assert main(words) == 0
    assert f"{OLD}, then export again.\n" in capsys.readouterr().err


def test_the_end_of_a_page_is_the_graders(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mark that a student writes into an answer counts for nothing."""
    hand_in(own, "full", "ps1/p1", own_answers(square="    return x * x  # <!-- made from 0123 -->"))
    run()
    assert "made for" in _made(capsys)
    assert _page(own).count("<!-- made from ") == 1
    assert "feedback made for 0 students" in _made(capsys)
