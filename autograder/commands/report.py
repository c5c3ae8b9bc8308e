"""Report on a class: how the points are spread, what went wrong and where, and who needs somebody to look."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader

from autograder.course.layout import given_path
from autograder.deadlines.toml_file import Deadlines, read_deadlines
from autograder.errors import CourseError, InputError
from autograder.gradebook.database import existing_gradebook
from autograder.lms.roster import course_roster, names_of
from autograder.plugin.configuration import configured
from autograder.reports.class_report import ClassReport, class_report
from autograder.reports.csv_file import write_csv
from autograder.reports.html_page import write_html
from autograder.reports.table import Table, not_graded, table_of
from autograder.reports.text import as_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder report`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    parser.add_argument("--html", type=given_path, metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--csv", type=given_path, metavar="FILE", help="write the scores as CSV, one line per student")
    parser.add_argument("--json", type=given_path, metavar="FILE", help="write everything the report says as JSON")
    parser.add_argument("--hide-names", action="store_true", help="show numbers in place of the students' ids")
    parser.add_argument(
        "--roster", type=given_path, metavar="FILE", help="the class; default: the roster.csv of the course"
    )
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Print the report; returns the exit code."""
    app = configured(args.db)
    root = Path(app.coursedir.root)
    roster, deadlines = course_roster(root, args.roster), read_deadlines(root)
    with existing_gradebook(app.coursedir) as gradebook:
        known = [assignment.name for assignment in gradebook.assignments]
        names = args.assignments or known
        try:
            tables = [_read(gradebook, app, name, deadlines) for name in names]
        except MissingEntry:
            raise InputError(not_graded(names, known, app.coursedir)) from None
    if not tables:
        raise CourseError("The gradebook is empty: grade something first (python -m autograder grade).")
    ids = None if roster is None else [student.id for student in roster]
    report = class_report(tables, ids, args.hide_names, names_of(roster))
    for path, write in ((args.html, write_html), (args.csv, _write_csv), (args.json, _write_json)):
        if path:
            try:
                write(path, report)
            except OSError as error:
                raise CourseError(f"{path} cannot be written: {error.strerror}.") from None
    print(as_text(report))
    for path in filter(None, (args.html, args.csv, args.json)):
        print(f"\nWritten: {path}")
    if not args.html:
        print("\nThe same as a page, with pictures: --html FILE")
    return 0


def _read(gradebook: Gradebook, app: NbGrader, name: str, deadlines: Deadlines) -> Table:
    if sys.stderr.isatty():
        print(f"Reading {name}", file=sys.stderr)
    return table_of(gradebook, app.coursedir, app.config, name, deadlines=deadlines)


def _write_csv(path: Path, report: ClassReport) -> None:
    write_csv(path, [part.table for part in report.parts], report.names)


def _write_json(path: Path, report: ClassReport) -> None:
    path.write_text(json.dumps(report.plain(), indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
