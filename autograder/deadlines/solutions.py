"""The solutions of assignments that are over, as a zip file for students."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.course.layout import is_cache
from autograder.deadlines.toml_file import read_deadlines
from autograder.gradebook.database import open_gradebook

NO_DATE = "no due date"


def why_not_yet(coursedir: CourseDirectory, assignments: list[str], now: datetime) -> dict[str, str]:
    """Return `due DATE` or NO_DATE for each assignment that somebody may still work on, extensions included.

    Raises
    ------
    DeadlineError
        If deadlines.toml cannot be used.
    """
    deadlines = read_deadlines(Path(coursedir.root))
    due: dict[str, datetime | None] = _in_gradebook(coursedir) | deadlines.due
    said = {}
    for name in assignments:
        date = due.get(name)
        last = max([date, *deadlines.extensions.get(name, {}).values()]) if date else None
        if last is None:
            said[name] = NO_DATE
        elif last > now:
            extended = " (with extensions)" if last != date else ""
            said[name] = f"due {last.astimezone(deadlines.zone):%Y-%m-%d %H:%M} {deadlines.zone}{extended}"
    return said


def _in_gradebook(coursedir: CourseDirectory) -> dict[str, datetime | None]:
    if coursedir.db_url.startswith("sqlite:///") and not Path(coursedir.db_url[len("sqlite:///") :]).exists():
        return {}
    with open_gradebook(coursedir) as gradebook:
        return {one.name: one.duedate.replace(tzinfo=UTC) for one in gradebook.assignments if one.duedate}


def write_solutions(path: Path, solutions: Path, assignments: list[str]) -> int:
    """Write the zip file; return how many notebooks are in it."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name in assignments:
            for source in sorted((solutions / name).rglob("*")):
                if source.is_file() and not is_cache(source):
                    archive.write(source, f"solutions/{source.relative_to(solutions).as_posix()}")
                    count += source.suffix == ".ipynb"
    return count
