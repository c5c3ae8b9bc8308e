"""References for notebook 02."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from barprop.activations import Activation, sigmoid

order = ["e", "y", "v", "h", "z", "w", "x"]
first_wrong = {"a": "v", "b": "z", "c": "w"}


def bar_e(l_bar: float, y: float, e: float) -> float:
    """Back through l = (y - e)^2 / 2 to e."""
    return float(-l_bar * (y - e))


def bar_y(l_bar: float, y: float, e: float) -> float:
    """Back through l = (y - e)^2 / 2 to y."""
    return float(l_bar * (y - e))


def bar_v(e_bar: float, h: float) -> float:
    """Back through e = v h to v."""
    return float(e_bar * h)


def bar_h(e_bar: float, v: float) -> float:
    """Back through e = v h to h."""
    return float(e_bar * v)


def bar_z(h_bar: float, z: float, sigma: Activation) -> float:
    """Back through h = sigma(z) to z."""
    return float(h_bar * sigma.slope(z))


def bar_w(z_bar: float, x: ArrayLike) -> np.ndarray:
    """Back through z = w.x to w, shape (d,)."""
    return z_bar * np.array(x, dtype=float)


def bar_x(z_bar: float, w: ArrayLike) -> np.ndarray:
    """Back through z = w.x to x, shape (d,)."""
    return z_bar * np.array(w, dtype=float)


def backward(
    cache: dict[str, float], x: ArrayLike, y: float, w: ArrayLike, v: float, sigma: Activation, l_bar: float = 1.0
) -> dict[str, Any]:
    """Every bar of the one-neuron graph, from what the forward pass cached."""
    e_bar = bar_e(l_bar, y, cache["e"])
    h_bar = bar_h(e_bar, v)
    z_bar = bar_z(h_bar, cache["z"], sigma)
    return {
        "e": e_bar,
        "y": bar_y(l_bar, y, cache["e"]),
        "v": bar_v(e_bar, cache["h"]),
        "h": h_bar,
        "z": z_bar,
        "w": bar_w(z_bar, x),
        "x": bar_x(z_bar, w),
    }


def backward_recompute(
    cache: dict[str, float], x: ArrayLike, y: float, w: ArrayLike, v: float, sigma: Activation, l_bar: float = 1.0
) -> dict[str, Any]:
    """Return the same bars from {"z", "e"}: h is computed again in the backward pass."""
    return backward(cache | {"h": float(sigma(cache["z"]))}, x, y, w, v, sigma, l_bar)


def bars_sum(e_bar: float, cache: dict[str, float]) -> tuple[float, float]:
    """Back through e = v + h to v and h."""
    return float(e_bar), float(e_bar)


def bars_square(e_bar: float, cache: dict[str, float]) -> tuple[float, float]:
    """Back through e = v h^2 to v and h."""
    v, h = cache["v"], cache["h"]
    return float(e_bar * h**2), float(e_bar * 2 * v * h)


def bars_quotient(e_bar: float, cache: dict[str, float]) -> tuple[float, float]:
    """Back through e = h / v to v and h."""
    v, e = cache["v"], cache["e"]
    return float(-e_bar * e / v), float(e_bar / v)


def logistic_backward(
    cache: dict[str, float], x: ArrayLike, y: float, w: ArrayLike, l_bar: float = 1.0
) -> dict[str, Any]:
    """Every bar of the logistic graph, from what its forward pass cached."""
    m_bar = float(-l_bar * sigmoid(-cache["m"]))
    z_bar = float(m_bar * y)
    y_bar = float(m_bar * cache["z"])
    return {"m": m_bar, "z": z_bar, "y": y_bar, "w": bar_w(z_bar, x), "x": bar_x(z_bar, w)}


def sigmoid_slope(h: ArrayLike) -> np.ndarray:
    """Slope of the sigmoid where its output is h."""
    h = np.asarray(h, dtype=float)
    return h * (1 - h)


def tanh_slope(h: ArrayLike) -> np.ndarray:
    """Slope of tanh where its output is h."""
    h = np.asarray(h, dtype=float)
    return 1 - h**2


def relu_slope(h: ArrayLike) -> np.ndarray:
    """Slope of ReLU where its output is h; 0 at 0."""
    return (np.asarray(h) > 0) * 1.0


def train(
    X: np.ndarray, Y: np.ndarray, w: np.ndarray, v: float, sigma: Activation, lr: float, steps: int, seed: int
) -> tuple[np.ndarray, float, list[float]]:
    """Stochastic gradient descent on the one-neuron graph, one example a step. ValueError where there is no example."""
    if not len(Y):
        raise ValueError("There is no example to draw from; give at least one.")
    rng = np.random.default_rng(seed)
    w, v = np.array(w, dtype=float), float(v)
    losses: list[float] = []
    for _ in range(steps):
        i = rng.integers(len(Y))
        z = w @ X[i]
        h = sigma(z)
        cache = {"z": z, "h": h, "e": v * h}
        losses.append(float((Y[i] - cache["e"]) ** 2 / 2))
        bars = backward(cache, X[i], Y[i], w, v, sigma)
        w, v = w - lr * bars["w"], v - lr * bars["v"]
    return w, float(v), losses
