"""What the trials of one answer come to: a verdict for each test cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from barprop.answers.observe import SHARED
from barprop.answers.untrusted import call_or_default
from barprop.judging.diagnose import Diagnosis, Trial
from barprop.judging.exercise import Exercise, Mistake, Oracle, Part
from barprop.judging.precision import QUOTIENT, imprecise
from barprop.judging.verdict import Verdict
from barprop.judging.wording import example, short_example, shown_name

_LEAVE_OUT = "A dictionary of the results that are ready can be checked too: leave out what stops for now."
_HALF, _TENTH = 0.5, 0.1  # what a remark costs of the outputs it is about; what it costs of the exercise, once


@dataclass
class ChargedRemark:
    """A remark as it is held against an answer.

    Parameters
    ----------
    label : str
        The case it was seen in first.
    memory : bool
        Whether memory is shared.
    outputs : set of str
        What it is about (none: all of them).
    light : bool
        Whether it costs a tenth only, such as memory that is shared only where there is nothing to do.
    call : str
        What was called.
    changes : bool
        Whether an argument was changed.
    """

    label: str
    memory: bool
    outputs: set[str] = field(default_factory=set)
    light: bool = False
    call: str = ""
    changes: bool = False


def _said(held: dict[str, ChargedRemark]) -> tuple[str, ...]:
    """Return the sentences to show: to return an argument is one mistake with changing it."""
    changing = {remark.call for remark in held.values() if remark.changes}
    return tuple(text for text, remark in held.items() if SHARED["argument"] not in text or remark.call not in changing)


@dataclass
class Evaluation:
    """All trials of one answer. `verdict` reads one test cell's share of it."""

    exercise: Exercise
    oracle: Oracle
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
            free = tuple(f"No points are lost for this here: {text}" for text in _said(held))
            seen_kept = any(seen.shows_kept for seen in map(self.exercise.observations.get, part.outputs) if seen)
            keeps = (self.keeps,) if self.keeps and seen_kept else ()
            return Verdict(title, points, most, self._tried(part, failed, set()), notes=(*free, *notes, *keeps))
        shown = Verdict(title, points, most, self._tried(part, failed, seen), notes=notes)
        if not failed:
            return replace(shown, remarks=_said(held), kind="remark")
        shown = replace(shown, counted="results" if self._counts_results(part, failed, seen) else "cases")
        return self._with_problem(shown, failed, held)

    def _with_problem(self, shown: Verdict, failed: set[str], held: dict[str, ChargedRemark]) -> Verdict:
        """Complete a verdict on a part in which something is wrong."""
        found = None if self.blocked else self.diagnosis.mistake(failed)
        trial, name = self._shown(self._told_of(found, failed))
        sentence = self._problem(trial, name, failed)
        if shown.passed and not self.blocked:  # a corner case that an earlier part has paid for
            return replace(shown, notes=(f"No points are lost for this here: {sentence}", *shown.notes))
        if found and name not in trial.got and not found.stops:
            sentence += self._elsewhere(found)
        return replace(
            shown,
            problem=self.blocked or sentence,
            hint=found.hint if found else "",
            mistake=found.name if found else "",
            remarks=_said(held),
            example="" if self.blocked else self._example(trial, name),
            kind="blocked" if self.blocked else trial.kind(name),
            hint_says_it=sentence == trial.problems[name] and not self.blocked and _says_in_words(trial, name),
        )

    def _tried(self, part: Part, failed: set[str], seen: set[str]) -> tuple[tuple[str, bool], ...]:
        """Return what is counted as right or wrong: the cases, or the results."""
        if self._counts_results(part, failed, seen):
            return tuple((self._listed(name), name not in failed) for name in part.outputs)
        return self._cases(part, failed, seen)

    def _counts_results(self, part: Part, failed: set[str], seen: set[str]) -> bool:
        """Whether no case is right but a result is.

        Points are earned by results, so that "3 of 4 points" is not said beside "0 of 7 cases right".
        """
        some_right = failed and set(part.outputs) - failed
        return bool(some_right) and not any(ok for _, ok in self._cases(part, failed, seen))

    def _cases(self, part: Part, failed: set[str], seen: set[str]) -> tuple[tuple[str, bool], ...]:
        asked = [t for t in self.trials if t.tried and t.right.keys() & set(part.outputs)]
        if self._excused(part) and not failed:  # where it stopped, nothing is known of this part
            asked = [t for t in asked if t.got]
        return tuple((t.case.label, not failed & t.problems.keys() and t.case.label not in seen) for t in asked)

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
            if before not in failed | self.exercise.observations.keys() and self._called(before) != self._called(name):
                where = "is not right either" if before in trial.problems else "is not right in other cases"
                return f"{sentence} {self._called(before)} {where}: fix that one first."
        separate = len(self.exercise.asks) > 1  # several functions: each is wrong by itself, perhaps in another case
        wrong = {n for t in (self.trials if separate else [trial]) for n in t.problems if n in t.got}
        others = self._named(wrong & failed - {name})
        return f"{sentence} Also wrong: {', '.join(others[:6])}{', ...' * (len(others) > 6)}." if others else sentence

    def _elsewhere(self, found: Mistake) -> str:
        """Say what a hint is about where another case, in which the answer stopped, is shown."""
        wrong = {n for t in self.trials for n in t.problems if n in t.got}
        about = self._named(self.diagnosis.outputs_of(found) & wrong)
        return f" (The hint is about {about[0]} in a case that your code gets through.)" if about else ""

    def _named(self, outputs: set[str]) -> list[str]:
        """Return what sentences call those of some outputs that the answer returns."""
        returned = [name for name in self.exercise.outputs if name not in self.exercise.observations]
        return [self._called(name) for name in returned if name in outputs]

    def _listed(self, output: str) -> str:
        observations = self.exercise.observations
        return observations[output].listed if output in observations else self._called(output)

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


def _says_in_words(trial: Trial, output: str) -> bool:
    """Whether what came was put in words by a probe, without a count: the hint of a mistake says the same."""
    came = trial.got.get(output)
    return type(came) is str and type(trial.right.get(output)) is str and not any(digit in came for digit in "23456789")
