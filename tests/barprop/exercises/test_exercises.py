"""Every exercise, as it is declared: references, mistakes, right answers, blanks, purity, mutants.

Nothing here names an exercise: whatever barprop.exercises declares is tested.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograder import samples
from autograder.reference import REFERENCES, oracle_of
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.compare import close
from barprop.judging.diagnose import Trial
from barprop.judging.evaluation import Evaluation
from barprop.judging.exercise import Exercise
from barprop.judging.judge import judge
from tests.answers import NAMES, answer, blank, cases, points, remembered, seeds, tried, verdicts
from tests.depth import often, thorough
from tests.meddling import KINDS, REMARKS, meddled
from tests.mutants import survey

WRONG, RIGHT = samples.wrong(), samples.right()
LONG = ("Node", "Value", "compose", "topological_order", "train_digits")  # up to a second for each of their mistakes
MISTAKES = [
    pytest.param(name, mistake.name, marks=pytest.mark.exhaustive if name in LONG and number % 3 else ())
    for name, exercise in EXERCISES.items()
    for number, mistake in enumerate(exercise.mistakes)
]

every = pytest.mark.parametrize("name", NAMES)


# --- the declarations -------------------------------------------------------------------------


@every
def test_declaration(name: str) -> None:
    exercise = EXERCISES[name]
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(names) == len(set(names)), "two mistakes of one name"
    assert len(names) >= 4
    assert all(mistake.hint.strip()[-1] in ".?!" for mistake in exercise.mistakes)
    assert all(0 < part.points <= 3 for part in exercise.parts)
    covered = [output for part in exercise.parts for output in part.outputs]
    assert sorted(covered) == sorted(exercise.outputs), "each output belongs to exactly one part"
    assert exercise.statements
    assert exercise.minutes > 0
    assert exercise.level in (1, 2, 3)
    assert set(exercise.needs) <= set(EXERCISES)


@every
def test_samples_are_complete(name: str) -> None:
    exercise = EXERCISES[name]
    assert set(WRONG.get(name, {})) == {mistake.name for mistake in exercise.mistakes}
    assert len(set(RIGHT.get(name, ()))) >= 3


@every
def test_probes_are_fixed_by_their_seed(name: str) -> None:
    exercise = EXERCISES[name]
    first, again, other = (cases(exercise, seed) for seed in (3, 3, 4))
    assert [case.label for case in first] == [case.label for case in again]
    shown = [repr([case.args for case in some]) for some in (first, again, other)]
    shown = [re.sub(r" at 0x\w+", "", text) for text in shown]
    assert shown[0] == shown[1]
    if any(case.args for case in first):
        assert shown[0] != shown[2]


@every
def test_labels_are_words(name: str) -> None:
    for case in cases(EXERCISES[name]):
        assert 0 < len(case.label) <= 80
        assert case.label == case.label.strip()
    for corner in EXERCISES[name].corners:  # a label that is reworded there and not here would cost everything
        assert any(case.label.startswith(corner) for case in cases(EXERCISES[name])), corner


# --- the references ---------------------------------------------------------------------------


@thorough
@every
def test_reference_is_right_by_its_own_oracle(name: str) -> None:
    exercise = EXERCISES[name]
    for seed in seeds(name, 40):
        evaluation = tried(exercise, REFERENCES, seed)
        assert_full(evaluation, f"seed {seed}")
        notes = {note for verdict in verdicts(evaluation) for note in verdict.notes}
        assert notes <= {evaluation.keeps}, f"seed {seed}"


@thorough
@every
def test_oracles_agree(name: str) -> None:
    exercise = EXERCISES[name]
    for seed in seeds(name, 20):
        own, reference = remembered(seed)(exercise), oracle_of(exercise)
        for case in cases(exercise, seed):
            right = own(case)
            assert_same_values(exercise, right, reference(case), f"seed {seed}, {case.label}")


@every
def test_reference_oracle_judges_like_the_own(name: str) -> None:
    """Hidden grading uses the references as oracle: a right answer is right there, a blank one is worth nothing."""
    exercise = EXERCISES[name]
    assert_full(judge(exercise, REFERENCES, EXERCISES, 5, oracle_of), "reference")
    assert points(judge(exercise, answer(blank(exercise), exercise), EXERCISES, 5, oracle_of)) == 0


# --- mistakes ---------------------------------------------------------------------------------


@thorough
@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_mistake_gets_its_own_hint(name: str, mistake: str) -> None:
    """Where a mistake in one part spoils a later part as well, the first hint that is given is its own."""
    exercise = EXERCISES[name]
    hint = next(m.hint for m in exercise.mistakes if m.name == mistake)
    answers = answer(WRONG[name][mistake], exercise)
    for seed in seeds(name, 6, least=1):
        evaluation = tried(exercise, answers, seed)
        failed = [verdict for verdict in verdicts(evaluation) if not verdict.passed]
        assert failed, f"seed {seed}: let through"
        assert all(verdict.problem or verdict.remarks for verdict in failed)
        assert not any(given_away(evaluation, str(verdict)) for verdict in failed)
        hinted = [(verdict.mistake, verdict.hint) for verdict in failed if verdict.hint]
        assert hinted[:1] == [(mistake, hint)], f"seed {seed}: {failed}"


def test_a_given_away_value_is_seen() -> None:
    """The check on what a verdict says sees a value that is said."""
    exercise = EXERCISES["linear"]
    evaluation = tried(exercise, answer(WRONG["linear"]["mean instead of sum"], exercise), 0)
    right = evaluation.trials[0].right["z"]
    assert given_away(evaluation, f"linear: expected {right:.4g}.")
    assert given_away(evaluation, f"not yet; {float(right)!r}")
    assert not given_away(evaluation, "expected something else, 0 of 1")


# --- right answers ----------------------------------------------------------------------------


@thorough
@every
def test_right_answers_are_accepted(name: str) -> None:
    exercise = EXERCISES[name]
    answers = [answer(source, exercise) for source in RIGHT[name]]
    for seed in seeds(name, 50, budget=250):  # seeds outside: their right values are worked out once
        for number, each in enumerate(answers):
            assert_full(tried(exercise, each, seed), f"seed {seed}, right answer {number}:\n{RIGHT[name][number]}")


# --- blanks and misbehaviour ------------------------------------------------------------------


@thorough
@every
def test_untouched_answer_scores_nothing(name: str) -> None:
    exercise = EXERCISES[name]
    for seed in range(often(1, 2)):
        assert points(tried(exercise, answer(blank(exercise), exercise), seed)) == 0


@every
def test_cell_never_run_scores_nothing(name: str) -> None:
    exercise = EXERCISES[name]
    names = {key: value for key, value in REFERENCES.names.items() if key not in exercise.asks}
    found = verdicts(tried(exercise, Namespace(names), 0))
    assert sum(verdict.points for verdict in found) == 0
    said = tuple(f"There is no {asked} yet" for asked in exercise.asks)
    assert all(any(text in verdict.problem for text in said) for verdict in found)


@pytest.mark.parametrize("kind", KINDS)
@every
def test_misbehaviour_costs_points_and_is_told(name: str, kind: str) -> None:
    exercise = EXERCISES[name]
    answers, done = meddled(exercise, kind)
    found = verdicts(tried(exercise, answers, 0))
    if not done:
        return  # this exercise gives no occasion for it
    assert any(re.search(REMARKS[kind], remark) for verdict in found for remark in verdict.remarks), found
    assert any(verdict.points < verdict.max_points for verdict in found)


@pytest.mark.exhaustive
@every
def test_mutants_are_rejected(name: str) -> None:
    assert survey(name).through == []


# --- helpers ----------------------------------------------------------------------------------


def assert_full(evaluation: Evaluation, where: str) -> None:
    for verdict in verdicts(evaluation):
        assert verdict.points == verdict.max_points, f"{where}: {verdict}"
        assert not verdict.problem
        assert not verdict.remarks


def assert_same_values(exercise: Exercise, right: Any, reference: Any, where: str) -> None:
    assert set(right) <= set(exercise.outputs)
    for output, value in right.items():
        assert close(reference[output], value, exercise.tolerance / 3), f"{where}: {output}"


def given_away(evaluation: Evaluation, text: str) -> list[str]:
    """Right values of wrong outputs in a text, other than inputs, what the answer gave itself, and small whole numbers."""
    text = re.sub(r"[\d.]+ of \d+ (points|(cases |results )?right)", "", text)
    found = set(re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e[-+]?\d+)?", text))
    leaks = []
    inputs = [value for trial in evaluation.trials for value in asked(trial)]
    known = {written for value in inputs for written in ways(value)}
    for trial in evaluation.trials:
        for output in trial.problems:
            for value in numbers(trial.right[output]):
                leaks += [
                    f"{output} = {w}" for w in ways(value) & found - known if not re.fullmatch(r"-?\d(\.0)?|10", w)
                ]
    return leaks


def asked(trial: Trial) -> list[float]:
    """What stands in a case, and what the answer gave itself."""
    return numbers(trial.case.args) + numbers(trial.case.context) + numbers(trial.got)


def numbers(value: Any) -> list[float]:
    """Every number in a nest of plain data."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in numbers(item)]
    if isinstance(value, np.ndarray):
        return [float(number) for number in value.ravel()[:200]] if value.dtype.kind in "fiu" else []
    return [float(value)] if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) else []


def ways(value: float) -> set[str]:
    """How a number may be written."""
    return {f"{value:.4g}", f"{value:.6g}", f"{value:.3f}", f"{value:.4f}", repr(value)}
