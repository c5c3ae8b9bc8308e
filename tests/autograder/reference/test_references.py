"""The references of notebooks 01 and 02 against two libraries nobody here wrote: HIPS autograd and PyTorch.

The step or the graph is written once, forwards, and the library differentiates it. Each test tries
100 random cases, in `make exhaustive` 1,000; a failing one can be had alone by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.reference import n01_forward_graph as one
from autograder.reference import n02_bar_notation as two
from barprop.activations import ACTIVATIONS
from barprop.exercises.sampling import draw, positive
from tests.depth import often, thorough

pytestmark = thorough
CASES = often(100, 1000)


@dataclass(frozen=True)
class Library:
    """A differentiation library: its arrays, its nonlinearities, and its gradients of a scalar function."""

    array: Callable[[Any], Any]
    sigma: dict[str, Callable]
    gradients: Callable[..., list[np.ndarray]]


def _hips() -> Library:
    sigma = {
        "relu": lambda z: anp.maximum(z, 0.0),
        "tanh": anp.tanh,
        "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
        "softplus": lambda z: anp.logaddexp(0.0, z),
    }

    def gradients(f: Callable, *at: Any) -> list[np.ndarray]:
        return list(autograd.grad(f, argnum=tuple(range(len(at))))(*(np.array(u, dtype=float) for u in at)))

    return Library(np.asarray, sigma, gradients)


def _torch(torch: Any) -> Library:
    def array(u: Any) -> Any:
        return torch.tensor(np.array(u, dtype=float))

    def gradients(f: Callable, *at: Any) -> list[np.ndarray]:
        leaves = [array(u).requires_grad_() for u in at]
        f(*leaves).backward()
        return [leaf.grad.numpy() for leaf in leaves]

    sigma = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softplus": lambda z: torch.logaddexp(torch.zeros_like(z), z),
    }
    return Library(array, sigma, gradients)


@pytest.fixture(params=["HIPS autograd", "PyTorch"])
def library(request: pytest.FixtureRequest) -> Library:
    return _hips() if request.param == "HIPS autograd" else _torch(request.getfixturevalue("torch"))


def trials(seed: int) -> Iterator[np.random.Generator]:
    """A generator for each case."""
    for number in range(CASES):
        yield np.random.default_rng([seed, number])


def agree(got: Any, right: Any, size: Any = None) -> None:
    """Entry by entry to 1e-12 of `size`, by default of that entry."""
    right = np.asarray(right, dtype=float)
    assert np.shape(got) == right.shape
    assert np.all(np.abs(got - right) <= 1e-12 * np.abs(right if size is None else size)), f"{got} is not {right}"


def neuron(rng: np.random.Generator) -> tuple[dict[str, Any], Any]:
    """Generic x, y, w, v and a nonlinearity, with z and y - e not so small that their rounding counts."""
    d = int(rng.integers(1, 7))
    sigma = ACTIVATIONS[tuple(ACTIVATIONS)[rng.integers(len(ACTIVATIONS))]]
    x, w, v = draw(rng, d), draw(rng, d) / d, draw(rng)
    while abs(w @ x) < 0.05:
        w = draw(rng, d) / d
    return {"x": x, "y": float(v * sigma(w @ x)) + draw(rng), "w": w, "v": v}, sigma


def loss(library: Library, name: str, x: Any, y: Any, w: Any, v: Any) -> Any:
    return (y - v * library.sigma[name]((w * x).sum())) ** 2 / 2


# --- 01 ---------------------------------------------------------------------------------------


def test_linear(library: Library) -> None:
    for rng in trials(10):
        x, w = (library.array(draw(rng, 4)) for _ in "xw")
        (w_bar,) = library.gradients(lambda w, x=x: (w * x).sum(), np.ones(4))
        agree(one.linear(np.asarray(w), np.asarray(x)), float((w * library.array(w_bar)).sum()))  # z = w.dz/dw


def test_relu(library: Library) -> None:
    for rng in trials(11):
        z = draw(rng, 5)
        (slope,) = library.gradients(lambda z: library.sigma["relu"](z).sum(), z)
        agree(one.relu(z), slope * z)  # ReLU is a line through 0 on either side


def test_forward(library: Library) -> None:
    for rng in trials(12):
        given, sigma = neuron(rng)
        x, y, w, v = (library.array(given[name]) for name in "xywv")
        z = (w * x).sum()
        h = library.sigma[sigma.name](z)
        made = one.forward(**given, sigma=sigma)
        for name, right in (("z", z), ("h", h), ("e", v * h), ("l", (y - v * h) ** 2 / 2)):
            agree(made[name], float(right), max(abs(float(right)), 1.0))


def test_dl_dv_cached(library: Library) -> None:
    for rng in trials(13):
        given, sigma = neuron(rng)
        x, y, w = (library.array(given[name]) for name in "xyw")
        (v_bar,) = library.gradients(lambda v, x=x, y=y, w=w: loss(library, sigma.name, x, y, w, v), given["v"])
        agree(one.dl_dv_cached(one.forward(**given, sigma=sigma), given["y"]), v_bar)


def test_numerical_gradient(library: Library) -> None:
    """On a quadratic a central difference is exact, whatever its step."""
    for rng in trials(14):
        shape = tuple(rng.integers(1, 4, rng.integers(0, 4)))
        a, b, u = positive(rng, *shape), positive(rng, *shape), positive(rng, *shape)
        a_, b_ = library.array(a), library.array(b)
        (right,) = library.gradients(lambda u, a=a_, b=b_: (a * u**2 + b * u).sum() + u.sum() ** 2, u)
        got = one.numerical_gradient(lambda u, a=a, b=b: np.sum(a * u**2 + b * u) + np.sum(u) ** 2, u, 0.5)
        agree(got, right)


def test_logistic_forward(library: Library) -> None:
    for rng in trials(15):
        x, w, y = draw(rng, 3), draw(rng, 3), float(rng.choice([-1, 1]))
        m = y * float(w @ x)
        made = one.logistic_forward(x, y, w)
        right = library.sigma["softplus"](library.array(-m))
        for name, value in (("z", w @ x), ("m", m), ("l", float(right))):
            agree(made[name], value, max(abs(value), 1.0))


# --- 02: step by step -------------------------------------------------------------------------


def test_bars_at_the_loss(library: Library) -> None:
    for rng in trials(20):
        l_bar, y, e = draw(rng), draw(rng), 3 * draw(rng)
        y_bar, e_bar = library.gradients(lambda y, e, l_bar=l_bar: l_bar * (y - e) ** 2 / 2, y, e)
        agree(two.bar_y(l_bar, y, e), y_bar)
        agree(two.bar_e(l_bar, y, e), e_bar)


def test_bars_at_the_product(library: Library) -> None:
    for rng in trials(21):
        e_bar, v, h = draw(rng), draw(rng), draw(rng)
        v_bar, h_bar = library.gradients(lambda v, h, e_bar=e_bar: e_bar * (v * h), v, h)
        agree(two.bar_v(e_bar, h), v_bar)
        agree(two.bar_h(e_bar, v), h_bar)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bar_at_the_nonlinearity(library: Library, name: str) -> None:
    for rng in trials(22):
        h_bar, z = draw(rng), draw(rng)
        (z_bar,) = library.gradients(lambda z, h_bar=h_bar: h_bar * library.sigma[name](z), z)
        agree(two.bar_z(h_bar, z, ACTIVATIONS[name]), z_bar)


def test_bars_at_the_neuron(library: Library) -> None:
    for rng in trials(23):
        d = int(rng.integers(1, 7))
        z_bar, w, x = draw(rng), draw(rng, d), draw(rng, d)
        w_bar, x_bar = library.gradients(lambda w, x, z_bar=z_bar: z_bar * (w * x).sum(), w, x)
        agree(two.bar_w(z_bar, x), w_bar)
        agree(two.bar_x(z_bar, w), x_bar)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_slopes_from_output(library: Library, name: str) -> None:
    slope_at = getattr(two, f"{name}_slope")
    for rng in trials(24):
        z = draw(rng, 3)
        (slope,) = library.gradients(lambda z: library.sigma[name](z).sum(), z)
        agree(slope_at(np.asarray(library.sigma[name](library.array(z)))), slope)


@pytest.mark.parametrize("name", ["sum", "square", "quotient"])
def test_new_steps(library: Library, name: str) -> None:
    step = {"sum": lambda v, h: v + h, "square": lambda v, h: v * h**2, "quotient": lambda v, h: h / v}[name]
    for rng in trials(27):
        e_bar, v, h = draw(rng), draw(rng), draw(rng)
        right = library.gradients(lambda v, h, e_bar=e_bar: e_bar * step(v, h), v, h)
        for bar, wanted in zip(
            getattr(two, f"bars_{name}")(e_bar, {"v": v, "h": h, "e": step(v, h)}), right, strict=True
        ):
            agree(bar, wanted)


# --- 02: the whole way back -------------------------------------------------------------------


def all_bars(library: Library, name: str, x: Any, y: Any, w: Any, v: Any, l_bar: float) -> dict[str, np.ndarray]:
    """The bars of x, y, w, v from the whole graph; those of z, h, e from the graph cut open there."""

    def behind(e: Any, y: Any) -> Any:
        return l_bar * (y - e) ** 2 / 2

    x_bar, y_bar, w_bar, v_bar = library.gradients(lambda *all_: l_bar * loss(library, name, *all_), x, y, w, v)
    z = float(np.dot(w, x))
    h = float(library.sigma[name](library.array(z)))
    (z_bar,) = library.gradients(lambda z: behind(v * library.sigma[name](z), y), z)
    (h_bar,) = library.gradients(lambda h: behind(v * h, y), h)
    (e_bar,) = library.gradients(lambda e: behind(e, y), v * h)
    return {"x": x_bar, "y": y_bar, "w": w_bar, "v": v_bar, "z": z_bar, "h": h_bar, "e": e_bar}


@pytest.mark.parametrize("reference", ["backward", "backward_recompute"])
def test_all_bars(library: Library, reference: str) -> None:
    for rng in trials(25):
        given, sigma = neuron(rng)
        l_bar, cache = draw(rng), one.forward(**given, sigma=sigma)
        if reference == "backward_recompute":
            cache = {name: cache[name] for name in "ze"}
        bars = getattr(two, reference)(cache, **given, sigma=sigma, l_bar=l_bar)
        for name, right in all_bars(library, sigma.name, **given, l_bar=l_bar).items():
            agree(bars[name], right)


def test_logistic_backward(library: Library) -> None:
    for rng in trials(28):
        x, w, y, l_bar = draw(rng, 3), draw(rng, 3), float(rng.choice([-1, 1])), draw(rng)
        cache = one.logistic_forward(x, y, w)
        softplus = library.sigma["softplus"]
        bars = two.logistic_backward(cache, x, y, w, l_bar)
        x_bar, y_bar, w_bar = library.gradients(
            lambda x, y, w, l_bar=l_bar: l_bar * softplus(-y * (w * x).sum()), x, y, w
        )
        (z_bar,) = library.gradients(lambda z, y=y, l_bar=l_bar: l_bar * softplus(-y * z), cache["z"])
        (m_bar,) = library.gradients(lambda m, l_bar=l_bar: l_bar * softplus(-m), cache["m"])
        for name, right in (("x", x_bar), ("y", y_bar), ("w", w_bar), ("z", z_bar), ("m", m_bar)):
            agree(bars[name], right, np.max(np.abs(right)))


def test_train(library: Library) -> None:
    """With one example there is nothing to draw: three steps of gradient descent."""
    for rng in trials(26):
        given, sigma = neuron(rng)
        rate, w, v, losses = 0.01, given["w"], given["v"], []
        x, y = library.array(given["x"]), library.array(given["y"])
        for _ in range(3):
            losses.append(float(loss(library, sigma.name, x, y, library.array(w), library.array(v))))
            w_bar, v_bar = library.gradients(lambda w, v, x=x, y=y: loss(library, sigma.name, x, y, w, v), w, v)
            w, v = w - rate * w_bar, v - rate * v_bar
        got = two.train(given["x"][None], np.array([given["y"]]), given["w"], given["v"], sigma, rate, 3, 0)
        for made, right in zip(got, (w, v, losses), strict=True):
            agree(np.asarray(made), right, np.max(np.abs(right)))
