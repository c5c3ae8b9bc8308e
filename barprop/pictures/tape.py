"""A student's own graph of nodes, drawn in layers: values on the way forward, bars on the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from barprop.pictures.layered import Place, arrange
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, PAPER, course_style

_MOST = 40  # nodes that can still be told apart
_RADIUS = 0.34
_ACROSS, _DOWN = 1.75, 1.7  # from layer to layer, and from node to node within one
_SYMBOLS = {"__add__": "+", "__neg__": "−", "__sub__": "−", "__mul__": "×", "__truediv__": "÷", "__pow__": "^",
            "__matmul__": "@", "sum": "sum"}  # fmt: skip


def draw(last: Any, order: Sequence[Any] | None = None, bars: bool = True, **names: Any) -> Figure | None:
    """Draw the graph that ends in `last`: values in blue above the nodes, bars in vermilion below.

    Parameters
    ----------
    last : a node; `.parents` are the nodes it was made from, `.data` and `.bar` what it holds.
    order : a list of the nodes; draws each one's place in it instead of the bars.
    bars : whether to draw the way back.
    names : nodes by the name that stands inside them; the others show the step that made them.
    """
    nodes = _nodes(last)
    if len(nodes) > _MOST:
        print(f"This graph has {len(nodes):,} nodes or more; up to {_MOST} can be drawn.")
        return None
    called = {id(node): name for name, node in names.items()}
    places, routes = _arranged(nodes, called)
    passed = [place for route in routes for place in route[1:-1]]
    low = min([y - 0.95 for _, y in places] + [y - 0.2 for _, y in passed])  # room for the labels
    high = max([y + 0.95 for _, y in places] + [y + 0.2 for _, y in passed])
    wide = max(x for x, _ in places) + 1.6
    size = min(11.0, 0.95 * wide)
    with course_style():
        figure, axes = plt.subplots(figsize=(size, size * (high - low) / wide))
        axes.set_xlim(-0.8, wide - 0.8)
        axes.set_ylim(low, high)
        axes.set_aspect("equal")
        axes.axis("off")
        for route in routes:
            _edge(axes, route, back=bars and order is None)
        for node, place in zip(nodes, places, strict=True):
            _node(axes, node, place, called.get(id(node), ""), _below(node, order, bars), size / (0.95 * wide))
        plt.close(figure)
    return figure


def curves(x: Any, forward: Any, backward: Any, labels: tuple[str, str]) -> Figure:
    """Draw a function and its slope over x: blue and solid, vermilion and dashed.

    Parameters
    ----------
    x, forward, backward : (n,).
    labels : what the two curves are.
    """
    with course_style():
        figure, axes = plt.subplots(figsize=(7, 3.2))
        axes.plot(x, forward, color=FORWARD, linewidth=2, label=labels[0])
        axes.plot(x, backward, color=BACKWARD, linewidth=2, linestyle=DASH, label=labels[1])
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.set_xlabel("$z$")
        axes.legend()
        plt.close(figure)
    return figure


def losses(first: Mapping[str, Sequence[float]], window: int = 10) -> Figure:
    """Training losses on top of each other, each smoothed over `window` steps.

    Parameters
    ----------
    first : name -> one loss a step; drawn blue and solid, then vermilion and dashed.
    """
    with course_style():
        figure, axes = plt.subplots(figsize=(7, 3.2))
        for (name, values), color, line, width in zip(
            first.items(), (FORWARD, BACKWARD), ("-", DASH), (4.5, 1.8), strict=False
        ):
            smooth = np.convolve(values, np.ones(window) / window, mode="valid")
            axes.plot(np.arange(len(smooth)) + window, smooth, color=color, linestyle=line, linewidth=width, label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(f"loss, mean of {window} steps")
        axes.set_ylim(bottom=0)
        axes.legend()
        plt.close(figure)
    return figure


# --- where everything goes --------------------------------------------------------------------


def _nodes(last: Any) -> list[Any]:
    """Every node, parents first; a few too many where there are too many to draw."""
    found: list[Any] = []
    seen: set[int] = set()
    todo = [(last, False)]
    while todo and len(seen) <= _MOST:
        node, done = todo.pop()
        if done:
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo += [(node, True), *((parent, False) for parent in reversed(tuple(node.parents)))]
    return found if len(seen) <= _MOST else [None] * len(seen)


def _arranged(nodes: list[Any], called: Mapping[int, str]) -> tuple[list[Place], list[list[Place]]]:
    """Return the places of the nodes, and each edge as its way from place to place."""
    index = {id(node): i for i, node in enumerate(nodes)}
    parents = [[index[id(parent)] for parent in node.parents] for node in nodes]
    layout = arrange(parents, [called.get(id(node), "") for node in nodes])

    def at(place: Place) -> Place:
        return _ACROSS * place[0], -_DOWN * place[1]

    routes = [
        [at(layout.places[parent]), *map(at, layout.ways.get((parent, node), [])), at(layout.places[node])]
        for node, made in enumerate(parents)
        for parent in dict.fromkeys(made)
    ]
    return [at(place) for place in layout.places], routes


# --- drawing ----------------------------------------------------------------------------------


def _edge(axes: Axes, points: list[Place], back: bool) -> None:
    for color, forwards, shift in ((FORWARD, True, 0.09 * back), (BACKWARD, False, -0.09)):
        if not forwards and not back:
            continue
        way = points if forwards else points[::-1]
        way = [(x, y + shift) for x, y in way]
        way = [_towards(way[0], way[1], 0.42), *way[1:-1], _towards(way[-1], way[-2], 0.42)]
        codes = [Path.MOVETO, *[Path.LINETO] * (len(way) - 1)]
        axes.add_patch(
            FancyArrowPatch(
                path=_rounded(way) if len(way) > 2 else Path(way, codes),
                arrowstyle="-|>",
                mutation_scale=12,
                linewidth=1.5,
                color=color,
                linestyle="-" if forwards else DASH,
                zorder=1,
            )
        )


def _rounded(way: list[Place]) -> Path:
    """Return a line through the points without corners."""
    points, codes = [way[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(way):
        points += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    return Path(points, codes)


def _towards(start: Place, end: Place, distance: float) -> Place:
    away = np.subtract(end, start)
    x, y = start + distance * away / np.hypot(*away)
    return float(x), float(y)


def _node(axes: Axes, node: Any, place: Place, name: str, below: str, scale: float) -> None:
    x, y = place
    constant = not name and not tuple(node.parents)
    edge = FAINT if constant else INK
    axes.add_patch(plt.Circle(place, _RADIUS, facecolor=PAPER, edgecolor=edge, linewidth=1.2, zorder=3))
    plain = constant and np.ndim(node.data) == 0  # a constant number stands inside its node, an array does not fit
    inside = f"${name}$" if name else (number(node.data) if plain else _step(node))
    size = (13 if name or len(inside) < 3 else 9) * scale
    axes.text(x, y, inside, ha="center", va="center", fontsize=size, color=INK, zorder=4)
    if not plain:
        _beside(axes, x, y + 0.42, "bottom", number(node.data), FORWARD, scale)
    if below.startswith("bar") and not constant:
        bar = below.replace("bar", rf"$\bar {name} =$", 1) if name else below
        aside = 0 if tuple(node.parents) else 0.15  # off the arrows that come in from the right
        _beside(axes, x - aside, y - 0.42, "top", bar, BACKWARD, scale)
    elif below and not below.startswith("bar"):
        _beside(axes, x, y - 0.42, "top", below, INK, scale)


def _below(node: Any, order: Sequence[Any] | None, bars: bool) -> str:
    """Return the label below a node: its place in the order, its bar, or nothing."""
    if order is not None:
        places = [str(i + 1) for i, other in enumerate(order) if other is node]
        return "no. " + " and ".join(places) if places else "missing"
    return "bar " + number(node.bar) if bars else ""


def _beside(axes: Axes, x: float, y: float, side: str, text: str, color: str, scale: float) -> None:
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
    axes.text(x, y, text, ha="center", va=side, color=color, fontsize=10 * scale, zorder=5, bbox=box)


def _step(node: Any) -> str:
    """Return the step that made a node, read off the name of its backward: "+", "tanh"."""
    parts = str(getattr(getattr(node, "back", None), "__qualname__", "")).split(".<locals>")[0].split(".")
    return _SYMBOLS.get(parts[-1], parts[-1].strip("_"))


def number(value: Any) -> str:
    """Return a value short enough for a label beside a node: a number, a short vector, or a shape."""
    value = np.asarray(value, dtype=float)
    if value.ndim == 0:
        return f"{float(value):.4g}" if float(value).is_integer() and abs(value) < 1e4 else f"{float(value):.2f}"
    if value.ndim == 1 and len(value) <= 3:
        return "(" + ", ".join(f"{v:.2f}" for v in value) + ")"
    return "shape " + "×".join(map(str, value.shape))
