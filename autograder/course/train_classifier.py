"""Trains the classifier that notebook 05 attacks, and writes it beside the notebook.

Run from the repository: python -m autograder.course.train_classifier [--steps-only]
It is deterministic up to the rounding of the machine's linear algebra.

Students may open classifier.py before they have handed in notebook 04, so it must not hold the answers of 04 as text:
the steps below go into classifier.npz as numbers.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import numpy as np

from autograder.course.layout import SOURCE
from autograder.course.numbered_steps import LOSS, Computation, as_numbers
from barprop.data import digits

FOLDER = SOURCE / "05_adversarial"

# Each step: what it makes, the operation, of what. The names in _GIVEN are put in place by classifier.py.
_STEPS: dict[str, Computation] = {
    "network forward": (
        [
            ("W1^T", "transpose", "W1"), ("W2^T", "transpose", "W2"),
            ("x W1^T", "matmul", "x", "W1^T"), ("z", "add", "x W1^T", "b1"), ("h", "maximum", "z", "0"),
            ("h W2^T", "matmul", "h", "W2^T"), ("logits", "add", "h W2^T", "b2"),
        ],
        ["logits"],
    ),
    "network backward": (
        [
            ("h_bar", "matmul", "logits_bar", "W2"), ("open", "greater", "z", "0"),
            ("z_bar", "multiply", "h_bar", "open"), ("x_bar", "matmul", "z_bar", "W1"),
            ("z_bar^T", "transpose", "z_bar"), ("W1_bar", "matmul", "z_bar^T", "x"), ("b1_bar", "column sums", "z_bar"),
            ("logits_bar^T", "transpose", "logits_bar"), ("W2_bar", "matmul", "logits_bar^T", "h"),
            ("b2_bar", "column sums", "logits_bar"),
        ],
        ["W1_bar", "b1_bar", "W2_bar", "b2_bar", "x_bar"],
    ),
    **LOSS,
}  # fmt: skip
_GIVEN = {
    "network": ("0", "x", "W1", "b1", "W2", "b2", "logits_bar"),
    "loss": ("0", "logits", "labels", "classes", "n", "l_bar"),
}


def programs() -> dict[str, np.ndarray]:
    """Return the steps as numbers, as classifier.py reads them."""
    return as_numbers(_STEPS, _GIVEN)


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
    """Train by plain stochastic gradient descent on mini-batches; return new weights."""
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


def _write(weights: dict[str, np.ndarray]) -> None:
    np.savez_compressed(FOLDER / "classifier.npz", **weights, **programs())  # type: ignore[arg-type]


def main() -> None:
    """Train, report, and write classifier.npz, weights as float32."""
    if sys.argv[1:] == ["--steps-only"]:
        with np.load(FOLDER / "classifier.npz") as file:
            _write({name: file[name] for name in ("W1", "b1", "W2", "b2")})
        return
    X, labels, X_test, labels_test = digits()
    network, w, loss = handed_out().untrained(seed=5)
    w = train((network, w, loss), X, labels, lr=0.1, epochs=12, seed=5)
    for name, images, answers in (("training", X, labels), ("held out", X_test, labels_test)):
        print(f"{name}: {accuracy((network, w, loss), images, answers):.1%} right")
    (W1, b1), _, (W2, b2) = w
    _write({name: a.astype(np.float32) for name, a in {"W1": W1, "b1": b1, "W2": W2, "b2": b2}.items()})


if __name__ == "__main__":
    main()
