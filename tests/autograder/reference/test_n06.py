"""The tape against HIPS autograd, PyTorch and what it must do; the check of Value against half-written ones."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.reference import n06_autograd as ref
from autograder.samples.n06_autograd.value_designs import CLOSURES, STEPS
from autograder.samples.n06_autograd.value_tapes import ON_NODE, TAPE
from barprop.answers.failures import AnswerError
from barprop.exercises import EXERCISES
from barprop.exercises.sampling import draw, positive
from barprop.fixtures.graphs import Graph
from tests.answers import answer
from tests.depth import often, thorough

pytestmark = thorough
GRAPHS = often(150, 1000)
TOLERANCE = 1e-10  # relative to the largest entry


# --- random graphs: a list of instructions that any of the libraries can follow ----------------

Graphs = tuple[list[np.ndarray], list[tuple[Any, ...]]]
_SHAPES = [(), (3,), (1, 3), (4, 1), (4, 3), (2, 4, 3)]


def random_graph(number: int) -> Graphs:
    """Leaves, and instructions (name, places of operands, constant) each of which adds one node."""
    rng = np.random.default_rng([6, number])
    leaves = [draw(rng, *_SHAPES[int(rng.integers(6))]) for _ in range(3)] + [draw(rng, 4, 3), draw(rng, 3, 4)]
    leaves = [np.asarray(leaf) for leaf in leaves]
    shapes = [leaf.shape for leaf in leaves]
    instructions = []
    while len(instructions) < 12:
        name = str(rng.choice(list(_ON_SHAPES)))
        operands = [int(i) for i in rng.integers(0, len(shapes), 2)]
        constant = positive(rng)
        shape = _ON_SHAPES[name](*(shapes[i] for i in operands))
        if shape is not None:
            instructions.append((name, *operands, constant))
            shapes.append(shape)
    return leaves, instructions


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None


def _multiplied(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    if len(a) not in (1, 2) or len(b) not in (1, 2) or a[-1] != b[0]:
        return None
    return (np.zeros(a) @ np.zeros(b)).shape


# name -> (shape, shape) -> shape of the result, None where the step does not fit
_ON_SHAPES: dict[str, Callable[..., Any]] = {
    "add": _broadcast,
    "subtract": _broadcast,
    "multiply": _broadcast,
    "divide": _broadcast,
    "matmul": _multiplied,
    "power": lambda a, b: a,
    "minus": lambda a, b: a,
    "from constant": lambda a, b: a,
    "under constant": lambda a, b: a,
    "sum": lambda a, b: (),
    "sum last": lambda a, b: a[:-1] if a else None,
    "sum first, kept": lambda a, b: (1, *a[1:]) if a else None,
    "exp": lambda a, b: a,
    "log": lambda a, b: a,
    "relu": lambda a, b: a,
    "tanh": lambda a, b: a,
}


def follow(instructions: list[tuple[Any, ...]], leaves: list[Any], call: Callable[..., Any]) -> Any:
    """The last node. What could grow without end goes through tanh, what must be positive through a square plus 1."""
    nodes = list(leaves)
    for name, i, j, c in instructions:
        a, b = nodes[i], nodes[j]
        small, large = call(a, "tanh"), b * b + 1.0
        nodes.append(
            {
                "add": lambda a=a, b=b: a + b,
                "subtract": lambda a=a, b=b: a - b,
                "multiply": lambda s=small, b=b: s * b,
                "divide": lambda a=a, q=large: a / q,
                "matmul": lambda s=small, b=b: s @ b,
                "power": lambda s=small, c=c: (s * s + c) ** (-c),
                "minus": lambda a=a: -a,
                "from constant": lambda a=a, c=c: c - a,
                "under constant": lambda s=small, c=c: c / (s + 2.0),
                "sum": lambda s=small: call(s, "sum"),
                "sum last": lambda a=a: call(a, "sum", axis=-1),
                "sum first, kept": lambda a=a: call(a, "sum", axis=0, keepdims=True),
                "exp": lambda s=small: call(s, "exp"),
                "log": lambda s=small, c=c: call(s * s + c, "log"),
                "relu": lambda a=a: call(a, "relu"),
                "tanh": lambda a=a: call(a, "tanh"),
            }[name]()
        )
    total = 0.0
    for node in nodes[-4:]:  # so that much of the graph takes part
        total = total + call(call(node, "tanh"), "sum")
    return total


def by_reference(leaves: list[np.ndarray], instructions: list[tuple[Any, ...]]) -> tuple[Any, list[Any]]:
    values = [ref.Value(leaf) for leaf in leaves]
    out = follow(instructions, values, lambda u, name, **names: getattr(u, name)(**names))
    out.backward()
    return out.data, [value.bar for value in values]


def by_autograd(leaves: list[np.ndarray], instructions: list[tuple[Any, ...]]) -> tuple[Any, list[Any]]:
    steps = {
        "relu": lambda z: anp.where(z > 0, z, 0.0),
        "sum": anp.sum,
        "exp": anp.exp,
        "log": anp.log,
        "tanh": anp.tanh,
    }

    def out(leaves: list[Any]) -> Any:
        return follow(instructions, leaves, lambda u, name, **names: steps[name](u, **names))

    return out(leaves), autograd.grad(out)(leaves)


def by_torch(torch: ModuleType, leaves: list[np.ndarray], instructions: list[tuple[Any, ...]]) -> tuple[Any, list[Any]]:
    def call(u: Any, name: str, **names: Any) -> Any:
        return getattr(u, name)(**{{"axis": "dim"}.get(key, key): value for key, value in names.items()})

    tensors = [torch.tensor(leaf, requires_grad=True) for leaf in leaves]
    out = follow(instructions, tensors, call)
    out.backward()
    return out.item(), [np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in tensors]


def assert_near(mine: Any, other: Any, where: str) -> None:
    assert np.shape(mine) == np.shape(other), where
    scale = max(float(np.max(np.abs(other), initial=0.0)), 1e-3)
    assert np.max(np.abs(np.subtract(mine, other)), initial=0.0) <= TOLERANCE * scale, where


def assert_agree(other: Callable[..., tuple[Any, list[Any]]]) -> None:
    for number in range(GRAPHS):
        leaves, instructions = random_graph(number)
        (data, bars), (their_data, their_bars) = by_reference(leaves, instructions), other(leaves, instructions)
        assert_near(data, their_data, f"graph {number}")
        for place, (bar, theirs) in enumerate(zip(bars, their_bars, strict=True)):
            assert_near(bar, theirs, f"graph {number}, leaf {place}")


def test_random_graphs_against_autograd() -> None:
    assert_agree(by_autograd)


def test_random_graphs_against_torch(torch: ModuleType) -> None:
    assert_agree(lambda leaves, instructions: by_torch(torch, leaves, instructions))


def test_random_graphs_use_every_step() -> None:
    used = {name for number in range(GRAPHS) for name, *_ in random_graph(number)[1]}
    assert used == set(_ON_SHAPES)


def logits_and_labels(number: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([66, number])
    n, k = (int(size) for size in rng.integers(1, 7, 2))
    return rng.normal(size=(n, k + 1)) * rng.choice([1.0, 30.0, 1e4]), rng.integers(0, k + 1, n)


def test_compose_against_torch(torch: ModuleType) -> None:
    for number in range(GRAPHS):
        logits, labels = logits_and_labels(number)
        mine, theirs = ref.Value(logits), torch.tensor(logits, requires_grad=True)
        loss, their_loss = (
            ref.cross_entropy(mine, labels),
            torch.nn.functional.cross_entropy(theirs, torch.tensor(labels)),
        )
        loss.backward()
        their_loss.backward()
        assert_near(loss.data, their_loss.item(), f"cross entropy {number}")
        assert_near(mine.bar, theirs.grad.numpy(), f"cross entropy {number}")
        value = ref.Value(logits)
        soft = ref.softplus(value)
        soft.backward()
        assert_near(soft.data, np.logaddexp(0, logits), f"softplus {number}")
        assert_near(value.bar, torch.sigmoid(torch.tensor(logits)).numpy(), f"softplus {number}")


def test_node_against_torch(torch: ModuleType) -> None:
    """Plus and times on leaves of one shape, at random."""
    for number in range(200):
        rng = np.random.default_rng([67, number])
        leaves = [draw(rng, 2, 3) for _ in range(4)]
        steps = [(str(rng.choice(["+", "*"])), *rng.integers(0, 4 + n, 2)) for n in range(6)]
        mine, theirs = [ref.Node(u) for u in leaves], [torch.tensor(u, requires_grad=True) for u in leaves]
        for nodes in (mine, theirs):
            for op, i, j in steps:
                nodes.append(nodes[i] + nodes[j] if op == "+" else nodes[i] * nodes[j])
        mine[-1].backward()
        theirs[-1].sum().backward()
        used = ref.topological_order(mine[-1])
        for node, tensor in zip(mine[:4], theirs[:4], strict=True):
            assert (tensor.grad is None) == (not any(node is other for other in used))
            if tensor.grad is not None:
                assert_near(node.bar, tensor.grad.numpy(), f"graph {number}")


def test_unbroadcast_and_matmul_bars_against_autograd() -> None:
    rng = np.random.default_rng(68)
    for _ in range(200):
        came = tuple(rng.integers(1, 4, int(rng.integers(0, 4))).tolist())
        shape = tuple(n if rng.random() < 0.5 else 1 for n in came[int(rng.integers(0, len(came) + 1)) :])
        bar = np.asarray(draw(rng, *came))
        theirs = autograd.grad(lambda u, bar=bar: anp.sum(bar * (anp.zeros(bar.shape) + u)))(np.zeros(shape))
        assert_near(ref.unbroadcast(bar, shape), theirs, f"{came} to {shape}")
        n, k, m = (int(size) for size in rng.integers(1, 5, 3))
        A, B = (
            draw(rng, *((n, k) if rng.random() < 0.5 else (k,))),
            draw(rng, *((k, m) if rng.random() < 0.5 else (k,))),
        )
        bar = np.asarray(draw(rng, *np.shape(A @ B)))
        loss = lambda A, B, bar=bar: anp.sum(bar * anp.matmul(A, B))  # noqa: E731
        for mine, their in zip(ref.matmul_bars(bar, A, B), autograd.grad(loss, (0, 1))(A, B), strict=True):
            assert_near(mine, their, f"{A.shape} @ {B.shape}")


# --- orders and large graphs ------------------------------------------------------------------


def test_chain_of_100_000_nodes() -> None:
    nodes = Graph([(), *((i,) for i in range(99_999))]).nodes
    assert ref.topological_order(nodes[-1]) == nodes


def test_random_orders_are_topological() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        count = int(rng.integers(1, 60))
        parents = [tuple(rng.integers(0, n, rng.integers(0, 4)).tolist()) if n else () for n in range(count)]
        order = [node.index for node in ref.topological_order(Graph(parents).nodes[-1])]
        assert order[-1] == count - 1
        assert len(set(order)) == len(order)
        assert all(i in order[: order.index(j)] for j in order for i in parents[j])


def test_a_graph_that_is_asked_for_ever_says_so() -> None:
    ladder = Graph([(), *((i, i) for i in range(60))])

    def paths(node: Any) -> int:
        return 1 + sum(paths(parent) for parent in node.parents)

    with pytest.raises(AnswerError, match="in a graph of only 61 nodes"):
        paths(ladder.nodes[-1])


def test_looking_through_a_list_is_noticed() -> None:
    nodes = Graph([()] * 3000).nodes
    with pytest.raises(AnswerError, match="compared with =="):
        [node for place, node in enumerate(nodes) if node in nodes[:place]]


@pytest.mark.parametrize("source", [TAPE, ON_NODE, CLOSURES, STEPS], ids=["tape", "on node", "closures", "steps"])
def test_10_000_nodes_in_a_row_and_60_diamonds(source: str) -> None:
    value = answer(source, EXERCISES["Value"]).names["Value"]
    a = value(1.5)
    out = a
    for _ in range(10_000):
        out = out + a
    out.backward()
    assert a.bar == 10_001
    out = a
    for _ in range(60):
        out = out + out
    out.backward()
    assert a.bar == 2.0**60


def test_each_step_back_is_taken_once() -> None:
    taken = []

    class Watched(ref.Value):
        def __add__(self, other: Any) -> Any:
            def back(bar: Any) -> Any:
                taken.append(1)
                return bar, bar

            return Watched(self.data + other.data, (self, other), back)

    out = Watched(1.0)
    for _ in range(60):
        out = out + out
    out.backward()
    assert len(taken) == 60


# --- nothing shared, nothing changed ----------------------------------------------------------


def test_data_is_a_copy_and_stays() -> None:
    given = np.arange(6.0).reshape(2, 3)
    a = ref.Value(given)
    given[0, 0] = 99.0
    assert a.data[0, 0] == 0.0
    assert ref.Value([1, 2]).data.dtype == np.float64
    b = ref.Value(draw(np.random.default_rng(0), 2, 3))
    before = a.data.copy(), b.data.copy()
    out = ((a * b + a) / b).tanh().sum()
    out.backward()
    np.testing.assert_array_equal(a.data, before[0])
    np.testing.assert_array_equal(b.data, before[1])
    assert not np.may_share_memory(a.bar, b.bar)


def test_an_array_on_the_left_gives_a_value() -> None:
    v = ref.Value([1.0, 2.0])
    for out in (
        np.ones(2) + v,
        np.ones(2) - v,
        np.ones((3, 2)) * v,
        np.float64(2) / v,
        np.ones((3, 2)) @ v,
        np.ones(2) @ v,
    ):
        assert type(out) is ref.Value
