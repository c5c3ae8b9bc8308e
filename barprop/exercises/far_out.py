"""Numerical stability judged apart: what a far case gives is an output of its own, with points of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from barprop.answers.calls import Run
from barprop.judging.exercise import Case, Drive, Exercise, Guesses, Mistake, Part, Values

FAR = {"far": True}  # what `context` of a far case holds


def far_out(*names: str) -> tuple[str, ...]:
    """Return the names of outputs as they are called in far cases."""
    return tuple(f"{name} far out" for name in names)


def far_out_apart(exercise: Exercise, *parts: Part) -> Exercise:
    """Give the outputs of an exercise's far cases, those with large numbers, names and parts of their own.

    Parameters
    ----------
    exercise : Exercise
        Declared without parts; its far cases have `far` in `context`, and its mistakes use the usual names of the outputs.
    *parts : Part
        The parts of the result. Together they name every output, far out or not.

    Returns
    -------
    Exercise
        The same exercise with these parts.
    """
    outputs = tuple(name for part in parts for name in part.outputs)

    def oracle(case: Case) -> Values:
        return _named(case, exercise.oracle(case))

    return replace(
        exercise,
        outputs=outputs,
        only_with_others=tuple(name for name in outputs if name in exercise.only_with_others),
        parts=parts,
        oracle=oracle,
        drive=_drive(exercise.drive) if exercise.drive else None,
        mistakes=tuple(_renamed(mistake) for mistake in exercise.mistakes),
        guesses=_guesses(exercise.guesses) if exercise.guesses else None,
    )


def _is_far(case: Case) -> bool:
    return "far" in case.context


def _named(case: Case, values: Values) -> Values:
    return {far_out(name)[0]: value for name, value in values.items()} if _is_far(case) else values


def _drive(drive: Drive) -> Drive:
    def driven(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        for name, value in drive(run, case):
            yield (far_out(name)[0] if _is_far(case) and name != "tried" else name), value

    return driven


def _usual(values: Values) -> Values:
    return {name.removesuffix(" far out"): value for name, value in values.items()}


def _renamed(mistake: Mistake) -> Mistake:
    fitted = mistake.fitted
    if fitted is None:
        return replace(mistake, wrong=_wrong(mistake))

    def named(case: Case, right: Values, got: Values) -> Values | None:
        values = fitted(case, _usual(right), _usual(got))
        return None if values is None else _named(case, values)

    return replace(mistake, wrong=_wrong(mistake), fitted=named)


def _guesses(made: Guesses) -> Guesses:
    return lambda case, right, output: made(case, _usual(right), output.removesuffix(" far out"))


def _wrong(mistake: Mistake) -> Callable[[Case, Values], Values | None]:
    def wrong(case: Case, right: Values) -> Values | None:
        if not _is_far(case):
            return mistake.wrong(case, right)
        values = mistake.wrong(case, _usual(right))
        return None if values is None else _named(case, values)

    return wrong
