"""References for notebook 01."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from barprop.activations import Activation

repeats = {"dl_dv": 2, "dl_dw": 2}


def linear(w: ArrayLike, x: ArrayLike) -> float:
    """Z = w.x for w and x of shape (d,)."""
    return float(np.asarray(w, dtype=float) @ np.asarray(x, dtype=float))


def relu(z: ArrayLike) -> np.ndarray:
    """max(z, 0), entry by entry, float64 in the shape of z."""
    return np.maximum(np.asarray(z, dtype=float), 0.0)


def forward(x: ArrayLike, y: float, w: ArrayLike, v: float, sigma: Activation) -> dict[str, float]:
    """Every step of the one-neuron graph: z, h, e and the loss l."""
    z = linear(w, x)
    h = float(sigma(z))
    e = float(v * h)
    return {"z": z, "h": h, "e": e, "l": (y - e) ** 2 / 2}


def dl_dv_cached(cache: dict[str, float], y: float) -> float:
    """dl/dv from the cached e and h alone."""
    return -(y - cache["e"]) * cache["h"]


def numerical_gradient(f: Callable[[np.ndarray], float], u: ArrayLike, step: float = 1e-6) -> np.ndarray:
    """Central differences of f at u, entry by entry, with exactly that step."""
    u = np.array(u, dtype=float)
    gradient = np.zeros_like(u)
    for index in np.ndindex(u.shape):
        up, down = u.copy(), u.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (f(up) - f(down)) / (2 * step)
    return gradient[()]


def logistic_forward(x: ArrayLike, y: float, w: ArrayLike) -> dict[str, float]:
    """Every step of the logistic graph: z = w.x, the margin m = y z, and the loss log(1 + e^-m)."""
    z = linear(w, x)
    m = float(y * z)
    return {"z": z, "m": m, "l": float(np.logaddexp(0.0, -m))}
