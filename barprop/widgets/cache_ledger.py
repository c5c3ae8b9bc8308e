"""What the forward pass keeps, and what that saves on the way back (notebooks 01 and 02)."""

from __future__ import annotations

from typing import Any

import traitlets as t
from matplotlib.figure import Figure

from barprop.pictures.style import BACKWARD, FORWARD, INK
from barprop.widgets.base import Widget, bundled, one_of, whole

MOST = 30
PLANS = {"all": (True, True), "z": (True, False), "h": (False, True), "nothing": (False, False)}


def account(depth: int, width: int, keep_z: bool, keep_h: bool, slope_from_h: bool = False) -> dict[str, int]:
    """Return the bytes stored and the multiplications done by a chain that keeps all z, all h, both or neither.

    Without z, a layer multiplies again, unless its slope can be found from h; without h as well, it starts from x.
    """
    runs = 0 if keep_z or (keep_h and slope_from_h) else depth if keep_h else depth * (depth + 1) // 2
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
    depth : int
        Layers, 1 to 30.
    width : int
        Numbers in each layer, 1 to 512.
    keep : str or iterable of str
        "all", "z", "h" or "nothing"; each can then be changed by itself.
    slope_from_h : bool
        Whether a layer finds its slope from h, as tanh, sigmoid and ReLU can.
    hold : bool
        Whether what was computed again is kept until the way back has passed it.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("cache_ledger.js")
    resets = ("depth", "width", "z", "h", "fromH", "hold")
    depth = t.Int().tag(sync=True)
    width = t.Int().tag(sync=True)
    z = t.List(t.Bool()).tag(sync=True)
    h = t.List(t.Bool()).tag(sync=True)
    fromH = t.Bool().tag(sync=True)  # noqa: N815 the name in JavaScript
    hold = t.Bool().tag(sync=True)
    size = (7.0, 3.0)

    def __init__(
        self, depth: int = 10, width: int = 64, keep: Any = "all", slope_from_h: bool = False, hold: bool = False
    ) -> None:
        keep_z, keep_h = PLANS[one_of("keep", keep, PLANS)]
        super().__init__(
            depth=whole("depth", depth, 1, MOST),
            width=whole("width", width, 1, 512),
            z=[keep_z] * MOST,
            h=[keep_h] * MOST,
            fromH=bool(slope_from_h),
            hold=bool(hold),
        )

    def sentence(self) -> str:
        """Say what the picture shows."""
        full = account(self.depth, self.width, True, True)
        none = account(self.depth, self.width, False, False)
        times = sum(none[part] for part in ("forward", "backward", "again")) / (full["forward"] + full["backward"])
        return (
            f"A chain of {self.depth} layers of width {self.width}: storing everything holds {full['bytes']:,} bytes; "
            f"storing nothing holds {none['bytes']:,} and takes {times:.2g} times the multiplications."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the bytes and multiplications of four plans."""
        names = ["all", "z only", "h only", "nothing"]
        plans = [account(self.depth, self.width, *keep, self.fromH) for keep in PLANS.values()]
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
