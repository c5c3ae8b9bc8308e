"""The forward steps, for taking numerical derivatives of them.

Products are written with the polarisation identity: right to the last digits, no help as an answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def product(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Return the entrywise product of two broadcastable arrays."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return (np.square(a + b) - np.square(a - b)) / 4


def inner(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Return the inner product over the last axis of two broadcastable arrays."""
    return product(a, b).sum(axis=-1)


def half_square(y: ArrayLike, e: ArrayLike) -> np.ndarray:
    """Return half the squared difference, entry by entry."""
    return np.square(np.subtract(e, y)) / 2
