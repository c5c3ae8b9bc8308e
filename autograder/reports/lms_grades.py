"""Grades as Canvas and Moodle take them back: one line for everybody in the roster."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from autograder.errors import CourseError
from autograder.lms.canvas_columns import CANVAS_NUMBER, columns_of, likely_column
from autograder.lms.roster import COLUMNS, Roster, Student
from autograder.lms.spreadsheet import plain_text, spreadsheet_safe
from autograder.reports.table import Row, Table
from autograder.wording import did_you_mean, listed, points

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_CANVAS_KNOWN = (*_CANVAS, "LastName", "FirstName", "Integration ID", "Root Account")
_MOODLE = ("ID number", "Email address", "Full name")
_HARDLY_ANYBODY = 0.1  # of the class
_SIGNED = re.compile(r"[+-][\w.@+-]*")  # an id that begins with a sign and calls no function of a spreadsheet

_points = partial(points, digits=4)


class ExportError(CourseError):
    """Grades that cannot be written for this LMS; the message is a sentence that says why and what to do."""


@dataclass
class Written:
    """Lines for a CSV file, and sentences on what whoever uploads it should know."""

    lines: list[list[object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def save(self, path: Path, delimiter: str = ",") -> None:
        """Write the file. Raises OSError."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(self.lines)


def canvas_grades(
    roster: Roster,
    tables: list[Table],
    titles: Mapping[str, str],
    absent: str = "",
    headings: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Written:
    """Return the gradebook in Canvas' columns: Student, ID, ..., Section, one for each assignment; Points Possible.

    Parameters
    ----------
    titles : mapping
        Assignment -> the title of its column, where that is not found among the roster's.
    absent : str
        The grade of a student who handed in nothing: empty, or 0.
    headings : mapping
        Assignment -> the titles of its notebooks, which its column may have as well.

    Raises
    ------
    ExportError
        If the roster is not Canvas'.
    """
    if roster.lms != "canvas":
        raise ExportError(
            f"{roster.table.path} is not a gradebook from Canvas, so Canvas could match nobody. Export it there."
        )
    result = Written()
    header = [name for name in roster.table.header if name in _CANVAS_KNOWN]
    own = header if "ID" in header else list(_CANVAS)
    columns = [
        _title(roster, table.assignment, titles, headings.get(table.assignment, ()), result.notes) for table in tables
    ]
    result.lines.append([*own, *map(spreadsheet_safe, columns)])
    most = [_possible(roster, table, column, result.notes) for table, column in zip(tables, columns, strict=True)]
    result.lines.append(["    Points Possible", *[""] * (len(own) - 1), *most])
    found = [_by_student(roster, table, result.notes) for table in tables]
    cells = dict(roster.table.rows)
    for student in roster:
        row = dict(zip(roster.table.header, cells[student.line], strict=True))
        who = [_identity(name, row[name] if name in row else _canvas_value(student, name)) for name in own]
        scores = [_points(rows[student.id].total) if student.id in rows else absent for rows in found]
        result.lines.append([*who, *scores])
    return result


def moodle_grades(roster: Roster, tables: list[Table], absent: str = "") -> Written:
    """Return grades for Moodle: the grading worksheet filled in, or a table for its import of grades.

    A roster with the columns Identifier and Grade is the worksheet of one assignment, which is filled in; for another
    roster the lines are ID number, Email address, Full name, and for each assignment its grade and its feedback.

    Raises
    ------
    ExportError
        If the roster is a worksheet and there are several assignments.
    """
    places = {name.casefold(): place for place, name in enumerate(roster.table.header)}
    if not {"identifier", "grade"} <= places.keys():
        return _moodle_import(roster, tables, absent)
    if len(tables) != 1:
        raise ExportError(
            f"{roster.table.path} is Moodle's grading worksheet of one assignment; say for which: "
            f"{', '.join(table.assignment for table in tables)}."
        )
    result, table = Written(), tables[0]
    rows, cells = _by_student(roster, table, result.notes), dict(roster.table.rows)
    result.lines.append(list(roster.table.header))
    maxima = set()
    for student in roster:
        row = rows.get(student.id)
        new = {"grade": _points(row.total) if row else absent, "feedback comments": _comment(row, table)}
        kept = [_identity(name, cell) for name, cell in zip(roster.table.header, cells[student.line], strict=True)]
        for name, text in new.items():
            if name in places:
                kept[places[name]] = text
        maxima.add(cells[student.line][places["maximum grade"]] if "maximum grade" in places else "")
        result.lines.append(list(kept))
    other = sorted(text for text in maxima if text and _as_number(text) != table.most)
    if other:
        result.notes.append(
            f"Moodle's maximum grade is {', '.join(other)}, {table.assignment} has {_points(table.most)} points."
        )
    return result


def _moodle_import(roster: Roster, tables: list[Table], absent: str) -> Written:
    result = Written()
    get: dict[str, Callable[[Student], str]] = {
        "ID number": lambda student: student.sis_id,
        "Email address": lambda student: student.email,
        "Full name": lambda student: student.name,
    }
    own = [name for name in _MOODLE if any(get[name](student) for student in roster)]
    if own in ([], ["Full name"]):
        raise ExportError(
            f"{roster.table.path} has neither ID numbers nor e-mail addresses, and Moodle matches by these."
        )
    names = [name for table in tables for name in (table.assignment, f"{table.assignment} (feedback)")]
    result.lines.append([*own, *map(spreadsheet_safe, names)])
    found = [_by_student(roster, table, result.notes) for table in tables]
    for student in roster:
        scores: list[object] = []
        for table, rows in zip(tables, found, strict=True):
            row = rows.get(student.id)
            scores += [_points(row.total) if row else absent, _comment(row, table)]
        result.lines.append([*(_identity(name, get[name](student)) for name in own), *scores])
    return result


def _by_student(roster: Roster, table: Table, notes: list[str]) -> dict[str, Row]:
    """Return the rows of the gradebook by the roster's ids; say who is not in it.

    Raises
    ------
    ExportError
        If hardly anybody of either is in the other: such a roster has other ids than those that were collected with.
    """
    found, strangers = {}, []
    for row in table.rows:
        student = roster.find(row.student)
        if student is None:
            strangers.append(row.student)
        else:
            found[student.id] = row
    if strangers and len(found) < min(len(roster), len(table.rows)) * _HARDLY_ANYBODY:
        raise ExportError(
            f"{roster.table.path} knows {len(found)} of the {len(table.rows)} students who have grades for "
            f"{table.assignment}: the gradebook calls them {listed(strangers, 3)}, the roster "
            f"{listed([student.id for student in roster], 3)}. Nothing was written. Give the roster that the "
            "hand-ins were collected with (--roster CSV)."
        )
    if strangers:
        notes.append(f"{table.assignment}: in the gradebook but not in the roster, so left out: {listed(strangers)}.")
    waiting = [student for student, row in found.items() if row.waiting]
    if waiting:
        notes.append(f"{table.assignment}: some points still have to be given by hand: {listed(waiting)}.")
    return found


def _title(
    roster: Roster, assignment: str, titles: Mapping[str, str], headings: Collection[str], notes: list[str]
) -> str:
    """Return the title of an assignment's column: the given one, the one in the roster that is like it, or its name.

    Parameters
    ----------
    headings : collection of str
        The titles of its notebooks.
    """
    others = [name for name in roster.table.header if CANVAS_NUMBER.search(name)]
    there = f" among {', '.join(others)}" if others else ""
    if assignment in titles:
        if titles[assignment] not in roster.table.header:
            notes.append(
                f"{roster.table.path.name} has no column {titles[assignment]!r}{there}; Canvas will offer to make a "
                f"new one.{did_you_mean(titles[assignment], others)}"
            )
        return titles[assignment]
    names = [assignment, *headings]
    found = columns_of(names, others)
    if len(found) == 1:
        return found[0]
    likely = likely_column(names, found or others)
    option = "--column " + shlex.quote(f"{assignment}={likely or 'TITLE (NUMBER)'}")
    why = f"may be each of {', '.join(found)}" if found else f"was not found{there}"
    way = f"If it is {likely!r}, add" if likely else "To name it:"
    notes.append(f"Canvas' column for {assignment} {why}; Canvas will offer to make a new one. {way} {option}")
    return assignment


def _possible(roster: Roster, table: Table, column: str, notes: list[str]) -> str:
    """Return the points possible: what Canvas has, since Canvas would change it to what the file says."""
    if column in roster.table.header:
        place = roster.table.header.index(column)
        cells = [row[place].strip() for _, row in roster.table.rows if row[0].strip() == "Points Possible"]
        if cells and cells[0]:
            if _as_number(cells[0]) != table.most:
                ours = _points(table.most)
                notes.append(
                    f"Canvas has {cells[0]} points for {column}, the notebooks {ours}; points are not scaled. Before "
                    f"importing, set the assignment's points in Canvas to {ours}, export its gradebook to "
                    f"{roster.table.path.name} again, and repeat this: the file repeats the points it finds there."
                )
            return cells[0]
    return _points(table.most)


def _plain(title: str) -> str:
    return "".join(c for c in title.casefold() if c.isalnum())


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _canvas_value(student: Student, name: str) -> str:
    last, _, first = student.sortable_name.partition(", ")
    values = {"Student": student.sortable_name, "ID": student.canvas_id, "SIS User ID": student.sis_id}
    values |= {"SIS Login ID": student.login, "Section": student.section, "LastName": last, "FirstName": first}
    return values.get(name, "")


def _identity(column: str, cell: str) -> object:
    """Return a cell of the roster that no spreadsheet takes for a formula; ids stay as they are as long as they can."""
    text = plain_text(cell)
    is_name = any(column.casefold() in COLUMNS[kind] for kind in ("sortable_name", "name", "first", "last"))
    return text if not is_name and _SIGNED.fullmatch(text) else spreadsheet_safe(text)


def _comment(row: Row | None, table: Table) -> str:
    if row is None:
        return ""
    late = f" {_points(row.penalty)} taken off for lateness." if row.penalty else ""
    return f"{_points(row.total)} of {_points(table.most)} points.{late}"
