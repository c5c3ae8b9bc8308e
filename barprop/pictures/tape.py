"""A student's own graph of nodes, drawn in layers: values on the way forward, bars on the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path

from barprop.pictures.layered import Place, arrange, parents_first
from barprop.pictures.picture import Picture
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, LETTERS, PAPER, WIDE, course_style, sheet

_MOST = 40  # nodes that can still be told apart
_SYMBOLS = {"__add__": "+", "__neg__": "−", "__sub__": "−", "__mul__": "×", "__truediv__": "÷", "__pow__": "pow",
            "__matmul__": "@", "sum": "sum"}  # fmt: skip


def draw(last: Any, order: Sequence[Any] | None = None, bars: bool = True, **names: Any) -> Picture | None:
    """Draw the graph that ends in `last`: values in blue above the nodes, bars in vermilion below.

    Parameters
    ----------
    last : object
        A node; `.parents` are the nodes it was made from, `.data` and `.bar` what it holds.
    order : sequence, optional
        A list of the nodes; draws each one's place in it instead of the bars.
    bars : bool
        Whether to draw the way back.
    names : nodes by the name that stands inside them; the others show the step that made them.
    """
    nodes = parents_first(last, _MOST)
    if nodes is None:
        print(f"This graph has more than {_MOST} nodes; that is too many to draw.")
        return None
    called = {id(node): name for name, node in names.items()}
    layout, routes = _arranged(nodes, called)
    columns = max(x for x, _ in layout) + 1
    across = min(1.0, (WIDE - 0.5) / max(columns - 0.4, 1))  # inches from layer to layer
    words = [len(_step(node)) for node in nodes if tuple(node.parents) and id(node) not in called]
    down, radius = 0.92, min(0.28 if max(words, default=0) > 3 else 0.21, 0.32 * across)
    places = [(across * x, -down * y) for x, y in layout]
    ways = [[(across * x, -down * y) for x, y in route] for route in routes]
    heights = [y for _, y in places] + [y for way in ways for _, y in way[1:-1]]
    low, high = min(heights) - 0.62, max(heights) + 0.62
    wide = across * (columns - 1) + 1.1
    legend = ("      " if wide > 3.8 else "\n").join(["solid: forward, values", "dashed: backward, bars"])
    with course_style():
        figure, axes = sheet(high - low + 0.3 * (1 + legend.count("\n")) * (bars and order is None), width=wide)
        axes.set(xlim=(-0.55, wide - 0.55), ylim=(low, high), aspect="equal")
        axes.axis("off")
        leaves = [not tuple(node.parents) and id(node) not in called for node in nodes]
        constants = [place for place, constant in zip(places, leaves, strict=True) if constant]  # get no bar
        for way in ways:
            edge(axes, way, radius, back=bars and order is None and way[0] not in constants)
        for node, place in zip(nodes, places, strict=True):
            away = _away(place, [way for way in ways if way[0] == place], places, 1.6 * down) if order is None else 0
            give = min(0.17, across - 0.42) if bars and order is None else 0  # inches; labels are 0.4 wide
            asides = (give * _crossed(place, ways, 1), give * _crossed(place, ways, -1))
            _node(axes, node, place, called.get(id(node), ""), _below(node, order, bars), radius, away, asides)
        if bars and order is None:
            figure.supxlabel(legend)
    return Picture(figure, _description(nodes, called, order, bars))


def _description(nodes: Sequence[Any], called: Mapping[int, str], order: Sequence[Any] | None, bars: bool) -> str:
    """Tell the graph in words, node by node: parents first, but by name where the order is still to be found."""
    words, to_find = [], order is None and not bars
    for node in nodes:
        name, made = called.get(id(node), ""), tuple(node.parents)
        step = f"{'a ' if not name else f'{name}, by '}{_step(node) or 'step'}" if made else name or "a constant"
        if made:
            step += f" from {' and '.join(_called(parent, called) for parent in made)}"
        places = [str(i + 1) for i, other in enumerate(order or ()) if other is node]
        more = f", number {' and '.join(places) or 'missing'}" if order is not None else ""
        bar = f", bar {number(node.bar)}" if bars and order is None and (made or name) else ""
        words.append(f"{step}: {number(node.data)}{bar}{more}")
    listed = sorted(words) if to_find else words
    return f"A graph of {len(nodes)} nodes{'' if to_find else ', parents first'}. {'; '.join(listed)}."


def _called(node: Any, called: Mapping[int, str]) -> str:
    """Return a node's name, or what made it."""
    made = f"a {_step(node) or 'step'}" if tuple(node.parents) else "a constant"
    return called.get(id(node), made)


def curves(x: Any, forward: Any, backward: Any, labels: tuple[str, str]) -> Picture:
    """Draw a function and its slope over x: blue and solid, vermilion and dashed.

    Parameters
    ----------
    x, forward, backward : array_like
        (n,).
    labels : tuple
        What the two curves are.
    """
    with course_style():
        figure, axes = sheet(3.0)
        axes.plot(x, forward, color=FORWARD, linewidth=2, label=labels[0])
        axes.plot(x, backward, color=BACKWARD, linewidth=2, linestyle=DASH, label=labels[1])
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.set_xlabel("$z$")
        axes.legend()
    ends = [
        f"{label} goes from {line[0]:.2g} to {line[-1]:.2g}"
        for label, line in zip(labels, (forward, backward), strict=True)
    ]
    return Picture(figure, f"Over z from {x[0]:g} to {x[-1]:g}, {' and '.join(ends)}.")


def losses(first: Mapping[str, Sequence[float]], window: int = 10) -> Picture:
    """Draw training losses on top of each other, each smoothed over `window` steps.

    Parameters
    ----------
    first : mapping
        Name -> one loss a step; drawn blue and solid, then vermilion and dashed.
    """
    smooth = {name: np.convolve(values, np.ones(window) / window, mode="valid") for name, values in first.items()}
    with course_style():
        figure, axes = sheet(3.0)
        for (name, line), color, dash, width in zip(
            smooth.items(), (FORWARD, BACKWARD), ("-", DASH), (4.5, 1.8), strict=False
        ):
            axes.plot(np.arange(len(line)) + window, line, color=color, linestyle=dash, linewidth=width, label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(f"loss, mean of {window} steps")
        axes.set_ylim(bottom=0)
        axes.legend()
    ends = "; ".join(f"{name} from {line[0]:.3g} to {line[-1]:.3g}" for name, line in smooth.items())
    return Picture(figure, f"The loss in training, a mean of {window} steps: {ends}.")


# --- where everything goes --------------------------------------------------------------------


def _arranged(nodes: list[Any], called: Mapping[int, str]) -> tuple[list[Place], list[list[Place]]]:
    """Return the places of the nodes, and each edge as its way from place to place."""
    index = {id(node): i for i, node in enumerate(nodes)}
    parents = [[index[id(parent)] for parent in node.parents] for node in nodes]
    layout = arrange(parents, [called.get(id(node), "") for node in nodes])
    routes = [
        [layout.places[parent], *layout.ways.get((parent, node), []), layout.places[node]]
        for node, made in enumerate(parents)
        for parent in dict.fromkeys(made)
    ]
    return layout.places, routes


# --- drawing ----------------------------------------------------------------------------------


def edge(axes: Axes, points: list[Place], radius: float, back: bool, color_back: str = BACKWARD) -> None:
    """Draw the arrow forward from the first point to the last, and the arrow back beside it.

    Parameters
    ----------
    points : list of Place
        Of the edge, in inches: its two nodes, and what it passes between them.
    radius : float
        Of the nodes, in inches.
    back : bool
        Whether there is an arrow back.
    """
    for color, forwards, shift in ((FORWARD, True, 0.05 * back), (color_back, False, -0.05)):
        if not forwards and not back:
            continue
        way = points if forwards else points[::-1]
        way = [(x, y + shift) for x, y in way]
        way = [_towards(way[0], way[1], radius + 0.04), *way[1:-1], _towards(way[-1], way[-2], radius + 0.04)]
        axes.add_patch(
            FancyArrowPatch(
                path=_rounded(way) if len(way) > 2 else Path(way, [Path.MOVETO, Path.LINETO]),
                arrowstyle="-|>",
                mutation_scale=11,
                linewidth=1.4,
                color=color,
                linestyle="-" if forwards else DASH,
                zorder=1,
            )
        )


def _rounded(way: list[Place]) -> Path:
    """One arch from the first point to the last, as far out as what lies between."""
    (x0, y0), (x1, y1) = way[0], way[-1]
    middle = (y0 + y1) / 2
    out = max((y for _, y in way[1:-1]), key=lambda y: abs(y - middle))
    # a cubic whose inner points are at this height comes three quarters of the way to it
    reach = middle + (out - middle) / 0.75
    return Path([(x0, y0), (x0 + 0.2 * (x1 - x0), reach), (x1 - 0.2 * (x1 - x0), reach), (x1, y1)],
                [Path.MOVETO, *[Path.CURVE4] * 3])  # fmt: skip


def _towards(start: Place, end: Place, distance: float) -> Place:
    away = np.subtract(end, start)
    x, y = start + distance * away / np.hypot(*away)
    return float(x), float(y)


def _away(place: Place, ways: list[list[Place]], places: list[Place], room: float) -> int:
    """On which side the edges of a node leave everything free: 1 above, -1 below, 0 on neither."""
    rises = {int(np.sign(round(way[1][1] - place[1], 2))) for way in ways}
    if len(rises) != 1 or not (side := -rises.pop()):
        return 0
    near = (y for x, y in places if abs(x - place[0]) < 0.4 and 0 < side * (y - place[1]) < room)
    return 0 if any(near) else side


def _crossed(place: Place, ways: list[list[Place]], up: int) -> bool:
    """Whether an arrow comes steeply to the label above (`up` 1) or below (-1) a node, and none leaves there."""
    steep = 0.25
    comes = any(way[-1] == place and up * (way[-2][1] - place[1]) > steep for way in ways)
    leaves = any(way[0] == place and up * (way[1][1] - place[1]) > steep for way in ways)
    return comes and not leaves


def _node(
    axes: Axes,
    node: Any,
    place: Place,
    name: str,
    below: str,
    radius: float,
    away: int,
    asides: tuple[float, float],
) -> None:
    """One node; its value above, its bar below, each so far aside, or both on the side `away` from its edges."""
    x, y = place
    leaf = not tuple(node.parents)
    constant = not name and leaf
    axes.add_patch(
        Circle(place, radius, facecolor=PAPER, edgecolor=FAINT if constant else INK, linewidth=1.2, zorder=3)
    )
    plain = constant and np.ndim(node.data) == 0  # a constant number stands inside its node, an array does not fit
    inside = _letter(name) if name else (f"{float(node.data):.3g}" if plain else _step(node))
    over = [] if plain else [(number(node.data), FORWARD)]
    under = (
        [(below.removeprefix("bar "), BACKWARD if below.startswith("bar") else INK)] if below and not constant else []
    )
    if len(inside) > 3 and radius < 0.28 and not name:  # a word too wide for its node stands over the value
        over, inside = [*over, (inside, FORWARD)], ""
    if leaf and away:
        over, under = ([*over, *under], []) if away > 0 else ([], [*over, *under])
    axes.text(x, y, inside, ha="center", va="center", fontsize=13 if name else LETTERS, color=INK, zorder=4)
    for lines, up, aside in ((over, 1, asides[0]), (under, -1, asides[1])):
        at = x if leaf else x + aside
        for place_in, (text, color) in enumerate(lines):
            _beside(axes, at, y + up * (radius + 0.05 + 0.17 * place_in), "bottom" if up > 0 else "top", text, color)


def _letter(name: str) -> str:
    """Write a name as mathematics: x1 has an index."""
    return f"${name[0]}_{{{name[1:]}}}$" if name[1:].isdigit() else f"${name}$"


def _below(node: Any, order: Sequence[Any] | None, bars: bool) -> str:
    """Return the label below a node: its place in the order, its bar, or nothing."""
    if order is not None:
        places = [str(i + 1) for i, other in enumerate(order) if other is node]
        return "no. " + " and ".join(places) if places else "missing"
    return "bar " + number(node.bar) if bars else ""


def _beside(axes: Axes, x: float, y: float, side: str, text: str, color: str) -> None:
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
    axes.text(x, y, text, ha="center", va=side, color=color, zorder=5, bbox=box)


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
