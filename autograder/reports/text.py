"""The report as text for the terminal."""

from __future__ import annotations

from autograder.reports.findings import _inside, _notes, mistakes
from autograder.reports.table import Table


def as_text(table: Table) -> str:
    """Return the whole report as text for a terminal."""
    lines = [f"{table.assignment}: {len(table.rows)} students, {table.most:g} points", ""]
    if not table.rows:
        return "\n".join([*lines, "Nobody has been graded yet."])
    lines += _grid(table)
    lines += ["", "  ".join(f"{n} {column} ({most:g})" for n, (column, most) in enumerate(table.columns.items(), 1))]
    lines += ["r mended   t trouble   ? waits for review   Q quarantine", "", "What the class got wrong"]
    wrong = mistakes(table)
    for exercise in dict.fromkeys(found.exercise for found in wrong):
        lines += [f"  {exercise}", *(f"    {found}" for found in wrong if found.exercise == exercise)]
    lines += [] if wrong else ["  nothing"]
    if inside := _inside(table):
        lines += ["", "Scored inside the student's process (an instructor's own tests): " + ", ".join(inside)]
    for title, sentences in _notes(table):
        if sentences:
            lines += ["", title, *(f"  {sentence}" for sentence in sentences)]
    return "\n".join(lines)


def _grid(table: Table) -> list[str]:
    """Students by exercises; columns are numbered, since names would not fit."""
    rows = [["student", *(str(n + 1) for n in range(len(table.columns))), "total", ""]]
    for row in table.rows:
        late = f"{row.marks} ({row.penalty:g} off, late)" if row.penalty else row.marks
        points = [_number(row.points.get(column)) for column in table.columns]
        rows.append([row.student, *points, f"{row.total:.4g}", late])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [f"{text:>{width}}" for text, width in zip(rest[:-1], widths[1:-1], strict=True)]
        lines.append("  ".join([f"{first:{widths[0]}}", *cells, rest[-1]]).rstrip())
    return lines


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
