"""What a Value is tried on, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.exercises.n06_autograd.expressions import (
    Expression,
    drive_expressions,
    expression_values,
    expressions_case,
)
from barprop.exercises.n06_autograd.stories import AGAIN, DEEP, LADDER, OWN_BARS, PARENTS, story_case, story_values
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Values

# --- operators and constants ------------------------------------------------------------------


def _add(call: Any, a: Any, b: Any) -> Any:
    return a + b


def _subtract(call: Any, a: Any, b: Any) -> Any:
    return a - b


def _multiply(call: Any, a: Any, b: Any) -> Any:
    return a * b


def _divide(call: Any, a: Any, b: Any) -> Any:
    return a / b


_FOUR = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}
# The same step twice, so that the bar that comes in is not 1.
_CHAINED: dict[str, Callable[..., Any]] = {
    "+": lambda call, a, b: (a + b) + (a + b),
    "-": lambda call, a, b: (lambda s: s - (b - s))(a - b),
    "*": lambda call, a, b: (a * b) * (b * b),
    "/": lambda call, a, b: (a / b) / (b / a),
}


def _pairs(
    makes: dict[str, Callable[..., Any]], left: str = "a", right: str = "b", after: str = ""
) -> list[Expression]:
    return [Expression(f"{left} {op} {right}{after}", (left, right), make) for op, make in makes.items()]


PLUS_TIMES = _pairs({op: _FOUR[op] for op in "+*"})
PLUS_TIMES_CHAINED = _pairs({op: _CHAINED[op] for op in "+*"})
_WITH_ITSELF = [
    Expression("a - a", ("a",), lambda call, a: (a - a) + a, data=False),
    Expression("a / a", ("a",), lambda call, a: (a / a) * a, data=False),
]


def _beside(step: Expression, *others: str) -> Expression:
    """Use the operands beside the step as well: what the step sends back is added to what is there, not put in its place."""

    def make(call: Any, *operands: Any) -> Any:
        out = step.make(call, *operands)
        for name, operand in zip(step.operands, operands, strict=True):
            if name in (others or ("a",)):
                out = out + operand
        return out

    return Expression(step.name, step.operands, make, data=False)


def _twice(step: Expression) -> Expression:
    """Take the step twice and add: as with _beside, but nothing is broadcast, which is graded elsewhere."""

    def make(call: Any, *operands: Any) -> Any:
        return step.make(call, *operands) + step.make(call, *operands)

    return Expression(step.name, step.operands, make, data=False)


_BESIDE = "a used beside the step as well"
NEGATE = Expression("-a", ("a",), lambda call, a: -a)
POWER = Expression("a ** k", ("a", "k"), lambda call, a, k: a**k)
# An uneven bar comes in: a step that forgets the comma hands its first entry to everybody.
_ONE_WEIGHED = [
    Expression("-a", ("a", "w"), lambda call, a, w: (-a) * w),
    Expression("a ** k", ("a", "k", "w"), lambda call, a, k, w: a**k * w),
]


def _operators(rng: np.random.Generator) -> Iterator[Case]:
    def case(kind: str, label: str, args: dict[str, Any], expressions: list[Expression]) -> Case:
        return expressions_case(kind, label, args, "a b", expressions)

    yield case("pair", "two arrays of one shape", {"a": draw(rng, 2, 3), "b": draw(rng, 2, 3)}, _pairs(_FOUR))
    yield case("itself", "a with itself", {"a": draw(rng, 3)}, _WITH_ITSELF)
    yield case("chained", "two steps in a row", {"a": draw(rng, 2, 3), "b": draw(rng, 2, 3)}, _pairs(_CHAINED))
    yield case("numbers", "numbers", {"a": draw(rng), "b": draw(rng)}, _pairs(_FOUR))
    whole = {"a": rng.integers(2, 9, 4), "b": read_only(-rng.integers(2, 9, 4))}
    yield case("whole", "whole numbers", whole, _pairs(_FOUR))
    yield case("one", "one array, k = 3", {"a": draw(rng, 4), "k": 3}, [NEGATE, POWER])
    yield case("one", "k = -1.5", {"a": positive(rng, 2, 2), "k": -1.5}, [NEGATE, POWER])
    for k in (2, 1, -2):  # an even power forgets the sign, its bar does not
        yield case("one", f"below 0, k = {k}", {"a": -positive(rng, 3), "k": k}, [POWER])
    yield case("whole", "whole numbers, k = -1", {"a": rng.integers(2, 9, 3), "k": -1}, [POWER])
    yield case("zero", "k = 0", {"a": draw(rng, 3), "k": 0}, [POWER])
    yield case("zero", "a 0 in a, k = 2", {"a": np.append(draw(rng, 2), 0.0), "k": 2}, [POWER])
    zeros = {"a": np.append(draw(rng, 2), 0.0), "b": np.append(0.0, draw(rng, 2))}
    yield case("zero", "a 0 in a and in b", zeros, _pairs({op: _FOUR[op] for op in "+-*"}))
    weighed = {"a": draw(rng, 3), "k": 3, "w": read_only(draw(rng, 3))}
    yield case("weighed", "then times an array w", weighed, _ONE_WEIGHED)
    beside = [_beside(NEGATE), _beside(POWER)]
    yield case("beside", _BESIDE, {"a": positive(rng, 3), "k": 3}, beside)
    chained = [
        Expression("-a", ("a",), lambda call, a: (lambda s: -s)(-a)),
        Expression("a ** k", ("a", "k"), lambda call, a, k: (a**k) ** 2),
    ]
    yield case("chained", "two steps in a row, k = 0.5", {"a": positive(rng, 3), "k": 0.5}, chained)


def _with_constant(makes: dict[str, Callable[..., Any]], after: str = "") -> list[Expression]:
    """Value and constant in either order, operator by operator."""
    both = zip(_pairs(makes, "a", "c", after), _pairs(makes, "c", "a", after), strict=True)
    return [expression for pair in both for expression in pair]


_TWICE_WITH_CONSTANT = [
    expression
    for op, right, left in (
        ("+", lambda call, a, c: (a + c) + c, lambda call, c, a: c + (c + a)),
        ("-", lambda call, a, c: (a - c) - c, lambda call, c, a: c - (c - a)),
        ("*", lambda call, a, c: (a * c) * c, lambda call, c, a: c * (c * a)),
        ("/", lambda call, a, c: (a / c) / c, lambda call, c, a: c / (c / a)),
    )
    for expression in (Expression(f"a {op} c", ("a", "c"), right), Expression(f"c {op} a", ("c", "a"), left))
]


def _constants(rng: np.random.Generator) -> Iterator[Case]:
    array = read_only(draw(rng, 2, 3))
    for label, c in (("a number c", draw(rng)), ("an array c", array), ("a whole number c", 3), ("a 0-d array c",
                     np.array(draw(rng))), ("a NumPy number c", np.float64(draw(rng)))):  # fmt: skip
        args = {"a": draw(rng, 2, 3), "c": c}
        yield expressions_case("constant", f"{label}, either side", args, "a", _with_constant(_FOUR))
    args = {"a": draw(rng), "c": draw(rng)}
    yield expressions_case("twice", "a number c, two steps in a row", args, "a", _TWICE_WITH_CONSTANT)


# --- broadcasting -----------------------------------------------------------------------------

AFTER = ", broadcast"
_WEIGHED = {"+": lambda call, a, b, w: (a + b) * w, "-": lambda call, a, b, w: (a - b) * w}


def _broadcasting(rng: np.random.Generator) -> Iterator[Case]:
    four = _pairs(_FOUR, after=AFTER)
    shapes = [((4, 3), (3,)), ((4, 1), (4, 3)), ((1, 3), (4, 1)), ((), (2, 3)), ((2, 4, 3), (4, 1)), ((3,), (2, 1, 1))]
    for a, b in shapes:
        args = {"a": draw(rng, *a), "b": draw(rng, *b)}
        yield expressions_case("broadcast", f"shapes {a} and {b}", args, "a b", four)
    args = {"a": draw(rng, 3), "b": draw(rng, 3, 3), "w": read_only(draw(rng, 3, 3))}
    weighed = [Expression(f"a {op} b{AFTER}", ("a", "b", "w"), make) for op, make in _WEIGHED.items()]
    yield expressions_case("broadcast", "shapes (3,) and (3, 3), then times an array", args, "a b", weighed)
    args = {"a": draw(rng, 3), "c": read_only(draw(rng, 4, 3))}
    yield expressions_case("broadcast", "an array c of shape (4, 3), a of shape (3,)", args, "a",
                           _with_constant({op: _FOUR[op] for op in "+*"}, AFTER))  # fmt: skip


# --- matmul -----------------------------------------------------------------------------------


def _matmul(call: Any, a: Any, b: Any) -> Any:
    return a @ b


_MATRICES = ("A", "B"), ("A", "b"), ("a", "B"), ("a", "b")


def _matmuls(rng: np.random.Generator) -> Iterator[Case]:
    every = [Expression(f"{left} @ {right}", (left, right), _matmul) for left, right in _MATRICES]
    for kind, label, n, k, m in (("one", "A (2, 3), B (3, 4)", 2, 3, 4), ("square", "A and B (3, 3)", 3, 3, 3)):
        args = {"A": draw(rng, n, k), "B": draw(rng, k, m), "a": draw(rng, k), "b": draw(rng, k)}
        yield expressions_case(kind, f"{label}, a and b (3,)", args, "A B a b", every)
    chained = [
        Expression("A @ B", ("A", "B", "C", "D"), lambda call, A, B, C, D: C @ (A @ B) @ D, ("A", "B")),
        Expression("A @ b", ("A", "b", "d"), lambda call, A, b, d: d @ (A @ b), ("A", "b")),
        Expression("a @ B", ("a", "B", "e"), lambda call, a, B, e: (a @ B) @ e, ("a", "B")),
        Expression("a @ b", ("a", "b"), lambda call, a, b: (lambda s: s * s)(a @ b)),
    ]
    args = {"A": np.asfortranarray(draw(rng, 2, 3)), "B": draw(rng, 3, 4), "a": draw(rng, 3), "b": draw(rng, 3),
            "C": draw(rng, 5, 2), "D": draw(rng, 4, 2), "d": draw(rng, 2), "e": draw(rng, 4)}  # fmt: skip
    yield expressions_case("chained", "two products in a row", args, "A B C D a b d e", chained)
    alone = Expression("a @ a", ("a",), lambda call, a: a @ a, data=False)
    yield expressions_case("itself", "a with itself", {"a": draw(rng, 3)}, "a", [alone])
    beside = [_beside(expression, "A", "B") for expression in every[:1]]
    args = {"A": draw(rng, 3, 3), "B": draw(rng, 3, 3)}
    yield expressions_case("beside", "A and B used beside the step as well", args, "A B", beside)
    args = {"A": draw(rng, 1, 3), "B": draw(rng, 3, 1), "a": draw(rng, 3), "b": draw(rng, 3)}
    yield expressions_case("one", "one row, one column", args, "A B a b", every)
    args = {"C": read_only(draw(rng, 4, 2)), "A": draw(rng, 2, 3), "c": read_only(draw(rng, 3)), "a": draw(rng, 2)}
    sides = [("C", "A"), ("A", "c"), ("C", "a")]
    constant = [Expression(f"{left} @ {right}", (left, right), _matmul) for left, right in sides]
    yield expressions_case("constant", "an array C or c on one side", args, "A a", constant)
    args = {"C": read_only(draw(rng, 3, 3)), "A": draw(rng, 3, 3), "a": draw(rng, 3)}
    turned = [Expression(f"C @ {right}", ("C", right), _matmul) for right in "Aa"]
    yield expressions_case("turned", "a square array C on the left", args, "A a", turned)


# --- sum --------------------------------------------------------------------------------------


SUMS: dict[str, dict[str, Any]] = {
    "a.sum()": {},
    "a.sum(axis=0)": {"axis": 0},
    "a.sum(axis=1)": {"axis": 1},
    "a.sum(axis=-1)": {"axis": -1},
    "a.sum(axis=0, keepdims=True)": {"axis": 0, "keepdims": True},
    "a.sum(axis=1, keepdims=True)": {"axis": 1, "keepdims": True},
    "a.sum(keepdims=True)": {"keepdims": True},
    "a.sum(axis=-2)": {"axis": -2},
    "a.sum(axis=(0, 2))": {"axis": (0, 2)},
    "a.sum(axis=(0, 2), keepdims=True)": {"axis": (0, 2), "keepdims": True},
}


def _sum_expression(text: str, w: np.ndarray | None = None) -> Expression:
    """a.sum(...), afterwards times w so that the bar that comes in differs from entry to entry."""

    def make(call: Any, a: Any) -> Any:
        total = call(a, "sum", **SUMS[text])
        return total if w is None else total * w

    return Expression(text, ("a",), make)


def _weighed_sums(rng: np.random.Generator, kind: str, shape: tuple[int, ...], *texts: str) -> Case:
    a = draw(rng, *shape)
    weighed = [_sum_expression(text, read_only(draw(rng, *np.sum(a, **SUMS[text]).shape, 1)[..., 0])) for text in texts]
    return expressions_case(kind, f"a {shape}, afterwards times an array", {"a": a}, "a", weighed)


def _sums(rng: np.random.Generator) -> Iterator[Case]:
    flat = [text for text in SUMS if "(0, 2)" not in text]
    plain = [_sum_expression(text) for text in flat]
    yield expressions_case("plain", "a (2, 3)", {"a": draw(rng, 2, 3)}, "a", plain)
    yield _weighed_sums(rng, "weighed", (4, 2), *flat)
    yield _weighed_sums(rng, "square", (3, 3), *flat)
    yield _weighed_sums(rng, "weighed", (2, 4, 3), "a.sum(axis=(0, 2))", "a.sum(axis=1)", "a.sum(axis=-1)",
                         "a.sum(axis=-2)", "a.sum(axis=(0, 2), keepdims=True)")  # fmt: skip
    yield expressions_case("plain", "a (3,)", {"a": draw(rng, 3)}, "a", plain[:2])
    twice = [_twice(expression) for expression in plain[:2]]
    yield expressions_case("beside", "a summed twice", {"a": draw(rng, 2, 3)}, "a", twice)
    yield expressions_case("plain", "a number", {"a": draw(rng)}, "a", plain[:1])


# --- the nonlinear steps ----------------------------------------------------------------------


def _nonlinear_expressions(*methods: str, weighed: bool = False) -> list[Expression]:
    def one(method: str) -> Expression:
        if weighed:
            return Expression(f"a.{method}()", ("a", "w"), lambda call, a, w: call(a, method) * w)
        return Expression(f"a.{method}()", ("a",), lambda call, a: call(a, method))

    return [one(method) for method in methods]


def _nonlinear(rng: np.random.Generator) -> Iterator[Case]:
    both = _nonlinear_expressions("exp", "relu", "tanh")
    signs = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])  # fixed: relu must let some through in each row, not all
    yield expressions_case("plain", "a of both signs", {"a": positive(rng, 2, 3) * signs}, "a", both)
    yield expressions_case(
        "plain", "log of positive numbers", {"a": positive(rng, 4)}, "a", _nonlinear_expressions("log")
    )
    args = {"a": positive(rng, 5) * [1.0, -1.0, 1.0, 1.0, -1.0], "w": read_only(draw(rng, 5))}
    yield expressions_case("weighed", "then times an array w", args, "a",
                           _nonlinear_expressions("exp", "relu", "tanh", weighed=True))  # fmt: skip
    args = {"a": positive(rng, 4), "w": read_only(draw(rng, 4))}
    yield expressions_case("weighed", "the same for log", args, "a", _nonlinear_expressions("log", weighed=True))
    steps = _nonlinear_expressions("exp", "log", "relu", "tanh")
    yield expressions_case("beside", _BESIDE, {"a": positive(rng, 3)}, "a", [_beside(step) for step in steps])
    args = {"a": np.array([0.0, 1.5, -0.7])}
    yield expressions_case("at zero", "relu at 0", args, "a", _nonlinear_expressions("relu"), left=True)
    args = {"a": np.array([400.0, -400.0, 800.0])}
    yield expressions_case("far out", "tanh very far out", args, "a", _nonlinear_expressions("tanh"))
    every = _nonlinear_expressions("exp", "log", "relu", "tanh")
    yield expressions_case("plain", "a number", {"a": positive(rng)}, "a", every)
    yield expressions_case("plain", "whole numbers", {"a": rng.integers(1, 4, 3)}, "a", every)


# --- backward ---------------------------------------------------------------------------------


def _uneven(call: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    s = a * b
    return s + (s * c) * d


def _uneven_mirrored(call: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    s = a * b
    return (s * c) * d + s


def _diamond(call: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    s = a * b
    return s * c + s * d


SQUARE = Expression("a * a", ("a",), lambda call, a: a * a, data=False)
DOUBLE = Expression("a + a", ("a",), lambda call, a: a + a, data=False)
_FOUR_LEAVES = ("a", "b", "c", "d")
DIAMOND = Expression("a diamond", _FOUR_LEAVES, _diamond, reads=("a",), data=False)
UNEVEN = Expression("an uneven diamond", _FOUR_LEAVES, _uneven, reads=("a",), data=False)
MIRRORED = Expression("an uneven diamond", _FOUR_LEAVES, _uneven_mirrored, reads=("a",), data=False)


def _backward(rng: np.random.Generator) -> Iterator[Case]:
    yield expressions_case("self", "a used twice in one step", {"a": draw(rng, 3)}, "a", [SQUARE, DOUBLE])
    for kind, label, expression in (
        ("diamond", "a diamond: s = a b, s c + s d", DIAMOND),
        ("uneven", "an uneven diamond: s + (s c) d", UNEVEN),
        ("mirrored", "its mirror image: (s c) d + s", MIRRORED),
    ):
        args = {name: draw(rng, 2, 2) for name in _FOUR_LEAVES}
        yield expressions_case(kind, label, args, "a b c d", [expression])
    args = {name: draw(rng, 2, 3) for name in "abc"}
    for story in (AGAIN, PARENTS, OWN_BARS, DEEP, LADDER):
        yield story_case(story, args, "Value")


# --- all of it --------------------------------------------------------------------------------

_PARTS: dict[str, Callable[[np.random.Generator], Iterator[Case]]] = {
    "operators": _operators,
    "constants": _constants,
    "broadcasting": _broadcasting,
    "matmul": _matmuls,
    "sum": _sums,
    "nonlinear": _nonlinear,
    "backward": _backward,
}


def value_probes(rng: np.random.Generator) -> Iterator[Case]:
    """Yield every case, part after part."""
    for part in _PARTS.values():
        yield from part(rng)


def part_outputs() -> dict[str, tuple[str, ...]]:
    """Return the outputs of each part, as its cases name them."""
    found: dict[str, dict[str, None]] = {}
    for name, part in _PARTS.items():
        found[name] = {}
        for case in part(np.random.default_rng(0)):
            if case.kind == "story":
                found[name] |= dict.fromkeys(story_values(case))
            else:
                for expression in case.expressions:
                    found[name] |= dict.fromkeys(expression.outputs(case.values))
    return {name: tuple(outputs) for name, outputs in found.items()}


def value_oracle(case: Case) -> Values:
    """Return the right values of a case."""
    return story_values(case) if case.kind == "story" else expression_values(case)


def value_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Try one case on Values."""
    if case.kind == "story":
        yield "tried", True
        yield from case.story(run, case)
    else:
        yield from drive_expressions(run, case)
