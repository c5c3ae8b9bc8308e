"""Logits as probabilities, for pictures and widgets."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def probabilities(logits: ArrayLike) -> np.ndarray:
    """Return the soft-max of each row of logits: (n, k) or (k,), as given."""
    logits = np.asarray(logits, dtype=float)
    return np.exp(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))
