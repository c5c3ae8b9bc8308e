"""python -m autograder export: the gradebook as CSV, by nbgrader's own exporter or one column an exercise."""

from __future__ import annotations

import csv

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import CsvExportPlugin

from autograder.lms.spreadsheet import spreadsheet_safe


class QuotedCsv(CsvExportPlugin):
    """nbgrader's own exporter and columns; a comma in a name stays in its field, where nbgrader's shifts the row."""

    def export(self, gradebook: Gradebook) -> None:
        """Write one line for each assignment and student, to `self.to`."""
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                for student in gradebook.students:
                    if not self.student or student.id in self.student:
                        out.writerow(map(spreadsheet_safe, _line(gradebook, assignment, student)))


_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def _line(gradebook: Gradebook, assignment: Assignment, student: Student) -> list[object]:
    """Return nbgrader's row of a student; 0 for one who handed in nothing."""
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        timestamp, raw, penalty = None, 0.0, 0.0
    else:
        timestamp, raw, penalty = submission.timestamp, submission.score, submission.late_submission_penalty or 0.0
    who = [student.id, student.last_name, student.first_name, student.email]
    points = [raw, penalty, max(0.0, raw - penalty), assignment.max_score]
    return ["" if item is None else item for item in (assignment.name, assignment.duedate, timestamp, *who, *points)]
