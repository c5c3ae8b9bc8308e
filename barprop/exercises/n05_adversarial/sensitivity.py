"""Notebook 05: the bars of images, and how sensitive an image is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.n05_adversarial.trajectories import (
    attack_case,
    bitmap,
    grey,
    inked,
    length,
)
from barprop.exercises.reductions import measured
from barprop.fixtures.networks import logit_slopes, logits_at, loss_slopes, pull_images
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake


def _image_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield attack_case(rng, "four images", (4, 6, 3), grey)
    yield attack_case(rng, "three images, four classes", (3, 8, 4), inked)
    yield attack_case(rng, "one image", (1, 5, 3), grey)
    yield attack_case(rng, "one pixel each, two classes", (3, 1, 2), grey)
    yield attack_case(rng, "whole numbers", (2, 6, 3), bitmap)


def _logits(c: Case) -> np.ndarray:
    return logits_at(np.array(c.X, dtype=float), c.net[1])


def _image_guesses(c: Case, right: Any, output: str) -> Iterator[Candidate]:
    """Yield the family of a way back through a network: something else than the bar of the logits went in."""
    n, into = (
        len(c.X),
        "Something else than the bar of the logits went into network.backward: which call returns that bar?",
    )
    yield "ones for the bar of the logits", into, lambda: n * pull_images(c.net, c.X, np.ones_like(_logits(c)))
    yield "logits for their bar", into, lambda: n * pull_images(c.net, c.X, _logits(c))
    yield "the labels for their bar", into, lambda: n * pull_images(c.net, c.X, np.eye(_logits(c).shape[1])[c.labels])
    raw = "The logits themselves went in where probabilities belong: the loss's own backward returns their bar."
    yield (
        "logits in place of probabilities",
        raw,
        lambda: n * pull_images(c.net, c.X, _logits(c) - np.eye(_logits(c).shape[1])[c.labels]),
    )
    one_cache = "All bars go back through the cache of the last image: forward and backward of one image belong together, one after the other."
    yield "through the last image's cache", one_cache, lambda: _through_the_last(c)
    yield (
        "times the image",
        "Each pixel of the bar is multiplied by the pixel of the image.",
        lambda: right[output] * c.X,
    )


def _through_the_last(c: Case) -> np.ndarray:
    """Return the bars if all forward passes come first, and the cache is that of the last image."""
    bars, last = logit_slopes(_logits(c), c.labels), np.asarray(c.X, dtype=float)[-1:]
    return np.concatenate([pull_images(c.net, last, bar[None, :]) for bar in bars])


def _image_mistake(name: str, hint: str, wrong: Callable[[Case, Any], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"X_bar": wrong(c, right["X_bar"])})


INPUT_BAR = Exercise(
    name="input_bar",
    signature="input_bar(net, X, labels) -> like X",
    outputs=("X_bar",),
    points=2,
    minutes=12,
    level=2,
    statements=("L18",),
    probes=_image_probes,
    oracle=lambda c: {"X_bar": loss_slopes(c.net, c.X, c.labels)},
    guesses=_image_guesses,
    mistakes=(
        _image_mistake("forgot the n", "Right for one image, too small for several. The loss is a mean; whose loss is asked for?",
                       lambda c, right: right / len(c.X)),
        _image_mistake("n twice", "Too large by the number of images. The mean was taken once; once is enough to undo it.",
                       lambda c, right: right * len(c.X)),
        _image_mistake("n twice in the mean", "Far too small for several images: loss.backward has divided by n already.",
                       lambda c, right: right / len(c.X) ** 2),
        _image_mistake("flipped the sign", "The size is right, the sign is not. A bar says where the loss grows.",
                       lambda c, right: -right),
        _image_mistake("stopped at the logits", "That is the bar of the logits, one number per class. The backward pass goes on, through the network.",
                       lambda c, right: logit_slopes(_logits(c), c.labels)),
        _image_mistake("stopped at the logits, without n", "That is the bar of the logits, one number per class. The backward pass goes on, through the network.",
                       lambda c, right: logit_slopes(_logits(c), c.labels) / len(c.X)),
        _image_mistake("ones for the loss", "Ones went into network.backward: the bar of the sum of all logits. Which bar comes back from the loss?",
                       lambda c, right: pull_images(c.net, c.X, np.ones_like(_logits(c)))),
        _image_mistake("logits for their bar", "The logits went into network.backward. It takes their bar: which call returns that?",
                       lambda c, right: pull_images(c.net, c.X, _logits(c))),
        _image_mistake("only the right class's logit", "That is what a pixel does to the logit of the label. The loss looks at the other classes as well.",
                       lambda c, right: pull_images(c.net, c.X, np.eye(_logits(c).shape[1])[c.labels])),
        _image_mistake("added the images up", "One row for all images. Each image has a bar of its own, in its own shape.",
                       lambda c, right: right.sum(axis=0)),
        _image_mistake("averaged the images", "One row for all images. Each image has a bar of its own, in its own shape.",
                       lambda c, right: right.mean(axis=0)),
        _image_mistake("the first label for all", "Right for the first image only. Does each image meet its own label?",
                       lambda c, right: loss_slopes(c.net, c.X, np.full(len(c.X), c.labels[0]))),
        _image_mistake("sizes without signs", "The sizes are right, but a bar has a sign: more ink or less, which of them raises the loss?",
                       lambda c, right: np.abs(right)),
    ),
)  # fmt: skip


def _norm_mistake(name: str, hint: str, wrong: Callable[[Case, np.ndarray], Any]) -> Mistake:
    return Mistake(name, hint, lambda c, right: {"sensitivity": wrong(c, loss_slopes(c.net, c.X, c.labels))})


def _length_guesses(c: Case, right: Any, output: str) -> Iterator[Candidate]:
    """Yield the family of a length: another measure of each bar, or of something else."""
    bars, X = loss_slopes(c.net, c.X, c.labels), np.array(c.X, dtype=float)
    yield from measured("each image's bar", bars, 1, "its Euclidean length")
    yield from measured("each pixel's bars", bars, 0, "the Euclidean length of each image's bar")
    yield "relative to the image", "The length of the image is used, too.", lambda: right[output] / length(X)
    yield "times the length of the image", "The length of the image is used, too.", lambda: right[output] * length(X)
    yield "of the bar times the image", "Each pixel of the bar is multiplied by the image.", lambda: length(bars * X)


SENSITIVITY = Exercise(
    name="sensitivity",
    signature="sensitivity(net, X, labels) -> (n,)",
    outputs=("sensitivity",),
    points=1,
    minutes=4,
    level=1,
    statements=("L18",),
    needs=("input_bar",),
    probes=_image_probes,
    oracle=lambda c: {"sensitivity": np.array([np.hypot.reduce(row) for row in loss_slopes(c.net, c.X, c.labels)])},
    guesses=_length_guesses,
    mistakes=(
        _norm_mistake("one for the whole batch", "It is a single number. Which axis runs over the pixels of one image?",
                      lambda c, bars: length(bars, None)),
        _norm_mistake("1 is no axis", "It is a single number. np.linalg.norm takes the order of the norm as its second argument; the axis goes in as axis=...",
                      lambda c, bars: np.linalg.norm(bars, 1)),
        _norm_mistake("along the images", "You returned one number per pixel. Which axis runs over the pixels of one image?",
                      lambda c, bars: length(bars, 0)),
        _norm_mistake("forgot the root", "The squares are added up, but the root is missing.", lambda c, bars: length(bars) ** 2),
        _norm_mistake("sum of sizes", "You added up absolute values. The Euclidean length is computed differently.",
                      lambda c, bars: np.abs(bars).sum(axis=1)),
        _norm_mistake("largest entry", "You took the largest pixel alone. Length counts them all.",
                      lambda c, bars: np.abs(bars).max(axis=1)),
        _norm_mistake("plain sum", "Signs cancel in your sum: a very sensitive image can come out near 0.",
                      lambda c, bars: bars.sum(axis=1)),
        _norm_mistake("mean instead of sum", "Your number shrinks as images get more pixels: there is a mean in it.",
                      lambda c, bars: np.sqrt(np.square(bars).mean(axis=1))),
        _norm_mistake("forgot the n", "Right for one image, too small for several: these are lengths of bars of the mean loss.",
                      lambda c, bars: length(bars) / len(bars)),
        _norm_mistake("length of the image", "That is the length of the image. You need the length of its bar.",
                      lambda c, bars: length(np.array(c.X, dtype=float))),
        _norm_mistake("a column", "The numbers are right, the shape is not: (n,) is asked for.",
                      lambda c, bars: length(bars)[:, None]),
    ),
)  # fmt: skip
