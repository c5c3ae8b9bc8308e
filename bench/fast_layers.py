"""The layers of notebook 07 for x_bar alone, as fast as NumPy does them. Same values, fewer arrays, harder to read.

No bar of a weight is computed. Windows bring their own frame of zeros, so that the way back through it is not computed
only to be dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from barprop.picture_net import layers


class Linear:
    """h = h_prev W^T + b; backward returns no bars of the weights."""

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        h = h_prev @ w[0].T
        h += w[1]
        return h

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        return (), h_bar @ w[0]


class ReLU6:
    """Between 0 and 6, in the array that it is given: in this network nobody else needs that array."""

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        h = np.clip(h_prev, 0, 6, out=h_prev)  # one pass; maximum and minimum take two
        self.moves = h > 0  # while h is in the processor's cache; a quarter of its size
        self.moves &= h < 6
        return h

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        return (), np.multiply(h_bar, self.moves, out=h_bar if h_bar.flags.writeable else None)


class Convolution(layers.Convolution):
    """The network's first layer; backward returns no bars of its weights."""

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        return (), self.input_bar(h_bar, w[0])


class NoFrame:
    """Nothing: DepthwiseConv2d below brings its own frame."""

    def __init__(self, k: int, s: int = 1) -> None:
        pass

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        return h_prev

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        return (), h_bar


class _Part(NamedTuple):
    """Every s-th pixel each way: an index for a picture, one for the weights that meet it, zeros above and left."""

    pixels: Any
    weights: Any
    above: int
    left: int


class DepthwiseConv2d:
    """Windows over a picture with its frame of zeros; (n, H, W, c) -> (n, H / s, W / s, c), s a divisor of H and W.

    Pixels s apart meet the same weights. They make up a picture of their own, in which windows are one pixel apart.
    """

    def __init__(self, k: int, s: int = 1) -> None:
        self.k, self.s = k, s

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        self.shape = h_prev.shape
        h, *others = (_seen(h_prev[at.pixels], w[0][at.weights], at.above, at.left) for at in self._parts())
        for other in others:
            h += other
        h += w[1]
        return h

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        """Every pixel collects from the windows it was in: windows again, with the weights turned round."""
        x_bar = np.empty(self.shape, h_bar.dtype)
        for at in self._parts():
            W = w[0][at.weights][::-1, ::-1]
            collected = _seen(h_bar, W, len(W) - 1 - at.above, W.shape[1] - 1 - at.left)
            if self.s == 1:
                return (), collected
            x_bar[at.pixels] = collected
        return (), x_bar

    def _parts(self) -> Iterator[_Part]:
        s, before = self.s, (self.k - self.s) // 2
        for a, b in product(range(s), repeat=2):
            (above, i), (left, j) = divmod(a + before, s), divmod(b + before, s)
            yield _Part(np.s_[:, a::s, b::s], np.s_[i::s, j::s], above, left)


def _seen(x: np.ndarray, W: np.ndarray, above: int, left: int) -> np.ndarray:
    """Return what windows with the weights W (high, wide, c) see, one for each pixel of x, with zeros before it.

    A row of pixels is one run of numbers for einsum: runs of c numbers are too short to be fast.
    """
    (n, height, width, c), (high, wide, _) = x.shape, W.shape
    framed = np.zeros((n, height + high - 1, width + wide - 1, c), x.dtype)
    framed[:, above : above + height, left : left + width] = x
    image, row, pixel, number = framed.strides
    runs = as_strided(framed, (n, height, width * c, high, wide), (image, row, number, row, pixel), writeable=False)
    return np.einsum("nyxij,ijx->nyx", runs, np.tile(W, (1, 1, width))).reshape(x.shape)
