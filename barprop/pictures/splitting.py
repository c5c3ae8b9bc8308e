"""Who gets how much of the gradient, drawn: the split at a product, two networks on one sum, learning rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, PAPER, THIRD, course_style

LINES = (THIRD, INK)  # of the two networks: blue and vermilion are the two directions
DASHES = ("-", DASH)
_RADIUS = 0.34


# --- graphs -------------------------------------------------------------------------------------


def products_and_sum(
    x: Sequence[float], w: Sequence[float], z_bar: float, w_bar: Sequence[float] | None = None
) -> Figure:
    """z = w_1 x_1 + w_2 x_2 as two products and a sum, with what comes back to each.

    Parameters
    ----------
    x, w : two numbers each.
    z_bar : the bar that comes in.
    w_bar : two numbers; without them a question mark stands there.
    """
    with course_style():
        figure, axes = plt.subplots(figsize=(9, 4.6))
        _canvas(axes, (-2.1, 7.9), (-2.6, 2.6))
        for i, side in enumerate((1, -1)):
            up, down = (0, (1.3 + 0.75 * side) * side), (0, (1.3 - 0.75 * side) * side)
            _term(axes, i, side, (up, down))
            bar = "?" if w_bar is None else f"{w_bar[i]:.4g}"
            _text(axes, -0.5, up[1] + 0.22, f"{w[i]:g}", FORWARD, "right")
            _text(axes, -0.5, up[1] - 0.22, rf"\bar w_{i + 1} = {bar}", BACKWARD, "right")
            _text(axes, -0.5, down[1], f"{x[i]:g}", FORWARD, "right")
            # forwards above the arrow, backwards below it
            _text(axes, 3.4 + 0.15 * side, 0.65 * side + 0.34, f"{w[i] * x[i]:.4g}", FORWARD, ("left", "right")[i])
            _text(axes, 3.4 - 0.15 * side, 0.65 * side - 0.34, rf"\bar z = {z_bar:g}", BACKWARD, ("right", "left")[i])
        _edge(axes, (4.6, 0), (6.9, 0), both=True)
        _text(axes, 5.75, 0.36, f"z = {float(np.dot(x, w)):.4g}", FORWARD)
        _text(axes, 5.75, -0.36, rf"\bar z = {z_bar:g}", BACKWARD)
        _node(axes, 4.6, 0, "$+$")
        _node(axes, 6.9, 0, "$z$")
        axes.text(5.1, -1.9, "the sum hands the same bar to both", ha="center", va="center", color=INK)
        plt.close(figure)
    return figure


def _term(axes: Axes, i: int, side: int, inputs: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """One product with its two inputs, the weight first; `side` is 1 above and -1 below."""
    times = (2.2, 1.3 * side)
    _edge(axes, inputs[0], times, both=True)
    _edge(axes, inputs[1], times)
    _edge(axes, times, (4.6, 0), both=True)
    _node(axes, *times, r"$\times$")
    _node(axes, *inputs[0], f"$w_{i + 1}$")
    _node(axes, *inputs[1], f"$x_{i + 1}$")


def two_networks() -> Figure:
    """Two networks on one sum: values run forwards, and one bar comes back to both."""
    with course_style():
        figure, axes = plt.subplots(figsize=(9.6, 3.4))
        _canvas(axes, (-2.5, 9.0), (-1.9, 1.9))
        for i, side in ((1, 1), (2, -1)):
            x, h, dot = ((across, 1.1 * side) for across in (0, 2.2, 4.2))
            _edge(axes, x, h, both=True)
            _edge(axes, h, dot, both=True)
            _edge(axes, dot, (6.6, 0), both=True)
            _node(axes, *x, f"$x_{i}$")
            _node(axes, *h, f"$h_{i}$")
            _node(axes, *dot, rf"$a_{i}\cdot$")
            _text(axes, 1.1, 1.1 * side + 0.38, f"h_{i} = W_{i} x_{i}", FORWARD)
            shift, sides = 0.15 * side, ("left", "right")
            _text(axes, 5.4 + shift, 0.55 * side + 0.34, rf"a_{i} \cdot h_{i}", FORWARD, sides[i - 1])
            _text(axes, 5.4 - shift, 0.55 * side - 0.34, r"\bar z", BACKWARD, sides[2 - i])
            axes.text(-0.55, 1.1 * side, ("one network", "another")[i - 1], ha="right", va="center", color=INK)
        _edge(axes, (6.6, 0), (8.5, 0), both=True)
        _node(axes, 6.6, 0, "$+$")
        _node(axes, 8.5, 0, "$z$")
        _text(axes, 7.55, -0.36, r"\bar z", BACKWARD)
        plt.close(figure)
    return figure


def _text(axes: Axes, x: float, y: float, formula: str, color: str, ha: str = "center") -> None:
    axes.text(x, y, f"${formula}$", ha=ha, va="center", color=color, fontsize=13)


def _canvas(axes: Axes, across: tuple[float, float], up: tuple[float, float]) -> None:
    axes.set_xlim(across)
    axes.set_ylim(up)
    axes.set_aspect("equal")
    axes.axis("off")


def _node(axes: Axes, x: float, y: float, text: str) -> None:
    axes.add_patch(plt.Circle((x, y), _RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.2, zorder=3))
    axes.text(x, y, text, ha="center", va="center", fontsize=14, color=INK, zorder=4)


def _edge(axes: Axes, start: tuple[float, float], end: tuple[float, float], both: bool = False) -> None:
    """Draw a solid arrow forwards, and with `both` a dashed one back beside it."""
    direction = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    across = np.array([-direction[1], direction[0]]) * (0.09 if both else 0)
    tail, head = np.add(start, direction * 0.42), np.subtract(end, direction * 0.42)
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tuple(tail + across), tuple(head + across), color=FORWARD, **style))
    if both:
        style |= {"linestyle": DASH}
        axes.add_patch(FancyArrowPatch(tuple(head - across), tuple(tail - across), color=BACKWARD, **style))


# --- shares -------------------------------------------------------------------------------------


def shares(x: Sequence[float], gradient: Any, step: Any, guess: Mapping[str, Any] | None = None) -> Figure:
    """Each term's share in the gradient beside its share in what one descent step does to z.

    Parameters
    ----------
    x : (k,).
    gradient, step : (k,) each, adding up to 1.
    guess : {"gradient": percent, "step": percent} for the first term; whatever is no number is left out.
    """
    places, width = np.arange(len(x)), 0.36
    with course_style():
        figure, axes = plt.subplots(figsize=(7.2, 3.6))
        kinds = ((gradient, BACKWARD, "//", "of the gradient"), (step, FORWARD, "", "of the change of $z$ in one step"))
        for (share, color, hatch, label), shift in zip(kinds, (-width / 2, width / 2), strict=True):
            face = color if not hatch else PAPER
            bars = axes.bar(places + shift, 100 * np.asarray(share), width * 0.94, label=label, facecolor=face,
                            edgecolor=color, hatch=hatch, linewidth=1.4)  # fmt: skip
            axes.bar_label(bars, fmt="%.0f %%", padding=3, color=color)
        _guesses(axes, guess if isinstance(guess, Mapping) else {}, width)
        axes.set_xticks(places, [f"$x_{i + 1}$ = {value:g}" for i, value in enumerate(x)])
        axes.set_ylim(0, 112)
        axes.set_ylabel("share in %")
        axes.legend(loc="upper right")
        plt.close(figure)
    return figure


def _guesses(axes: Axes, guess: Mapping[str, Any], width: float) -> None:
    label: str | None = "your guess"
    for name, place in (("gradient", -width / 2), ("step", width / 2)):
        if isinstance(guess.get(name), (int, float)):
            axes.plot(place, min(max(guess[name], 0), 105), "D", color=INK, markersize=8, label=label, zorder=5)
            label = None


# --- training -----------------------------------------------------------------------------------


def movement(runs: Mapping[str, tuple[Any, Any]], names: Sequence[str]) -> Figure:
    """How far the weights of two networks moved in the course of training, and what the loss did.

    Parameters
    ----------
    runs : title -> (moved, losses): (steps + 1, 2) distance from the start over the length of the start, and
        (steps,) one loss a step.
    names : of the two networks.
    """
    with course_style():
        figure, grid = plt.subplots(1, len(runs) + 1, figsize=(3.7 * (len(runs) + 1), 3.5))
        top = 1.08 * max(np.max(moved) for moved, _ in runs.values())
        for axes, (title, (moved, _)) in zip(grid, runs.items(), strict=False):
            for line, name, color, dash in zip(np.transpose(moved), names, LINES, DASHES, strict=True):
                axes.plot(line, color=color, linestyle=dash, linewidth=2, label=name)
            axes.set_title(title, fontsize=11)
            axes.set_ylim(-0.03 * top, top)
            axes.set_xlabel("step")
        grid[0].set_ylabel("distance moved / length at start")
        grid[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.16), fontsize=10)
        for (title, (_, losses)), color, dash in zip(runs.items(), (FAINT, INK), ("-", "-."), strict=False):
            grid[-1].plot(_smooth(losses), color=color, linestyle=dash, linewidth=2, label=title)
        grid[-1].set_title("loss, mean of the last 30 steps", fontsize=11)
        grid[-1].set_ylim(bottom=0)
        grid[-1].set_xlabel("step")
        if len(runs) > 1:
            grid[-1].legend(fontsize=10)
        plt.close(figure)
    return figure


def _smooth(losses: Any, width: int = 30) -> np.ndarray:
    """Return the running mean over the last `width` steps; NaN, which is not drawn, before that."""
    total = np.cumsum(np.append(0.0, losses))
    means = np.full(len(total) - 1, np.nan)
    means[width - 1 :] = (total[width:] - total[:-width]) / width
    return means


def rate_sweep(rates: Any, losses: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw the loss after training against the learning rate, a line for each data set.

    Parameters
    ----------
    rates : (r,).
    losses : title of a panel -> name of a data set -> (r,) losses; infinity where training ran away.
    """
    ceiling = 30.0
    shades = plt.get_cmap("viridis")(np.linspace(0.0, 0.62, 5))
    marks = ("o", "s", "^", "D", "v")
    with course_style():
        figure, grid = plt.subplots(1, len(losses), figsize=(10.4, 3.9), sharey=True)
        for axes, (title, lines) in zip(np.atleast_1d(grid), losses.items(), strict=True):
            for number, (name, line) in enumerate(lines.items()):
                shown = np.clip(np.nan_to_num(line, nan=ceiling, posinf=ceiling), 1e-7, ceiling)
                size = 11 - 1.8 * number  # so that lines on top of each other are all seen
                axes.loglog(rates, shown, color=shades[number], marker=marks[number], markersize=size,
                            linestyle="-", linewidth=1.4, label=name)  # fmt: skip
            axes.set_title(title, fontsize=11)
            axes.set_xlabel("learning rate")
            axes.minorticks_off()
        first = np.atleast_1d(grid)[0]
        first.set_ylabel("loss after training")
        first.set_yticks([1e-6, 1e-4, 1e-2, 1, ceiling], [r"$10^{-6}$", r"$10^{-4}$", r"$10^{-2}$", "1", "ran away"])
        np.atleast_1d(grid)[-1].legend(fontsize=10, title="size of $x_2$")
        plt.close(figure)
    return figure


def crossing(curves: Mapping[float, Any], factors: Any, ends: Any) -> Figure:
    """Descent with rates just below and just beyond the predicted limit.

    Parameters
    ----------
    curves : rate as a multiple of the prediction -> (steps,) losses.
    factors, ends : (r,) each: more such multiples, and the last loss over the first.
    """
    with course_style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(10.4, 3.7))
        styles = ((FAINT, "-"), (THIRD, "-"), (INK, DASH))
        for (factor, losses), (color, dash) in zip(curves.items(), styles, strict=True):
            left.semilogy(losses, color=color, linestyle=dash, linewidth=2, label=f"{factor:g} × predicted")
        left.set_xlabel("step")
        left.set_ylabel("loss")
        left.legend(fontsize=10)
        right.semilogy(factors, ends, color=INK, linestyle="-", marker="o", markersize=4)
        right.axvline(1.0, color=THIRD, linestyle=DASH)
        right.text(0.995, 0.96, "predicted\nlimit", color=THIRD, ha="right", va="top",
                   transform=right.get_xaxis_transform())  # fmt: skip
        right.axhline(1.0, color=FAINT, linewidth=1)
        right.set_xlabel("learning rate / predicted limit")
        right.set_ylabel("last loss / first loss")
        plt.close(figure)
    return figure
