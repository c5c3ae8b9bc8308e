"""The graded notebook: the student's cells with what they gave, each test cell with its verdict, no hidden test."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from autograder.assignment import NotebookPlan
from autograder.sandbox import CellResult
from autograder.scoring import marks
from autograder.scoring.record import Grade, NotebookRecord
from autograder.scoring.sanitize import (
    clean_outputs,
    harmless_attachments,
    harmless_tags,
    harmless_text,
    without_dangling,
)
from autograder.submission.repair import Cell, Repaired

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MOST = 10_000  # characters of a student's cell that are kept; some converters take time by its square
_SHORT = 8  # hidden lines shorter than this are no secret


def make_document(
    repaired: Repaired, plan: NotebookPlan, record: NotebookRecord, results: dict[int, CellResult], key: str
) -> str:
    """Return the notebook for autograded/, as JSON text (nbformat 4.5)."""
    secret, given = hidden_lines(plan), {cell.source for cell in plan.cells}
    cells, ids = [], set()
    if record.unread:
        cells.append(_notice(f"**{_plain_markdown(record.unread)}**"))
    elif record.repairs:
        lines = "\n".join(f"- {_plain_markdown(text)}" for text in record.repairs)
        cells.append(_notice(f"**This notebook was repaired before it was graded:**\n\n{lines}"))
        ids.add(cells[0]["id"])
    notes = {c.plan.grade_id: c.notes for c in repaired.cells if c.plan and c.notes}
    for number, cell in enumerate(repaired.cells):
        outputs = _without(clean_outputs(results[number].outputs), secret) if number in results else []
        if number in results and results[number].error and not any(o["output_type"] == "error" for o in outputs):
            outputs.append(_stopped(results[number].error))
        cells.append(_cell(cell, _unique(cell, number, ids), outputs, record.grades, notes, secret, given))
    return document_of(cells, plan, key)


def document_of(cells: list[dict[str, Any]], plan: NotebookPlan, key: str) -> str:
    """Return a notebook of these cells with the plan's kernel, as JSON text."""
    metadata = {
        "kernelspec": plan.kernelspec or {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    } | marks.key_mark(key)
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True)  # `indent` would take the slow encoder, in Python
    return text.encode("utf-8", "replace").decode() + "\n"


def _notice(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "mended-while-grading", "metadata": marks.NOTICE, "source": text}


def _plain_markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|$])", r"\\\1", text)


def _unique(cell: Cell, number: int, ids: set[str]) -> str:
    wanted = cell.id if _ID.fullmatch(cell.id) and cell.id not in ids else f"cell-{number}"
    while wanted in ids:
        wanted += "-x"
    ids.add(wanted)
    return wanted


def _cell(
    cell: Cell,
    cell_id: str,
    outputs: list[dict[str, Any]],
    grades: dict[str, Grade],
    notes: dict[str, list[str]],
    secret: set[str],
    given: set[str],
) -> dict[str, Any]:
    tags = harmless_tags(cell.tags)
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if cell.source in given:
        source = cell.source
        metadata |= marks.GIVEN
    else:
        source = _short(cell.source, cell.kind)
        source = source if cell.kind == "code" else harmless_text(source)
    attachments = harmless_attachments(cell.attachments)
    if cell.kind == "markdown" and "attachment:" in source:
        source = without_dangling(source, attachments)
    made: dict[str, Any] = {"cell_type": cell.kind, "id": cell_id, "metadata": metadata, "source": source}
    if attachments and cell.kind != "code":
        made["attachments"] = attachments
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": outputs}
    if cell.plan is None or not cell.plan.managed:
        return made
    metadata["nbgrader"] = cell.plan.nbgrader() | {"cell_type": cell.kind}
    if cell.plan.locked or cell.plan.test:
        metadata |= {"deletable": False, "editable": False}
    grade = grades.get(cell.plan.grade_id)
    if cell.plan.test and cell.kind == "code" and grade is not None and grade.points is not None:
        said = [*notes.get(cell.plan.exercise, []), *notes.get(cell.plan.grade_id, [])]
        rest = _without_trace(outputs) if secret else outputs
        made["outputs"] = [_shown(grade, said), _points(grade.points), *(o for o in rest if not _decisive(o))]
    return made


def _short(source: str, kind: str) -> str:
    """Return the text of a student's cell, cut with a note if it is too long."""
    if len(source) <= _MOST:
        return source
    rest = f"{len(source) - _MOST} more characters are not shown"
    return f"{source[:_MOST]}\n{f'# ... {rest}' if kind == 'code' else f'({rest})'}"


def _shown(grade: Grade, notes: list[str]) -> dict[str, Any]:
    """Show the verdict, with what was repaired and whether it was scored inside."""
    text = "\n".join(filter(None, (grade.text, grade.problem if grade.inside else "", *notes)))
    html = grade.html + "".join(f"<div>{escape(note)}</div>" for note in notes)
    verdict = marks.ShownVerdict(
        points=grade.points,
        most=grade.max_points,
        problem=grade.problem,
        hint=grade.hint,
        example=grade.example,
        kind=grade.kind,
        tried=grade.tried,
        notes=[*grade.notes, *notes],
    )
    data = {"text/plain": text, "text/html": html}
    return {"output_type": "display_data", "metadata": verdict.metadata(), "data": data}


def _points(points: float) -> dict[str, Any]:
    """Show the plain number that nbgrader reads the score from."""
    data = {"text/plain": repr(float(points))}
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def _decisive(output: dict[str, Any]) -> bool:
    """Say whether this is a result of the cell's own: two numbers under one test cell would confuse."""
    return output["output_type"] == "execute_result"


def _stopped(error: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "Stopped", "evalue": error, "traceback": [error]}


# --- no hidden test ---------------------------------------------------------------------------


def hidden_lines(plan: NotebookPlan) -> set[str]:
    """Return the lines that run when grading and that students never got."""
    found: set[str] = set()
    for cell in plan.cells:
        if cell.full and cell.full != cell.source and not cell.exercise:
            given = {line.strip() for line in cell.source.split("\n")}
            found |= {line.strip() for line in cell.full.split("\n")} - given
    return {line for line in found if len(line) >= _SHORT}


def _without(outputs: list[dict[str, Any]], secret: set[str]) -> list[dict[str, Any]]:
    """Remove every hidden line from outputs, should a student's code have printed some."""
    if not secret or not any(line in json.dumps(outputs, ensure_ascii=False) for line in map(_escaped, secret)):
        return outputs
    pattern = re.compile("|".join(re.escape(line) for line in sorted(secret, key=len, reverse=True)))

    def blot(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub("[hidden]", value)
        if isinstance(value, list):
            return [blot(item) for item in value]
        return {key: blot(item) for key, item in value.items()} if isinstance(value, dict) else value

    return blot(outputs)


def _escaped(line: str) -> str:
    return json.dumps(line, ensure_ascii=False)[1:-1]


def _without_trace(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors without their traceback: it would show the lines around, hidden ones among them."""
    shown = []
    for output in outputs:
        if output["output_type"] == "error":
            output = output | {"traceback": [f"{output['ename']}: {output['evalue']}"]}
        shown.append(output)
    return shown
