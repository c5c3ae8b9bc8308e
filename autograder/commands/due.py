"""Say when an assignment is due; without anything, list what is set."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course.names import assignments_of, require_assignments
from autograder.deadlines.moment import read_moment, read_zone
from autograder.deadlines.toml_file import FILE, Changes, Deadlines, change, read_deadlines
from autograder.gradebook.database import existing_gradebook
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.class_list import handed_in_by, student_meant
from autograder.lms.roster import RosterError, course_roster
from autograder.plugin.configuration import configured
from autograder.wording import did_you_mean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder due`."""
    add = parser.add_argument
    add("assignment", nargs="?", metavar="ASSIGNMENT")
    add(
        "date",
        nargs="*",
        metavar="DATE",
        help="e.g. 2026-12-01 18:00 (a date alone means the end of that day), or `none`",
    )
    add(
        "--timezone",
        metavar="ZONE",
        help="time zone of dates without one, e.g. Europe/Berlin (initially UTC)",
    )


def run(args: argparse.Namespace) -> int:
    """Set or list; return the exit code."""
    coursedir = configured().coursedir
    root, known = Path(coursedir.root), assignments_of(coursedir)
    if args.assignment is not None:
        require_assignments([args.assignment], known)
    changes: Changes = {}
    zone = read_deadlines(root).zone
    if args.timezone:
        zone = read_zone(args.timezone)
        changes["timezone",] = args.timezone
    if args.date:
        typed = " ".join(args.date)
        if typed != "none":
            read_moment(typed, zone)
        changes["due", args.assignment] = typed
    deadlines = change(root, changes)
    print("\n".join(lines(deadlines, args.assignment)))
    for sentence in unknown_entries(deadlines, coursedir, known):
        print(sentence, file=sys.stderr)
    return 0


def lines(deadlines: Deadlines, assignment: str | None = None) -> list[str]:
    """Say what is set, of one assignment or of all."""
    said = []
    for name, date in deadlines.due.items():
        if assignment in (None, name):
            said.append(f"{name}: due {shown(date, deadlines) if date else 'never'}")
            extended = deadlines.extensions.get(name, {})
            said += [f"  {student}: {shown(until, deadlines)}" for student, until in extended.items()]
    if assignment is None:
        said.append(f"Lateness {deadlines.late or 'costs what nbgrader_config.py says'}.")
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


def shown(moment: datetime, deadlines: Deadlines) -> str:
    """Write a time in the course's zone."""
    return f"{moment.astimezone(deadlines.zone):%a %Y-%m-%d %H:%M:%S} {deadlines.zone}"
