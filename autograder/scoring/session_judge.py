"""Judging the declared exercises of a notebook out here, while it runs in the sandbox."""

from __future__ import annotations

import logging
from collections.abc import Callable

from autograder.reference import REFERENCES, oracle_of
from autograder.sandbox import SandboxError
from autograder.sandbox.time_limit import deadline
from autograder.scoring.pattern import pattern
from autograder.scoring.run_cells import NotebookRun
from autograder.scoring.stand_in import references_in_session
from autograder.submission.cell_source import reads
from barprop.answers.notebook_values import reached
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Exercise, Part
from barprop.judging.judge import Judge
from barprop.judging.precision import QUOTIENT
from barprop.judging.verdict import Verdict

log = logging.getLogger(__name__)
_WORK = 5.0  # seconds for our own work on one exercise, besides those that its answer may take
SeedOf = Callable[[str], list[int]]


class SessionJudge(Judge):
    """Judges the exercises of one notebook in its session. Whatever goes wrong costs one exercise, and nothing else."""

    def __init__(self, run: NotebookRun, seed_of: SeedOf, reasons: dict[str, str]) -> None:
        super().__init__(lambda: run.answers(reasons), EXERCISES, seed_of, oracle_of, references_in_session, self._used)
        self.run = run
        self.trouble: list[str] = []
        self.unjudged: set[str] = set()  # exercises that count 0 since judging them failed: a person is asked

    def verdict(self, exercise: Exercise, part: Part) -> Verdict:
        """Return the verdict on one test cell."""
        try:
            if exercise.name not in self.unjudged:
                with deadline(max(self.run.left, 0.0) + _WORK):
                    return self._noted(exercise, super().verdict(exercise, part))
        except SandboxError:
            raise
        except Exception as error:
            log.exception("judging %s", exercise.name)
            self.trouble.append(f"{exercise.name} could not be judged ({type(error).__name__}); it counts 0.")
            self.unjudged.add(exercise.name)
        problem = "The result cannot be judged."
        return Verdict(exercise.title(part), 0.0, float(part.points), problem=problem, kind="unjudged")

    def _used(self, exercise: Exercise) -> set[str]:
        """Return the functions that an answer calls, also by way of each other, by the text of the cells."""
        read = {name: used for source in self.run.sources.values() for name, used in reads(source).items()}
        found = reached(exercise.asks, lambda name: read.get(name, frozenset()))
        return {name for name in found if callable(REFERENCES.names.get(name))}

    def pattern(self, exercise: Exercise, part: Part) -> str:
        """Return a digest of what the answer gives, the same for every student; "" where that cannot be had."""
        try:
            with deadline(max(self.run.left, 0.0) + _WORK):
                return pattern(exercise, self.answers(), part.outputs)
        except SandboxError:
            raise
        except Exception as error:  # it decides no score
            log.info("no pattern of %s: %s", exercise.name, error)
            return ""

    def _noted(self, exercise: Exercise, found: Verdict) -> Verdict:
        """Tell the instructor what costs nothing."""
        suspicion = f"{exercise.name} looks like a difference quotient: right, but less exact than a formula."
        if QUOTIENT in found.notes and suspicion not in self.trouble:
            self.trouble.append(suspicion)
        return found
