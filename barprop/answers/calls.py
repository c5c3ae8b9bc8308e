"""Calling an answer: copies go in, plain values come out, and what went wrong is a sentence."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import FunctionType, MethodType
from typing import Any, Protocol, runtime_checkable

import numpy as np

from barprop.activations import Activation
from barprop.answers.failures import AnswerError, guard
from barprop.answers.script import Outcome, Played, Script, carry_out
from barprop.answers.untrusted import (
    arrays_in,
    call_or_default,
    copy_plain,
    describe_type,
    identical,
    is_modest,
    is_number,
    is_row,
    one_line,
    type_name,
)

_PLACES = 100  # entries of a result that are looked at one by one
_ARRAYS = 300  # arrays that are looked at in each
Earlier = dict[str, list[Any]]  # the last results under each label
_KEPT = 4  # more than one, so that an answer with a buffer for each shape is caught when a shape comes again
_CALLS = 40  # calls of one case that are kept, to show the one that matters


@dataclass(frozen=True)
class Observed:
    """What one call did: its value, the arguments it changed, and what its value shares memory with.

    Parameters
    ----------
    value : Any
        The result.
    changed : tuple of str
        Names of the arguments that were changed.
    shared : str
        A key of `SHARED`; "" if no memory is shared.
    where : tuple of (str or int)
        If the value is a dictionary or a tuple: the keys or positions that share memory.
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
    text : str
        One sentence for the student.
    label : str
        The call it is about; "" for the whole answer.
    where : tuple of (str or int)
        As in `Observed`.
    memory : bool
        Whether it is about shared memory.
    light : bool
        Whether it costs only a tenth of the exercise.
    changes : bool
        Whether it is about an argument that was changed.
    """

    text: str
    label: str = ""
    where: tuple[str | int, ...] = ()
    memory: bool = False
    light: bool = False
    changes: bool = False


# with what a result shares memory -> what is said of it
SHARED = {
    "": "",
    "argument": "returns memory of one of its arguments; return a new array (.copy()).",
    "earlier": "returns the memory of an earlier result, which it overwrites; make a new array in every call.",
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
        """Return the object of that name. Raise AnswerError if there is none."""


@runtime_checkable
class ScriptedAnswers(Answers, Protocol):
    """Answers in another process, which can make many calls there in one go."""

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out, all in one go; return how far each got."""


@dataclass
class Namespace:
    """The answers in a dictionary of names, e.g. of a running notebook."""

    names: Mapping[str, Any]
    earlier: Earlier = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Any:
        if name not in self.names:
            raise AnswerError(f"There is no {name} yet: run the cell that defines it, then check again.", "missing")
        found = self.names[name]
        if _handed_out(found):
            raise AnswerError(
                f"{name} is barprop's own function or class: write it yourself, then check again.", "missing"
            )
        return found


def _handed_out(item: Any) -> bool:
    """Whether something was imported from barprop instead of written."""
    if type(item) is Activation:
        return True
    home = item.__module__ if type(item) is FunctionType or type(item) is type else ""
    return type(home) is str and home.startswith("barprop.")


def label_of(function: Any) -> str:
    """Return what to call a function in a sentence: "Linear.backward"."""
    return one_line(call_or_default("", getattr, function, "__qualname__"), 60) or type_name(function)


@dataclass(frozen=True)
class Reused:
    """An array given as an argument whose memory is used for something else once the call is over.

    Parameters
    ----------
    array : numpy.ndarray
        The argument of the call.
    after : numpy.ndarray
        What the same memory holds afterwards; the same shape and type.
    """

    array: np.ndarray
    after: np.ndarray


def observe(function: Any, args: tuple, names: Mapping[str, Any], label: str, earlier: Earlier) -> Observed:
    """Call a function on its own copies of the arguments and say what it did to them.

    Parameters
    ----------
    label : str
        What sentences call it; "" for its own name.
    earlier : dict
        The last results of the same answers, by label; this one is added.

    Raises
    ------
    AnswerError
        If it cannot be called, or stops; with a sentence.
    """
    if not callable(function):
        raise AnswerError(f"{label or 'This'} should be a function, but it is {describe_type(function)}.")
    label = label or label_of(function)
    parameters = _fits(function, label, args, names)
    reused = {place: item.after for place, item in enumerate(args) if type(item) is Reused}
    args = tuple(item.array if type(item) is Reused else item for item in args)
    args, names = copy_plain(args), copy_plain(dict(names))
    given = [*zip(parameters, args, strict=False), *names.items()]
    before = [(copy_plain(value), _inside(value)) for _, value in given]
    with guard(label):
        value = function(*args, **names)
    changed = tuple(
        name
        for (name, now), (then, inside) in zip(given, before, strict=True)
        if not identical(now, then) or not identical(_inside(now), inside)
    )
    others: Any = (args, list(names.values()))
    arrays = _arrays(value)
    shared = "argument" if _overlap(arrays, others) else ""
    kept = earlier.setdefault(label, [])
    if not shared and any(_is_earlier(value, arrays, before) for before in kept):
        shared, others = "earlier", list(kept)
    kept[:] = [*kept, value][-_KEPT:]
    for place, after in reused.items():
        args[place][...] = after
    return Observed(value, changed, shared, _where_shared(value, others) if shared else ())


def _inside(value: Any) -> Any:
    """Copy what an object of the student's holds as its data; None for anything else."""
    data = call_or_default(None, object.__getattribute__, value, "data")
    return copy_plain(data) if type(data) is np.ndarray or is_number(data) else None


def _is_earlier(value: Any, arrays: list[np.ndarray], before: Any) -> bool:
    """Whether a result is an earlier one, or shares its memory."""
    the_same = value is before and (type(value) is dict or type(value) is list)
    return bool(the_same and value) or _overlap(arrays, before)


def _where_shared(value: Any, others: Any) -> tuple[str | int, ...]:
    owners = _arrays(others)
    if not is_modest(value):
        return ()
    entries: list[tuple[str | int, Any]] = []
    if type(value) is dict:
        entries = [(key, item) for key, item in islice(dict.items(value), _PLACES) if type(key) is str]
    elif is_row(value):
        entries = list(enumerate(value[:_PLACES]))
    return tuple(key for key, item in entries if _any_shared(_arrays(item), owners))


def _overlap(these: list[np.ndarray], others: Any) -> bool:
    return bool(these) and _any_shared(these, _arrays(others))


def _any_shared(these: list[np.ndarray], those: list[np.ndarray]) -> bool:
    return any(np.may_share_memory(one, other) for one in these for other in those)


def _arrays(value: Any) -> list[np.ndarray]:
    """Return the arrays in a nest that hold anything, each once; the first few hundred."""
    found: dict[int, np.ndarray] = {}
    for array in arrays_in(value):
        if array.size:
            found[id(array)] = array
        if len(found) == _ARRAYS:
            break
    return list(found.values())


def _fits(function: Any, label: str, args: tuple, names: Mapping[str, Any]) -> list[str]:
    """Return the parameter names of the positional arguments; raise AnswerError if they do not fit."""
    plain = _plain_parameters(function)
    if plain is not None and not names and plain[1] <= len(args) <= len(plain[0]):
        return plain[0]
    signature = call_or_default(None, inspect.signature, function)
    if type(signature) is not inspect.Signature:
        return [f"argument {i + 1}" for i in range(len(args))]
    try:
        signature.bind(*args, **names)
    except TypeError:
        if _lacks_self(function):
            raise AnswerError(
                f"{label} is a method, but self is missing: write it as the first name in the brackets."
            ) from None
        count = len(args) + len(names)
        written = one_line(call_or_default("", str, signature), 120) or "(...)"
        raise AnswerError(
            f"{label} is called with {count} argument{'s' * (count != 1)}, but yours is written as "
            f"{label}{written}: keep the first line of the cell as it was given."
        ) from None
    found = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return found + [f"argument {i + 1}" for i in range(len(found), len(args))]


def _plain_parameters(function: Any) -> tuple[list[str], int] | None:
    """Return the parameters of a plain function or method, and how many need a value; None for anything else."""
    bound = type(function) is MethodType
    if bound:
        function = function.__func__
    if type(function) is not FunctionType or function.__dict__:  # a decorator may have noted another signature there
        return None
    code = function.__code__
    if code.co_kwonlyargcount or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return None
    found = list(code.co_varnames[bound : code.co_argcount])
    return (found, len(found) - len(function.__defaults__ or ())) if code.co_argcount >= bound else None


def _lacks_self(function: Any) -> bool:
    """Whether a method was written without self."""
    code = call_or_default(None, getattr, function.__func__, "__code__") if type(function) is MethodType else None
    return code is not None and (not code.co_argcount or code.co_varnames[0] not in ("self", "cls"))


@dataclass(frozen=True)
class Call:
    """One call of an answer, as it was made: for showing it to the student."""

    label: str
    args: tuple
    names: Mapping[str, Any]
    value: Any

    def gave(self, value: Any) -> bool:
        """Whether this value is what was returned, or is contained in it."""
        if type(self.value) is dict:
            return any(value is item for item in dict.values(self.value))
        if type(self.value) in (tuple, list):
            return any(value is item for item in self.value[:100])
        return value is self.value


def _shown(item: Any) -> Any:
    return item.array if type(item) is Reused else item


@dataclass
class Run:
    """One go at one case: calls answers and collects remarks on how they behave."""

    answers: Answers
    remarks: list[Remark] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    last: tuple[str, Observed] | None = None  # the last call: what it is called, and what it did
    earlier: Earlier = field(default_factory=dict, repr=False, compare=False)
    keeps: str = ""  # a sentence on what a layer keeps for its backward

    def __post_init__(self) -> None:
        if type(self.answers) is Namespace:
            self.earlier = self.answers.earlier  # a notebook's answers remember from one case to the next

    def __call__(self, target: Any, /, *args: Any, **names: Any) -> Any:
        """Call an answer (by name) or an object got from one. Raises AnswerError."""
        if type(target) is str:
            return self.called(self.answers[target], target, args, names)
        return self.called(target, label_of(target), args, names)

    def called(self, function: Any, label: str, args: tuple[Any, ...], names: Mapping[str, Any]) -> Any:
        """Call a function or object that is there, and note what it did. Raises AnswerError."""
        if issubclass(type(function), Handle):  # by its type: a student's object may lie about its class
            seen = function.observe(args, names, label)
        else:
            seen = observe(function, args, names, label, self.earlier)
        self.note(label, args, names, seen)
        return seen.value

    def note(self, label: str, args: tuple[Any, ...], names: Mapping[str, Any], seen: Observed) -> None:
        """Keep what a call did, and remark on it."""
        self.calls.append(Call(label, tuple(map(_shown, args)), names, seen.value))
        if len(self.calls) > 2 * _CALLS:
            del self.calls[:-_CALLS]
        self._remark_on(label, seen)

    def _remark_on(self, label: str, seen: Observed) -> None:
        self.last = label, seen
        for name in seen.changed:
            self.remarks.append(Remark(f"{label} changes its argument {name}; work on a copy.", label, changes=True))
        if seen.shared:
            self.remarks.append(Remark(f"{label} {SHARED[seen.shared]}", label, seen.where, memory=True))

    def snapshot(self, value: Any) -> Any:
        """Copy a value that a later call might change; the copy counts as what the last call gave."""
        copy = copy_plain(value)
        if self.calls and self.calls[-1].value is value:
            self.calls[-1] = replace(self.calls[-1], value=copy)
        return copy

    def play(self, scripts: Sequence[Script]) -> Iterator[Played]:
        """Carry scripts out one after the other; one that fails stops itself alone.

        If the answers live in another process, all of them are carried out there in one go.
        """
        if not isinstance(self.answers, ScriptedAnswers):
            for script in scripts:
                outcomes: list[Outcome] = []
                carry_out(self, script.steps, outcomes)
                yield Played(script, outcomes)
            return
        for script, done in zip(scripts, self.answers.carry_out(scripts), strict=True):
            for (_, _, _, operands), outcome in zip(script.steps, done, strict=False):
                if outcome.seen:
                    label, seen = outcome.seen
                    self.note(label, next((tuple(o) for o in operands if type(o) is tuple), ()), {}, seen)
            yield Played(script, done)

    def get(self, owner: Any, attribute: str) -> Any:
        """Return an attribute of an object made by an answer. Raise AnswerError."""
        with guard(f"{type_name(owner)}.{attribute}"):
            return getattr(owner, attribute)

    def send(self, owner: Any, method: str, /, *args: Any, **names: Any) -> Any:
        """Call a method of an object made by an answer. Raises AnswerError."""
        return self(self.get(owner, method), *args, **names)

    def remark(self, sentence: str, label: str = "") -> None:
        """Note how an answer behaves besides its value. Costs half the points."""
        self.remarks.append(Remark(sentence, label))


class TrustedRun(Run):
    """The same for answers that are known to leave their arguments alone: nothing is copied, watched or kept."""

    def called(self, function: Any, label: str, args: tuple[Any, ...], names: Mapping[str, Any]) -> Any:
        """Call a function or object that is there. Raises AnswerError."""
        if any(type(item) is Reused for item in args):
            return super().called(function, label, args, names)
        with guard(label):
            return function(*args, **names)
