"""Notebook 05: accuracy under attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.sampling import read_only
from barprop.fixtures.networks import logits_at, small_net
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake


def _curve_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield _curve_case(rng, "three sizes", [0.1, 0.25, 0.4])
    yield _curve_case(rng, "out of order, with eps = 0", read_only(np.array([0.3, 0.0, 0.15, 0.5])))
    yield _curve_case(rng, "a single eps", [0.2])
    yield _curve_case(rng, "whole numbers", (0, 1))
    yield _curve_case(rng, "no eps at all", [])


def _curve_case(rng: np.random.Generator, label: str, eps_list: Any, n: int = 9, d: int = 6, k: int = 3) -> Case:
    """Images that a made-up attack pushes along one pattern a class, drawn until the curve has a shape.

    The patterns are those of the label and of the class that the network sees, so that net, X, labels and eps all count.
    """
    while True:
        net, X, push = small_net(rng, d, k), rng.uniform(0.1, 0.9, (n, d)), rng.normal(size=(k, d))
        labels = _winners(net, X)
        labels[:2] = (labels[:2] + 1) % k  # two are mistaken without any attack

        def attack(net: Any, X: Any, labels: Any, eps: float, push: np.ndarray = push) -> np.ndarray:
            network, w, _ = net
            seen = np.argsort(network.forward(X, w), axis=1)[:, -1]
            pushed = X + eps * (push[seen] - push[np.asarray(labels, dtype=int)] / 2)
            return np.minimum(np.maximum(pushed, 0.0), 1.0)

        case = Case(label, {"net": net, "X": read_only(X), "labels": labels, "eps_list": eps_list, "attack": attack})
        curve = _curve(case)
        slips = _curve(case, chain=True), _curve(case, told=_winners(net, X))
        told = len(curve) < 3 or not any(np.array_equal(curve, slip) for slip in slips)
        if len(set(curve)) == len(curve) and told and _clear(case):
            return case


def _winners(net: tuple, X: np.ndarray) -> np.ndarray:
    """Return the class whose logit no other one exceeds, (n,)."""
    logits = logits_at(X, net[1])
    return np.argsort(logits, axis=1)[:, -1]


def _clear(c: Case) -> bool:
    """Whether no image is a tie between two classes."""
    for eps in [0.0, *c.eps_list]:
        top = np.sort(logits_at(c.attack(c.net, c.X, c.labels, eps), c.net[1]), axis=1)[:, -2:]
        if np.ptp(top, axis=1).min() < 1e-6:
            return False
    return True


def _curve(
    c: Case, chain: bool = False, against: np.ndarray | None = None, told: np.ndarray | None = None
) -> np.ndarray:
    """Count the images that keep their label (or `against`), one by one; the attack gets `told` as labels."""
    X, shares = c.X, []
    for eps in c.eps_list:
        attacked = c.attack(c.net, X if chain else c.X, c.labels if told is None else told, eps)
        X = attacked
        kept = _winners(c.net, attacked) == (c.labels if against is None else against)
        shares.append(np.count_nonzero(kept) / len(kept))
    return np.array(shares)


def _clean(c: Case) -> float:
    return np.count_nonzero(_winners(c.net, c.X) == c.labels) / len(c.X)


def _curve_mistake(name: str, hint: str, wrong: Callable[[Case, np.ndarray], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"accuracy": wrong(c, right["accuracy"])})


def _curve_guesses(c: Case, right: Any, output: str) -> Iterator[Candidate]:
    """Yield the family of a share: another class compared, another attack, another whole."""
    n, logits = len(c.X), lambda eps: logits_at(c.attack(c.net, c.X, c.labels, eps), c.net[1])
    said = {
        "the least likely class": lambda eps: np.argmin(logits(eps), axis=1),
        "classes down the columns": lambda eps: np.argmax(logits(eps), axis=0),
        "one class for the whole batch": lambda eps: np.argmax(logits(eps)),
    }
    for what, classes in said.items():
        hint = f"You compare {what} with the labels. Which class does each image get?"
        yield what, hint, lambda classes=classes: _shares(c, classes)
    pairs = "Every prediction is compared with every label: a column (n, 1) meets a row (n,). Which shape has each?"
    yield (
        "every prediction with every label",
        pairs,
        lambda: _shares(c, lambda eps: np.argmax(logits(eps), axis=1), True),
    )
    noise = "The images are moved, but not by the attack that is given."
    for what, moved in (("eps added", 1.0), ("eps subtracted", -1.0)):
        yield what, noise, lambda moved=moved: _shares(c, lambda eps: _winners_at(c, c.X + moved * eps))
    before = _winners(c.net, c.X) == c.labels
    kept = "You count among the images that were right before the attack. The proportion is one of all images."
    yield "of those right before", kept, lambda: right[output] * n / np.count_nonzero(before)
    yield "of those right before, and of those alone", kept, lambda: _among(c, before)
    never = "Every share is 0. What is compared with the labels: the largest logit, or its place in the row (np.argmax)? Or is each share cut to a whole number?"
    yield "none ever right", never, lambda: np.zeros(len(right[output]))
    summed = "The shares are added up from one eps to the next. Each stands for itself."
    yield "added up", summed, lambda: np.cumsum(right[output])
    yield "all or none", "A share counts: not only whether all are right.", lambda: np.floor(right[output] + 1e-9)
    whole = "You count the right ones and divide by something else than the number of images."
    yield "over the number of eps", whole, lambda: right[output] * n / len(c.eps_list)


def _winners_at(c: Case, X: np.ndarray) -> np.ndarray:
    return np.argmax(logits_at(np.asarray(X, dtype=float), c.net[1]), axis=1)


def _shares(c: Case, classes: Callable[[float], Any], all_pairs: bool = False) -> np.ndarray | None:
    """Return the share of labels that are met, for each eps; None where that does not fit."""
    said = [classes(eps) for eps in c.eps_list]
    if all_pairs:
        return np.array([np.mean(some[:, None] == c.labels) for some in said])
    if any(np.ndim(some) and len(some) != len(c.labels) for some in said):
        return None
    return np.array([np.mean(some == c.labels) for some in said])


def _among(c: Case, chosen: np.ndarray) -> np.ndarray:
    """Return the share of some images that keep their label, for each eps."""
    said = (_winners(c.net, c.attack(c.net, c.X, c.labels, eps)) for eps in c.eps_list)
    return np.array([np.mean((some == c.labels)[chosen]) for some in said])


def _flat(c: Case, right: Any, got: Any) -> dict[str, Any] | None:
    """Return the same share for each eps, whichever came, but 0: then none was ever counted."""
    came, entries = np.asarray(got["accuracy"], dtype=float), len(right["accuracy"])
    if came.shape != (entries,) or not came.any():
        return None
    return {"accuracy": np.full(entries, came[0])} if entries > 1 else {"accuracy": came}


ACCURACY_CURVE = Exercise(
    name="accuracy_curve",
    signature="accuracy_curve(net, X, labels, eps_list, attack) -> (len(eps_list),)",
    outputs=("accuracy",),
    points=2,
    minutes=8,
    level=2,
    statements=("L19", "L20"),
    probes=_curve_probes,
    oracle=lambda c: {"accuracy": _curve(c)},
    guesses=_curve_guesses,
    mistakes=(
        _curve_mistake("error instead of accuracy", "You count the images that are lost. Accuracy counts those that are still right.",
                       lambda c, right: 1 - right),
        _curve_mistake("number instead of share", "You count images. A proportion is a number in [0, 1].", lambda c, right: right * len(c.X)),
        _curve_mistake("percent", "Those are percent. A proportion is a number in [0, 1].", lambda c, right: right * 100),
        _curve_mistake("classified the clean images", "The curve is flat: which images does the network look at, those before or those after the attack?",
                       lambda c, right: np.full(len(right), _clean(c))),
        Mistake("the same share for each eps", "The curve is flat: does each eps reach the attack, and each attack the network?",
                lambda c, right: {"accuracy": np.full(len(right["accuracy"]), _clean(c) / 2)}, _flat),
        _curve_mistake("returned too early", "Only the first eps is there. Does the `return` stand inside the loop?",
                       lambda c, right: right[:1] if len(right) else None),
        _curve_mistake("only the last eps", "Only the last eps is there. What becomes of the shares before it?", lambda c, right: right[-1:]),
        _curve_mistake("attacked the attacked", "From the second eps on it is off: your attack starts from images that have been attacked before.",
                       lambda c, right: _curve(c, chain=True)),
        _curve_mistake("against the predictions", "You compare with what the network said before. The truth is in labels, and the network was wrong at times.",
                       lambda c, right: _curve(c, against=_winners(c.net, c.X))),
        _curve_mistake("attacked the predictions", "Your attack is given what the network predicted, not the truth: an image that was wrong already is then pushed somewhere else.",
                       lambda c, right: _curve(c, told=_winners(c.net, c.X))),
        _curve_mistake("relative to the clean accuracy", "You divide by the accuracy without attack. You need the proportion of all images.",
                       lambda c, right: right / _clean(c)),
        _curve_mistake("drop instead of accuracy", "That is how much accuracy is lost. You need the accuracy that is left.",
                       lambda c, right: _clean(c) - right),
        _curve_mistake("sorted by eps", "The right proportions in another order: entry i belongs to eps_list[i].",
                       lambda c, right: right[np.argsort(c.eps_list)]),
        Mistake("one number for all", "It is one number. A curve has one for every eps.",
                lambda c, right: {"accuracy": right["accuracy"].mean()} if len(c.eps_list) else None),
    ),
)  # fmt: skip
