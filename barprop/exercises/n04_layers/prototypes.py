"""A classifier to try training on, which notes what it was asked. So it stays outside the sandbox, and is called there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from barprop.activations import softplus
from barprop.numerics.steps import half_square


class Prototypes:
    """A small classifier to try training on: the nearer a row lies to a class's prototype, the larger that logit.

    logit = c_class - softplus(s) |x - P_class|^2 / 2. The weights are [(P, c), (), (s,)] with P (k, d), c (k,) and
    s (1,): three layers, the middle one without weights. It notes what it was asked: `asked` holds (rows, w)
    of each forward that a backward followed.

    Parameters
    ----------
    like : sequence, optional
        Weights whose shapes w must keep; rows and backward passes have limits then as well. None: no limits.
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
