"""Notebook 05: attacks that follow the bars of an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np

from barprop.exercises.n05_adversarial.trajectories import (
    ROUND,
    Way,
    attack_case,
    bitmap,
    driven,
    grey,
    inked,
    length,
    seen_from,
    unit,
    walk,
    walk_guesses,
    walk_slip,
)
from barprop.fixtures.networks import loss_slopes
from barprop.judging.exercise import Case, Exercise, Mistake

# --- gradient_ascent --------------------------------------------------------------------------


def _ascent_way(c: Case) -> Way:
    return Way(c.labels, c.alpha, c.steps, move=np.positive)


def _ascent_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield attack_case(rng, "one step", (4, 6, 3), grey, alpha=0.03, steps=1)
    yield attack_case(rng, "three steps", (3, 7, 4), grey, alpha=0.02, steps=3)
    yield attack_case(rng, "one image, two steps", (1, 6, 3), grey, alpha=0.04, steps=2)
    yield attack_case(rng, "no steps", (3, 5, 3), grey, alpha=0.05, steps=0)
    yield attack_case(rng, "pixels near 0 and near 1", (3, 6, 3), inked, alpha=0.06, steps=2)
    yield attack_case(rng, "whole numbers", (2, 6, 3), bitmap, alpha=1, steps=1)


def _ascent_slip(name: str, hint: str, **changes: Any) -> Mistake:
    return walk_slip("X_up", _ascent_way, name, hint, **changes)


GRADIENT_ASCENT = Exercise(
    name="gradient_ascent",
    signature="gradient_ascent(net, X, labels, alpha, steps) -> like X",
    outputs=("X_up",),
    points=2,
    minutes=6,
    level=1,
    statements=("L19", "L20"),
    needs=("input_bar",),
    probes=_ascent_probes,
    oracle=lambda c: {"X_up": walk(c, _ascent_way(c))},
    guesses=walk_guesses(_ascent_way),
    mistakes=(
        _ascent_slip("descended", "Your loss falls. That is training's direction; here the loss should grow.", along=-1.0),
        _ascent_slip("one x_bar for all steps", "Right for one step only. After a step the image is another one; is its bar still the same?",
                     fresh=False),
        _ascent_slip("always from the original", "Each of your steps starts at the first image again, so the steps do not add up.",
                     anchored=True),
        _ascent_slip("one step only", "You stop after one step, whatever steps says.", steps=lambda c: min(c.steps, 1)),
        _ascent_slip("one step too many", "One step too many. How many times is the image moved when steps = 0?",
                     steps=lambda c: c.steps + 1),
        _ascent_slip("forgot the n", "The direction is right, the step is too short when there are several images: that is the bar of the mean loss.",
                     alpha=lambda c: c.alpha / len(c.X)),
        _ascent_slip("sign instead of the bar", "All your pixels move equally far. That comes in the next exercise; here each pixel moves by its own bar.",
                     move=np.sign),
        _ascent_slip("unit length", "You divide the bar by its length. Here a sensitive image moves farther than an insensitive one.",
                     move=unit),
        _ascent_slip("forgot alpha", "The steps are all of one size whatever alpha is.", alpha=lambda c: 1.0),
        _ascent_slip("clipped after every step", "You keep the pixels in [0, 1]. Wise, but not asked for yet: here the image may leave that range.",
                     inside=True),
        seen_from("X_up", "clipped", "You keep the pixels in [0, 1]. Wise, but not asked for yet: here the image may leave that range.",
                   lambda c, right: np.minimum(np.maximum(right, 0.0), 1.0)),
        seen_from("X_up", "only the change", "That is the change alone. Where is the image it is added to?",
                   lambda c, right: right - c.X),
        Mistake("added to two", "You add the step to the number 2. To what should the step be added?",
                lambda c, right: {"X_up": 2 + c.alpha * loss_slopes(c.net, c.X, c.labels)} if c.steps else None),
    ),
)  # fmt: skip


# --- fgsm -------------------------------------------------------------------------------------


def _fgsm_way(c: Case) -> Way:
    return Way(c.labels, c.eps, 1, inside=True)


def _fgsm_probes(rng: np.random.Generator) -> Iterator[Case]:
    plain: dict[str, Any] = {"output": "X_adv"}
    edge: dict[str, Any] = {"output": "the clipped X_adv"}
    yield attack_case(rng, "four images", (4, 6, 3), grey, _fgsm_way, eps=0.2, **plain)
    yield attack_case(rng, "pixels near 0 and near 1", (4, 7, 3), inked, _fgsm_way, eps=0.15, **edge)
    yield attack_case(rng, "one image", (1, 6, 4), grey, _fgsm_way, eps=0.05, **plain)
    yield attack_case(rng, "a pixel that no weight looks at", (3, 5, 3), grey, _fgsm_way, eps=0.1, blind=(2,), **plain)
    yield attack_case(rng, "eps = 0", (2, 5, 3), grey, _fgsm_way, eps=0.0, **plain)
    yield attack_case(rng, "one pixel each", (4, 1, 2), grey, _fgsm_way, eps=0.3, **plain)
    yield attack_case(rng, "whole numbers, eps = 1", (3, 6, 3), bitmap, _fgsm_way, eps=1, **edge)
    yield attack_case(rng, "whole numbers, eps = 0.3", (3, 6, 3), bitmap, _fgsm_way, eps=0.3, **edge)


def _fgsm_slip(name: str, hint: str, **changes: Any) -> Mistake:
    return walk_slip("X_adv", _fgsm_way, name, hint, **changes)


_ZERO_UP = "The size of every move is right, but one pixel moves that no weight looks at. Its x_bar is 0: up or down?"

FGSM = Exercise(
    name="fgsm",
    signature="fgsm(net, X, labels, eps) -> like X, in [0, 1]",
    outputs=("X_adv", "the clipped X_adv"),
    points=3,
    minutes=6,
    level=1,
    statements=("L19",),
    needs=("input_bar",),
    probes=_fgsm_probes,
    oracle=lambda c: {c.output: walk(c, _fgsm_way(c))},
    guesses=walk_guesses(_fgsm_way),
    drive=driven("fgsm"),
    mistakes=(
        _fgsm_slip("forgot the sign", "Each pixel moves by its bar. With the same budget for every pixel, each may go as far as eps.",
                   move=np.positive),
        _fgsm_slip("descended", "Your attack makes the network more certain of the label. Which way does the loss grow?", along=-1.0),
        _fgsm_slip("forgot to clip", "Right for grey pixels, but some pixels leave [0, 1]. No picture has such pixels.", inside=False),
        _fgsm_slip("unit length", "The whole image moves by eps in length. Here every pixel by itself has a budget of eps.", move=unit),
        _fgsm_slip("moved up at zero", _ZERO_UP, move=lambda s: np.where(s >= 0, 1.0, -1.0)),
        _fgsm_slip("moved down at zero", _ZERO_UP, move=lambda s: np.where(s > 0, 1.0, -1.0)),
        _fgsm_slip("forgot eps", "Every move has the same size whatever eps is.", alpha=lambda c: 1.0),
        _fgsm_slip("only upwards", "All your pixels get larger (more ink). Some bars are negative.", move=lambda s: np.abs(np.sign(s))),
        _fgsm_slip("one sign a pixel for all images", "All images move along the same pattern. Each has signs of its own.",
                   move=lambda s: np.sign(s.sum(axis=0)) * np.ones_like(s)),
        seen_from("X_adv", "clipped to the ball around zero", "You clip the picture to [-eps, eps]. It is the change that is so small, not the picture.",
                   lambda c, right: np.minimum(np.maximum(walk(c, replace(_fgsm_way(c), inside=False)), -c.eps), c.eps)),
        seen_from("X_adv", "the bar cut off at eps", "Each pixel moves by its bar, cut off at eps: one with a small bar does not go as far as it may.",
                   lambda c, right: np.clip(c.X + np.clip(loss_slopes(c.net, c.X, c.labels), -c.eps, c.eps), 0.0, 1.0)),
        seen_from("X_adv", "clipped below only", "Some pixels are above 1.",
                   lambda c, right: np.maximum(walk(c, replace(_fgsm_way(c), inside=False)), 0.0)),
        seen_from("X_adv", "clipped above only", "Some pixels are below 0.",
                   lambda c, right: np.minimum(walk(c, replace(_fgsm_way(c), inside=False)), 1.0)),
        seen_from("X_adv", "only the change", "That is the change alone. Where is the image it is added to?",
                   lambda c, right: walk(c, replace(_fgsm_way(c), inside=False)) - c.X),
    ),
)  # fmt: skip


# --- pgd and targeted -------------------------------------------------------------------------

_OUTPUTS = ("X_adv", "the projected X_adv", "the clipped X_adv")


def _pgd_way(c: Case) -> Way:
    return Way(c.labels, c.alpha, c.steps, eps=c.eps, inside=True)


def _targeted_way(c: Case) -> Way:
    return Way(c.targets, c.alpha, c.steps, eps=c.eps, inside=True, along=-1.0)


def _walk_probes(way: Callable[[Case], Way], labels: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    """Probes for an attack in several steps: well inside the ball, at its edge, and at black and white."""
    extras: list[dict[str, Any]] = [{"output": name, "labels": labels} for name in _OUTPUTS]
    plain, ball, edge = extras

    def probes(rng: np.random.Generator) -> Iterator[Case]:
        yield attack_case(
            rng, "three steps inside the ball", (4, 6, 3), grey, way, True, eps=0.25, alpha=0.08, steps=3, **plain
        )
        yield _edge_of_ball(rng, way, ball)
        yield attack_case(
            rng, "pixels near 0 and near 1", (3, 6, 3), inked, way, True, eps=0.3, alpha=0.1, steps=3, **edge
        )
        yield attack_case(rng, "one image, one step", (1, 6, 4), grey, way, eps=0.2, alpha=0.1, steps=1, **plain)
        yield attack_case(rng, "no steps", (3, 5, 3), grey, way, eps=0.1, alpha=0.05, steps=0, **plain)
        yield attack_case(
            rng,
            "a pixel that no weight looks at",
            (2, 5, 3),
            grey,
            way,
            eps=0.1,
            alpha=0.05,
            steps=2,
            blind=(1,),
            **plain,
        )
        yield _longer_than_the_ball(rng, way, ball)
        yield attack_case(rng, "eps = 0", (2, 5, 3), grey, way, eps=0.0, alpha=0.1, steps=2, **ball)
        yield attack_case(rng, "whole numbers, eps = 1", (2, 6, 3), bitmap, way, eps=1, alpha=0.4, steps=2, **edge)

    return probes


def _edge_of_ball(rng: np.random.Generator, way: Callable[[Case], Way], rest: dict[str, Any]) -> Case:
    """Make a case where it matters that the ball is looked at after every step."""
    while True:
        case = attack_case(
            rng, "steps beyond the ball", (4, 6, 3), grey, way, True, eps=0.12, alpha=0.05, steps=4, **rest
        )
        if not np.allclose(walk(case, way(case)), walk(case, replace(way(case), late=True))):
            return case


def _longer_than_the_ball(rng: np.random.Generator, way: Callable[[Case], Way], rest: dict[str, Any]) -> Case:
    """Make a case where the first step must be held back, and steps are alpha long also beyond eps."""
    while True:
        label = "steps longer than the ball"
        case = attack_case(rng, label, (3, 6, 3), grey, way, True, eps=0.1, alpha=0.15, steps=3, **rest)
        right, slips = walk(case, way(case)), (replace(way(case), free=1), replace(way(case), alpha=case.eps))
        if not any(np.allclose(right, walk(case, slip)) for slip in slips):
            return case


def _walk_slips(way: Callable[[Case], Way], uphill: bool) -> tuple[Mistake, ...]:
    """List the mistakes of an attack in several steps; only the direction differs between the two."""

    def slip(name: str, hint: str, **changes: Any) -> Mistake:
        return walk_slip("X_adv", way, name, hint, **changes)

    def stopped(c: Case, right: np.ndarray) -> np.ndarray:
        paths = (walk(c, replace(way(c), eps=np.inf, steps=steps)) for steps in range(c.steps + 1))
        inside = takewhile(lambda x: np.max(np.abs(x - c.X), initial=0.0) <= c.eps, paths)
        return list(inside)[-1]

    def around_length(c: Case, right: np.ndarray) -> np.ndarray:
        change = walk(c, replace(way(c), eps=np.inf)) - c.X
        return c.X + change * np.minimum(1.0, c.eps / np.maximum(length(change), 1e-300))[:, None]

    turned = (
        slip(
            "descended",
            "Your attack makes the network more certain of the label. Which way does the loss grow?",
            along=-1.0,
        )
        if uphill
        else slip(
            "ascended",
            "Your pictures move away from the wanted class. Its loss should fall: which way is that?",
            along=1.0,
        )
    )
    return (
        turned,
        slip("no projection", "Several steps carry your pictures farther than eps from where they began.", eps=np.inf),
        slip("projected around the previous image", "Your ball moves along with the picture, so it never holds anything back. Around which picture does it lie?",
             home="here"),
        slip("forgot to clip", "Right for grey pixels, but some pixels leave [0, 1]. No picture has such pixels.", inside=False),
        slip("neither ball nor range", "Nothing holds your pictures: they leave the ball, and they leave [0, 1].", eps=np.inf, inside=False),
        slip("projected only at the end", "Ball and range are only looked at after the last step; until then the picture is outside, and its bar is taken there.",
             late=True),
        slip("first step without limits", "Your first step is not held back: ball and range are looked at from the second on. Is the order within a step right?", free=1),
        slip("one x_bar for all steps", "Right for one step only. After a step the picture is another one; is its bar still the same?", fresh=False),
        slip("forgot the sign", "Each pixel moves by alpha times its bar. What does fgsm make of the bar first?", move=np.positive),
        slip("eps and alpha exchanged", "Your steps are eps long, and your ball is as large as alpha. Which of the two is which?",
             eps=lambda c: c.alpha, alpha=lambda c: c.eps),
        slip("always from the original", "Each of your steps starts at the first image again, so the steps do not add up.", anchored=True),
        slip("one step only", "You stop after one step, whatever steps says.", steps=lambda c: min(c.steps, 1)),
        slip("one step too many", "One step too many. How many times is the picture moved when steps = 0?", steps=lambda c: c.steps + 1),
        slip("eps as the step", "Each of your steps is as long as the whole budget. Which of the two is the length of a step?", alpha=lambda c: c.eps),
        slip("alpha shared among the steps", "Your steps get shorter the more there are. alpha is the length of each.",
             alpha=lambda c: c.alpha / max(c.steps, 1)),
        slip("moved up at zero", _ZERO_UP, move=lambda s: np.where(s >= 0, 1.0, -1.0)),
        slip("moved down at zero", _ZERO_UP, move=lambda s: np.where(s > 0, 1.0, -1.0)),
        seen_from("X_adv", "stopped at the edge", "You stop as soon as a pixel would leave the ball. Bring that pixel back to the edge and walk on: the others still have room.",
                  stopped),
        seen_from("X_adv", "projected in length", ROUND,
                   around_length),
        seen_from("X_adv", "only the change", "That is the change alone. Where is the image it is added to?", lambda c, right: right - c.X),
    )  # fmt: skip


PGD = Exercise(
    name="pgd",
    signature="pgd(net, X, labels, eps, alpha, steps) -> like X, in [0, 1]",
    outputs=_OUTPUTS,
    points=3,
    minutes=15,
    level=3,
    statements=("L19",),
    needs=("input_bar",),
    probes=_walk_probes(_pgd_way, "labels"),
    oracle=lambda c: {c.output: walk(c, _pgd_way(c))},
    guesses=walk_guesses(_pgd_way),
    drive=driven("pgd"),
    mistakes=_walk_slips(_pgd_way, uphill=True),
)

TARGETED = Exercise(
    name="targeted",
    signature="targeted(net, X, targets, eps, alpha, steps) -> like X, in [0, 1]",
    outputs=_OUTPUTS,
    points=3,
    minutes=8,
    level=2,
    statements=("L19",),
    needs=("input_bar",),
    probes=_walk_probes(_targeted_way, "targets"),
    oracle=lambda c: {c.output: walk(c, _targeted_way(c))},
    guesses=walk_guesses(_targeted_way),
    drive=driven("targeted"),
    mistakes=(
        *_walk_slips(_targeted_way, uphill=False),
        seen_from(
            "X_adv",
            "mirrored at the end",
            "You walk uphill and turn the whole change round at the end. After the first step the bars are those of a picture on "
            "its way up. Which way must each single step go?",
            lambda c, right: np.clip(2 * c.X - walk(c, replace(_targeted_way(c), along=1.0)), 0.0, 1.0),
        ),
    ),
)
