"""When a value is accepted, and what is said of one that is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from barprop.activations import ACTIVATIONS
from barprop.answers.untrusted import identical, row_of_numbers
from barprop.judging.compare import close, problem, show

RNG = np.random.default_rng


@pytest.mark.parametrize(
    ("got", "right"),
    [
        (1.0, 1.0),
        (1.0 + 9e-7, 1.0),
        (np.array(2.0), 2.0),
        (2, 2.0),
        ([1.0], [1.0]),
        (np.float32(0.5), 0.5),
        (np.arange(3), np.arange(3.0)),
        (np.array([1e9, 1e-9]), np.array([1e9, 0.0])),  # on the scale of the largest entry
        (np.asfortranarray(np.ones((2, 3))), np.ones((2, 3))),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (np.inf, np.inf),
        ("possible", "possible"),
        (("a", "b"), ("a", "b")),
    ],
)
def test_accepted(got: Any, right: Any) -> None:
    assert problem("z", got, right) is None
    assert close(got, right)


@pytest.mark.parametrize(
    ("got", "right", "words"),
    [
        (1.0 + 2e-6, 1.0, "not the right value"),
        (1e-8, 0.0, "not the right value"),
        (-1.0, 1.0, "not the right value"),
        (np.array([1.0]), 1.0, "array of shape (1,); expected a single number"),
        (np.ones((3, 1)), np.ones(3), "shape (3, 1); expected an array of shape (3,)"),
        (1.0, np.ones(1), "a single number; expected an array of shape (1,)"),
        (np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 3.0]), "1 of 3 entries, the first at [2]"),
        (np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]), "1 of 2 entries, the first at [0, 1]"),
        (np.nan, 1.0, "NaN"),
        (np.array([1.0, np.inf]), np.ones(2), "infinity"),
        (np.inf, -np.inf, "not the right value"),
        (1.0, np.inf, "not the right value"),
        (None, 1.0, "is the `return` missing?"),
        (True, 1.0, "True or False"),
        ("x", "possible", "X."),
        (("b", "a"), ("a", "b"), "not right"),
        (1.0, "possible", "not right"),
    ],
)
def test_rejected_with_words(got: Any, right: Any, words: str) -> None:
    assert words in problem("z", got, right)
    assert not close(got, right)


def test_a_sentence_never_holds_the_right_number() -> None:
    assert "1.2345" not in problem("z", 7.0, 1.2345)
    assert "1.2345" not in problem("z", np.array([7.0, 1.2345]), np.array([1.2345, 1.2345]))


def test_same_is_bit_for_bit() -> None:
    assert identical({"a": [np.ones(2), (1.0, "x")]}, {"a": [np.ones(2), (1.0, "x")]})
    assert identical(np.array([np.nan]), np.array([np.nan]))
    assert not identical(np.ones(2), np.ones(2) + 1e-16 * 3)
    assert not identical(np.ones(2), np.ones((2, 1)))
    assert not identical(1.0, 1)
    assert not identical({"a": 1}, {"b": 1})
    assert not identical([1.0, 2.0], [1.0])


def test_rows_of_numbers() -> None:
    np.testing.assert_array_equal(row_of_numbers([1, 2.0, np.float32(3), np.array(4)]), [1, 2, 3, 4])
    np.testing.assert_array_equal(row_of_numbers(np.arange(3)), [0, 1, 2])
    assert row_of_numbers([]).shape == (0,)
    for value in (None, 3.0, "12", [1, "2"], [[1.0]], [True], [1j], np.ones((2, 2)), {1: 2}, [10**400], [np.ones(1)]):
        assert row_of_numbers(value) is None


def test_show() -> None:
    assert show(1 / 3) == "0.3333"
    assert show(np.array([1.0, -2.5])) == "[1, -2.5]"
    assert show(np.ones((2, 3))) == "array (2, 3)"
    assert show({"z": 1.5}) == "{z: 1.5}"
    assert show(ACTIVATIONS["tanh"]) == "tanh"
    assert show(lambda u: u) == "a function"
