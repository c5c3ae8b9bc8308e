"""Write the gradebook as CSV."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbgrader.api import MissingEntry

from autograder.course.layout import given_path
from autograder.gradebook.database import the_gradebook
from autograder.plugin.configuration import configured
from autograder.plugin.quoted_csv import QuotedCsv
from autograder.reports.csv_file import write_csv
from autograder.reports.table import not_graded, table_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder export`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    parser.add_argument("--to", type=given_path, default=Path("grades.csv"), metavar="FILE", help="default: grades.csv")
    parser.add_argument("--exercises", action="store_true", help="one line a student, one column an exercise")
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Write the CSV; returns the exit code."""
    app = configured(args.db)
    with the_gradebook(app.coursedir) as gradebook:
        try:
            known = [assignment.name for assignment in gradebook.assignments]
            for name in args.assignments:
                gradebook.find_assignment(name)
            if args.exercises:
                chosen = args.assignments or known
                write_csv(args.to, [table_of(gradebook, app.coursedir, app.config, name) for name in chosen])
            else:
                plugin = QuotedCsv(parent=app)
                plugin.to, plugin.assignment = str(args.to), list(args.assignments)
                plugin.export(gradebook)
        except MissingEntry:
            print(not_graded(args.assignments, known), file=sys.stderr)
            return 2
        except OSError as error:
            print(f"{args.to} cannot be written: {error.strerror}.", file=sys.stderr)
            return 2
    print(f"Written: {args.to}")
    return 0
