"""What the tests share: answer cells as namespaces, right values remembered, and how often to try."""

from __future__ import annotations

import ast
import importlib
import inspect
import linecache
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import numpy as np

import barprop
from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from barprop.answers.calls import Answers, Namespace
from barprop.exercises import EXERCISES
from barprop.judging.evaluation import Evaluation
from barprop.judging.exercise import Case, Exercise, Values
from barprop.judging.judge import judge
from barprop.judging.verdict import Verdict
from tests.depth import often

NAMES = tuple(EXERCISES)


def answer(source: str, exercise: Exercise) -> Namespace:
    """A notebook in which one answer cell was run; the other exercises are answered by the references."""
    names: dict[str, Any] = {"__name__": "__main__", "np": np, "barprop": barprop, **REFERENCES.names, **ACTIVATIONS}
    for name in exercise.asks:
        names.pop(name, None)
    cell = f"<answer to {exercise.name}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)  # as a notebook keeps its cells
    exec(compile(source, cell, "exec"), names)
    return Namespace(names)


def with_answer(exercise: Exercise, **values: Any) -> Namespace:
    """A notebook of the references in which some names mean something else."""
    return Namespace({**REFERENCES.names, **values})


def cases(exercise: Exercise, seed: int = 0) -> list[Case]:
    """The probes of one seed."""
    return list(exercise.probes(np.random.default_rng(seed)))


@lru_cache(maxsize=8)
def _right_values(name: str, seed: int) -> tuple[Values, ...]:
    return tuple(EXERCISES[name].oracle(case) for case in cases(EXERCISES[name], seed))


def remembered(seed: int) -> Callable[[Exercise], Callable[[Case], Values]]:
    """The exercises' own oracles, asked once for each seed: numerical derivatives take their time."""

    def oracles(exercise: Exercise) -> Callable[[Case], Values]:
        values = iter(_right_values(exercise.name, seed))
        return lambda case: next(values)

    return oracles


def tried(exercise: Exercise, answers: Answers, seed: int) -> Evaluation:
    """Judge an answer as a student's check does, at some seed."""
    return judge(exercise, answers, EXERCISES, seed, remembered(seed))


def verdicts(evaluation: Evaluation) -> list[Verdict]:
    """The verdicts on every part; what holds for any verdict is asserted here."""
    found = [evaluation.verdict(part) for part in evaluation.exercise.parts]
    for verdict, part in zip(found, evaluation.exercise.parts, strict=True):
        assert type(verdict.points) is float, f"{verdict.title}: points are a {type(verdict.points)}"
        assert type(verdict.max_points) is float
        assert 0.0 <= verdict.points <= verdict.max_points == part.points
        assert "Traceback" not in str(verdict)
        assert " at 0x" not in str(verdict)
    return found


def points(evaluation: Evaluation) -> float:
    """All points of an answer, over its parts."""
    return sum(verdict.points for verdict in verdicts(evaluation))


@cache
def cost(name: str) -> int:
    """About how much work one evaluation is: numbers nudged, times the steps where an answer iterates."""
    total = 0
    for case in cases(EXERCISES[name]):
        values = [*case.args.values(), *case.context.values()]
        numbers = sum(_size(value) for value in values)
        steps = [case.args[key] for key in ("steps", "epochs") if key in case.args]
        total += (1 + numbers) * (1 + sum(steps))
    return total


def _size(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return 1


def seeds(name: str, most: int, least: int = 2, budget: int = 100) -> range:
    """So many seeds: `most` where an evaluation is at most `budget` numbers, fewer in proportion where it is more.

    `most` is for `make exhaustive`; other runs take a sixteenth of them.
    """
    most = often(max(1, most // 16), most)
    return range(max(least, min(most, most * budget // cost(name))))


def definitions(exercise: Exercise) -> tuple[ModuleType, dict[str, ast.stmt]]:
    """The module of an exercise's reference, and the statements that make its answer, helpers included."""
    module = next(m for m in _modules() if exercise.asks[0] in _statements(m))
    known, wanted = _statements(module), list(exercise.asks)
    others = {name for other in EXERCISES.values() if other is not exercise for name in other.asks}
    for name in wanted:  # grows while it is read
        used = {node.id for node in ast.walk(known[name]) if isinstance(node, ast.Name)}
        wanted += sorted((used & known.keys()) - others - set(wanted))
    return module, {name: known[name] for name in known if name in wanted}


def _modules() -> Iterator[ModuleType]:
    seen = {getattr(value, "__module__", "") for value in REFERENCES.names.values()}
    for name in sorted(seen):
        if isinstance(name, str) and name.startswith("autograder.reference.n"):
            yield importlib.import_module(name)


@cache
def _statements(module: ModuleType) -> dict[str, ast.stmt]:
    """Top-level definitions and assignments by name."""
    found = {}
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = statement
    return found


def blank(exercise: Exercise) -> str:
    """The answer cell as it is handed out: signatures stay, every body raises NotImplementedError."""
    _, statements = definitions(exercise)
    pieces = []
    for name in exercise.asks:
        tree = ast.parse(ast.unparse(statements[name]))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            function.body = ast.parse("raise NotImplementedError()").body
            function.decorator_list = []
        pieces.append(ast.unparse(tree) if functions else f"{name} = ...")
    return "from __future__ import annotations\n" + "\n\n".join(pieces)
