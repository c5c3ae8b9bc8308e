"""The report as text for the terminal."""

from __future__ import annotations

from collections.abc import Callable

from autograder.reports.class_report import ClassReport, Part
from autograder.reports.figures import left_out
from autograder.reports.findings import NOTES, Found, mistakes, rest_of
from autograder.reports.table import Table
from autograder.wording import points

_MOST = 4  # sentences of one student in the terminal


def as_text(report: ClassReport) -> str:
    """Return the whole report for a terminal."""
    return "\n\n".join(_part(part, report.who) for part in report.parts) + _struggling(report)


def _part(part: Part, who: Callable[[str], str]) -> str:
    table = part.table
    lines = [f"{table.assignment}: {len(table.rows)} students, {table.most:g} points", ""]
    if part.missing:
        lines += [f"Nothing from {', '.join(map(who, part.missing))}", ""]
    if not table.rows:
        return "\n".join([*lines, "Nobody has been graded yet."])
    lines += _grid(table, who)
    lines += ["", "  ".join(f"{n} {column} ({most:g})" for n, (column, most) in enumerate(table.columns.items(), 1))]
    lines += ["   ".join(table.legend)] if table.legend else []
    lines += [*_spread(part), *_wrong(table)]
    lines += _clusters(part.clusters)
    if part.inside:
        lines += ["", "Scored inside the student's process (an instructor's own tests): " + ", ".join(part.inside)]
    if part.lacking:
        lines += ["", "Modules the grader lacks"]
        for module, students in part.lacking.items():
            lines.append(f"  {module}, in {len(students)}: {', '.join(map(who, students))}")
    for kind, title in NOTES.items():
        if found := part.sentences(kind):
            said = (f"  {', '.join(map(who, students))}: {_first(sentences)}" for students, sentences in found)
            lines += ["", title, *(line.rstrip(": ") for line in said)]
    return "\n".join(lines)


def _first(sentences: list[str]) -> str:
    more = len(sentences) - _MOST
    return " ".join(sentences[:_MOST]) + (f" And {more} more, all in the page (--html FILE)." if more > 0 else "")


def _spread(part: Part) -> list[str]:
    spread = part.spread
    if spread is None:
        return []
    quartiles = f"half of the class between {points(spread.low)} and {points(spread.high)}"
    return [f"mean {points(spread.mean)}, median {points(spread.median)}, {quartiles}{left_out(part.table)}"]


def _wrong(table: Table) -> list[str]:
    found = mistakes(table)
    own = [one for one in found if one.own]
    lines = ["", "What the class got wrong"]
    for exercise in [name for name in table.columns if any(one.exercise == name for one in own)]:
        mine = sorted((one for one in own if one.exercise == exercise), key=lambda one: -one.count)
        lines += [f"  {exercise}", *(f"    {one}" for one in mine)]
    lines += [f"  {rest}" for rest in rest_of(found, [table])]
    return lines if found else [*lines, "  nothing"]


def _clusters(clusters: list[Found]) -> list[str]:
    if not clusters:
        return []
    lines = ["", "Wrong answers that agree with each other and have no name"]
    return lines + [f"  {one.exercise}: {one.count} students. {one.what}" for one in clusters]


def _struggling(report: ClassReport) -> str:
    if len(report.parts) < 2 or not report.struggling:
        return ""
    lines = ["", "", "Below half of the points on average, or handed in less than half"]
    for one in report.struggling:
        nothing = "nothing counts yet" if one.handed_in else "nothing handed in"
        mean = nothing if one.mean is None else f"{100 * one.mean:.0f} % on average"
        lines.append(f"  {report.who(one.student)}: {mean}, {one.handed_in} of {len(one.shares)} handed in")
    return "\n".join(lines)


def _grid(table: Table, who: Callable[[str], str]) -> list[str]:
    """Students by exercises; columns are numbered, since names would not fit."""
    rows = [["student", *(str(n + 1) for n in range(len(table.columns))), "total", ""]]
    for row in table.rows:
        scores = [points(row.points.get(column)) for column in table.columns]
        late = f"({row.lateness})" if row.lateness else ""
        rows.append([who(row.student), *scores, points(row.total), f"{row.marks} {late}".strip()])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [f"{text:>{width}}" for text, width in zip(rest[:-1], widths[1:-1], strict=True)]
        lines.append("  ".join([f"{first:{widths[0]}}", *cells, rest[-1]]).rstrip())
    return lines
