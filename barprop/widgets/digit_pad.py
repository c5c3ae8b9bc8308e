"""Draw a digit, and the student's own network reads it, also while it is trained (notebook 04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from barprop.numerics.probabilities import probabilities
from barprop.pictures.style import FORWARD
from barprop.widgets.base import Widget, WidgetError, bundled, number, whole
from barprop.widgets.networks import flat_weights, network_of, packed, read_images, read_layers, unpacked

_EXAMPLES = 50


class DigitPad(Widget):
    """A box to draw in, and what a network makes of the drawing; the page does the mathematics.

    Parameters
    ----------
    net : (network, w) or (network, w, loss); `network.forward(X, w)` gives the logits, and w holds a pair (W, b) for a
        linear layer and () for an activation.
    X : array_like
        (n, d) square images in [0, 1] to choose from, at most 50; the first is read at the beginning.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.

    Examples
    --------
    Give it new weights while they are trained; the drawing is read with them at once::

        pad = DigitPad((network, w), X_test[:10])
        display(pad)
        for epoch in pad.progress(10):
            w, losses = train_digits(network, w, X, labels, 0.3, 1, seed=epoch)
            pad.update(w, losses)
    """

    _esm = bundled("digit_pad.js")
    layers: t.List[Any] = t.List().tag(sync=True)
    weights = t.Bytes().tag(sync=True)  # 16-bit floats, layer by layer: W row by row, then b
    images = t.Bytes().tag(sync=True)
    kind = t.Unicode().tag(sync=True)  # of the images: "u1" or "f4"
    side = t.Int().tag(sync=True)
    done = t.Float(None, allow_none=True).tag(sync=True)  # part of the training, 0 to 1
    loss = t.Float(None, allow_none=True).tag(sync=True)
    size = (6.4, 2.8)

    def __init__(self, net: tuple[Any, ...], X: ArrayLike) -> None:
        network, w = network_of(net)
        X = read_images(X, _EXAMPLES)
        layers = read_layers(network, w, X[:3], "DigitPad")
        images, kind = packed(X)
        super().__init__(layers=layers, weights=_halved(w), images=images, kind=kind, side=round(X.shape[1] ** 0.5))
        self._net = network, w

    def update(self, w: Any, losses: ArrayLike | None = None) -> None:
        """Read the drawing with new weights.

        Parameters
        ----------
        w : object
            Like those the pad was made with.
        losses : array_like, optional
            Of the steps since the last update; their mean is shown.
        """
        weights = _halved(w)
        if len(weights) != len(self.weights):
            sizes = f"got {len(weights) // 2} numbers, expected {len(self.weights) // 2}"
            raise WidgetError(f"The new weights must have the shapes of the old ones: {sizes}.")
        self._net = self._net[0], w
        with self.hold_sync():
            if losses is not None and np.size(losses):
                self.loss = number("the mean of losses", np.mean(np.asarray(losses, dtype=float)))
            self.weights = weights

    def progress(self, rounds: int) -> Iterator[int]:
        """Yield 0, 1, ..., rounds - 1, and show how many of them are done."""
        rounds = whole("rounds", rounds, 1, 100_000)
        self.done = 0.0
        for one in range(rounds):
            yield one
            self.done = (one + 1) / rounds

    def _first(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first image, (side, side), and the share of each class, (classes,)."""
        network, w = self._net
        count = len(self.images) // (self.side**2 * (1 if self.kind == "u1" else 4))
        x = unpacked(self.images, self.kind, count)[:1]
        return x.reshape(self.side, self.side), probabilities(network.forward(x, w))[0]

    def sentence(self) -> str:
        """Return what the picture shows."""
        _, shares = self._first()
        return (
            "A box to draw a digit in, and what your network makes of it: "
            f"it reads the first digit of the data as {np.argmax(shares)}, with {100 * shares.max():.0f} %."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the first image, and the share of each class."""
        image, shares = self._first()
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.6))
        left.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        left.set(xticks=[], yticks=[], title="a digit of the data")
        left.spines[:].set_visible(True)
        classes = np.arange(len(shares))
        right.barh(classes, shares, color=FORWARD)
        right.set(yticks=classes, xlim=(0, 1), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
        right.invert_yaxis()


def _halved(w: Any) -> bytes:
    try:
        flat = flat_weights(w)
        with np.errstate(over="ignore"):
            return np.clip(flat, -60000, 60000).astype("<f2").tobytes()
    except (TypeError, ValueError) as error:
        raise WidgetError(f"w must hold a pair (W, b) for a linear layer and () for an activation; {error}.") from None
