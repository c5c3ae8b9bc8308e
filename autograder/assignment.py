"""What was handed out: the cells of an assignment as the instructor wrote them, and what each is worth."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class PlanCell:
    """One cell as released.

    Parameters
    ----------
    grade_id : str
        nbgrader's; "" for a cell that nbgrader does not know.
    cell_id : str
        nbformat's; "" if the notebook has none.
    kind : str
        "code", "markdown" or "raw".
    source : str
        What the student was given.
    full : str
        What runs when it is graded: with the hidden tests. The same as `source` if there are none.
    locked, grade, solution, task : bool
        As in nbgrader's metadata.
    points : float
        The points that it can give.
    checksum : str
        nbgrader's.
    tags : tuple of str
        JupyterLab's.
    exercise, part : str
        The declared exercise that a test cell belongs to; "" for an instructor's own.
    """

    grade_id: str
    cell_id: str
    kind: str
    source: str
    full: str = ""
    locked: bool = False
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float = 0.0
    checksum: str = ""
    tags: tuple[str, ...] = ()
    exercise: str = ""
    part: str = ""

    @property
    def managed(self) -> bool:
        """Whether nbgrader knows this cell."""
        return bool(self.grade_id)

    @property
    def test(self) -> bool:
        """Whether this is a test cell: points come from running something."""
        return self.grade and not self.solution

    @property
    def shows(self) -> bool:
        """Whether it only shows something: not run when grading, unless asked."""
        return "show" in self.tags and not self.grade

    def nbgrader(self) -> dict[str, Any]:
        """Return nbgrader's metadata for this cell, schema 3."""
        data: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
        }
        if self.grade or self.task:
            data["points"] = self.points
        if len(self.checksum) == 32:
            data["checksum"] = self.checksum
        if self.kind in ("code", "markdown", "raw"):
            data["cell_type"] = self.kind
        return data


@dataclass(frozen=True)
class NotebookPlan:
    """One notebook as released.

    Parameters
    ----------
    name : str
        Its file's, without .ipynb.
    cells : tuple of PlanCell
        In their order.
    kernelspec : dict
        As in the notebook's metadata.
    ordered : bool
        Whether the order of the cells is known; it is if there is a release.
    """

    name: str
    cells: tuple[PlanCell, ...]
    kernelspec: dict[str, Any] = field(default_factory=dict)
    ordered: bool = True

    @property
    def managed(self) -> list[PlanCell]:
        """The cells nbgrader knows, in order."""
        return [cell for cell in self.cells if cell.managed]

    @property
    def exercises(self) -> list[str]:
        """The declared exercises it asks, in order."""
        return list(dict.fromkeys(cell.exercise for cell in self.cells if cell.exercise))


@dataclass(frozen=True)
class AssignmentPlan:
    """One assignment.

    Parameters
    ----------
    name : str
        Its folder's.
    notebooks : tuple of NotebookPlan
        In the order of their names.
    files : dict of str to bytes
        What is handed out with them, by relative path.
    """

    name: str
    notebooks: tuple[NotebookPlan, ...]
    files: dict[str, bytes] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """Return the bytes that the plan's hash is taken of: the same for the same plan."""
        plain = {"name": self.name, "notebooks": [asdict(nb) for nb in self.notebooks]}
        text = json.dumps(plain, sort_keys=True).encode()
        return text + b"".join(f"\0{name}\0".encode() + data for name, data in sorted(self.files.items()))


def without_regions(source: str, begin: str = "BEGIN HIDDEN TESTS", end: str = "END HIDDEN TESTS") -> str:
    """Return the source without its hidden tests; an open region runs to the end."""
    kept, hidden = [], False
    for line in source.split("\n"):
        if begin in line:
            hidden = True
        elif end in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)
