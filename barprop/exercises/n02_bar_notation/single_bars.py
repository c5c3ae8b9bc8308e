"""Notebook 02: bars, one step back at a time, and the whole way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from barprop.activations import relu, sigmoid, softplus, tanh
from barprop.exercises.sampling import draw, positive, read_only, slope_by_nudging
from barprop.judging.exercise import Case, Exercise, Mistake, one_output
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back


def _generic(bar: str, *others: str, still: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    """Probes for a step between plain numbers: every pair of signs, incoming bar 1 and 0, whole numbers.

    Parameters
    ----------
    others : one number that is tried with both signs, or two of which each is tried as the larger.
    still : str
        How to say that the number is 0, or that the two are equal.
    """

    def with_side(rng: np.random.Generator, side: float) -> dict[str, float]:
        first = draw(rng)
        numbers = [side * abs(first)] if len(others) == 1 else [first, first + side * positive(rng)]
        return dict(zip(others, numbers, strict=True))

    def probes(rng: np.random.Generator) -> Iterator[Case]:
        for sign, word in ((1, "positive"), (-1, "negative")):
            for side, where in ((1, _up(others)), (-1, _down(others))):
                yield Case(f"incoming bar {word}, {where}", {bar: sign * positive(rng)} | with_side(rng, side))
        yield Case("incoming bar 1", {bar: 1.0} | with_side(rng, -1))
        first, second = rng.permutation(np.arange(2, 9))[:2]
        yield Case(
            "whole numbers", {bar: int(rng.integers(2, 9))} | dict(zip(others, (int(first), int(second)), strict=False))
        )
        yield Case("incoming bar 0", {bar: 0.0} | with_side(rng, 1))
        yield Case(still, {bar: draw(rng)} | with_side(rng, 0))

    return probes


def _up(others: tuple[str, ...]) -> str:
    return f"{others[0]} positive" if len(others) == 1 else f"{others[1]} above {others[0]}"


def _down(others: tuple[str, ...]) -> str:
    return f"{others[0]} negative" if len(others) == 1 else f"{others[1]} below {others[0]}"


# --- the loss: l = (y - e)^2 / 2 --------------------------------------------------------------

_LOSS_MISTAKES = (
    ("flipped the sign", "The size is right, the sign is not. With e above y, does a larger e make the loss grow?",
     lambda c, right: -right),
    ("forgot l_bar", "Your answer ignores the bar that comes in. It happens to be 1 at the end of the graph; here it is not.",
     lambda c, right: right / c.l_bar if c.l_bar else None),
    ("twice too large", "Twice as large as it should be. What does the half in l do when you differentiate the square?",
     lambda c, right: 2 * right),
    ("half too small", "Half of what it should be: the half in l counts once, not twice.", lambda c, right: right / 2),
    ("used the loss", "You returned the loss. How does it change when its input does?",
     lambda c, right: product(c.l_bar, half_square(c.y, c.e))),
    ("used the loss, and a minus", "You returned the loss with a minus. How does it change when its input does?",
     lambda c, right: -product(c.l_bar, half_square(c.y, c.e))),
    ("used the loss, without l_bar", "You returned the loss. How does it change when its input does, and where does the bar that comes in enter?",
     lambda c, right: half_square(c.y, c.e)),
    ("kept the square", "y - e is squared in your answer. A square loses one power when it is differentiated.",
     lambda c, right: product(c.l_bar, 2 * half_square(c.y, c.e))),
    ("kept the square, and a minus", "y - e is squared in your answer. A square loses one power when it is differentiated.",
     lambda c, right: -product(c.l_bar, 2 * half_square(c.y, c.e))),
    ("only the error", "Two things are missing: the bar that comes in, and the sign. Does the loss grow or fall when this number does?",
     lambda c, right: -right / c.l_bar if c.l_bar else None),
    ("added l_bar", "An incoming bar is a factor: multiply l_bar by the slope of l.",
     lambda c, right: (right / c.l_bar + c.l_bar) if c.l_bar else None),
)  # fmt: skip


BAR_E = Exercise(
    name="bar_e",
    signature="bar_e(l_bar, y, e) -> float",
    outputs=("e_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L5", "L7"),
    probes=_generic("l_bar", "y", "e", still="y = e"),
    oracle=lambda c: {"e_bar": pull_back(lambda e: half_square(c.y, e), c.e, c.l_bar)},
    mistakes=tuple(Mistake(name, hint, one_output("e_bar", wrong)) for name, hint, wrong in _LOSS_MISTAKES),
)

BAR_Y = Exercise(
    name="bar_y",
    signature="bar_y(l_bar, y, e) -> float",
    outputs=("y_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L7",),
    probes=_generic("l_bar", "y", "e", still="y = e"),
    oracle=lambda c: {"y_bar": pull_back(lambda y: half_square(y, c.e), c.y, c.l_bar)},
    mistakes=(
        Mistake("gave zero", "y is never updated, but the loss still depends on it: nudge y and l moves.",
                one_output("y_bar", lambda c, right: 0.0)),
        Mistake("flipped the sign", "The size is right, the sign is not. Is this the bar of y, or that of its partner in the bracket?",
                one_output("y_bar", lambda c, right: -right)),
        *(Mistake(name, hint, one_output("y_bar", wrong)) for name, hint, wrong in _LOSS_MISTAKES[1:]),
    ),
)  # fmt: skip


# --- the product: e = v h ---------------------------------------------------------------------


def _product_mistakes(output: str, other: str, own_step: str) -> tuple[Mistake, ...]:
    """Mistakes at e = v h, where `other` is the operand that the step back has to read."""
    return (
        Mistake("passed the bar on", f"That is e_bar itself. How is e made from {own_step}: is it multiplied by anything?",
                one_output(output, lambda c, right: c.e_bar)),
        Mistake("forgot e_bar", "That is the slope of e alone. Where is the bar that comes back from e?",
                one_output(output, lambda c, right: getattr(c, other))),
        Mistake("flipped the sign", "The size is right, the sign is not. There is no minus in e = v h.",
                one_output(output, lambda c, right: -right)),
        Mistake("divided", "You divided where the step multiplies. Nudge one factor: the product moves by ...?",
                one_output(output, lambda c, right: c.e_bar / getattr(c, other) if getattr(c, other) else None)),
        Mistake("added", "A bar goes back as a product: the bar of the output times the slope of the output with respect to the input.",
                one_output(output, lambda c, right: c.e_bar + getattr(c, other))),
    )  # fmt: skip


BAR_V = Exercise(
    name="bar_v",
    signature="bar_v(e_bar, h) -> float",
    outputs=("v_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L6", "L7", "L9"),
    probes=_generic("e_bar", "h", still="h = 0"),
    oracle=lambda c: {"v_bar": pull_back(lambda v: product(v, c.h), 1.0, c.e_bar)},
    mistakes=_product_mistakes("v_bar", "h", "v"),
)

BAR_H = Exercise(
    name="bar_h",
    signature="bar_h(e_bar, v) -> float",
    outputs=("h_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L6", "L7", "L11"),
    probes=_generic("e_bar", "v", still="v = 0"),
    oracle=lambda c: {"h_bar": pull_back(lambda h: product(c.v, h), 1.0, c.e_bar)},
    mistakes=_product_mistakes("h_bar", "v", "h"),
)


# --- the nonlinearity: h = sigma(z) -----------------------------------------------------------


def _bar_z_probes(rng: np.random.Generator) -> Iterator[Case]:
    for sigma in (tanh, softplus, sigmoid):
        for sign, side in ((1, "above"), (-1, "below")):
            yield Case(f"{sigma}, z {side} 0", {"h_bar": draw(rng), "z": sign * positive(rng), "sigma": sigma})
    yield Case("relu, z above 0", {"h_bar": draw(rng), "z": positive(rng), "sigma": relu})
    yield Case("relu, z below 0", {"h_bar": draw(rng), "z": -positive(rng), "sigma": relu})
    yield Case("relu, z = 0", {"h_bar": draw(rng), "z": 0.0, "sigma": relu})
    yield Case("tanh, z = 0", {"h_bar": draw(rng), "z": 0.0, "sigma": tanh})
    yield Case("whole numbers", {"h_bar": -3, "z": 2, "sigma": softplus})


BAR_Z = Exercise(
    name="bar_z",
    signature="bar_z(h_bar, z, sigma) -> float",
    outputs=("z_bar",),
    points=2,
    minutes=7,
    level=2,
    statements=("L6", "L8", "L9"),
    probes=_bar_z_probes,
    corners=("relu, z = 0",),
    oracle=lambda c: {"z_bar": slope_by_nudging(c.sigma, c.z, c.h_bar)},
    mistakes=(
        Mistake("passed the bar on", "That is h_bar itself. Which step made h? Its slope is missing.",
                one_output("z_bar", lambda c, right: float(c.h_bar))),
        Mistake("forgot h_bar", "That is the slope alone. Where is the bar that comes back from h?",
                one_output("z_bar", lambda c, right: slope_by_nudging(c.sigma, c.z))),
        Mistake("slope at h", "You took the slope at h. It was z that went into sigma.",
                one_output("z_bar", lambda c, right: product(c.h_bar, slope_by_nudging(c.sigma, c.sigma(c.z))))),
        Mistake("value instead of slope", "You multiplied by the value of sigma. Going back, you multiply by its slope.",
                one_output("z_bar", lambda c, right: product(c.h_bar, c.sigma(c.z)))),
        Mistake("multiplied by z", "z says where on the curve you are. How steep is the curve there?",
                one_output("z_bar", lambda c, right: product(c.h_bar, c.z))),
        Mistake("slope at h_bar", "You took the slope at h_bar. What went into sigma in the forward pass?",
                one_output("z_bar", lambda c, right: product(c.h_bar, slope_by_nudging(c.sigma, c.h_bar)))),
        Mistake("always relu's gate", "A gate of 0 or 1 is the slope of ReLU. Other nonlinearities have other slopes.",
                one_output("z_bar", lambda c, right: product(c.h_bar, float(c.z > 0)))),
        Mistake("flipped the sign", "The size is right, the sign is not.", one_output("z_bar", lambda c, right: -right)),
    ),
)  # fmt: skip


# --- the neuron: z = w.x ----------------------------------------------------------------------


def _vector_probes(bar: str, vector: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    def probes(rng: np.random.Generator) -> Iterator[Case]:
        for d in (3, 5):
            yield Case(f"d = {d}", {bar: draw(rng), vector: draw(rng, d)})
        yield Case("d = 1", {bar: draw(rng), vector: draw(rng, 1)})
        yield Case("read-only, whole numbers", {bar: -2, vector: read_only(rng.integers(2, 9, 4))})
        yield Case("whole numbers, a fractional bar", {bar: draw(rng), vector: rng.integers(2, 9, 3)})
        yield Case("incoming bar 0", {bar: 0.0, vector: draw(rng, 2)})
        yield Case("incoming bar 1", {bar: 1.0, vector: draw(rng, 3)})

    return probes


def _neuron_mistakes(output: str, other: str) -> tuple[Mistake, ...]:
    return (
        Mistake("forgot z_bar", "That is the slope of z alone. Where is the bar that comes back from z?",
                one_output(output, lambda c, right: np.asarray(getattr(c, other), dtype=float))),
        Mistake("passed the bar on", "Each entry is z_bar itself. How is z made from that entry?",
                one_output(output, lambda c, right: np.full(len(getattr(c, other)), float(c.z_bar)))),
        Mistake("gave zeros", "Not everything that has a bar is updated, but the loss depends on it all the same: nudge it and z moves.",
                one_output(output, lambda c, right: np.zeros_like(right))),
        Mistake("added it up", "It is a single number. A bar has the shape of its variable: one number for each entry.",
                one_output(output, lambda c, right: np.sum(right))),
        Mistake("flipped the sign", "The size is right, the sign is not.", one_output(output, lambda c, right: -right)),
        Mistake("divided by d", "There is no mean in z = w.x, so none comes back.",
                one_output(output, lambda c, right: right / len(right))),
        Mistake("a row instead of a vector", "The numbers are right, the shape is not: a bar has exactly the shape of its variable.",
                one_output(output, lambda c, right: right[None, :])),
        Mistake("a column instead of a vector", "The numbers are right, the shape is not: a bar has exactly the shape of its variable.",
                one_output(output, lambda c, right: right[:, None])),
    )  # fmt: skip


BAR_W = Exercise(
    name="bar_w",
    signature="bar_w(z_bar, x) -> (d,)",
    outputs=("w_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L6", "L7", "L10"),
    probes=_vector_probes("z_bar", "x"),
    oracle=lambda c: {"w_bar": pull_back(lambda w: inner(w, c.x), np.ones(len(c.x)), c.z_bar)},
    mistakes=_neuron_mistakes("w_bar", "x"),
)

BAR_X = Exercise(
    name="bar_x",
    signature="bar_x(z_bar, w) -> (d,)",
    outputs=("x_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L6", "L7"),
    probes=_vector_probes("z_bar", "w"),
    oracle=lambda c: {"x_bar": pull_back(lambda x: inner(c.w, x), np.ones(len(c.w)), c.z_bar)},
    mistakes=_neuron_mistakes("x_bar", "w"),
)
