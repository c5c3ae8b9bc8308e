"""Graphs of plain nodes, to try an ordering on. They count how often they are asked, so that no clock is needed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from barprop.run import AnswerError

_NUMBERS = itertools.count()  # tells one graph from another, wherever it is made again
_PATIENCE = 20  # questions allowed for each node and edge; a linear answer needs a few


class Node:
    """A node that knows what it was made from, and nothing else.

    Attributes
    ----------
    parents : the nodes it was made from, a tuple; the same node may stand there twice.
    index : its place in `graph.nodes`; says nothing about the order.
    """

    __slots__ = ("_parents", "graph", "index")

    def __init__(self, graph: Graph, index: int) -> None:
        self.graph, self.index = graph, index
        self._parents: tuple[Node, ...] = ()

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes it was made from. Raises AnswerError when the graph has been asked far too often."""
        self.graph.count("parents")
        return self._parents

    def __eq__(self, other: object) -> bool:
        self.graph.count("==")
        return self is other or (self.graph.alike and isinstance(other, Node))

    def __hash__(self) -> int:
        return 0 if self.graph.alike else id(self) >> 4

    def __repr__(self) -> str:
        return f"Node {self.index}"


class Graph:
    """Nodes made from their parents' indices; all that is needed to make the same graph elsewhere.

    Parameters
    ----------
    parents : for each node the indices of the nodes it was made from, in any order of the nodes.
    alike : whether all nodes compare equal, as two arrays with the same numbers would.
    """

    def __init__(self, parents: Sequence[Sequence[int]], alike: bool = False) -> None:
        self.alike = alike
        self.number = next(_NUMBERS)
        self.parents = tuple(tuple(made_from) for made_from in parents)
        self.nodes = [Node(self, index) for index in range(len(self.parents))]
        for node, made_from in zip(self.nodes, self.parents, strict=True):
            node._parents = tuple(self.nodes[i] for i in made_from)
        self.edges = sum(map(len, self.parents))
        self._asked = {"parents": 0, "==": 0}
        self._limit = _PATIENCE * (len(self.nodes) + self.edges) + 100

    def count(self, question: str) -> None:
        """Note one question. Raises AnswerError when there were far more than nodes and edges."""
        self._asked[question] += 1
        if self._asked[question] > self._limit:
            what = "A node was asked for its .parents" if question == "parents" else "Two nodes were compared with =="
            raise AnswerError(
                f"{what} {self._limit + 1:,} times, in a graph of only {len(self.nodes):,} nodes and "
                f"{self.edges:,} edges: the work grows faster than the graph."
            )
