"""Trying an answer on the probes of its exercise, and turning what came into verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from barprop.answers.calls import AnswerError, Answers, Remark, Run, same
from barprop.answers.returned import take_dict, take_tuple
from barprop.answers.untrusted import attempt, fresh, one_line, type_name
from barprop.judging.compare import close, is_finite, problem, show
from barprop.judging.exercise import NOT_FINITE, Case, Exercise, Mistake, Part, Values
from barprop.judging.verdict import Verdict

_REPEATS = 2  # so many cases are tried twice, to see whether a second call gives the same
_STOPS = 3  # after so many cases without any value the rest is not tried


@dataclass
class Trial:
    """One case, as it went: what came, what was right, and a sentence for each output that is not."""

    case: Case
    got: dict[str, Any]
    right: Values
    problems: dict[str, str]
    tried: bool = True


@dataclass
class Held:
    """A remark as it is held against an answer: where it was seen first, and the outputs it is about (none: all)."""

    label: str
    memory: bool
    outputs: set[str] = field(default_factory=set)


@dataclass
class Evaluation:
    """All trials of one answer. `verdict` reads one test cell's share of it."""

    exercise: Exercise
    trials: list[Trial] = field(default_factory=list)
    remarks: dict[str, Held] = field(default_factory=dict)
    blocked: str = ""
    _known: dict[tuple[str, int], Values] = field(default_factory=dict, repr=False)

    @property
    def failed(self) -> bool:
        """Whether anything that was tried is not right."""
        return any(trial.problems for trial in self.trials)

    def behaviour(self, part: Part, failed: set[str]) -> list[tuple[str, str]]:
        """What is held against a part besides its values: sentence, and the case in which it was seen first.

        Shared memory counts where the value is right: often something was handed on as it came, and then the wrong
        value says more.
        """
        told = []
        for text, held in self.remarks.items():
            mine = (held.outputs or set(part.outputs)) & set(part.outputs)
            if held.memory and mine - failed:
                told.append((f"{text} Seen with: {held.label}.", held.label))
            elif not held.memory and mine:
                told.append((text, held.label))
        return told

    def block(self, need: str) -> None:
        """Say first that another answer this one leans on does not pass."""
        self.blocked = f"{self.exercise.name} uses {need}, and {need} does not pass yet: mend that one first."

    def verdict(self, part: Part) -> Verdict:
        """The verdict on one part: each output that is right in every case earns its share."""
        title = f"{self.exercise.name} ({part.name})" if part.name else self.exercise.name
        failed = {name for t in self.trials for name in part.outputs if name in t.problems}
        hanging = set(part.outputs) & set(self.exercise.hanging)
        if set(part.outputs) - hanging <= failed:
            failed |= hanging  # nothing of substance is right
        share = 1 - len(failed) / len(part.outputs) if self.trials else 0.0
        behaviour = self.behaviour(part, failed)
        remarks, seen = tuple(text for text, _ in behaviour), {label for _, label in behaviour}
        points = round(float(part.points * share * (0.5 if remarks else 1.0)), 4)
        asked = [t for t in self.trials if t.tried and t.right.keys() & set(part.outputs)]
        tried = tuple((t.case.label, not failed & t.problems.keys() and t.case.label not in seen) for t in asked)
        if not failed:
            return Verdict(title, points, float(part.points), tried, "", "", "", remarks)
        found = self._mistake(failed)
        return Verdict(
            title,
            points,
            float(part.points),
            tried,
            self.blocked or self._problem(failed),
            found.hint if found and not self.blocked else "",
            found.name if found else "",
            remarks,
        )

    def _problem(self, failed: set[str]) -> str:
        trial = next(t for t in self.trials if failed & t.problems.keys())
        names = [n for n in self.exercise.outputs if n in failed and n in trial.problems]
        if names[0] not in trial.got:  # it stopped: the sentence says it all
            return trial.problems[names[0]]
        inputs = ", ".join(f"{name} = {show(value)}" for name, value in trial.case.args.items())
        others = f" So do: {', '.join(names[1:])}." if len(names) > 1 else ""
        tried = f"{trial.case.label}; {inputs}" if inputs else trial.case.label
        sentence = f"{trial.problems[names[0]]} Tried: {tried}."
        return sentence + others.replace("So do", "Also wrong there")

    def _mistake(self, failed: set[str]) -> Mistake | None:
        """First a mistake that fits all that is wrong anywhere, else one that fits what is wrong in this part."""
        everywhere = {name for t in self.trials for name in t.problems}
        if not any(name in t.got for t in self.trials for name in failed & t.problems.keys()):
            failed = everywhere  # it stopped before these came: what is known of the others explains them as well
        for scope in (everywhere, failed):
            fits = {mistake.name: self._explained(mistake, scope, failed) for mistake in self.exercise.mistakes}
            found = max(self.exercise.mistakes, key=lambda mistake: fits[mistake.name], default=None)
            if found and fits[found.name]:
                return found  # the one that explains most; the first of several
        return None

    def _explained(self, mistake: Mistake, scope: set[str], told_by: set[str]) -> int:
        """How many wrong values a mistake explains; 0 where it gives others than came, or none of `told_by`."""
        explained, told = 0, False
        for number, trial in enumerate(self.trials):
            for name, value in self._wrong(mistake, number).items():
                if name not in trial.got:
                    continue
                differs = value is NOT_FINITE or not close(value, trial.right[name], self.exercise.tolerance)
                if name not in scope:
                    if differs and name not in trial.problems:
                        return 0  # with this mistake it would not have come out right
                    continue
                if not _came(trial.got[name], value, self.exercise.tolerance):
                    return 0
                explained += differs
                told = told or (differs and name in told_by)
        return explained if told else 0

    def _wrong(self, mistake: Mistake, number: int) -> Values:
        """What a mistake gives in one trial, worked out once for all parts."""
        key = (mistake.name, number)
        if key not in self._known:
            trial = self.trials[number]
            with np.errstate(all="ignore"):
                self._known[key] = mistake.wrong(trial.case, trial.right) or {}
        return self._known[key]


def evaluate(
    exercise: Exercise,
    answers: Answers,
    seed: int | list[int] = 0,
    oracle: Callable[[Case], Values] | None = None,
) -> Evaluation:
    """Try an answer on every probe.

    Parameters
    ----------
    answers : where the names in `exercise.asks` are found.
    seed : of the probes.
    oracle : case -> right values; default the exercise's own, which knows no closed form.
    """
    result = Evaluation(exercise)
    silent, error = 0, ""
    got: dict[str, Any] = {}
    # The oracle has cases of its own: an object in them may remember what it was asked.
    twins = zip(*(exercise.probes(np.random.default_rng(seed)) for _ in range(2)), strict=True)
    for number, (case, twin) in enumerate(twins):
        right = (oracle or exercise.oracle)(twin)
        if silent == _STOPS:  # what is not tried is not right either: its outputs fail with the last error
            result.trials.append(Trial(case, {}, right, _problems(exercise, {}, right, error), tried=False))
            continue
        got, error, remarks = _drive(exercise, answers, case)
        if number < _REPEATS and not error and not _again(exercise, answers, case, got):
            remarks.append(Remark(f"A second call of {exercise.name} with the same arguments gives something else."))
        for remark in remarks:
            held = result.remarks.setdefault(remark.text, Held(case.label, remark.memory))
            held.outputs.update(_outputs_at(exercise, remark))
        result.trials.append(Trial(case, got, right, _problems(exercise, got, right, error)))
        silent = 0 if got else silent + 1
    return result


def _outputs_at(exercise: Exercise, remark: Remark) -> set[str]:
    """The outputs that a remark is about; none where that is not known, so that it is about them all."""
    owner, _, method = remark.label.rpartition(".")
    for part in exercise.parts:
        if owner and part.name == method:
            return set(part.outputs)
    if not remark.memory or (exercise.drive and not exercise.returned):
        return set()
    if exercise.returns == "value" and not exercise.returned:
        return {exercise.outputs[0]}
    at = dict(enumerate(exercise.returned or exercise.outputs)) | {name: name for name in exercise.outputs}
    return {at[key] for key in remark.where if key in at}


def _came(got: Any, wrong: Any, tolerance: float) -> bool:
    """Whether an answer gave what a mistake gives."""
    return not is_finite(got) if wrong is NOT_FINITE else close(got, wrong, tolerance)


def reference_values(exercise: Exercise, answers: Answers, case: Case) -> Values:
    """What trusted answers give on a case, by output name."""
    got, error, _ = _drive(exercise, answers, case)
    if error:
        raise RuntimeError(f"the reference of {exercise.name} failed on {case.label}: {error}")
    return got


def _drive(exercise: Exercise, answers: Answers, case: Case) -> tuple[dict[str, Any], str, list[Remark]]:
    run, got = Run(answers), {}
    try:
        for name, value in exercise.drive(run, case) if exercise.drive else _call(run, case, exercise):
            got[name] = fresh(value)  # as it is now: a later call may work on in that memory
    except KeyboardInterrupt:
        raise
    except AnswerError as error:
        return got, one_line(attempt("", str, error), 500) or f"{exercise.name} stopped.", run.remarks
    except BaseException as error:  # an object that fails when it is looked at
        sentence = f"{exercise.name} gave back something that cannot be read: looking at it ends in {type_name(error)}."
        return got, sentence, run.remarks
    return got, "", run.remarks


def _again(exercise: Exercise, answers: Answers, case: Case, got: dict[str, Any]) -> bool:
    second, error, _ = _drive(exercise, answers, case)
    return not error and same(got, second)


def _problems(exercise: Exercise, got: dict[str, Any], right: Values, error: str) -> dict[str, str]:
    problems = {}
    for name in exercise.outputs:
        if name not in right:
            continue
        if name in got:
            sentence = problem(name, got[name], right[name], exercise.tolerance)
        else:
            sentence = error or f"{name} is missing."
        if sentence:
            problems[name] = sentence
    return problems


def _call(run: Run, case: Case, exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """The default drive: one call, its result taken apart by `exercise.returns`."""
    value = run(exercise.asks[0], *case.args.values())
    if exercise.returns == "value":
        yield exercise.outputs[0], value
    elif exercise.returns == "tuple":
        yield from take_tuple(exercise.name, value, exercise.outputs)
    else:
        yield from take_dict(run, exercise.name, value, exercise.outputs)
