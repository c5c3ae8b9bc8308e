"""What a notebook prints of a guess that is not graded: whether it was right, or in which form to write it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from barprop.answers.untrusted import call_or_default, is_number, is_row, one_line

_NONE_YET = "no guess yet"
_LONGEST = 40


def compared(guess: Any, right: Any, *choices: Any, factor: float = 1.0) -> str:
    """Say whether a guess was right, or in which form it can be compared.

    Parameters
    ----------
    guess : Any
        What the student wrote; None for nothing yet.
    right : str, number, or list of number
        What came out. In a list the order does not matter.
    *choices : str or number
        All that may be guessed, if it is to be one of a few.
    factor : float
        A number is right if it is at most so many times too large or too small.

    Returns
    -------
    str
        The end of a sentence.

    Examples
    --------
    >>> compared("Larger", "larger", "smaller", "larger")
    'you guessed larger: right'
    >>> compared(30, 56.0, factor=10)
    'you guessed 30: right'
    >>> compared("about 30", 56.0, factor=10)
    "your guess 'about 30' cannot be compared: write a number"
    """
    if guess is None or guess is Ellipsis or (is_row(guess) and not guess):
        return _NONE_YET
    plain = _plain(guess)
    if not _is_in_form(plain, right, choices):
        return f"your guess {_shown(guess)} cannot be compared: write {_form(right, choices)}"
    return f"you guessed {_said(plain)}: {'right' if _agrees(plain, right, factor) else 'not so'}"


def numbers(guess: Any, count: int) -> str:
    """Return "" if a guess holds so many numbers, otherwise what to write."""
    if guess is None or guess is Ellipsis:
        return _NONE_YET
    if is_row(guess) and len(guess) == count and all(map(_is_real, guess)):
        return ""
    return f"your guess {_shown(guess)} cannot be used: write {count} numbers, such as ({', '.join('0' * count)})"


def _plain(guess: Any) -> Any:
    """Return text without spaces around it and in small letters, a row as a list; anything else as it is."""
    if type(guess) is str:
        return guess.strip().lower()
    return [_plain(item) for item in guess] if is_row(guess) else guess


def _is_real(value: Any) -> bool:
    return is_number(value) and type(value) is not bool and math.isfinite(value)


def _is_in_form(guess: Any, right: Any, choices: Sequence[Any]) -> bool:
    if choices:
        return type(guess) in (str, int, float) and guess in choices
    if is_row(right):
        return all(map(_is_real, guess)) if is_row(guess) else _is_real(guess)
    return _is_real(guess) if _is_real(right) else type(guess) is type(right)


def _form(right: Any, choices: Sequence[Any]) -> str:
    if choices:
        return f"{', '.join(map(repr, choices[:-1]))} or {choices[-1]!r}"
    if is_row(right):
        return "a list of numbers"
    return "a number" if _is_real(right) else "text in quotes"


def _agrees(guess: Any, right: Any, factor: float) -> bool:
    if is_row(right):
        return sorted(guess if is_row(guess) else [guess]) == sorted(right)
    if not _is_real(right) or not _is_real(guess):
        return bool(guess == right)
    if guess * right <= 0:
        return bool(guess == right)
    off = max(guess / right, right / guess)
    return off <= factor or math.isclose(off, factor)


def _shown(guess: Any) -> str:
    return one_line(call_or_default("", repr, guess), _LONGEST) or "that is written there"


def _said(guess: Any) -> str:
    return guess if type(guess) is str else f"{guess:g}" if is_number(guess) else ", ".join(f"{n:g}" for n in guess)
