"""One assignment's scores as a table: a row a student, a column a graded cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Grade, Gradebook, GradeCell, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from autograder.batch.journal import Journal
from autograder.course.names import assignments_of
from autograder.deadlines.lateness import late_days
from autograder.deadlines.policy import LateDays
from autograder.deadlines.toml_file import Deadlines
from autograder.gradebook.autograded import graded_key
from autograder.gradebook.submitted import coursedir_path
from autograder.reports.answers import Written, written_in
from autograder.scoring.record import Record
from autograder.wording import did_you_mean, points
from barprop.exercises import NOTEBOOKS, TESTS

_SIGNS = {"r": "repaired", "t": "problems", "?": "waits for review", "Q": "quarantine"}


@dataclass
class Row:
    """One student: points by column, how late it was, and the record the grading left."""

    student: str
    points: dict[str, float] = field(default_factory=dict)
    total: float = 0.0
    penalty: float = 0.0
    late: LateDays | None = None
    waiting: bool = False
    record: Record | None = None
    written: Written = field(default_factory=Written)

    @property
    def lateness(self) -> str:
        """How late it was and what that cost, as part of a sentence; "" where it was in time."""
        off = f"{points(self.penalty)} taken off" if self.penalty else "nothing taken off"
        return f"{self.late or 'late'}, {off}" if self.late or self.penalty else ""

    @property
    def unwritten(self) -> set[str]:
        """The exercises that nothing was written for."""
        kinds: dict[str, set[str]] = {}
        for notebook in self.notebooks:
            for name, grade in notebook.grades.items():
                kinds.setdefault(grade.exercise or name, set()).add(grade.kind)
        return {name for name, found in kinds.items() if found <= {"unwritten", "gone"}}

    @property
    def notebooks(self) -> tuple[Any, ...]:
        """What the grading recorded of each notebook; nothing without a record."""
        return tuple(self.record.notebooks) if self.record else ()

    @property
    def unseen(self) -> bool:
        """Whether it is in quarantine and nobody has looked at it yet."""
        return bool(self.waiting and self.record and self.record.quarantine)

    @property
    def marks(self) -> str:
        """Footnote signs: something was mended, waits for review, could not be read, or made trouble."""
        record = self.record
        signs = [
            ("Q", bool(record and record.quarantine)),
            ("r", bool(record and any(nb.repairs for nb in record.notebooks))),
            ("t", bool(record and not record.quarantine and record.trouble)),
            ("?", self.waiting),
        ]
        return "".join(sign for sign, set_ in signs if set_)


@dataclass
class Table:
    """One assignment: columns (exercise -> most points), a row a student, and the heading above each answer."""

    assignment: str
    columns: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)

    def add(self, row: Row, record: Record | None) -> None:
        """Add a student with the record of the grading; of its notebooks only what was written is kept."""
        if record is not None:
            row.record, row.written = record, written_in(record)
            for notebook in record.notebooks:
                notebook.document = ""  # a class of hundreds has gigabytes of them
            self.sections |= {name: text for name, text in row.written.sections.items() if text}
        self.rows.append(row)

    @property
    def most(self) -> float:
        """The most points there are."""
        return sum(self.columns.values())

    @property
    def legend(self) -> list[str]:
        """What the footnote signs that occur mean."""
        occur = {sign for row in self.rows for sign in row.marks}
        return [f"{sign} {meaning}" for sign, meaning in _SIGNS.items() if sign in occur]

    @property
    def late(self) -> list[Row]:
        """The students of whom it is known that they were late, or who lost points for it."""
        return [row for row in self.rows if row.late or row.penalty]

    @property
    def readable(self) -> list[Row]:
        """The students something could be read of."""
        return [row for row in self.rows if row.record and not row.record.quarantine]


def not_graded(names: list[str], graded: list[str], coursedir: CourseDirectory) -> str:
    """Say of which assignments nothing is graded yet, or which there are not."""
    missing = [name for name in names if name not in graded]
    of_course = {*assignments_of(coursedir), *(notebook.split("/")[0] for notebook in NOTEBOOKS)}
    strange = [name for name in missing if name not in of_course]
    if not strange:
        so_far = f" Graded so far: {', '.join(graded)}." if graded else ""
        return f"Nothing of {', '.join(missing)} is graded yet.{so_far}"
    there = f"it has {', '.join(graded)}" if graded else "nothing has been graded yet"
    hint = did_you_mean(strange[0], sorted({*graded, *of_course}))
    return f"The gradebook has no {', '.join(strange)}; {there}.{hint}"


def table_of(
    gradebook: Gradebook,
    coursedir: CourseDirectory,
    config: Any,
    name: str,
    records: bool = True,
    deadlines: Deadlines | None = None,
) -> Table:
    """Make the table of one assignment.

    Parameters
    ----------
    deadlines : Deadlines, optional
        By which the rows say how late each hand-in was; without them they only have the points taken off.
    records : bool
        Whether the rows also get what the grading recorded and what was written, which are read from many files.

    Raises
    ------
    MissingEntry
        If the gradebook has no such assignment.
    """
    assignment = gradebook.find_assignment(name)
    columns = _columns(assignment)
    table = Table(name)
    for column, most in columns.values():
        table.columns[column] = table.columns.get(column, 0.0) + most
    folder = config.Grading.get("folder", ".grading") if "Grading" in config else ".grading"
    journal = Journal(Path(coursedir.root) / str(folder) / "journal") if records else None
    autograded = coursedir_path(coursedir, coursedir.autograded_directory)
    late = late_days(coursedir, gradebook, deadlines, name) if deadlines else {}
    for row in _rows(gradebook, assignment, columns):
        row.late = late.get(row.student)
        table.add(row, _record(journal, autograded / row.student / name) if journal else None)
    return table


def _columns(assignment: Assignment) -> dict[str, tuple[str, float]]:
    """Cell id -> (column, points): an exercise's test cells share a column, an instructor's own have theirs."""
    columns = {}
    for notebook in assignment.notebooks:
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            ours = cell.name in TESTS and isinstance(cell, GradeCell)
            title = TESTS[cell.name][0].name if ours else cell.name
            columns[cell.id] = (title, float(cell.max_score))
    return columns


def _rows(gradebook: Gradebook, assignment: Assignment, columns: dict[str, tuple[str, float]]) -> list[Row]:
    """Read the rows of a whole class, in two queries."""
    wanted = select(SubmittedAssignment.student_id, SubmittedAssignment.late_submission_penalty)
    students = gradebook.db.execute(wanted.where(SubmittedAssignment.assignment_id == assignment.id))
    rows = {student: Row(student, penalty=float(penalty or 0.0)) for student, penalty in students}
    scores = (
        select(SubmittedAssignment.student_id, Grade.cell_id, Grade.score, Grade.needs_manual_grade)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.assignment_id == assignment.id)
    )
    for student, cell, score, waiting in gradebook.db.execute(scores):
        row, column = rows[student], columns[cell][0]
        row.points[column] = row.points.get(column, 0.0) + float(score or 0.0)
        row.waiting = row.waiting or bool(waiting)
    for row in rows.values():
        row.total = max(0.0, sum(row.points.values()) - row.penalty)
    return [rows[student] for student in sorted(rows)]


def _record(journal: Journal, folder: Path) -> Record | None:
    """Return the record that a student's graded notebooks were made from."""
    keys = {graded_key(path) for path in sorted(folder.glob("*.ipynb"))} - {""}
    return next((record for record in map(journal.get, sorted(keys)) if record), None)
