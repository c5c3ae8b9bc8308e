"""The forward steps of layers, one example a row, for taking numerical derivatives of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from barprop.activations import softplus
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back


def affine(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Multiply each row of X with each row of W, and add b: (n, d), (m, d), (m,) -> (n, m)."""
    X, W = np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return inner(X[:, None, :], W[None, :, :]) + b


def mean_half_square(e: ArrayLike, y: ArrayLike) -> float:
    """Return half the squared distance between the rows of e and y, on average over the rows."""
    rows = half_square(y, e).reshape(len(np.asarray(e)), -1).sum(axis=1)
    return float(np.mean(rows))


def cross_entropies(logits: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return the surprise of each row at its label: how far the soft maximum is above the labelled logit; (n,)."""
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    above = logits - np.take_along_axis(logits, labels[:, None], axis=1)
    return np.logaddexp.reduce(above, axis=1)


# The layers handed to a Network are made of these steps. None of them is an exercise,
# and no two of them may be exchanged without changing what comes out.


def bend(h: Any, a: Any) -> Any:
    """Return a sin(h), entry by entry."""
    return product(a, np.sin(h))


def square(h: Any, a: Any) -> Any:
    """Return h^2 + a, entry by entry."""
    return np.square(h) + a


def neighbours(h: Any, a: Any) -> Any:
    """Multiply each entry with its left neighbour, and add a h."""
    return product(h, np.roll(h, 1, axis=1)) + product(a, h)


def twice_as_wide(h: Any, a: Any, b: Any) -> Any:
    """Return a h beside cos(h) + b: (n, 2 m) of (n, m)."""
    return np.concatenate([product(a, h), np.cos(h) + b], axis=1)


def plain_neighbours(h: Any) -> Any:
    """Multiply each entry with its left neighbour: a step without weights."""
    return product(h, np.roll(h, 1, axis=1))


class Nudged:
    """A layer made of any smooth forward step; its bars are found by nudging, so it knows no calculus.

    Parameters
    ----------
    step : (h_prev, *w) -> h.
    """

    def __init__(self, step: Callable[..., np.ndarray]) -> None:
        self._step = step
        self._h_prev: Any = None

    def forward(self, h_prev: ArrayLike, w: Sequence[Any]) -> np.ndarray:
        """Return the step's output; cache its input."""
        self._h_prev = np.array(h_prev, dtype=float)
        return self._step(self._h_prev, *w)

    def backward(self, h_bar: ArrayLike, w: Sequence[Any]) -> tuple[tuple[Any, ...], np.ndarray]:
        """Return the bars of w, a tuple like w, and the bar of the cached input."""
        w_bar = tuple(
            pull_back(lambda u: self._step(self._h_prev, *w[:i], u, *w[i + 1 :]), w[i], h_bar) for i in range(len(w))
        )
        return w_bar, pull_back(lambda h: self._step(h, *w), self._h_prev, h_bar)


class KeepsOutput:
    """The layer h = e^h_prev, entry by entry. It returns the very array that it caches, as a ReLU may do."""

    def forward(self, h_prev: ArrayLike, w: Sequence[Any]) -> np.ndarray:
        """Return h, like h_prev."""
        self._h = np.exp(np.asarray(h_prev, dtype=float))
        return self._h

    def backward(self, h_bar: ArrayLike, w: Sequence[Any]) -> tuple[tuple, np.ndarray]:
        """Return ((), h_prev_bar)."""
        return (), product(h_bar, self._h)


class Prototypes:
    """A small classifier to try training on: the nearer a row lies to a class's prototype, the larger that logit.

    logit = c_class - softplus(s) |x - P_class|^2 / 2. The weights are [(P, c), (), (s,)] with P (k, d), c (k,) and
    s (1,): three layers, the middle one without weights. It notes what it was asked: `asked` holds (rows, w)
    of each forward that a backward followed.

    Parameters
    ----------
    like : weights whose shapes w must keep; rows and backward passes have limits then as well. None: no limits.
    """

    _MOST = 1_000  # rows at once, and backward passes
    _ROWS = 30_000  # in all backward passes, since they are kept

    def __init__(self, like: Sequence[Sequence[Any]] | None = None) -> None:
        self._shapes = None if like is None else _shapes_of(like)
        self.asked: list[tuple[np.ndarray, list]] = []
        self._last: tuple[np.ndarray, list] | None = None

    def forward(self, x: ArrayLike, w: Sequence[Sequence[Any]]) -> np.ndarray:
        """Return the logits (n, k) of the rows of x (n, d)."""
        self._check(x, w)
        x = np.array(x, dtype=float)
        self._last = x, [tuple(np.array(u, dtype=float)[()] for u in layer) for layer in w]
        return logits_of(x, w)

    def _check(self, x: Any, w: Any) -> None:
        """Before anything is kept: rows and weights of other shapes could be as large as they like."""
        if not self._shapes:
            return
        if _shapes_of(w) != self._shapes:
            raise ValueError(f"w must hold arrays of shapes {self._shapes}, a list for each layer, got {_shapes_of(w)}")
        d = self._shapes[0][0][-1]
        if np.ndim(x) != 2 or len(x) > self._MOST or np.shape(x)[1] != d:
            raise ValueError(f"forward takes rows of shape (n, {d}), n up to {self._MOST:,}, got shape {np.shape(x)}")

    def backward(self, h_bar: ArrayLike, w: Sequence[Sequence[Any]]) -> tuple[list[tuple], np.ndarray]:
        """Return the bars of w, a list like w, and the bar of the rows."""
        if self._last is None:
            raise ValueError("backward was called before forward")
        if self._shapes and len(self.asked) >= self._MOST:
            raise ValueError(f"backward was called more than {self._MOST:,} times")
        if self._shapes and sum(len(rows) for rows, _ in self.asked) > self._ROWS:
            raise ValueError(f"backward was called with more than {self._ROWS:,} rows in all")
        self.asked.append(self._last)
        x, ((P, c), _, (s,)) = self._last[0], w
        pull = softplus(s) * np.asarray(h_bar, dtype=float)[:, :, None] * (x[:, None, :] - P)
        s_bar = np.sum(h_bar * (logits_of(x, w) - c)) / softplus(s) * softplus.slope(s)
        return [(pull.sum(axis=0), np.sum(h_bar, axis=0)), (), (s_bar,)], -pull.sum(axis=1)


def _shapes_of(w: Sequence[Sequence[Any]]) -> list[list[tuple[int, ...]]]:
    return [[np.shape(u) for u in layer] for layer in w]


def logits_of(x: ArrayLike, w: Sequence[Sequence[Any]]) -> np.ndarray:
    """Return what `Prototypes` makes of the rows of x."""
    (P, c), _, (s,) = w
    return c - softplus(s) * half_square(np.asarray(x, dtype=float)[:, None, :], P).sum(axis=-1)
