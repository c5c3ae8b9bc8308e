"""Notebook 06: an order to walk in, the tape, and functions whose way back comes for free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import AnswerError, Run
from barprop.answers.untrusted import is_row
from barprop.exercises.n06_autograd.expressions import a_value, combine, new_value, read
from barprop.exercises.n06_autograd.value_mistakes import VALUE_MISTAKES
from barprop.exercises.n06_autograd.value_probes import part_outputs, value_drive, value_oracle, value_probes
from barprop.exercises.sampling import draw, read_only
from barprop.fixtures.graphs import Graph, Node
from barprop.judging.compare import describe_type
from barprop.judging.exercise import NOT_FINITE, Case, Exercise, Mistake, Part, Values
from barprop.numerics.vjp import pull_back

# --- topological_order ------------------------------------------------------------------------

_LONG = 10_000
_REMEMBERS = "other nodes are there in a second call"
_LADDER = [(), *((i, i) for i in range(60))]
_UNEVEN = [(), (0,), (1,), (2, 0), (3, 1)]


def _random_graph(rng: np.random.Generator, nodes: int) -> list[tuple[int, ...]]:
    return [tuple(int(i) for i in rng.integers(0, n, int(rng.integers(0, min(n, 3) + 1)))) for n in range(nodes)]


def _order_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, made_from: list[tuple[int, ...]], last: int = -1, alike: bool = False) -> Case:
        shuffled = rng.permutation(len(made_from)).tolist()  # so that the index tells nothing about the order
        parents: list[tuple[int, ...]] = [()] * len(made_from)
        for place, of in zip(shuffled, made_from, strict=True):
            parents[place] = tuple(shuffled[i] for i in of)
        args = {"nodes": len(made_from), "edges": sum(map(len, made_from))}
        return Case(label, args, {"parents": parents, "node": shuffled[last], "alike": alike, "long": len(parents) >= _LONG})

    yield case("a node made from nothing", [()])
    yield case("a chain of four", [(), (0,), (1,), (2,)])
    yield case("a node made from one node twice (x times x)", [(), (0, 0), (1,)])
    yield case("a diamond", [(), (0,), (0,), (1, 2)])
    yield case("an uneven diamond", _UNEVEN)
    yield case("its mirror image", [of[::-1] for of in _UNEVEN])
    yield case("a node in the middle, with more made from it", [(), (), (0, 1), (2, 1), (3, 2)], last=2)
    yield case("thirty nodes at random", [*_random_graph(rng, 28), (27, 3), (28, 27, 14)])
    yield case("nodes that compare equal", _UNEVEN, alike=True)
    yield case("sixty diamonds in a row", _LADDER)
    yield case("one node with 1,000 parents", [(), *[(0,)] * 1000, tuple(range(1001))])
    yield case(f"a chain of {_LONG:,}", [(), *((i,) for i in range(_LONG - 1))])


def _order_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
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
    yield stands, word
    if not case.long:
        yield "the order", _which_order(graph, _indices(order))


def _indices(order: Any) -> list[int]:
    """The places of the returned nodes. Raises AnswerError where the answer is no list of nodes."""
    if not is_row(order):
        raise AnswerError(f"topological_order returned {describe_type(order)}; expected a list of nodes.")
    for item in order:
        if type(item) is not Node:
            raise AnswerError(f"topological_order returned a list that holds {describe_type(item)}; expected nodes only.")
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


def _nodes_are(word: Callable[[Case], str]) -> Callable[[Case, Values], Values]:
    return lambda case, right: {("a long chain" if case.long else "the nodes"): word(case)}


def _shared(case: Case) -> bool:
    """Whether the node can be traced back to some other node along two paths."""
    reachable = _reachable(case.parents, case.node)
    return sum(len(case.parents[i]) for i in reachable) >= len(reachable)


def _walked(walk: Callable[[Any, int], list[int]]) -> Callable[[Case, Values], Values | None]:
    """The order of a walk from the node, turned round."""

    def wrong(case: Case, right: Values) -> Values | None:
        if case.long or case.alike:
            return None
        return {"the order": _which_order(Graph(case.parents), walk(case.parents, case.node)[::-1])}

    return wrong


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


_TOO_EARLY = (
    "Some node stands before one of the nodes it was made from. Put down when it is first met is too early: "
    "what must be on the list before it may go there?"
)

TOPOLOGICAL_ORDER = Exercise(
    name="topological_order",
    signature="topological_order(node) -> list",
    outputs=("the nodes", "the order", "a long chain"),
    hanging=("the order",),
    points=3,
    minutes=12,
    level=2,
    statements=("L21",),
    probes=_order_probes,
    oracle=lambda c: {"a long chain": "each once"} if c.long else {"the nodes": "each once", "the order": "parents first"},
    drive=_order_drive,
    mistakes=(
        Mistake("calls itself", "Right on small graphs. On a chain of 10,000 a function that calls itself runs into Python's limit of about 1,000 nested calls: keep a list of what is still to do instead.",
                lambda c, right: {"a long chain": "Python's limit of nested calls was hit"} if c.long else right),
        Mistake("remembers an earlier call", "A second call finds what the first has left. A list or set in the first line of a function (`seen=set()`) is made once, for all calls: make a new one inside.",
                _nodes_are(lambda c: "each once" if c.long else _REMEMBERS)),
        Mistake("told apart by == on a list", "Two nodes may be equal and still be two nodes: `node in order` asks with ==. id(node) is different for each.",
                _nodes_are(lambda c: "the node itself is missing" if c.alike else "each once")),
        Mistake("told apart by ==", "Two nodes may be equal and still be two nodes. id(node) is different for each; == and a set of nodes are not so careful.",
                _nodes_are(lambda c: "some node is missing" if c.alike else "each once")),
        Mistake("wrong way round", "Your list begins with the node itself. Who has to stand first?",
                lambda c, right: {} if c.long else {"the order": "parents first" if c.args["nodes"] == 1 else "the wrong way round"}),
        Mistake("left out the node itself", "Everything it was made from is there, but the node itself is missing. It comes last.",
                _nodes_are(lambda c: "the node itself is missing")),
        Mistake("only its own parents", "You stop at the node's own parents. They were made from something, too.",
                _nodes_are(lambda c: "some node is missing" if len(_reachable(c.parents, c.node)) > 1 + len(set(c.parents[c.node])) else "each once")),
        Mistake("left out the first ones", "The nodes that were made from nothing are missing. They have no parents; they are still part of the graph.",
                _nodes_are(lambda c: "some node is missing" if c.args["nodes"] > 1 else "the node itself is missing")),
        Mistake("a node for every path", "A node that was used twice stands there twice. Remember whom you have met.",
                _nodes_are(lambda c: "some node is there twice" if _shared(c) else "each once")),
        Mistake("put down when first met", _TOO_EARLY, _walked(_reachable)),
        Mistake("put down when first met, last parent first", _TOO_EARLY,
                _walked(lambda parents, node: _reachable([of[::-1] for of in parents], node))),
        Mistake("level by level", _TOO_EARLY, _walked(_by_level)),
    ),
)  # fmt: skip


# --- Value ------------------------------------------------------------------------------------

_POINTS = {"operators": 3, "constants": 2, "broadcasting": 3, "matmul": 3, "sum": 2, "nonlinear": 2, "backward": 3}
_OUTPUTS = part_outputs()

VALUE = Exercise(
    name="Value",
    signature="Value(data): .data, .bar, .parents, .backward(), + - * / ** @, .sum, .exp, .log, .relu, .tanh",
    outputs=tuple(output for outputs in _OUTPUTS.values() for output in outputs),
    points=sum(_POINTS.values()),
    parts=tuple(Part(name, points, _OUTPUTS[name]) for name, points in _POINTS.items()),
    minutes=40,
    level=3,
    statements=("L21",),
    needs=("topological_order",),
    probes=value_probes,
    oracle=value_oracle,
    drive=value_drive,
    mistakes=VALUE_MISTAKES,
)


# --- compose ----------------------------------------------------------------------------------

SOFTPLUS = ("softplus", "value.bar through softplus")
CROSS_ENTROPY = ("cross_entropy", "logits.bar through cross_entropy")


def _compose_probes(rng: np.random.Generator) -> Iterator[Case]:
    def soft(label: str, value: Any, w: Any = None) -> Case:
        return Case(label, {"value": value}, {"w": w})

    def cross(label: str, logits: np.ndarray, labels: Any, w: Any = None) -> Case:
        return Case(label, {"logits": logits, "labels": labels}, {"w": w})

    yield soft("softplus of a matrix", draw(rng, 2, 3))
    yield soft("softplus at 0", np.array([0.0, 1.5, -0.8, 0.0]))
    yield soft("softplus of +-10,000", np.array([1e4, -1e4, 30.0, -30.0]))
    yield soft("softplus of a number, then times w", draw(rng), draw(rng))
    yield cross("four rows, three classes", draw(rng, 4, 3), read_only(np.array([2, 0, 1, 1])))
    yield cross("one row, five classes", draw(rng, 1, 5), np.array([3]))
    yield cross("four rows, four classes, then times w", draw(rng, 4, 4), np.array([0, 3, 3, 1]), draw(rng))
    yield cross("logits up to 10,000", np.array([[1e4, -1e4, 3.0], [9e3, 1e4, 1e4 - 2]]), np.array([1, 2]))
    yield cross("logits near -10,000", np.array([[-1e4, -1e4 + 2, -1e4 - 1]]), np.array([0]))
    yield cross("a row near 10,000 and one near -10,000", np.array([[1e4, -1e4, 3.0], [-1e4, 2 - 1e4, -1e4]]), np.array([0, 1]))
    yield cross("four whole rows of zeros", np.zeros((4, 3)), np.array([2, 2, 0, 1]))


def _forward_of(c: Case) -> tuple[str, Callable[[Any], Any]]:
    if "value" in c.args:
        return "value", lambda value: np.logaddexp(0.0, value)
    rows = np.arange(len(c.labels))
    return "logits", lambda logits: np.mean(np.logaddexp.reduce(logits, axis=1) - logits[rows, c.labels])


def _compose_oracle(c: Case) -> Values:
    name, forward = _forward_of(c)
    data = np.asarray(forward(np.asarray(c.args[name], dtype=float)))
    bar = pull_back(forward, c.args[name], np.full(data.shape, 1.0 if c.w is None else c.w))
    return dict(zip(SOFTPLUS if name == "value" else CROSS_ENTROPY, (data, bar), strict=True))


def _compose_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    name = "value" if "value" in case.args else "logits"
    function, bar = SOFTPLUS if name == "value" else CROSS_ENTROPY
    leaf = new_value(run, case.args[name])
    yield "tried", True
    out = run(function, leaf) if name == "value" else run(function, leaf, case.labels)
    yield function, read(run, a_value(function, out), "data")
    if case.w is not None:
        out = combine(run, f"{function} * w", lambda call, out: out * case.w, out)
    run.send(out, "backward")
    yield bar, read(run, leaf, "bar")


def _soft(data: Any = None, bar: Any = None) -> Callable[[Case, Values], Values | None]:
    """A mistake in softplus: (value, right data) -> wrong data, (value, right bar) -> wrong bar."""

    def wrong(case: Case, right: Values) -> Values | None:
        if "value" not in case.args:
            return None
        value = np.asarray(case.value, dtype=float)
        pairs = zip(SOFTPLUS, (data, bar), strict=True)
        return {name: change(value, right[name]) for name, change in pairs if change}

    return wrong


def _far(c: Case) -> bool:
    """Whether exp of the logits as they are overflows, or is 0 throughout a row."""
    return abs(c.logits.max(axis=1)).max() > 700


def _mixed(c: Case) -> bool:
    """Whether one row lies so far below another that a common shift loses it."""
    return np.ptp(c.logits.max(axis=1)) > 700


def _cross(data: Any = None, bar: Any = None) -> Callable[[Case, Values], Values | None]:
    """A mistake in cross_entropy: (case, right data) -> wrong data, (case, right bar) -> wrong bar."""

    def wrong(case: Case, right: Values) -> Values | None:
        if "logits" not in case.args:
            return None
        pairs = zip(CROSS_ENTROPY, (data, bar), strict=True)
        return {name: change(case, right[name]) for name, change in pairs if change}

    return wrong


def _at_label(c: Case, logits: np.ndarray) -> np.ndarray:
    return logits[np.arange(len(c.labels)), c.labels]


def _shifted(c: Case) -> np.ndarray:
    return c.logits - c.logits.max(axis=1, keepdims=True)


_HUGE = "exp of a large number is infinite. Take something out before the exp and put it back after the log; a constant made from .data costs no bar."

COMPOSE = Exercise(
    name="compose",
    signature="softplus(value), cross_entropy(logits, labels)",
    outputs=(*SOFTPLUS, *CROSS_ENTROPY),
    asks=("softplus", "cross_entropy"),
    points=4,
    parts=(Part("softplus", 2, SOFTPLUS), Part("cross_entropy", 2, CROSS_ENTROPY)),
    minutes=15,
    level=3,
    statements=("L21",),
    needs=("Value",),
    probes=_compose_probes,
    oracle=_compose_oracle,
    drive=_compose_drive,
    mistakes=(
        Mistake("softplus overflows", _HUGE, _soft(lambda z, right: np.where(z > 700, np.inf, right))),
        Mistake("softplus overflows below", "exp of a large number is infinite, and your large number comes from a negative value with its sign turned.",
                _soft(lambda z, right: np.where(z < -700, np.inf, right))),
        Mistake("no slope at 0", "Your softplus is right everywhere, and its slope at 0 is 0. It should be as smooth there as anywhere: which kink of relu do you lean on?",
                _soft(lambda z, right: right, lambda z, right: np.where(z == 0, 0.0, right))),
        Mistake("full slope at 0", "Your softplus is right everywhere, and its slope at 0 is 1. It should be as smooth there as anywhere.",
                _soft(lambda z, right: right, lambda z, right: np.where(z == 0, 2 * right, right))),
        Mistake("softplus not finite", "exp of a large number is infinite, and of a very negative one 0. Each entry needs a shift of its own, taken out before the exp and put back after the log.",
                _soft(lambda z, right: NOT_FINITE if np.abs(z).max() > 700 else right)),
        Mistake("not put back", "What you take out before the exp has to come back after the log.",
                _soft(lambda z, right: right - np.maximum(z, 0), lambda z, right: right)),
        Mistake("the 1 is missing", "log of exp gives back what went in. What stands beside the exp inside the log?",
                _soft(lambda z, right: np.where(np.abs(z) > 700, np.copysign(np.inf, z), z))),
        Mistake("cut off at 0", "That is relu. Softplus is its smooth relative.", _soft(lambda z, right: np.maximum(z, 0))),
        Mistake("cross entropy overflows", _HUGE,
                _cross(lambda c, right: NOT_FINITE if _mixed(c) else np.where(_far(c), np.copysign(np.inf, c.logits.max()), right))),
        Mistake("log of a share", "exp of a very negative number is 0, and so is that share: its log is infinite. Take the log before anything has become 0.",
                _cross(lambda c, right: NOT_FINITE if np.min(_at_label(c, _shifted(c))) < -745 else right)),
        Mistake("one maximum for all rows", "A row far below the others is shifted out of sight. Each row has a largest logit of its own.",
                _cross(lambda c, right: -np.inf if _mixed(c) else right)),
        Mistake("sum instead of mean", "Your loss grows with the number of rows. The mean over the rows is wanted.",
                _cross(lambda c, right: right * len(c.labels), lambda c, right: right * len(c.labels))),
        Mistake("mean over the entries, too", "You average over the classes as well. The mean is over the rows only.",
                _cross(lambda c, right: right / c.logits.shape[1], lambda c, right: right / c.logits.shape[1])),
        Mistake("sign", "Your loss falls where it should rise.", _cross(lambda c, right: -right, lambda c, right: -right)),
        Mistake("only the logit of the label", "You pick the label's logit and stop. What about the other classes?",
                _cross(lambda c, right: -np.mean(_at_label(c, c.logits)))),
        Mistake("forgot the label", "Your loss does not look at the labels.",
                _cross(lambda c, right: right + np.mean(_at_label(c, _shifted(c))))),
        Mistake("over the wrong axis", "Rows are examples, columns are classes. Along which axis does one example's exp add up?",
                _cross(lambda c, right: np.mean(np.logaddexp.reduce(_shifted(c), axis=0)) - np.mean(_at_label(c, _shifted(c))))),
        Mistake("one sum for all rows", "All rows share one sum of exps. Each example has its own.",
                _cross(lambda c, right: np.logaddexp.reduce(_shifted(c), axis=None) - np.mean(_at_label(c, _shifted(c))))),
        Mistake("probability instead of its log", "You hand back a probability. The loss takes its log.",
                _cross(lambda c, right: -np.mean(np.exp(_at_label(c, c.logits) - np.logaddexp.reduce(c.logits, axis=1))))),
    ),
)  # fmt: skip
