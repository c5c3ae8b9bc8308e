"""What deadlines.toml says, in lines for a terminal, and which of its entries count for nobody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.deadlines.toml_file import FILE, Deadlines
from autograder.gradebook.database import existing_gradebook
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.class_list import handed_in_by, student_meant
from autograder.lms.roster import RosterError, course_roster
from autograder.wording import did_you_mean


def lateness_in(config: Config) -> list[str]:
    """Return the settings of nbgrader's configuration that say what lateness costs."""
    wanted = (("AssignLatePenalties", "plugin_class"), ("LateSubmissionPlugin", "penalty_method"))
    return [f"{owner}.{name}" for owner, name in wanted if name in config.get(owner, {})]


def described(deadlines: Deadlines, config: Config, assignment: str | None = None) -> list[str]:
    """Say what is set, of one assignment or of all."""
    said = []
    for name, date in deadlines.due.items():
        if assignment in (None, name):
            said.append(f"{name}: due {_shown(date, deadlines) if date else 'never'}")
            extended = deadlines.extensions.get(name, {})
            said += [f"  {student}: {_shown(until, deadlines)}" for student, until in extended.items()]
    if assignment is None:
        if deadlines.late:
            said.append(f"Lateness {deadlines.late}.")
        elif told := lateness_in(config):
            said.append(f"Lateness costs what nbgrader_config.py says (c.{', c.'.join(told)}).")
        else:
            said.append("Nothing is taken off for lateness (autograder late sets a penalty).")
    return said or [f"{assignment} has no due date in {FILE}."]


def unknown_entries(deadlines: Deadlines, coursedir: CourseDirectory, assignments: list[str]) -> list[str]:
    """Say which entries count for nobody: of no assignment of the course, or of no student of the class.

    Where nothing is known of the class yet, nothing is said of its students.
    """
    strange = [name for name in {**deadlines.due, **deadlines.extensions} if name not in assignments]
    said = [f"{FILE}: {name} is no assignment of this course.{did_you_mean(name, assignments)}" for name in strange]
    try:
        roster = course_roster(Path(coursedir.root))
    except RosterError as error:
        return [*said, str(error)]
    handed_in = handed_in_by(coursedir_path(coursedir, coursedir.submitted_directory))
    known = {*handed_in, *(one.id for one in roster or ()), *_graded_students(coursedir)}
    for name, extended in deadlines.extensions.items():
        said += [
            f"{FILE}: the extension of {student!r} for {name} counts for nobody, for that is no id in the roster, in "
            f"submitted/ or in the gradebook.{student_meant(student, roster, known)}"
            for student in extended
            if known and student not in known
        ]
    return said


def _graded_students(coursedir: CourseDirectory) -> set[str]:
    try:
        with existing_gradebook(coursedir) as gradebook:
            return {student.id for student in gradebook.students}
    except NbGraderException:
        return set()


def _shown(moment: datetime, deadlines: Deadlines) -> str:
    """Write a time in the course's zone."""
    return f"{moment.astimezone(deadlines.zone):%a %Y-%m-%d %H:%M:%S} {deadlines.zone}"
