"""Wrong answers made by the dozen: each changes one thing in a reference.

A mutant that differs from its reference anywhere must not get full marks. `python -m tests.mutants`
prints the table; names of exercises as arguments narrow it down, --all tries every mutant.
"""

from __future__ import annotations

import ast
import copy
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from autograder.reference import REFERENCES, oracle_of
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.compare import close
from barprop.judging.evaluate import evaluate
from barprop.judging.exercise import Case, Exercise
from barprop.judging.small_changes import changes, is_text, scope_of
from tests.answers import NAMES, cases, cost, definitions, remembered

MOST, LEAST = 120, 30  # mutants of one exercise, by its cost; where there are more, a fixed random choice
SECONDS = 5.0  # of processor time; a mutant that takes longer on one set of probes does not come to an end
_CHECKED = (0, 1, 2)  # the seeds at which each mutant must be rejected


class OutOfTimeError(KeyboardInterrupt):
    """A mutant did not come to an end. Passes through what catches a student's errors, as an interrupt does."""


@dataclass(frozen=True)
class Mutant:
    """One changed reference, as a notebook of answers."""

    label: str
    answers: Namespace


@dataclass
class Count:
    """What became of the mutants of one exercise; `through` lists those that the check let through."""

    name: str
    made: int = 0
    silent: int = 0  # of those rejected: gave no value at all, so rejecting them is no merit
    equivalent: list[str] = field(default_factory=list)
    rejected: int = 0
    through: list[str] = field(default_factory=list)


# --- making them ------------------------------------------------------------------------------


class _Put(ast.NodeTransformer):
    """Puts something in the place of one node."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _skipped(tree: ast.AST) -> set[ast.AST]:
    """Nodes that do not compute: annotations, docstrings, the statement as a whole, and refusals of arguments.

    What a refusal (`if ...: raise`) turns away is not asked of an answer.
    """
    found: set[ast.AST] = {tree}
    for node in ast.walk(tree):
        notes = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.Expr) and is_text(node.value):
            notes.append(node)
        if isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise):
            notes.append(node)
        for note in notes:
            if note is not None:
                found.update(ast.walk(note))
    return found


def mutants(exercise: Exercise, every: bool = False) -> list[Mutant]:
    """The mutants of the reference of an exercise: a fixed choice of them, or every one."""
    module, statements = definitions(exercise)
    found = []
    for name, tree in statements.items():
        skipped = _skipped(tree)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] or [tree]
        for function in functions:
            scope = scope_of(function)
            for node in ast.walk(function):
                if node in skipped or (node is not function and isinstance(node, ast.FunctionDef)):
                    continue
                for _, label, new in changes(node, scope):
                    text = ast.unparse(node).split("\n")[0][:50]
                    found.append((f"{name}, line {node.lineno}, {text}: {label}", name, node, new))
    most = max(LEAST, min(MOST, MOST * 250 // cost(exercise.name)))
    if len(found) > most and not every:
        found = random.Random(exercise.name).sample(found, most)
    return [
        Mutant(label, _compiled(exercise, module, statements, name, _Put(old, new))) for label, name, old, new in found
    ]


def _compiled(exercise: Exercise, module: Any, statements: dict[str, ast.stmt], name: str, put: _Put) -> Namespace:
    changed = _copied(statements[name], put)
    body = [changed if known == name else statement for known, statement in statements.items()]
    future = ast.parse("from __future__ import annotations").body
    tree = ast.fix_missing_locations(ast.Module([*future, *copy.deepcopy(body)], []))
    names = dict(vars(module))
    exec(compile(tree, "<mutant>", "exec"), names)
    return Namespace({**REFERENCES.names, **{asked: names.get(asked) for asked in exercise.asks}})


def _copied(tree: ast.stmt, put: _Put) -> ast.stmt:
    """A copy of the statement with one node changed; the original stays."""
    walked = list(ast.walk(tree))
    twin = copy.deepcopy(tree)
    old = list(ast.walk(twin))[walked.index(put.old)]
    return _Put(old, copy.deepcopy(put.new)).visit(twin)


# --- judging them -----------------------------------------------------------------------------


class _Wide(np.random.Generator):
    """Draws from a wider range than the probes ask for; shares in [0, 1] stay shares."""

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        if np.ndim(low) or np.ndim(high) or (low >= 0 and high <= 1):
            return super().uniform(low, high, size)
        return super().uniform(low - 0.4 * abs(low), high + 0.7 * abs(high), size)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError in the main thread after so many seconds of its own (where the system has alarms)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def rejected(exercise: Exercise, mutant: Mutant, seed: int) -> tuple[bool, bool]:
    """Whether the check takes points off at this seed, and whether the mutant gave any value.

    Raises OutOfTimeError for one that does not come to an end.
    """
    oracle = remembered(seed)(exercise)
    with time_limit(SECONDS), np.errstate(all="ignore"):
        result = evaluate(exercise, mutant.answers, seed, oracle)
    return bool(result.failed or result.remarks), any(trial.got for trial in result.trials)


def differs(exercise: Exercise, mutant: Mutant) -> str:
    """Where a mutant differs from the reference, on a wider family of inputs than a check tries; "" for nowhere."""
    for wide in (False, True):
        for seed in _family(exercise.name):
            family = replace(exercise, probes=_widened(exercise)) if wide else exercise
            if wide and _fails(family, REFERENCES, seed):
                continue  # out of the range the exercise is meant for
            if _fails(family, mutant.answers, seed):
                return f"{'wide ' if wide else ''}seed {seed}"
    for case in _moved_cases(exercise.name):
        if _fails(replace(exercise, probes=lambda rng, case=case: [case]), mutant.answers, 0):
            return case.label
    return ""


def _family(name: str) -> range:
    return range(100, 100 + max(2, min(30, 30 * 60 // cost(name))))


@cache
def _moved_cases(name: str) -> tuple[Case, ...]:
    """Probes with one argument moved elsewhere, so that no number of theirs, not even a constant, is taken for granted.

    Kept where the exercise's own oracle and the reference agree, each in its own way: where they
    do not, the arguments no longer belong together (a cache and the x it was made from).
    """
    exercise, found = EXERCISES[name], []
    for seed in _family(name)[:3]:
        for case in cases(exercise, seed):
            for key, value in case.args.items():
                if isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype == float):
                    args = {**case.args, key: 0.7 * value + 0.1}
                    found.append(replace(case, label=f"{case.label}, {key} moved, seed {seed}", args=args))
    return tuple(case for case in found[:: 1 + len(found) // 100] if _belongs(exercise, case))


def _belongs(exercise: Exercise, case: Case) -> bool:
    try:
        with np.errstate(all="ignore"):
            right, reference = exercise.oracle(case), oracle_of(exercise)(case)
    except Exception:
        return False
    return all(close(reference[output], value, exercise.tolerance) for output, value in right.items())


def _widened(exercise: Exercise) -> Any:
    def probes(rng: np.random.Generator) -> Iterator[Case]:
        return exercise.probes(_Wide(rng.bit_generator))

    return probes


def _fails(exercise: Exercise, answers: Namespace, seed: int) -> bool:
    try:
        with time_limit(SECONDS), np.errstate(all="ignore"):
            result = evaluate(exercise, answers, seed, oracle_of(exercise))
    except (OutOfTimeError, RuntimeError):
        return True
    return bool(result.failed or result.remarks)


def survey(name: str, every: bool = False) -> Count:
    """Make the mutants of an exercise and see what becomes of them."""
    exercise, count = EXERCISES[name], Count(name)
    made = mutants(exercise, every)
    endless, accepted = set[int](), dict[int, int]()
    count.made = len(made)
    for seed in _CHECKED:  # seeds outside, so that right values are worked out once a seed
        for number, mutant in enumerate(made):
            if number in endless:
                continue
            try:
                found, spoke = rejected(exercise, mutant, seed)
            except OutOfTimeError:  # a check of it would never end, and be stopped
                endless.add(number)
                continue
            count.silent += seed == _CHECKED[0] and not spoke
            if not found:
                accepted[number] = seed
    for number, seed in accepted.items():
        label, where = made[number].label, differs(exercise, made[number])
        if where:
            count.through.append(f"{label} (full marks at seed {seed}, differs at {where})")
        else:
            count.equivalent.append(label)
    count.silent += len(endless)
    count.rejected = count.made - len(count.equivalent) - len(count.through)
    return count


def main(names: list[str]) -> int:
    """Print the table. --all tries every mutant, -v lists the equivalent ones; the exit status counts those let through."""
    every, talk, names = "--all" in names, "-v" in names, [name for name in names if name[0] != "-"]
    print(f"{'exercise':24}{'mutants':>9}{'equivalent':>12}{'rejected':>10}{'(silent)':>10}{'let through':>13}")
    totals, through = np.zeros(5, dtype=int), []
    for name in names or NAMES:
        count = survey(name, every)
        row = (count.made, len(count.equivalent), count.rejected, count.silent, len(count.through))
        totals += row
        through += count.through
        print(f"{name:24}{row[0]:9}{row[1]:12}{row[2]:10}{row[3]:10}{row[4]:13}", flush=True)
        if talk:
            print(*(f"    {label}" for label in count.equivalent), sep="\n")
    print(f"{'all':24}{totals[0]:9}{totals[1]:12}{totals[2]:10}{totals[3]:10}{totals[4]:13}")
    print(*through, sep="\n")
    return len(through)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
