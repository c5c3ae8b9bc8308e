"""Families: the curve of sigma, its value or its slope, forgotten, once too often, or taken at a wrong place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from barprop.activations import Activation
from barprop.judging.exercise import Candidate, Case
from barprop.numerics.vjp import pull_back

# name and hint with the place, and the wrong value from: right value, place, sigma's slope there, sigma's value there
_Slip = tuple[str, str, Callable[[Any, Any, Any, Any], Any]]
_SLOPES: tuple[_Slip, ...] = (
    ("forgot sigma's slope at {}", "One factor is missing: what does the curve contribute on the way back?",
     lambda r, f, s, h: r / s),
    ("sigma's value at {} instead of its slope", "On the way back the bar is multiplied by the curve's slope, not by its value.",
     lambda r, f, s, h: r / s * h),
    ("divided by sigma's slope at {}", "It is divided by sigma's slope where it should be multiplied by it.",
     lambda r, f, s, h: r / np.square(s)),
    ("sigma's slope at {} added", "sigma's slope is added where it should be a factor.", lambda r, f, s, h: r / s + s),
)  # fmt: skip
_FACTORS: tuple[_Slip, ...] = (
    ("sigma's slope at {} too often", "sigma's slope is a factor once too often.", lambda r, f, s, h: r * s),
    ("sigma's value at {} too often", "sigma's value is a factor where it does not belong.", lambda r, f, s, h: r * h),
    ("sigma's value over {} as its slope", "A slope is how far the value moves for a small nudge, not the value divided by the input.",
     lambda r, f, s, h: r / s * h / f),
    ("sigma of {}", "That is sigma's value at {}.", lambda r, f, s, h: h),
    ("sigma's slope at {} alone", "That is sigma's slope at {} alone.", lambda r, f, s, h: s),
    ("forgot sigma at {}", "sigma's input was used, not its output.", lambda r, f, s, h: r * f / h),
)  # fmt: skip
# curve -> its slope, from what goes in and from the height of the curve
_FORMULAS: Mapping[str, Callable[[Any, Any], Any]] = {
    "tanh": lambda z, h: 1 - np.square(h),
    "sigmoid": lambda z, h: h * (1 - h),
    "ReLU": lambda z, h: (z > 0) * 1.0,
}


def of_the_curve(r: np.ndarray, case: Case, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield steps with sigma's value or slope forgotten, once too often, or taken at another place."""
    sigma = next((v for v in case.args.values() if isinstance(v, Activation)), None)
    if sigma is None:
        return
    fitting = {name: f for name, f in values.items() if f.ndim == 0 or f.shape == r.shape}
    yield "sigma of the result", "sigma was applied to a result that should be left alone.", lambda: sigma(r)
    for name, f in fitting.items():
        slope, height = _slope(sigma, f), sigma(f)
        yield from _slips(_SLOPES, name, r, f, slope, height)
        if name == "z":
            yield from _of_other_curves(r, f, slope, height)
        yield from _inside(sigma, name, fitting)
        yield from _slips(_FACTORS, name, r, f, slope, height)
        twice = "sigma was applied to sigma's own output."
        yield f"sigma taken twice at {name}", twice, lambda h=height: r / h * sigma(h)
        yield from _elsewhere(sigma, name, r / slope, height, fitting)


def _slips(
    slips: tuple[_Slip, ...], name: str, r: np.ndarray, f: np.ndarray, slope: Any, height: Any
) -> Iterator[Candidate]:
    for what, hint, wrong in slips:
        yield what.format(name), hint.format(name), lambda wrong=wrong: wrong(r, f, slope, height)


def _of_other_curves(r: np.ndarray, z: np.ndarray, slope: Any, height: Any) -> Iterator[Candidate]:
    for curve, formula in _FORMULAS.items():
        hint = f"That is the formula for the slope of {curve}. sigma may be another curve: ask it for its own slope."
        yield f"the slope of {curve} whatever sigma is", hint, lambda g=formula: r / slope * g(z, height)


def _inside(sigma: Activation, name: str, fitting: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield sigma's slope at a product. It is the same from both sides: the hint names what does not belong inside."""
    for other, g in fitting.items():
        inside = other if name == "z" or other != "z" else name
        hint = f"{inside} was multiplied in before the slope was taken, and not after."
        yield f"{other} inside sigma's slope at {name}", hint, lambda f=fitting[name], g=g: _slope(sigma, f * g)


def _elsewhere(
    sigma: Activation, name: str, rest: Any, height: Any, fitting: Mapping[str, np.ndarray]
) -> Iterator[Candidate]:
    """Yield sigma's slope at another place; `rest` is the right value without the slope."""
    for other, g in fitting.items():
        if other != name:
            hint = "The slope was taken at the wrong place: what went into sigma?"
            yield f"sigma's slope at {other}, not {name}", hint, lambda g=g: rest * _slope(sigma, g)
    own = "The slope was taken at sigma's output: what went into sigma?"
    yield "sigma's slope at its own output", own, lambda: rest * _slope(sigma, height)


def _slope(sigma: Activation, z: Any) -> Any:
    z = np.asarray(z, dtype=float)
    return pull_back(sigma, z, np.ones(z.shape), left=False) if sigma.kink is None else sigma.slope(z)
