"""What a layer keeps, in words: a shape is no array, and its bytes do not count."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from barprop.pictures.kept import kept

X = np.arange(6.0).reshape(2, 3)


def test_an_array_is_named_with_its_bytes() -> None:
    assert kept(SimpleNamespace(X=X), **{"the input": X.copy()}) == "X (the input), 48 bytes"
    assert kept(SimpleNamespace(mask=X > 2), **{"the input": X}) == "mask (computed from the inputs), 6 bytes"


def test_a_shape_is_no_array() -> None:
    assert kept(SimpleNamespace(shape=X.shape), **{"the input": X}) == "shape (2 plain numbers)"
    assert kept(SimpleNamespace(cache=(X, X.shape)), **{"the input": X}) == "cache (the input), 48 bytes"


def test_nothing_kept() -> None:
    assert kept(SimpleNamespace(), **{"the input": X}) == "nothing"
