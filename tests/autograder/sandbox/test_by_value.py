"""What goes into a session by value is what docs/architecture.md promises: the objects of fixtures/, and functions."""

from __future__ import annotations

import numpy as np

from autograder.sandbox.inside.by_value import is_by_value
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
