"""What an instructor has beside the hand-ins of a simulated class: who is in it, due dates, and who was late."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.lms.hand_ins import STAMP

ABSENT = "absent"  # in the class, and handed in nothing
_FIRST_DUE = datetime(2026, 10, 5, 18, tzinfo=UTC)  # the others a week apart
_HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")  # Canvas'
_IN_TIME, _ONE_DAY_LATE, _THREE_DAYS_LATE = timedelta(hours=-2), timedelta(hours=20), timedelta(hours=70)
_DEADLINES = """\
timezone = "UTC"

[due]
{due}

[late]
penalty = 0.1
late_days = 1
"""


def lay_out(course: Path, students: list[str], assignments: list[str]) -> list[str]:
    """Write roster.csv, deadlines.toml and each hand-in's time; return sentences on them.

    Of the first assignment the second student's is a day late, which is free, and the third's three days, of which two
    cost points.
    """
    _write_roster(course / "roster.csv", [*students, ABSENT])
    due = {name: _FIRST_DUE + timedelta(weeks=number) for number, name in enumerate(assignments)}
    lines = (f'{name} = "{date:%Y-%m-%d %H:%M}"' for name, date in due.items())
    (course / "deadlines.toml").write_text(_DEADLINES.format(due="\n".join(lines)), encoding="utf-8")
    late = dict(zip(students[1:3], (_ONE_DAY_LATE, _THREE_DAYS_LATE), strict=False))
    for folder in (course / "submitted").glob("*/*"):
        by = late.get(folder.parent.name, _IN_TIME) if folder.name == assignments[0] else _IN_TIME
        (folder / STAMP).write_text(f"{due[folder.name] + by:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")
    said = [f"{ABSENT} is in the class (roster.csv) and handed in nothing."]
    if late:
        verb = "was" if len(late) == 1 else "were"
        said.append(f"{' and '.join(late)} {verb} late with {assignments[0]} (deadlines.toml).")
    return said


def _write_roster(path: Path, students: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        rows.writerows([student, 101 + number, f"S{number}", student, "1"] for number, student in enumerate(students))
