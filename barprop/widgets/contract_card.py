"""A layer's contract: what backward takes, what is cached, what it returns (notebook 04)."""

from __future__ import annotations

import traitlets as t
from matplotlib.figure import Figure

from barprop.pictures.style import BACKWARD, DASH, FORWARD, INK
from barprop.widgets.base import Widget, bundled, one_of, whole

LAYERS = ("Product", "Linear", "ReLU", "Tanh", "SquaredError", "SoftmaxCrossEntropy")


class ContractCard(Widget):
    """Tick what a layer's backward takes, what its forward cached and what comes back; the card says if that works.

    Parameters
    ----------
    layer : str, optional
        "Product", "Linear", "ReLU", "Tanh", "SquaredError" or "SoftmaxCrossEntropy"; None for a menu of all.
    n, d, m, k : int
        Examples, inputs, outputs, classes; for the shapes. 1 to 99 each.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("contract_card.js")
    resets = ("layer", "n", "d", "m", "k", "takes", "caches", "returns")
    layer = t.Unicode().tag(sync=True)
    menu = t.Bool().tag(sync=True)
    n = t.Int().tag(sync=True)
    d = t.Int().tag(sync=True)
    m = t.Int().tag(sync=True)
    k = t.Int().tag(sync=True)
    takes = t.List(t.Unicode()).tag(sync=True)
    caches = t.List(t.Unicode()).tag(sync=True)
    returns = t.List(t.Unicode()).tag(sync=True)
    size = (7.0, 2.6)

    def __init__(self, layer: str | None = None, n: int = 32, d: int = 5, m: int = 3, k: int = 10) -> None:
        super().__init__(
            layer=one_of("layer", "Linear" if layer is None else layer, LAYERS),
            menu=layer is None,
            n=whole("n", n, 1, 99),
            d=whole("d", d, 1, 99),
            m=whole("m", m, 1, 99),
            k=whole("k", k, 1, 99),
        )

    def sentence(self) -> str:
        """Say what the picture shows."""
        return (
            f"The contract of the layer {self.layer}: forward makes its output and caches something; backward takes "
            "the bar of the output and returns the bars of the weights and of the input. Which tensor must it cache?"
        )

    def draw(self, figure: Figure) -> None:
        """Draw the layer as a box: forward through it, backward out of it."""
        axes = figure.subplots()
        axes.set(xlim=(0, 10), ylim=(0, 4))
        axes.axis("off")
        box = {"boxstyle": "round,pad=0.6", "facecolor": "white", "edgecolor": INK}
        axes.text(5, 2, f"{self.layer}\ncaches ?", ha="center", va="center", fontsize=13, bbox=box)
        forward = {"arrowstyle": "-|>", "color": FORWARD, "linewidth": 1.8}
        backward = {"arrowstyle": "-|>", "color": BACKWARD, "linewidth": 1.8, "linestyle": DASH}
        for start, end, look in (((1.2, 2.5), (3.3, 2.5), forward), ((6.7, 2.5), (8.8, 2.5), forward),
                                 ((8.8, 1.5), (6.7, 1.5), backward), ((3.3, 1.5), (1.2, 1.5), backward)):  # fmt: skip
            axes.annotate("", end, start, arrowprops=look)
        for x, side, align in ((0.9, "input", "right"), (9.1, "output", "left")):
            axes.text(x, 2.5, side, ha=align, va="center", color=FORWARD)
            axes.text(x, 1.5, f"bar of the {side}", ha=align, va="center", color=BACKWARD)
        axes.text(5, 0.45, "and the bars of its weights", ha="center", color=BACKWARD)
        axes.set_xlim(-1.8, 11.8)
