"""The objects that do not travel, by number: handles of a session's, and what the host has given to it."""

from __future__ import annotations

from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import WeakValueDictionary, finalize

import numpy as np

from autograder.sandbox.inside import by_value
from autograder.sandbox.inside.protocol import BY_VALUE, HANDLE, NODE, NODES, PROXY, RESULT
from autograder.sandbox.inside.wire import TooLargeError, WireError
from autograder.sandbox.remote_handle import RemoteHandle, make, sentence, word
from barprop.answers.script import Later
from barprop.fixtures.graphs import Graph, GraphNode

_MOST_OBJECTS = 5_000  # in one answer
_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, partial, np.ufunc)


class ObjectTable:
    """What a session and the host know of each other's objects.

    Parameters
    ----------
    session : RemoteSession
        What handles ask.
    never : objects
        What is never given to a session.
    """

    def __init__(self, session: Any, *never: Any) -> None:
        self._session, self._never = session, (session, *never)
        self._handles: WeakValueDictionary[int, RemoteHandle] = WeakValueDictionary()
        self._dropped: set[int] = set()
        self._fresh = 0  # objects that came with this answer
        self._given: dict[int, Any] = {}
        self._given_numbers: dict[int, int] = {}
        self._described: set[int] = set()
        self._by_value: set[int] = set()  # what went by value: the session has no call to make to them

    def dropped(self) -> list[int]:
        """Return the numbers of the session's objects that nobody here holds any more, each once."""
        drops = []
        while self._dropped:
            drops.append(self._dropped.pop())
        return drops

    def expect_answer(self) -> None:
        """Count the objects of the next answer from 0."""
        self._fresh = 0

    def describe_again(self) -> None:
        """Describe what is given once more, since it is not sure that it was heard."""
        self._described.clear()

    def owner(self, number: Any, method: Any) -> Any:
        """Return the host's object of that number, which a session may call by that method. Raise WireError."""
        if type(number) is not int or number not in self._given:
            raise WireError("malformed")
        if number in self._by_value:
            raise WireError("a call to what went by value")
        owner = self._given[number]
        if type(method) is not str or method not in _methods(owner):
            raise WireError("malformed")
        return owner

    # --- out ---

    def refer(self, item: Any) -> tuple[int, Any]:
        """Return code and content of an object, for the frame. Raise TooLargeError, TypeError."""
        if type(item) is Later:
            return RESULT, item.number
        if isinstance(item, RemoteHandle):
            if item._session is not self._session:
                raise TooLargeError("it belongs to another notebook")
            return HANDLE, item._number
        graph, index = by_value.place_of(item) or (None, 0)
        if graph is not None:
            return NODE, [graph, index]
        if isinstance(item, (type, ModuleType)) or any(item is one for one in self._never):
            raise TypeError(f"a {type(item).__name__} cannot be given to a session")
        return self._give(item)

    def _give(self, item: Any) -> tuple[int, Any]:
        """By number; with a description the first time."""
        number = self._given_numbers.get(id(item))
        if number is None:
            number = len(self._given) + 1
            self._given[number], self._given_numbers[id(item)] = item, number
        if number in self._described:
            return PROXY, [number]
        self._described.add(number)
        if by_value.is_by_value(item):
            self._by_value.add(number)
            return BY_VALUE, [number, *by_value.describe(item)]
        title = getattr(item, "__name__", "") if isinstance(item, _FUNCTIONS) else type(item).__name__
        return PROXY, [number, title or "function", _methods(item)]

    # --- in ---

    def resolve(self, code: int, content: Any) -> Any:
        """Return the object that a session means. Raise WireError."""
        if code == PROXY and type(content) is int and content in self._given:
            return self._given[content]
        if type(content) is not list:
            raise WireError("malformed")
        if code == NODE:
            return self._node(*content)
        if code == NODES:
            return self._nodes(*content)
        if code != HANDLE or len(content) != 3 or type(content[0]) is not int or content[0] < 0:
            raise WireError("malformed")
        return self._handle(*content)

    def _node(self, number: Any, index: Any) -> GraphNode:
        graph = self._given.get(number) if type(number) is int else None
        if type(graph) is not Graph or type(index) is not int or not 0 <= index < len(graph.nodes):
            raise WireError("malformed")
        return graph.nodes[index]

    def _nodes(self, number: Any, places: Any) -> list[GraphNode]:
        graph = self._given.get(number) if type(number) is int else None
        if type(graph) is not Graph or type(places) is not bytes or len(places) % np.dtype(np.int64).itemsize:
            raise WireError("malformed")
        found = np.frombuffer(places, np.int64)
        if np.any((found < 0) | (found >= len(graph.nodes))):
            raise WireError("malformed")
        return [graph.nodes[place] for place in found.tolist()]

    def _handle(self, number: int, title: Any, qualname: Any) -> RemoteHandle:
        handle = self._handles.get(number)
        if handle is None:
            self._fresh += 1
            if self._fresh > _MOST_OBJECTS:
                raise WireError("too many objects at once")
            self._dropped.discard(number)  # it was forgotten here, but the session has not been told yet
            handle = make(self._session, number, word(title), sentence(qualname, 80))
            self._handles[number] = handle
            finalize(handle, self._dropped.add, number)
        return handle


def _methods(item: Any) -> list[str]:
    """List the methods a session may call on a host object; "" is the object itself."""
    if isinstance(item, _FUNCTIONS):
        return [""]
    names = [n for n in dir(type(item)) if not n.startswith("_") and callable(getattr(type(item), n, None))]
    return [""] * callable(item) + names
