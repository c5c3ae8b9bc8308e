"""Data that ships with the course: 5,000 real digits, and a panda (origins and licences: README.md beside each)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

_FILE = Path(__file__).with_name("digits.npz")
_PANDA = Path(__file__).with_name("panda")
_TRAIN = 4000


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return handwritten digits, 28 x 28 pixels each, split in the same way at every call.

    Both sets are balanced, and their rows go round the classes: 0, 1, ..., 9, 0, 1, ...
    so that the first 10 k rows hold k of each digit.

    Returns
    -------
    X_train : (4000, 784) ndarray of float64
        One image a row, in [0, 1]: 0 is paper, 1 is ink.
    labels_train : (4000,) ndarray of int64
        The digit that each image shows.
    X_test : (1000, 784) ndarray of float64
        Images held out from training.
    labels_test : (1000,) ndarray of int64
        Their digits.
    """
    pixels, labels = _stored_digits()
    train, test = slice(_TRAIN), slice(_TRAIN, None)
    return pixels[train] / 255.0, labels[train].copy(), pixels[test] / 255.0, labels[test].copy()


@cache
def _stored_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return all digits as they are stored: pixels (5000, 784) uint8, labels (5000,) int64."""
    with np.load(_FILE) as file:
        return file["pixels"].reshape(-1, 784), file["labels"].astype(np.int64)


def panda() -> np.ndarray:
    """Return the photo of a giant panda as one row. Photo: Aaron Logan, CC BY 1.0.

    Returns
    -------
    (1, 150528) ndarray of float64
        224 rows of 224 pixels, red, green and blue of a pixel together, in [0, 1].
    """
    with Image.open(_PANDA / "panda.png") as photo:
        return np.asarray(photo, dtype=float).reshape(1, -1) / 255


@cache
def class_names() -> tuple[str, ...]:
    """Return the names of the 1,000 classes of ImageNet.

    Returns
    -------
    tuple of str
        The name at the place of the class's number, 0 to 999.
    """
    return tuple((_PANDA / "class_names.txt").read_text(encoding="utf-8").splitlines())
