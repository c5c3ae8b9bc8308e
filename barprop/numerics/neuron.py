"""The graph of one neuron: its values by the steps, its bars by finite differences.

The exercise on all bars has an oracle of its own (exercises/n02_bar_notation/backward.py): this module is in the
sandbox, where answers run, and no oracle may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from barprop.activations import ACTIVATIONS
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back


def graph_values(x: Sequence[float], y: float, w: Sequence[float], v: float, sigma: str) -> dict[str, Any]:
    """Return every value of the graph by its letter."""
    z = float(inner(w, x))
    h = float(ACTIVATIONS[sigma](z))
    e = float(product(v, h))
    return {"x": list(x), "y": y, "w": list(w), "v": v, "z": z, "h": h, "e": e, "l": float(half_square(y, e))}


def graph_bars(x: Sequence[float], y: float, w: Sequence[float], v: float, sigma: str) -> dict[str, Any]:
    """Return every bar of the graph by its letter, each step nudged by itself."""
    at = graph_values(x, y, w, v, sigma)
    activation = ACTIVATIONS[sigma]
    e = pull_back(lambda e: half_square(y, e), at["e"], 1.0)
    h = pull_back(lambda h: product(v, h), at["h"], e)
    z = pull_back(activation, at["z"], h, left=activation.kink == at["z"])
    return {
        "l": 1.0,
        "e": float(e),
        "y": float(pull_back(lambda y: half_square(y, at["e"]), y, 1.0)),
        "v": float(pull_back(lambda v: product(v, at["h"]), v, e)),
        "h": float(h),
        "z": float(z),
        "w": pull_back(lambda w: inner(w, x), w, z).tolist(),
        "x": pull_back(lambda x: inner(w, x), x, z).tolist(),
    }
