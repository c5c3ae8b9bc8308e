"""The one-neuron graph, drawn: values filling in on the way forward, bars on the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from barprop.activations import Activation
from barprop.pictures.picture import Picture
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, LETTERS, PAPER, course_style, sheet

PLACES = {"x": (0, 1.1), "w": (0, -1.1), "z": (2.1, 0), "h": (4.2, 0), "v": (4.2, -2.1),
          "e": (6.3, 0), "y": (6.3, 2.1), "l": (8.4, 0)}  # fmt: skip
NAMES = {"x": "inputs", "w": "weights", "z": "weighted\nsum", "h": "hidden\nvalue", "v": "weight", "e": "estimate",
         "y": "target", "l": "loss"}  # fmt: skip
_ABOVE, _BELOW = ("x", "y"), ("w", "v")  # where both value and bar stand on one side, off the arrows
EDGES = (("x", "z"), ("w", "z"), ("z", "h"), ("h", "e"), ("v", "e"), ("e", "l"), ("y", "l"))
MADE = {"z": r"$z = w \cdot x$", "h": r"$h = \sigma(z)$", "e": r"$e = v\,h$", "l": r"$l = \frac{1}{2}(y{-}e)^2$"}
INPUTS = ("x", "w", "v", "y")
# variable -> (the variable its bar comes back from, what that step reads)
BACK = {"e": ("l", ("y", "e")), "y": ("l", ("y", "e")), "v": ("e", ("h",)), "h": ("e", ("v",)),
        "z": ("h", ("z",)), "w": ("z", ("x",)), "x": ("z", ("w",))}  # fmt: skip
_RADIUS, _LARGE = 0.36, 0.46  # the large one where the whole graph is small


def number(value: Any) -> str:
    """Return a value short enough for a label beside a node."""
    if np.ndim(value) == 0:
        return f"{float(value):.2f}"
    return "(" + ", ".join(f"{v:.2f}" for v in np.ravel(value)[:3]) + (", …" if np.size(value) > 3 else "") + ")"


def graph() -> Picture:
    """Draw the graph with its four steps and the names of its nodes, and no numbers."""
    with course_style():
        figure, axes = sheet(3.7)
        draw(axes, {})
        for name, (x, y) in PLACES.items():
            below = name in _BELOW
            axes.text(x, y + (-0.5 if below else 0.5), NAMES[name], ha="center", va="top" if below else "bottom")
            if name in MADE:
                axes.text(x, y - 0.56, MADE[name], ha="center", va="top", color=FORWARD, fontsize=12)
    return Picture(
        figure,
        "The graph of one neuron. x and w make z = w · x, the weighted sum; z makes h = σ(z), the hidden value; "
        "v and h "
        "make the estimate e = v h; the target y and e make the loss l = ½ (y − e)².",
    )


def forward_film(values: Mapping[str, Any]) -> Picture:
    """Draw four pictures: z, h, e, l filling in one after the other.

    Parameters
    ----------
    values : mapping
        x, w, v, y and z, h, e, l.
    """
    steps = ("z", "h", "e", "l")
    known = list(INPUTS)
    with course_style():
        figure, grid = sheet(4.3, 2, 2)
        for axes, name in zip(grid.flat, steps, strict=True):
            known.append(name)
            draw(axes, {k: values[k] for k in known}, lit=[name], radius=_LARGE)
            axes.set_title(MADE[name], color=FORWARD, fontsize=13)
    told = ", then ".join(f"{name} = {number(values[name])}" for name in steps)
    return Picture(figure, f"Four pictures of the neuron's graph in which the values fill in forward: {told}.")


def backward_film(values: Mapping[str, Any], bars: Mapping[str, Any]) -> Picture:
    """Draw four pictures: the bars filling in from the loss to the inputs, each step with the cached values it reads.

    Parameters
    ----------
    values : mapping
        x, w, v, y and z, h, e, l as the forward pass cached them.
    bars : mapping
        The bars of e, y, v, h, z, w, x.
    """
    steps: Sequence[tuple[str, ...]] = (("e", "y"), ("v", "h"), ("z",), ("w", "x"))
    known: dict[str, Any] = {"l": 1.0}
    with course_style():
        figure, grid = sheet(5.7, 2, 2)
        for axes, names in zip(grid.flat, steps, strict=True):
            known |= {name: bars[name] for name in names}
            reads = list(dict.fromkeys(read for name in names for read in BACK[name][1]))
            draw(axes, values, known, lit=list(names), reads=reads, radius=_LARGE)
            made = " and ".join(rf"$\bar {name}$" for name in names)
            source = rf"$\bar {BACK[names[0]][0]}$"
            axes.set_title(f"{made}: from {source}, reading {', '.join(f'${r}$' for r in reads)}", color=BACKWARD)
        figure.supxlabel("thick circle: has just got its bar      square: its value was read", color=INK)
    told = ", ".join(f"of {name} {number(bars[name])}" for names in steps for name in names)
    return Picture(figure, f"Four pictures of the neuron's graph in which the bars fill in backward: the bar {told}.")


def step_sizes(
    f: Callable[[np.ndarray], float],
    u: np.ndarray,
    exact: np.ndarray,
    gradient: Callable[[Callable, np.ndarray, float], np.ndarray],
) -> Picture:
    """Draw the error of a numerical gradient of f at u against its step, both on logarithmic axes.

    Parameters
    ----------
    exact : numpy.ndarray
        The gradient, the shape of u.
    gradient : callable
        (f, u, step) -> like u.
    """
    steps = np.logspace(-12, 0, 49)
    errors = [np.max(np.abs(gradient(f, u, step) - exact)) for step in steps]
    with course_style():
        figure, axes = sheet(3.3)
        axes.loglog(steps, np.maximum(errors, 1e-17), color=FORWARD)
        best = int(np.argmin(errors))
        axes.plot(steps[best], errors[best], "o", color=BACKWARD)
        axes.annotate(
            f"smallest error near {steps[best]:.0e}",
            (steps[best], errors[best]),
            (0, -6),
            textcoords="offset points",
            ha="center",
            va="top",
        )
        axes.text(steps[4], errors[4] * 9, "rounding", color=INK, ha="left")
        axes.text(steps[-7], errors[-7] / 30, "third derivative", color=INK, ha="left")
        axes.set_xlabel("step")
        axes.set_ylabel("error of the gradient")
        axes.set_ylim(min(errors) / 300, 10)
    return Picture(
        figure,
        "The error of a numerical gradient against the size of its nudge, both on logarithmic axes, a V: small nudges "
        f"suffer from rounding, large ones from the third derivative, and the smallest error is near a nudge "
        f"of {steps[best]:.0e}.",
    )


def slopes(sigmas: Sequence[Activation]) -> Picture:
    """Draw each nonlinearity, solid, and its slope at z, dashed."""
    z = np.linspace(-3, 3, 301)
    rows = -(-len(sigmas) // 2)
    with course_style():
        figure, grid = sheet(2.1 * rows + 0.4, rows, min(2, len(sigmas)), sharex=True, sharey=True, squeeze=False)
        for axes, sigma in zip(grid.flat, sigmas, strict=False):
            axes.plot(z, sigma(z), color=FORWARD, linestyle="-", label=r"$\sigma(z)$")
            slope = sigma.slope(z)
            if sigma.kink is not None:  # a jump is no steep line
                slope[np.argmin(np.abs(z - sigma.kink))] = np.nan
            axes.plot(z, slope, color=BACKWARD, linestyle=DASH, label=r"$\sigma'(z)$")
            axes.axhline(0, color=FAINT, linewidth=0.6, linestyle="-")
            axes.set_title(sigma.name)
        for axes in grid[-1]:
            axes.set_xlabel("$z$")
        for axes in grid.flat[len(sigmas) :]:
            axes.axis("off")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    names = ", ".join(sigma.name for sigma in sigmas)
    return Picture(figure, f"{names}: each as a solid line over z from -3 to 3, and its slope at z as a dashed one.")


def training(
    x: np.ndarray, y: np.ndarray, predict: Callable[[np.ndarray], np.ndarray], losses: Sequence[float]
) -> Picture:
    """Draw the points with the trained neuron's curve, and the loss of every step with its running mean."""
    width = max(1, len(losses) // 20)
    mean = np.convolve(losses, np.ones(width) / width, mode="valid")
    with course_style():
        figure, (left, right) = sheet(3.0, 1, 2)
        left.plot(x, y, "o", color=INK, markersize=3.5, label="examples")
        line = np.linspace(x.min(), x.max(), 200)
        left.plot(line, predict(line), color=FORWARD, linestyle="-", label="trained neuron")
        left.set_xlabel("input")
        left.set_ylabel("$y$", rotation=0)
        right.plot(losses, ".", color=FAINT, markersize=3, label="one example")
        right.plot(np.arange(len(mean)) + width - 1, mean, color=FORWARD, linestyle="-", label=f"mean of {width}")
        right.set_xlabel("step")
        right.set_title("loss $l$", loc="left")
        left.legend(loc="upper left", handlelength=1.2, borderaxespad=0)
        left.set_ylim(top=1.45 * np.max(y))
        right.legend(loc="upper right")
    return Picture(
        figure,
        f"Left, {len(x)} examples and the curve of the trained neuron through them. Right, the loss of {len(losses)} "
        f"training steps; its running mean over {width} steps goes from {mean[0]:.2g} to {mean[-1]:.2g}.",
    )


def draw(
    axes: Axes,
    values: Mapping[str, Any],
    bars: Mapping[str, Any] | None = None,
    lit: Sequence[str] = (),
    reads: Sequence[str] = (),
    radius: float = _RADIUS,
) -> None:
    """Draw the graph with the values and bars known so far; `lit` just came, `reads` were read from the cache."""
    bars = bars or {}
    axes.set_xlim(-0.9, 9.3)
    axes.set_ylim(*((-4.2, 4.1) if bars else (-3.4, 3.3)))  # room for the labels
    axes.set_aspect("equal")
    axes.axis("off")
    for start, end in EDGES:
        back = start in bars and end in bars
        _arrow(axes, PLACES[start], PLACES[end], FORWARD if values == {} or end in values else FAINT, back, radius)
    for name in PLACES:
        _node(axes, name, name in lit, name in reads, name in values or not values, radius)
        _labels(
            axes,
            name,
            number(values[name]) if name in values else "",
            number(bars[name]) if name in bars else "",
            radius,
        )


def _labels(axes: Axes, name: str, value: str, bar: str, radius: float) -> None:
    """Write a node's value and bar beside it, off the arrows."""
    x, y = PLACES[name]
    gap, line = radius + 0.2, 1.25 * radius + 0.1
    value_at, bar_at = gap, -gap
    if name in _ABOVE:
        bar_at = gap + line
    if name in _BELOW:
        value_at, bar_at = -gap, -gap - line
    for text, at, color in ((value, value_at, FORWARD), (bar, bar_at, BACKWARD)):
        left = text.startswith("(")  # a vector is wide, and its node stands at the edge
        aside = 0.25 if color == BACKWARD and name in ("z", "e") else 0  # off the arrow that leaves to the lower left
        if color == FORWARD and name == "l":
            aside = 0.4  # off the arrow that arrives from the upper left
        axes.text(-0.9 if left else x + aside, y + at, text, ha="left" if left else "center",
                  va="bottom" if at > 0 else "top", color=color)  # fmt: skip


def _node(axes: Axes, name: str, lit: bool, read: bool, known: bool, radius: float) -> None:
    place, edge = PLACES[name], INK if known else FAINT
    axes.add_patch(Circle(place, radius, facecolor=PAPER, edgecolor=edge, linewidth=3 if lit else 1.2, zorder=3))
    if read:  # a square around what was read from the cache
        side = 2 * radius + 0.16
        corner = (place[0] - side / 2, place[1] - side / 2)
        axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, linewidth=1.4, zorder=2))
    size = 14 if radius == _RADIUS else LETTERS
    axes.text(*place, f"${name}$", ha="center", va="center_baseline", fontsize=size, color=edge, zorder=4)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str, back: bool, radius: float
) -> None:
    direction = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    across = np.array([-direction[1], direction[0]]) * (0.27 * radius if back else 0)
    tail, head = np.add(start, direction * (radius + 0.08)), np.subtract(end, direction * (radius + 0.08))
    size = 13 if radius == _RADIUS else 9
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": size, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tuple(tail + across), tuple(head + across), color=color, **style))
    if back:
        style |= {"linestyle": DASH}
        axes.add_patch(FancyArrowPatch(tuple(head - across), tuple(tail - across), color=BACKWARD, **style))
