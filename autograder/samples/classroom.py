"""A simulated class: students who are right, who err in every declared way, and who break things."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.authored import graded, solved
from autograder.course.layout import RELEASE
from autograder.samples import right, wrong
from barprop.exercises import EXERCISES, NOTEBOOKS, in_notebook

Change = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Student:
    """A simulated student.

    Parameters
    ----------
    name : str
        nbgrader's student id.
    answers : mapping
        Exercise -> source of its answer cell; an exercise left out stays as released.
    change : Change, optional
        What is done to each notebook afterwards.
    """

    name: str
    answers: Mapping[str, str]
    change: Change | None = None


def solutions() -> dict[str, str]:
    """Exercise -> the answer cell as in the solved notebooks."""
    found: dict[str, str] = {}
    for path in graded():
        notebook = f"{path.parent.name}/{path.stem}"
        cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in solved(path).cells}
        found |= {e.name: cells[e.name] for e in in_notebook(notebook) if e.name in cells}
    return found


def everyone() -> list[Student]:
    """Return the class: at least 24 students, with every declared mistake made by somebody."""
    good = solutions()
    return [
        Student("perfect", good),
        *_otherwise_right(good),
        *_mistaken(good),
        *_half_right(good),
        Student("untouched", {}),
        Student("blank", dict.fromkeys(good, "")),
        Student("syntax-error", good, _break_second_answer),
        Student(
            "endless-loop", good | {"linear": _LOOP.format("linear(w, x)"), "bar_e": _LOOP.format("bar_e(l_bar, y, e)")}
        ),
        Student("deleted-cell", good, _delete_second_answer),
        Student("duplicated-cell", good, _duplicate_second_answer),
        Student("edited-check", good, _edit_first_check),
        Student("noisy", good, _add_noise),
    ]


_FIRST = ("perfect", "mistake-01", "half-blank", "deleted-cell", "mistake-02", "syntax-error")


def some(count: int | None = None) -> list[Student]:
    """Return the first students of the class, those first who show most of the grading; all of them by default."""
    rank = {name: place for place, name in enumerate(_FIRST)}
    return sorted(everyone(), key=lambda student: rank.get(student.name, len(rank)))[:count]


_LOOP = "def {}:\n    while True:\n        pass\n"


def _otherwise_right(good: dict[str, str]) -> list[Student]:
    samples = right()
    return [
        Student(f"right-{k + 1}", good | {name: s[k] for name, s in samples.items() if len(s) > k and name in good})
        for k in range(3)
    ]


def _mistaken(good: dict[str, str]) -> list[Student]:
    """As many students as the exercise with most mistakes needs; the k-th makes every exercise's k-th mistake."""
    samples = {name: list(sources.values()) for name, sources in wrong().items() if name in good}
    most = max(map(len, samples.values()))
    return [
        Student(f"mistake-{k + 1:02d}", good | {name: s[k] for name, s in samples.items() if len(s) > k})
        for k in range(most)
    ]


def _half_right(good: Mapping[str, str]) -> list[Student]:
    """Students who got through about half the points of every notebook, and then stopped in three ways."""
    kept: dict[str, str] = {}
    for notebook in NOTEBOOKS:
        exercises = [e for e in in_notebook(notebook) if e.name in good]
        half, total = sum(e.points for e in exercises) / 2, 0
        for exercise in exercises:
            if total + exercise.points <= half + 1:
                kept[exercise.name] = good[exercise.name]
                total += exercise.points
    rest = [name for name in good if name not in kept]
    nothing = {name: "".join(f"def {ask}(*args):\n    return None\n" for ask in EXERCISES[name].asks) for name in rest}
    return [
        Student("half-blank", kept),
        Student("half-none", kept | nothing),
        Student("half-stops", kept | dict.fromkeys(rest, "raise SystemExit")),
    ]


def answer_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """List the cells a student writes in."""
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]


def _break_second_answer(notebook: NotebookNode) -> None:
    answer_cells(notebook)[1].source += "\nthis is no Python ("


def _delete_second_answer(notebook: NotebookNode) -> None:
    notebook.cells.remove(answer_cells(notebook)[1])


def _duplicate_second_answer(notebook: NotebookNode) -> None:
    cell = answer_cells(notebook)[1]
    twin = copy.deepcopy(cell)
    twin.id = cell.id[:60] + "-2"
    notebook.cells.insert(notebook.cells.index(cell) + 1, twin)


def _edit_first_check(notebook: NotebookNode) -> None:
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade"))
    test.source = "1000.0"


def _add_noise(notebook: NotebookNode) -> None:
    extra = nbformat.v4.new_code_cell("import warnings\nwarnings.warn('just a warning')\nprint('x' * 10_000)")
    notebook.cells.insert(2, extra)


def hand_in(student: Student, folder: Path) -> list[Path]:
    """Write a student's submission of every notebook to folder/<student>/<assignment>/; returns the files."""
    written = []
    for name in NOTEBOOKS:
        if not (RELEASE / f"{name}.ipynb").exists():
            continue
        notebook = nbformat.read(RELEASE / f"{name}.ipynb", as_version=4)
        for cell in answer_cells(notebook):
            exercise = cell.metadata.nbgrader.grade_id
            if exercise in EXERCISES and exercise in student.answers:
                cell.source = student.answers[exercise]
        if student.change:
            student.change(notebook)
        target = folder / student.name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(nbformat.writes(notebook), encoding="utf-8")
        written.append(target)
    return written
