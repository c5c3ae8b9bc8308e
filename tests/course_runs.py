"""Grading a whole course in this process, and the totals that its gradebook then holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.batch.run import Summary
from autograder.plugin.autograde import Autograde
from autograder.plugin.configuration import configured


def run(assignment: str = "ps1", force: bool = False, **config: Any) -> Summary:
    """Grade in this process, in the current folder."""
    app = configured()
    app.coursedir.assignment_id = assignment
    for name, value in config.items():
        setattr(app.coursedir, name, value)
    converter = Autograde(coursedir=app.coursedir, parent=app)
    converter.force = force
    converter.start()
    return converter.summary


def totals(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        return {s.student_id: s.score for a in gradebook.assignments for s in a.submissions}
