"""Pack what students need into one zip file."""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from autograder.commands.build import release_with_progress
from autograder.course.authored import authored, graded
from autograder.course.build import differences
from autograder.course.handout import TOP, contents, for_students, readme
from autograder.course.layout import RELEASE, ROOT, SOLUTIONS, given_path
from autograder.course.names import require_assignments
from autograder.deadlines.solutions import NO_DATE
from autograder.errors import CourseError
from autograder.wording import plural
from barprop.atomic_file import replacing
from barprop.update import RECORD, record_of

_NAME = "backprop.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m autograder handout`."""
    add = parser.add_argument
    add(
        "assignments",
        nargs="*",
        metavar="ASSIGNMENT",
        help="default: all; with --solutions, all whose due date has passed",
    )
    add("--to", type=given_path, metavar="FILE", help=f"default: {_NAME}, or solutions.zip")
    add("--solutions", action="store_true", help="pack the solutions of assignments whose due date has passed")
    add("--force", action="store_true", help="pack solutions even before the due date")


def run(args: argparse.Namespace) -> int:
    """Write the zip file; return the exit code."""
    args.to = args.to or Path("solutions.zip" if args.solutions else _NAME).absolute()
    try:
        return _solutions(args) if args.solutions else _notebooks(args)
    except OSError as error:
        raise CourseError(f"{args.to} cannot be written: {error.strerror}.") from None


def _notebooks(args: argparse.Namespace) -> int:
    """Pack what students need. It is made from source/ anew: notebooks/ may have been worked in."""
    known = sorted({path.parent.name for path in authored()})
    require_assignments(args.assignments, known)
    with tempfile.TemporaryDirectory() as folder:
        release = release_with_progress(Path(folder), args.assignments)
        made = sorted(path.name for path in release.iterdir() if path.is_dir())
        changed = [
            f"{name}/{file}"
            for name in made
            if (RELEASE / name).is_dir()
            for file, _ in differences(release / name, RELEASE / name)
        ]
        with replacing(args.to) as partial:
            write_zip(partial, release, args.assignments or made)
    if changed:
        names = ", ".join(changed[:5]) + ", ..." * (len(changed) > 5)
        print(f"notebooks/ differs from what source/ makes ({names}): packed is what source/ makes.", file=sys.stderr)
    print(f"Written: {args.to} ({args.to.stat().st_size / 1e6:.1f} MB). Its README.md tells students how to start.")
    return 0


def _solutions(args: argparse.Namespace) -> int:
    """Pack the solutions of assignments that are over, or of all that were asked for by force."""
    from autograder.deadlines.solutions import why_not_yet, write_solutions
    from autograder.plugin.configuration import configured

    there = sorted(path.name for path in SOLUTIONS.glob("*") if path.is_dir())
    require_assignments(args.assignments, there)
    open_still = why_not_yet(configured().coursedir, args.assignments or there, datetime.now(UTC))
    over = [name for name in args.assignments or there if args.force or name not in open_still]
    if not over or (args.assignments and len(over) < len(args.assignments)):
        print(_refusal(open_still), file=sys.stderr)
        return 1
    with replacing(args.to) as partial:
        count = write_solutions(partial, SOLUTIONS, over)
    print(f"Written: {args.to} (the solutions of {', '.join(over)}: {plural(count, 'notebook')})")
    return 0


def _refusal(open_still: dict[str, str]) -> str:
    reasons: dict[str, list[str]] = {}
    for name, why in open_still.items():
        reasons.setdefault(why, []).append(name)
    said = []
    for why, names in reasons.items():
        one = len(names) == 1
        verb = ("is" if one else "are") if why.startswith("due") else ("has" if one else "have")
        how = " (autograder due ASSIGNMENT DATE)" if why == NO_DATE else ""
        said.append(f"{', '.join(names)} {verb} {why}{how}")
    return f"No solutions were packed: {'; '.join(said)}. To pack them anyway: --force."


def write_zip(path: Path, release: Path, assignments: list[str]) -> None:
    """Pack what students need, with the released assignments, into a zip file."""
    files = contents(release, assignments)
    _write(path, files, len({path.parent.name for path in graded()}.intersection(assignments)))
    notebooks = {name: source.read_bytes() for source, name in files if name.startswith("notebooks/")}
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:  # what an update can replace without asking
        file.writestr(f"{TOP}/{RECORD}", record_of(notebooks))


def _write(path: Path, files: list[tuple[Path, str]], count: int) -> None:
    # Some build systems date their files 1970, before a zip file's first year: such a date becomes 1980.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as file:
        for source, name in files:
            if source == ROOT / "pyproject.toml":
                file.writestr(f"{TOP}/{name}", for_students(source.read_text(encoding="utf-8")))
            elif name == "README.md":
                file.writestr(f"{TOP}/{name}", readme(source.read_text(encoding="utf-8"), count))
            else:
                file.write(source, f"{TOP}/{name}")
