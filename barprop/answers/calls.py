"""Calling an answer: copies go in, plain values come out, and what went wrong is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any, Protocol, TypeGuard

from barprop.activations import Activation
from barprop.answers.failures import AnswerError, Guard
from barprop.answers.observe import SHARED, Earlier, Observed, Reused, label_of, observe
from barprop.answers.script import Outcome, Played, Script, carry_out
from barprop.answers.untrusted import (
    copy_plain,
    type_name,
)

_CALLS = 40  # calls of one case that are kept, to show the one that matters


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


class ScriptedAnswers(Answers, Protocol):
    """Answers in another process, which can make many calls there in one go."""

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out, all in one go; return how far each got."""


def is_scripted(answers: Answers) -> TypeGuard[ScriptedAnswers]:
    """Say whether answers live in another process, which can make many calls in one go."""
    return hasattr(type(answers), "carry_out")  # isinstance() of a Protocol is slow, and this is asked before each call


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


def _changes(label: str, noted: str) -> str:
    """Say of an argument that was changed what to do about it."""
    name = noted.rstrip("[]()")
    if noted.endswith("[]"):
        return (
            f"{label} changes the arrays in its argument {name}: copy each of them, for a copy of {name} alone holds "
            "the same arrays."
        )
    if noted.endswith("()"):
        return f"{label} changes its argument {name}; work on a copy."
    return f"{label} changes its argument {name}; work on a copy: {name}.copy() makes one, np.asarray({name}) does not."


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
            self.remarks.append(Remark(_changes(label, name), label, changes=True))
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
        if not is_scripted(self.answers):
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
        with Guard(f"{type_name(owner)}.{attribute}"):
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
        with Guard(label):
            return function(*args, **names)
