"""python -m autograder report ASSIGNMENT: scores per student and exercise, and what the class got wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.reports.table import Table


@dataclass(frozen=True)
class Found:
    """How often something went wrong in one exercise."""

    exercise: str
    what: str
    count: int
    of: int

    def __str__(self) -> str:
        return f"{100 * self.count / self.of:3.0f} % of the class ({self.count} of {self.of}): {self.what}"


def mistakes(table: Table) -> list[Found]:
    """List what went wrong, by exercise in the order of the notebook, the most frequent first."""
    seen: dict[str, Counter] = {name: Counter() for name in table.columns}
    for row in table.readable:
        for exercise, what in {found for notebook in row.notebooks for found in _wrong(notebook.grades)}:
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
    """List the instructor's own test cells: their scores were made in the student's process."""
    found = {
        name: None
        for row in table.readable
        for notebook in row.notebooks
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
