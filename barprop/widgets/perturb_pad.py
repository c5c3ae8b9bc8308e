"""Attack an image of one's choice by hand (notebook 05)."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from barprop.activations import ACTIVATIONS
from barprop.numerics.layer_steps import affine, cross_entropies
from barprop.pictures.style import BACKWARD, INK
from barprop.widgets.base import Widget, WidgetError, bundled, number, one_of, whole

_READABLE = "PerturbPad reads a network of linear layers with one of relu, tanh, sigmoid, softplus between them"
_MOST = 200  # images sent to the page


class PerturbPad(Widget):
    """Push an image along its bar, and see what the network makes of it; beside it a random push of the same size.

    Parameters
    ----------
    net : (network, w, loss); `network.forward(X, w)` gives the logits, and w holds a pair (W, b) for a linear layer
        and () for an activation. The weights go to the page, which does the mathematics there.
    X : (n, d) images in [0, 1], each square. At most 200.
    labels : (n,) their classes.
    index : which image to begin with.
    eps : largest change of a pixel, 0 to 0.5. alpha : length of a step. steps : 0 to 20.
    mode : "sign" for steps along the sign of the bar, "raw" for x + alpha x_bar.

    Raises
    ------
    WidgetError : one sentence that says what came and what was expected.
    """

    _esm = bundled("perturb_pad.js")
    resets = ("index", "mode", "eps", "alpha", "steps")
    layers: t.List[Any] = t.List().tag(sync=True)
    weights = t.Bytes().tag(sync=True)  # float32, layer by layer: W row by row, then b
    images = t.Bytes().tag(sync=True)  # float32
    labels = t.List(t.Int()).tag(sync=True)
    side = t.Int().tag(sync=True)
    index = t.Int().tag(sync=True)
    mode = t.Unicode().tag(sync=True)
    eps = t.Float().tag(sync=True)
    alpha = t.Float().tag(sync=True)
    steps = t.Int().tag(sync=True)
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
    ) -> None:
        X, labels = _images(X, labels)
        try:
            network, w, _ = net
        except (TypeError, ValueError):
            raise WidgetError("net is to be (network, w, loss), the network with its weights and its loss.") from None
        layers = _layers(network, w, X[:3])
        classes = next(layer["rows"] for layer in reversed(layers) if layer["kind"] == "linear")
        if labels.min() < 0 or labels.max() >= classes:
            raise WidgetError(f"The labels are to lie between 0 and {classes - 1}, the classes of the network.")
        flat = [np.ravel(part) for layer in w for part in (layer or ())]
        super().__init__(
            layers=layers,
            weights=np.concatenate(flat).astype("<f4").tobytes(),
            images=X.astype("<f4").tobytes(),
            labels=labels.tolist(),
            side=round(X.shape[1] ** 0.5),
            index=whole("index", index, 0, len(X) - 1),
            eps=number("eps", eps),
            alpha=number("alpha", alpha),
            steps=whole("steps", steps, 0, 20),
            mode=one_of("mode", mode, ("sign", "raw")),
        )
        self._net = network, w

    def attacked(self) -> np.ndarray:
        """The attacked image, (d,); its bar by nudging every pixel."""
        x = self._image()
        now = x.copy()
        for _ in range(self.steps):
            nudges = 1e-4 * np.eye(x.size)
            losses = self._losses(np.concatenate([now + nudges, now - nudges]))
            bar = (losses[: x.size] - losses[x.size :]) / 2e-4
            if self.mode == "raw":
                now = now + self.alpha * bar
            else:
                now = np.clip(np.clip(now + self.alpha * np.sign(bar), x - self.eps, x + self.eps), 0, 1)
        return now

    def _image(self) -> np.ndarray:
        return np.frombuffer(self.images, "<f4").reshape(len(self.labels), -1)[self.index].astype(float)

    def _logits(self, images: np.ndarray) -> np.ndarray:
        network, w = self._net
        return np.asarray(network.forward(images, w), dtype=float)

    def _losses(self, images: np.ndarray) -> np.ndarray:
        return cross_entropies(self._logits(images), np.full(len(images), self.labels[self.index]))

    def _views(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        x, after = self._image(), self.attacked()
        logits = self._logits(np.stack([x, after]))
        shares = np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
        return x, after, shares, self._losses(np.stack([x, after]))

    def sentence(self) -> str:
        """What the picture shows."""
        _, _, shares, losses = self._views()
        seen = [f"{np.argmax(share)} with {share.max():.0%}" for share in shares]
        return (
            f"An image of class {self.labels[self.index]}: the network sees {seen[0]}; after {self.steps} "
            f"{self.mode} step{'' if self.steps == 1 else 's'} uphill it sees {seen[1]}, "
            f"and the loss goes from {losses[0]:.2g} to {losses[1]:.2g}."
        )

    def draw(self, figure: Figure) -> None:
        """The image, ten times the change, both together, and the classes before and after."""
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


def _images(X: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    X, labels = np.asarray(X, dtype=float), np.asarray(labels)
    if X.ndim != 2 or not 1 <= len(X) <= _MOST or round(X.shape[1] ** 0.5) ** 2 != X.shape[1]:
        raise WidgetError(f"X is to hold 1 to {_MOST} square images, one a row; its shape is {X.shape}.")
    if labels.shape != (len(X),) or labels.dtype.kind not in "iu":
        raise WidgetError(f"labels are to be {len(X)} whole numbers; shape {labels.shape} of {labels.dtype} came.")
    return X, labels


def _layers(network: Any, w: Any, X: np.ndarray) -> list[dict[str, Any]]:
    """What each layer is, found out by running the network: which activation gives its own logits?"""
    try:
        shapes = [tuple(np.shape(part) for part in layer) for layer in w]
        right = np.asarray(network.forward(X, w), dtype=float)
    except Exception as error:
        raise WidgetError(f"{_READABLE}; this one's forward stopped with: {error}") from None
    if any(shape and (len(shape) != 2 or len(shape[0]) != 2) for shape in shapes) or not any(shapes):
        raise WidgetError(f"{_READABLE}; these weights are {shapes}.")
    for kind, sigma in ACTIVATIONS.items():
        h = X
        for layer in w:
            h = affine(h, *layer) if layer else sigma(h)
        if h.shape == right.shape and np.allclose(h, right, rtol=1e-6, atol=1e-9):
            return [{"kind": "linear", "rows": s[0][0], "columns": s[0][1]} if s else {"kind": kind} for s in shapes]
    raise WidgetError(f"{_READABLE}; this one computes something else.")
