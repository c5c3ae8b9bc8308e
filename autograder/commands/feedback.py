"""Make feedback pages, as `nbgrader generate_feedback` does, for one assignment or several."""

from __future__ import annotations

import argparse
import logging
from contextlib import closing

from nbgrader.converters import NbGraderException

from autograder.course.names import require_assignments
from autograder.errors import CourseError
from autograder.gradebook.submitted import coursedir_path
from autograder.plugin.configuration import configured
from autograder.plugin.converter import Converter
from autograder.plugin.feedback import GenerateFeedback


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder feedback`."""
    add = parser.add_argument
    add("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all that are graded")
    add("--student", default="*", metavar="ID", help="only this student (a glob)")
    add("--force", action="store_true", help="make again the pages that are there already")
    add("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Make the pages; return the exit code: 1 where some could not be made, 2 for bad input."""
    app = configured(args.db)
    coursedir = app.coursedir
    graded = coursedir_path(coursedir, coursedir.autograded_directory)
    known = sorted({path.name for path in graded.glob("[!.]*/*") if path.is_dir()})
    if not known:
        raise CourseError(f"Nothing has been graded yet: {graded} holds no STUDENT/ASSIGNMENT/ folder.")
    require_assignments(args.assignments, known)
    coursedir.student_id = args.student
    feedback = GenerateFeedback(coursedir=coursedir, parent=app)
    feedback.force, feedback.log = args.force, _log()
    with closing(Converter(feedback.seconds)) as feedback.pages:
        return max([_make(feedback, name) for name in args.assignments or known])


def _make(feedback: GenerateFeedback, assignment: str) -> int:
    feedback.coursedir.assignment_id = assignment
    try:
        feedback.start()
    except NbGraderException:  # the log has said why
        return 1 if feedback.assignments else 2
    print(feedback.summary)
    return 0


def _log() -> logging.Logger:
    """Return a log that writes what went wrong, as plain sentences, to stderr."""
    log = logging.getLogger("autograder.feedback")
    log.propagate, log.handlers = False, [logging.StreamHandler()]
    log.setLevel(logging.WARNING)
    return log
