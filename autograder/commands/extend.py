"""Give one student more time for an assignment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.commands.due import lines
from autograder.course.layout import given_path
from autograder.course.names import assignments_of, require_assignments
from autograder.deadlines.moment import read_moment
from autograder.deadlines.toml_file import DeadlineError, change, read_deadlines
from autograder.errors import InputError
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.class_list import handed_in_by, student_meant
from autograder.lms.roster import course_roster
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
    coursedir = configured().coursedir
    root, known = Path(coursedir.root), assignments_of(coursedir)
    require_assignments([args.assignment], known)
    student = student_of(args.student, root, coursedir_path(coursedir, coursedir.submitted_directory), args.roster)
    deadlines, typed = read_deadlines(root), " ".join(args.date)
    if deadlines.due.get(args.assignment) is None:
        raise DeadlineError(f"{args.assignment} has no due date: autograder due {args.assignment} DATE.")
    if typed != "none":
        read_moment(typed, deadlines.zone)
    value = None if typed == "none" else typed
    deadlines = change(root, {("extensions", args.assignment, student): value})
    print("\n".join(lines(deadlines, args.assignment)))
    return 0


def student_of(text: str, root: Path, submitted: Path, given: Path | None = None) -> str:
    """Return the id of a student who was named somehow.

    Raises
    ------
    InputError
        If nobody in the roster or in submitted/ is called so, or several are.
    RosterError
        If the roster cannot be used.
    """
    roster = course_roster(root, given)
    handed_in = handed_in_by(submitted)
    if text in handed_in:
        return text
    found = roster.matches(text) if roster else []
    if len(found) > 1:
        raise InputError(
            f"{len(found)} students are called {text!r}: {', '.join(one.id for one in found)}. Give an id."
        )
    if found:
        return found[0].id
    known = [*handed_in, *(one.id for one in roster or ())]
    if not known:  # nothing is known of the class yet
        print(
            f"Neither a roster nor a submission is here yet: {text!r} counts only if it is an id. Once they are here, "
            "`autograder due` says which extensions are nobody's.",
            file=sys.stderr,
        )
        return text
    hint = student_meant(text, roster, known)
    raise InputError(f"No student called {text!r} is in the roster or in submitted/.{hint}")
