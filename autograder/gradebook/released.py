"""The plan of an assignment, read from nbgrader's gradebook and from what was released."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests
from traitlets.config import Config

from autograder.assignment import AssignmentPlan, NotebookPlan, PlanCell, without_regions
from autograder.gradebook.database import open_gradebook
from autograder.submission.cell_source import declared, same_text
from autograder.submission.read_folder import read_submission
from autograder.submission.read_release import read_cells, tags_of
from autograder.wording import did_you_mean, listed


def ensure_generated(coursedir: CourseDirectory, assignment: str, parent: Any, folder: Path) -> None:
    """Enter an assignment into the gradebook where it is missing, from source/; the release stays as it is.

    nbgrader commits cell by cell, so a note in `folder` says while it is at it: should it be killed,
    the next run enters the assignment again. Raises NbGraderException where there is no such assignment.
    """
    note = folder / f"entering-{quote(assignment, safe='')}"
    with open_gradebook(coursedir) as gradebook:
        try:
            if gradebook.find_assignment(assignment).notebooks and not note.exists():
                return
        except MissingEntry:
            pass
    _source_of(coursedir, assignment)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    _generate(coursedir, assignment, parent)
    note.unlink()


def _source_of(coursedir: CourseDirectory, assignment: str) -> list[Path]:
    """List the authored notebooks of an assignment. Raise NbGraderException if there is none."""
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment))
    if not list(source.glob("*.ipynb")):
        known = sorted({path.parent.name for path in source.parent.glob("*/*.ipynb")})
        there = f"there is {', '.join(known)}" if known else f"{source.parent} holds no notebook"
        raise NbGraderException(
            f"No assignment called '{assignment}' exists: {there}.{did_you_mean(assignment, known)}"
        )
    return sorted(source.glob("*.ipynb"))


def out_of_step(coursedir: CourseDirectory, gradebook: Gradebook, assignment: str) -> list[str]:
    """Return sentences on where source/, the released notebooks and the gradebook say different things."""
    said = []
    marks = ClearHiddenTests(config=coursedir.config)
    delimiters = marks.begin_test_delimeter, marks.end_test_delimeter
    release = Path(coursedir.format_path(coursedir.release_directory, ".", assignment))
    for notebook in gradebook.find_assignment(assignment).notebooks:
        path = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)) / f"{notebook.name}.ipynb"
        changed, other_cells = _changed(path, _known(notebook)) if path.is_file() else ([], False)
        refused = other_cells and bool(notebook.num_submissions)
        if not (release / f"{notebook.name}.ipynb").is_file():
            said.append(
                f"{release / notebook.name}.ipynb, as students got it, is missing: graded from the gradebook "
                f"and source/ alone. {_to('make it again', assignment, refused)}"
            )
        elif edited := _edited(release / f"{notebook.name}.ipynb", _known(notebook), delimiters):
            said.append(
                f"{release / notebook.name}.ipynb has been changed since it was generated ({listed(edited, 8)}); "
                f"graded by what was generated. {_to('make it again', assignment, refused)}"
            )
        if changed:
            said.append(
                f"source/ has changed since the assignment was generated ({listed(changed, 8)}); graded as before. "
                f"{_to('use the new one', assignment, refused)}{'' if refused else ', and grade again.'}"
            )
    return said


def _to(aim: str, assignment: str, refused: bool) -> str:
    """Say how an assignment is generated again; with other cells nbgrader refuses once somebody has grades."""
    command = f"nbgrader generate_assignment {assignment} --force"
    if not refused:
        return f"To {aim}: {command}"
    return (
        f"To {aim}, set gradebook.db aside first: {assignment} has grades and cells were added or removed, so nbgrader "
        f"would refuse, and before that delete the released notebook. Then {command}, and grade everything again, "
        "without the manual grades."
    )


def _edited(path: Path, known: dict[str, PlanCell], delimiters: tuple[str, str]) -> list[str]:
    """List the grade_ids whose released cell has changed since it was generated."""
    found = {c.metadata.get("nbgrader", {}).get("grade_id", ""): c for c in read_cells(path)}
    given = {name: without_regions(cell.full, *delimiters) for name, cell in known.items()}
    return [name for name in given if name in found and not same_text(found[name].source, given[name])]


def _changed(path: Path, known: dict[str, PlanCell]) -> tuple[list[str], bool]:
    """List the grade_ids whose test or points differ between an authored notebook and the gradebook.

    Also say whether one of the two has cells that the other lacks, which nbgrader allows only before grading.
    Of an answer the gradebook holds the cell without it, so there only its being there counts.
    """
    cells = {}
    for cell in read_cells(path):
        grading = cell.metadata.get("nbgrader") or {}
        if grading.get("grade_id") and (grading.get("grade") or grading.get("solution") or grading.get("locked")):
            points = float(grading.get("points") or 0.0) if grading.get("grade") or grading.get("task") else 0.0
            cells[grading["grade_id"]] = "" if grading.get("solution") else cell.source.strip(), points
    told = {name: ("" if cell.solution else cell.full.strip(), cell.points) for name, cell in known.items()}
    return [name for name in {**cells, **told} if cells.get(name) != told.get(name)], cells.keys() != told.keys()


def _generate(coursedir: CourseDirectory, assignment: str, parent: Any) -> None:
    _source_of(coursedir, assignment)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(parent.config) if parent else Config()
        config.CourseDirectory.release_directory = folder
        config.CourseDirectory.assignment_id = assignment
        config.CourseDirectory.notebook_id = "*"
        config.CourseDirectory.root = coursedir.root
        config.CourseDirectory.db_url = coursedir.db_url
        own = CourseDirectory(config=config)
        converter = GenerateAssignment(coursedir=own, config=config)
        converter.log = logging.getLogger(__name__)
        converter.start()


def plan_of(coursedir: CourseDirectory, gradebook: Gradebook, assignment: str, config: Config) -> AssignmentPlan:
    """Make the plan of an assignment in the gradebook."""
    marks = ClearHiddenTests(config=config)
    delimiters = marks.begin_test_delimeter, marks.end_test_delimeter
    notebooks = [
        _notebook(coursedir, notebook, assignment, delimiters)
        for notebook in gradebook.find_assignment(assignment).notebooks
    ]
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment))
    handed_out = read_submission(source, [*coursedir.ignore, "*.ipynb"]).files if source.is_dir() else {}
    return AssignmentPlan(assignment, tuple(notebooks), handed_out)


def _notebook(
    coursedir: CourseDirectory, notebook: Notebook, assignment: str, delimiters: tuple[str, str]
) -> NotebookPlan:
    spec = json.loads(notebook.kernelspec) if notebook.kernelspec else {}
    name = str(spec.get("name", "python"))
    # The language decides; a kernel of a conda environment is called after the environment.
    language = str(spec.get("language") or ("python" if name.startswith("python") else name))
    if language.lower() != "python":
        raise NbGraderException(
            f"{assignment}/{notebook.name} is written for the kernel '{name}'; only Python notebooks can be graded "
            "here. For such a course remove the line that installs this grading from nbgrader_config.py."
        )
    known = {
        name: replace(cell, source=without_regions(cell.full, *delimiters)) for name, cell in _known(notebook).items()
    }
    cells, found = [], set()
    released = _released(coursedir, assignment, notebook.name)
    for cell in released:
        grade_id = (cell.metadata.get("nbgrader") or {}).get("grade_id", "")
        if grade_id in known and grade_id not in found:
            found.add(grade_id)
            # What students were given is what was generated, whatever has been written into the release since.
            cells.append(replace(known[grade_id], cell_id=cell.get("id", ""), tags=tags_of(cell)))
        else:
            cells.append(PlanCell("", cell.get("id", ""), cell.cell_type, cell.source, tags=tags_of(cell)))
    cells += [cell for name, cell in known.items() if name not in found]
    return NotebookPlan(notebook.name, tuple(cells), spec, bool(released))


def _known(notebook: Notebook) -> dict[str, PlanCell]:
    """Return what the gradebook knows of each cell, by grade_id."""
    graded = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    grades = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    found = {}
    for cell in notebook.source_cells:
        full = cell.source or ""
        exercise, part = declared(cell.name, full) if cell.name in grades else ("", "")
        found[cell.name] = PlanCell(
            grade_id=cell.name,
            cell_id="",
            kind=cell.cell_type,
            source=full,
            full=full,
            locked=bool(cell.locked),
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=float(graded[cell.name].max_score) if cell.name in graded else 0.0,
            checksum=cell.checksum or "",
            exercise=exercise,
            part=part,
        )
    return found


def _released(coursedir: CourseDirectory, assignment: str, name: str) -> list[NotebookNode]:
    """Return the cells of the released notebook, or of the authored one if there is no release."""
    for step in (coursedir.release_directory, coursedir.source_directory):
        path = Path(coursedir.format_path(step, ".", assignment)) / f"{name}.ipynb"
        if path.is_file():
            return read_cells(path)
    return []
