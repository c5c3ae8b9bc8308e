"""TapeView: how a tape is laid out, and which step it blames."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.reference import REFERENCES
from barprop.pictures.layered import arrange, columns
from barprop.widgets import TapeView

Value = REFERENCES["Value"]


def random_graphs(many: int = 300) -> list[list[list[int]]]:
    draw = np.random.default_rng(20)
    graphs = []
    for _ in range(many):
        n = int(draw.integers(1, 40))
        graphs.append([draw.integers(0, node, size=min(node, int(draw.integers(0, 3)))).tolist() for node in range(n)])
    return graphs


def test_nodes_stand_right_of_what_they_are_made_from() -> None:
    for parents in random_graphs():
        layout = arrange(parents)
        assert len(set(layout.places)) == len(parents)
        for node, made in enumerate(parents):
            assert all(layout.places[parent][0] < layout.places[node][0] for parent in made)
        for (parent, node), way in layout.ways.items():
            assert parent in parents[node]
            xs = [layout.places[parent][0], *(x for x, _ in way), layout.places[node][0]]
            assert xs == sorted(set(xs))


def test_columns_are_the_longest_way_from_a_leaf() -> None:
    for parents in random_graphs(100):
        longest: list[int] = []
        for made in parents:
            longest.append(1 + max((longest[parent] for parent in made), default=-1))
        for node, made in enumerate(parents):
            uses = [longest[child] for child, others in enumerate(parents) if node in others]
            assert columns(parents)[node] == (min(uses) - 1 if uses and not made else longest[node])


def test_a_neuron_is_laid_out_like_that_of_notebook_01() -> None:
    # w, x, z, h, v, e, y, l
    names = ["w", "x", "z", "h", "v", "e", "y", "l"]
    places = dict(zip(names, arrange([[], [], [0, 1], [2], [], [4, 3], [], [6, 5]], names).places, strict=True))
    assert [places[name][1] for name in "zhel"] == [0, 0, 0, 0]
    assert places["x"][1] < 0 < places["w"][1]
    assert places["y"][1] < 0 < places["v"][1]
    assert places["v"][0] == places["h"][0]


def neuron() -> tuple[Any, dict[str, Any]]:
    x, w, v, y = Value([1.5, -0.5]), Value([0.8, 0.4]), Value(1.2), Value(0.3)
    z = w @ x
    h = z.tanh()
    e = v * h
    loss = (y - e) ** 2 / 2
    loss.backward()
    return loss, {"x": x, "w": w, "v": v, "y": y, "z": z, "h": h, "e": e, "l": loss}


def test_nothing_is_blamed_where_all_is_right() -> None:
    loss, names = neuron()
    assert TapeView(loss, names).blame == {}


def spoil(name: str, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    loss, names = neuron()
    names[name].bar = change(names)
    return TapeView(loss, names).blame


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("z", lambda n: n["h"].bar, "tanh (which made {h}) handed"),
        ("z", lambda n: n["h"].bar, "the incoming bar alone, without the slope"),
        ("z", lambda n: -n["z"].bar, "the sign is turned"),
        ("v", lambda n: None, "× (which made {e}) handed no bar back to {v}."),
        ("v", lambda n: 0.0, "nothing arrived"),
        ("w", lambda n: n["w"].bar[None], "a bar of shape (1, 2) back to {w}, whose value has shape (2,)"),
        ("w", lambda n: np.add(n["w"].bar, [0.0, 1.0]), "@ (which made {z}) handed"),
        ("w", lambda n: np.add(n["w"].bar, [0.0, 1.0]), "back to {w} at [1], nudging says"),
        ("l", lambda n: 0.0, "The backward pass starts at {l}: it begins with the bar 0, but should begin with 1."),
    ],
)
def test_the_first_wrong_step_is_named(name: str, change: Callable[[dict[str, Any]], Any], words: str) -> None:
    blame = spoil(name, change)
    assert words in blame["words"]
    assert blame["path"][-1] == blame["node"]


def test_uses_that_do_not_add_up() -> None:
    def twice() -> tuple[Any, Any]:
        x, y = Value(2.0), Value(3.0)
        loss = x * y + x.exp()
        loss.backward()
        return x, loss

    x, loss = twice()
    share = float(x.bar)
    x.bar = np.array(3.0)
    assert "only the share of × is in it. Does each step add to the bar?" in TapeView(loss, {"x": x}).blame["words"]
    x.bar = np.array(share + 1.0)
    assert f"it is {share + 1:.3g}, nudging says {share:.3g}." in TapeView(loss, {"x": x}).blame["words"]


def test_the_path_leads_from_the_loss_to_the_wrong_bar() -> None:
    loss, names = neuron()
    names["z"].bar = np.array(7.0)
    view = TapeView(loss, names)
    path = view.blame["path"]
    assert path[0] == len(view.nodes) - 1
    assert view.nodes[path[-1]]["name"] == "z"
    assert all(parent in view.nodes[node]["parents"] for node, parent in pairwise(path))
    assert view.nodes[path[-1]]["difference"] == pytest.approx(abs(7 - view.nodes[path[-1]]["ref"][0]))


def test_a_long_array_is_sent_in_part() -> None:
    x = Value(np.linspace(0, 1, 500))
    loss = (x * x).sum()
    loss.backward()
    view = TapeView(loss, {"x": x})
    assert max(len(node["data"]) for node in view.nodes) <= 12
    assert {node["verdict"] for node in view.nodes} == {"right"}


def labels(view: TapeView) -> list[tuple[str, Any]]:
    """Return every text of the picture and its box."""
    figure = Figure(figsize=view.size, layout="constrained")
    view.draw(figure)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = figure.axes[0].texts
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer()).padded(-1.5)) for text in texts]


@pytest.mark.parametrize("spoiled", [False, True])
def test_no_labels_of_the_picture_collide(spoiled: bool) -> None:
    loss, names = neuron()
    if spoiled:
        names["h"].bar = -names["h"].bar
    view = TapeView(loss, names)
    view.png()  # which finds its size
    boxes = labels(view)
    assert [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i] if one.overlaps(other)] == []
    assert sum("✗" in text for text, _ in boxes) == spoiled
