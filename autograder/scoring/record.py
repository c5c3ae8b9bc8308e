"""What one job gives: plain data, as JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1


@dataclass
class Grade:
    """The outcome of one graded cell.

    Parameters
    ----------
    points : float or None
        A plain float in [0, max_points]; None if a person has to grade.
    max_points : float
        The points that this cell can give.
    text, html : str
        The verdict, for reading.
    problem : str
        What failed, one sentence.
    mistake : str
        The name of the recognised mistake.
    inside : bool
        Whether the score was made in the student's process, by an instructor's own asserts.
    review : bool
        Whether a person should look at it, though there is a score.
    exercise : str
        The declared exercise it belongs to; "" for an instructor's own cell.
    key : str
        What the verdict depends on besides the submission; "" if it was not judged by a declaration.
    kind : str
        What sort of failure it is, a key of barprop.judging.verdict.KINDS.
    hint : str
        As the student was given it.
    example : str
        The call that shows the problem, with what the answer gave.
    notes : list of str
        Sentences that cost nothing.
    tried : list of [str, bool]
        What was tried, in words, and whether it was right.
    pattern : str
        The same for two answers without a named mistake that give the same wrong values; "" for any other.
    """

    points: float | None
    max_points: float
    text: str = ""
    html: str = ""
    problem: str = ""
    mistake: str = ""
    inside: bool = False
    review: bool = False
    exercise: str = ""
    key: str = ""
    kind: str = ""
    hint: str = ""
    example: str = ""
    notes: list[str] = field(default_factory=list)
    tried: list[list[Any]] = field(default_factory=list)
    pattern: str = ""

    def __post_init__(self) -> None:
        self.max_points = float(self.max_points)
        if self.points is not None:
            self.points = plain_points(self.points, self.max_points)


def plain_points(value: Any, most: float) -> float:
    """Return a plain float in [0, most]; anything else counts 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    number = float(value)
    return number if math.isfinite(number) and 0.0 <= number <= most else 0.0


@dataclass
class NotebookRecord:
    """One graded notebook.

    Parameters
    ----------
    name : str
        As it was handed out, without .ipynb.
    file : str
        The submitted file, relative to the submission; "" if there was none.
    grades : dict of str to Grade
        By grade_id, in the order of the notebook.
    comments : dict of str to str or None
        By grade_id of each answer: "No response." or None, as nbgrader has it.
    repairs : list of str
        What was mended, in sentences for the student.
    trouble : list of str
        What a person who grades should know, such as cells that hung or were killed.
    unread : str
        Why nothing could be graded, for the student; "" if something was.
    lacking : list of str
        Modules that it imports and that were not there when it was graded.
    document : str
        The notebook for autograded/, as JSON text; "" if there is none.
    seconds : float
        How long grading it took.
    """

    name: str
    file: str = ""
    grades: dict[str, Grade] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    unread: str = ""
    lacking: list[str] = field(default_factory=list)
    document: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """The sum of its points."""
        return sum(grade.points or 0.0 for grade in self.grades.values())


@dataclass
class Record:
    """One graded submission.

    Parameters
    ----------
    student, assignment : str
        Whose it is, and what for.
    key : str
        Its name in the journal: a hash of all that its grades depend on.
    notebooks : list of NotebookRecord
        In the order of the assignment.
    quarantine : str
        Why nothing of it could be graded; "" if something was.
    again : bool
        Whether the next run tries it again, since it may have been the machine's fault.
    notes : list of str
        Sentences on the submission for a person who grades.
    environment : str
        A hash of the versions that graded it.
    seconds : float
        How long grading it took.
    """

    student: str
    assignment: str
    key: str
    notebooks: list[NotebookRecord] = field(default_factory=list)
    quarantine: str = ""
    again: bool = False
    notes: list[str] = field(default_factory=list)
    environment: str = ""
    seconds: float = 0.0

    @property
    def lacking(self) -> list[str]:
        """The modules that its notebooks import and that were not there."""
        return sorted({name for notebook in self.notebooks for name in notebook.lacking})

    @property
    def trouble(self) -> list[str]:
        """Everything a person grading should know, one sentence each."""
        found = [self.quarantine] if self.quarantine else []
        return found + self.notes + [text for notebook in self.notebooks for text in notebook.trouble]

    def to_json(self) -> str:
        """Return the record as one JSON text."""
        return json.dumps({"format": FORMAT, **vars(self)}, default=vars, ensure_ascii=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read the record in a JSON text. Raise RecordError if it holds none."""
        try:
            data = json.loads(text)
            if data.pop("format") != FORMAT:
                raise ValueError("a record of another format")
            notebooks = []
            for raw in data.pop("notebooks"):
                grades = {name: Grade(**grade) for name, grade in raw.pop("grades").items()}
                notebooks.append(NotebookRecord(grades=grades, **raw))
            return cls(notebooks=notebooks, **data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
            raise RecordError(f"{type(error).__name__}: {error}") from error


class RecordError(ValueError):
    """A text that holds no record of this format."""
