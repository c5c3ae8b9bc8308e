"""The digits that ship with the package are what their README says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import barprop.data
from barprop.data import digits

FOLDER = Path(barprop.data.__file__).parent


@pytest.fixture(scope="module")
def split():
    return digits()


def test_shapes_and_types(split):
    X, labels, X_test, labels_test = split
    assert X.shape == (4000, 784)
    assert X_test.shape == (1000, 784)
    assert labels.shape == (4000,)
    assert labels_test.shape == (1000,)
    assert X.dtype == X_test.dtype == np.float64
    assert labels.dtype == labels_test.dtype == np.int64


def test_grey_values_fill_zero_to_one(split):
    for X in (split[0], split[2]):
        assert X.min() == 0.0
        assert X.max() == 1.0
        assert np.array_equal(X * 255, np.rint(X * 255))


def test_both_sets_are_balanced_and_so_is_every_tenth_row(split):
    for labels, each in ((split[1], 400), (split[3], 100)):
        assert np.bincount(labels).tolist() == [each] * 10
        assert sorted(labels[:10]) == list(range(10))


def test_no_image_twice_and_none_on_both_sides(split):
    images = [row.tobytes() for X in (split[0], split[2]) for row in X]
    assert len(set(images)) == 5000


def test_the_same_at_every_call_and_ones_own_to_change(split):
    again = digits()
    assert all(np.array_equal(a, b) for a, b in zip(split, again, strict=True))
    again[0][:] = 7.0
    assert digits()[0].max() == 1.0


def test_labels_say_what_is_drawn(split):
    """The nearest class mean names most held-out digits: no label file slipped by a row."""
    X, labels, X_test, labels_test = split
    means = np.stack([X[labels == k].mean(axis=0) for k in range(10)])
    distance = ((X_test[:, None, :] - means) ** 2).sum(axis=2)
    assert np.mean(distance.argmin(axis=1) == labels_test) > 0.75


def test_the_file_is_small_and_its_origin_is_told():
    assert (FOLDER / "digits.npz").stat().st_size < 1_000_000
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for word in ("npm package", "1.1.0", "MIT", "CC BY-SA 3.0", "LeCun"):
        assert word in text
