"""List pairs of answers that are built alike more than chance explains in this class."""

from __future__ import annotations

import argparse

from nbgrader.api import MissingEntry

from autograder.errors import InputError
from autograder.gradebook.database import existing_gradebook
from autograder.plugin.configuration import configured
from autograder.reports.table import not_graded, table_of
from autograder.similarity.pairs import FEWEST, SHUFFLES, Pair, Similar, similar

_CAVEAT = (
    "This is a list of what to look at, never a verdict. Short answers look alike anyway, and so do those of\n"
    "students who learned together, which may be allowed. Read both notebooks, and talk to both students."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder similar`."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="must be graded already")
    parser.add_argument(
        "--most", type=int, default=50, metavar="N", help="largest number of pairs to list (default: 50)"
    )
    parser.add_argument("--show", action="store_true", help="for every pair, show the two answers that agree most")
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Print the pairs; returns the exit code."""
    app = configured(args.db)
    with existing_gradebook(app.coursedir) as gradebook:
        try:
            table = table_of(gradebook, app.coursedir, app.config, args.assignment)
        except MissingEntry:
            known = [assignment.name for assignment in gradebook.assignments]
            raise InputError(not_graded([args.assignment], known, app.coursedir)) from None
    answers = {row.student: row.written.answers for row in table.readable if row.written.answers}
    print(as_text(similar(answers), answers, max(args.most, 0), args.show))
    return 0


def as_text(found: Similar, answers: dict[str, dict[str, str]], most: int, show: bool) -> str:
    """Return the list for a terminal."""
    if not found.pairs:
        if found.students < FEWEST:
            return (
                f"At least {FEWEST} students with answers are needed to say what is rare; there are {found.students}."
            )
        return f"No two students agree more than chance explains.\n\n{_CAVEAT}"
    lines = [
        f"{len(found.pairs)} of {found.students * (found.students - 1) // 2} pairs agree more than chance explains."
        f" In {SHUFFLES} shuffled classes the most alike pair had {found.chance:.1f} bits.",
        "",
        "  bits  students and the exercises that agree most, each with its bits",
    ]
    for pair in found.pairs[:most]:
        exercises = ", ".join(f"{name} {bits:.1f}" for name, bits in pair.exercises[:5])
        lines.append(f"{pair.bits:6.1f}  {pair.first} and {pair.second}: {exercises}")
        lines += _both(pair, answers) if show else []
    if len(found.pairs) > most:
        lines.append(f"        and {len(found.pairs) - most} more pairs (--most)")
    return "\n".join([*lines, "", _CAVEAT])


def _both(pair: Pair, answers: dict[str, dict[str, str]]) -> list[str]:
    exercise = pair.exercises[0][0]
    lines = []
    for student in (pair.first, pair.second):
        lines += [
            f"        {student}, {exercise}",
            *(f"          | {line}" for line in answers[student][exercise].split("\n")),
        ]
    return lines
