"""Trying an answer on the probes of its exercise."""

from __future__ import annotations

from typing import Any

import numpy as np

from barprop.answers.calls import Answers, Remark, Run, TrustedRun
from barprop.answers.untrusted import identical
from barprop.judging.batched_calls import BatchedCalls
from barprop.judging.compare import problem
from barprop.judging.diagnose import Trial
from barprop.judging.drive import Driven, remembers_nothing, try_case
from barprop.judging.evaluation import ChargedRemark, Evaluation
from barprop.judging.exercise import Case, Exercise, Oracle, Values
from barprop.judging.in_place import although_in_place
from barprop.judging.precision import SINGLE, in_single
from barprop.judging.wording import shown_name

_REPEATS = 2  # so many cases are tried twice, to see whether a second call gives the same
_STOPS = 3  # after so many cases without any value the rest is not tried


def evaluate(
    exercise: Exercise,
    answers: Answers,
    seed: int | list[int] = 0,
    oracle: Oracle | None = None,
) -> Evaluation:
    """Try an answer on every probe.

    Parameters
    ----------
    answers : Answers
        Where the names in `exercise.asks` are found.
    seed : int or list of int
        Of the probes.
    oracle : callable, optional
        Case -> right values; default the exercise's own, which knows no closed form.
    """
    result = Evaluation(exercise, oracle or exercise.oracle)
    silent, tried = 0, Driven()
    cases = [*exercise.probes(np.random.default_rng(seed))]
    # The oracle has cases of its own where an object in them may remember what it was asked.
    twins = cases if all(map(remembers_nothing, cases)) else [*exercise.probes(np.random.default_rng(seed))]
    ahead = BatchedCalls(exercise, answers, cases, _REPEATS)
    for number, (case, twin) in enumerate(zip(cases, twins, strict=True)):
        right = result.oracle(twin)
        if silent >= _STOPS:  # what is not tried is not right either: its outputs fail with the last error
            result.trials.append(
                Trial(case, {}, right, _problems(exercise, {}, right, tried.error), False, stopped=tried.stopped)
            )
            continue
        tried = although_in_place(exercise, answers, case, try_case(exercise, ahead.run(number, first=True), case))
        result.keeps = result.keeps or tried.keeps
        if tried.skipped:  # neither right nor wrong
            right = {name: value for name, value in right.items() if name not in tried.skipped}
        second = ahead.run(number, first=False) if number < _REPEATS and not tried.error else None
        for remark in _remarks(exercise, case, tried, right, second):
            _hold(result, remark, case)
        problems = _problems(exercise, tried.got, right, tried.error)
        result.trials.append(Trial(case, tried.got, right, problems, calls=tried.calls, stopped=tried.stopped))
        silent = _STOPS if tried.endless else (0 if tried.got or tried.skipped else silent + 1)
    return result


def _remarks(exercise: Exercise, case: Case, tried: Driven, right: Values, second: Run | None) -> list[Remark]:
    """Return what is to be said of a trial besides right and wrong; `second` is there to run the case again."""
    again = [] if second is None else _again(exercise, second, case, tried.got)
    single = SINGLE.format(exercise.name)
    light = [Remark(single, where=(name,), light=True) for name in in_single(exercise, tried.got, right)]
    return tried.remarks + again + light


def _hold(result: Evaluation, remark: Remark, case: Case) -> None:
    light = remark.light or (remark.memory and case.trivial)
    new = ChargedRemark(case.label, remark.memory, light=light, call=remark.label, changes=remark.changes)
    held = result.remarks.setdefault(remark.text, new)
    if held.light and not light:
        held.light, held.label = False, case.label
    held.outputs.update(_outputs_at(result.exercise, remark))


def _outputs_at(exercise: Exercise, remark: Remark) -> set[str]:
    """Return the outputs that a remark is about; none if unknown, so that it is about them all."""
    owner, _, method = remark.label.rpartition(".")
    for part in exercise.parts:
        if owner and part.name == method:
            return set(part.outputs)
    if len(exercise.asks) > 1 and remark.label in exercise.asks:  # several functions in one cell
        return {name for name in exercise.outputs if remark.label in name.split()}
    if not remark.label and set(remark.where) & set(exercise.outputs):
        return {name for name in remark.where if name in exercise.outputs}
    if not remark.memory or (exercise.drive and not exercise.returned):
        return set()
    if exercise.returns == "value" and not exercise.returned:
        return {exercise.outputs[0]}
    at = dict(enumerate(exercise.returned or exercise.outputs)) | {name: name for name in exercise.outputs}
    return {at[key] for key in remark.where if key in at}


def reference_values(exercise: Exercise, answers: Answers, case: Case) -> Values:
    """Return what trusted answers give on a case, by output name."""
    if "known" in case.context:  # words, which are the same whatever the inputs are
        return dict(case.context["known"])
    tried = try_case(exercise, TrustedRun(answers), case)
    if tried.error:
        raise RuntimeError(f"the reference of {exercise.name} failed on {case.label}: {tried.error}")
    return tried.got


def _again(exercise: Exercise, run: Run, case: Case, got: dict[str, Any]) -> list[Remark]:
    """Run a case again: return the remarks of the second run, and one if it gives something else."""
    second = although_in_place(exercise, run.answers, case, try_case(exercise, run, case))
    moved = tuple(name for name in got if name not in second.got or not identical(got[name], second.got[name]))
    if second.error or moved:
        text = f"A second call of {exercise.name} with the same arguments gives a different result."
        return [*second.remarks, Remark(text, where=() if second.error else moved)]
    return second.remarks


def _problems(exercise: Exercise, got: dict[str, Any], right: Values, error: str) -> dict[str, str]:
    problems = {}
    single = set(in_single(exercise, got, right))
    for name in exercise.outputs:
        if name not in right or name in single:
            continue
        if name in got:
            subject = exercise.observations[name].subject if name in exercise.observations else ""
            sentence = problem(shown_name(exercise, name), got[name], right[name], exercise.tolerance, subject)
        else:
            sentence = error or f"{shown_name(exercise, name)} is missing."
        if sentence:
            problems[name] = sentence
    return problems
