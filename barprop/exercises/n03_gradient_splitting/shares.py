"""Notebook 03: who gets how much of the gradient, and what that does to learning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from barprop.exercises.guards import denominator_guard
from barprop.exercises.reductions import shares
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Exercise, Mistake, Values, one_output
from barprop.numerics.steps import inner, product
from barprop.numerics.vjp import pull_back


def _weight_bars(x: Any, z_bar: float) -> np.ndarray:
    """Return the bars of the weights in z = w.x, by nudging them."""
    return pull_back(lambda w: inner(w, x), np.zeros(len(x)), z_bar)


def _sizes(c: Case) -> np.ndarray:
    return np.abs(np.asarray(c.x, dtype=float))


# --- split: z = w_1 x_1 + ... + w_k x_k ---------------------------------------------------------


def _split_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two terms", {"z_bar": positive(rng), "x": positive(rng, 2)})
    yield Case("four terms, both signs", {"z_bar": -positive(rng), "x": draw(rng, 4)})
    yield Case("one x is 0", {"z_bar": draw(rng), "x": np.array([draw(rng), 0.0, draw(rng)])})
    yield Case("a single term", {"z_bar": draw(rng), "x": -positive(rng, 1)})
    yield Case("whole numbers, read-only", {"z_bar": -3, "x": read_only(rng.integers(2, 9, 3) * [1, -1, 1])})
    yield Case("whole numbers, a fractional bar", {"z_bar": draw(rng), "x": rng.integers(2, 9, 3)})
    yield Case("incoming bar 0", {"z_bar": 0.0, "x": draw(rng, 2)})
    yield Case("incoming bar 1", {"z_bar": 1.0, "x": draw(rng, 3)})


SPLIT = Exercise(
    name="split",
    signature="split(z_bar, x) -> (k,)",
    outputs=("w_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L13",),
    probes=_split_probes,
    oracle=lambda c: {"w_bar": _weight_bars(c.x, c.z_bar)},
    mistakes=(
        Mistake("shared z_bar out", "Your bars add up to z_bar, as if a sum divided its bar. It does not: each term gets all of it. What then happens at the product?",
                one_output("w_bar", lambda c, right: np.abs(right) * np.sign(c.z_bar) / np.sum(_sizes(c)))),
        Mistake("shared z_bar out, signs and all", "Your bars add up to z_bar, as if a sum divided its bar. It does not: each term gets all of it. What then happens at the product?",
                one_output("w_bar", lambda c, right: right / np.sum(c.x) if np.sum(c.x) else None)),
        Mistake("shared z_bar out evenly", "You cut z_bar into equal pieces. Nudge one term of a sum by 0.1: by how much does the sum move?",
                one_output("w_bar", lambda c, right: np.full(len(c.x), c.z_bar / len(c.x)))),
        Mistake("passed the bar on", "That is z_bar for every weight: right for the terms of the sum. One product lies between a term and its weight.",
                one_output("w_bar", lambda c, right: np.full(len(c.x), float(c.z_bar)))),
        Mistake("forgot z_bar", "That is the slope of each term alone. Where is the bar that comes back from z?",
                one_output("w_bar", lambda c, right: np.asarray(c.x, dtype=float))),
        Mistake("dropped the signs", "The sizes are right. A bar has a direction as well: what if that x is negative?",
                one_output("w_bar", lambda c, right: product(c.z_bar, _sizes(c)))),
        Mistake("added it up", "It is a single number. Each weight has a bar of its own.",
                one_output("w_bar", lambda c, right: np.sum(right))),
        Mistake("squared x", "One x too many. How many times is x in its own term of the sum?",
                one_output("w_bar", lambda c, right: product(right, c.x))),
        Mistake("flipped the sign", "The size is right, the sign is not. Bars point uphill; the descent step comes later.",
                one_output("w_bar", lambda c, right: -right)),
        Mistake("divided", "You divided by x. A larger x makes its weight matter more, not less.",
                one_output("w_bar", lambda c, right: c.z_bar / np.asarray(c.x, dtype=float) if np.all(c.x) else None)),
    ),
)  # fmt: skip


# --- shares -------------------------------------------------------------------------------------


def _share_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two positive x", {"x": positive(rng, 2)})
    yield Case("five x of both signs", {"x": np.append(-positive(rng), draw(rng, 4))})
    yield Case("all x negative", {"x": -positive(rng, 3)})
    yield Case("one x negative, one 0", {"x": np.array([-positive(rng), 0.0])})
    yield Case("one x is 0", {"x": np.array([draw(rng), 0.0, draw(rng)])})
    yield Case("a single x, small and negative", {"x": -positive(rng, 1) / 4})
    yield Case("large beside small", {"x": np.array([100.0, -1.0]) * positive(rng, 2)})
    yield Case("small numbers", {"x": 1e-3 * draw(rng, 3)})
    yield Case("very small numbers", {"x": 1e-12 * draw(rng, 3)})
    yield Case("whole numbers, read-only", {"x": read_only(rng.integers(2, 9, 4) * [1, -1, 1, -1])})


def _in_units_of_the_largest(x: Any) -> np.ndarray:
    """Shares do not depend on the unit, and nudging keeps more digits of numbers near 1."""
    return np.asarray(x, dtype=float) / np.max(np.abs(x))


def _gradient_share(c: Case) -> Values:
    """Nudge the weights, and see which part of all the slope each one has."""
    bars = np.abs(_weight_bars(_in_units_of_the_largest(c.x), 1.7))
    return {"share": bars / bars.sum()}


def _step_share(c: Case) -> Values:
    """Do one descent step from w = 0 and see which part of the change of z each term made."""
    rate, x = 0.1, _in_units_of_the_largest(c.x)
    change = product(-rate * _weight_bars(x, 1.7), x)
    return {"share": change / change.sum()}


def _soft_max(c: Case, right: Any) -> np.ndarray:
    lifted = np.exp(np.asarray(c.x, dtype=float) - np.max(c.x))
    return lifted / lifted.sum()


def _sign_kept(c: Case, right: Any) -> Any:
    return _over_the_sum(c, np.asarray(c.x, dtype=float), 1)


def _over_the_sum(c: Case, parts: np.ndarray, power: int) -> np.ndarray | None:
    """Parts over a power of the sum of x, signs and all; None where that is 0."""
    total = np.sum(np.asarray(c.x, dtype=float))
    return parts / total**power if abs(total) > 1e-9 * np.max(_sizes(c)) else None


def _sizes_afterwards(c: Case, right: Any) -> np.ndarray | None:
    share = _over_the_sum(c, _sizes(c), 1)
    return None if share is None else np.abs(share)


def _is_tiny(c: Case) -> bool:
    return bool(np.max(_sizes(c)) < 1e-6)


def _moved_and_subtracted(c: Case, right: Values) -> Values:
    """Return what weights of 1, a step at rate 0.01 and the difference of the terms give."""
    x = np.asarray(c.x, dtype=float)
    change = (1 - 0.01 * x) * x - 1 * x
    return {"share": change / np.sum(change) if _is_tiny(c) and np.any(change) else right["share"]}


def _rounded_off(c: Case, right: Values, got: Values) -> Values:
    """Return what came where the numbers are tiny, if those are shares that are off by rounding only."""
    share = got["share"]
    near = _is_tiny(c) and abs(np.sum(share) - 1) < 1e-6 and np.max(np.abs(share - right["share"])) < 0.3
    return {"share": share if near else right["share"]}


_GUARDED = (
    "A small number is added to your denominator, which changes the shares where the numbers are small themselves. "
    "An x of zeros only is not asked for, so none is needed."
)

_SHARE_MISTAKES = (
    ("in percent", "You answer in percent. Shares add up to 1.", lambda c, right: 100 * right),
    ("everyone the same", "All weights get the same share. Which weight is multiplied by the larger x?", lambda c, right: np.full(len(c.x), 1 / len(c.x))),
    ("soft-max of x", "A soft-max turns numbers into shares, but nothing in z = w.x is an exponential.", _soft_max),
)  # fmt: skip

GRADIENT_SHARE = Exercise(
    name="gradient_share",
    signature="gradient_share(x) -> (k,)",
    outputs=("share",),
    points=1,
    minutes=4,
    level=1,
    statements=("L13",),
    probes=_share_probes,
    corners=("very small",),
    oracle=_gradient_share,
    guesses=lambda c, right, output: shares(np.asarray(c.x, dtype=float), "how much of the whole gradient each term gets"),
    mistakes=(denominator_guard("share", _GUARDED, lambda c, right: np.sum(_sizes(c))), *(
        Mistake(name, hint, one_output("share", wrong))
        for name, hint, wrong in (
            ("divided by the sum so far", "Each x is divided by what had been added up when its turn came. The whole is known after the last one: first the sum, then the shares.",
             lambda c, right: _sizes(c) / np.cumsum(_sizes(c))),
            ("kept the signs", "With a negative x your shares leave the range from 0 to 1. A share asks how much, not which way.",
             _sign_kept),
            ("kept the signs on top", "Your shares add up to 1 only while no x is negative. What is the size of a bar?",
             lambda c, right: right * np.sign(c.x)),
            ("signs in the whole", "You divide by the sum of x, in which signs can cancel. Divide by the sum of the sizes that you are comparing.",
             lambda c, right: _over_the_sum(c, _sizes(c), 1)),
            ("signs in the whole only", "In the sum that you divide by, entries of both signs cancel: take the sizes before you add up.",
             _sizes_afterwards),
            ("squared", "Your shares are squared. Look at the bars themselves: how large are they?",
             lambda c, right: np.square(right) / np.sum(np.square(right))),
            ("did not divide", "These are the sizes. A share is a part of the whole: they should add up to 1.",
             lambda c, right: _sizes(c)),
            ("divided by the largest", "Your largest share is 1, so nothing is left for the others. What is the whole?",
             lambda c, right: right / np.max(right)),
            ("divided by the length", "The squares of your shares add up to 1. The shares themselves should.",
             lambda c, right: right / np.sqrt(np.sum(np.square(right)))),
            ("divided by the mean", "Your shares add up to their number. They should add up to 1.",
             lambda c, right: right * len(c.x)),
            *_SHARE_MISTAKES,
        )
    )),
)  # fmt: skip

STEP_SHARE = Exercise(
    name="step_share",
    signature="step_share(x) -> (k,)",
    outputs=("share",),
    points=2,
    minutes=9,
    level=2,
    statements=("L13",),
    probes=_share_probes,
    corners=("very small",),
    oracle=_step_share,
    guesses=lambda c, right, output: shares(np.asarray(c.x, dtype=float), "how much of the whole change each term makes"),
    mistakes=(denominator_guard("share", _GUARDED, lambda c, right: np.sum(np.square(_sizes(c)))), Mistake(
        "a difference of nearly equal numbers",
        "Right, but for tiny x the term before the step and the term after it agree in nearly all their digits, and the difference is rounding. Simplify it on paper first.",
        _moved_and_subtracted, _rounded_off,
    ), *(
        Mistake(name, hint, one_output("share", wrong))
        for name, hint, wrong in (
            ("share of the gradient", "That is how far each weight moves. To reach z, the move of a weight goes through its product once more.",
             lambda c, right: np.sqrt(right) / np.sum(np.sqrt(right))),
            ("squared a share", "Squares of shares no longer add up to 1. What is the whole now?",
             lambda c, right: right * np.sum(np.square(_sizes(c))) / np.sum(_sizes(c)) ** 2),
            ("squared the sum", "The square of a sum is not the sum of the squares. What do your shares add up to?",
             lambda c, right: _over_the_sum(c, np.square(_sizes(c)), 2)),
            ("divided by the largest", "Your largest share is 1, so nothing is left for the others. What is the whole?",
             lambda c, right: right / np.max(right)),
            ("divided by the mean", "Your shares add up to their number. They should add up to 1.",
             lambda c, right: right * len(c.x)),
            ("kept the sign of x", "With a negative x, both the move of its weight and the change of its term change their sign. What do two minus signs make?",
             lambda c, right: right * np.sign(c.x)),
            ("sign of x in the whole", "Your shares become very large or negative when one x is negative. Follow the sign of x through the bar and through the term.",
             lambda c, right: np.sign(c.x) * right / np.sum(np.sign(c.x) * right)),
            ("gradient share with signs", "That is x divided by the sum of all x. How does a term change when its weight has moved?",
             _sign_kept),
            ("did not divide", "These are the changes. A share is a part of the whole: they should add up to 1.",
             lambda c, right: np.square(_sizes(c))),
            ("divided by the length", "Your shares do not add up to 1: is a root left over in the whole?",
             lambda c, right: np.square(_sizes(c)) / np.sqrt(np.sum(np.square(_sizes(c))))),
            ("went downhill with the share", "The changes are negative because the step goes downhill, and so is their sum. The minus signs cancel: a share is never negative.",
             lambda c, right: -right),
            *_SHARE_MISTAKES,
        )
    )),
)  # fmt: skip
