"""Half-written classes Value: each part that is written earns its points."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.course.authored import read_authored
from autograder.course.layout import SOURCE
from autograder.reference import n06_autograd as ref
from autograder.reference import oracle_of
from autograder.samples.n06_autograd.value_tapes import TAPE
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge
from tests.answers import answer, points, tried, verdicts
from tests.depth import often, thorough


def skeleton() -> str:
    """The answer cell of Value as it is handed out."""
    cells = read_authored(SOURCE / "06_autograd" / "autograd.py").cells
    source = next(cell.source for cell in cells if cell.id == "Value")
    pieces = source.split("### BEGIN SOLUTION")
    rest = [piece.split("### END SOLUTION", 1)[1] for piece in pieces[1:]]
    return pieces[0] + "raise NotImplementedError()".join(["", *rest])


def filled(*methods: str) -> str:
    """The skeleton with the gaps of these methods filled in."""
    cells = read_authored(SOURCE / "06_autograd" / "autograd.py").cells
    source = next(cell.source for cell in cells if cell.id == "Value")
    done, name = [], ""
    keep, inside = True, False
    for line in source.split("\n"):
        if line.strip().startswith("def ") and not inside:
            name = line.strip().split()[1].split("(")[0]
        if "### BEGIN SOLUTION" in line:
            inside, keep = True, name in methods
            done += [] if keep else [line.replace("### BEGIN SOLUTION", "raise NotImplementedError()")]
        elif "### END SOLUTION" in line:
            inside, keep = False, True
        elif keep:
            done.append(line)
    return "\n".join(done)


def by_part(source: str) -> dict[str, float]:
    exercise = EXERCISES["Value"]
    result = judge(exercise, answer(source, exercise), EXERCISES, 3, oracle_of)
    return {part.name: verdict.points for part, verdict in zip(exercise.parts, verdicts(result), strict=True)}


def test_untouched_skeleton_scores_nothing() -> None:
    assert sum(by_part(skeleton()).values()) == 0
    assert sum(by_part(filled()).values()) == 0


def test_an_answer_for_matrices_alone_earns_the_points_for_matrices() -> None:
    exercise = EXERCISES["matmul_bars"]
    result = judge(
        exercise, answer("def matmul_bars(bar, A, B):\n    return bar @ B.T, A.T @ bar", exercise), EXERCISES
    )
    assert [result.verdict(part).points for part in exercise.parts] == [2, 0]


def test_plus_and_times_alone_earn_their_points() -> None:
    earned = by_part(filled("__add__", "__mul__"))
    for part in ("operators", "constants", "broadcasting"):
        outputs = EXERCISES["Value"].part(part).outputs
        share = sum(" + " in name or " * " in name for name in outputs) / len(outputs)
        assert earned[part] == pytest.approx(EXERCISES["Value"].part(part).points * share, abs=1e-3)
        assert share > 0.3
    assert earned["backward"] == 2
    assert earned["matmul"] == earned["sum"] == earned["nonlinear"] == 0


@thorough
def test_each_gap_earns_something() -> None:
    gaps = ("__neg__", "__sub__", "__truediv__", "__pow__", "__matmul__", "__rmatmul__", "__rsub__", "__rtruediv__",
            "sum", "exp", "log", "relu", "tanh")  # fmt: skip
    done, before = ["__add__", "__mul__"], 0.0
    for number, gap in enumerate(gaps, 1):
        done.append(gap)
        if number % often(4, 1) and gap != gaps[-1]:
            continue
        now = sum(by_part(filled(*done)).values())
        assert now > before, gap
        before = now
    assert before == EXERCISES["Value"].points


def test_without_unbroadcast_the_rest_still_counts() -> None:
    exercise = EXERCISES["Value"]
    source = TAPE.replace("bar = parent.bar + summed_to(bar, parent.data.shape)", "bar = parent.bar + bar")
    earned = by_part(source)
    assert {name for name, got in earned.items() if got < exercise.part(name).points} == {"broadcasting"}


def compose_verdicts(value: str) -> Iterator[str]:
    names = answer(value, EXERCISES["Value"]).names
    for name in ("softplus", "cross_entropy"):
        function = getattr(ref, name)
        names[name] = type(function)(function.__code__, names, name)
    result = tried(EXERCISES["compose"], type(answer("", EXERCISES["Value"]))(names), 0)
    assert points(result) < EXERCISES["compose"].points
    return (str(verdict) for verdict in verdicts(result) if not verdict.passed)


def test_compose_is_graded_with_the_own_value_and_says_so() -> None:
    broken = TAPE.replace("bar * h,)", "bar,)")
    assert all("compose uses Value, and Value does not pass yet" in text for text in compose_verdicts(broken))
