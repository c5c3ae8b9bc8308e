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

from barprop.answers.error_hints import in_plain_words
from barprop.answers.untrusted import arrays_in, attempt, describe_type, fresh, one_line, same, type_name


class AnswerError(Exception):
    """The answer could not be had; the message is one sentence for the student.

    Parameters
    ----------
    kind : what code decides by, so that nobody reads the sentence: a key of KINDS.
    """

    def __init__(self, sentence: str, kind: str = "other") -> None:
        super().__init__(sentence)
        self.kind = kind if kind in KINDS else "other"


# kind of an AnswerError -> what it means
KINDS = {
    "missing": "there is no such name",
    "unwritten": "the answer raised NotImplementedError",
    "recursion": "Python's limit of nested calls was hit",
    "raised": "the answer raised something else",
    "late": "it took too long",
    "memory": "it took too much memory",
    "lost": "the process it ran in is gone",
    "malformed": "what came back cannot be read",
    "other": "anything else",
}


@dataclass(frozen=True)
class Observed:
    """What one call did: its value, the arguments it changed, and what its value shares memory with.

    Parameters
    ----------
    shared : a key of SHARED. where : the keys or places that share it, where the value is a dictionary or a tuple.
    """

    value: Any
    changed: tuple[str, ...] = ()
    shared: str = ""
    where: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Remark:
    """How an answer behaves besides its value.

    Parameters
    ----------
    label : the call it is about; "" for the whole answer. where : as in Observed. memory : whether memory is shared.
    """

    text: str
    label: str = ""
    where: tuple[str | int, ...] = ()
    memory: bool = False


# with what a result shares memory -> what is said of it
SHARED = {
    "": "",
    "argument": "hands back memory of one of its arguments; return a new array (.copy()).",
    "earlier": "hands back the memory of an earlier result, which it overwrites; make a new one in every call.",
}


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
            raise AnswerError(f"There is no {name} yet: run the cell that defines it, then check again.", "missing")
        return self.names[name]


def label_of(function: Any) -> str:
    """What to call a function in a sentence: "Linear.backward"."""
    return one_line(attempt("", getattr, function, "__qualname__"), 60) or type_name(function)


@dataclass(frozen=True)
class Reused:
    """An array given as an argument whose memory is used for something else once the call is over.

    Parameters
    ----------
    array : what the call is given. after : what the same memory holds afterwards; the same shape and type.
    """

    array: np.ndarray
    after: np.ndarray


def observe(function: Any, args: tuple, names: Mapping[str, Any], label: str = "") -> Observed:
    """Call a function on its own copies of the arguments and say what it did to them.

    Raises AnswerError with a sentence where it cannot be called or stops.
    """
    if not callable(function):
        raise AnswerError(f"{label or 'This'} should be a function, but it is {describe_type(function)}.")
    label = label or label_of(function)
    parameters = _fits(function, label, args, names)
    reused = {place: item.after for place, item in enumerate(args) if type(item) is Reused}
    args = tuple(item.array if type(item) is Reused else item for item in args)
    args, names = fresh(args), fresh(dict(names))
    before = copy.copy((fresh(args), fresh(names)))
    with guard(label):
        value = function(*args, **names)
    given = [*zip(parameters, args, before[0], strict=False)]
    given += [(key, names[key], before[1][key]) for key in names]
    changed = tuple(name for name, now, then in given if not same(now, then))
    others: Any = (args, list(names.values()))
    shared = "argument" if _overlap(value, others) else ""
    if not shared and _is_earlier(label, value):
        shared, others = "earlier", _earlier[label]
    _earlier[label] = value
    for place, after in reused.items():
        args[place][...] = after
    return Observed(value, changed, shared, _where_shared(value, others) if shared else ())


_earlier: dict[str, Any] = {}  # the last result under each label


def _is_earlier(label: str, value: Any) -> bool:
    """Whether a result is the one before it, or lies in its memory."""
    before = _earlier.get(label)
    the_same = value is before and (type(value) is dict or type(value) is list)
    return bool(the_same and value) or _overlap(value, before)


def _where_shared(value: Any, others: Any) -> tuple[str | int, ...]:
    if type(value) is dict:
        return tuple(key for key, item in dict.items(value) if type(key) is str and _overlap(item, others))
    if type(value) is tuple or type(value) is list:
        return tuple(place for place, item in enumerate(value[:100]) if _overlap(item, others))
    return ()


def _overlap(value: Any, others: Any) -> bool:
    return any(out.size and np.may_share_memory(out, other) for out in arrays_in(value) for other in arrays_in(others))


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


@contextmanager
def guard(label: str) -> Iterator[None]:
    """Turn whatever a student's code raises into an AnswerError with one sentence."""
    try:
        yield
    except (AnswerError, KeyboardInterrupt, GeneratorExit):
        raise
    except NotImplementedError:
        raise AnswerError(f"{label} is not written yet.", "unwritten") from None
    except RecursionError:
        raise AnswerError(f"{label} calls itself without end (RecursionError).", "recursion") from None
    except BaseException as error:
        message = one_line(attempt("", str, error)).rstrip(".")
        if "read-only" in message:
            raise AnswerError(f"{label} writes into an array that was given to it; work on a copy.", "raised") from None
        where = attempt("", _where, sys.exc_info()[2])
        message = in_plain_words(message)
        sentence = f"{label} stopped with {type_name(error)}{': ' * bool(message)}{message}{where}."
        raise AnswerError(sentence, "memory" if type(error) is MemoryError else "raised") from None


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
    remarks: list[Remark] = field(default_factory=list)

    def __call__(self, target: Any, /, *args: Any, **names: Any) -> Any:
        """Call an answer (by name) or an object got from one. Raises AnswerError."""
        label = target if type(target) is str else label_of(target)
        function = self.answers[target] if type(target) is str else target
        if issubclass(type(function), Handle):  # by its type: a student's object may lie about its class
            seen = function.observe(args, names, label)
        else:
            seen = observe(function, args, names, label)
        for name in seen.changed:
            self.remark(f"{label} changes its argument {name}; work on a copy.", label)
        if seen.shared:
            self.remarks.append(Remark(f"{label} {SHARED[seen.shared]}", label, seen.where, memory=True))
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

    def remark(self, sentence: str, label: str = "") -> None:
        """Note how an answer behaves besides its value. Costs half the points."""
        self.remarks.append(Remark(sentence, label))
