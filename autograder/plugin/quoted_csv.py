"""nbgrader's CSV exporter, with quoted fields, the names of the roster, and each student's own due date."""

from __future__ import annotations

import csv
from datetime import datetime

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import CsvExportPlugin

from autograder.deadlines.due_dates import DueDates
from autograder.deadlines.toml_file import Deadlines
from autograder.lms.roster import Roster
from autograder.lms.spreadsheet import spreadsheet_safe


class QuotedCsv(CsvExportPlugin):
    """nbgrader's own exporter and columns; a comma in a name stays in its field, where nbgrader's shifts the row."""

    roster: Roster | None = None  # says names and e-mail addresses that the gradebook does not know
    deadlines: Deadlines | None = None  # says due dates and extensions that the gradebook does not know yet

    def export(self, gradebook: Gradebook) -> None:
        """Write one line for each assignment and student, to `self.to`."""
        due = DueDates(gradebook, self.deadlines or Deadlines())
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                for student in gradebook.students:
                    if not self.student or student.id in self.student:
                        line = _line(gradebook, assignment, student, self.roster, due.of(assignment.name, student.id))
                        out.writerow(map(spreadsheet_safe, line))


_DIGITS = 4  # as in the files for Canvas and Moodle
_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def _line(
    gradebook: Gradebook, assignment: Assignment, student: Student, roster: Roster | None, due: datetime | None
) -> list[object]:
    """Return nbgrader's row of a student, with the student's own due date; 0 for one who handed in nothing."""
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        timestamp, raw, penalty = None, 0.0, 0.0
    else:
        timestamp, raw, penalty = submission.timestamp, submission.score, submission.late_submission_penalty or 0.0
    who = [student.id, *_person(student, roster)]
    points = [round(value, _DIGITS) for value in (raw, penalty, max(0.0, raw - penalty), assignment.max_score)]
    until = due.replace(tzinfo=None) if due else None  # in UTC, as nbgrader writes it
    return ["" if item is None else item for item in (assignment.name, until, timestamp, *who, *points)]


def _person(student: Student, roster: Roster | None) -> list[str]:
    """Return last name, first name and e-mail address: the gradebook's, else the roster's."""
    known = [student.last_name or "", student.first_name or "", student.email or ""]
    listed = next((one for one in roster or () if one.id == student.id), None)
    if listed is not None:
        last, _, first = listed.sortable_name.partition(", ")
        names = known[:2] if any(known[:2]) else [last, first]
        known = [*names, known[2] or listed.email]
    return known
