"""Functions written with forwards only: their way back comes for free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.exercises.far_out import FAR, far_out, far_out_apart
from barprop.exercises.n06_autograd.expressions import a_node, combine, new_node, read
from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import NOT_FINITE, Candidate, Case, Exercise, Mistake, Part, Values
from barprop.numerics.vjp import pull_back

SOFTPLUS = ("softplus", "value.bar through softplus")
CROSS_ENTROPY = ("cross_entropy", "logits.bar through cross_entropy")


def _compose_probes(rng: np.random.Generator) -> Iterator[Case]:
    def soft(label: str, value: Any, w: Any = None, **more: Any) -> Case:
        return Case(label, {"value": value}, {"w": w} | more)

    def cross(label: str, logits: np.ndarray, labels: Any, w: Any = None, **more: Any) -> Case:
        return Case(label, {"logits": logits, "labels": labels}, {"w": w} | more)

    yield soft("softplus of a matrix", draw(rng, 2, 3))
    yield soft("softplus at 0", np.array([0.0, 1.5, -0.8, 0.0]))
    yield soft("softplus of +-10,000", np.array([1e4, -1e4, 30.0, -30.0]), **FAR)
    yield soft("softplus of a number, then times w", draw(rng), draw(rng))
    yield cross("four rows, three classes", draw(rng, 4, 3), read_only(np.array([2, 0, 1, 1])))
    yield cross("one row, five classes", draw(rng, 1, 5), np.array([3]))
    yield cross("four rows, four classes, then times w", draw(rng, 4, 4), np.array([0, 3, 3, 1]), draw(rng))
    yield cross("logits up to 10,000", np.array([[1e4, -1e4, 3.0], [9e3, 1e4, 1e4 - 2]]), np.array([1, 2]), **FAR)
    yield cross("logits near -10,000", np.array([[-1e4, -1e4 + 2, -1e4 - 1]]), np.array([0]), **FAR)
    mixed = np.array([[1e4, -1e4, 3.0], [-1e4, 2 - 1e4, -1e4]])
    yield cross("a row near 10,000 and one near -10,000", mixed, np.array([0, 1]), **FAR)
    yield cross("four whole rows of zeros", np.zeros((4, 3)), np.array([2, 2, 0, 1]))


def _forward_of(c: Case) -> tuple[str, Callable[[Any], Any]]:
    if "value" in c.args:
        return "value", lambda value: np.logaddexp(0.0, value)
    rows = np.arange(len(c.labels))
    return "logits", lambda logits: np.mean(np.logaddexp.reduce(logits, axis=1) - logits[rows, c.labels])


def _compose_oracle(c: Case) -> Values:
    name, forward = _forward_of(c)
    data = np.asarray(forward(np.asarray(c.args[name], dtype=float)))
    bar = pull_back(forward, c.args[name], np.full(data.shape, 1.0 if c.w is None else c.w))
    return dict(zip(SOFTPLUS if name == "value" else CROSS_ENTROPY, (data, bar), strict=True))


def _compose_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    name = "value" if "value" in case.args else "logits"
    function, bar = SOFTPLUS if name == "value" else CROSS_ENTROPY
    leaf = new_node(run, "Value", case.args[name])
    yield "tried", True
    out = run(function, leaf) if name == "value" else run(function, leaf, case.labels)
    yield function, read(run, a_node("Value", function, out), "data")
    if case.w is not None:
        out = combine(run, "Value", f"{function} * w", lambda call, out: out * case.w, out)
    run.send(out, "backward")
    yield bar, read(run, leaf, "bar")


def _soft(data: Any = None, bar: Any = None) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in softplus: (value, right data) -> wrong data, (value, right bar) -> wrong bar."""

    def wrong(case: Case, right: Values) -> Values | None:
        if "value" not in case.args:
            return None
        value = np.asarray(case.value, dtype=float)
        pairs = zip(SOFTPLUS, (data, bar), strict=True)
        return {name: change(value, right[name]) for name, change in pairs if change}

    return wrong


def _far(c: Case) -> bool:
    """Whether exp of the logits as they are overflows, or is 0 throughout a row."""
    return abs(c.logits.max(axis=1)).max() > 700


def _mixed(c: Case) -> bool:
    """Whether one row lies so far below another that a common shift loses it."""
    return np.ptp(c.logits.max(axis=1)) > 700


def _cross(data: Any = None, bar: Any = None) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in cross_entropy: (case, right data) -> wrong data, (case, right bar) -> wrong bar."""

    def wrong(case: Case, right: Values) -> Values | None:
        if "logits" not in case.args:
            return None
        pairs = zip(CROSS_ENTROPY, (data, bar), strict=True)
        return {name: change(case, right[name]) for name, change in pairs if change}

    return wrong


def _at_label(c: Case, logits: np.ndarray) -> np.ndarray:
    return logits[np.arange(len(c.labels)), c.labels]


def _shifted(c: Case) -> np.ndarray:
    return c.logits - c.logits.max(axis=1, keepdims=True)


_HUGE = "exp of a large number is infinite. Take something out before the exp and put it back after the log; a constant made from .data needs no bar."


def _sum_of_exps(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)


_Forward = Callable[[Case, np.ndarray], Any]
_OTHER_FORWARDS: dict[str, tuple[tuple[str, str, _Forward], ...]] = {
    "softplus": (
        ("the 1 is not scaled along", "You took something out before the exp, and the 1 beside it stayed as it was.",
         lambda c, z: np.log(np.exp(z - np.maximum(z, 0)) + 1) + np.maximum(z, 0)),
        ("log of a sum of 2", "The constant beside the exp is not 1.", lambda c, z: np.log(np.exp(z) + 2)),
    ),
    "cross_entropy": (
        ("plus for minus", "The label's logit is added. A large logit at the label is good: what should it do to the loss?",
         lambda c, z: np.mean(np.logaddexp.reduce(z, axis=1) + _at_label(c, z))),
        ("plus for minus, shifted", "The label's logit is added. A large logit at the label is good: what should it do to the loss?",
         lambda c, z: np.mean(np.log(_sum_of_exps(z)) + _at_label(c, z) - z.max(axis=1))),
        ("shifted one side only", "You shifted the logits under the logarithm and forgot the labelled one. What is taken off is taken off both.",
         lambda c, z: np.mean(np.log(_sum_of_exps(z)) - _at_label(c, z))),
        ("every label for every row", "Every row meets the labels of all: `[:, labels]` picks whole columns. Row i goes with label i.",
         lambda c, z: np.mean(np.logaddexp.reduce(z, axis=1)
                              - np.sum((z - z.max(axis=1, keepdims=True))[:, np.unique(c.labels)], axis=1) - z.max(axis=1))),
        ("the logarithm of the mean", "You take the mean of the probabilities and its logarithm then. Each row has a loss, and the mean is taken of those.",
         lambda c, z: -np.log(np.mean(np.exp(_at_label(c, z) - np.logaddexp.reduce(z, axis=1))))),
        ("without the logarithm", "The sum of exps goes into the loss as it is. Its logarithm is asked for.",
         lambda c, z: np.mean(_sum_of_exps(z) - _at_label(c, z) + z.max(axis=1))),
        ("the loss of the prediction", "Your loss asks for the class that is predicted. The labels say which is right.",
         lambda c, z: np.mean(np.logaddexp.reduce(z, axis=1) - z.max(axis=1))),
    ),
}  # fmt: skip


_CONSTANT = "The value is right, and a part of its bar is missing: what is made from .data is a constant to the tape, and nothing comes back through it. Build {} from Values."


def _bars_without_a_part(c: Case) -> Iterator[Candidate]:
    """Yield the bars where a part of the formula is made from .data."""
    w = 1.0 if c.w is None else np.asarray(c.w, dtype=float)
    if "value" in c.args:
        z = np.asarray(c.value, dtype=float)
        yield "the logarithm a constant", _CONSTANT.format("the logarithm"), lambda: w * np.where(z > 0, 1.0, 0.0)
        return
    logits, n = np.asarray(c.logits, dtype=float), len(c.labels)
    labels = np.eye(logits.shape[1])[c.labels]
    shares = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    yield "the label's logit a constant", _CONSTANT.format("the label's logit"), lambda: w * shares / n
    yield "the sum of exps a constant", _CONSTANT.format("the sum of exps"), lambda: -w * labels / n


def _compose_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield another forward, or its bar."""
    function = output.split()[-1]
    name, _ = _forward_of(c)
    if output != function:
        yield from _bars_without_a_part(c)
    for what, hint, forward in _OTHER_FORWARDS.get(function, ()):

        def made(forward: _Forward = forward) -> Any:
            at = np.asarray(c.args[name], dtype=float)
            data = np.asarray(forward(c, at))
            if output == function:
                return data
            return pull_back(lambda u: forward(c, u), at, np.full(data.shape, 1.0 if c.w is None else c.w))

        yield what, hint, made


_COMPOSE = Exercise(
    name="compose",
    signature="softplus(value), cross_entropy(logits, labels)",
    outputs=(*SOFTPLUS, *CROSS_ENTROPY),
    asks=("softplus", "cross_entropy"),
    corners=("softplus at 0",),
    points=4,
    minutes=28,
    level=3,
    statements=("L21",),
    needs=("Value",),
    probes=_compose_probes,
    oracle=_compose_oracle,
    drive=_compose_drive,
    guesses=_compose_guesses,
    mistakes=(
        Mistake("softplus overflows", _HUGE, _soft(lambda z, right: np.where(z > 700, np.inf, right))),
        Mistake("softplus overflows below", "exp of a large number is infinite, and your large number comes from a negative value with its sign turned.",
                _soft(lambda z, right: np.where(z < -700, np.inf, right))),
        Mistake("no slope at 0", "Your softplus is right everywhere, and its slope at 0 is 0. It should be as smooth there as anywhere: did you build it on relu, which has a kink there?",
                _soft(lambda z, right: right, lambda z, right: np.where(z == 0, 0.0, right))),
        Mistake("full slope at 0", "Your softplus is right everywhere, and its slope at 0 is 1. It should be as smooth there as anywhere.",
                _soft(lambda z, right: right, lambda z, right: np.where(z == 0, 2 * right, right))),
        Mistake("softplus not finite", "exp of a large number is infinite, and of a very negative one 0. Each entry needs a shift of its own, taken out before the exp and put back after the log.",
                _soft(lambda z, right: NOT_FINITE if np.abs(z).max() > 700 else right)),
        Mistake("not put back", "What you take out before the exp has to come back after the log.",
                _soft(lambda z, right: right - np.maximum(z, 0), lambda z, right: right)),
        Mistake("the 1 is missing", "log of exp gives back what went in. What is added to the exp inside the log?",
                _soft(lambda z, right: np.where(np.abs(z) > 700, np.copysign(np.inf, z), z))),
        Mistake("cut off at 0", "That is relu. Softplus is its smooth relative.", _soft(lambda z, right: np.maximum(z, 0))),
        Mistake("cross entropy overflows", _HUGE,
                _cross(lambda c, right: NOT_FINITE if _mixed(c) else np.where(_far(c), np.copysign(np.inf, c.logits.max()), right))),
        Mistake("log of a share", "exp of a very negative number is 0, and so is that probability: its log is infinite. Take the log before anything has become 0.",
                _cross(lambda c, right: NOT_FINITE if np.min(_at_label(c, _shifted(c))) < -745 else right)),
        Mistake("one maximum for all rows", "A row far below the others is shifted out of sight. Each row has a largest logit of its own.",
                _cross(lambda c, right: NOT_FINITE if _mixed(c) else right)),
        Mistake("sum instead of mean", "Your loss is too large by the number of rows. Is a mean missing, or is a column (n, 1) less a row (n,), which makes a table (n, n)?",
                _cross(lambda c, right: right * len(c.labels), lambda c, right: right * len(c.labels))),
        Mistake("mean over the entries, too", "You average over the classes as well. The mean is over the rows only.",
                _cross(lambda c, right: right / c.logits.shape[1], lambda c, right: right / c.logits.shape[1])),
        Mistake("sign", "Your loss falls where it should rise.", _cross(lambda c, right: -right, lambda c, right: -right)),
        Mistake("only the logit of the label", "You pick the label's logit and stop. What about the other classes?",
                _cross(lambda c, right: -np.mean(_at_label(c, c.logits)))),
        Mistake("forgot the label", "Your loss does not look at the labels.",
                _cross(lambda c, right: right + np.mean(_at_label(c, _shifted(c))))),
        Mistake("over the wrong axis", "Rows are examples, columns are classes. Along which axis does one example's exp add up?",
                _cross(lambda c, right: np.mean(np.logaddexp.reduce(_shifted(c), axis=0)) - np.mean(_at_label(c, _shifted(c))))),
        Mistake("one sum for all rows", "All rows share one sum of exps. Each example has its own.",
                _cross(lambda c, right: np.logaddexp.reduce(_shifted(c), axis=None) - np.mean(_at_label(c, _shifted(c))))),
        Mistake("probability instead of its log", "You return a probability. The loss takes its log.",
                _cross(lambda c, right: -np.mean(np.exp(_at_label(c, c.logits) - np.logaddexp.reduce(c.logits, axis=1))))),
    ),
)  # fmt: skip

COMPOSE = far_out_apart(
    _COMPOSE,
    Part("softplus", 1, SOFTPLUS),
    Part("cross_entropy", 1, CROSS_ENTROPY),
    Part("stable", 2, far_out(*SOFTPLUS, *CROSS_ENTROPY)),
)
