"""Right answers that misbehave: they change what they were given, hand it back, or change their mind."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.reference import REFERENCES
from barprop.answers.calls import Namespace
from barprop.judging.exercise import Exercise
from tests.answers import with_answer

KINDS = ("changes", "aliases", "second call")
REMARKS = {
    "changes": "changes (the arrays in )?its argument",
    "aliases": "memory of one of its arguments|changes (the arrays in )?its argument",
    "second call": "second call",
}


class _Meddler:
    """Wraps functions so that the outermost call misbehaves; `done` counts how often it could."""

    def __init__(self, kind: str) -> None:
        self.kind, self.depth, self.done = kind, 0, []

    def wrap(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def wrapped(*args: Any, **names: Any) -> Any:
            self.depth += 1
            try:
                result = function(*args, **names)
            finally:
                self.depth -= 1
            return result if self.depth else self._meddle(result, (*args, *names.values()))

        return wrapped

    def wrap_class(self, made: type, signature: str) -> type:
        """A twin of a class; the methods that its signature names misbehave."""
        methods = {
            name: self.wrap(value) for name, value in vars(made).items() if callable(value) and name in signature
        }
        return type(made.__name__, (made,), methods)

    def _meddle(self, result: Any, args: tuple) -> Any:
        if self.kind == "second call":
            return self._drift(result)
        for array in _writable(args):
            if self.kind == "changes":
                array += 1.0
                self.done.append(True)
                return result
            if type(result) is np.ndarray and result.shape == array.shape and result.dtype == array.dtype:
                array[...] = result
                self.done.append(True)
                return array
        return result

    def _drift(self, value: Any) -> Any:
        """A little more with every call, far below the tolerance."""
        if type(value) in (list, tuple):
            return type(value)(self._drift(item) for item in value)
        if type(value) is dict:
            return {key: self._drift(item) for key, item in value.items()}
        if type(value) in (float, np.float64) or (type(value) is np.ndarray and value.dtype == float):
            self.done.append(True)
            return value * (1 + 1e-13 * len(self.done))
        return value


def _writable(args: Any) -> list[np.ndarray]:
    """Float arrays among the arguments that can be written to."""
    if type(args) is np.ndarray:
        return [args] if args.flags.writeable and args.dtype == float and args.size else []
    if type(args) is dict:
        args = tuple(args.values())
    return [array for item in args for array in _writable(item)] if type(args) in (list, tuple) else []


def meddled(exercise: Exercise, kind: str) -> tuple[Namespace, list]:
    """The references of an exercise, misbehaving; and the list that fills up as they do."""
    meddler, twins = _Meddler(kind), {}
    for name in exercise.asks:
        value = REFERENCES.names[name]
        if isinstance(value, type):
            twins[name] = meddler.wrap_class(value, exercise.signature)
        elif callable(value):
            twins[name] = meddler.wrap(value)
    return with_answer(exercise, **twins), meddler.done
