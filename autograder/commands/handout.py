"""Pack what students need into one zip file."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from autograder.course.authored import graded
from autograder.course.build import differences, release_into
from autograder.course.handout import TOP, contents, without_command
from autograder.course.layout import RELEASE, ROOT, given_path
from autograder.course.names import no_assignment

_NAME = "backprop.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder handout`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in notebooks/")
    parser.add_argument("--to", type=given_path, default=Path(_NAME), metavar="FILE", help=f"default: {_NAME}")


def run(args: argparse.Namespace) -> int:
    """Write the zip file; return the exit code.

    What is packed is made from source/ anew: notebooks/ may have been worked in.
    """
    with tempfile.TemporaryDirectory() as folder:
        release = release_into(Path(folder))
        there = sorted({path.parent.name for path in graded()})
        unknown = [name for name in args.assignments if name not in there]
        if unknown:
            print(no_assignment(unknown[0], there), file=sys.stderr)
            return 2
        changed = differences(release, RELEASE) if RELEASE.is_dir() else []
        partial = args.to.with_name(f"{args.to.name}.part")
        try:
            write_zip(partial, release, args.assignments or there)
            os.replace(partial, args.to)
        except OSError as error:
            print(f"{args.to} cannot be written: {error.strerror}.", file=sys.stderr)
            return 2
    if changed:
        names = ", ".join(name for name, _ in changed[:5]) + ", ..." * (len(changed) > 5)
        print(f"notebooks/ differs from what source/ makes ({names}): packed is what source/ makes.", file=sys.stderr)
    print(f"Written: {args.to} ({args.to.stat().st_size / 1e6:.1f} MB). Its README.md tells students how to start.")
    return 0


def write_zip(path: Path, release: Path, assignments: list[str]) -> None:
    """Pack what students need, with the released assignments, into a zip file."""
    # Some build systems date their files 1970, before a zip file's first year: such a date becomes 1980.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as file:
        for source, name in contents(release, assignments):
            if source == ROOT / "pyproject.toml":
                file.writestr(f"{TOP}/{name}", without_command(source.read_text(encoding="utf-8")))
            else:
                file.write(source, f"{TOP}/{name}")
