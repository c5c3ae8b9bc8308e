"""Notebook 03: how large a step is, one size for all features, and how large a step may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.exercises.guards import denominator_guard
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Values, family, one_output
from barprop.numerics.steps import half_square, inner
from barprop.numerics.vjp import pull_back

_GUARDED = (
    "A small number is added to your denominator, which changes the result where the numbers are small themselves. "
    "Nothing here is divided by 0, so none is needed."
)


def _crossing(f: Callable[[float], float]) -> float:
    """Where a rising function of a positive number passes 0, by halving an interval."""
    low, high = 1e-12, 1.0
    while f(high) < 0:
        low, high = high, 4 * high
    for _ in range(80):
        middle = np.sqrt(low * high) if low < high / 2 else (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return float(high)


# --- update_ratio ---------------------------------------------------------------------------------


def _ratio_probes(rng: np.random.Generator) -> Iterator[Case]:
    for label, shape, lr in (("a vector", (4,), 0.1), ("a matrix", (3, 5), 0.01), ("a small rate", (2, 2), 1e-4)):
        yield Case(label, {"w": draw(rng, *shape), "w_bar": draw(rng, *shape), "lr": lr})
    yield Case("a large rate", {"w": draw(rng, 6), "w_bar": draw(rng, 6), "lr": 20.0})
    yield Case("a single weight", {"w": -positive(rng, 1), "w_bar": draw(rng, 1), "lr": 0.3})
    args = {"w": read_only(np.asfortranarray(draw(rng, 4, 2))), "w_bar": read_only(draw(rng, 4, 2)), "lr": 0.05}
    yield Case("a read-only matrix in Fortran order", args)
    yield Case("whole numbers", {"w": rng.integers(2, 9, (2, 3)), "w_bar": -rng.integers(2, 9, (2, 3)), "lr": 0.2})
    yield Case("small numbers", {"w": 1e-4 * draw(rng, 3), "w_bar": 1e-4 * draw(rng, 3), "lr": 0.1})
    yield Case("very small numbers", {"w": 1e-12 * draw(rng, 3), "w_bar": 1e-12 * draw(rng, 3), "lr": 0.1})
    yield Case("bar 0", {"w": draw(rng, 3), "w_bar": np.zeros(3), "lr": 0.1})


def _length(u: Any) -> float:
    return float(np.hypot.reduce(np.ravel(u), initial=0.0))


def _update_ratio(c: Case) -> Values:
    """How far one step goes downhill on a plane with that bar, in lengths of w."""
    w, w_bar = np.ravel(c.w), np.ravel(c.w_bar)
    moved = pull_back(lambda u: inner(u, w_bar), np.zeros(w.size), c.lr)
    return {"ratio": _length(moved) / _length(w)}


def _ratio_by(size: Callable[[np.ndarray], float]) -> Callable[[Case, Any], float]:
    return lambda c, right: c.lr * size(np.asarray(c.w_bar, dtype=float)) / size(np.asarray(c.w, dtype=float))


_RATIO_FAMILY = family(*(
    Mistake(name, hint, one_output("ratio", wrong))
    for name, hint, wrong in (
        ("one root only", "A root is taken on one side of the fraction and not on the other.",
         lambda c, right: right * _length(np.multiply(c.lr, c.w_bar))),
        ("added up with their signs", "You added up the entries with their signs: large ones may cancel. The length is asked for.",
         lambda c, right: -c.lr * np.sum(c.w_bar) / np.sum(c.w)),
        ("added up with their signs, against the bar", "You added up the entries with their signs: large ones may cancel. The length is asked for.",
         lambda c, right: c.lr * np.sum(c.w_bar) / np.sum(c.w)),
        ("length of the ratios", "You took the length of ratios of entries: one weight near 0 spoils them all. Take the length of each first.",
         lambda c, right: _length(c.lr * np.asarray(c.w_bar) / c.w)),
        ("over the new weights", "You divide by the length of the weights after the step. How long are they before it?",
         lambda c, right: right * _length(c.w) / _length(np.subtract(c.w, np.multiply(c.lr, c.w_bar)))),
        ("compared with the bar", "w itself is not used. By how much does the update change it, compared with its size?",
         lambda c, right: c.lr),
    )
))  # fmt: skip

UPDATE_RATIO = Exercise(
    name="update_ratio",
    signature="update_ratio(w, w_bar, lr) -> float",
    outputs=("ratio",),
    points=1,
    minutes=5,
    level=1,
    statements=("L15",),
    probes=_ratio_probes,
    corners=("very small",),
    oracle=_update_ratio,
    guesses=_RATIO_FAMILY,
    mistakes=(denominator_guard("ratio", _GUARDED, lambda c, right: _length(c.w)), *(
        Mistake(name, hint, one_output("ratio", wrong))
        for name, hint, wrong in (
            ("forgot lr", "That compares the bar with the weights. By how much do the weights really move in one step?",
             lambda c, right: right / c.lr),
            ("upside down", "Upside down: a weight that hardly moves should give a small number.",
             lambda c, right: 1 / right if right else None),
            ("forgot the root", "These are squares of lengths. Is a root missing, in the numerator and in the denominator?",
             lambda c, right: c.lr * (right / c.lr) ** 2),
            ("squared ratio", "That is the square of the ratio. Is a root missing?", lambda c, right: right**2),
            ("largest stretch of a matrix", "Right for vectors. For a matrix your norm measures how far it can stretch something; here all its entries count.",
             _ratio_by(lambda u: float(np.linalg.norm(u, 2)))),
            ("summed the sizes", "You added up the sizes of the entries. You need the Euclidean norm.",
             _ratio_by(lambda u: np.sum(np.abs(u)))),
            ("largest entries", "You compared the largest entries only. All of them count.",
             _ratio_by(lambda u: np.max(np.abs(u)))),
            ("compared the new weights", "You compared the weights after the step with those before. How long is the step itself?",
             lambda c, right: _length(np.subtract(c.w, np.multiply(c.lr, c.w_bar))) / _length(c.w)),
            ("entry by entry", "It is one number for each entry. How large is the whole update compared with the whole w?",
             lambda c, right: np.abs(c.lr * np.asarray(c.w_bar) / c.w)),
            ("mean of the ratios", "You averaged ratios of entries: one weight near 0 spoils them all. Take the length of each first.",
             lambda c, right: np.mean(np.abs(c.lr * np.asarray(c.w_bar) / c.w))),
        )
    )),
)  # fmt: skip


# --- rescale --------------------------------------------------------------------------------------


_RESULT = "rescaled H"  # not H: that is the argument


def _rescale_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("four examples of three features", {"H": draw(rng, 4, 3)})
    yield Case("as many features as examples", {"H": draw(rng, 3, 3)})
    yield Case("one example", {"H": draw(rng, 1, 5)})
    yield Case("one feature", {"H": draw(rng, 4, 1)})
    yield Case("small and large examples", {"H": draw(rng, 3, 4) * np.array([[1e-3], [1.0], [1e3]])})
    yield Case("very small examples", {"H": 1e-12 * draw(rng, 3, 4)})
    yield Case("read-only, in Fortran order", {"H": read_only(np.asfortranarray(draw(rng, 2, 6)))})
    yield Case("whole numbers", {"H": rng.integers(1, 9, (3, 2)) * [1, -1]})


def _rescaled(c: Case) -> Values:
    """Each example times that positive number which gives it a mean square of 1."""
    H = np.array(c.H, dtype=float)
    for row in H:
        row *= _crossing(lambda factor, row=row: np.mean(np.square(factor * row)) - 1)  # type: ignore[misc]
    return {_RESULT: H}


def _over(size: Callable[[np.ndarray], Any]) -> Callable[[Case, Any], np.ndarray | None]:
    """Describe a mistake that divides by something else; None if that is 0."""

    def named(c: Case, right: Any) -> np.ndarray | None:
        H = np.asarray(c.H, dtype=float)
        divisor = size(H)
        return H / divisor if np.all(np.abs(divisor) > 1e-9) else None

    return named


def _root_mean_square(c: Case, right: Any) -> np.ndarray:
    H = np.asarray(c.H, dtype=float)
    return np.sqrt(np.mean(np.square(H), axis=1, keepdims=True))


def _standardised(c: Case, right: Any) -> np.ndarray | None:
    H = np.asarray(c.H, dtype=float)
    centred = H - H.mean(axis=1, keepdims=True)
    return centred / H.std(axis=1, keepdims=True) if H.shape[1] > 1 else None


_RESCALE_FAMILY = family(*(
    Mistake(name, hint, one_output(_RESULT, wrong))
    for name, hint, wrong in (
        ("mean of all sizes", "One number divides everything, so large examples stay large. Each row has a size of its own.",
         _over(lambda H: np.mean(np.sqrt(np.mean(np.square(H), axis=1))))),
        ("squared after the mean", "You square after the mean, where entries of both signs have cancelled. In RMS the square comes first.",
         _over(lambda H: np.abs(np.mean(H, axis=1, keepdims=True)))),
        ("subtracted", "You subtracted the size of a row. To rescale is to divide.",
         lambda c, right: np.asarray(c.H, dtype=float) - _root_mean_square(c, right)),
    )
))  # fmt: skip

RESCALE = Exercise(
    name="rescale",
    signature="rescale(H) -> (n, m)",
    outputs=(_RESULT,),
    points=1,
    minutes=6,
    level=2,
    statements=("L14", "L15"),
    probes=_rescale_probes,
    corners=("very small",),
    oracle=_rescaled,
    guesses=_RESCALE_FAMILY,
    mistakes=(denominator_guard(_RESULT, _GUARDED, _root_mean_square), *(
        Mistake(name, hint, one_output(_RESULT, wrong))
        for name, hint, wrong in (
            ("over the examples", "You measured each feature over the examples. Here each example is measured over its features: which axis is that?",
             _over(lambda H: np.sqrt(np.mean(np.square(H), axis=0, keepdims=True)))),
            ("one size for all", "One number divides everything, so large examples stay large. Each row has a size of its own.",
             _over(lambda H: np.sqrt(np.mean(np.square(H))))),
            ("length instead of root mean square", "Your rows have length 1, so the more features, the smaller each entry. What does the M in RMS stand for?",
             _over(lambda H: np.sqrt(np.sum(np.square(H), axis=1, keepdims=True)))),
            ("forgot the root", "Your rows still have different sizes. What does the R in RMS stand for?",
             _over(lambda H: np.mean(np.square(H), axis=1, keepdims=True))),
            ("mean size", "You divided by the mean of the sizes. RMS takes squares before the mean and a root after it.",
             _over(lambda H: np.mean(np.abs(H), axis=1, keepdims=True))),
            ("largest entry", "You divided by the largest entry. One outlier would decide for the whole example.",
             _over(lambda H: np.max(np.abs(H), axis=1, keepdims=True))),
            ("divided by the mean", "You divided by the mean, which may well be 0 or negative. What does the S in RMS stand for?",
             _over(lambda H: np.mean(H, axis=1, keepdims=True))),
            ("standard deviation", "You divided by the spread around the mean. RMS measures from 0.",
             _over(lambda H: np.std(H, axis=1, keepdims=True))),
            ("centred as well", "You subtracted the mean as well. Only the size should change, not the direction.", _standardised),
            ("multiplied", "Large rows became larger. Divide.",
             lambda c, right: np.square(np.asarray(c.H, dtype=float)) / right),
        )
    )),
)  # fmt: skip


# --- largest_stable_rate --------------------------------------------------------------------------


def _rate_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("more examples than features", {"X": draw(rng, 8, 3)})
    yield Case("more features than examples", {"X": draw(rng, 3, 5)})
    yield Case("one feature", {"X": draw(rng, 6, 1)})
    yield Case("one example", {"X": draw(rng, 1, 3)})
    yield Case("features in different units", {"X": draw(rng, 7, 3) * np.array([0.1, 1.0, 30.0])})
    twice = draw(rng, 6, 2) / 10
    yield Case("small numbers, a feature given twice", {"X": read_only(np.asfortranarray(twice[:, [0, 1, 0]]))})
    yield Case("whole numbers", {"X": rng.integers(1, 9, (4, 2)) * [1, -1]})
    # Without coupling, so that eigenvalues come out in the order of the features: the largest first, last, between.
    for label, order in (("first", [2, 0, 1]), ("last", [0, 1, 2]), ("between", [0, 2, 1])):
        yield Case(f"the steepest feature {label}", {"X": np.diag(np.add(positive(rng, 3), (0, 2, 4))[order])})
    steep = positive(rng)
    yield Case("the steepest direction across (1, 1)", {"X": np.array([[steep, -steep], [-2 * steep, 2 * steep]])})


def _curvature(X: Any) -> np.ndarray:
    """How the bar of w answers to a move of w, column by column, by nudging the loss."""
    X = np.asarray(X, dtype=float)
    size = float(np.max(np.abs(X)))

    def bar(w: np.ndarray) -> np.ndarray:
        return pull_back(lambda w: np.mean(half_square(0.0, inner(X / size, w))), w, 1.0)

    rows = [bar(unit) for unit in np.eye(X.shape[1])]
    return size**2 * (np.array(rows) + np.array(rows).T) / 2


def _stable_rate(c: Case) -> Values:
    """Return the rate at which a step first overshoots in some direction without getting nearer."""
    curvature = _curvature(c.X)
    scale = np.trace(curvature)  # so that the search is over numbers near 1

    def overshoot(rate: float) -> float:
        step = np.eye(len(curvature)) - rate * curvature / scale
        return -1 - float(np.linalg.eigvalsh(step)[0])

    return {"rate": _crossing(overshoot) / scale}


def _stretch(c: Case) -> float:
    return float(np.linalg.norm(np.asarray(c.X, dtype=float), 2))


def _weakest(c: Case, right: Any) -> float | None:
    X = np.asarray(c.X, dtype=float)
    values = np.linalg.svd(X, compute_uv=False)
    clear = X.shape[0] >= X.shape[1] and values[-1] > 1e-6 * values[0]
    return right * float(values[0] / values[-1]) ** 2 if clear else None


def _rate_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a curvature: another number made of it."""
    X = np.asarray(c.X, dtype=float)
    root = "A root of the curvature is taken. How does a move of w change its bar?"
    yield "the root of the curvature", root, lambda: np.sqrt(2 * right[output])
    ends = np.linalg.eigvalsh(_curvature(X))[[0, -1]]
    fastest = "2 / (λ_min + λ_max) is a rate that serves the flattest and the steepest direction alike. Which is the largest at which no direction runs away?"
    yield "2 over the sum of both ends", fastest, lambda: 2 / ends.sum()
    yield "one over the root of the curvature", root, lambda: np.sqrt(right[output] / 2)
    largest = "The largest entry of the curvature is not its steepest direction: directions may lie between the axes."
    yield "the largest entry", largest, lambda: 2 / np.max(_curvature(X))
    yield "the largest entry of the diagonal", largest, lambda: 2 / np.max(np.diag(_curvature(X)))
    whole = "np.linalg.norm of a matrix is the root of all its squared entries, which counts every direction. The steepest alone decides."
    yield "the root of all squares", whole, lambda: 2 / np.sqrt(np.sum(np.square(_curvature(X))))
    centred = "You subtracted the mean from X. The loss uses X as it is."
    yield "a covariance", centred, lambda: 2 / np.linalg.eigvalsh(_curvature(X - X.mean(axis=0)))[-1]
    example = "You took the longest example. All examples add to the curvature together."
    yield "the longest example", example, lambda: 2 / np.max(np.sum(X * X, axis=1))
    yield "the longest example, over n", example, lambda: 2 * len(X) / np.max(np.sum(X * X, axis=1))
    n = len(X) / (len(X) - 1) if len(X) > 1 else 1.0
    yield "a covariance over n - 1", centred, lambda: 2 / n / np.linalg.eigvalsh(_curvature(X - X.mean(axis=0)))[-1]


def _rate_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    rate = run("largest_stable_rate", case.X)
    # np.linalg.eigvals gives complex numbers now and then; one without an imaginary part is a rate.
    if (type(rate) is complex or type(rate) is np.complex128) and rate.imag == 0:
        rate = float(rate.real)
    yield "rate", rate


LARGEST_STABLE_RATE = Exercise(
    name="largest_stable_rate",
    signature="largest_stable_rate(X) -> float",
    outputs=("rate",),
    points=2,
    minutes=27,
    level=3,
    statements=("L15",),
    probes=_rate_probes,
    drive=_rate_drive,
    oracle=_stable_rate,
    guesses=_rate_guesses,
    mistakes=tuple(
        Mistake(name, hint, one_output("rate", wrong))
        for name, hint, wrong in (
            ("forgot the 2", "At your rate a single step along the steepest direction lands exactly on the optimum. How much larger may the rate become before the step lands farther away than it began?",
             lambda c, right: right / 2),
            ("twice too large", "Twice as large as it should be. Is the half in the loss accounted for twice?", lambda c, right: 2 * right),
            ("forgot n", "Your rate shrinks as examples are added. The loss is a mean over them.",
             lambda c, right: right / len(c.X)),
            ("n on the wrong side", "Your rate shrinks with the number of examples. Does n belong in the numerator or in the denominator?",
             lambda c, right: right / len(c.X) ** 2),
            ("features instead of examples", "You divided by the number of features. The mean runs over the examples.",
             lambda c, right: right * c.X.shape[1] / c.X.shape[0]),
            ("flattest direction", "That is the rate for the flattest direction. Which one is the first to run away?", _weakest),
            ("all directions added up", "You added up the curvature of all directions: too careful. Only one direction runs away first.",
             lambda c, right: right * _stretch(c) ** 2 / float(np.sum(np.square(np.asarray(c.X, dtype=float))))),
            ("mean of all entries", "That is 2 over the mean of the λ, which is the mean of all x². One direction runs away first, and its λ decides.",
             lambda c, right: 2 / float(np.mean(np.square(np.asarray(c.X, dtype=float))))),
            ("singular value not squared", "X is in the curvature twice, so its singular value is as well.",
             lambda c, right: right * _stretch(c)),
            ("singular value without n", "X is in the curvature twice, so its singular value is as well; and where is the mean over the examples?",
             lambda c, right: right * _stretch(c) / len(c.X)),
            ("gave the curvature", "That is the curvature of the steepest direction. The larger it is, the smaller the rate must be.",
             lambda c, right: 2 / right),
            ("half the curvature", "Upside down: the steeper the direction, the smaller the rate must be.", lambda c, right: 1 / right),
        )
    ),
)  # fmt: skip
