"""Taking apart what an answer returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import describe_type, one_line


def take_tuple(label: str, value: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Name the items of a returned tuple. Raises AnswerError where their number is off."""
    expected = f"({', '.join(names)}{',' * (len(names) == 1)})"
    if type(value) is not tuple and type(value) is not list:
        comma = f" A tuple of one needs a comma: ({names[0]},)." if len(names) == 1 else ""
        raise AnswerError(f"{label} returned {describe_type(value)}; expected the tuple {expected}.{comma}")
    if len(value) != len(names):
        raise AnswerError(f"{label} returned {len(value)} values; expected {len(names)}: {expected}.")
    yield from zip(names, value, strict=True)


def take_dict(run: Run, label: str, value: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Name the entries of a returned dictionary. Raises AnswerError where some are missing."""
    expected = "{" + ", ".join(repr(n) for n in names) + "}"
    if type(value) is not dict:
        raise AnswerError(f"{label} returned {describe_type(value)}; expected a dictionary with the keys {expected}.")
    entries = {key: item for key, item in value.items() if type(key) is str}  # other keys may lie when compared
    extra = [one_line(key, 40) for key in entries if key not in names]
    extra += [describe_type(key) for key in value if type(key) is not str]
    if extra:
        run.remark(f"{label} returned unexpected keys ({', '.join(extra[:4])}); expected exactly {expected}.")
    yield from ((name, entries[name]) for name in names if name in entries)
    missing = [name for name in names if name not in entries]
    if missing:
        raise AnswerError(f"{label} returned no {', '.join(map(repr, missing))}; expected the keys {expected}.")
