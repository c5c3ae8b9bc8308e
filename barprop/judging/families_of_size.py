"""Families: a value that is off by one number, such as a length, a sum or a norm of what goes into the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from barprop.judging.exercise import Candidate
from barprop.judging.families_of_value import TOO_LARGE, TOO_SMALL

_WHOLE: tuple[tuple[str, Callable[[np.ndarray], Any]], ...] = (
    ("the norm", lambda f: np.sqrt(np.sum(f * f))),
    ("the square of the norm", lambda f: np.sum(f * f)),
    ("the sum", lambda f: np.sum(f)),
    ("the sum of the sizes", lambda f: np.sum(np.abs(f))),
    ("the mean", lambda f: np.mean(f)),
    ("the largest size", lambda f: np.max(np.abs(f))),
)


def of_one_number(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield r times and over one number of an input."""
    for name, f in values.items():
        if not f.ndim or not f.size:
            continue
        for what, made in _WHOLE:
            hint = f"It is off by {what} of {name}: it is multiplied or divided by it where it should not be, or not at all."
            yield f"times {what} of {name}", hint, lambda f=f, made=made: r * made(f)
            yield f"over {what} of {name}", hint, lambda f=f, made=made: r / made(f)
    lengths = {f"the length of {name}, axis {axis}": n for name, f in values.items() for axis, n in enumerate(f.shape)}
    counts = lengths | {f"the size of {name}": f.size for name, f in values.items() if f.ndim > 1}
    for what, n in counts.items():
        yield f"times {what}", TOO_LARGE, lambda n=n: r * n
        yield f"divided by {what}", TOO_SMALL, lambda n=n: r / n
    for what, n in counts.items():
        root = f"It is off by the root of {what}: a root or a mean too many, or one too few."
        yield f"times the root of {what}", root, lambda n=n: r * np.sqrt(n)
        yield f"divided by the root of {what}", root, lambda n=n: r / np.sqrt(n)
    for what, n in counts.items():
        twice = f"It is off by the square of {what}: divided by it twice or not at all, or a sum that is added up again in each turn of a loop?"
        yield f"times the square of {what}", twice, lambda n=n: r * float(n) ** 2
        yield f"divided by the square of {what}", twice, lambda n=n: r / float(n) ** 2
    for first, n in lengths.items():
        for second, m in lengths.items():
            if n != m:
                counted = f"The wrong thing is counted: {first}, or {second}?"
                yield f"{first} for {second}", counted, lambda n=n, m=m: r * n / m
                root = f"{counted} It is under a root."
                yield f"{first} for {second}, under a root", root, lambda n=n, m=m: r * np.sqrt(n / m)
