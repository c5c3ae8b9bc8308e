"""The scores of one assignment or several as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.lms.spreadsheet import spreadsheet_safe
from autograder.reports.findings import missing_modules
from autograder.reports.table import Row, Table

# beside the exercises: what a column is called, which assignments have it, and what stands in it
_MORE: tuple[tuple[str, Callable[[Table], bool], Callable[[Row], object]], ...] = (
    ("days late", lambda table: any(row.late for row in table.late), lambda row: row.late.days if row.late else 0),
    ("free late days", lambda table: any(row.late for row in table.late), lambda row: row.late.free if row.late else 0),
    ("late", lambda table: any(row.penalty for row in table.late), lambda row: 0.0 - row.penalty),
    ("total", lambda table: True, lambda row: row.total),
    (
        "modules the grader lacks",
        lambda table: bool(missing_modules(table)),
        lambda row: " ".join(row.record.lacking) if row.record else "",
    ),
)


def write_csv(path: Path, tables: list[Table], names: Mapping[str, str] | None = None) -> None:
    """Write one line per student; columns are assignment/exercise, and where `names` (id -> name) has any, the name."""
    known = names or {}
    columns = [(table, column) for table in tables for column in table.columns]
    more = [(table, title, value) for title, has, value in _MORE for table in tables if has(table)]
    students = sorted({row.student for table in tables for row in table.rows})
    rows = {(table.assignment, row.student): row for table in tables for row in table.rows}
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        titles = [(table, title) for table, title, _ in more]
        header = [f"{table.assignment}/{title}" for table, title in (*columns, *titles)]
        out.writerow(map(spreadsheet_safe, ["student", *["name"] * bool(known), *header]))
        for student in students:
            found = [rows.get((table.assignment, student)) for table, _ in columns]
            points = [row.points.get(c, "") if row else "" for row, (_, c) in zip(found, columns, strict=True)]
            others = [value(row) if (row := rows.get((table.assignment, student))) else "" for table, _, value in more]
            name = [spreadsheet_safe(known.get(student, ""))] * bool(known)
            out.writerow([spreadsheet_safe(student), *name, *points, *others])
