"""Notebook 03, a prediction: who makes most of z, and who gets most of the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import describe_type, is_number, one_line
from barprop.judging.exercise import Case, Exercise, Mistake, Values
from barprop.numerics.steps import inner, product
from barprop.numerics.vjp import pull_back

_W, _X = (0.1, 2.0), (3.0, 1.0)
_ASKED = ("makes_z", "is_fed")


def _oracle(c: Case) -> Values:
    """Return the larger term, and the larger bar by nudging; counted from 1."""
    bars = pull_back(lambda w: inner(w, _X), _W, 1.0)
    return {
        name: int(np.argmax(np.abs(sizes))) + 1 for name, sizes in zip(_ASKED, (product(_W, _X), bars), strict=True)
    }


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    value = run.answers["who"]
    if type(value) is not dict:
        raise AnswerError('who should be a dictionary with the keys "makes_z" and "is_fed".')
    entries = {key: number for key, number in value.items() if type(key) is str}
    extra = [one_line(key, 40) for key in entries if key not in _ASKED]
    if extra:
        run.remark(f"who holds unexpected keys ({', '.join(extra[:4])}).")
    errors = []
    for name in _ASKED:
        number = entries.get(name)
        if number is None or number is Ellipsis:
            errors.append(f'who["{name}"] is not filled in yet: write 1 or 2.')
        elif not is_number(number):
            errors.append(f'who["{name}"] is {describe_type(number)}; write 1 or 2.')
        else:
            yield name, number
    if errors:
        raise AnswerError(errors[0])


def _says(makes_z: int, is_fed: int) -> Callable[[Case, Values], Values]:
    return lambda c, right: {"makes_z": makes_z, "is_fed": is_fed}


WHO = Exercise(
    name="who",
    signature='who = {"makes_z": 1 or 2, "is_fed": 1 or 2}',
    is_computed=False,
    outputs=_ASKED,
    points=2,
    minutes=4,
    level=1,
    statements=("L13", "L14"),
    sealed="At least one of the two numbers is not right yet. Work on paper: the two terms of z, each a weight times its x; then how far z moves when w1 is nudged by 0.1, and how far when w2 is.",
    probes=lambda rng: [Case("your two numbers", {})],
    oracle=_oracle,
    drive=_drive,
    mistakes=(
        Mistake("who makes z is fed", "You are right about z. But is the larger bar where the larger term is? Nudge w1 by 0.1, then w2 by 0.1: how far does z move each time?",
                _says(2, 2)),
        Mistake("the larger x makes z", "You are right about the bars. Work out the two terms of z, each a weight times its x: which one is larger?",
                _says(1, 1)),
        Mistake("the other way round", "Neither is right yet. Work out the two terms of z. Then nudge each weight by 0.1 and see how far z moves.",
                _says(1, 2)),
        Mistake("counted from 0", "Here the terms are counted from 1, as in the formula: w1 x1 and w2 x2.", _says(1, 0)),
    ),
)  # fmt: skip
