"""Reading a released notebook, as students got it, into a plan."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.assignment import AssignmentPlan, NotebookPlan, PlanCell
from autograder.submission.cell_source import declared


def read_release(folder: Path) -> AssignmentPlan:
    """Read the released notebooks and files in an assignment's folder. Raise FileNotFoundError if it holds none."""
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"{folder} holds no released notebook.")
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    return AssignmentPlan(folder.name, tuple(map(notebook_plan, notebooks)), files)


def notebook_plan(path: Path) -> NotebookPlan:
    """Return the plan of a released notebook, from its file alone: hidden tests are unknown."""
    spec = json.loads(path.read_text(encoding="utf-8")).get("metadata", {}).get("kernelspec", {})
    return NotebookPlan(path.stem, tuple(map(_plan_cell, read_cells(path))), dict(spec))


def read_cells(path: Path) -> list[NotebookNode]:
    """Return the cells of a notebook; a cell without an id stays without, and the second of two with the same loses it.

    nbformat.read would invent others each time, and make a validator first, whose complaints it only logs.
    """
    content = path.read_text(encoding="utf-8")
    cells: list[NotebookNode] = nbformat.convert(nbformat.reader.reads(content), 4).cells
    own = {cell.get("id") for cell in json.loads(content).get("cells", [])}
    for cell in cells:
        if cell.get("id") in own:
            own.discard(cell.get("id"))
        else:
            cell.pop("id", None)
    return cells


def tags_of(cell: NotebookNode) -> tuple[str, ...]:
    """Return JupyterLab's tags of a cell; what is no text is left out."""
    tags = cell.metadata.get("tags", [])
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _plan_cell(cell: NotebookNode) -> PlanCell:
    grading = cell.metadata.get("nbgrader", {})
    flags = {name: bool(grading.get(name, False)) for name in ("locked", "grade", "solution", "task")}
    grade_id = grading.get("grade_id", "")
    exercise, part = declared(grade_id, cell.source) if flags["grade"] else ("", "")
    return PlanCell(
        grade_id=grade_id,
        cell_id=cell.get("id", ""),
        kind=cell.cell_type,
        source=cell.source,
        full=cell.source,
        points=float(grading.get("points", 0)),
        checksum=grading.get("checksum", ""),
        tags=tags_of(cell),
        exercise=exercise,
        part=part,
        **flags,
    )
