"""When two values agree."""

from __future__ import annotations

from typing import Any

import numpy as np


def agree(got: Any, right: Any, tolerance: float = 1e-10) -> None:
    """Assert that two arrays have one shape and agree to `tolerance` of the largest entry."""
    right = np.asarray(right, dtype=float)
    assert np.shape(got) == right.shape
    assert np.max(np.abs(got - right), initial=0) <= tolerance * np.max(np.abs(right), initial=1e-3)
