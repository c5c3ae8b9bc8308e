"""The one line under every exercise, check("bar_z"), and ready() for the demonstrations that use its answer."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from typing import Any

from IPython import get_ipython
from IPython.display import display

from barprop.answers.calls import Namespace, label_of
from barprop.answers.captured_output import modest_output
from barprop.answers.untrusted import describe_type, one_line

try:
    from barprop.exercises import EXERCISES
    from barprop.judging.exercise import Exercise, Part
    from barprop.judging.judge import judge
except ImportError:  # where submissions are graded, probes and oracles are kept out of reach
    EXERCISES = None  # type: ignore[assignment]


class CheckFailedError(Exception):
    """Raised instead of shown when nbgrader validates, so that its dialog shows the verdict."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(name: str = "", part: str = "") -> float:
    """Try the answer to an exercise, show the verdict, and return the points.

    Parameters
    ----------
    name : the exercise, e.g. "bar_z".
    part : which of its test cells, where it has several.

    Returns
    -------
    Points, a Python float.
    """
    if EXERCISES is None:
        print("Checks are not run here: the answers are graded when the whole notebook has run.")
        return 0.0
    exercise = _find(name)
    chosen = exercise if isinstance(exercise, str) else _find_part(exercise, part)
    if isinstance(exercise, str) or isinstance(chosen, str):
        print(chosen)
        return 0.0
    with modest_output():
        verdict = judge(exercise, Namespace(notebook_names()), EXERCISES).verdict(chosen)
    if os.environ.get("NBGRADER_VALIDATING") and not verdict.passed:
        raise CheckFailedError(str(verdict))
    display(verdict)
    return verdict.points


def ready(*names: str) -> bool:
    """Whether the answers to these exercises pass; prints one sentence where some do not."""
    if EXERCISES is None:
        return True
    missing = [name for name in names if not passes(name, notebook_names())]
    if missing:
        names_missing = " and ".join(missing)
        print(f"This picture is drawn with your own {names_missing}: come back when the check above is content.")
    return not missing


def passes(name: str, answers: Mapping[str, Any]) -> bool:
    """Return whether the answer to an exercise passes; `answers` are the names of the notebook it is in."""
    if EXERCISES is None:
        return False
    with modest_output(0):
        return not judge(EXERCISES[name], Namespace(answers), EXERCISES).failed


def _find(name: Any) -> Exercise | str:
    """The exercise of that name, or a sentence."""
    if type(name) is str and name in EXERCISES:
        return EXERCISES[name]
    meant = name if type(name) is str else label_of(name)
    near = difflib.get_close_matches(meant[:60], EXERCISES, 1)
    guess = f' Did you mean check("{near[0]}")?' if near else ""
    return f'check takes the name of an exercise in quotes, such as check("bar_z"); it was given {_came(name)}.{guess}'


def _find_part(exercise: Exercise, part: Any) -> Part | str:
    """The part of that name, or a sentence."""
    if type(part) is str and any(part == known.name for known in exercise.parts):
        return exercise.part(part)
    calls = [f'check("{exercise.name}", "{p.name}")' if p.name else f'check("{exercise.name}")' for p in exercise.parts]
    given = "no part" if type(part) is str and not part else f"{_came(part)} for the part"
    return f"{exercise.name} is checked by {', '.join(calls)}; check was given {given}."


def _came(value: Any) -> str:
    """What was given in place of a name, in words."""
    if type(value) is not str:
        return describe_type(value)
    return f'"{one_line(value, 60)}"' if value else "nothing"


def notebook_names() -> dict[str, Any]:
    """The names of the running notebook."""
    shell = get_ipython()
    return shell.user_ns if shell else vars(sys.modules["__main__"])
