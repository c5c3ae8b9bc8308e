"""Say when an assignment is due; without anything, list what is set."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course.names import assignments_of, require_assignments
from autograder.deadlines.describe import described, unknown_entries
from autograder.deadlines.moment import read_moment, read_zone
from autograder.deadlines.toml_file import Changes, change, read_deadlines
from autograder.plugin.configuration import configured


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
    add("--timezone", metavar="ZONE", help="of dates that name none, e.g. Europe/Berlin (initially UTC)")
    add("--zone", dest="timezone", help=argparse.SUPPRESS)  # as `collect` once called it


def run(args: argparse.Namespace) -> int:
    """Set or list; return the exit code."""
    app = configured()
    coursedir = app.coursedir
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
    print("\n".join(described(deadlines, app.config, args.assignment)))
    for sentence in unknown_entries(deadlines, coursedir, known):
        print(sentence, file=sys.stderr)
    return 0
