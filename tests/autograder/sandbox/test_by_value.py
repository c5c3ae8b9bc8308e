"""What goes into a session by value is what docs/architecture.md promises: the objects of fixtures/, and functions."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.sandbox.inside.by_value import as_nodes, is_by_value
from autograder.sandbox.inside.protocol import NODES
from autograder.sandbox.inside.wire import WireError
from autograder.sandbox.object_table import ObjectTable
from barprop.exercises.n04_layers.prototypes import Prototypes
from barprop.fixtures.graphs import Graph
from barprop.fixtures.layers import KeepsOutput, Nudged
from barprop.fixtures.networks import NudgedNetwork, small_net
from barprop.numerics.layer_steps import bend


def test_the_objects_of_fixtures_and_functions_go_by_value() -> None:
    network, _, loss = small_net(np.random.default_rng(1), 3, 2)
    for item in (network, loss, Nudged(bend), KeepsOutput(), Graph([(), (0,)]), bend):
        assert is_by_value(item), item


def test_an_object_that_the_host_asks_afterwards_stays_outside() -> None:
    class Noting(NudgedNetwork):
        """As exercises have: a fixture that also notes what it was asked."""

    for item in (Prototypes(), Noting(), lambda x: x):
        assert not is_by_value(item), item


def test_only_a_list_of_nodes_of_one_graph_is_sent_by_places() -> None:
    one, other = Graph([(), (0,)]), Graph([(), (0,)])
    assert as_nodes([]) is as_nodes(tuple(one.nodes)) is as_nodes([*one.nodes, 1]) is None
    assert as_nodes([*one.nodes, *other.nodes]) is None
    found = as_nodes(one.nodes[::-1])
    assert found is not None
    assert found.graph is one
    assert np.frombuffer(found.places, np.int64).tolist() == [1, 0]


def places(*numbers: int) -> bytes:
    return np.array(numbers, np.int64).tobytes()


def test_places_mean_the_nodes_of_the_graph_that_was_given() -> None:
    graph, table = Graph([(), (0,), (1,)]), ObjectTable(None)
    table.refer(graph.nodes[0].graph)
    assert table.resolve(NODES, [1, places(2, 0)]) == [graph.nodes[2], graph.nodes[0]]


@pytest.mark.parametrize(
    "content", [[1, places(3)], [1, places(-1)], [1, b"odd"], [1, "text"], [2, places(0)], ["1", places(0)]]
)
def test_forged_places_are_refused(content: list) -> None:
    table = ObjectTable(None)
    table.refer(Graph([(), (0,), (1,)]))
    with pytest.raises(WireError):
        table.resolve(NODES, content)
