"""All that the report says, as plain data: the page, the text and the JSON show this and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograder.reports import findings
from autograder.reports.figures import Item, Spread, items_of, spread_of
from autograder.reports.findings import Found
from autograder.reports.standing import Standing, missing_from, standings
from autograder.reports.table import Table


@dataclass
class Part:
    """One assignment.

    Parameters
    ----------
    missing : list of str
        Who of the class handed in nothing.
    notes : dict
        By a key of `findings.NOTES`, (student, sentence).
    lacking : dict of str to list of str
        Module -> students.
    inside : list of str
        The cells whose scores were made in the student's process.
    """

    table: Table
    spread: Spread | None
    items: list[Item]
    clusters: list[Found]
    missing: list[str]
    notes: dict[str, list[tuple[str, str]]]
    lacking: dict[str, list[str]]
    inside: list[str]

    @property
    def noticed(self) -> bool:
        """Whether the grading noticed anything that the report lists."""
        return bool(self.lacking or self.inside or any(self.notes.values()))

    def sentences(self, kind: str) -> list[tuple[list[str], list[str]]]:
        """Return the notes of a kind as (students, what is said of them all), each sentence once."""
        found: dict[str, dict[str, None]] = {}
        for student, sentence in self.notes[kind]:
            found.setdefault(sentence, {})[student] = None
        groups: dict[tuple[str, ...], list[str]] = {}
        for sentence, students in found.items():
            groups.setdefault(tuple(students), []).append(sentence)
        return [(list(students), said) for students, said in groups.items()]


@dataclass
class ClassReport:
    """The report on one assignment or several.

    Parameters
    ----------
    has_roster : bool
        Whether it is known who is in the class.
    names : dict of str to str
        Id -> name, of those whose name is known.
    """

    parts: list[Part]
    mistakes: list[Found]
    standings: list[Standing]
    has_roster: bool = False
    hidden: bool = False
    class_size: int = 0
    names: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The assignments; of more than two the first and the last."""
        names = [part.table.assignment for part in self.parts]
        return " and ".join(names) if len(names) < 3 else f"{len(names)} assignments, {names[0]} to {names[-1]}"

    def who(self, student: str) -> str:
        """Return how a student is shown: the name, where it is known, and the id."""
        name = self.names.get(student, student)
        return student if name == student else f"{name} ({student})"

    @property
    def never(self) -> set[str]:
        """Who handed in nothing at all, of several assignments; of one that is who is missing from it."""
        missing = [set(part.missing) for part in self.parts]
        return set.intersection(*missing) if len(missing) > 1 else set()

    @property
    def struggling(self) -> list[Standing]:
        """Who may need help."""
        return [one for one in self.standings if one.struggles]

    def plain(self) -> dict[str, Any]:
        """Return the report as data that JSON can hold."""
        return {
            "assignments": [_plain(part) for part in self.parts],
            "mistakes": [asdict(found) for found in self.mistakes],
            "standings": [asdict(one) | {"struggles": one.struggles} for one in self.standings],
            "class_size": self.class_size,
            "has_roster": self.has_roster,
            "names": self.names,
        }


def _plain(part: Part) -> dict[str, Any]:
    rows = [
        {"student": row.student, "points": row.points, "penalty": row.penalty, "total": row.total, "marks": row.marks}
        | {"late": asdict(row.late) if row.late else None}
        for row in part.table.rows
    ]
    return {
        "assignment": part.table.assignment,
        "most": part.table.most,
        "exercises": [asdict(item) for item in part.items],
        "spread": asdict(part.spread) if part.spread else None,
        "clusters": [asdict(found) for found in part.clusters],
        "missing": part.missing,
        "notes": part.notes,
        "lacking": part.lacking,
        "scored_inside": part.inside,
        "students": rows,
    }


def class_report(
    tables: list[Table],
    roster: Iterable[str] | None = None,
    hide_names: bool = False,
    names: Mapping[str, str] | None = None,
) -> ClassReport:
    """Work out the report.

    Parameters
    ----------
    roster : iterable of str, optional
        The ids of the class; None where nobody knows. Then those are the class who handed in anything.
    hide_names : bool
        Whether numbers stand in place of ids, and sentences that may hold a name are left out.
    names : mapping, optional
        Id -> name, shown beside the id unless names are hidden.
    """
    known = [*(roster or ()), *(row.student for table in tables for row in table.rows)]
    class_ = list(dict.fromkeys(known))
    if hide_names:
        tables, class_ = _without_names(tables, class_)
    mistakes = [found for table in tables for found in findings.mistakes(table)]
    mistakes.sort(key=lambda one: (-one.lost, -one.count, one.assignment, one.exercise, one.what))
    return ClassReport(
        parts=[_part(table, class_, hide_names) for table in tables],
        mistakes=mistakes,
        standings=standings(tables, class_),
        has_roster=roster is not None,
        hidden=hide_names,
        class_size=len(class_),
        names={} if hide_names else dict(names or {}),
    )


def _part(table: Table, class_: list[str], hide_names: bool) -> Part:
    notes = findings.notes(table)
    if hide_names:  # a sentence may quote a file's name, and that a student's
        notes = {kind: [(student, "") for student, _ in found] for kind, found in notes.items()}
    return Part(
        table=table,
        spread=spread_of(table),
        items=items_of(table),
        clusters=findings.clusters(table),
        missing=missing_from(table, class_),
        notes=notes,
        lacking=findings.missing_modules(table),
        inside=findings.inside(table),
    )


def _without_names(tables: list[Table], class_: list[str]) -> tuple[list[Table], list[str]]:
    """Return the same with numbers, whose order says nothing about the names."""
    order = sorted(class_, key=lambda student: hashlib.sha256(student.encode()).digest())
    width = len(str(len(order)))
    label = {student: f"student {number:0{width}}" for number, student in enumerate(order, 1)}
    hidden = []
    for table in tables:
        rows = [replace(row, student=label[row.student]) for row in table.rows]
        hidden.append(replace(table, rows=sorted(rows, key=lambda row: row.student)))
    return hidden, sorted(label.values())
