"""Report scores per student and exercise, and the mistakes the class made."""

from __future__ import annotations

import argparse
import sys

from nbgrader.api import MissingEntry

from autograder.course.layout import given_path
from autograder.gradebook.database import the_gradebook
from autograder.plugin.configuration import configured
from autograder.reports.csv_file import write_csv
from autograder.reports.html_page import write_html
from autograder.reports.table import not_graded, table_of
from autograder.reports.text import as_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder report`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    parser.add_argument("--html", type=given_path, metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--csv", type=given_path, metavar="FILE", help="write the scores as CSV, one line a student")
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Print the report; returns the exit code."""
    app = configured(args.db)
    with the_gradebook(app.coursedir) as gradebook:
        names = args.assignments or [assignment.name for assignment in gradebook.assignments]
        try:
            tables = [table_of(gradebook, app.coursedir, app.config, name) for name in names]
        except MissingEntry:
            known = [assignment.name for assignment in gradebook.assignments]
            print(not_graded(names, known), file=sys.stderr)
            return 2
    if not tables:
        print("The gradebook is empty: grade something first (python -m autograder grade).", file=sys.stderr)
        return 2
    for path, write in ((args.html, write_html), (args.csv, write_csv)):
        if path:
            try:
                write(path, tables)
            except OSError as error:
                print(f"{path} cannot be written: {error.strerror}.", file=sys.stderr)
                return 2
    print("\n\n".join(as_text(table) for table in tables))
    return 0
