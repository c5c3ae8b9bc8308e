"""An answer that writes into its arguments: that is charged once, and its values are judged all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from barprop.answers.calls import Answers, Run
from barprop.answers.error_hints import NO_FRACTIONS
from barprop.answers.failures import WRITES_IN_PLACE
from barprop.judging.drive import Driven, try_case
from barprop.judging.exercise import Case, Exercise

_LABELS = ("labels", "targets")  # arguments that are whole numbers by nature


def although_in_place(exercise: Exercise, answers: Answers, case: Case, tried: Driven) -> Driven:
    """Try again where an answer stopped because it writes into an argument: that costs its remark, and nothing else.

    Once with arrays that may be written into; if they hold whole numbers and take no fractions, once with floats.
    """
    if tried.error.endswith(WRITES_IN_PLACE):
        tried = try_case(exercise, Run(answers), _writable(case))
    if NO_FRACTIONS in tried.error:
        again = try_case(exercise, Run(answers), _writable(case, floats=True))
        return again if any(remark.changes for remark in again.remarks) else tried
    return tried


def _writable(case: Case, floats: bool = False) -> Case:
    """Return the case with arguments that may be written into, also with fractions if `floats`; labels stay whole."""
    args = {name: _copied(value, floats and name not in _LABELS) for name, value in case.args.items()}
    return replace(case, args=args, context=_copied(case.context))


def _copied(value: Any, floats: bool = False) -> Any:
    if type(value) is np.ndarray:
        return value.astype(float) if floats else value.copy(order="K")
    if type(value) is dict:
        return {key: _copied(item, floats) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_copied(item, floats) for item in value)
    return value
