"""Examples for the widgets that show something of a student's: a trained network, a tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from barprop.data import digits, panda
from barprop.widgets.digit_pad import DigitPad
from barprop.widgets.perturb_pad import PerturbPad
from barprop.widgets.picture_pad import PicturePad
from barprop.widgets.tape_view import TapeView


class _TwoLayers:
    """A network of two linear layers with ReLU between them, forward only."""

    def forward(self, x: Any, w: Any) -> np.ndarray:
        (W, b), _, (V, c) = w
        return np.maximum(np.asarray(x) @ W.T + b, 0) @ V.T + c


def random_features(units: int = 128, seed: int = 0) -> tuple[_TwoLayers, list[tuple[np.ndarray, ...]], None]:
    """Return a network that reads most digits: random first weights, the last ones by least squares.

    Parameters
    ----------
    units : int
        In the hidden layer.
    seed : int
        Of the first weights.
    """
    draw = np.random.default_rng(seed)
    X, labels, _, _ = digits()
    W, b = draw.normal(size=(units, X.shape[1])) / 10, draw.normal(size=units) / 4
    h = np.column_stack([np.maximum(X @ W.T + b, 0), np.ones(len(X))])
    targets = 6 * np.eye(10)[labels]
    last = np.linalg.solve(h.T @ h + 10 * np.eye(units + 1), h.T @ targets)
    return _TwoLayers(), [(W, b), (), (last[:-1].T, last[-1])], None


def perturb_pad() -> PerturbPad:
    """Return a pad with thirty digits and a network that reads most of them."""
    _, _, X, labels = digits()
    return PerturbPad(random_features(), X[:30], labels[:30])


class _Colours:
    """A network that asks how red, green and blue a photo is on the whole: three classes."""

    def forward(self, x: Any, w: Any) -> np.ndarray:
        return 40 * np.asarray(x).reshape(len(x), -1, 3).mean(axis=1)


def _more_of(net: Any, X: Any, targets: Any, eps: float, alpha: float, steps: int) -> np.ndarray:
    """Attack _Colours: more of the wanted colour, less of the others."""
    change = np.tile(2 * np.eye(3)[targets[0]] - 1, X.shape[1] // 3)
    return np.clip(X + min(eps, alpha * steps) * change, 0, 1)


def picture_pad() -> PicturePad:
    """Return a pad with the panda and a network that knows three colours, for which no weights are needed."""
    net: Any = (_Colours(), [], None)
    names = ("red", "green", "blue")
    return PicturePad(net, _more_of, panda(), names, target="blue", steps=4, eps=0.08, alpha=0.02)


def digit_pad() -> DigitPad:
    """Return a pad to draw on, with a network that reads most digits."""
    _, _, X, _ = digits()
    return DigitPad(random_features(), X[:10])


class _Node:
    """A value as notebook 06 records it: data, bar, parents."""

    def __init__(self, data: Any, *parents: _Node) -> None:
        self.data, self.parents = np.array(data, dtype=float), parents
        self.bar = np.zeros_like(self.data)


def tape_view() -> TapeView:
    """Return the tape of one neuron, with a backward in which one step forgot its factor."""
    x, w, v, y = _Node(1.5), _Node(0.7), _Node(-1.2), _Node(0.4)
    z = _Node(w.data * x.data, w, x)
    h = _Node(np.tanh(z.data), z)
    e = _Node(v.data * h.data, v, h)
    d = _Node(y.data - e.data, y, e)
    l = _Node(d.data**2, d)  # noqa: E741 the letter of the board
    l.bar = np.array(1.0)
    d.bar = 2 * d.data * l.bar
    y.bar, e.bar = d.bar, -d.bar
    v.bar, h.bar = e.bar * h.data, e.bar * v.data
    z.bar = h.bar  # the slope of tanh is missing
    w.bar, x.bar = z.bar * x.data, z.bar * w.data
    return TapeView(l, names={"x": x, "w": w, "v": v, "y": y, "z": z, "h": h, "e": e, "l": l})
