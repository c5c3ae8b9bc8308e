"""Say what lateness costs; without options, list what is set."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.deadlines.describe import described
from autograder.deadlines.policy import read_policy
from autograder.deadlines.toml_file import change
from autograder.plugin.configuration import configured


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder late`."""
    add = parser.add_argument
    add(
        "--penalty",
        type=_penalty,
        metavar="SHARE",
        help="share of the points lost per day or part of a day, e.g. 0.1 or 10%%; or `none`, or `zero`",
    )
    add(
        "--grace-minutes", type=float, metavar="MINUTES", help="minutes that a submission may be late without a penalty"
    )
    add("--late-days", type=int, metavar="DAYS", help="free late days of each student in the whole course")
    add("--at-most", type=_share, metavar="SHARE", help="largest share of the points that lateness can cost")


def _penalty(text: str) -> float | str:
    return text if text in ("none", "zero") else _share(text)


def _share(text: str) -> float:
    """Return a share that was typed as a number or as a percentage."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a share of the points: write 0.1 or 10% for a tenth"
        ) from None
    if 1 < share <= 100 and not text.endswith("%"):
        raise argparse.ArgumentTypeError(f"{text} is more than all of the points. Did you mean {text}%?")
    return share


def run(args: argparse.Namespace) -> int:
    """Set or list; return the exit code."""
    app = configured()
    root = Path(app.coursedir.root)
    names = ("penalty", "grace_minutes", "late_days", "at_most")
    given = {name: value for name in names if (value := getattr(args, name)) is not None}
    read_policy(given)  # its sentences name the setting and not the file
    deadlines = change(root, {("late", name): value for name, value in given.items()})
    print("\n".join(described(deadlines, app.config)))
    return 0
