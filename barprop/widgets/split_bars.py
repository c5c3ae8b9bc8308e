"""How a bar is split between those who made the output (notebook 03)."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from barprop.numerics.steps import half_square, inner
from barprop.numerics.vjp import pull_back
from barprop.pictures.style import BACKWARD, FORWARD, INK
from barprop.widgets.base import Widget, WidgetError, bundled, number, one_of, whole

MODES = ("split", "train")


class SplitBars(Widget):
    """Show who made a sum and how its bar is shared; in the other mode, how two branches share one training.

    Parameters
    ----------
    x1, x2, z_bar : float
        Numbers.
    mode : str
        "split" for one sum, "train" for two branches.
    scale1, scale2 : float
        Sizes of the inputs of the two branches, above 0.
    units1, units2 : int
        How many units each branch has, 1 to 32.
    rate : float
        The learning rate, above 0.
    steps : int
        Of training, 0 to 300.
    w1, w2 : float
        The weights of the sum.
    shares : bool
        Whether the shares of the gradient and of a step's effect are shown as well.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("split_bars.js")
    resets = ("mode", "x1", "x2", "w1", "w2", "zBar", "scale1", "scale2", "units1", "units2", "rate", "steps")
    mode = t.Unicode().tag(sync=True)
    x1 = t.Float().tag(sync=True)
    x2 = t.Float().tag(sync=True)
    w1 = t.Float().tag(sync=True)
    w2 = t.Float().tag(sync=True)
    shares = t.Bool().tag(sync=True)
    zBar = t.Float().tag(sync=True)  # noqa: N815 the name in JavaScript
    scale1 = t.Float().tag(sync=True)
    scale2 = t.Float().tag(sync=True)
    units1 = t.Int().tag(sync=True)
    units2 = t.Int().tag(sync=True)
    rate = t.Float().tag(sync=True)
    steps = t.Int().tag(sync=True)
    size = (7.0, 2.4)

    def __init__(
        self,
        x1: float = 2.0,
        x2: float = 0.5,
        z_bar: float = -0.8,
        mode: str = "split",
        scale1: float = 1.0,
        scale2: float = 0.1,
        units1: int = 4,
        units2: int = 16,
        rate: float = 0.1,
        steps: int = 100,
        w1: float = 0.1,
        w2: float = 2.0,
        shares: bool = True,
    ) -> None:
        super().__init__(
            x1=number("x1", x1),
            x2=number("x2", x2),
            zBar=number("z_bar", z_bar),
            w1=number("w1", w1),
            w2=number("w2", w2),
            shares=bool(shares),
            mode=one_of("mode", mode, MODES),
            scale1=_positive("scale1", scale1),
            scale2=_positive("scale2", scale2),
            units1=whole("units1", units1, 1, 32),
            units2=whole("units2", units2, 1, 32),
            rate=_positive("rate", rate),
            steps=whole("steps", steps, 0, 300),
        )

    def bars(self) -> np.ndarray:
        """Return the bars of the two weights, by nudging them."""
        return pull_back(lambda w: inner(w, [self.x1, self.x2]), [0.0, 0.0], self.zBar)

    def movements(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how far the weights of each branch have moved before every step and at the end; each (steps + 1,)."""
        index = np.arange(16)
        waves = np.sqrt(2) * np.cos([1.7 * index, 2.9 * index + 1])  # one a branch; the target is their sum
        x = waves * [[self.scale1], [self.scale2]]
        starts = [_start(self.units1, 0.4), _start(self.units2, 0.9)]
        branches = [start.copy() for start in starts]
        moved: tuple[list[float], list[float]] = ([], [])
        for _ in range(self.steps + 1):
            for path, branch, start in zip(moved, branches, starts, strict=True):
                path.append(float(np.linalg.norm(branch - start)))
            effects = [inner(W, a) for W, a in branches]
            bars = pull_back(lambda u: np.mean(half_square(waves.sum(axis=0), u @ x)), effects, 1.0)
            branches = [
                branch - self.rate * pull_back(lambda u: inner(*u), branch, bar)
                for branch, bar in zip(branches, bars, strict=True)
            ]
        return np.array(moved[0]), np.array(moved[1])

    def sentence(self) -> str:
        """Say what the picture shows."""
        if self.mode == "train":
            one, two = (path[-1] for path in self.movements())
            return (
                f"Two branches after {self.steps} steps: the weights of branch 1, with inputs of size {self.scale1:g}, "
                f"have moved by {one:.2g}, those of branch 2, with inputs of size {self.scale2:g}, by {two:.2g}."
            )
        one, two = self.bars()
        made = self.w1 * self.x1, self.w2 * self.x2
        return (
            f"z = w1 x1 + w2 x2: w1 makes {made[0]:.3g} of it, w2 makes {made[1]:.3g}. "
            f"With {self.zBar:g} as the bar of z, the bar of w1 is {one:.3g}, that of w2 is {two:.3g}."
        )

    def draw(self, figure: Figure) -> None:
        """Draw what each weight makes and its bar; or how far two branches move."""
        if self.mode == "train":
            return self._draw_training(figure.subplots())
        grid = figure.subplots(1, 3 if self.shares else 2, sharey=False)
        looks: list[dict[str, Any]] = [
            {"color": FORWARD},
            {"facecolor": "white", "edgecolor": BACKWARD, "linestyle": "--", "linewidth": 1.5},
        ]
        made = np.array([self.w1 * self.x1, self.w2 * self.x2])
        titles = rf"who made $z$ = {made.sum():.3g}", "who is fed: the bars"
        names = ["$w_1$", "$w_2$"], [r"$\bar w_1$", r"$\bar w_2$"]
        for axes, values, look, title, labels in zip(grid, (made, self.bars()), looks, titles, names, strict=False):
            shapes = axes.barh(labels, values, **look)
            axes.bar_label(shapes, [f"{value:.3g}" for value in values], padding=4)
            axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
            axes.invert_yaxis()
            axes.margins(x=0.35)
            axes.set_title(title, fontsize=11)
        if self.shares:
            self._draw_shares(grid[2], np.abs(self.bars()), names[1], ["///", "\\\\\\"])

    def _draw_training(self, axes: Axes) -> None:
        looks = zip(self.movements(), (self.units1, self.units2), (self.scale1, self.scale2), ("-", ":"), strict=True)
        for place, (path, units, scale, line) in enumerate(looks, 1):
            label = f"branch {place}: {units} units, inputs of size {scale:g}"
            axes.plot(path, line, color=INK, linewidth=2, label=label)
        axes.set(xlabel="steps", ylabel="weights moved by", ylim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, fontsize=9)

    def _draw_shares(self, axes: Axes, sizes: np.ndarray, names: list[str], hatches: list[str]) -> None:
        axes.set_title("share of the gradient", fontsize=11)
        axes.set(xlim=(0, 1), ylim=(-1, 1), yticks=[], xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
        if not sizes.sum():
            axes.text(0.5, 0, "no share: nothing gets through", ha="center")
            return
        start = 0.0
        for share, name, hatch in zip(sizes / sizes.sum(), names, hatches, strict=True):
            axes.barh(0, share, left=start, facecolor="white", edgecolor=BACKWARD, linestyle="--", hatch=hatch)
            if share > 0.3:
                ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                axes.text(start + share / 2, 0, f"{name} {share:.0%}", ha="center", va="center", bbox=ground)
            start += share


def _start(units: int, phase: float) -> np.ndarray:
    """Where a branch of so many units starts: its W and its a, (2, units)."""
    unit = np.arange(units)
    return np.cos([1.3 * unit + phase, 2.1 * unit + 2 * phase]) / np.sqrt(units)


def _positive(name: str, value: float) -> float:
    result = number(name, value)
    if result <= 0:
        raise WidgetError(f"{name} must be above 0, got {result:g}.")
    return result
