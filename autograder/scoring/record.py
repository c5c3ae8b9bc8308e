"""What one job gives: plain data, as JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1


@dataclass
class Grade:
    """The outcome of one graded cell.

    Parameters
    ----------
    points : a plain float in [0, max_points], or None where a person has to grade.
    text, html : the verdict, for reading.
    problem : what failed, one sentence.
    mistake : the name of the recognised mistake. kind : of the failure, a key of barprop.judging.verdict.KINDS.
    hint : as the student was given it. example : the call that shows the problem, with what the answer gave.
    notes : sentences that cost nothing. tried : [label, right?] of each thing tried.
    inside : whether the score came from inside the student's process (an instructor's own asserts).
    review : a person should look, though there is a score.
    key : what the verdict depends on besides the submission; "" where it was not judged by a declaration.
    pattern : the same for two answers without a named mistake that give the same wrong values; "" elsewhere.
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
    file : the submitted file, relative to the submission; "" where there was none.
    grades : by grade_id, in the order of the notebook.
    comments : by grade_id of each answer: "No response." or None, as nbgrader has it.
    repairs : what was mended, in sentences for the student.
    unread : why nothing could be graded, for the student; "" if something was.
    trouble : what a person grading should know (cells that hung or were killed).
    lacking : modules that it imports and that were not there when it was graded.
    document : the notebook for autograded/, as JSON text; "" where there is none.
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
    quarantine : why nothing of it could be graded, "" where it could.
    again : whether the next run is to try it again, since it may have been the machine's fault.
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
        """As one JSON text."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read the record in a JSON text. Raise ValueError, KeyError or TypeError if it holds none."""
        data = json.loads(text)
        if data.pop("format") != FORMAT:
            raise ValueError("a record of another format")
        notebooks = []
        for raw in data.pop("notebooks"):
            grades = {name: Grade(**grade) for name, grade in raw.pop("grades").items()}
            notebooks.append(NotebookRecord(grades=grades, **raw))
        return cls(notebooks=notebooks, **data)
