"""The graph that a student's own Values recorded (notebook 06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from barprop.pictures.style import BACKWARD, DASH, FORWARD, INK
from barprop.widgets.base import Widget, bundled
from barprop.widgets.read_tape import Tape, read_tape

MOST = 80


class TapeView(Widget):
    """The nodes behind a Value: what they hold, the bars they got, and what nudging says the bars should be.

    Parameters
    ----------
    node : a Value, after node.backward(); it needs .data, .bar and .parents. At most 80 nodes behind it.
    names : {"x": x, ...} letters for some of the Values. Others are named by what made them.

    Raises
    ------
    WidgetError : one sentence that says what came and what was expected.
    """

    _esm = bundled("tape_view.js")
    resets = ("step",)
    nodes: t.List[Any] = t.List().tag(sync=True)
    step = t.Int(0).tag(sync=True)
    size = (7.0, 3.2)

    def __init__(self, node: Any, names: Mapping[str, Any] | None = None) -> None:
        tape = read_tape(node, names or {}, MOST)
        super().__init__(nodes=[entry.plain() for entry in tape.entries])
        self._tape = tape

    def sentence(self) -> str:
        """What the picture shows."""
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
        """The picture, wider for a longer tape."""
        columns, rows = _places(self._tape)
        self.size = (min(14.0, 1.5 + 1.15 * (max(columns) + 1)), 1.1 + max(rows))
        return super().png()

    def draw(self, figure: Figure) -> None:
        """The graph: values below each node, bars below these."""
        columns, rows = _places(self._tape)
        axes = figure.subplots()
        axes.axis("off")
        spots = list(zip(columns, [-row for row in rows], strict=True))
        for entry, (x, y) in zip(self._tape.entries, spots, strict=True):
            for parent in entry.parents:
                look = {"arrowstyle": "-|>", "shrinkA": 13, "shrinkB": 13, "linewidth": 1.3}
                bend = {"connectionstyle": "arc3,rad=-0.08"}
                axes.annotate("", (x, y), spots[parent], arrowprops={**look, **bend, "color": FORWARD})
                if entry.bar is not None:
                    dashed = {**look, **bend, "color": BACKWARD, "linestyle": DASH}
                    axes.annotate("", spots[parent], (x, y), arrowprops=dashed)
            axes.plot(x, y, "o", markersize=21, mfc="white", mec=INK)
            axes.text(x, y, entry.name, ha="center", va="center", fontsize=10)
            axes.text(x, y - 0.27, _short(entry.data), ha="center", va="top", fontsize=9, color=FORWARD)
            if entry.bar is not None:
                mark = "" if entry.ref is None else "✓" if entry.right() else "✗"
                number = f"{_short(entry.bar)} " if entry.bar.ndim == 0 else ""
                text = f"bar {number}{mark}".strip()
                axes.text(x, y - 0.45, text, ha="center", va="top", fontsize=9, color="#A84300")
        axes.set_xlim(-0.6, max(columns) + 0.6)
        axes.set_ylim(-max(rows) - 0.75, 0.35)


def _short(values: np.ndarray) -> str:
    return f"{float(values):.2g}" if values.ndim == 0 else f"shape {values.shape}"


def _places(tape: Tape) -> tuple[list[int], list[int]]:
    """Columns by the longest way from a leaf, a leaf just before its first use; rows within them."""
    columns: list[int] = []
    for entry in tape.entries:
        columns.append(1 + max((columns[parent] for parent in entry.parents), default=-1))
    for leaf, entry in enumerate(tape.entries):
        uses = [columns[place] for place, other in enumerate(tape.entries) if leaf in other.parents]
        if not entry.parents and uses:
            columns[leaf] = min(uses) - 1
    counts: dict[int, int] = {}
    rows = []
    for column in columns:
        rows.append(counts.get(column, 0))
        counts[column] = rows[-1] + 1
    return columns, rows
