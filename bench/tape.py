"""How much faster the array-valued tape trains than an engine with one node a number: `python -m bench.tape`.

Both take steps of descent on the same batch of digits with the same 784-64-10 network and the same
loss, half the squared distance to one-hot labels (micrograd has neither exp nor log), in one process
with one thread, measured in CPU time. Needs micrograd: pip install -e '.[bench]'.
"""

# ruff: noqa: E402  (the number of threads must be set before NumPy is loaded)
from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from autograder.reference.n06_autograd import Value
from barprop.data import digits

SIZES = (784, 64, 10)
RATE = 0.1
TARGET = 100.0
Weights = list[np.ndarray]


def start() -> Weights:
    """W1 (784, 64), b1, W2 (64, 10), b2."""
    rng, weights = np.random.default_rng(0), []
    for before, after in pairwise(SIZES):
        weights += [rng.normal(size=(before, after)) * np.sqrt(2 / before), np.zeros(after)]
    return weights


def tape_step(weights: Weights, X: np.ndarray, Y: np.ndarray) -> tuple[Weights, float]:
    """One step of descent with the array-valued tape: new weights and the loss before it."""
    W1, b1, W2, b2 = values = [Value(w) for w in weights]
    miss = (X @ W1 + b1).relu() @ W2 + b2 - Y
    loss = (miss**2).sum() / (2 * len(X))
    loss.backward()
    return [value.data - RATE * value.bar for value in values], float(loss.data)


def scalar_step(weights: Weights, X: np.ndarray, Y: np.ndarray) -> tuple[Weights, float]:
    """Take the same step with one node for each number."""
    from micrograd.engine import Value as Number

    numbers = [np.vectorize(Number, otypes=[object])(w) for w in weights]
    W1, b1, W2, b2 = (array.tolist() for array in numbers)
    total = 0.0
    for x, y in zip(X.tolist(), Y.tolist(), strict=True):
        h = [neuron(x, [row[j] for row in W1], b1[j]).relu() for j in range(len(b1))]
        e = [neuron(h, [row[j] for row in W2], b2[j]) for j in range(len(b2))]
        for out, wanted in zip(e, y, strict=True):
            total = (out - wanted) ** 2 + total
    loss = total * (1 / (2 * len(X)))
    loss.backward()
    bars = [np.vectorize(lambda number: number.grad, otypes=[float])(array) for array in numbers]
    return [w - RATE * bar for w, bar in zip(weights, bars, strict=True)], loss.data


def neuron(inputs: list, weights: list, b: object) -> object:
    """b + weights . inputs, a node for every product and every sum."""
    total = b
    for x, w in zip(inputs, weights, strict=True):
        total = total + w * x
    return total


def train(step: Callable, X: np.ndarray, Y: np.ndarray, steps: int) -> tuple[float, list[float]]:
    """Seconds of CPU a step, and the losses."""
    weights, losses = start(), []
    before = time.process_time()
    for _ in range(steps):
        weights, loss = step(weights, X, Y)
        losses.append(loss)
    return (time.process_time() - before) / steps, losses


def main() -> int:
    """Print both times and their ratio; the exit status says whether the target is reached."""
    parser = argparse.ArgumentParser(prog="python -m bench.tape", description=__doc__.split("\n")[0])
    parser.add_argument("--batch", type=int, default=4, help="digits in the batch, the same for both (default 4)")
    parser.add_argument("--steps", type=int, default=2, help="of the scalar engine; the tape takes 100 times as many")
    options = parser.parse_args()
    try:
        import micrograd  # noqa: F401
    except ImportError:
        print("micrograd is not installed: pip install -e '.[bench]'", file=sys.stderr)
        return 2
    sys.setrecursionlimit(100_000)  # micrograd walks its graph by calling itself
    X, labels, _, _ = digits()
    X, Y = X[: options.batch], np.eye(10)[labels[: options.batch]]
    scalar, expected = train(scalar_step, X, Y, options.steps)
    tape, losses = train(tape_step, X, Y, 100 * options.steps)
    apart = float(np.max(np.abs(np.subtract(losses[: options.steps], expected))))
    print(f"784-64-10, the same batch of {options.batch} digits, float64, one thread")
    print(f"one node a number (micrograd)  {1e3 * scalar:12.2f} ms a step, {options.steps} steps")
    print(f"one node an array (barprop)    {1e3 * tape:12.2f} ms a step, {100 * options.steps} steps")
    print(f"largest difference of their losses {apart:.1e}")
    print(f"ratio {scalar / tape:.0f} (target: at least {TARGET:.0f})")
    return 0 if scalar / tape >= TARGET and apart < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
