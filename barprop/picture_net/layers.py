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

    W is (k, k, c, m) and b (m,). Each window becomes a row of k * k * c numbers: both ways are one matrix product.

    Parameters
    ----------
    k, s : int
        Size and stride of the windows; without padding, as in DepthwiseConv2d.
    """

    def __init__(self, k: int, s: int = 1) -> None:
        self.k, self.s = k, s

    def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
        """Map (n, H, W, c) to (n, (H - k) // s + 1, (W - k) // s + 1, m)."""
        self.shape = h_prev.shape
        windows = sliding_window_view(h_prev, (self.k, self.k), (1, 2))[:, :: self.s, :: self.s]
        n, rows, columns, _ = windows.shape[:4]
        self.patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * rows * columns, -1)
        h = self.patches @ w[0].reshape(-1, w[0].shape[-1])
        h += w[1]
        return h.reshape(n, rows, columns, -1)

    def backward(self, h_bar: np.ndarray, w: tuple) -> Bars:
        """Return ((W_bar, b_bar), bar of the pictures) for a bar (n, h, w, m)."""
        rows = h_bar.reshape(-1, h_bar.shape[-1])
        W_bar = (self.patches.T @ rows).reshape(w[0].shape)
        return (W_bar, rows.sum(axis=0)), self.input_bar(h_bar, w[0])

    def input_bar(self, h_bar: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Return the bar of the pictures: each window adds its bars to the pixels that it covers."""
        (n, height, width, c), (_, rows, columns, m), k, s = self.shape, h_bar.shape, self.k, self.s
        bars = (W.reshape(-1, m) @ h_bar.reshape(-1, m).T).reshape(k, k, c, n, rows, columns)
        planes = np.zeros((c, n, height, width), h_bar.dtype)  # by channel, so that a row of windows is one run
        for i, j in np.ndindex(k, k):
            planes[:, :, i : i + s * rows : s, j : j + s * columns : s] += bars[i, j]
        return planes.transpose(1, 2, 3, 0)
