"""Families of a layer that is a curve: another function forwards, another slope on the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from barprop.judging.exercise import Candidate, Case, Values

_FUNCTIONS: Mapping[str, Callable[[np.ndarray], Any]] = {
    "tan": np.tan,
    "sinh": np.sinh,
    "arctan": np.arctan,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "the absolute value": np.abs,
    "leaky ReLU": lambda z: np.where(z > 0, z, 0.01 * z),
    "leaky ReLU with 0.1": lambda z: np.where(z > 0, z, 0.1 * z),
    "exp": np.exp,
    "the sign": np.sign,
    "the input itself": lambda z: z,
    "the gate, 0 or 1": lambda z: (z > 0) * 1.0,
    "a bend at 1": lambda z: np.where(z > 1, z, 0.0),
    "the square": np.square,
}
_SLOPES: Mapping[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "h": lambda z, h: h,
    "1 - h": lambda z, h: 1 - h,
    "(1 - h)²": lambda z, h: (1 - h) ** 2,
    "1 + h²": lambda z, h: 1 + h * h,
    "h²": lambda z, h: h * h,
    "h² - 1": lambda z, h: h * h - 1,
    "1 - (1 - h²)², a slope of the slope": lambda z, h: 1 - (1 - h * h) ** 2,
    "h (1 - h)": lambda z, h: h * (1 - h),
    "what went in": lambda z, h: z,
    "1 - z²": lambda z, h: 1 - z * z,
    "the sign of what went in": lambda z, h: np.sign(z),
    "the gate turned round": lambda z, h: (z <= 0) * 1.0,
}


def curve_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a curve: h by another function, h_prev_bar by another slope."""
    z, bar = np.asarray(c.h_prev, dtype=float), np.asarray(c.h_bar, dtype=float)
    r, h = np.asarray(right.get(output), dtype=float), np.asarray(right["h"], dtype=float)
    if output == "h":
        for what, function in _FUNCTIONS.items():
            yield f"computes {what}", f"Your forward computes {what}.", lambda function=function: function(z)
    if output != "h_prev_bar":
        return
    for what, slope in _SLOPES.items():
        hint = f"Your slope is {what}. How far does the output move when the input is nudged?"
        yield f"{what} as the slope", hint, lambda slope=slope: bar * slope(z, h)
    joined = "The bar that comes in and the slope are multiplied."
    yield "the slope added", joined, lambda: bar + r / bar
    yield "the slope subtracted", joined, lambda: bar - r / bar
    yield "divided by the slope", joined, lambda: np.square(bar) / r
    yield "the slope twice", "The slope is multiplied in once too often.", lambda: np.square(r) / bar
    shut = "Where the curve is flat something still comes back. How far does h move there?"
    for factor in (-1.0, 0.01, 0.1, 0.2, 0.5):
        yield f"{factor:g} where it is flat", shut, lambda factor=factor: np.where(r == 0, factor * bar, r)
