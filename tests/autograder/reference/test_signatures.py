"""A declared signature is that of the reference and of the notebook, and the cases of an exercise follow it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder import api
from autograder.reference import REFERENCES
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Exercise


def _declared(exercise: Exercise) -> dict[str, str]:
    """Return the functions and methods that a signature names, each with its parameters as Python writes them."""
    start, _, rest = exercise.signature.partition(":")
    owner = start.removeprefix("class ") + "." if start.startswith("class ") else ""
    functions = rest.partition(";")[0] if owner else exercise.signature.partition(" ->")[0]
    found = {}
    for name, parameters in re.findall(r"(\w+)\(([\w\s,=.-]*)\)", functions):
        if owner and name == owner[:-1]:
            found[f"{owner}__init__"] = _written(f"self, {parameters}")
        elif owner or name in exercise.asks:
            found[owner + name] = _written(parameters)
    return found


def _written(parameters: str) -> str:
    (function,) = ast.parse(f"def f({parameters}): pass").body
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(function.args)


def _own(function: Any) -> str:
    parameters = inspect.signature(function).parameters.values()
    return _written(", ".join(str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters))


def _in_notebook(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Yield what the answer cell that is handed out defines: name, with the class before it, and parameters."""
    plan = api.assignment(exercise.assignment)
    for cell in (cell for notebook in plan.notebooks for cell in notebook.cells if cell.grade_id == exercise.name):
        for node in ast.parse(cell.source).body:
            owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(inner, ast.FunctionDef):
                    yield owner + inner.name, ast.unparse(inner.args)


_WITH_PARAMETERS = [e for e in EXERCISES.values() if _declared(e) and e.name not in ("Node", "Value")]


def test_most_exercises_are_looked_at() -> None:
    assert len(_WITH_PARAMETERS) > 40
    assert _declared(EXERCISES["numerical_gradient"]) == {"numerical_gradient": "f, u, step=1e-06"}
    assert _declared(EXERCISES["Residual"])["Residual.__init__"] == "self, layers"


@pytest.mark.parametrize("exercise", _WITH_PARAMETERS, ids=lambda exercise: exercise.name)
def test_the_reference_and_the_notebook_have_the_declared_signature(exercise: Exercise) -> None:
    handed_out = dict(_in_notebook(exercise))
    for name, parameters in _declared(exercise).items():
        owner, _, method = name.rpartition(".")
        reference = REFERENCES[owner or method]
        assert _own(getattr(reference, method) if owner else reference) == parameters, name
        assert handed_out[name] == parameters, name


@pytest.mark.parametrize(
    "exercise", [e for e in _WITH_PARAMETERS if e.drive is None], ids=lambda exercise: exercise.name
)
def test_cases_hold_the_arguments_in_the_order_of_the_signature(exercise: Exercise) -> None:
    """Their order is the call."""
    names = [part.split("=")[0] for part in _declared(exercise)[exercise.asks[0]].split(", ")]
    for case in exercise.probes(np.random.default_rng(0)):
        assert list(case.args) == names[: len(case.args)], case.label
