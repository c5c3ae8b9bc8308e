"""How late each student was with each assignment, from deadlines.toml, the gradebook and submitted/."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select, update

from autograder.deadlines.policy import LatePolicy
from autograder.deadlines.toml_file import Deadlines
from autograder.submission.read_folder import read_stamp
from autograder.submission.timestamp import read_time


def enter(gradebook: Gradebook, deadlines: Deadlines) -> None:
    """Enter the due dates into the gradebook, where other programs look for them."""
    table = Assignment.__table__
    for name, date in deadlines.due.items():
        plain = date.replace(tzinfo=None) if date else None
        gradebook.db.execute(update(table).where(table.c.name == name).values(duedate=plain))
    gradebook.db.commit()


def extensions(deadlines: Deadlines, assignment: str) -> dict[str, timedelta] | None:
    """Return by how much each student's due date is moved; None where deadlines.toml does not say when it is due."""
    date = deadlines.due.get(assignment)
    if date is None:
        return None if assignment not in deadlines.due else {}
    return {student: until - date for student, until in deadlines.extensions.get(assignment, {}).items()}


class Lateness:
    """What lateness costs each student in one assignment, where late days of the whole course count.

    Worked out from what lies in submitted/, so that the order of grading makes no difference.
    """

    def __init__(
        self,
        coursedir: CourseDirectory,
        gradebook: Gradebook,
        deadlines: Deadlines,
        policy: LatePolicy,
        assignment: str,
    ) -> None:
        self.coursedir, self.policy, self.assignment = coursedir, policy, assignment
        rows = gradebook.db.execute(select(Assignment.__table__.c.name, Assignment.__table__.c.duedate))
        self.due = {name: date.replace(tzinfo=UTC) for name, date in rows if date is not None}
        self.due |= {name: date for name, date in deadlines.due.items() if date}
        self.extended = deadlines.extensions
        self.moved = self._moved(gradebook, deadlines)

    @staticmethod
    def _moved(gradebook: Gradebook, deadlines: Deadlines) -> dict[tuple[str, str], timedelta]:
        """Return the extensions that only the gradebook has: (assignment, student) -> by how much."""
        one, other = Assignment.__table__, SubmittedAssignment.__table__
        wanted = (
            select(one.c.name, other.c.student_id, other.c.extension)
            .join(one, one.c.id == other.c.assignment_id)
            .where(other.c.extension.is_not(None))
        )
        found = gradebook.db.execute(wanted)
        return {(name, student): by for name, student, by in found if name not in deadlines.due}

    def penalty(self, student: str, score: float, seconds: float) -> float | None:
        """Return the points taken off a score that was handed in so many seconds late; None without any."""
        lateness = self._lateness(student) | {self.assignment: seconds}
        order = sorted(lateness, key=lambda name: (self.due.get(name, datetime.max.replace(tzinfo=UTC)), name))
        days = self.policy.charged({name: lateness[name] for name in order}, self.assignment)
        share = self.policy.share(days)
        return share * max(0.0, score) if share else None

    def _lateness(self, student: str) -> dict[str, float]:
        """Return the seconds late of the other assignments of a student."""
        if not self.policy.late_days:
            return {}
        found = {}
        for name, date in self.due.items():
            until = self.extended.get(name, {}).get(student, date) + self.moved.get((name, student), timedelta())
            folder = self.coursedir.format_path(self.coursedir.submitted_directory, student, name)
            text = read_stamp(Path(folder))
            try:
                late = (read_time(text).replace(tzinfo=UTC) - until).total_seconds() if text else 0.0
            except ValueError:
                late = 0.0
            found[name] = max(0.0, late)
        return found
