"""Trying an answer on the probes of its exercise, and turning what came into verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from barprop.answers.calls import Answers, Remark, Run, TrustedRun
from barprop.answers.untrusted import call_or_default, identical
from barprop.judging.batched_calls import BatchedCalls
from barprop.judging.compare import problem
from barprop.judging.diagnose import Diagnosis, Trial
from barprop.judging.drive import remembers_nothing, try_case
from barprop.judging.exercise import Case, Exercise, Mistake, Part, Values
from barprop.judging.in_place import although_in_place
from barprop.judging.precision import QUOTIENT, SINGLE, imprecise, in_single
from barprop.judging.verdict import Verdict
from barprop.judging.wording import example, short_example, shown_name

_REPEATS = 2  # so many cases are tried twice, to see whether a second call gives the same
_STOPS = 3  # after so many cases without any value the rest is not tried
_LEAVE_OUT = "A dictionary of the results that are ready can be checked too: leave out what stops for now."
_HALF, _TENTH = 0.5, 0.1  # what a remark costs of the outputs it is about; what it costs of the exercise, once


@dataclass
class ChargedRemark:
    """A remark as it is held against an answer.

    Parameters
    ----------
    label : the case it was seen in first. memory : whether memory is shared.
    outputs : what it is about (none: all of them).
    light : whether it costs a tenth only: nothing is shared but where there is nothing to do.
    """

    label: str
    memory: bool
    outputs: set[str] = field(default_factory=set)
    light: bool = False


@dataclass
class Evaluation:
    """All trials of one answer. `verdict` reads one test cell's share of it."""

    exercise: Exercise
    oracle: Callable[[Case], Values]
    trials: list[Trial] = field(default_factory=list)
    remarks: dict[str, ChargedRemark] = field(default_factory=dict)
    blocked: str = ""
    notes: tuple[str, ...] = ()
    keeps: str = ""  # what a layer keeps for its backward, a sentence

    @property
    def failed(self) -> bool:
        """Whether anything that was tried is not right."""
        return any(trial.problems for trial in self.trials)

    @property
    def works(self) -> bool:
        """Whether it is right, except in corner cases at most."""
        return not any(trial.problems for trial in self.trials if not self.exercise.is_corner(trial.case))

    @property
    def points(self) -> float:
        """All points, over the parts."""
        found = ((part, self._failed(part)) for part in self.exercise.parts)
        return sum(self._points(part, failed, self.held(part, failed)) for part, failed in found)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What may have gone wrong; worked out when all is tried."""
        return Diagnosis(self.exercise, self.trials, self.oracle)

    def held(self, part: Part, failed: set[str]) -> dict[str, ChargedRemark]:
        """Return what is held against a part besides its values, by its sentence.

        Shared memory counts where the value is right: often something was handed on as it came, and then the wrong
        value says more.
        """
        found = {}
        for text, held in self.remarks.items():
            mine = self._about(held) & set(part.outputs)
            if held.memory and mine - failed:
                found[f"{text} Seen with: {held.label}."] = held
            elif not held.memory and mine:
                found[text] = held
        return found

    def _about(self, held: ChargedRemark) -> set[str]:
        return held.outputs or set(self.exercise.outputs)

    def block(self, need: str) -> None:
        """Say first that another answer this one leans on does not pass."""
        self.blocked = f"{self.exercise.name} uses {need}, and {need} does not pass yet: fix that one first."

    def _failed(self, part: Part) -> set[str]:
        failed = {name for t in self.trials for name in part.outputs if name in t.problems} - self._excused(part)
        dependent = set(part.outputs) & set(self.exercise.only_with_others)
        return failed | dependent if set(part.outputs) - dependent <= failed else failed  # nothing else is right

    def _excused(self, part: Part) -> set[str]:
        """Return the outputs that are right wherever they came, if something that is made later is wrong and stops."""
        if self.exercise.returns != "dict" or part is self.exercise.parts[-1]:
            return set()
        later = {name for p in self.exercise.parts[self.exercise.parts.index(part) + 1 :] for name in p.outputs}
        if not any(later & t.problems.keys() & t.got.keys() for t in self.trials):
            return set()
        came = {name for t in self.trials if not self.exercise.is_corner(t.case) for name in t.got}
        wrong = {name for t in self.trials for name in t.problems if name in t.got or t.stopped != "raised"}
        return set(part.outputs) & came - wrong

    def _stop_notes(self, part: Part) -> tuple[str, ...]:
        """Say what a part gets for where the answer stopped, if it returns several results that are checked apart."""
        stopped = [t for t in self.trials if t.tried and t.stopped == "raised" and not t.got]
        if not stopped or self.exercise.returns != "dict" or len(self.exercise.parts) == 1:
            return ()
        if len(stopped) == sum(t.tried for t in self.trials):
            return (_LEAVE_OUT,)
        if self._excused(part) and not self._failed(part):
            return (
                f"In {len(stopped)} of {len(self.trials)} cases {self.exercise.name} stops; the next check says where.",
            )
        return ()

    def verdict(self, part: Part) -> Verdict:
        """Return the verdict on one part: each output that is right in every case earns its share."""
        failed = self._failed(part)
        held = self.held(part, failed)
        title, most = self.exercise.title(part), float(part.points)
        seen = {remark.label for remark in held.values()}
        notes = self.notes + self._precision_notes(part, failed) + self._stop_notes(part)
        points = self._points(part, failed, held)
        if not failed and points >= most:  # charged in an earlier part already, so that nothing is lost here
            free = tuple(f"No points are lost for this here: {text}" for text in held)
            keeps = (self.keeps,) if self.keeps and "cache" in part.outputs else ()
            return Verdict(title, points, most, self._tried(part, failed, set()), notes=(*free, *notes, *keeps))
        tried = self._tried(part, failed, seen)
        if not failed:
            kind = "remark"
            return Verdict(title, points, most, tried, remarks=tuple(held), notes=notes, kind=kind)
        found = None if self.blocked else self.diagnosis.mistake(failed)
        trial, name = self._shown(self._told_of(found, failed))
        sentence = self._problem(trial, name, failed)
        if found and name not in trial.got and not found.stops:
            sentence += self._elsewhere(found)
        return Verdict(
            title,
            points,
            most,
            tried,
            self.blocked or sentence,
            found.hint if found else "",
            found.name if found else "",
            tuple(held),
            "" if self.blocked else self._example(trial, name),
            notes,
            "blocked" if self.blocked else trial.kind(name),
        )

    def _tried(self, part: Part, failed: set[str], seen: set[str]) -> tuple[tuple[str, bool], ...]:
        """Return what is counted as right or wrong: the cases, or the results where no case is right but a result is.

        Points are earned by results, so that "3 of 4 points" is not said beside "0 of 7 right".
        """
        asked = [t for t in self.trials if t.tried and t.right.keys() & set(part.outputs)]
        if self._excused(part) and not failed:  # where it stopped, nothing is known of this part
            asked = [t for t in asked if t.got]
        cases = tuple((t.case.label, not failed & t.problems.keys() and t.case.label not in seen) for t in asked)
        if any(ok for _, ok in cases) or not failed or not set(part.outputs) - failed:
            return cases
        return tuple((_UNNAMED.get(name, self._called(name)), name not in failed) for name in part.outputs)

    def _points(self, part: Part, failed: set[str], held: dict[str, ChargedRemark]) -> float:
        if not self.trials:
            return 0.0
        lost = self._lost(part, failed)
        heavy = [self._about(remark) for remark in held.values() if not remark.light]
        earned = sum(
            _HALF if any(name in about for about in heavy) else 1.0 for name in part.outputs if name not in lost
        )
        points = part.points * earned / len(part.outputs)
        if any(remark.light for remark in held.values()) and self._pays_first(part):
            points -= _TENTH * self.exercise.points
        if failed - lost and self._pays_for_corners(part):
            points -= _TENTH * self.exercise.points
        return round(float(min(max(points, 0.0), part.points)), 4)

    def _lost(self, part: Part, failed: set[str]) -> set[str]:
        """Return the outputs that earn nothing: not those wrong in corner cases only, or by a light mistake."""
        plain = [t.problems for t in self.trials if not self.exercise.is_corner(t.case)]
        lost = {name for problems in plain for name in part.outputs if name in problems} - self._excused(part)
        if lost and not self.blocked and any(mistake.light for mistake in self.exercise.mistakes):
            found = self.diagnosis.mistake(failed)
            lost -= self.diagnosis.outputs_of(found) if found and found.light else set()
        dependent = set(part.outputs) & set(self.exercise.only_with_others)
        return lost | (dependent & failed if set(part.outputs) - dependent <= lost else set())

    def _pays_first(self, part: Part) -> bool:
        """Whether what costs a tenth of the exercise is charged to this part: the first it is seen in."""
        parts = [p for p in self.exercise.parts if any(h.light for h in self.held(p, self._failed(p)).values())]
        return bool(parts) and parts[0] is part

    def _pays_for_corners(self, part: Part) -> bool:
        """Whether some corner case that is wrong in this part has not been charged to an earlier one."""
        earlier = self.exercise.parts[: self.exercise.parts.index(part)]
        paid = {number for p in earlier for number in self._wrong_corners(p)}
        wrong = self._wrong_corners(part)
        return not wrong or bool(wrong - paid)

    def _wrong_corners(self, part: Part) -> set[int]:
        """Return the numbers of the corner cases in which something of a part is wrong that is right elsewhere."""
        left = self._failed(part) - self._lost(part, self._failed(part))
        corners = (n for n, t in enumerate(self.trials) if self.exercise.is_corner(t.case))
        return {n for n in corners if left & self.trials[n].problems.keys()}

    def _told_of(self, found: Mistake | None, failed: set[str]) -> set[str]:
        """Return what the hint is about, where results are made separately; else all that is wrong."""
        if found is None or self.exercise.is_chain:
            return failed
        came = {name for t in self.trials for name in failed & t.problems.keys() if name in t.got}
        return self.diagnosis.outputs_of(found) & came or failed

    def _shown(self, failed: set[str]) -> tuple[Trial, str]:
        """Return the case to show: the first in which the output that is made first is wrong."""
        first = self.diagnosis.first({name for t in self.trials for name in failed & t.problems.keys()})
        trial = next(t for t in self.trials if failed & t.problems.keys() and (first in t.problems or not first))
        return trial, next(n for n in (first, *self.exercise.outputs) if n in failed and n in trial.problems)

    def _problem(self, trial: Trial, name: str, failed: set[str]) -> str:
        sentence = trial.problems[name]
        if name not in trial.got:  # it stopped: the sentence says it all
            return sentence
        if self.exercise.is_chain:
            # Where it stopped, nothing is known of what did not come.
            before = self.diagnosis.first({n for t in self.trials for n in t.problems if n in t.got})
            if before not in failed | set(_UNNAMED) and self._called(before) != self._called(name):
                where = "is not right either" if before in trial.problems else "is not right in other cases"
                return f"{sentence} {self._called(before)} comes before it and {where}: fix that one first."
        separate = len(self.exercise.asks) > 1  # several functions: each is wrong by itself, perhaps in another case
        wrong = {n for t in (self.trials if separate else [trial]) for n in t.problems if n in t.got}
        others = [self._called(n) for n in self.exercise.outputs if n in wrong & failed - {name}]
        others = [n for n in others if n not in _UNNAMED]
        return f"{sentence} Also wrong: {', '.join(others[:6])}{', ...' * (len(others) > 6)}." if others else sentence

    def _elsewhere(self, found: Mistake) -> str:
        """Say what a hint is about where another case, in which the answer stopped, is shown."""
        wrong = {n for t in self.trials for n in t.problems if n in t.got}
        about = [self._called(n) for n in self.exercise.outputs if n in self.diagnosis.outputs_of(found) & wrong]
        about = [n for n in about if n not in _UNNAMED]
        return f" (The hint is about {about[0]} in another case, where the answer does not stop.)" if about else ""

    def _called(self, output: str) -> str:
        return shown_name(self.exercise, output)

    def _example(self, trial: Trial, name: str) -> str:
        if name not in trial.got or type(trial.right.get(name)) in (str, bool):
            return ""
        calls, shown = trial.calls.get(name, ()), (name, trial.got[name], trial.right[name])
        return call_or_default("", example, self.exercise, calls, *shown) or call_or_default(
            "", short_example, self.exercise, calls, *shown
        )

    def _precision_notes(self, part: Part, failed: set[str]) -> tuple[str, ...]:
        if self.exercise.quotient:
            return ()
        return (QUOTIENT,) if imprecise(self.trials, [name for name in part.outputs if name not in failed]) else ()


# outputs that no answer returns -> what a list of results calls them
_UNNAMED = {
    "cache": "the cache",
    "again": "a second call",
    "own": "layers of your own",
    "seed": "the seed",
    "draws": "the examples drawn",
    "pairs": "each example with its label",
    "steps": "the steps",
    "hangs": "an end",
    "warnings": "no warning",
}


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
    oracle = oracle or exercise.oracle
    result = Evaluation(exercise, oracle)
    silent, error, stopped = 0, "", ""
    got: dict[str, Any] = {}
    cases = [*exercise.probes(np.random.default_rng(seed))]
    # The oracle has cases of its own where an object in them may remember what it was asked.
    twins = cases if all(map(remembers_nothing, cases)) else [*exercise.probes(np.random.default_rng(seed))]
    ahead = BatchedCalls(exercise, answers, cases, _REPEATS)
    for number, (case, twin) in enumerate(zip(cases, twins, strict=True)):
        right = oracle(twin)
        if silent >= _STOPS:  # what is not tried is not right either: its outputs fail with the last error
            untried = _problems(exercise, {}, right, error)
            result.trials.append(Trial(case, {}, right, untried, tried=False, stopped=stopped))
            continue
        tried = although_in_place(exercise, answers, case, try_case(exercise, ahead.run(number, first=True), case))
        got, error, stopped = tried.got, tried.error, tried.stopped
        result.keeps = result.keeps or tried.keeps
        if tried.skipped:  # neither right nor wrong
            right = {name: value for name, value in right.items() if name not in tried.skipped}
        again = number < _REPEATS and not error
        remarks = tried.remarks + (_again(exercise, ahead.run(number, first=False), case, got) if again else [])
        single = SINGLE.format(exercise.name)
        remarks += [Remark(single, where=(name,), light=True) for name in in_single(exercise, got, right)]
        for remark in remarks:
            _hold(result, remark, case)
        problems = _problems(exercise, got, right, error)
        result.trials.append(Trial(case, got, right, problems, calls=tried.calls, stopped=stopped))
        silent = _STOPS if tried.endless else (0 if got or tried.skipped else silent + 1)
    return result


def _hold(result: Evaluation, remark: Remark, case: Case) -> None:
    light = remark.light or (remark.memory and _nothing_to_do(case))
    held = result.remarks.setdefault(remark.text, ChargedRemark(case.label, remark.memory, light=light))
    if held.light and not light:
        held.light, held.label = False, case.label
    held.outputs.update(_outputs_at(result.exercise, remark))


def _nothing_to_do(case: Case) -> bool:
    """Whether a case asks for 0 steps or epochs, or for a network without layers."""
    values = {**case.context, **case.args}
    if any(type(values.get(name)) is int and values[name] == 0 for name in ("steps", "epochs")):
        return True
    return any(type(values.get(name)) in (list, tuple) and not values[name] for name in ("layers", "w"))


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
            sentence = problem(shown_name(exercise, name), got[name], right[name], exercise.tolerance)
        else:
            sentence = error or f"{shown_name(exercise, name)} is missing."
        if sentence:
            problems[name] = sentence
    return problems
