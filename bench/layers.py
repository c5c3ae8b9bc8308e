"""How fast the hand-written layers train, beside PyTorch on the CPU: `python -m bench.layers`.

The same 784-64-10 network, digits, batches and float64 on both sides, one thread each, in one run and
taking turns. Prints the ratio of their speeds; the exit status is 1 when it is below the target.
"""

# ruff: noqa: E402  (the number of threads must be set before NumPy is loaded)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from autograder.reference.n04_layers import Linear, Network, ReLU, train_digits
from barprop.data import digits

TARGET = 0.5
RATE, BATCH = 0.2, 32


def start(seed: int = 0) -> list[tuple]:
    """Draw the weights both begin with."""
    rng = np.random.default_rng(seed)
    first = (rng.normal(0, 1 / 28, (64, 784)), np.zeros(64))
    return [first, (), (rng.normal(0, 1 / 8, (10, 64)), np.zeros(10))]


def by_hand(X: np.ndarray, labels: np.ndarray, epochs: int) -> list[float]:
    """Train with the layers of notebook 04; the losses."""
    network = Network([Linear(), ReLU(), Linear()])
    return train_digits(network, start(), X, labels, RATE, epochs, seed=1, batch=BATCH)[1]


def by_torch(X: np.ndarray, labels: np.ndarray, epochs: int) -> list[float]:
    """Train the same network with PyTorch's modules, loss and optimiser; the losses."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)).to(torch.float64)
    with torch.no_grad():
        for leaf, value in zip(network.parameters(), (u for layer in start() for u in layer), strict=True):
            leaf.copy_(torch.from_numpy(value))
    X_all, labels_all = torch.from_numpy(X), torch.from_numpy(labels)
    loss_of, optimiser = nn.CrossEntropyLoss(), torch.optim.SGD(network.parameters(), lr=RATE)
    rng, losses = np.random.default_rng(1), []
    for _ in range(epochs):
        order = torch.from_numpy(rng.permutation(len(X)))
        for rows in order.split(BATCH):
            loss = loss_of(network(X_all[rows]), labels_all[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return losses


def seconds(train: Callable[..., list[float]], *args: object) -> float:
    """CPU time of one training run: another program on the machine does not count."""
    begun = time.process_time()
    train(*args)
    return time.process_time() - begun


def main() -> int:
    """Measure, print, and return 0 when the target is reached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=2, help="of one run")
    parser.add_argument("--runs", type=int, default=5, help="of each side, taking turns")
    args = parser.parse_args()
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed here, so there is nothing to compare with: pip install -e '.[torch]'")
        return 2
    X, labels = digits()[:2]
    mine, theirs = by_hand(X, labels, 1), by_torch(X, labels, 1)  # warms both up
    apart = float(np.max(np.abs(np.subtract(mine, theirs))))
    sides = [[seconds(train, X, labels, args.epochs) for train in (by_hand, by_torch)] for _ in range(args.runs)]
    steps = args.epochs * -(-len(X) // BATCH)
    hand, other = (steps / np.median(side) for side in zip(*sides, strict=True))
    print(
        f"784-64-10, batches of {BATCH}, float64, one thread each: {args.runs} runs of {steps} steps, median CPU time"
    )
    print(f"  layers by hand (NumPy {np.__version__}): {hand:8,.0f} steps/s")
    print(f"  PyTorch {torch.__version__}: {other:8,.0f} steps/s; its losses are the same to {apart:.0e}")
    print(f"  ratio: {hand / other:.2f} (target: at least {TARGET})")
    return 0 if hand / other >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
