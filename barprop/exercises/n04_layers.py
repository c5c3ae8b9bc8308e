"""Notebook 04: layers as classes, a network as a list of them, and training on digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import Activation, relu, tanh
from barprop.exercise import Case, Exercise, Mistake, Part, Values
from barprop.exercises.layer_drives import KEPT, cache_mistakes, layer_drive, loss_drive
from barprop.exercises.layer_networks import NETWORK
from barprop.exercises.layer_training import TRAIN_DIGITS
from barprop.exercises.probing import draw, positive, read_only, slope_by_nudging
from barprop.numerical import pull_back
from barprop.steps import half_square, inner, product
from barprop.steps_layers import affine, cross_entropies, mean_half_square

NOTEBOOK = "04_layers/layers"


def _with_cache(case: Case, right: dict[str, Any]) -> Values:
    return right | ({"cache": KEPT} if "other" in case.more else {})


def _only(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """A mistake in one output, given as a value; None where it does not apply."""

    def named(case: Case, right: Values) -> Values | None:
        value = wrong(case, right[output])
        return None if value is None else {output: value}

    return named


# --- Product: e = v h -------------------------------------------------------------------------


def _product_probes(rng: np.random.Generator) -> Iterator[Case]:
    h, e_bar = draw(rng, 4), draw(rng, 4)
    yield Case("four examples", {"h": h, "v": draw(rng), "e_bar": e_bar}, {"other": draw(rng, 4)})
    yield Case("a single number", {"h": draw(rng), "v": draw(rng), "e_bar": draw(rng)})
    yield Case("one example", {"h": draw(rng, 1), "v": draw(rng), "e_bar": draw(rng, 1)})
    whole = read_only(rng.integers(2, 9, 3))
    yield Case("whole numbers", {"h": whole, "v": -3, "e_bar": read_only(rng.integers(2, 9, 3))})
    yield Case("v = 0", {"h": draw(rng, 3), "v": 0.0, "e_bar": draw(rng, 3)})


def _product_right(c: Case) -> Values:
    bars = {
        "e": product(c.v, c.h)[()],
        "v_bar": pull_back(lambda v: product(v, c.h), c.v, c.e_bar),
        "h_bar": pull_back(lambda h: product(c.v, h), c.h, c.e_bar),
    }
    return _with_cache(c, bars)


PRODUCT = Exercise(
    name="Product",
    notebook=NOTEBOOK,
    signature="class Product: forward(self, h, w) -> e, backward(self, e_bar, w) -> (w_bar, h_bar); w = (v,)",
    outputs=("e", "v_bar", "h_bar", "cache"),
    parts=(Part("forward", 1, ("e",)), Part("backward", 2, ("v_bar", "h_bar", "cache"))),
    points=3,
    minutes=10,
    level=2,
    statements=("L16", "L17"),
    probes=_product_probes,
    oracle=_product_right,
    drive=layer_drive("Product", "h", ("v",), "e"),
    mistakes=(
        Mistake("swapped the bars", "v_bar and h_bar have traded places. Whose bar needs whose value?",
                lambda c, right: {"v_bar": right["h_bar"], "h_bar": right["v_bar"]}),
        Mistake("cached the output", "v_bar was made with e. Which of the two, h or e, does v multiply?",
                _only("v_bar", lambda c, right: np.sum(product(c.e_bar, product(c.v, c.h))))),
        Mistake("did not add up the examples", "v_bar came out with one entry an example. There is only one v, and its bar has v's shape.",
                _only("v_bar", lambda c, right: product(c.e_bar, c.h)[()])),
        Mistake("mean instead of sum", "v_bar is too small by the number of examples. A loss may take a mean; this layer did not.",
                _only("v_bar", lambda c, right: right / np.size(c.h))),
        Mistake("added up too early", "Each example brings its own bar and its own h. Pair them before you add anything up.",
                _only("v_bar", lambda c, right: product(np.sum(c.e_bar), np.sum(c.h))[()])),
        Mistake("v_bar without e_bar", "v_bar forgets the bar that comes back from e.",
                _only("v_bar", lambda c, right: np.sum(c.h, dtype=float))),
        Mistake("h_bar without e_bar", "h_bar forgets the bar that comes back from e.",
                _only("h_bar", lambda c, right: np.full(np.shape(c.h), float(c.v))[()])),
        Mistake("passed the bar on", "h_bar is e_bar itself. How is e made from h: is anything multiplied on?",
                _only("h_bar", lambda c, right: np.asarray(c.e_bar, dtype=float)[()])),
        Mistake("added up h_bar", "h_bar mixes the examples. Each h made one e only, its own.",
                _only("h_bar", lambda c, right: np.full(np.shape(c.h), np.sum(right))[()])),
        Mistake("added v", "Does the weight v add to h, or scale it?", _only("e", lambda c, right: np.add(c.v, c.h)[()])),
        Mistake("added up e", "Your forward adds the examples up. Each h makes an e of its own.",
                _only("e", lambda c, right: np.sum(right))),
        *cache_mistakes(),
    ),
)  # fmt: skip


# --- the linear step: Z = X W^T + b -----------------------------------------------------------


def _linear_cases(rng: np.random.Generator, names: tuple[str, str]) -> Iterator[Case]:
    """Shapes of a linear layer: not square, square (where a wrong transposition fits), one row, one feature."""
    inp, bar = names
    kinds = [("4 rows, 3 to 2", 4, 3, 2), ("square", 3, 3, 3), ("1 row, 4 to 3", 1, 4, 3), ("5 rows, 1 to 1", 5, 1, 1)]
    for label, n, d, m in kinds:
        yield Case(label, {inp: draw(rng, n, d), "W": draw(rng, m, d), "b": draw(rng, m), bar: draw(rng, n, m)})
    X = read_only(np.asfortranarray(rng.integers(-5, 6, (3, 2))))
    W, Z_bar = (read_only(np.asfortranarray(u)) for u in (rng.integers(1, 7, (4, 2)), draw(rng, 3, 4)))
    yield Case("whole numbers, Fortran order, read-only", {inp: X, "W": W, "b": np.arange(1, 5), bar: Z_bar})


def _linear_bars(X: Any, W: Any, Z_bar: Any) -> tuple[Any, Any, Any]:
    """The bars of W, b and X by nudging them."""
    X, W, b = np.asarray(X, dtype=float), np.asarray(W, dtype=float), np.zeros(len(W))
    return (
        pull_back(lambda u: affine(X, u, b), W, Z_bar),
        pull_back(lambda u: affine(X, W, u), b, Z_bar),
        pull_back(lambda u: affine(u, W, b), X, Z_bar),
    )


def _linear_mistakes(inp: str, bar: str) -> tuple[Mistake, ...]:
    """Wrong ways back through a linear step, with the names an exercise gives to its input and incoming bar."""
    W_bar, b_bar, in_bar = "W_bar", "b_bar", f"{inp}_bar"

    def fits(value: Callable[[Case], Any]) -> Callable[[Case], Any]:
        """The value, or None where the shapes do not allow the mistake."""

        def tried(c: Case) -> Any:
            try:
                return value(c)
            except ValueError:
                return None

        return tried

    def times(a: Any, b: Any) -> Any:
        """The matrix product; ValueError where the shapes do not fit."""
        if np.shape(a)[1] != np.shape(b)[0]:
            raise ValueError
        return inner(np.asarray(a)[:, None, :], np.asarray(b).T[None, :, :])

    def both(name: str, hint: str, output: str, value: Callable[[Case], Any]) -> Mistake:
        return Mistake(name, hint, _only(output, lambda c, right: fits(value)(c)))

    n = lambda c: len(c.args[inp])  # noqa: E731
    return (
        Mistake("W_bar transposed", "The numbers of W_bar are right, but rows and columns have traded places. Compare with the shape of W.",
                _only(W_bar, lambda c, right: right.T)),
        both("input not transposed", "W_bar pairs the wrong things where the shapes happen to fit. Whose index is the example, and is it the one that is added up?",
             W_bar, lambda c: times(c.args[bar], c.args[inp])),
        both("W transposed", f"{in_bar} used W the wrong way round; only a square W lets that pass. Each row of W made one output.",
             in_bar, lambda c: times(c.args[bar], np.asarray(c.W, dtype=float).T)),
        Mistake("W_bar without the bar", "W_bar forgets the incoming bar: every output gets the same share.",
                _only(W_bar, lambda c, right: np.tile(np.sum(c.args[inp], axis=0, dtype=float), (len(c.W), 1)))),
        Mistake("W_bar averaged", "W_bar is too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {W_bar: right[W_bar] / n(c), b_bar: right[b_bar]}),
        Mistake("b_bar averaged", "b_bar is too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {b_bar: right[b_bar] / n(c), W_bar: right[W_bar]}),
        Mistake("everything averaged", "Two of your bars are too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {W_bar: right[W_bar] / n(c), b_bar: right[b_bar] / n(c)}),
        Mistake("b_bar over the wrong axis", "b_bar adds up along the outputs. There is one b for each output, shared by all examples.",
                _only(b_bar, lambda c, right: np.sum(c.args[bar], axis=1))),
        Mistake("b_bar not added up", "b_bar still has one row an example. b was added to every row; a bar has the shape of its variable.",
                _only(b_bar, lambda c, right: np.array(c.args[bar], dtype=float))),
        Mistake("b_bar a single number", "b_bar came out as one number. There is one b for each output.",
                _only(b_bar, lambda c, right: np.sum(c.args[bar]))),
        Mistake("b_bar of ones", "b_bar counts the examples and forgets the bars they bring.",
                _only(b_bar, lambda c, right: np.full(len(c.W), float(n(c))))),
        Mistake("traded W_bar and b_bar", "W_bar and b_bar have traded places. They come in the order of w.",
                lambda c, right: {W_bar: right[b_bar], b_bar: right[W_bar]}),
        Mistake("traded W_bar and the input's bar", f"W_bar and {in_bar} have traded places.",
                lambda c, right: {W_bar: right[in_bar], in_bar: right[W_bar]}),
        Mistake("flipped the sign", "The size is right, the sign is not. The minus belongs to the descent step, which is not taken here.",
                lambda c, right: {key: -right[key] for key in (W_bar, b_bar, in_bar)}),
    )  # fmt: skip


LINEAR_BACKWARD = Exercise(
    name="linear_backward",
    notebook=NOTEBOOK,
    signature="linear_backward(Z_bar, X, W) -> (W_bar, b_bar, X_bar)",
    outputs=("W_bar", "b_bar", "X_bar"),
    returns="tuple",
    points=3,
    minutes=12,
    level=2,
    statements=("L17",),
    probes=lambda rng: (
        Case(c.label, {key: c.args[key] for key in ("Z_bar", "X", "W")}) for c in _linear_cases(rng, ("X", "Z_bar"))
    ),
    oracle=lambda c: dict(zip(("W_bar", "b_bar", "X_bar"), _linear_bars(c.X, c.W, c.Z_bar), strict=True)),
    mistakes=_linear_mistakes("X", "Z_bar"),
)


def _linear_probes(rng: np.random.Generator) -> Iterator[Case]:
    for number, c in enumerate(_linear_cases(rng, ("h_prev", "h_bar"))):
        yield Case(c.label, c.args, {"other": draw(rng, *c.h_prev.shape)} if number == 0 else {})


def _linear_right(c: Case) -> Values:
    W_bar, b_bar, h_prev_bar = _linear_bars(c.h_prev, c.W, c.h_bar)
    bars = {"h": affine(c.h_prev, c.W, c.b), "W_bar": W_bar, "b_bar": b_bar, "h_prev_bar": h_prev_bar}
    return _with_cache(c, bars)


LINEAR = Exercise(
    name="Linear",
    notebook=NOTEBOOK,
    signature="class Linear: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = (W, b)",
    outputs=("h", "W_bar", "b_bar", "h_prev_bar", "cache"),
    parts=(Part("forward", 1, ("h",)), Part("backward", 2, ("W_bar", "b_bar", "h_prev_bar", "cache"))),
    points=3,
    minutes=7,
    level=1,
    statements=("L16", "L17"),
    needs=("linear_backward",),
    probes=_linear_probes,
    oracle=_linear_right,
    drive=layer_drive("Linear", "h_prev", ("W", "b"), "h"),
    mistakes=(
        Mistake("forgot b", "Your forward leaves out b.",
                _only("h", lambda c, right: affine(c.h_prev, c.W, np.zeros(len(c.W))))),
        Mistake("b taken away", "b is added, not taken away.",
                _only("h", lambda c, right: affine(c.h_prev, c.W, -np.asarray(c.b)))),
        Mistake("forward with W the wrong way", "Your forward used W the wrong way round; only a square W lets that pass. Each row of W makes one output.",
                _only("h", lambda c, right: affine(c.h_prev, np.asarray(c.W).T, c.b) if len(set(np.shape(c.W))) == 1 else None)),
        Mistake("cached the output", "W_bar was made with the layer's output. What does W multiply on the way forward?",
                _only("W_bar", lambda c, right: _linear_bars(affine(c.h_prev, c.W, c.b), np.ones((len(c.W), len(c.W))), c.h_bar)[0])),
        *_linear_mistakes("h_prev", "h_bar"),
        *cache_mistakes(),
    ),
)  # fmt: skip


# --- nonlinear layers -------------------------------------------------------------------------


def _nonlinear_probes(rng: np.random.Generator) -> Iterator[Case]:
    # Both signs in each case, and a row that is negative throughout.
    h_prev = positive(rng, 4, 3) * np.array([[1, -1, 1], [-1, -1, -1], [1, 1, -1], [-1, 1, 1]])
    yield Case("4 rows of 3", {"h_prev": h_prev, "h_bar": draw(rng, 4, 3)}, {"other": -h_prev + 0.1})
    yield Case("1 row", {"h_prev": positive(rng, 1, 4) * np.array([1, -1, -1, 1]), "h_bar": draw(rng, 1, 4)})
    feature = positive(rng, 5, 1) * rng.permutation([[1], [-1], [1], [-1], [-1]])
    yield Case("1 feature", {"h_prev": feature, "h_bar": draw(rng, 5, 1)})
    zeros = np.array([[0.0, -1.2, 0.7], [1.6, 0.0, -0.4]])
    yield Case("with zeros", {"h_prev": zeros, "h_bar": draw(rng, 2, 3)})
    yield Case("all positive", {"h_prev": positive(rng, 2, 3), "h_bar": draw(rng, 2, 3)})
    whole = read_only(np.asfortranarray(np.array([[2, -1], [-3, 1], [0, 4]])))
    yield Case("whole numbers, Fortran order, read-only", {"h_prev": whole, "h_bar": read_only(draw(rng, 3, 2))})
    far = np.array([[-4.5, 4.0], [3.5, -5.0]])
    yield Case("far out", {"h_prev": far, "h_bar": draw(rng, 2, 2)})


def _nonlinear(
    name: str, sigma: Activation, value: Callable[[Any], Any], mistakes: tuple[Mistake, ...], minutes: int
) -> Exercise:
    def right(c: Case) -> Values:
        bars = {"h": value(c.h_prev), "h_prev_bar": slope_by_nudging(sigma, c.h_prev, c.h_bar), "w_bar": "()"}
        return _with_cache(c, bars)

    return Exercise(
        name=name,
        notebook=NOTEBOOK,
        signature=f"class {name}: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = ()",
        outputs=("h", "h_prev_bar", "w_bar", "cache"),
        parts=(Part("forward", 1, ("h",)), Part("backward", 2, ("h_prev_bar", "w_bar", "cache"))),
        points=3,
        minutes=minutes,
        level=1,
        statements=("L16", "L17"),
        probes=_nonlinear_probes,
        oracle=right,
        drive=layer_drive(name, "h_prev", (), "h"),
        mistakes=mistakes + cache_mistakes(),
    )


def _back(wrong: Callable[[Any, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """A wrong bar of the input, from (h_prev, h_bar) as floats."""
    return lambda c, right: {"h_prev_bar": wrong(np.asarray(c.h_prev, dtype=float), np.asarray(c.h_bar, dtype=float))}


def _forth(wrong: Callable[[Any], Any]) -> Callable[[Case, Values], Values | None]:
    return lambda c, right: {"h": wrong(np.asarray(c.h_prev, dtype=float))}


_PASSED_ON = Mistake("passed the bar on", "h_prev_bar is h_bar itself. Which step made h? Its slope is missing.",
                     _back(lambda z, bar: bar))  # fmt: skip

RELU_LAYER = _nonlinear(
    "ReLU", relu, lambda z: (np.asarray(z, dtype=float) + np.abs(z)) / 2, minutes=6,
    mistakes=(
        _PASSED_ON,
        Mistake("gate on the bar", "You let a bar through when the bar is positive. What decided in the forward pass whether anything got through?",
                _back(lambda z, bar: np.where(bar > 0, bar, 0.0))),
        Mistake("gate alone", "That is the gate alone. Where is the bar that comes back from h?",
                _back(lambda z, bar: np.heaviside(z, 0.0))),
        Mistake("one at zero", "At zero the course takes the slope as 0: nothing gets through there.",
                _back(lambda z, bar: np.where(z >= 0, bar, 0.0))),
        Mistake("gate turned round", "The bars come back through the entries that were switched off.",
                _back(lambda z, bar: np.where(z > 0, 0.0, bar))),
        Mistake("gate turned round, open at zero", "The bars come back through the entries that were switched off.",
                _back(lambda z, bar: np.where(z < 0, bar, 0.0))),
        Mistake("multiplied by the output", "You multiplied by h. ReLU passes h on as it is; its slope there is not h.",
                _back(lambda z, bar: product(bar, np.maximum(z, 0.0)))),
        Mistake("multiplied by the input", "You multiplied by what went in. Its size does not matter on the way back, only ...?",
                _back(lambda z, bar: product(bar, z))),
        Mistake("one gate for a whole row", "A whole row opens or shuts at once. Each entry has a gate of its own.",
                _back(lambda z, bar: np.where(z.max(axis=1, keepdims=True) > 0, bar, 0.0))),
        Mistake("absolute value", "Negative entries come out positive. What does ReLU do with them?", _forth(np.abs)),
        Mistake("gave the slope", "Your forward returns 0 or 1. That is the slope; h is what gets through.",
                _forth(lambda z: np.heaviside(z, 0.0))),
        Mistake("kept the negative side", "Your forward keeps the wrong side of zero.", _forth(lambda z: np.minimum(z, 0.0))),
    ),
)  # fmt: skip

TANH_LAYER = _nonlinear(
    "Tanh", tanh, tanh, minutes=5,
    mistakes=(
        _PASSED_ON,
        Mistake("treated the output as input", "You took tanh of what tanh had already made. The output says the slope without another tanh.",
                _back(lambda z, bar: product(bar, tanh.slope(tanh(z))))),
        Mistake("cached the input", "The formula for outputs was fed with the input. Which of the two does your cache hold?",
                _back(lambda z, bar: product(bar, 1 - np.square(z)))),
        Mistake("forgot the square", "Right at 0 and wrong elsewhere: a power is missing.",
                _back(lambda z, bar: product(bar, 1 - tanh(z)))),
        Mistake("slope of the sigmoid", "That is the pattern of the sigmoid, whose outputs lie between 0 and 1.",
                _back(lambda z, bar: product(bar, tanh(z) - np.square(tanh(z))))),
        Mistake("slope alone", "That is the slope alone. Where is the bar that comes back from h?",
                _back(lambda z, bar: tanh.slope(z))),
        Mistake("value instead of slope", "You multiplied by h. Back through a curve goes its slope.",
                _back(lambda z, bar: product(bar, tanh(z)))),
        Mistake("gate of ReLU", "A gate of 0 or 1 is ReLU's. tanh has a slope everywhere.",
                _back(lambda z, bar: np.where(z > 0, bar, 0.0))),
        Mistake("flipped the sign", "The size is right, the sign is not: tanh never falls.",
                lambda c, right: {"h_prev_bar": -right["h_prev_bar"]}),
        Mistake("slope in the forward", "Your forward returns the slope of tanh. Its value goes forward.", _forth(tanh.slope)),
    ),
)  # fmt: skip


# --- losses -----------------------------------------------------------------------------------


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
    return _with_cache(c, bars)


def _both(wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values]:
    return lambda c, right: {key: wrong(c, right[key]) for key in ("e_bar", "y_bar")}


def _width(c: Case) -> int:
    return np.asarray(c.e).size // len(c.e)


SQUARED_ERROR = Exercise(
    name="SquaredError",
    notebook=NOTEBOOK,
    signature="class SquaredError: forward(self, e, y) -> float, backward(self, l_bar=1.0) -> (e_bar, y_bar)",
    outputs=("l", "e_bar", "y_bar", "cache"),
    parts=(Part("forward", 1, ("l",)), Part("backward", 2, ("e_bar", "y_bar", "cache"))),
    points=3,
    minutes=8,
    level=2,
    statements=("L17",),
    probes=_squared_probes,
    oracle=_squared_right,
    drive=loss_drive("SquaredError", ("e", "y"), ("e_bar", "y_bar")),
    mistakes=(
        Mistake("forgot 1/n", "Your bars are too large by the number of rows. The loss is a mean: each row has only a share in it.",
                _both(lambda c, right: right * len(c.e))),
        Mistake("divided by every entry", "You divided by the number of entries. The mean is taken over the rows; within a row it is a sum.",
                _both(lambda c, right: right / _width(c))),
        Mistake("twice too large", "Twice too large. What does the half do when you differentiate the square?",
                _both(lambda c, right: 2 * right)),
        Mistake("half too small", "Half too small: the half is used up once, not twice.", _both(lambda c, right: right / 2)),
        Mistake("forgot l_bar", "Right for l_bar = 1 only. Where does the incoming bar enter?",
                _both(lambda c, right: right / _l_bar(c))),
        Mistake("y_bar is not zero", "y is never updated, but the loss still depends on it: nudge y and l moves.",
                _only("y_bar", lambda c, right: np.zeros(np.shape(c.y)))),
        Mistake("y_bar like e_bar", "e_bar and y_bar came out equal. e and y stand on different sides of a minus.",
                lambda c, right: {"e_bar": right["e_bar"], "y_bar": right["e_bar"]}),
        Mistake("traded the bars", "e_bar and y_bar have traded places, or signs. With e above y, does more e raise the loss?",
                _both(lambda c, right: -right)),
        Mistake("bars of the distance", "Each entry came out as a sign: that belongs to the distance, not to its square.",
                lambda c, right: {"e_bar": np.sign(right["e_bar"]) * abs(_l_bar(c)) / len(c.e)}),
        Mistake("forgot the half", "Your loss is twice too large. Which factor stands in front of the square?",
                _only("l", lambda c, right: 2 * right)),
        Mistake("sum instead of mean", "Your loss grows with the number of rows: a sum, where a mean over the rows is wanted.",
                _only("l", lambda c, right: right * len(c.e))),
        Mistake("mean over every entry", "You took the mean over every entry. Over the rows it is a mean, within a row a sum.",
                _only("l", lambda c, right: right / _width(c))),
        Mistake("a loss for each row", "One loss a row came out. What is wanted is their mean, one number.",
                _only("l", lambda c, right: half_square(c.y, c.e).reshape(len(c.e), -1).sum(axis=1))),
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
    yield Case("logits up to 10,000 either way", {"logits": logits, "labels": labels, "l_bar": 1.5})
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
    return _with_cache(c, {"l": float(np.mean(rows)), "logits_bar": bar})


def _one_hot(c: Case) -> np.ndarray:
    """1 at each row's label, times what a row weighs in the bars."""
    return np.eye(c.logits.shape[1])[c.labels] * _l_bar(c) / len(c.labels)


def _logits_bar(wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    return _only("logits_bar", wrong)


def _down_the_columns(c: Case) -> np.ndarray:
    """The logarithm of a soft-max taken over the examples instead of the classes."""
    logits = np.asarray(c.logits, dtype=float)
    return logits - np.logaddexp.reduce(logits, axis=0)


SOFTMAX_CROSS_ENTROPY = Exercise(
    name="SoftmaxCrossEntropy",
    notebook=NOTEBOOK,
    signature="class SoftmaxCrossEntropy: forward(self, logits, labels) -> float, backward(self, l_bar=1.0) -> logits_bar",
    outputs=("l", "logits_bar", "cache"),
    parts=(Part("forward", 2, ("l",)), Part("backward", 3, ("logits_bar", "cache"))),
    points=5,
    minutes=14,
    level=3,
    statements=("L17",),
    probes=_class_probes,
    oracle=_class_right,
    drive=loss_drive("SoftmaxCrossEntropy", ("logits", "labels"), ("logits_bar",)),
    mistakes=(
        Mistake("forgot 1/n", "Your bars are too large by the number of rows. The loss is a mean: each row has only a share in it.",
                _logits_bar(lambda c, right: right * len(c.labels))),
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
        Mistake("took one away in every row", "Each label took its one away in every row, not only in its own: `p[:, labels]` picks whole columns.",
                _logits_bar(lambda c, right: right + _one_hot(c)
                            - np.isin(np.arange(c.logits.shape[1]), c.labels) * _l_bar(c) / len(c.labels))),
        Mistake("soft-max over the examples", "Your probabilities add up to 1 down the columns. The classes of one example compete, not the examples.",
                lambda c, right: {"l": -np.mean(np.take_along_axis(_down_the_columns(c), c.labels[:, None], axis=1)),
                                  "logits_bar": np.exp(_down_the_columns(c)) * _l_bar(c) / len(c.labels) - _one_hot(c)}),
        Mistake("logits in place of probabilities", "You compared the logits with the labels. What turns them into probabilities?",
                _logits_bar(lambda c, right: np.asarray(c.logits) * _l_bar(c) / len(c.labels) - _one_hot(c))),
        Mistake("clipped the logarithm", "Right for mild logits; an unlikely label is cut off. Take the logarithm before anything has become 0.",
                _only("l", lambda c, right: -np.mean(np.log(np.exp(-cross_entropies(c.logits, c.labels)) + 1e-12)))),
        Mistake("sum instead of mean", "Your loss grows with the number of rows: a sum, where a mean over the rows is wanted.",
                _only("l", lambda c, right: right * len(c.labels))),
        Mistake("forgot the minus", "Your loss is negative: the logarithm of a probability is. A loss should be small when the label was likely.",
                _only("l", lambda c, right: -right)),
        Mistake("mean over every entry", "You took the mean over every entry. Each row has one label and so one loss.",
                _only("l", lambda c, right: right / c.logits.shape[1])),
        Mistake("probability instead of its logarithm", "That is 1 less a probability. Cross entropy takes its logarithm.",
                _only("l", lambda c, right: np.mean(-np.expm1(-cross_entropies(c.logits, c.labels))))),
        Mistake("forgot to normalise", "That is the labelled logit alone. The other classes do not come in yet.",
                _only("l", lambda c, right: -np.mean(np.take_along_axis(np.asarray(c.logits), c.labels[:, None], axis=1)))),
        *cache_mistakes(),
    ),
)  # fmt: skip

EXERCISES = (
    PRODUCT, LINEAR_BACKWARD, LINEAR, RELU_LAYER, TANH_LAYER, SQUARED_ERROR, SOFTMAX_CROSS_ENTROPY, NETWORK, TRAIN_DIGITS,
)  # fmt: skip
