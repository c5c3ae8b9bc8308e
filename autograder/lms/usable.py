"""Whether a hand-in holds a notebook that can be graded: asked when it is collected, while its student can mend it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from autograder.submission.read_folder import read_submission
from autograder.submission.read_notebook import Reading, UnreadableError, read_notebook


def why_unusable(folder: Path, home: str, assignment: str) -> str:
    """Return why nothing in a hand-in can be graded, or an empty text.

    Parameters
    ----------
    home : str
        The assignment that the names of the notebooks are of; empty where they are of none.
    """
    found = read_submission(folder)
    readings = []
    for data in found.notebooks.values():
        with suppress(UnreadableError):
            readings.append(read_notebook(data))
    if not readings:
        damaged = bool(found.notebooks or found.unreadable)
        return "no notebook can be read" if damaged else "no .ipynb file"
    if home not in ("", assignment):
        return f"the notebook of {home}"
    if not home and not any(map(_is_ours, readings)):
        return "a notebook of no assignment of this course"
    return ""


def _is_ours(reading: Reading) -> bool:
    """Whether any cell still carries nbgrader's mark, which only a notebook that was handed out has."""
    return any(cell.grade_id for cell in reading.cells)
