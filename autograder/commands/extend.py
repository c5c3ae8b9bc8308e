"""Give one student more time for an assignment."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.course.layout import given_path
from autograder.course.names import assignments_of, require_assignments
from autograder.deadlines.describe import described
from autograder.deadlines.moment import read_moment
from autograder.deadlines.toml_file import DeadlineError, change, read_deadlines
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.class_list import find_student
from autograder.plugin.configuration import configured


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder extend`."""
    add = parser.add_argument
    add("student", metavar="STUDENT", help="an id; with a roster also a name or an e-mail address")
    add("assignment", metavar="ASSIGNMENT")
    add(
        "date",
        nargs="+",
        metavar="DATE",
        help="e.g. 2026-12-08 18:00; a date alone means the end of that day; `none` removes the extension",
    )
    add("--roster", type=given_path, metavar="CSV", help="the class, from Canvas or Moodle (default: roster.csv)")


def run(args: argparse.Namespace) -> int:
    """Set or take back an extension; return the exit code."""
    app = configured()
    coursedir = app.coursedir
    root, known = Path(coursedir.root), assignments_of(coursedir)
    require_assignments([args.assignment], known)
    student = find_student(args.student, root, coursedir_path(coursedir, coursedir.submitted_directory), args.roster)
    deadlines, typed = read_deadlines(root), " ".join(args.date)
    if deadlines.due.get(args.assignment) is None:
        raise DeadlineError(f"{args.assignment} has no due date: autograder due {args.assignment} DATE.")
    if typed != "none":
        read_moment(typed, deadlines.zone)
    value = None if typed == "none" else typed
    deadlines = change(root, {("extensions", args.assignment, student): value})
    print("\n".join(described(deadlines, app.config, args.assignment)))
    return 0
