"""What notebook 07 uses of 04 and 05, in case you do not have your own: layers, a loss, and two functions.

They do what yours do, and keep float32 where it comes: a large network is twice as fast in it.
"""

import contextlib
import io
import json
import time
from pathlib import Path

import numpy as np

from barprop.check import passes


class Linear:
    """h = h_prev W^T + b, one example a row. w = (W, b), of shapes (m, d) and (m,)."""

    def forward(self, h_prev, w):
        W, b = w
        self.h_prev = h_prev
        return h_prev @ W.T + b

    def backward(self, h_bar, w):
        W, b = w
        return (h_bar.T @ self.h_prev, h_bar.sum(axis=0)), h_bar @ W


class Network:
    """A chain of layers. w is a list with an entry for each layer."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x, w):
        h = np.array(x)
        for layer, weights in zip(self.layers, w):
            h = layer.forward(h, weights)
        return h

    def backward(self, h_bar, w):
        bar, w_bar = np.array(h_bar), []
        for layer, weights in zip(self.layers[::-1], w[::-1]):
            weights_bar, bar = layer.backward(bar, weights)
            w_bar.append(weights_bar)
        return w_bar[::-1], bar


class SoftmaxCrossEntropy:
    """Minus the logarithm of the label's soft-max probability, on average over the rows."""

    def forward(self, logits, labels):
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        self.p, self.at = np.exp(log_p), (np.arange(len(labels)), labels)
        return -np.mean(log_p[self.at])

    def backward(self, l_bar=1.0):
        logits_bar = self.p.copy()
        logits_bar[self.at] -= 1
        return l_bar * logits_bar / len(logits_bar)


def input_bar(net, X, labels):
    """The bar of each image under its own loss, (n, d)."""
    network, w, loss = net
    loss.forward(network.forward(X, w), labels)
    w_bar, x_bar = network.backward(loss.backward(), w)
    return len(X) * x_bar


def targeted(net, X, targets, eps, alpha, steps):
    """Images in which the network sees `targets`, no pixel farther than eps from X."""
    X_adv = np.array(X, dtype=float)
    for _ in range(steps):
        X_adv = X_adv - alpha * np.sign(input_bar(net, X_adv, targets))
        X_adv = np.clip(np.clip(X_adv, X - eps, X + eps), 0, 1)
    return X_adv


# --- your own answers instead ---------------------------------------------------------------------

_HERE = Path(__file__).parent
_PLACES = {"04_layers/layers.ipynb": ("Linear", "Network"), "05_adversarial/adversarial.ipynb": ("targeted",)}


def yours():
    """Linear, Network and targeted as you wrote them in notebooks 04 and 05; ours where yours do not pass.

    Looks for the notebooks in the folders beside this one, runs their answer cells, and prints whose are used.
    """
    found, sentences = {"Linear": Linear, "Network": Network, "targeted": targeted}, []
    for place, names in _PLACES.items():
        answers = _answers(_HERE.parent / place)
        for name in names:
            if _good(name, answers):
                found[name] = answers[name]
            sentences.append(f"{name}: {'yours' if found[name] is not globals()[name] else 'ours'}")
    print(", ".join(sentences) + ".")
    return found["Linear"], found["Network"], found["targeted"]


def _answers(path):
    """What the answer cells of a notebook define; nothing where there is no such notebook."""
    names = {"np": np, "__name__": "__main__"}
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return names
    for source in sources:
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(source, names)
    return names


def _good(name, answers):
    """Whether an answer passes its check, and Linear also whether it is quick enough for a large network."""
    if name not in answers or not passes(name, answers):
        return False
    if name == "Linear":
        begun = time.perf_counter()
        answers["Linear"]().forward(np.ones((1000, 32)), (np.ones((64, 32)), np.ones(64)))
        return time.perf_counter() - begun < 0.25  # a loop over rows and outputs takes minutes for one photo
    return True
