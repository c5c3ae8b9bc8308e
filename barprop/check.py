"""The one line under every exercise: check("bar_z")."""

from __future__ import annotations

import difflib
import os
import sys
import warnings
from typing import Any

import numpy as np
from IPython import get_ipython
from IPython.display import display

from barprop.evaluate import Evaluation, evaluate
from barprop.exercise import Exercise
from barprop.exercises import EXERCISES
from barprop.run import Answers, Namespace


class CheckFailedError(Exception):
    """Raised instead of shown when nbgrader validates, so that its dialog shows the verdict."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(name: str, part: str = "") -> float:
    """Try the answer to an exercise, show the verdict, and return the points.

    Parameters
    ----------
    name : the exercise, e.g. "bar_z".
    part : which of its test cells, where it has several.

    Returns
    -------
    Points, a Python float.
    """
    exercise = _find(name)
    try:
        chosen = exercise.part(part) if isinstance(exercise, Exercise) else exercise
    except KeyError as error:
        chosen = error.args[0]
    if isinstance(chosen, str):
        print(chosen)
        return 0.0
    verdict = judge(exercise, Namespace(notebook_names())).verdict(chosen)
    if os.environ.get("NBGRADER_VALIDATING") and not verdict.passed:
        raise CheckFailedError(str(verdict))
    display(verdict)
    return verdict.points


def judge(exercise: Exercise, answers: Answers, seed: int | list[int] = 0, oracles: Any = None) -> Evaluation:
    """Evaluate an answer; where it fails and leans on another answer that fails, say that first.

    Parameters
    ----------
    oracles : exercise -> (case -> right values), to judge by something else than its own oracle.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a warning is no mistake
        return _judge(exercise, answers, seed, oracles)


def _judge(exercise: Exercise, answers: Answers, seed: int | list[int], oracles: Any) -> Evaluation:
    result = evaluate(exercise, answers, seed, oracles and oracles(exercise))
    if result.failed:
        for need in exercise.needs:
            other = EXERCISES[need]
            if evaluate(other, answers, seed, oracles and oracles(other)).failed:
                result.block(need)
                break
    return result


def _find(name: Any) -> Exercise | str:
    if isinstance(name, str) and name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(str(name), EXERCISES, 1)
    guess = f' Did you mean check("{near[0]}")?' if near else ""
    return f'check takes the name of an exercise in quotes, such as check("bar_z"); it was given {name!r:.60}.{guess}'


def notebook_names() -> dict[str, Any]:
    """The names of the running notebook."""
    shell = get_ipython()
    return shell.user_ns if shell else vars(sys.modules["__main__"])
