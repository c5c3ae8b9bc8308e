"""Steps on answers that are written down first and carried out in one go, so that a sandbox is asked once for many."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from barprop.answers.failures import AnswerError, Guard
from barprop.answers.kept import kept
from barprop.answers.untrusted import is_plain

if TYPE_CHECKING:
    from barprop.answers.calls import Run
    from barprop.answers.observe import Observed

# What is wanted of a step: nothing, that its result is an object and no plain data, this object itself, any value.
NOTHING, OBJECT, KEPT, VALUE = range(4)
# What may be applied to an answer's objects: names in the module `operator`, here and in a sandbox.
BINARY_OPERATORS = ("add", "sub", "mul", "truediv", "pow", "matmul")
UNARY_OPERATORS = ("neg", "pos", "abs")
Step = tuple[str, str, int, tuple[Any, ...]]  # kind, what sentences call it, what is wanted, operands


class Later:
    """The result of a step that has not been carried out yet; operators on it are further steps."""

    __array_ufunc__ = None  # array + later is handed to __radd__ as a whole

    def __init__(self, number: int, script: Script | None = None) -> None:
        self.number, self.script = number, script


@dataclass
class Outcome:
    """How a step went.

    Parameters
    ----------
    value : Any
        The part of its result that was wanted. If an object was wanted, also plain data that was returned instead.
    error : AnswerError, optional
        Why it stopped.
    seen : tuple of (str, Observed), optional
        For a call: its name in sentences, and what it did.
    plain : bool
        Whether plain data was returned although an object was wanted.
    """

    value: Any = None
    error: AnswerError | None = None
    seen: tuple[str, Observed] | None = None
    plain: bool = False


@dataclass
class Script:
    """Steps, each of which may use the results of earlier ones. The first that fails is the last.

    Parameters
    ----------
    label : str
        What sentences call the whole.
    steps : list of Step
        In order.
    checks : dict of int to callable
        By number of a step that wants an object: called with plain data that was returned instead; raises AnswerError.
    """

    label: str
    steps: list[Step] = field(default_factory=list)
    checks: dict[int, Callable[[Any], Any]] = field(default_factory=dict)

    def call(self, function: Any, label: str, *args: Any, want: int = VALUE) -> Later:
        """Call a function or class that is there already."""
        return self._then("call", label, want, function, args)

    def send(self, owner: Any, method: str, *args: Any, want: int = VALUE, **names: Any) -> Later:
        """Call a method of an object."""
        return self._then("send", "", want, owner, method, args, names)

    def get(self, owner: Any, attribute: str) -> Later:
        """Read an attribute, as it is at that moment."""
        return self._then("get", "", VALUE, owner, attribute)

    def class_name(self, owner: Any) -> Later:
        """Read what an object's class is called."""
        return self.get(self._then("get", "", NOTHING, owner, "__class__"), "__name__")

    def operate(self, label: str, name: str, *operands: Any) -> Later:
        """Apply an operator; its result has to be an object."""
        return self._then("op", label, OBJECT, name, operands)

    def kept(self, owner: Any, method: str, args: tuple[Any, ...], given: Any) -> Later:
        """Ask which arrays an object keeps, and which of them a method reads, as `kept` says it."""
        return self._then("kept", "", VALUE, owner, method, args, given)

    def keep(self, later: Later) -> None:
        """Ask for the object that a step gives."""
        kind, label, _, operands = self.steps[later.number]
        self.steps[later.number] = kind, label, KEPT, operands

    def _then(self, kind: str, label: str, want: int, *operands: Any) -> Later:
        self.steps.append((kind, label, want, operands))
        return Later(len(self.steps) - 1, self)


@dataclass
class Played:
    """A script that was carried out as far as it went."""

    script: Script
    outcomes: Sequence[Outcome]

    def __getitem__(self, later: Later) -> Any:
        """Return the value of a step. Raises AnswerError where it, or one before it, failed."""
        return self.outcome(later).value

    def outcome(self, later: Later) -> Outcome:
        """Return how a step went. Raises AnswerError where it, or one before it, failed."""
        number = min(later.number, len(self.outcomes) - 1)
        found = self.outcomes[number]
        if found.error is not None:
            raise found.error
        if found.plain and number in self.script.checks:
            self.script.checks[number](found.value)
        if number < later.number or found.plain:
            raise AnswerError(f"{self.script.label} returned malformed data.", "malformed")
        return found


def carry_out(run: Run, steps: Sequence[Step], outcomes: list[Outcome]) -> None:
    """Carry steps out one after the other, up to the first that fails; `outcomes` grows by one with each."""
    results: list[Any] = []
    for kind, label, want, operands in steps:
        run.last = None
        try:
            value = _ACTIONS[kind](run, label, *_there(operands, results))
        except AnswerError as error:
            outcomes.append(Outcome(error=error))
            return
        results.append(value)
        if want == VALUE:  # as it is now: a later step may work on in that memory
            value = run.snapshot(value)
        plain = want in (OBJECT, KEPT) and is_plain(value)
        outcomes.append(Outcome(value if plain or want in (KEPT, VALUE) else None, seen=run.last, plain=plain))
        if plain:
            return


def operate(name: str, operands: tuple[Any, ...], label: str) -> Any:
    """Apply an operator to objects of an answer; `label` is what sentences call it. Raise AnswerError."""
    if name not in BINARY_OPERATORS + UNARY_OPERATORS:
        raise AnswerError(f"There is no operator {name}.")
    with Guard(label):
        return getattr(operator, name)(*operands)


def _there(item: Any, results: list[Any]) -> Any:
    """Return the operands, with results in the place of those that were to come later."""
    if type(item) is tuple:
        return tuple(_there(entry, results) for entry in item)
    return results[item.number] if type(item) is Later else item


def _call(run: Run, label: str, function: Any, args: tuple[Any, ...]) -> Any:
    return run.called(function, label, args, {})


def _send(run: Run, label: str, owner: Any, method: str, args: tuple[Any, ...], names: dict[str, Any]) -> Any:
    return run.send(owner, method, *args, **names)


def _get(run: Run, label: str, owner: Any, attribute: str) -> Any:
    return run.get(owner, attribute)


def _operate(run: Run, label: str, name: str, operands: tuple[Any, ...]) -> Any:
    return operate(name, operands, label)


def _kept(run: Run, label: str, owner: Any, method: str, args: tuple[Any, ...], given: Any) -> Any:
    return kept(owner, method, args, given)


_ACTIONS: dict[str, Callable[..., Any]] = {"call": _call, "send": _send, "get": _get, "op": _operate, "kept": _kept}
