"""Derivatives by finite differences, and the steps they are taken of."""

from __future__ import annotations

import numpy as np
import pytest

from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back

RNG = np.random.default_rng


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (2, 1, 2), (0,)])
def test_pull_back_against_a_known_derivative(shape: tuple) -> None:
    at, bar = RNG(0).normal(size=shape), RNG(1).normal(size=shape)
    got = pull_back(lambda u: np.sin(u) * u, at, bar)
    np.testing.assert_allclose(got, bar * (np.cos(at) * at + np.sin(at)), rtol=1e-10, atol=1e-12)
    assert np.shape(got) == shape


def test_pull_back_adds_over_outputs() -> None:
    matrix, at, bar = RNG(0).normal(size=(3, 5)), RNG(1).normal(size=5), RNG(2).normal(size=3)
    np.testing.assert_allclose(pull_back(lambda u: matrix @ u, at, bar), bar @ matrix, rtol=1e-11)


def test_pull_back_from_the_left_of_a_kink() -> None:
    assert abs(pull_back(lambda u: np.maximum(u, 0.0), 0.0, 3.0, left=True)) == 0
    np.testing.assert_allclose(pull_back(lambda u: np.minimum(u, 0.0), 0.0, 3.0, left=True), 3.0, rtol=1e-12)


def test_steps() -> None:
    a, b = RNG(0).normal(size=(3, 4)), RNG(1).normal(size=(3, 4))
    np.testing.assert_allclose(product(a, b), a * b, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(inner(a, b), (a * b).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(half_square(a, b), (a - b) ** 2 / 2, rtol=1e-12)
