"""Gradient descent on the loss of one neuron (notebooks 02 and 03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from barprop.activations import ACTIVATIONS
from barprop.numerics.vjp import pull_back
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, PAPER
from barprop.widgets.base import Widget, WidgetError, bundled, number, numbers, one_of

REACH = 3.0
# Six examples that w = 1.2, v = 1.6 with tanh nearly explains.
X = (-1.6, -1.0, -0.3, 0.4, 0.9, 1.7)
Y = (-1.45, -1.4, -0.5, 0.8, 1.2, 1.6)


class Descent(Widget):
    """The loss of e = v sigma(w x) over (w, v): drag the point, or let it walk downhill.

    Parameters
    ----------
    x, y : sequence of float
        The examples, as many numbers each.
    w, v : float
        Where to start.
    rate : float
        The learning rate, above 0.
    sigma : str or Activation
        "relu", "tanh", "sigmoid" or "softplus", or one of these activations.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("descent.js")
    resets = ("w", "v", "rate", "sigma")
    x = t.List(t.Float()).tag(sync=True)
    y = t.List(t.Float()).tag(sync=True)
    w = t.Float().tag(sync=True)
    v = t.Float().tag(sync=True)
    rate = t.Float().tag(sync=True)
    sigma = t.Unicode().tag(sync=True)
    size = (5.4, 4.4)

    def __init__(
        self,
        x: Sequence[float] = X,
        y: Sequence[float] = Y,
        w: float = 2.5,
        v: float = -2.5,
        rate: float = 0.3,
        sigma: Any = "tanh",
    ) -> None:
        if not np.size(x) or np.size(x) > 50:
            raise WidgetError(f"x must hold 1 to 50 numbers, got {np.size(x)}.")
        rate = number("rate", rate)
        if rate <= 0:
            raise WidgetError(f"rate must be above 0, got {rate:g}.")
        super().__init__(
            x=numbers("x", x, np.size(x)),
            y=numbers("y", y, np.size(x)),
            w=number("w", w),
            v=number("v", v),
            rate=rate,
            sigma=one_of("sigma", sigma, ACTIVATIONS),
        )

    def loss(self, w: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return the mean loss at each (w, v), arrays of one shape."""
        h = ACTIVATIONS[self.sigma](np.multiply.outer(w, self.x))
        return np.mean((np.array(self.y) - np.expand_dims(v, -1) * h) ** 2, axis=-1) / 2

    def walk(self, steps: int = 40) -> np.ndarray:
        """Return the points of `steps` steps downhill, (steps + 1, 2); the bars by nudging."""
        points = [np.array([self.w, self.v])]
        for _ in range(steps):
            bars = pull_back(lambda at: self.loss(at[0], at[1]), points[-1], 1.0)
            points.append(np.clip(points[-1] - self.rate * bars, -1e3, 1e3))
        return np.array(points)

    def sentence(self) -> str:
        """Say what the picture shows."""
        points = self.walk()
        first, last = self.loss(points[:, 0], points[:, 1])[[0, -1]]
        return (
            f"The loss of one neuron over (w, v): from w = {self.w:g}, v = {self.v:g}, "
            f"40 steps with rate {self.rate:g} bring it from {first:.3g} to {last:.3g}."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the contours of the loss, and the walk."""
        axes = figure.subplots()
        line = np.linspace(-REACH, REACH, 121)
        w, v = np.meshgrid(line, line)
        loss = self.loss(w, v)
        low, high = loss.min(), loss.max()
        levels = low + (high - low) * ((np.arange(9) + 0.5) / 9.5) ** 2.2
        lines = axes.contour(w, v, loss, levels=levels, colors=FAINT, linewidths=0.9, linestyles="-")
        points = self.walk()
        halo = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"}
        for text in axes.clabel(lines, levels[2::3], fontsize=8, fmt="%.2g", inline=False):
            text.set_bbox(halo)
            clear = np.min(np.linalg.norm(points - text.get_position(), axis=1)) > 0.6
            text.set_visible(bool(clear))  # none under the path
        axes.plot(*points.T, "-", color=FORWARD, marker=".", markersize=5)
        axes.plot(*points[0], "o", color=BACKWARD, markersize=8)
        axes.annotate("start", points[0], (-9, -4), textcoords="offset points", ha="right", bbox=halo)
        axes.annotate("", points[1], points[0], arrowprops={"arrowstyle": "-|>", "color": BACKWARD, "linestyle": DASH})
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="$w$", ylabel="$v$")
