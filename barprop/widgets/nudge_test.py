"""A bar beside its finite difference (notebooks 01 and 02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from barprop.activations import ACTIVATIONS
from barprop.numerics.neuron import graph_bars, graph_values
from barprop.pictures.style import FAINT, FORWARD, INK
from barprop.widgets.base import Widget, WidgetError, bundled, number, numbers, one_of

VARIABLES = ("w1", "w2", "x1", "x2", "v", "y", "z", "h", "e")
KINDS = ("central", "one-sided")


class NudgeTest(Widget):
    """Nudge one variable and compare the finite difference with the bar.

    Parameters
    ----------
    variable : str
        "w1", "w2", "x1", "x2", "v", "y", "z", "h" or "e".
    step : float
        Size of the nudge, 1e-12 to 1.
    kind : str
        "central" nudges both ways, "one-sided" one way.
    x, w, v, y, sigma : the neuron, as GraphStepper takes it.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("nudge_test.js")
    resets = ("x", "w", "v", "y", "sigma", "variable", "step", "kind")
    x = t.List(t.Float()).tag(sync=True)
    w = t.List(t.Float()).tag(sync=True)
    v = t.Float().tag(sync=True)
    y = t.Float().tag(sync=True)
    sigma = t.Unicode().tag(sync=True)
    variable = t.Unicode().tag(sync=True)
    step = t.Float().tag(sync=True)
    kind = t.Unicode().tag(sync=True)
    size = (7.0, 3.2)

    def __init__(
        self,
        variable: str = "w1",
        step: float = 1e-3,
        kind: str = "central",
        x: Sequence[float] = (0.8, -0.5),
        w: Sequence[float] = (1.2, 0.6),
        v: float = 0.9,
        y: float = 1.5,
        sigma: Any = "tanh",
    ) -> None:
        step = number("step", step)
        if not 1e-12 <= step <= 1:
            raise WidgetError(f"step must be between 1e-12 and 1, got {step:g}.")
        super().__init__(
            variable=one_of("variable", variable, VARIABLES),
            step=step,
            kind=one_of("kind", kind, KINDS),
            x=numbers("x", x, 2),
            w=numbers("w", w, 2),
            v=number("v", v),
            y=number("y", y),
            sigma=one_of("sigma", sigma, ACTIVATIONS),
        )

    def bar(self) -> float:
        """Return the bar of the chosen variable."""
        bar = graph_bars(self.x, self.y, self.w, self.v, self.sigma)[self.variable[0]]
        return bar[int(self.variable[1]) - 1] if isinstance(bar, list) else bar

    def errors(self, steps: np.ndarray) -> np.ndarray:
        """Return the error of the finite difference at each of these steps."""
        central = self.kind == "central"
        base = self._loss(0.0)
        found = [(self._loss(s) - (self._loss(-s) if central else base)) / (2 * s if central else s) for s in steps]
        return np.abs(np.array(found) - self.bar())

    def _loss(self, by: float) -> float:
        at: dict[str, Any] = {"x": list(self.x), "w": list(self.w), "v": self.v, "y": self.y}
        name = self.variable[0]
        if name in "zhe":
            return self._loss_from(name, by)
        if name in "xw":
            at[name][int(self.variable[1]) - 1] += by
        else:
            at[name] += by
        return graph_values(at["x"], at["y"], at["w"], at["v"], self.sigma)["l"]

    def _loss_from(self, name: str, by: float) -> float:
        at = graph_values(self.x, self.y, self.w, self.v, self.sigma)[name] + by
        if name == "z":
            at = float(ACTIVATIONS[self.sigma](at))
        e = at if name == "e" else self.v * at
        return (self.y - e) ** 2 / 2

    def sentence(self) -> str:
        """Say what the picture shows."""
        error = self.errors(np.array([self.step]))[0]
        bend = "the third derivative" if self.kind == "central" else "curvature"
        return (
            f"The finite difference for {self.variable} with a nudge of {self.step:.0e} misses its bar by {error:.1e}: "
            f"large nudges suffer from {bend}, tiny ones from rounding."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the error against the nudge, both on logarithmic axes."""
        steps = np.logspace(-12, 0, 97)
        axes = figure.subplots()
        axes.loglog(steps, np.maximum(self.errors(steps), 1e-16), color=FORWARD, linestyle="-")
        error = max(self.errors(np.array([self.step]))[0], 1e-16)
        axes.axvline(self.step, color=FAINT, linestyle=":")
        axes.plot(self.step, error, "o", color=INK, mfc="white", mew=2, markersize=8)
        axes.annotate(f"{error:.1e}", (self.step, error), (-10, 10), textcoords="offset points", ha="right")
        name = self.variable[0] + (f"_{self.variable[1]}" if len(self.variable) > 1 else "")
        axes.set_xlabel(f"size of the nudge of ${name}$")
        axes.set_ylabel("error")
        axes.set_ylim(1e-17, 10)
