"""The forward steps of layers, one example a row, for taking numerical derivatives of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from barprop.numerics.steps import half_square, inner, product


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
