"""Which of the submitted files is which notebook of the assignment."""

from __future__ import annotations

from collections import Counter

from autograder.assignment import NotebookPlan
from autograder.scoring.job import Job
from autograder.scoring.record import Record
from autograder.submission.cell_source import same_text
from autograder.submission.read_notebook import Reading, UnreadableError, read_notebook
from autograder.submission.repair import answer_names, repair
from barprop.exercises import EXERCISES


def choose_files(job: Job, record: Record) -> dict[str, tuple[str, Reading] | str]:
    """Choose the file to grade for each notebook of the plan, or say why there is none ("": not handed in)."""
    readings, reasons = _readings(job)
    others = set()
    for name, reading in list(readings.items()):
        homes = [_home(reading, plan) for plan in job.plan.notebooks]
        if homes and all(homes):
            others.add(name)
            reasons[name] = f"It is another notebook of the course, {homes[0]}."
            del readings[name]
    chosen: dict[str, tuple[str, Reading] | str] = {}
    free = dict(readings)
    for plan in job.plan.notebooks:
        if f"{plan.name}.ipynb" in free:
            chosen[plan.name] = (f"{plan.name}.ipynb", free.pop(f"{plan.name}.ipynb"))
    for plan in job.plan.notebooks:
        have = chosen.get(plan.name)
        written = _answers_in(have[1], plan) if isinstance(have, tuple) else -1
        alike = [name for name in free if _resemblance(free[name], plan) > 0]
        # The fullest copy counts: who worked in a copy handed in the notebook as it was given beside it.
        by_answers = {name: (_answers_in(free[name], plan), _resemblance(free[name], plan), name) for name in alike}
        rival = max(by_answers, key=by_answers.__getitem__, default="")
        if rival and _answers_in(free[rival], plan) > written:
            chosen[plan.name] = (rival, free.pop(rival))
            fewer = f"holds fewer answers ({written})" if written else "holds no answer"
            instead = fewer if have else "is not there"
            record.notes.append(f"{rival} was graded as {plan.name}.ipynb, which {instead}.")
        elif not have:
            chosen[plan.name] = reasons.pop(f"{plan.name}.ipynb", "")
    record.notes += _not_graded(job, free, reasons, others & reasons.keys())
    return chosen


def _not_graded(job: Job, free: dict[str, Reading], reasons: dict[str, str], others: set[str]) -> list[str]:
    """Say which notebooks were not graded: copies, unreadable ones, and in one sentence all of other assignments."""
    said, strange = [], set(others)
    for name in sorted(free):
        copies = [plan.name for plan in job.plan.notebooks if _resemblance(free[name], plan) > 0]
        if copies:
            said.append(f"{name} is another copy of {copies[0]}.ipynb and was not graded.")
        else:
            strange.add(name)
    if len(strange) > 1:  # perhaps the folder of the whole course
        said.append(f"Notebooks that are not of this assignment were not graded: {', '.join(sorted(strange))}.")
        reasons = {name: why for name, why in reasons.items() if name not in strange}
    else:
        said += [f"{name} is not a notebook of this assignment and was not graded." for name in strange - others]
    return said + [f"{name}: {why}" for name, why in sorted(reasons.items())]


def _readings(job: Job) -> tuple[dict[str, Reading], dict[str, str]]:
    readings, reasons = {}, dict(job.unreadable)
    for name, data in sorted(job.notebooks.items()):
        try:
            readings[name] = read_notebook(data)
        except UnreadableError as error:
            reasons[name] = str(error)
    return readings, reasons


def _answers_in(reading: Reading, plan: NotebookPlan) -> int:
    """How many answer cells of the plan were written in."""
    released = {cell.grade_id: cell.source for cell in plan.managed if cell.solution}
    if not released:
        return 1
    marked = [c for c in reading.cells if c.grade_id in released]
    if marked:
        return sum(not same_text(cell.source, released[cell.grade_id]) for cell in marked)
    mended = repair(reading, plan)
    return sum(not cell.untouched for cell in mended.cells if cell.plan and cell.plan.solution)


def _home(reading: Reading, plan: NotebookPlan) -> str:
    """Name the notebook of the course whose answers a file holds instead of this plan's, or ""."""
    ids = {cell.grade_id for cell in reading.cells}
    if ids & {cell.grade_id for cell in plan.managed if cell.solution or cell.grade}:
        return ""
    homes = Counter(EXERCISES[name].notebook for name in ids & EXERCISES.keys())
    return homes.most_common(1)[0][0] if homes else ""


def _resemblance(reading: Reading, plan: NotebookPlan) -> int:
    """How many cells of the plan can be told in a file of another name."""
    ids = {cell.grade_id for cell in plan.managed}
    found = len(ids & {cell.grade_id for cell in reading.cells})
    if found:
        return found
    mended = repair(reading, plan)
    return sum(1 for c in mended.cells if c.plan and c.plan.solution and answer_names(c.plan) and not c.untouched)
