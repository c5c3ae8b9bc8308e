"""What a Value is tried on, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.call_budget import Tally
from barprop.answers.calls import AnswerError, Run, same
from barprop.answers.untrusted import is_array, is_row
from barprop.exercises.n06_autograd.expressions import (
    Expression,
    combine,
    drive_expressions,
    expression_values,
    expressions_case,
    new_value,
    read,
)
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Values

_LEAD_BACK = "lead back to a and b"
_DEPTH = 1100  # deeper than Python's own limit of 1,000 nested calls
_RUNGS = 60  # 2**60 paths

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


def _pairs(makes: dict[str, Callable[..., Any]], left: str = "a", right: str = "b", after: str = "") -> list[Expression]:
    return [Expression(f"{left} {op} {right}{after}", (left, right), make) for op, make in makes.items()]


_WITH_ITSELF = [
    Expression("a - a", ("a",), lambda call, a: (a - a) + a, data=False),
    Expression("a / a", ("a",), lambda call, a: (a / a) * a, data=False),
]
NEGATE = Expression("-a", ("a",), lambda call, a: -a)
POWER = Expression("a ** k", ("a", "k"), lambda call, a, k: a**k)


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
    args = {"A": draw(rng, 1, 3), "B": draw(rng, 3, 1), "a": draw(rng, 3), "b": draw(rng, 3)}
    yield expressions_case("one", "one row, one column", args, "A B a b", every)
    args = {"C": read_only(draw(rng, 4, 2)), "A": draw(rng, 2, 3), "c": read_only(draw(rng, 3)), "a": draw(rng, 2)}
    sides = [("C", "A"), ("A", "c"), ("C", "a")]
    constant = [Expression(f"{left} @ {right}", (left, right), _matmul) for left, right in sides]
    yield expressions_case("constant", "an array C or c on one side", args, "A a", constant)


# --- sum --------------------------------------------------------------------------------------


SUMS: dict[str, dict[str, Any]] = {
    "a.sum()": {},
    "a.sum(axis=0)": {"axis": 0},
    "a.sum(axis=1)": {"axis": 1},
    "a.sum(axis=-1)": {"axis": -1},
    "a.sum(axis=0, keepdims=True)": {"axis": 0, "keepdims": True},
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
    yield expressions_case("plain", "a number", {"a": draw(rng)}, "a", plain[:1])


# --- the nonlinear steps ----------------------------------------------------------------------

NONLINEAR = ("a.exp()", "a.log()", "a.relu()", "a.tanh()")


def _nonlinear_expressions(*methods: str, weighed: bool = False) -> list[Expression]:
    def one(method: str) -> Expression:
        if weighed:
            return Expression(f"a.{method}()", ("a", "w"), lambda call, a, w: call(a, method) * w)
        return Expression(f"a.{method}()", ("a",), lambda call, a: call(a, method))

    return [one(method) for method in methods]


def _nonlinear(rng: np.random.Generator) -> Iterator[Case]:
    both = _nonlinear_expressions("exp", "relu", "tanh")
    yield expressions_case("plain", "a of both signs", {"a": draw(rng, 2, 3)}, "a", both)
    yield expressions_case("plain", "log of positive numbers", {"a": positive(rng, 4)}, "a", _nonlinear_expressions("log"))
    args = {"a": draw(rng, 5), "w": read_only(draw(rng, 5))}
    yield expressions_case("weighed", "then times an array w", args, "a",
                           _nonlinear_expressions("exp", "relu", "tanh", weighed=True))  # fmt: skip
    args = {"a": positive(rng, 4), "w": read_only(draw(rng, 4))}
    yield expressions_case("weighed", "the same for log", args, "a", _nonlinear_expressions("log", weighed=True))
    args = {"a": np.array([0.0, 1.5, -0.7])}
    yield expressions_case("at zero", "relu at 0", args, "a", _nonlinear_expressions("relu"), left=True)
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
_MIRRORED = Expression("an uneven diamond", _FOUR_LEAVES, _uneven_mirrored, reads=("a",), data=False)


def _backward(rng: np.random.Generator) -> Iterator[Case]:
    yield expressions_case("self", "a used twice in one step", {"a": draw(rng, 3)}, "a", [SQUARE, DOUBLE])
    for kind, label, expression in (
        ("diamond", "a diamond: s = a b, s c + s d", DIAMOND),
        ("uneven", "an uneven diamond: s + (s c) d", UNEVEN),
        ("mirrored", "its mirror image: (s c) d + s", _MIRRORED),
    ):
        args = {name: draw(rng, 2, 2) for name in _FOUR_LEAVES}
        yield expressions_case(kind, label, args, "a b c d", [expression])
    args = {name: draw(rng, 2, 3) for name in "abc"}
    for label, story, outputs in _STORIES:
        yield Case(label, args, {"kind": "story", "story": story, "right": outputs})


def _again(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """backward() twice, then from another node that shares a."""
    a, b, c = (new_value(run, case.args[name]) for name in "abc")
    s = combine(run, "a * b", _multiply, a, b)
    out, other = combine(run, "s * c", _multiply, s, c), combine(run, "a * c", _multiply, a, c)
    run.send(out, "backward")
    yield "bar of the result itself", read(run, out, "bar")
    yield "bar of a step on the way", read(run, s, "bar")
    run.send(out, "backward")
    yield "a.bar after a second backward()", read(run, a, "bar")
    run.send(other, "backward")
    yield "a.bar after backward() from another node", read(run, a, "bar")


def _again_values(case: Case) -> Values:
    operands = {name: case.args[name] for name in "abc"}
    product = Expression("", ("a", "b", "c"), lambda call, a, b, c: (a * b) * c)
    other = Expression("", ("a", "c"), _multiply)
    step = expressions_case("", "", {"a": operands["a"], "b": operands["c"]}, "a b", [Expression("", ("a", "b"), _multiply)])
    bars = expression_values(expressions_case("", "", operands, "a", [product]))
    return {
        "bar of the result itself": np.ones(np.shape(case.a)),
        "bar of a step on the way": expression_values(step)["a.bar in "],
        "a.bar after a second backward()": bars["a.bar in "],
        "a.bar after backward() from another node": expression_values(
            expressions_case("", "", operands, "a", [other])
        )["a.bar in "],
    }


def _parents(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Walk along .parents: both inputs must be met, as the very same objects, and have no parents themselves."""
    a, b = new_value(run, case.a), new_value(run, case.b)
    out = combine(run, "a * b + a", lambda call, a, b: a * b + a, a, b)
    met: list[Any] = []
    todo = [out]
    while todo and len(met) < 30:
        node = todo.pop()
        met.append(node)
        parents = run.get(node, "parents")
        if not is_row(parents):
            raise AnswerError(".parents should be a tuple of Values, empty for one that was made from nothing.")
        todo += [parent for parent in parents[:10] if not any(parent is other for other in met)]
    ends = all(len(run.get(leaf, "parents")) == 0 for leaf in (a, b))
    found = all(any(node is leaf for node in met) for leaf in (a, b))
    if not found or not ends:
        yield ".parents", "do not lead back to a and b, and no further"
        return
    before = len(run.get(out, "parents"))
    run.send(out, "backward")
    yield ".parents", _LEAD_BACK if len(run.get(out, "parents")) == before else "are gone after backward()"


def _own_bars(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """After backward() the bar of a step in the middle is still what came in there, whatever the step does with it."""
    given, w = np.abs(case.args["a"]), case.args["b"]
    steps: dict[str, Callable[..., Any]] = {
        f"a.{method}()": lambda call, a, method=method: call(a, method) for method in ("exp", "log", "relu", "tanh")
    }
    steps |= {"-a": lambda call, a: -a, "a ** 3": lambda call, a: a**3, "a / 2": lambda call, a: a / 2.0}
    steps |= {"a * 2": lambda call, a: a * 2.0, "2 - a": lambda call, a: 2.0 - a, "2 / a": lambda call, a: 2.0 / a}
    tried = 0
    for label, make in steps.items():
        try:
            step = combine(run, label, make, new_value(run, given))
            run.send(combine(run, f"{label} * w", _multiply_all, step, w), "backward")
        except AnswerError:  # a step that is not written yet is another part's affair
            continue
        tried += 1
        bar = read(run, step, "bar")
        if not same(bar, np.array(w)):
            empty = is_array(bar) and not bar.any()
            yield "the bar of a step", "stays at zero" if empty else "is changed by its own way back"
            return
    if not tried:
        raise AnswerError("No step can be walked back through yet.")
    yield "the bar of a step", "stays what came in"


def _multiply_all(call: Any, step: Any, w: Any) -> Any:
    return step * w


def _chain(call: Any, a: Any) -> Any:
    out = a
    for _ in range(_DEPTH):
        out = out + a
    return out


def _rungs(call: Any, a: Any) -> Any:
    for _ in range(_RUNGS):
        a = a + a
    return a


def _deep(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """A chain deeper than Python's limit of nested calls: a added to itself again and again."""
    a = new_value(run, 1.5)
    out = combine(run, "a + a", _chain, a)
    try:
        run.send(out, "backward")
    except AnswerError as error:
        if error.kind != "recursion":
            raise
        yield "a deep graph", "Python's limit of nested calls was hit"
        return
    yield "a deep graph", "right bars" if read(run, a, "bar") == _DEPTH + 1 else "wrong bars"


def _ladder(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """y = y + y, sixty times: 61 nodes and 2**60 paths."""
    a = new_value(run, 1.5)
    out = combine(run, "a + a", _rungs, a)
    tally = Tally()
    try:
        with tally:
            run.send(out, "backward")
    except AnswerError:
        if not tally.exceeded:
            raise
        yield "sixty diamonds in a row", "far more calls are made than there are nodes"
        return
    yield "sixty diamonds in a row", "right bars" if read(run, a, "bar") == 2**_RUNGS else "wrong bars"


def _words(**right: str) -> Callable[[Case], Values]:
    return lambda case: {name.replace("_", " "): word for name, word in right.items()}


_STORIES: tuple[tuple[str, Callable[..., Any], Callable[[Case], Values]], ...] = (
    ("backward() again", _again, _again_values),
    (".parents", _parents, lambda case: {".parents": _LEAD_BACK}),
    ("bars of steps in the middle", _own_bars, lambda case: {"the bar of a step": "stays what came in"}),
    (f"a chain of {_DEPTH:,} steps", _deep, _words(a_deep_graph="right bars")),
    ("sixty diamonds in a row", _ladder, _words(sixty_diamonds_in_a_row="right bars")),
)

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
    """Every case, part after part."""
    for part in _PARTS.values():
        yield from part(rng)


def part_outputs() -> dict[str, tuple[str, ...]]:
    """The outputs of each part, as its cases name them."""
    found: dict[str, dict[str, None]] = {}
    for name, part in _PARTS.items():
        found[name] = {}
        for case in part(np.random.default_rng(0)):
            if case.kind == "story":
                found[name] |= dict.fromkeys(case.right(case))
            else:
                for expression in case.expressions:
                    found[name] |= dict.fromkeys(expression.outputs(case.values))
    return {name: tuple(outputs) for name, outputs in found.items()}


def value_oracle(case: Case) -> Values:
    """The right values of a case."""
    return case.right(case) if case.kind == "story" else expression_values(case)


def value_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Try one case on Values."""
    if case.kind == "story":
        yield "tried", True
        yield from case.story(run, case)
    else:
        yield from drive_expressions(run, case)
