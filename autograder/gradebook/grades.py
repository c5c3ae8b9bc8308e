"""The one writer of nbgrader's gradebook: one record after the other, each in one piece.

It writes what nbgrader's SaveAutoGrades and AssignLatePenalties write, in their tables and with their
meaning: manual grades, comments, extra credit and extensions stay; a grade that a person had given and
whose submission was graded anew asks for review.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from nbgrader import api
from nbgrader.converters import NbGraderException
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.exc import OperationalError

from autograder.scoring.record import Grade, NotebookRecord, Record

_BATCH_SECONDS = 0.5  # so long a transaction may gather submissions
_TRIES = 8  # how often a locked database is asked again
Stamp = datetime | None | Literal["kept"]  # when it was handed in; None: not to be read, so that it is not late
KEPT: Literal["kept"] = "kept"  # nothing is said of it: as the gradebook has it
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
    penalty : Penalty, optional
        (student, score, seconds late) -> points taken off, None without any.
    extensions : mapping, optional
        Student -> by how much the due date is moved; None leaves that to the gradebook.
    """

    def __init__(
        self,
        gradebook: api.Gradebook,
        assignment: str,
        penalty: Penalty | None = None,
        extensions: Mapping[str, timedelta] | None = None,
    ) -> None:
        self.db, self.penalty, self.extensions = gradebook.db, penalty, extensions
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
        self._gathered: list[tuple[Record, Stamp]] = []  # written, not yet committed

    def __enter__(self) -> GradebookWriter:
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            self.commit()
        else:
            self.db.rollback()

    def scores(self) -> dict[str, dict[tuple[str, str], float | None]]:
        """Return what the gradebook holds: student -> (notebook, grade_id) -> automatic score."""
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

    def waiting(self) -> set[str]:
        """Return the students with something left for a person to grade."""
        wanted = (
            select(SUBMITTED.c.student_id)
            .join(SUBMITTED_NOTEBOOK, SUBMITTED_NOTEBOOK.c.assignment_id == SUBMITTED.c.id)
            .join(GRADE, GRADE.c.notebook_id == SUBMITTED_NOTEBOOK.c.id)
            .where(SUBMITTED.c.assignment_id == self.assignment, GRADE.c.needs_manual_grade.is_(True))
        )
        return set(self.db.execute(wanted.distinct()).scalars())

    def _lateness(self, student: str) -> list[tuple[datetime | None, float | None]]:
        """Return for each notebook of a student the time stamp and the penalty in the gradebook."""
        wanted = (
            select(SUBMITTED.c.timestamp, SUBMITTED_NOTEBOOK.c.late_submission_penalty)
            .join(SUBMITTED_NOTEBOOK, SUBMITTED_NOTEBOOK.c.assignment_id == SUBMITTED.c.id)
            .where(SUBMITTED.c.assignment_id == self.assignment, SUBMITTED.c.student_id == student)
            .order_by(SUBMITTED_NOTEBOOK.c.id)
        )
        return [tuple(row) for row in self.db.execute(wanted)]

    def write(self, record: Record, stamp: Stamp = KEPT) -> None:
        """Write one record. Committed together with its neighbours, at most half a second later."""
        self._gathered.append((record, stamp))
        self._insist(lambda: self._write(record, stamp))
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
            except OperationalError as error:
                self.db.rollback()
                if attempt == _TRIES - 1:
                    raise NbGraderException(
                        f"The gradebook cannot be written ({error.orig}). What was written before is kept: run the "
                        "same command again once nobody else has it locked and the disk has space."
                    ) from None
                time.sleep(0.1 * 2**attempt)
                act = self._write_gathered

    def _write_gathered(self) -> None:
        for record, stamp in self._gathered:
            self._write(record, stamp)

    def _write(self, record: Record, stamp: Stamp) -> None:
        submission, late = self._submission(record.student, stamp)
        rows = select(SUBMITTED_NOTEBOOK.c.notebook_id, SUBMITTED_NOTEBOOK.c.id)
        found = self.db.execute(rows.where(SUBMITTED_NOTEBOOK.c.assignment_id == submission))
        present: dict[str, str] = dict(found.all())
        for name, number in self.notebooks.items():
            if number not in present:
                present[number] = self._empty_notebook(name, number, submission)
        for notebook in record.notebooks:
            if notebook.name in self.notebooks:
                self._notebook(notebook, present[self.notebooks[notebook.name]], record.student, late)

    def _submission(self, student: str, stamp: Stamp) -> tuple[str, float]:
        """Return a student's submission, made if need be, and how late it is, in seconds."""
        wanted = select(SUBMITTED.c.id, SUBMITTED.c.extension, SUBMITTED.c.timestamp)
        here = (SUBMITTED.c.assignment_id == self.assignment) & (SUBMITTED.c.student_id == student)
        row = self.db.execute(wanted.where(here)).one_or_none()
        extension = self.extensions.get(student) if self.extensions is not None else row.extension if row else None
        if row is not None:
            timestamp = row.timestamp if stamp == KEPT else stamp
            new = {"timestamp": timestamp, "extension": extension}
            if any(getattr(row, name) != value for name, value in new.items()):
                self.db.execute(update(SUBMITTED).where(SUBMITTED.c.id == row.id).values(**new))
            return row.id, self._late(timestamp, extension)
        if self.db.execute(select(STUDENT.c.id).where(STUDENT.c.id == student)).one_or_none() is None:
            self.db.execute(insert(STUDENT).values(id=student))
        number, timestamp = api.new_uuid(), None if stamp == KEPT else stamp
        values = {"id": number, "assignment_id": self.assignment, "student_id": student, "timestamp": timestamp}
        self.db.execute(insert(SUBMITTED).values(**values, extension=extension))
        return number, self._late(timestamp, extension)

    def _empty_notebook(self, name: str, notebook: str, submission: str) -> str:
        """Add the rows of an ungraded submitted notebook, as nbgrader's add_submission does."""
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
        changed = []
        for row in self.db.execute(select(GRADE).where(GRADE.c.notebook_id == number)).all():
            name, kind = names.get(row.cell_id, ("", ""))
            grade = record.grades.get(name) if kind == "GradeCell" else None
            if grade and _grade_values(grade, row) != _held_values(row):
                changed.append({"row": row.id, **_grade_values(grade, row)})
        self._update(GRADE, changed)
        changed = []
        for row in self.db.execute(select(COMMENT).where(COMMENT.c.notebook_id == number)).all():
            name, _ = names.get(row.cell_id, ("", ""))
            if name in record.comments and row.auto_comment != record.comments[name]:
                changed.append({"row": row.id, "auto_comment": record.comments[name]})
        self._update(COMMENT, changed)
        self._take_off(record, number, student, late)

    def _update(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Write the values of several rows, each named by its id in `row`, in one statement."""
        if rows:
            self.db.execute(update(table).where(table.c.id == bindparam("row")), rows)

    def _late(self, timestamp: datetime | None, extension: Any) -> float:
        """Seconds after the due date and the student's extension of it."""
        if timestamp is None or self.duedate is None:
            return 0.0
        due = self.duedate + extension if extension else self.duedate
        return max(0.0, (timestamp - due).total_seconds())

    def _take_off(self, record: NotebookRecord, number: str, student: str, late: float) -> None:
        """Write the penalty of a notebook, from the grades as they stand."""
        if not record.file and late > 0:
            return
        taken = None
        if self.penalty and late > 0:
            rows = self.db.execute(select(GRADE).where(GRADE.c.notebook_id == number)).all()
            scores = (row.auto_score or 0.0 if row.manual_score is None else row.manual_score for row in rows)
            score = sum(scores) + sum(row.extra_credit or 0.0 for row in rows)
            taken = self.penalty(student, score, late)
        new = {"late_submission_penalty": taken}
        self.db.execute(update(SUBMITTED_NOTEBOOK).where(SUBMITTED_NOTEBOOK.c.id == number).values(**new))

    def refresh(self, record: Record, stamp: Stamp) -> bool:
        """Bring time stamp and penalties of a graded submission up to date; whether they were not.

        A stamp, the due date, an extension, the plug-in or a grade by hand may have changed since.
        """
        before = self._lateness(record.student)
        if stamp in (KEPT, None) and not any(when or taken for when, taken in before):
            return False

        def act() -> None:
            submission, late = self._submission(record.student, stamp)
            rows = select(SUBMITTED_NOTEBOOK.c.notebook_id, SUBMITTED_NOTEBOOK.c.id)
            present = dict(self.db.execute(rows.where(SUBMITTED_NOTEBOOK.c.assignment_id == submission)).all())
            for notebook in record.notebooks:
                if notebook.name in self.notebooks:
                    self._take_off(notebook, present[self.notebooks[notebook.name]], record.student, late)

        self._insist(act)
        return self._lateness(record.student) != before

    def knows(self, student: str) -> bool:
        """Whether the gradebook has this student."""
        count = select(func.count()).select_from(STUDENT).where(STUDENT.c.id == student)
        return bool(self.db.execute(count).scalar())


def _grade_values(grade: Grade, row: Any) -> dict[str, Any]:
    """Return the columns of a grade as they should be; a manual score is kept and, as in nbgrader, asks for review."""
    review = row.manual_score is not None or grade.points is None or grade.review
    return {"auto_score": grade.points, "needs_manual_grade": review}


def _held_values(row: Any) -> dict[str, Any]:
    return {"auto_score": row.auto_score, "needs_manual_grade": row.needs_manual_grade}
