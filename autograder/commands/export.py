"""Write the gradebook as CSV: nbgrader's, a column an exercise, or what Canvas or Moodle takes back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.course.layout import given_path
from autograder.course.names import headings_of
from autograder.deadlines.toml_file import read_deadlines
from autograder.errors import CourseError, InputError
from autograder.gradebook.database import existing_gradebook
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.feedback_zip import has_pages, write_feedback
from autograder.lms.provenance import read_provenance
from autograder.lms.roster import ROSTER, Roster, course_roster, names_of
from autograder.plugin.configuration import configured
from autograder.plugin.feedback_marks import behind, make_again
from autograder.plugin.quoted_csv import QuotedCsv
from autograder.reports.csv_file import write_csv
from autograder.reports.lms_grades import ExportError, canvas_grades, moodle_grades
from autograder.reports.table import not_graded, table_of
from autograder.wording import listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder export`."""
    add = parser.add_argument
    add("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    add("--to", type=given_path, metavar="FILE", help="default: grades.csv, canvas.csv or moodle.csv")
    add("--exercises", action="store_true", help="one line per student, one column per exercise")
    add("--for", dest="lms", choices=("canvas", "moodle"), help="in the format that Canvas or Moodle imports")
    add("--roster", type=given_path, metavar="CSV", help=f"the class, from Canvas or Moodle (default: {ROSTER})")
    add("--feedback", type=given_path, metavar="ZIP", help="also pack the feedback pages for upload to the LMS")
    add(
        "--column", action="append", default=[], metavar="ASSIGNMENT=TITLE", help="the title of an assignment in Canvas"
    )
    add("--zero", action="store_true", help="0 instead of no grade for students who handed in nothing")
    add("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Write the CSV; return the exit code."""
    app = configured(args.db)
    default = "grades.csv" if args.lms is None else f"{args.lms}.csv"
    args.to = args.to or Path(app.coursedir.root) / default
    with existing_gradebook(app.coursedir) as gradebook:
        known = [assignment.name for assignment in gradebook.assignments]
        try:
            for name in args.assignments:
                gradebook.find_assignment(name)
            _write(args, app, gradebook, args.assignments or known)
        except MissingEntry:
            raise InputError(not_graded(args.assignments, known, app.coursedir)) from None
        except OSError as error:
            raise CourseError(f"{error.filename or args.to} cannot be written: {error.strerror}.") from None
    print(f"Written: {args.to}")
    return 0


def _write(args: argparse.Namespace, app: Any, gradebook: Gradebook, chosen: list[str]) -> None:
    if args.lms is None:
        if args.feedback or args.column or args.zero:
            raise ExportError("--feedback, --column and --zero need an LMS: add --for canvas or --for moodle.")
        root = Path(app.coursedir.root)
        roster, deadlines = course_roster(root, args.roster), read_deadlines(root)
        if args.exercises:
            tables = [table_of(gradebook, app.coursedir, app.config, name, deadlines=deadlines) for name in chosen]
            write_csv(args.to, tables, names_of(roster))
        else:
            plugin = QuotedCsv(parent=app)
            plugin.to, plugin.assignment = str(args.to), list(args.assignments)
            plugin.roster, plugin.deadlines = roster, deadlines
            plugin.export(gradebook)
        return
    roster = course_roster(Path(app.coursedir.root), args.roster)
    if roster is None:
        raise ExportError(
            f"{args.lms.capitalize()}'s columns need the class: save Canvas' gradebook, or Moodle's participants or "
            f"grading worksheet, as {ROSTER} in {app.coursedir.root}, or give --roster."
        )
    if args.feedback:
        _check_feedback(app.coursedir, chosen)
    tables = [table_of(gradebook, app.coursedir, app.config, name, records=False) for name in chosen]
    absent = "0" if args.zero else ""
    if args.lms == "canvas":
        headings = {name: headings_of(app.coursedir, name) for name in chosen}
        written = canvas_grades(roster, tables, _titles(args.column, chosen), absent, headings)
    else:
        written = moodle_grades(roster, tables, absent)
    written.save(args.to)
    for note in written.notes:
        print(note, file=sys.stderr)
    if args.feedback:
        _feedback(args, app.coursedir, roster, chosen)
        _warn_of_old(app.coursedir, gradebook, chosen[0])


def _titles(given: list[str], chosen: list[str]) -> dict[str, str]:
    """Read ASSIGNMENT=TITLE. Raises ExportError."""
    pairs = [text.partition("=") for text in given]
    for name, separator, title in pairs:
        if not separator or not title or name not in chosen:
            raise ExportError(
                f"--column takes ASSIGNMENT=TITLE with one of {', '.join(chosen)}, not {name + separator!r}."
            )
    return {name: title for name, _, title in pairs}


def _check_feedback(coursedir: CourseDirectory, chosen: list[str]) -> None:
    """Raise ExportError, before anything is written, where no feedback zip can be made."""
    if len(chosen) != 1:
        raise ExportError(
            f"A feedback zip is for one assignment, so nothing was written; say for which: {', '.join(chosen)}."
        )
    if not has_pages(coursedir_path(coursedir, coursedir.feedback_directory), chosen[0]):
        raise ExportError(
            f"There are no feedback pages of {chosen[0]} to pack, so nothing was written. Make them first: "
            f"autograder feedback {chosen[0]}"
        )


def _warn_of_old(coursedir: CourseDirectory, gradebook: Gradebook, assignment: str) -> None:
    """Say on stderr where pages do not show what the gradebook holds."""
    old = behind(coursedir, gradebook, read_deadlines(Path(coursedir.root)), assignment)
    if old:
        print(f"{make_again(len(old), assignment)}, then export again.", file=sys.stderr)


def _feedback(args: argparse.Namespace, coursedir: CourseDirectory, roster: Roster, chosen: list[str]) -> None:
    name = chosen[0]
    pages = coursedir_path(coursedir, coursedir.feedback_directory)
    notes = read_provenance(Path(coursedir.root) / "downloaded", name)
    result = write_feedback(args.feedback, args.lms, pages, name, notes, roster)
    reasons: dict[str, list[str]] = {}
    for student, why in result.left_out:
        reasons.setdefault(why, []).append(student)
    for why, students in reasons.items():
        print(f"Left out of {args.feedback.name}, {len(students)} ({listed(students, 5)}): {why}.", file=sys.stderr)
    if not result.pages:
        print(f"{args.feedback} was not written: it would hold no page.", file=sys.stderr)
        return
    size = args.feedback.stat().st_size
    shown = f"{size / 1e6:.1f} MB" if size > 1e6 else f"{size / 1e3:.0f} kB"
    print(f"Written: {args.feedback} (feedback for {len(result.students)} students, {shown})")
