"""python -m autograder report ASSIGNMENT: scores per student and exercise, and what the class got wrong."""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, GradeCell, MissingEntry, SubmittedAssignment

from autograder.grading.command import configured
from autograder.grading.journal import Journal
from autograder.grading.record import Record
from autograder.grading.released import the_gradebook
from autograder.grading.submitted import coursedir_path
from autograder.grading.writer import graded_key
from barprop.exercises import TESTS


@dataclass
class Row:
    """One student: points by column, and the record the grading left."""

    student: str
    points: dict[str, float] = field(default_factory=dict)
    total: float = 0.0
    penalty: float = 0.0
    waiting: bool = False
    record: Record | None = None

    @property
    def marks(self) -> str:
        """Footnote signs: something was mended, waits for review, could not be read, or made trouble."""
        record = self.record
        signs = [
            ("Q", bool(record and record.quarantine)),
            ("r", bool(record and any(nb.repairs for nb in record.notebooks))),
            ("t", bool(record and not record.quarantine and record.trouble)),
            ("?", self.waiting),
        ]
        return "".join(sign for sign, set_ in signs if set_)


@dataclass
class Table:
    """One assignment: columns (exercise -> most points) and a row a student."""

    assignment: str
    columns: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    @property
    def most(self) -> float:
        """The most points there are."""
        return sum(self.columns.values())

    @property
    def readable(self) -> list[Row]:
        """The students something could be read of."""
        return [row for row in self.rows if row.record and not row.record.quarantine]


@dataclass(frozen=True)
class Found:
    """How often something went wrong in one exercise."""

    exercise: str
    what: str
    count: int
    of: int

    def __str__(self) -> str:
        return f"{100 * self.count / self.of:3.0f} % of the class ({self.count} of {self.of}): {self.what}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m autograder report`."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in the gradebook")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the scores as CSV, one line a student")
    parser.add_argument("--db", metavar="URL", help="gradebook, e.g. sqlite:///gradebook.db")


def run(args: argparse.Namespace) -> int:
    """Print the report; returns the exit code."""
    app = configured(args.db)
    with the_gradebook(app.coursedir) as gradebook:
        names = args.assignments or [assignment.name for assignment in gradebook.assignments]
        try:
            tables = [table_of(gradebook, app.coursedir, app.config, name) for name in names]
        except MissingEntry:
            known = [assignment.name for assignment in gradebook.assignments]
            print(not_graded(names, known), file=sys.stderr)
            return 2
    if not tables:
        print("The gradebook is empty: grade something first (python -m autograder grade).", file=sys.stderr)
        return 2
    for path, write in ((args.html, write_html), (args.csv, write_csv)):
        if path:
            try:
                write(path, tables)
            except OSError as error:
                print(f"{path} cannot be written: {error.strerror}.", file=sys.stderr)
                return 2
    print("\n\n".join(as_text(table) for table in tables))
    return 0


def not_graded(names: list[str], known: list[str]) -> str:
    """What to say where the gradebook lacks some of the assignments."""
    missing = ", ".join(name for name in names if name not in known)
    there = f"it has {', '.join(known)}" if known else "nothing has been graded yet"
    return f"The gradebook has no {missing}; {there}."


def table_of(gradebook: Gradebook, coursedir: Any, config: Any, name: str) -> Table:
    """The table of one assignment. Raises MissingEntry where the gradebook has none."""
    assignment = gradebook.find_assignment(name)
    columns = _columns(assignment)
    table = Table(name)
    for column, most in columns.values():
        table.columns[column] = table.columns.get(column, 0.0) + most
    folder = config.Grading.get("folder", ".grading") if "Grading" in config else ".grading"
    journal = Journal(Path(coursedir.root) / str(folder) / "journal")
    autograded = coursedir_path(coursedir, coursedir.autograded_directory)
    for submission in sorted(gradebook.assignment_submissions(name), key=lambda s: s.student_id):
        row = _row(submission, columns)
        row.record = _record(journal, autograded / row.student / name)
        table.rows.append(row)
    return table


def _columns(assignment: Assignment) -> dict[str, tuple[str, float]]:
    """Cell id -> (column, points): an exercise's test cells share a column, an instructor's own have theirs."""
    columns = {}
    for notebook in assignment.notebooks:
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            ours = cell.name in TESTS and isinstance(cell, GradeCell)
            title = TESTS[cell.name][0].name if ours else cell.name
            columns[cell.id] = (title, float(cell.max_score))
    return columns


def _row(submission: SubmittedAssignment, columns: dict[str, tuple[str, float]]) -> Row:
    row = Row(submission.student_id, penalty=float(submission.late_submission_penalty or 0.0))
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            column = columns[grade.cell_id][0]
            row.points[column] = row.points.get(column, 0.0) + float(grade.score or 0.0)
            row.waiting = row.waiting or bool(grade.needs_manual_grade)
    row.total = max(0.0, sum(row.points.values()) - row.penalty)
    return row


def _record(journal: Journal, folder: Path) -> Record | None:
    """The record that a student's graded notebooks were made from."""
    keys = {graded_key(path) for path in sorted(folder.glob("*.ipynb"))} - {""}
    return next((record for record in map(journal.get, sorted(keys)) if record), None)


def mistakes(table: Table) -> list[Found]:
    """What went wrong, by exercise in the order of the notebook, the most frequent first."""
    seen: dict[str, Counter] = {name: Counter() for name in table.columns}
    for row in table.readable:
        for exercise, what in {found for notebook in row.record.notebooks for found in _wrong(notebook.grades)}:
            seen.setdefault(exercise, Counter())[what] += 1
    of = len(table.readable)
    return [Found(name, what, count, of) for name, counts in seen.items() for what, count in counts.most_common()]


# The sentence of a failed check -> what the class report counts it as; the first that fits.
_KINDS = (
    (r"not written yet|NotImplementedError", "not written yet"),
    (r"^There is no ", "nothing of that name"),
    (r"^The cell for \w+ (is missing|could not be read)", "the cell is gone"),
    (r"did not run to its end| stopped with |calls itself without end", "stops with an error"),
    (r"did not come back", "does not come back"),
    (r" uses .*does not pass yet", "leans on another answer that fails"),
    (r"^\S* ?(came back as|returned|is called with|should be) ", "gives something of another kind or shape"),
)


def _wrong(grades: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, grade in grades.items():
        if grade.points is None or grade.points >= grade.max_points:
            continue
        kinds = (what for pattern, what in _KINDS if re.search(pattern, grade.problem))
        yield grade.exercise or name, grade.mistake or next(kinds, "another mistake")


def _inside(table: Table) -> list[str]:
    """The instructor's own test cells: their scores were made in the student's process."""
    found = {
        name: None
        for row in table.readable
        for notebook in row.record.notebooks
        for name, grade in notebook.grades.items()
        if grade.inside
    }
    return list(found)


def _notes(table: Table) -> list[tuple[str, list[str]]]:
    """Sections of sentences about single students."""
    quarantine, seen, mended, trouble, waiting = [], [], [], [], []
    for row in table.rows:
        if row.waiting:
            waiting.append(row.student)
        if row.record is None:
            continue
        if row.record.quarantine and not row.waiting:
            seen.append(f"{row.student}: {row.record.quarantine}")
            continue
        if row.record.quarantine:
            quarantine.append(f"{row.student}: {row.record.quarantine}")
            continue
        mended += [f"{row.student}: {text}" for nb in row.record.notebooks for text in nb.repairs]
        trouble += [f"{row.student}: {text}" for text in row.record.trouble]
    review = [", ".join(waiting)] if waiting else []
    return [
        ("In quarantine: nothing could be read, counts 0 until somebody looks", quarantine),
        ("In quarantine, and looked at by a person", seen),
        ("Mended before grading", mended),
        ("Trouble while grading", trouble),
        ("Wait for a person in the formgrader", review),
    ]


# --- as text, HTML and CSV --------------------------------------------------------------------


def as_text(table: Table) -> str:
    """The whole report for a terminal."""
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


def write_csv(path: Path, tables: list[Table]) -> None:
    """One line a student and assignment; columns are assignment/exercise."""
    columns = [(table, column) for table in tables for column in table.columns]
    students = sorted({row.student for table in tables for row in table.rows})
    rows = {(table.assignment, row.student): row for table in tables for row in table.rows}
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        late = [table for table in tables if any(row.penalty for row in table.rows)]
        totals = [f"{table.assignment}/late" for table in late]
        totals += [f"{table.assignment}/total" for table in tables]
        out.writerow(["student", *(f"{table.assignment}/{column}" for table, column in columns), *totals])
        for student in students:
            found = [rows.get((table.assignment, student)) for table, _ in columns]
            points = [row.points.get(c, "") if row else "" for row, (_, c) in zip(found, columns, strict=True)]
            off = [-row.penalty if (row := rows.get((table.assignment, student))) else "" for table in late]
            sums = [row.total if (row := rows.get((table.assignment, student))) else "" for table in tables]
            out.writerow([_safe(student), *points, *off, *sums])


def _safe(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse }} th, td {{ padding: 2px 8px; border-bottom: 1px solid #8888 }}
td {{ text-align: right }} td:first-child, th:first-child {{ text-align: left }}
th {{ vertical-align: bottom }} th span {{ writing-mode: vertical-rl; transform: rotate(180deg) }}
</style>
{body}
</html>
"""


def write_html(path: Path, tables: list[Table]) -> None:
    """The report as one page that needs nothing else."""
    title = "Report: " + ", ".join(table.assignment for table in tables)
    body = "\n".join(_html(table) for table in tables)
    path.write_text(_PAGE.format(title=escape(title), body=body), encoding="utf-8")


def _html(table: Table) -> str:
    heads = "".join(f"<th><span>{escape(c)} ({most:g})</span></th>" for c, most in table.columns.items())
    rows = "\n".join(
        f"<tr><td>{escape(row.student)}</td>"
        + "".join(f"<td>{_number(row.points.get(column))}</td>" for column in table.columns)
        + f"<td>{row.total:.4g}</td><td>{escape(row.marks)}</td></tr>"
        for row in table.rows
    )
    parts = [f"<h1>{escape(table.assignment)}</h1>", f"<p>{len(table.rows)} students, {table.most:g} points</p>"]
    parts.append(f"<table><tr><th>student</th>{heads}<th>total</th><th></th></tr>\n{rows}</table>")
    parts.append("<p>r mended, t trouble, ? waits for review, Q quarantine</p><h2>What the class got wrong</h2>")
    wrong = mistakes(table)
    for exercise in dict.fromkeys(found.exercise for found in wrong):
        items = "".join(f"<li>{escape(str(found))}</li>" for found in wrong if found.exercise == exercise)
        parts.append(f"<h3>{escape(exercise)}</h3><ul>{items}</ul>")
    if inside := _inside(table):
        parts.append(f"<h2>Scored inside the student's process</h2><p>{escape(', '.join(inside))}</p>")
    for heading, sentences in _notes(table):
        if sentences:
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
            parts.append(f"<h2>{escape(heading)}</h2><ul>{items}</ul>")
    return "\n".join(parts)
