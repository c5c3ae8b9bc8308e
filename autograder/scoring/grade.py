"""One job: one student's submission of one assignment in, one record out. Knows no gradebook and no folder."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from autograder.assignment import NotebookPlan, PlanCell
from autograder.sandbox import Fault, SandboxError, Session
from autograder.sandbox.time_limit import OverdueError, deadline
from autograder.scoring import score
from autograder.scoring.choose_files import choose_files
from autograder.scoring.feedback_notebook import make_document
from autograder.scoring.job import Job
from autograder.scoring.not_graded import refused, unread
from autograder.scoring.record import Grade, NotebookRecord, Record
from autograder.scoring.run_cells import NotebookRun
from autograder.scoring.session_judge import SessionJudge
from autograder.submission.cell_source import defined, forget
from autograder.submission.modules import missing_modules
from autograder.submission.read_notebook import Reading
from autograder.submission.repair import Cell, Repaired, answer_names, repair
from barprop.exercises import EXERCISES
from barprop.judging.verdict import FailureKind

_FILE_NAME = re.compile(r"<ipython-input-[^>]*>, |/tmp/ipykernel_[^ ,]*, ")
log = logging.getLogger(__name__)
_READING = 60.0  # seconds for making out what was handed in
_WORK = 30.0  # seconds for our own work on one notebook, besides those its code may take
_NOTHING = "No notebook of this assignment was handed in."
OpenSession = Callable[[dict[str, bytes]], Session]


def grade_submission(job: Job, open_session: OpenSession) -> Record:
    """Grade one submission. Raises SandboxError where the sandbox fails; whatever else happens, there is a record."""
    start = time.monotonic()
    forget()
    try:
        record = _graded(job, open_session)
    except SandboxError:
        raise
    except Exception as error:
        record = refused(job, _why(error))
    record.seconds = round(time.monotonic() - start, 3)
    return record


def _why(error: Exception) -> str:
    """Say what went wrong while grading, for the student and for whoever looks at it."""
    if isinstance(error, OverdueError):
        return f"Grading it was stopped. {error}"
    if isinstance(error, MemoryError):
        return "Grading it was stopped: it needed more memory than one submission may use."
    log.error("while grading", exc_info=error)
    return f"Grading it ended in an error of the grader's own ({type(error).__name__})."


def _graded(job: Job, open_session: OpenSession) -> Record:
    record = Record(job.student, job.plan.name, job.key, notes=list(job.notes), environment=job.environment)
    with deadline(_READING):
        chosen = choose_files(job, record)
    if not any(isinstance(found, tuple) for found in chosen.values()):
        reasons = sorted({found for found in chosen.values() if isinstance(found, str) and found})
        there = [f"Found: {', '.join(sorted(job.files)[:5])}."] if job.files else []
        record.quarantine = " ".join(reasons or [_NOTHING, *(record.notes or there)])
        chosen = dict.fromkeys(chosen, (not reasons and _wrong_files(job)) or record.quarantine)
    for plan in job.plan.notebooks:
        found = chosen[plan.name]
        if isinstance(found, tuple):
            record.notebooks.append(_grade_safely(job, plan, *found, open_session))
        else:
            record.notebooks.append(unread(job, plan, found))
    return record


def _wrong_files(job: Job) -> str:
    """Tell a student who handed in other files and no notebook what came and what to hand in; "" for anybody else."""
    came = sorted(job.files.keys() - job.plan.files.keys())
    if job.notebooks or not came:
        return ""
    wanted = [f"{plan.name}.ipynb" for plan in job.plan.notebooks]
    return f"You handed in {', '.join(came[:5])}{', ...' * (len(came) > 5)}; hand in {' and '.join(wanted)}."


def _grade_safely(
    job: Job, plan: NotebookPlan, file: str, reading: Reading, open_session: OpenSession
) -> NotebookRecord:
    """Grade one notebook; where that fails, the others keep what they have."""
    try:
        with deadline(job.limits.notebook_seconds + _WORK):
            return _grade_notebook(job, plan, file, reading, open_session)
    except SandboxError:
        raise
    except Exception as error:
        return unread(job, plan, _why(error))


def _grade_notebook(
    job: Job, plan: NotebookPlan, file: str, reading: Reading, open_session: OpenSession
) -> NotebookRecord:
    start = time.monotonic()
    mended = repair(reading, plan, job.show_cells)
    record = NotebookRecord(plan.name, file, repairs=mended.notes)
    sources = {number: cell.run for number, cell in enumerate(mended.cells) if cell.run is not None}
    tests = {number: cell.plan for number, cell in enumerate(mended.cells) if cell.plan and cell.plan.test}
    hidden = {number for number, test in tests.items() if sources.get(number, test.source) != test.source}
    with NotebookRun(lambda: _opened(job, open_session, record), sources, job.limits, hidden) as run:
        if _needs_a_run(mended, plan):
            run.session()
        _grade_cells(job, plan, mended, run, record)
        record.trouble += run.trouble
        results = run.results
    record.comments = _comments(mended)
    record.lacking = missing_modules(sources.values(), {**job.plan.files, **job.files})
    record.document = make_document(mended, plan, record, results, job.key)
    record.seconds = round(time.monotonic() - start, 3)
    return record


def _opened(job: Job, open_session: OpenSession, record: NotebookRecord) -> Session:
    """Open a session with the files handed out and handed in; without the latter if they are too large."""
    handed_out = {name: data for name, data in job.plan.files.items() if name not in job.kept or name not in job.files}
    own = {name: data for name, data in job.files.items() if name not in handed_out}
    try:
        return open_session({**own, **handed_out})
    except SandboxError as error:
        if error.kind is not Fault.FILES or not own:
            raise
        left_out = f"The files handed in along with it were left out ({error})."
        record.trouble += [left_out] if left_out not in record.trouble else []
        return open_session(job.plan.files)


def _needs_a_run(mended: Repaired, plan: NotebookPlan) -> bool:
    """Nothing is run for a notebook without a single answer, but for an instructor's own tests."""
    plain_tests = any(c.plan and c.plan.test and not c.plan.exercise for c in mended.cells)
    given = {cell.source for cell in plan.cells if not cell.managed}
    ran = [c for c in mended.cells if c.run is not None and not (c.plan is None and c.source in given)]
    written = any(c.plan is None or (c.plan.solution and not c.untouched) for c in ran)
    return plain_tests or written


def _grade_cells(job: Job, plan: NotebookPlan, mended: Repaired, run: NotebookRun, record: NotebookRecord) -> None:
    judge = SessionJudge(run, job.seed_of, _reasons(mended, run))
    skip = _not_written(mended)
    known = job.known.get(plan.name, {})
    nameless: list[PlanCell] = []
    for number, cell in enumerate(mended.cells):
        if cell.plan is None or not cell.plan.grade:
            continue
        grade_id, exercise = cell.plan.grade_id, cell.plan.exercise
        key = job.exercise_keys.get(exercise, "")
        if not cell.plan.test:
            following = mended.cells[number + 1] if number + 1 < len(mended.cells) else None
            record.grades[grade_id] = _written(cell, mended, following)
        elif not exercise:
            record.grades[grade_id] = score.scored_inside(cell.plan, run.results.get(number))
        elif exercise in skip and not run.defines(EXERCISES[exercise].asks):
            kind: FailureKind = "gone" if exercise in mended.missing else "unwritten"
            record.grades[grade_id] = score.not_written(cell.plan, skip[exercise], key, kind)
            record.grades[grade_id].review = exercise in mended.missing and mended.damaged
        elif grade_id in known and known[grade_id].key == key:
            record.grades[grade_id] = known[grade_id]
        else:
            found = EXERCISES[exercise]
            verdict = judge.verdict(found, found.part(cell.plan.part))
            record.grades[grade_id] = score.judged(cell.plan, verdict, key)
            record.grades[grade_id].review = exercise in judge.unjudged
            if verdict.kind == "value" and not verdict.mistake:
                nameless.append(cell.plan)
    for plan_cell in nameless:  # at last, so that it takes no time from a score
        found = EXERCISES[plan_cell.exercise]
        record.grades[plan_cell.grade_id].pattern = judge.pattern(found, found.part(plan_cell.part))
    record.trouble += judge.trouble


def _not_written(mended: Repaired) -> dict[str, str]:
    """Return the declared exercises whose answer cell is unchanged, while nothing else defines their names."""
    found = {}
    for cell in mended.cells:
        if not cell.plan or not cell.untouched or cell.plan.grade_id not in EXERCISES:
            continue
        name = cell.plan.grade_id
        others = [c for c in mended.cells if c is not cell and c.run is not None]
        if not any(answer_names(cell.plan) & defined(c.run or "") for c in others):
            found[name] = mended.missing.get(name) or f"{name} is not written yet."
    return found


def _reasons(mended: Repaired, run: NotebookRun) -> dict[str, str]:
    """Why a name may be missing: the cell that defines it did not run to its end."""
    reasons: dict[str, str] = {}
    for number, result in run.results.items():
        cell = mended.cells[number]
        if result.error:
            why = _FILE_NAME.sub("", result.error)
            names = defined(cell.run or "") | (answer_names(cell.plan) if cell.plan else frozenset())
            reasons |= {name: f"The cell that defines {name} did not run to its end: {why}" for name in names}
    return reasons


def _written(cell: Cell, mended: Repaired, following: Cell | None) -> Grade:
    """Grade a written answer: 0 if nothing was written, else left to a person.

    Text of the student's own right below an untouched cell may be the answer: somebody has to look.
    """
    assert cell.plan is not None
    if cell.plan.grade_id in mended.missing:
        problem = mended.missing[cell.plan.grade_id]
        return Grade(0.0, cell.plan.points, problem=problem, review=mended.damaged)
    below = following is not None and following.plan is None and following.kind == cell.kind
    if cell.untouched and below and following is not None and following.source.strip():
        where = "The cell was left as it was; the answer may be in the cell below it."
        return Grade(None, cell.plan.points, problem=where)
    if cell.untouched:
        return Grade(0.0, cell.plan.points, problem="No response.")
    return Grade(None, cell.plan.points)


def _comments(mended: Repaired) -> dict[str, str | None]:
    """Return nbgrader's automatic comment: "No response." for an answer left as it was given."""
    comments: dict[str, str | None] = {}
    for cell in mended.cells:
        if cell.plan and (cell.plan.solution or cell.plan.task):
            untouched = cell.untouched and not cell.plan.task
            said = "No response." if untouched else None
            comments[cell.plan.grade_id] = mended.missing.get(cell.plan.grade_id) or said
    return comments
