"""References for notebook 04."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class Product:
    """The layer e = v h, with w = (v,). Caches its input."""

    def forward(self, h: ArrayLike, w: tuple) -> np.ndarray:
        """e, like h: a number or (n,)."""
        (v,) = w
        self.h = np.array(h, dtype=float)
        return v * self.h

    def backward(self, e_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((v_bar,), h_bar); v_bar is added up over the examples."""
        (v,) = w
        e_bar = np.asarray(e_bar, dtype=float)
        return (float(np.sum(e_bar * self.h)),), e_bar * v


def linear_backward(Z_bar: ArrayLike, X: ArrayLike, W: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Back through Z = X W^T + b: the bars of W (m, d), b (m,) and X (n, d) from Z_bar (n, m)."""
    Z_bar, X, W = (np.asarray(u, dtype=float) for u in (Z_bar, X, W))
    return Z_bar.T @ X, Z_bar.sum(axis=0), Z_bar @ W


class Linear:
    """h = h_prev W^T + b, with w = (W, b). Caches its input."""

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """H (n, m) from h_prev (n, d)."""
        W, b = w
        self.h_prev = np.asarray(h_prev, dtype=float)
        return self.h_prev @ np.asarray(W, dtype=float).T + b

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((W_bar, b_bar), h_prev_bar)."""
        W, _ = w
        W_bar, b_bar, h_prev_bar = linear_backward(h_bar, self.h_prev, W)
        return (W_bar, b_bar), h_prev_bar


class ReLU:
    """h = max(h_prev, 0). Caches its output; which entries got through is all that backward needs."""

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """h, like h_prev."""
        self.h = np.maximum(np.asarray(h_prev, dtype=float), 0.0)
        return self.h.copy()

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((), h_prev_bar)."""
        return (), np.asarray(h_bar, dtype=float) * (self.h > 0)


class Tanh:
    """h = tanh(h_prev). Caches its output only."""

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """h, like h_prev."""
        self.h = np.tanh(np.asarray(h_prev, dtype=float))
        return self.h.copy()

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((), h_prev_bar)."""
        return (), h_bar * (1 - self.h**2)


class SquaredError:
    """Half the squared distance of each row of e from that of y, on average over the rows."""

    def forward(self, e: ArrayLike, y: ArrayLike) -> float:
        """Return the loss; e and y are (n,) or (n, k). Raise ValueError for n = 0 and for shapes that differ."""
        if np.shape(e) != np.shape(y):
            raise ValueError(f"e has shape {np.shape(e)} and y {np.shape(y)}; give a y for each e.")
        self.difference = np.subtract(e, y, dtype=float)
        if not len(self.difference):
            raise ValueError("The loss is a mean over the rows, and e has none: give at least one row.")
        return float(np.sum(self.difference**2) / 2 / len(self.difference))

    def backward(self, l_bar: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """(e_bar, y_bar)."""
        e_bar = l_bar * self.difference / len(self.difference)
        return e_bar, -e_bar


class SoftmaxCrossEntropy:
    """The mean over the rows of -log(probability of the label), the probabilities being the soft-max of the logits."""

    def forward(self, logits: ArrayLike, labels: ArrayLike) -> float:
        """Return the loss of logits (n, k) at labels (n,). Raise ValueError for n = 0 and labels outside 0..k-1."""
        logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
        _check_labels(logits, labels)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.p, self.at = np.exp(log_p), (np.arange(len(labels)), labels)
        return float(-log_p[self.at].mean())

    def backward(self, l_bar: float = 1.0) -> np.ndarray:
        """logits_bar (n, k)."""
        logits_bar = self.p.copy()
        logits_bar[self.at] -= 1
        return l_bar * logits_bar / len(logits_bar)


def _check_labels(logits: np.ndarray, labels: np.ndarray) -> None:
    n, k = logits.shape
    if n == 0:
        raise ValueError("The loss is a mean over the rows, and logits has none: give at least one row.")
    if labels.shape != (n,) or labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"labels must be {n} whole numbers from 0 to {k - 1}, one for each row of logits.")


class Network:
    """A chain of layers. `w` is a list of tuples, one per layer."""

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)

    def forward(self, x: ArrayLike, w: Sequence[tuple]) -> np.ndarray:
        """Return the output of the last layer, or a copy of x if there is no layer."""
        if len(w) != len(self.layers):
            raise ValueError(f"There are {len(self.layers)} layers and weights for {len(w)}; give one tuple a layer.")
        h = np.array(x, dtype=float)
        for layer, weights in zip(self.layers, w, strict=True):
            h = layer.forward(h, weights)
        return h

    def backward(self, h_bar: ArrayLike, w: Sequence[tuple]) -> tuple[list[tuple], np.ndarray]:
        """(w_bar, x_bar), w_bar a list of tuples in the order of w."""
        bar, w_bar = np.array(h_bar, dtype=float), []
        for layer, weights in zip(reversed(self.layers), reversed(w), strict=True):
            own, bar = layer.backward(bar, weights)
            w_bar.append(own)
        return w_bar[::-1], bar


def train_digits(
    network: Any,
    w: Sequence[tuple],
    X: np.ndarray,
    labels: np.ndarray,
    lr: float,
    epochs: int,
    seed: int,
    batch: int = 32,
) -> tuple[list[tuple], list[float]]:
    """Stochastic gradient descent: every example once an epoch, in an order that the seed fixes."""
    rng, loss = np.random.default_rng(seed), SoftmaxCrossEntropy()
    w, losses = [tuple(np.array(u, dtype=float) for u in layer) for layer in w], []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for rows in (order[i : i + batch] for i in range(0, len(X), batch)):
            losses.append(loss.forward(network.forward(X[rows], w), labels[rows]))
            w_bar, _ = network.backward(loss.backward(), w)
            w = [tuple(u - lr * u_bar for u, u_bar in zip(*pair, strict=True)) for pair in zip(w, w_bar, strict=True)]
    return w, losses
