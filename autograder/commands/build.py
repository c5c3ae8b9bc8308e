"""Make notebooks/ and solutions/ from source/."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from autograder.batch.progress import Progress
from autograder.course.authored import authored, graded, materialise
from autograder.course.build import (
    build_solutions,
    declared_otherwise,
    differences,
    release_into,
    replace_tree,
    stale_solutions,
)
from autograder.course.layout import RELEASE
from autograder.course.pages import stale_pages, write_pages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder build`."""
    parser.add_argument("--check", action="store_true", help="change nothing; fail if anything is out of date")
    parser.add_argument(
        "--execute", action="store_true", help="execute every solution again, not only the changed ones"
    )


def run(args: argparse.Namespace) -> int:
    """Build or check; returns the exit code."""
    problems = [problem for path in authored() for problem in declared_otherwise(path)]
    with tempfile.TemporaryDirectory() as folder:
        fresh = release_with_progress(Path(folder))
        if args.check:
            problems += [f"notebooks/{name} {what}" for name, what in differences(fresh, RELEASE)]
            problems += [f"solutions/{name} {what}" for name, what in stale_solutions()]
            problems += [f"{name} differs from what source/ and the declarations make" for name in stale_pages()]
        elif not problems:
            replace_tree(fresh, RELEASE)
    if not args.check and not problems:
        materialise()
        write_pages()
        problems = build_solutions(args.execute)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems and args.check:
        print("Out of date: run `python -m autograder build` and commit the result.", file=sys.stderr)
    elif not problems:
        print("notebooks/ and solutions/ are up to date with source/.")
    return 1 if problems else 0


def release_with_progress(folder: Path, assignments: Collection[str] | None = None) -> Path:
    """Make what students receive, in `folder`, and show how far it is; return the folder with the assignments."""
    every = {path.parent.name for path in graded()}
    made = every.intersection(assignments) if assignments else every
    with Progress("Making the students' notebooks", len(made)) as progress:
        return release_into(folder, progress.step, made)
