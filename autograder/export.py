"""python -m autograder export: the gradebook as CSV, by nbgrader's own exporter or one column an exercise."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.grading.command import configured
from autograder.grading.released import open_gradebook
from autograder.report import table_of, write_csv


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m autograder export`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    parser.add_argument("--to", type=Path, default=Path("grades.csv"), metavar="FILE", help="default: grades.csv")
    parser.add_argument("--exercises", action="store_true", help="one line a student, one column an exercise")
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Write the CSV; returns the exit code."""
    app = configured(args.db)
    with open_gradebook(app.coursedir) as gradebook:
        try:
            known = [assignment.name for assignment in gradebook.assignments]
            for name in args.assignments:
                gradebook.find_assignment(name)
            if args.exercises:
                chosen = args.assignments or known
                write_csv(args.to, [table_of(gradebook, app.coursedir, app.config, name) for name in chosen])
            else:
                plugin = CsvExportPlugin(parent=app)
                plugin.to, plugin.assignment = str(args.to), list(args.assignments)
                plugin.export(gradebook)
        except MissingEntry:
            there = ", ".join(known) or "none yet"
            print(f"The gradebook has not all of {', '.join(args.assignments)}; it has {there}.", file=sys.stderr)
            return 2
        except OSError as error:
            print(f"{args.to} cannot be written: {error.strerror}.", file=sys.stderr)
            return 2
    print(f"Written: {args.to}")
    return 0
