"""What an answer is charged for, and what it is not: other answers, reused memory, precision, time."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.reference import REFERENCES, oracle_of
from autograder.samples import function
from barprop.answers.calls import Namespace, Run
from barprop.answers.failures import AnswerError, OutOfTimeError
from barprop.exercises import EXERCISES
from barprop.judging.evaluate import evaluate
from barprop.judging.judge import in_namespace, judge
from tests.verdict_tools import names_of

# --- one judge --------------------------------------------------------------------------------

_TRAIN = '''
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    return dict.fromkeys("eyvhzwx", 0.0)
def train(X, Y, w, v, sigma, lr, steps, seed):
    rng, losses = np.random.default_rng(seed), []
    w = w.copy()
    for i in rng.integers(len(Y), size=steps):
        cache = forward(X[i], Y[i], w, v, sigma)
        bars = backward(cache, X[i], Y[i], w, v, sigma)
        losses.append(cache["l"])
        w, v = w - lr * bars["w"], v - lr * bars["v"]
    return w, v, losses
'''  # fmt: skip


def test_an_answer_is_not_charged_for_another_one() -> None:
    exercise, names = EXERCISES["train"], names_of(_TRAIN)
    own = names["backward"]
    stand_in = in_namespace(REFERENCES.names)
    alone = judge(exercise, Namespace(names), EXERCISES).verdict(exercise.part())
    assert alone.problem.startswith("train uses backward")
    verdict = judge(exercise, Namespace(names), EXERCISES, 3, oracle_of, stand_in).verdict(exercise.part())
    assert verdict.points == 3.0
    assert "judged with a right backward in its place" in verdict.notes[0]
    assert names["backward"] is own, "the student's own is back"


def test_the_check_says_which_answer_it_calls_is_to_be_fixed_first() -> None:
    source = "def bar_y(l_bar, y, e):\n    raise NotImplementedError()\n"
    source += "def backward(cache, x, y, w, v, sigma, l_bar=1.0):\n    return {'y': bar_y(l_bar, y, cache['e'])}\n"
    exercise = EXERCISES["backward"]
    verdict = judge(exercise, Namespace(names_of(source)), EXERCISES).verdict(exercise.parts[0])
    assert verdict.problem == "backward uses bar_y, and bar_y does not pass yet: fix that one first."
    assert verdict.kind == "blocked"


def test_nothing_to_do_costs_a_tenth_once() -> None:
    exercise = EXERCISES["train"]
    source = _TRAIN.split("def train")[0].replace(
        "return dict",
        "return __import__('autograder.reference').reference.REFERENCES['backward'](cache, x, y, w, v, sigma, l_bar) or dict",
    )
    source += "def train" + _TRAIN.split("def train")[1].replace("    w = w.copy()\n", "")
    verdict = judge(exercise, Namespace(names_of(source)), EXERCISES).verdict(exercise.part())
    assert verdict.points == pytest.approx(3.0 - 0.3)
    assert "memory of one of its arguments" in verdict.remarks[0]


def test_a_penalty_is_charged_to_the_function_it_is_about() -> None:
    source = """
def sigmoid_slope(h):
    return h * (1 - h)
def tanh_slope(h):
    if np.ndim(h) and h.flags.writeable and h.dtype == float:
        h *= h
        return 1 - h
    return 1 - np.asarray(h, dtype=float) ** 2
def relu_slope(h):
    return (np.asarray(h) > 0) * 1.0
"""
    exercise = EXERCISES["slopes_from_output"]
    verdict = judge(exercise, Namespace(names_of(source, exercise.name)), EXERCISES).verdict(exercise.part())
    assert verdict.points == 2.5
    assert "tanh_slope changes its argument h" in verdict.remarks[0]


# --- what the calls leave behind --------------------------------------------------------------


def test_a_buffer_for_each_shape_is_seen() -> None:
    """Also where two calls with the same shape never follow each other."""
    kept: dict[tuple, np.ndarray] = {}

    def f(x: np.ndarray) -> np.ndarray:
        return np.add(x, 1.0, out=kept.setdefault(x.shape, np.empty(x.shape)))

    answers = Namespace({"f": f})
    remarks = []
    for size in (2, 3, 2, 3):
        run = Run(answers)
        run("f", np.ones(size))
        remarks += run.remarks
    assert len(remarks) == 2
    other = Run(Namespace({"f": f}))
    other("f", np.ones(2))
    assert not other.remarks, "other answers have a memory of their own"


def test_what_the_second_call_tells_is_kept() -> None:
    kept: dict[tuple, np.ndarray] = {}

    def bar_w(z_bar: float, x: np.ndarray) -> np.ndarray:
        return np.multiply(z_bar, x, out=kept.setdefault(x.shape, np.empty(x.shape)))

    exercise = EXERCISES["bar_w"]
    verdict = evaluate(exercise, Namespace({"bar_w": bar_w})).verdict(exercise.part())
    assert "earlier result" in verdict.remarks[0]


def test_an_object_of_the_students_is_an_argument_like_any_other() -> None:
    class Value:
        def __init__(self) -> None:
            self.data = np.ones(2)

    def f(value: Value) -> float:
        value.data += 1.0
        return 0.0

    run = Run(Namespace({"f": f}))
    run("f", Value())
    assert run.remarks[0].text == "f changes its argument value; work on a copy."


def test_single_precision_is_named_at_every_seed() -> None:
    source = function(
        "linear_backward(Z_bar, X, W)",
        "Z_bar, X, W = (np.asarray(a, dtype=np.float32) for a in (Z_bar, X, W))",
        "return Z_bar.T @ X, Z_bar.sum(axis=0), Z_bar @ W",
    )
    exercise, names = EXERCISES["linear_backward"], names_of(source, "linear_backward")
    for seed in range(20):
        verdict = judge(exercise, Namespace(names), EXERCISES, seed, oracle_of).verdict(exercise.part())
        assert verdict.points == pytest.approx(2.7), str(verdict)
        assert "single precision" in verdict.remarks[0]


def test_a_difference_quotient_is_told_as_such() -> None:
    source = function("bar_z(h_bar, z, sigma)", "return h_bar * (sigma(z) - sigma(z - 1e-8)) / 1e-8")
    exercise, names = EXERCISES["bar_z"], names_of(source, "bar_z")
    for oracles in (None, oracle_of):
        verdict = judge(exercise, Namespace(names), EXERCISES, 1, oracles).verdict(exercise.part())
        assert "difference quotient" in str(verdict)
    right = judge(exercise, REFERENCES, EXERCISES, 1).verdict(exercise.part())
    assert not right.notes


def test_an_answer_that_raises_the_limit_of_time_is_no_answer_error() -> None:
    assert issubclass(OutOfTimeError, AnswerError)
