"""One visual language for all figures and widgets: forward blue and solid, backward vermilion and dashed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

FORWARD = "#0072B2"
BACKWARD = "#D55E00"
THIRD = "#007A5A"  # where a third thing must be told apart
FOURTH = "#8B4FA8"
FIFTH = "#8A6D00"
WRONG = "#B00020"  # what is not right, never by colour alone
INK = "#333333"
FAINT = "#8A8A8A"
PAPER = "#FFFFFF"
TINT = "#CFE3F1"  # a pale ground for forward things, under letters
DASH = (0, (5, 2.5))
SIGNED = LinearSegmentedColormap.from_list("signed", [BACKWARD, PAPER, FORWARD])  # minus, zero, plus; in all notebooks

# Letters of LETTERS points in a picture WIDE inches across are 9 pixels high where the page leaves it 348 pixels:
# in a window of 800, JupyterLab's file browser open.
LETTERS = 11
WIDE = 5.9

_RC: dict[Any, Any] = {
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.size": LETTERS,
    "axes.labelsize": LETTERS,
    "axes.titlesize": LETTERS,
    "xtick.labelsize": LETTERS,
    "ytick.labelsize": LETTERS,
    "legend.fontsize": LETTERS,
    "figure.labelsize": LETTERS,
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
    "image.interpolation": "none",  # an SVG then holds the pixels as they are
}


@contextmanager
def course_style() -> Iterator[None]:
    """Draw inside this context to get the look of the course."""
    with mpl.rc_context(_RC):
        yield


def sheet(height: float, rows: int = 1, columns: int = 1, width: float = WIDE, **more: Any) -> tuple[Figure, Any]:
    """Return a figure and its axes.

    Parameters
    ----------
    height, width : float
        In inches; no wider than WIDE.
    more : for Figure.subplots.
    """
    figure = Figure(figsize=(min(width, WIDE), height))
    return figure, figure.subplots(rows, columns, **more)


def frame_only(axes: Axes) -> None:
    """Leave a faint frame around an image, and no ticks."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(FAINT)
