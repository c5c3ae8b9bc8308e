"""Judging one answer: the exercise itself, and the answers it calls."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from barprop.answers.calls import Answers
from barprop.judging.evaluate import Evaluation, evaluate
from barprop.judging.exercise import Exercise


def judge(
    exercise: Exercise,
    answers: Answers,
    exercises: Mapping[str, Exercise],
    seed: int | list[int] = 0,
    oracles: Any = None,
) -> Evaluation:
    """Evaluate an answer; where it fails and calls another answer that fails, say that first.

    Parameters
    ----------
    exercises : mapping
        Where the exercises it calls are found, by name.
    oracles : callable, optional
        exercise -> (case -> right values), to judge by something else than the exercise's own oracle.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a warning is no mistake
        result = evaluate(exercise, answers, seed, oracles and oracles(exercise))
        if result.failed:
            for need in exercise.needs:
                other = exercises[need]
                if evaluate(other, answers, seed, oracles and oracles(other)).failed:
                    result.block(need)
                    break
    return result
