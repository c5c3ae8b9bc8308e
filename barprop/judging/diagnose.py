"""Which mistake was it? Compares what an answer gave with what each known mistake gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import numpy as np

from barprop.answers.calls import Call
from barprop.answers.untrusted import is_array, is_number
from barprop.judging.compare import close, is_finite, same_form
from barprop.judging.exercise import NOT_FINITE, Case, Exercise, Mistake, Values
from barprop.judging.families import Guess, guesses

Oracle = Callable[[Case], Values]


@dataclass
class Trial:
    """One case, as it went: what came, what was right, a sentence for each output that is not, and its kind."""

    case: Case
    got: dict[str, Any]
    right: Values
    problems: dict[str, str]
    tried: bool = True
    calls: dict[str, tuple[Call, ...]] = field(default_factory=dict)
    stopped: str = ""  # the kind of failure that ended it; a key of verdict.KINDS

    def kind(self, output: str) -> str:
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

    def mistake(self, failed: set[str]) -> Mistake | None:
        """Return a declared mistake that fits all that is wrong, else what is wrong here, else a family."""
        everywhere = {name for t in self.trials for name in t.problems}
        came = any(name in t.got for t in self.trials for name in failed & t.problems.keys())
        # What stopped before these came is explained by what is known of the others.
        told_by = failed if came else everywhere
        for scope in (everywhere, failed if came else everywhere):
            fits = {mistake.name: self._explained(mistake, scope, told_by) for mistake in self.exercise.mistakes}
            found = max(self.exercise.mistakes, key=lambda mistake: fits[mistake.name], default=None)
            if found and fits[found.name]:
                return found  # the one that explains most; the first of several
        return (self._reordered() or self._family(self.first(failed))) if came else None

    def first(self, failed: set[str]) -> str:
        """Return the wrong output that is made first."""
        return next((name for name in self.exercise.outputs if name in failed), "")

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
        """Return what a mistake gives in one trial, worked out once for all parts."""
        key = (mistake.name, number)
        if key not in self._known:
            trial = self.trials[number]
            with np.errstate(all="ignore"):
                self._known[key] = mistake.wrong(trial.case, trial.right) or {}
        return self._known[key]

    def _reordered(self) -> Mistake | None:
        """Whether a tuple holds the right results in another order."""
        names = self.exercise.returned or (self.exercise.outputs if self.exercise.returns == "tuple" else ())
        seen = [t for t in self.trials if t.right.keys() >= set(names) and t.got.keys() >= set(names)]
        for order in permutations(names) if seen and len(names) < 5 else ():
            if order != tuple(names) and all(self._holds(t, names, order) for t in seen):
                hint = f"The results are right, but in another order: ({', '.join(names)}) is asked for."
                return Mistake("results in another order", hint, lambda case, right: None)
        return None

    def _holds(self, trial: Trial, names: tuple[str, ...], order: tuple[str, ...]) -> bool:
        pairs = zip(names, order, strict=True)
        return all(close(trial.got[name], trial.right[other], self.exercise.tolerance) for name, other in pairs)

    def _family(self, output: str) -> Mistake | None:
        """Return a mistake possible in any step, if it explains this output in every case."""
        if output not in self._guessed:
            found = self._best_guess(output) if output else None
            self._guessed[output] = Mistake(found.name, found.hint, lambda case, right: None) if found else None
        return self._guessed[output]

    def _best_guess(self, output: str) -> Guess | None:
        seen = [t for t in self.trials if output in t.got and output in t.right]
        wrong = sorted((t for t in seen if output in t.problems), key=lambda t: -np.size(t.right[output]))
        if not wrong or not all(output in t.got for t in self.trials if output in t.problems):
            return None
        order = [*wrong, *(t for t in seen if output not in t.problems)]
        left: dict[str, Guess] | None = None
        for trial in order:
            with np.errstate(all="ignore"):
                made = list(guesses(self.exercise, trial.case, trial.right, output, self.oracle, left))
            first = left is None
            fits = {g.name: g for g in made if _fits(trial.got[output], g.value, self.exercise.tolerance, first)}
            left = {name: g for name, g in fits.items() if left is None or name in left}
            if not left:
                return None
        return next(iter(left.values())) if left else None


def _fits(got: Any, guess: Any, tolerance: float, first: bool) -> bool:
    """Whether a guess explains a value. Where it says nothing (a factor is 0) anything fits, but never at first."""
    unknown = ~np.isfinite(np.asarray(guess, dtype=float))
    if first or not unknown.any():
        return close(got, guess, tolerance)
    if not (is_number(got) or is_array(got)) or np.shape(got) != np.shape(guess):
        return False
    return close(np.where(unknown, 0.0, got), np.where(unknown, 0.0, guess), tolerance)


def _came(got: Any, wrong: Any, tolerance: float) -> bool:
    """Whether an answer gave what a mistake gives."""
    return not is_finite(got) if wrong is NOT_FINITE else close(got, wrong, tolerance)
