"""One notebook with every widget in it, as the browser tests open it."""

from __future__ import annotations

# a small untrained network on real digits; its layers stand for what a student writes in notebook 04
PAD = """
import numpy as np
from barprop.data import digits
from barprop.widgets import PerturbPad

class TwoLayers:
    def forward(self, x, w):
        (W, b), _, (V, c) = w
        return np.maximum(np.asarray(x) @ W.T + b, 0) @ V.T + c

draw = np.random.default_rng(1)
X, labels, _, _ = digits()
w = [(draw.normal(size=(64, 784)) / 20, np.zeros(64)), (), (draw.normal(size=(10, 64)) / 4, np.zeros(10))]
PerturbPad(net=(TwoLayers(), w, None), X=X[:20], labels=labels[:20], index=3)
"""

DIGITS = (
    PAD.replace("PerturbPad(net=(TwoLayers(), w, None), X=X[:20], labels=labels[:20], index=3)", "")
    + """
from barprop.widgets import DigitPad

digit_pad = DigitPad((TwoLayers(), w), X[:10])
digit_pad
"""
)

# a tape with one wrong bar in it
TAPE = """
import numpy as np
from barprop.widgets import TapeView

class Value:
    def __init__(self, data, parents=()):
        self.data, self.parents = np.array(data, dtype=float), parents
        self.bar = np.zeros_like(self.data)

w, x, v, y = Value(0.7), Value(1.5), Value(-1.2), Value(0.4)
z = Value(w.data * x.data, (w, x))
h = Value(np.tanh(z.data), (z,))
e = Value(v.data * h.data, (v, h))
d = Value(e.data - y.data, (e, y))
l = Value(d.data ** 2, (d,))
l.bar, d.bar = np.array(1.0), 2 * d.data
e.bar, y.bar = d.bar, -d.bar
v.bar, h.bar = e.bar * h.data, e.bar * v.data
z.bar = h.bar * (1 - h.data ** 2)
w.bar, x.bar = z.bar * x.data, z.bar  # x's lacks its factor w
TapeView(l, names={"w": w, "x": x, "v": v, "y": y, "z": z, "h": h, "e": e, "l": l})
"""

WIDGETS = {
    "GraphStepper": "from barprop.widgets import GraphStepper\nGraphStepper()",
    "GraphStepper forward": "from barprop.widgets import GraphStepper\nGraphStepper(way='forward')",
    "CacheLedger": "from barprop.widgets import CacheLedger\nCacheLedger(keep='h')",
    "NudgeTest": "from barprop.widgets import NudgeTest\nNudgeTest()",
    "SplitBars": "from barprop.widgets import SplitBars\nSplitBars()",
    "SplitBars without shares": "from barprop.widgets import SplitBars\nSplitBars(shares=False)",
    "SplitBars of two branches": "from barprop.widgets import SplitBars\nSplitBars(mode='train')",
    "Descent": "from barprop.widgets import Descent\nDescent()",
    "ContractCard": "from barprop.widgets import ContractCard\nContractCard()",
    "PerturbPad": PAD,
    "DigitPad": DIGITS,
    "TapeView": TAPE,
    # the panda, and a network that knows three colours: no weights are needed
    "PicturePad": "from barprop.widgets.examples import picture_pad\npad = picture_pad()\npad",
}
NAMES = tuple(WIDGETS)
