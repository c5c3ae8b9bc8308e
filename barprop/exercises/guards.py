"""A small number added to a denominator, or to what goes into a logarithm: named whatever number it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from barprop.judging.compare import close
from barprop.judging.exercise import Case, Mistake, Values

_NAME = "a small number in the denominator"
_MOST = 0.01  # a guard is smaller than that


def denominator_guard(output: str, hint: str, size: Callable[[Case, Any], Any]) -> Mistake:
    """Return the mistake of a guard in one output's denominator: added, under the root, or as a smallest value.

    Parameters
    ----------
    size : callable
        (case, right value) -> what the right value is divided by.
    """

    def wrong(case: Case, right: Values) -> Values:
        d = np.asarray(size(case, right[output]), dtype=float)
        return {output: right[output] * d / (d + 1e-10)}

    def fitted(case: Case, right: Values, got: Values) -> Values | None:
        d = np.asarray(size(case, right[output]), dtype=float)
        taken = d * right[output] / np.asarray(got[output], dtype=float)  # what was divided by
        off = np.abs(taken / d - 1)
        most = np.unravel_index(int(np.nanargmax(off)), off.shape)
        d_there = np.broadcast_to(d, off.shape)[most]
        added, squared, least = taken[most] - d_there, taken[most] ** 2 - d_there**2, taken[most]
        for guard, divisor in (
            (added, d + added),
            (squared, np.sqrt(np.maximum(np.square(d) + squared, 0.0))),
            (least, np.maximum(d, least)),
        ):
            value = right[output] * d / divisor
            if 0 < guard < _MOST and close(value, got[output]):
                return {output: value}
        return {output: right[output]}

    return Mistake(_NAME, hint, wrong, fitted, light=True)
