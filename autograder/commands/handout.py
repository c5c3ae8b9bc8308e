"""Pack what students need into one zip file."""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

from autograder.course.handout import _TOP, contents, without_command
from autograder.course.layout import RELEASE, ROOT, given_path

_NAME = "backprop.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m autograder handout`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in notebooks/")
    parser.add_argument("--to", type=given_path, default=Path(_NAME), metavar="FILE", help=f"default: {_NAME}")


def run(args: argparse.Namespace) -> int:
    """Write the zip file; returns the exit code."""
    there = sorted(path.name for path in RELEASE.iterdir() if path.is_dir()) if RELEASE.is_dir() else []
    unknown = [name for name in args.assignments if name not in there]
    if unknown or not there:
        known = ", ".join(there) or "nothing: python -m autograder build makes it"
        print(f"{RELEASE} holds no {', '.join(unknown) or 'assignment'}; it holds {known}.", file=sys.stderr)
        return 2
    try:
        with zipfile.ZipFile(args.to, "w", zipfile.ZIP_DEFLATED) as file:
            for path, name in contents(args.assignments or there):
                if path == ROOT / "pyproject.toml":
                    file.writestr(f"{_TOP}/{name}", without_command(path.read_text(encoding="utf-8")))
                else:
                    file.write(path, f"{_TOP}/{name}")
    except OSError as error:
        print(f"{args.to} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"Written: {args.to} ({args.to.stat().st_size / 1e6:.1f} MB). Its README.md tells students how to start.")
    return 0
