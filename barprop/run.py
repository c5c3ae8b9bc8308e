"""Calling an answer: copies go in, plain values come out, and what went wrong is a sentence."""

from __future__ import annotations

import copy
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from barprop.plain import arrays_in, attempt, describe_type, fresh, one_line, same, type_name


class AnswerError(Exception):
    """The answer could not be had; the message is one sentence for the student."""


@dataclass(frozen=True)
class Observed:
    """What one call did: its value, the arguments it changed, whether it handed one back."""

    value: Any
    changed: tuple[str, ...] = ()
    shared: bool = False


class Handle:
    """Stands for an object that lives elsewhere (in the sandbox).

    Attributes and operators reach through; whatever fails there is raised as AnswerError.
    """

    def observe(self, args: tuple, names: Mapping[str, Any], label: str = "") -> Observed:
        """Call the object it stands for; `label` is what sentences call it."""
        raise NotImplementedError


class Answers(Protocol):
    """Where answers come from: a notebook's namespace, the references, or a sandbox."""

    def __getitem__(self, name: str) -> Any:
        """The object of that name. Raises AnswerError where there is none."""


@dataclass
class Namespace:
    """The answers in a dictionary of names, e.g. of a running notebook."""

    names: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name not in self.names:
            raise AnswerError(f"There is no {name} yet: run the cell that defines it, then check again.")
        return self.names[name]


def label_of(function: Any) -> str:
    """What to call a function in a sentence: "Linear.backward"."""
    return one_line(attempt("", getattr, function, "__qualname__"), 60) or type_name(function)


def observe(function: Any, args: tuple, names: Mapping[str, Any], label: str = "") -> Observed:
    """Call a function on its own copies of the arguments and say what it did to them.

    Raises AnswerError with a sentence where it cannot be called or stops.
    """
    if not callable(function):
        raise AnswerError(f"{label or 'This'} should be a function, but it is {describe_type(function)}.")
    label = label or label_of(function)
    parameters = _fits(function, label, args, names)
    args, names = fresh(args), fresh(dict(names))
    before = copy.copy((fresh(args), fresh(names)))
    with guard(label):
        value = function(*args, **names)
    given = [*zip(parameters, args, before[0], strict=False)]
    given += [(key, names[key], before[1][key]) for key in names]
    changed = tuple(name for name, now, then in given if not same(now, then))
    shared = any(
        np.may_share_memory(out, arg) for out in arrays_in(value) for arg in arrays_in((args, list(names.values())))
    )
    return Observed(value, changed, shared)


def _fits(function: Any, label: str, args: tuple, names: Mapping[str, Any]) -> list[str]:
    """The parameter names of the positional arguments; AnswerError where they do not fit."""
    signature = attempt(None, inspect.signature, function)
    if type(signature) is not inspect.Signature:
        return [f"argument {i + 1}" for i in range(len(args))]
    try:
        signature.bind(*args, **names)
    except TypeError:
        count = len(args) + len(names)
        written = one_line(attempt("", str, signature), 120) or "(...)"
        raise AnswerError(
            f"{label} is called with {count} argument{'s' * (count != 1)}, but yours is written as "
            f"{label}{written}: keep the first line of the cell as it was given."
        ) from None
    found = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return found + [f"argument {i + 1}" for i in range(len(found), len(args))]


# what NumPy says -> what it means to somebody who met it for the first time
_MEANS = {
    "truth value of an array": "an `if`, a `max` or an `and` asks one question, and an array holds many numbers",
    "does not have enough dimensions": "@ stands between two arrays, and one of these is a plain number",
    "mismatch in its core dimension": "the shapes do not fit: in A @ b the columns of A must be as many as the entries of b",
    "not aligned": "the shapes do not fit: in A @ b the columns of A must be as many as the entries of b",
    "could not be broadcast": "the shapes do not fit: entry meets entry, so the last axes must be equal or 1 (keepdims=True keeps an axis)",
    "with casting rule 'same_kind'": "the array holds whole numbers and cannot take fractions: make it float first",
    "inhomogeneous shape": "the parts have different shapes, so they make no array; np.maximum, say, compares entry by entry",
    "can be converted to Python scalars": "float(...) takes one number, and an array of several came",
    "for @: 'float'": "@ stands between two arrays, and one of these is a plain number",
    "and 'method'": "the name of a method stands there; it is called with brackets, sigma.slope(z)",
    "'method' and": "the name of a method stands there; it is called with brackets, sigma.slope(z)",
    "high <= 0": "rng.integers(a, b) never draws b itself, so here there is nothing to draw from",
    "low >= high": "rng.integers(a, b) never draws b itself, so here there is nothing to draw from",
    "'bool' object has no attribute": "comparing plain numbers gives a plain True or False; np.asarray(h) takes both numbers and arrays",
    "'float' object has no attribute": "a plain number came, which has no such method; np.asarray(h) takes both numbers and arrays",
}


@contextmanager
def guard(label: str) -> Iterator[None]:
    """Turn whatever a student's code raises into an AnswerError with one sentence."""
    try:
        yield
    except (AnswerError, KeyboardInterrupt, GeneratorExit):
        raise
    except NotImplementedError:
        raise AnswerError(f"{label} is not written yet.") from None
    except RecursionError:
        raise AnswerError(f"{label} calls itself without end (RecursionError).") from None
    except BaseException as error:
        message = one_line(attempt("", str, error)).rstrip(".")
        if "read-only" in message:
            raise AnswerError(f"{label} writes into an array that was given to it; work on a copy.") from None
        where = attempt("", _where, sys.exc_info()[2])
        message = next((f"{message}; {means}" for said, means in _MEANS.items() if said in message), message)
        raise AnswerError(f"{label} stopped with {type_name(error)}{': ' * bool(message)}{message}{where}.") from None


def _where(trace: TracebackType | None) -> str:
    """The student's own line that raised, as " (line 3: return h * x)"."""
    found = ""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__") == "__main__":
            line = one_line(linecache.getline(frame.f_code.co_filename, trace.tb_lineno), 100)
            found = f" (line {trace.tb_lineno}{': ' + line if line else ''})"
        trace = trace.tb_next
    return found


@dataclass
class Run:
    """One go at one case: calls answers and collects remarks on how they behave."""

    answers: Answers
    remarks: list[str] = field(default_factory=list)

    def __call__(self, target: Any, /, *args: Any, **names: Any) -> Any:
        """Call an answer (by name) or an object got from one. Raises AnswerError."""
        label = target if type(target) is str else label_of(target)
        function = self.answers[target] if type(target) is str else target
        if issubclass(type(function), Handle):  # by its type: a student's object may lie about its class
            seen = function.observe(args, names, label)
        else:
            seen = observe(function, args, names, label)
        for name in seen.changed:
            self.remark(f"{label} changes its argument {name}; work on a copy.")
        if seen.shared:
            self.remark(f"{label} hands back memory of one of its arguments; return a new array (.copy()).")
        return seen.value

    def get(self, owner: Any, attribute: str) -> Any:
        """An attribute of an object made by an answer. Raises AnswerError."""
        with guard(f"{type_name(owner)}.{attribute}"):
            return getattr(owner, attribute)

    def send(self, owner: Any, method: str, /, *args: Any, **names: Any) -> Any:
        """Call a method of an object made by an answer. Raises AnswerError."""
        return self(self.get(owner, method), *args, **names)

    def guard(self, label: str) -> Any:
        """A context in which whatever the student's objects raise becomes an AnswerError."""
        return guard(label)

    def remark(self, sentence: str) -> None:
        """Note how an answer behaves besides its value. Costs half the points."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)
