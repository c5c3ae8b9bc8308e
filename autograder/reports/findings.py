"""What a class got wrong: mistakes by name or kind, and nameless wrong answers that agree with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from autograder.course.statements import STATEMENTS
from autograder.reports.answers import two_of
from autograder.reports.table import Row, Table
from autograder.scoring.record import Grade
from autograder.wording import plural, points
from barprop.exercises import EXERCISES
from barprop.judging.verdict import KINDS

# kinds of failure that say nothing about an answer
NOTHING_OF_ITS_OWN = ("blocked", "unwritten", "gone", "missing", "unjudged")


@dataclass
class Found:
    """Something that went wrong in one exercise.

    Parameters
    ----------
    what : str
        A mistake's name, or the kind of failure in words.
    named : bool
        Whether it is a recognised mistake.
    kind : str
        Of the failure, a key of `barprop.judging.verdict.KINDS`.
    count, of : int
        Students, and all whose notebook could be read.
    lost : float
        Points it cost them all together.
    hint : str
        As the students were given it.
    section : str
        The heading in the notebook.
    statements : list of str
        Of the lecture.
    answers : list of str
        Two of them, without names.
    """

    assignment: str
    exercise: str
    what: str
    of: int
    named: bool = False
    kind: str = ""
    count: int = 0
    lost: float = 0.0
    hint: str = ""
    example: str = ""
    section: str = ""
    statements: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def own(self) -> bool:
        """Whether something was written and is wrong by itself."""
        return self.named or self.kind not in NOTHING_OF_ITS_OWN

    def __str__(self) -> str:
        return f"{100 * self.count / self.of:3.0f} % of the class ({self.count} of {self.of}): {self.what}"


def mistakes(table: Table) -> list[Found]:
    """List what went wrong, what cost the class most points first."""
    groups: dict[tuple[str, str], list[tuple[Row, Grade]]] = defaultdict(list)
    for row, name, grade in _wrong(table):
        groups[grade.exercise or name, grade.mistake or KINDS.get(grade.kind, KINDS["value"])].append((row, grade))
    found = [_found(table, exercise, what, group) for (exercise, what), group in groups.items()]
    return sorted(found, key=lambda one: (-one.lost, -one.count, one.exercise, one.what))


@dataclass
class Rest:
    """All exercises in which the same happened that says nothing about an answer, such as that nothing was written.

    Parameters
    ----------
    what : str
        What happened, in words.
    lost : float
        Points it cost in all.
    exercises : dict of int to list of str
        Number of students -> the exercises in which it happened to that many; the largest number first.
    """

    what: str
    lost: float = 0.0
    exercises: dict[int, list[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many exercises it is about."""
        return sum(map(len, self.exercises.values()))

    def __str__(self) -> str:
        groups = [
            f"{plural(count, 'student')}{' each' * (len(names) > 1)}: {', '.join(names)}"
            for count, names in self.exercises.items()
        ]
        cost = f"{points(self.lost)} point{'' if self.lost == 1 else 's'} lost in all"
        return f"{self.what.capitalize()}: {plural(self.count, 'exercise')}, {cost}. {'; '.join(groups)}."


def rest_of(found: list[Found], tables: Iterable[Table]) -> list[Rest]:
    """Gather what says nothing about an answer by what it is, exercises in the order of the notebooks.

    What cost most comes first.
    """
    places = {name: place for place, name in enumerate((t.assignment, column) for t in tables for column in t.columns)}
    mine = [one for one in found if not one.own]
    mine.sort(key=lambda one: (-one.count, places.get((one.assignment, one.exercise), len(places))))
    rests: dict[str, Rest] = {}
    for one in mine:
        rest = rests.setdefault(one.what, Rest(one.what))
        rest.lost += one.lost
        rest.exercises.setdefault(one.count, []).append(one.exercise)
    return sorted(rests.values(), key=lambda rest: -rest.lost)


def clusters(table: Table) -> list[Found]:
    """List the groups of at least two nameless wrong answers that give the same values, the largest first."""
    groups: dict[tuple[str, str], list[tuple[Row, Grade]]] = defaultdict(list)
    for row, name, grade in _wrong(table):
        if grade.pattern:
            groups[name, grade.pattern].append((row, grade))
    found = [
        _found(table, group[0][1].exercise or name, group[0][1].problem, group)
        for (name, _), group in groups.items()
        if len({row.student for row, _ in group}) > 1
    ]
    return sorted(found, key=lambda one: (-one.count, -one.lost, one.exercise, one.what))


def _wrong(table: Table) -> Iterator[tuple[Row, str, Grade]]:
    """Yield each graded cell that has not all its points: the student's row, its grade_id, its grade."""
    for row in table.readable:
        for notebook in row.notebooks:
            for name, grade in notebook.grades.items():
                if grade.points is not None and grade.points < grade.max_points:
                    yield row, name, grade


def _found(table: Table, exercise: str, what: str, group: list[tuple[Row, Grade]]) -> Found:
    found = Found(table.assignment, exercise, what, len(table.readable))
    found.named, found.kind = bool(group[0][1].mistake), group[0][1].kind
    found.count = len({row.student for row, _ in group})
    found.lost = sum(grade.max_points - (grade.points or 0.0) for _, grade in group)
    found.hint = next((grade.hint for _, grade in group if grade.hint), "")
    found.example = next((grade.example for _, grade in group if grade.example), "")
    found.section = table.sections.get(exercise, "")
    if exercise in EXERCISES:
        found.statements = [f"{number}: {STATEMENTS[number]}" for number in EXERCISES[exercise].statements]
    found.answers = two_of(filter(None, (row.written.source(exercise) for row, _ in group)))
    return found


def inside(table: Table) -> list[str]:
    """List the instructor's own test cells: their scores were made in the student's process."""
    graded = (item for row in table.readable for notebook in row.notebooks for item in notebook.grades.items())
    return list(dict.fromkeys(name for name, grade in graded if grade.inside))


def missing_modules(table: Table) -> dict[str, list[str]]:
    """Return the modules that notebooks import and the grader lacks, each with the students."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in table.rows:
        for name in row.record.lacking if row.record else ():
            found[name].append(row.student)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


NOTES = {
    "quarantine": "In quarantine: nothing could be read, counts 0 until somebody reviews it",
    "seen": "In quarantine, and reviewed by a person",
    "mended": "Repaired before grading",
    "trouble": "Problems while grading",
    "waiting": "Waiting for a person in the formgrader",
}


def notes(table: Table) -> dict[str, list[tuple[str, str]]]:
    """Return sentences about single students: by a key of NOTES, (student, sentence)."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in NOTES}
    for row in table.rows:
        record = row.record
        if row.waiting:
            found["waiting"].append((row.student, ""))
        if record is None:
            continue
        if record.quarantine:
            found["quarantine" if row.waiting else "seen"].append((row.student, record.quarantine))
            continue
        found["mended"] += [(row.student, text) for notebook in record.notebooks for text in notebook.repairs]
        found["trouble"] += [(row.student, text) for text in record.trouble]
    return found
