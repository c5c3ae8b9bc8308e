"""Notebook 04: losses, layers without weights that end in one number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.far_out import FAR, far_out, far_out_apart
from barprop.exercises.layer_drivers import CACHE, cache_mistakes, loss_drive, with_cache
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.compare import close
from barprop.judging.exercise import NOT_FINITE, Candidate, Case, Exercise, Mistake, Part, Values, one_output
from barprop.numerics.layer_steps import cross_entropies, mean_half_square
from barprop.numerics.steps import half_square
from barprop.numerics.vjp import pull_back


def _squared_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, shape: tuple[int, ...], l_bar: float | None, other: bool = False) -> Case:
        y = draw(rng, *shape)
        side = rng.choice([-1.0, 1.0], shape)
        args = {"e": y + side * positive(rng, *shape), "y": read_only(y)}
        more = {"other": (draw(rng, *shape), draw(rng, *shape))} if other else {}
        return Case(label, args if l_bar is None else args | {"l_bar": l_bar}, more)

    yield case("5 rows of numbers, l_bar = -1.7", (5,), -1.7, other=True)
    yield case("3 rows of 2, l_bar left out", (3, 2), None)
    yield case("4 rows of 3, l_bar = 0.6", (4, 3), 0.6)
    yield case("1 row of 3, l_bar = 2.5", (1, 3), 2.5)
    yield case("1 number, l_bar left out", (1,), None)
    e, y = read_only(np.asfortranarray(rng.integers(5, 9, (4, 2)))), rng.integers(1, 5, (4, 2))
    yield Case("whole numbers, Fortran order", {"e": e, "y": y, "l_bar": 3})


def _l_bar(c: Case) -> float:
    return c.args.get("l_bar", 1.0)


def _squared_right(c: Case) -> Values:
    bars = {
        "l": mean_half_square(c.e, c.y),
        "e_bar": pull_back(lambda e: mean_half_square(e, c.y), c.e, _l_bar(c)),
        "y_bar": pull_back(lambda y: mean_half_square(c.e, y), c.y, _l_bar(c)),
    }
    return with_cache(c, bars)


def _both(wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values]:
    return lambda c, right: {key: wrong(c, right[key]) for key in ("e_bar", "y_bar")}


def _width(c: Case) -> int:
    return np.asarray(c.e).size // len(c.e)


def _squared_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Return the family of a squared error: other powers, and sums in another order."""
    return _powers(c) if output == "l" else _error_bars(c, right, output)


def _powers(c: Case) -> Iterator[Candidate]:
    d = np.asarray(c.e, dtype=float) - c.y
    n = len(d)
    power = "The loss is made of squares: of each difference, and before anything is added up."
    yield "sizes in place of squares", power, lambda: np.sum(np.abs(d)) / (2 * n)
    yield "the mean of all sizes", power, lambda: np.mean(np.abs(d)) / 2
    yield "the mean of all sizes, without the half", power, lambda: np.mean(np.abs(d))
    yield "sizes in place of squares, without the half", power, lambda: np.sum(np.abs(d)) / n
    yield "the square of the sum", power, lambda: np.sum(d) ** 2 / (2 * n)
    yield "the square of the mean", power, lambda: np.mean(d) ** 2 / 2
    yield "averaged before squaring", power, lambda: np.sum(np.square(np.mean(d, axis=0))) / 2
    yield "the differences themselves", power, lambda: np.sum(d) / (2 * n)
    yield "a root of the sum", "A root was taken that is not asked for.", lambda: np.sqrt(np.sum(d * d)) / (2 * n)
    yield "a root of the mean", "A root was taken that is not asked for.", lambda: np.sqrt(np.sum(d * d) / n)
    yield "half of the root", "A root was taken that is not asked for.", lambda: np.sqrt(np.sum(d * d) / n) / 2
    yield (
        "plus for minus",
        "e and y are added where their difference is asked for.",
        lambda: np.sum((2 * np.asarray(c.y) + d) ** 2) / (2 * n),
    )


def _error_bars(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    d = np.asarray(c.e, dtype=float) - c.y
    n = len(d)
    yield (
        "the square in the bar",
        "The bar is made of differences, not of their squares.",
        lambda: right[output] * d,
    )
    sign = _l_bar(c) * (1 if output == "e_bar" else -1)
    yield (
        "the mean error everywhere",
        "Every entry got the mean error. Each has its own.",
        lambda: sign * np.full(d.shape, np.mean(d)) / n,
    )
    yield (
        "the mean error everywhere, without 1/n",
        "Every entry got the mean error. Each has its own.",
        lambda: sign * np.full(d.shape, np.mean(d)),
    )
    yield (
        "the loss in the bar",
        "The loss itself is multiplied in. The bar is made of l_bar and the differences.",
        lambda: right[output] * right["l"],
    )


_TABLE = "Where e is (n,), each entry of e meets each entry of y: a column (n, 1) less a row (n,) is a table (n, n)."


def _all_pairs(c: Case, over: int) -> Any:
    """Return the loss in which every number of e meets every one of y; None for rows of several."""
    if np.ndim(c.e) > 1:
        return None
    return half_square(np.asarray(c.y)[None, :], np.asarray(c.e)[:, None]).sum() / len(c.e) / over


SQUARED_ERROR = Exercise(
    name="SquaredError",
    signature="class SquaredError: forward(self, e, y) -> float, backward(self, l_bar=1.0) -> (e_bar, y_bar)",
    is_chain=True,
    optional={"l_bar": 1.0},
    observations={"cache": CACHE},
    outputs=("l", "e_bar", "y_bar", "cache"),
    only_with_others=("cache",),
    parts=(Part("forward", 1, ("l",)), Part("backward", 2, ("e_bar", "y_bar", "cache"))),
    points=3,
    minutes=8,
    level=2,
    statements=("L17",),
    probes=_squared_probes,
    oracle=_squared_right,
    guesses=_squared_guesses,
    drive=loss_drive("SquaredError", ("e", "y"), ("e_bar", "y_bar")),
    mistakes=(
        Mistake("forgot 1/n", "Your bars are too large by the number of rows. The loss is a mean: each row counts only 1/n in it.",
                _both(lambda c, right: right * len(c.e))),
        Mistake("divided by every entry", "You divided by the number of entries. The mean is taken over the rows; within a row it is a sum.",
                _both(lambda c, right: right / _width(c))),
        Mistake("twice too large", "Twice as large as it should be. What does the half do when you differentiate the square?",
                _both(lambda c, right: 2 * right)),
        Mistake("half too small", "Half of what it should be: the half in the loss is used up once, not twice.", _both(lambda c, right: right / 2)),
        Mistake("forgot l_bar", "Right for l_bar = 1 only. Where does the incoming bar enter?",
                _both(lambda c, right: right / _l_bar(c))),
        Mistake("y_bar is not zero", "y is never updated, but the loss still depends on it: nudge y and l moves.",
                one_output("y_bar", lambda c, right: np.zeros(np.shape(c.y)))),
        Mistake("y_bar like e_bar", "e_bar and y_bar are equal. e and y stand on different sides of a minus.",
                lambda c, right: {"e_bar": right["e_bar"], "y_bar": right["e_bar"]}),
        Mistake("traded the bars", "e_bar and y_bar have been exchanged, or both have the wrong sign. With e above y, does more e raise the loss?",
                _both(lambda c, right: -right)),
        Mistake("bars of the distance", "Each entry is a sign: that belongs to the distance, not to its square.",
                lambda c, right: {"e_bar": np.sign(right["e_bar"]) * abs(_l_bar(c)) / len(c.e)}),
        Mistake("forgot the half", "Your loss is twice as large as it should be. Which factor stands in front of the square?",
                one_output("l", lambda c, right: 2 * right)),
        Mistake("added up along the last axis", "Right for rows of several numbers. Where e is (n,), its last axis runs over the rows, and those are averaged.",
                one_output("l", lambda c, right: right * len(c.e) if np.ndim(c.e) == 1 else right)),
        Mistake("sum instead of mean", "Your loss grows with the number of rows: a sum, where a mean over the rows is wanted.",
                one_output("l", lambda c, right: right * len(c.e))),
        Mistake("mean over every entry", "You took the mean over every entry. Over the rows it is a mean, within a row a sum.",
                one_output("l", lambda c, right: right / _width(c))),
        Mistake("every row with every other", _TABLE, one_output("l", lambda c, right: _all_pairs(c, 1))),
        Mistake("every row with every other, averaged", _TABLE, one_output("l", lambda c, right: _all_pairs(c, len(c.e)))),
        Mistake("distance without its square", "Your loss grows with the distance. It is half of its square.",
                one_output("l", lambda c, right: np.mean(np.sqrt(half_square(c.y, c.e).reshape(len(c.e), -1).sum(axis=1) * 2)) / 2)),
        Mistake("a loss for each row", "You returned one loss per row. What is wanted is their mean, one number.",
                one_output("l", lambda c, right: half_square(c.y, c.e).reshape(len(c.e), -1).sum(axis=1))),
        *cache_mistakes(),
    ),
)  # fmt: skip


def _class_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, n: int, k: int, l_bar: float | None, other: bool = False) -> Case:
        args = {"logits": draw(rng, n, k), "labels": read_only(rng.integers(0, k, n))}
        more = {"other": (draw(rng, n, k), rng.integers(0, k, n))} if other else {}
        return Case(label, args if l_bar is None else args | {"l_bar": l_bar}, more)

    yield case("4 rows, 3 classes, l_bar = -1.7", 4, 3, -1.7, other=True)
    yield case("3 rows, 3 classes, l_bar left out", 3, 3, None)
    lone = case("1 row, 5 classes, l_bar = 0.6", 1, 5, 0.6)
    yield Case(lone.label, lone.args | {"labels": rng.integers(1, 5, 1)})
    yield case("6 rows, 2 classes, l_bar = 2.5", 6, 2, 2.5)
    # Eighths, which float64 holds exactly, so that nudging stays exact on top of 10,000.
    near = rng.integers(-12, 13, (2, 3)) / 8
    huge = np.array([[1e4, -1e4, 0.0], [0.0, 1e4, -1e4], [-1e4, 0.0, 0.0]])
    order = rng.permutation(3)
    logits = np.concatenate([huge[:, order], near + 1e4, near - 1e4])
    labels = np.array([*np.argsort(order)[[0, 0, 1]], *rng.integers(0, 3, 4)])
    yield Case("logits up to 10,000 either way", {"logits": logits, "labels": labels, "l_bar": 1.5}, FAR)
    whole = read_only(np.asfortranarray(rng.integers(-4, 5, (3, 4))))
    yield Case("whole numbers, Fortran order, read-only", {"logits": whole, "labels": np.array([3, 0, 0]), "l_bar": 2})


def _class_right(c: Case) -> Values:
    rows = cross_entropies(c.logits, c.labels)
    # Less the rows' own losses, so that small slopes are not lost in the digits of a large loss.
    bar = pull_back(
        lambda u: cross_entropies(u, c.labels) - rows,
        c.logits,
        np.full(len(rows), _l_bar(c) / len(rows)),
        nudge=2.0**-10,
    )
    return with_cache(c, {"l": float(np.mean(rows)), "logits_bar": bar})


def _one_hot(c: Case) -> np.ndarray:
    """1 at each row's label, times what a row weighs in the bars."""
    return np.eye(c.logits.shape[1])[c.labels] * _l_bar(c) / len(c.labels)


def _logits_bar(wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    return one_output("logits_bar", wrong)


def _overflows(c: Case, right: Any) -> Any:
    """Return exp of the logits as they are: right for mild ones."""
    return NOT_FINITE if np.abs(c.logits).max() > 700 else right


def _vanishes(c: Case, right: Values, got: Values) -> Values:
    """Return right bars beside a loss that is infinite far out: the logarithm of a probability of 0."""
    infinite = float(got["l"]) == np.inf
    return {"l": _overflows(c, right["l"]) if infinite else right["l"], "logits_bar": right["logits_bar"]}


_HUGE = "exp of a large logit is infinite, and of a very negative one 0. Only differences of logits count: which number of each row can you take off first?"


def _down_the_columns(c: Case) -> np.ndarray:
    """Return the logarithm of a soft-max taken over the examples instead of the classes."""
    logits = np.asarray(c.logits, dtype=float)
    return logits - np.logaddexp.reduce(logits, axis=0)


def _guarded_loss(c: Case, guard: float, kept_off: Callable[..., Any]) -> float:
    """Return the loss of probabilities that a small number keeps off 0: added to them, or the least they can be."""
    return float(np.mean(-np.log(kept_off(np.exp(-cross_entropies(c.logits, c.labels)), guard))))


def _guarded(c: Case, right: Values, got: Values) -> Values:
    """Return the loss with the guard that comes nearest to what came; the larger the guard, the smaller the loss."""
    for kept_off in (np.add, np.maximum):
        low, high = 1e-300, 1e-2
        for _ in range(60):
            middle = float(np.sqrt(low) * np.sqrt(high))
            low, high = (middle, high) if _guarded_loss(c, middle, kept_off) > got["l"] else (low, middle)
        if close(loss := _guarded_loss(c, high, kept_off), got["l"]):
            return {"l": loss}
    return {"l": right["l"]}


def _class_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Return the family of a soft-max and its loss: another axis, other entries, no logarithm."""
    return _loss_guesses(c) if output == "l" else _logits_guesses(c, np.asarray(right[output], dtype=float))


def _loss_guesses(c: Case) -> Iterator[Candidate]:
    logits, labels = np.asarray(c.logits, dtype=float), np.asarray(c.labels)
    at = np.arange(len(labels)), labels
    together = logits - np.logaddexp.reduce(logits, axis=None)
    yield (
        "the soft-max of all rows together",
        "Your probabilities add up to 1 over all rows. Each row has probabilities of its own.",
        lambda: -np.mean(together[at]),
    )
    yield (
        "the soft-max over the examples",
        "Your probabilities add up to 1 down the columns. The classes of one example compete, not the examples.",
        lambda: -np.mean(_down_the_columns(c)[at]),
    )
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1)
    yield (
        "the sum of exps without its logarithm",
        "The sum of exps goes into the loss as it is. Its logarithm is asked for.",
        lambda: np.mean(total - shifted[at]),
    )
    yield (
        "plus for minus at the label",
        "The label's logit is added. A large logit at the label is good: what should it do to the loss?",
        lambda: np.mean(np.log(total) + shifted[at]),
    )
    again = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    yield (
        "the soft-max of the soft-max",
        "The probabilities go through the soft-max once more. What goes into it are the logits.",
        lambda: -np.mean((again - np.logaddexp.reduce(again, axis=1, keepdims=True))[at]),
    )
    columns = logits - logits.max(axis=0, keepdims=True)
    yield (
        "shifted by the columns' maxima",
        "What is taken off before the exp must be the same for all classes of a row: the row's own maximum.",
        lambda: np.mean(np.logaddexp.reduce(columns, axis=1) - columns[at]),
    )
    yield from _entry_guesses(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), at)


def _entry_guesses(rows: np.ndarray, at: tuple[np.ndarray, np.ndarray]) -> Iterator[Candidate]:
    """Yield what other entries of the log-probabilities give; `at` is where the labels' are."""
    yield (
        "every class in place of the label",
        "Your loss looks at every class. Which entry of a row belongs to its label?",
        lambda: -np.mean(rows),
    )
    yield (
        "every class added up",
        "Your loss looks at every class. Which entry of a row belongs to its label?",
        lambda: -np.mean(np.sum(rows, axis=1)),
    )
    yield (
        "without the logarithm",
        "Your loss is made of probabilities. Their logarithms are asked for.",
        lambda: -np.mean(np.exp(rows[at])),
    )
    yield (
        "the probability itself",
        "Your loss is made of probabilities. Their logarithms are asked for.",
        lambda: np.mean(np.exp(rows[at])),
    )
    yield (
        "the logarithm of the mean",
        "You took the mean before the logarithm. Each row has a loss of its own first.",
        lambda: -np.log(np.mean(np.exp(rows[at]))),
    )
    yield (
        "the loss of the prediction",
        "Your loss asks for the class that is predicted. The labels say which is right.",
        lambda: -np.mean(np.max(rows, axis=1)),
    )


def _logits_guesses(c: Case, right: np.ndarray) -> Iterator[Candidate]:
    hot, weight = _one_hot(c), _l_bar(c) / len(c.labels)
    yield (
        "the label's entry set, not lowered",
        "At its label the bar is set to a number. It should be lowered by 1.",
        lambda: np.where(hot != 0, -weight, right),
    )
    yield (
        "one taken from every entry",
        "A 1 is taken from every entry. It belongs to the label's alone.",
        lambda: right + hot - weight,
    )
    p = (right + hot) / weight
    yield "multiplied by the label", "Only the label's entry is left: the others have a bar as well.", lambda: p * hot
    yield (
        "the slope of the sigmoid as well",
        "p (1 - p) is the slope of a sigmoid. The bar of the logits holds that already.",
        lambda: right * p * (1 - p),
    )
    yield "the other sign at the label", "What the label contributes has the other sign.", lambda: right + 2 * hot


_SOFTMAX_CROSS_ENTROPY = Exercise(
    name="SoftmaxCrossEntropy",
    signature="class SoftmaxCrossEntropy: forward(self, logits, labels) -> float, backward(self, l_bar=1.0) -> logits_bar",
    is_chain=True,
    optional={"l_bar": 1.0},
    observations={"cache": CACHE},
    outputs=("l", "logits_bar", "cache"),
    only_with_others=("cache",),
    parts=(Part("forward", 2, ("l",)), Part("backward", 3, ("logits_bar", "cache"))),
    points=5,
    minutes=37,
    level=3,
    statements=("L17",),
    probes=_class_probes,
    oracle=_class_right,
    guesses=_class_guesses,
    drive=loss_drive("SoftmaxCrossEntropy", ("logits", "labels"), ("logits_bar",)),
    mistakes=(
        Mistake("forgot 1/n", "Your bars are too large by the number of rows. The loss is a mean: each row counts only 1/n in it.",
                _logits_bar(lambda c, right: right * len(c.labels))),
        Mistake("only the probabilities divided", "The probabilities are divided by the number of rows, and the 1 of the label is not. The mean is taken of both.",
                _logits_bar(lambda c, right: right - (len(c.labels) - 1) * _one_hot(c))),
        Mistake("forgot the one-hot", "These are the probabilities alone, so every logit looks too large. Where do the labels come in?",
                _logits_bar(lambda c, right: right + _one_hot(c))),
        Mistake("forgot the probabilities", "Only the labelled logit gets a bar. The others were added up under the logarithm too.",
                _logits_bar(lambda c, right: -_one_hot(c))),
        Mistake("only the labelled logit", "Only the labelled logit gets a bar. The others were added up under the logarithm too.",
                _logits_bar(lambda c, right: np.where(_one_hot(c) != 0, right, 0.0))),
        Mistake("forgot l_bar", "Right for l_bar = 1 only. Where does the incoming bar enter?",
                _logits_bar(lambda c, right: right / _l_bar(c))),
        Mistake("flipped the sign", "The size is right, the sign is not. Should more of the right logit raise the loss?",
                _logits_bar(lambda c, right: -right)),
        Mistake("divided by every entry", "You divided by the number of entries. The mean of the loss is taken over the rows.",
                _logits_bar(lambda c, right: right / c.logits.shape[1])),
        Mistake("took one away in every row", "The 1 of each label was subtracted in every row, not only in its own row: `p[:, labels]` picks whole columns.",
                _logits_bar(lambda c, right: right + _one_hot(c)
                            - np.isin(np.arange(c.logits.shape[1]), c.labels) * _l_bar(c) / len(c.labels))),
        Mistake("soft-max over the examples", "Your probabilities add up to 1 down the columns. The classes of one example compete, not the examples.",
                lambda c, right: {"l": -np.mean(np.take_along_axis(_down_the_columns(c), c.labels[:, None], axis=1)),
                                  "logits_bar": np.exp(_down_the_columns(c)) * _l_bar(c) / len(c.labels) - _one_hot(c)}),
        Mistake("stopped at the probability", "That is the bar of the probability. One step lies between it and the logits.",
                _logits_bar(lambda c, right: _overflows(c, -_one_hot(c) * np.exp(cross_entropies(c.logits, c.labels))[:, None]))),
        Mistake("logits in place of probabilities", "You compared the logits with the labels. What turns them into probabilities?",
                _logits_bar(lambda c, right: np.asarray(c.logits) * _l_bar(c) / len(c.labels) - _one_hot(c))),
        Mistake("log of a probability that is 0", "Far out the bars are right and the loss is not: a probability that has become 0 has no logarithm. Write log p as a difference of numbers that stay finite.",
                lambda c, right: {"l": _overflows(c, right["l"])}, _vanishes),
        Mistake("loss overflows", _HUGE, one_output("l", _overflows)),
        Mistake("bar overflows", _HUGE, _logits_bar(_overflows)),
        Mistake("clipped the logarithm", "Right for mild logits; an unlikely label is cut off. Take the logarithm before anything has become 0.",
                lambda c, right: {"l": _guarded_loss(c, 1e-12, np.add)}, _guarded, light=True),
        Mistake("every label for every row", "Every row was asked for the labels of all: `[:, labels]` picks whole columns. Row i goes with label i.",
                one_output("l", lambda c, right: np.mean(np.logaddexp.reduce(np.asarray(c.logits, dtype=float), axis=1))
                           - np.mean(np.asarray(c.logits, dtype=float)[:, c.labels]))),
        Mistake("shifted one side only", "You shifted the logits under the logarithm and forgot the labelled one. What is taken off is taken off both.",
                one_output("l", lambda c, right: right - np.mean(np.max(c.logits, axis=1)))),
        Mistake("sum instead of mean", "Your loss grows with the number of rows: a sum, where a mean over the rows is wanted.",
                one_output("l", lambda c, right: right * len(c.labels))),
        Mistake("forgot the minus", "Your loss is negative: the logarithm of a probability is. A loss should be small when the label was likely.",
                one_output("l", lambda c, right: -right)),
        Mistake("mean over every entry", "You took the mean over every entry. Each row has one label and so one loss.",
                one_output("l", lambda c, right: right / c.logits.shape[1])),
        Mistake("probability instead of its logarithm", "That is 1 minus a probability. Cross entropy takes its logarithm.",
                one_output("l", lambda c, right: np.mean(-np.expm1(-cross_entropies(c.logits, c.labels))))),
        Mistake("forgot to normalise", "That is the labelled logit alone. The other classes are not used yet.",
                one_output("l", lambda c, right: -np.mean(np.take_along_axis(np.asarray(c.logits), c.labels[:, None], axis=1)))),
        *cache_mistakes(),
    ),
)  # fmt: skip

SOFTMAX_CROSS_ENTROPY = far_out_apart(
    _SOFTMAX_CROSS_ENTROPY,
    Part("forward", 1, ("l",)),
    Part("backward", 2, ("logits_bar", "cache")),
    Part("stable", 2, far_out("l", "logits_bar")),
)
