"""Which mistake was it? Compares what an answer gave with what each known mistake gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any, Literal

import numpy as np

from barprop.answers.calls import Call
from barprop.answers.untrusted import call_or_default, is_array, is_number
from barprop.judging.compare import close, floats, is_finite, same_form
from barprop.judging.exercise import NOT_FINITE, Case, Exercise, Mistake, Oracle, Values
from barprop.judging.families import Guess, expression_of, guesses
from barprop.judging.verdict import FailureKind
from barprop.judging.wording import shown_name

_NEARLY = 0.05  # relative distance of a value that is rounded, or comes from a nudge that is too large
_MOSTLY = 0.7  # a guess fits at least that share of the wrong cases


@dataclass
class Trial:
    """One case, as it went: what came, what was right, a sentence for each output that is not, and its kind."""

    case: Case
    got: dict[str, Any]
    right: Values
    problems: dict[str, str]
    tried: bool = True
    calls: dict[str, tuple[Call, ...]] = field(default_factory=dict)
    stopped: FailureKind | Literal[""] = ""  # the kind of failure that ended it; a key of verdict.KINDS

    def kind(self, output: str) -> FailureKind:
        """Return what sort of failure a wrong output is, a key of verdict.KINDS."""
        if output not in self.got:
            return self.stopped or "form"
        return "value" if same_form(self.got[output], self.right[output]) else "form"


@dataclass
class Diagnosis:
    """The mistakes an answer may have made, worked out once for all parts of its exercise."""

    exercise: Exercise
    trials: Sequence[Trial]
    oracle: Oracle
    _known: dict[tuple[str, int], Values] = field(default_factory=dict, repr=False)
    _guessed: dict[str, Mistake | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # Most mistakes are at odds with the first wrong value, so that the other cases need not be looked at.
        self._wrong_first = sorted(range(len(self.trials)), key=lambda number: not self.trials[number].problems)

    def mistake(self, failed: set[str]) -> Mistake | None:
        """Return a declared mistake that fits all that is wrong, else what is wrong here, else a family.

        Where outputs are made one from the other, a mistake must explain the first that is wrong.
        """
        everywhere = {name for t in self.trials for name in t.problems}
        # Where an answer stopped, what did not come is no first wrong output: what came says more.
        came = {name for t in self.trials for name in t.problems if name in t.got}
        # What stopped before these came is explained by what is known of the others in the same cases.
        beside = {name for t in self.trials if t.right.keys() & failed for name in t.problems}
        told_by = failed if came & failed else beside
        if self.exercise.is_chain and came:
            told_by = {self.first(came)}
            if self.first(came) not in self.exercise.parts[0].outputs:  # a cache that is not read spoils bars too
                told_by |= set(self.exercise.only_with_others)
        told_by = {name for name in told_by if expression_of(name) not in told_by}  # a bar after its result
        here = self.first(came & failed)
        if expression_of(here):  # steps of their own: the first that is wrong, before what was made with it
            step = {name for name in told_by & failed if expression_of(here) in (name, expression_of(name))}
            families = (self._family(name) for name in self._by_case(step))
            found = (
                self._declared(everywhere, step) or self._declared(failed, step) or next(filter(None, families), None)
            )
            if found:
                return found
        found = self._declared(everywhere, told_by)
        if found or not came & failed or not told_by & failed:
            return found
        return (
            self._declared(failed, told_by)
            or self._swapped(failed)
            or self._family(here)
            or self._declared({here}, {here}, partly=True)
            or self._fixed(here)
        )

    def _declared(self, scope: set[str], told_by: set[str], partly: bool = False) -> Mistake | None:
        """Return the declared mistake that explains most; the first of several."""
        fits = {m.name: self._explained(m, scope, told_by, partly) for m in self.exercise.mistakes}
        found = max(self.exercise.mistakes, key=lambda mistake: fits[mistake.name], default=None)
        return found if found and fits[found.name] else None

    def first(self, failed: set[str]) -> str:
        """Return the wrong output that is made first."""
        return next((name for name in self.exercise.outputs if name in failed), "")

    def _by_case(self, outputs: set[str]) -> list[str]:
        """Sort outputs by the first case in which they are wrong."""
        found = (name for trial in self.trials for name in trial.problems if name in outputs)
        return list(dict.fromkeys(found))

    def outputs_of(self, mistake: Mistake) -> set[str]:
        """Return the outputs a mistake says something about."""
        return {name for number in range(len(self.trials)) for name in self._wrong(mistake, number)}

    def _explained(self, mistake: Mistake, scope: set[str], told_by: set[str], partly: bool = False) -> int:
        """How many wrong values a mistake explains; 0 where it gives others than came, or none of `told_by`.

        `partly`: it may have been made in some of its outputs only.
        """
        explained, told = 0, False
        for number in self._wrong_first:
            trial = self.trials[number]
            for name, value in self._wrong(mistake, number).items():
                if name not in trial.got:
                    continue
                differs = value is NOT_FINITE or not close(value, trial.right[name], self.exercise.tolerance)
                if name not in scope:
                    if differs and name not in trial.problems and not partly:
                        return 0  # with this mistake it would not have come out right
                    continue
                if not _gave_the_same(trial.got[name], value, self.exercise.tolerance):
                    if self.exercise.is_corner(trial.case) and name in trial.problems:
                        continue  # there something else may go wrong besides
                    return 0
                explained += differs
                told = told or (differs and name in told_by)
        return explained if told else 0

    def _wrong(self, mistake: Mistake, number: int) -> Values:
        """Return what a mistake gives in one trial, worked out once for all parts."""
        key = (mistake.name, number)
        if key not in self._known:
            trial = self.trials[number]
            self._known[key] = {}
            with np.errstate(all="ignore"), suppress(ArithmeticError):  # a wrong formula may divide by zero
                if mistake.fitted:  # looks at what came, which may be anything
                    made = call_or_default(None, mistake.fitted, trial.case, trial.right, trial.got)
                    made = {name: v for name, v in (made or {}).items() if not _is_text_for_number(trial, name)}
                else:
                    made = mistake.wrong(trial.case, trial.right)
                self._known[key] = made or {}
        return self._known[key]

    def _swapped(self, failed: set[str]) -> Mistake | None:
        """Whether right results came in another order: those of a tuple, or two in a dictionary."""
        names = self.exercise.returned or (self.exercise.outputs if self.exercise.returns == "tuple" else ())
        if len(names) < 5:
            for order in permutations(names):
                if order != tuple(names) and self._hold(names, order):
                    hint = f"The results are right, but in the wrong order: return ({', '.join(names)})."
                    return Mistake("results in another order", hint, lambda case, right: None)
        first = self.first(failed)
        for other in failed - {first}:
            if self._hold((first, other), (other, first)):
                one, two = shown_name(self.exercise, first), shown_name(self.exercise, other)
                hint = f"{one} and {two} are swapped: each is what the other should be."
                return Mistake(f"swapped {one} and {two}", hint, lambda case, right: None)
        return None

    def _hold(self, names: tuple[str, ...], order: tuple[str, ...]) -> bool:
        """Whether each of these outputs is what another one should be, wherever both came."""
        seen = [t for t in self.trials if t.right.keys() >= set(names) and t.got.keys() >= set(names)]
        pairs = [(t, *pair) for t in seen for pair in zip(names, order, strict=True)]
        tolerance = self.exercise.tolerance
        return bool(seen) and all(close(t.got[name], t.right[other], tolerance) for t, name, other in pairs)

    def _family(self, output: str) -> Mistake | None:
        """Return a mistake possible in any step, if it explains this output in every case."""
        if output not in self._guessed:
            found = self._best_guess(output) if output else None
            self._guessed[output] = Mistake(found.name, found.hint, lambda case, right: None) if found else None
        return self._guessed[output]

    def _fixed(self, output: str) -> Mistake | None:
        """Return that a value is off by one factor, or by one number, which is the same in every case."""
        seen = [t for t in self.trials if output in t.got and output in t.right and t.kind(output) == "value"]
        pairs = [(floats(t.got[output]).ravel(), floats(t.right[output]).ravel()) for t in seen if _numbers(t, output)]
        if len(pairs) < 2 or len(pairs) < sum(output in t.right for t in self.trials):
            return None
        large = [pair for pair in pairs if pair[0].size > 2 and not close(*pair, self.exercise.tolerance)]
        if large and all(close(np.sort(a), np.sort(b), self.exercise.tolerance) for a, b in large):
            hint = (
                "The numbers are right, but in other places. Is an index off, or is something reshaped that should be "
                "transposed?"
            )
            return Mistake("the right numbers in other places", hint, lambda case, right: None)
        got, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
        with np.errstate(all="ignore"):
            factors, apart = got[right != 0] / right[right != 0], got - right
        if factors.size > 2 and not np.any(got[right == 0]) and _all_the_same(factors):
            hint = f"It is {factors[0]:.4g} times what it should be, in every case: where does that factor come from?"
            return Mistake("off by a fixed factor", hint, lambda case, right: None)
        if apart.size > 2 and _all_the_same(apart):
            size = f"too {'large' if apart[0] > 0 else 'small'} by {abs(apart[0]):.4g}"
            hint = f"It is {size}, in every case: which number is added or missing?"
            return Mistake("off by a fixed number", hint, lambda case, right: None)
        return self._nearly_right(output)

    def _nearly_right(self, output: str) -> Mistake | None:
        """Return that all values agree with the right ones to a few digits and no further."""
        plain = [
            t for t in self.trials if output in t.got and output in t.right and not self.exercise.is_corner(t.case)
        ]
        if len(plain) < 2 or not all(close(t.got[output], t.right[output], _NEARLY) for t in plain):
            return None
        hint = (
            "It is nearly right, in every case: is something rounded, or is a slope taken by a nudge where a formula "
            "is asked for?"
        )
        return Mistake("nearly right", hint, lambda case, right: None)

    def _best_guess(self, output: str) -> Guess | None:
        """Return the guess that fits most of the cases that are wrong, and is at odds with none that came right.

        Corner cases do not count where others are wrong: what goes wrong there may be something else again. Nor do
        those in which the answer stopped, for a division by 0 perhaps.
        """
        seen = [t for t in self.trials if output in t.got and output in t.right]
        if 2 * len(seen) < sum(output in t.right for t in self.trials):
            return None
        plain = [t for t in seen if not self.exercise.is_corner(t.case)]
        if any(output in t.problems for t in plain):
            seen = plain
        wrong = sorted((t for t in seen if output in t.problems), key=lambda t: -np.size(t.right[output]))
        found: dict[str, Guess] = {}
        fits: Counter[str] = Counter()
        for number, trial in enumerate(wrong):
            for guess in self._guesses(trial, output, found if number else None):
                if _fits(trial.got[output], guess.value, self.exercise.tolerance, not number):
                    found.setdefault(guess.name, guess)
                    fits[guess.name] += 1
        for trial in (t for t in seen if output not in t.problems):
            for guess in self._guesses(trial, output, found):
                if not _fits(trial.got[output], guess.value, self.exercise.tolerance, False, self.exercise.slack):
                    found.pop(guess.name, None)
        likely = [g for g in found.values() if fits[g.name] >= _MOSTLY * len(wrong)]
        best = max(likely, key=lambda guess: fits[guess.name], default=None)
        if best is None or not best.name.endswith(" once too often"):
            return best
        alike = (g for g in likely if " in place of " in g.name and fits[g.name] == fits[best.name])
        other = next(alike, None)
        if other is None:
            return best
        return replace(best, hint=f"{best.hint} Or is it {other.name}?")  # e = v h: both give the same value

    def _guesses(self, trial: Trial, output: str, wanted: Container[str] | None) -> list[Guess]:
        with np.errstate(all="ignore"):
            return list(guesses(self.exercise, trial.case, trial.right, output, self.oracle, wanted))


def _is_text_for_number(trial: Trial, output: str) -> bool:
    """Whether text came where a number is asked for: a constant read off it says nothing."""
    return type(trial.got.get(output)) is str and type(trial.right.get(output)) is not str


def _numbers(trial: Trial, output: str) -> bool:
    return is_finite(trial.got[output]) and (is_number(trial.right[output]) or is_array(trial.right[output]))


def _all_the_same(numbers: np.ndarray) -> bool:
    return bool(np.ptp(numbers) <= 1e-6 * abs(numbers[0]))


def _fits(got: Any, guess: Any, tolerance: float, first: bool, slack: float = 0.0) -> bool:
    """Whether a guess explains a value. Where it says nothing (a factor is 0) anything fits, but never at first."""
    if slack and np.shape(got) == np.shape(guess) and np.all(np.abs(floats(got) - guess) <= slack):
        return True
    unknown = ~np.isfinite(np.asarray(guess, dtype=float))
    if first or not unknown.any():
        return close(got, guess, tolerance)
    if not (is_number(got) or is_array(got)) or np.shape(got) != np.shape(guess):
        return False
    return close(np.where(unknown, 0.0, got), np.where(unknown, 0.0, guess), tolerance)


def _gave_the_same(got: Any, wrong: Any, tolerance: float) -> bool:
    """Whether an answer gave what a mistake gives."""
    return not is_finite(got) if wrong is NOT_FINITE else close(got, wrong, tolerance)
