"""One call of an answer: what it gave, which arguments it changed, and whose memory its result shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from barprop.answers.failures import AnswerError, Guard
from barprop.answers.signature import fitted
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


@dataclass(frozen=True)
class Observed:
    """What one call did: its value, the arguments it changed, and what its value shares memory with.

    Parameters
    ----------
    value : Any
        The result.
    changed : tuple of str
        Names of the arguments that were changed, with ``[]`` behind a list or tuple and ``()`` behind other objects
        than arrays.
    shared : str
        A key of `SHARED`; "" if no memory is shared.
    where : tuple of (str or int)
        If the value is a dictionary or a tuple: the keys or positions that share memory.
    """

    value: Any
    changed: tuple[str, ...] = ()
    shared: str = ""
    where: tuple[str | int, ...] = ()


# with what a result shares memory -> what is said of it
SHARED = {
    "": "",
    "argument": "returns memory of one of its arguments; return a new array (.copy()).",
    "earlier": "returns the memory of an earlier result, which it overwrites; make a new array in every call.",
}


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


def label_of(function: Any) -> str:
    """Return what to call a function in a sentence: "Linear.backward"."""
    return one_line(call_or_default("", getattr, function, "__qualname__"), 60) or type_name(function)


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
    parameters = fitted(function, label, args, names)
    reused = {place: item.after for place, item in enumerate(args) if type(item) is Reused}
    args = tuple(item.array if type(item) is Reused else item for item in args)
    args, names = copy_plain(args), copy_plain(dict(names))
    given = [*zip(parameters, args, strict=False), *names.items()]
    before = [(copy_plain(value), _inside(value)) for _, value in given]
    with Guard(label):
        value = function(*args, **names)
    changed = tuple(
        _noted(name, now)
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
    if reused and shared:
        value = copy_plain(value)  # it is what it was when it came; that it is shared is said by itself
    for place, after in reused.items():
        args[place][...] = after
    return Observed(value, changed, shared, _where_shared(value, others) if shared else ())


def _noted(name: str, value: Any) -> str:
    """Return the name of an argument that was changed, with the brackets that say what it is."""
    return name if type(value) is np.ndarray else f"{name}[]" if is_row(value) else f"{name}()"


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
