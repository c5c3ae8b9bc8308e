"""References for notebook 03."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

who = {"makes_z": 2, "is_fed": 1}


def split(z_bar: float, x: ArrayLike) -> np.ndarray:
    """Back through z = sum_i w_i x_i to every w_i, shape (k,)."""
    return z_bar * np.asarray(x, dtype=float)


def gradient_share(x: ArrayLike) -> np.ndarray:
    """Share of each weight in the gradient, shape (k,). ValueError where every x is 0."""
    size = _sizes(x)
    return size / size.sum()


def step_share(x: ArrayLike) -> np.ndarray:
    """Share of each term in the change of z by one descent step, shape (k,). ValueError where every x is 0."""
    size = _sizes(x) ** 2
    return size / size.sum()


def _sizes(x: ArrayLike) -> np.ndarray:
    """|x| over its largest, so that no sum or square overflows or vanishes."""
    size = np.abs(np.asarray(x, dtype=float))
    if not size.any():
        raise ValueError("Every x is 0, so nothing made z and there is nothing to share; give an x that is not 0.")
    return size / size.max()


def branches_forward(
    x1: ArrayLike, x2: ArrayLike, W1: ArrayLike, W2: ArrayLike, a1: ArrayLike, a2: ArrayLike
) -> dict[str, Any]:
    """h_i = W_i x_i, shape (m_i,), and z = a1.h1 + a2.h2."""
    x1, x2, W1, W2, a1, a2 = _floats(x1, x2, W1, W2, a1, a2)
    h1 = W1 @ x1
    h2 = W2 @ x2
    return {"h1": h1, "h2": h2, "z": float(a1 @ h1 + a2 @ h2)}


def branches_backward(
    z_bar: float,
    cache: dict[str, Any],
    x1: ArrayLike,
    x2: ArrayLike,
    W1: ArrayLike,
    W2: ArrayLike,
    a1: ArrayLike,
    a2: ArrayLike,
) -> dict[str, Any]:
    """Every bar of the two branches; the sum hands both the same z_bar."""
    x1, x2, W1, W2, a1, a2, h1, h2 = _floats(x1, x2, W1, W2, a1, a2, cache["h1"], cache["h2"])
    h1_bar = z_bar * a1
    h2_bar = z_bar * a2
    return {
        "a1": z_bar * h1,
        "a2": z_bar * h2,
        "h1": h1_bar,
        "h2": h2_bar,
        "W1": np.outer(h1_bar, x1),
        "W2": np.outer(h2_bar, x2),
        "x1": W1.T @ h1_bar,
        "x2": W2.T @ h2_bar,
    }


def fan_out(
    z_bar: float, cache: dict[str, Any], x: ArrayLike, W1: ArrayLike, W2: ArrayLike, a1: ArrayLike, a2: ArrayLike
) -> dict[str, Any]:
    """Return the bars where one x feeds both branches: the two contributions add up."""
    bars = branches_backward(z_bar, cache, x, x, W1, W2, a1, a2)
    bars["x"] = bars.pop("x1") + bars.pop("x2")
    return bars


def _floats(*arrays: ArrayLike) -> list[np.ndarray]:
    return [np.asarray(array, dtype=float) for array in arrays]


def update_ratio(w: ArrayLike, w_bar: ArrayLike, lr: float) -> float:
    """Norm of one descent step over the norm of w (Frobenius). ValueError where every w is 0."""
    w, update = _floats(w, lr * np.asarray(w_bar, dtype=float))
    if not w.any():
        raise ValueError("Every weight is 0, so the update has nothing to be compared with; start from other weights.")
    unit = np.abs(w).max()  # so that no square overflows or vanishes
    return float(np.linalg.norm(update / unit) / np.linalg.norm(w / unit))


def rescale(H: ArrayLike) -> np.ndarray:
    """Each row of H, shape (n, m), over its root mean square. A row of zeros has no size to change and stays 0."""
    H = np.asarray(H, dtype=float)
    top = np.max(np.abs(H), axis=1, keepdims=True, initial=0.0)
    H = H / np.where(top > 0, top, 1.0)  # the result is the same, and no square overflows or vanishes
    rms = np.sqrt(np.mean(H**2, axis=1, keepdims=True))
    return H / np.where(rms > 0, rms, 1.0)


def largest_stable_rate(X: ArrayLike) -> float:
    """Largest learning rate at which descent on the mean of (y - X w)^2 / 2 does not run away.

    Infinite where every entry of X, shape (n, d), is 0: no step moves the loss. ValueError for n = 0 or d = 0.
    """
    X = np.asarray(X, dtype=float)
    if len(X) == 0:
        raise ValueError("X has no row, so there is no loss to descend; give at least one example.")
    if X.size == 0:
        raise ValueError("X has no feature, so there is no weight to move; give at least one column.")
    curvature = X.T @ X / len(X)  # (d, d): w_bar changes by this much times a move of w
    steepest = np.linalg.eigvalsh(curvature)[-1]
    return float(2 / steepest) if steepest > 0 else float("inf")
