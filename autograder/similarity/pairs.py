"""Pairs of students whose answers agree in more, and in rarer, structure than chance explains in this class.

A statement that d of n students have tells log2(n / d) bits: nothing where everybody has it. In one exercise two
answers agree by the bits of the statements they share, and by no more than the class can tell, log2(n / 2): so one
exercise alone never makes a pair. What chance gives is tried: in each exercise the answers are dealt to the students
anew, and the most alike pair of such shuffled classes is the mark that a pair has to pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.similarity.structure import statements

SHUFFLES = 20
FEWEST = 8  # with fewer students nothing can be said of what is rare
Answers = Mapping[str, Mapping[str, str]]  # student -> exercise -> source


@dataclass(frozen=True)
class Pair:
    """Two students, the bits their answers agree by, and the exercises that count most: (name, bits), in order."""

    first: str
    second: str
    bits: float
    exercises: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Similar:
    """The pairs above what chance gives; `chance`: the most alike pair of `SHUFFLES` shuffled classes, in bits."""

    pairs: list[Pair]
    chance: float
    students: int


def similar(answers: Answers, seed: int = 0) -> Similar:
    """Find the pairs of a class that agree more than chance.

    Parameters
    ----------
    answers : Answers
        Of each student, by exercise; an exercise left as it was given is left out.
    seed : int
        Of the shuffles.
    """
    students = sorted(answers)
    if len(students) < FEWEST:
        return Similar([], 0.0, len(students))
    layers = _layers(students, answers)
    total = np.zeros((len(students), len(students)), dtype=np.float32)
    for bits, here in layers.values():
        total[np.ix_(here, here)] += bits
    chance = _chance(len(students), list(layers.values()), np.random.default_rng(seed))
    found = np.argwhere(np.triu(total, 1) > chance + 1e-3)
    pairs = [_pair(students, int(i), int(j), total, layers) for i, j in found]
    return Similar(sorted(pairs, key=lambda pair: (-pair.bits, pair.first, pair.second)), chance, len(students))


def _layers(students: list[str], answers: Answers) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for each exercise the bits every two answers agree by, and whose answers these are."""
    exercises = sorted({name for mine in answers.values() for name in mine})
    layers = {}
    for name in exercises:
        built = {place: statements(answers[who][name]) for place, who in enumerate(students) if name in answers[who]}
        built = {place: found for place, found in built.items() if found}
        if len(built) >= FEWEST:
            layers[name] = (_agreement(list(built.values())), np.array(list(built)))
    return layers


def _agreement(built: list[frozenset[str]]) -> np.ndarray:
    """Return the bits by which every two answers to one exercise agree, as a matrix; 0 on its diagonal."""
    count = Counter(statement for found in built for statement in found)
    place = {statement: n for n, statement in enumerate(sorted(s for s, times in count.items() if times > 1))}
    weight = np.array([np.log2(len(built) / count[statement]) for statement in place], dtype=np.float32)
    has = np.zeros((len(built), len(place)), dtype=np.float32)
    for row, found in enumerate(built):
        has[row, [place[statement] for statement in found if statement in place]] = 1.0
    bits = (has * weight) @ has.T
    np.fill_diagonal(bits, 0.0)
    return np.minimum(bits, np.float32(np.log2(len(built) / 2)))


def _chance(size: int, layers: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator) -> float:
    """Return the bits of the most alike pair in classes whose answers were dealt anew, exercise by exercise."""
    most = 0.0
    for _ in range(SHUFFLES):
        total = np.zeros((size, size), dtype=np.float32)
        for bits, here in layers:
            order = rng.permutation(len(here))
            total[np.ix_(here, here)] += bits[np.ix_(order, order)]
        most = max(most, float(total.max(initial=0.0)))
    return most


def _pair(
    students: list[str], i: int, j: int, total: np.ndarray, layers: dict[str, tuple[np.ndarray, np.ndarray]]
) -> Pair:
    found = []
    for name, (bits, here) in layers.items():
        place = {int(who): n for n, who in enumerate(here)}
        if i in place and j in place and bits[place[i], place[j]] > 0:
            found.append((name, round(float(bits[place[i], place[j]]), 2)))
    exercises = tuple(sorted(found, key=lambda one: (-one[1], one[0])))
    return Pair(students[i], students[j], round(float(total[i, j]), 2), exercises)
