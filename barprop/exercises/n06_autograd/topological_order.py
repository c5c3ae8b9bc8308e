"""An order in which the nodes of a graph can be computed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Namespace, Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import describe_type, is_row
from barprop.fixtures.graphs import Graph, GraphNode
from barprop.judging.exercise import NOT_TRIED, Case, Exercise, Mistake, Values

_LONG = 10_000
_SIZE, _LARGER = 2_000, 10  # two chains whose times are compared, the second so many times as long
_TOO_MUCH = 4 * _LARGER  # times as long is more than a linear answer takes
_REMEMBERS = "other nodes are there in a second call"
_GROWS, _AS_THE_GRAPH = "the work grows faster than the graph", "the work grows as the graph does"
# each rung has two nodes, made from both of the rung before
_LADDER = [(), (), *((i - i % 2 - 2, i - i % 2 - 1) for i in range(2, 122))]
_LADDER += [(120, 121)]
_UNEVEN = [(), (0,), (1,), (2, 0), (3, 1)]
_MIRRORED = [of[::-1] for of in _UNEVEN]


def _random_graph(rng: np.random.Generator, nodes: int) -> list[tuple[int, ...]]:
    return [tuple(int(i) for i in rng.integers(0, n, int(rng.integers(0, min(n, 3) + 1)))) for n in range(nodes)]


def _order_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, made_from: list[tuple[int, ...]], last: int = -1, alike: bool = False) -> Case:
        shuffled = rng.permutation(len(made_from)).tolist()  # so that the index tells nothing about the order
        parents: list[tuple[int, ...]] = [()] * len(made_from)
        for place, of in zip(shuffled, made_from, strict=True):
            parents[place] = tuple([shuffled[i] for i in of])
        args = {"nodes": len(made_from), "edges": sum(map(len, made_from))}
        long = len(parents) >= _LONG
        known = {"a long chain": "each once"} if long else {"the nodes": "each once", "the order": "parents first"}
        context = {"parents": parents, "node": shuffled[last], "alike": alike, "long": long, "known": known}
        return Case(label, args, context)

    yield case("a node made from nothing", [()])
    yield case("a chain of four", [(), (0,), (1,), (2,)])
    yield case("a node made from one node twice (x times x)", [(), (0, 0), (1,)])
    yield case("a diamond", [(), (0,), (0,), (1, 2)])
    yield case("an uneven diamond", _UNEVEN)
    yield case("an uneven diamond, mirrored", _MIRRORED)
    yield case("a node in the middle, with more made from it", [(), (), (0, 1), (2, 1), (3, 2)], last=2)
    yield case("thirty nodes at random", [*_random_graph(rng, 28), (27, 3), (28, 27, 14)])
    yield case("nodes that compare equal", _UNEVEN, alike=True)
    yield case("sixty diamonds in a row", _LADDER)
    yield case("one node with 1,000 parents", [(), *[(0,)] * 1000, tuple(range(1001))])
    yield case(f"a chain of {_LONG:,}", _long())
    yield Case(
        f"chains of {_SIZE:,} and {_SIZE * _LARGER:,} nodes",
        {},
        {"two_sizes": True, "known": {"the work": _AS_THE_GRAPH}},
    )


def _long() -> list[tuple[int, ...]]:
    """Return a chain on top of an uneven diamond and its mirror image: not every walk finds an order there.

    The chain is on top, since a walk along every path would else return it many times, too much for one reply.
    """
    graph: list[tuple[int, ...]] = [()]
    for shape in (_UNEVEN, _MIRRORED, _chain(_LONG)):
        start = len(graph) - 1  # the first node of each is the last one so far
        graph += [tuple(start + i for i in of) for of in shape[1:]]
    return graph


def _chain(nodes: int) -> list[tuple[int, ...]]:
    return [(), *((i,) for i in range(nodes - 1))]


def _growth(run: Run) -> Any:
    """Tell how the processor time grows from one chain to a longer one.

    Only in this process: in a sandbox there is a clock at best, and a busy machine would fail a right answer.
    """
    if type(run.answers) is not Namespace:
        return NOT_TRIED

    def seconds(nodes: int) -> float:
        last = Graph(_chain(nodes)).nodes[-1]
        start = time.thread_time()  # of this thread: libraries have others that wait by counting
        run("topological_order", last)
        return time.thread_time() - start

    collected = gc.isenabled()
    gc.disable()  # its rounds take the longer, the more the notebook holds
    try:
        few = min(seconds(_SIZE), seconds(_SIZE))
        return _GROWS if seconds(_SIZE * _LARGER) > max(_TOO_MUCH * few, 0.3) else _AS_THE_GRAPH
    finally:
        if collected:
            gc.enable()


def _order_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    if "two_sizes" in case.context:
        try:
            yield "the work", _growth(run)
        except AnswerError as error:
            if error.kind not in ("late", "recursion"):
                raise
            yield "the work", _GROWS if error.kind == "late" else NOT_TRIED  # the chain of 10,000 says it
        return
    graph = Graph(case.parents, case.alike)
    stands = "a long chain" if case.long else "the nodes"
    try:
        order = run("topological_order", graph.nodes[case.node])
    except AnswerError as error:
        if case.long and error.kind == "recursion":
            yield stands, "Python's limit of nested calls was hit"
            return
        raise
    word = _which_nodes(graph, case.node, _indices(order))
    if not case.long and word == "each once":
        again = _indices(run("topological_order", graph.nodes[case.node]))
        word = word if sorted(again) == sorted(_indices(order)) else _REMEMBERS
    in_order = _which_order(graph, _indices(order))
    if case.long:
        yield stands, word if word != "each once" or in_order == "parents first" else in_order
        return
    yield stands, word
    yield "the order", in_order


def _indices(order: Any) -> list[int]:
    """Return the places of the returned nodes. Raise AnswerError if the answer is no list of nodes."""
    if not is_row(order):
        raise AnswerError(f"topological_order returned {describe_type(order)}; expected a list of nodes.")
    for item in order:
        if type(item) is not GraphNode:
            raise AnswerError(
                f"topological_order returned a list that holds {describe_type(item)}; expected nodes only."
            )
    return [item.index for item in order]


def _reachable(parents: Any, node: int) -> list[int]:
    """Everything `node` was made from and itself, in the order of a depth-first search, itself first."""
    found, todo = {}, [node]
    while todo:
        at = todo.pop()
        if at not in found:
            found[at] = True
            todo += reversed(parents[at])
    return list(found)


def _which_nodes(graph: Graph, node: int, order: list[int]) -> str:
    wanted, given = set(_reachable(graph.parents, node)), set(order)
    if not given <= wanted:
        return "a node is there that it was not made from"
    if node not in given:
        return "the node itself is missing"
    if given != wanted:
        return "some node is missing"
    return "each once" if len(order) == len(given) else "some node is there twice"


def _which_order(graph: Graph, order: list[int]) -> str:
    place: dict[int, int] = {}
    for position, index in enumerate(order):
        place.setdefault(index, position)
    edges = [(place[i], place[j]) for j in place for i in graph.parents[j] if i in place]
    if all(parent < child for parent, child in edges):
        return "parents first"
    return "the wrong way round" if all(parent > child for parent, child in edges) else "a node comes before its parent"


def _nodes_are(word: Callable[[Case], str]) -> Callable[[Case, Values], Values | None]:
    return lambda case, right: (
        {("a long chain" if case.long else "the nodes"): word(case)} if "long" in case.context else None
    )


def _shared(case: Case) -> bool:
    """Whether the node can be traced back to some other node along two paths."""
    reachable = _reachable(case.parents, case.node)
    return sum(len(case.parents[i]) for i in reachable) >= len(reachable)


def _used_twice(case: Case) -> bool:
    """Whether some step on the way uses one node twice."""
    return any(len(set(case.parents[i])) < len(case.parents[i]) for i in _reachable(case.parents, case.node))


def _walked(walk: Callable[[Any, int], list[int]]) -> Callable[[Case, Values], Values | None]:
    """Describe the reversed order of a walk from the node."""

    def wrong(case: Case, right: Values) -> Values | None:
        if "long" not in case.context or case.alike:
            return None
        order = _which_order(Graph(case.parents), walk(case.parents, case.node)[::-1])
        return (
            {"a long chain": "each once" if order == "parents first" else order} if case.long else {"the order": order}
        )

    return wrong


def _marked_early(parents: Any, node: int) -> list[int]:
    """Walk with a list of what is still to do, each node marked when it is put there, and put down when taken off."""
    order, met, todo = [], {node}, [node]
    while todo:
        at = todo.pop()
        order.append(at)
        new = [i for i in dict.fromkeys(parents[at]) if i not in met]
        met.update(new)
        todo += new
    return order


def _finished_marked_early(parents: Any, node: int) -> list[int]:
    """Walk in the same way, but put a node down behind its parents; in reverse, as the others."""
    order, met, todo = [], {node}, [(node, False)]
    while todo:
        at, done = todo.pop()
        if done:
            order.append(at)
            continue
        new = [i for i in dict.fromkeys(parents[at]) if i not in met]
        met.update(new)
        todo += [(at, True), *((i, False) for i in new)]
    return order[::-1]


def _turned(walk: Callable[[Any, int], list[int]]) -> Callable[[Any, int], list[int]]:
    return lambda parents, node: walk([of[::-1] for of in parents], node)


def _by_level(parents: Any, node: int) -> list[int]:
    met, place = [node], 0
    seen = {node}
    while place < len(met):
        for parent in parents[met[place]]:
            if parent not in seen:
                seen.add(parent)
                met.append(parent)
        place += 1
    return met


def _by_distance(parents: Any, node: int) -> list[int]:
    """Sort by the number of steps back from the node, the last level first and each level as it was met; in reverse."""
    level, met = {node: 0}, [node]
    for at in met:
        for parent in parents[at]:
            if parent not in level:
                level[parent] = level[at] + 1
                met.append(parent)
    return sorted(met, key=lambda at: -level[at])[::-1]


_TOO_EARLY = (
    "Some node is in the list before one of the nodes it was made from. It is too early to add a node when you first meet it: "
    "what must be on the list before it may go there?"
)

_MARKED = (
    "Some node is in the list before one of the nodes it was made from. You mark a node as seen when you put it on the "
    "list of what is still to do, so that a path which needs it sooner passes it over: mark it when you take it off."
)

TOPOLOGICAL_ORDER = Exercise(
    name="topological_order",
    signature="topological_order(node) -> list",
    outputs=("the nodes", "the order", "a long chain", "the work"),
    only_with_others=("the order", "the work"),
    points=3,
    minutes=35,
    level=2,
    statements=("L21",),
    probes=_order_probes,
    oracle=lambda case: case.known,
    drive=_order_drive,
    mistakes=(
        Mistake("calls itself", "Right on small graphs. On a chain of 10,000 a function that calls itself runs into Python's limit of nested calls (1,000 by default): keep a list of what is still to do instead.",
                lambda c, right: {"a long chain": "Python's limit of nested calls was hit"} if "a long chain" in right else right),
        Mistake("looks through a list", "Right, but with ten times as many nodes it takes a hundred times as long: `in` on a list looks through all of it. A set finds its entries at once.",
                lambda c, right: {"the work": _GROWS} if "the work" in right else right),
        Mistake("remembers an earlier call", "A second call finds what the first has left. A list or set in the first line of a function (`seen=set()`) is made once, for all calls: make a new one inside.",
                _nodes_are(lambda c: "each once" if c.long else _REMEMBERS)),
        Mistake("told apart by == on a list", "Two nodes may be equal and still be two nodes: `node in order` asks with ==. id(node) is different for each.",
                _nodes_are(lambda c: "the node itself is missing" if c.alike else "each once")),
        Mistake("told apart by ==", "Two nodes may be equal and still be two nodes. id(node) is different for each; == and a set of nodes are not so careful.",
                _nodes_are(lambda c: "some node is missing" if c.alike else "each once")),
        Mistake("wrong way round", "Your list begins with the node itself. Which node has to come first?",
                lambda c, right: {} if "the order" not in right else {"the order": "parents first" if c.args["nodes"] == 1 else "the wrong way round"}),
        Mistake("left out the node itself", "Everything it was made from is there, but the node itself is missing. It comes last.",
                _nodes_are(lambda c: "the node itself is missing")),
        Mistake("only its own parents", "You stop at the node's own parents. They were made from something, too.",
                _nodes_are(lambda c: "some node is missing" if len(_reachable(c.parents, c.node)) > 1 + len(set(c.parents[c.node])) else "each once")),
        Mistake("left out the first ones", "The nodes that were made from nothing are missing. They have no parents; they are still part of the graph.",
                _nodes_are(lambda c: "some node is missing" if c.args["nodes"] > 1 else "the node itself is missing")),
        Mistake("uses counted twice, taken off once", "A node that one step uses twice, as in a * a, is missing, and everything behind it. Are its two uses counted, and only one of them taken off?",
                _nodes_are(lambda c: "some node is missing" if _used_twice(c) else "each once")),
        Mistake("a node for every path", "A node that was used twice is in the list twice. Remember which nodes you have met.",
                _nodes_are(lambda c: "some node is there twice" if _shared(c) else "each once")),
        Mistake("put down when first met", _TOO_EARLY, _walked(_reachable)),
        Mistake("put down when first met, last parent first", _TOO_EARLY, _walked(_turned(_reachable))),
        Mistake("level by level", _TOO_EARLY, _walked(_by_level)),
        Mistake("by the distance from the node", "Some node is in the list before one of the nodes it was made from. Is a node that can be reached along a short and a long path placed by the short one?",
                _walked(_by_distance)),
        *(
            Mistake(f"{name}{ending}", hint, _walked(change(walk)))
            for name, hint, walk in (
                ("marked when put on the list", _TOO_EARLY, _marked_early),
                ("marked early, put down behind its parents", _MARKED, _finished_marked_early),
            )
            for ending, change in (("", lambda walk: walk), (", last parent first", _turned))
        ),
    ),
)  # fmt: skip
