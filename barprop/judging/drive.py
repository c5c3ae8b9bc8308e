"""One go of an answer at one case: what it gave, what was called, and why it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from barprop.activations import Activation
from barprop.answers.calls import Call, Remark, Run
from barprop.answers.failures import AnswerError, Cause, OutOfTimeError
from barprop.answers.returned import take_dict, take_tuple
from barprop.answers.untrusted import call_or_default, copy_plain, is_plain, one_line, type_name
from barprop.judging.exercise import NOT_TRIED, Case, Exercise
from barprop.judging.verdict import FailureKind

# kind of an AnswerError -> kind of the verdict, where it is not "form"
_STOPPED: dict[Cause, FailureKind] = {
    "missing": "missing",
    "unwritten": "unwritten",
    "late": "late",
    "lost": "lost",
    "raised": "raised",
    "recursion": "raised",
    "memory": "raised",
}
_NOT_NESTED = {int, float, bool, str, type(None), np.ndarray}


@dataclass
class Driven:
    """One go at one case."""

    got: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, tuple[Call, ...]] = field(default_factory=dict)
    error: str = ""
    stopped: FailureKind | Literal[""] = ""
    endless: bool = False
    skipped: set[str] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)
    keeps: str = ""


def try_case(exercise: Exercise, run: Run, case: Case) -> Driven:
    """Try an answer on one case."""
    found = Driven()
    found.remarks = run.remarks
    try:
        for name, value in values(exercise, run, case):
            if value is NOT_TRIED:
                found.skipped.add(name)
                continue
            found.got[name] = copy_plain(value)  # as it is now: a later call may work on in that memory
            found.calls[name] = _made_it(run.calls, value)
    except KeyboardInterrupt:
        raise
    except AnswerError as error:
        found.error = one_line(call_or_default("", str, error), 500) or f"{exercise.name} stopped."
        found.stopped = _STOPPED.get(error.kind, "form")
        found.endless = type(error) is OutOfTimeError
    except BaseException as error:  # an object that fails when it is looked at
        found.error = f"{exercise.name} returned something that cannot be read: reading it raises {type_name(error)}."
        found.stopped = "form"
    found.keeps = run.keeps
    return found


def values(exercise: Exercise, run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Yield what an answer gives on a case, output after output. Raise AnswerError."""
    return exercise.drive(run, case) if exercise.drive else _call(run, case, exercise)


def remembers_nothing(case: Case) -> bool:
    """Whether a case holds plain data and activations, and no object that may remember what it was asked."""
    todo: list[Any] = [*case.args.values(), *case.context.values()]
    while todo:
        item = todo.pop()
        if type(item) in (list, tuple, dict):
            inner = item.values() if type(item) is dict else item
            if not set(map(type, inner)) <= _NOT_NESTED:
                todo += inner
        elif not is_plain(item) and type(item) is not Activation:
            return False
    return True


def _made_it(calls: list[Call], value: Any) -> tuple[Call, ...]:
    """Return the call that gave a value, after those that made its object."""
    for number in range(len(calls) - 1, -1, -1):
        if calls[number].gave(value):
            owner = calls[number].label.rpartition(".")[0]
            before = [c for c in calls[:number] if owner and c.label.split(".")[0] == owner]
            return (*before, calls[number])
    return ()


def _call(run: Run, case: Case, exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """Drive the default way: one call, its result taken apart by `exercise.returns`."""
    value = run(exercise.asks[0], *case.args.values())
    if exercise.returns == "value":
        yield exercise.outputs[0], value
    elif exercise.returns == "tuple":
        yield from take_tuple(exercise.name, value, exercise.outputs)
    else:
        yield from take_dict(run, exercise.name, value, exercise.outputs)
