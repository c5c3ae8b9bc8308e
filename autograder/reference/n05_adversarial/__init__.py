"""References for notebook 05."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def input_bar(net: tuple, X: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return the bar of each image under its own loss, float64 in the shape of X (n, d)."""
    network, w, loss = net
    X, labels = _checked(X, labels)
    if len(X) == 0:
        return X
    logits = network.forward(X, w)
    _check_range(labels, np.shape(logits)[1])
    loss.forward(logits, labels)
    _, X_bar = network.backward(loss.backward(), w)
    return len(X) * X_bar


def sensitivity(net: tuple, X: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return the Euclidean length of each image's bar, (n,)."""
    return np.linalg.norm(input_bar(net, X, labels), axis=1)


def gradient_ascent(net: tuple, X: ArrayLike, labels: ArrayLike, alpha: float, steps: int) -> np.ndarray:
    """X + alpha x_bar, `steps` times, with a fresh x_bar each time."""
    X = np.array(X, dtype=float)
    for _ in range(steps):
        X = X + alpha * input_bar(net, X, labels)
    return X


def fgsm(net: tuple, X: ArrayLike, labels: ArrayLike, eps: float) -> np.ndarray:
    """One step of eps along the sign of x_bar, in [0, 1]."""
    _check_eps(eps)
    return np.clip(X + eps * np.sign(input_bar(net, X, labels)), 0.0, 1.0)


def pgd(net: tuple, X: ArrayLike, labels: ArrayLike, eps: float, alpha: float, steps: int) -> np.ndarray:
    """Sign steps of alpha uphill; after each, back into the eps-ball around X and into [0, 1]."""
    return _projected(net, X, labels, eps, alpha, steps)


def targeted(net: tuple, X: ArrayLike, targets: ArrayLike, eps: float, alpha: float, steps: int) -> np.ndarray:
    """Sign steps of alpha down the loss of the wanted classes, with the projection of pgd."""
    return _projected(net, X, targets, eps, -alpha, steps)


def accuracy_curve(
    net: tuple, X: ArrayLike, labels: ArrayLike, eps_list: Iterable[float], attack: Callable[..., np.ndarray]
) -> np.ndarray:
    """Return the share of images still classified right after attack(net, X, labels, eps), for each eps."""
    network, w, _ = net
    X, labels = _checked(X, labels)
    if len(X) == 0:
        raise ValueError("accuracy_curve was given no image: a share of none does not exist; give at least one")
    _check_range(labels, np.shape(network.forward(X[:1], w))[1])
    predictions = [network.forward(attack(net, X, labels, eps), w).argmax(axis=1) for eps in eps_list]
    return np.array([np.mean(predicted == labels) for predicted in predictions], dtype=float)


def _projected(net: tuple, X: ArrayLike, labels: ArrayLike, eps: float, alpha: float, steps: int) -> np.ndarray:
    _check_eps(eps)
    X = np.array(X, dtype=float)
    x = X.copy()
    for _ in range(steps):
        x = x + alpha * np.sign(input_bar(net, x, labels))
        x = np.clip(x, X - eps, X + eps)
        x = np.clip(x, 0.0, 1.0)
    return x


def _check_eps(eps: Any) -> None:
    if not eps >= 0:
        raise ValueError(f"eps is {eps}: how far a pixel may move cannot be negative; give 0 or more")


def _checked(X: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    X, labels = np.array(X, dtype=float), np.asarray(labels)
    if X.ndim != 2:
        raise ValueError(f"X has shape {X.shape}; expected one flattened image a row, (n, d)")
    if labels.shape != (len(X),):
        raise ValueError(f"labels has shape {labels.shape}; expected one class for each of the {len(X)} images")
    if len(X) and labels.dtype.kind not in "iu":
        raise ValueError(f"labels are of type {labels.dtype}; expected whole numbers, the classes")
    return X, labels


def _check_range(labels: np.ndarray, classes: int) -> None:
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}; the network knows 0 to {classes - 1}")
