"""Notebook 01: a gradient by central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Values
from barprop.numerics.vjp import pull_back


def _case(rng: np.random.Generator, label: str, u: Any, step: float | None, steep: float = 1.0) -> Case:
    """Make a cubic with a term that couples the entries; its third derivative is kept for the oracle."""
    shape = np.shape(u)
    a, b = steep * draw(rng, *shape), draw(rng, *shape)

    def f(u: Any) -> float:
        u = np.asarray(u, dtype=float)
        return float(np.sum(a * u**3 + b * u**2) + np.sum(u) ** 2)

    args = {"f": f, "u": u} | ({} if step is None else {"step": step})
    curvature = 6 * a * np.asarray(u, dtype=float) + 2 * b + 2
    return Case(label, args, {"cubed": a, "curvature": curvature, "size": step or 1e-6})


def _gradient_probes(rng: np.random.Generator) -> Iterator[Case]:
    kinds = [("a vector", (4,), 0.5), ("a matrix", (2, 3), 0.25), ("a number", (), 0.5), ("a small step", (3,), 1e-4)]
    kinds += [("a vector of one", (1,), 0.5), ("three axes", (2, 1, 3), 0.5)]
    for label, shape, step in kinds:
        yield _case(rng, label, draw(rng, *shape), step)
    # A cubic so steep that at 0 nothing is left but the square of the step.
    yield _case(rng, "the default step", np.zeros(2), None, steep=1e12)
    yield _case(rng, "a whole number", 3, 0.5)
    yield _case(rng, "whole numbers", np.array([2, -1, 3]), 0.5)
    yield _case(rng, "a read-only matrix", read_only(np.asfortranarray(draw(rng, 3, 2))), 0.5)


def _quotients(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a difference quotient: another nudge, another divisor, another place."""
    u, s = np.array(c.u, dtype=float), c.size
    for nudge, said in ((s / 2, "half the step"), (2 * s, "twice the step"), (1.0, "1"), (s * s, "the step squared")):
        for divisor, by in ((2 * s, "2 step"), (s, "step"), (2.0, "2"), (1.0, "nothing")):
            hint = f"You nudge by {said} and divide by {by}. How far apart are the two places where f is asked?"
            yield (
                f"nudged by {said}, divided by {by}",
                hint,
                lambda nudge=nudge, divisor=divisor: _differences(c, nudge) / divisor,
            )
    for divisor, by in ((s * s, "step²"), (2 * s * s, "2 step²"), (s / 2, "step / 2"), (4 * s, "4 step")):
        hint = f"You divide by {by}. How far apart are the two places where f is asked?"
        yield f"divided by {by}", hint, lambda divisor=divisor: _differences(c, s) / divisor
    mirrored = "The second place where f is asked is the mirror image -u, not a nudge away from u."
    yield "f at -u", mirrored, lambda: _each(u, lambda e: (c.f(u + s * e) - c.f(-u)) / (2 * s))
    rows = "A whole row is nudged at once. Each entry is nudged by itself."
    if u.ndim > 1:
        yield "nudged whole rows", rows, lambda: _rows(c, u, s)


def _each(u: np.ndarray, quotient: Callable[[np.ndarray], float]) -> Any:
    """Return a quotient for each entry, from an array that is 1 there and 0 elsewhere."""
    units = np.eye(u.size).reshape(u.size, *u.shape)
    return np.array([quotient(unit) for unit in units]).reshape(u.shape)[()]


def _differences(c: Case, nudge: float) -> Any:
    u = np.array(c.u, dtype=float)
    return _each(u, lambda e: c.f(u + nudge * e) - c.f(u - nudge * e))


def _left_there(c: Case, stays: float) -> Any:
    """Return the slopes where each entry, once it was nudged, stays `stays` steps off."""
    u, s = np.array(c.u, dtype=float), c.size
    out = np.zeros(u.shape)
    for index in np.ndindex(u.shape):
        e = np.zeros(u.shape)
        e[index] = s
        out[index] = (c.f(u + e) - c.f(u - e)) / (2 * s)
        u[index] += stays * s
    return out[()]


def _back_to_u(c: Case) -> Any:
    """Return what comes of one nudge up and one down from there, over twice the step."""
    u, s = np.array(c.u, dtype=float), c.size
    return _each(u, lambda e: (c.f(u + s * e) - c.f(u)) / (2 * s))


def _whole(c: Case) -> bool:
    """Return whether u holds whole numbers."""
    return np.asarray(c.u).dtype.kind in "iu"


def _in_whole_numbers(c: Case) -> Any:
    """Return what comes of nudges that an array of whole numbers cuts off."""
    out = np.zeros(np.shape(c.u))
    for index in np.ndindex(out.shape):
        up, down = np.array(c.u), np.array(c.u)
        up[index] = int(up[index] + c.size)
        down[index] = int(down[index] - c.size)
        out[index] = (c.f(up) - c.f(down)) / (2 * c.size)
    return out[()]


def _rows(c: Case, u: np.ndarray, s: float) -> np.ndarray:
    out = np.zeros(u.shape)
    for row in range(len(u)):
        e = np.zeros(u.shape)
        e[row] = s
        out[row] = (c.f(u + e) - c.f(u - e)) / (2 * s)
    return out


_NOT_BACK = "Only the first slope is taken at u. Is each entry put back where it was before the next one is nudged?"

NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    quotient=True,
    signature="numerical_gradient(f, u, step=1e-6) -> like u",
    outputs=("gradient",),
    points=3,
    minutes=21,
    level=2,
    statements=("L4",),
    probes=_gradient_probes,
    guesses=_quotients,
    # On a cubic the central difference is off by exactly a step^2, which tells one step from another.
    oracle=lambda c: {"gradient": pull_back(c.f, c.u, 1.0) + c.cubed * c.size**2},
    tolerance=3e-6,
    mistakes=(
        Mistake(
            "one-sided",
            "You nudge to one side only. A nudge to both sides cancels the curvature.",
            lambda c, right: {"gradient": right["gradient"] + c.size / 2 * c.curvature},
        ),
        Mistake(
            "one-sided, to the left",
            "You nudge to one side only. A nudge to both sides cancels the curvature.",
            lambda c, right: {"gradient": right["gradient"] - c.size / 2 * c.curvature},
        ),
        Mistake(
            "twice too large",
            "Twice too large: how far apart are the two places where you asked f?",
            lambda c, right: {"gradient": 2 * right["gradient"]},
        ),
        Mistake(
            "one array under two names",
            "The result is all zeros. Do the two calls of f really get different arrays? `a = u` is a second name, not a copy.",
            lambda c, right: {"gradient": np.zeros(np.shape(c.u))} if np.ndim(c.u) else None,
        ),
        Mistake(
            "nudged down from the place above",
            "Half of what it should be: after the nudge up, is the nudge down measured from u, or from u + step?",
            lambda c, right: {"gradient": _back_to_u(c)},
        ),
        Mistake("not put back, left below", _NOT_BACK, lambda c, right: {"gradient": _left_there(c, -1.0)}),
        Mistake("not put back, left above", _NOT_BACK, lambda c, right: {"gradient": _left_there(c, 1.0)}),
        Mistake(
            "whole numbers kept",
            "Right for floats; wrong for whole numbers. Can an array of whole numbers hold u + step?",
            lambda c, right: {"gradient": _in_whole_numbers(c) if _whole(c) else right["gradient"]},
        ),
        Mistake(
            "flipped the sign",
            "Sign flipped: which of the two values of f belongs to the larger u?",
            lambda c, right: {"gradient": -right["gradient"]},
        ),
        Mistake(
            "nudged all entries at once",
            "Every entry is the same. Nudge one entry and leave the others where they are.",
            lambda c, right: {"gradient": np.full(np.shape(c.u), np.sum(right["gradient"]))[()]},
        ),
        Mistake(
            "nudged all entries at once, for one number",
            "One number for all entries: u was nudged as a whole. Nudge one entry and leave the others where they are.",
            lambda c, right: {"gradient": float(np.sum(right["gradient"]))} if np.ndim(c.u) else None,
        ),
        Mistake(
            "used a step of its own",
            "Your slopes are good, but not made with the step that was given.",
            lambda c, right: {"gradient": pull_back(c.f, c.u, 1.0)} if "step" in c.args else None,
        ),
        Mistake(
            "multiplied by the step",
            "`/ 2 * step` divides by 2 and then multiplies. What the difference is divided by needs brackets.",
            lambda c, right: {"gradient": right["gradient"] * c.size**2},
        ),
        Mistake(
            "cut to whole numbers",
            "The digits after the decimal point are lost: u holds whole numbers, and so does an array made like u.",
            lambda c, right: {"gradient": np.trunc(right["gradient"]) if _whole(c) else right["gradient"]},
        ),
        Mistake(
            "did not divide",
            "Your answer shrinks with the step: a difference becomes a slope when it is divided by something.",
            lambda c, right: {"gradient": right["gradient"] * 2 * c.size},
        ),
    ),
)
