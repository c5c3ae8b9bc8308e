"""Notebook 05: bars of images, and attacks that walk along them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from barprop.exercise import Case, Exercise, Mistake, Values
from barprop.exercises.probing import read_only
from barprop.nudged_net import logit_slopes, logits_at, loss_slopes, pull_images, small_net
from barprop.run import Run

NOTEBOOK = "05_adversarial/adversarial"


# --- what is tried ----------------------------------------------------------------------------


def _grey(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Images whose pixels are far from black and white."""
    return rng.uniform(0.4, 0.6, (n, d))


def _inked(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Images with pixels of exactly 0, of exactly 1, and a little off both."""
    X = rng.choice([0.0, 1.0, 0.04, 0.97], (n, d))
    X.flat[: min(4, X.size)] = [0.0, 1.0, 0.04, 0.97][: min(4, X.size)]
    return X


def _bitmap(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Black and white as whole numbers, in Fortran's order."""
    return np.asfortranarray(rng.integers(0, 2, (n, d)))


@dataclass(frozen=True)
class _Way:
    """How an attack walks. A mistake is the right way with one thing changed.

    Parameters
    ----------
    labels : the classes whose loss is walked along.
    along : 1 uphill, -1 downhill.
    move : what is made of the slopes for a step.
    fresh : whether every step asks for new slopes. anchored : whether every step starts at the original.
    eps : reach of the ball. home : what it lies around, "start" or "here". inside : whether pixels stay in [0, 1].
    late : whether ball and range are only looked at after the last step.
    """

    labels: Any
    alpha: float
    steps: int
    along: float = 1.0
    move: Callable[[np.ndarray], np.ndarray] = np.sign
    fresh: bool = True
    anchored: bool = False
    eps: float = np.inf
    home: str = "start"
    inside: bool = False
    late: bool = False


def _walk(c: Case, way: _Way) -> np.ndarray:
    """The images at the end of the way."""
    return _track(c, way)[0]


def _track(c: Case, way: _Way) -> tuple[np.ndarray, list[np.ndarray]]:
    """The images at the end of the way, and the slopes met on it."""
    start = np.array(c.X, dtype=float)
    x, met = start, []
    for step in range(way.steps):
        met.append(loss_slopes(c.net, x, way.labels) if way.fresh or not met else met[0])
        moved = (start if way.anchored else x) + way.along * way.alpha * way.move(met[-1])
        if not way.late or step == way.steps - 1:
            moved = _nearest_allowed(moved, x if way.home == "here" else start, way)
        x = moved
    return x, met


def _nearest_allowed(x: np.ndarray, home: np.ndarray, way: _Way) -> np.ndarray:
    low, high = home - way.eps, home + way.eps
    if way.inside:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return np.median([low, x, high], axis=0)


def _steady(c: Case, way: _Way, turns: bool) -> bool:
    """Whether no slope on the way is so near zero that its sign is a matter of rounding.

    With `turns`, some slope must also change its sign, or walking once would do.
    """
    met = np.array(_track(c, way)[1])
    if not met.size:
        return True
    seen = np.any(met != 0, axis=(0, 1))  # not the pixels that no weight looks at
    steady = np.abs(met[..., seen]).min() > 1e-3
    return bool(steady and (not turns or np.any(np.ptp(np.sign(met), axis=0) > 0)))


def _case(
    rng: np.random.Generator,
    label: str,
    sizes: tuple[int, int, int],
    images: Callable[[np.random.Generator, int, int], np.ndarray],
    way: Callable[[Case], _Way] | None = None,
    turns: bool = False,
    labels: str = "labels",
    **rest: Any,
) -> Case:
    """A small network with (n, d, k) images, pixels and classes, drawn until the way is steady."""
    n, d, k = sizes
    more = {name: rest.pop(name) for name in ("output", "blind") if name in rest}
    while True:
        X = read_only(images(rng, n, d))
        classes = rng.integers(0, k, n)
        classes[-1] = k - 1  # the last class is always there
        args = {"net": small_net(rng, d, k, blind=more.get("blind", ())), "X": X, labels: classes}
        case = Case(label, args | rest, more)
        if way is None or _steady(case, way(case), turns):
            return case


def _driven(name: str) -> Callable[[Run, Case], Iterator[tuple[str, Any]]]:
    """Each case asks for one of the outputs: where an answer is right only in part, that part counts."""

    def drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        yield case.output, run(name, *case.args.values())

    return drive


# --- input_bar and sensitivity ----------------------------------------------------------------


def _image_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, "four images", (4, 6, 3), _grey)
    yield _case(rng, "three images, four classes", (3, 8, 4), _inked)
    yield _case(rng, "one image", (1, 5, 3), _grey)
    yield _case(rng, "one pixel each, two classes", (3, 1, 2), _grey)
    yield _case(rng, "whole numbers", (2, 6, 3), _bitmap)


def _logits(c: Case) -> np.ndarray:
    return logits_at(np.array(c.X, dtype=float), c.net[1])


def _image_mistake(name: str, hint: str, wrong: Callable[[Case, Any], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"X_bar": wrong(c, right["X_bar"])})


INPUT_BAR = Exercise(
    name="input_bar",
    notebook=NOTEBOOK,
    signature="input_bar(net, X, labels) -> like X",
    outputs=("X_bar",),
    points=2,
    minutes=8,
    level=2,
    statements=("L18",),
    probes=_image_probes,
    oracle=lambda c: {"X_bar": loss_slopes(c.net, c.X, c.labels)},
    mistakes=(
        _image_mistake("forgot the n", "Right for one image, too small for several. The loss is a mean; whose loss is asked for?",
                       lambda c, right: right / len(c.X)),
        _image_mistake("n twice", "Too large by the number of images. The mean was taken once; once is enough to undo it.",
                       lambda c, right: right * len(c.X)),
        _image_mistake("n twice in the mean", "Far too small for several images: loss.backward has divided by n already.",
                       lambda c, right: right / len(c.X) ** 2),
        _image_mistake("flipped the sign", "The size is right, the sign is not. A bar says where the loss grows.",
                       lambda c, right: -right),
        _image_mistake("stopped at the logits", "That is the bar of the logits, one number a class. The way back goes on, through the network.",
                       lambda c, right: logit_slopes(_logits(c), c.labels)),
        _image_mistake("stopped at the logits, without n", "That is the bar of the logits, one number a class. The way back goes on, through the network.",
                       lambda c, right: logit_slopes(_logits(c), c.labels) / len(c.X)),
        _image_mistake("ones for the loss", "Ones went into network.backward: the bar of the sum of all logits. Which bar comes back from the loss?",
                       lambda c, right: pull_images(c.net, c.X, np.ones_like(_logits(c)))),
        _image_mistake("logits for their bar", "The logits went into network.backward. It takes their bar: who hands that over?",
                       lambda c, right: pull_images(c.net, c.X, _logits(c))),
        _image_mistake("only the right class's logit", "That is what a pixel does to the logit of the label. The loss looks at the other classes as well.",
                       lambda c, right: pull_images(c.net, c.X, np.eye(_logits(c).shape[1])[c.labels])),
        _image_mistake("added the images up", "One row for all images. Each image has a bar of its own, in its own shape.",
                       lambda c, right: right.sum(axis=0)),
        _image_mistake("averaged the images", "One row for all images. Each image has a bar of its own, in its own shape.",
                       lambda c, right: right.mean(axis=0)),
        _image_mistake("sizes without signs", "The sizes are right, but a bar has a sign: brighter or darker, which of them raises the loss?",
                       lambda c, right: np.abs(right)),
    ),
)  # fmt: skip


def _norm_mistake(name: str, hint: str, wrong: Callable[[Case, np.ndarray], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"sensitivity": wrong(c, loss_slopes(c.net, c.X, c.labels))})


def _length(bars: np.ndarray, axis: int | None = 1) -> Any:
    return np.sqrt(np.square(bars).sum(axis=axis))


SENSITIVITY = Exercise(
    name="sensitivity",
    notebook=NOTEBOOK,
    signature="sensitivity(net, X, labels) -> (n,)",
    outputs=("sensitivity",),
    points=1,
    minutes=4,
    level=1,
    statements=("L18",),
    needs=("input_bar",),
    probes=_image_probes,
    oracle=lambda c: {"sensitivity": np.array([np.hypot.reduce(row) for row in loss_slopes(c.net, c.X, c.labels)])},
    mistakes=(
        _norm_mistake("one for the whole batch", "A single number came out. Which axis runs over the pixels of one image?",
                      lambda c, bars: _length(bars, None)),
        _norm_mistake("along the images", "One number a pixel came out. Which axis runs over the pixels of one image?",
                      lambda c, bars: _length(bars, 0)),
        _norm_mistake("forgot the root", "Squares added up, and left squared.", lambda c, bars: _length(bars) ** 2),
        _norm_mistake("sum of sizes", "You added up absolute values. The Euclidean length takes another road.",
                      lambda c, bars: np.abs(bars).sum(axis=1)),
        _norm_mistake("largest entry", "You took the largest pixel alone. Length counts them all.",
                      lambda c, bars: np.abs(bars).max(axis=1)),
        _norm_mistake("plain sum", "Signs cancel in your sum: a very sensitive image can come out near 0.",
                      lambda c, bars: bars.sum(axis=1)),
        _norm_mistake("mean instead of sum", "Your number shrinks as images get more pixels: there is a mean in it.",
                      lambda c, bars: np.sqrt(np.square(bars).mean(axis=1))),
        _norm_mistake("forgot the n", "Right for one image, too small for several: these are lengths of bars of the mean loss.",
                      lambda c, bars: _length(bars) / len(bars)),
        _norm_mistake("length of the image", "That is how long the image is. Asked is how long its bar is.",
                      lambda c, bars: _length(np.array(c.X, dtype=float))),
        _norm_mistake("a column", "The numbers are right, the shape is not: (n,) is asked for.",
                      lambda c, bars: _length(bars)[:, None]),
    ),
)  # fmt: skip


# --- gradient_ascent --------------------------------------------------------------------------


def _ascent_way(c: Case) -> _Way:
    return _Way(c.labels, c.alpha, c.steps, move=np.positive)


def _ascent_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, "one step", (4, 6, 3), _grey, alpha=0.03, steps=1)
    yield _case(rng, "three steps", (3, 7, 4), _grey, alpha=0.02, steps=3)
    yield _case(rng, "one image, two steps", (1, 6, 3), _grey, alpha=0.04, steps=2)
    yield _case(rng, "no steps", (3, 5, 3), _grey, alpha=0.05, steps=0)
    yield _case(rng, "dark and bright pixels", (3, 6, 3), _inked, alpha=0.06, steps=2)
    yield _case(rng, "whole numbers", (2, 6, 3), _bitmap, alpha=1, steps=1)


def _slip(output: str, way_of: Callable[[Case], _Way], name: str, hint: str, **changes: Any) -> Mistake:
    """A mistake that walks the right way but for `changes`: values, or functions of the case."""

    def wrong(c: Case, right: Values) -> Values:
        now = {key: value(c) if key in ("alpha", "steps") else value for key, value in changes.items()}
        return {getattr(c, "output", output): _walk(c, replace(way_of(c), **now))}

    return Mistake(name, hint, wrong)


def _seen_from(output: str, name: str, hint: str, wrong: Callable[[Case, np.ndarray], np.ndarray]) -> Mistake:
    """A mistake that does something to the right images."""

    def values(c: Case, right: Values) -> Values:
        key = getattr(c, "output", output)
        return {key: wrong(c, right[key])}

    return Mistake(name, hint, values)


def _unit(slopes: np.ndarray) -> np.ndarray:
    return slopes / np.maximum(_length(slopes)[:, None], 1e-300)


def _ascent_slip(name: str, hint: str, **changes: Any) -> Mistake:
    return _slip("X_up", _ascent_way, name, hint, **changes)


GRADIENT_ASCENT = Exercise(
    name="gradient_ascent",
    notebook=NOTEBOOK,
    signature="gradient_ascent(net, X, labels, alpha, steps) -> like X",
    outputs=("X_up",),
    points=2,
    minutes=6,
    level=1,
    statements=("L19", "L20"),
    needs=("input_bar",),
    probes=_ascent_probes,
    oracle=lambda c: {"X_up": _walk(c, _ascent_way(c))},
    mistakes=(
        _ascent_slip("descended", "Your loss falls. That is training's direction; here the loss is to grow.", along=-1.0),
        _ascent_slip("one x_bar for all steps", "Right for one step only. After a step the image is another one; is its bar still the same?",
                     fresh=False),
        _ascent_slip("always from the original", "Each of your steps starts at the first image again, so the steps do not add up.",
                     anchored=True),
        _ascent_slip("one step only", "You stop after one step, whatever steps says.", steps=lambda c: min(c.steps, 1)),
        _ascent_slip("one step too many", "One step too many. How often is the image moved when steps = 0?",
                     steps=lambda c: c.steps + 1),
        _ascent_slip("forgot the n", "The direction is right, the step is too short when there are several images: that is the bar of the mean loss.",
                     alpha=lambda c: c.alpha / len(c.X)),
        _ascent_slip("sign instead of the bar", "All your pixels move equally far. That comes two exercises on; here each moves by its own bar.",
                     move=np.sign),
        _ascent_slip("unit length", "You divide the bar by its length. Here a sensitive image moves farther than a dull one.",
                     move=_unit),
        _ascent_slip("forgot alpha", "The steps are all of one size whatever alpha is.", alpha=lambda c: 1.0),
        _seen_from("X_up", "clipped", "You keep the pixels in [0, 1]. Wise, but not asked for yet: here the image may leave that range.",
                   lambda c, right: np.minimum(np.maximum(right, 0.0), 1.0)),
        _seen_from("X_up", "only the change", "That is the change alone. Where is the image it is added to?",
                   lambda c, right: right - c.X),
        Mistake("added to two", "The lecture says \"2 + alpha ...\" by a slip of the tongue. To what is the step really added?",
                lambda c, right: {"X_up": 2 + c.alpha * loss_slopes(c.net, c.X, c.labels)} if c.steps else None),
    ),
)  # fmt: skip


# --- fgsm -------------------------------------------------------------------------------------


def _fgsm_way(c: Case) -> _Way:
    return _Way(c.labels, c.eps, 1, inside=True)


def _fgsm_probes(rng: np.random.Generator) -> Iterator[Case]:
    plain, edge = {"output": "X_adv"}, {"output": "the clipped X_adv"}
    yield _case(rng, "four images", (4, 6, 3), _grey, _fgsm_way, eps=0.2, **plain)
    yield _case(rng, "dark and bright pixels", (4, 7, 3), _inked, _fgsm_way, eps=0.15, **edge)
    yield _case(rng, "one image", (1, 6, 4), _grey, _fgsm_way, eps=0.05, **plain)
    yield _case(rng, "a pixel that no weight looks at", (3, 5, 3), _grey, _fgsm_way, eps=0.1, blind=(2,), **plain)
    yield _case(rng, "eps = 0", (2, 5, 3), _grey, _fgsm_way, eps=0.0, **plain)
    yield _case(rng, "one pixel each", (4, 1, 2), _grey, _fgsm_way, eps=0.3, **plain)
    yield _case(rng, "whole numbers, eps = 1", (3, 6, 3), _bitmap, _fgsm_way, eps=1, **edge)


def _fgsm_slip(name: str, hint: str, **changes: Any) -> Mistake:
    return _slip("X_adv", _fgsm_way, name, hint, **changes)


_ZERO_UP = "The size of every move is right, but one pixel moves that no weight looks at. Its x_bar is 0: up or down?"

FGSM = Exercise(
    name="fgsm",
    notebook=NOTEBOOK,
    signature="fgsm(net, X, labels, eps) -> like X, in [0, 1]",
    outputs=("X_adv", "the clipped X_adv"),
    points=3,
    minutes=6,
    level=1,
    statements=("L19",),
    needs=("input_bar",),
    probes=_fgsm_probes,
    oracle=lambda c: {c.output: _walk(c, _fgsm_way(c))},
    drive=_driven("fgsm"),
    mistakes=(
        _fgsm_slip("forgot the sign", "Each pixel moves by its bar. With the same budget for every pixel, each may go as far as eps.",
                   move=np.positive),
        _fgsm_slip("descended", "Your attack makes the classifier surer of the label. Which way does the loss grow?", along=-1.0),
        _fgsm_slip("forgot to clip", "Right in the grey; some pixels leave [0, 1]. No camera takes such a picture.", inside=False),
        _fgsm_slip("unit length", "The whole image moves by eps in length. Here every pixel by itself has a budget of eps.", move=_unit),
        _fgsm_slip("moved up at zero", _ZERO_UP, move=lambda s: np.where(s >= 0, 1.0, -1.0)),
        _fgsm_slip("moved down at zero", _ZERO_UP, move=lambda s: np.where(s > 0, 1.0, -1.0)),
        _fgsm_slip("forgot eps", "Every move has the same size whatever eps is.", alpha=lambda c: 1.0),
        _fgsm_slip("only upwards", "All your pixels get brighter. Some bars are negative.", move=lambda s: np.abs(np.sign(s))),
        _fgsm_slip("one sign a pixel for all images", "All images move along the same pattern. Each has signs of its own.",
                   move=lambda s: np.sign(s.sum(axis=0)) * np.ones_like(s)),
        _seen_from("X_adv", "clipped to the ball around zero", "You clip the picture to [-eps, eps]. It is the change that is so small, not the picture.",
                   lambda c, right: np.minimum(np.maximum(_walk(c, replace(_fgsm_way(c), inside=False)), -c.eps), c.eps)),
        _seen_from("X_adv", "clipped below only", "Some pixels are brighter than 1.",
                   lambda c, right: np.maximum(_walk(c, replace(_fgsm_way(c), inside=False)), 0.0)),
        _seen_from("X_adv", "clipped above only", "Some pixels are darker than 0.",
                   lambda c, right: np.minimum(_walk(c, replace(_fgsm_way(c), inside=False)), 1.0)),
        _seen_from("X_adv", "only the change", "That is the change alone. Where is the image it is added to?",
                   lambda c, right: _walk(c, replace(_fgsm_way(c), inside=False)) - c.X),
    ),
)  # fmt: skip


# --- pgd and targeted -------------------------------------------------------------------------

_OUTPUTS = ("X_adv", "the projected X_adv", "the clipped X_adv")


def _pgd_way(c: Case) -> _Way:
    return _Way(c.labels, c.alpha, c.steps, eps=c.eps, inside=True)


def _targeted_way(c: Case) -> _Way:
    return _Way(c.targets, c.alpha, c.steps, eps=c.eps, inside=True, along=-1.0)


def _walk_probes(way: Callable[[Case], _Way], labels: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    """Probes for an attack in several steps: well inside the ball, at its edge, and at black and white."""
    plain, ball, edge = ({"output": name, "labels": labels} for name in _OUTPUTS)

    def probes(rng: np.random.Generator) -> Iterator[Case]:
        yield _case(rng, "three steps inside the ball", (4, 6, 3), _grey, way, True, eps=0.25, alpha=0.08, steps=3, **plain)
        yield _edge_of_ball(rng, way, ball)
        yield _case(rng, "dark and bright pixels", (3, 6, 3), _inked, way, True, eps=0.3, alpha=0.1, steps=3, **edge)
        yield _case(rng, "one image, one step", (1, 6, 4), _grey, way, eps=0.2, alpha=0.1, steps=1, **plain)
        yield _case(rng, "no steps", (3, 5, 3), _grey, way, eps=0.1, alpha=0.05, steps=0, **plain)
        yield _case(rng, "a pixel that no weight looks at", (2, 5, 3), _grey, way, eps=0.1, alpha=0.05, steps=2, blind=(1,), **plain)
        yield _case(rng, "steps longer than the ball", (3, 6, 3), _grey, way, True, eps=0.1, alpha=0.15, steps=3, **ball)
        yield _case(rng, "eps = 0", (2, 5, 3), _grey, way, eps=0.0, alpha=0.1, steps=2, **ball)
        yield _case(rng, "whole numbers, eps = 1", (2, 6, 3), _bitmap, way, eps=1, alpha=0.4, steps=2, **edge)

    return probes


def _edge_of_ball(rng: np.random.Generator, way: Callable[[Case], _Way], rest: dict[str, Any]) -> Case:
    """A case where it matters that the ball is looked at after every step."""
    while True:
        case = _case(rng, "steps beyond the ball", (4, 6, 3), _grey, way, True, eps=0.12, alpha=0.05, steps=4, **rest)
        if not np.allclose(_walk(case, way(case)), _walk(case, replace(way(case), late=True))):
            return case


def _walk_slips(way: Callable[[Case], _Way], uphill: bool) -> tuple[Mistake, ...]:
    """The mistakes of an attack in several steps; only the direction differs between the two."""

    def slip(name: str, hint: str, **changes: Any) -> Mistake:
        return _slip("X_adv", way, name, hint, **changes)

    def around_length(c: Case, right: np.ndarray) -> np.ndarray:
        change = _walk(c, replace(way(c), eps=np.inf)) - c.X
        return c.X + change * np.minimum(1.0, c.eps / np.maximum(_length(change), 1e-300))[:, None]

    turned = (
        slip("descended", "Your attack makes the classifier surer of the label. Which way does the loss grow?", along=-1.0)
        if uphill
        else slip("ascended", "Your pictures flee the wanted class. Its loss is to fall: which way does it fall?", along=1.0)
    )
    return (
        turned,
        slip("no projection", "Several steps carry your pictures farther than eps from where they began.", eps=np.inf),
        slip("projected around the previous image", "Your ball moves along with the picture, so it never holds anything back. Around which picture does it lie?",
             home="here"),
        slip("forgot to clip", "Right in the grey; some pixels leave [0, 1]. No camera takes such a picture.", inside=False),
        slip("neither ball nor range", "Nothing holds your pictures: they leave the ball, and they leave [0, 1].", eps=np.inf, inside=False),
        slip("projected only at the end", "Ball and range are only looked at after the last step; until then the picture walks outside, and asks for directions there.",
             late=True),
        slip("one x_bar for all steps", "Right for one step only. After a step the picture is another one; is its bar still the same?", fresh=False),
        slip("forgot the sign", "Each pixel moves by alpha times its bar. What does fgsm make of the bar first?", move=np.positive),
        slip("always from the original", "Each of your steps starts at the first image again, so the steps do not add up.", anchored=True),
        slip("one step only", "You stop after one step, whatever steps says.", steps=lambda c: min(c.steps, 1)),
        slip("one step too many", "One step too many. How often is the picture moved when steps = 0?", steps=lambda c: c.steps + 1),
        slip("eps as the step", "Each of your steps is as long as the whole budget. Which of the two is the length of a step?", alpha=lambda c: c.eps),
        slip("alpha shared among the steps", "Your steps get shorter the more there are. alpha is the length of each.",
             alpha=lambda c: c.alpha / max(c.steps, 1)),
        slip("moved up at zero", _ZERO_UP, move=lambda s: np.where(s >= 0, 1.0, -1.0)),
        slip("moved down at zero", _ZERO_UP, move=lambda s: np.where(s > 0, 1.0, -1.0)),
        _seen_from("X_adv", "projected in length", "Your ball is round: it limits the length of the whole change. Max norm means a limit for each pixel.",
                   around_length),
        _seen_from("X_adv", "only the change", "That is the change alone. Where is the image it is added to?", lambda c, right: right - c.X),
    )  # fmt: skip


PGD = Exercise(
    name="pgd",
    notebook=NOTEBOOK,
    signature="pgd(net, X, labels, eps, alpha, steps) -> like X, in [0, 1]",
    outputs=_OUTPUTS,
    points=3,
    minutes=12,
    level=3,
    statements=("L19",),
    needs=("input_bar",),
    probes=_walk_probes(_pgd_way, "labels"),
    oracle=lambda c: {c.output: _walk(c, _pgd_way(c))},
    drive=_driven("pgd"),
    mistakes=_walk_slips(_pgd_way, uphill=True),
)

TARGETED = Exercise(
    name="targeted",
    notebook=NOTEBOOK,
    signature="targeted(net, X, targets, eps, alpha, steps) -> like X, in [0, 1]",
    outputs=_OUTPUTS,
    points=3,
    minutes=8,
    level=2,
    statements=("L19",),
    needs=("input_bar",),
    probes=_walk_probes(_targeted_way, "targets"),
    oracle=lambda c: {c.output: _walk(c, _targeted_way(c))},
    drive=_driven("targeted"),
    mistakes=_walk_slips(_targeted_way, uphill=False),
)


# --- accuracy_curve ---------------------------------------------------------------------------


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
        told = len(curve) < 3 or not np.array_equal(curve, _curve(case, chain=True))
        if len(set(curve)) == len(curve) and told and _clear(case):
            return case


def _winners(net: tuple, X: np.ndarray) -> np.ndarray:
    """The class whose logit no other one exceeds, (n,)."""
    logits = logits_at(X, net[1])
    return np.argsort(logits, axis=1)[:, -1]


def _clear(c: Case) -> bool:
    """Whether no image is a tie between two classes."""
    for eps in [0.0, *c.eps_list]:
        top = np.sort(logits_at(c.attack(c.net, c.X, c.labels, eps), c.net[1]), axis=1)[:, -2:]
        if np.ptp(top, axis=1).min() < 1e-6:
            return False
    return True


def _curve(c: Case, chain: bool = False, against: np.ndarray | None = None) -> np.ndarray:
    """The share of images that keep their label (or `against`), counted one by one."""
    X, shares = c.X, []
    for eps in c.eps_list:
        attacked = c.attack(c.net, X if chain else c.X, c.labels, eps)
        X = attacked
        kept = _winners(c.net, attacked) == (c.labels if against is None else against)
        shares.append(np.count_nonzero(kept) / len(kept))
    return np.array(shares)


def _clean(c: Case) -> float:
    return np.count_nonzero(_winners(c.net, c.X) == c.labels) / len(c.X)


def _curve_mistake(name: str, hint: str, wrong: Callable[[Case, np.ndarray], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"accuracy": wrong(c, right["accuracy"])})


ACCURACY_CURVE = Exercise(
    name="accuracy_curve",
    notebook=NOTEBOOK,
    signature="accuracy_curve(net, X, labels, eps_list, attack) -> (len(eps_list),)",
    outputs=("accuracy",),
    points=2,
    minutes=8,
    level=2,
    statements=("L19", "L20"),
    probes=_curve_probes,
    oracle=lambda c: {"accuracy": _curve(c)},
    mistakes=(
        _curve_mistake("error instead of accuracy", "You count the images that are lost. Accuracy counts those that are still right.",
                       lambda c, right: 1 - right),
        _curve_mistake("number instead of share", "You count images. A share is a number in [0, 1].", lambda c, right: right * len(c.X)),
        _curve_mistake("percent", "Those are percent. A share is a number in [0, 1].", lambda c, right: right * 100),
        _curve_mistake("classified the clean images", "The curve is flat: which images does the network look at, those before or those after the attack?",
                       lambda c, right: np.full(len(right), _clean(c))),
        _curve_mistake("attacked the attacked", "From the second eps on it is off: your attack starts from images that have been attacked before.",
                       lambda c, right: _curve(c, chain=True)),
        _curve_mistake("against the predictions", "You compare with what the network said before. The truth stands in labels, and the network was wrong at times.",
                       lambda c, right: _curve(c, against=_winners(c.net, c.X))),
        _curve_mistake("relative to the clean accuracy", "You divide by the accuracy without attack. The share of all images is asked for.",
                       lambda c, right: right / _clean(c)),
        _curve_mistake("drop instead of accuracy", "That is how much is lost against the clean images. Asked is what is left.",
                       lambda c, right: _clean(c) - right),
        _curve_mistake("sorted by eps", "The right shares in another order: entry i belongs to eps_list[i].",
                       lambda c, right: right[np.argsort(c.eps_list)]),
        Mistake("one number for all", "One number came out. A curve has one for every eps.",
                lambda c, right: {"accuracy": right["accuracy"].mean()} if len(c.eps_list) else None),
    ),
)  # fmt: skip

EXERCISES = (INPUT_BAR, SENSITIVITY, GRADIENT_ASCENT, FGSM, PGD, TARGETED, ACCURACY_CURVE)
