"""The one judge: for the student's check, the hidden line of stock nbgrader, and the sandboxed grading."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from barprop.answers.calls import Answers, Namespace
from barprop.answers.notebook_values import functions_used
from barprop.judging.evaluate import evaluate
from barprop.judging.evaluation import Evaluation
from barprop.judging.exercise import Exercise, OracleOf, Part
from barprop.judging.verdict import Verdict

Seed = int | list[int]
# (answers, names) -> inside the context the references stand in for these names
StandIn = Callable[[Answers, tuple[str, ...]], AbstractContextManager[Answers]]


class Judge:
    """Judges the answers of one notebook, each exercise once.

    Parameters
    ----------
    answers : callable
        -> where names are found; asked once for each exercise, for a lost process may have been replaced.
    exercises : mapping
        Where the exercises that an answer calls are found, by name.
    seed_of : callable
        Name of an exercise -> seed of its probes.
    oracle_of : callable, optional
        exercise -> (case -> right values), to judge by something else than the exercise's own oracle.
    stand_in : callable, optional
        Puts references in the place of answers. With it, an answer that fails and calls another that fails is
        judged a second time with the reference in that one's place, and the better counts.
    uses : callable, optional
        exercise -> the functions of the notebook that its answer calls, besides those that every answer to it calls.
    """

    def __init__(
        self,
        answers: Callable[[], Answers],
        exercises: Mapping[str, Exercise],
        seed_of: Callable[[str], Seed] = lambda name: 0,
        oracle_of: OracleOf | None = None,
        stand_in: StandIn | None = None,
        uses: Callable[[Exercise], Container[str]] = lambda exercise: (),
    ) -> None:
        self.uses = uses
        self.answers, self.exercises, self.seed_of = answers, exercises, seed_of
        self.oracle_of, self.stand_in = oracle_of, stand_in
        self._alone: dict[str, Evaluation] = {}
        self._seen: dict[str, Evaluation] = {}
        self._judging: set[str] = set()  # answers may call each other in a circle

    def verdict(self, exercise: Exercise, part: Part) -> Verdict:
        """Return the verdict on one test cell."""
        return self.evaluation(exercise).verdict(part)

    def evaluation(self, exercise: Exercise) -> Evaluation:
        """Evaluate the answer as it counts: on the student's own answers, or on references for those that fail."""
        if exercise.name not in self._seen:
            self._judging.add(exercise.name)
            try:
                self._seen[exercise.name] = self._judged(exercise)
            finally:
                self._judging.discard(exercise.name)
        return self._seen[exercise.name]

    def _judged(self, exercise: Exercise) -> Evaluation:
        own = self._evaluate(exercise)
        failing = [need for need in self._needs(exercise) if self._evaluate(need).failed] if own.failed else []
        if not failing:
            return own
        better = self._with_references(exercise, failing) if self.stand_in else None
        if better is not None and better.points >= own.points:  # what it says is about this answer alone
            better.notes = (_in_its_place(exercise.name, self._to_be_mended(failing)),)
            return better
        own.block(failing[0].name)
        return own

    def _to_be_mended(self, failing: list[Exercise]) -> list[str]:
        """Name those of them that do not pass by their own fault: the others have been judged on references, too."""
        at_fault = [n.name for n in failing if n.name in self._judging or self.evaluation(n).failed]
        return at_fault or [need.name for need in failing]

    def _needs(self, exercise: Exercise) -> list[Exercise]:
        """Return the exercises whose answers this one calls: by its declaration, or in this notebook."""
        used = self.uses(exercise)
        return [
            other
            for other in self.exercises.values()
            if other.name in exercise.needs
            or (other.notebook == exercise.notebook and other is not exercise and any(n in used for n in other.asks))
        ]

    def _with_references(self, exercise: Exercise, failing: list[Exercise]) -> Evaluation | None:
        names = tuple(name for need in failing for name in need.asks)
        assert self.stand_in is not None
        with self.stand_in(self.answers(), names) as answers:
            return self._tried(exercise, answers)

    def _evaluate(self, exercise: Exercise) -> Evaluation:
        if exercise.name not in self._alone:
            self._alone[exercise.name] = self._tried(exercise, self.answers())
        return self._alone[exercise.name]

    def _tried(self, exercise: Exercise, answers: Answers) -> Evaluation:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a warning is no mistake
            oracle = self.oracle_of(exercise) if self.oracle_of else None
            return evaluate(exercise, answers, self.seed_of(exercise.name), oracle)


def _in_its_place(name: str, failing: list[str]) -> str:
    """Say with what an answer was judged."""
    if len(failing) == 1:
        return f"{failing[0]} does not pass, so {name} was judged with a right {failing[0]} in its place."
    named = f"{', '.join(failing[:-1])} and {failing[-1]}"
    return f"{named} do not pass, so {name} was judged with right answers in their place."


def judge(
    exercise: Exercise,
    answers: Answers,
    exercises: Mapping[str, Exercise],
    seed: Seed = 0,
    oracle_of: OracleOf | None = None,
    stand_in: StandIn | None = None,
) -> Evaluation:
    """Evaluate one answer; where it fails and calls another answer that fails, say that first.

    Parameters
    ----------
    exercises : mapping
        Where the exercises it calls are found, by name.
    oracle_of : callable, optional
        exercise -> (case -> right values), to judge by something else than the exercise's own oracle.
    stand_in : callable, optional
        As in `Judge`.
    """

    def uses(exercise: Exercise) -> Container[str]:
        return functions_used(exercise.asks, answers.names) if isinstance(answers, Namespace) else ()

    return Judge(lambda: answers, exercises, lambda name: seed, oracle_of, stand_in, uses).evaluation(exercise)


def in_namespace(references: Mapping[str, Any]) -> StandIn:
    """Return a stand-in for answers in a notebook's own namespace, whose functions look names up there."""

    @contextmanager
    def stand_in(answers: Answers, names: tuple[str, ...]) -> Iterator[Answers]:
        if not isinstance(answers, Namespace):
            yield answers
            return
        own: Any = answers.names
        before = {name: own[name] for name in names if name in own}
        try:
            own.update({name: references[name] for name in names})
            yield answers
        finally:
            for name in names:
                own.pop(name, None)
            own.update(before)

    return stand_in
