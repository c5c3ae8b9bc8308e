"""What a layer keeps between forward and backward, and what of it backward reads: found out by changing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from barprop.answers.failures import AnswerError, Guard
from barprop.answers.untrusted import call_or_default, copy_plain, identical, one_line

_MOST = 20  # arrays that are looked at
Kept = tuple[str, int, bool, bool]  # name, bytes, whether it is read, whether it holds what forward was given


def kept(owner: Any, method: str, args: tuple[Any, ...], given: Any) -> list[Kept]:
    """Say which arrays an object keeps, and which of them a method reads.

    Each array in turn is filled with other numbers, and the method is called: where it gives the same, it does not
    read that array. What the object keeps is the same afterwards.

    Parameters
    ----------
    owner : Any
        An object of an answer's class, after its forward.
    method : str
        The method that reads what is kept, ``"backward"``.
    args : tuple
        Arguments of that method.
    given : Any
        The input that forward was given.

    Returns
    -------
    list of tuple
        For each array its name, its bytes, whether the method reads it, and whether it holds what was given.

    Raises
    ------
    AnswerError
        If the method stops, or gives something else when it is called again.
    """
    held = list(_held(owner))
    before = [array.copy() for _, array in held]

    def result() -> Any:
        try:
            with Guard(method):
                return copy_plain(getattr(owner, method)(*copy_plain(args)))
        finally:
            for (_, array), numbers in zip(held, before, strict=True):
                call_or_default(None, np.copyto, array, numbers)

    def is_read(array: np.ndarray, numbers: np.ndarray) -> bool:
        if not array.flags.writeable:
            return True
        array[...] = _other(numbers)
        try:
            return not identical(result(), usual)
        except AnswerError:
            return True

    usual = result()
    if not identical(result(), usual):
        raise AnswerError(f"A second {method} gives a different result.")
    return [
        (name, array.nbytes, is_read(array, numbers), _equal(numbers, given))
        for (name, array), numbers in zip(held, before, strict=True)
    ]


def _held(owner: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays of numbers that an object holds, also in a tuple, list or dictionary, with their names."""
    found: dict[int, tuple[str, np.ndarray]] = {}
    for name, value in call_or_default({}, lambda: dict(vars(owner))).items():
        inner: list[tuple[str, Any]] = [("", value)]
        if type(value) is dict:
            inner = [(f'["{key}"]', item) for key, item in list(value.items())[:_MOST] if type(key) is str]
        elif type(value) is tuple or type(value) is list:
            inner = [(f"[{number}]", item) for number, item in enumerate(value[:_MOST])]
        for place, item in inner:
            if type(item) is np.ndarray and item.dtype.kind in "bfiu" and item.size:
                found.setdefault(id(item), (one_line(name, 30) + one_line(place, 30), item))
    yield from list(found.values())[:_MOST]


def _other(numbers: np.ndarray) -> np.ndarray:
    """Return other numbers of the same kind; integers that may be labels stay labels."""
    if numbers.dtype.kind == "b":
        return ~numbers
    return -1.5 * numbers + 0.1 if numbers.dtype.kind == "f" else (numbers == 0).astype(numbers.dtype)


def _equal(one: np.ndarray, other: Any) -> bool:
    return type(other) is np.ndarray and one.shape == other.shape and bool(np.all(one == other))
