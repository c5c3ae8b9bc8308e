"""What a session gets by value: the objects of barprop's fixtures, and barprop's own functions.

Fixtures that find their bars by nudging are much work, which a student's arguments could make endless: it is
done where the student's time is counted. Calls of all other objects go back to the host. A copy keeps its number,
so that returning it means the host's own object.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from itertools import chain, islice
from types import FunctionType
from typing import Any

import numpy as np

from barprop.answers.observe import Reused
from barprop.fixtures.graphs import Graph, GraphNode

_FIXTURES = "barprop.fixtures."
_GRAPHS: dict[int, Graph] = {}  # the last one made here, by its number

_WITHHELD = "barprop.exercises"  # is not there inside


def is_by_value(item: Any) -> bool:
    """Whether an object goes by value."""
    kind = type(item)
    if kind is FunctionType:
        home = sys.modules.get(item.__module__ or "")
        known = home is not None and home.__name__.startswith("barprop.") and not home.__name__.startswith(_WITHHELD)
        return known and vars(home).get(item.__name__) is item
    return kind is Reused or kind.__module__.startswith(_FIXTURES)  # Reused says how an array is to be given


def describe(item: Any) -> list[Any]:
    """Return all that is needed to make a copy: plain data and further objects that go by value."""
    if type(item) is FunctionType:
        return [item.__module__, item.__name__, None]
    if type(item) is Graph:
        return [Graph.__module__, "Graph", [*_packed(item.parents), item.alike, item.number]]
    return [type(item).__module__, type(item).__qualname__, vars(item)]


def make(module: str, name: str, state: Any) -> Any:
    """Make the copy that was described, of a class in barprop only."""
    if not module.startswith("barprop."):
        raise ValueError(f"{module} is not of barprop")
    found = getattr(importlib.import_module(module), name)
    if state is None:
        return found
    if found is Graph:
        counts, indices, alike, number = state
        if number not in _GRAPHS:  # one graph stays one graph: an answer may remember its nodes from call to call
            _GRAPHS.clear()
            _GRAPHS[number] = Graph(_unpacked(counts, indices), alike)
        return _GRAPHS[number]
    copy = found.__new__(found)
    copy.__dict__.update(state)
    return copy


def _packed(parents: Sequence[Sequence[int]]) -> tuple[bytes, bytes]:
    """Return how many parents each node has, and their indices one after the other: a large graph is quick to send."""
    counts = np.fromiter(map(len, parents), np.int64, len(parents))
    indices = np.fromiter(chain.from_iterable(parents), np.int64, int(counts.sum()))
    return counts.tobytes(), indices.tobytes()


def _unpacked(counts: bytes, indices: bytes) -> list[list[int]]:
    each, taken = np.frombuffer(counts, np.int64).tolist(), iter(np.frombuffer(indices, np.int64).tolist())
    return [list(islice(taken, count)) for count in each]


def place_of(item: Any) -> tuple[Graph, int] | None:
    """Return the graph and the place of a node, or None for anything else."""
    return (item.graph, item.index) if type(item) is GraphNode else None


class NodeList:
    """A list of nodes of one graph on its way to the host: their places, since a chain may have 10,000 nodes."""

    def __init__(self, graph: Graph, places: bytes) -> None:
        self.graph, self.places = graph, places


def as_nodes(value: Any) -> NodeList | None:
    """Return a list of nodes of one graph as a `NodeList`, None for anything else."""
    if type(value) is not list or not value or type(value[0]) is not GraphNode:
        return None
    graph = value[0].graph
    if any(type(item) is not GraphNode or item.graph is not graph for item in value):
        return None
    return NodeList(graph, np.fromiter((node.index for node in value), np.int64, len(value)).tobytes())
