"""Data that ships with the course: 5,000 real handwritten digits (origin and licence: README.md beside this)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_FILE = Path(__file__).with_name("digits.npz")
_TRAIN = 4000


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Handwritten digits, 28 x 28 pixels each, split in the same way at every call.

    Both sets are balanced, and their rows go round the classes: 0, 1, ..., 9, 0, 1, ...
    so that the first 10 k rows hold k of each digit.

    Returns
    -------
    X_train : (4000, 784) float64 in [0, 1], one image a row; 0 is paper, 1 is ink.
    labels_train : (4000,) int64, the digit written.
    X_test, labels_test : the 1,000 held out, likewise.
    """
    with np.load(_FILE) as file:
        X = file["pixels"].reshape(-1, 784) / 255.0
        labels = file["labels"].astype(np.int64)
    return X[:_TRAIN].copy(), labels[:_TRAIN].copy(), X[_TRAIN:].copy(), labels[_TRAIN:].copy()
