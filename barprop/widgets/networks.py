"""Reading a student's network for the page: its layers, its weights, images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from barprop.activations import ACTIVATIONS
from barprop.numerics.layer_steps import affine
from barprop.widgets.base import WidgetError

MOST = 200  # images sent to the page


def read_images(X: ArrayLike, most: int = MOST) -> np.ndarray:
    """Return square images as (n, d) floats, or raise a WidgetError."""
    try:
        X = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        raise WidgetError("X must hold images as numbers, one image per row.") from None
    if X.ndim != 2 or not 1 <= len(X) <= most or round(X.shape[1] ** 0.5) ** 2 != X.shape[1]:
        raise WidgetError(f"X must hold 1 to {most} square images, one per row; its shape is {X.shape}.")
    return X


def packed(X: np.ndarray) -> tuple[bytes, str]:
    """Return images as bytes and what these are: "u1" for 255ths where that is exact, else "f4"."""
    pixels = np.rint(255 * X)
    if np.all((pixels >= 0) & (pixels <= 255)) and np.allclose(pixels / 255, X, rtol=0, atol=1e-9):
        return pixels.astype(np.uint8).tobytes(), "u1"
    return X.astype("<f4").tobytes(), "f4"


def unpacked(images: bytes, kind: str, count: int) -> np.ndarray:
    """Return what `packed` has packed, (count, d)."""
    values = np.frombuffer(images, np.uint8) / 255 if kind == "u1" else np.frombuffer(images, "<f4")
    return values.reshape(count, -1).astype(float)


def network_of(net: Any) -> tuple[Any, Any]:
    """Return network and weights from (network, w) or (network, w, loss)."""
    try:
        network, w, *_ = net
    except (TypeError, ValueError):
        raise WidgetError("net must be (network, w, loss): the network, its weights and its loss.") from None
    return network, w


def read_layers(network: Any, w: Any, X: np.ndarray, who: str) -> list[dict[str, Any]]:
    """Return what each layer is, found out by running the network with each activation in turn.

    Parameters
    ----------
    network, w : object
        `network.forward(X, w)` gives the logits; w holds (W, b) for a linear layer, () for an activation.
    X : numpy.ndarray
        A few inputs, one a row.
    who : str
        The widget that asks, for the message.
    """
    readable = f"{who} reads a network of linear layers with one of relu, tanh, sigmoid, softplus between them"
    try:
        shapes = [tuple(np.shape(part) for part in layer) for layer in w]
        right = np.asarray(network.forward(X, w), dtype=float)
    except Exception as error:
        raise WidgetError(f"{readable}; this one's forward stopped with: {error}") from None
    if any(shape and (len(shape) != 2 or len(shape[0]) != 2) for shape in shapes) or not any(shapes):
        raise WidgetError(f"{readable}; these weights are {shapes}.")
    for kind, sigma in ACTIVATIONS.items():
        h = X
        for layer in w:
            h = affine(h, *layer) if layer else sigma(h)
        if h.shape == right.shape and np.allclose(h, right, rtol=1e-6, atol=1e-9):
            return [{"kind": "linear", "rows": s[0][0], "columns": s[0][1]} if s else {"kind": kind} for s in shapes]
    raise WidgetError(f"{readable}; this one computes something else.")


def flat_weights(w: Any) -> np.ndarray:
    """Return all weights in a row: layer by layer, W row by row, then b."""
    return np.concatenate([np.ravel(part) for layer in w for part in (layer or ())])
