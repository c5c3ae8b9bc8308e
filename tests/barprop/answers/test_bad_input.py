"""Whatever a student's cell leaves behind: one sentence, never a traceback of ours, never a point undeserved."""

from __future__ import annotations

import decimal
import fractions
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.reference import REFERENCES
from barprop import check
from barprop.answers.failures import AnswerError
from barprop.exercises import EXERCISES
from tests.answers import tried, verdicts, with_answer
from tests.hostile import EXCEPTIONS, KEYS
from tests.verdict_tools import ONE_ARRAY, ONE_NUMBER, assert_worthless, is_one_sentence, verdict_on

# --- values that come back --------------------------------------------------------------------

VALUES = {
    "None": (None, "None"),
    "NaN": (float("nan"), "NaN"),
    "infinity": (float("inf"), "infinity"),
    "minus infinity": (np.float64("-inf"), "infinity"),
    "a string": ("1.5", "a string"),
    "bytes": (b"1.5", "a bytes"),
    "a list": ([1.0, 2.0, 3.0], "a list"),
    "a tuple": ((1.0,), "a tuple"),
    "a dictionary": ({"z": 1.0}, "a dictionary"),
    "a set": ({1.0}, "a set"),
    "a generator": ((i for i in range(3)), "a generator"),
    "a class": (int, "a class"),
    "a function": (len, "builtin_function"),
    "a module": (np, "a module"),
    "True": (True, "True or False"),
    "NumPy's True": (np.True_, "True or False"),
    "a complex number": (1 + 0j, "complex"),
    "a NumPy complex number": (np.complex128(1), "complex"),
    "a fraction": (fractions.Fraction(1, 3), "Fraction"),
    "a decimal": (decimal.Decimal("1.5"), "Decimal"),
    "a duration": (np.timedelta64(3, "s"), "timedelta64"),
    "a placeholder": (..., "placeholder"),
    "not implemented": (NotImplemented, "placeholder"),
    "an array of objects": (np.array([1.0, None, 2.0], dtype=object), "object"),
    "an array of bools": (np.array([True, False, True]), "True or False"),
    "an array of strings": (np.array(["1", "2"]), "str"),
    "an array of complex": (np.ones(3, dtype=complex), "complex"),
    "an array with fields": (np.zeros(3, dtype=[("a", float)]), "void"),
    "a masked array": (np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0]), "MaskedArray"),
    "a matrix": (np.ones((3, 1)).view(np.matrix), "matrix"),
    "a record array": (np.rec.array([(1.0,)], dtype=[("a", float)]), "recarray"),
    "another shape": (np.ones((7, 2)), "(7, 2)"),
    "an empty array": (np.zeros((0,)), "(0,)"),
    "NaN in an array": (np.full(3, np.nan), ""),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("name", [ONE_NUMBER, ONE_ARRAY])
def test_value_is_named_with_what_was_expected(name: str, kind: str) -> None:
    value, word = VALUES[kind]
    shape_first = name == ONE_ARRAY and isinstance(value, float)
    assert_worthless(name, lambda a, b: value, "a single number" if shape_first else word)
    problem = verdict_on(name, lambda a, b: value).problem
    assert "expected" in problem or "NaN" in problem or "infinity" in problem or "return" in problem


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("name", ["forward", "backward", "train", "branches_backward"])
def test_value_in_place_of_a_dictionary_or_tuple(name: str, kind: str) -> None:
    value = VALUES[kind][0]
    assert_worthless(name, lambda *args, **names: value)


def test_shapes_are_said() -> None:
    assert_worthless(ONE_NUMBER, lambda w, x: np.array([w @ x]), "shape (1,)", "a single number")
    assert_worthless(ONE_ARRAY, lambda z_bar, x: 1.0, "a single number", "shape (3,)")
    assert_worthless(ONE_ARRAY, lambda z_bar, x: (z_bar * x)[:, None], "(3, 1)", "(3,)")


def test_a_whole_number_beyond_floats() -> None:
    assert_worthless(ONE_NUMBER, lambda w, x: 10**400, "infinity")
    assert_worthless(ONE_NUMBER, lambda w, x: -(10**5000), "infinity")


@pytest.mark.parametrize(
    "number",
    [float, np.float64, np.array, np.longdouble, lambda z: np.asarray(z, dtype=">f8")],
    ids=["float", "float64", "0-d array", "longdouble", "big-endian"],
)
def test_numbers_of_every_make_are_right(number: Callable) -> None:
    assert verdict_on(ONE_NUMBER, lambda w, x: number(float(w @ x))).passed
    assert verdict_on("repeats", {"dl_dv": number(2.0), "dl_dw": np.int64(2)}).passed


# --- dictionaries and tuples ------------------------------------------------------------------


def forward(x: Any, y: Any, w: Any, v: Any, sigma: Any) -> dict:
    return REFERENCES.names["forward"](x, y, w, v, sigma)


class Entries(dict):
    """A dictionary of a class of its own."""


def without(cache: dict, name: str) -> dict:
    return {key: value for key, value in cache.items() if key != name}


def test_missing_key_costs_its_share() -> None:
    verdict = verdict_on("forward", lambda *args: without(forward(*args), "h"))
    assert verdict.points == 0.75 * 3
    assert "no 'h'" in verdict.problem
    is_one_sentence(verdict.problem)


@pytest.mark.parametrize(
    "twist",
    [
        lambda cache: cache | {"extra": 1.0},
        lambda cache: cache | {3: 1.0},
        lambda cache: cache | {None: cache},
        lambda cache: cache | {("z",): 0},
        lambda cache: cache | {"x" * 100_000: 0},
    ],
)
def test_further_keys_are_told(twist: Callable) -> None:
    verdict = verdict_on("forward", lambda *args: twist(forward(*args)))
    assert 0 < verdict.points < 3
    assert len(verdict.remarks) == 1
    is_one_sentence(verdict.remarks[0])


@pytest.mark.parametrize(
    "twist",
    [
        Entries,
        lambda cache: {"z": cache, "h": cache, "e": cache, "l": cache},
        lambda cache: [cache],
        lambda cache: list(cache.items()),
        lambda cache: cache.values(),
        lambda cache: {str(key).upper(): value for key, value in cache.items()},
        lambda cache: {},
    ],
)
def test_other_containers_are_worth_nothing(twist: Callable) -> None:
    assert_worthless("forward", lambda *args: twist(forward(*args)))


@pytest.mark.parametrize("kind", KEYS)
def test_hostile_keys(kind: str) -> None:
    key = KEYS[kind]
    verdict = verdict_on("forward", lambda *args: {**forward(*args), key("z"): 1.0, key("h"): 2.0})
    assert verdict.points < 3
    for text in (verdict.problem, *verdict.remarks):
        assert not text or is_one_sentence(text) is None
    assert_worthless("forward", lambda *args: {key(name): value for name, value in forward(*args).items()})
    assert_worthless("repeats", {key("dl_dv"): 2, key("dl_dw"): 2})


# --- what stands in place of a function -------------------------------------------------------


class NoFunction:
    """Cannot be called."""


THINGS = {
    "None": None,
    "a number": 3.0,
    "a string": "w @ x",
    "a list": [1, 2],
    "an array": np.ones(3),
    "a dictionary": {"z": 1},
    "an object": NoFunction(),
    "a module": np,
    "a generator": (i for i in range(3)),
    "a placeholder": ...,
}


@pytest.mark.parametrize("kind", THINGS)
def test_no_function(kind: str) -> None:
    assert_worthless(ONE_NUMBER, THINGS[kind], "linear should be a function, but it is")


def test_a_class_in_place_of_a_function() -> None:
    class linear:  # noqa: N801
        def __init__(self, w: Any, x: Any) -> None: ...

    assert_worthless(ONE_NUMBER, linear, "a linear", "a single number")
    assert_worthless(ONE_NUMBER, NoFunction, "2 arguments")


@pytest.mark.parametrize(
    "function", [lambda: 0.0, lambda w: w, lambda w, x, more: 0.0, lambda w, x, *, more: 0.0, lambda **names: 0.0]
)
def test_wrong_arity(function: Callable) -> None:
    assert_worthless(ONE_NUMBER, function, "is called with 2 arguments", "keep the first line")


def test_no_python_signature() -> None:
    """Built-in functions may have none; they are called all the same."""
    assert_worthless(ONE_NUMBER, max)
    assert_worthless(ONE_NUMBER, iter)


def test_generator_and_coroutine_functions() -> None:
    def generator(w: Any, x: Any) -> Any:
        yield w @ x

    async def coroutine(w: Any, x: Any) -> Any:
        return w @ x

    assert_worthless(ONE_NUMBER, generator, "a generator", "a single number")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # never awaited
        assert_worthless(ONE_NUMBER, coroutine, "a coroutine", "a single number")


@pytest.mark.parametrize(
    "value", ["e y v h z w x", 7, None, {"e": 1}, ["e"], [1, 2, 3], [["e"]], list("eyvhzwxx"), ...]
)
def test_malformed_order(value: Any) -> None:
    assert_worthless("order", value)


@pytest.mark.parametrize(
    "value",
    [None, 2, [2, 2], {}, {"dl_dv": None, "dl_dw": ...}, {"dl_dv": "2", "dl_dw": [2]}, {"dl_dv": {}, "dl_dw": 2j}],
)
def test_malformed_prediction(value: Any) -> None:
    assert_worthless("repeats", value)


# --- code that raises, prints, warns ----------------------------------------------------------


@pytest.mark.parametrize("kind", EXCEPTIONS)
@pytest.mark.parametrize("name", [ONE_NUMBER, "backward", "train", "slopes_from_output"])
def test_code_that_raises(name: str, kind: str) -> None:
    exercise = EXERCISES[name]

    def raises(*args: Any, **names: Any) -> Any:
        raise EXCEPTIONS[kind]()

    answers = with_answer(exercise, **dict.fromkeys(exercise.asks, raises))
    for verdict in verdicts(tried(exercise, answers, 0)):
        assert verdict.points == 0
        is_one_sentence(verdict.problem)
        if kind not in ("RecursionError", "GeneratorExit"):  # the one has its own words, the other stops a generator
            assert "stopped with" in verdict.problem


def test_the_error_is_named_with_its_line() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("def linear(w, x):\n    return w @ y\n", "<cell>", "exec"), names)
    assert_worthless(ONE_NUMBER, names["linear"], "NameError", "name 'y' is not defined", "line 2")


def test_not_written_yet() -> None:
    def linear(w: Any, x: Any) -> float:
        raise NotImplementedError

    assert verdict_on(ONE_NUMBER, linear).problem == "linear is not written yet."


def test_recursion() -> None:
    def linear(w: Any, x: Any) -> float:
        return linear(w, x)

    assert_worthless(ONE_NUMBER, linear, "without end")


def test_an_interrupt_passes_through() -> None:
    def linear(w: Any, x: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict_on(ONE_NUMBER, linear)


def test_raising_our_own_error_gains_nothing() -> None:
    class SlyError(AnswerError):
        def __str__(self) -> str:
            return ""

    def linear(w: Any, x: Any) -> float:
        raise SlyError

    assert_worthless(ONE_NUMBER, linear)


def test_warnings_cost_nothing(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    def linear(w: Any, x: Any) -> float:
        warnings.warn("about to multiply", stacklevel=1)
        np.log(np.array(-1.0))
        print("to stderr", file=sys.stderr)
        return w @ x

    notebook["linear"] = linear
    assert check("linear") == 1.0
    assert capsys.readouterr().err == ""  # nbgrader gives 0 for anything there


def test_strict_error_states_of_the_student_do_no_harm(notebook: dict) -> None:
    before = np.seterr(all="raise")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for name in ("linear", "backward", "numerical_gradient", "slopes_from_output"):
                assert sum(check(name, part.name) for part in EXERCISES[name].parts) == EXERCISES[name].points
    finally:
        np.seterr(**before)


def test_pages_of_output_are_cut(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    def linear(w: Any, x: Any) -> float:
        print("spam\n" * 100_000)
        return w @ x

    notebook["linear"] = linear
    assert check("linear") == 1.0
    said = capsys.readouterr().out
    assert len(said) < 4000
    assert "prints more than this" in said


def test_a_few_prints_are_shown(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    def linear(w: Any, x: Any) -> float:
        print("shape", w.shape)
        return w @ x

    notebook["linear"] = linear
    check("linear")
    said = capsys.readouterr().out
    assert "shape (3,)" in said
    assert "prints more" not in said


def test_closing_the_output_does_no_harm(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    def linear(w: Any, x: Any) -> float:
        if sys.stdout:
            sys.stdout.close()
        sys.stdout = None
        return w @ x

    notebook["linear"] = linear
    assert check("linear") == 1.0
    assert "right" in capsys.readouterr().out
