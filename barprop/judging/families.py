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

from barprop.activations import ACTIVATIONS, Activation
from barprop.answers.untrusted import attempt, is_array, is_number
from barprop.judging.exercise import Case, Exercise, Values
from barprop.judging.families_of_size import of_one_number
from barprop.judging.wording import shown_name
from barprop.numerics.vjp import pull_back

_MOST = 4000  # numbers of a value that is still looked at


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
    oracle: Callable[[Case], Values],
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
    value = right[output]
    if not (is_number(value) or is_array(value)) or np.size(value) > _MOST:
        return
    if "(" not in exercise.signature:  # a count or a number of a term: nothing was computed
        return
    r = np.asarray(value, dtype=float)
    if "l_bar=1.0" in exercise.signature:  # left out it is 1
        case = replace(case, args={**case.args, "l_bar": case.args.get("l_bar", 1.0)})
    inputs = _numbers_in(case.args)
    others = {
        shown_name(exercise, name): np.asarray(v, dtype=float)
        for name, v in right.items()
        if name != output and _plain(v) and _beside(name, output)
    }
    for name, hint, made in (
        *(exercise.guesses(case, right, output) if exercise.guesses else ()),
        *_of_the_value(r, "bar" in shown_name(exercise, output)),
        *_of_its_shape(r),
        *_of_its_entries(r),
        *_of_its_factors(r, inputs | others),
        *_in_its_place(r, inputs, others, case.args),
        *_of_the_curve(r, case, inputs | others),
        *_of_its_inputs(case, output, oracle),
        *_of_its_terms(r, inputs | others),
        *_of_three(r, inputs | others),
    ):
        if wanted is None or name in wanted:
            found = attempt(None, made)
            if _plain(found):
                yield Guess(name, hint, found)


def expression_of(output: str) -> str:
    """Return the expression that "a.bar in a * b" is about; "" for other outputs."""
    return output.partition(".bar in ")[2]


def _beside(name: str, output: str) -> bool:
    """Whether an output may stand in another one's place: in expressions, one of the same expression."""
    if expression_of(output):
        return expression_of(output) in (name, expression_of(name))
    return not expression_of(name)


_Made = tuple[str, str, Callable[..., Any]]


def _of_the_value(r: np.ndarray, is_bar: bool) -> Iterator[_Made]:
    zeros, ones = "Zeros came out: is what is computed kept and returned?", "Ones came out: what is computed is lost."
    if is_bar:
        zeros = "Zeros came out. Nudge the variable: does the result move?"
        ones = "Ones came out. What comes in from behind, and what does the step itself contribute?"
    yield "flipped the sign", "The size is right, the sign is not.", lambda: -r
    yield "all zeros", zeros, lambda: np.zeros_like(r)
    yield "all zeros, as one number", "A plain 0 came out: a bar has the shape of its variable.", lambda: 0.0
    yield "all ones", ones, lambda: np.ones_like(r)
    yield "half of it", "It is half of what it should be. Where does a 2 come from, or a 1/2?", lambda: r / 2
    yield "twice as large", "It is twice what it should be. Where does a 2 come from, or a 1/2?", lambda: 2 * r
    yield (
        "four times as large",
        "It is four times what it should be: multiplied by 2 instead of divided by it?",
        lambda: 4 * r,
    )
    yield (
        "a quarter of it",
        "It is a quarter of what it should be: divided by 2 instead of multiplied by it?",
        lambda: r / 4,
    )
    yield "minus half of it", "Sign and size are off, the size by a factor of 2.", lambda: -r / 2
    yield "minus twice", "Sign and size are off, the size by a factor of 2.", lambda: -2 * r
    yield "without its sign", "The sizes are right, but every sign is plus.", lambda: np.abs(r)
    yield "the sign alone", "Only the sign came out. How large is it?", lambda: np.sign(r)
    yield "squared", "It is the square of what it should be.", lambda: np.square(r)
    yield "under a root", "A root was taken that is not asked for.", lambda: np.sqrt(np.abs(r)) * np.sign(r)
    yield "without the root", "A root is missing or stands in the wrong place.", lambda: np.square(r) * np.sign(r)
    yield "one over it", "It is upside down: the reciprocal of what it should be.", lambda: 1 / r
    yield "one too many", "It is too large by 1.", lambda: r + 1
    yield "one too few", "It is too small by 1.", lambda: r - 1
    yield (
        "a logarithm to base 2",
        "It is off by log(2): the natural logarithm, np.log, is asked for.",
        lambda: r / np.log(2.0),
    )
    yield (
        "a logarithm to base 10",
        "It is off by log(10): the natural logarithm, np.log, is asked for.",
        lambda: r / np.log(10.0),
    )
    yield "one minus it", "It is 1 minus what it should be.", lambda: 1 - r
    yield "negative entries cut off", "Everything below 0 has become 0.", lambda: np.maximum(r, 0.0)
    yield "clipped to 0 and 1", "Everything outside 0 and 1 was cut off.", lambda: np.clip(r, 0.0, 1.0)
    yield "clipped to -1 and 1", "Everything outside -1 and 1 was cut off.", lambda: np.clip(r, -1.0, 1.0)
    yield (
        "rounded to whole numbers",
        "Whole numbers came out: somewhere the fractions are cut off.",
        lambda: np.trunc(r),
    )
    yield (
        "rounded to whole numbers, up or down",
        "Whole numbers came out: somewhere the fractions are cut off.",
        lambda: np.floor(r),
    )
    yield (
        "cut to whole numbers, as the first entry is",
        "Whole numbers came out where the first entry is one: np.vectorize takes its type from the first result. "
        "Return 0.0 in place of 0, or give it otypes=[float].",
        lambda: _like_the_first(r),
    )


def _like_the_first(r: np.ndarray) -> np.ndarray:
    """Cut off the fractions where the first entry is a whole number: that is where np.vectorize takes its type from."""
    return np.trunc(r) if r.size and float(r.flat[0]).is_integer() else r


def _of_its_shape(r: np.ndarray) -> Iterator[_Made]:
    shape = "The numbers are right, the shape is not: a bar has exactly the shape of its variable."
    if r.ndim == 0:
        yield (
            "an array of one number",
            "One number was asked for; an array with a single entry came.",
            lambda: r.reshape(1),
        )
        yield (
            "a matrix of one number",
            "One number was asked for; an array with a single entry came.",
            lambda: r.reshape(1, 1),
        )
    if r.ndim == 1:
        yield "a row instead of a vector", shape, lambda: r[None, :]
        yield "a column instead of a vector", shape, lambda: r[:, None]
        yield (
            "summed up to one number",
            "One number came out where each entry has its own: nothing is summed there.",
            lambda: r.sum(),
        )
        yield (
            "averaged to one number",
            "One number came out where each entry has its own: nothing is averaged there.",
            lambda: r.mean(),
        )
        yield "in reverse order", "The entries are right, in the opposite order.", lambda: r[::-1]
    if r.ndim == 2:
        yield "transposed", "The numbers are right, rows and columns have changed places.", lambda: r.T
        for axis, said in ((0, "rows"), (1, "columns")):
            yield (
                f"summed over the {said}",
                f"A sum over the {said} was taken that does not belong there.",
                lambda a=axis: r.sum(axis=a),
            )
            yield (
                f"averaged over the {said}",
                f"A mean over the {said} was taken that does not belong there.",
                lambda a=axis: r.mean(axis=a),
            )
        yield (
            "summed up to one number",
            "Everything was summed up to one number: which axis is to be summed?",
            lambda: r.sum(),
        )
        yield "rows in reverse order", "The rows are right, in the opposite order.", lambda: r[::-1]
    if r.ndim >= 2:
        yield "flattened", shape, lambda: r.ravel()
    for axis, n in enumerate(r.shape):
        yield (
            f"divided by its length along axis {axis}",
            "It is divided by a count. Where in the step is a mean?",
            lambda n=n: r / n,
        )
        yield (
            f"times its length along axis {axis}",
            "It is too large by a count. Where in the step is a mean?",
            lambda n=n: r * n,
        )
    yield "divided by its size", "It is divided by a count. Where in the step is a mean?", lambda: r / r.size
    yield "the largest divided away", "It is scaled so that its largest entry is 1.", lambda: r / np.max(np.abs(r))
    yield "scaled to length 1", "It is scaled to length 1, and its size is lost.", lambda: r / np.sqrt(np.sum(r * r))
    yield "scaled to sum 1", "It is scaled so that its entries add up to 1.", lambda: r / np.sum(r)


def _of_its_entries(r: np.ndarray) -> Iterator[_Made]:
    if not r.ndim or r.size < 2:
        return
    yield "the first entry everywhere", "Every entry is what the first one should be.", lambda: np.full(r.shape, r[0])
    yield "the last entry everywhere", "Every entry is what the last one should be.", lambda: np.full(r.shape, r[-1])
    yield "the mean everywhere", "Every entry is the mean of what they should be.", lambda: np.full(r.shape, r.mean())
    yield "sorted", "The entries are right, but sorted: their order tells which is which.", lambda: np.sort(r, axis=-1)
    for axis in range(r.ndim):
        yield (
            f"less its mean along axis {axis}",
            "Its mean was taken off, which is not asked for.",
            lambda a=axis: r - r.mean(axis=a, keepdims=True),
        )


def _in_its_place(
    r: np.ndarray, inputs: Mapping[str, Any], others: Mapping[str, Any], args: Mapping[str, Any]
) -> Iterator[_Made]:
    for name, value in others.items():
        hint = f"That is what {name} should be: is it handed on as it is, or have the two changed places?"
        yield f"{name} in its place", hint, lambda v=value: v
        yield f"minus {name} in its place", hint, lambda v=value: -v
        yield f"{name} turned, in its place", hint, lambda v=value: v.T if v.ndim == 2 else None
    for name, value in inputs.items():
        hint = f"That is {name}, just as it came. What does the step do to it?"
        yield f"{name} handed on", hint, lambda v=value: v
        yield f"{name} handed on, turned", hint, lambda v=value: v.T if v.ndim == 2 else None
        yield f"minus {name} handed on", hint, lambda v=value: -v if v.shape == r.shape else None
        hint = f"Every entry is {name} as it came. How is the next variable made from each entry?"
        yield (
            f"{name} handed on to every entry",
            hint,
            lambda v=value: np.broadcast_to(v, r.shape) if v.ndim < r.ndim else None,
        )
        hint = f"Only the first row of {name} enters: what about the others?"
        yield f"the first row of {name}", hint, lambda v=value: v[0] if v.ndim == r.ndim + 1 else None
        yield (
            f"the last row of {name}",
            hint.replace("first", "last"),
            lambda v=value: v[-1] if v.ndim == r.ndim + 1 else None,
        )
        hint = f"The sum of {name} is added where it should not be."
        yield f"the sum of {name} added", hint, lambda v=value: r + v.sum() if v.ndim else None
        hint = f"{name} was summed up. What does the step do to each entry?"
        yield f"the sum of {name}", hint, lambda v=value: v.sum() if v.ndim else None
        yield f"{name} summed over its rows", hint, lambda v=value: v.sum(axis=0) if v.ndim == 2 else None
        yield f"{name} summed over its columns", hint, lambda v=value: v.sum(axis=1) if v.ndim == 2 else None
        yield f"{name} averaged over its rows", hint, lambda v=value: v.mean(axis=0) if v.ndim == 2 else None


def _of_its_factors(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[_Made]:
    """One factor forgotten, once too often, in another's place, or divided by."""
    fitting = {name: f for name, f in values.items() if f.ndim == 0 or f.shape == r.shape or f.shape == r.shape[1:]}
    for name, f in fitting.items():
        if np.all(f * f == 1):  # once too often and forgotten are the same
            yield (
                f"a sign of {name}",
                f"{name} is 1 or -1, and comes in where it should not, or not at all.",
                lambda f=f: r * f,
            )
        forgot = (
            "One factor is missing: what else does this step read?"
            if not name.endswith("_bar")
            else f"One factor is missing: where does {name} come in?"
        )
        yield f"forgot the factor {name}", forgot, lambda f=f: r / f
        yield f"forgot the factor {name}, and the sign", forgot + " And the sign is off.", lambda f=f: -r / f
        yield f"{name} once too often", f"{name} is multiplied in once too often.", lambda f=f: r * f
        yield (
            f"{name} once too often, and the sign",
            f"{name} is multiplied in once too often, and the sign is off.",
            lambda f=f: -r * f,
        )
        yield f"divided by {name}", f"Look at {name}: multiplied or divided?", lambda f=f: r / np.square(f)
        yield f"{name} squared too often", f"{name} enters with too high a power.", lambda f=f: r * np.square(f)
        yield f"{name} added", f"{name} is added where it should not be.", lambda f=f: r + f
        yield f"{name} subtracted", f"{name} is subtracted where it should not be.", lambda f=f: r - f
        sign = f"{name} enters without its sign, or with its sign alone."
        yield f"the size of {name}", sign, lambda f=f: r * np.sign(f)
        yield f"the sign of {name} alone", sign, lambda f=f: r / np.abs(f)
        yield f"only {name} with its sign", "A sign is lost on the way.", lambda f=f: np.abs(r) * np.sign(f)
        powers = f"Everything but {name} enters with too high a power."
        yield f"squared but for {name}", powers, lambda f=f: r * r / f
        yield f"minus, and squared but for {name}", powers, lambda f=f: -r * r / f
    for name, f in fitting.items():
        for other, g in fitting.items():
            if other != name:
                hint = f"One factor is not the right one: is it {other} that the step reads here?"
                yield f"{other} in place of {name}", hint, lambda f=f, g=g: r * g / f
                yield (
                    f"{other} in place of {name}, and the sign",
                    hint + " And the sign is off.",
                    lambda f=f, g=g: -r * g / f,
                )
    yield from _of_the_rest(r, fitting)
    yield from of_one_number(r, values)


def _of_the_rest(r: np.ndarray, fitting: Mapping[str, np.ndarray]) -> Iterator[_Made]:
    """Yield one term or factor joined to the rest in another way."""
    for name, f in fitting.items():
        joined = f"{name} is joined to the rest by another operation: added, subtracted or multiplied?"
        yield f"the rest subtracted from {name}", joined, lambda f=f: 2 * f - r
        yield f"{name} multiplied with the rest", joined, lambda f=f: f * (r - f)
        yield f"the rest twice, without {name}", joined, lambda f=f: 2 * (r - f)
        yield f"{name} twice, without the rest", joined, lambda f=f: 2 * f
        yield f"{name} left over", f"Something of {name} is missing or has the wrong sign.", lambda f=f: f - r
    for name, f in fitting.items():
        hint = f"The square of {name} is added where it should not be."
        yield f"the square of {name} added", hint, lambda f=f: r + f * f
        hint = f"The square of {name} is subtracted where it should not be."
        yield f"the square of {name} subtracted", hint, lambda f=f: r - f * f


def _of_its_terms(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[_Made]:
    """Two inputs put together by another operation than the step's."""
    names = [name for name, f in values.items() if f.ndim <= 2][:20]
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = values[first], values[second]
            hint = f"{first} and {second} are put together here: by which operation in the step, and in which order?"
            yield f"{first} + {second}", hint, lambda a=a, b=b: a + b
            yield f"{first} - {second}", hint, lambda a=a, b=b: a - b
            yield f"{second} - {first}", hint, lambda a=a, b=b: b - a
            yield f"{first} times {second}", hint, lambda a=a, b=b: a * b
            yield f"minus {first} times {second}", hint, lambda a=a, b=b: -a * b
            yield f"{first} over {second}", hint, lambda a=a, b=b: a / b
            yield f"{second} over {first}", hint, lambda a=a, b=b: b / a
            powers = f"{first} and {second} are put together as a power: how is the step written?"
            yield f"{first} to the power {second}", powers, lambda a=a, b=b: a**b if not a.ndim else None
            yield f"{second} to the power {first}", powers, lambda a=a, b=b: b**a if not a.ndim else None
            brackets = "Where do brackets belong? Only one of the two was squared."
            yield f"{first} - half of {second}²", brackets, lambda a=a, b=b: a - np.square(b) / 2
            yield f"{second} - half of {first}²", brackets, lambda a=a, b=b: b - np.square(a) / 2
            squares = "The square of a difference is no difference of squares."
            yield f"half of {first}² - {second}²", squares, lambda a=a, b=b: (np.square(a) - np.square(b)) / 2
            yield f"half of {second}² - {first}²", squares, lambda a=a, b=b: (np.square(b) - np.square(a)) / 2
            if a.ndim == b.ndim == 1:
                yield from _of_two_vectors(first, second, a, b)
            if a.ndim and b.ndim:
                yield f"{first} @ {second}", hint, lambda a=a, b=b: a @ b
                yield f"{second} @ {first}", hint, lambda a=a, b=b: b @ a
                yield f"the outer product of {first} and {second}", hint, lambda a=a, b=b: np.outer(a, b)
                yield f"the outer product of {second} and {first}", hint, lambda a=a, b=b: np.outer(b, a)
                yield f"{first} @ {second}, the first turned", hint, lambda a=a, b=b: a.T @ b
                yield f"{first} @ {second}, the second turned", hint, lambda a=a, b=b: a @ b.T


def _of_two_vectors(first: str, second: str, a: np.ndarray, b: np.ndarray) -> Iterator[_Made]:
    one = f"Only one entry of {first} met its partner in {second}: does the loop go through all of them and add up?"
    yield f"the first entries of {first} and {second} alone", one, lambda: a[0] * b[0]
    yield f"the last entries of {first} and {second} alone", one, lambda: a[-1] * b[-1]
    pairs = f"Each entry of {first} meets its partner in {second}: first the products, then the sum."
    yield f"the sums of {first} and {second}, multiplied", pairs, lambda: a.sum() * b.sum()
    yield f"the sums of {first} and {second}, added", pairs, lambda: a.sum() + b.sum() if a.shape == b.shape else None
    yield f"the sum of {first} times {second}", pairs, lambda: np.sum(a * b)
    yield f"the mean of {first} times {second}", pairs, lambda: np.mean(a * b)


def _of_three(r: np.ndarray, values: Mapping[str, np.ndarray]) -> Iterator[_Made]:
    """Yield a (b - c) with a bracket that is forgotten or too wide, for a few numbers."""
    names = [name for name, f in values.items() if f.ndim == 0][:5]
    for a, b, c in permutations(names, 3):
        x, y, z = values[a], values[b], values[c]
        hint = f"Where do brackets belong? {a} times {b} came together before {c} did."
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


def _of_the_curve(r: np.ndarray, case: Case, values: Mapping[str, np.ndarray]) -> Iterator[_Made]:
    """Yield steps with sigma's value or slope forgotten, once too often, or taken at another place."""
    sigma = next((v for v in case.args.values() if isinstance(v, Activation)), None)
    if sigma is None:
        return
    fitting = {name: f for name, f in values.items() if f.ndim == 0 or f.shape == r.shape}
    yield "sigma of the result", "sigma was applied to a result that should be left alone.", lambda: sigma(r)
    for name, f in fitting.items():
        slope, height = _slope(sigma, f), sigma(f)
        yield (
            f"forgot sigma's slope at {name}",
            "One factor is missing: what does the curve contribute on the way back?",
            lambda s=slope: r / s,
        )
        yield (
            f"sigma's value at {name} instead of its slope",
            "Back through a curve goes its slope, not its value.",
            lambda s=slope, h=height: r / s * h,
        )
        yield (
            f"divided by sigma's slope at {name}",
            "sigma's slope is divided by where it should be multiplied in.",
            lambda s=slope: r / np.square(s),
        )
        if name == "z":
            for other, formula in (
                ("tanh", 1 - np.square(height)),
                ("sigmoid", height * (1 - height)),
                ("ReLU", (f > 0) * 1.0),
            ):
                yield (
                    f"the slope of {other} whatever sigma is",
                    f"That is the formula for the slope of {other}. sigma may be another curve: ask it for its own slope.",
                    lambda s=slope, g=formula: r / s * g,
                )
        yield (
            f"sigma's slope at {name} added",
            "sigma's slope is added where it should be multiplied in.",
            lambda s=slope: r / s + s,
        )
        for other, g in fitting.items():
            yield (
                f"{other} inside sigma's slope at {name}",
                f"{other} was multiplied in before the slope was taken, and not after.",
                lambda f=f, g=g: _slope(sigma, f * g),
            )
        yield (
            f"sigma's slope at {name} too often",
            "sigma's slope is multiplied in once too often.",
            lambda s=slope: r * s,
        )
        yield (
            f"sigma's value at {name} too often",
            "sigma's value is multiplied in where it does not belong.",
            lambda h=height: r * h,
        )
        yield (
            f"sigma taken twice at {name}",
            "sigma was applied to what came out of sigma already.",
            lambda h=height: r / h * sigma(h),
        )
        yield (
            f"sigma's value over {name} as its slope",
            "A slope is how far the value moves for a small nudge, not the value over where it is.",
            lambda s=slope, h=height, f=f: r / s * h / f,
        )
        yield f"sigma of {name}", f"That is sigma's value at {name}.", lambda h=height: h
        yield f"sigma's slope at {name} alone", f"That is sigma's slope at {name} alone.", lambda s=slope: s
        yield (
            f"forgot sigma at {name}",
            "What went into sigma was used, not what came out.",
            lambda f=f, h=height: r * f / h,
        )
        for other, g in fitting.items():
            if other != name:
                hint = "The slope was taken at the wrong place: what went into sigma?"
                yield f"sigma's slope at {other}, not {name}", hint, lambda s=slope, g=g: r / s * _slope(sigma, g)
        yield (
            "sigma's slope at its own output",
            "The slope was taken at sigma's output: what went into sigma?",
            lambda s=slope, h=height: r / s * _slope(sigma, h),
        )


def _is_cheap(value: Any) -> bool:
    return is_number(value) or is_array(value) or isinstance(value, (Activation, dict))


def _of_its_inputs(case: Case, output: str, oracle: Callable[[Case], Values]) -> Iterator[_Made]:
    """Yield a right step with a wrong input: the right value of a changed case."""

    def asked(**changes: Any) -> Callable[[], Any]:
        return lambda: oracle(replace(case, args={**case.args, **changes}))[output]

    args = case.args
    if "labels" in args:
        said = attempt(None, _predicted, args)
        if said is not None:
            yield (
                "predictions in place of labels",
                "Your answer takes the class that is predicted, not the one in labels. The two differ where the prediction is wrong.",
                asked(labels=said),
            )
    # An exercise that is given a whole network costs too much to be asked again and again.
    if len(args) > 8 or not all(_is_cheap(value) for value in args.values()):
        return
    for name, value in args.items():
        if isinstance(value, Activation):
            for other in ACTIVATIONS.values():
                if other is not value:
                    yield (
                        f"always {other}",
                        f"Your answer takes {other} whatever {name} is. Use the {name} that is given.",
                        asked(**{name: other}),
                    )
            yield "sigma left out", f"Where does {name} come in?", asked(**{name: _STRAIGHT})
        elif (is_number(value) or is_array(value)) and name not in ("seed", "steps", "epochs", "labels", "targets"):
            v = np.asarray(value, dtype=float)
            if name.endswith("_bar"):
                yield (
                    f"forgot {name}",
                    f"Right where {name} is 1 only. Where does the incoming bar enter?",
                    asked(**{name: np.ones_like(v)[()]}),
                )
            yield f"{name} with the other sign", f"{name} has the wrong sign somewhere.", asked(**{name: -v[()]})
            yield f"half of {name}", f"{name} enters with half its size, or with twice.", asked(**{name: v[()] / 2})
            yield f"twice {name}", f"{name} enters with half its size, or with twice.", asked(**{name: v[()] * 2})
            yield f"{name} taken as 0", f"{name} does not enter at all.", asked(**{name: np.zeros_like(v)[()]})
            yield f"{name} taken as 1", f"{name} does not enter at all.", asked(**{name: np.ones_like(v)[()]})
    yield from _swapped(case, asked)
    for name in ("steps", "epochs"):
        if name in args:
            yield f"one of the {name} too few", f"Count the {name}: one is missing.", asked(**{name: args[name] - 1})
            yield f"one of the {name} too many", f"Count the {name}: one is too many.", asked(**{name: args[name] + 1})
            yield f"one of the {name}, whatever was asked for", f"Only one of the {name} was done.", asked(**{name: 1})
            yield f"none of the {name}", f"None of the {name} was done.", asked(**{name: 0})


def _predicted(args: Mapping[str, Any]) -> np.ndarray:
    """Return the class with the largest logit, row by row."""
    if "logits" in args:
        return np.argmax(args["logits"], axis=1)
    network, w, _ = args["net"]
    return np.argmax(network.forward(np.asarray(args["X"], dtype=float), w), axis=1)


def _swapped(case: Case, asked: Callable[..., Callable[[], Any]]) -> Iterator[_Made]:
    names = [name for name, value in case.args.items() if _plain(value)]
    for name, kept in case.args.items():
        keys = [key for key, value in kept.items() if _plain(value)] if type(kept) is dict else []
        for read, meant in permutations(keys, 2):
            hint = f"Somewhere {read} and {meant} are mixed up: which of them does the step read?"
            yield f"read {read} for {meant}", hint, asked(**{name: {**kept, meant: kept[read]}})
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = case.args[first], case.args[second]
            if np.shape(a) == np.shape(b):
                hint = f"{first} and {second} have changed places somewhere."
                yield f"swapped {first} and {second}", hint, asked(**{first: b, second: a})
                hint = f"Somewhere {first} and {second} are mixed up: which of them does the step read?"
                yield f"read {first} for {second}", hint, asked(**{second: a})
                yield f"read {second} for {first}", hint, asked(**{first: b})


def _slope(sigma: Activation, z: Any) -> Any:
    z = np.asarray(z, dtype=float)
    return pull_back(sigma, z, np.ones(z.shape), left=False) if sigma.kink is None else sigma.slope(z)


_STRAIGHT = Activation("straight", lambda z: z, np.ones_like)


def _plain(value: Any) -> bool:
    return value is not None and (is_number(value) or is_array(value)) and np.size(value) <= _MOST


def _numbers_in(args: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Every number and array among the arguments, those in a dictionary by their keys."""
    found = {}
    for name, value in args.items():
        if _plain(value) and name != "seed":
            found[name] = np.asarray(value, dtype=float)
        elif type(value) is dict:
            found |= {key: np.asarray(v, dtype=float) for key, v in value.items() if _plain(v)}
    return found
