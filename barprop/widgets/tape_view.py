"""The graph that a student's own Values recorded (notebook 06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from barprop.pictures.layered import arrange
from barprop.pictures.style import BACKWARD, DASH, FORWARD, INK, WRONG
from barprop.widgets.base import Widget, bundled
from barprop.widgets.blame import first_wrong_step
from barprop.widgets.read_tape import read_tape

MOST = 80


class TapeView(Widget):
    """The nodes behind a Value: what they hold, the bars they got, and what nudging says the bars should be.

    Parameters
    ----------
    node : a Value, after node.backward(); it needs .data, .bar and .parents. At most 80 nodes behind it.
    names : {"x": x, ...} letters for some of the Values. Others are named by what made them.

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
        self.size = (min(14.0, 1.9 + 1.25 * across), 1.3 + 1.05 * down)
        return super().png()

    def _spots(self) -> np.ndarray:
        """Return where the nodes stand, (nodes, 2)."""
        return np.array(self.places) * [1, -1]

    def draw(self, figure: Figure) -> None:
        """Draw the graph: values below each node, bars below these; the way to the first wrong bar is red."""
        axes = figure.subplots()
        axes.axis("off")
        spots = self._spots()
        guilty = set(pairwise(self.blame.get("path", [])))
        for node, (entry, (x, y)) in enumerate(zip(self._tape.entries, spots, strict=True)):
            for parent in entry.parents:
                look = {"arrowstyle": "-|>", "shrinkA": 13, "shrinkB": 13, "linewidth": 1.3}
                bend = {"connectionstyle": "arc3,rad=-0.08"}
                axes.annotate("", (x, y), spots[parent], arrowprops={**look, **bend, "color": FORWARD})
                if entry.bar is not None:
                    color = WRONG if (node, parent) in guilty else BACKWARD
                    dashed = {**look, **bend, "color": color, "linestyle": DASH}
                    axes.annotate("", spots[parent], (x, y), arrowprops=dashed)
            axes.plot(x, y, "o", markersize=21, mfc="white", mec=INK)
            axes.text(x, y, entry.name, ha="center", va="center", fontsize=10)
            axes.text(x, y - 0.24, _short(entry.data), ha="center", va="top", fontsize=9, color=FORWARD)
            if entry.bar is not None:
                verdict = entry.verdict()
                mark = {"right": "✓", "wrong": "✗"}.get(verdict, "")
                color = WRONG if verdict == "wrong" else "#A84300"
                text = rf"$\bar {entry.name}$ = " if entry.name.isalpha() and len(entry.name) == 1 else ""
                text += f"{_short(entry.bar)} {mark}"
                axes.text(x, y - 0.42, text, ha="center", va="top", fontsize=9, color=color)
        axes.set_xlim(spots[:, 0].min() - 0.6, spots[:, 0].max() + 0.6)
        axes.set_ylim(spots[:, 1].min() - 0.75, spots[:, 1].max() + 0.35)


def _short(values: np.ndarray) -> str:
    if values.ndim == 0:
        return f"{float(values):.2g}"
    if values.ndim == 1 and values.size <= 3:
        return f"({', '.join(f'{value:.2g}' for value in values)})"
    return f"shape {values.shape}"
