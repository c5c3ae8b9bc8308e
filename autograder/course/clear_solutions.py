"""What an answer cell holds in place of the solution."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

_RAISE = "raise NotImplementedError()"


class ClearAnswers(ClearSolutions):
    """nbgrader's ClearSolutions, but that an answer which is no function holds no `raise`.

    Such a cell is run as it is: a `raise` in it would stop Run All in the middle of an untouched notebook. Inside
    a function or a class it stays: nothing is raised until the answer is called.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> tuple[Any, Any]:
        """Clear one cell; a line `raise NotImplementedError()` without indentation is left out."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "\n".join(line for line in cell.source.split("\n") if line.rstrip() != _RAISE)
        return cell, resources


def preprocessors() -> list[type]:
    """Return what nbgrader does to an assignment before it is handed out, with ClearAnswers for ClearSolutions."""
    usual = GenerateAssignment.preprocessors.default()
    return [ClearAnswers if made is ClearSolutions else made for made in usual]
