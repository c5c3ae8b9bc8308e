"""Notebook 05: what attacks are tried on, and how a walk along the bars of an image goes right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.exercises.sampling import read_only
from barprop.fixtures.networks import logits_at, loss_slopes, small_net
from barprop.judging.exercise import Candidate, Case, Guesses, Mistake, Values


def grey(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw images whose pixels are far from black and white."""
    return rng.uniform(0.4, 0.6, (n, d))


def inked(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw images with pixels of exactly 0, of exactly 1, and a little off both."""
    X = rng.choice([0.0, 1.0, 0.04, 0.97], (n, d))
    X.flat[: min(4, X.size)] = [0.0, 1.0, 0.04, 0.97][: min(4, X.size)]
    return X


def bitmap(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw images in black and white, as whole numbers, in Fortran's order."""
    return np.asfortranarray(rng.integers(0, 2, (n, d)))


@dataclass(frozen=True)
class Way:
    """The rules by which an attack walks. A mistake is the right rules with one of them changed.

    Parameters
    ----------
    labels : array of int
        The classes whose loss goes up or down.
    alpha : float
        Length of a step.
    steps : int
        Number of steps.
    along : float
        1 for uphill, -1 for downhill.
    move : callable
        Slopes -> direction of the step, such as their signs.
    fresh : bool
        Whether every step computes the slopes anew.
    anchored : bool
        Whether every step starts at the original.
    eps : float
        Radius of the ball.
    ball : callable, optional
        (distances from the centre, eps) -> the distances that are left, by another rule than pixel by pixel.
    home : {"start", "here"}
        The centre of the ball: the original, or the present point.
    inside : bool
        Whether pixels stay in [0, 1].
    late : bool
        Whether ball and range are applied only after the last step.
    free : int
        Number of first steps without ball and range.
    """

    labels: Any
    alpha: float
    steps: int
    along: float = 1.0
    move: Callable[[np.ndarray], np.ndarray] = np.sign
    fresh: bool = True
    anchored: bool = False
    eps: float = np.inf
    ball: Callable[[np.ndarray, float], np.ndarray] | None = None
    home: str = "start"
    inside: bool = False
    late: bool = False
    free: int = 0


def walk(c: Case, way: Way, before: Way | None = None) -> np.ndarray:
    """Return the images at the end of the trajectory; `before` is walked first."""
    return _track(c, way, None if before is None else walk(c, before))[0]


def _track(c: Case, way: Way, begin: np.ndarray | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the images at the end of the trajectory, and the slopes met on it."""
    start = np.array(c.X, dtype=float)
    x = start if begin is None else begin
    met: list[np.ndarray] = []
    for step in range(way.steps):
        met.append(loss_slopes(c.net, x, way.labels) if way.fresh or not met else met[0])
        moved = (start if way.anchored else x) + way.along * way.alpha * way.move(met[-1])
        if step >= way.free and (not way.late or step == way.steps - 1):
            moved = _nearest_allowed(moved, x if way.home == "here" else start, way)
        x = moved
    return x, met


def _nearest_allowed(x: np.ndarray, home: np.ndarray, way: Way) -> np.ndarray:
    if way.ball is not None:
        return _kept(home + way.ball(x - home, way.eps), way)
    low, high = home - way.eps, home + way.eps
    if way.inside:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return np.median([low, x, high], axis=0)


def _steady(c: Case, way: Way, turns: bool) -> bool:
    """Whether no slope on the way is so near zero that its sign is a matter of rounding.

    With `turns`, some slope must also change its sign, or walking once would do.
    """
    met = np.array(_track(c, way)[1])
    if not met.size:
        return True
    seen = np.any(met != 0, axis=(0, 1))  # not the pixels that no weight looks at
    steady = np.abs(met[..., seen]).min() > 1e-3
    return bool(steady and (not turns or np.any(np.ptp(np.sign(met), axis=0) > 0)))


def attack_case(
    rng: np.random.Generator,
    label: str,
    sizes: tuple[int, int, int],
    images: Callable[[np.random.Generator, int, int], np.ndarray],
    way: Callable[[Case], Way] | None = None,
    turns: bool = False,
    labels: str = "labels",
    **rest: Any,
) -> Case:
    """Make a small network with (n, d, k) images, pixels and classes, drawn until the trajectory is steady."""
    n, d, k = sizes
    more: dict[str, Any] = {name: rest.pop(name) for name in ("output", "blind") if name in rest}
    while True:
        X = read_only(images(rng, n, d))
        classes = rng.integers(0, k, n)
        classes[-1] = k - 1  # the last class is always there
        args = {"net": small_net(rng, d, k, blind=more.get("blind", ())), "X": X, labels: classes}
        case = Case(label, args | rest, more, trivial=rest.get("steps") == 0)
        if way is None or _steady(case, way(case), turns):
            return case


def driven(name: str) -> Callable[[Run, Case], Iterator[tuple[str, Any]]]:
    """Ask for one of the outputs in each case: where an answer is right only in part, that part counts."""

    def drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        yield case.output, run(name, *case.args.values())

    return drive


def _changed(c: Case, way_of: Callable[[Case], Way], changes: Mapping[str, Any]) -> Way:
    now = {
        key: value(c) if key not in ("move", "ball") and callable(value) else value for key, value in changes.items()
    }
    return replace(way_of(c), **now)


def predicted(c: Case) -> np.ndarray:
    """Return the class that the network sees in each image."""
    return np.argmax(logits_at(np.array(c.X, dtype=float), c.net[1]), axis=1)


_Size = Callable[[np.ndarray], np.ndarray]


def _round_ball(size: _Size, always: bool = False) -> Callable[[np.ndarray, float], np.ndarray]:
    """Shorten whole images to a size of eps: those that are larger, or `always`."""

    def brought_back(apart: np.ndarray, eps: float) -> np.ndarray:
        share = eps / np.maximum(size(apart)[:, None], 1e-300)
        return apart * (share if always else np.minimum(1.0, share))

    return brought_back


def _sizes(apart: np.ndarray) -> np.ndarray:
    return np.abs(apart).sum(axis=1)


def _largest(apart: np.ndarray) -> np.ndarray:
    return np.abs(apart).max(axis=1)


def length(bars: np.ndarray, axis: int | None = 1) -> Any:
    """Return the Euclidean length of each row."""
    return np.sqrt(np.square(bars).sum(axis=axis))


ROUND = "Your ball is round: it limits the whole change of an image. Here every pixel has a limit of its own."
_SHORTENED = "Your ball shortens the whole change of an image. Here every pixel is held back by itself."

_SLIPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("predictions in place of labels", "Your attack walks along the loss of the class that the network sees. Which class is asked for?", {"labels": predicted}),
    ("uphill", "You walk uphill. Which way does the loss have to go?", {"along": 1.0}),
    ("downhill", "You walk downhill. Which way does the loss have to go?", {"along": -1.0}),
    ("one step too few", "One step is missing. How many times does your loop run?", {"steps": lambda c: max(c.steps - 1, 0)}),
    ("one step too many", "One step too many is done. How many times does your loop run?", {"steps": lambda c: c.steps + 1}),
    ("one step, whatever steps says", "You do one step, whatever steps says.", {"steps": lambda c: 1}),
    ("half a step", "Your steps are half as long as they should be.", {"alpha": lambda c: _size(c) / 2}),
    ("twice a step", "Your steps are twice as long as they should be.", {"alpha": lambda c: 2 * _size(c)}),
    ("a step over n", "Your steps are too short by the number of images.", {"alpha": lambda c: _size(c) / len(c.X)}),
    ("eps as the step", "Your steps are as long as the whole budget eps. How long is a step?", {"alpha": lambda c: c.eps}),
    ("size of a step left out", "Your steps are all of one size, whatever is asked for.", {"alpha": lambda c: 1.0}),
    ("alpha as the budget", "Your ball is as large as one step. How far may a pixel go in all?", {"eps": lambda c: c.alpha}),
    ("half the budget", "Your ball is half as large as it may be.", {"eps": lambda c: c.eps / 2}),
    ("twice the budget", "Your ball is twice as large as it may be.", {"eps": lambda c: 2 * c.eps}),
    ("the bar instead of its sign", "Each pixel moves by its bar, but all should move equally far.", {"move": np.positive}),
    ("the sign instead of the bar", "All pixels move equally far, but each should move by its own bar.", {"move": np.sign}),
    ("the step times eps", "Your step is multiplied by eps. How long is a step?", {"alpha": lambda c: c.alpha * c.eps if "alpha" in c.args else c.eps * c.eps}),
    ("the step over the pixels", "Your step is divided by the number of pixels.", {"alpha": lambda c: _size(c) / np.shape(c.X)[1]}),
    ("a step of 1", "Your step is 1, whatever size was asked for.", {"alpha": 1.0}),
    ("the sign of the step alone", "Your step is 1, whatever size was asked for: the size is inside the sign.", {"alpha": 1.0, "move": np.sign}),
    ("only upwards", "Your pixels only get larger. Some bars are negative.", {"move": lambda s: (s > 0) * 1.0}),
    ("only downwards", "Your pixels only get smaller. Some bars are positive.", {"move": lambda s: (s < 0) * -1.0}),
    ("by the size of the bar", "Your pixels only get larger. Some bars are negative.", {"move": np.abs}),
    ("scaled by the largest bar", "Your bars are divided by the largest of them. Is that what a step is made of?", {"move": lambda s: s / np.max(np.abs(s))}),
    ("scaled by each image's largest bar", "Your bars are divided by the largest of them. Is that what a step is made of?", {"move": lambda s: s / np.max(np.abs(s), axis=1, keepdims=True)}),
    ("scaled by the length of all bars", "Your bars are divided by their length. Is that what a step is made of?", {"move": lambda s: s / np.sqrt(np.sum(s * s))}),
    ("the first bar for ever", "Right for one step only. After a step the image is another one; is its bar still the same?", {"fresh": False}),
    ("always from the original", "Each of your steps starts at the first image again, so the steps do not add up.", {"anchored": True}),
    ("the bar instead of its sign, without the range", "Each pixel moves by its bar, but all should move equally far. And some pixels leave [0, 1].", {"move": np.positive, "inside": False}),
    ("the bar instead of its sign, without the ball", "Each pixel moves by its bar, but all should move equally far. And your images leave the ball.", {"move": np.positive, "eps": np.inf}),
    ("the bar instead of its sign, without any limit", "Each pixel moves by its bar, but all should move equally far. And nothing holds your images: neither the ball nor [0, 1].", {"move": np.positive, "eps": np.inf, "inside": False}),
    ("away from what the network sees", "Your attack only walks away from the class that the network sees. Which class is asked for?", {"labels": predicted, "along": 1.0}),
    ("without the ball", "Your images leave the ball.", {"eps": np.inf}),
    ("a round ball, by length", ROUND, {"ball": _round_ball(length)}),
    ("a round ball, by the sum of the sizes", ROUND, {"ball": _round_ball(_sizes)}),
    ("always moved to the edge of a round ball", ROUND, {"ball": _round_ball(length, always=True)}),
    ("a ball on one side only", "Your ball lets pixels move one way only: the change may lie anywhere from -eps to eps.",
     {"ball": lambda change, eps: np.clip(change, 0.0, eps)}),
    ("a ball without its lower half", "Your ball holds pixels back on one side only: the change may lie anywhere from -eps to eps, and no further.",
     {"ball": lambda change, eps: np.minimum(change, eps)}),
    ("a ball without its upper half", "Your ball holds pixels back on one side only: the change may lie anywhere from -eps to eps, and no further.",
     {"ball": lambda change, eps: np.maximum(change, -eps)}),
    ("a ball on the other side only", "Your ball lets pixels move one way only: the change may lie anywhere from -eps to eps.",
     {"ball": lambda change, eps: np.clip(change, -eps, 0.0)}),
    ("shortened as a whole", _SHORTENED, {"ball": _round_ball(_largest)}),
    ("always moved to the edge as a whole", _SHORTENED, {"ball": _round_ball(_largest, always=True)}),
    ("without the range", "Your pixels leave [0, 1].", {"inside": False}),
    ("kept in the range", "You keep the pixels in [0, 1], which is not asked for here.", {"inside": True}),
)  # fmt: skip


# Only where a pixel moves by its own bar: steps that go by the sign are cut off by the limits, which looks alike.
_BY_LENGTH: tuple[str, str, dict[str, Any]] = (
    "by the length of each bar",
    "Each pixel moves by the length of its image's bar. It moves by its own bar.",
    {"move": lambda s: np.sqrt(np.sum(s * s, axis=1, keepdims=True)) * np.ones_like(s)},
)


def _size(c: Case) -> float:
    return c.alpha if "alpha" in c.args else c.eps


def walk_guesses(way_of: Callable[[Case], Way]) -> Guesses:
    """Return the family of an attack: the right way with one thing changed."""

    def made(c: Case, right: Values, output: str) -> Iterator[Candidate]:
        way, X = way_of(c), np.array(c.X, dtype=float)
        for name, hint, changes in _SLIPS if way.move is np.sign else (*_SLIPS, _BY_LENGTH):
            yield name, hint, lambda changes=changes: walk(c, _changed(c, way_of, changes))
        yield from _limit_slips(c, way, X, right[output])
        yield from _pace_slips(c, way)
        yield (
            "away from what it sees",
            "You climb the loss of the class that the network sees now. Which class is given to you, and does its loss go up or down?",
            lambda: _from_what_it_sees(c, way),
        )
        yield (
            "multiplied with the image",
            "The step is multiplied by the pixel: it should be added.",
            lambda: _multiplied(c, way),
        )
        yield (
            "a ball around 0",
            "Your ball lies around 0, blank paper, not around the image.",
            lambda: _kept(np.clip(walk(c, replace(way, inside=False, eps=np.inf)), -way.eps, way.eps), way),
        )

    return made


def _limit_slips(c: Case, way: Way, X: np.ndarray, value: Any) -> Iterator[Candidate]:
    """Yield what happens where the ball, the range or the image itself is handled wrongly; `value` is right."""
    if np.isfinite(way.eps):
        yield (
            "the limits of the ball exchanged",
            "Every pixel ends eps below where it began, whatever its bar: your lower limit is above the upper one. "
            "Which of your numbers is negative?",
            lambda: _kept(X - way.eps, way) if way.steps else X,
        )
    start = "The image itself is lost on the way: to what is the step added?"
    yield "the image lost", start, lambda: np.clip(value - X, 0.0, 1.0) if way.inside else value - X
    yield "the last step alone", start, lambda: _last_step(c, way)
    yield (
        "the range only at the end",
        "Pixels leave [0, 1] on the way and are only brought back after the last step.",
        lambda: np.clip(walk(c, replace(way, inside=False)), 0.0, 1.0),
    )
    yield (
        "the change kept in the range",
        "It is the change that you clip to [0, 1]. What is to stay in [0, 1]?",
        lambda: X + np.clip(walk(c, replace(way, inside=False)) - X, 0.0, 1.0),
    )
    yield (
        "a share of each pixel",
        "Your step grows with the pixel: it is multiplied by the image and not only added.",
        lambda: _kept(X + X * (walk(c, replace(way, inside=False, eps=np.inf)) - X), way),
    )


_PACES: tuple[tuple[str, str, Callable[[Way, int], float]], ...] = (
    ("a rate that halves", "Your steps get shorter from step to step, which is not asked for.", lambda way, number: 0.5**number),
    ("a rate that falls", "Your steps get shorter from step to step, which is not asked for.", lambda way, number: 1 / (number + 1)),
    ("a rate that counts down", "The number of steps left comes into the length of a step.", lambda way, number: way.steps - number),
    ("a rate that grows", "Your steps get longer from step to step, which is not asked for.", lambda way, number: number + 1.0),
)  # fmt: skip


def _pace_slips(c: Case, way: Way) -> Iterator[Candidate]:
    """Yield what happens where a walk ends early, or its steps are not all of one length."""
    early = "Your walk ends once the network sees what you want. All the steps are asked for."
    yield "ends once it works for all images", early, lambda: _until_it_works(c, way, each=False)
    yield "ends for each image once it works", early, lambda: _until_it_works(c, way, each=True)
    if not way.inside:
        yield (
            "the bars of the clipped image",
            "The bars are taken at the clipped image, but the image itself is not clipped. Which image moves?",
            lambda: _bars_of_clipped(c, way),
        )
    for name, hint, pace in _PACES:
        yield name, hint, lambda pace=pace: _unevenly(c, way, lambda number: pace(way, number))
    yield (
        "started with a step of eps",
        "Your walk does not begin at the image: a step has been made before the first.",
        lambda: walk(c, way, replace(way, alpha=way.eps, steps=1)),
    )


def _unevenly(c: Case, way: Way, share: Callable[[int], float]) -> np.ndarray:
    """Walk with steps of other lengths, each by the number of the step."""
    x = np.array(c.X, dtype=float)
    for number in range(way.steps):
        moved = x + share(number) * way.along * way.alpha * way.move(loss_slopes(c.net, x, way.labels))
        x = _nearest_allowed(moved, np.array(c.X, dtype=float), way)
    return x


def _until_it_works(c: Case, way: Way, each: bool) -> np.ndarray:
    """Walk until the network sees what the attack wants, in all images or in each of them."""
    start = np.array(c.X, dtype=float)
    x = start
    for _ in range(way.steps):
        seen = np.argmax(logits_at(x, c.net[1]), axis=1)
        done = seen == way.labels if way.along < 0 else seen != way.labels
        if not each and done.all():
            break
        moved = _nearest_allowed(x + way.along * way.alpha * way.move(loss_slopes(c.net, x, way.labels)), start, way)
        x = np.where(each & done[:, None], x, moved)
    return x


def _from_what_it_sees(c: Case, way: Way) -> np.ndarray:
    """Walk uphill in the loss of whatever class the network sees at each step."""
    x = np.array(c.X, dtype=float)
    for _ in range(way.steps):
        seen = np.argmax(logits_at(x, c.net[1]), axis=1)
        x = _nearest_allowed(x + way.alpha * way.move(loss_slopes(c.net, x, seen)), np.array(c.X, dtype=float), way)
    return x


def _bars_of_clipped(c: Case, way: Way) -> np.ndarray:
    """Walk freely, but by the bars of the image as it looks when it is clipped."""
    x = np.array(c.X, dtype=float)
    for _ in range(way.steps):
        x = x + way.along * way.alpha * way.move(loss_slopes(c.net, np.clip(x, 0.0, 1.0), way.labels))
    return x


def _multiplied(c: Case, way: Way) -> np.ndarray:
    x = np.array(c.X, dtype=float)
    for _ in range(way.steps):
        moved = x * (1 + way.along * way.alpha * way.move(loss_slopes(c.net, x, way.labels)))
        x = _nearest_allowed(moved, np.array(c.X, dtype=float), way)
    return x


def _last_step(c: Case, way: Way) -> np.ndarray:
    x = np.array(c.X, dtype=float)
    for _ in range(way.steps):
        x = way.along * way.alpha * way.move(loss_slopes(c.net, x, way.labels))
    return x


def _kept(x: np.ndarray, way: Way) -> np.ndarray:
    return np.clip(x, 0.0, 1.0) if way.inside else x


def walk_slip(output: str, way_of: Callable[[Case], Way], name: str, hint: str, **changes: Any) -> Mistake:
    """Describe a mistake that walks the right way but for `changes`: values, or functions of the case."""

    def wrong(c: Case, right: Values) -> Values:
        return {getattr(c, "output", output): walk(c, _changed(c, way_of, changes))}

    return Mistake(name, hint, wrong)


def seen_from(output: str, name: str, hint: str, wrong: Callable[[Case, np.ndarray], np.ndarray]) -> Mistake:
    """Describe a mistake that does something to the right images."""

    def values(c: Case, right: Values) -> Values:
        key = getattr(c, "output", output)
        return {key: wrong(c, right[key])}

    return Mistake(name, hint, values)


def unit(slopes: np.ndarray) -> np.ndarray:
    return slopes / np.maximum(length(slopes)[:, None], 1e-300)
