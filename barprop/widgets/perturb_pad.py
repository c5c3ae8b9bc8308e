"""Attack an image of one's choice by hand (notebook 05)."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from barprop.numerics.layer_steps import cross_entropies
from barprop.numerics.probabilities import probabilities
from barprop.pictures.style import BACKWARD, INK
from barprop.widgets.base import Widget, WidgetError, bundled, number, one_of, whole
from barprop.widgets.networks import flat_weights, network_of, packed, read_images, read_layers, unpacked


class PerturbPad(Widget):
    """Push an image along its bar, and see what the network makes of it; beside it a random push of the same size.

    Parameters
    ----------
    net : (network, w, loss); `network.forward(X, w)` gives the logits, and w holds a pair (W, b) for a linear layer
        and () for an activation. The weights go to the page, which does the mathematics there.
    X : array_like
        (n, d) images in [0, 1], each square. At most 200.
    labels : array_like
        (n,) their classes.
    index : int
        Which image to begin with.
    eps : float
        Largest change of a pixel, 0 to 0.5.
    alpha : float
        Length of a step.
    steps : int
        0 to 20.
    mode : str
        "sign" for steps along the sign of the bar, "raw" for x + alpha x_bar.
    target : int, optional
        A class to aim at; None to get away from the label.

    Raises
    ------
    WidgetError : one sentence that says what was passed and what was expected.
    """

    _esm = bundled("perturb_pad.js")
    resets = ("index", "mode", "eps", "alpha", "steps", "target")
    layers: t.List[Any] = t.List().tag(sync=True)
    weights = t.Bytes().tag(sync=True)  # float32, layer by layer: W row by row, then b
    images = t.Bytes().tag(sync=True)
    kind = t.Unicode().tag(sync=True)  # of the images: "u1" or "f4"
    labels = t.List(t.Int()).tag(sync=True)
    side = t.Int().tag(sync=True)
    index = t.Int().tag(sync=True)
    mode = t.Unicode().tag(sync=True)
    eps = t.Float().tag(sync=True)
    alpha = t.Float().tag(sync=True)
    steps = t.Int().tag(sync=True)
    target = t.Int(-1).tag(sync=True)
    size = (7.6, 2.9)

    def __init__(
        self,
        net: tuple[Any, Any, Any],
        X: ArrayLike,
        labels: ArrayLike,
        index: int = 0,
        eps: float = 0.1,
        alpha: float = 0.1,
        steps: int = 1,
        mode: str = "sign",
        target: int | None = None,
    ) -> None:
        X = read_images(X)
        labels = _labels(labels, len(X))
        network, w = network_of(net)
        layers = read_layers(network, w, X[:3], "PerturbPad")
        classes = next(layer["rows"] for layer in reversed(layers) if layer["kind"] == "linear")
        if labels.min() < 0 or labels.max() >= classes:
            raise WidgetError(f"The labels must be from 0 to {classes - 1}, the classes of the network.")
        images, kind = packed(X)
        super().__init__(
            layers=layers,
            weights=flat_weights(w).astype("<f4").tobytes(),
            images=images,
            kind=kind,
            labels=labels.tolist(),
            side=round(X.shape[1] ** 0.5),
            index=whole("index", index, 0, len(X) - 1),
            eps=number("eps", eps),
            alpha=number("alpha", alpha),
            steps=whole("steps", steps, 0, 20),
            mode=one_of("mode", mode, ("sign", "raw")),
            target=-1 if target is None else whole("target", target, 0, classes - 1),
        )
        self._net = network, w

    def attacked(self) -> np.ndarray:
        """Return the attacked image, (d,); its bar by nudging every pixel."""
        x = self._image()
        now = x.copy()
        for _ in range(self.steps):
            nudges = 1e-4 * np.eye(x.size)
            losses = self._losses(np.concatenate([now + nudges, now - nudges]))
            bar = (losses[: x.size] - losses[x.size :]) / 2e-4 * (1 if self.target < 0 else -1)
            if self.mode == "raw":
                now = now + self.alpha * bar
            else:
                now = np.clip(np.clip(now + self.alpha * np.sign(bar), x - self.eps, x + self.eps), 0, 1)
        return now

    def _image(self) -> np.ndarray:
        return unpacked(self.images, self.kind, len(self.labels))[self.index]

    def _logits(self, images: np.ndarray) -> np.ndarray:
        network, w = self._net
        return np.asarray(network.forward(images, w), dtype=float)

    def _losses(self, images: np.ndarray) -> np.ndarray:
        aim = self.labels[self.index] if self.target < 0 else self.target
        return cross_entropies(self._logits(images), np.full(len(images), aim))

    def _views(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        x, after = self._image(), self.attacked()
        shares = probabilities(self._logits(np.stack([x, after])))
        return x, after, shares, self._losses(np.stack([x, after]))

    def sentence(self) -> str:
        """Say what the picture shows."""
        _, _, shares, losses = self._views()
        seen = [f"{np.argmax(share)} with {100 * share.max():.0f} %" for share in shares]
        return (
            f"An image of class {self.labels[self.index]}: the network sees {seen[0]}; after {self.steps} "
            f"{self.mode} step{'' if self.steps == 1 else 's'} uphill it sees {seen[1]}, "
            f"and the loss goes from {losses[0]:.2g} to {losses[1]:.2g}."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the image, ten times the change, both together, and the classes before and after."""
        x, after, shares, _ = self._views()
        grid = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.7))
        shown = ((x, 0, 1, "the image"), (after - x, -0.1, 0.1, "the change × 10"), (after, 0, 1, "image and change"))
        for axes, (values, low, high, title) in zip(grid, shown, strict=False):
            axes.imshow(values.reshape(self.side, self.side), cmap="gray_r", vmin=low, vmax=high)
            axes.set_title(title, fontsize=10)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(True)  # the frame says where a white image ends
        axes = grid[3]
        classes = np.arange(shares.shape[1])
        axes.barh(classes, shares[1], facecolor="white", edgecolor=BACKWARD, hatch="////", label="attacked")
        axes.plot(shares[0], classes, "|", color=INK, markersize=11, mew=2, label="before")
        axes.set(yticks=classes, xlim=(-0.03, 1.03), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
        axes.invert_yaxis()
        axes.legend(fontsize=9)


def _labels(labels: ArrayLike, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise WidgetError(f"labels must be {count} whole numbers, got shape {labels.shape} of {labels.dtype}.")
    return labels
