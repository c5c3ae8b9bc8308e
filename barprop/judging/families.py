"""Mistakes that may happen in any step, as families: wrong values made from the right ones and from what goes into the step.

An exercise need not declare them. Each is tried on the first output that is wrong, after the exercise's own
mistakes, and named only where it gives what came in every case, right ones included.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np

from barprop.answers.untrusted import call_or_default
from barprop.judging.exercise import Candidate, Case, Exercise, Oracle, Values
from barprop.judging.families_of_curves import of_the_curve
from barprop.judging.families_of_inputs import is_plain, of_its_inputs
from barprop.judging.families_of_size import of_one_number
from barprop.judging.families_of_value import of_its_entries, of_its_shape, of_the_value
from barprop.judging.wording import shown_name

_OPERANDS = 16  # so many values are tried as operands, two at a time


@dataclass(frozen=True)
class Guess:
    """A mistake, and the value it gives in one case."""

    name: str
    hint: str
    value: Any


def guesses(
    exercise: Exercise,
    case: Case,
    right: Values,
    output: str,
    oracle: Oracle,
    wanted: Container[str] | None = None,
) -> Iterator[Guess]:
    """Yield what the families give for one output in one case.

    Parameters
    ----------
    oracle : callable
        case -> right values: it is asked about changed cases, for a mistake that is a right step with a wrong input.
    wanted : container of str, optional
        Only guesses of these names are worked out.
    """
    if not is_plain(right[output]) or not exercise.is_computed:
        return
    if exercise.optional:
        left_out = {name: case.args.get(name, value) for name, value in exercise.optional.items()}
        case = replace(case, args=case.args | left_out)
    for name, hint, made in _made(exercise, case, right, output, oracle):
        if wanted is None or name in wanted:
            found = call_or_default(None, made)
            if is_plain(found):
                yield Guess(name, hint, found)


def _made(exercise: Exercise, case: Case, right: Values, output: str, oracle: Oracle) -> Iterator[Candidate]:
    """Yield what every family makes, the exercise's own first."""
    r, is_bar = np.asarray(right[output], dtype=float), "bar" in shown_name(exercise, output)
    inputs = _numbers_in(case.args)
    others = {
        shown_name(exercise, name): np.asarray(v, dtype=float)
        for name, v in right.items()
        if name != output and is_plain(v) and _beside(name, output)
    }
    before = inputs | _made_before(exercise, output, others)
    if exercise.guesses:
        yield from exercise.guesses(case, right, output)
    yield from of_the_value(r, is_bar)
    yield from of_its_shape(r, is_bar)
    yield from of_its_entries(r)
    yield from _of_its_factors(r, inputs | others)
    yield from _in_its_place(r, inputs, others, case.args)
    yield from of_the_curve(r, case, inputs | others)
    yield from of_its_inputs(case, output, oracle)
    yield from _of_another_operand(r, before)
    yield from _of_its_terms(r, before)
    yield from _of_three(r, inputs | others)


def _made_before(exercise: Exercise, output: str, others: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the other outputs without the bars that are made after this one: nothing was put together with those."""
    later = [shown_name(exercise, name) for name in exercise.outputs[exercise.outputs.index(output) :]]
    return {name: value for name, value in others.items() if name not in later or "bar" not in name}


def expression_of(output: str) -> str:
    """Return the expression that "a.bar in a * b" is about; "" for other outputs."""
    return output.partition(".bar in ")[2]


def _beside(name: str, output: str) -> bool:
    """Whether an output may stand in another one's place: in expressions, one of the same expression."""
    if expression_of(output):
        return expression_of(output) in (name, expression_of(name))
    return not expression_of(name)


def _in_its_place(
    r: np.ndarray, inputs: Mapping[str, Any], others: Mapping[str, Any], args: Mapping[str, Any]
) -> Iterator[Candidate]:
    for name, value in others.items():
        hint = f"That is what {name} should be: is it passed on unchanged, or are the two swapped?"
        yield f"{name} in its place", hint, lambda v=value: v
        yield f"minus {name} in its place", hint, lambda v=value: -v
        yield f"{name} turned, in its place", hint, lambda v=value: v.T if v.ndim == 2 else None
    for name, value in inputs.items():
        hint = f"That is {name} itself, unchanged. What does the step do to it?"
        yield f"{name} handed on", hint, lambda v=value: v
        yield f"{name} handed on, turned", hint, lambda v=value: v.T if v.ndim == 2 else None
        yield f"minus {name} handed on", hint, lambda v=value: -v if v.shape == r.shape else None
        hint = f"Every entry is {name} itself. How is the next variable made from each entry?"
        yield (
            f"{name} handed on to every entry",
            hint,
            lambda v=value: np.broadcast_to(v, r.shape) if v.ndim < r.ndim else None,
        )
        hint = f"Only the first row of {name} is used: what about the others?"
        yield f"the first row of {name}", hint, lambda v=value: v[0] if v.ndim == r.ndim + 1 else None
        yield (
            f"the last row of {name}",
            hint.replace("first", "last"),
            lambda v=value: v[-1] if v.ndim == r.ndim + 1 else None,
        )
        hint = f"The sum of {name} is added where it should not be."
        yield f"the sum of {name} added", hint, lambda v=value: r + v.sum() if v.ndim else None
        hint = f"{name} was summed. What does the step do to each entry?"
        yield f"the sum of {name}", hint, lambda v=value: v.sum() if v.ndim else None
        yield f"{name} summed over its rows", hint, lambda v=value: v.sum(axis=0) if v.ndim == 2 else None
        yield f"{name} summed over its columns", hint, lambda v=value: v.sum(axis=1) if v.ndim == 2 else None
        yield f"{name} averaged over its rows", hint, lambda v=value: v.mean(axis=0) if v.ndim == 2 else None


# name and hint with a factor's name, and the wrong value from the right one and the factor
_ONE_FACTOR: tuple[tuple[str, str, Callable[[Any, Any], Any]], ...] = (
    ("{} once too often", "{} is multiplied once too often.", lambda r, f: r * f),
    ("{} once too often, and the sign", "{} is multiplied once too often, and the sign is off.", lambda r, f: -r * f),
    ("divided by {}", "Look at {}: multiplied or divided?", lambda r, f: r / np.square(f)),
    ("{} squared too often", "{} has too high a power.", lambda r, f: r * np.square(f)),
    ("{} added", "{} is added where it should not be.", lambda r, f: r + f),
    ("{} subtracted", "{} is subtracted where it should not be.", lambda r, f: r - f),
    ("the size of {}", "{} is used without its sign, or only its sign is used.", lambda r, f: r * np.sign(f)),
    ("the sign of {} alone", "{} is used without its sign, or only its sign is used.", lambda r, f: r / np.abs(f)),
    ("only {} with its sign", "A sign is lost on the way.", lambda r, f: np.abs(r) * np.sign(f)),
    ("squared but for {}", "Everything but {} is squared.", lambda r, f: r * r / f),
    ("minus, and squared but for {}", "Everything but {} is squared, and the sign is off.", lambda r, f: -r * r / f),
)  # fmt: skip
_SIGN_TOO = " And the sign is off."


def _of_its_factors(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """One factor forgotten, once too often, in another's place, or divided by."""
    fitting = {name: f for name, f in values.items() if f.ndim == 0 or f.shape == r.shape or f.shape == r.shape[1:]}
    for name, f in fitting.items():
        if np.all(f * f == 1):  # once too often and forgotten are the same
            hint = f"{name} is 1 or -1: it is used where it should not be, or not used at all."
            yield f"a sign of {name}", hint, lambda f=f: r * f
        missing = (
            f"where does {name} come in?"
            if name == "bar" or name.endswith("_bar")
            else "what else does this step read?"
        )
        forgot = f"One factor is missing: {missing}"
        yield f"forgot the factor {name}", forgot, lambda f=f: r / f
        yield f"forgot the factor {name}, and the sign", forgot + _SIGN_TOO, lambda f=f: -r / f
        for what, hint, wrong in _ONE_FACTOR:
            yield what.format(name), hint.format(name), lambda f=f, wrong=wrong: wrong(r, f)
    for (name, f), (other, g) in permutations(fitting.items(), 2):
        hint = f"One factor is not the right one: is it {other} that the step reads here?"
        yield f"{other} in place of {name}", hint, lambda f=f, g=g: r * g / f
        yield f"{other} in place of {name}, and the sign", hint + _SIGN_TOO, lambda f=f, g=g: -r * g / f
    yield from _of_the_rest(r, fitting)
    yield from of_one_number(r, values)


def _of_the_rest(r: np.ndarray, fitting: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield one term or factor joined to the rest in another way."""
    for name, f in fitting.items():
        joined = f"{name} is combined with the rest by the wrong operation: is it added, subtracted or multiplied?"
        yield f"the rest subtracted from {name}", joined, lambda f=f: 2 * f - r
        yield f"{name} multiplied with the rest", joined, lambda f=f: f * (r - f)
        lost = f"{name} is missing, and the rest is there twice. Was {name} overwritten on the way?"
        yield f"the rest twice, without {name}", lost, lambda f=f: 2 * (r - f)
        lost = f"{name} is there twice, and the rest is missing."
        yield f"{name} twice, without the rest", lost, lambda f=f: 2 * f
        yield f"{name} left over", f"Something of {name} is missing or has the wrong sign.", lambda f=f: f - r
    for name, f in fitting.items():
        hint = f"The square of {name} is added where it should not be."
        yield f"the square of {name} added", hint, lambda f=f: r + f * f
        hint = f"The square of {name} is subtracted where it should not be."
        yield f"the square of {name} subtracted", hint, lambda f=f: r - f * f


_THAT_IS = "That is {}. Does this step read both of them, and does it put them together in this way?"
# two terms put together: how that is written, and what it gives
_TWO_TERMS: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("{a} + {b}", lambda a, b: a + b),
    ("{a} - {b}", lambda a, b: a - b),
    ("{b} - {a}", lambda a, b: b - a),
    ("{a} times {b}", lambda a, b: a * b),
    ("minus {a} times {b}", lambda a, b: -a * b),
    ("{a} over {b}", lambda a, b: a / b),
    ("{b} over {a}", lambda a, b: b / a),
)
_TWO_ARRAYS: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("{a} @ {b}", lambda a, b: a @ b),
    ("{b} @ {a}", lambda a, b: b @ a),
    ("the outer product of {a} and {b}", np.outer),
    ("the outer product of {b} and {a}", lambda a, b: np.outer(b, a)),
    ("{a} @ {b}, the first turned", lambda a, b: a.T @ b),
    ("{a} @ {b}, the second turned", lambda a, b: a @ b.T),
)


def _of_its_terms(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Two inputs put together by another operation than the step's."""
    names = [name for name, f in values.items() if f.ndim <= 2][:20]
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = values[first], values[second]
            for what, made in _TWO_TERMS:
                name = what.format(a=first, b=second)
                yield name, _THAT_IS.format(name), lambda a=a, b=b, made=made: made(a, b)
            powers = f"One of {first} and {second} is raised to the power of the other. How is the step written?"
            yield f"{first} to the power {second}", powers, lambda a=a, b=b: a**b if not a.ndim else None
            yield f"{second} to the power {first}", powers, lambda a=a, b=b: b**a if not a.ndim else None
            brackets = "Where do the brackets belong? Only one of the two was squared."
            yield f"{first} - half of {second}²", brackets, lambda a=a, b=b: a - np.square(b) / 2
            yield f"{second} - half of {first}²", brackets, lambda a=a, b=b: b - np.square(a) / 2
            yield f"half of {first} - {second}²", brackets, lambda a=a, b=b: (a - np.square(b)) / 2
            yield f"half of {second} - {first}²", brackets, lambda a=a, b=b: (b - np.square(a)) / 2
            squares = "The square of a difference is not a difference of squares."
            yield f"half of {first}² - {second}²", squares, lambda a=a, b=b: (np.square(a) - np.square(b)) / 2
            yield f"half of {second}² - {first}²", squares, lambda a=a, b=b: (np.square(b) - np.square(a)) / 2
            if a.ndim == b.ndim == 1:
                yield from _of_two_vectors(first, second, a, b)
            if a.ndim and b.ndim:
                for what, made in _TWO_ARRAYS:
                    name = what.format(a=first, b=second)
                    yield name, _THAT_IS.format(name), lambda a=a, b=b, made=made: made(a, b)


_JOINS: tuple[Callable[[np.ndarray, np.ndarray], Any], ...] = (
    np.add,
    np.subtract,
    np.multiply,
    np.outer,
    lambda a, b: a @ b,
    lambda a, b: a.T @ b,
    lambda a, b: a @ b.T,
)


def _of_another_operand(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield the step with another value in the place of one of its two operands, as in a line that was copied."""
    usable = {name: f for name, f in values.items() if 0 < f.ndim <= 2}
    for (first, a), (second, b) in permutations(list(usable.items())[:_OPERANDS], 2):
        for join in _JOINS:
            made = call_or_default(None, join, a, b)
            if made is None or np.shape(made) != r.shape or not np.allclose(made, r, rtol=1e-6):
                continue
            for other, c in usable.items():
                if other not in (first, second):
                    hint = (
                        f"{other} is used here. Is that what this step reads? (Was the line copied from another one?)"
                    )
                    yield f"{other} for {first}", hint, lambda join=join, b=b, c=c: join(c, b)
                    yield f"{other} for {second}", hint, lambda join=join, a=a, c=c: join(a, c)


def _of_two_vectors(first: str, second: str, a: np.ndarray, b: np.ndarray) -> Iterator[Candidate]:
    one = f"Only one entry of {first} is multiplied by its partner in {second}: does the loop go through all entries and add up?"
    yield f"the first entries of {first} and {second} alone", one, lambda: a[0] * b[0]
    yield f"the last entries of {first} and {second} alone", one, lambda: a[-1] * b[-1]
    pairs = f"Each entry of {first} is multiplied by its partner in {second}: first the products, then the sum."
    yield f"the sums of {first} and {second}, multiplied", pairs, lambda: a.sum() * b.sum()
    yield f"the sums of {first} and {second}, added", pairs, lambda: a.sum() + b.sum() if a.shape == b.shape else None
    yield f"the sum of {first} times {second}", pairs, lambda: np.sum(a * b)
    yield f"the mean of {first} times {second}", pairs, lambda: np.mean(a * b)


def _of_three(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[Candidate]:
    """Yield a (b - c) with a bracket that is forgotten or too wide, for a few numbers."""
    names = [name for name, f in values.items() if f.ndim == 0][:5]
    for a, b, c in permutations(names, 3):
        x, y, z = values[a], values[b], values[c]
        hint = f"Where do the brackets belong? {a} and {b} are multiplied before {c} is used."
        yield f"{a} {b} - {c}", hint, lambda x=x, y=y, z=z: x * y - z
        yield f"{c} - {a} {b}", hint, lambda x=x, y=y, z=z: z - x * y
        yield f"-{c} - {a} {b}", hint, lambda x=x, y=y, z=z: -z - x * y
        yield f"{a} {b} + {c}", hint, lambda x=x, y=y, z=z: x * y + z
        if a < b:
            terms = f"{a}, {b} and {c} are added or subtracted. Which of them are multiplied in the step?"
            yield f"{a} + {b} - {c}", terms, lambda x=x, y=y, z=z: x + y - z
            yield f"{c} - {a} - {b}", terms, lambda x=x, y=y, z=z: z - x - y
        if a < b < c:
            three = f"{a}, {b} and {c} are all multiplied. Which of them are added or subtracted in the step?"
            yield f"{a} {b} {c}", three, lambda x=x, y=y, z=z: x * y * z
            yield f"-{a} {b} {c}", three, lambda x=x, y=y, z=z: -x * y * z


def _numbers_in(args: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Every number and array among the arguments, those in a dictionary by their keys."""
    found = {}
    for name, value in args.items():
        if is_plain(value) and name != "seed":
            found[name] = np.asarray(value, dtype=float)
        elif type(value) is dict:
            found |= {key: np.asarray(v, dtype=float) for key, v in value.items() if is_plain(v)}
    return found
