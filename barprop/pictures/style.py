"""One visual language for all figures and widgets: forward blue and solid, backward vermilion and dashed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt

FORWARD = "#0072B2"
BACKWARD = "#D55E00"
THIRD = "#007A5A"  # where a third thing must be told apart
WRONG = "#B00020"  # what is not right, never by colour alone
INK = "#333333"
FAINT = "#8A8A8A"
PAPER = "#FFFFFF"
DASH = (0, (5, 2.5))

_RC: dict[Any, Any] = {
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.prop_cycle": plt.cycler(color=[FORWARD, BACKWARD, THIRD, INK], linestyle=["-", "--", "-.", ":"]),
    "mathtext.fontset": "cm",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


@contextmanager
def course_style() -> Iterator[None]:
    """Draw inside this context to get the look of the course (white paper in both themes)."""
    with plt.rc_context(_RC):
        yield
