"""The trained digit classifier that notebook 05 attacks: 784 - 64 - 10, ReLU between.

>>> network, w, loss = load()
>>> loss.forward(network.forward(X, w), labels)

It is built like the network of notebook 04, and small enough to read in one go.
"""

from pathlib import Path

import numpy as np

_FILE = Path(__file__).with_name("classifier.npz")


class Classifier:
    """Two linear layers with a ReLU between them. `w` is [(W1, b1), (), (W2, b2)], one tuple a layer."""

    _cache = None

    def forward(self, x, w):
        """Images x (n, 784) -> logits (n, 10). Caches what the way back will read."""
        (W1, b1), _, (W2, b2) = w
        x = np.array(x, dtype=float)
        z = x @ W1.T + b1  # (n, 64)
        h = np.maximum(z, 0)
        self._cache = x, z, h
        return h @ W2.T + b2

    def backward(self, h_bar, w):
        """The bar of the logits (n, 10) -> (w_bar built like w, x_bar (n, 784)), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call network.forward(x, w) first")
        (W1, _), _, (W2, _) = w
        x, z, h = self._cache
        z_bar = (h_bar @ W2) * (z > 0)
        w_bar = [(z_bar.T @ x, z_bar.sum(0)), (), (h_bar.T @ h, h_bar.sum(0))]
        return w_bar, z_bar @ W1


class CrossEntropy:
    """Soft-max and cross entropy: the mean over the images."""

    _cache = None

    def forward(self, logits, labels):
        """Logits (n, 10) and labels (n,) -> the mean loss, a float."""
        logits, labels = np.asarray(logits, dtype=float), np.asarray(labels, dtype=int)
        shifted = logits - logits.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._cache = logs, labels
        return float(-logs[np.arange(len(labels)), labels].mean())

    def backward(self, l_bar=1.0):
        """The bar of the mean loss -> the bar of the logits (n, 10), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call loss.forward(logits, labels) first")
        logs, labels = self._cache
        logits_bar = np.exp(logs)
        logits_bar[np.arange(len(labels)), labels] -= 1
        return logits_bar * (l_bar / len(labels))


def load():
    """The classifier as (network, w, loss): 784 - 64 - 10, trained on 4,000 digits."""
    with np.load(_FILE) as file:
        W1, b1, W2, b2 = (file[name].astype(float) for name in ("W1", "b1", "W2", "b2"))
    return Classifier(), [(W1, b1), (), (W2, b2)], CrossEntropy()


def untrained(seed, hidden=64):
    """A fresh one to train: (network, w, loss) with random weights, drawn from `seed`."""
    rng = np.random.default_rng(seed)
    W1 = rng.normal(0, np.sqrt(2 / 784), (hidden, 784))
    W2 = rng.normal(0, np.sqrt(2 / hidden), (10, hidden))
    return Classifier(), [(W1, np.zeros(hidden)), (), (W2, np.zeros(10))], CrossEntropy()
