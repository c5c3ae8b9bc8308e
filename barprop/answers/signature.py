"""Whether an answer can be called as it is about to be."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any

from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import call_or_default, one_line


def fitted(function: Any, label: str, args: tuple, names: Mapping[str, Any]) -> list[str]:
    """Return the parameter names of the positional arguments. Raise AnswerError if they do not fit."""
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
    elif type(function) is type:
        bound, function = True, _initialiser(function)
    if type(function) is not FunctionType or function.__dict__:  # a decorator may have noted another signature there
        return None
    code = function.__code__
    if code.co_kwonlyargcount or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return None
    found = list(code.co_varnames[bound : code.co_argcount])
    return (found, len(found) - len(function.__defaults__ or ())) if code.co_argcount >= bound else None


def _initialiser(kind: type) -> Any:
    """Return the `__init__` that makes objects of a plain class, None where something else makes them."""
    if "__signature__" in vars(kind) or any("__new__" in vars(base) for base in kind.__mro__[:-1]):
        return None
    return next(vars(base)["__init__"] for base in kind.__mro__ if "__init__" in vars(base))


def _lacks_self(function: Any) -> bool:
    """Whether a method was written without self."""
    code = call_or_default(None, getattr, function.__func__, "__code__") if type(function) is MethodType else None
    return code is not None and (not code.co_argcount or code.co_varnames[0] not in ("self", "cls"))
