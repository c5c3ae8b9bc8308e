"""The one-neuron graph, drawn: values filling in on the way forward, bars on the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from barprop.activations import Activation
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, PAPER, course_style

PLACES = {"x": (0, 1.1), "w": (0, -1.1), "z": (2.1, 0), "h": (4.2, 0), "v": (4.2, -1.7),
          "e": (6.3, 0), "y": (6.3, 1.7), "l": (8.4, 0)}  # fmt: skip
# Where the value and the bar stand beside a node: off the arrows.
_LABELS = {"x": (0.5, 0.95), "y": (0.5, 0.95), "w": (-0.5, -0.95), "v": (-0.5, -0.95)}
_MIDDLE = (0.5, -0.5)
EDGES = (("x", "z"), ("w", "z"), ("z", "h"), ("h", "e"), ("v", "e"), ("e", "l"), ("y", "l"))
MADE = {"z": r"$z = w \cdot x$", "h": r"$h = \sigma(z)$", "e": r"$e = v\,h$", "l": r"$l = \frac{1}{2}(y-e)^2$"}
INPUTS = ("x", "w", "v", "y")
# variable -> (the variable its bar comes back from, what that step reads)
BACK = {"e": ("l", ("y", "e")), "y": ("l", ("y", "e")), "v": ("e", ("h",)), "h": ("e", ("v",)),
        "z": ("h", ("z",)), "w": ("z", ("x",)), "x": ("z", ("w",))}  # fmt: skip
_RADIUS = 0.36


def number(value: Any) -> str:
    """Return a value short enough for a label beside a node."""
    if np.ndim(value) == 0:
        return f"{float(value):.2f}"
    return "(" + ", ".join(f"{v:.2f}" for v in np.ravel(value)[:3]) + (", …" if np.size(value) > 3 else "") + ")"


def graph() -> Figure:
    """Draw the graph with its four steps and no numbers."""
    with course_style():
        figure, axes = plt.subplots(figsize=(8.6, 3.6))
        draw(axes, {})
        for name, text in MADE.items():
            axes.text(PLACES[name][0], PLACES[name][1] - 0.62, text, ha="center", va="top", color=FORWARD)
        plt.close(figure)
    return figure


def forward_film(values: Mapping[str, Any]) -> Figure:
    """Four pictures: z, h, e, l filling in one after the other.

    Parameters
    ----------
    values : x, w, v, y and z, h, e, l.
    """
    steps = ("z", "h", "e", "l")
    known = list(INPUTS)
    with course_style():
        figure, grid = plt.subplots(2, 2, figsize=(11, 7.0))
        for axes, name in zip(grid.flat, steps, strict=True):
            known.append(name)
            draw(axes, {k: values[k] for k in known}, lit=[name])
            axes.set_title(MADE[name], color=FORWARD, fontsize=13)
        plt.close(figure)
    return figure


def backward_film(values: Mapping[str, Any], bars: Mapping[str, Any]) -> Figure:
    """Four pictures: the bars filling in from the loss to the inputs, each step with the cached values it reads.

    Parameters
    ----------
    values : x, w, v, y and z, h, e, l as the forward pass cached them.
    bars : the bars of e, y, v, h, z, w, x.
    """
    steps: Sequence[tuple[str, ...]] = (("e", "y"), ("v", "h"), ("z",), ("w", "x"))
    known: dict[str, Any] = {"l": 1.0}
    with course_style():
        figure, grid = plt.subplots(2, 2, figsize=(11, 7.4))
        for axes, names in zip(grid.flat, steps, strict=True):
            known |= {name: bars[name] for name in names}
            reads = list(dict.fromkeys(read for name in names for read in BACK[name][1]))
            draw(axes, values, known, lit=list(names), reads=reads)
            made = " and ".join(rf"$\bar {name}$" for name in names)
            axes.set_title(
                rf"{made}: from $\bar {BACK[names[0]][0]}$, reading {', '.join(f'${r}$' for r in reads)}",
                color=BACKWARD,
                fontsize=13,
            )
        plt.close(figure)
    return figure


def step_sizes(
    f: Callable[[np.ndarray], float],
    u: np.ndarray,
    exact: np.ndarray,
    gradient: Callable[[Callable, np.ndarray, float], np.ndarray],
) -> Figure:
    """Draw the error of a numerical gradient of f at u against its step, both on logarithmic axes.

    Parameters
    ----------
    exact : the gradient, the shape of u.
    gradient : (f, u, step) -> like u.
    """
    steps = np.logspace(-12, 0, 49)
    errors = [np.max(np.abs(gradient(f, u, step) - exact)) for step in steps]
    with course_style():
        figure, axes = plt.subplots(figsize=(7, 3.6))
        axes.loglog(steps, np.maximum(errors, 1e-17), color=FORWARD)
        best = int(np.argmin(errors))
        axes.plot(steps[best], errors[best], "o", color=BACKWARD)
        axes.annotate(
            f"smallest error near {steps[best]:.0e}",
            (steps[best], errors[best]),
            (0, -16),
            textcoords="offset points",
            ha="center",
            va="top",
        )
        axes.text(steps[4], errors[4] * 9, "rounding", color=INK, ha="left")
        axes.text(steps[-7], errors[-7] / 30, "curvature", color=INK, ha="left")
        axes.set_xlabel("step")
        axes.set_ylabel("error of the gradient")
        axes.set_ylim(min(errors) / 60, 10)
        plt.close(figure)
    return figure


def slopes(sigmas: Sequence[Activation]) -> Figure:
    """Each nonlinearity, solid, and its slope at z, dashed."""
    z = np.linspace(-3, 3, 301)
    with course_style():
        figure, grid = plt.subplots(1, len(sigmas), figsize=(2.8 * len(sigmas), 2.9), sharey=True)
        for axes, sigma in zip(np.atleast_1d(grid), sigmas, strict=True):
            axes.plot(z, sigma(z), color=FORWARD, linestyle="-", label=r"$\sigma(z)$")
            slope = sigma.slope(z)
            if sigma.kink is not None:  # a jump is no steep line
                slope[np.argmin(np.abs(z - sigma.kink))] = np.nan
            axes.plot(z, slope, color=BACKWARD, linestyle=DASH, label=r"$\sigma'(z)$")
            axes.axhline(0, color=FAINT, linewidth=0.6, linestyle="-")
            axes.set_title(sigma.name)
            axes.set_xlabel("$z$")
        np.atleast_1d(grid)[0].legend(loc="upper left")
        plt.close(figure)
    return figure


def training(
    x: np.ndarray, y: np.ndarray, predict: Callable[[np.ndarray], np.ndarray], losses: Sequence[float]
) -> Figure:
    """Draw the points with the trained neuron's curve, and the loss of every step with its running mean."""
    with course_style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
        left.plot(x, y, "o", color=INK, markersize=4, label="examples")
        line = np.linspace(x.min(), x.max(), 200)
        left.plot(line, predict(line), color=FORWARD, linestyle="-", label="the neuron, trained")
        left.set_xlabel("input")
        left.set_ylabel("$y$")
        left.legend(loc="upper left")
        right.plot(losses, ".", color=FAINT, markersize=3, label="one example")
        width = max(1, len(losses) // 20)
        mean = np.convolve(losses, np.ones(width) / width, mode="valid")
        right.plot(np.arange(len(mean)) + width - 1, mean, color=FORWARD, linestyle="-", label=f"mean of {width}")
        right.set_xlabel("step")
        right.set_ylabel("loss $l$")
        right.legend(loc="upper right")
        plt.close(figure)
    return figure


def draw(
    axes: Axes,
    values: Mapping[str, Any],
    bars: Mapping[str, Any] | None = None,
    lit: Sequence[str] = (),
    reads: Sequence[str] = (),
) -> None:
    """Draw the graph with the values and bars known so far; `lit` just came, `reads` were read from the cache."""
    bars = bars or {}
    axes.set_xlim(-0.9, 9.3)
    reach = 3.1 if bars else 2.8 if values else 2.4  # room for the labels
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal")
    axes.axis("off")
    for start, end in EDGES:
        back = start in bars and end in bars
        _arrow(axes, PLACES[start], PLACES[end], FORWARD if values == {} or end in values else FAINT, back)
    for name, (x, y) in PLACES.items():
        _node(axes, name, x, y, name in lit, name in reads, name in values or not values)
        value_at, bar_at = _LABELS.get(name, _MIDDLE)
        if name in values:
            _label(axes, x, y, value_at, number(values[name]), FORWARD)
        if name in bars:
            aside = {"z": 0.3, "e": 0.45}.get(name, 0)  # off the arrow that leaves to the lower left
            _label(axes, x + aside, y, bar_at, rf"$\bar {name} = $" + number(bars[name]), BACKWARD)


def _label(axes: Axes, x: float, y: float, offset: float, text: str, color: str) -> None:
    axes.text(x, y + offset, text, ha="center", va="bottom" if offset > 0 else "top", color=color, fontsize=11)


def _node(axes: Axes, name: str, x: float, y: float, lit: bool, read: bool, known: bool) -> None:
    edge = INK if known else FAINT
    axes.add_patch(plt.Circle((x, y), _RADIUS, facecolor=PAPER, edgecolor=edge, linewidth=3 if lit else 1.2, zorder=3))
    if read:  # a square around what was read from the cache
        side = 2 * _RADIUS + 0.16
        axes.add_patch(
            plt.Rectangle((x - side / 2, y - side / 2), side, side, fill=False, edgecolor=INK, linewidth=1.4, zorder=2)
        )
    axes.text(x, y, f"${name}$", ha="center", va="center", fontsize=14, color=edge, zorder=4)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str, back: bool) -> None:
    direction = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    across = np.array([-direction[1], direction[0]]) * (0.1 if back else 0)
    tail, head = np.add(start, direction * 0.44), np.subtract(end, direction * 0.44)
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tuple(tail + across), tuple(head + across), color=color, **style))
    if back:
        style |= {"linestyle": DASH}
        axes.add_patch(FancyArrowPatch(tuple(head - across), tuple(tail - across), color=BACKWARD, **style))
