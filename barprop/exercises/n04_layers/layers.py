"""Notebook 04: layers as classes, a network as a list of them, and training on digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import Activation, relu, tanh
from barprop.exercises.layer_drivers import (
    CACHE,
    OVERWRITTEN,
    cache_mistakes,
    layer_drive,
    unless_overwritten,
    with_cache,
)
from barprop.exercises.n04_layers.curve_guesses import curve_guesses
from barprop.exercises.sampling import draw, positive, read_only, slope_by_nudging
from barprop.judging.exercise import Case, Exercise, Mistake, Part, Values, one_output
from barprop.numerics.layer_steps import affine
from barprop.numerics.steps import inner, product
from barprop.numerics.vjp import pull_back

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
    return with_cache(c, bars)


PRODUCT = Exercise(
    name="Product",
    signature="class Product: forward(self, h, w) -> e, backward(self, e_bar, w) -> (w_bar, h_bar); w = (v,)",
    is_chain=True,
    observations={"cache": CACHE},
    outputs=("e", "v_bar", "h_bar", "cache"),
    only_with_others=("cache",),
    parts=(Part("forward", 1, ("e",)), Part("backward", 2, ("v_bar", "h_bar", "cache"))),
    points=3,
    minutes=12,
    level=2,
    statements=("L16", "L17"),
    probes=_product_probes,
    oracle=_product_right,
    drive=layer_drive("Product", "h", ("v",), "e"),
    mistakes=(
        Mistake("swapped the bars", "v_bar and h_bar have been exchanged. Whose bar needs whose value?",
                lambda c, right: {"v_bar": right["h_bar"], "h_bar": right["v_bar"]}),
        Mistake("cached the output", "v_bar was made with e. Which of the two, h or e, does v multiply?",
                one_output("v_bar", lambda c, right: np.sum(product(c.e_bar, product(c.v, c.h))))),
        Mistake("did not add up the examples", "You returned v_bar with one entry per example. There is only one v, and its bar has v's shape.",
                one_output("v_bar", lambda c, right: product(c.e_bar, c.h)[()])),
        Mistake("mean instead of sum", "v_bar is too small by the number of examples. A loss may take a mean; this layer did not.",
                one_output("v_bar", lambda c, right: right / np.size(c.h))),
        Mistake("added up too early", "Each example brings its own bar and its own h. Pair them before you add anything up.",
                one_output("v_bar", lambda c, right: product(np.sum(c.e_bar), np.sum(c.h))[()])),
        Mistake("v_bar without e_bar", "v_bar forgets the bar that comes back from e.",
                one_output("v_bar", lambda c, right: np.sum(c.h, dtype=float))),
        Mistake("h_bar without e_bar", "h_bar forgets the bar that comes back from e.",
                one_output("h_bar", lambda c, right: np.full(np.shape(c.h), float(c.v))[()])),
        Mistake("passed the bar on", "h_bar is e_bar itself. How is e made from h: is it multiplied by anything?",
                one_output("h_bar", lambda c, right: np.asarray(c.e_bar, dtype=float)[()])),
        Mistake("added up h_bar", "h_bar mixes the examples. Each h made one e only, its own.",
                one_output("h_bar", lambda c, right: np.full(np.shape(c.h), np.sum(right))[()])),
        Mistake("added v", "Does the weight v add to h, or scale it?", one_output("e", lambda c, right: np.add(c.v, c.h)[()])),
        Mistake("added up e", "Your forward adds the examples up. Each h makes an e of its own.",
                one_output("e", lambda c, right: np.sum(right))),
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
    """Return the bars of W, b and X by nudging them."""
    X, W, b = np.asarray(X, dtype=float), np.asarray(W, dtype=float), np.zeros(len(W))
    return (
        pull_back(lambda u: affine(X, u, b), W, Z_bar),
        pull_back(lambda u: affine(X, W, u), b, Z_bar),
        pull_back(lambda u: affine(u, W, b), X, Z_bar),
    )


def _if_it_fits(value: Callable[[Case], Any]) -> Callable[[Case], Any]:
    """Return the value, or None if the shapes do not allow the mistake."""

    def tried(c: Case) -> Any:
        try:
            return value(c)
        except ValueError:
            return None

    return tried


def _times(a: Any, b: Any) -> Any:
    """Return the matrix product; raise ValueError if the shapes do not fit."""
    if np.shape(a)[1] != np.shape(b)[0]:
        raise ValueError
    return inner(np.asarray(a)[:, None, :], np.asarray(b).T[None, :, :])


def _one_example(c: Case, number: int, inp: str, bar: str) -> np.ndarray:
    """Return what one example alone sends back to W."""
    return product(np.asarray(c.args[bar], dtype=float)[number][:, None], c.args[inp][number])


def _linear_mistakes(inp: str, bar: str) -> tuple[Mistake, ...]:
    """Wrong ways back through a linear step, with the names an exercise gives to its input and incoming bar."""
    W_bar, b_bar, in_bar = "W_bar", "b_bar", f"{inp}_bar"

    def both(name: str, hint: str, output: str, value: Callable[[Case], Any]) -> Mistake:
        return Mistake(name, hint, one_output(output, lambda c, right: _if_it_fits(value)(c)))

    n = lambda c: len(c.args[inp])  # noqa: E731
    return (
        Mistake("W_bar transposed", "The numbers of W_bar are right, but rows and columns have been exchanged. Compare with the shape of W.",
                one_output(W_bar, lambda c, right: right.T)),
        both("input not transposed", "The shapes happen to fit, but the matrix product sums over the wrong index. It should sum over the examples.",
             W_bar, lambda c: _times(c.args[bar], c.args[inp])),
        both("W transposed", f"{in_bar} used W the wrong way round; only a square W lets that pass. Each row of W made one output.",
             in_bar, lambda c: _times(c.args[bar], np.asarray(c.W, dtype=float).T)),
        Mistake("W_bar without the bar", "W_bar forgets the incoming bar: every output counts the same.",
                one_output(W_bar, lambda c, right: np.tile(np.sum(c.args[inp], axis=0, dtype=float), (len(c.W), 1)))),
        Mistake("one example only", "W_bar and b_bar hold what the last example sends back, and nothing of the others. Do they start anew for each example, or is = written for +=?",
                lambda c, right: {W_bar: _one_example(c, -1, inp, bar), b_bar: np.array(c.args[bar], dtype=float)[-1]}),
        Mistake("added up before multiplying", "The bars and the inputs are added up over the examples before they meet. Each example brings its own bar and its own input: multiply first, then add up.",
                one_output(W_bar, lambda c, right: product(np.sum(c.args[bar], axis=0, dtype=float)[:, None], np.sum(c.args[inp], axis=0)))),
        Mistake("the first example twice", "The first example is counted twice. Does the sum start with it, and the loop as well?",
                lambda c, right: {W_bar: right[W_bar] + _one_example(c, 0, inp, bar), b_bar: right[b_bar] + np.asarray(c.args[bar])[0]}),
        Mistake("W_bar averaged", "W_bar is too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {W_bar: right[W_bar] / n(c), b_bar: right[b_bar]}),
        Mistake("b_bar averaged", "b_bar is too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {b_bar: right[b_bar] / n(c), W_bar: right[W_bar]}),
        Mistake("everything averaged", "W_bar and b_bar are too small by the number of examples. A loss may take a mean; this step did not.",
                lambda c, right: {W_bar: right[W_bar] / n(c), b_bar: right[b_bar] / n(c)}),
        Mistake("b_bar over the wrong axis", "b_bar adds up along the outputs. There is one b for each output, shared by all examples.",
                one_output(b_bar, lambda c, right: np.sum(c.args[bar], axis=1))),
        Mistake("b_bar not added up", "b_bar still has one row per example. b was added to every row; a bar has the shape of its variable.",
                one_output(b_bar, lambda c, right: np.array(c.args[bar], dtype=float))),
        Mistake("b_bar a single number", "b_bar is one number. There is one b for each output.",
                one_output(b_bar, lambda c, right: np.sum(c.args[bar]))),
        Mistake("b_bar of ones", "b_bar counts the examples and forgets the bars they bring.",
                one_output(b_bar, lambda c, right: np.full(len(c.W), float(n(c))))),
        Mistake("traded W_bar and b_bar", "W_bar and b_bar have been exchanged. They come in the order of w.",
                lambda c, right: {W_bar: right[b_bar], b_bar: right[W_bar]}),
        Mistake("traded W_bar and the input's bar", f"W_bar and {in_bar} have been exchanged.",
                lambda c, right: {W_bar: right[in_bar], in_bar: right[W_bar]}),
        Mistake("flipped the sign", "The size is right, the sign is not. The minus belongs to the descent step, which is not taken here.",
                lambda c, right: {key: -right[key] for key in (W_bar, b_bar, in_bar)}),
    )  # fmt: skip


LINEAR_BACKWARD = Exercise(
    name="linear_backward",
    signature="linear_backward(Z_bar, X, W) -> (W_bar, b_bar, X_bar)",
    outputs=("W_bar", "b_bar", "X_bar"),
    returns="tuple",
    points=3,
    minutes=20,
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
    return with_cache(c, bars)


LINEAR = Exercise(
    name="Linear",
    signature="class Linear: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = (W, b)",
    is_chain=True,
    observations={"cache": CACHE},
    outputs=("h", "W_bar", "b_bar", "h_prev_bar", "cache"),
    only_with_others=("cache",),
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
                one_output("h", lambda c, right: affine(c.h_prev, c.W, np.zeros(len(c.W))))),
        Mistake("b taken away", "b is added, not taken away.",
                one_output("h", lambda c, right: affine(c.h_prev, c.W, -np.asarray(c.b)))),
        Mistake("forward with W the wrong way", "Your forward used W the wrong way round; only a square W lets that pass. Each row of W makes one output.",
                one_output("h", lambda c, right: affine(c.h_prev, np.asarray(c.W).T, c.b) if len(set(np.shape(c.W))) == 1 else None)),
        Mistake("cached the output", "W_bar was made with the layer's output. What does W multiply on the way forward?",
                one_output("W_bar", lambda c, right: _linear_bars(affine(c.h_prev, c.W, c.b), np.ones((len(c.W), len(c.W))), c.h_bar)[0])),
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
    whole = read_only(np.asfortranarray(np.array([[2, -1], [-3, 1], [-5, 4]])))
    yield Case("whole numbers, Fortran order, read-only", {"h_prev": whole, "h_bar": read_only(draw(rng, 3, 2))})
    far = np.array([[-4.5, 4.0], [3.5, -5.0]])
    yield Case("far out", {"h_prev": far, "h_bar": draw(rng, 2, 2)})
    beyond = np.array([[400.0, -400.0], [800.0, -800.0]])  # where an exponential of it, or of twice it, overflows
    yield Case("very far out", {"h_prev": beyond, "h_bar": draw(rng, 2, 2)})


def _tanh_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield from _nonlinear_probes(rng)
    args = {"h_prev": draw(rng, 3, 2), "h_bar": draw(rng, 3, 2)}
    yield Case(OVERWRITTEN, args, {"overwritten": True})


def _kept_input(c: Case, right: Values) -> Values:
    """Backward reads the input's array, which holds -1 by then."""
    if "overwritten" not in c.context:
        return {"h_prev_bar": right["h_prev_bar"]}
    return {"h_prev_bar": product(c.h_bar, tanh.slope(np.full(np.shape(c.h_bar), -1.0)))}


def _nonlinear(
    name: str,
    sigma: Activation,
    value: Callable[[Any], Any],
    mistakes: tuple[Mistake, ...],
    minutes: int,
    probes: Callable[[np.random.Generator], Iterator[Case]],
    not_input: str = "",
    corners: tuple[str, ...] = (),
) -> Exercise:
    def right(c: Case) -> Values:
        bars = {"h": value(c.h_prev), "h_prev_bar": slope_by_nudging(sigma, c.h_prev, c.h_bar), "w_bar": "()"}
        return with_cache(c, bars)

    return Exercise(
        name=name,
        signature=f"class {name}: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = ()",
        is_chain=True,
        observations={"cache": CACHE},
        outputs=("h", "h_prev_bar", "w_bar", "cache"),
        only_with_others=("w_bar", "cache"),
        corners=("with zeros", "very far out", *corners),
        parts=(Part("forward", 1, ("h",)), Part("backward", 2, ("h_prev_bar", "w_bar", "cache"))),
        points=3,
        minutes=minutes,
        level=1,
        statements=("L16", "L17"),
        probes=probes,
        oracle=right,
        drive=unless_overwritten(name, "h_prev", "h", layer_drive(name, "h_prev", (), "h", not_input=not_input)),
        guesses=curve_guesses,
        mistakes=mistakes + cache_mistakes(),
    )


def _back(wrong: Callable[[Any, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """Describe a wrong bar of the input, from (h_prev, h_bar) as floats."""
    return lambda c, right: {"h_prev_bar": wrong(np.asarray(c.h_prev, dtype=float), np.asarray(c.h_bar, dtype=float))}


def _forth(wrong: Callable[[Any], Any]) -> Callable[[Case, Values], Values | None]:
    return lambda c, right: {"h": wrong(np.asarray(c.h_prev, dtype=float))}


_PASSED_ON = Mistake("passed the bar on", "h_prev_bar is h_bar itself. Which step made h? Its slope is missing.",
                     _back(lambda z, bar: bar))  # fmt: skip

RELU_LAYER = _nonlinear(
    "ReLU", relu, lambda z: (np.asarray(z, dtype=float) + np.abs(z)) / 2, minutes=6, probes=_nonlinear_probes,
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
        Mistake("multiplied by the input", "You multiplied by what went in. On the way back its size does not matter. What about it does?",
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
    "Tanh", tanh, tanh, minutes=5, probes=_tanh_probes, corners=(OVERWRITTEN,),
    not_input="Tanh keeps its input for backward. Its output is enough: the slope can be made from it, without another tanh.",
    mistakes=(
        _PASSED_ON,
        Mistake("keeps the input", "Right until somebody uses the input's array for something else. The output is enough.",
                _kept_input),
        Mistake("treated the output as input", "You took tanh of what tanh had already made. The output gives the slope without another tanh.",
                _back(lambda z, bar: product(bar, tanh.slope(tanh(z))))),
        Mistake("cached the input", "The formula for outputs was fed with the input. Which of the two does your cache hold?",
                _back(lambda z, bar: product(bar, 1 - np.square(z)))),
        Mistake("forgot the square", "Right at 0 and wrong elsewhere: a power is missing.",
                _back(lambda z, bar: product(bar, 1 - tanh(z)))),
        Mistake("slope of the sigmoid", "That is the pattern of the sigmoid, whose outputs lie between 0 and 1.",
                _back(lambda z, bar: product(bar, tanh(z) - np.square(tanh(z))))),
        Mistake("slope alone", "That is the slope alone. Where is the bar that comes back from h?",
                _back(lambda z, bar: tanh.slope(z))),
        Mistake("value instead of slope", "You multiplied by h. On the way back the bar is multiplied by the curve's slope.",
                _back(lambda z, bar: product(bar, tanh(z)))),
        Mistake("gate of ReLU", "A gate of 0 or 1 is ReLU's. tanh has a slope everywhere.",
                _back(lambda z, bar: np.where(z > 0, bar, 0.0))),
        Mistake("flipped the sign", "The size is right, the sign is not: tanh never falls.",
                lambda c, right: {"h_prev_bar": -right["h_prev_bar"]}),
        Mistake("slope in the forward", "Your forward returns the slope of tanh. Its value goes forward.", _forth(tanh.slope)),
    ),
)  # fmt: skip
