"""From a running notebook to points: declared exercises are judged out here, an instructor's own asserts inside."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.assignment import PlanCell
from autograder.reference import oracle_of
from autograder.sandbox import CellResult, SandboxError
from autograder.sandbox.time_limit import deadline
from autograder.scoring.pattern import pattern
from autograder.scoring.record import Grade
from autograder.scoring.run_cells import NotebookRun
from autograder.scoring.stand_in import references_in_session
from barprop.exercises import EXERCISES
from barprop.judging import judge
from barprop.judging.exercise import Exercise, Part
from barprop.judging.precision import QUOTIENT
from barprop.judging.verdict import Verdict

log = logging.getLogger(__name__)
_WORK = 5.0  # seconds for our own work on one exercise, besides those that its answer may take
SeedOf = Callable[[str], list[int]]
_NUMBER = re.compile(r"(?:np\.|numpy\.)?(?:float|int|uint|longdouble)\d*\(([^()]*)\)")


class Judge(judge.Judge):
    """Judges the exercises of one notebook in its session. Whatever goes wrong costs one exercise, and nothing else."""

    def __init__(self, run: NotebookRun, seed_of: SeedOf, reasons: dict[str, str]) -> None:
        super().__init__(lambda: run.answers(reasons), EXERCISES, seed_of, oracle_of, references_in_session)
        self.run = run
        self.trouble: list[str] = []
        self.unjudged: set[str] = set()  # exercises that count 0 since judging them failed: a person is asked

    def verdict(self, exercise: Exercise, part: Part) -> Verdict:
        """Return the verdict on one test cell."""
        try:
            if exercise.name not in self.unjudged:
                with deadline(max(self.run.left, 0.0) + _WORK):
                    return self._noted(exercise, super().verdict(exercise, part))
        except SandboxError:
            raise
        except Exception as error:
            log.exception("judging %s", exercise.name)
            self.trouble.append(f"{exercise.name} could not be judged ({type(error).__name__}); it counts 0.")
            self.unjudged.add(exercise.name)
        problem = "The result cannot be judged."
        return Verdict(exercise.title(part), 0.0, float(part.points), problem=problem, kind="unjudged")

    def pattern(self, exercise: Exercise, part: Part) -> str:
        """Return a digest of what the answer gives, the same for every student; "" where that cannot be had."""
        try:
            with deadline(max(self.run.left, 0.0) + _WORK):
                return pattern(exercise, self.answers(), part.outputs)
        except SandboxError:
            raise
        except Exception as error:  # it decides no score
            log.info("no pattern of %s: %s", exercise.name, error)
            return ""

    def _noted(self, exercise: Exercise, found: Verdict) -> Verdict:
        """Tell the instructor what costs nothing."""
        suspicion = f"{exercise.name} looks like a difference quotient: right, but less exact than a formula."
        if QUOTIENT in found.notes and suspicion not in self.trouble:
            self.trouble.append(suspicion)
        return found


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


def not_written(cell: PlanCell, sentence: str, key: str = "", kind: str = "unwritten") -> Grade:
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
