"""Families of a reduction: another measure of each row, or of all that is there, than the one asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from barprop.judging.exercise import Candidate

_MEASURES: Mapping[str, Callable[..., Any]] = {
    "the sum": np.sum,
    "the mean": np.mean,
    "the largest": np.max,
    "the smallest": np.min,
    "the median": np.median,
    "the standard deviation": np.std,
    "the variance": np.var,
    "the sum of the sizes": lambda u, axis: np.sum(np.abs(u), axis=axis),
    "the mean of the sizes": lambda u, axis: np.mean(np.abs(u), axis=axis),
    "the largest size": lambda u, axis: np.max(np.abs(u), axis=axis),
    "the sum of the squares": lambda u, axis: np.sum(u * u, axis=axis),
    "the mean of the squares": lambda u, axis: np.mean(u * u, axis=axis),
    "the root mean square": lambda u, axis: np.sqrt(np.mean(u * u, axis=axis)),
    "the size of the sum": lambda u, axis: np.abs(np.sum(u, axis=axis)),
    "the product": np.prod,
}


def measured(name: str, u: np.ndarray, axis: int | tuple[int, ...], asked: str) -> Iterator[Candidate]:
    """Yield other measures of `u` along an axis.

    Parameters
    ----------
    name : str
        What sentences call `u`.
    u : numpy.ndarray
        The array that is measured.
    axis : int or tuple of int
        The axis, or axes, over which the measure is taken.
    asked : str
        What the exercise asks for, in words.
    """
    for what, measure in _MEASURES.items():
        yield (
            f"{what} of {name}",
            f"You took {what} of {name}. The exercise asks for {asked}.",
            lambda measure=measure: measure(u, axis=axis),
        )


_PARTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "x": lambda x: x,
    "|x|": np.abs,
    "x²": np.square,
    "the root of |x|": lambda x: np.sqrt(np.abs(x)),
    "|x|³": lambda x: np.abs(x) ** 3,
    "x where it is positive": lambda x: np.maximum(x, 0),
    "x less its smallest": lambda x: x - x.min(),
    "x less its mean": lambda x: x - x.mean(),
    "e to the x": np.exp,
    "e to the |x|": lambda x: np.exp(np.abs(x)),
    "1 over |x|": lambda x: 1 / np.abs(x),
    "x |x|": lambda x: x * np.abs(x),
    "1": np.ones_like,
}
_WHOLES: Mapping[str, Callable[[np.ndarray], Any]] = {
    "their sum": np.sum,
    "the size of their sum": lambda u: np.abs(np.sum(u)),
    "their mean": np.mean,
    "the largest": np.max,
    "their length": lambda u: np.sqrt(np.sum(u * u)),
    "their number": len,
}
_OTHERS: Mapping[str, Callable[[np.ndarray], Any]] = {
    "the sum of x": np.sum,
    "the sum of |x|": lambda x: np.sum(np.abs(x)),
    "the sum of x²": lambda x: np.sum(x * x),
    "the square of the sum of |x|": lambda x: np.sum(np.abs(x)) ** 2,
    "the product of x": np.prod,
    "the number of terms": len,
    "the length of x": lambda x: np.sqrt(np.sum(x * x)),
    "the largest |x|": lambda x: np.max(np.abs(x)),
}


def shares(x: np.ndarray, asked: str) -> Iterator[Candidate]:
    """Yield shares of another quantity, or of another whole."""
    for part, of in _PARTS.items():
        for whole, total in _WHOLES.items():
            hint = f"That is {part}, divided by {whole}. The exercise asks for {asked}."
            yield f"{part} over {whole}", hint, lambda of=of, total=total: of(x) / total(of(x))
    for part, of in list(_PARTS.items())[:3]:
        for whole, total in _OTHERS.items():
            hint = f"That is {part}, divided by {whole}. The exercise asks for {asked}."
            yield f"{part} over {whole}", hint, lambda of=of, total=total: of(x) / total(x)
