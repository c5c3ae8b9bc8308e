"""The graph that a student's own Values recorded (notebook 06)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from barprop.pictures.layered import arrange
from barprop.pictures.style import BACKWARD, FORWARD, INK, LETTERS, PAPER, WRONG
from barprop.pictures.tape import edge
from barprop.widgets.base import Widget, bundled
from barprop.widgets.blame import first_wrong_step
from barprop.widgets.read_tape import Entry, read_tape

MOST = 80
_COLUMN, _ROW, _RADIUS = 1.15, 0.95, 0.21  # inches
_STEEP = 0.35  # rows
_MARKED = "#FFF1B8"  # the ground of the way to the first wrong bar
_BAR_INK = "#A84300"  # vermilion that can be read in small letters


class TapeView(Widget):
    """The nodes behind a Value: what they hold, the bars they got, and what nudging says the bars should be.

    Parameters
    ----------
    node : object
        A Value, after node.backward(); it needs .data, .bar and .parents. At most 80 nodes behind it.
    names : mapping, optional
        {"x": x, ...} letters for some of the Values. Others are named by what made them.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("tape_view.js")
    resets = ("step",)
    nodes: t.List[Any] = t.List().tag(sync=True)
    blame: t.Dict[str, Any] = t.Dict().tag(sync=True)  # the first wrong bar: {"node", "path", "words"}, or empty
    places: t.List[Any] = t.List().tag(sync=True)  # (column, row) of each node
    ways: t.Dict[str, Any] = t.Dict().tag(sync=True)  # "parent>node": the places that a long edge passes
    step = t.Int(0).tag(sync=True)
    size = (7.0, 3.2)

    def __init__(self, node: Any, names: Mapping[str, Any] | None = None) -> None:
        tape = read_tape(node, names or {}, MOST)
        found = first_wrong_step(tape.entries)
        layout = arrange([entry.parents for entry in tape.entries], [entry.name for entry in tape.entries])
        super().__init__(
            nodes=[entry.plain() for entry in tape.entries],
            blame=asdict(found) if found else {},
            places=layout.places,
            ways={f"{parent}>{node}": way for (parent, node), way in layout.ways.items()},
            step=len(tape.entries) - 1,
        )
        self._tape = tape

    def sentence(self) -> str:
        """Say what the picture shows."""
        tape = self._tape
        checked = [entry for entry in tape.entries if entry.ref is not None]
        right = sum(entry.right() for entry in checked)
        if not checked:
            return f"The graph behind a Value: {len(tape.entries)} nodes, their bars not checked."
        return (
            f"The graph behind a Value: {len(tape.entries)} nodes; of {len(checked)} bars that nudging can check, "
            f"{right} {'is' if right == 1 else 'are'} right."
        )

    def png(self) -> bytes:
        """Return the picture, wider for a longer tape."""
        across, down = np.ptp(self._spots(), axis=0)
        self.size = (float(across) + 1.5, float(down) + 1.5)
        return super().png()

    def _spots(self) -> np.ndarray:
        """Return where the nodes are, (nodes, 2), in inches."""
        return np.array(self.places) * [_COLUMN, -_ROW]

    def _rises(self, node: int) -> tuple[set[int], set[int]]:
        """Return where a node's edges come from and go to: 1 from above, -1 from below; level ones are left out."""
        height = {other: -row for other, (_, row) in enumerate(self.places)}
        entries = self._tape.entries
        made = [other for other, entry in enumerate(entries) if node in entry.parents]
        steep = [
            {int(np.sign(rise)) for rise in (height[other] - height[node] for other in others) if abs(rise) > _STEEP}
            for others in (entries[node].parents, made)
        ]
        return steep[0], steep[1]

    def draw(self, figure: Figure) -> None:
        """Draw the graph: values above the nodes, bars below; the way to the first wrong bar is marked."""
        axes = figure.subplots()
        axes.axis("off")
        spots = self._spots()
        path = list(pairwise(self.blame.get("path", [])))
        for node, entry in enumerate(self._tape.entries):
            for parent in dict.fromkeys(entry.parents):
                passed = [(x * _COLUMN, -y * _ROW) for x, y in self.ways.get(f"{parent}>{node}", [])]
                points = [tuple(spots[parent]), *passed, tuple(spots[node])]
                if (node, parent) in path:
                    axes.plot(*zip(*points, strict=True), color=_MARKED, linestyle="-", linewidth=14, zorder=0)
                guilty = path[-1:] == [(node, parent)]
                edge(axes, points, _RADIUS, entry.bar is not None, WRONG if guilty else BACKWARD)
        for node, entry in enumerate(self._tape.entries):
            _draw_node(axes, entry, spots[node], *self._rises(node))
        (left, low), (right, high) = spots.min(axis=0), spots.max(axis=0)
        axes.set(xlim=(left - 0.7, right + 0.7), ylim=(low - 0.7, high + 0.7), aspect="equal")


def _draw_node(axes: Axes, entry: Entry, spot: np.ndarray, come: set[int], go: set[int]) -> None:
    """Draw a node: its value above, its bar below, both aside of its edges; of a leaf both on the side without any."""
    x, y = spot
    axes.add_patch(Circle((x, y), _RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.2, zorder=3))
    letter = re.fullmatch(r"([A-Za-z])(\d?)", entry.name)
    name = rf"{letter[1]}_{{{letter[2]}}}" if letter else ""
    plain = not letter and not entry.op  # a constant: a number stands inside its node
    inside = f"${name}$" if letter else _short(entry.data) if plain and entry.data.ndim == 0 else entry.name
    size = 14 if letter else LETTERS if len(inside) < 4 else 0.8 * LETTERS
    axes.text(x, y, inside, ha="center", va="center", fontsize=size, zorder=4)
    lines = (
        []
        if plain and entry.data.ndim == 0
        else [(_short(entry.data), FORWARD, "normal", 0.16 * ((1 in come) - (1 in go)))]
    )
    if entry.bar is not None:
        verdict = entry.verdict()
        mark = {"right": " ✓", "wrong": " ✗"}.get(verdict, "")
        look = (WRONG, "bold") if verdict == "wrong" else (_BAR_INK, "normal")
        start = rf"$\bar {name}$ = " if letter else ""
        lines.append((start + _short(entry.bar) + mark, *look, 0.24 * ((-1 in come) - (-1 in go))))
    outside = -min(go) if not entry.parents and len(go) == 1 else 0  # 1 above, -1 below
    for place, (text, color, weight, shift) in enumerate(lines):
        up = outside or 1 - 2 * place
        away = _RADIUS + 0.05 + 0.19 * place * abs(outside)
        box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
        axes.text(x + shift * (not outside), y + up * away, text, ha="center", va="bottom" if up > 0 else "top",
                  color=color, weight=weight, bbox=box, zorder=5)  # fmt: skip


def _short(values: np.ndarray) -> str:
    if values.ndim == 0:
        return f"{float(values):.2g}"
    if values.ndim == 1 and values.size <= 3:
        return f"({', '.join(f'{value:.2g}' for value in values)})"
    return f"shape {values.shape}"
