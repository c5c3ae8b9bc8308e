"""The layers of notebook 07 for x_bar alone, as fast as NumPy does them. Same values, fewer arrays, harder to read.

No bar of a weight is computed. Windows bring their own frame of zeros, so that the way back through it is not computed
only to be dropped; where there are few features, a whole row of pixels is one long run of numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from barprop import picture_net

_FEW = 100  # features; with fewer the inner loops would be short


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
        self.h = np.maximum(h_prev, 0, out=h_prev)
        return np.minimum(self.h, 6, out=self.h)

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        moves = self.h > 0
        moves &= self.h < 6
        return (), np.multiply(h_bar, moves, out=h_bar if h_bar.flags.writeable else None)


class Convolution(picture_net.Convolution):
    """The first layer; backward returns no bars of its weights. Windows report to their tiles, which add up."""

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        t, s, (n, height, width, c), (rows, columns) = self.tiles, self.s, self.shape, self.size
        reports = (h_bar.reshape(-1, h_bar.shape[-1]) @ self._kernel(w[0]).T).reshape(n, rows, columns, t, t, -1)
        tiles = np.zeros((n, rows + t - 1, columns + t - 1, s * s * c), h_bar.dtype)
        for i, j in np.ndindex(t, t):
            tiles[:, i : i + rows, j : j + columns] += reports[:, :, :, i, j]
        pixels = tiles.reshape(n, rows + t - 1, columns + t - 1, s, s, c).transpose(0, 1, 3, 2, 4, 5)
        return (), pixels.reshape(n, s * (rows + t - 1), s * (columns + t - 1), c)[:, :height, :width]


class NoFrame:
    """Nothing: DepthwiseConv2d below brings its own frame."""

    def __init__(self, k: int, s: int = 1) -> None:
        pass

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        return h_prev

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        return (), h_bar


class DepthwiseConv2d:
    """Windows over a picture with its frame of zeros; (n, H, W, c) -> (n, H / s, W / s, c), s a divisor of H and W."""

    def __init__(self, k: int, s: int = 1) -> None:
        self.k, self.s = k, s

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        self.shape = h_prev.shape
        frame = (self.k - self.s) // 2, (self.k - self.s + 1) // 2
        h = _correlated(_framed(h_prev, frame, frame), w[0], self.s)
        h += w[1]
        return h

    def backward(self, h_bar: np.ndarray, w: tuple) -> tuple[tuple, np.ndarray]:
        """Every pixel collects from the windows it was in. Pixels s apart meet the same weights."""
        if self.s == 1:
            return (), self._collected(h_bar, w[0], 0, 0)
        x_bar = np.empty(self.shape, h_bar.dtype)
        for a, b in np.ndindex(self.s, self.s):
            x_bar[:, a :: self.s, b :: self.s] = self._collected(h_bar, w[0], a, b)
        return (), x_bar

    def _collected(self, h_bar: np.ndarray, W: np.ndarray, a: int, b: int) -> np.ndarray:
        """Return the bars of the pixels in rows a, a + s, ... and columns b, b + s, ..."""
        before = (self.k - self.s) // 2
        (i, down), (j, right) = (((at + before) % self.s, (at + before) // self.s) for at in (a, b))
        kernel = W[i :: self.s, j :: self.s][::-1, ::-1]
        rows, columns = ((n - 1 - behind, behind) for n, behind in zip(kernel.shape, (down, right), strict=False))
        return _correlated(_framed(h_bar, rows, columns), kernel, 1)


def _framed(x: np.ndarray, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """x with so many rows and columns of zeros before and after it."""
    if not any((*rows, *columns)):
        return np.ascontiguousarray(x)
    n, height, width, c = x.shape
    framed = np.zeros((n, height + sum(rows), width + sum(columns), c), x.dtype)
    framed[:, rows[0] : rows[0] + height, columns[0] : columns[0] + width] = x
    return framed


def _correlated(x: np.ndarray, W: np.ndarray, s: int) -> np.ndarray:
    """Return what windows with the weights W (rows, columns, c) see, s pixels apart."""
    if s > 1 or W.shape[2] >= _FEW:
        windows = sliding_window_view(x, W.shape[:2], (1, 2))[:, ::s, ::s]
        return np.einsum("nhwcij,ijc->nhwc", windows, W)
    n, height, width, c = x.shape
    high, wide = height - W.shape[0] + 1, width - W.shape[1] + 1
    image, row, _, number = x.strides
    runs = as_strided(x, (n, high, wide * c, *W.shape[:2]), (image, row, number, row, c * number), writeable=False)
    return np.einsum("nhxij,ijx->nhx", runs, np.tile(W, (1, 1, wide))).reshape(n, high, wide, c)
