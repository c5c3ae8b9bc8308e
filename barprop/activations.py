"""The nonlinearities of the course: call one for its value, ask it for its slope.

>>> tanh(0.5), tanh.slope(0.5)

All of them take a number or an array and return float64 of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Activation:
    """A nonlinearity h = sigma(z) and its slope dh/dz.

    Parameters
    ----------
    name : str
        The field's name for it.
    value : callable
        sigma, elementwise, of a float64 array of any shape.
    slope_at : callable
        d sigma / dz, elementwise, of a float64 array of any shape.
    kink : float, optional
        The z at which the slope jumps. There the slope is that from the left.

    Examples
    --------
    >>> h = tanh(z)
    >>> z_bar = h_bar * tanh.slope(z)
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    slope_at: Callable[[np.ndarray], np.ndarray]
    kink: float | None = None

    def __call__(self, z: ArrayLike) -> np.ndarray:
        """Return the value h = sigma(z), elementwise.

        Parameters
        ----------
        z : array_like
            A number or an array of any shape.

        Returns
        -------
        float64 or ndarray
            In the shape of z.
        """
        return self.value(np.asarray(z, dtype=float))[()]

    def slope(self, z: ArrayLike) -> np.ndarray:
        """Return the slope dh/dz at z (not at h), elementwise.

        Parameters
        ----------
        z : array_like
            A number or an array of any shape.

        Returns
        -------
        float64 or ndarray
            In the shape of z.
        """
        return self.slope_at(np.asarray(z, dtype=float))[()]

    def __repr__(self) -> str:
        return self.name


def _sigmoid(z: np.ndarray) -> np.ndarray:
    # exp of a negative number only, so that z = -1000 gives 0 and no warning.
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


relu = Activation("relu", lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float), kink=0.0)
tanh = Activation("tanh", np.tanh, lambda z: 1.0 - np.tanh(z) ** 2)
sigmoid = Activation("sigmoid", _sigmoid, lambda z: _sigmoid(z) * _sigmoid(-z))
softplus = Activation("softplus", lambda z: np.logaddexp(0.0, z), _sigmoid)

ACTIVATIONS = {sigma.name: sigma for sigma in (relu, tanh, sigmoid, softplus)}
