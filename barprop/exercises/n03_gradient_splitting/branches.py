"""Notebook 03: two networks on one sum, forwards and back, also where they share their input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Part, Values
from barprop.numerics.steps import inner, product
from barprop.numerics.vjp import pull_back

# --- two branches: h_i = W_i x_i, z = a_1.h_1 + a_2.h_2 -----------------------------------------

_SHAPES = (
    ("square matrices", (3, 3), (3, 3)),
    ("a wide and a tall branch", (2, 4), (5, 3)),
    ("x1 of size 1", (3, 1), (2, 2)),
    ("one unit beside four", (1, 3), (4, 2)),
)


def _branches(rng: np.random.Generator, first: tuple[int, int], second: tuple[int, int]) -> dict[str, Any]:
    """Draw generic inputs, weights and output weights; W_i is (m_i, d_i)."""
    shapes = {"x1": first[1:], "x2": second[1:], "W1": first, "W2": second, "a1": first[:1], "a2": second[:1]}
    return {name: draw(rng, *shape) for name, shape in shapes.items()}


def _all_branches(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any]]]:
    for label, first, second in _SHAPES:
        yield label, _branches(rng, first, second)
    odd = _branches(rng, (4, 2), (2, 3))
    yield "read-only, in Fortran order", {k: read_only(np.asfortranarray(u)) for k, u in odd.items()}
    whole = _branches(rng, (2, 3), (3, 2))
    yield "whole numbers", {k: np.rint(4 * u).astype(int) for k, u in whole.items()}


def _forward_values(x1: Any, x2: Any, W1: Any, W2: Any, a1: Any, a2: Any) -> dict[str, Any]:
    h1, h2 = inner(W1, x1), inner(W2, x2)
    return {"h1": h1, "h2": h2, "z": float(inner(a1, h1) + inner(a2, h2))}


def _forward_mistake(name: str, hint: str, *outputs: str, wrong: Callable[[Case, Values], tuple]) -> Mistake:
    return Mistake(name, hint, lambda c, right: dict(zip(outputs, wrong(c, right), strict=True)))


def _met(u: Any, x: Any) -> Any:
    """U @ x where the shapes fit; else a number that nothing equals."""
    return inner(u, x) if np.shape(u)[-1] == np.shape(x)[0] else np.nan


def _transposed_forward(c: Case, right: Values) -> Values | None:
    if c.W1.shape[0] != c.W1.shape[1] or c.W2.shape[0] != c.W2.shape[1]:
        return None
    return _forward_values(c.x1, c.x2, np.transpose(c.W1), np.transpose(c.W2), c.a1, c.a2)


def _sum_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of z = a1.h1 + a2.h2: joined in another way."""
    if output != "z":
        return
    (a1, h1), (a2, h2) = ((np.asarray(c.args[f"a{i}"], dtype=float), np.asarray(right[f"h{i}"])) for i in "12")
    one, two = inner(a1, h1), inner(a2, h2)
    sums = "Each entry of a meets its partner in h: first the products, then the sum."
    yield "the sums multiplied", sums, lambda: a1.sum() * h1.sum() + a2.sum() * h2.sum()
    yield "the means multiplied", sums, lambda: a1.mean() * h1.mean() + a2.mean() * h2.mean()
    yield "means of products", "z is a sum, not a mean.", lambda: np.mean(a1 * h1) + np.mean(a2 * h2)
    joined = "Both branches go into z, and they are added."
    yield "the larger branch", joined, lambda: np.maximum(one, two)
    yield "the smaller branch", joined, lambda: np.minimum(one, two)
    yield "the difference without a sign", joined, lambda: np.abs(one - two)
    yield "the branches divided", joined, lambda: one / two
    both = "The branches are added before they are weighed. Each h has an a of its own."
    yield "added before weighed", both, lambda: inner(a1 + a2, h1 + h2) if a1.shape == a2.shape else one + two


BRANCHES_FORWARD = Exercise(
    name="branches_forward",
    signature='branches_forward(x1, x2, W1, W2, a1, a2) -> {"h1", "h2", "z"}',
    is_chain=True,
    outputs=("h1", "h2", "z"),
    returns="dict",
    points=1,
    minutes=5,
    level=1,
    statements=("L14",),
    probes=lambda rng: [Case(label, args) for label, args in _all_branches(rng)],
    oracle=lambda c: _forward_values(**c.args),
    guesses=_sum_guesses,
    mistakes=(
        Mistake("transposed W", "Works for square W only. W has one row for each unit: which side does x stand on?",
                _transposed_forward),
        _forward_mistake("left the second branch out", "Your z uses only the first branch.", "z",
                         wrong=lambda c, right: (inner(c.a1, right["h1"]),)),
        _forward_mistake("left the first branch out", "Your z uses only the second branch.", "z",
                         wrong=lambda c, right: (inner(c.a2, right["h2"]),)),
        _forward_mistake("forgot a", "Your z adds up the units as they are. Each unit has a weight of its own in z.", "z",
                         wrong=lambda c, right: (np.sum(right["h1"]) + np.sum(right["h2"]),)),
        _forward_mistake("averaged the branches", "Your z is half of what it should be: the branches are added, not averaged.", "z",
                         wrong=lambda c, right: (right["z"] / 2,)),
        _forward_mistake("multiplied the branches", "You multiply the two branches. How does the formula of z join them?", "z",
                         wrong=lambda c, right: (product(inner(c.a1, right["h1"]), inner(c.a2, right["h2"])),)),
        _forward_mistake("subtracted", "Your second branch pulls the other way. Is there a minus in z?", "z",
                         wrong=lambda c, right: (inner(c.a1, right["h1"]) - inner(c.a2, right["h2"]),)),
        _forward_mistake("swapped the names of h1 and h2", "h1 and h2 have been exchanged in your dictionary.", "h1", "h2",
                         wrong=lambda c, right: (right["h2"], right["h1"])),
        _forward_mistake("a1 for both", "Your second branch is multiplied by a1. A copied line with a 1 left in it?", "z",
                         wrong=lambda c, right: (_met(c.a1, right["h1"]) + _met(c.a1, right["h2"]),)),
        _forward_mistake("W1 for both", "h2 was made with W1. A copied line with a 1 left in it?", "h2",
                         wrong=lambda c, right: (_met(c.W1, c.x2),)),
        _forward_mistake("x1 for both", "h2 was made from x1. A copied line with a 1 left in it?", "h2",
                         wrong=lambda c, right: (_met(c.W2, c.x1),)),
        _forward_mistake("put a into h", "Your h already holds its weight in z. Which of the two steps makes h?", "h1", "h2",
                         wrong=lambda c, right: (product(c.a1, right["h1"]), product(c.a2, right["h2"]))),
    ),
)  # fmt: skip


# --- back through both branches -----------------------------------------------------------------

BRANCH_BARS = ("a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2")


def _backward_probes(rng: np.random.Generator) -> Iterator[Case]:
    for number, (label, args) in enumerate(_all_branches(rng)):
        z_bar = (1 if number % 2 else -1) * positive(rng)
        yield Case(label, {"z_bar": z_bar, "cache": _forward_values(**args)} | args)
    args = _branches(rng, (2, 3), (3, 1))
    yield Case("incoming bar 0", {"z_bar": 0.0, "cache": _forward_values(**args)} | args)


def _bars_of_branch(z_bar: float, x: Any, W: Any, a: Any) -> dict[str, Any]:
    """Return the bars of one branch, each by nudging that variable and what is downstream of it."""
    h = inner(W, x)
    return {
        "a": pull_back(lambda a: inner(a, h), a, z_bar),
        "h": pull_back(lambda h: inner(a, h), h, z_bar),
        "W": pull_back(lambda W: inner(a, inner(W, x)), W, z_bar),
        "x": pull_back(lambda x: inner(a, inner(W, x)), x, z_bar),
    }


def _two_branches(c: Case) -> Values:
    first = _bars_of_branch(c.z_bar, c.x1, c.W1, c.a1)
    second = _bars_of_branch(c.z_bar, c.x2, c.W2, c.a2)
    return {f"{k}1": b for k, b in first.items()} | {f"{k}2": b for k, b in second.items()}


def _sides(c: Case) -> dict[str, tuple[Any, Any, Any, Any]]:
    """For each branch its x, W, a and h, also where one x feeds both."""
    x1, x2 = (c.x, c.x) if "x" in c.args else (c.x1, c.x2)
    first, second = (x1, c.W1, c.a1, c.cache["h1"]), (x2, c.W2, c.a2, c.cache["h2"])
    return {"1": first, "2": second}


def _each_side(**wrong: Callable[..., Any]) -> Callable[[Case, Values], Values]:
    """Describe a mistake made in both branches: for each letter a function of (z_bar, x, W, a, h)."""

    def named(c: Case, right: Values) -> Values:
        found = {f"{k}{i}": make(c.z_bar, *side) for i, side in _sides(c).items() for k, make in wrong.items()}
        return {name: value for name, value in found.items() if name in right and value is not None}

    return named


def _scaled(first: Callable[[Case], float], second: Callable[[Case], float]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake that multiplies each branch's bars by a factor; a shared x takes the sum."""

    def named(c: Case, right: Values) -> Values | None:
        factors = {"1": first(c), "2": second(c)}
        found = {name: right[name] * factors[name[-1]] for name in right if name != "x"}
        if "x" in right:
            bars = [_bars_of_branch(c.z_bar, *side[:3])["x"] for side in _sides(c).values()]
            found["x"] = bars[0] * factors["1"] + bars[1] * factors["2"]
        return found

    return named


def _outputs(c: Case) -> np.ndarray:
    return np.array([float(inner(a, h)) for _, _, a, h in _sides(c).values()])


def _by_output(c: Case) -> float:
    outputs = _outputs(c)
    return float(outputs[0] / np.sum(outputs))


def _by_size(c: Case) -> float:
    sizes = np.abs(_outputs(c))
    return float(sizes[0] / np.sum(sizes))


def _square(W: Any) -> bool:
    return W.shape[0] == W.shape[1]


def _swapped(c: Case, right: Values) -> Values:
    return {name: right[name[0] + {"1": "2", "2": "1"}[name[1]]] for name in right if name != "x"}


_OUTSIDE = (
    Mistake("forgot z_bar", "Everything is right for z_bar = 1 only. Where does the incoming bar enter?",
            lambda c, right: {k: b / c.z_bar for k, b in right.items()} if c.z_bar else None),
    Mistake("halved z_bar", "Half of what it should be. A sum does not divide its bar: nudge either branch, and z moves by the whole nudge.",
            _scaled(lambda c: 0.5, lambda c: 0.5)),
    Mistake("cut z_bar by output", "You cut z_bar at the sum by what each branch gave. The sum passes the same bar to both; the difference arises one step further back.",
            _scaled(_by_output, lambda c: 1 - _by_output(c))),
    Mistake("cut z_bar by size", "You cut z_bar at the sum by how much each branch gave. The sum passes the same bar to both; the difference arises one step further back.",
            _scaled(_by_size, lambda c: 1 - _by_size(c))),
    Mistake("flipped the sign", "The sizes are right, but every sign is wrong.", lambda c, right: {k: -b for k, b in right.items()}),
    Mistake("second branch counted as the first", "Your second branch repeats the first. A copied line with a 1 left in it?",
            lambda c, right: {k: right[k[0] + "1"] for k in right if k != "x"}),
    Mistake("swapped the branches", "The two branches have been exchanged.", _swapped),
    Mistake("swapped a and h", "a_bar and h_bar have been exchanged. Which bar needs which value?",
            _each_side(a=lambda z_bar, x, W, a, h: product(z_bar, a), h=lambda z_bar, x, W, a, h: product(z_bar, h))),
    Mistake("forgot z_bar in a", "Your a_bar is the slope of z alone. Where is the bar that comes back from z?",
            _each_side(a=lambda z_bar, x, W, a, h: h)),
    Mistake("forgot z_bar in h", "Your h_bar is the slope of z alone. Where is the bar that comes back from z?",
            _each_side(h=lambda z_bar, x, W, a, h: np.asarray(a, dtype=float))),
    Mistake("passed z_bar to h", "Each unit got z_bar itself. Each of them also has a weight in z.",
            _each_side(h=lambda z_bar, x, W, a, h: np.full(len(h), float(z_bar)))),
)  # fmt: skip

_INSIDE = (
    Mistake("transposed W_bar", "Your W_bar is transposed. A bar has exactly the shape of its variable.",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(x)[:, None], a)))),
    Mistake("forgot a on the way", "Below h you went on with z_bar instead of h_bar. Which bar does W need: that of z or that of the output that W makes?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.ones((len(h), 1)), x)),
                       x=lambda z_bar, x, W, a, h: product(z_bar, np.sum(W, axis=0)))),
    Mistake("h in place of x", "Your W_bar was made with the branch's own output. What did W multiply?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(a)[:, None], h)))),
    Mistake("W_bar without x", "All columns of your W_bar are equal: what did W multiply?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(a)[:, None], np.ones(len(x)))))),
    Mistake("W not turned over", "Works for square W only. Which axis of W belongs to h, which to x?",
            _each_side(x=lambda z_bar, x, W, a, h: product(z_bar, inner(W, a)) if _square(W) else None)),
    Mistake("x_bar without a", "Your x_bar was made with z_bar and W alone. Between z and W x are the weights a.",
            _each_side(x=lambda z_bar, x, W, a, h: product(z_bar, np.sum(W, axis=0)))),
    Mistake("product of two sums", "Your x_bar adds up h_bar and the rows of W by themselves, and multiplies the sums. Each unit sends back its own h_bar times its own row: multiply first, then add up.",
            _each_side(x=lambda z_bar, x, W, a, h: product(product(z_bar, np.sum(a)), np.sum(W, axis=0)))),
    Mistake("x_bar from x", "Your x_bar was made with x. How do the units of h move when one x is nudged?",
            _each_side(x=lambda z_bar, x, W, a, h: product(z_bar, x))),
)  # fmt: skip

BRANCHES_BACKWARD = Exercise(
    name="branches_backward",
    signature='branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2) -> {"a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2"}',
    is_chain=True,
    outputs_are_bars=True,
    outputs=BRANCH_BARS,
    returns="dict",
    points=4,
    parts=(Part("outside", 2, BRANCH_BARS[:4]), Part("inside", 2, BRANCH_BARS[4:])),
    minutes=22,
    level=2,
    statements=("L13", "L14"),
    probes=_backward_probes,
    oracle=_two_branches,
    mistakes=_OUTSIDE + _INSIDE,
)


# --- fan-out: one x feeds both branches -----------------------------------------------------------


def _fan_probes(rng: np.random.Generator) -> Iterator[Case]:
    kinds = [("square matrices", 3, 3, 3), ("two units beside five", 2, 5, 3), ("x of size 1", 3, 2, 1)]
    kinds += [("one unit each", 1, 1, 4), ("read-only, in Fortran order", 4, 2, 3), ("whole numbers", 2, 3, 2)]
    kinds += [("incoming bar 0", 2, 2, 3)]
    for number, (label, m1, m2, d) in enumerate(kinds):
        args = _branches(rng, (m1, d), (m2, d))
        args = {"x": args["x1"]} | {k: args[k] for k in ("W1", "W2", "a1", "a2")}
        if label.startswith("read-only"):
            args = {k: read_only(np.asfortranarray(u)) for k, u in args.items()}
        if label.startswith("whole"):
            args = {k: np.rint(4 * u).astype(int) for k, u in args.items()}
        cache = _forward_values(args["x"], args["x"], *list(args.values())[1:])
        z_bar = 0.0 if label.endswith("bar 0") else (1 if number % 2 else -1) * positive(rng)
        yield Case(label, {"z_bar": z_bar, "cache": cache} | args)


def _fan_bars(c: Case) -> Values:
    first = _bars_of_branch(c.z_bar, c.x, c.W1, c.a1)
    second = _bars_of_branch(c.z_bar, c.x, c.W2, c.a2)
    bars = {f"{k}1": first[k] for k in "ahW"} | {f"{k}2": second[k] for k in "ahW"}
    bars["x"] = pull_back(lambda x: inner(c.a1, inner(c.W1, x)) + inner(c.a2, inner(c.W2, x)), c.x, c.z_bar)
    return bars


def _x_only(combine: Callable[[np.ndarray, np.ndarray], Any]) -> Callable[[Case, Values], Values]:
    def named(c: Case, right: Values) -> Values:
        first, second = (_bars_of_branch(c.z_bar, *side[:3])["x"] for side in _sides(c).values())
        return {"x": combine(first, second)}

    return named


def _fan_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of contributions that add up: one of them taken for the other."""
    if output == "x":
        copied = "One branch counts twice, the other not at all. A copied line?"
        yield "the first branch twice", copied, lambda: _x_only(lambda one, two: 2 * one)(c, right)["x"]
        yield "the second branch twice", copied, lambda: _x_only(lambda one, two: 2 * two)(c, right)["x"]
        larger = "Only the larger contribution counts. What happens where two ways meet?"
        yield "the larger of both", larger, lambda: _x_only(np.maximum)(c, right)["x"]
        yield (
            "the larger size of both",
            larger,
            lambda: _x_only(lambda a, b: np.where(abs(a) > abs(b), a, b))(c, right)["x"],
        )
        yield "the other minus", copied, lambda: _x_only(lambda one, two: two - one)(c, right)["x"]


FAN_OUT = Exercise(
    name="fan_out",
    signature='fan_out(z_bar, cache, x, W1, W2, a1, a2) -> {"a1", "a2", "h1", "h2", "W1", "W2", "x"}',
    is_chain=True,
    outputs_are_bars=True,
    outputs=("a1", "a2", "h1", "h2", "W1", "W2", "x"),
    returns="dict",
    points=2,
    parts=(Part("branches", 1, ("a1", "a2", "h1", "h2", "W1", "W2")), Part("x", 1, ("x",))),
    minutes=6,
    level=2,
    statements=("L13",),
    needs=("branches_backward",),
    probes=_fan_probes,
    oracle=_fan_bars,
    guesses=_fan_guesses,
    mistakes=(
        Mistake("first branch only", "Your x_bar is made from the first branch only. Nudge x: along how many paths does the change reach z?",
                _x_only(lambda first, second: first)),
        Mistake("second branch only", "Your x_bar is made from the second branch only: was the first one's overwritten?",
                _x_only(lambda first, second: second)),
        Mistake("averaged the contributions", "Half of what it should be. Two paths lead from x to z, and z moves by what arrives along both together.",
                _x_only(lambda first, second: (first + second) / 2)),
        Mistake("multiplied the contributions", "Along one path the factors are multiplied. What happens where two paths meet?",
                _x_only(product)),
        Mistake("subtracted the contributions", "The contribution of one of the two paths has a minus.", _x_only(np.subtract)),
        Mistake("laid them side by side", "Two bars for one x. A bar has exactly the shape of its variable.",
                _x_only(lambda first, second: np.concatenate([first, second]))),
        Mistake("x_bar without a", "Your x_bar was made with z_bar and W alone. Between z and W x are the weights a.",
                lambda c, right: {"x": product(c.z_bar, np.sum(c.W1, axis=0) + np.sum(c.W2, axis=0))}),
        *(mistake for mistake in _OUTSIDE if mistake.name != "halved z_bar"),  # its x_bar is the averaged one
        *_INSIDE[:4],
    ),
)  # fmt: skip
