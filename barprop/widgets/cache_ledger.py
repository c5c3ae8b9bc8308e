"""What the forward pass keeps, and what that saves on the way back (notebooks 01 and 02)."""

from __future__ import annotations

from typing import Any

import traitlets as t
from matplotlib.figure import Figure

from barprop.pictures.style import BACKWARD, FORWARD, INK
from barprop.widgets.base import Widget, bundled, one_of, whole

MOST = 30
PLANS = {"all": (True, True), "z": (True, False), "h": (False, True), "nothing": (False, False)}


def account(depth: int, width: int, keep_z: bool, keep_h: bool) -> dict[str, int]:
    """Bytes held and multiplications done by a chain of layers that keeps all z, all h, both or neither.

    Without z, a layer multiplies again; without h as well, it starts again from x.
    """
    runs = 0 if keep_z else depth if keep_h else depth * (depth + 1) // 2
    return {
        "bytes": 8 * width * (depth * (keep_z + keep_h) + 1),
        "forward": depth * width**2,
        "backward": depth * (2 * width**2 + width),
        "again": runs * width**2,
    }


class CacheLedger(Widget):
    """Tick what a chain of layers stores; see the bytes held and what is computed again.

    Parameters
    ----------
    depth : layers, 1 to 30.
    width : numbers in each layer, 1 to 512.
    keep : "all", "z", "h" or "nothing"; each can then be ticked by itself.

    Raises
    ------
    WidgetError : one sentence that says what came and what was expected.
    """

    _esm = bundled("cache_ledger.js")
    resets = ("depth", "width", "z", "h")
    depth = t.Int().tag(sync=True)
    width = t.Int().tag(sync=True)
    z = t.List(t.Bool()).tag(sync=True)
    h = t.List(t.Bool()).tag(sync=True)
    size = (7.0, 3.0)

    def __init__(self, depth: int = 10, width: int = 64, keep: Any = "all") -> None:
        keep_z, keep_h = PLANS[one_of("keep", keep, PLANS)]
        super().__init__(
            depth=whole("depth", depth, 1, MOST),
            width=whole("width", width, 1, 512),
            z=[keep_z] * MOST,
            h=[keep_h] * MOST,
        )

    def sentence(self) -> str:
        """What the picture shows."""
        full = account(self.depth, self.width, True, True)
        none = account(self.depth, self.width, False, False)
        times = sum(none[part] for part in ("forward", "backward", "again")) / (full["forward"] + full["backward"])
        return (
            f"A chain of {self.depth} layers of width {self.width}: storing everything holds {full['bytes']:,} bytes; "
            f"storing nothing holds {none['bytes']:,} and takes {times:.2g} times the multiplications."
        )

    def draw(self, figure: Figure) -> None:
        """Bytes and multiplications of four plans."""
        names = ["all", "z only", "h only", "nothing"]
        plans = [account(self.depth, self.width, *keep) for keep in PLANS.values()]
        left, right = figure.subplots(1, 2, sharey=True)
        left.barh(names, [plan["bytes"] for plan in plans], color=FORWARD)
        left.set_xlabel("bytes held")
        left.invert_yaxis()
        start = [0] * len(plans)
        looks: dict[str, dict[str, Any]] = {
            "forward": {"color": FORWARD},
            "backward": {"facecolor": "white", "edgecolor": BACKWARD, "linestyle": "--", "linewidth": 1.5},
            "again": {"facecolor": "white", "edgecolor": INK, "hatch": "////"},
        }
        for part, look in looks.items():
            amounts = [plan[part] for plan in plans]
            right.barh(names, amounts, left=start, label="computed again" if part == "again" else part, **look)
            start = [a + b for a, b in zip(start, amounts, strict=True)]
        right.set_xlabel("multiplications")
        right.legend(loc="upper right")
        for axes in (left, right):
            axes.locator_params(axis="x", nbins=4)
