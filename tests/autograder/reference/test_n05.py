"""The references of notebook 05 against HIPS autograd, PyTorch, finite differences and what they must do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import autograder.course.train_classifier as train_classifier
from autograder.reference import n05_adversarial as ref
from barprop.data import digits
from barprop.fixtures.networks import loss_slopes, small_net
from barprop.numerics.vjp import pull_back
from tests.autograder.reference.agreement import agree
from tests.depth import often, thorough

pytestmark = thorough
CASES = often(100, 1000)
CLASSIFIER = train_classifier.handed_out()


def nets(seed: int, cases: int = CASES) -> Iterator[tuple[np.random.Generator, tuple, np.ndarray, np.ndarray]]:
    """(generator, net, X, labels): the classifier's own code with small random weights."""
    for number in range(cases):
        rng = np.random.default_rng([5, seed, number])
        n, d, m, k = rng.integers((1, 1, 4, 2), (6, 6, 9, 7))
        w = [(rng.normal(0, 2, (m, d)), rng.normal(0, 1, m)), (), (rng.normal(0, 1, (k, m)), rng.normal(0, 1, k))]
        X = np.clip(rng.uniform(-0.3, 1.3, (n, d)), 0, 1)
        yield rng, (CLASSIFIER.Classifier(), w, CLASSIFIER.CrossEntropy()), X, rng.integers(0, k, n)


Bars = Callable[[tuple, np.ndarray, np.ndarray], np.ndarray]


def by_autograd(net: tuple, X: np.ndarray, labels: np.ndarray) -> np.ndarray:
    (W1, b1), _, (W2, b2) = net[1]

    def loss(x: Any) -> Any:  # summed, so that each row's gradient is that of its own loss
        logits = anp.dot(anp.maximum(anp.dot(x, W1.T) + b1, 0), W2.T) + b2
        top = anp.max(logits, axis=1, keepdims=True)
        logs = logits - top - anp.log(anp.sum(anp.exp(logits - top), axis=1, keepdims=True))
        return -anp.sum(logs[anp.arange(len(labels)), labels])

    return autograd.grad(loss)(X)


def by_torch(torch: Any) -> Bars:
    torch.set_num_threads(1)  # tiny tensors: more threads only wait for each other

    def bars(net: tuple, X: np.ndarray, labels: np.ndarray) -> np.ndarray:
        (W1, b1), _, (W2, b2) = [[torch.tensor(p) for p in layer] for layer in net[1]]
        x = torch.tensor(X, requires_grad=True)
        logits = torch.relu(x @ W1.T + b1) @ W2.T + b2
        torch.nn.functional.cross_entropy(logits, torch.tensor(labels), reduction="sum").backward()
        return x.grad.numpy()

    return bars


@pytest.fixture(params=["HIPS autograd", "PyTorch"])
def bars(request: pytest.FixtureRequest) -> Bars:
    """(net, X, labels) -> each image's bar under its own loss, by a library nobody here wrote."""
    return by_autograd if request.param == "HIPS autograd" else by_torch(request.getfixturevalue("torch"))


def test_input_bar_and_sensitivity(bars: Bars) -> None:
    for _, net, X, labels in nets(1):
        right = bars(net, X, labels)
        agree(ref.input_bar(net, X, labels), right)
        agree(ref.sensitivity(net, X, labels), [np.hypot.reduce(row) for row in right])


def test_gradient_ascent(bars: Bars) -> None:
    for rng, net, X, labels in nets(2, 200):
        alpha, steps, x = float(rng.uniform(0.01, 0.1)), int(rng.integers(0, 4)), X
        for _ in range(steps):
            x = x + alpha * bars(net, x, labels)
        agree(ref.gradient_ascent(net, X, labels, alpha, steps), x)


def test_fgsm(bars: Bars) -> None:
    for rng, net, X, labels in nets(3):
        eps, slopes = float(rng.uniform(0, 0.5)), bars(net, X, labels)
        moved = X + np.where(slopes > 0, eps, np.where(slopes < 0, -eps, 0))
        agree(ref.fgsm(net, X, labels, eps), np.minimum(np.maximum(moved, 0), 1))


@pytest.mark.parametrize("attack", ["pgd", "targeted"])
def test_attacks_in_steps(bars: Bars, attack: str) -> None:
    uphill = 1 if attack == "pgd" else -1
    for rng, net, X, labels in nets(4, 200):
        eps, alpha, steps = float(rng.uniform(0, 0.4)), float(rng.uniform(0.02, 0.3)), int(rng.integers(0, 6))
        low, high, x = np.maximum(X - eps, 0), np.minimum(X + eps, 1), X
        for _ in range(steps):
            x = np.minimum(np.maximum(x + uphill * alpha * np.sign(bars(net, x, labels)), low), high)
        agree(getattr(ref, attack)(net, X, labels, eps, alpha, steps), x)


def test_input_bar_against_finite_differences() -> None:
    for number in range(100):
        rng = np.random.default_rng([5, 9, number])
        net, X, labels = small_net(rng, 4, 3), rng.uniform(size=(3, 4)), rng.integers(0, 3, 3)
        network, w, loss = net
        nudged = [
            pull_back(lambda x, i=i: loss.forward(network.forward(x[None], w), labels[i : i + 1]), X[i], 1.0, 1e-4)
            for i in range(3)
        ]
        agree(ref.input_bar(net, X, labels), nudged, 1e-8)
        agree(loss_slopes(net, X, labels), nudged, 1e-8)


def test_small_net_hands_back_every_bar() -> None:
    network, w, loss = small_net(np.random.default_rng(7), 4, 3, blind=(2,))
    X, labels = np.random.default_rng(8).uniform(size=(3, 4)), np.array([0, 2, 1])
    loss.forward(network.forward(X, w), labels)
    w_bar, x_bar = network.backward(loss.backward(), w)
    assert np.all(x_bar[:, 2] == 0)
    for layer in range(3):
        for place, array in enumerate(w[layer]):

            def value(p: np.ndarray, layer: int = layer, place: int = place) -> float:
                other = [list(arrays) for arrays in w]
                other[layer][place] = p
                return loss.forward(network.forward(X, other), labels)

            agree(w_bar[layer][place], pull_back(value, array, 1.0, 1e-4), 1e-7)


# --- what attacks must do ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def held_out() -> tuple[tuple, np.ndarray, np.ndarray]:
    _, _, X, labels = digits()
    return CLASSIFIER.load(), X, labels


def test_the_classifier_is_good_and_small() -> None:
    _, _, X, labels = digits()
    assert train_classifier.accuracy(CLASSIFIER.load(), X, labels) >= 0.9
    assert (train_classifier.FOLDER / "classifier.npz").stat().st_size < 400_000


def test_the_classifier_holds_the_steps_as_numbers_and_no_answer_of_notebook_04_as_text() -> None:
    with np.load(train_classifier.FOLDER / "classifier.npz") as file:
        for name, rows in train_classifier.programs().items():
            assert np.array_equal(file[name], rows)
            assert file[name].dtype == np.uint8
    text = (train_classifier.FOLDER / "classifier.py").read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert {"forward", "backward"} <= {function.name for function in functions}
    for function in functions:
        if function.name != "untrained":  # which draws weights
            written = [node for node in ast.walk(function) if isinstance(node, (ast.BinOp, ast.AugAssign))]
            assert all(isinstance(node.op, ast.BitOr) for node in written), function.name  # dictionaries are joined


def test_the_classifier_can_be_trained_again() -> None:
    X, labels, X_test, labels_test = digits()
    network, w, loss = CLASSIFIER.untrained(seed=5)
    before = [[p.copy() for p in layer] for layer in w]
    trained = train_classifier.train((network, w, loss), X, labels, lr=0.1, epochs=1, seed=5)
    assert train_classifier.accuracy((network, trained, loss), X_test, labels_test) > 0.8
    assert all(np.array_equal(p, q) for a, b in zip(w, before, strict=True) for p, q in zip(a, b, strict=True))


def test_the_sign_of_the_bar_beats_random_signs(held_out: tuple) -> None:
    net, X, labels = held_out
    coins = np.random.default_rng(0).choice([-1.0, 1.0], X.shape)
    eps_list = [0.0, 0.05, 0.1, 0.2]
    ours = ref.accuracy_curve(net, X, labels, eps_list, ref.fgsm)
    random = ref.accuracy_curve(net, X, labels, eps_list, lambda net, X, labels, eps: np.clip(X + eps * coins, 0, 1))
    assert ours[0] == random[0] >= 0.9
    assert np.all(np.diff(ours) < 0)
    assert ours[2] < 0.25
    assert random[2] > 0.85


def test_attacks_stay_where_they_must(held_out: tuple) -> None:
    net, X, labels = held_out
    X, labels = X[:100], labels[:100]
    for made in (ref.pgd(net, X, labels, 0.1, 0.03, 8), ref.targeted(net, X, (labels + 1) % 10, 0.1, 0.03, 8)):
        assert np.abs(made - X).max() <= 0.1 + 1e-12
        assert made.min() >= 0
        assert made.max() <= 1
    seen = net[0].forward(made, net[1]).argmax(axis=1)
    assert np.mean(seen == (labels + 1) % 10) > 0.2  # without an attack: 0.01


# --- inputs at the edge -----------------------------------------------------------------------

ATTACKS: dict[str, Callable[..., np.ndarray]] = {
    "gradient_ascent": lambda net, X, labels: ref.gradient_ascent(net, X, labels, 0.1, 2),
    "fgsm": lambda net, X, labels: ref.fgsm(net, X, labels, 0.1),
    "pgd": lambda net, X, labels: ref.pgd(net, X, labels, 0.1, 0.05, 2),
    "targeted": lambda net, X, labels: ref.targeted(net, X, labels, 0.1, 0.05, 2),
    "input_bar": ref.input_bar,
    "sensitivity": ref.sensitivity,
}


class NoLayer:
    """A network without a layer: its logits are the image."""

    def forward(self, x: np.ndarray, w: list) -> np.ndarray:
        return np.array(x)

    def backward(self, h_bar: np.ndarray, w: list) -> tuple[list, np.ndarray]:
        return [], np.array(h_bar)


@pytest.fixture
def net() -> tuple:
    return small_net(np.random.default_rng(3), 6, 3)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_empty_batch_stays_empty(net: tuple, attack: Callable) -> None:
    assert len(attack(net, np.zeros((0, 6)), np.zeros(0, dtype=int))) == 0


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize(
    ("labels", "sentence"),
    [([0, 3], "knows 0 to 2"), ([-1, 0], "knows 0 to 2"), ([0], "one class for each"), ([0.5, 1], "whole numbers")],
)
def test_bad_labels_get_a_sentence(net: tuple, attack: Callable, labels: list, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        attack(net, np.full((2, 6), 0.5), np.array(labels))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whole_numbers_fortran_read_only(net: tuple, attack: Callable) -> None:
    X, labels = np.asfortranarray(np.eye(6, dtype=int)[:4]), np.array([0, 1, 2, 0], dtype=np.uint8)
    X.flags.writeable = labels.flags.writeable = False
    made = attack(net, X, labels)
    assert made.dtype == np.float64
    assert not np.may_share_memory(made, X)
    assert np.array_equal(made, attack(net, np.eye(6)[:4], labels.astype(int)))


@pytest.mark.parametrize("attack", ["fgsm", "pgd", "targeted"])
@pytest.mark.parametrize("eps", [-0.1, float("nan")])
def test_a_negative_eps_gets_a_sentence(net: tuple, attack: str, eps: float) -> None:
    rest = () if attack == "fgsm" else (0.1, 2)
    with pytest.raises(ValueError, match="cannot be negative"):
        getattr(ref, attack)(net, np.full((2, 6), 0.5), np.array([0, 1]), eps, *rest)


def test_no_steps_and_no_eps_give_a_copy(net: tuple) -> None:
    X, labels = np.random.default_rng(1).uniform(size=(3, 6)), np.array([0, 1, 2])
    for made in (
        ref.gradient_ascent(net, X, labels, 0.1, 0),
        ref.pgd(net, X, labels, 0.1, 0.1, 0),
        ref.targeted(net, X, labels, 0.1, 0.1, 0),
        ref.fgsm(net, X, labels, 0),
        ref.pgd(net, X, labels, 0, 0.1, 3),
    ):
        assert np.array_equal(made, X)
        assert not np.may_share_memory(made, X)


def test_a_network_without_a_layer() -> None:
    X, labels = np.random.default_rng(1).uniform(0.2, 0.8, (4, 3)), np.array([0, 1, 2, 2])
    shares = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
    agree(ref.input_bar((NoLayer(), [], CLASSIFIER.CrossEntropy()), X, labels), shares - np.eye(3)[labels])


def test_curve_without_eps_and_without_images(net: tuple) -> None:
    assert ref.accuracy_curve(net, np.full((2, 6), 0.5), np.array([0, 1]), [], ref.fgsm).shape == (0,)
    with pytest.raises(ValueError, match="at least one"):
        ref.accuracy_curve(net, np.zeros((0, 6)), np.zeros(0, dtype=int), [0.1], ref.fgsm)


def test_images_that_are_not_rows(net: tuple) -> None:
    with pytest.raises(ValueError, match="one flattened image a row"):
        ref.input_bar(net, np.zeros(6), np.array([0]))


@pytest.mark.parametrize("part", ["network", "loss"])
@pytest.mark.parametrize("kind", ["handed out", "of the checks"])
def test_backward_before_forward_gets_a_sentence(net: tuple, part: str, kind: str) -> None:
    network, w, loss = CLASSIFIER.untrained(seed=0) if kind == "handed out" else net
    with pytest.raises((RuntimeError, ValueError), match="what forward cached"):
        loss.backward() if part == "loss" else network.backward(np.ones((1, len(w[2][0]))), w)
