"""python -m autograder grade ASSIGNMENT ..."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from typing import TYPE_CHECKING

from autograder.batch.worker import Worker
from autograder.errors import CourseError, InputError

if TYPE_CHECKING:
    from nbgrader.apps import AutogradeApp

    from autograder.batch.executor import Executor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder grade`."""
    add = parser.add_argument
    add("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all with submissions")
    add("--jobs", type=int, metavar="N", help="local processes (default: one for each processor)")
    add("--dask", metavar="ADDRESS", help="grade on a Dask cluster, e.g. tcp://10.0.0.1:8786")
    add("--student", default="*", metavar="ID", help="only this student (a glob)")
    add("--notebook", default="*", metavar="NAME", help="only this notebook (a glob)")
    add("--force", action="store_true", help="grade again what is already graded")
    add("--show-cells", action="store_true", help="also run the cells that only show something")
    add("--no-sandbox", action="store_true", help="run submissions WITHOUT isolation: they can do whatever you can")
    add("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db or postgresql://host/name")


def run(args: argparse.Namespace) -> int:
    """Grade; returns the exit code: 0 when everything was graded, 1 when something could not be, 2 for bad input."""
    if args.jobs is not None and args.jobs < 1:
        raise InputError(f"--jobs must be 1 or more, not {args.jobs}.")
    # A grading process loads its libraries and its sandbox while this one loads nbgrader, which takes as long.
    first = Worker(isolated=not args.no_sandbox)
    try:
        if not args.dask:
            first.start()
        gc.disable()  # loading libraries makes little garbage, and looking for it takes long
        return _run(args, first)
    finally:
        first.close()
        gc.enable()


def _run(args: argparse.Namespace, first: Worker) -> int:
    from autograder.gradebook.submitted import coursedir_path, handed_in
    from autograder.plugin.autograde import Autograde
    from autograder.plugin.configuration import configured
    from autograder.plugin.grading import Grading, check_name

    app = configured(args.db)
    coursedir = app.coursedir
    coursedir.student_id, coursedir.notebook_id = args.student, args.notebook
    options = {"jobs": args.jobs, "dask": args.dask, "show_cells": args.show_cells or None}
    options["sandbox"] = False if args.no_sandbox else None
    app.config.Grading.update({name: value for name, value in options.items() if value is not None})
    found, strays = handed_in(coursedir)
    assignments = args.assignments or found
    if not assignments:
        submitted = coursedir_path(coursedir, coursedir.submitted_directory)
        nothing = f"There are no submissions: {submitted} holds no STUDENT/ASSIGNMENT/ folder of this course."
        raise CourseError("\n".join([nothing, *strays]))
    for name in assignments:
        check_name(name)
    gc.freeze()  # what nbgrader has loaded stays: collecting garbage need not look through it
    gc.enable()
    with Grading(Autograde(coursedir=coursedir, parent=app)).executor(first) as executor:
        code = max([_grade(app, name, args.force, executor) for name in assignments])
    if strays and args.student == "*":
        print("\n".join(strays), file=sys.stderr)
    return code


def _grade(app: AutogradeApp, assignment: str, force: bool, executor: Executor) -> int:
    from nbgrader.converters import NbGraderException

    from autograder.plugin.autograde import Autograde

    app.coursedir.assignment_id = assignment
    converter = Autograde(coursedir=app.coursedir, parent=app)
    converter.force, converter.executor, converter.passes_interrupts = force, executor, True
    converter.log = _quiet()
    try:
        converter.start()
    except NbGraderException as error:
        print(error, file=sys.stderr)
        code = 1 if converter.summary else 2  # without a summary nothing could be graded as it was typed
    else:
        code = 0
    if converter.summary:
        print("\n".join(converter.summary.lines()))
    return code


def _quiet() -> logging.Logger:
    """Return a silent log: the command prints what there is to say."""
    log = logging.getLogger("autograder.grade")
    log.propagate = False
    log.handlers = [logging.NullHandler()]
    return log
