"""Trains the classifier that notebook 05 attacks, and writes it beside the notebook.

Run from the repository: python -m autograder.course.train_classifier
It is deterministic up to the rounding of the machine's linear algebra.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from barprop.data import digits

FOLDER = Path(__file__).parents[2] / "source" / "05_adversarial"


def handed_out() -> ModuleType:
    """Import the module `classifier` as the student gets it. Raise FileNotFoundError without it."""
    path = FOLDER / "classifier.py"
    spec = importlib.util.spec_from_file_location("classifier", path)
    if spec is None or spec.loader is None or not path.exists():
        raise FileNotFoundError(f"{path} is missing: it belongs to the assignment 05_adversarial")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def train(net: tuple, X: np.ndarray, labels: np.ndarray, lr: float, epochs: int, seed: int, batch: int = 32) -> Any:
    """Plain stochastic gradient descent on mini-batches; returns new weights."""
    network, w, loss = net
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for rows in np.split(rng.permutation(len(X)), range(batch, len(X), batch)):
            loss.forward(network.forward(X[rows], w), labels[rows])
            w_bar, _ = network.backward(loss.backward(), w)
            w = [tuple(p - lr * p_bar for p, p_bar in zip(*layer, strict=True)) for layer in zip(w, w_bar, strict=True)]
    return w


def accuracy(net: tuple, X: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images that get their label, in [0, 1]."""
    network, w, _ = net
    return float(np.mean(network.forward(X, w).argmax(axis=1) == labels))


def main() -> None:
    """Train, report, and write classifier.npz as float32."""
    X, labels, X_test, labels_test = digits()
    network, w, loss = handed_out().untrained(seed=5)
    w = train((network, w, loss), X, labels, lr=0.1, epochs=12, seed=5)
    for name, images, answers in (("training", X, labels), ("held out", X_test, labels_test)):
        print(f"{name}: {accuracy((network, w, loss), images, answers):.1%} right")
    (W1, b1), _, (W2, b2) = w
    arrays = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    np.savez_compressed(FOLDER / "classifier.npz", **{name: a.astype(np.float32) for name, a in arrays.items()})


if __name__ == "__main__":
    main()
