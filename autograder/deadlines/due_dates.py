"""When an assignment is due, and for whom later: by deadlines.toml, else by the gradebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from sqlalchemy import select

from autograder.deadlines.toml_file import Deadlines


class DueDates:
    """The due dates of a course; `each` has those of the assignments that are due, without extensions."""

    def __init__(self, gradebook: Gradebook, deadlines: Deadlines) -> None:
        rows = gradebook.db.execute(select(Assignment.__table__.c.name, Assignment.__table__.c.duedate))
        known: dict[str, datetime | None] = {name: date.replace(tzinfo=UTC) for name, date in rows if date is not None}
        self.each: dict[str, datetime] = {name: date for name, date in (known | deadlines.due).items() if date}
        self._extended = deadlines.extensions
        self._moved = _moved(gradebook, deadlines)

    def of(self, assignment: str, student: str) -> datetime | None:
        """Return when an assignment is due for a student; None where it never is."""
        date = self.each.get(assignment)
        if date is None:
            return None
        until = self._extended.get(assignment, {}).get(student, date)
        return until + self._moved.get((assignment, student), timedelta())


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
