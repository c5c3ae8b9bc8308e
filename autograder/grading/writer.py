"""The one writer: records into autograded/ and nbgrader's gradebook, one submission in one piece.

It writes what nbgrader's SaveAutoGrades and AssignLatePenalties write, in their tables and with their
meaning: manual grades, comments, extra credit and extensions stay; a grade that a person had given and
whose submission was graded anew asks for review.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.exc import OperationalError

from autograder.grading.intake import Submission
from autograder.grading.record import Grade, NotebookRecord, Record

_BATCH_SECONDS = 0.5  # so long a transaction may gather submissions
_TRIES = 8  # how often a locked database is asked again
Penalty = Callable[[str, float, float], float | None]

STUDENT: Table = api.Student.__table__
ASSIGNMENT: Table = api.Assignment.__table__
NOTEBOOK: Table = api.Notebook.__table__
CELL: Table = api.BaseCell.__table__
SUBMITTED: Table = api.SubmittedAssignment.__table__
SUBMITTED_NOTEBOOK: Table = api.SubmittedNotebook.__table__
GRADE: Table = api.Grade.__table__
COMMENT: Table = api.Comment.__table__


class GradebookWriter:
    """Writes the records of one assignment; a context manager, which commits at its end.

    Parameters
    ----------
    penalty : (student, score, seconds late) -> points taken off, None without any.
    """

    def __init__(self, gradebook: api.Gradebook, assignment: str, penalty: Penalty | None = None) -> None:
        self.db, self.penalty = gradebook.db, penalty
        found = self.db.execute(select(ASSIGNMENT.c.id, ASSIGNMENT.c.duedate).where(ASSIGNMENT.c.name == assignment))
        self.assignment, self.duedate = found.one()
        rows = select(NOTEBOOK.c.name, NOTEBOOK.c.id).where(NOTEBOOK.c.assignment_id == self.assignment)
        self.notebooks: dict[str, str] = dict(self.db.execute(rows).all())
        self.cells: dict[str, list[tuple[str, str, str]]] = {name: [] for name in self.notebooks}
        names = {number: name for name, number in self.notebooks.items()}
        wanted = select(CELL.c.id, CELL.c.name, CELL.c.type, CELL.c.notebook_id).where(CELL.c.notebook_id.in_(names))
        for number, name, kind, notebook in self.db.execute(wanted):
            self.cells[names[notebook]].append((number, name, kind))
        self._since = time.monotonic()
        self._gathered: list[tuple[Record, datetime | None]] = []  # written, not yet committed

    def __enter__(self) -> GradebookWriter:
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            self.commit()
        else:
            self.db.rollback()

    def scores(self) -> dict[str, dict[tuple[str, str], float | None]]:
        """What the gradebook holds: student -> (notebook, grade_id) -> automatic score."""
        found: dict[str, dict[tuple[str, str], float | None]] = {}
        wanted = (
            select(SUBMITTED.c.student_id, NOTEBOOK.c.name, CELL.c.name, GRADE.c.auto_score)
            .join(SUBMITTED_NOTEBOOK, SUBMITTED_NOTEBOOK.c.assignment_id == SUBMITTED.c.id)
            .join(NOTEBOOK, NOTEBOOK.c.id == SUBMITTED_NOTEBOOK.c.notebook_id)
            .join(GRADE, GRADE.c.notebook_id == SUBMITTED_NOTEBOOK.c.id)
            .join(CELL, CELL.c.id == GRADE.c.cell_id)
            .where(SUBMITTED.c.assignment_id == self.assignment)
        )
        for student, notebook, cell, score in self.db.execute(wanted):
            found.setdefault(student, {})[notebook, cell] = score
        return found

    def write(self, record: Record, timestamp: datetime | None = None) -> None:
        """Write one record. Committed together with its neighbours, at most half a second later."""
        self._gathered.append((record, timestamp))
        self._insist(lambda: self._write(record, timestamp))
        if time.monotonic() - self._since > _BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make everything written so far last."""
        self._insist(lambda: None, commit=True)
        self._gathered.clear()
        self._since = time.monotonic()

    def _insist(self, act: Callable[[], None], commit: bool = False) -> None:
        """Do it; where somebody else has the database locked, everything not yet committed, again."""
        for attempt in range(_TRIES):
            try:
                act()
                if commit:
                    self.db.commit()
                return
            except OperationalError:
                self.db.rollback()
                if attempt == _TRIES - 1:
                    raise
                time.sleep(0.1 * 2**attempt)
                act = self._write_gathered

    def _write_gathered(self) -> None:
        for record, timestamp in self._gathered:
            self._write(record, timestamp)

    def _write(self, record: Record, timestamp: datetime | None) -> None:
        submission, extension = self._submission(record.student, timestamp)
        late = 0.0
        if timestamp is not None and self.duedate is not None:
            due = self.duedate + extension if extension else self.duedate
            late = max(0.0, (timestamp - due).total_seconds())
        rows = select(SUBMITTED_NOTEBOOK.c.notebook_id, SUBMITTED_NOTEBOOK.c.id)
        found = self.db.execute(rows.where(SUBMITTED_NOTEBOOK.c.assignment_id == submission))
        present: dict[str, str] = dict(found.all())
        for name, number in self.notebooks.items():
            if number not in present:
                present[number] = self._empty_notebook(name, number, submission)
        for notebook in record.notebooks:
            if notebook.name in self.notebooks:
                self._notebook(notebook, present[self.notebooks[notebook.name]], record.student, late)

    def _submission(self, student: str, timestamp: datetime | None) -> tuple[str, Any]:
        """The row of a student's submission, made with its student where there is none; and the extension."""
        wanted = select(SUBMITTED.c.id, SUBMITTED.c.extension, SUBMITTED.c.timestamp)
        here = (SUBMITTED.c.assignment_id == self.assignment) & (SUBMITTED.c.student_id == student)
        row = self.db.execute(wanted.where(here)).one_or_none()
        if row is not None:
            if timestamp is not None and row.timestamp != timestamp:
                self.db.execute(update(SUBMITTED).where(SUBMITTED.c.id == row.id).values(timestamp=timestamp))
            return row.id, row.extension
        if self.db.execute(select(STUDENT.c.id).where(STUDENT.c.id == student)).one_or_none() is None:
            self.db.execute(insert(STUDENT).values(id=student))
        number = api.new_uuid()
        values = {"id": number, "assignment_id": self.assignment, "student_id": student, "timestamp": timestamp}
        self.db.execute(insert(SUBMITTED).values(**values))
        return number, None

    def _empty_notebook(self, name: str, notebook: str, submission: str) -> str:
        """The rows of a submitted notebook, with nothing graded yet; as nbgrader's add_submission makes them."""
        number = api.new_uuid()
        values = {"id": number, "assignment_id": submission, "notebook_id": notebook, "flagged": False}
        self.db.execute(insert(SUBMITTED_NOTEBOOK).values(**values))
        cells = self.cells[name]
        grades = [c for c, _, kind in cells if kind in ("GradeCell", "TaskCell")]
        comments = [c for c, _, kind in cells if kind in ("SolutionCell", "TaskCell")]
        for table, some in ((GRADE, grades), (COMMENT, comments)):
            extra = {"needs_manual_grade": True} if table is GRADE else {}
            rows = [{"id": api.new_uuid(), "cell_id": cell, "notebook_id": number, **extra} for cell in some]
            if rows:
                self.db.execute(insert(table), rows)
        return number

    def _notebook(self, record: NotebookRecord, number: str, student: str, late: float) -> None:
        names = {cell: (name, kind) for cell, name, kind in self.cells[record.name]}
        score = 0.0
        for row in self.db.execute(select(GRADE).where(GRADE.c.notebook_id == number)).all():
            name, kind = names.get(row.cell_id, ("", ""))
            grade = record.grades.get(name) if kind == "GradeCell" else None
            auto = grade.points if grade else row.auto_score
            score += (row.manual_score if row.manual_score is not None else auto or 0.0) + (row.extra_credit or 0.0)
            values = _grade_values(grade, row) if grade else {}
            if values:
                self.db.execute(update(GRADE).where(GRADE.c.id == row.id).values(**values))
        for row in self.db.execute(select(COMMENT).where(COMMENT.c.notebook_id == number)).all():
            name, _ = names.get(row.cell_id, ("", ""))
            if name in record.comments and row.auto_comment != record.comments[name]:
                auto = {"auto_comment": record.comments[name]}
                self.db.execute(update(COMMENT).where(COMMENT.c.id == row.id).values(**auto))
        if record.file or late == 0:
            taken = self.penalty(student, score, late) if self.penalty and late > 0 else None
            new = {"late_submission_penalty": taken}
            self.db.execute(update(SUBMITTED_NOTEBOOK).where(SUBMITTED_NOTEBOOK.c.id == number).values(**new))

    def knows(self, student: str) -> bool:
        """Whether the gradebook has this student."""
        count = select(func.count()).select_from(STUDENT).where(STUDENT.c.id == student)
        return bool(self.db.execute(count).scalar())


def _grade_values(grade: Grade, row: Any) -> dict[str, Any]:
    """The columns of a grade that change. A manual score stays, and asks for review as in nbgrader."""
    review = row.manual_score is not None or grade.points is None or grade.review
    wanted = {"auto_score": grade.points, "needs_manual_grade": review}
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


# --- autograded/ ------------------------------------------------------------------------------


def write_folder(
    target: Path, record: Record, submission: Submission, handed_out: dict[str, bytes], permissions: int
) -> None:
    """Put the graded notebooks and the files that go with them in place, as one folder or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(".grading-*"):
        _remove(left)
    fresh = Path(tempfile.mkdtemp(prefix=".grading-", dir=target.parent))
    fresh.chmod(0o777 & ~_umask())
    for name, data in _files(submission, handed_out).items():
        _put(fresh, name, data, permissions)
    for notebook in record.notebooks:
        if notebook.document:
            _put(fresh, f"{notebook.name}.ipynb", notebook.document.encode(), permissions)
    if target.exists():
        old = fresh.with_name(f"{fresh.name}-old")
        target.rename(old)
        fresh.rename(target)
        _remove(old)
    else:
        fresh.rename(target)


def write_some(
    target: Path, record: Record, submission: Submission, handed_out: dict[str, bytes], permissions: int
) -> None:
    """Put single graded notebooks into a folder that holds others; each one whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for name, data in _files(submission, handed_out).items():
        _put(target, name, data, permissions)
    for notebook in record.notebooks:
        if notebook.document:
            partial = f".{notebook.name}.part"
            _put(target, partial, notebook.document.encode(), permissions)
            os.replace(target / partial, target / f"{notebook.name}.ipynb")


def _files(submission: Submission, handed_out: dict[str, bytes]) -> dict[str, bytes]:
    """What lies beside the notebooks: what was handed out counts over what was handed in."""
    stamp = {} if submission.timestamp is None else {"timestamp.txt": submission.timestamp}
    return submission.files | handed_out | stamp


def _put(folder: Path, name: str, data: bytes, permissions: int) -> None:
    parts = [part for part in Path(name).parts if part not in ("..", "/", "")]
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.unlink()
    path.write_bytes(data)
    path.chmod(permissions)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def graded_key(target: Path) -> str:
    """The key that a graded notebook was made with; "" where there is none."""
    try:
        metadata = json.loads(target.read_bytes())["metadata"]
        return str(metadata["autograder"]["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
