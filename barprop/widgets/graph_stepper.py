"""The one-neuron graph, step by step (notebooks 01 and 02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t
from matplotlib.figure import Figure

from barprop.activations import ACTIVATIONS
from barprop.numerics.neuron import graph_bars, graph_values
from barprop.pictures.neuron import INPUTS, draw
from barprop.widgets.base import Widget, bundled, number, numbers, one_of


class GraphStepper(Widget):
    """Step through the graph of one neuron: values fill in forward, then bars fill in backward.

    Parameters
    ----------
    x, w : sequence of float
        Two numbers each.
    v, y : float
        Numbers.
    sigma : str or Activation
        "relu", "tanh", "sigmoid" or "softplus", or one of these activations.
    way : str
        "both", or "forward" for the values alone.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("graph_stepper.js")
    resets = ("x", "w", "v", "y", "sigma", "position")
    x = t.List(t.Float()).tag(sync=True)
    w = t.List(t.Float()).tag(sync=True)
    v = t.Float().tag(sync=True)
    y = t.Float().tag(sync=True)
    sigma = t.Unicode().tag(sync=True)
    way = t.Unicode().tag(sync=True)
    position = t.Int(0).tag(sync=True)  # steps taken
    size = (6.4, 8.4)

    def __init__(
        self,
        x: Sequence[float] = (0.8, -0.5),
        w: Sequence[float] = (1.2, 0.6),
        v: float = 0.9,
        y: float = 1.5,
        sigma: Any = "tanh",
        way: str = "both",
    ) -> None:
        super().__init__(
            x=numbers("x", x, 2),
            w=numbers("w", w, 2),
            v=number("v", v),
            y=number("y", y),
            sigma=one_of("sigma", sigma, ACTIVATIONS),
            way=one_of("way", way, ("both", "forward")),
        )
        if way == "forward":
            self.size = (6.4, 5.6)  # two frames instead of three

    def sentence(self) -> str:
        """Say what the picture shows."""
        loss = graph_values(self.x, self.y, self.w, self.v, self.sigma)["l"]
        back = "" if self.way == "forward" else ", then bars fill in from the loss back to w and x"
        return f"The graph of one neuron with {self.sigma}: values fill in from w and x to the loss {loss:.3g}{back}."

    def draw(self, figure: Figure) -> None:
        """Draw a filmstrip: what is given, the values, and the bars unless only the way forward is shown."""
        values = graph_values(self.x, self.y, self.w, self.v, self.sigma)
        bars = graph_bars(self.x, self.y, self.w, self.v, self.sigma)
        given = {name: values[name] for name in INPUTS}
        frames: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("given", given, {}),
            ("forward: values fill in", values, {}),
        ]
        if self.way == "both":
            frames.append(("backward: bars fill in", values, bars))
        for axes, (title, shown, barred) in zip(figure.subplots(len(frames), 1), frames, strict=True):
            draw(axes, shown, barred)
            axes.set_title(title, fontsize=12)
