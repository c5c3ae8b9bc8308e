"""Numbers to try things with: generic, of both signs, away from zero, of every awkward form."""

from __future__ import annotations

from typing import Any

import numpy as np

from barprop.activations import Activation
from barprop.numerics.vjp import pull_back


def draw(rng: np.random.Generator, *shape: int) -> Any:
    """Draw generic numbers of both signs with sizes in [0.3, 2]; a float without a shape."""
    numbers = rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
    return numbers if shape else float(numbers)


def positive(rng: np.random.Generator, *shape: int) -> Any:
    """Draw generic numbers in [0.3, 2]; a float without a shape."""
    numbers = rng.uniform(0.3, 2.0, shape)
    return numbers if shape else float(numbers)


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a read-only copy."""
    array = array.copy(order="K")
    array.flags.writeable = False
    return array


def slope_by_nudging(sigma: Activation, z: Any, bar: Any = None) -> Any:
    """Pull the bar back through sigma, entry by entry; at a kink the slope is the left one."""
    z = np.asarray(z, dtype=float)
    bar = np.ones(z.shape) if bar is None else np.broadcast_to(np.asarray(bar, dtype=float), z.shape)
    result = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        on_kink = sigma.kink is not None and z[index] == sigma.kink
        result[index] = pull_back(sigma, z[index], bar[index], left=on_kink)
    return result[()]
