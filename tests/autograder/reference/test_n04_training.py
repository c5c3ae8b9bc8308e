"""Training the network of notebook 04: what it reaches, and that its seed fixes it."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from autograder.reference import n04_layers as ref
from barprop.data import digits
from barprop.exercises.n04_layers.prototypes import Prototypes
from tests.autograder.reference.agreement import agree


def new_weights(seed: int) -> list[tuple]:
    rng = np.random.default_rng(seed)
    first = (rng.normal(0, 1 / 28, (64, 784)), np.zeros(64))
    return [first, (), (rng.normal(0, 1 / 8, (10, 64)), np.zeros(10))]


@pytest.mark.parametrize("nonlinear", [ref.ReLU, pytest.param(ref.Tanh, marks=pytest.mark.exhaustive)])
def test_nine_of_ten_held_out_digits_are_named(nonlinear: type) -> None:
    X, labels, X_test, labels_test = digits()
    network, w = ref.Network([ref.Linear(), nonlinear(), ref.Linear()]), new_weights(0)
    before = [u.copy() for layer in w for u in layer]
    trained, losses = ref.train_digits(network, w, X, labels, 0.3, 8, seed=1)
    assert np.mean(np.argmax(network.forward(X_test, trained), axis=1) == labels_test) >= 0.9
    assert len(losses) == 8 * 125
    assert np.mean(losses[-125:]) < np.mean(losses[:125]) / 4
    assert all(np.array_equal(u, then) for u, then in zip((u for layer in w for u in layer), before, strict=True))


def test_training_goes_where_pytorch_goes(torch: ModuleType) -> None:
    """The same batches, the same losses to 1e-9, the same weights."""
    X, labels = (u[:200] for u in digits()[:2])
    network, w = ref.Network([ref.Linear(), ref.ReLU(), ref.Linear()]), new_weights(3)
    trained, losses = ref.train_digits(network, w, X, labels, 0.1, 3, seed=5)
    leaves = [torch.tensor(u, requires_grad=True) for layer in w for u in layer]
    optimiser, rng, theirs = torch.optim.SGD(leaves, lr=0.1), np.random.default_rng(5), []
    for _ in range(3):
        order = rng.permutation(200)
        for start in range(0, 200, 32):
            rows = order[start : start + 32]
            hidden = torch.relu(torch.tensor(X[rows]) @ leaves[0].T + leaves[1])
            loss = torch.nn.functional.cross_entropy(hidden @ leaves[2].T + leaves[3], torch.tensor(labels[rows]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            theirs.append(loss.item())
    agree(losses, theirs, 1e-9)
    for mine, leaf in zip((u for layer in trained for u in layer), leaves, strict=True):
        agree(mine, leaf.detach().numpy(), 1e-9)


def test_the_seed_fixes_the_batches() -> None:
    X, labels = (u[:100] for u in digits()[:2])
    network, w = ref.Network([ref.Linear()]), [(np.zeros((10, 784)), np.zeros(10))]
    runs = [ref.train_digits(network, w, X, labels, 0.1, 2, seed)[1] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert len(runs[0]) == 2 * 4


def test_the_network_that_training_is_tried_on_keeps_nothing_of_another_size() -> None:
    """It lives with the grader, and a student's code says what it is to remember."""
    w = [(np.zeros((3, 2)), np.zeros(3)), (), (np.zeros(1),)]
    network = Prototypes(like=w)
    huge = [(np.zeros((7000, 2)), np.zeros((7000, 1, 1))), (), (np.zeros(1),)]
    for x, weights in (
        (np.ones((1, 3_900_000), np.int8), w),
        (np.ones((1, 2)), huge),
        (np.ones((2000, 2)), w),
        (np.ones(2), w),
    ):
        with pytest.raises(ValueError, match="shape"):
            network.forward(x, weights)
    assert network._last is None
    network.forward(np.ones((1, 2)), w)
    for _ in range(1000):
        network.backward(np.zeros((1, 3)), w)
    with pytest.raises(ValueError, match="more than 1,000 times"):
        network.backward(np.zeros((1, 3)), w)
