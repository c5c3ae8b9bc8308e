"""The scores of one assignment or several as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from autograder.lms.spreadsheet import spreadsheet_safe
from autograder.reports.findings import missing_modules
from autograder.reports.table import Row, Table


def write_csv(path: Path, tables: list[Table], names: Mapping[str, str] | None = None) -> None:
    """Write one line per student; columns are assignment/exercise, and where `names` (id -> name) has any, the name."""
    known = names or {}
    columns = [(table, column) for table in tables for column in table.columns]
    students = sorted({row.student for table in tables for row in table.rows})
    rows = {(table.assignment, row.student): row for table in tables for row in table.rows}
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        late = [table for table in tables if any(row.penalty for row in table.rows)]
        totals = [f"{table.assignment}/late" for table in late]
        totals += [f"{table.assignment}/total" for table in tables]
        gaps = [table for table in tables if missing_modules(table)]
        totals += [f"{table.assignment}/modules the grader lacks" for table in gaps]
        first = ["student", "name"] if known else ["student"]
        header = [*first, *(f"{table.assignment}/{column}" for table, column in columns), *totals]
        out.writerow(map(spreadsheet_safe, header))
        for student in students:
            found = [rows.get((table.assignment, student)) for table, _ in columns]
            points = [row.points.get(c, "") if row else "" for row, (_, c) in zip(found, columns, strict=True)]
            off = [0.0 - row.penalty if (row := rows.get((table.assignment, student))) else "" for table in late]
            sums = [row.total if (row := rows.get((table.assignment, student))) else "" for table in tables]
            lacks = [_lacks(rows.get((table.assignment, student))) for table in gaps]
            name = [spreadsheet_safe(known.get(student, ""))] * bool(known)
            out.writerow([spreadsheet_safe(student), *name, *points, *off, *sums, *lacks])


def _lacks(row: Row | None) -> str:
    return " ".join(row.record.lacking) if row and row.record else ""
