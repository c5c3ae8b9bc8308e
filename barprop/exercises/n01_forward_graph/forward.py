"""Notebook 01: the forward graph of one neuron, what it caches, and slopes by nudging."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from barprop.activations import relu, sigmoid, softplus, tanh
from barprop.answers.calls import AnswerError, Run
from barprop.answers.untrusted import one_line
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Exercise, Mistake
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back

DL_DV = "-(y - v s(w.x)) s(w.x)"
DL_DW = "-(y - v s(w.x)) v s'(w.x) x"


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
            "w times x, entry by entry, is only half of w.x. How many numbers should one neuron hand on?",
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
            "What stands behind the point is gone: the result was made for whole numbers. What kind of number is your 0?",
            lambda c, right: {"h": np.trunc(right["h"])},
        ),
        Mistake("passed z through", "Nothing happens to negative z yet.", lambda c, right: {"h": np.asarray(c.z)}),
        Mistake(
            "one maximum for all",
            "An array came back as one number. The larger of two things is wanted for each entry by itself.",
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
    """z, h, e, l of the one-neuron graph, from the steps."""
    z = inner(w, x)
    h = sigma(z)
    e = product(v, h)
    return {"z": float(z), "h": float(h), "e": float(e), "l": float(half_square(y, e))}


FORWARD = Exercise(
    name="forward",
    signature='forward(x, y, w, v, sigma) -> {"z", "h", "e", "l"}',
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
            "Your loss is twice too large. Which factor stands in front of the square?",
            lambda c, right: {"l": 2 * right["l"]},
        ),
        Mistake(
            "swapped the names of z and h",
            "z and h have traded places in your dictionary.",
            lambda c, right: {"z": right["h"], "h": right["z"]},
        ),
        Mistake(
            "half inside the square",
            "A quarter is left of the square: the half stands in front of it, not inside.",
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
            "h holds the slope of sigma, not its value. The slope has its day in notebook 02.",
            lambda c, right: {"h": c.sigma.slope(right["z"])},
        ),
        Mistake("added v", "Does the output weight v add to h or scale it?", lambda c, right: {"e": c.v + right["h"]}),
        Mistake(
            "left out v",
            "Your e is h itself. Which weight stands between h and the prediction?",
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
            "Your loss changes sign with the error. Which power makes both signs a loss?",
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


DL_DV_CACHED = Exercise(
    name="dl_dv_cached",
    signature="dl_dv_cached(cache, y) -> float",
    outputs=("dl_dv",),
    points=2,
    minutes=7,
    level=2,
    statements=("L3",),
    probes=_cached_probes,
    oracle=lambda c: {
        "dl_dv": pull_back(lambda dv: half_square(c.y, c.cache["e"] + product(dv, c.cache["h"])), 0.0, 1.0)
    },
    mistakes=(
        Mistake(
            "flipped the sign",
            "The size is right, the sign is not. When e lies below y, does more e make the loss grow or shrink?",
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
            "used the loss itself",
            "You multiplied by the loss. What is wanted is the slope of the loss, not its height.",
            lambda c, right: {"dl_dv": product(c.cache["l"], c.cache["h"])},
        ),
        Mistake(
            "twice too large",
            "Twice too large: the half in l is there to cancel something.",
            lambda c, right: {"dl_dv": 2 * right["dl_dv"]},
        ),
        Mistake(
            "half too small",
            "Half of what it should be: the half in l is used up when the square is differentiated.",
            lambda c, right: {"dl_dv": right["dl_dv"] / 2},
        ),
    ),
)


# --- repeats ----------------------------------------------------------------------------------


def _repeats_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    value = run.answers["repeats"]
    if type(value) is not dict:
        raise AnswerError('repeats should be a dictionary with the keys "dl_dv" and "dl_dw".')
    entries = {key: count for key, count in value.items() if type(key) is str}
    extra = [one_line(key, 40) for key in entries if key not in ("dl_dv", "dl_dw")]
    if extra:
        run.remark(f"repeats holds keys nobody asked for ({', '.join(extra[:4])}).")
    for name in ("dl_dv", "dl_dw"):
        if entries.get(name) is None or entries[name] is Ellipsis:
            raise AnswerError(f'repeats["{name}"] is not filled in yet: write a whole number.')
        yield name, entries[name]


REPEATS = Exercise(
    name="repeats",
    signature='repeats = {"dl_dv": int, "dl_dw": int}',
    outputs=("dl_dv", "dl_dw"),
    points=2,
    minutes=4,
    level=1,
    statements=("L3", "L4"),
    probes=lambda rng: [Case("your two counts", {})],
    oracle=lambda c: {"dl_dv": DL_DV.count("w.x"), "dl_dw": DL_DW.count("w.x")},
    drive=_repeats_drive,
    mistakes=(
        Mistake(
            "left out the error",
            "The bracket with y in it holds a prediction, and the prediction was made from something.",
            lambda c, right: {"dl_dv": right["dl_dv"], "dl_dw": 1},
        ),
        Mistake(
            "counted different things",
            "One is the number of different things. How often is it written down?",
            lambda c, right: {"dl_dv": 1, "dl_dw": 1},
        ),
        Mistake(
            "counted the brackets twice",
            "Too many. Point at each w.x with a finger: s'(w.x) holds one, the x at the very end holds none.",
            lambda c, right: {"dl_dw": 3},
        ),
        Mistake(
            "counted both formulas together",
            "Count in each formula by itself.",
            lambda c, right: {"dl_dv": 4, "dl_dw": 4},
        ),
    ),
)


# --- numerical_gradient -----------------------------------------------------------------------


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


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    quotient=True,
    signature="numerical_gradient(f, u, step=1e-6) -> like u",
    outputs=("gradient",),
    points=3,
    minutes=12,
    level=2,
    statements=("L4",),
    probes=_gradient_probes,
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
            "flipped the sign",
            "Sign flipped: which of the two values of f belongs to the larger u?",
            lambda c, right: {"gradient": -right["gradient"]},
        ),
        Mistake(
            "nudged all entries at once",
            "Every entry comes out the same. Nudge one entry and leave the others where they are.",
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
            "What stands behind the point is gone: u holds whole numbers, and so does an array that is made like it.",
            lambda c, right: {
                "gradient": np.trunc(right["gradient"]) if np.asarray(c.u).dtype.kind in "iu" else right["gradient"]
            },
        ),
        Mistake(
            "did not divide",
            "Your answer shrinks with the step: a difference becomes a slope when it is divided by something.",
            lambda c, right: {"gradient": right["gradient"] * 2 * c.size},
        ),
    ),
)
