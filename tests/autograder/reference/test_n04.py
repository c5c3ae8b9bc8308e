"""The references of notebook 04 against HIPS autograd, PyTorch, finite differences and what they must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.reference import n04_layers as ref
from barprop.exercises.n04_layers.prototypes import Prototypes, logits_of
from barprop.exercises.sampling import draw, read_only
from barprop.fixtures.layers import Nudged
from barprop.numerics.layer_steps import affine
from barprop.numerics.vjp import pull_back
from tests.autograder.reference.agreement import agree
from tests.depth import often, thorough

pytestmark = thorough
CASES = often(100, 1000)


def cases(seed: int, many: int = CASES) -> Iterator[np.random.Generator]:
    """A generator for each case, so that a failing one can be had alone."""
    for number in range(many):
        yield np.random.default_rng([4, seed, number])


def size(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 7))


class HIPS:
    """HIPS autograd, as the tests want it."""

    maximum, tanh = staticmethod(lambda z: anp.maximum(z, 0.0)), staticmethod(anp.tanh)

    @staticmethod
    def constant(value: Any) -> Any:
        return np.array(value)

    @staticmethod
    def log_softmax(z: Any) -> Any:
        top = anp.max(z, axis=1, keepdims=True)
        return z - top - anp.log(anp.sum(anp.exp(z - top), axis=1, keepdims=True))

    @staticmethod
    def gradients(f: Callable, *at: Any) -> list[np.ndarray]:
        return list(autograd.grad(f, argnum=tuple(range(len(at))))(*(np.array(u, dtype=float) for u in at)))


class Torch:
    """PyTorch, as the tests want it."""

    def __init__(self, torch: ModuleType) -> None:
        self.torch, self.maximum, self.tanh = torch, torch.relu, torch.tanh

    def constant(self, value: Any) -> Any:
        return self.torch.tensor(np.array(value))

    def log_softmax(self, z: Any) -> Any:
        return self.torch.log_softmax(z, dim=1)

    def gradients(self, f: Callable, *at: Any) -> list[np.ndarray]:
        leaves = [self.torch.tensor(np.array(u, dtype=float), requires_grad=True) for u in at]
        f(*leaves).backward()
        return [leaf.grad.numpy() for leaf in leaves]


@pytest.fixture(params=["HIPS autograd", "PyTorch"])
def library(request: pytest.FixtureRequest) -> Any:
    """A library nobody here wrote."""
    return HIPS() if request.param == "HIPS autograd" else Torch(request.getfixturevalue("torch"))


# --- layers -------------------------------------------------------------------------------------


def test_product(library: Any) -> None:
    for number, rng in enumerate(cases(1)):
        shape = () if number % 3 == 0 else (size(rng),)
        h, v, e_bar = draw(rng, *shape), draw(rng), draw(rng, *shape)
        layer = ref.Product()
        agree(layer.forward(h, (v,)), np.multiply(v, h))
        (v_bar,), h_bar = layer.backward(e_bar, (v,))
        weight = library.constant(e_bar)
        right_h, right_v = library.gradients(lambda h, v, weight=weight: (weight * (v * h)).sum(), h, v)
        agree(h_bar, right_h)
        agree(v_bar, right_v)


def test_linear(library: Any) -> None:
    for rng in cases(2):
        n, d, m = size(rng), size(rng), size(rng)
        X, W, b, Z_bar = draw(rng, n, d), draw(rng, m, d), draw(rng, m), draw(rng, n, m)
        weight = library.constant(Z_bar)
        right = library.gradients(lambda W, b, X, weight=weight: (weight * (X @ W.T + b)).sum(), W, b, X)
        layer = ref.Linear()
        agree(layer.forward(X, (W, b)), X @ W.T + b)
        (W_bar, b_bar), X_bar = layer.backward(Z_bar, (W, b))
        for got, also, wanted in zip((W_bar, b_bar, X_bar), ref.linear_backward(Z_bar, X, W), right, strict=True):
            agree(got, wanted)
            agree(also, wanted)


@pytest.mark.parametrize(("kind", "name"), [("ReLU", "maximum"), ("Tanh", "tanh")])
def test_nonlinear_layers(library: Any, kind: str, name: str) -> None:
    for rng in cases(3):
        z = draw(rng, size(rng), size(rng)) * 10.0 ** rng.integers(-1, 2)
        h_bar = draw(rng, *z.shape)
        weight = library.constant(h_bar)
        (right,) = library.gradients(lambda z, weight=weight: (weight * getattr(library, name)(z)).sum(), z)
        layer = getattr(ref, kind)()
        agree(layer.forward(z, ()), np.maximum(z, 0) if kind == "ReLU" else np.tanh(z))
        w_bar, z_bar = layer.backward(h_bar, ())
        assert w_bar == ()
        agree(z_bar, right)


def test_squared_error(library: Any) -> None:
    for number, rng in enumerate(cases(4)):
        shape = (size(rng),) if number % 2 else (size(rng), size(rng))
        e, y, l_bar = draw(rng, *shape), draw(rng, *shape), draw(rng)

        def loss(e: Any, y: Any, l_bar: float = l_bar, n: int = shape[0]) -> Any:
            return l_bar * ((e - y) * (e - y)).sum() / 2 / n

        layer = ref.SquaredError()
        agree(layer.forward(e, y), loss(e, y, 1.0))
        for got, right in zip(layer.backward(l_bar), library.gradients(loss, e, y), strict=True):
            agree(got, right)


def test_softmax_cross_entropy(library: Any) -> None:
    for rng in cases(5):
        n, k, l_bar = size(rng), size(rng) + 1, draw(rng)
        logits, labels = draw(rng, n, k) * 10.0 ** rng.integers(-1, 5), rng.integers(0, k, n)
        hot = library.constant(np.eye(k)[labels])

        def loss(logits: Any, hot: Any = hot, n: int = n, l_bar: float = l_bar) -> Any:
            return -l_bar * (hot * library.log_softmax(logits)).sum() / n

        layer = ref.SoftmaxCrossEntropy()
        agree(layer.forward(logits, labels), float(loss(library.constant(logits), l_bar=1.0)))
        (right,) = library.gradients(loss, logits)
        agree(layer.backward(l_bar), right)


# --- networks -----------------------------------------------------------------------------------


def random_network(rng: np.random.Generator) -> tuple[list[str], list[tuple], np.ndarray]:
    """Up to five layers, no two linear ones with the same shapes by design, and an input."""
    width = size(rng)
    x = draw(rng, size(rng), width)
    names, w = [], []
    for _ in range(rng.integers(0, 6)):
        name = str(rng.choice(["Linear", "Linear", "ReLU", "Tanh"]))
        new = size(rng)
        w.append((draw(rng, new, width) / width, draw(rng, new)) if name == "Linear" else ())
        width = new if name == "Linear" else width
        names.append(name)
    return names, w, x


def test_network(library: Any) -> None:
    for rng in cases(6):
        names, w, x = random_network(rng)
        network = ref.Network([getattr(ref, name)() for name in names])
        out = network.forward(x, w)
        h_bar = draw(rng, *out.shape)
        w_bar, x_bar = network.backward(h_bar, w)
        weight = library.constant(h_bar)

        def whole(x: Any, *flat: Any, names: list[str] = names, weight: Any = weight) -> Any:
            parameters, h = iter(flat), x
            for name in names:
                if name == "Linear":
                    h = h @ next(parameters).T + next(parameters)
                else:
                    h = library.maximum(h) if name == "ReLU" else library.tanh(h)
            return (weight * h).sum()

        right_x, *right = library.gradients(whole, x, *(u for layer in w for u in layer))
        agree(x_bar, right_x)
        assert type(w_bar) is list
        assert [len(bars) for bars in w_bar] == [len(layer) for layer in w]
        for got, wanted in zip((u for bars in w_bar for u in bars), right, strict=True):
            agree(got, wanted)


def test_against_finite_differences() -> None:
    """Every bar of a Linear, Tanh, Linear network under each loss, by nudging."""
    for rng in cases(7, 20):
        n, d, m, k = (size(rng) for _ in range(4))
        k += 1
        x, labels, y = draw(rng, n, d), rng.integers(0, k, n), draw(rng, n, k)
        w = [(draw(rng, m, d), draw(rng, m)), (), (draw(rng, k, m), draw(rng, k))]
        network = ref.Network([ref.Linear(), ref.Tanh(), ref.Linear()])
        for loss, truth in ((ref.SoftmaxCrossEntropy(), labels), (ref.SquaredError(), y)):
            loss.forward(network.forward(x, w), truth)
            back = loss.backward(-1.3)
            w_bar, x_bar = network.backward(back if isinstance(back, np.ndarray) else back[0], w)

            def value(i: int, j: int, u: Any, loss: Any = loss, truth: Any = truth, x: Any = x, w: list = w) -> float:
                changed = [list(layer) for layer in w]
                changed[i][j] = u
                return loss.forward(ref.Network([ref.Linear(), ref.Tanh(), ref.Linear()]).forward(x, changed), truth)

            for i, j in ((0, 0), (0, 1), (2, 0), (2, 1)):
                agree(w_bar[i][j], pull_back(lambda u, i=i, j=j: value(i, j, u), w[i][j], -1.3), 1e-8)
            agree(x_bar, pull_back(lambda u, f=value: f(0, 1, w[0][1], x=u), x, -1.3), 1e-8)


# --- what the checks are made of -----------------------------------------------------------------


def test_the_network_that_training_is_tried_on_has_the_bars_it_says() -> None:
    for rng in cases(8, 20):
        n, k, d = size(rng), size(rng) + 1, size(rng)
        x, h_bar, w = draw(rng, n, d), draw(rng, n, k), [(draw(rng, k, d), draw(rng, k)), (), (draw(rng, 1),)]
        network = Prototypes()
        agree(network.forward(x, w), logits_of(x, w))
        [(P_bar, c_bar), none, (s_bar,)], x_bar = network.backward(h_bar, w)
        assert none == ()
        agree(P_bar, pull_back(lambda P, x=x, w=w: logits_of(x, [(P, w[0][1]), (), w[2]]), w[0][0], h_bar), 1e-8)
        agree(c_bar, pull_back(lambda c, x=x, w=w: logits_of(x, [(w[0][0], c), (), w[2]]), w[0][1], h_bar), 1e-8)
        agree(s_bar, pull_back(lambda s, x=x, w=w: logits_of(x, [w[0], (), (s,)]), w[2][0], h_bar), 1e-8)
        agree(x_bar, pull_back(lambda x, w=w: logits_of(x, w), x, h_bar), 1e-8)
        assert [np.array_equal(asked[0], x) for asked in network.asked] == [True]


def test_a_nudged_layer_has_the_bars_of_the_layer_by_hand() -> None:
    for rng in cases(9, 20):
        X, W, b = draw(rng, 3, 2), draw(rng, 4, 2), draw(rng, 4)
        by_nudging, by_hand, h_bar = Nudged(affine), ref.Linear(), draw(rng, 3, 4)
        agree(by_nudging.forward(X, (W, b)), by_hand.forward(X, (W, b)))
        (W_bar, b_bar), X_bar = by_nudging.backward(h_bar, (W, b))
        (W_right, b_right), X_right = by_hand.backward(h_bar, (W, b))
        for got, right in ((W_bar, W_right), (b_bar, b_right), (X_bar, X_right)):
            agree(got, right)


# --- what they must do --------------------------------------------------------------------------


@pytest.mark.parametrize("huge", [1e4, 1e300])
def test_soft_max_stands_huge_logits(huge: float) -> None:
    logits = np.array([[huge, -huge, 0.0], [huge, -huge, 0.0], [-huge] * 3])
    loss = ref.SoftmaxCrossEntropy()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = loss.forward(logits, np.array([0, 1, 2]))
        bar = loss.backward()
    agree(value, (0 + 2 * huge + np.log(3)) / 3)
    agree(bar, np.array([[0, 0, 0], [1, -1, 0], [1 / 3, 1 / 3, -2 / 3]]) / 3)


def test_adding_one_number_to_a_row_of_logits_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    logits, labels, loss = draw(rng, 5, 4), rng.integers(0, 4, 5), ref.SoftmaxCrossEntropy()
    value, bar = loss.forward(logits, labels), loss.backward()
    agree(bar.sum(axis=1), np.zeros(5), 1e-13)
    agree(loss.forward(logits + np.arange(5.0)[:, None], labels), value)
    agree(loss.backward(), bar)


@pytest.mark.parametrize(
    ("labels", "n"),
    [([0, 3], 2), ([-1, 0], 2), ([0], 2), ([0.0, 1.0], 2), ([[0], [1]], 2)],
)
def test_labels_that_are_none_are_refused_in_one_sentence(labels: list, n: int) -> None:
    with pytest.raises(ValueError, match=r"^labels must be 2 whole numbers from 0 to 2, one for each row of logits\.$"):
        ref.SoftmaxCrossEntropy().forward(np.zeros((n, 3)), np.array(labels))


def test_no_rows() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        ref.SoftmaxCrossEntropy().forward(np.zeros((0, 3)), np.zeros(0, dtype=int))
    with pytest.raises(ValueError, match="at least one row"):
        ref.SquaredError().forward(np.zeros(0), np.zeros(0))
    network, w = ref.Network([ref.Linear(), ref.ReLU()]), [(np.ones((2, 3)), np.ones(2)), ()]
    assert network.forward(np.zeros((0, 3)), w).shape == (0, 2)
    w_bar, x_bar = network.backward(np.zeros((0, 2)), w)
    assert x_bar.shape == (0, 3)
    agree(w_bar[0][0], np.zeros((2, 3)))
    trained, losses = ref.train_digits(network, w, np.zeros((0, 3)), np.zeros(0, dtype=int), 0.1, 3, 0)
    assert losses == []
    agree(trained[0][0], w[0][0])


def test_whole_numbers_become_float64_and_nothing_is_changed_or_shared() -> None:
    x = read_only(np.asfortranarray(np.arange(-3, 3).reshape(3, 2)))
    w = (read_only(np.array([[1, -2]])), read_only(np.array([3])))
    for layer, weights in ((ref.Linear(), w), (ref.ReLU(), ()), (ref.Tanh(), ())):
        out = layer.forward(x, weights)
        assert out.dtype == np.float64
        h_bar = read_only(np.ones(out.shape, dtype=int))
        first, second = layer.backward(h_bar, weights), layer.backward(h_bar, weights)
        for bar, again in zip((*first[0], first[1]), (*second[0], second[1]), strict=True):
            assert bar.dtype == np.float64
            assert np.array_equal(bar, again)
            assert not np.may_share_memory(bar, x)
            assert not np.may_share_memory(bar, h_bar)


def test_a_network_without_layers_copies() -> None:
    x, network = np.arange(6.0).reshape(2, 3), ref.Network([])
    out = network.forward(x, [])
    w_bar, x_bar = network.backward(x, [])
    assert w_bar == []
    for copy in (out, x_bar):
        assert np.array_equal(copy, x)
        assert not np.may_share_memory(copy, x)


def test_two_layers_of_one_class_keep_apart() -> None:
    w = (np.array([[1.0, 2.0]]), np.array([0.5]))
    one, other = ref.Linear(), ref.Linear()
    one.forward(np.array([[1.0, 1.0]]), w)
    other.forward(np.array([[9.0, 9.0]]), w)
    (W_bar, _), _ = one.backward(np.array([[1.0]]), w)
    agree(W_bar, [[1.0, 1.0]])
