"""Notebook 01: the forward graph of one neuron, and what it caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import ACTIVATIONS, relu, sigmoid, softplus, tanh
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Exercise, Mistake, Values
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back

# --- linear -----------------------------------------------------------------------------------


def _linear_probes(rng: np.random.Generator) -> Iterator[Case]:
    for d in (3, 5, 1):
        yield Case(f"d = {d}", {"w": draw(rng, d), "x": draw(rng, d)})
    yield Case("read-only w and x", {"w": read_only(draw(rng, 4)), "x": read_only(draw(rng, 4))})
    yield Case("whole numbers", {"w": rng.integers(2, 9, 3), "x": -rng.integers(2, 9, 3)})


LINEAR = Exercise(
    name="linear",
    signature="linear(w, x) -> float",
    outputs=("z",),
    points=1,
    minutes=4,
    level=1,
    statements=("L1", "L2"),
    probes=_linear_probes,
    oracle=lambda c: {"z": inner(c.w, c.x)},
    mistakes=(
        Mistake(
            "multiplied without adding up",
            "You multiplied entry by entry. This is only the first part of w.x: how many numbers should one neuron pass on?",
            lambda c, right: {"z": product(c.w, c.x)},
        ),
        Mistake(
            "added before multiplying",
            "You added each vector up first. Which numbers meet in a product before anything is added?",
            lambda c, right: {"z": np.sum(c.w) * np.sum(c.x)},
        ),
        Mistake(
            "mean instead of sum",
            "Your z shrinks as the vectors grow longer. Is there an average in w.x?",
            lambda c, right: {"z": right["z"] / len(c.x)},
        ),
        Mistake(
            "left out the last entry",
            "One pair of entries never meets. Where does your loop or slice end?",
            lambda c, right: {"z": inner(c.w[:-1], c.x[:-1])},
        ),
        Mistake(
            "left out the first entry",
            "One pair of entries never meets. Where does your loop or slice begin?",
            lambda c, right: {"z": inner(c.w[1:], c.x[1:])},
        ),
        Mistake(
            "counted the first entry twice",
            "The first pair of entries is in the sum twice. Does the sum start with it, and the loop as well?",
            lambda c, right: {"z": right["z"] + product(c.w[0], c.x[0])},
        ),
    ),
)


# --- relu -------------------------------------------------------------------------------------


def _relu_probes(rng: np.random.Generator) -> Iterator[Case]:
    # A negative number first: whoever takes the kind of number from the first result, a whole 0, cuts the others.
    yield Case("an array", {"z": np.concatenate([[-1.5], draw(rng, 5), [0.0, 2.5]])})
    yield Case("an array, all positive", {"z": positive(rng, 3)})  # may not be handed back as it is
    yield Case("an array of one number", {"z": positive(rng, 1)})
    yield Case("a positive number", {"z": positive(rng)})
    yield Case("a negative number", {"z": -positive(rng)})
    yield Case("zero", {"z": 0.0})
    yield Case("a matrix, read-only", {"z": read_only(np.asfortranarray(draw(rng, 3, 4)))})
    yield Case("three axes", {"z": draw(rng, 2, 1, 3)})
    yield Case("whole numbers", {"z": np.array([-3, 0, 2, 7])})
    yield Case("large numbers", {"z": np.array([-1e6, 1e6, -5.0, 5.0])})


RELU = Exercise(
    name="relu",
    signature="relu(z) -> same shape as z",
    outputs=("h",),
    points=1,
    minutes=4,
    level=1,
    statements=("L1",),
    probes=_relu_probes,
    oracle=lambda c: {"h": (np.asarray(c.z, dtype=float) + np.abs(c.z)) / 2},
    mistakes=(
        Mistake(
            "absolute value",
            "Negative z comes out positive. ReLU does not flip what is negative; what does it do with it?",
            lambda c, right: {"h": np.abs(c.z)},
        ),
        Mistake(
            "kept the negative side",
            "You kept the wrong side of zero.",
            lambda c, right: {"h": np.asarray(c.z, dtype=float) - right["h"]},
        ),
        Mistake(
            "gave the slope",
            "You return 0 or 1: whether z got through. That will be the slope of ReLU; here z itself gets through.",
            lambda c, right: {"h": np.heaviside(np.asarray(c.z, dtype=float), 0.0)},
        ),
        Mistake(
            "gave the slope, 1 at 0",
            "You return 0 or 1: whether z got through. That will be the slope of ReLU; here z itself gets through.",
            lambda c, right: {"h": np.heaviside(np.asarray(c.z, dtype=float), 1.0)},
        ),
        Mistake(
            "leaky",
            "A hundredth of negative z comes through. That is a leaky ReLU; this one is tight.",
            lambda c, right: {"h": right["h"] + 0.01 * np.minimum(c.z, 0.0)},
        ),
        Mistake(
            "cut to whole numbers",
            "The digits after the decimal point are lost: the result array holds whole numbers. What type is your 0?",
            lambda c, right: {"h": np.trunc(right["h"])},
        ),
        Mistake("passed z through", "Nothing happens to negative z yet.", lambda c, right: {"h": np.asarray(c.z)}),
        Mistake(
            "the largest along an axis",
            "np.max(z, 0) looks for the largest entry along axis 0. np.maximum compares entry by entry.",
            lambda c, right: {"h": np.max(c.z, axis=0)} if np.ndim(c.z) else None,
        ),
        Mistake(
            "one maximum for all",
            "The result for an array is one number. You need the larger of two numbers for each entry separately.",
            lambda c, right: {"h": np.max(right["h"])} if np.ndim(c.z) else None,
        ),
    ),
)


# --- forward ----------------------------------------------------------------------------------


def _forward_probes(rng: np.random.Generator) -> Iterator[Case]:
    kinds = [(tanh, 3), (softplus, 4), (sigmoid, 2), (relu, 3), (tanh, 1)]
    for number, (sigma, d) in enumerate(kinds):
        x, w, v = draw(rng, d), draw(rng, d), draw(rng)
        z = float(inner(w, x))
        if (sigma is relu and z < 0) or (number == 0 and z > 0):  # a tanh with h below 0 is always there
            w, z = -w, -z
        side = 1 if number % 2 else -1
        y = float(v * sigma(z) + side * positive(rng))
        label = f"{sigma}, d = {d}, y {'above' if side > 0 else 'below'} e"
        yield Case(label, {"x": x, "y": y, "w": w, "v": v, "sigma": sigma})
    whole = {"x": draw(rng, 3), "y": 3, "w": rng.permutation([1, -2, 2]), "v": 2, "sigma": softplus}
    yield Case("whole numbers for y, w and v", whole)
    x = positive(rng, 3)
    yield Case(
        "relu switched off", {"x": read_only(x), "y": draw(rng), "w": -positive(rng, 3), "v": 1.3, "sigma": relu}
    )


def forward_values(x: Any, y: float, w: Any, v: float, sigma: Any) -> dict[str, float]:
    """Return z, h, e and l of the one-neuron graph, from the steps."""
    z = inner(w, x)
    h = sigma(z)
    e = product(v, h)
    return {"z": float(z), "h": float(h), "e": float(e), "l": float(half_square(y, e))}


def _from_h(c: Case, h: Any) -> Values:
    """Return a wrong h and what e and l inherit from it."""
    e = product(c.v, h)
    return {"h": float(h), "e": float(e), "l": float(half_square(c.y, e))}


FORWARD = Exercise(
    name="forward",
    signature='forward(x, y, w, v, sigma) -> {"z", "h", "e", "l"}',
    is_chain=True,
    outputs=("z", "h", "e", "l"),
    returns="dict",
    points=3,
    minutes=8,
    level=1,
    statements=("L1", "L2"),
    probes=_forward_probes,
    oracle=lambda c: forward_values(**c.args),
    mistakes=(
        Mistake(
            "forgot the half",
            "Your loss is twice as large as it should be. Which factor stands in front of the square?",
            lambda c, right: {"l": 2 * right["l"]},
        ),
        Mistake(
            "sigma of each product",
            "You bend each product w_i x_i and then add up. First the products are added to z; sigma bends z, once.",
            lambda c, right: _from_h(c, np.sum(c.sigma(product(c.w, c.x)))),
        ),
        Mistake(
            "sigma of each input",
            "You bend each input x_i before it is multiplied. First w and x give z; sigma bends z, once.",
            lambda c, right: _from_h(c, inner(c.w, c.sigma(np.asarray(c.x, dtype=float)))),
        ),
        Mistake(
            "swapped the names of z and h",
            "z and h have traded places in your dictionary.",
            lambda c, right: {"z": right["h"], "h": right["z"]},
        ),
        Mistake(
            "half inside the square",
            "Only a quarter of the square remains: the half belongs in front of the square, not inside it.",
            lambda c, right: {"l": right["l"] / 2},
        ),
        Mistake("no nonlinearity in h", "h is still z. What does sigma do here?", lambda c, right: {"h": right["z"]}),
        Mistake(
            "skipped the nonlinearity",
            "Your e goes straight from z to the output. Which node of the graph lies between them?",
            lambda c, right: {"e": product(c.v, right["z"])},
        ),
        Mistake(
            "slope instead of value",
            "h holds the slope of sigma, not its value. The slope comes in notebook 02.",
            lambda c, right: {"h": c.sigma.slope(right["z"])},
        ),
        Mistake("added v", "Does the output weight v add to h or scale it?", lambda c, right: {"e": c.v + right["h"]}),
        Mistake(
            "left out v",
            "Your e is h itself. Which weight stands between h and the estimate?",
            lambda c, right: {"e": right["h"], "l": half_square(c.y, right["h"])},
        ),
        Mistake(
            "tanh for every sigma",
            "Right for tanh only: sigma is an argument, and another neuron brings another one.",
            lambda c, right: {"h": np.tanh(right["z"]), "e": product(c.v, np.tanh(right["z"]))},
        ),
        Mistake(
            "compared y with h",
            "Your loss compares y with the hidden h. Which node is the network's answer?",
            lambda c, right: {"l": half_square(c.y, right["h"])},
        ),
        Mistake(
            "did not square",
            "Your loss is negative when the error is. Which power makes it positive for errors of both signs?",
            lambda c, right: {"l": (c.y - right["e"]) / 2},
        ),
        Mistake(
            "half the distance",
            "Your loss is half the distance. A power is missing.",
            lambda c, right: {"l": abs(c.y - right["e"]) / 2},
        ),
    ),
)


# --- dl_dv_cached -----------------------------------------------------------------------------


def _cached_probes(rng: np.random.Generator) -> Iterator[Case]:
    for case in _forward_probes(rng):
        cache = forward_values(**case.args)
        if cache["h"]:
            yield Case(case.label, {"cache": cache, "y": case.y})
    zero = {"z": -0.7, "h": 0.0, "e": 0.0, "l": 0.5 * 1.4**2}
    yield Case("h = 0", {"cache": zero, "y": 1.4})
    yield Case("y = e", {"cache": {"z": 0.4, "h": 0.6, "e": 1.2, "l": 0.0}, "y": 1.2})


def _cached_guesses(c: Case, right: Values, output: str) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Yield the family of an h that is computed again, with one curve for every neuron."""
    for curve in ACTIVATIONS.values():
        hint = f"Your h is {curve} of z, which is right for some neurons only. Which number in the cache is sigma(z)?"
        yield f"always {curve}", hint, lambda curve=curve: product(c.cache["e"] - c.y, curve(c.cache["z"]))  # type: ignore[misc]


DL_DV_CACHED = Exercise(
    name="dl_dv_cached",
    signature="dl_dv_cached(cache, y) -> float",
    outputs=("dl_dv",),
    points=2,
    minutes=5,
    level=1,
    statements=("L3",),
    probes=_cached_probes,
    guesses=_cached_guesses,
    oracle=lambda c: {
        "dl_dv": pull_back(lambda dv: half_square(c.y, c.cache["e"] + product(dv, c.cache["h"])), 0.0, 1.0)
    },
    mistakes=(
        Mistake(
            "flipped the sign",
            "The size is right, the sign is not. Suppose that e lies above y: does a larger e make the loss grow or shrink?",
            lambda c, right: {"dl_dv": -right["dl_dv"]},
        ),
        Mistake(
            "stopped at e",
            "That is how the loss depends on e. One link of the chain leads on from e to v: what does v multiply?",
            lambda c, right: {"dl_dv": c.cache["e"] - c.y},
        ),
        Mistake(
            "used z for h",
            "You took z from the cache. What exactly does v multiply?",
            lambda c, right: {"dl_dv": product(c.cache["e"] - c.y, c.cache["z"])},
        ),
        Mistake(
            "used e for h",
            "You took e twice. What exactly does v multiply?",
            lambda c, right: {"dl_dv": product(c.cache["e"] - c.y, c.cache["e"])},
        ),
        Mistake(
            "took the root of the loss",
            "You took y - e back from the loss with a root. A root is never negative: what if e lies above y? The cache holds e.",
            lambda c, right: {"dl_dv": -product(np.sqrt(2 * c.cache["l"]), c.cache["h"])},
        ),
        Mistake(
            "used the loss itself",
            "You multiplied by the loss. You need the slope of the loss, not its height.",
            lambda c, right: {"dl_dv": product(c.cache["l"], c.cache["h"])},
        ),
        Mistake(
            "the loss for the error",
            "You took l, the loss itself. What stands in the bracket that l squares?",
            lambda c, right: {"dl_dv": -product(c.cache["l"], c.cache["h"])},
        ),
        Mistake(
            "twice too large",
            "Twice as large as it should be: the half in l is there to cancel something.",
            lambda c, right: {"dl_dv": 2 * right["dl_dv"]},
        ),
        Mistake(
            "half too small",
            "Half of what it should be: the half in l cancels with the 2 from the square, and you applied it again.",
            lambda c, right: {"dl_dv": right["dl_dv"] / 2},
        ),
    ),
)
