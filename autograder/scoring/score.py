"""From verdicts and outputs to points: of declared exercises, and of an instructor's own asserts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from autograder.assignment import PlanCell
from autograder.sandbox import CellResult
from autograder.scoring.record import Grade
from barprop.exercises import EXERCISES
from barprop.judging.verdict import FailureKind, Verdict

_NUMBER = re.compile(r"(?:np\.|numpy\.)?(?:float|int|uint|longdouble)\d*\(([^()]*)\)")


def judged(cell: PlanCell, verdict: Verdict, key: str = "") -> Grade:
    """Grade a test cell of the course: the verdict's share of the points this cell is worth."""
    share = verdict.points / verdict.max_points if verdict.max_points else 0.0
    points = verdict.points if verdict.max_points == cell.points else round(share * cell.points, 4)
    verdict = replace(verdict, points=points, max_points=cell.points)
    problem = " ".join(filter(None, (verdict.problem, *verdict.remarks)))
    text, html = str(verdict), verdict._repr_html_()
    return Grade(
        points, cell.points, text, html, problem, verdict.mistake, exercise=cell.exercise, key=key,
        kind=verdict.kind, hint=verdict.hint, example=verdict.example, notes=list(verdict.notes),
        tried=[list(one) for one in verdict.tried],
    )  # fmt: skip


def not_written(cell: PlanCell, sentence: str, key: str = "", kind: FailureKind = "unwritten") -> Grade:
    """Grade a missing answer: 0, without trying anything."""
    exercise = EXERCISES[cell.exercise]
    part = exercise.part(cell.part)
    return judged(cell, Verdict(exercise.title(part), 0.0, float(part.points), problem=sentence, kind=kind), key)


def scored_inside(cell: PlanCell, result: CellResult | None) -> Grade:
    """Grade an instructor's own test cell from what it printed and returned; fail closed.

    As in nbgrader an error gives 0, a number is partial credit, and no result at all full marks. A
    warning costs nothing. A result that is not a number of points in [0, most] gives 0 and asks for review.
    """
    if result is None:
        return _inside(cell, 0.0, "It was not run.", review=True)
    problem = result.error or next((_error(o) for o in result.outputs if o.get("output_type") == "error"), "")
    if problem:
        return _inside(cell, 0.0, problem)
    came = next((o for o in reversed(result.outputs) if o.get("output_type") == "execute_result"), None)
    if came is None:
        return _inside(cell, cell.points, "")
    text = _plain(came)
    value = _number(text)
    if text in ("True", "False"):
        return _inside(
            cell, cell.points if text == "True" else 0.0, "" if text == "True" else "The test returned False."
        )
    if value is not None and math.isclose(value, cell.points, rel_tol=1e-9):
        value = cell.points  # 1.1 + 2.2 is a hair above 3.3
    if value is None or not 0.0 <= value <= cell.points:
        shown = text if len(text) <= 40 else text[:37] + "..."
        bounds = f"from 0 to {cell.points:g}"
        return _inside(cell, 0.0, f"The test ended in {shown}, which is not a number of points {bounds}.", True)
    return _inside(cell, value, "")


def _inside(cell: PlanCell, points: float, problem: str, review: bool = False) -> Grade:
    title = cell.grade_id.removeprefix("test_")
    verdict = Verdict(title, points, cell.points, problem=problem)
    return Grade(points, cell.points, verdict.headline, verdict._repr_html_(), problem, inside=True, review=review)


def _error(output: dict[str, Any]) -> str:
    name, value = str(output.get("ename", "Error")), " ".join(str(output.get("evalue", "")).split())[:300]
    return f"{name}: {value}" if value else name


def _plain(output: dict[str, Any]) -> str:
    data = output.get("data")
    text = data.get("text/plain", "") if isinstance(data, dict) else ""
    return ("".join(map(str, text)) if isinstance(text, list) else str(text)).strip()


def _number(text: str) -> float | None:
    """Read a number as Python or NumPy writes it, or None (NaN compares false with every bound)."""
    match = _NUMBER.fullmatch(text)
    try:
        return float(match.group(1) if match else text)
    except ValueError:
        return None
