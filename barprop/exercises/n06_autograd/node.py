"""Node: the tape with two kinds of step, + and *."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from barprop.exercises.n06_autograd.expressions import Expression, expressions_case
from barprop.exercises.n06_autograd.stories import AGAIN, LADDER, PARENTS, story_case
from barprop.exercises.n06_autograd.value_guesses import value_guesses
from barprop.exercises.n06_autograd.value_mistakes import NODE_MISTAKES
from barprop.exercises.n06_autograd.value_probes import (
    DIAMOND,
    DOUBLE,
    MIRRORED,
    PLUS_TIMES,
    PLUS_TIMES_CHAINED,
    SQUARE,
    UNEVEN,
    value_drive,
    value_oracle,
)
from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import Case, Exercise, Part


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(kind: str, label: str, args: dict[str, Any], expressions: list[Expression]) -> Case:
        return expressions_case(kind, label, args, " ".join(args), expressions, made="Node")

    yield case("pair", "two numbers", {"a": draw(rng), "b": draw(rng)}, PLUS_TIMES)
    yield case("pair", "two arrays of one shape", {"a": draw(rng, 2, 3), "b": read_only(draw(rng, 2, 3))}, PLUS_TIMES)
    whole = {"a": rng.integers(2, 9, 4), "b": read_only(-rng.integers(2, 9, 4))}
    yield case("pair", "whole numbers", whole, PLUS_TIMES)
    zeros = {"a": np.append(draw(rng, 2), 0.0), "b": np.append(0.0, draw(rng, 2))}
    yield case("zero", "a 0 in a and in b", zeros, PLUS_TIMES)
    yield case("chained", "two steps in a row", {"a": draw(rng, 2, 3), "b": draw(rng, 2, 3)}, PLUS_TIMES_CHAINED)
    yield case("self", "a used twice in one step", {"a": draw(rng, 3)}, [SQUARE, DOUBLE])
    for kind, label, expression in (
        ("diamond", "a diamond: s = a b, s c + s d", DIAMOND),
        ("uneven", "an uneven diamond: s + (s c) d", UNEVEN),
        ("mirrored", "its mirror image: (s c) d + s", MIRRORED),
    ):
        yield case(kind, label, {name: draw(rng, 2, 2) for name in expression.operands}, [expression])
    args = {name: draw(rng, 2, 3) for name in "abc"}
    for story in (AGAIN, PARENTS, LADDER):
        yield story_case(story, args, "Node")


_STEPS = ("a + b", "a.bar in a + b", "b.bar in a + b", "a * b", "a.bar in a * b", "b.bar in a * b", ".parents")
_WALK = (
    "a.bar in a * a",
    "a.bar in a + a",
    "a.bar in a diamond",
    "a.bar in an uneven diamond",
    "bar of the result itself",
    "bar of a step on the way",
    "a.bar after a second backward()",
    "a.bar after backward() from another node",
    "sixty diamonds in a row",
)

NODE = Exercise(
    name="Node",
    signature="Node(data): .data, .bar, .parents, .backward(), + *",
    outputs=(*_STEPS, *_WALK),
    points=5,
    parts=(Part("steps", 2, _STEPS), Part("backward", 3, _WALK)),
    minutes=25,
    level=2,
    statements=("L21",),
    needs=("topological_order",),
    probes=_probes,
    oracle=value_oracle,
    drive=value_drive,
    mistakes=NODE_MISTAKES,
    guesses=value_guesses,
)
