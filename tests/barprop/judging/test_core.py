"""What every exercise is judged by: points, verdicts, mistakes."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograder.cell
import barprop
from autograder.reference import REFERENCES, oracle_of
from barprop import check
from barprop.answers.calls import Namespace, Run
from barprop.answers.captured_output import capped_output
from barprop.exercises import EXERCISES, NOTEBOOKS, TESTS, in_notebook
from barprop.judging.evaluate import evaluate
from barprop.judging.exercise import Case, Exercise, Mistake, Part
from barprop.judging.judge import judge
from barprop.judging.verdict import Verdict
from tests.answers import answer, blank, with_answer
from tests.depth import often, thorough

RNG = np.random.default_rng


# --- points -----------------------------------------------------------------------------------


def toy(**changes: Any) -> Exercise:
    """Twice and thrice a number."""
    parts = (Part("two", 2, ("twice",)), Part("three", 3, ("thrice",)))
    made = Exercise(
        name="linear",
        notebook="none/none",
        signature="linear(x) -> twice, thrice",
        outputs=("twice", "thrice"),
        returns="tuple",
        points=5,
        minutes=1,
        level=1,
        parts=parts,
        probes=lambda rng: [Case(f"case {i}", {"x": float(rng.uniform(1, 2))}) for i in range(4)],
        oracle=lambda c: {"twice": 2 * c.x, "thrice": 3 * c.x},
        mistakes=(
            Mistake("once", "Once is not enough.", lambda c, right: {"twice": c.x, "thrice": c.x}),
            Mistake("one too many", "Count again.", lambda c, right: {"twice": 3 * c.x}),
        ),
    )
    return replace(made, **changes)


def judged(function: Any, exercise: Exercise | None = None) -> list[Verdict]:
    exercise = exercise or toy()
    evaluation = judge(exercise, Namespace({"linear": function}), EXERCISES)
    return [evaluation.verdict(part) for part in exercise.parts]


def test_points_by_part() -> None:
    assert [v.points for v in judged(lambda x: (2 * x, 3 * x))] == [2.0, 3.0]
    assert [v.points for v in judged(lambda x: (2 * x, x))] == [2.0, 0.0]
    assert [v.points for v in judged(lambda x: (x, 3 * x))] == [0.0, 3.0]
    assert [v.points for v in judged(lambda x: None)] == [0.0, 0.0]


def test_right_in_one_case_is_not_enough() -> None:
    calls: list[float] = []

    def linear(x: float) -> tuple:
        calls.append(x)
        return (2 * x, 3 * x) if len(set(calls)) < 4 else (2 * x, 0.0)

    two, three = judged(linear)
    assert (two.points, three.points) == (2.0, 0.0)
    assert three.tried[-1] == ("case 3", False)


def test_misbehaviour_halves_the_points() -> None:
    drift = iter(range(1, 100))
    found = judged(lambda x: (2 * x, 3 * x * (1 + 1e-14 * next(drift))))
    assert [v.points for v in found] == [2.0, 1.5], "only what moves is charged"
    assert "second call" in found[1].remarks[0]
    assert not found[0].remarks


def test_outputs_of_one_part_share_its_points() -> None:
    one = toy(parts=(), points=3)
    (verdict,) = judged(lambda x: (2 * x, 0.0), one)
    assert verdict.points == 1.5
    assert verdict.headline == "linear: partly right, 1.5 of 3 points"


def test_a_mistake_is_named_by_its_value() -> None:
    assert [v.mistake for v in judged(lambda x: (x, x))] == ["once", "once"]
    assert [v.mistake for v in judged(lambda x: (3 * x, 3 * x))] == ["one too many", ""]
    assert [v.mistake for v in judged(lambda x: (17.0, 3 * x))] == ["", ""]


def test_a_mistake_that_fits_everything_goes_before_one_that_fits_a_part() -> None:
    part_only = Mistake("first in the list", "No.", lambda c, right: {"twice": c.x, "thrice": 0.0})
    mixed = toy(mistakes=(part_only, *toy().mistakes))
    assert [v.mistake for v in judged(lambda x: (x, x), mixed)] == ["once", "once"]
    assert judged(lambda x: (x, 5.0), mixed)[0].mistake == "first in the list"


def test_a_mistake_is_not_named_where_it_would_show_and_does_not() -> None:
    assert [v.mistake for v in judged(lambda x: (x, 3 * x))] == ["half of it", ""], "with 'once' both would be wrong"


def test_of_two_mistakes_that_fit_the_one_that_explains_more_is_named() -> None:
    half = Mistake("only the first", "Look at the first.", lambda c, right: {"twice": c.x})
    assert [v.mistake for v in judged(lambda x: (x, x), toy(mistakes=(half, *toy().mistakes)))] == ["once", "once"]


def test_what_numpy_says_is_put_into_words() -> None:
    zero = np.zeros(2)
    assert "an array has many answers" in judged(lambda x: max(0, zero))[0].problem
    assert "@ needs two arrays" in judged(lambda x: x @ zero)[0].problem


def test_stopping_in_some_cases_still_shows_the_hint() -> None:
    def linear(x: float) -> tuple:
        if x > 1.6:
            raise ValueError("too large")
        return x, x

    found = judged(linear)
    assert [v.points for v in found] == [0.0, 0.0]
    assert "once" in {v.mistake for v in found}


def test_what_is_never_tried_is_not_right() -> None:
    calls: list[float] = []

    def linear(x: float) -> tuple:
        calls.append(x)
        raise ValueError

    assert [v.points for v in judged(linear)] == [0.0, 0.0]
    assert len(calls) < 5, "after some cases without a value the rest is not tried"
    assert [v.points for v in judged(lambda x: 1, toy(probes=lambda rng: []))] == [0.0, 0.0]


def test_a_failed_need_is_named_first() -> None:
    exercise = EXERCISES["train"]

    def backward(*args: Any) -> dict:
        bars = REFERENCES.names["backward"](*args)
        return bars | {"w": -bars["w"]}

    def train(X: Any, Y: Any, w: Any, v: float, sigma: Any, lr: float, steps: int, seed: int) -> tuple:
        losses = []
        for i in RNG(seed).integers(len(Y), size=steps):
            cache = REFERENCES.names["forward"](X[i], Y[i], w, v, sigma)
            bars = backward(cache, X[i], Y[i], w, v, sigma)
            losses.append(cache["l"])
            w, v = w - lr * bars["w"], v - lr * bars["v"]
        return w, v, losses

    answers = with_answer(exercise, backward=backward, train=train)
    verdict = judge(exercise, answers, EXERCISES).verdict(exercise.part())
    assert verdict.problem == "train uses backward, and backward does not pass yet: fix that one first."
    assert verdict.hint == ""
    answers = with_answer(exercise, backward=backward)  # train itself is right and does not use that backward
    assert judge(exercise, answers, EXERCISES).verdict(exercise.part()).passed


def test_seeds_fix_everything() -> None:
    def seen(seed: Any) -> list:
        return [trial.case.args["x"] for trial in evaluate(toy(), Namespace({"linear": lambda x: (x, x)}), seed).trials]

    assert seen(1) == seen(1)
    assert seen([1, 2]) == seen([1, 2])
    assert seen(1) != seen(2)


def test_a_declaration_that_does_not_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        toy(points=4)
    with pytest.raises(ValueError, match="returns is"):
        toy(returns="list")
    with pytest.raises(KeyError, match="has no part"):
        toy().part("four")


# --- verdicts ---------------------------------------------------------------------------------


def test_verdict_as_text_and_html() -> None:
    verdict = Verdict(
        "bar_z", 0.0, 2.0, (("z < 0", True), ("a & b", False)), "1 < 2.", "Look <there>.", "m", ("mind & go.",)
    )
    text, html = str(verdict), verdict._repr_html_()
    assert text.startswith("✗ bar_z: not yet, 0 of 2 points")
    for said in ("a & b", "1 < 2.", "Look <there>.", "mind & go."):
        assert said in text
    assert text.index("Look <there>.") < text.index("1 < 2.") < text.index("a & b"), "hint, problem, cases"
    for said in ("z &lt; 0", "a &amp; b", "1 &lt; 2.", "Look &lt;there&gt;.", "mind &amp; go."):
        assert said in html
    assert "<there>" not in html
    assert set(verdict._repr_mimebundle_()) == {"text/plain", "text/html"}
    passed = replace(verdict, points=2.0, tried=(("z < 0", True), ("a", True)), problem="", hint="", remarks=())
    assert str(passed) == "✓ bar_z: right, 2 of 2 points"
    assert "<details>" not in passed._repr_html_()


# --- output -----------------------------------------------------------------------------------


def test_modest_output(capsys: pytest.CaptureFixture) -> None:
    with capped_output(10):
        print("12345678901234567890")
        print("more", file=sys.stderr)
    said = capsys.readouterr()
    assert said.out.startswith("1234567890\n... your code prints more")
    assert said.err == ""
    with pytest.raises(ZeroDivisionError), capped_output(0):
        print("nothing", 1 / 0)
    assert capsys.readouterr() == ("", "")
    print("back")
    assert capsys.readouterr().out == "back\n"


# --- a graded cell ends in a plain float ------------------------------------------------------


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of a notebook with every answer right."""
    found = dict(REFERENCES.names)
    for module in (sys.modules[check.__module__], autograder.cell):
        monkeypatch.setattr(module, "notebook_names", lambda: found)
    return found


@thorough
@pytest.mark.parametrize("test", list(TESTS)[:: often(4, 1)])
def test_cells_give_a_plain_float(test: str, names: dict[str, Any]) -> None:
    exercise, part = TESTS[test]
    for score in (check(exercise.name, part.name), autograder.cell.grade(test)):
        assert type(score) is float
        assert score == part.points


@thorough
@pytest.mark.parametrize("name", list(EXERCISES)[:: often(4, 1)])
def test_nan_in_numpy_gives_a_plain_0(name: str, names: dict[str, Any]) -> None:
    """In nbgrader 0.9.6 a cell that ends in either gets full marks."""
    exercise = EXERCISES[name]
    part, test = exercise.parts[0], next(iter(exercise.tests))
    names |= dict.fromkeys(exercise.asks, lambda *args, **more: np.float64("nan"))
    for score in (check(exercise.name, part.name), autograder.cell.grade(test)):
        assert type(score) is float
        assert score == 0.0


def test_partial_credit_is_a_plain_float(names: dict[str, Any]) -> None:
    forward = REFERENCES.names["forward"]
    names["forward"] = lambda *args: forward(*args) | {"l": np.float64(0), "e": np.nan}
    for score in (check("forward"), autograder.cell.grade("test_forward")):
        assert type(score) is float
        assert score == 1.5


def test_blank_cells_are_worth_a_plain_0(names: dict[str, Any]) -> None:
    for exercise in EXERCISES.values():
        answers = answer(blank(exercise), exercise)
        names.update({name: answers.names.get(name) for name in exercise.asks})
        score = check(exercise.name, exercise.parts[-1].name)
        assert type(score) is float
        assert score == 0.0


# --- the house --------------------------------------------------------------------------------


def test_notebooks_and_tests() -> None:
    assert sum(len(in_notebook(notebook)) for notebook in NOTEBOOKS) == len(EXERCISES)
    assert all(test.startswith(f"test_{exercise.name}") for test, (exercise, _) in TESTS.items())


def test_the_student_package_does_not_know_the_instructors() -> None:
    code = "import sys, barprop, barprop.exercises, barprop.check; print([m for m in sys.modules if 'autograder' in m])"
    folder = Path(barprop.__file__).parent.parent
    said = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_student_package_holds_no_answer() -> None:
    """No function or class of barprop has the name of an exercise; relu is an activation, which it may hold."""
    asked = {name for exercise in EXERCISES.values() for name in exercise.asks} - {"relu"}
    for path in Path(barprop.__file__).parent.rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        defined = {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert not defined & asked, f"{path.name} defines {defined & asked}"


def test_the_reference_oracle_says_what_failed() -> None:
    broken = replace(EXERCISES["linear"], drive=lambda run, case: iter([("z", run("linear"))]))
    with pytest.raises(RuntimeError, match="the reference of linear failed on"):
        oracle_of(broken)(next(iter(broken.probes(RNG(0)))))


def test_an_earlier_result_is_not_to_be_overwritten() -> None:
    buffer, kept = np.zeros(3), {}

    def array(x: np.ndarray) -> np.ndarray:
        return np.add(x, 1.0, out=buffer)

    def dictionary(x: np.ndarray) -> dict:
        kept["z"] = float(x[0])
        return kept

    for function in (array, dictionary):
        run = Run(Namespace({"f": function}))
        run("f", np.ones(3))
        run("f", np.ones(3))
        (remark,) = run.remarks
        assert "returns the memory of an earlier result, which it overwrites" in remark.text


def test_memory_counts_once_the_values_are_right() -> None:
    """Whoever hands on cache["h1"] as it came has forgotten a factor, not a copy."""
    exercise = EXERCISES["bar_w"]
    wrong = evaluate(exercise, Namespace({"bar_w": lambda z_bar, x: x})).verdict(exercise.part())
    assert not wrong.remarks
    assert wrong.mistake == "forgot z_bar"
    exercise = EXERCISES["relu"]
    right = evaluate(exercise, Namespace({"relu": lambda z: z if np.min(z) > 0 else np.maximum(z, 0.0)}))
    found = right.verdict(exercise.part())
    assert "one of its arguments; return a new array (.copy()). Seen with: an array, all positive" in found.remarks[0]
    assert found.points == 0.5


def test_shared_memory_counts_in_the_part_that_shares_it() -> None:
    exercise, right = EXERCISES["fan_out"], REFERENCES["fan_out"]

    def wrong(z_bar: float, cache: dict, x: Any, W1: Any, W2: Any, a1: Any, a2: Any) -> dict:
        return right(z_bar, cache, x, W1, W2, a1, a2) | {"a1": cache["h1"], "a2": cache["h2"]}

    def sharing(z_bar: float, cache: dict, x: Any, W1: Any, W2: Any, a1: Any, a2: Any) -> dict:
        bars = right(z_bar, cache, x, W1, W2, a1, a2)
        cache["h1"][:] = bars["a1"]
        return bars | {"a1": cache["h1"]}

    branches, x = (evaluate(exercise, Namespace({"fan_out": wrong})).verdict(part) for part in exercise.parts)
    assert (branches.mistake, branches.remarks, x.points) == ("forgot z_bar in a", (), 1.0)
    shared = evaluate(exercise, Namespace({"fan_out": sharing}))
    assert [held.outputs for held in shared.remarks.values() if held.memory] == [{"a1"}]


_EMPTY = """
class {name}:
    def __init__(self, *a): pass
    def forward(self, x, *a): self.x = x; return 0.0
    def backward(self, *a): return (), self.x
"""


@pytest.mark.parametrize(
    "name", ["Product", "Linear", "ReLU", "Tanh", "SquaredError", "SoftmaxCrossEntropy", "Network"]
)
def test_a_class_without_mathematics_gets_nothing(name: str) -> None:
    """How an answer compares with itself counts only beside something that is right."""
    exercise = EXERCISES[name]
    result = evaluate(exercise, answer(_EMPTY.format(name=name), exercise))
    assert sum(result.verdict(part).points for part in exercise.parts) == 0


@pytest.mark.parametrize("value", ["[]", "[node]"])
def test_an_order_of_nothing_is_no_order(value: str) -> None:
    exercise = EXERCISES["topological_order"]
    result = evaluate(exercise, answer(f"def topological_order(node):\n    return {value}\n", exercise))
    assert result.verdict(exercise.part()).points == 0


def test_a_wrong_value_pays_no_more_than_shared_memory() -> None:
    exercise = EXERCISES["Linear"]
    source = """
_kept = {{}}
class Linear:
    def forward(self, h_prev, w):
        self.h_prev = h_prev
        return h_prev @ w[0].T + w[1]
    def backward(self, h_bar, w):
        value = h_bar @ w[0]
        kept = _kept.setdefault(value.shape, np.empty(value.shape)); kept[:] = value
        return (h_bar.T @ self.h_prev, np.sum(h_bar, axis=0) {slip}), kept
"""

    def points(slip: str) -> float:
        return evaluate(exercise, answer(source.format(slip=slip), exercise)).verdict(exercise.part("backward")).points

    assert 0 < points("+ 1.0") < points("") <= 1.0
