"""The references of notebook 03 against HIPS autograd, PyTorch, finite differences and what they must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.reference import n03_gradient_splitting as ref
from barprop.exercises.sampling import draw
from barprop.numerics.vjp import pull_back
from tests.autograder.reference.agreement import agree
from tests.depth import often, thorough

pytestmark = thorough
CASES = often(100, 1000)
BARS = ("a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2")


def cases(seed: int) -> Iterator[np.random.Generator]:
    """A generator for each case, so that a failing one can be had alone."""
    for number in range(CASES):
        yield np.random.default_rng([3, seed, number])


def size(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 7))


def two_branches(rng: np.random.Generator, shared: bool = False) -> dict[str, np.ndarray]:
    m1, m2, d1 = size(rng), size(rng), size(rng)
    d2 = d1 if shared else size(rng)
    shapes = {"x1": (d1,), "x2": (d2,), "W1": (m1, d1), "W2": (m2, d2), "a1": (m1,), "a2": (m2,)}
    return {name: draw(rng, *shape) for name, shape in shapes.items()}


def taken_by_autograd(f: Callable, *at: np.ndarray) -> list[np.ndarray]:
    return list(autograd.grad(f, argnum=tuple(range(len(at))))(*at))


def taken_by_torch(torch: ModuleType, f: Callable, *at: np.ndarray) -> list[np.ndarray]:
    leaves = [torch.tensor(np.array(u), requires_grad=True) for u in at]
    f(*leaves).backward()
    return [leaf.grad.numpy() for leaf in leaves]


@pytest.fixture(params=["HIPS autograd", "PyTorch"])
def gradients(request: pytest.FixtureRequest) -> Callable[..., list[np.ndarray]]:
    """(scalar function of arrays, arrays) -> its gradients, by a library nobody here wrote."""
    if request.param == "HIPS autograd":
        return taken_by_autograd
    torch = request.getfixturevalue("torch")
    return lambda f, *at: taken_by_torch(torch, f, *at)


def test_split_and_shares(gradients: Callable) -> None:
    for rng in cases(1):
        k, z_bar = size(rng), draw(rng)
        x, w = draw(rng, k) * 10.0 ** rng.integers(-2, 3), draw(rng, k)
        (bar,) = gradients(lambda w, x=x, z_bar=z_bar: z_bar * (w * _like(w, x)).sum(), w)
        agree(ref.split(z_bar, x), bar)
        agree(ref.gradient_share(x), np.abs(bar) / np.abs(bar).sum())
        change = (w - 0.01 * bar) * x - w * x
        agree(ref.step_share(x), change / change.sum(), 1e-9)  # a difference of rounded numbers
        change = -0.01 * bar * x
        agree(ref.step_share(x), change / change.sum())


def _like(leaf: Any, constant: np.ndarray) -> Any:
    """The constant as the library of `leaf` wants it."""
    return leaf.new_tensor(constant) if hasattr(leaf, "new_tensor") else constant


def test_branches(gradients: Callable) -> None:
    for rng in cases(2):
        args, z_bar = two_branches(rng), draw(rng)
        cache = ref.branches_forward(**args)
        agree(cache["h1"], args["W1"] @ args["x1"])
        agree(cache["z"], args["a1"] @ args["W1"] @ args["x1"] + args["a2"] @ args["W2"] @ args["x2"])
        bars = ref.branches_backward(z_bar, cache, **args)
        assert tuple(bars) == BARS

        def whole(x1: Any, x2: Any, W1: Any, W2: Any, a1: Any, a2: Any, z_bar: float = z_bar) -> Any:
            return z_bar * (a1 @ (W1 @ x1) + a2 @ (W2 @ x2))

        for name, right in zip(args, gradients(whole, *args.values()), strict=True):
            agree(bars[name], right)

        def head(h1: Any, h2: Any, z_bar: float = z_bar, args: dict = args) -> Any:
            return z_bar * ((_like(h1, args["a1"]) * h1).sum() + (_like(h2, args["a2"]) * h2).sum())

        for name, right in zip(("h1", "h2"), gradients(head, cache["h1"], cache["h2"]), strict=True):
            agree(bars[name], right)


def test_fan_out(gradients: Callable) -> None:
    for rng in cases(3):
        args, z_bar = two_branches(rng, shared=True), draw(rng)
        x, rest = args["x1"], [args[name] for name in ("W1", "W2", "a1", "a2")]
        cache = ref.branches_forward(x, x, *rest)
        bars = ref.fan_out(z_bar, cache, x, *rest)
        assert set(bars) == {"a1", "a2", "h1", "h2", "W1", "W2", "x"}

        def whole(x: Any, W1: Any, W2: Any, a1: Any, a2: Any, z_bar: float = z_bar) -> Any:
            return z_bar * (a1 @ (W1 @ x) + a2 @ (W2 @ x))

        for name, right in zip(("x", "W1", "W2", "a1", "a2"), gradients(whole, x, *rest), strict=True):
            agree(bars[name], right)
        agree(bars["h1"], z_bar * args["a1"])


def test_update_ratio(gradients: Callable) -> None:
    for rng in cases(4):
        shape = (size(rng),) if rng.random() < 0.5 else (size(rng), size(rng))
        w, slope, lr = draw(rng, *shape), draw(rng, *shape), 10.0 ** rng.uniform(-5, 1)
        (w_bar,) = gradients(lambda w, slope=slope: (w * _like(w, slope)).sum(), w)
        step = np.sqrt(np.sum(np.square(lr * w_bar)))
        agree(ref.update_ratio(w, w_bar, lr), step / np.sqrt(np.sum(np.square(w))))


def test_update_ratio_with_torch_norms(torch: ModuleType) -> None:
    for rng in cases(5):
        w, w_bar = draw(rng, size(rng), size(rng)), None
        w_bar, lr = draw(rng, *w.shape), 10.0 ** rng.uniform(-5, 1)
        norm = torch.linalg.matrix_norm
        right = norm(torch.tensor(lr * w_bar), "fro") / norm(torch.tensor(w), "fro")
        agree(ref.update_ratio(w, w_bar, lr), float(right))


def test_rescale_with_torch_rms_norm(torch: ModuleType) -> None:
    for rng in cases(6):
        H = draw(rng, size(rng), size(rng)) * 10.0 ** rng.integers(-3, 4)
        right = torch.nn.functional.rms_norm(torch.tensor(H), (H.shape[1],), eps=0.0)
        agree(ref.rescale(H), right.numpy())


def test_rescale_gives_every_example_size_one_and_keeps_its_direction() -> None:
    for rng in cases(7):
        H = draw(rng, size(rng), size(rng)) * 10.0 ** rng.uniform(-6, 6, (1, 1))
        scaled = ref.rescale(H)
        agree(np.mean(np.square(scaled), axis=1), np.ones(len(H)))
        agree(scaled * np.linalg.norm(H, axis=1)[:, None], H * np.linalg.norm(scaled, axis=1)[:, None])
        assert np.all(scaled * H >= 0)


def hessian_by_autograd(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return autograd.hessian(lambda w: anp.mean((y - X @ w) ** 2) / 2)(np.zeros(X.shape[1]))


def hessian_by_torch(torch: ModuleType, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    X, y = torch.tensor(X), torch.tensor(y)
    start = torch.zeros(X.shape[1], dtype=torch.float64)
    return torch.autograd.functional.hessian(lambda w: ((y - X @ w) ** 2).mean() / 2, start).numpy()


@pytest.mark.parametrize("library", ["HIPS autograd", "PyTorch"])
def test_largest_stable_rate(library: str, request: pytest.FixtureRequest) -> None:
    torch = request.getfixturevalue("torch") if library == "PyTorch" else None
    for rng in cases(8):
        X, y = draw(rng, size(rng), size(rng)), None
        y = draw(rng, len(X))
        curvature = hessian_by_torch(torch, X, y) if torch else hessian_by_autograd(X, y)
        rate = ref.largest_stable_rate(X)
        agree(rate, 2 / np.linalg.eigvalsh(curvature)[-1])
        steps = [np.eye(X.shape[1]) - factor * rate * curvature for factor in (0.999, 1.001)]
        within, beyond = (np.abs(np.linalg.eigvalsh(step)).max() for step in steps)
        assert within <= 1 + 1e-12 < beyond


def test_descent_runs_away_just_beyond_the_largest_stable_rate() -> None:
    rng = np.random.default_rng(9)
    X, y = draw(rng, 12, 4), draw(rng, 12)

    def last_loss(rate: float) -> float:
        w = np.zeros(4)
        for _ in range(2000):
            w = w - rate * X.T @ (X @ w - y) / len(X)
        return float(np.mean((y - X @ w) ** 2) / 2)

    start, rate = float(np.mean(y**2) / 2), ref.largest_stable_rate(X)
    assert last_loss(0.99 * rate) < start < 1e6 < last_loss(1.01 * rate)


def test_finite_differences() -> None:
    """Along a random direction in all arguments at once, as autograd's check_vjp does it."""
    for rng in cases(10):
        shared, z_bar = bool(rng.integers(2)), draw(rng)
        args = two_branches(rng, shared)
        if shared:
            args = {"x": args["x1"]} | {name: args[name] for name in ("W1", "W2", "a1", "a2")}
        direction = {name: draw(rng, *u.shape) for name, u in args.items()}

        def z(t: float, args: dict = args, direction: dict = direction, shared: bool = shared) -> float:
            there = [u + t * direction[name] for name, u in args.items()]
            return ref.branches_forward(*([there[0]] if shared else []), *there)["z"]

        values = list(args.values())
        cache = ref.branches_forward(*([values[0]] if shared else []), *values)
        bars = (ref.fan_out if shared else ref.branches_backward)(z_bar, cache, **args)
        along = sum(np.sum(bars[name] * direction[name]) for name in args)
        scale = sum(np.sum(np.abs(bars[name] * direction[name])) for name in args)
        assert abs(pull_back(z, 0.0, z_bar) - along) <= 1e-9 * scale


def test_one_descent_step_moves_z_by_the_shares() -> None:
    """The two shares, seen from outside: move all weights, freeze all but one, compare."""
    for rng in cases(11):
        x, w, z_bar, lr = draw(rng, size(rng)), None, draw(rng), 0.01
        w = draw(rng, len(x))
        moved = w - lr * ref.split(z_bar, x)
        whole = moved @ x - w @ x
        for i, share in enumerate(ref.step_share(x)):
            alone = w.copy()
            alone[i] = moved[i]
            assert abs((alone @ x - w @ x) / whole - share) < 1e-9
        travelled = np.abs(moved - w)
        agree(ref.gradient_share(x), travelled / travelled.sum(), 1e-9)


class TestBadInput:
    """One clear sentence or a right result, never a wrong one."""

    @pytest.mark.parametrize("share", [ref.gradient_share, ref.step_share])
    @pytest.mark.parametrize("x", [[0.0, 0.0], [0], []])
    def test_nothing_to_share(self, share: Callable, x: list) -> None:
        with pytest.raises(ValueError, match=r"^Every x is 0.*\.$"):
            share(np.array(x))

    @pytest.mark.parametrize("scale", [1e-200, 1e200])
    def test_shares_of_very_small_and_very_large_x(self, scale: float) -> None:
        agree(ref.gradient_share(np.array([3.0, -1.0]) * scale), [0.75, 0.25])
        agree(ref.step_share(np.array([3.0, -1.0]) * scale), [0.9, 0.1])

    def test_weights_all_zero_have_no_ratio(self) -> None:
        with pytest.raises(ValueError, match=r"^Every weight is 0.*\.$"):
            ref.update_ratio(np.zeros((2, 3)), np.ones((2, 3)), 0.1)

    def test_a_bar_of_zero_or_a_rate_of_zero_moves_nothing(self) -> None:
        assert ref.update_ratio(np.ones(3), np.zeros(3), 0.1) == 0
        assert ref.update_ratio(np.ones(3), np.ones(3), 0) == 0

    def test_an_example_of_zeros_stays_as_it_is(self) -> None:
        with np.errstate(all="raise"):
            scaled = ref.rescale(np.array([[0.0, 0.0], [3.0, 3.0]]))
        agree(scaled, [[0, 0], [1, 1]])

    def test_no_example_to_rescale(self) -> None:
        assert ref.rescale(np.zeros((0, 3))).shape == (0, 3)

    def test_no_example_to_descend(self) -> None:
        with pytest.raises(ValueError, match=r"^X has no row.*\.$"):
            ref.largest_stable_rate(np.zeros((0, 3)))

    def test_where_nothing_moves_every_rate_is_stable(self) -> None:
        assert ref.largest_stable_rate(np.zeros((4, 2))) == float("inf")
