"""Families: a wrong value that is made from the right one alone, such as its half, its transpose or its entries in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import sigmoid, softplus
from barprop.judging.exercise import Candidate

_TWICE = "Where does a 2 come from, or a 1/2?"
_BOTH = "Sign and size are off, the size by a factor of 2."
_WHOLE = "The result holds whole numbers: somewhere the fractions are cut off."
_NATURAL = "It is off by log({}): the natural logarithm, np.log, is asked for."
_CURVED = "It is {} of what it should be: is a nonlinearity asked for here?"
TOO_SMALL = "It is too small by a count: is there a mean, or a share, that does not belong here?"
TOO_LARGE = "It is too large by a count: is a mean missing, or does a line stand one loop too deep?"


def _exactly(r: np.ndarray) -> np.ndarray:
    """Return the right value without the last digits, which nudging leaves: 5.9999999999 is 6 before it is cut."""
    return np.round(r, 9)


# name, hint, and the wrong value from the right one
_CHANGES: tuple[tuple[str, str, Callable[[np.ndarray], Any]], ...] = (
    ("half of it", f"It is half of what it should be. {_TWICE}", lambda r: r / 2),
    ("twice as large", f"It is twice what it should be. {_TWICE}", lambda r: 2 * r),
    ("four times as large", "It is four times what it should be: multiplied by 2 instead of divided by it?", lambda r: 4 * r),
    ("a quarter of it", "It is a quarter of what it should be: divided by 2 instead of multiplied by it?", lambda r: r / 4),
    ("minus half of it", _BOTH, lambda r: -r / 2),
    ("minus twice", _BOTH, lambda r: -2 * r),
    ("without its sign", "The sizes are right, but every sign is plus.", np.abs),
    ("the sign alone", "Only the sign is left. How large is it?", np.sign),
    ("squared", "It is the square of what it should be.", np.square),
    ("under a root", "A root was taken that is not asked for.", lambda r: np.sqrt(np.abs(r)) * np.sign(r)),
    ("without the root", "A root is missing or in the wrong place.", lambda r: np.square(r) * np.sign(r)),
    ("one over it", "It is upside down: the reciprocal of what it should be.", lambda r: 1 / r),
    ("one too many", "It is too large by 1.", lambda r: r + 1),
    ("one too few", "It is too small by 1.", lambda r: r - 1),
    ("a logarithm to base 2", _NATURAL.format(2), lambda r: r / np.log(2.0)),
    ("a logarithm to base 10", _NATURAL.format(10), lambda r: r / np.log(10.0)),
    ("one minus it", "It is 1 minus what it should be.", lambda r: 1 - r),
    ("negative entries cut off", "Everything below 0 has become 0: there is a ReLU, or a maximum with 0, that is not asked for.",
     lambda r: np.maximum(r, 0.0)),
    ("clipped to 0 and 1", "Everything outside 0 and 1 was cut off.", lambda r: np.clip(r, 0.0, 1.0)),
    ("clipped to -1 and 1", "Everything outside -1 and 1 was cut off.", lambda r: np.clip(r, -1.0, 1.0)),
    ("tanh of it", _CURVED.format("tanh"), np.tanh),
    ("sigmoid of it", _CURVED.format("the sigmoid"), sigmoid),
    ("softplus of it", _CURVED.format("softplus"), softplus),
    ("rounded to whole numbers", _WHOLE, lambda r: np.trunc(_exactly(r))),
    ("rounded to whole numbers, up or down", _WHOLE, lambda r: np.floor(_exactly(r))),
)  # fmt: skip


def of_the_value(r: np.ndarray, is_bar: bool) -> Iterator[Candidate]:
    zeros = "It is always 0. Is the result lost on the way, or multiplied by 0? (1 // 2 is 0 in Python.)"
    ones = "It is always 1: what is computed is lost."
    if is_bar:
        zeros = "It is always 0. Nudge the variable: if the result moves, a bar was lost on its way, or set to 0 after it came in."
        ones = "It is always 1. What comes in from behind, and what does the step itself contribute?"
    yield "flipped the sign", "The size is right, the sign is not.", lambda: -r
    yield "all zeros", zeros, lambda: np.zeros_like(r)
    yield "all zeros, as one number", "It is a plain 0: a bar has the shape of its variable.", lambda: 0.0
    yield "all ones", ones, lambda: np.ones_like(r)
    for name, hint, change in _CHANGES:
        yield name, hint, lambda change=change: change(r)
    vectorized = (
        "The fractions are cut off where the first entry is a whole number: np.vectorize takes its type from the first "
        "result. Return 0.0 instead of 0, or give it otypes=[float]."
    )
    yield "cut to whole numbers, as the first entry is", vectorized, lambda: _like_the_first(r)


def _like_the_first(r: np.ndarray) -> np.ndarray:
    """Cut off the fractions where the first entry is a whole number: that is where np.vectorize takes its type from."""
    r = _exactly(r)
    return np.trunc(r) if r.size and float(r.flat[0]).is_integer() else r


def of_its_shape(r: np.ndarray, is_bar: bool) -> Iterator[Candidate]:
    """Yield the right numbers in another shape, summed, averaged, or scaled."""
    shape = "The numbers are right, the shape is not"
    shape += ": a bar has exactly the shape of its variable." if is_bar else "."
    if r.ndim == 0:
        single = "A single number is expected; this is an array with one entry."
        yield "an array of one number", single, lambda: r.reshape(1)
        yield "a matrix of one number", single, lambda: r.reshape(1, 1)
    if r.ndim == 1:
        yield from _of_a_vector(r, shape)
    if r.ndim == 2:
        yield from _of_a_matrix(r)
    if r.ndim >= 2:
        yield "flattened", shape, lambda: r.ravel()
    for axis, n in enumerate(r.shape):
        yield f"divided by its length along axis {axis}", TOO_SMALL, lambda n=n: r / n
        yield f"times its length along axis {axis}", TOO_LARGE, lambda n=n: r * n
    yield "divided by its size", TOO_SMALL, lambda: r / r.size
    yield "the largest divided away", "It is scaled so that its largest entry is 1.", lambda: r / np.max(np.abs(r))
    yield "scaled to length 1", "It is scaled to length 1, and its size is lost.", lambda: r / np.sqrt(np.sum(r * r))
    yield "scaled to sum 1", "It is scaled so that its entries add up to 1.", lambda: r / np.sum(r)


def _of_a_vector(r: np.ndarray, shape: str) -> Iterator[Candidate]:
    one = "It is one number, but each entry has its own: nothing is {} here."
    yield "a row instead of a vector", shape, lambda: r[None, :]
    yield "a column instead of a vector", shape, lambda: r[:, None]
    yield "summed up to one number", one.format("summed"), lambda: r.sum()
    yield "averaged to one number", one.format("averaged"), lambda: r.mean()
    yield "in reverse order", "The entries are right, in the opposite order.", lambda: r[::-1]


def _of_a_matrix(r: np.ndarray) -> Iterator[Candidate]:
    yield "transposed", "The numbers are right, rows and columns are swapped.", lambda: r.T
    for axis, said in ((0, "rows"), (1, "columns")):
        off = f"over the {said} was taken that does not belong here."
        yield f"summed over the {said}", f"A sum {off}", lambda a=axis: r.sum(axis=a)
        yield f"averaged over the {said}", f"A mean {off}", lambda a=axis: r.mean(axis=a)
    all_of_it = "Everything is summed to one number: which axis should be summed?"
    yield "summed up to one number", all_of_it, lambda: r.sum()
    yield "rows in reverse order", "The rows are right, in the opposite order.", lambda: r[::-1]


def of_its_entries(r: np.ndarray) -> Iterator[Candidate]:
    if not r.ndim or r.size < 2:
        return
    if r.ndim > 1 and len(r) > 1:
        alone = "Only the {} row is returned: is there an index too many at the end?"
        yield "the first row alone", alone.format("first"), lambda: r[0]
        yield "the last row alone", alone.format("last"), lambda: r[-1]
    yield "the first entry everywhere", "Every entry is what the first one should be.", lambda: np.full(r.shape, r[0])
    yield "the last entry everywhere", "Every entry is what the last one should be.", lambda: np.full(r.shape, r[-1])
    yield (
        "the sum everywhere",
        "Every entry is the sum of what they should be. Does a loop add to all entries at once?",
        lambda: np.full(r.shape, r.sum()),
    )
    yield "the mean everywhere", "Every entry is the mean of what they should be.", lambda: np.full(r.shape, r.mean())
    yield "sorted", "The entries are right, but sorted: their order tells which is which.", lambda: np.sort(r, axis=-1)
    for axis in range(r.ndim):
        yield (
            f"less its mean along axis {axis}",
            "Its mean was taken off, which is not asked for.",
            lambda a=axis: r - r.mean(axis=a, keepdims=True),
        )
