"""What a feedback page says: the exercises of a graded notebook, each with its answer, verdicts, score and comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from autograder.scoring.marks import ShownVerdict, is_given, is_notice, is_verdict, verdict_of
from autograder.scoring.sanitize import PICTURES
from barprop.exercises import EXERCISES, TESTS

_TEXT = 2_000  # characters of one output
_SOURCE = 10_000


@dataclass
class Output:
    """Something a cell gave: text, an error, or a picture (a data: address)."""

    text: str = ""
    error: bool = False
    picture: str = ""


@dataclass
class Cell:
    """A cell of the student's: code or text, and what it gave."""

    source: str
    is_code: bool
    outputs: list[Output] = field(default_factory=list)
    node: Any = None


@dataclass
class Verdict:
    """What was said of one graded cell, and what counts.

    Parameters
    ----------
    most : float
        The points there are.
    shown : ShownVerdict
        What the grader said.
    score : float or None
        What counts, after a person has looked; None while nobody has.
    waiting : bool
        Whether a person has yet to look at it.
    """

    title: str
    most: float
    shown: ShownVerdict
    score: float | None
    waiting: bool

    @property
    def counts(self) -> float:
        """The points that count."""
        return self.score if self.score is not None else self.shown.points or 0.0

    @property
    def by_person(self) -> bool:
        """Whether a person gave the score."""
        points = self.shown.points
        return self.score is not None and (points is None or abs(self.score - points) > 1e-9)


_NOTHING = ("", "unwritten", "gone", "missing")  # kinds of failure where nothing need have been written


@dataclass
class Section:
    """One exercise: its answer cells, the verdicts on it, comments, and other cells of the student's.

    Parameters
    ----------
    read : bool
        Whether a person wrote one of the comments.
    """

    name: str
    read: bool = False
    answers: list[Cell] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    others: list[Cell] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The points that count."""
        return sum(verdict.counts for verdict in self.verdicts)

    @property
    def most(self) -> float:
        """The most points there are."""
        return sum(verdict.most for verdict in self.verdicts)

    @property
    def state(self) -> str:
        """right, partly, wrong, waiting (for a person), or "" where nothing is graded."""
        if not self.verdicts:
            return ""
        if any(verdict.waiting for verdict in self.verdicts):
            return "waiting"
        return "right" if self.score >= self.most else ("partly" if self.score > 0 else "wrong")

    @property
    def first_to_mend(self) -> Verdict | None:
        """The first verdict that says something of what is wrong."""
        lost = (verdict for verdict in self.verdicts if verdict.counts < verdict.most)
        return next((verdict for verdict in lost if verdict.shown.problem or verdict.shown.hint), None)

    @property
    def blocked(self) -> bool:
        """Whether another exercise is to be mended first."""
        return any(verdict.shown.kind == "blocked" for verdict in self.verdicts)

    @property
    def unanswered(self) -> bool:
        """Whether its answer cells are as they were handed out, or empty, and nothing elsewhere answers it."""
        blank = all(not cell.source.strip() or is_given(cell.node) for cell in self.answers)
        return blank and not any(one.shown.points or one.shown.kind not in _NOTHING for one in self.verdicts)

    @property
    def has_more(self) -> bool:
        """Whether it has something to show though it is unanswered: a person's words or points, or other cells."""
        return bool(self.read or self.others or any(verdict.by_person for verdict in self.verdicts))


@dataclass
class Content:
    """All that a page shows. `told`: what was mended before grading, as the grader's own Markdown."""

    sections: list[Section]
    told: list[str]

    @property
    def graded(self) -> list[Section]:
        """The sections with points."""
        return [section for section in self.sections if section.verdicts]

    @property
    def unanswered(self) -> bool:
        """Whether nothing was answered, or nothing could be read."""
        return bool(self.graded) and all(section.unanswered for section in self.graded)

    @property
    def shown(self) -> list[Section]:
        """The sections to show at length."""
        return [section for section in self.sections if section.has_more] if self.unanswered else self.sections

    @property
    def next(self) -> list[Section]:
        """What to mend next: in the order of the notebook; what waits for another exercise comes last."""
        open_ = [s for s in self.graded if s.state in ("partly", "wrong")]
        return sorted(open_, key=lambda section: section.blocked)[:3]


def content_of(notebook: NotebookNode) -> Content:
    """Read a graded notebook. What the instructor handed out is not repeated."""
    content = Content([], [])
    section = Section("")
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if is_notice(cell):
            content.told.append(cell.source)
        elif _is_answer(grading):
            section = _answer(content, section, cell, grading)
        elif grading.get("grade"):
            section = _for_test(content, section, grading["grade_id"])
            section.verdicts.append(_verdict(cell, grading))
        elif not grading and not is_given(cell) and cell.source.strip():
            if section not in content.sections:
                content.sections.append(section)
            section.others.append(_cell(cell))
    return content


def _is_answer(grading: dict[str, Any]) -> bool:
    return bool(grading.get("solution") or grading.get("task"))


def _answer(content: Content, section: Section, cell: NotebookNode, grading: dict[str, Any]) -> Section:
    """Return the section a cell for answers belongs to: a new one, unless several such cells share their tests."""
    name = grading["grade_id"]
    own = bool(grading.get("grade") or grading.get("task"))
    if own or name in EXERCISES or section.verdicts or not section.answers:
        section = Section(name)
        content.sections.append(section)
    section.answers.append(_cell(cell))
    comment = grading.get("comment")
    if isinstance(comment, str) and comment.strip():
        section.comments.append(comment)
        section.read = section.read or bool(grading.get("by_person"))
    if own:
        section.verdicts.append(_verdict(cell, grading))
    return section


def _for_test(content: Content, section: Section, grade_id: str) -> Section:
    """Return the section of a test cell: its exercise's, or the one before it."""
    name = TESTS[grade_id][0].name if grade_id in TESTS else ""
    for known in content.sections:
        if name and known.name == name:
            return known
    if section in content.sections and (not name or section.name not in EXERCISES):
        return section
    made = Section(name or grade_id)
    content.sections.append(made)
    return made


def _verdict(cell: NotebookNode, grading: dict[str, Any]) -> Verdict:
    output = next((output for output in cell.get("outputs", [])[::-1] if is_verdict(output)), None)
    score = None if grading.get("score") is None else float(grading["score"])
    shown = None if output is None else verdict_of(output)
    if shown is None:  # stock nbgrader and older versions kept no parts: then what counts is all that is known
        problem = (output.data.get("text/plain", "") if output else "") or _first_error(cell)
        by_test = grading.get("grade") and not grading.get("solution")
        shown = ShownVerdict(points=score if by_test else None, most=0.0, problem=problem)
    most = float(grading.get("points") or shown.most)
    return Verdict(_title(grading["grade_id"]), most, shown, score, bool(grading.get("waiting")))


def _first_error(cell: NotebookNode) -> str:
    errors = [made.text for output in cell.get("outputs", []) for made in _outputs(output) if made.error]
    return errors[0] if errors else ""


def _title(grade_id: str) -> str:
    """Return what a verdict is headed with: the part, where an exercise has several test cells."""
    if grade_id in TESTS:
        exercise, part = TESTS[grade_id]
        return part.name if len(exercise.parts) > 1 else ""
    return ""


def _cell(cell: NotebookNode) -> Cell:
    source = cell.source
    if len(source) > _SOURCE:
        source = f"{source[:_SOURCE]}\n... {len(cell.source) - _SOURCE} more characters are not shown"
    outputs = [made for output in cell.get("outputs", []) for made in _outputs(output)]
    return Cell(source, cell.cell_type == "code", outputs, cell)


def _outputs(output: Any) -> Iterator[Output]:
    if output.output_type == "error":
        yield Output(_short(f"{output.ename}: {output.evalue}" if output.evalue else output.ename), error=True)
    elif output.output_type == "stream":
        yield Output(_short(output.text))
    else:
        picture = next((kind for kind in PICTURES if kind in output.data), "")
        if picture:
            yield Output(picture=f"data:{picture};base64,{''.join(output.data[picture].split())}")
        elif output.data.get("text/plain"):
            yield Output(_short(output.data["text/plain"]))


def _short(text: str) -> str:
    text = strip_ansi(text)
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}\n... {len(text) - _TEXT} more characters are not shown"
