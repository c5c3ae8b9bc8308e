"""Collect what an LMS, nbgrader's exchange or somebody's folder holds into submitted/."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from autograder.course.layout import CONFIG, given_path
from autograder.course.names import assignments_of, notebooks_of, require_assignments
from autograder.deadlines.moment import read_zone
from autograder.deadlines.toml_file import read_deadlines
from autograder.errors import InputError
from autograder.gradebook.submitted import coursedir_path
from autograder.lms.collect import Collector
from autograder.lms.roster import course_roster
from autograder.plugin.configuration import configured
from autograder.submission.timestamp import days_ahead, read_time
from autograder.wording import plural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder collect`."""
    add = parser.add_argument
    add("assignment", metavar="ASSIGNMENT")
    add("files", nargs="+", type=given_path, metavar="FILE", help="zip files of Canvas or Moodle, or folders")
    add("--roster", type=given_path, metavar="CSV", help="the class, from Canvas or Moodle (default: roster.csv)")
    add("--timezone", metavar="ZONE", help="of times that name none (default: the one in deadlines.toml)")
    add("--zone", dest="timezone", help=argparse.SUPPRESS)  # its former name
    add("--late-time", metavar="TIME", help="when files that Canvas marks LATE were handed in, e.g. 2026-12-02")
    add("--force", action="store_true", help="also collect submissions that hold another assignment's notebook")


def run(args: argparse.Namespace) -> int:
    """Collect; return the exit code: 1 where a file was left out or cannot be graded, 2 for bad input."""
    coursedir = configured().coursedir
    known = assignments_of(coursedir)
    require_assignments([args.assignment], known)
    absent = [str(path) for path in args.files if not path.exists()]
    if absent:
        raise InputError(f"There is no file {', '.join(absent)}.")
    for path in args.files:
        _refuse_course(path, coursedir, known)
    root = Path(coursedir.root)
    roster = course_roster(root, args.roster)
    zone = read_zone(args.timezone) if args.timezone else read_deadlines(root).zone
    late = _late_time(args.late_time, zone) if args.late_time else None
    submitted = coursedir_path(coursedir, coursedir.submitted_directory)
    notebooks = {name: notebooks_of(coursedir, name) for name in known}
    desk = Collector(args.assignment, notebooks, submitted, root / "downloaded", roster, zone, late, args.force)
    result = desk.collect(args.files)
    print("\n".join(result.lines()))
    if roster is not None and result.unmatched and not result.matched:
        print(
            f"Nobody was matched: is {roster.table.path} this class, from the LMS that the files are from?",
            file=sys.stderr,
        )
    if roster is None and result.unmatched:
        print(
            "Without a roster nobody can be matched: save Canvas' gradebook or Moodle's participants as roster.csv "
            f"in {root}, or give --roster.",
            file=sys.stderr,
        )
    return 0 if result.complete else 1


def _refuse_course(path: Path, coursedir: Any, assignments: list[str]) -> None:
    """Raise InputError for the folder of a course, in which nothing says whose the notebooks are."""
    released = [path / coursedir.release_directory / name for name in assignments]
    if (path / CONFIG).is_file() or any(folder.is_dir() for folder in released):
        raise InputError(
            f"{path} is the folder of a whole course, not of submissions. Give what the LMS packed, or a folder with "
            "one folder for each student, such as another course's submitted/."
        )


def _late_time(text: str, zone: tzinfo) -> datetime:
    try:
        time = read_time(text, zone).replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"--late-time {error}; write it like 2026-12-02 12:00.") from None
    if ahead := days_ahead(time):
        raise InputError(f"--late-time {text} is {plural(ahead, 'day')} from now; give a time that has passed.")
    return time
