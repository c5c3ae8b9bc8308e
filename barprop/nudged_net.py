"""A small network and its loss to try attacks on. Their backward nudges their own forward: no closed form here.

The weights are [(A, a), (), (B,)], one tuple a layer: logits = tanh(x A^T + a) B^T. As `net` = (network, w, loss)
they answer the same calls as the classifier handed out with notebook 05.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_NUDGE = 1e-4  # small, since the network is strongly curved
_OFFSETS = np.array([1.0, -1.0, 2.0, -2.0]) * _NUDGE


def logits_at(x: np.ndarray, w: list[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Logits (..., n, k) of images x (..., n, d); weights and images may carry stacks of nudged copies in front."""
    (A, a), _, (B,) = w
    h = np.tanh(x @ np.swapaxes(A, -1, -2) + a[..., None, :])
    return h @ np.swapaxes(B, -1, -2)


def losses_at(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Each image's own loss (..., n): how far its label's logit is from towering above all."""
    own = logits[..., np.arange(len(labels)), labels]
    return np.logaddexp.reduce(logits - own[..., None], axis=-1)


def loss_slopes(net: tuple, X: Any, labels: Any) -> np.ndarray:
    """What a nudge of each pixel does to that image's own loss, (n, d)."""
    _, w, _ = net
    labels = np.asarray(labels, dtype=int)
    return _by_column(lambda x: losses_at(logits_at(x, w), labels), np.array(X, dtype=float))


def logit_slopes(logits: np.ndarray, labels: Any) -> np.ndarray:
    """What a nudge of each logit does to that image's own loss, (n, k)."""
    labels = np.asarray(labels, dtype=int)
    return _by_column(lambda logits: losses_at(logits, labels), np.array(logits, dtype=float))


def pull_images(net: tuple, X: Any, logits_bar: np.ndarray) -> np.ndarray:
    """The bar of the images (n, d) that comes back from any bar of their logits (n, k)."""
    _, w, _ = net
    return _by_column(lambda x: np.sum(logits_bar * logits_at(x, w), axis=-1), np.array(X, dtype=float))


def _by_column(values: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """Slopes of values (n,) by the rows of `at` (n, d), each row by itself: column j is nudged in all rows at once."""
    d = at.shape[1]
    nudges = _OFFSETS[:, None, None, None] * np.eye(d)[:, None, :]  # (4, d, 1, d)
    return _combine(values(at + nudges)).T


def _combine(values: np.ndarray) -> np.ndarray:
    """The five-point stencil; exactly 0 where a nudge changes nothing."""
    return (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * _NUDGE)


class NudgedNetwork:
    """A network with forward and backward, which remembers the images of its last forward pass."""

    def __init__(self) -> None:
        self._seen: np.ndarray | None = None

    def forward(self, x: Any, w: Any) -> np.ndarray:
        """Images (n, d) -> logits (n, k)."""
        x = np.array(x, dtype=float)
        if x.ndim != 2 or x.shape[1] != w[0][0].shape[1]:
            raise ValueError(f"forward takes images of shape (n, {w[0][0].shape[1]}); these have shape {x.shape}")
        self._seen = x
        return logits_at(x, w)

    def backward(self, h_bar: Any, w: Any) -> tuple[list[tuple[np.ndarray, ...]], np.ndarray]:
        """The bar of the logits (n, k) -> (w_bar built like w, x_bar (n, d)), for the last forward pass."""
        if self._seen is None:
            raise ValueError("backward reads what forward cached: call network.forward(x, w) first")
        h_bar = np.asarray(h_bar, dtype=float)
        shape = len(self._seen), len(w[2][0])
        if h_bar.shape != shape:
            raise ValueError(f"the bar of the logits has their shape {shape}; this one has {h_bar.shape}")
        w_bar = [tuple(self._weight_bar(w, layer, i, h_bar) for i in range(len(w[layer]))) for layer in range(len(w))]
        return w_bar, pull_images((self, w, None), self._seen, h_bar)

    def _weight_bar(self, w: Any, layer: int, place: int, h_bar: np.ndarray) -> np.ndarray:
        at = w[layer][place]
        nudges = _OFFSETS.reshape(4, *[1] * (at.ndim + 1)) * np.eye(at.size).reshape(at.size, *at.shape)
        stack = [list(arrays) for arrays in w]
        stack[layer][place] = at + nudges
        return _combine(np.sum(h_bar * logits_at(self._seen, stack), axis=(-1, -2))).reshape(at.shape)

    def __repr__(self) -> str:
        return "a small network"


class NudgedLoss:
    """The mean over the images of a loss of logits and labels."""

    def __init__(self) -> None:
        self._seen: tuple[np.ndarray, np.ndarray] | None = None

    def forward(self, logits: Any, labels: Any) -> float:
        """Logits (n, k) and labels (n,) -> their mean loss."""
        logits, labels = np.array(logits, dtype=float), np.array(labels, dtype=int)
        if logits.ndim != 2 or labels.shape != (len(logits),):
            came = f"{logits.shape} and {labels.shape}"
            raise ValueError(f"loss takes logits (n, k) and labels (n,); it was given {came}")
        self._seen = logits, labels
        return float(np.mean(losses_at(logits, labels)))

    def backward(self, l_bar: float = 1.0) -> np.ndarray:
        """The bar of the mean loss -> the bar of the logits (n, k), for the last forward pass."""
        if self._seen is None:
            raise ValueError("backward reads what forward cached: call loss.forward(logits, labels) first")
        logits, labels = self._seen
        return logit_slopes(logits, labels) * (float(l_bar) / len(labels))

    def __repr__(self) -> str:
        return "its loss"


def small_net(rng: np.random.Generator, d: int, k: int, hidden: int = 7, blind: tuple[int, ...] = ()) -> tuple:
    """(network, w, loss) with generic weights, curved enough that slopes change sign within a pixel's range.

    Parameters
    ----------
    blind : pixels that no weight looks at, so that their slope is exactly 0.
    """
    A = rng.normal(0, 3.0, (hidden, d))
    A[:, list(blind)] = 0
    a = -A @ np.full(d, 0.5) + rng.normal(0, 0.5, hidden)  # grey images sit where tanh is steep
    return NudgedNetwork(), [(A, a), (), (rng.normal(0, 1.3, (k, hidden)),)], NudgedLoss()
