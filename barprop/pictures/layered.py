"""Where the nodes of a graph are drawn: in columns from left to right, long edges passing between them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Place = tuple[float, float]
_UP = ("x", "y")  # letters that stand above the others where there is a choice, as on the board


@dataclass(frozen=True)
class Layout:
    """Places in units of a column and a row, rows counted downwards.

    places : of the nodes, in their order.
    ways : (parent, node) -> the places that this edge passes on its way; only where it passes others.
    """

    places: list[Place]
    ways: dict[tuple[int, int], list[Place]]


def parents_first(last: Any, most: int) -> list[Any] | None:
    """Return every node behind `last`, and itself, each after its parents; None if there are more than `most`.

    Parameters
    ----------
    last : object
        A node; `.parents` are the nodes it was made from.
    most : int
        How many nodes are looked at.
    """
    seen, found, todo = {id(last)}, [], [(last, iter(last.parents))]
    while todo:
        node, waiting = todo[-1]
        parent = next((parent for parent in waiting if id(parent) not in seen), None)
        if parent is None:
            found.append(node)
            todo.pop()
        elif len(seen) == most:
            return None
        else:
            seen.add(id(parent))
            todo.append((parent, iter(parent.parents)))
    return found


def arrange(parents: Sequence[Sequence[int]], names: Sequence[str] = ()) -> Layout:
    """Place the nodes of a graph.

    Parameters
    ----------
    parents : sequence
        For each node, the indices of what it was made from, all smaller than its own.
    names : sequence of str
        Of the nodes; x and y stand above, like in the graph of one neuron.

    Returns
    -------
    A chain of steps gets one straight line with what it takes from outside above and below; other graphs get layers.
    """
    names = names or [""] * len(parents)
    chain = _chain(parents, names)
    return Layout(chain, {}) if chain else _layers(parents)


def _uses(parents: Sequence[Sequence[int]], node: int) -> list[int]:
    return [other for other, made in enumerate(parents) if node in made]


def _chain(parents: Sequence[Sequence[int]], names: Sequence[str]) -> list[Place] | None:
    """Return the places of a graph whose steps follow one another, each leaf used once; None for another graph."""
    steps = [node for node, made in enumerate(parents) if made]
    for before, step in zip([None, *steps], steps, strict=False):
        if {parent for parent in parents[step] if parents[parent]} != ({before} - {None}):
            return None
    if not steps or any(len(_uses(parents, leaf)) != 1 for leaf, made in enumerate(parents) if not made):
        return None
    places: dict[int, Place] = {step: (column, 0.0) for column, step in enumerate(steps, 1)}
    taken = set(places.values())
    for leaf, made in enumerate(parents):
        if made:
            continue
        column = steps.index(_uses(parents, leaf)[0])
        up = names[leaf] in _UP
        # above, a leaf stands half a column further on: the line itself has its labels above
        spots = [
            (column + (0.5 if row < 0 < column else 0.0), row) for row in ((-1, 1, -2, 2) if up else (1, -1, 2, -2))
        ]
        free = [spot for spot in spots if spot not in taken]
        if not free:
            return None
        places[leaf] = free[0]
        taken.add(free[0])
    return [places[node] for node in range(len(parents))]


def columns(parents: Sequence[Sequence[int]]) -> list[int]:
    """Return each node's column: as early as possible, a leaf just before its first use."""
    depth: list[int] = []
    for made in parents:
        depth.append(1 + max((depth[parent] for parent in made), default=-1))
    for node, made in enumerate(parents):
        if not made:
            depth[node] = min((depth[other] for other in _uses(parents, node)), default=1) - 1
    return depth


def _layers(parents: Sequence[Sequence[int]]) -> Layout:
    depth = columns(parents)
    layers: list[list[Hashable]] = [[] for _ in range(1 + max(depth))]
    for node, column in enumerate(depth):
        layers[column].append(node)
    routes: list[list[Hashable]] = []
    for child, made in enumerate(parents):
        for parent in dict.fromkeys(made):
            between: list[Hashable] = [(parent, child, x) for x in range(depth[parent] + 1, depth[child])]
            for x, key in zip(range(depth[parent] + 1, depth[child]), between, strict=True):
                layers[x].append(key)
            routes.append([parent, *between, child])
    near: dict[Hashable, list[Hashable]] = {key: [] for layer in layers for key in layer}
    for route in routes:
        for a, b in pairwise(route):
            near[a].append(b)
            near[b].append(a)
    height = _untangled(layers, near)
    at = {key: (float(x), height[key]) for x, layer in enumerate(layers) for key in layer}
    ways = {(route[0], route[-1]): [at[key] for key in route[1:-1]] for route in routes if len(route) > 2}
    return Layout([at[node] for node in range(len(parents))], ways)  # type: ignore[arg-type]


def _untangled(layers: list[list[Hashable]], near: dict[Hashable, list[Hashable]]) -> dict[Hashable, float]:
    """Pull every key towards its neighbours, a few times to and fro; within a layer they stay 1 apart."""
    height = {key: float(i) for layer in layers for i, key in enumerate(layer)}
    for sweep in range(12):
        for layer in layers if sweep % 2 else layers[::-1]:
            wish = {key: float(np.mean([height[k] for k in near[key]] or [height[key]])) for key in layer}
            layer.sort(key=wish.__getitem__)
            for i, key in enumerate(layer):
                height[key] = wish[key] if i == 0 else max(wish[key], height[layer[i - 1]] + 1)
            shift = np.mean([wish[key] - height[key] for key in layer])
            for key in layer:
                height[key] += float(shift)
    middle = (min(height.values()) + max(height.values())) / 2
    return {key: y - middle for key, y in height.items()}
