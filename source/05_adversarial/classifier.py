"""The trained digit classifier that notebook 05 attacks: 784 - 64 - 10, ReLU between.

>>> network, w, loss = load()
>>> loss.forward(network.forward(X, w), labels)

It is called like the network and the loss of notebook 04. How forward and backward are computed is not written here,
since that is what you write in notebook 04: classifier.npz holds the trained weights, and the steps as numbers.
"""

from pathlib import Path

import numpy as np

from barprop.numbered_steps import NumberedSteps

_FILE = Path(__file__).with_name("classifier.npz")
_STEPS = NumberedSteps(_FILE)


class Classifier:
    """Two linear layers with a ReLU between them. `w` is [(W1, b1), (), (W2, b2)], one tuple per layer."""

    _cache = None

    def forward(self, x, w):
        """Images x (n, 784) -> logits (n, 10). Caches what `backward` will read."""
        self._cache = {0: 0.0, 1: np.array(x, dtype=float)}
        return _STEPS.run("network forward", self._weights(w))[0]

    def backward(self, h_bar, w):
        """The bar of the logits (n, 10) -> (w_bar built like w, x_bar (n, 784)), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call network.forward(x, w) first")
        values = dict(self._weights(w)) | {6: np.asarray(h_bar, dtype=float)}
        W1_bar, b1_bar, W2_bar, b2_bar, x_bar = _STEPS.run("network backward", values)
        return [(W1_bar, b1_bar), (), (W2_bar, b2_bar)], x_bar

    def _weights(self, w):
        (W1, b1), _, (W2, b2) = w
        self._cache.update(zip((2, 3, 4, 5), (W1, b1, W2, b2)))
        return self._cache


class CrossEntropy:
    """Soft-max and cross entropy: the mean over the images."""

    _cache = None

    def forward(self, logits, labels):
        """Logits (n, 10) and labels (n,) -> the mean loss, a float."""
        logits, labels = np.asarray(logits, dtype=float), np.asarray(labels, dtype=int)
        self._cache = {0: 0.0, 1: logits, 2: labels[:, None], 3: np.arange(logits.shape[1]), 4: float(len(labels))}
        return float(_STEPS.run("loss forward", self._cache)[0])

    def backward(self, l_bar=1.0):
        """The bar of the mean loss -> the bar of the logits (n, 10), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call loss.forward(logits, labels) first")
        return _STEPS.run("loss backward", dict(self._cache) | {5: l_bar})[0]


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
