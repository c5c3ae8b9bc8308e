"""Objects that lie about themselves, as value, as function and inside a value: one sentence, no points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.reference import REFERENCES
from tests.hostile import OBJECTS, WRAPPERS
from tests.verdict_tools import ONE_ARRAY, ONE_NUMBER, assert_worthless, verdict_on


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize("name", [ONE_NUMBER, ONE_ARRAY, "forward", "backward", "train", "order", "repeats"])
def test_hostile_object_as_value(name: str, kind: str) -> None:
    made = OBJECTS[kind]
    value = made() if name in ("order", "repeats") else lambda *args, **names: made()
    assert_worthless(name, value)


@pytest.mark.parametrize("kind", OBJECTS)
def test_hostile_object_as_function(kind: str) -> None:
    assert_worthless(ONE_NUMBER, OBJECTS[kind]())


@pytest.mark.parametrize("kind", OBJECTS)
def test_hostile_object_inside(kind: str) -> None:
    made = OBJECTS[kind]
    assert_worthless("forward", lambda *args: dict.fromkeys("zhel", made()))
    assert_worthless("train", lambda *args: (made(), made(), made()))
    assert_worthless("train", lambda *args: (made(), made(), [made()] * args[6]))
    assert_worthless("order", [made() for _ in range(7)])
    assert_worthless("repeats", {"dl_dv": made(), "dl_dw": made()})


@pytest.mark.parametrize("kind", WRAPPERS)
def test_a_right_value_in_disguise(kind: str) -> None:
    """Right underneath, but of a class that may say something else the next time it is asked."""
    wrap, reference = WRAPPERS[kind], REFERENCES.names
    assert_worthless(ONE_NUMBER, lambda w, x: wrap(reference["linear"](w, x)))
    assert_worthless(ONE_ARRAY, lambda z_bar, x: wrap(reference["bar_w"](z_bar, x)))


@pytest.mark.parametrize("kind", OBJECTS)
def test_hostile_object_left_in_an_argument(kind: str) -> None:
    def backward(cache: dict, *args: Any, **names: Any) -> dict:
        bars = REFERENCES.names["backward"](dict(cache), *args, **names)
        cache["e"] = OBJECTS[kind]()
        cache["self"] = cache
        return bars

    verdict = verdict_on("backward", backward)
    assert verdict.points == 0.5
    assert verdict.remarks == ("backward changes its argument cache; work on a copy.",)


def test_arguments_changed_in_form_only() -> None:
    def linear(w: Any, x: Any) -> float:
        z = float(w @ x)
        w.shape = (len(w), 1)
        return z

    verdict = verdict_on(ONE_NUMBER, linear)
    assert verdict.points == 0.5
    assert "changes its argument w" in verdict.remarks[0]


def test_giant_arrays_are_refused_quickly() -> None:
    giant = np.broadcast_to(1.0, (10**7, 10**5))  # 8 TB, were it written out
    assert_worthless(ONE_ARRAY, lambda z_bar, x: giant, "(10000000, 100000)", "(3,)")
    assert_worthless("train", lambda *args: (giant, giant, giant))


def test_order_is_not_talked_into_anything() -> None:
    class Agreeing(str):
        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

        def __lt__(self, other: object) -> bool:
            return False

        __hash__ = str.__hash__

    assert_worthless("order", [Agreeing("e") for _ in range(7)])
