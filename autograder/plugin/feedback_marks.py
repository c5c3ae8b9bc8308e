"""What each feedback page was made from, as a mark at its end, and which pages the gradebook has left behind."""

from __future__ import annotations

import glob
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from autograder.batch.fingerprints import digest_of
from autograder.deadlines.lateness import late_days
from autograder.deadlines.toml_file import Deadlines
from autograder.gradebook.submitted import coursedir_path
from autograder.wording import plural

_MARK = re.compile(rb"<!-- made from ([0-9a-f]+) -->\s*\Z")
_LONGEST = 200  # bytes at the end of a page that hold the mark


class Shown:
    """What the pages of an assignment have to show: each student's lateness, points and comments in the gradebook."""

    def __init__(self, coursedir: CourseDirectory, gradebook: Gradebook, deadlines: Deadlines, assignment: str) -> None:
        self._assignment, self._zone = assignment, deadlines.zone
        self.late = {name: str(late) for name, late in late_days(coursedir, gradebook, deadlines, assignment).items()}
        self.handed_in: dict[str, str] = {}
        self._facts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for read in (self._read_notebooks, self._read_grades, self._read_comments):
            read(gradebook)

    def digest(self, student: str, notebook: str) -> str:
        """Return the digest of what a page shows."""
        facts = self._facts[student, notebook]
        return digest_of(self.handed_in.get(student, ""), self.late.get(student, ""), *sorted(facts))

    def is_behind(self, page: Path, graded: Path, student: str) -> bool:
        """Whether a page is there and shows something else, or is from before its notebook was graded the last time."""
        if not page.is_file():
            return False
        older = graded.is_file() and page.stat().st_mtime_ns < graded.stat().st_mtime_ns
        return older or _mark_of(page) != self.digest(student, page.stem)

    def _read_notebooks(self, gradebook: Gradebook) -> None:
        one, other = SubmittedNotebook, SubmittedAssignment
        for student, notebook, penalty, stamp in self._rows(gradebook, one.late_submission_penalty, other.timestamp):
            self._facts[student, notebook].append(repr(("late", float(penalty or 0.0))))
            if stamp is not None:
                self.handed_in[student] = in_zone(stamp.replace(tzinfo=UTC).timestamp(), self._zone)

    def _read_grades(self, gradebook: Gradebook) -> None:
        some = Grade
        columns = (some.auto_score, some.manual_score, some.extra_credit, some.max_score, some.needs_manual_grade)
        for student, notebook, cell, *values in self._rows(gradebook, BaseCell.name, *columns, of=some):
            numbers = [None if value is None else float(value) for value in values]
            self._facts[student, notebook].append(repr(("grade", cell, numbers)))

    def _read_comments(self, gradebook: Gradebook) -> None:
        columns = (BaseCell.name, Comment.auto_comment, Comment.manual_comment)
        for student, notebook, cell, *said in self._rows(gradebook, *columns, of=Comment):
            if any(said):
                self._facts[student, notebook].append(repr(("comment", cell, said)))

    def _rows(self, gradebook: Gradebook, *columns: Any, of: Any = None) -> Iterator[Any]:
        """Return student, notebook and the columns; one row for each grade or comment where these are asked for."""
        one, other = SubmittedNotebook, SubmittedAssignment
        wanted = (
            select(other.student_id, Notebook.name.label("notebook"), *columns)
            .select_from(one)
            .join(Notebook, Notebook.id == one.notebook_id)
            .join(other, other.id == one.assignment_id)
            .join(Assignment, Assignment.id == other.assignment_id)
            .where(Assignment.name == self._assignment)
        )
        if of is not None:
            wanted = wanted.join(of, of.notebook_id == one.id).join(BaseCell, BaseCell.id == of.cell_id)
        found: Iterator[Any] = gradebook.db.execute(wanted)
        return found


def marked(page: str, digest: str) -> str:
    """Return a page with the mark of what it was made from."""
    return f"{page.rstrip()}\n<!-- made from {digest} -->\n"


def behind(coursedir: CourseDirectory, gradebook: Gradebook, deadlines: Deadlines, assignment: str) -> list[str]:
    """Return the students with a feedback page that no longer shows what the gradebook holds."""
    folders = coursedir_path(coursedir, coursedir.feedback_directory).glob(f"[!.]*/{glob.escape(assignment)}")
    pages = sorted(page for folder in folders for page in folder.glob("*.html"))
    if not pages:
        return []
    shown = Shown(coursedir, gradebook, deadlines, assignment)
    autograded = coursedir_path(coursedir, coursedir.autograded_directory)
    found = set()
    for page in pages:
        student = page.parent.parent.name
        graded = autograded / student / assignment / f"{page.stem}.ipynb"
        if shown.is_behind(page, graded, student):
            found.add(student)
    return sorted(found)


def make_again(count: int, assignment: str) -> str:
    """Say that pages are out of date, and which command makes them again."""
    return f"The feedback of {plural(count, 'student')} is out of date: autograder feedback {assignment}"


def in_zone(seconds: float, zone: Any) -> str:
    """Return a time as pages show it."""
    return f"{datetime.fromtimestamp(seconds, zone):%a %Y-%m-%d %H:%M} {zone}"


def _mark_of(page: Path) -> str:
    """Return the digest that a page was made from; nothing where it says none."""
    try:
        with page.open("rb") as file:
            file.seek(max(0, page.stat().st_size - _LONGEST))
            found = _MARK.search(file.read())
    except OSError:
        return ""
    return found[1].decode() if found else ""
