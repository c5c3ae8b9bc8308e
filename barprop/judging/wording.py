"""What an answer was asked and what it gave, in a line that a student can copy and run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from barprop.activations import Activation
from barprop.answers.calls import Call
from barprop.answers.untrusted import is_array, is_number, is_row
from barprop.judging.compare import floats, near, show
from barprop.judging.exercise import Exercise

_ENTRIES = 8  # an array with more is not written out
_LONGEST = 220  # characters of a line
_TEXT = 30
_DEPTH = 4  # a collection in a collection in a collection: deeper ones are not written out


def shown_name(exercise: Exercise, output: str) -> str:
    """Return what sentences call an output: bars are called bars, also if the dictionary's key is the plain name."""
    return f"{output}_bar" if exercise.outputs_are_bars else exercise.called.get(output, output)


def literal(value: Any, depth: int = _DEPTH) -> str | None:
    """Write a value as Python code, numbers to four digits; None if it does not fit on a line."""
    if value is None or type(value) is bool:
        return repr(value)
    if type(value) is str:
        return repr(value) if len(value) <= _TEXT else None
    if isinstance(value, Activation):
        return value.name
    if is_array(value) and value.ndim:
        return _array(value)
    if is_number(value) or is_array(value):
        return _number(value)
    if type(value) is dict or is_row(value):
        return _collection(value, depth - 1) if depth and len(value) <= _ENTRIES else None
    return None


def _collection(value: Any, depth: int) -> str | None:
    entries = [*value.keys(), *value.values()] if type(value) is dict else list(value)
    texts = []
    for entry in entries:
        text = literal(entry, depth)
        if text is None:
            return None
        texts.append(text)
    if type(value) is dict:
        return "{" + ", ".join(f"{key}: {item}" for key, item in zip(texts, texts[len(value) :], strict=False)) + "}"
    inside = ", ".join(texts)
    return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(texts) == 1)})"


def _number(value: Any) -> str:
    number = value[()] if is_array(value) else value
    if type(number) is int or isinstance(number, np.integer):
        return str(int(number)) if abs(int(number)) < 10**9 else f"{float(number):.4g}"
    text = f"{float(number):.4g}"
    return text if any(mark in text for mark in ".en") else f"{text}.0"


def _array(value: np.ndarray) -> str | None:
    if value.size > _ENTRIES:
        return None
    if not value.size:
        return f"np.zeros({value.shape})"
    return f"np.array({_nested(value)})"


def _nested(value: np.ndarray) -> str:
    if np.ndim(value) == 0:
        return _number(value)
    return "[" + ", ".join(_nested(item) for item in value) + "]"


def example(exercise: Exercise, calls: Sequence[Call], output: str, value: Any, right: Any) -> str:
    """Write the call and its value; "" if the line would be too long or cannot be written."""
    lines = _lines(calls)
    gave = _gave(exercise, calls, output, value, right)
    text = "; ".join(lines) + f"  gave  {gave}" if lines else ""
    return text if len(text) <= _LONGEST else ""


def short_example(exercise: Exercise, calls: Sequence[Call], output: str, value: Any, right: Any) -> str:
    """Write the value alone if the whole call cannot be shown; "" if that is too long as well."""
    text = f"yours: {shown_name(exercise, output)} = {_gave(exercise, [], output, value, right)}"
    return text if len(text) <= _LONGEST and "array (" not in text else ""


def _gave(exercise: Exercise, calls: Sequence[Call], output: str, value: Any, right: Any) -> str:
    if is_array(value) and value.size > _ENTRIES and np.shape(right) == value.shape:
        wrong = np.argwhere(~near(floats(value), floats(right), exercise.tolerance))
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            return f"{_number(value[place])} at [{', '.join(map(str, place))}]"
    written = literal(value) or show(value)
    written = written.removeprefix("np.array(").removesuffix(")") if written.startswith("np.array(") else written
    several = calls and type(calls[-1].value) in (dict, tuple, list) and calls[-1].value is not value
    return f"{shown_name(exercise, output)} = {written}" if several else written


def _lines(calls: Sequence[Call]) -> list[str]:
    """Write the calls up to the last one as code; none if one of them cannot be written."""
    made: dict[str, str] = {}
    lines = []
    for call in calls:
        owner, _, method = call.label.rpartition(".")
        if owner and owner not in made:
            return []
        arguments = [literal(value) for value in call.args]
        arguments += [f"{name}={literal(value)}" for name, value in call.names.items()]
        if None in arguments or any(str(a).endswith("=None") for a in arguments):
            return []
        written = f"({', '.join(map(str, arguments))})"
        is_class = call.label[:1].isupper() and not owner
        if is_class:
            made[call.label] = call.label.lower()
            lines.append(f"{call.label.lower()} = {call.label}{written}")
        else:
            lines.append(f"{made[owner]}.{method}{written}" if owner else f"{call.label}{written}")
    return lines
