"""References for notebook 07."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike


def _as_floats(u: ArrayLike) -> np.ndarray:
    """float32 stays float32; everything else becomes float64."""
    u = np.asarray(u)
    return u if u.dtype == np.float32 else np.asarray(u, dtype=float)


class ReLU6:
    """h is h_prev, held between 0 and 6. Caches its output."""

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """h, like h_prev."""
        self.h = np.clip(_as_floats(h_prev), 0, 6)
        return self.h

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((), h_prev_bar)."""
        moves = self.h > 0
        moves &= self.h < 6
        return (), _as_floats(h_bar) * moves


class MeanPool:
    """One number a feature: its mean over the picture. Caches the picture's shape."""

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """H (n, c) from h_prev (n, H, W, c)."""
        h_prev = _as_floats(h_prev)
        self.shape = h_prev.shape
        return h_prev.mean(axis=(1, 2))

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((), h_prev_bar)."""
        _, height, width, _ = self.shape
        share = _as_floats(h_bar) / (height * width)
        return (), np.broadcast_to(share[:, None, None, :], self.shape)


class Residual:
    """h = x + network(x), for a network of any layers; w is a list with an entry for each."""

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)

    def forward(self, x: ArrayLike, w: Sequence[Any]) -> np.ndarray:
        """h, like x. Raises ValueError where w has not one entry a layer."""
        if len(w) != len(self.layers):
            raise ValueError(f"There are {len(self.layers)} layers and weights for {len(w)}; give one entry a layer.")
        x = h = _as_floats(x)
        for layer, weights in zip(self.layers, w, strict=True):
            h = layer.forward(h, weights)
        return x + h

    def backward(self, h_bar: ArrayLike, w: Sequence[Any]) -> tuple[list[Any], np.ndarray]:
        """(w_bar, x_bar), w_bar a list in the order of w."""
        h_bar = bar = _as_floats(h_bar)
        w_bar = []
        for layer, weights in zip(reversed(self.layers), reversed(w), strict=True):
            own, bar = layer.backward(bar, weights)
            w_bar.append(own)
        return w_bar[::-1], h_bar + bar


class DepthwiseConv2d:
    """Slide a window of k x k pixels over the picture, s pixels at a time; every feature has weights of its own.

    w = (W, b), W (k, k, c), b (c,). Caches its input.
    """

    def __init__(self, k: int, s: int) -> None:
        self.k, self.s = k, s

    def forward(self, h_prev: ArrayLike, w: tuple) -> np.ndarray:
        """H (n, (H - k) // s + 1, (W - k) // s + 1, c) from h_prev (n, H, W, c)."""
        W, b = (_as_floats(u) for u in w)
        self.h_prev = _as_floats(h_prev)
        return np.einsum("nyxcij,ijc->nyxc", self._windows(self.h_prev), W) + b

    def backward(self, h_bar: ArrayLike, w: tuple) -> tuple[tuple, np.ndarray]:
        """((W_bar, b_bar), h_prev_bar)."""
        W, h_bar, h_prev_bar = _as_floats(w[0]), _as_floats(h_bar), np.zeros_like(self.h_prev)
        windows_bar = self._windows(h_prev_bar)
        for i, j in np.ndindex(self.k, self.k):
            windows_bar[..., i, j] += h_bar * W[i, j]
        W_bar = np.einsum("nyxcij,nyxc->ijc", self._windows(self.h_prev), h_bar)
        return (W_bar, h_bar.sum(axis=(0, 1, 2))), h_prev_bar

    def _windows(self, x: np.ndarray) -> np.ndarray:
        """Return what each window sees, as a view of x: (n, h, w, c, k, k)."""
        return sliding_window_view(x, (self.k, self.k), (1, 2), writeable=x.flags.writeable)[:, :: self.s, :: self.s]


def smooth_saliency(net: tuple, X: ArrayLike, labels: ArrayLike, sigma: float, samples: int, seed: int) -> np.ndarray:
    """Return the mean of |x_bar| over noisy copies of each image, (n, d). Raise ValueError for no copy at all."""
    if samples < 1:
        raise ValueError(f"samples is {samples}: a mean needs at least one copy")
    (network, w, loss), rng, X = net, np.random.default_rng(seed), np.array(X, dtype=float)
    total = np.zeros_like(X)
    for _ in range(samples):
        loss.forward(network.forward(X + sigma * rng.standard_normal(X.shape), w), labels)
        _, mean_bar = network.backward(loss.backward(), w)
        total += np.abs(len(X) * mean_bar)
    return total / samples
