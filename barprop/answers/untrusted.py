"""Reading what a student's code hands back without trusting it.

Such an object may lie about its class, raise from any method, or contain itself. So only exact
types are looked into, and text is cut to one printable line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

# The exact types that count as a number. No subclass: it may say one thing now and another later.
_NUMBERS = (float, int, *(np.dtype(code).type for code in "efdgbhilqBHILQ"))
_DEPTH = 6  # how deep lists within lists are looked into
_ITEMS = 50_000  # how many items are looked at in all
_BYTES = 2**26  # arrays above this size are not compared bit for bit, nor copied


def call_or_default(default: Any, call: Callable[..., Any], *args: Any) -> Any:
    """Call a method of a student's object; return the default if it raises anything."""
    try:
        return call(*args)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return default


def one_line(text: Any, limit: int = 200) -> str:
    """Return text from elsewhere on one line, printable, cut to `limit` characters; "" for what is no text."""
    if not issubclass(type(text), str):
        return ""
    text = str.__getitem__(text, slice(0, 10 * limit))
    if " at 0x" in text:
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:limit]


def type_name(value: Any) -> str:
    """Return the name of a value's class, whatever that class answers when asked."""
    # By way of `type` itself: a metaclass may give `__name__` another meaning.
    name = type.__dict__["__name__"].__get__(type(value))
    return one_line(name, 40) or "nameless object"


def is_number(value: Any) -> bool:
    """Say whether this is a real number: exactly a float, an int or a NumPy number; no bool, no complex."""
    return id(type(value)) in _NUMBER_IDS


# The exact types of data: no object of a student's own class is one of them.
_PLAIN = (str, bytes, bytearray, bool, complex, list, tuple, dict, set, frozenset, range, np.bool_, np.ndarray,
          type(None), type(NotImplemented), type(Ellipsis), *_NUMBERS)  # fmt: skip
# By identity, and fast: to look a class up in a set would ask its metaclass, which may be the student's.
_NUMBER_IDS, _PLAIN_IDS = frozenset(map(id, _NUMBERS)), frozenset(map(id, _PLAIN))


def is_plain(value: Any) -> bool:
    """Say whether this is data rather than an object: exactly a number, text, an array or a collection."""
    return id(type(value)) in _PLAIN_IDS


def is_row(value: Any) -> bool:
    """Whether this is exactly a list or a tuple. Without `in`: a metaclass may make its classes equal to all others."""
    return type(value) is list or type(value) is tuple


def is_array(value: Any) -> bool:
    """Say whether this is a plain array of real numbers."""
    return type(value) is np.ndarray and value.dtype.kind in "fiu"


def row_of_numbers(value: Any) -> np.ndarray | None:
    """Return a list, tuple or array of numbers as a float64 array (n,); None for anything else."""
    if is_array(value):
        return value.astype(float) if value.ndim == 1 and value.nbytes <= _BYTES else None
    # NumPy is not asked to read a list as it stands: it may hold itself, or objects that act when they are read.
    if type(value) is not list and type(value) is not tuple:
        return None
    if not all(is_number(item) or (is_array(item) and item.ndim == 0) for item in value):
        return None
    try:
        return np.array(value, dtype=float)
    except OverflowError:
        return None


def describe_type(value: Any) -> str:
    """Describe the type of a value as a student would: "a string", "an array of bool"."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of {value.dtype.name}"
    if issubclass(kind, np.ndarray):
        return f"an array of type {type_name(value)}"
    if value is NotImplemented or value is Ellipsis:
        return "a placeholder"
    names = ((str, "a string"), (bool, "True or False"), (np.bool_, "True or False"), (type(None), "None"))
    for known, words in (*names, (complex, "a complex number"), (dict, "a dictionary")):
        if kind is known:
            return words
    if is_number(value):
        return "a number"
    if issubclass(kind, type):
        return "a class"
    word = type_name(value)
    return f"{'an' if word[0] in 'aeiouAEIOU' else 'a'} {word}"


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Return every plain array in a nest of tuples, lists and dictionaries that is not giant."""
    for item in _nest(value) if _is_nest(value) else (value,):
        if type(item) is np.ndarray:
            yield item


def _nest(value: Any) -> Iterator[Any]:
    """Yield the items of a nest of plain collections, itself first; at most `_DEPTH` deep and `_ITEMS` in all.

    A list of a list of a list, each a thousand times the same, is a billion items in no memory at all.
    """
    todo, met = [(value, _DEPTH)], 1
    while todo:
        item, depth = todo.pop()
        yield item
        if depth and (type(item) is tuple or type(item) is list):
            inner = item[: _ITEMS - met]
        elif depth and type(item) is dict:
            inner = list(islice(dict.values(item), _ITEMS - met))
        else:
            continue
        met += len(inner)
        todo += [(entry, depth - 1) for entry in reversed(inner)]


def _is_nest(value: Any) -> bool:
    kind = type(value)
    return kind is tuple or kind is list or kind is dict


def is_modest(value: Any) -> bool:
    """Whether a nest is small enough to be copied and compared in whole."""
    if not _is_nest(value):
        return True
    items = size = 0
    for item in _nest(value):
        items += 1
        size += item.nbytes if type(item) is np.ndarray and item.nbytes <= _BYTES else 0
        if size > 2 * _BYTES:
            return False
    return items < _ITEMS


def copy_plain(value: Any) -> Any:
    """Copy plain data, keeping memory order and the read-only flag; return anything giant or no data as it is."""
    return _fresh(value, _DEPTH) if is_modest(value) else value


def _fresh(value: Any, depth: int) -> Any:
    if type(value) is np.ndarray and value.nbytes <= _BYTES:
        twin = value.copy(order="K")
        twin.flags.writeable = value.flags.writeable
        return twin
    if depth and (type(value) is tuple or type(value) is list):
        return type(value)(_fresh(item, depth - 1) for item in value)
    if depth and type(value) is dict:
        return {key: _fresh(item, depth - 1) for key, item in value.items()}
    return value


def identical(a: Any, b: Any) -> bool:
    """Whether two nests of plain data hold the same, bit for bit (NaN equals NaN).

    Objects of other kinds, what is nested deeper than `_DEPTH`, and two giant nests count as the same if their
    types are.
    """
    if type(a) is not type(b):
        return False
    # What they have in common is no larger than either; the second is mostly ours, and small.
    return _same(a, b, _DEPTH) if is_modest(b) or is_modest(a) else True


def _same(a: Any, b: Any, depth: int) -> bool:
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is np.ndarray:
        alike = a.shape == b.shape and a.dtype == b.dtype
        return alike and (a.nbytes > _BYTES or a.tobytes() == b.tobytes())
    if depth and (kind is tuple or kind is list):
        return len(a) == len(b) and all(_same(x, y, depth - 1) for x, y in zip(a, b, strict=True))
    if depth and kind is dict:
        return _same_entries(a, b, depth - 1)
    if kind is str or kind is bool or is_number(a):
        return bool(a == b or (a != a and b != b))
    return True


def _same_entries(a: dict, b: dict, depth: int) -> bool:
    # Keys of other types may lie when they are compared, so these count as a difference.
    if len(a) != len(b) or not all(type(key) is str or type(key) is int for key in (*a, *b)):
        return False
    return all(key in b and _same(a[key], b[key], depth) for key in a)
