"""Records of what could not be graded: 0, the reason, and a person is asked."""

from __future__ import annotations

from autograder.assignment import NotebookPlan, PlanCell
from autograder.scoring import score
from autograder.scoring.feedback_notebook import make_document
from autograder.scoring.job import Job
from autograder.scoring.record import Grade, NotebookRecord, Record
from autograder.submission.repair import Cell, Repaired


def refused(job: Job, reason: str, again: bool = False) -> Record:
    """Make the record of a submission that could not be graded: 0, the reason, and a person is asked.

    Parameters
    ----------
    again : bool
        Whether the next run is to try it again, since it may have been the machine's fault.
    """
    record = Record(job.student, job.plan.name, job.key, notes=list(job.notes), environment=job.environment)
    record.quarantine, record.again = reason, again
    record.notebooks = [unread(job, plan, reason) for plan in job.plan.notebooks]
    return record


def unread(job: Job, plan: NotebookPlan, reason: str) -> NotebookRecord:
    """0 everywhere, with the reason; a person is asked to look where something was handed in."""
    review, reason = bool(reason), reason or f"{plan.name}.ipynb was not handed in."
    record = NotebookRecord(plan.name, trouble=[reason])
    cells = []
    for cell in plan.cells:
        cells.append(Cell(cell.kind, cell.source, cell if cell.managed else None, id=cell.cell_id, tags=cell.tags))
        if cell.grade:
            key = job.exercise_keys.get(cell.exercise, "")
            record.grades[cell.grade_id] = _zero(cell, reason, review, key)
        if cell.solution or cell.task:
            record.comments[cell.grade_id] = reason
    if review:
        record.unread = f"Nothing of {plan.name}.ipynb could be graded. {reason}"
        record.document = make_document(Repaired(cells), plan, record, {}, job.key)
    return record


def _zero(cell: PlanCell, reason: str, review: bool, key: str) -> Grade:
    if cell.exercise:
        grade = score.not_written(cell, reason, key, "gone")
        grade.review = review
        return grade
    return Grade(0.0, cell.points, text=f"{cell.grade_id}: {reason}", problem=reason, review=review, inside=cell.test)
