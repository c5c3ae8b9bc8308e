"""One notebook with every widget in it, as the browser tests open it."""

from __future__ import annotations

WIDGETS = {
    "GraphStepper": "from barprop.widgets import GraphStepper\nGraphStepper()",
}
NAMES = tuple(WIDGETS)
