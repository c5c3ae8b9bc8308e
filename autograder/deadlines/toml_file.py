"""deadlines.toml in the course's folder: due dates, extensions and the late policy. By hand or by command.

timezone = "Europe/Berlin"

[due]
02_bar_notation = "2026-12-01 18:00"

[extensions.02_bar_notation]
ada = "2026-12-08 18:00"

[late]
penalty = 0.1
grace_minutes = 15
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from autograder.deadlines.moment import read_moment, read_zone
from autograder.deadlines.policy import LatePolicy, read_policy
from autograder.errors import CourseError
from autograder.wording import did_you_mean
from barprop.atomic_file import write_whole

FILE = "deadlines.toml"
_KNOWN = ("timezone", "due", "extensions", "late")

Changes = dict[tuple[str, ...], object]


class DeadlineError(CourseError):
    """Deadlines that cannot be used; the message is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Deadlines:
    """What deadlines.toml says; all times in UTC.

    Parameters
    ----------
    due : dict
        Assignment -> due date; None where it says that there is none.
    extensions : dict
        Assignment -> student -> another due date.
    late : LatePolicy or None
        What lateness costs; None leaves it to nbgrader's plug-in.
    """

    due: dict[str, datetime | None] = field(default_factory=dict)
    extensions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    late: LatePolicy | None = None
    zone: tzinfo = UTC


def read_deadlines(root: Path) -> Deadlines:
    """Return what a course's deadlines.toml says; nothing where there is none. Raises DeadlineError."""
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DeadlineError(f"{path} cannot be read: {error}.") from None
    return _parsed(text, path)


def _parsed(text: str, path: Path) -> Deadlines:
    try:
        table = tomllib.loads(text)
        for name in table:
            if name not in _KNOWN:
                raise ValueError(f"{name!r} is not known; there are {', '.join(_KNOWN)}.{did_you_mean(name, _KNOWN)}")
        tables = {name: _table(table, name) for name in ("due", "extensions", "late")}
        zone = read_zone(str(table["timezone"])) if "timezone" in table else UTC
        due = {name: None if value == "none" else read_moment(value, zone) for name, value in tables["due"].items()}
        extensions = {
            name: {student: read_moment(value, zone) for student, value in _table(tables["extensions"], name).items()}
            for name in tables["extensions"]
        }
        _check(due, extensions)
        return Deadlines(due, extensions, read_policy(tables["late"]) if "late" in table else None, zone)
    except ValueError as error:  # tomllib's among them
        raise DeadlineError(f"{path}: {error}") from None


def _table(table: dict[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise ValueError(f"{name} is {found!r}; a table [{name}] was expected.")
    return found


def _check(due: dict[str, datetime | None], extensions: dict[str, dict[str, datetime]]) -> None:
    for name, students in extensions.items():
        date = due.get(name)
        if date is None and students:
            raise ValueError(f"{name} has extensions but no due date; give it one in [due].")
        early = [student for student, until in students.items() if date and until < date]
        if early:
            raise ValueError(f"the extension of {early[0]} for {name} ends before {name} is due.")


def change(root: Path, changes: Changes) -> Deadlines:
    """Set entries of deadlines.toml, or take them out; comments and everything else stay as they are.

    Parameters
    ----------
    changes : dict
        The path of an entry, such as ("due", "02_bar_notation") -> its value; None takes it out. All of them are
        written at once.

    Raises
    ------
    DeadlineError
        If the file, or what it would become, cannot be used; then it stays as it was.
    """
    path = root / FILE
    read_deadlines(root)  # it is said what is wrong with it before it is changed
    text = changed = path.read_text(encoding="utf-8") if path.exists() else ""
    wanted = tomllib.loads(text)
    for (*table, key), value in changes.items():
        place = wanted
        for name in table:
            place = place.setdefault(name, {})
        place.pop(key, None)
        if value is not None:
            place[key] = value
        changed = _edited(changed, tuple(table), key, value)
    deadlines = _parsed(changed, path)
    if _filled(tomllib.loads(changed)) != _filled(wanted):
        raise DeadlineError(f"{path} cannot be edited by this command as it is written; change it by hand.")
    if changes:
        write_whole(path, changed)
    return deadlines


def _edited(text: str, table: tuple[str, ...], key: str, value: object) -> str:
    lines = text.splitlines()
    start, end = _section(lines, table)
    entry = [] if value is None else [f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"]
    if start < 0:
        header = [f"[{'.'.join(map(_key, table))}]"] if table else []
        lines += ([""] if lines and header else []) + header + entry if entry else []
        return "\n".join(lines) + "\n"
    there = next((n for n in range(start, end) if _sets(lines[n], key)), None)
    if there is not None:
        lines[there : there + 1] = entry
    else:
        while end > start and not lines[end - 1].strip():
            end -= 1
        lines[end:end] = entry
    return "\n".join(lines) + "\n"


def _section(lines: list[str], table: tuple[str, ...]) -> tuple[int, int]:
    """Return where the entries of a table begin and end; -1 for a table that is not there."""
    heads = [(-1, ())] + [(n, path) for n, line in enumerate(lines) if (path := _header(line)) is not None]
    for place, (line, path) in enumerate(heads):
        if path == table:
            return line + 1, heads[place + 1][0] if place + 1 < len(heads) else len(lines)
    return -1, -1


def _header(line: str) -> tuple[str, ...] | None:
    if not re.match(r"\s*\[[^\[]", line):
        return None
    try:
        found, path = tomllib.loads(line), []
    except tomllib.TOMLDecodeError:
        return None
    while found:
        name, found = next(iter(found.items()))
        path.append(name)
    return tuple(path)


def _sets(line: str, key: str) -> bool:
    try:
        return list(tomllib.loads(line)) == [key]
    except tomllib.TOMLDecodeError:
        return False


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table without the tables in it that are empty."""
    plain = {name: _filled(value) if isinstance(value, dict) else value for name, value in table.items()}
    return {name: value for name, value in plain.items() if value != {}}
