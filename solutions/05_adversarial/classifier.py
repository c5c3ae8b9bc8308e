"""The trained digit classifier that notebook 05 attacks: 784 - 64 - 10, ReLU between.

>>> network, w, loss = load()
>>> loss.forward(network.forward(X, w), labels)

It is called like the network and the loss of notebook 04. How its ways forward and back are wired is not written here,
since that is what you write in notebook 04: they are read from classifier.npz, as lists of four numbers for each step.
"""

from pathlib import Path

import numpy as np

_FILE = Path(__file__).with_name("classifier.npz")
_OPERATIONS = (
    lambda a, b: a @ b,
    lambda a, b: a.T,
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: np.maximum(a, b),
    lambda a, b: a > b,
    lambda a, b: a == b,
    lambda a, b: np.exp(a),
    lambda a, b: np.log(a),
    lambda a, b: a.sum(axis=0),
    lambda a, b: a.sum(axis=1, keepdims=True),
    lambda a, b: a.max(axis=1, keepdims=True),
)


def _run(name, values):
    """Take the steps of that name: each makes the value number `to` from those numbered a and b. Returns the results."""
    steps, results = _PROGRAMS[name]
    for operation, to, a, b in steps:
        values[to] = _OPERATIONS[operation](values[a], values[b])
    return [values[number] for number in results]


class Classifier:
    """Two linear layers with a ReLU between them. `w` is [(W1, b1), (), (W2, b2)], one tuple a layer."""

    _cache = None

    def forward(self, x, w):
        """Images x (n, 784) -> logits (n, 10). Caches what the way back will read."""
        self._cache = {0: 0.0, 1: np.array(x, dtype=float)}
        return _run("network forward", self._weights(w))[0]

    def backward(self, h_bar, w):
        """The bar of the logits (n, 10) -> (w_bar built like w, x_bar (n, 784)), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call network.forward(x, w) first")
        values = dict(self._weights(w)) | {6: np.asarray(h_bar, dtype=float)}
        W1_bar, b1_bar, W2_bar, b2_bar, x_bar = _run("network backward", values)
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
        return float(_run("loss forward", self._cache)[0])

    def backward(self, l_bar=1.0):
        """The bar of the mean loss -> the bar of the logits (n, 10), for the last forward pass."""
        if self._cache is None:
            raise RuntimeError("backward reads what forward cached: call loss.forward(logits, labels) first")
        return _run("loss backward", dict(self._cache) | {5: l_bar})[0]


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


def _programs():
    """Read the steps: name -> (rows of four numbers, the numbers of the results)."""
    with np.load(_FILE) as file:
        parts = {name: file[name].tolist() for name in file.files if " " in name}
    return {name: (parts[name], parts[f"{name} results"]) for name in parts if f"{name} results" in parts}


_PROGRAMS = _programs()
