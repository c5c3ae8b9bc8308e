"""The Python side of the widgets: what they take, what they say, what their output carries."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import barprop.widgets
from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS, softplus
from barprop.jupyter import FILES, install
from barprop.numerics.neuron import graph_bars, graph_values
from barprop.widgets import (
    CacheLedger,
    ContractCard,
    Descent,
    DigitPad,
    GraphStepper,
    NudgeTest,
    PerturbPad,
    PicturePad,
    SplitBars,
    TapeView,
)
from barprop.widgets.base import WidgetError
from barprop.widgets.examples import picture_pad
from barprop.widgets.networks import packed, unpacked
from barprop.widgets.standalone import page

Value = REFERENCES["Value"]


class TwoLayers:
    """A network as notebook 04 builds it, seen from outside."""

    def __init__(self, sigma: Any) -> None:
        self.sigma = sigma

    def forward(self, x: Any, w: Any) -> np.ndarray:
        (W, b), _, (V, c) = w
        return self.sigma(np.asarray(x) @ W.T + b) @ V.T + c


def pad(sigma: Any = np.tanh, **more: Any) -> PerturbPad:
    draw = np.random.default_rng(3)
    w = [(draw.normal(size=(5, 9)), draw.normal(size=5)), (), (draw.normal(size=(4, 5)), draw.normal(size=4))]
    given = {"net": (TwoLayers(sigma), w, None), "X": draw.random((6, 9)), "labels": np.array([0, 1, 2, 3, 0, 1])}
    return PerturbPad(**given | more)


class Colours:
    """How red, green and blue a photo is on the whole; notes how often it was asked."""

    def forward(self, x: Any, w: Any) -> np.ndarray:
        return 40 * np.asarray(x).reshape(len(x), -1, 3).mean(axis=1)


class Many:
    """Twelve classes: the pixels."""

    def forward(self, x: Any, w: Any) -> np.ndarray:
        return np.asarray(x)[:, :12]


def photo_pad(**more: Any) -> PicturePad:
    """Four pixels; the attack raises the wanted colour."""

    def raised(net: Any, X: Any, targets: Any, eps: float, alpha: float, steps: int) -> Any:
        return np.clip(X + alpha * np.tile(np.eye(3)[targets[0]], X.shape[1] // 3), 0, 1)

    X = np.random.default_rng(0).uniform(0.48, 0.52, (1, 12))
    given = {
        "net": (Colours(), [], None),
        "targeted": raised,
        "X": X,
        "names": ["red", "green", "blue"],
        "target": "blue",
    }
    return PicturePad(**given | {"eps": 0.05, "alpha": 0.02, "steps": 1} | more)


def tape() -> TapeView:
    x, w = Value([1.0, -2.0]), Value([[0.3, 0.2], [0.1, -0.4]])
    loss = ((w @ x).tanh() ** 2.0).sum()
    loss.backward()
    return TapeView(loss, names={"x": x, "w": w})


def digit_pad(**more: Any) -> DigitPad:
    draw = np.random.default_rng(3)
    w = [(draw.normal(size=(5, 9)), draw.normal(size=5)), (), (draw.normal(size=(4, 5)), draw.normal(size=4))]
    return DigitPad(**{"net": (TwoLayers(np.tanh), w), "X": draw.random((6, 9))} | more)


MAKERS = {
    "GraphStepper": GraphStepper, "CacheLedger": CacheLedger, "NudgeTest": NudgeTest, "SplitBars": SplitBars,
    "Descent": Descent, "ContractCard": ContractCard, "PerturbPad": pad, "PicturePad": picture_pad,
    "DigitPad": digit_pad, "TapeView": tape,
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_output_carries_widget_picture_and_sentence(name: str) -> None:
    widget = MAKERS[name]()
    data, metadata = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert data["text/plain"] == repr(widget) == metadata["image/png"]["alt"]
    assert data["text/plain"].endswith((".", "?"))
    assert "object at 0x" not in data["text/plain"]
    assert "children=(" not in data["text/plain"]
    json.dumps({key: widget.get_state()[key] for key in widget.keys if not isinstance(widget.get_state()[key], bytes)})


def test_a_card_of_one_layer_offers_no_other() -> None:
    assert (ContractCard("ReLU").menu, ContractCard("ReLU").layer) == (False, "ReLU")
    assert ContractCard().menu


@pytest.mark.parametrize("name", MAKERS)
def test_the_module_imports_nothing(name: str) -> None:
    widget = MAKERS[name]()
    lines = widget._esm.splitlines()
    assert not [
        line
        for line in lines
        if line.startswith("import ") or "import(" in line or "http" in line.replace("http://www.w3.org", "")
    ]
    assert len(widget._esm) < 40_000


def test_naming_the_package_loads_no_widget() -> None:
    code = "import barprop.widgets, sys; print([m for m in ('anywidget', 'barprop.widgets.base') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert set(barprop.widgets.__all__) == set(MAKERS) == set(dir(barprop.widgets))
    with pytest.raises(AttributeError, match="none of them"):
        barprop.widgets.Graph  # noqa: B018


WRONG = {
    "x to hold two": (lambda: GraphStepper(x=[1, 2, 3]), "x must be 2 numbers, got 3"),
    "x to be a list": (lambda: GraphStepper(x=4), "x must be 2 numbers, got 4"),
    "v a number": (lambda: GraphStepper(v="much"), "v must be a number, got 'much'"),
    "v finite": (lambda: GraphStepper(v=float("nan")), "v must be a finite number"),
    "sigma known": (lambda: GraphStepper(sigma="swish"), "relu, tanh, sigmoid, softplus; got 'swish'"),
    "depth": (lambda: CacheLedger(depth=31), "depth must be a whole number from 1 to 30, got 31"),
    "keep": (lambda: CacheLedger(keep="x"), "keep must be one of all, z, h, nothing"),
    "variable": (lambda: NudgeTest("w3"), "variable must be one of w1"),
    "step": (lambda: NudgeTest(step=2), "step must be between 1e-12 and 1, got 2"),
    "rate": (lambda: Descent(rate=0), "rate must be above 0"),
    "y as long as x": (lambda: Descent(x=[1, 2], y=[1]), "y must be 2 numbers, got 1"),
    "no examples": (lambda: Descent(x=[], y=[]), "x must hold 1 to 50 numbers, got 0"),
    "scale": (lambda: SplitBars(scale1=-1), "scale1 must be above 0"),
    "layer": (lambda: ContractCard("Dropout"), "layer must be one of Product"),
    "net": (lambda: pad(net=None), "net must be (network, w, loss)"),
    "images": (lambda: pad(X=np.zeros((6, 8))), "square images, one per row; its shape is (6, 8)"),
    "labels": (lambda: pad(labels=[0, 1]), "labels must be 6 whole numbers, got shape (2,)"),
    "labels in range": (lambda: pad(labels=[0, 1, 2, 3, 4, 5]), "from 0 to 3"),
    "index": (lambda: pad(index=6), "index must be a whole number from 0 to 5"),
    "target": (lambda: pad(target=4), "target must be a whole number from 0 to 3, got 4"),
    "images that are words": (lambda: pad(X="digits"), "X must hold images"),
    "too many images": (lambda: digit_pad(X=np.zeros((51, 9))), "X must hold 1 to 50 square images"),
    "other weights": (
        lambda: digit_pad().update([(np.zeros((2, 9)), np.zeros(2))]),
        "got 20 numbers, expected 74",
    ),
    "weights that are none": (lambda: digit_pad().update(["W"]), "w must hold a pair (W, b)"),
    "rounds": (lambda: next(digit_pad().progress(0)), "rounds must be a whole number from 1"),
    "way": (lambda: GraphStepper(way="back"), "way must be one of both, forward; got 'back'"),
    "another network": (lambda: pad(sigma=np.sin), "this one computes something else"),
    "a photo": (lambda: photo_pad(X=np.zeros((1, 100))), "one square photo of three colours as a row"),
    "a photo's range": (lambda: photo_pad(X=np.full((1, 12), 2.0)), "numbers from 0 to 1"),
    "names": (lambda: photo_pad(names=["one"]), "a logit for each of the 1 names"),
    "a wanted class": (lambda: photo_pad(target="okapi"), "target must be one of red, green, blue; got 'okapi'"),
    "no value": (lambda: TapeView(3.0), "this float has no .data"),
    "a long tape": (lambda: TapeView(sum((Value(1.0) for _ in range(60)), Value(0.0))), "up to 80 nodes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_answered_with_one_sentence(case: str) -> None:
    make, sentence = WRONG[case]
    with pytest.raises(WidgetError) as caught:
        make()
    assert sentence in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_an_activation_counts_as_its_name() -> None:
    assert GraphStepper(sigma=softplus).sigma == "softplus"


@pytest.mark.parametrize("sigma", ACTIVATIONS)
def test_pictures_of_the_neuron_hold_right_numbers(sigma: str) -> None:
    draw = np.random.default_rng(5)
    for _ in range(20):
        x, w, (v, y) = draw.normal(size=2), draw.normal(size=2), draw.normal(size=2)
        values = graph_values(x, y, w, v, sigma)
        cache = REFERENCES["forward"](x, y, w, v, ACTIVATIONS[sigma])
        np.testing.assert_allclose([values[k] for k in cache], list(cache.values()), rtol=1e-12, atol=1e-14)
        bars = graph_bars(x, y, w, v, sigma)
        for name, bar in REFERENCES["backward"](cache, x, y, w, v, ACTIVATIONS[sigma]).items():
            np.testing.assert_allclose(bars[name], bar, rtol=1e-7, atol=1e-9)


def test_pictures_of_attacks_are_attacks() -> None:
    for mode, attack in (("sign", "pgd"), ("raw", "gradient_ascent")):
        widget = pad(mode=mode, steps=3, alpha=0.05, eps=0.1, index=2)
        network, w = widget._net
        w32 = [tuple(np.float64(np.float32(part)) for part in layer) for layer in w]

        class Net:
            def forward(self, x: Any, w: Any) -> np.ndarray:
                self.x = np.asarray(x)
                return network.forward(x, w)

            def backward(self, bar: Any, w: Any) -> tuple[None, np.ndarray]:
                (W, b), _, (V, _) = w
                return None, (bar @ V * (1 - np.tanh(self.x @ W.T + b) ** 2)) @ W

        X = unpacked(widget.images, widget.kind, 6)[2:3]
        net = Net(), w32, REFERENCES["SoftmaxCrossEntropy"]()
        sizes = {"eps": 0.1} if mode == "sign" else {}
        right = REFERENCES[attack](net, X, np.array([2]), alpha=0.05, steps=3, **sizes)
        np.testing.assert_allclose(widget.attacked(), right[0], atol=1e-5)


def test_an_aimed_attack_goes_down_the_loss_of_its_target() -> None:
    widget = pad(steps=5, alpha=0.05, eps=0.2, index=2, target=0)

    def loss(x: np.ndarray) -> float:
        return float(widget._losses(x[None])[0])

    assert loss(widget.attacked()) < loss(widget._image()) - 0.01


def test_images_are_packed_without_loss() -> None:
    draw = np.random.default_rng(1)
    for X, kind in ((draw.integers(0, 256, size=(3, 16)) / 255, "u1"), (draw.normal(size=(3, 16)), "f4")):
        data, found = packed(X)
        assert found == kind
        np.testing.assert_allclose(unpacked(data, kind, 3), X, rtol=1e-6)


def test_a_pad_follows_the_training() -> None:
    widget = digit_pad()
    network, w = widget._net
    seen = []
    widget.observe(lambda change: seen.append((change["name"], change["new"])), names=["done", "loss", "weights"])
    for _ in widget.progress(4):
        w = [tuple(0.5 * part for part in layer) for layer in w]
        widget.update(w, [1.0, 3.0])
    assert [value for name, value in seen if name == "done"] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert widget.loss == 2.0
    assert len({value for name, value in seen if name == "weights"}) == 4
    assert network is widget._net[0]
    np.testing.assert_allclose(np.frombuffer(widget.weights, "<f2")[:5], w[0][0].ravel()[:5], rtol=1e-3)


def test_saved_state_is_small() -> None:
    """A notebook keeps all of it; only the pads hold more than a few kilobytes of their own."""
    for name, make in MAKERS.items():
        state = make().get_state()
        own = {key: value for key, value in state.items() if not key.startswith("_")}
        size = len(json.dumps({key: value for key, value in own.items() if not isinstance(value, (bytes, memoryview))}))
        assert size < 4000, f"{name}: {size}"


def test_reset_knows_where_to_go() -> None:
    for make in MAKERS.values():
        widget = make()
        assert widget.initial == {name: getattr(widget, name) for name in widget.resets}


def test_every_operation_of_a_tape_is_recognised_and_right() -> None:
    draw = np.random.default_rng(7)
    a, b, m, s = (
        Value(draw.random((2, 3)) + 0.5),
        Value(draw.random(3) + 0.5),
        Value(draw.normal(size=(3, 2))),
        Value(1.7),
    )
    made = [a + b, a - b, a * b, a / b, a @ m, -a, a.exp(), a.log(), (a - 0.9).relu(), a.tanh(), a**2.0, a**-1.0,
            a.sum(axis=0), a.sum(axis=1, keepdims=True), s / a, 2.0 - a, b @ m, a @ b]  # fmt: skip
    total = made[0].sum()
    for one in made[1:]:
        total = total + (one * one).sum()
    total.backward()
    widget = TapeView(total)
    names = [entry.op for entry in widget._tape.entries]
    assert "?" not in names
    assert {"+", "−", "×", "/", "@", "neg", "exp", "log", "relu", "tanh", "**2", "**−1", "sum"} <= set(names)
    assert all(entry.right() for entry in widget._tape.entries)


def test_a_wrong_bar_on_a_tape_is_found() -> None:
    x, y = Value(2.0), Value(3.0)
    loss = x * y + x
    loss.backward()
    x.bar = x.bar - 1.0  # as if the second use had not been added
    widget = TapeView(loss, names={"x": x, "y": y})
    wrong = [entry.name for entry in widget._tape.entries if not entry.right()]
    assert wrong == ["x"]
    assert "of 4 bars that nudging can check, 3 are right" in widget.sentence()


def test_a_tape_without_backward_or_with_an_unknown_step() -> None:
    x = Value(2.0)
    odd = Value(0.123, (x,))
    loss = odd * 3.0
    for node in (x, odd, loss):
        node.bar = None
    widget = TapeView(loss)
    nodes = {node["name"]: node for node in widget.nodes}
    assert nodes["?"]["ref"] == pytest.approx([3.0])
    assert nodes["×"]["bar"] is None
    assert [node["ref"] for node in widget.nodes if not node["parents"] and node["data"] == [2.0]] == [None]


def test_numbers_that_are_none_reach_the_page_as_none() -> None:
    x = Value([1.0, np.inf])
    loss = x.sum()
    loss.bar, x.bar = np.array(1.0), np.array([1.0, np.nan])
    widget = TapeView(loss)
    assert json.loads(json.dumps(widget.nodes, allow_nan=False))[0]["bar"] == [1.0, None]


def test_settings_are_merged_into_an_environment(tmp_path: Path) -> None:
    theirs = tmp_path / "etc" / "jupyter" / "jupyter_config.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"ServerApp": {"port": 1}, "WidgetsDataTypeFilter": {"x": 1}}', encoding="utf-8")
    written = install(tmp_path)
    assert [path.relative_to(tmp_path / "etc" / "jupyter").as_posix() for path in written] == [
        *FILES,
        "labconfig/page_config.json",
    ]
    merged = json.loads(theirs.read_text(encoding="utf-8"))
    assert merged["ServerApp"] == {"port": 1}
    assert merged["WidgetsDataTypeFilter"]["x"] == 1
    order = merged["WidgetsDataTypeFilter"]["display_data_priority"]
    assert (
        order.index("image/png") < order.index("application/vnd.jupyter.widget-view+json") < order.index("text/plain")
    )
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in install(tmp_path)] == before


@pytest.mark.parametrize("instructor", [False, True])
def test_only_students_miss_what_is_for_instructors(tmp_path: Path, instructor: bool) -> None:
    install(tmp_path, instructor=not instructor)  # an environment may change hands
    page = json.loads(install(tmp_path, instructor)[-1].read_text(encoding="utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader:create-assignment"] is not instructor
    assert page["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is not instructor


# --- PicturePad -----------------------------------------------------------------------------------


def test_a_photo_walks_towards_the_wanted_class_and_stays_near() -> None:
    pad = photo_pad()
    X = photo_pad(steps=0).changed()
    assert np.allclose(pad.changed() - X, np.tile([0, 0, 0.02], 4))
    pad.steps = 20
    assert np.isclose(np.abs(pad.changed() - X).max(), 0.05)
    assert pad.wanted[1] > pad.wanted[0]
    assert pad.names[pad.after[0][0]] == "blue"
    pad.target = 0
    assert np.isclose((pad.changed() - X).reshape(-1, 3)[:, 0].max(), 0.05)
    assert pad.shown == np.rint(255 * pad.changed()).astype(np.uint8).tobytes()


def test_controls_are_as_large_as_the_attack() -> None:
    pad = photo_pad(steps=2)
    X, attack = photo_pad(steps=0).changed(), pad.changed()
    pad.control = "noise"
    assert np.allclose(np.abs(pad.changed() - X), 0.04)
    pad.control = "shuffled"
    assert np.allclose(np.sort(pad.changed() - X), np.sort(attack - X))
    assert not np.allclose(pad.changed(), attack)


def test_what_a_page_may_send_is_brought_into_range() -> None:
    pad = photo_pad()
    assert pad.done == [2, 1, "attack"]
    pad.target, pad.steps, pad.control = 99, 10**6, "x"
    assert pad.done == [2, 20, "attack"]
    assert (pad.target, pad.steps, pad.control) == (2, 20, "attack")


def test_what_a_page_without_a_kernel_holds_is_what_the_kernel_answers() -> None:
    answers = photo_pad().answers()
    assert len(answers) == 3 * 7 * 3
    for asked in ('[0,0,"attack"]', '[1,5,"noise"]', '[2,6,"shuffled"]'):
        pad = photo_pad()
        pad.target, pad.steps, pad.control = json.loads(asked)
        assert answers[asked] == {name: getattr(pad, name) for name in ("shown", "after", "wanted", "done")}
    # a page gives the wanted class of many, as each costs a walk
    many = photo_pad(names=[f"class {k}" for k in range(12)], net=(Many(), [], None), target="class 2")
    assert {json.loads(asked)[0] for asked in many.answers()} == {2}
    text = page(pad, "pad")
    (held,) = re.findall(r'id="answers">(.*?)</script>', text)
    packed = json.loads(held)['[0,3,"noise"]']["shown"]["change"]
    change = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8)
    assert (change + np.frombuffer(pad.shown, np.uint8)).tobytes() == answers['[0,3,"noise"]']["shown"]
