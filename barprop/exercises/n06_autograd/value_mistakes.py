"""The mistakes students make when they write Value, by the values they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from barprop.exercises.n06_autograd.expressions import nudged, on_arrays
from barprop.exercises.n06_autograd.stories import FAR_MORE
from barprop.exercises.n06_autograd.value_probes import SUMS
from barprop.judging.exercise import Case, Mistake, Values
from barprop.numerics.steps import product

Change = Callable[[Case, Any], Any]


def _in(kind: str, changes: dict[str, Change]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in cases of one kind: output -> (case, right value) -> wrong value."""

    def wrong(case: Case, right: Values) -> Values | None:
        if case.kind != kind:
            return None
        with np.errstate(all="ignore"):  # a wrong formula may divide by zero
            return {name: change(case, right[name]) for name, change in changes.items() if name in right}

    return wrong


def _either(*wrongs: Callable[[Case, Values], Values | None]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in cases of several kinds."""
    return lambda case, right: next((w for wrong in wrongs if (w := wrong(case, right)) is not None), None)


def _minus(c: Case, right: Any) -> Any:
    return -right


def _ones(c: Case, right: Any) -> Any:
    return np.ones(np.shape(right))


def _zeros(c: Case, right: Any) -> Any:
    return np.zeros(np.shape(right))


def _half(c: Case, right: Any) -> Any:
    return right / 2


def _times(factor: float) -> Change:
    return lambda c, right: factor * right


def _seeded_with_data(case: Case, right: Values) -> Values | None:
    """Return the bars if the result's own value is the seed instead of ones."""
    if case.kind not in ("pair", "one", "constant", "plain"):
        return None
    found = {}
    for expression in case.expressions:
        if expression.name == "a.relu()":  # there it cannot be told from a relu that is multiplied by its value
            continue
        operands = {name: np.asarray(case.args[name], dtype=float) for name in expression.operands}
        for name in expression.read(case.values):
            found[expression.bar_of(name)] = nudged(expression, operands, name, operands[name], seed="data")
    return found


# --- broadcasting: what the bar is before anything is summed ----------------------------------


def _summed(how: Callable[[np.ndarray, tuple[int, ...]], Any]) -> Callable[[Case, Values], Values | None]:
    """Describe a wrong sum; `how`: (the bar in the result's shape, the operand's shape) -> the wrong bar."""

    def wrong(case: Case, right: Values) -> Values | None:
        if case.kind != "broadcast":
            return None
        found = {}
        for expression in case.expressions:
            operands = {name: np.asarray(case.args[name], dtype=float) for name in expression.operands}
            shape = np.shape(expression.make(on_arrays, *operands.values()))
            for name in expression.read(case.values):
                stretched = np.broadcast_to(operands[name], shape)
                found[expression.bar_of(name)] = how(
                    nudged(expression, operands, name, stretched), operands[name].shape
                )
        return found

    return wrong


def _only_in_front(bar: np.ndarray, shape: tuple[int, ...]) -> Any:
    return bar.sum(axis=tuple(range(bar.ndim - len(shape))))


def _ones_lost(bar: np.ndarray, shape: tuple[int, ...]) -> Any:
    lost = _rightly(bar, shape).reshape([n for n in shape if n != 1])
    try:
        return np.zeros(shape) + lost  # as it is added to the bar so far
    except ValueError:
        return lost


def _mean(bar: np.ndarray, shape: tuple[int, ...]) -> Any:
    size = int(np.prod(shape))
    return _rightly(bar, shape) * (size / bar.size)


def _rightly(bar: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over every place one entry went to, place by place."""
    places = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), bar.shape)
    return np.bincount(places.ravel(), bar.ravel()).reshape(shape)


def _last_axes(bar: np.ndarray, shape: tuple[int, ...]) -> Any:
    return bar.sum(axis=tuple(range(len(shape), bar.ndim)))


def _first_row(c: Case, right: Any) -> Any:
    return np.broadcast_to(right[0], right.shape) if np.ndim(right) else right


_ONE_PARENT = (  # the step, its bars, and the kinds of cases in which it is tried
    ("-a", ("a.bar in -a",), ("weighed", "one")),
    ("a ** k", ("a.bar in a ** k",), ("weighed", "one")),
    ("sum", tuple(f"a.bar in {text}" for text in SUMS), ("weighed", "square", "plain")),
    *((method, (f"a.bar in a.{method}()",), ("plain", "weighed")) for method in ("exp", "log", "relu", "tanh")),
)

_PILED_UP = "a.bar after a second backward()"
_FROM_ANOTHER = "a.bar after backward() from another node"
_LADDER = "sixty diamonds in a row"
_RESET = "Call backward() twice and the bars grow. Every bar in the graph has to start from zero, including those in the middle."
_TOO_EARLY = (
    "A node passed its bar on before all of it had arrived. Which order makes sure that everything made from a node "
    "comes before it?"
)

# s - (b - s) with s = a - b: the first bar of s goes on, and then both together
_VISITED_TWICE = _in("chained", {"a.bar in a - b": _times(3 / 2), "b.bar in a - b": _times(4 / 3)})

_DIAMONDS = ("a.bar in a diamond", "a.bar in an uneven diamond")
_SLOPES_ALONE: dict[str, Change] = {
    "a.bar in a - b": _ones,
    "b.bar in a - b": _zeros,
    "a.bar in a * b": lambda c, right: c.b,
    "b.bar in a * b": lambda c, right: c.a + 2 * c.b,
}

# --- in the order of the parts, the most specific first ---------------------------------------

VALUE_MISTAKES = (
    Mistake("seeded with the data", "The result's bar is seeded with its own value. How does the result change when it is nudged itself?",
            _either(_in("story", {"bar of the result itself": lambda c, right: product(product(c.a, c.b), c.c)}), _seeded_with_data)),
    Mistake("assigned instead of added", "To a node that is used twice a contribution comes back from each use. In yours the second overwrites the first.",
            _either(_in("self", {"a.bar in a * a": _half, "a.bar in a + a": _half}),
                    _in("chained", {"a.bar in a + b": _half, "b.bar in a + b": _half}))),
    Mistake("two bars in one array", "After a + b the bars of a and b are one array: `back` hands the same one to both, and yours keeps it as it came. `+=` on one then changes the other: keep a copy.",
            _in("chained", {"a.bar in a + b": _times(2), "b.bar in a + b": _times(2)})),
    Mistake("own value instead of the other's", "In a product each factor's bar needs the value of its partner. Yours reads its own.",
            _in("pair", {"a.bar in a * b": lambda c, right: c.a, "b.bar in a * b": lambda c, right: c.b})),
    Mistake("product like a sum", "The bar goes through your product unchanged, as it would through a sum.",
            _in("pair", {"a.bar in a * b": _ones, "b.bar in a * b": _ones})),
    Mistake("a - b the wrong way round", "a - b is computed as b - a.",
            _in("pair", {"a - b": _minus, "a.bar in a - b": _minus, "b.bar in a - b": _minus})),
    *(
        Mistake(f"the comma is missing in {step}", f"In {step}, `back` returns an array, and the first row of it was taken for the bar of the first parent. One bar alone is a tuple with a comma: `(bar * ...,)`.",
                _either(*(_in(kind, dict.fromkeys(bars, _first_row)) for kind in kinds)))
        for step, bars, kinds in _ONE_PARENT
    ),
    Mistake("minus lost on the way back", "a - b falls when b grows. What sign does that give the bar of b?", _in("pair", {"b.bar in a - b": _minus})),
    Mistake("minus on both sides", "a - b grows when a grows. Only one of the two bars turns its sign.",
            _in("pair", {"a.bar in a - b": _minus})),
    Mistake("-a keeps its sign on the way back", "-a falls when a grows. What sign does that give the bar of a?", _in("one", {"a.bar in -a": _minus})),
    Mistake("denominator without its minus", "A ratio falls when its denominator grows (for positive numbers). The sign of b.bar is off.",
            _in("pair", {"b.bar in a / b": _minus})),
    Mistake("denominator like a factor", "b.bar in a / b is what it would be in a product. Nudge a denominator and watch the ratio.",
            _in("pair", {"b.bar in a / b": lambda c, right: c.a})),
    Mistake("denominator not squared", "b.bar in a / b is off by a power of b. Write a / b as a times b to the -1 and go back through that.",
            _in("pair", {"b.bar in a / b": lambda c, right: product(right, c.b)})),
    Mistake("numerator multiplied", "a.bar in a / b: how much does a nudge of a move the ratio when b is large?",
            _in("pair", {"a.bar in a / b": lambda c, right: c.b})),
    Mistake("numerator left alone", "The bar goes to the numerator unchanged. If a moves by 0.1, does a / b move by 0.1?",
            _in("pair", {"a.bar in a / b": _ones})),
    Mistake("exponent not lowered", "The slope of a power has an exponent of its own.", _in("one", {"a.bar in a ** k": lambda c, right: product(right, c.a)})),
    Mistake("the 1 taken from the power", "`a ** k - 1` lowers the result and not the exponent: in Python ** binds more tightly than -.",
            _in("one", {"a.bar in a ** k": lambda c, right: product(c.k, np.power(c.a, float(c.k)) - 1)})),
    Mistake("the 1 taken from the bar", "`a ** k - 1` lowers the result and not the exponent: in Python ** binds more tightly than -.",
            _in("one", {"a.bar in a ** k": lambda c, right: product(c.k, np.power(c.a, float(c.k))) - 1})),
    Mistake("factor k forgotten", "The exponent you lower comes down in front.", _in("one", {"a.bar in a ** k": lambda c, right: right / c.k})),
    Mistake("integrated the power", "That is the other direction: you raised the exponent and divided.",
            _in("one", {"a.bar in a ** k": lambda c, right: np.power(c.a, c.k + 1.0) / (c.k + 1)})),
    Mistake("swapped c - a", "2 - a is computed as a - 2. In __rsub__ the Value is on the right.",
            _in("constant", {"c - a": _minus, "a.bar in c - a": _minus})),
    Mistake("swapped c / a", "2 / a is computed as a / 2. In __rtruediv__ the Value is on the right.",
            _in("constant", {"c / a": lambda c, right: 1 / right, "a.bar in c / a": lambda c, right: np.broadcast_to(1 / np.asarray(c.c, dtype=float), np.shape(c.a))})),
    Mistake("the shape of the result", "A bar has the shape of the result. To an entry that was used four times four contributions come back; its bar is their sum.",
            _summed(lambda bar, shape: bar)),
    Mistake("axes of length 1 not summed", "Axes that broadcasting put in front are summed. An axis of length 1 that was stretched is not.",
            _summed(_only_in_front)),
    Mistake("axes of length 1 lost", "The numbers are right, the shape is not: an axis of length 1 is gone. NumPy's sum can keep it.", _summed(_ones_lost)),
    Mistake("mean instead of sum", "Each use of an entry adds its whole contribution; you take the mean of them.", _summed(_mean)),
    Mistake("summed the last axes", "Broadcasting puts new axes in front; you sum the last ones.", _summed(_last_axes)),
    Mistake("transpose forgotten", "With square matrices nothing complains. Write down the shapes for A (2, 3) and B (3, 4): which way round does each factor fit?",
            _in("square", {"A.bar in A @ B": lambda c, right: np.ones((3, 3)) @ c.B, "B.bar in A @ B": lambda c, right: c.A @ np.ones((3, 3))})),
    Mistake("factors on the wrong side", "The order of the factors matters. Write down the shapes for A (2, 3) and B (3, 4) and see what fits.",
            _in("square", {"A.bar in A @ B": lambda c, right: c.B.T @ np.ones((3, 3)), "B.bar in A @ B": lambda c, right: np.ones((3, 3)) @ c.A.T})),
    Mistake("@ like *", "The bars of @ are those of a product entry by entry. In A @ B each entry of A meets a whole row of B.",
            _in("square", {"A.bar in A @ B": lambda c, right: c.B, "B.bar in A @ B": lambda c, right: c.A})),
    Mistake("outer product the wrong way round", "The bar of a matrix that met a vector is transposed.",
            _in("square", {"A.bar in A @ b": lambda c, right: right.T, "B.bar in a @ B": lambda c, right: right.T})),
    Mistake("swapped C @ a", "C @ A is computed as A @ C. In __rmatmul__ the Value is on the right.",
            _in("turned", {f"C @ {name}": lambda c, right, name=name: c.args[name] @ c.C for name in "Aa"})),  # type: ignore[misc]
    Mistake("mean instead of sum, along an axis", "A sum hands its bar to every entry, undivided.",
            _in("square", {f"a.bar in {text}": lambda c, right, text=text: right * _share(text, c)  # type: ignore[misc]
                           for text in ("a.sum()", "a.sum(axis=0)", "a.sum(axis=1)", "a.sum(axis=-1)")})),
    Mistake("spread along the wrong axis", "With a square matrix nothing complains: the bar of row i went to column i. Give the bar its lost axis back before it is spread.",
            _in("square", {"a.bar in a.sum(axis=1)": lambda c, right: right.T})),
    Mistake("bar not used by sum", "Every entry gets a 1. What comes in is not always 1.",
            _in("square", {f"a.bar in {text}": _ones for text in ("a.sum()", "a.sum(axis=0)", "a.sum(axis=1)")})),
    Mistake("exp without its value", "The bar goes through exp as if the slope were 1. exp's slope is a famous one.",
            _in("plain", {"a.bar in a.exp()": _ones})),
    Mistake("exp with its input", "You multiplied by what went into exp. Its output is needed here.",
            _in("plain", {"a.bar in a.exp()": lambda c, right: np.asarray(c.a, dtype=float)})),
    Mistake("log multiplied", "You multiplied by the input of log. Is log steep where its input is large?",
            _in("plain", {"a.bar in a.log()": lambda c, right: np.asarray(c.a, dtype=float)})),
    Mistake("log with its output", "You divided by the logarithm. Which of the two numbers, in or out, sets the slope of log?",
            _in("plain", {"a.bar in a.log()": lambda c, right: 1 / np.log(c.a)})),
    Mistake("relu lets everything back", "What relu stopped on the way forward it stops on the way back.", _in("plain", {"a.bar in a.relu()": _ones})),
    Mistake("relu with its value", "You multiplied by what relu gave. Its slope is 0 or 1.",
            _in("plain", {"a.bar in a.relu()": lambda c, right: on_arrays(np.asarray(c.a, dtype=float), "relu")})),
    Mistake("relu open at 0", "At 0 the course takes the slope of relu as 0.", _in("at zero", {"a.bar in a.relu()": lambda c, right: (c.a >= 0) * 1.0})),
    Mistake("tanh: slope from the input", "You used the formula for the output of tanh, but put in its input.",
            _in("plain", {"a.bar in a.tanh()": lambda c, right: 1 - np.square(np.asarray(c.a, dtype=float))})),
    Mistake("tanh without the square", "Your slope of tanh is above 1 where the input is negative. A power is missing.",
            _in("plain", {"a.bar in a.tanh()": lambda c, right: 1 - np.tanh(c.a)})),
    Mistake("bar not used", "A curve's step back hands on its slope alone. Where does the bar of its own result come in?",
            _in("weighed", {f"a.bar in a.{method}()": lambda c, right: right / c.w for method in ("exp", "log", "relu", "tanh")})),
    Mistake("nothing starts from zero", _RESET, _in("story", {_PILED_UP: _times(3), _FROM_ANOTHER: lambda c, right: 3 * product(c.b, c.c) + right})),
    Mistake("only the inputs start from zero", _RESET, _in("story", {_PILED_UP: _times(2), _FROM_ANOTHER: lambda c, right: right})),
    Mistake("the inputs do not start from zero", "Call backward() twice and the inputs' bars grow. They have no parents, but bars to be set to zero all the same.",
            _in("story", {_PILED_UP: _times(2), _FROM_ANOTHER: lambda c, right: 2 * product(c.b, c.c) + right})),
    Mistake("backward clears the graph", "After backward() the parents are gone. The graph stays: somebody may go back through it again.",
            lambda c, right: {".parents": "are gone after backward()"} if ".parents" in right else None),
    Mistake("works in the bar's own memory", "The bar of a step in the middle is changed by that step's own way back: `bar *= ...` writes into the node's bar. Hand back a new array.",
            lambda c, right: {"the bar of a step": "is changed by its own way back"} if "the bar of a step" in right else None),
    Mistake("not even the seed starts from zero", _RESET, _in("story", {_PILED_UP: _times(4), _FROM_ANOTHER: lambda c, right: 4 * product(c.b, c.c) + right})),
    Mistake("seeded with one number", "The bar of the result has the shape of the result, too: an array of ones, not one number.",
            _in("story", {"bar of the result itself": lambda c, right: 1.0})),
    Mistake("bars for the inputs only", "A node in the middle has a bar as well; yours stays at zero.", _in("story", {"bar of a step on the way": _zeros, "the bar of a step": lambda c, right: "stays at zero"})),
    Mistake("walked forwards", "The bars stop after one step: you pass them on from the inputs to the result. Which end has a bar first?",
            _either(_in("diamond", {"a.bar in a diamond": _zeros}), _in("uneven", {"a.bar in an uneven diamond": _zeros}))),
    Mistake("passed on too early", _TOO_EARLY,
            _either(_in("uneven", {"a.bar in an uneven diamond": lambda c, right: c.b}), _in("chained", {"a.bar in a - b": _half}))),
    Mistake("a node visited twice", "A shared node was visited once for each use and passed on twice what had arrived first. It should wait and pass on the sum, once.",
            _either(_in("diamond", {"a.bar in a diamond": lambda c, right: product(2 * c.c + c.d, c.b)}), _VISITED_TWICE)),
    Mistake("a node visited twice, last use first", "A shared node was visited once for each use and passed on twice what had arrived first. It should wait and pass on the sum, once.",
            _either(_in("diamond", {"a.bar in a diamond": lambda c, right: product(c.c + 2 * c.d, c.b)}), _VISITED_TWICE)),
    Mistake("every bar taken as 1", "Each step hands back its slope alone, as if its own bar were 1 like that of the last one. Whose bar goes into each step?",
            _either(_in("chained", _SLOPES_ALONE), *(_in(kind, dict.fromkeys(_DIAMONDS, lambda c, right: c.b)) for kind in ("diamond", "uneven", "mirrored")),
                    _in("story", {_PILED_UP: lambda c, right: c.b, _LADDER: lambda c, right: "wrong bars"}))),  # its sums are right where only products forget
    Mistake("walks every path", "Sixty diamonds in a row have 121 nodes and a billion billion paths. Walk along the nodes, each once, not along the paths.",
            lambda c, right: {_LADDER: FAR_MORE} if _LADDER in right else None),
    Mistake("calls itself", "Right on small graphs. On a long chain a function that calls itself runs into Python's limit of nested calls (1,000 by default): walk along a list.",
            lambda c, right: {"a deep graph": "Python's limit of nested calls was hit"} if "a deep graph" in right else None),
)  # fmt: skip


_OF_NODES = (
    "seeded with the data",
    "assigned instead of added",
    "two bars in one array",
    "own value instead of the other's",
    "product like a sum",
    "nothing starts from zero",
    "only the inputs start from zero",
    "the inputs do not start from zero",
    "backward clears the graph",
    "seeded with one number",
    "bars for the inputs only",
    "walked forwards",
    "passed on too early",
    "a node visited twice",
    "a node visited twice, last use first",
    "every bar taken as 1",
    "walks every path",
)
NODE_MISTAKES = tuple(mistake for mistake in VALUE_MISTAKES if mistake.name in _OF_NODES)


def _share(text: str, c: Case) -> float:
    return 1 / (c.a.size if text == "a.sum()" else c.a.shape[1 if "1" in text else 0])
