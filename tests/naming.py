"""How many wrong answers are named: each sample, over seeds, with the name found compared with the name meant.

`python -m tests.naming` prints the table; names of exercises narrow it down, and `--seeds N` says how many seeds.
`python -m tests.naming --right N` runs every right sample at N seeds and prints those that are ever rejected.
`--right A B` runs seeds A to B - 1 only, so that the work can be cut into pieces.
`--slips` takes the wrong answers of tests/slips, which nobody declared, and gives a line per notebook; `--slips SET` another set.
`--mutants` takes changed references, which are named or not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder import samples
from autograder.reference import oracle_of
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Exercise
from barprop.judging.judge import judge
from barprop.judging.slip_place import find_place
from barprop.judging.verdict import Verdict
from tests.answers import answer
from tests.mutants import OutOfTimeError, mutants, time_limit
from tests.slips import SETS, slips

SECONDS = 10.0
LOOK = 3.0  # seconds, as in a check
COUNTS = ("named", "placed", "told", "generic", "misleading", "through")
_GENERIC = re.compile(r"not the right value|has a wrong value in|do not follow|is that of no single example")


@dataclass
class Naming:
    """What was said of the wrong answers to one exercise.

    Parameters
    ----------
    named : by the mistake that was meant. placed : by the line that it is in. told : by no mistake, but the sentence says what is wrong: a shape, an
    error, a remark. generic : "not the right value". misleading : by another mistake with another hint.
    through : full marks.
    """

    exercise: str
    named: int = 0
    placed: int = 0
    told: int = 0
    generic: int = 0
    misleading: int = 0
    through: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All that was tried."""
        return self.named + self.placed + self.told + self.generic + self.misleading + self.through

    def __add__(self, other: Naming) -> Naming:
        sums = (getattr(self, key) + getattr(other, key) for key in COUNTS)
        return Naming(self.exercise, *sums, self.examples + other.examples)


def first_words(exercise: Exercise, source: str, seed: int) -> Verdict | None:
    """The first verdict that is not full marks, None where all are; what a student reads first."""
    evaluation = judge(exercise, answer(source, exercise), EXERCISES, seed, oracle_of)
    failed = [v for v in map(evaluation.verdict, exercise.parts) if not v.passed]
    hinted = [v for v in failed if v.hint]
    return next(iter(hinted or failed), None)


def line_of(exercise: Exercise, source: str, seed: int) -> str:
    """What the check says of the line that a nameless slip is in; "" where it finds none."""
    answers = answer(source, exercise)
    wrong = judge(exercise, answers, EXERCISES, seed, oracle_of)
    part = next(part for part in exercise.parts if not wrong.verdict(part).passed)
    place = find_place(wrong, part, answers.names, LOOK, seed)
    return place.hint if place else ""


def survey(name: str, seeds: range) -> Naming:
    """Compare the name found with the name meant, for every sample of a wrong answer."""
    exercise, found = EXERCISES[name], Naming(name)
    hints = {mistake.name: mistake.hint for mistake in exercise.mistakes}
    for meant, source in samples.wrong().get(name, {}).items():
        for seed in seeds:
            verdict = first_words(exercise, source, seed)
            if verdict is None:
                found.through += 1
            elif verdict.mistake == meant or (verdict.hint and verdict.hint == hints.get(meant)):
                found.named += 1
            elif verdict.mistake:
                found.misleading += 1
                found.examples.append(f"{name}: {meant!r} is taken for {verdict.mistake!r} (seed {seed})")
            elif verdict.remarks or verdict.problem.endswith("first."):
                found.told += 1  # it is about how the answer behaves, or about another answer
            else:
                found.generic += 1
                found.examples.append(f"{name}: {meant!r} has no name (seed {seed}): {verdict.problem}")
    return found


def survey_slips(name: str, seeds: range = range(1), which: str = "first") -> Naming:
    """What is said of wrong answers that nobody declared: by a name that fits, by its sentence, or not at all."""
    exercise, found = EXERCISES[name], Naming(name)
    for slip in slips(name, which):
        for seed in seeds:
            try:
                with time_limit(SECONDS):
                    verdict = first_words(exercise, slip.source, seed)
            except OutOfTimeError:  # the check stops it, and says so
                found.told += 1
                continue
            if verdict is None:
                found.through += 1
                found.examples.append(f"{name}: {slip.what} gets full marks (seed {seed})")
            elif verdict.mistake and slip.fits(verdict.mistake):
                found.named += 1
            elif verdict.mistake:
                found.misleading += 1
                found.examples.append(f"{name}: {slip.what} is taken for {verdict.mistake!r} (seed {seed})")
            elif verdict.remarks:
                found.told += 1
            elif line_of(exercise, slip.source, seed):
                found.placed += 1
            elif not _GENERIC.search(verdict.problem):
                found.told += 1
            else:
                found.generic += 1
                found.examples.append(f"{name}: {slip.what} has no name (seed {seed}): {verdict.problem}")
    return found


def by_notebook(found: list[Naming]) -> list[Naming]:
    """One line for each notebook."""
    sums: dict[str, Naming] = {}
    for n in found:
        notebook = EXERCISES[n.exercise].assignment
        sums[notebook] = sums.get(notebook, Naming(notebook)) + n
    return list(sums.values())


def survey_mutants(name: str, seed: int = 0) -> Naming:
    """Whether changed references are named; whether rightly cannot be told."""
    exercise, found = EXERCISES[name], Naming(name)
    for mutant in mutants(exercise, False):
        try:
            with time_limit(SECONDS):
                evaluation = judge(exercise, mutant.answers, EXERCISES, seed, oracle_of)
                failed = [v for v in map(evaluation.verdict, exercise.parts) if not v.passed]
        except OutOfTimeError:
            continue
        if not failed:
            found.through += 1  # equivalent ones among them
        elif any(v.mistake or v.remarks for v in failed) or "stopped with" in failed[0].problem:
            found.named += 1
        else:
            found.generic += 1
            found.examples.append(f"{name}: {mutant.label}: {failed[0].problem}")
    return found


def rejected(names: list[str], seeds: range) -> Iterator[str]:
    """Yield every right sample that is not given full marks at some seed."""
    for name in names:
        exercise = EXERCISES[name]
        for number, source in enumerate(samples.right().get(name, [])):
            answers = answer(source, exercise)
            bad = [s for s in seeds if any(not v.passed for v in _verdicts(exercise, answers, s))]
            print(f"{name}, right answer {number}: {len(seeds)} seeds, rejected at {bad or 'none'}", flush=True)
            if bad:
                yield f"{name}, right answer {number}: {bad}"


def _verdicts(exercise: Exercise, answers: object, seed: int) -> list[Verdict]:
    evaluation = judge(exercise, answers, EXERCISES, seed, oracle_of)  # type: ignore[arg-type]
    return [evaluation.verdict(part) for part in exercise.parts]


def table(found: list[Naming]) -> str:
    """The counts and shares, a line per exercise."""
    total = sum(found, Naming("all"))
    lines = [f"{'exercise':24}{'tried':>8}" + "".join(f"{key:>12}" for key in COUNTS)]
    for n in (*found, total):
        shares = [f"{100 * getattr(n, key) / max(n.total, 1):.1f} %" for key in COUNTS]
        lines.append(f"{n.exercise:24}{n.total:8}" + "".join(f"{share:>12}" for share in shares))
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Print what was asked for; the exit status is 1 where a right sample was rejected."""
    numbers = [int(word) for word in words if word.isdigit()]
    names = [word for word in words if word in EXERCISES] or list(EXERCISES)
    if "--right" in words:
        return int(bool(list(rejected(names, range(*numbers[:2] or [1000])))))
    which = next((word for word in words if word in SETS), "first")
    found, seeds = [], range(*(numbers[:1] or [1 if "--slips" in words else 3]))
    for name in names:
        if "--slips" in words:
            found.append(survey_slips(name, seeds, which))
        else:
            found.append(survey_mutants(name) if "--mutants" in words else survey(name, seeds))
        print(f"{name} ...", file=sys.stderr, flush=True)
    print(table(by_notebook(found) if "--slips" in words else found))
    print(*(example for n in found for example in n.examples[:12]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
