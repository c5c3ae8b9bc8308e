"""Pairs that are built alike: found through renaming and reordering, and not found where there is nothing to find."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from autograder.commands.similar import as_text
from autograder.similarity.pairs import similar
from autograder.similarity.structure import statements

COMMON = [
    "a = x + y",
    "b = np.sum(a)",
    "return b",
    "return np.sum(x + y)",
    "c = x * y",
    "d = np.exp(c)",
    "return d.sum()",
]


def lines_of(rng: random.Random, count: int) -> list[str]:
    """Return statements with names, each of a structure of its own or nearly."""
    made = []
    for _ in range(count):
        parts = [
            rng.choice(["np.exp({})", "np.tanh({})", "({} + y)", "({} * x)", "{}.T", "abs({})", "-{}", "({} - 1.0)"])
            for _ in range(5)
        ]
        text = "x"
        for part in parts:
            text = part.format(text)
        made.append(f"v{len(made)} = {text}")
    return made


def answer(lines: list[str]) -> str:
    return "def f(x, y):\n" + "\n".join(f"    {line}" for line in lines)


def a_class(students: int, exercises: int = 6, seed: int = 0) -> dict[str, dict[str, str]]:
    """Everybody by themselves: common lines, and some of their own."""
    rng = random.Random(seed)
    return {
        f"s{n:03}": {f"e{e}": answer([*rng.sample(COMMON, 3), *lines_of(rng, 2)]) for e in range(exercises)}
        for n in range(students)
    }


def disguised(source: str) -> str:
    """The same answer with other names, other numbers, comments, and two independent lines swapped."""
    _, *lines = source.split("\n")
    lines[-1], lines[-2] = lines[-2], lines[-1]
    text = "\n".join(["def f(first, second):", "    # my own work", *lines])
    for old, new in (
        ("(x", "(first"),
        ("x", "first"),
        ("y", "second"),
        ("efirstp", "exp"),
        ("1.0", "2.0"),
        ("v0", "left"),
        ("v1", "right"),
    ):
        text = text.replace(old, new)
    return text


def test_names_literals_comments_and_order_do_not_matter() -> None:
    first = "def f(w, x):\n    '''Doc.'''\n    s = w * x + 1\n    t = np.sum(x)\n    return s - t"
    second = "def g(a, b):\n    # other\n    q: float = 0\n    u = np.sum(b)\n    v = 2 + b * a\n    return v - u"
    assert statements(first) < statements(second)
    assert len(statements(second) - statements(first)) == 1  # the annotated line


@pytest.mark.parametrize(
    ("one", "other"),
    [("a * a", "a * b"), ("np.sum(a)", "np.mean(a)"), ("a - b", "a + b"), ("sum(a)", "max(a)"), ("a[0]", "a")],
)
def test_what_is_a_choice_does_matter(one: str, other: str) -> None:
    assert statements(f"def f(a, b):\n    return {one}") != statements(f"def f(a, b):\n    return {other}")


def test_a_line_in_a_loop_is_another_than_outside() -> None:
    assert statements("for i in x:\n    s = s + i") != statements("for i in x:\n    pass\ns = s + i")


def test_what_is_no_python_has_no_structure() -> None:
    for source in ("def f(:", "x" * 10 + "\0", "(" * 500, ""):
        assert statements(source) == frozenset()


def test_a_disguised_copy_is_found_and_nobody_else() -> None:
    answers = a_class(60)
    answers["copy"] = {name: disguised(source) for name, source in answers["s007"].items()}
    found = similar(answers)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("copy", "s007")]
    assert found.pairs[0].bits > found.chance
    assert "copy and s007" in as_text(found, answers, 9, True)
    assert "never a verdict" in as_text(found, answers, 9, False)


@pytest.mark.parametrize("seed", range(4))
def test_a_class_of_honest_students_has_no_pair(seed: int) -> None:
    assert similar(a_class(50, seed=seed)).pairs == []


def test_what_everybody_writes_does_not_count() -> None:
    same = {f"e{n}": answer(COMMON[:3]) for n in range(6)}
    assert similar({f"s{n}": dict(same) for n in range(40)}).pairs == []


def test_a_copy_stands_above_half_a_class_that_works_from_one_sheet() -> None:
    sheet = {f"e{n}": answer(COMMON[3 : 4 + n % 3]) for n in range(6)}
    answers = a_class(40) | {f"t{n}": dict(sheet) for n in range(40)}
    answers["copy"] = {name: disguised(source) for name, source in answers["s007"].items()}
    first = similar(answers).pairs[0]
    assert (first.first, first.second) == ("copy", "s007")


def test_one_exercise_alone_makes_no_pair() -> None:
    answers = a_class(40)
    answers["copy"] = {"e0": disguised(answers["s003"]["e0"])} | {
        n: s for n, s in a_class(1, seed=99)["s000"].items() if n != "e0"
    }
    assert not [pair for pair in similar(answers).pairs if "copy" in (pair.first, pair.second)]


def test_the_bits_by_another_way() -> None:
    answers = a_class(20)
    answers["copy"] = dict(answers["s001"])
    found = similar(answers).pairs[0]
    total = 0.0
    for name in answers["copy"]:
        built = [statements(mine[name]) for mine in answers.values()]
        shared = statements(answers["copy"][name]) & statements(answers["s001"][name])
        bits = sum(np.log2(len(built) / sum(line in other for other in built)) for line in shared)
        total += min(bits, np.log2(len(built) / 2))
    assert found.bits == pytest.approx(total, abs=0.02)
    assert sum(bits for _, bits in found.exercises) == pytest.approx(total, abs=0.1)


def test_few_students_say_nothing() -> None:
    answers = a_class(3)
    answers["copy"] = dict(answers["s000"])
    assert similar(answers).pairs == []
    said = "At least 8 students with answers are needed to say what is rare; there are 4."
    assert as_text(similar(answers), answers, 9, False) == said


def test_no_order_of_students_matters() -> None:
    answers = a_class(20)
    answers["copy"] = dict(answers["s001"])
    turned = dict(itertools.islice(reversed(answers.items()), None))
    assert similar(answers) == similar(turned)
