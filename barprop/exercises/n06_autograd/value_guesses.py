"""Families of mistakes in the steps of Node and Value: a value made by another operator, a bar made with another slope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from barprop.exercises.n06_autograd.expressions import Expression, nudged, on_arrays
from barprop.judging.exercise import Candidate, Case, Values

_ONE_STEP = (
    "pair",
    "numbers",
    "whole",
    "one",
    "zero",
    "constant",
    "broadcast",
    "plain",
    "weighed",
    "at zero",
    "square",
)
_STOPS = "The bars stop after one step: you pass them on from the inputs to the result. Which end has a bar first?"
_ASSIGNED = (
    "To a node that is used twice a contribution comes back from each use. In yours the second overwrites the first."
)

# operator -> what came in its place -> the value of that
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "{a} + {b}": np.add,
    "{a} - {b}": np.subtract,
    "{b} - {a}": lambda a, b: b - a,
    "{a} * {b}": np.multiply,
    "{a} / {b}": np.divide,
    "{b} / {a}": lambda a, b: b / a,
    "{a}": lambda a, b: a + 0 * b,
    "{b}": lambda a, b: b + 0 * a,
    "-{a}": lambda a, b: -a + 0 * b,
    "{a} + {b}, with a minus": lambda a, b: -a - b,
    "{a} / {b}²": lambda a, b: a / b / b,
}
# method -> what may be taken for its slope, from what went in and what came out
_SLOPES: Mapping[str, Mapping[str, Callable[[Any, Any], Any]]] = {
    "exp": {
        "what went in": lambda a, h: a,
        "1": lambda a, h: np.ones_like(h),
        "the rule for powers": lambda a, h: a * np.exp(a - 1),
        "1 over what came out": lambda a, h: 1 / h,
        "h (1 - h)": lambda a, h: h * (1 - h),
    },
    "log": {
        "what went in": lambda a, h: a,
        "what came out": lambda a, h: h,
        "1 over what came out": lambda a, h: 1 / h,
        "exp": lambda a, h: np.exp(a),
        "1 over exp": lambda a, h: np.exp(-a),
        "the slope of 1/a": lambda a, h: -np.power(a, -2.0),
        "1": lambda a, h: np.ones_like(h),
    },
    "relu": {
        "what came out": lambda a, h: h,
        "what went in": lambda a, h: a,
        "1": lambda a, h: np.ones_like(h),
        "the gate turned round": lambda a, h: (a <= 0) * 1.0,
        "the sign": lambda a, h: np.sign(a),
    },
    "tanh": {
        "what came out": lambda a, h: h,
        "what came out, squared": lambda a, h: h * h,
        "1 minus what came out": lambda a, h: 1 - h,
        "1 plus the square": lambda a, h: 1 + h * h,
        "h (1 - h)": lambda a, h: h * (1 - h),
        "1 minus the square of what went in": lambda a, h: 1 - a * a,
        "1": lambda a, h: np.ones_like(h),
        "slope of the slope": lambda a, h: 1 - np.tanh(h) ** 2,
    },
}
_POWERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "k a": lambda a, k: k * a,
    "k - 1 in front": lambda a, k: (k - 1) * np.power(a, k - 1.0),
    "no k in front": lambda a, k: np.power(a, k - 1.0),
    "the exponent not lowered": lambda a, k: k * np.power(a, float(k)),
    "the power itself": lambda a, k: np.power(a, float(k)),
    "the power of what came out": lambda a, k: k * np.power(np.power(a, float(k)), k - 1.0),
    "the exponent raised": lambda a, k: k * np.power(a, k + 1.0),
    "the slope by k": lambda a, k: np.power(a, float(k)) * np.log(np.abs(a)),
    "2 a": lambda a, k: 2 * a,
}
# method -> another function that may be meant for it
_FUNCTIONS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "exp": {"np.expm1": np.expm1, "np.exp2": np.exp2, "exp of its square": lambda a: np.exp(a * a)},
    "log": {"np.log1p": np.log1p, "np.log2": np.log2, "np.log10": np.log10},
    "relu": {"the absolute value": np.abs, "the negative side": lambda a: np.minimum(a, 0), "a itself": lambda a: a},
    "tanh": {"np.tan": np.tan, "np.sinh": np.sinh, "np.arctan": np.arctan, "sigmoid": lambda a: 1 / (1 + np.exp(-a))},
}
# what may be taken for the slope in the bar of one operand, and how it is written: x is that operand, y the other one,
# h the result
_PARTNERS: Mapping[str, tuple[str, Callable[[Any, Any, Any], Any]]] = {
    "its own value": ("{x}", lambda x, y, h: x + 0 * h),
    "its partner": ("{y}", lambda x, y, h: y + 0 * h),
    "minus its partner": ("-{y}", lambda x, y, h: -y + 0 * h),
    "the result": ("{h}", lambda x, y, h: h),
    "1": ("1", lambda x, y, h: np.ones_like(h)),
    "-1": ("-1", lambda x, y, h: -np.ones_like(h)),
    "1/2": ("1/2", lambda x, y, h: np.full_like(h, 0.5)),
    "0": ("0", lambda x, y, h: np.zeros_like(h)),
    "1 over its partner": ("1 / {y}", lambda x, y, h: 1 / y + 0 * h),
    "1 over itself": ("1 / {x}", lambda x, y, h: 1 / x + 0 * h),
    "1 over its partner's square": ("1 / {y}²", lambda x, y, h: np.power(1.0 * y, -2.0) + 0 * h),
    "1 over its own square": ("1 / {x}²", lambda x, y, h: np.power(1.0 * x, -2.0) + 0 * h),
    "minus 1 over its own square": ("-1 / {x}²", lambda x, y, h: -np.power(1.0 * x, -2.0) + 0 * h),
    "partner over own": ("{y} / {x}", lambda x, y, h: y / x),
    "own over partner": ("{x} / {y}", lambda x, y, h: x / y),
    "minus partner over own": ("-{y} / {x}", lambda x, y, h: -y / x),
    "partner over own, squared": ("{y} / {x}²", lambda x, y, h: y / (1.0 * x * x)),
    "the sum of both": ("{x} + {y}", lambda x, y, h: x + y),
    "own times partner": ("{x} * {y}", lambda x, y, h: x * y),
    "minus own times partner": ("-{x} * {y}", lambda x, y, h: -x * y),
}


def value_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield what a step gives that is made with another operator or slope."""
    if c.kind == "story":
        return
    operand, _, text = output.partition(".bar in ")
    expression = next((e for e in c.expressions if e.name == (text or output)), None)
    if expression is None:
        return
    operands = {name: np.asarray(c.args[name], dtype=float) for name in expression.operands}
    plain = text.split(",")[0]
    if text and (plain in ("a * a", "a + a", "a @ a") or (c.kind == "chained" and plain == "a + b")):
        yield "assigned instead of added", _ASSIGNED, lambda: right[output] / 2
    if text and c.kind == "beside":
        yield "assigned instead of added", _ASSIGNED, lambda: right[output] - 1
        last = [name for name in expression.operands if name in c.values][-1]
        yield "walked forwards", _STOPS, lambda: np.full_like(right[output], operand == last)
    if text and _is_behind_a_step(c, plain):
        yield "walked forwards", _STOPS, lambda: np.zeros_like(right[output])
    if c.kind == "chained" and output == "a.bar in a * b":
        hint = "The step back of a * b hands on its slope alone. Where does the bar of its own result come in?"
        yield "bar not used in a * b", hint, lambda: np.asarray(c.b, dtype=float)
    if c.kind not in _ONE_STEP:
        return
    if not text:
        yield from _other_values(output, operands)
        return
    if c.kind == "broadcast" and plain[2:3] in tuple("+-*/"):
        hint = "A bar has the shape of the result. To an entry that was used four times four contributions come back; its bar is their sum."
        yield "the shape of the result", hint, partial(_not_summed, expression, operands, operand)
    yield from _bars(c, expression, operands, operand, plain, right[output])


def _is_behind_a_step(c: Case, step: str) -> bool:
    """Whether a bar of zeros shows that nothing came through a second step: no sum or difference that may cancel out."""
    if c.kind in ("chained", "twice"):
        return step[2:3] not in ("+", "-")
    return c.kind == "weighed" or (c.kind == "square" and "sum" in step) or "w" in c.args


def _not_summed(expression: Expression, operands: dict[str, Any], operand: str) -> Any:
    shape = np.shape(expression.make(on_arrays, *operands.values()))
    return nudged(expression, operands, operand, np.broadcast_to(operands[operand], shape))


def _other_values(output: str, operands: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield what another operator makes of the same operands."""
    step = output.split(",")[0]
    names = [name for name in operands if name != "w"]
    method = step.removeprefix("a.").partition("(")[0]
    for what, function in _FUNCTIONS.get(method, {}).items():
        w = operands.get("w", 1.0)
        yield f"{step} computes {what}", f"{step} computes {what}.", lambda f=function, w=w: f(operands["a"]) * w
    if len(names) != 2 or "**" in step or "@" in step or "w" in operands:
        return
    (first, a), (second, b) = ((name, operands[name]) for name in names)
    for pattern, made in _OPERATORS.items():
        other = pattern.format(a=first, b=second)
        if other != step:
            yield f"{step} is computed as {other}", f"{step} is computed as {other}.", partial(made, a, b)


def _bars(
    c: Case, expression: Expression, operands: dict[str, Any], operand: str, step: str, r: np.ndarray
) -> Iterator[Candidate]:
    """Yield bars made with another slope, or without the bar that comes in."""
    a = operands[operand]
    incoming = operands.get("w", np.float64(1.0))
    direct = 1.0 if c.kind == "beside" else 0.0  # what a gets from its other use
    not_used = f"The step back of {step} hands on its slope alone. Where does the bar of its own result come in?"
    if "w" in operands and incoming.shape == np.shape(r):
        yield f"bar not used in {step}", not_used, lambda: r / incoming
    method = step.removeprefix("a.").partition("(")[0]
    if method == "sum":
        yield (
            "the data in a sum",
            f"{step} hands its bar on. Does it matter how large the entries are?",
            lambda: (r - direct) * a + direct,
        )
        yield (
            "a share of the bar",
            "A sum hands its bar to every entry, undivided.",
            lambda: (r - direct) / a.size + direct,
        )
        yield f"bar not used in {step}", not_used, lambda: np.ones_like(a) + direct
    elif method in _SLOPES:
        h = on_arrays(a, method)
        for what, slope in _SLOPES[method].items():
            hint = f"The slope of {method} is not {what}: what does a nudge of the input do to the output?"
            yield f"{step} with {what} as its slope", hint, lambda slope=slope: incoming * slope(a, h) + direct
    elif "**" in step:
        hint = "How does a ** k move when a does? Which exponent is left, and what comes down in front?"
        for what, power in _POWERS.items():
            yield f"{step}: {what}", hint, lambda power=power: incoming * power(a, operands["k"]) + direct
    elif step[2:3] in tuple("+-*/"):
        sign = f"The sign of the bar of {operand} in {step} is off: which way does {step} move when {operand} grows?"
        yield f"{operand}.bar in {step}: the sign", sign, lambda: 2 * direct - r
        yield from _of_two(step, operands, operand)


def _of_two(step: str, operands: Mapping[str, np.ndarray], operand: str) -> Iterator[Candidate]:
    names = [name for name in operands if name != "w"]
    if len(names) != 2:
        return
    other = next(name for name in names if name != operand)
    x, y = operands[operand], operands[other]
    h = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[step[2]](*(operands[name] for name in names))
    incoming = operands.get("w", np.float64(1.0))
    for what, (pattern, slope) in _PARTNERS.items():
        written = pattern.format(x=operand, y=other, h=step)
        hint = f"The bar of {operand} in {step} is made with {written} as the slope. Nudge {operand}: how far does {step} move?"

        def made(slope: Callable[[Any, Any, Any], Any] = slope) -> Any:
            return _to_shape(incoming * slope(x, y, h), x.shape)

        yield f"{operand}.bar in {step}: {what} as the slope", hint, made


def _to_shape(bar: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over every place one entry went to."""
    places = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), bar.shape)
    return np.bincount(places.ravel(), bar.ravel(), int(np.prod(shape))).reshape(shape)
