"""Notebook 03: who gets how much of the gradient, and what that does to learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercise import Case, Exercise, Mistake, Part, Values
from barprop.exercises.probing import draw, positive, read_only
from barprop.numerical import pull_back
from barprop.steps import half_square, inner, product

NOTEBOOK = "03_gradient_splitting/gradient_splitting"


def _value(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """A mistake of an exercise with one output, given as value (or None) instead of dictionary."""

    def named(case: Case, right: Values) -> Values | None:
        value = wrong(case, right[output])
        return None if value is None else {output: value}

    return named


def _weight_bars(x: Any, z_bar: float) -> np.ndarray:
    """The bars of the weights in z = w.x, by nudging them."""
    return pull_back(lambda w: inner(w, x), np.zeros(len(x)), z_bar)


def _sizes(c: Case) -> np.ndarray:
    return np.abs(np.asarray(c.x, dtype=float))


def _crossing(f: Callable[[float], float]) -> float:
    """Where a rising function of a positive number passes 0, by halving an interval."""
    low, high = 1e-12, 1.0
    while f(high) < 0:
        low, high = high, 4 * high
    for _ in range(80):
        middle = np.sqrt(low * high) if low < high / 2 else (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return float(high)


# --- split: z = w_1 x_1 + ... + w_k x_k ---------------------------------------------------------


def _split_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two terms", {"z_bar": positive(rng), "x": positive(rng, 2)})
    yield Case("four terms, both signs", {"z_bar": -positive(rng), "x": draw(rng, 4)})
    yield Case("one x is 0", {"z_bar": draw(rng), "x": np.array([draw(rng), 0.0, draw(rng)])})
    yield Case("a single term", {"z_bar": draw(rng), "x": -positive(rng, 1)})
    yield Case("whole numbers, read-only", {"z_bar": -3, "x": read_only(rng.integers(2, 9, 3) * [1, -1, 1])})
    yield Case("incoming bar 0", {"z_bar": 0.0, "x": draw(rng, 2)})


SPLIT = Exercise(
    name="split",
    notebook=NOTEBOOK,
    signature="split(z_bar, x) -> (k,)",
    outputs=("w_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L13",),
    probes=_split_probes,
    oracle=lambda c: {"w_bar": _weight_bars(c.x, c.z_bar)},
    mistakes=(
        Mistake("shared z_bar out", "Your bars add up to z_bar, as if it were a cake. A sum does not cut its bar: each term gets all of it. What then happens at the product?",
                _value("w_bar", lambda c, right: np.abs(right) * np.sign(c.z_bar) / np.sum(_sizes(c)))),
        Mistake("shared z_bar out evenly", "You cut z_bar into equal pieces. Nudge one term of a sum by 0.1: by how much does the sum move?",
                _value("w_bar", lambda c, right: np.full(len(c.x), c.z_bar / len(c.x)))),
        Mistake("passed the bar on", "That is z_bar for everyone: right for the terms of the sum. One product lies between a term and its weight.",
                _value("w_bar", lambda c, right: np.full(len(c.x), float(c.z_bar)))),
        Mistake("forgot z_bar", "That says how each term is made, and forgets the bar that comes back from z.",
                _value("w_bar", lambda c, right: np.asarray(c.x, dtype=float))),
        Mistake("dropped the signs", "The sizes are right. A bar has a direction as well: what if that x is negative?",
                _value("w_bar", lambda c, right: product(c.z_bar, _sizes(c)))),
        Mistake("added it up", "A single number came out. Each weight has a bar of its own.",
                _value("w_bar", lambda c, right: np.sum(right))),
        Mistake("squared x", "One x too many. How often does x stand in its own term of the sum?",
                _value("w_bar", lambda c, right: product(right, c.x))),
        Mistake("flipped the sign", "The size is right, the sign is not. Bars point uphill; the descent step comes later.",
                _value("w_bar", lambda c, right: -right)),
        Mistake("divided", "You divided by x. A larger x makes its weight matter more, not less.",
                _value("w_bar", lambda c, right: c.z_bar / np.asarray(c.x, dtype=float) if np.all(c.x) else None)),
    ),
)  # fmt: skip


# --- shares -------------------------------------------------------------------------------------


def _share_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two positive x", {"x": positive(rng, 2)})
    yield Case("five x of both signs", {"x": np.append(-positive(rng), draw(rng, 4))})
    yield Case("all x negative", {"x": -positive(rng, 3)})
    yield Case("one x is 0", {"x": np.array([draw(rng), 0.0, draw(rng)])})
    yield Case("a single x, small and negative", {"x": -positive(rng, 1) / 4})
    yield Case("large beside small", {"x": np.array([100.0, -1.0]) * positive(rng, 2)})
    yield Case("whole numbers, read-only", {"x": read_only(rng.integers(2, 9, 4) * [1, -1, 1, -1])})


def _gradient_share(c: Case) -> Values:
    """Nudge the weights, and see which part of all the slope each one has."""
    bars = np.abs(_weight_bars(c.x, 1.7))
    return {"share": bars / bars.sum()}


def _step_share(c: Case) -> Values:
    """Do one descent step from w = 0 and see which part of the change of z each term made."""
    rate, bars = 0.1, _weight_bars(c.x, 1.7)
    change = product(-rate * bars, c.x)
    return {"share": change / change.sum()}


def _soft_max(c: Case, right: Any) -> np.ndarray:
    lifted = np.exp(np.asarray(c.x, dtype=float) - np.max(c.x))
    return lifted / lifted.sum()


def _sign_kept(c: Case, right: Any) -> Any:
    total = np.sum(np.asarray(c.x, dtype=float))
    return np.asarray(c.x, dtype=float) / total if abs(total) > 1e-9 else None


_SHARE_MISTAKES = (
    ("in percent", "You answer in percent. Shares add up to 1.", lambda c, right: 100 * right),
    ("everyone the same", "Everyone gets the same share. Who made more of z?", lambda c, right: np.full(len(c.x), 1 / len(c.x))),
    ("soft-max of x", "A soft-max turns numbers into shares, but nothing in z = w.x is an exponential.", _soft_max),
)  # fmt: skip

GRADIENT_SHARE = Exercise(
    name="gradient_share",
    notebook=NOTEBOOK,
    signature="gradient_share(x) -> (k,)",
    outputs=("share",),
    points=1,
    minutes=4,
    level=1,
    statements=("L13",),
    probes=_share_probes,
    oracle=_gradient_share,
    mistakes=tuple(
        Mistake(name, hint, _value("share", wrong))
        for name, hint, wrong in (
            ("kept the signs", "With a negative x your shares leave the range from 0 to 1. A share asks how much, not which way.",
             _sign_kept),
            ("kept the signs on top", "Your shares add up to 1 only while no x is negative. What of a bar counts for its size?",
             lambda c, right: right * np.sign(c.x)),
            ("squared", "That is somebody else's share: it will come up in the next exercise. Look at the bars themselves, how large are they?",
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
    ),
)  # fmt: skip

STEP_SHARE = Exercise(
    name="step_share",
    notebook=NOTEBOOK,
    signature="step_share(x) -> (k,)",
    outputs=("share",),
    points=2,
    minutes=7,
    level=2,
    statements=("L13",),
    probes=_share_probes,
    oracle=_step_share,
    mistakes=tuple(
        Mistake(name, hint, _value("share", wrong))
        for name, hint, wrong in (
            ("share of the gradient", "That is how far each weight moves. To reach z, the move of a weight goes through its product once more.",
             lambda c, right: np.sqrt(right) / np.sum(np.sqrt(right))),
            ("squared a share", "Squares of shares no longer add up to 1. What is the whole now?",
             lambda c, right: right * np.sum(np.square(_sizes(c))) / np.sum(_sizes(c)) ** 2),
            ("kept the sign of x", "With a negative x, both its weight's move and its term turn around. What becomes of two minus signs?",
             lambda c, right: right * np.sign(c.x)),
            ("sign of x in the whole", "Your shares run wild when one x is negative. Follow the sign of x through the bar and through the term.",
             lambda c, right: np.sign(c.x) * right / np.sum(np.sign(c.x) * right)),
            ("gradient share with signs", "That is x beside the sum of all x. How does a term change when its weight has moved?",
             _sign_kept),
            ("did not divide", "These are the changes. A share is a part of the whole: they should add up to 1.",
             lambda c, right: np.square(_sizes(c))),
            ("divided by the length", "Your shares do not add up to 1: is a root left over in the whole?",
             lambda c, right: np.square(_sizes(c)) / np.sqrt(np.sum(np.square(_sizes(c))))),
            ("went downhill with the share", "The changes are negative because the step goes downhill, and so is their sum. A share has no minus.",
             lambda c, right: -right),
            *_SHARE_MISTAKES,
        )
    ),
)  # fmt: skip


# --- two branches: h_i = W_i x_i, z = a_1.h_1 + a_2.h_2 -----------------------------------------

_SHAPES = (
    ("square matrices", (3, 3), (3, 3)),
    ("a wide and a tall branch", (2, 4), (5, 3)),
    ("x1 of size 1", (3, 1), (2, 2)),
    ("one unit beside four", (1, 3), (4, 2)),
)


def _branches(rng: np.random.Generator, first: tuple[int, int], second: tuple[int, int]) -> dict[str, Any]:
    """Generic inputs, weights and output weights; W_i is (m_i, d_i)."""
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


def _transposed_forward(c: Case, right: Values) -> Values | None:
    if c.W1.shape[0] != c.W1.shape[1] or c.W2.shape[0] != c.W2.shape[1]:
        return None
    return _forward_values(c.x1, c.x2, np.transpose(c.W1), np.transpose(c.W2), c.a1, c.a2)


BRANCHES_FORWARD = Exercise(
    name="branches_forward",
    notebook=NOTEBOOK,
    signature='branches_forward(x1, x2, W1, W2, a1, a2) -> {"h1", "h2", "z"}',
    outputs=("h1", "h2", "z"),
    returns="dict",
    points=1,
    minutes=5,
    level=1,
    statements=("L14",),
    probes=lambda rng: [Case(label, args) for label, args in _all_branches(rng)],
    oracle=lambda c: _forward_values(**c.args),
    mistakes=(
        Mistake("transposed W", "Works for square W only. W has one row for each unit: which side does x stand on?",
                _transposed_forward),
        _forward_mistake("left the second branch out", "Your z hears the first branch only.", "z",
                         wrong=lambda c, right: (inner(c.a1, right["h1"]),)),
        _forward_mistake("left the first branch out", "Your z hears the second branch only.", "z",
                         wrong=lambda c, right: (inner(c.a2, right["h2"]),)),
        _forward_mistake("forgot a", "Your z adds up the units as they are. Each unit has a weight of its own in z.", "z",
                         wrong=lambda c, right: (np.sum(right["h1"]) + np.sum(right["h2"]),)),
        _forward_mistake("averaged the branches", "Your z is half of it: the branches are added, not averaged.", "z",
                         wrong=lambda c, right: (right["z"] / 2,)),
        _forward_mistake("multiplied the branches", "Your branches meet in a product. How are they joined on the board?", "z",
                         wrong=lambda c, right: (product(inner(c.a1, right["h1"]), inner(c.a2, right["h2"])),)),
        _forward_mistake("subtracted", "Your second branch pulls the other way. Is there a minus in z?", "z",
                         wrong=lambda c, right: (inner(c.a1, right["h1"]) - inner(c.a2, right["h2"]),)),
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
    """The bars of one branch, each by nudging that variable and what lies downstream of it."""
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
    """A mistake made in both branches: for each letter a function of (z_bar, x, W, a, h) of that branch."""

    def named(c: Case, right: Values) -> Values:
        found = {f"{k}{i}": make(c.z_bar, *side) for i, side in _sides(c).items() for k, make in wrong.items()}
        return {name: value for name, value in found.items() if name in right and value is not None}

    return named


def _scaled(first: Callable[[Case], float], second: Callable[[Case], float]) -> Callable[[Case, Values], Values | None]:
    """A mistake by which each branch's bars come out times a factor; one x takes the sum."""

    def named(c: Case, right: Values) -> Values | None:
        factors = {"1": first(c), "2": second(c)}
        found = {name: right[name] * factors[name[-1]] for name in right if name != "x"}
        if "x" in right:
            bars = [_bars_of_branch(c.z_bar, *side[:3])["x"] for side in _sides(c).values()]
            found["x"] = bars[0] * factors["1"] + bars[1] * factors["2"]
        return found

    return named


def _outputs(c: Case) -> tuple[float, float]:
    return tuple(float(inner(a, h)) for _, _, a, h in _sides(c).values())


def _by_output(c: Case) -> float:
    first, second = _outputs(c)
    return first / (first + second)


def _by_size(c: Case) -> float:
    first, second = map(abs, _outputs(c))
    return first / (first + second)


def _square(W: Any) -> bool:
    return W.shape[0] == W.shape[1]


def _swapped(c: Case, right: Values) -> Values:
    return {name: right[name[0] + {"1": "2", "2": "1"}[name[1]]] for name in right if name != "x"}


_OUTSIDE = (
    Mistake("forgot z_bar", "Everything is right for z_bar = 1 only. Where does the incoming bar enter?",
            lambda c, right: {k: b / c.z_bar for k, b in right.items()} if c.z_bar else None),
    Mistake("halved z_bar", "Half of it. A sum does not share its bar out: nudge either branch and z follows in full.",
            _scaled(lambda c: 0.5, lambda c: 0.5)),
    Mistake("cut z_bar by output", "You cut z_bar at the sum by what each branch gave. The sum hands both the same; the split comes by itself further back.",
            _scaled(_by_output, lambda c: 1 - _by_output(c))),
    Mistake("cut z_bar by size", "You cut z_bar at the sum by how much each branch gave. The sum hands both the same; the split comes by itself further back.",
            _scaled(_by_size, lambda c: 1 - _by_size(c))),
    Mistake("flipped the sign", "All sizes are right, all signs are not.", lambda c, right: {k: -b for k, b in right.items()}),
    Mistake("second branch counted as the first", "Your second branch repeats the first. A copied line with a 1 left in it?",
            lambda c, right: {k: right[k[0] + "1"] for k in right if k != "x"}),
    Mistake("swapped the branches", "The two branches have traded places.", _swapped),
    Mistake("swapped a and h", "a_bar and h_bar have traded places. Whose bar needs whose value?",
            _each_side(a=lambda z_bar, x, W, a, h: product(z_bar, a), h=lambda z_bar, x, W, a, h: product(z_bar, h))),
    Mistake("passed z_bar to h", "Each unit got z_bar itself. Each of them also has a weight in z.",
            _each_side(h=lambda z_bar, x, W, a, h: np.full(len(h), float(z_bar)))),
)  # fmt: skip

_INSIDE = (
    Mistake("transposed W_bar", "Your W_bar lies on its side. A bar has exactly the shape of its variable.",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(x)[:, None], a)))),
    Mistake("forgot a on the way", "From h back you went on with z_bar. Whose bar does W need: that of z or that of what W makes?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.ones((len(h), 1)), x)),
                       x=lambda z_bar, x, W, a, h: product(z_bar, np.sum(W, axis=0)))),
    Mistake("h in place of x", "Your W_bar was made with the branch's own output. What did W multiply?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(a)[:, None], h)))),
    Mistake("W_bar without x", "All columns of your W_bar are equal: what did W multiply?",
            _each_side(W=lambda z_bar, x, W, a, h: product(z_bar, product(np.asarray(a)[:, None], np.ones(len(x)))))),
    Mistake("W not turned over", "Works for square W only: going back, W is read the other way round.",
            _each_side(x=lambda z_bar, x, W, a, h: product(z_bar, inner(W, a)) if _square(W) else None)),
    Mistake("x_bar from x", "Your x_bar was made with x. How does h answer to a nudge of one x?",
            _each_side(x=lambda z_bar, x, W, a, h: product(z_bar, x))),
)  # fmt: skip

BRANCHES_BACKWARD = Exercise(
    name="branches_backward",
    notebook=NOTEBOOK,
    signature='branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2) -> {"a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2"}',
    outputs=BRANCH_BARS,
    returns="dict",
    points=4,
    parts=(Part("outside", 2, BRANCH_BARS[:4]), Part("inside", 2, BRANCH_BARS[4:])),
    minutes=12,
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
    for number, (label, m1, m2, d) in enumerate(kinds):
        args = _branches(rng, (m1, d), (m2, d))
        args = {"x": args["x1"]} | {k: args[k] for k in ("W1", "W2", "a1", "a2")}
        if label.startswith("read-only"):
            args = {k: read_only(np.asfortranarray(u)) for k, u in args.items()}
        if label.startswith("whole"):
            args = {k: np.rint(4 * u).astype(int) for k, u in args.items()}
        cache = _forward_values(args["x"], args["x"], *list(args.values())[1:])
        yield Case(label, {"z_bar": (1 if number % 2 else -1) * positive(rng), "cache": cache} | args)


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


FAN_OUT = Exercise(
    name="fan_out",
    notebook=NOTEBOOK,
    signature='fan_out(z_bar, cache, x, W1, W2, a1, a2) -> {"a1", "a2", "h1", "h2", "W1", "W2", "x"}',
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
    mistakes=(
        Mistake("first branch only", "Your x_bar hears the first branch only. Nudge x: along how many ways does z notice?",
                _x_only(lambda first, second: first)),
        Mistake("second branch only", "Your x_bar hears the second branch only: was the first one's overwritten?",
                _x_only(lambda first, second: second)),
        Mistake("averaged the contributions", "Half of it. Two ways lead from x to z, and z moves by what comes along both together.",
                _x_only(lambda first, second: (first + second) / 2)),
        Mistake("multiplied the contributions", "Along one way factors multiply. What happens where two ways meet?",
                _x_only(product)),
        Mistake("subtracted the contributions", "One of the two ways came with a minus.", _x_only(np.subtract)),
        Mistake("laid them side by side", "Two bars for one x. A bar has exactly the shape of its variable.",
                _x_only(lambda first, second: np.concatenate([first, second]))),
        Mistake("x_bar without a", "Your x_bar was made with z_bar and W alone. Between z and W x stand the weights a.",
                lambda c, right: {"x": product(c.z_bar, np.sum(c.W1, axis=0) + np.sum(c.W2, axis=0))}),
        *(mistake for mistake in _OUTSIDE if mistake.name != "halved z_bar"),  # its x_bar is the averaged one
        *_INSIDE[:4],
    ),
)  # fmt: skip


# --- update_ratio ---------------------------------------------------------------------------------


def _ratio_probes(rng: np.random.Generator) -> Iterator[Case]:
    for label, shape, lr in (("a vector", (4,), 0.1), ("a matrix", (3, 5), 0.01), ("a small rate", (2, 2), 1e-4)):
        yield Case(label, {"w": draw(rng, *shape), "w_bar": draw(rng, *shape), "lr": lr})
    yield Case("a large rate", {"w": draw(rng, 6), "w_bar": draw(rng, 6), "lr": 20.0})
    yield Case("a single weight", {"w": -positive(rng, 1), "w_bar": draw(rng, 1), "lr": 0.3})
    args = {"w": read_only(np.asfortranarray(draw(rng, 4, 2))), "w_bar": read_only(draw(rng, 4, 2)), "lr": 0.05}
    yield Case("a read-only matrix in Fortran order", args)
    yield Case("whole numbers", {"w": rng.integers(2, 9, (2, 3)), "w_bar": -rng.integers(2, 9, (2, 3)), "lr": 0.2})
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


UPDATE_RATIO = Exercise(
    name="update_ratio",
    notebook=NOTEBOOK,
    signature="update_ratio(w, w_bar, lr) -> float",
    outputs=("ratio",),
    points=1,
    minutes=5,
    level=1,
    statements=("L15",),
    probes=_ratio_probes,
    oracle=_update_ratio,
    mistakes=tuple(
        Mistake(name, hint, _value("ratio", wrong))
        for name, hint, wrong in (
            ("forgot lr", "That compares the bar with the weights. By how much do the weights really move in one step?",
             lambda c, right: right / c.lr),
            ("upside down", "Upside down: a weight that hardly moves should give a small number.",
             lambda c, right: 1 / right if right else None),
            ("forgot the root", "These are squares of lengths. Is a root missing, above and below?",
             lambda c, right: c.lr * (right / c.lr) ** 2),
            ("squared ratio", "That is the square of the ratio. Is a root missing?", lambda c, right: right**2),
            ("largest stretch of a matrix", "Right for vectors. For a matrix your norm measures how far it can stretch something; here all its entries count.",
             _ratio_by(lambda u: np.linalg.norm(u, 2))),
            ("summed the sizes", "You added up the sizes of the entries. The norm asked for is the Euclidean one.",
             _ratio_by(lambda u: np.sum(np.abs(u)))),
            ("largest entries", "You compared the largest entries only. All of them count.",
             _ratio_by(lambda u: np.max(np.abs(u)))),
            ("compared the new weights", "You compared the weights after the step with those before. How long is the step itself?",
             lambda c, right: _length(np.subtract(c.w, np.multiply(c.lr, c.w_bar))) / _length(c.w)),
            ("entry by entry", "One number for each entry came out. How large is the whole update beside the whole w?",
             lambda c, right: np.abs(c.lr * np.asarray(c.w_bar) / c.w)),
            ("mean of the ratios", "You averaged ratios of entries: one weight near 0 spoils them all. Take the length of each first.",
             lambda c, right: np.mean(np.abs(c.lr * np.asarray(c.w_bar) / c.w))),
        )
    ),
)  # fmt: skip


# --- rescale --------------------------------------------------------------------------------------


def _rescale_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("four examples of three features", {"H": draw(rng, 4, 3)})
    yield Case("as many features as examples", {"H": draw(rng, 3, 3)})
    yield Case("one example", {"H": draw(rng, 1, 5)})
    yield Case("one feature", {"H": draw(rng, 4, 1)})
    yield Case("small and large examples", {"H": draw(rng, 3, 4) * np.array([[1e-3], [1.0], [1e3]])})
    yield Case("read-only, in Fortran order", {"H": read_only(np.asfortranarray(draw(rng, 2, 6)))})
    yield Case("whole numbers", {"H": rng.integers(1, 9, (3, 2)) * [1, -1]})


def _rescaled(c: Case) -> Values:
    """Each example times that positive number which gives it a mean square of 1."""
    H = np.array(c.H, dtype=float)
    for row in H:
        row *= _crossing(lambda factor, row=row: np.mean(np.square(factor * row)) - 1)
    return {"H": H}


def _over(size: Callable[[np.ndarray], Any]) -> Callable[[Case, Any], np.ndarray | None]:
    """A mistake that divides by something else; None where that is 0."""

    def named(c: Case, right: Any) -> np.ndarray | None:
        H = np.asarray(c.H, dtype=float)
        divisor = size(H)
        return H / divisor if np.all(np.abs(divisor) > 1e-9) else None

    return named


def _standardised(c: Case, right: Any) -> np.ndarray | None:
    H = np.asarray(c.H, dtype=float)
    centred = H - H.mean(axis=1, keepdims=True)
    return centred / H.std(axis=1, keepdims=True) if H.shape[1] > 1 else None


RESCALE = Exercise(
    name="rescale",
    notebook=NOTEBOOK,
    signature="rescale(H) -> (n, m)",
    outputs=("H",),
    points=1,
    minutes=6,
    level=2,
    statements=("L14", "L15"),
    probes=_rescale_probes,
    oracle=_rescaled,
    mistakes=tuple(
        Mistake(name, hint, _value("H", wrong))
        for name, hint, wrong in (
            ("over the examples", "You measured each feature over the examples. Here each example is measured over its features: which axis is that?",
             _over(lambda H: np.sqrt(np.mean(np.square(H), axis=0, keepdims=True)))),
            ("one size for all", "One number divides everything, so large examples stay large. Each row has a size of its own.",
             _over(lambda H: np.sqrt(np.mean(np.square(H))))),
            ("length instead of root mean square", "Your rows have length 1, so the more features, the smaller each. Which M stands in RMS?",
             _over(lambda H: np.sqrt(np.sum(np.square(H), axis=1, keepdims=True)))),
            ("forgot the root", "Your rows still have different sizes. Which R stands in RMS?",
             _over(lambda H: np.mean(np.square(H), axis=1, keepdims=True))),
            ("mean size", "You divided by the mean of the sizes. RMS takes squares before the mean and a root after it.",
             _over(lambda H: np.mean(np.abs(H), axis=1, keepdims=True))),
            ("largest entry", "You divided by the largest entry. One outlier would decide for the whole example.",
             _over(lambda H: np.max(np.abs(H), axis=1, keepdims=True))),
            ("divided by the mean", "You divided by the mean, which may well be 0 or negative. Which S stands in RMS?",
             _over(lambda H: np.mean(H, axis=1, keepdims=True))),
            ("standard deviation", "You divided by the spread around the mean. RMS measures from 0.",
             _over(lambda H: np.std(H, axis=1, keepdims=True))),
            ("centred as well", "You took the mean away as well. Only the size is to change, not the direction.", _standardised),
            ("multiplied", "Large rows became larger. Divide.",
             lambda c, right: np.square(np.asarray(c.H, dtype=float)) / right),
        )
    ),
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


def _curvature(X: Any) -> np.ndarray:
    """How the bar of w answers to a move of w, column by column, by nudging the loss."""
    X = np.asarray(X, dtype=float)
    size = float(np.max(np.abs(X)))

    def bar(w: np.ndarray) -> np.ndarray:
        return pull_back(lambda w: np.mean(half_square(0.0, inner(X / size, w))), w, 1.0)

    rows = [bar(unit) for unit in np.eye(X.shape[1])]
    return size**2 * (np.array(rows) + np.array(rows).T) / 2


def _stable_rate(c: Case) -> Values:
    """The rate at which one descent step begins to throw some direction over to the other side, no nearer."""
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


LARGEST_STABLE_RATE = Exercise(
    name="largest_stable_rate",
    notebook=NOTEBOOK,
    signature="largest_stable_rate(X) -> float",
    outputs=("rate",),
    points=2,
    minutes=10,
    level=3,
    statements=("L15",),
    probes=_rate_probes,
    oracle=_stable_rate,
    mistakes=tuple(
        Mistake(name, hint, _value("rate", wrong))
        for name, hint, wrong in (
            ("forgot the 2", "At your rate the steepest direction arrives in a single step. That is the best rate for it; how far beyond may you go before it lands farther off than it began?",
             lambda c, right: right / 2),
            ("twice too large", "Twice too large. Is the half in the loss accounted for twice?", lambda c, right: 2 * right),
            ("forgot n", "Your rate shrinks as examples are added. The loss is a mean over them.",
             lambda c, right: right / len(c.X)),
            ("n on the wrong side", "Your rate shrinks with the number of examples, twice over. On which side of the fraction does n end up?",
             lambda c, right: right / len(c.X) ** 2),
            ("features instead of examples", "You divided by the number of features. The mean runs over the examples.",
             lambda c, right: right * c.X.shape[1] / c.X.shape[0]),
            ("flattest direction", "That is the rate for the flattest direction. Which one is the first to run away?", _weakest),
            ("all directions added up", "You added up the curvature of all directions: too careful. Only one direction runs away first.",
             lambda c, right: right * _stretch(c) ** 2 / float(np.sum(np.square(np.asarray(c.X, dtype=float))))),
            ("singular value not squared", "X stands twice in the curvature, so its singular value does as well.",
             lambda c, right: right * _stretch(c)),
            ("singular value without n", "X stands twice in the curvature, so its singular value does as well; and where is the mean over the examples?",
             lambda c, right: right * _stretch(c) / len(c.X)),
            ("gave the curvature", "That is the curvature of the steepest direction. The steeper, the smaller the rate it stands.",
             lambda c, right: 2 / right),
            ("half the curvature", "Upside down: the steeper, the smaller the rate it stands.", lambda c, right: 1 / right),
        )
    ),
)  # fmt: skip

EXERCISES = (
    SPLIT, GRADIENT_SHARE, STEP_SHARE, BRANCHES_FORWARD, BRANCHES_BACKWARD, FAN_OUT, UPDATE_RATIO, RESCALE,
    LARGEST_STABLE_RATE,
)  # fmt: skip
