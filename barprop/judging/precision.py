"""Values that are right to fewer digits than double precision gives: single precision, and difference quotients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from barprop.answers.untrusted import is_array, is_number
from barprop.judging.compare import close, floats
from barprop.judging.diagnose import Trial
from barprop.judging.exercise import Exercise, Values

SINGLE = "{} works in single precision (float32): the course computes in float64, so leave the dtype alone."
QUOTIENT = (
    "The values agree to some digits only, as a difference quotient does, or a small number added to a denominator: "
    "the exercise asks for the formula."
)
_SINGLE_DIGITS = 1e-4  # rounding errors of single precision stay below this, on the scale of the largest entry
_FORMULA = 1e-9  # what a formula in double precision reaches in every exercise, also beside a value found by nudging
# In most it reaches 4e-12 (measured with the references); central differences leave 3e-11 or more in all they make.
_NUDGED = 1.2e-11


def in_single(exercise: Exercise, got: Mapping[str, Any], right: Values) -> list[str]:
    """Return the outputs that came in single precision and are right as far as that goes."""
    return [
        name
        for name, value in got.items()
        if name in right and _is_single(value) and close(value, right[name], max(_SINGLE_DIGITS, exercise.tolerance))
    ]


def _is_single(value: Any) -> bool:
    return (is_array(value) or is_number(value)) and getattr(value, "dtype", None) in (np.float32, np.float16)


def imprecise(trials: Sequence[Trial], outputs: Sequence[str]) -> bool:
    """Whether outputs are right, but in most cases not to the digits that a formula gives: one by far, or half of them.

    Far cases do not count: there the right value itself, found by nudging a large number, has fewer digits.
    """
    near = [t for t in trials if "far" not in t.case.context]
    medians: list[float] = []
    for name in outputs:
        errors = [_error(t.got[name], t.right[name]) for t in near if name in t.got and name in t.right]
        known = [error for error in errors if error is not None]
        medians += [float(np.median(known))] if len(known) > 1 else []
    return bool(medians) and (max(medians) > _FORMULA or 2 * sum(m > _NUDGED for m in medians) >= len(medians))


def _error(got: Any, right: Any) -> float | None:
    """Return the largest error on the scale of the largest entry; None if there is none or it is a round number."""
    if not (is_number(got) or is_array(got)) or _is_single(got) or isinstance(right, (str, bool)):
        return None
    got, right = floats(got), floats(right)
    finite = np.isfinite(right)
    scale = float(np.max(np.abs(right), initial=0.0, where=finite))
    if got.shape != right.shape or scale == 0.0:
        return None
    with np.errstate(all="ignore"):
        return float(np.max(np.abs(got - right), initial=0.0, where=finite)) / scale
