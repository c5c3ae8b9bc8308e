"""The authored .py notebooks: reading them, solving them, and the .ipynb files nbgrader reads."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.assignment import without_regions
from autograder.course.cell_marks import complete
from autograder.course.frame import framed
from autograder.course.layout import SOURCE
from autograder.course.outlines import outline
from barprop.atomic_file import write_whole

_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
_MANAGED = re.compile(r"^# %%.* (nbgrader|answer|test)=", re.MULTILINE)

# What a Python kernel says of itself, but for its version, which the server adds (barprop/jupyter/opened.py).
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def authored() -> list[Path]:
    """List the authored notebooks, source/<assignment>/<notebook>.py, in the order of the course."""
    return sorted(path for path in SOURCE.glob("*/*.py") if path.read_text(encoding="utf-8").startswith("# ---\n"))


def graded() -> list[Path]:
    """List the authored notebooks that are assignments: those with a graded cell. The start page is none."""
    return [path for path in authored() if _MANAGED.search(path.read_text(encoding="utf-8"))]


def ignored_names() -> list[str]:
    """Return names that nbgrader must not copy to students along with the notebooks: the authored files themselves."""
    return sorted({path.name for path in authored()})


def read_authored(path: Path) -> NotebookNode:
    """Read an authored .py as a notebook, with what the build adds: cell ids stay while the cell's text does.

    It is written as JupyterLab would write it, so that opening it changes nothing.

    Raises ValueError with a sentence if a graded cell has no grade_id, or if a cell names no declared exercise.
    """
    import jupytext

    notebook = jupytext.read(path, fmt="py:percent")
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info=dict(LANGUAGE),
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        try:
            complete(cell)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        grading = cell.metadata.get("nbgrader", {})
        if grading and not grading.get("grade_id"):
            raise ValueError(f"{path}: a cell with nbgrader metadata has no grade_id:\n{cell.source[:80]}")
        key = grading.get("grade_id") or hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[key] = seen.get(key, 0) + 1
        cell.id = (key if seen[key] == 1 else f"{key}-{seen[key]}").replace(".", "-")[:64]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return framed(notebook, [outline(each) for each in authored()], f"{path.parent.name}/{path.stem}")


def solved(path: Path) -> NotebookNode:
    """Return an authored notebook with its answers, without marks and hidden tests."""
    notebook = read_authored(path)
    for cell in notebook.cells:
        lines = without_regions(cell.source).split("\n")
        cell.source = "\n".join(line for line in lines if line.strip() not in _MARKS).strip("\n")
    return notebook


def materialise() -> list[Path]:
    """Write source/<assignment>/<notebook>.ipynb beside each authored .py that is newer; returns those written.

    nbgrader reads .ipynb only. Notebooks that are no assignment are not shown to it.
    An .ipynb that is newer than its .py is left alone.
    """
    written = []
    for path in graded():
        target = path.with_suffix(".ipynb")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        write_whole(target, nbformat.writes(read_authored(path)) + "\n")
        written.append(target)
    return written
