"""Activations: their slopes, their shapes, and large numbers."""

from __future__ import annotations

import numpy as np
import pytest

from barprop.activations import ACTIVATIONS
from barprop.exercises.sampling import slope_by_nudging

RNG = np.random.default_rng


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_slopes(name: str) -> None:
    sigma = ACTIVATIONS[name]
    z = np.append(RNG(0).normal(size=50) * 3, 0.0)
    np.testing.assert_allclose(sigma.slope(z), slope_by_nudging(sigma, z), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_keep_shape_and_stand_large_numbers(name: str) -> None:
    sigma = ACTIVATIONS[name]
    with np.errstate(all="raise", under="ignore"):
        for z in (np.array([-1e4, -800.0, 0.0, 800.0, 1e4]), -1e4, 3, np.array([[1, -2]]), np.zeros((0, 3))):
            for made in (sigma(z), sigma.slope(z)):
                assert np.shape(made) == np.shape(z)
                assert made.dtype == float
                assert np.isfinite(made).all()
    assert repr(sigma) == name


def test_relu_is_flat_at_0() -> None:
    assert ACTIVATIONS["relu"].slope(0.0) == 0
