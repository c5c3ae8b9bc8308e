"""The layers of a picture network that are not exercises. Pictures are (n, H, W, c): rows, columns, features.

Like every layer of the course: `forward(h_prev, w) -> h` and `backward(h_bar, w) -> (w_bar, h_prev_bar)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Bars = tuple[tuple[np.ndarray, ...], np.ndarray]


class Picture:
    """Turn rows of numbers in [0, 1] into pictures in the units that the network was trained with.

    Parameters
    ----------
    side : int
        Height and width in pixels; a row holds side * side * 3 numbers, the three colours of a pixel together.
    dtype : type
        Of everything that follows in the network; float32 is twice as fast as float64.
    """

    def __init__(self, side: int = 224, dtype: Any = np.float32) -> None:
        self.side, self.dtype = side, dtype

    def forward(self, h_prev: Any, w: tuple) -> np.ndarray:
        """Turn rows (n, side * side * 3) into pictures (n, side, side, 3), from about -1 to 1."""
        pixels = np.asarray(h_prev, dtype=self.dtype).reshape(-1, self.side, self.side, 3)
        return (255 * pixels - 127) / 128

    def backward(self, h_bar: np.ndarray, w: tuple) -> Bars:
        """Return the bars of the rows."""
        return (), h_bar.reshape(len(h_bar), -1) * (255 / 128)


class Pad:
    """Put a frame of zeros around pictures, so that windows of k pixels, s apart, cover them.

    Parameters
    ----------
    k, s : int
        Size and stride of the windows. Where k - s is odd, the larger half goes to the right and below.
    """

    def __init__(self, k: int, s: int = 1) -> None:
        self.before, self.after = max(k - s, 0) // 2, (max(k - s, 0) + 1) // 2

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        """Pad (n, H, W, c) to (n, H + k - s, W + k - s, c)."""
        n, height, width, c = h_prev.shape
        frame = self.before + self.after
        h = np.zeros((n, height + frame, width + frame, c), h_prev.dtype)
        h[:, self.before : self.before + height, self.before : self.before + width] = h_prev
        return h

    def backward(self, h_bar: np.ndarray, w: tuple) -> Bars:
        """Return the bars inside the frame, as a view; the frame is not a variable, and its bars are dropped."""
        _, height, width, _ = h_bar.shape
        return (), h_bar[:, self.before : height - self.after, self.before : width - self.after]


class Pointwise:
    """Apply a linear layer to every pixel: each pixel is an example, its features are the row (a 1 x 1 convolution).

    Parameters
    ----------
    linear : object
        A layer with w = (W, b), W (m, d) and b (m,), that takes examples as rows: your own Linear.
    """

    def __init__(self, linear: Any) -> None:
        self.linear = linear

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        """Map (n, H, W, d) to (n, H, W, m)."""
        self.shape, self.dtype = h_prev.shape, h_prev.dtype
        h = self.linear.forward(h_prev.reshape(-1, self.shape[-1]), w)
        return np.asarray(h, dtype=self.dtype).reshape(*self.shape[:-1], -1)

    def backward(self, h_bar: np.ndarray, w: tuple) -> Bars:
        """Return ((W_bar, b_bar), bar of the pictures) for a bar (n, H, W, m)."""
        h_bar = np.asarray(h_bar, dtype=self.dtype)
        w_bar, h_prev_bar = self.linear.backward(h_bar.reshape(-1, h_bar.shape[-1]), w)
        return w_bar, np.asarray(h_prev_bar, dtype=self.dtype).reshape(self.shape)


class Convolution:
    """Convolve pictures with all their channels at once, as the network's first layer does. w = (W, b).

    W is (k, k, c, m) and b (m,). Tiles of s x s pixels become one pixel of s * s * c features. Windows that were s
    pixels apart are then neighbours, and both ways are one matrix product.

    Parameters
    ----------
    k, s : int
        Size and stride of the windows; without padding, as in DepthwiseConv2d.
    """

    def __init__(self, k: int, s: int = 1) -> None:
        self.k, self.s = k, s
        self.tiles = -(-k // s)  # a window covers so many tiles each way

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        """Map (n, H, W, c) to (n, (H - k) // s + 1, (W - k) // s + 1, m)."""
        n, height, width, _ = self.shape = h_prev.shape
        self.size = (height - self.k) // self.s + 1, (width - self.k) // self.s + 1
        self.patches = self._patches(self._tiled(h_prev), *self.size)
        return (self.patches @ self._kernel(w[0]) + w[1]).reshape(n, *self.size, -1)

    def backward(self, h_bar: np.ndarray, w: tuple) -> Bars:
        """Return ((W_bar, b_bar), bar of the pictures) for a bar (n, h, w, m)."""
        rows = h_bar.reshape(-1, h_bar.shape[-1])
        return (self._weight_bar(self.patches.T @ rows), rows.sum(axis=0)), self._input_bar(h_bar, w[0])

    def _tiled(self, x: np.ndarray) -> np.ndarray:
        """Tiles of s x s pixels as single pixels with their features; zeros are added where a tile is not full."""
        n, _, _, c = x.shape
        rows, columns = (size + self.tiles - 1 for size in self.size)
        x = x[:, : rows * self.s, : columns * self.s]
        full = np.zeros((n, rows * self.s, columns * self.s, c), x.dtype)
        full[:, : x.shape[1], : x.shape[2]] = x
        tiles = full.reshape(n, rows, self.s, columns, self.s, c).transpose(0, 1, 3, 2, 4, 5)
        return tiles.reshape(n, rows, columns, -1)

    def _patches(self, x: np.ndarray, rows: int, columns: int) -> np.ndarray:
        """Each window of tiles x tiles pixels as a row of numbers."""
        windows = sliding_window_view(x, (self.tiles, self.tiles), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
        return windows.reshape(len(x) * rows * columns, -1)

    def _kernel(self, W: np.ndarray) -> np.ndarray:
        """W for windows of tiles: (numbers of a window, m)."""
        t, s, (k, _, c, m) = self.tiles, self.s, W.shape
        full = np.zeros((t * s, t * s, c, m), W.dtype)
        full[:k, :k] = W
        return full.reshape(t, s, t, s, c, m).transpose(0, 2, 1, 3, 4, 5).reshape(-1, m)

    def _weight_bar(self, kernel_bar: np.ndarray) -> np.ndarray:
        """Pull back through _kernel: (numbers of a window, m) -> (k, k, c, m)."""
        t, s, m = self.tiles, self.s, kernel_bar.shape[-1]
        full = kernel_bar.reshape(t, t, s, s, -1, m).transpose(0, 2, 1, 3, 4, 5)
        return full.reshape(t * s, t * s, -1, m)[: self.k, : self.k].copy()

    def _input_bar(self, h_bar: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Each tile looks at the windows that it was in, and takes its share of their bars in one product."""
        t, s, (n, _, _, c) = self.tiles, self.s, self.shape
        rows, columns = (size + t - 1 for size in self.size)
        framed = np.pad(h_bar, ((0, 0), (t - 1, t - 1), (t - 1, t - 1), (0, 0)))
        turned = self._kernel(W).reshape(t, t, -1, W.shape[-1])[::-1, ::-1].transpose(0, 1, 3, 2)
        tiles = self._patches(framed, rows, columns) @ turned.reshape(-1, s * s * c)
        full = tiles.reshape(n, rows, columns, s, s, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, rows * s, columns * s, c)
        bar = np.zeros(self.shape, h_bar.dtype)
        bar[:, : rows * s, : columns * s] = full[:, : bar.shape[1], : bar.shape[2]]
        return bar
