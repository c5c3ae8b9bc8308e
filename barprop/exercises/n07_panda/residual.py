"""Notebook 07: a chain of layers with a way around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_tuple
from barprop.answers.untrusted import describe_type, identical, is_array, is_number, is_row
from barprop.exercises.layer_drivers import other_weights
from barprop.exercises.sampling import draw, read_only
from barprop.fixtures.layers import KeepsOutput, Nudged
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Observation, Part, Values
from barprop.numerics.layer_steps import bend, neighbours, plain_neighbours, square
from barprop.numerics.steps import product
from barprop.numerics.vjp import pull_back

_KEPT = "can be called again"
_LOST = "gives a different result the second time"
_OLD_WEIGHTS = "goes on with the weights of another call"
_EXP = (
    "exp"  # stands for a layer that keeps the array it returned; every other step is a function, or a list: a Residual
)

# Steps are functions (h, *weights) -> h; a list of steps stands for a Residual of them.


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, steps: list, w: list, x: Any, **more: Any) -> Case:
        return Case(label, {"x": x, "w": w, "h_bar": draw(rng, *np.shape(x))}, {"steps": steps, **more}, trivial=not w)

    three = [(draw(rng, 3),), (draw(rng, 3),), (draw(rng, 3),)]
    yield case("three layers", [bend, square, neighbours], three, draw(rng, 2, 3), twice=True)
    yield case("one layer, a picture", [square], [(draw(rng, 2),)], read_only(draw(rng, 2, 2, 3, 2)))
    yield case("a layer without weights", [plain_neighbours, bend], [(), (draw(rng, 4),)], draw(rng, 3, 4))
    yield case("no layer", [], [], read_only(draw(rng, 2, 3)))
    nested = [(draw(rng, 3),), [(draw(rng, 3),), ()], (draw(rng, 3),)]
    yield case("a Residual in a Residual", [bend, [square, plain_neighbours], neighbours], nested, draw(rng, 2, 3))
    yield case(
        "a layer that still needs the array it returned", [bend, _EXP], [(draw(rng, 2),), ()], draw(rng, 2, 2) / 2
    )
    whole = read_only(np.asfortranarray(rng.integers(1, 5, (3, 2))))
    yield case("whole numbers, Fortran order, read-only", [square], [(np.array([2, -3]),)], whole)


def _around(steps: list, x: Any, w: Sequence[Any]) -> Any:
    """x, and on top of it what the steps make of x."""
    return np.asarray(x, dtype=float) + _chain(steps, x, w)


def _chain(steps: list, x: Any, w: Sequence[Any]) -> Any:
    h = np.array(x, dtype=float)
    for step, own in zip(steps, w, strict=True):
        h = _around(step, h, own) if isinstance(step, list) else np.exp(h) if step == _EXP else step(h, *own)
    return h


def _around_each(steps: list, x: Any, w: Sequence[Any], x_itself: bool = False) -> Any:
    """Add to each layer's output what went into that layer, or x itself."""
    h = first = np.array(x, dtype=float)
    for step, own in zip(steps, w, strict=True):
        if isinstance(step, list):
            inner = _around_each(step, h, own, x_itself)
        else:
            inner = np.exp(h) if step == _EXP else step(h, *own)
        h = (first if x_itself else h) + inner
    return h


def _leaves(w: Sequence[Any], path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Every weight in a nest of lists and tuples, with the places that lead to it."""
    for place, entry in enumerate(w):
        if isinstance(entry, (list, tuple)):
            yield from _leaves(entry, (*path, place))
        else:
            yield (*path, place), entry


def _with(w: Any, path: tuple[int, ...], value: Any) -> Any:
    """Return the nest with another weight in one place."""
    if not path:
        return value
    return type(w)(_with(entry, path[1:], value) if place == path[0] else entry for place, entry in enumerate(w))


def _as_vector(bars: Any, like: Any, owner: str = "w_bar") -> np.ndarray:
    """Flatten a nest of bars into one vector. Raise AnswerError if it is not built like `like`."""
    if isinstance(like, (list, tuple)):
        if not is_row(bars) or len(bars) != len(like):
            came = f"{len(bars)} entries" if is_row(bars) else describe_type(bars)
            raise AnswerError(f"{owner} is {came}; expected {len(like)} entries, like its weights.")
        parts = [
            _as_vector(bar, entry, f"{owner}[{place}]")
            for place, (bar, entry) in enumerate(zip(bars, like, strict=True))
        ]
        return np.concatenate([*parts, np.zeros(0)])
    if not (is_number(bars) or is_array(bars)):
        raise AnswerError(f"{owner} is {describe_type(bars)}; expected numbers.")
    if np.shape(bars) != np.shape(like):
        raise AnswerError(f"{owner} has shape {np.shape(bars)}; its variable has {np.shape(like)}.")
    return np.ravel(np.asarray(bars, dtype=float))


def _bars(c: Case, output: Callable[[list, Any, Any], Any]) -> Values:
    """x_bar and w_bar of what output(steps, x, w) makes, by nudging."""
    w_bar: Any = c.w
    for path, weight in _leaves(c.w):

        def moved(u: Any, path: Any = path) -> Any:
            return output(c.steps, c.x, _with(c.w, path, u))

        bar = pull_back(moved, weight, c.h_bar)
        w_bar = _with(w_bar, path, bar)
    x_bar = pull_back(lambda x: output(c.steps, x, c.w), c.x, c.h_bar)
    return {"x_bar": x_bar, "w_bar": _as_vector(w_bar, c.w)}


def _right(c: Case) -> Values:
    right = {"h": _around(c.steps, c.x, c.w), **_bars(c, _around)}
    return right | ({"again": _KEPT} if "twice" in c.context else {})


def _layers(run: Run, steps: list) -> list[Any]:
    """Layers for the steps; a list of steps becomes a Residual of the answer's own."""
    return [
        run("Residual", _layers(run, step))
        if isinstance(step, list)
        else KeepsOutput()
        if step == _EXP
        else Nudged(step)
        for step in steps
    ]


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    residual = run("Residual", _layers(run, case.steps))
    run("Residual", [])  # another one, which shares nothing with the first
    yield "h", run.send(residual, "forward", case.x, case.w)
    value = run.send(residual, "backward", case.h_bar, case.w)
    (_, w_bar), (_, x_bar) = take_tuple("Residual.backward", value, ("w_bar", "x_bar"))
    yield "x_bar", x_bar
    if "twice" in case.context:
        run.send(residual, "forward", case.x, case.w)
        again = run.send(residual, "backward", case.h_bar, case.w)
        yield "again", _other_weights(run, case, residual) if identical(again, value) else _LOST
    yield "w_bar", _as_vector(w_bar, case.w)


def _other_weights(run: Run, case: Case, used: Any) -> str:
    """Whether a Residual that has been used takes other weights as a new one does."""
    w = [other_weights(weights) for weights in case.w]
    new = run("Residual", _layers(run, case.steps))
    h = run.send(new, "forward", case.x, w)
    value = run.send(new, "backward", case.h_bar, w)
    kept = identical(run.send(used, "forward", case.x, w), h)
    return _KEPT if kept and identical(run.send(used, "backward", case.h_bar, w), value) else _OLD_WEIGHTS


def _bare(steps: list, x: Any, w: Sequence[Any]) -> Any:
    """Run the chain without any sum, though forward took them all."""
    h = np.array(x, dtype=float)
    for step, own in zip(steps, w, strict=True):
        h = _bare(step, h, own) if isinstance(step, list) else np.exp(h) if step == _EXP else step(h, *own)
    return h


def _flat_only(wrong: Callable[[Case, Values], Values | None]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake with known values if no Residual is nested and no layer keeps its output."""

    def values(c: Case, right: Values) -> Values | None:
        return None if any(isinstance(step, list) or step == _EXP for step in c.steps) else wrong(c, right)

    return values


def _in_place(c: Case, right: Values) -> Values | None:
    """H += x: the last layer's own array has changed by the time it is asked for its bar."""
    if _EXP not in c.steps:
        return {"h": right["h"], "x_bar": right["x_bar"], "w_bar": right["w_bar"]}
    x = np.asarray(c.x, dtype=float)
    inner = c.steps[:-1]
    before = _chain(inner, x, c.w[:-1])
    bar = product(c.h_bar, np.exp(before) + x)
    more = pull_back(lambda u: _chain(inner, u, c.w[:-1]), x, bar)
    return {"x_bar": c.h_bar + more}


def _reversed(c: Case, right: Values) -> Values | None:
    """w_bar in the order in which the layers were met on the way back; told where each layer has as many weights."""
    sizes = [sum(np.size(u) for _, u in _leaves([own])) for own in c.w]
    if len(sizes) < 2 or len(set(sizes)) > 1:
        return None
    return {"w_bar": np.concatenate(np.split(right["w_bar"], len(sizes))[::-1]), "x_bar": right["x_bar"]}


_JOINED: tuple[tuple[str, str, Callable[[Any, Any], Any]], ...] = (
    ("the layers twice", "What the layers make of x is counted twice.", lambda x, h: x + 2 * h),
    ("x twice", "x is counted twice in the sum.", lambda x, h: 2 * x + h),
    ("multiplied", "x and what the layers make of it are multiplied. They are added.", lambda x, h: x * h),
    ("the layers subtracted", "What the layers make of x is subtracted. It is added.", lambda x, h: x - h),
    ("the larger of both", "The larger of both is taken. They are added.", np.maximum),
)
_BARS: tuple[tuple[str, str, Callable[[Any, Any], Any]], ...] = (
    ("half of the bar", "Half of h_bar goes into the layers. A sum hands its bar to both terms, undivided.", lambda bar, x: bar / 2),
    ("ones for the bar", "Ones go into the layers. Where is the bar that comes in?", lambda bar, x: np.ones_like(bar)),
    ("x for the bar", "x goes into the layers on the way back. What came in from behind?", lambda bar, x: x),
    ("twice the bar", "Twice h_bar goes into the layers. A sum hands its bar to both terms, undivided.", lambda bar, x: 2 * bar),
)  # fmt: skip


def _guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a sum: joined in another way, or another bar sent into the layers."""
    x, bar = np.asarray(c.x, dtype=float), np.asarray(c.h_bar, dtype=float)
    if output == "h":
        for name, hint, join in _JOINED:
            yield name, hint, lambda join=join: join(x, _chain(c.steps, x, c.w))
        before = "x is added before the layers, and not to what they make of it."
        yield "x added before the layers", before, lambda: _chain(c.steps, 2 * x, c.w)
        yield "x added before and after the layers", before, lambda: x + _chain(c.steps, 2 * x, c.w)
    if output == "x_bar":
        through = right[output] - bar
        for name, hint, other in _BARS:
            yield name, hint, lambda other=other: bar + _through(c, other(bar, x))
        joined = "Both ways bring a bar of x, and bars add up."
        yield "one way subtracted", joined, lambda: bar - through
        yield "the ways multiplied", joined, lambda: product(bar, through)
        yield "the layers' bar twice", joined, lambda: 2 * through


def _through(c: Case, bar: Any) -> Any:
    """Return what the layers send back for another bar."""
    return pull_back(lambda x: _chain(c.steps, x, c.w), c.x, bar)


RESIDUAL = Exercise(
    name="Residual",
    signature="class Residual: Residual(layers), forward(self, x, w) -> h, backward(self, h_bar, w) -> (w_bar, x_bar); h = x + network(x)",
    is_chain=True,
    observations={"again": Observation("a second call", "The network")},
    outputs=("h", "x_bar", "w_bar", "again"),
    only_with_others=("again",),
    parts=(Part("forward", 1, ("h",)), Part("backward", 3, ("x_bar", "w_bar", "again"))),
    points=4,
    minutes=14,
    level=2,
    statements=("L13", "L15", "L16"),
    probes=_probes,
    oracle=_right,
    drive=_drive,
    guesses=_guesses,
    mistakes=(
        Mistake("forgot the sum", "h is what the layers make of x. What is added to it?",
                _flat_only(lambda c, right: {"h": _chain(c.steps, c.x, c.w)})),
        Mistake("forgot the sum both ways", "What the layers make of x is added to x, and both terms of that sum have a bar.",
                lambda c, right: {"h": _bare(c.steps, c.x, c.w), "x_bar": _bars(c, _bare)["x_bar"]}),
        Mistake("a way around each layer", "Every layer gets a sum of its own. There is one sum: x is added to what the whole chain makes of it.",
                lambda c, right: {"h": _around_each(c.steps, c.x, c.w)} if c.steps else None),
        Mistake("x after each layer", "x is added after every layer. There is one sum: x is added to what the whole chain makes of it.",
                lambda c, right: {"h": _around_each(c.steps, c.x, c.w, x_itself=True)} if c.steps else None),
        Mistake("lost the way around", "x_bar is what came back through the layers. x was used twice: what comes back from the other use?",
                _flat_only(lambda c, right: {"x_bar": _bars(c, _chain)["x_bar"]})),
        Mistake("only the way around", "x_bar is h_bar itself. Something comes back through the layers as well.",
                _flat_only(lambda c, right: {"x_bar": np.array(c.h_bar, dtype=float)})),
        Mistake("1 instead of the bar", "You add 1 to the bar that comes back through the layers. The slope of the sum is 1; which bar is multiplied by it?",
                _flat_only(lambda c, right: {"x_bar": right["x_bar"] - c.h_bar + 1})),
        Mistake("multiplied by the bar again", "What comes back through the layers is multiplied by h_bar once more. Is it a slope, or a bar?",
                _flat_only(lambda c, right: {"x_bar": product(c.h_bar, 1 + right["x_bar"] - c.h_bar)})),
        Mistake("way around twice", "The residual connection counts twice in x_bar.", _flat_only(lambda c, right: {"x_bar": right["x_bar"] + c.h_bar})),
        Mistake("averaged", "You take the mean of both paths. h is their sum, and a sum passes its bar on whole to both.",
                _flat_only(lambda c, right: {"x_bar": right["x_bar"] / 2})),
        Mistake("mean in the forward", "You halve the sum. h = x + what the layers make of x.", _flat_only(lambda c, right: {"h": right["h"] / 2})),
        Mistake("split the bar", "Each path got half of h_bar. A sum passes its bar to both terms, undivided.",
                _flat_only(lambda c, right: {"x_bar": right["x_bar"] / 2, "w_bar": right["w_bar"] / 2})),
        Mistake("added x to the bar", "You add x itself to the bar that comes back through the layers. On the way back bars are added, not values.",
                _flat_only(lambda c, right: {"x_bar": right["x_bar"] - c.h_bar + c.x})),
        Mistake("subtracted", "You subtract x. It is added, going forward and in its bar.",
                _flat_only(lambda c, right: {"h": right["h"] - 2 * np.asarray(c.x, dtype=float)})),
        Mistake("flipped the way around", "The residual connection has the wrong sign in x_bar.", _flat_only(lambda c, right: {"x_bar": right["x_bar"] - 2 * c.h_bar} if c.steps else None)),
        Mistake("added in place", "Right but for a layer that still needs the array it returned: += has written into it. Make a new array for the sum.", _in_place),
        Mistake("w_bar in reverse order", "w_bar is in the order in which you met the layers on the way back. It belongs in the order of w.", _reversed),
        Mistake("gives a different result the second time", "The second time the result is different: did backward reorder the list of layers itself?",
                lambda c, right: {"again": _LOST} if "again" in right else None),
        Mistake("keeps its weights", "Called with other weights, your Residual goes on with those of an earlier call. The weights come with every call.",
                lambda c, right: {"again": _OLD_WEIGHTS} if "again" in right else None),
    ),
)  # fmt: skip
