"""Values that an answer reads from the notebook around it instead of from its arguments."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from barprop.answers.untrusted import is_array, is_number, is_row


def read_from_notebook(answer: Any, names: Mapping[str, Any]) -> list[str]:
    """Return the numbers and arrays of the notebook that a function or class reads, by name; capitals are constants."""
    functions = vars(answer).values() if isinstance(answer, type) else [answer]
    read = {name for f in functions if type(f) is FunctionType for name in _globals_read(f.__code__)}
    return sorted(name for name in read if name in names and _is_value(names[name]) and not name.isupper())


def functions_used(answers: Iterable[str], names: Mapping[str, Any]) -> set[str]:
    """Return the functions and classes of the notebook that some answers use, also by way of each other."""

    def read_by(name: str) -> set[str]:
        answer = names.get(name)
        functions = vars(answer).values() if type(answer) is type else [answer]
        read = {name for f in functions if type(f) is FunctionType for name in _globals_read(f.__code__)}
        return {name for name in read if type(names.get(name)) in (FunctionType, type)}

    return reached(answers, read_by)


def reached(start: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    """Return all names that some names lead to, in one step or more."""
    found: set[str] = set()
    todo = list(start)
    while todo:
        new = set(step(todo.pop())) - found
        found |= new
        todo += new
    return found


def _globals_read(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_read(constant)


def _is_value(value: Any) -> bool:
    return is_number(value) or is_array(value) or is_row(value) or type(value) is dict
