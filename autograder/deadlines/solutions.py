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
_README = """\
# Solutions

The notebooks of these assignments with every answer written, and with what each cell then shows:

{names}

Unpack the zip file in the folder in which you worked, so that `solutions` lies beside `notebooks`. Your own notebooks
stay as they are. Then run, in that folder:

```
.venv/bin/jupyter lab solutions/{first}
```

On Windows: `.venv\\Scripts\\jupyter lab solutions\\{windows}`

An answer of yours that looks different can be just as right: the grader tries what a function gives, and does not read
how it is written. Your feedback page says what it found. Where it found a mistake, mend your own answer first, run its
check, and only then compare it with the one here.
"""


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
    """Write the zip file, with a README for students; return how many notebooks are in it."""
    count, first = 0, min((solutions / assignments[0]).glob("*.ipynb")).relative_to(solutions)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        listed = "\n".join(f"- `{name}`" for name in assignments)
        text = _README.format(names=listed, first=first.as_posix(), windows="\\".join(first.parts))
        archive.writestr("solutions/README.md", text)
        for name in assignments:
            for source in sorted((solutions / name).rglob("*")):
                if source.is_file() and not is_cache(source):
                    archive.write(source, f"solutions/{source.relative_to(solutions).as_posix()}")
                    count += source.suffix == ".ipynb"
    return count
