"""Calls whose arguments are known beforehand, made in one batch if the answers are in another process."""

from __future__ import annotations

from typing import Any

from barprop.answers.calls import Answers, Run, is_scripted
from barprop.answers.failures import AnswerError
from barprop.answers.observe import Observed
from barprop.answers.script import Later, Played, Script
from barprop.judging.exercise import Case, Exercise


class BatchedCalls:
    """Makes the calls of an exercise without a driver in one batch, if the answers are in another process.

    The first is made alone: where it fails, so will most, and after some failures no more are made.

    Parameters
    ----------
    repeats : int
        Number of cases that are tried twice.
    """

    def __init__(self, exercise: Exercise, answers: Answers, cases: list[Case], repeats: int) -> None:
        self.exercise, self.answers, self.cases = exercise, answers, cases
        self._played: dict[tuple[int, bool], Played] = {}
        if exercise.drive is None and is_scripted(answers) and cases:
            self._play([(0, True)])
            if self._played and not self._played[0, True].outcomes[0].error:
                goes = [(number, first) for number in range(len(cases)) for first in (True, False)]
                self._play([go for go in goes[1:] if go[1] or go[0] < repeats])

    def _play(self, goes: list[tuple[int, bool]]) -> None:
        label, scripts = self.exercise.asks[0], []
        try:
            function = self.answers[label]
            for number, _ in goes:
                script = Script(label)
                script.call(function, label, *self.cases[number].args.values())
                scripts.append(script)
            self._played.update(zip(goes, Run(self.answers).play(scripts), strict=True))
        except AnswerError:  # reported when the case is tried
            return

    def run(self, number: int, first: bool) -> Run:
        """Return the run for one go at a case."""
        played = self._played.get((number, first))
        return Run(self.answers) if played is None else _PlayedRun(self.answers, played)


class _PlayedRun(Run):
    """A run whose one call has been made already."""

    def __init__(self, answers: Answers, played: Played) -> None:
        super().__init__(answers)
        self._played = played

    def __call__(self, target: Any, /, *args: Any, **names: Any) -> Any:
        """Return what that call gave. Raises AnswerError as it did."""
        _, seen = self._played.outcome(Later(0)).seen or ("", Observed(None))
        self.note(target, args, names, seen)
        return seen.value
