"""Notebook 05: what attacks are tried on, and how a walk along the bars of an image goes right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.exercises.sampling import read_only
from barprop.fixtures.networks import loss_slopes, small_net
from barprop.judging.exercise import Case, Mistake, Values


def grey(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Images whose pixels are far from black and white."""
    return rng.uniform(0.4, 0.6, (n, d))


def inked(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Images with pixels of exactly 0, of exactly 1, and a little off both."""
    X = rng.choice([0.0, 1.0, 0.04, 0.97], (n, d))
    X.flat[: min(4, X.size)] = [0.0, 1.0, 0.04, 0.97][: min(4, X.size)]
    return X


def bitmap(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Black and white as whole numbers, in Fortran's order."""
    return np.asfortranarray(rng.integers(0, 2, (n, d)))


@dataclass(frozen=True)
class Way:
    """How an attack walks. A mistake is the right way with one thing changed.

    Parameters
    ----------
    labels : the classes whose loss is walked along.
    along : 1 uphill, -1 downhill.
    move : what is made of the slopes for a step.
    fresh : whether every step asks for new slopes. anchored : whether every step starts at the original.
    eps : reach of the ball. home : what it lies around, "start" or "here". inside : whether pixels stay in [0, 1].
    late : whether ball and range are only looked at after the last step. free : first steps without either.
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
    free: int = 0


def walk(c: Case, way: Way) -> np.ndarray:
    """Return the images at the end of the trajectory."""
    return _track(c, way)[0]


def _track(c: Case, way: Way) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the images at the end of the trajectory, and the slopes met on it."""
    start = np.array(c.X, dtype=float)
    x = start
    met: list[np.ndarray] = []
    for step in range(way.steps):
        met.append(loss_slopes(c.net, x, way.labels) if way.fresh or not met else met[0])
        moved = (start if way.anchored else x) + way.along * way.alpha * way.move(met[-1])
        if step >= way.free and (not way.late or step == way.steps - 1):
            moved = _nearest_allowed(moved, x if way.home == "here" else start, way)
        x = moved
    return x, met


def _nearest_allowed(x: np.ndarray, home: np.ndarray, way: Way) -> np.ndarray:
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
        case = Case(label, args | rest, more)
        if way is None or _steady(case, way(case), turns):
            return case


def driven(name: str) -> Callable[[Run, Case], Iterator[tuple[str, Any]]]:
    """Each case asks for one of the outputs: where an answer is right only in part, that part counts."""

    def drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        yield case.output, run(name, *case.args.values())

    return drive


def walk_slip(output: str, way_of: Callable[[Case], Way], name: str, hint: str, **changes: Any) -> Mistake:
    """Describe a mistake that walks the right way but for `changes`: values, or functions of the case."""

    def wrong(c: Case, right: Values) -> Values:
        now = {key: value(c) if key in ("alpha", "steps") else value for key, value in changes.items()}
        return {getattr(c, "output", output): walk(c, replace(way_of(c), **now))}

    return Mistake(name, hint, wrong)


def seen_from(output: str, name: str, hint: str, wrong: Callable[[Case, np.ndarray], np.ndarray]) -> Mistake:
    """Describe a mistake that does something to the right images."""

    def values(c: Case, right: Values) -> Values:
        key = getattr(c, "output", output)
        return {key: wrong(c, right[key])}

    return Mistake(name, hint, values)


def length(bars: np.ndarray, axis: int | None = 1) -> Any:
    return np.sqrt(np.square(bars).sum(axis=axis))


def unit(slopes: np.ndarray) -> np.ndarray:
    return slopes / np.maximum(length(slopes)[:, None], 1e-300)
