"""Notebook 01, another graph: the logistic loss, cut into its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import sigmoid, softplus
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_dict
from barprop.answers.untrusted import is_array, is_number
from barprop.exercises.sampling import draw, read_only
from barprop.judging.compare import floats
from barprop.judging.exercise import NOT_FINITE, Case, Exercise, Mistake, Observation, Part, Values, family
from barprop.numerics.steps import inner, product

_ENOUGH = 1e-9  # as near as a loss must come: the contract's word, and more than log(1 + small) can promise below
_QUIET, _LOUD = "no warning", "NumPy warns of an overflow or an invalid value on the way (RuntimeWarning)"


def logistic_values(x: Any, y: float, w: Any) -> dict[str, float]:
    """Return z, m and l of the logistic graph, from the steps."""
    z = inner(w, x)
    m = product(y, z)
    return {"z": float(z), "m": float(m), "l": float(softplus(-m))}


def far_out(rng: np.random.Generator, d: int, m: float, y: int) -> dict[str, Any]:
    """Draw arguments x, y, w whose margin is m, however large."""
    x, w = draw(rng, d), draw(rng, d)
    if abs(w @ x) < 0.3:
        w = np.abs(w) * np.sign(x)
    return {"x": x, "y": y, "w": w * (m * y / float(w @ x))}


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    for d, y in ((3, 1), (4, -1), (1, -1), (2, 1)):
        yield Case(f"d = {d}, y = {y}", {"x": draw(rng, d), "y": y, "w": draw(rng, d)})
    whole = {"x": read_only(rng.integers(2, 9, 3)), "y": -1, "w": read_only(rng.permutation([1, -2, 3]))}
    yield Case("whole numbers, read-only", whole)
    yield Case("y = 1.0, a float", {"x": draw(rng, 3), "y": 1.0, "w": draw(rng, 3)})
    yield Case("w = 0", {"x": draw(rng, 3), "y": -1, "w": np.zeros(3)})
    for size in (3.0, 8.0, 15.0, 25.0):
        for m in (size, -size):
            yield Case(f"m near {m:g}", far_out(rng, 3, m * float(rng.uniform(0.9, 1.1)), int(rng.choice([-1, 1]))))
    for m, y in ((1000.0, 1), (-1000.0, 1), (1000.0, -1), (-1000.0, -1)):
        yield Case(f"m near {m:g}, y = {y}", far_out(rng, 2, m * float(rng.uniform(0.95, 1.05)), y), {"far": True})


def _is_far(c: Case) -> bool:
    return "far" in c.context


def _oracle(c: Case) -> Values:
    values = logistic_values(c.x, c.y, c.w)
    return {"l_far_out": values["l"], "warnings": _QUIET} if _is_far(c) else values


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    entries = take_dict(run, "logistic_forward", run("logistic_forward", *case.args.values()), ("z", "m", "l"))
    if not _is_far(case):
        for name, value in entries:
            yield name, _rounded(case, value) if name == "l" else value
        return
    yield "l_far_out", _rounded(case, dict(entries)["l"])
    yield "warnings", _LOUD if _warns(run, case) else _QUIET


def _rounded(case: Case, loss: Any) -> Any:
    """Take the right value for a loss that is as near to it as is asked."""
    right = logistic_values(case.x, case.y, case.w)["l"]
    single = (is_number(loss) or is_array(loss)) and floats(loss).shape == () and np.asarray(loss).dtype.kind in "fiu"
    return right if single and abs(float(loss) - right) <= _ENOUGH else loss


def _warns(run: Run, case: Case) -> bool:
    """Whether NumPy would warn: where the answer runs, its warnings are made errors for one call."""
    try:
        settings = run.get(run.answers["np"], "seterr")
        before = run(settings, divide="raise", over="raise", invalid="raise", under="ignore")
    except AnswerError:
        return False  # this notebook has no NumPy, so it has no warnings of NumPy's
    try:
        run("logistic_forward", *case.args.values())
    except AnswerError as error:
        return "FloatingPointError" in str(error)
    finally:
        run(settings, **before)
    return False


def _wrong_loss(at: Callable[[float, Case], float]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in the last step alone, (m, case) -> the loss it gives; nothing far out."""

    def wrong(c: Case, right: Values) -> Values | None:
        return None if _is_far(c) else {"l": _rounded(c, at(right["m"], c))}

    return wrong


def _chained(
    z: Callable[[Case, float], Any], m: Callable[[Case, float], Any]
) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in z or m that everything after it inherits."""

    def wrong(c: Case, right: Values) -> Values | None:
        if _is_far(c):
            return None
        z_wrong = z(c, right["z"])
        m_wrong = m(c, z_wrong)
        return {"z": z_wrong, "m": m_wrong, "l": _rounded(c, softplus(-np.asarray(m_wrong)))}

    return wrong


def _cut_anywhere(c: Case, right: Values, got: Values) -> Values:
    """Return a loss that stops growing somewhere, for a guard of any size."""
    if not _is_far(c):
        return right
    came = float(got["l_far_out"])
    return {"l_far_out": came if right["l_far_out"] > 1 and 5 < came < 720 else right["l_far_out"]}


_guesses = family(
    Mistake("a logarithm to base 10 in one term", "One term of your l is a logarithm to base 10: the natural logarithm, np.log, is asked for.",
            _wrong_loss(lambda m, c: max(-m, 0.0) + float(softplus(-abs(np.asarray(m)))) / float(np.log(10)))),
    Mistake("only the exponential below 0", "Right for m above 0. Below 0 you leave the 1 out: e^-m is larger than 1 there, but not by so much that the 1 could be left out.",
            _wrong_loss(lambda m, c: float(softplus(-np.asarray(m))) if m > 0 else -m)),
    Mistake("the loss of y alone", "Your l is made from y. Which node stands before l?",
            _wrong_loss(lambda m, c: float(softplus(-np.asarray(c.y, dtype=float))))),
    Mistake("the squared distance", "That is the loss of the other graph: half of a squared distance. Here l = log(1 + e^-m).",
            _wrong_loss(lambda m, c: (c.y - product(c.y, m)) ** 2 / 2)),
    Mistake("the squared distance of the margin", "That is the loss of the other graph: half of a squared distance. Here l = log(1 + e^-m).",
            _wrong_loss(lambda m, c: (1 - m) ** 2 / 2)),
    Mistake("a hinge", "Your l has a corner: that is another loss. Here l = log(1 + e^-m), which is smooth.",
            _wrong_loss(lambda m, c: max(0.0, 1 - m))),
    Mistake("bits and a lost sign", "Sign and logarithm are both off: np.log is asked for, with a minus in the exponent.",
            _wrong_loss(lambda m, c: float(softplus(m)) / float(np.log(2)))),
)  # fmt: skip


LOGISTIC_FORWARD = Exercise(
    name="logistic_forward",
    signature='logistic_forward(x, y, w) -> {"z", "m", "l"}',
    is_chain=True,
    called={"l_far_out": "l"},
    observations={"warnings": Observation("no warning")},
    outputs=("z", "m", "l", "l_far_out", "warnings"),
    returned=("z", "m", "l"),
    points=3,
    parts=(Part("values", 2, ("z", "m", "l")), Part("stable", 1, ("l_far_out", "warnings"))),
    only_with_others=("warnings",),
    minutes=18,
    level=2,
    statements=("L1", "L2"),
    probes=_probes,
    oracle=_oracle,
    drive=_drive,
    tolerance=1e-9,
    slack=_ENOUGH,
    guesses=_guesses,
    mistakes=(
        Mistake("forgot the minus", "Your loss grows with the margin m. A large margin is a good answer: what sign does the exponent have?",
                _wrong_loss(lambda m, c: float(softplus(m)))),
        Mistake("forgot the 1", "Your loss is -m: that is what remains of the logarithm when nothing is added to the exponential.",
                _wrong_loss(lambda m, c: -m)),
        Mistake("forgot the logarithm", "Your loss is 1 + e^-m, never below 1. One step of the formula is still to come.",
                _wrong_loss(lambda m, c: 1 + float(np.exp(-m)))),
        Mistake("only the exponential", "Your loss is e^-m. Two steps of the formula are still to come.",
                _wrong_loss(lambda m, c: float(np.exp(-m)))),
        Mistake("gave the probability", "Your l is 1 / (1 + e^-m): the probability of the right answer. The loss is minus its logarithm.",
                _wrong_loss(lambda m, c: float(sigmoid(m)))),
        Mistake("logarithm of the probability", "Your loss is never above 0. A loss of 0 is perfect, and everything else costs something: which sign is missing?",
                _wrong_loss(lambda m, c: -float(softplus(-m)))),
        Mistake("logarithm to base 2", "Your loss is measured in bits. `log` in the formula is the natural logarithm, np.log.",
                _wrong_loss(lambda m, c: float(softplus(-m)) / float(np.log(2)))),
        Mistake("taken out and not put back", "Right for m above 0. Below 0 a factor e^-m was taken out of the logarithm: what becomes of its own logarithm, -m?",
                _wrong_loss(lambda m, c: float(softplus(-abs(m))))),
        Mistake("loss made from z", "Your l is right for y = 1 only: it was made from z. Which node stands between z and l?",
                _wrong_loss(lambda m, c: float(softplus(-product(c.y, m))))),
        Mistake("m without y", "m is still z. The label belongs in it: where z has the sign of y, the margin is positive.",
                _chained(lambda c, z: z, lambda c, z: z)),
        Mistake("m is the distance", "You subtracted. That is how far off a number is; here y is a label, -1 or 1, and m = y z.",
                _chained(lambda c, z: z, lambda c, z: c.y - z)),
        Mistake("z not added up", "You multiplied w and x entry by entry. One part of the dot product is still missing.",
                _chained(lambda c, z: product(c.w, c.x), lambda c, z: product(c.y, z))),
        Mistake("overflows", "Right for small m. At m = -1000 the exponential is larger than any float, and the result is infinite. Rewrite the step so that the exponent is never positive.",
                lambda c, right: {"l_far_out": NOT_FINITE, "warnings": _LOUD} if _is_far(c) and right["l_far_out"] > 1 else right),
        Mistake("safe below 0 only", "Right where m is below 0: only there is your form safe. Which form is safe where m is above 0?",
                lambda c, right: {"l_far_out": NOT_FINITE if right["l_far_out"] < 1 else right["l_far_out"]} if _is_far(c) else right),
        Mistake("warns", "Every value is right, and NumPy warns on the way: some exponential overflows and is then not used. np.where computes both of its branches. Make the exponent safe first, e.g. from abs(m).",
                lambda c, right: {"l_far_out": right["l_far_out"], "warnings": _LOUD} if _is_far(c) else right),
        Mistake("cut off", "Far out your loss stops growing. At m = -1000 the answer is badly wrong, and the loss should say how badly.",
                lambda c, right: {"l_far_out": _cut(c)} if _is_far(c) else right, _cut_anywhere),
    ),
)  # fmt: skip


def _cut(c: Case) -> float:
    """Return the loss with a probability kept off 0 by 1e-15, a common guard."""
    m = logistic_values(c.x, c.y, c.w)["m"]
    return float(-np.log(np.clip(sigmoid(m), 1e-15, 1 - 1e-15)))
