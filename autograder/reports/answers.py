"""What students wrote, read from the graded notebooks of their records."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.scoring.marks import is_given
from autograder.scoring.record import Record

_HEADING = re.compile(r"^##? +(.+)$", re.MULTILINE)


@dataclass
class Written:
    """What one student wrote.

    Parameters
    ----------
    answers : dict of str to str
        By the grade_id of each answer cell that was changed, its source.
    sections : dict of str to str
        Where a cell stands, by grade_id: the heading above it.
    tested : dict of str to str
        By the grade_id of each test cell, the answer cell above it.
    """

    answers: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    tested: dict[str, str] = field(default_factory=dict)

    def source(self, name: str) -> str:
        """Return the answer to an exercise, or the one that an instructor's own test cell tests; "" for none."""
        return self.answers.get(name) or self.answers.get(self.tested.get(name, ""), "")


def written_in(record: Record) -> Written:
    """Read the graded notebooks of a record."""
    found = Written()
    for notebook in record.notebooks:
        heading = answer = ""
        for cell in json.loads(notebook.document)["cells"] if notebook.document else []:
            grading = cell["metadata"].get("nbgrader", {})
            if is_given(cell) and cell["cell_type"] == "markdown":
                heading = next(iter(_HEADING.findall(cell["source"])[::-1]), heading)
            if grading.get("grade") and not grading.get("solution"):
                found.tested[grading["grade_id"]] = answer
                found.sections[grading["grade_id"]] = heading
            if grading.get("solution"):
                answer = grading["grade_id"]
                found.sections[grading["grade_id"]] = heading
                if not is_given(cell):
                    found.answers[grading["grade_id"]] = cell["source"]
    return found


def anonymous(source: str) -> str:
    """Return the code of an answer without comments and docstrings, in which a name may be written."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(line for line in (line.split("#")[0].rstrip() for line in source.split("\n")) if line)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [one for one in body if not _is_text(one)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(getattr(statement.value, "value", None), str)


def two_of(sources: Iterable[str]) -> list[str]:
    """Return the two shortest different ones of some answers, without names."""
    return sorted({anonymous(source) for source in sources}, key=lambda text: (len(text), text))[:2]
