"""Every picture of the course, drawn from small made-up data: for the tests, and for the contact sheet.

Each is drawn when it is asked for: drawing all of them takes half a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np

from barprop import relu, sigmoid, softplus, tanh
from barprop.data import digits, panda
from barprop.numerics.neuron import graph_bars, graph_values
from barprop.pictures import adversarial, layers, neuron, photos, splitting, tape
from barprop.pictures.picture import Picture

Drawing: TypeAlias = Callable[[], Picture]

GIVEN: Any = {"x": [1.5, -0.5], "w": [0.8, 0.4], "v": 1.2, "y": 0.3, "sigma": "tanh"}
DRAW = np.random.default_rng(0)
STEPS = np.arange(300)
FALLING = 3 * np.exp(-STEPS / 60) + 0.1 * DRAW.random(300)
MOVED = np.column_stack([0.7 * (1 - np.exp(-STEPS / 50)), STEPS / 4000])
EPS, CURVE = [0, 0.05, 0.1, 0.2, 0.3], np.array([0.93, 0.6, 0.2, 0.05, 0.0])


def _gradient(f: Callable[[np.ndarray], float], u: np.ndarray, step: float) -> np.ndarray:
    return np.array([(f(u + step * e) - f(u - step * e)) / 2 / step for e in np.eye(len(u))])


def neuron_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebooks 01 and 02, not yet drawn."""
    values, bars = graph_values(**GIVEN), graph_bars(**GIVEN)
    u, x = np.array([0.3, 0.5]), DRAW.uniform(-2, 2, 60)
    noisy = 1.5 * np.tanh(2 * x - 0.6) + 0.1 * DRAW.normal(size=60)
    return {
        "neuron.graph": partial(neuron.graph),
        "neuron.forward_film": partial(neuron.forward_film, values),
        "neuron.backward_film": partial(neuron.backward_film, values, bars),
        "neuron.step_sizes": partial(neuron.step_sizes, lambda u: float(np.sin(u).sum()), u, np.cos(u), _gradient),
        "neuron.slopes": partial(neuron.slopes, [relu, tanh, sigmoid, softplus]),
        "neuron.training": partial(neuron.training, x, noisy, lambda s: 1.5 * np.tanh(2 * s - 0.6), list(FALLING)),
    }


def splitting_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebook 03, not yet drawn."""
    rates = np.logspace(-5, 0, 11)
    valley = 10.0 ** -(6 - np.abs(np.arange(11) - 7.0))
    away = np.where(rates > 1e-3, np.inf, 3.0)
    raw = {"0.01": 0 * valley + 2, "0.1": 10 * valley, "1": valley, "10": away, "100": 2 * away}
    names = ("4 units", "12 units")
    curves = {0.5: np.exp(-STEPS / 20), 0.99: np.exp(-STEPS / 40), 1.01: np.exp(STEPS / 30)}
    return {
        "splitting.products_and_sum, a question": partial(splitting.products_and_sum, [3, 1], [0.1, 2], -2),
        "splitting.products_and_sum": partial(splitting.products_and_sum, [3, 1], [0.1, 2], -2, [-6, -2]),
        "splitting.two_networks": partial(splitting.two_networks),
        "splitting.shares": partial(splitting.shares, [3, 1], [0.75, 0.25], [0.9, 0.1], {"gradient": 60}),
        "splitting.movement": partial(splitting.movement, {"raw": (MOVED, FALLING)}, names),
        "splitting.movement, two": partial(
            splitting.movement, {"raw": (MOVED, FALLING), "rescaled": (MOVED, FALLING / 3)}, names
        ),
        "splitting.rate_sweep": partial(
            splitting.rate_sweep, rates, {"raw": raw, "rescaled": dict.fromkeys(raw, valley)}
        ),
        "splitting.crossing": partial(splitting.crossing, curves, np.linspace(0.95, 1.03, 9), np.logspace(-12, 20, 9)),
    }


def layer_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebook 04, not yet drawn."""
    X, labels, _, _ = digits()
    logits = DRAW.normal(size=10)
    shares = np.exp(logits) / np.exp(logits).sum()
    losses = list(2.3 * np.exp(-np.arange(1250) / 300) * DRAW.uniform(0.3, 2, 1250) + 0.01)
    return {
        "layers.card": partial(layers.card),
        "layers.blocks": partial(layers.blocks),
        "layers.chain": partial(layers.chain, ["Linear", "ReLU", "Linear"], "Softmax-\nCrossEntropy"),
        "layers.digit_grid": partial(layers.digit_grid, X[:40], labels[:40]),
        "layers.digit_grid, unread": partial(layers.digit_grid, X[:20]),
        "layers.digit_grid, taken for": partial(layers.digit_grid, X[:20], labels[:20], (labels[:20] + 1) % 10),
        "layers.probabilities": partial(layers.probabilities, list(logits), 3, list(shares - np.eye(10)[3])),
        "layers.learning_curve": partial(layers.learning_curve, losses, list(0.93 - 0.06 * np.exp(-np.arange(10) / 2))),
        "layers.first_weights": partial(layers.first_weights, DRAW.normal(size=(64, 784))),
    }


def _logits(seen: Any) -> np.ndarray:
    return DRAW.normal(size=(len(seen), 10)) + 6 * np.eye(10)[np.asarray(seen)]


def adversarial_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebook 05, not yet drawn."""
    X, labels, _, _ = digits()
    ten, truth = np.asarray(X[:10]), np.asarray(labels[:10])
    pushed = np.clip(ten + 0.1 * np.sign(DRAW.normal(size=ten.shape)), 0, 1)
    wrong = np.roll(truth, 1)
    heads = ["as it came", *(f"{k} steps" for k in range(2, 11))]
    some = np.where(np.arange(10) % 3, truth, wrong)
    kinds = {f"eps = {eps}": (pushed, _logits(seen), truth) for eps, seen in ((0, truth), (0.05, some), (0.1, wrong))}
    captions = ["✓ 3, 99.7 %", "✗ 2, 93 %", "✓ 3, 97 %"]
    changed = {"fgsm": pushed[3], "random signs": ten[3]}
    lines = {"random signs": 0 * CURVE + 0.9, "fgsm": CURVE, "pgd": 0.8 * CURVE}
    before, after = {"fgsm": CURVE, "pgd": 0.9 * CURVE}, {"fgsm": 0.5 * CURVE + 0.4, "pgd": 0.5 * CURVE + 0.3}
    return {
        "adversarial.row": partial(adversarial.row, ten, _logits(some), truth, heads),
        "adversarial.rows": partial(adversarial.rows, kinds),
        "adversarial.aimed": partial(adversarial.aimed, ten, _logits(some), truth),
        "adversarial.bars": partial(adversarial.bars, ten[:7], DRAW.normal(size=(7, 784)) * ten[:7]),
        "adversarial.calm_and_nervous": partial(
            adversarial.calm_and_nervous, X[:100], _logits(labels[:100]), labels[:100], DRAW.random(100) ** 3
        ),
        "adversarial.magnified": partial(adversarial.magnified, ten[3], changed, captions),
        "adversarial.curve": partial(adversarial.curve, EPS, lines, {"fgsm": 30}),
        "adversarial.before_and_after": partial(adversarial.before_and_after, EPS, before, after),
    }


class Node:
    """A node as notebook 06 has it; `op` is the method whose way back it holds."""

    def __init__(self, data: Any, *parents: Node, op: str = "") -> None:
        self.data, self.parents, self.bar = np.array(data, dtype=float), parents, np.array(0.5)
        if op:
            self.back = lambda bar: ()
            self.back.__qualname__ = f"{op}.<locals>.<lambda>"


def tape_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebook 06, not yet drawn."""
    x = Node(0.5)
    s = Node(0.48, x, op="sin")
    sine = Node(0.46, s, op="sin")
    y = Node(0.49, x, Node(0.47, s, sine, op="mean"), op="mean")
    x1, x2, w1, w2, v, t = (Node(value) for value in (1.5, -0.5, 0.8, 0.4, 0.75, 0.3))
    z = Node(1, Node(1.2, x1, w1, op="__mul__"), Node(-0.2, x2, w2, op="__mul__"), op="__add__")
    h = Node(1, z, z, op="__mul__")
    e = Node(0.75, v, h, op="__mul__")
    d = Node(-0.45, t, Node(-0.75, Node(-1), e, op="__mul__"), op="__add__")
    square = Node(0.2, d, d, op="__pow__")
    loss = Node(0.1, square, Node(2), op="__truediv__")
    line = np.linspace(-6, 6, 100)
    named = {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "v": v, "y": t, "z": z, "h": h, "e": e, "l": loss}
    order = [x, s, sine, y.parents[1], y]
    return {
        "tape.draw, forward": partial(tape.draw, y, bars=False, x=x, s=s, y=y),
        "tape.draw, order": partial(tape.draw, y, order=order, x=x, s=s, y=y),
        "tape.draw": partial(tape.draw, loss, **named),
        "tape.draw, a chain": partial(
            tape.draw, Node(0.76, Node(1, Node([1.5, -0.5]), Node([0.8, 0.4]), op="__matmul__"), op="tanh")
        ),
        "tape.curves": partial(
            tape.curves, line, np.logaddexp(0, line), 1 / (1 + np.exp(-line)), ("softplus", "its slope")
        ),
        "tape.losses": partial(tape.losses, {"with your tape": list(FALLING), "by hand": list(FALLING)}),
    }


def photo_pictures() -> dict[str, Drawing]:
    """Return the pictures of notebook 07, not yet drawn."""
    X = panda()
    five, logits = np.repeat(X, 5, axis=0), 2 * DRAW.normal(size=(5, 1000))
    pushed = np.clip(X + 2 / 255 * np.sign(DRAW.normal(size=X.shape)), 0, 1)
    maps = {"one backward pass": np.abs(DRAW.normal(size=X.shape)), "mean of 16 noisy photos": X}
    lines = {"giant panda": np.linspace(1, 0, 9), "gibbon": np.linspace(0, 1, 9)}
    return {
        "photos.photo": partial(photos.photo, X),
        "photos.seen": partial(photos.seen, X, logits[:1]),
        "photos.row": partial(
            photos.row, five, logits, ["as it is", "random noise", "the change, shuffled", "JPEG", "moved"]
        ),
        "photos.equation": partial(photos.equation, X, pushed, logits[:2]),
        "photos.walk": partial(photos.walk, range(9), lines, 4),
        "photos.saliency": partial(photos.saliency, X, maps),
        "photos.windows": partial(photos.windows, 3, 2),
    }


@cache
def picture(name: str) -> Picture:
    """Draw a picture; the tests of a process share it."""
    return PICTURES[name]()


_KINDS = (neuron_pictures, splitting_pictures, layer_pictures, adversarial_pictures, tape_pictures, photo_pictures)
PICTURES = {name: drawing for kind in _KINDS for name, drawing in kind().items()}
