"""Every exercise of the course, declared once, by notebook and in the order of the notebook."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType

from barprop.exercise import Exercise


def _collect() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name):
        if not info.name.startswith("n0"):
            continue
        for exercise in importlib.import_module(f"{__name__}.{info.name}").EXERCISES:
            if exercise.name in found:
                raise ValueError(f"two exercises are called {exercise.name}")
            found[exercise.name] = exercise
    return found


EXERCISES = MappingProxyType(_collect())
NOTEBOOKS = tuple(dict.fromkeys(e.notebook for e in EXERCISES.values()))
TESTS = MappingProxyType({test: (e, part) for e in EXERCISES.values() for test, part in e.tests.items()})


def in_notebook(notebook: str) -> list[Exercise]:
    """The exercises of one notebook, "assignment/notebook", in order."""
    return [e for e in EXERCISES.values() if e.notebook == notebook]
