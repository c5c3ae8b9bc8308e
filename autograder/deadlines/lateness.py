"""How late each student was with each assignment, from deadlines.toml, the gradebook and submitted/."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select, update

from autograder.deadlines.due_dates import DueDates
from autograder.deadlines.policy import LateDays, LatePolicy
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
        self.due = DueDates(gradebook, deadlines)

    def penalty(self, student: str, score: float, seconds: float) -> float | None:
        """Return the points taken off a score that was handed in so many seconds late; None without any."""
        share = self.policy.share(self.days(student, seconds).charged)
        return share * max(0.0, score) if share else None

    def days(self, student: str, seconds: float) -> LateDays:
        """Return how many days so many seconds are, and which of them are free."""
        lateness = self._lateness(student) | {self.assignment: seconds}
        never = datetime.max.replace(tzinfo=UTC)
        order = sorted(lateness, key=lambda name: (self.due.each.get(name, never), name))
        return self.policy.late({name: lateness[name] for name in order}, self.assignment)

    def _lateness(self, student: str) -> dict[str, float]:
        """Return the seconds late of all assignments of a student; nothing where that makes no difference."""
        if not self.policy.late_days:
            return {}
        found = {}
        for name in self.due.each:
            folder = self.coursedir.format_path(self.coursedir.submitted_directory, student, name)
            text = read_stamp(Path(folder))
            try:
                handed_in = read_time(text).replace(tzinfo=UTC) if text else None
            except ValueError:
                handed_in = None
            found[name] = _seconds(handed_in, self.due.of(name, student))
        return found


def late_days(
    coursedir: CourseDirectory, gradebook: Gradebook, deadlines: Deadlines, assignment: str
) -> dict[str, LateDays]:
    """Return how late those were who handed in late, by student; nobody where deadlines.toml has no late policy."""
    if deadlines.late is None:
        return {}
    lateness = Lateness(coursedir, gradebook, deadlines, deadlines.late, assignment)
    one, other = Assignment.__table__, SubmittedAssignment.__table__
    wanted = select(other.c.student_id, other.c.timestamp).join(one, one.c.id == other.c.assignment_id)
    found = {}
    for student, stamp in gradebook.db.execute(wanted.where(one.c.name == assignment, other.c.timestamp.is_not(None))):
        seconds = _seconds(stamp.replace(tzinfo=UTC), lateness.due.of(assignment, student))
        if deadlines.late.days(seconds):
            found[student] = lateness.days(student, seconds)
    return found


def _seconds(handed_in: datetime | None, until: datetime | None) -> float:
    return max(0.0, (handed_in - until).total_seconds()) if handed_in and until else 0.0
