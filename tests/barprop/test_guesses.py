"""What a notebook says of a guess."""

from __future__ import annotations

from typing import Any

import pytest

from barprop.guesses import compared, numbers

_SIDES = ("smaller", "equal", "larger")


@pytest.mark.parametrize(
    ("guess", "right", "choices", "factor", "said"),
    [
        (None, "larger", _SIDES, 1, "no guess yet"),
        ("Larger ", "larger", _SIDES, 1, "you guessed larger: right"),
        ("equal", "larger", _SIDES, 1, "you guessed equal: not so"),
        ("bigger", "larger", _SIDES, 1, "your guess 'bigger' cannot be compared: write 'smaller', 'equal' or 'larger'"),
        (0.1, 0.1, (0.5, 0.1, 0.01), 1, "you guessed 0.1: right"),
        ("a tenth", 0.1, (0.5, 0.1, 0.01), 1, "your guess 'a tenth' cannot be compared: write 0.5, 0.1 or 0.01"),
        (100, 56.0, (), 10, "you guessed 100: right"),
        (100, 5.6, (), 10, "you guessed 100: not so"),
        (-100, 56.0, (), 10, "you guessed -100: not so"),
        (0, 0, (), 10, "you guessed 0: right"),
        ("10 to 100", 56.0, (), 10, "your guess '10 to 100' cannot be compared: write a number"),
        (True, 1.0, (), 1, "your guess True cannot be compared: write a number"),
        (float("nan"), 1.0, (), 1, "your guess nan cannot be compared: write a number"),
        ((1, 0.1), [0.1, 1], (), 1, "you guessed 1, 0.1: right"),
        (0.1, [0.1, 1], (), 1, "you guessed 0.1: not so"),
        (["0.1"], [0.1, 1], (), 1, "your guess ['0.1'] cannot be compared: write a list of numbers"),
    ],
)
def test_a_guess_is_compared_or_its_form_is_told(
    guess: Any, right: Any, choices: tuple[Any, ...], factor: float, said: str
) -> None:
    assert compared(guess, right, *choices, factor=factor) == said


def test_several_numbers() -> None:
    assert numbers((0.05, -0.05, 0), 3) == ""
    assert numbers(None, 3) == "no guess yet"
    for guess in (0.05, (1, 2), ("a", "b", "c"), "abc", {1, 2, 3}):
        assert numbers(guess, 3).endswith("cannot be used: write 3 numbers, such as (0, 0, 0)")
