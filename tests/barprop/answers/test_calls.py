"""Calls of an answer: on copies, and what is remarked on them."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from barprop.answers.calls import Namespace, Run
from barprop.answers.failures import AnswerError, Guard

RNG = np.random.default_rng


def called(function: Any, *args: Any) -> tuple[Any, list[str]]:
    """What a call gives, and the remarks on it."""
    run = Run(Namespace({"f": function}))
    return run("f", *args), [remark.text for remark in run.remarks]


def test_a_well_behaved_call() -> None:
    assert called(lambda x, y: x + y, 1.0, 2.0) == (3.0, [])


def test_arguments_are_copies() -> None:
    x = np.ones(3)

    def f(x: Any) -> float:
        x += 1
        return 0.0

    _, remarks = called(f, x)
    assert remarks == ["f changes its argument x; work on a copy: x.copy() makes one, np.asarray(x) does not."]
    assert (x == 1).all()


def test_a_copy_of_a_list_holds_the_same_arrays() -> None:
    def f(w: list[Any]) -> float:
        w = list(w)
        w[0] += 1
        return 0.0

    _, remarks = called(f, [np.ones(2)])
    said = "f changes the arrays in its argument w: copy each of them, for a copy of w alone holds the same arrays."
    assert remarks == [said]


def test_read_only_and_fortran_order_arrive() -> None:
    x = np.asfortranarray(np.ones((2, 3)))
    x.flags.writeable = False
    flags, _ = called(lambda x: [x.flags.f_contiguous, x.flags.writeable], x)
    assert flags == [True, False]
    with pytest.raises(AnswerError, match="writes into an array that was given to it"):
        called(lambda x: x.fill(0.0), x)


@pytest.mark.parametrize(
    "share", [lambda x: x, lambda x: x[1:], lambda x: x.T, lambda x: (1.0, [x]), lambda x: {"x": x.reshape(1, -1)}]
)
def test_a_shared_argument_is_remarked(share: Any) -> None:
    run = Run(Namespace({"f": share}))
    run("f", np.ones(3))
    (remark,) = run.remarks
    assert remark.text == "f returns memory of one of its arguments; return a new array (.copy())."


def test_changes_deep_inside_are_remarked() -> None:
    def f(cache: dict, w: list) -> float:
        cache["h"]["z"] = 2.0
        w[0][0] = 5.0
        return 1.0

    _, remarks = called(f, {"h": {"z": 1.0}}, [(np.ones(1),), np.ones(2)][:1] and [[1.0], [2.0]])
    assert [remark.split("argument ")[1][0] for remark in remarks] == ["c", "w"]


@pytest.mark.parametrize("message", ["", "Unable to allocate 8 GiB"])
def test_an_answer_that_ran_out_of_memory_holds_none(message: str) -> None:
    held: list[weakref.ref] = []
    names = {
        "__name__": "__main__",
        "np": np,
        "look": lambda array: held.append(weakref.ref(array)),
        "message": message,
    }
    exec("def answer():\n    large = np.zeros(9)\n    look(large)\n    raise MemoryError(message)", names)
    gc.disable()  # the next answer cannot wait for it
    try:
        with pytest.raises(AnswerError) as caught, Guard("answer"):
            names["answer"]()
        assert held[0]() is None, caught.value
    finally:
        gc.enable()
