"""Notebook 07: where a network looks, as a mean over noisy copies.

How the noise is drawn is up to the answer, so its copies are noted while it works. Then the mean is compared with the
bars at exactly those copies, and the noise with what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import describe_type, identical, is_array
from barprop.exercises.sampling import read_only
from barprop.fixtures.networks import NudgedNetwork, loss_slopes, small_net
from barprop.judging.compare import close
from barprop.judging.exercise import Case, Exercise, Mistake, Observation, Part, Values, one_output

_MOST = 1_000  # copies, and calls
_MEAN = "the result is the mean of abs(x_bar) over the copies"
_SUM = "the result is the sum over the copies, not their mean"
_SIGNED = "the result is the mean of x_bar, with its signs"
_SIZE_OF_MEAN = "the result is the size of the mean, not the mean of the sizes"
_SQUARES = "the result is made of squares"
_SHARED_LOSS = "the result is too small by the number of images"
_ONE_FOR_ALL = "the result is the same for all images"
_LARGEST = "the result is the largest over the copies, not their mean"
_MEDIAN = "the result is the median over the copies, not their mean"
_SPREAD = "the result is the spread over the copies, not their mean"
_ALONE = "the noise stands alone: the images are missing in the copies"
_OTHER = "the result is something other than the mean over the copies on which your bars were taken"
_FRESH = "the noise is normal, of size sigma, and fresh for every copy and pixel"
_COUNT = "the noise is not in `samples` copies of each image"
_NONE = "the noise is missing: the copies are the images themselves"
_CLEAN = "the noise is missing in some of the copies"
_SIZE = "the noise is not of size sigma"
_POSITIVE = "the noise is never negative"
_PILED_UP = "each noise is added to the copy before: the copies walk away from the images"
_CLIPPED = "the noise is cut off at 0 or 1"
_SAME_COPIES = "the noise is the same in every copy"
_SAME_PIXELS = "the noise is the same for all pixels of an image"
_SAME_IMAGES = "the noise is the same for all images"
_SHAPE = "the noise has the right size, but is not normally distributed"
_FIXED = "the seed fixes the answer"
_NO_SEED = "the seed does not fix the answer: the same seed gives another answer"
_ONE_SEED = "the seed makes no difference: another seed gives the same answer"


class _NotingNetwork(NudgedNetwork):
    """Notes the images of every forward pass that a backward pass followed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[np.ndarray] = []
        self._calls = 0

    def forward(self, x: Any, w: Any) -> np.ndarray:
        """Return the logits (n, k) of images (n, d)."""
        self._calls += 1
        if self._calls > _MOST or np.ndim(x) != 2 or len(x) > _MOST:
            raise ValueError(f"forward takes images (n, d), n up to {_MOST:,}, and is called at most {_MOST:,} times")
        return super().forward(x, w)

    def backward(self, h_bar: Any, w: Any) -> tuple[list[tuple[np.ndarray, ...]], np.ndarray]:
        """Return the bars of the weights and of the images, for the last forward pass."""
        bars = super().backward(h_bar, w)
        if self._seen is not None and sum(map(len, self.seen)) < 2 * _MOST:
            self.seen.append(self._seen)
        return bars


def _case(rng: np.random.Generator, label: str, sizes: tuple[int, int, int], **args: Any) -> Case:
    """Make a small network with (n, d, k) images, pixels and classes, n up to 3; noise is far smaller than their distances."""
    n, d, k = sizes
    network, w, loss = small_net(rng, d, k)
    X = rng.uniform(0.4, 0.6, (n, d)) + 0.5 * np.resize([0.0, 1.0, -1.0], n)[:, None] * np.resize([1, -1], d)
    labels = rng.integers(0, k, n)
    context = {"known": {"mean": _MEAN, "noise": _FRESH, "seed": _FIXED}} if args["sigma"] else {}
    return Case(label, {"net": (network, w, loss), "X": read_only(X), "labels": labels, **args}, context)


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    seed = int(rng.integers(1, 10**6))
    yield _case(rng, "sigma = 0, one copy", (3, 6, 3), sigma=0.0, samples=1, seed=seed)
    yield _case(rng, "sigma = 0, five copies", (2, 5, 4), sigma=0, samples=5, seed=seed)
    yield _case(rng, "sigma = 0, one image", (1, 6, 3), sigma=0.0, samples=3, seed=seed)
    yield _case(rng, "three images, 40 noisy copies", (3, 8, 3), sigma=0.06, samples=40, seed=seed)
    yield _case(rng, "one image, one noisy copy", (1, 30, 3), sigma=0.05, samples=1, seed=seed)


def _right(c: Case) -> Values:
    if c.sigma == 0:
        return {"saliency": np.abs(loss_slopes(c.net, c.X, c.labels))}
    return dict(c.known)


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    if case.sigma == 0:
        yield "saliency", run("smooth_saliency", *case.args.values())
        return
    _, w, loss = case.net
    noting = _NotingNetwork()
    values = [(noting, w, loss), *list(case.args.values())[1:]]
    got = run("smooth_saliency", *values)
    if not is_array(got) or np.shape(got) != np.shape(case.X):
        came = f"an array of shape {got.shape}" if is_array(got) else describe_type(got)
        raise AnswerError(f"smooth_saliency returned {came}; expected an array of shape {np.shape(case.X)}.")
    copies = _sorted(case, noting.seen)
    yield "noise", _noise(case, copies)
    yield "mean", _mean(case, copies, np.asarray(got, dtype=float))
    again = run("smooth_saliency", *case.args.values())
    other = run("smooth_saliency", *list(case.args.values())[:-1], case.seed + 1)
    yield "seed", _NO_SEED if not identical(again, got) else _ONE_SEED if identical(other, got) else _FIXED


def _sorted(c: Case, seen: list[np.ndarray]) -> list[np.ndarray]:
    """Return the copies of each image, (copies, d): every row belongs to the image it is nearest to, unless they walk away."""
    n, d = np.shape(c.X)
    rows = np.concatenate(seen) if seen else np.zeros((0, d))
    if len(rows) == n * c.samples:
        for copies in (rows.reshape(c.samples, n, d).swapaxes(0, 1), rows.reshape(n, c.samples, d)):
            if np.array_equal(_nearest(c, copies[:, 0]), np.arange(n)) and _walks(c, copies):
                return list(copies)
    nearest = _nearest(c, rows)
    return [rows[nearest == image] for image in range(n)]


def _nearest(c: Case, rows: np.ndarray) -> np.ndarray:
    """Return the number of the image that each row is nearest to."""
    return np.argsort(np.square(rows[:, None, :] - c.X).sum(axis=2), axis=1)[:, 0]


def _walks(c: Case, copies: np.ndarray | list[np.ndarray]) -> bool:
    """Whether the copies lie much farther from their image than from each other in turn: noise was added to noise."""
    if c.samples < 2 or any(len(some) != c.samples for some in copies):
        return False
    return bool(np.std(copies - c.X[:, None]) > 1.5 * np.std(np.diff(copies, axis=1)) > 0)


def _noise(c: Case, copies: list[np.ndarray]) -> str:
    """Describe the noise in a sentence."""
    rows = np.concatenate(copies)
    if len(rows) == c.samples * len(c.X) > 3 and np.abs(rows).max() < 8 * c.sigma < 0.5:
        return _ALONE
    if any(len(some) == 0 for some in copies):
        return _COUNT
    if _walks(c, copies):
        return _PILED_UP
    noise = [(some - x) / c.sigma for some, x in zip(copies, c.X, strict=True)]
    everything = np.concatenate([some.ravel() for some in noise])
    if not everything.any():
        return _NONE
    if any(np.any(np.all(some == 0, axis=1)) for some in noise):
        return _CLEAN
    if np.any(np.isin(np.concatenate(copies), (0.0, 1.0))):
        return _CLIPPED
    if everything.size > 25 and everything.min() >= 0:
        return _POSITIVE
    if not 0.4 < everything.std() < 1.8 or abs(everything.mean()) > 1:
        return _SIZE
    if any(len(some) != c.samples for some in noise):
        return _COUNT
    return _repeats(noise) or _distribution(c, everything)


def _repeats(noise: list[np.ndarray]) -> str:
    """Where the noise is the same in two places; "" for nowhere."""
    if any(np.allclose(np.ptp(some, axis=1), 0) for some in noise):
        return _SAME_PIXELS
    if len(noise[0]) > 1 and any(np.allclose(np.ptp(some, axis=0), 0) for some in noise):
        return _SAME_COPIES
    if len(noise) > 1 and np.allclose(noise[0], noise[1]):
        return _SAME_IMAGES
    return ""


def _distribution(c: Case, numbers: np.ndarray) -> str:
    """Whether many numbers are standard normal, by bounds that normal ones miss once in a million runs."""
    if numbers.size < 500:
        return _FRESH
    mean, spread = numbers.mean(), numbers.std()
    if abs(mean) > 5 / np.sqrt(numbers.size) or abs(spread - 1) > 5 / np.sqrt(2 * numbers.size):
        return _SIZE
    fourth = np.mean(((numbers - mean) / spread) ** 4)  # 3 for normal numbers, 1.8 for uniform ones
    return _FRESH if 2.3 < fourth < 4.5 else _SHAPE


def _mean(c: Case, copies: list[np.ndarray], got: np.ndarray) -> str:
    """Say in a sentence what was made of the bars at the copies."""
    if any(len(some) == 0 for some in copies):
        return _OTHER
    bars = [loss_slopes(c.net, some, np.full(len(some), label)) for some, label in zip(copies, c.labels, strict=True)]
    sizes = np.array([np.abs(some).mean(axis=0) for some in bars])
    signed = np.array([some.mean(axis=0) for some in bars])
    squares = np.array([np.square(some).mean(axis=0) for some in bars])
    known = {
        _MEAN: sizes,
        _SUM: np.array([np.abs(some).sum(axis=0) for some in bars]),
        _SIGNED: signed,
        _SIZE_OF_MEAN: np.abs(signed),
        _SHARED_LOSS: sizes / len(c.X),
        _LARGEST: np.array([np.abs(some).max(axis=0) for some in bars]),
        _MEDIAN: np.array([np.median(np.abs(some), axis=0) for some in bars]),
        _SPREAD: np.array([np.abs(some).std(axis=0) for some in bars]),
        _ONE_FOR_ALL: np.tile(sizes.mean(axis=0), (len(sizes), 1)),
    }
    for story, values in known.items():
        if close(got, values):
            return story
    return _SQUARES if close(got, squares) or close(got, np.sqrt(squares)) else _OTHER


# --- mistakes -----------------------------------------------------------------------------------


def _still(wrong: Callable[[Case, np.ndarray], Any]) -> Callable[[Case, Values], Values | None]:
    """Describe a wrong value without noise."""
    return lambda c, right: one_output("saliency", wrong)(c, right) if "saliency" in right else None


def _other_labels(of: Callable[[int, Case], int]) -> Callable[[Case, np.ndarray], np.ndarray]:
    """Return the saliency where copies meet the labels of other images: (number of a copy, case) -> whose label."""

    def wrong(c: Case, right: np.ndarray) -> np.ndarray:
        labels = np.array([c.labels[of(number, c)] for number in range(len(c.X) * c.samples)])
        labels = labels.reshape(len(c.X), c.samples)
        return np.mean([np.abs(loss_slopes(c.net, c.X, column)) for column in labels.T], axis=0)

    return wrong


def _both(wrong: Callable[[Case, np.ndarray], Any], story: str) -> Callable[[Case, Values], Values | None]:
    """Describe a wrong value without noise, and with noise in words; one copy of one image hides much."""

    def values(c: Case, right: Values) -> Values | None:
        if "saliency" in right:
            return {"saliency": wrong(c, right["saliency"])}
        return {"mean": story} if len(c.X) > 1 and c.samples > 1 else None

    return values


def _told(output: str, story: str) -> Callable[[Case, Values], Values | None]:
    """Describe an answer's noise or seed in the case with many copies."""
    return lambda c, right: {output: story} if output in right and c.samples > 1 else None


def _clipped(c: Case, right: Values) -> Values | None:
    """Describe copies that are kept in [0, 1]: without noise these are the images, clipped."""
    if "saliency" in right:
        return {"saliency": np.abs(loss_slopes(c.net, np.clip(c.X, 0.0, 1.0), c.labels))}
    return _told("noise", _CLIPPED)(c, right)


SMOOTH_SALIENCY = Exercise(
    name="smooth_saliency",
    signature="smooth_saliency(net, X, labels, sigma, samples, seed) -> (n, d)",
    observations={"seed": Observation("the seed")},
    outputs=("saliency", "mean", "noise", "seed"),
    only_with_others=("noise", "seed"),
    parts=(Part("still", 1, ("saliency",)), Part("noisy", 2, ("mean", "noise", "seed"))),
    points=3,
    minutes=12,
    level=2,
    statements=("L18",),
    probes=_probes,
    oracle=_right,
    drive=_drive,
    mistakes=(
        Mistake("forgot abs", "Your numbers have signs. You need how strongly the loss depends on a pixel, in either direction.",
                _both(lambda c, right: loss_slopes(c.net, c.X, c.labels), _SIGNED)),
        Mistake("abs of the mean", "You average first and take the size then: bars of +3 and -3 cancel out. The loss depends on that pixel in both copies.",
                _told("mean", _SIZE_OF_MEAN)),
        Mistake("sum instead of mean", "Your numbers grow with samples. A mean does not.",
                _both(lambda c, right: right * c.samples, _SUM)),
        Mistake("squares", "You square the bars. Their sizes are asked for.", _both(lambda c, right: np.square(right), _SQUARES)),
        Mistake("divided by the images", "Too small by the number of images. Each image has a loss of its own: input_bar has seen to that.",
                _both(lambda c, right: right / len(c.X), _SHARED_LOSS)),
        Mistake("averaged the images", "All images get the same. The mean runs over the copies of one image, not over the images.",
                _both(lambda c, right: np.tile(right.mean(axis=0), (len(right), 1)), _ONE_FOR_ALL)),
        Mistake("the noisy images themselves", "Those are the images. You need how strongly the loss depends on their pixels.",
                _still(lambda c, right: np.abs(c.X))),
        Mistake("the largest of the copies", "You take the largest over the copies. Their mean is asked for.", _told("mean", _LARGEST)),
        Mistake("the median of the copies", "You take the median over the copies. Their mean is asked for.", _told("mean", _MEDIAN)),
        Mistake("the spread over the copies", "You take the spread over the copies, which is 0 without noise. Their mean is asked for.",
                _both(lambda c, right: np.zeros_like(right), _SPREAD)),
        Mistake("noise without the images", "Your copies are noise alone: to what is it added?", _told("noise", _ALONE)),
        Mistake("no noise", "Your copies are the images themselves: where is the noise added?", _told("noise", _NONE)),
        Mistake("the clean image among the copies", "One of your copies has no noise. All of them get some.", _told("noise", _CLEAN)),
        Mistake("clipped the copies", "You keep the copies in [0, 1]. Here they may leave that range.", _clipped),
        Mistake("the same noise in every copy", "All your copies are the same. Is the generator made anew for each, or the noise drawn only once?",
                _told("noise", _SAME_COPIES)),
        Mistake("the same noise for every pixel", "One number is added to a whole image, which makes it lighter or darker. Every pixel needs a number of its own.",
                _told("noise", _SAME_PIXELS)),
        Mistake("repeated and tiled", "The copies of an image meet the labels of others: np.repeat writes the copies of one image one after the other, np.tile all images in turn. Use the same for images and labels.",
                _still(_other_labels(lambda number, c: number % len(c.X)))),
        Mistake("copies of several images averaged", "Your means mix the copies of different images. Are the copies of one image side by side (np.repeat), or is each whole batch after the other (np.tile)? The reshape before the mean has to know.",
                _still(lambda c, right: np.repeat(right, c.samples, axis=0).reshape(c.samples, *right.shape).mean(axis=0))),
        Mistake("the same noise for every image", "All images get the same noise. Draw for each pixel of each image.", _told("noise", _SAME_IMAGES)),
        Mistake("noise added to the copy before", "Your copies walk farther and farther away from the image. To what is each new noise added?", _told("noise", _PILED_UP)),
        Mistake("noise that is never negative", "Your noise only makes pixels darker: it is never negative. Normal numbers lie on both sides of 0; which method of the generator draws them?", _told("noise", _POSITIVE)),
        Mistake("noise of another size", "Your noise is not of size sigma. Standard normal numbers, times what? Of rng.normal, the first argument is the mean, the second the size.", _told("noise", _SIZE)),
        Mistake("uniform noise", "Your noise has the right size, but not the right shape: it should be normal.", _told("noise", _SHAPE)),
        Mistake("another number of copies", "You do not take `samples` copies of each image.", _told("noise", _COUNT)),
        Mistake("ignored the seed", "The same seed gives a different result each time. Which generator is made from `seed`?", _told("seed", _NO_SEED)),
        Mistake("one seed for all", "Another seed gives the same answer. Is it `seed` that the generator is made from?", _told("seed", _ONE_SEED)),
    ),
)  # fmt: skip
