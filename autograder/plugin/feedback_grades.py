"""Scores and comments from the gradebook into a graded notebook: three queries a page, and one connection for all."""

from __future__ import annotations

from functools import cache
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution, is_task
from sqlalchemy import Row, select

from autograder.gradebook.database import with_driver


class Grades(GetGrades):
    """nbgrader's GetGrades, which also notes what waits for a person."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Enter scores and comments. Raises MissingEntry for a notebook or a cell that the gradebook does not have."""
        facts = resources["nbgrader"]
        gradebook = _gradebook(facts["db_url"])
        try:
            found = _notebook(gradebook, facts)
            penalty = found.late_submission_penalty or 0
            facts |= {"score": found.score - penalty, "max_score": found.max_score, "late_penalty": penalty}
            grades, comments = _grades(gradebook, found.id), _comments(gradebook, found.id)
        finally:
            gradebook.db.remove()
        for cell in nb.cells:
            metadata = cell.metadata.get("nbgrader", {})
            if is_solution(cell) or is_task(cell):
                comment = _of(comments, metadata["grade_id"], facts)
                metadata |= {"comment": comment.comment, "by_person": comment.manual_comment is not None}
            if is_grade(cell) or is_task(cell):
                grade = _of(grades, metadata["grade_id"], facts)
                metadata |= {"score": grade.score, "points": grade.max_score}
                metadata["waiting"] = bool(grade.needs_manual_grade)
        return nb, resources


@cache
def _gradebook(url: str) -> Gradebook:
    return Gradebook(with_driver(url))


def _notebook(gradebook: Gradebook, facts: dict[str, Any]) -> Row[Any]:
    some = SubmittedNotebook
    wanted = (
        select(some.id, some.score, some.max_score, some.late_submission_penalty)
        .join(Notebook, Notebook.id == some.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == some.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Notebook.name == facts["notebook"], Assignment.name == facts["assignment"])
        .where(SubmittedAssignment.student_id == facts["student"])
    )
    row = gradebook.db.execute(wanted).one_or_none()
    if row is None:
        raise MissingEntry(f"the gradebook has no {facts['assignment']}/{facts['notebook']} of {facts['student']}")
    return row


def _grades(gradebook: Gradebook, notebook: str) -> dict[str, Row[Any]]:
    wanted = select(BaseCell.name, Grade.score, Grade.max_score, Grade.needs_manual_grade)
    rows = gradebook.db.execute(
        wanted.join(BaseCell, BaseCell.id == Grade.cell_id).where(Grade.notebook_id == notebook)
    )
    return {row.name: row for row in rows}


def _comments(gradebook: Gradebook, notebook: str) -> dict[str, Row[Any]]:
    wanted = select(BaseCell.name, Comment.comment, Comment.manual_comment).join(
        BaseCell, BaseCell.id == Comment.cell_id
    )
    return {row.name: row for row in gradebook.db.execute(wanted.where(Comment.notebook_id == notebook))}


def _of(rows: dict[str, Row[Any]], cell: str, facts: dict[str, Any]) -> Row[Any]:
    if cell not in rows:
        raise MissingEntry(f"the gradebook has no cell {cell} in {facts['assignment']}/{facts['notebook']}")
    return rows[cell]
