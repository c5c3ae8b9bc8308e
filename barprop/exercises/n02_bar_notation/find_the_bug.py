"""Notebook 02, find the bug: three backward passes that are given, each with one mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import one_line
from barprop.exercises.n02_bar_notation.backward import BARS
from barprop.judging.exercise import Case, Exercise, Mistake, Values

# Where each pass takes another number than it should: pass -> bar -> (the bar it comes from, what it is multiplied by).
# The passes themselves stand in the notebook; a test runs them and finds the same bars wrong.
SLIPS = {
    "a": {"v": ("e", "v"), "h": ("e", "h")},
    "b": {"z": ("h", "the slope at h")},
    "c": {"w": ("h", "x")},
}


def _oracle(c: Case) -> Values:
    """Return the first wrong bar in each backward pass."""
    return {letter: next(bar for bar in BARS if bar in slips) for letter, slips in SLIPS.items()}


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    value = run.answers["first_wrong"]
    if type(value) is not dict:
        raise AnswerError('first_wrong should be a dictionary with the keys "a", "b" and "c".')
    entries = {key: name for key, name in value.items() if type(key) is str}
    extra = [one_line(key, 40) for key in entries if key not in SLIPS]
    if extra:
        run.remark(f"first_wrong holds unexpected keys ({', '.join(extra[:4])}).")
    errors = []
    for letter in SLIPS:
        problem = _unusable(letter, entries.get(letter))
        if problem:
            errors.append(problem)
        else:
            yield letter, _verdict(letter, entries[letter])
    if errors:
        raise AnswerError(errors[0])


def _verdict(letter: str, name: str) -> str:
    """Describe an answer that is not right."""
    return f"in pass {letter}, {name}_bar is not the first wrong one"


def _unusable(letter: str, name: Any) -> str:
    """Say what is wrong with the form of one answer; "" if nothing is."""
    names = ", ".join(f'"{bar}"' for bar in sorted(BARS))
    if name is None or name is Ellipsis:
        return f'first_wrong["{letter}"] is not filled in yet: write one of {names}.'
    if type(name) is not str or name not in BARS:
        shown = f'"{one_line(name, 40)}"' if type(name) is str else "no name in quotes"
        near = name.lower().removesuffix("_bar").strip() if type(name) is str else ""
        meant = f' Did you mean "{near}"?' if near in BARS else ""
        return f'first_wrong["{letter}"] is {shown}; expected one of {names}.{meant}'
    return ""


def _says(**names: str) -> Callable[[Case, Values], Values]:
    return lambda c, right: {letter: _verdict(letter, name) for letter, name in names.items()}


FIND_THE_BUG = Exercise(
    name="find_the_bug",
    signature='first_wrong = {"a": name, "b": name, "c": name}',
    is_computed=False,
    outputs=tuple(SLIPS),
    asks=("first_wrong",),
    points=3,
    minutes=12,
    level=2,
    statements=("L9", "L10", "L11"),
    probes=lambda rng: [Case("your three names", {})],
    oracle=lambda c: {letter: _verdict(letter, name) for letter, name in _oracle(c).items()},
    drive=_drive,
    mistakes=(
        Mistake("named the last ones", "x_bar comes last, so every mistake before it shows up there sooner or later. Start at the loss and stop at the first bar that is wrong.",
                _says(a="x", b="x", c="x")),
        Mistake("named what the user sees", "w_bar is wrong in all three, and in two of them only because it is made from a wrong bar. Which one?",
                _says(a="w", b="w")),
        Mistake("a: inherited", "In a, h_bar is wrong, but another bar before it is wrong as well.", _says(a="h")),
        Mistake("a: stopped at the loss", "In a, e_bar and y_bar are right: nudge e and look. The mistake comes later on the way back.", _says(a="e")),
        Mistake("a: blamed the slope", "In a, z_bar is what it should be for the h_bar it is given. Look at what it is given.", _says(a="z")),
        Mistake("b: too early", "In b, h_bar is right: nudge h and look. Go on from there.", _says(b="h")),
        Mistake("b: inherited", "In b, w_bar is right for what it is given. Look one step earlier.", _says(b="w")),
        Mistake("b: inherited by x", "In b, x_bar is right for what it is given. Look one step earlier.", _says(b="x")),
        Mistake("c: too early", "In c, z_bar is right, and whatever reads z_bar is right as well. Which bar does not read it?", _says(c="z")),
        Mistake("c: too late", "In c, x_bar is right. Compare it with w_bar in the same line: which bar should both of them be made from?", _says(c="x")),
        Mistake("c: h", "In c, h_bar is right. But a later bar is made from it that should not be.", _says(c="h")),
    ),
)  # fmt: skip
