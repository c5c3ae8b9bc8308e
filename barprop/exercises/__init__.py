"""Every exercise of the course, declared once, by notebook and in the order of the notebook.

A notebook is a folder: n02_bar_notation/ holds the exercises of 02_bar_notation/bar_notation.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from barprop.judging.exercise import Exercise

_FOLDER = re.compile(r"n(\d+)_(\w+)")


def notebook_folders(path: Iterable[str]) -> dict[str, str]:
    """Return the folders of a package that belong to a notebook, in order: folder -> "assignment/notebook"."""
    found = {}
    for info in pkgutil.iter_modules(path):
        match = _FOLDER.fullmatch(info.name)
        if match:
            found[info.name] = f"{match[1]}_{match[2]}/{match[2]}"
    return dict(sorted(found.items(), key=lambda item: int(_FOLDER.fullmatch(item[0])[1])))  # type: ignore[index]


def _collect() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for folder, notebook in notebook_folders(__path__).items():
        for exercise in importlib.import_module(f"{__name__}.{folder}").EXERCISES:
            if exercise.name in found:
                raise ValueError(f"two exercises are called {exercise.name}")
            found[exercise.name] = replace(exercise, notebook=notebook)
    return found


EXERCISES = MappingProxyType(_collect())
NOTEBOOKS = tuple(dict.fromkeys(e.notebook for e in EXERCISES.values()))
TESTS = MappingProxyType({test: (e, part) for e in EXERCISES.values() for test, part in e.tests.items()})


def in_notebook(notebook: str) -> list[Exercise]:
    """Return the exercises of one notebook, "assignment/notebook", in order."""
    return [e for e in EXERCISES.values() if e.notebook == notebook]
