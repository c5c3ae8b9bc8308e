"""Notebook 04, second half: a network is a list of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_tuple
from barprop.answers.untrusted import identical
from barprop.exercises.layer_drivers import flat, other_weights
from barprop.exercises.sampling import draw, read_only
from barprop.fixtures.layers import Nudged
from barprop.judging.exercise import Case, Exercise, Mistake, Observation, Part, Values
from barprop.numerics.layer_steps import bend, neighbours, plain_neighbours, square, twice_as_wide
from barprop.numerics.vjp import pull_back

# --- Network ----------------------------------------------------------------------------------
_LAYERS_KEPT = "can be called again"
_LAYERS_LOST = "gives a different result the second time"
_OLD_WEIGHTS = "goes on with the weights of another call"
_CHAINED = "as one layer after the other"
_NOT_CHAINED = "differs from calling one layer after the other"


def _network_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, steps: tuple, w: list[tuple], x: Any, width: int) -> Case:
        more = {"steps": steps, "twice": label.startswith("three")}
        return Case(label, {"x": x, "w": w, "h_bar": draw(rng, len(x), width)}, more, trivial=not w)

    same_shapes = [(draw(rng, 3),), (draw(rng, 3),), (draw(rng, 3),)]
    yield case("three layers", (bend, square, neighbours), same_shapes, draw(rng, 2, 3), 3)
    uneven = [(draw(rng, 2), draw(rng)), (), (draw(rng, 4),)]
    yield case("layers with 2, 0 and 1 weights", (twice_as_wide, plain_neighbours, bend), uneven, draw(rng, 3, 2), 4)
    yield case("one layer", (square,), [(draw(rng, 2),)], read_only(draw(rng, 1, 2)), 2)
    yield case("no layer", (), [], read_only(draw(rng, 2, 3)), 3)
    w = [(draw(rng, 4, 3), draw(rng, 4)), (), (draw(rng, 2, 4) / 2, draw(rng, 2)), ()]
    args = {"x": draw(rng, 5, 3), "w": w, "h_bar": draw(rng, 5, 2)}
    yield Case("your own Linear, Tanh, Linear, ReLU", args, {"own": ("Linear", "Tanh", "Linear", "ReLU")})


def _chain(steps: Sequence[Callable], x: Any, w: Sequence[Sequence[Any]]) -> Any:
    for step, weights in zip(steps, w, strict=True):
        x = step(x, *weights)
    return x


def _network_right(c: Case) -> Values:
    if "own" in c.context:
        return {"own": _CHAINED}

    def w_bar(number: int, place: int) -> Any:
        def output(u: Any) -> Any:
            changed = [list(weights) for weights in c.w]
            changed[number][place] = u
            return _chain(c.steps, c.x, changed)

        return pull_back(output, c.w[number][place], c.h_bar)

    bars = [tuple(w_bar(i, j) for j in range(len(weights))) for i, weights in enumerate(c.w)]
    right = {
        "h": _chain(c.steps, np.array(c.x, dtype=float), c.w),
        "x_bar": pull_back(lambda x: _chain(c.steps, x, c.w), c.x, c.h_bar),
        "w_bar": flat("w_bar", bars, c.w),
    }
    return right | ({"again": _LAYERS_KEPT} if c.twice else {})


def _network_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    if "own" in case.context:
        yield "own", _own_layers(run, case)
        return
    network = run("Network", [Nudged(step) for step in case.steps])
    run("Network", [])  # another one, which shares nothing with the first
    yield "h", run.send(network, "forward", case.x, case.w)
    value = run.send(network, "backward", case.h_bar, case.w)
    (_, w_bar), (_, x_bar) = take_tuple("Network.backward", value, ("w_bar", "x_bar"))
    yield "x_bar", x_bar
    if case.twice:
        run.send(network, "forward", case.x, case.w)
        again = run.send(network, "backward", case.h_bar, case.w)
        yield "again", _other_weights(run, case, network) if identical(again, value) else _LAYERS_LOST
    yield "w_bar", flat("w_bar", w_bar, case.w)


def _other_weights(run: Run, case: Case, used: Any) -> str:
    """Whether a network that has been used takes other weights as a new one does, also between the calls of another."""
    w = [other_weights(weights) for weights in case.w]
    new = run("Network", [Nudged(step) for step in case.steps])
    h = run.send(new, "forward", case.x, w)
    value = run.send(new, "backward", case.h_bar, w)
    kept = identical(run.send(used, "forward", case.x, w), h)
    run.send(new, "forward", case.x, case.w)
    return _LAYERS_KEPT if kept and identical(run.send(used, "backward", case.h_bar, w), value) else _OLD_WEIGHTS


def _own_layers(run: Run, case: Case) -> str:
    """Compare the student's Network with its layers called one after the other."""
    network = run("Network", [run(name) for name in case.own])
    layers = [run(name) for name in case.own]
    h, bar = case.x, case.h_bar
    w_bar: list[Any] = []
    try:
        for layer, weights in zip(layers, case.w, strict=True):
            h = run.send(layer, "forward", h, weights)
        for layer, weights in zip(reversed(layers), reversed(case.w), strict=True):
            value = run.send(layer, "backward", bar, weights)
            (_, own), (_, bar) = take_tuple("backward", value, ("w_bar", "h_prev_bar"))
            w_bar.insert(0, own)
    except AnswerError:
        return _CHAINED  # a slip in Linear costs Linear alone
    out = run.send(network, "forward", case.x, case.w)
    value = run.send(network, "backward", case.h_bar, case.w)
    (_, w_bars), (_, x_bar) = take_tuple("Network.backward", value, ("w_bar", "x_bar"))
    right = identical(out, h) and identical(x_bar, bar) and identical(tuple(w_bars), tuple(w_bar))
    return _CHAINED if right else _NOT_CHAINED


def _wrong_network(rule: str) -> Callable[[Case, Values], Values | None]:
    """Describe a Network that breaks the chain as `rule` names; None if that does not fit the shapes."""

    def wrong(c: Case, right: Values) -> Values | None:
        if "own" in c.context or len(c.w) < 2:
            return None
        try:
            return _broken(c, rule)
        except (ValueError, IndexError, TypeError, AnswerError):
            return None

    return wrong


def _broken(c: Case, rule: str) -> Values:
    pairs = list(zip([Nudged(step) for step in c.steps], c.w, strict=True))
    h, bar = c.x, c.h_bar
    w_bar: list[Any] = []
    for layer, weights in pairs:
        h = layer.forward(c.x if rule == "all from x" else h, weights)
    back = pairs if rule == "forward order" else pairs[::-1]
    if rule == "weights not turned":
        back = [(layer, weights) for (layer, _), weights in zip(back, c.w, strict=True)]
    for layer, weights in back:
        own, bar = layer.backward(c.h_bar if rule == "same bar" else bar, weights)
        w_bar.insert(len(w_bar) if rule in ("forward order", "not turned") else 0, own)
    wrong = {"x_bar": bar, "w_bar": flat("w_bar", w_bar, c.w)}
    return wrong | ({"h": h} if rule == "all from x" else {})


def _early(c: Case, right: Values) -> Values | None:
    """Return the chain without its last layer."""
    return {"h": _chain(c.steps[:-1], c.x, c.w[:-1])} if c.args["w"] and "own" not in c.context else None


def _gave_back(c: Case, right: Values) -> Values:
    return {"own": _NOT_CHAINED} if "own" in c.context else {"h": np.array(c.x, dtype=float)}


NETWORK = Exercise(
    name="Network",
    signature="class Network: Network(layers), forward(self, x, w) -> h, backward(self, h_bar, w) -> (w_bar, x_bar)",
    is_chain=True,
    observations={"again": Observation("a second call", "The network"), "own": Observation("layers of your own", "A network of your own layers")},
    outputs=("h", "x_bar", "w_bar", "again", "own"),
    only_with_others=("again", "own"),
    parts=(Part("forward", 1, ("h",)), Part("backward", 3, ("x_bar", "w_bar", "again", "own"))),
    points=4,
    minutes=12,
    level=2,
    statements=("L16", "L17"),
    probes=_network_probes,
    oracle=_network_right,
    drive=_network_drive,
    mistakes=(
        Mistake("went back in forward order", "The bars went through the layers from first to last. Which layer made the output?",
                _wrong_network("forward order")),
        Mistake("turned the list for good", "The second time the result is different. Does backward reorder the list of layers itself, or go through an iterator such as reversed(...), which can be gone through once?",
                lambda c, right: {"again": _LAYERS_LOST} if "again" in right else None),
        Mistake("weights in forward order", "The layers go backwards, and their weights do not: turn both lists over.",
                _wrong_network("weights not turned")),
        Mistake("w_bar in reverse order", "w_bar is in the order in which you met the layers on the way back. It belongs in the order of w.",
                lambda c, right: {"x_bar": right.get("x_bar"), **(_wrong_network("not turned")(c, right) or {})}),
        Mistake("the same bar for every layer", "Every layer was given the bar of the network's output. Each hands its input's bar to the one before it.",
                _wrong_network("same bar")),
        Mistake("x_bar is the bar that came in", "x_bar is h_bar itself. What comes out of the first layer on the way back?",
                lambda c, right: {"x_bar": np.array(c.h_bar)} if "own" not in c.context else None),
        Mistake("every layer was given x", "Every layer was given x. Each takes what the one before it made.", _wrong_network("all from x")),
        Mistake("left out the last layer", "The last layer never had its turn.", _early),
        Mistake("layers on the class", "Everything is returned unchanged. Are your layers stored on the class, or in a global name? Then a second Network, made with no layer, has emptied the list of the first.",
                lambda c, right: {"h": np.array(c.x, dtype=float), "x_bar": np.array(c.h_bar)} if "own" not in c.context else None),
        Mistake("keeps its weights", "Called with other weights, your network goes on with those of an earlier call, or of another network. The weights come with every call.",
                lambda c, right: {"again": _OLD_WEIGHTS} if "again" in right else None),
        Mistake("gave x back", "x is returned unchanged. Which layers has it been through?", _gave_back),
    ),
)  # fmt: skip
