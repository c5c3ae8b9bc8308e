"""A backward pass reads what forward cached: how it is seen that one computes it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_dict
from barprop.judging.compare import close
from barprop.judging.exercise import Case, Exercise, Values

Again = Callable[[Case], Iterable[Mapping[str, float]]]


def bars_from(
    run: Run, case: Case, names: tuple[str, ...], exercise: Exercise, again: Again
) -> Iterator[tuple[str, Any]]:
    """Call a backward pass and yield its bars.

    In a case whose cache another x or w made, an answer that computes z again from w and x gives other bars than one
    that reads the cache. Where these are the bars it gives, there is a remark, which costs half, and the bars are
    judged as if it had read the cache.

    Parameters
    ----------
    run : Run
        The answer.
    case : Case
        With `foreign` in `context` if another x or w made the cache.
    names : tuple of str
        Names of the bars.
    exercise : Exercise
        The exercise, whose oracle gives the right bars.
    again : callable
        case -> the caches that an answer which computes z again has in effect.

    Yields
    ------
    tuple of (str, Any)
        Name of a bar, and its value.
    """
    got, error = _taken(run, case, names, exercise.name)
    if not error and case.context.get("foreign"):
        meant = _as_if_read(got, case, exercise, again(case))
        if meant is not None:
            run.remark(
                f"{exercise.name} computes z (or what follows from it) again from w and x. The forward pass has cached "
                "it: read it there. With a cache that another x made, the bars should be those of that cache."
            )
            got = {**got, **meant}
    yield from got.items()
    if error:
        raise error


def _taken(run: Run, case: Case, names: tuple[str, ...], label: str) -> tuple[dict[str, Any], AnswerError | None]:
    got: dict[str, Any] = {}
    try:
        got.update(take_dict(run, label, run(label, *case.args.values()), names))
    except AnswerError as error:
        return got, error
    return got, None


def _as_if_read(got: Values, case: Case, exercise: Exercise, caches: Iterable[Mapping[str, float]]) -> Values | None:
    """Return the bars of the answer had it read the cache; None if it did, or if nobody knows."""
    right = exercise.oracle(case)
    if _agree(got, right, exercise):
        return None
    twins = [replace(case, args={**case.args, "cache": cache}) for cache in caches]
    there = [exercise.oracle(twin) for twin in twins]
    # first an answer that is right but for this, then every known mistake beside it
    for wrong in (lambda c, bars: bars, *(mistake.wrong for mistake in exercise.mistakes)):
        here = wrong(case, right)
        for twin, bars in zip(twins, there, strict=True):
            given = wrong(twin, bars)
            if here is None or given is None or not _agree(got, {**bars, **given}, exercise):
                continue
            return None if _agree(got, {**right, **here}, exercise) else {**right, **here}
    return None


def _agree(got: Values, wanted: Values, exercise: Exercise) -> bool:
    return all(close(got[name], value, exercise.tolerance) for name, value in wanted.items())
