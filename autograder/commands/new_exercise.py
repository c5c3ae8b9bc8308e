"""Lay out the files of a new exercise, to be filled in."""

from __future__ import annotations

import argparse

from autograder.course.layout import ROOT
from autograder.course.scaffold import add_exercise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder new-exercise`."""
    parser.add_argument("notebook", metavar="NOTEBOOK", help="such as 02_bar_notation")
    parser.add_argument("name", metavar="NAME", help="what students define, such as bar_cube")


def run(args: argparse.Namespace) -> int:
    """Write the files and say what to do next; return the exit code."""
    written = add_exercise(args.notebook, args.name)
    print("Written, with FILL IN where you go on:")
    for path in written:
        print(f"  {path.relative_to(ROOT)}")
    print("Then: autograder build. docs/new-exercise.md walks through an example.")
    print(
        f"Once {args.notebook} has grades, nbgrader refuses new cells and deletes the released notebook. Then set "
        "gradebook.db aside first, and grade everything again, without the manual grades."
    )
    return 0
