"""The mathematics of the widgets of notebooks 04 to 06, in JavaScript, against NumPy."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np

from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from barprop.widgets.contract_card import LAYERS as CONTRACT_LAYERS
from tests.barprop.widgets.test_maths import COUNT, close, rng
from tests.widget_js import run_js

WORLDS: dict[str, Any] = {
    # every value of the variables of a tiny layer -> everything that can be ticked, and the bars
    "Product": (
        {"h": (-1, 0, 2), "v": (-1, 0, 2), "e_bar": (-1, 0.5)},
        lambda h, v, e_bar: {"e": v * h, "v_bar": e_bar * h, "h_bar": e_bar * v},
    ),
    "Linear": (
        {"X": (-1, 0, 2), "W": (-1, 0, 2), "b": (0, 1), "Z_bar": (-1, 0.5)},
        lambda X, W, b, Z_bar: {"Z": X * W + b, "W_bar": Z_bar * X, "b_bar": Z_bar, "X_bar": Z_bar * W},
    ),
    "ReLU": ({"Z": (-2, -1, 0, 1, 2), "H_bar": (-1, 0.5)}, lambda Z, H_bar: {"H": max(Z, 0), "Z_bar": H_bar * (Z > 0)}),
    "Tanh": (
        {"Z": (-2, -1, 0, 1, 2), "H_bar": (-1, 0.5)},
        lambda Z, H_bar: {"H": np.tanh(Z), "Z_bar": H_bar * (1 - np.tanh(Z) ** 2)},
    ),
    "SquaredError": (
        {"e": (-2, -1, 0, 1, 2), "y": (-2, -1, 0, 1, 2), "l_bar": (1, 2)},
        lambda e, y, l_bar: {"l": (y - e) ** 2 / 2, "e_bar": l_bar * (e - y), "y_bar": l_bar * (y - e)},
    ),
    "SoftmaxCrossEntropy": (
        {"logits": ((0, 1), (1, 2), (0, 2)), "labels": (0, 1), "l_bar": (1, 2)},
        lambda logits, labels, l_bar: _softmax_world(logits, labels, l_bar),
    ),
}


def _softmax_world(logits: tuple, labels: int, l_bar: float) -> dict[str, Any]:
    share = np.exp(logits) / np.exp(logits).sum()
    return {"P": tuple(share.round(12)), "logits_bar": tuple((l_bar * (share - np.eye(2)[labels])).round(12))}


def determined(layer: str, held: tuple[str, ...], bar: str) -> bool:
    """Whether a bar is the same in all worlds that look alike to who holds these things."""
    ranges, rest = WORLDS[layer]
    seen: dict[Any, Any] = {}
    for values in itertools.product(*ranges.values()):
        world = dict(zip(ranges, values, strict=True))
        world |= rest(**world)
        if seen.setdefault(tuple(world[name] for name in held), world[bar]) != world[bar]:
            return False
    return True


def test_contracts_by_trying_all_worlds() -> None:
    (layers,) = run_js("contract_card", "(m) => m.LAYERS", [0])
    assert set(layers) == set(WORLDS) == set(CONTRACT_LAYERS)
    cases, known = [], {}
    for name, layer in layers.items():
        pieces = [*layer["takes"], *layer["caches"]]
        for held in subsets(pieces):
            for bar in layer["returns"]:
                known[name, frozenset(held), bar] = determined(name, held, bar)
            for returns in subsets(layer["returns"]):
                split = ([p for p in held if p in layer["takes"]], [p for p in held if p in layer["caches"]])
                cases.append({"layer": name, "takes": split[0], "caches": split[1], "returns": list(returns)})
    assert len(cases) > 300
    found = run_js("contract_card", "(m, c) => m.judgeContract(c)", cases)
    for case, verdict in zip(cases, found, strict=True):
        name, held = case["layer"], frozenset(case["takes"]) | frozenset(case["caches"])
        made = [bar for bar in case["returns"] if known[name, held, bar]]
        assert set(verdict["lacking"]) == set(case["returns"]) - set(made)
        assert set(verdict["forgotten"]) == set(layers[name]["returns"]) - set(case["returns"])
        assert set(verdict["spare"]) == {p for p in held if all(known[name, held - {p}, bar] for bar in made)}
    assert sum(verdict["good"] for verdict in found) == 1 + 1 + 2 + 2 + 1 + 2


def subsets(things: Any) -> list[tuple[str, ...]]:
    things = list(things)
    return [some for size in range(len(things) + 1) for some in itertools.combinations(things, size)]


def test_shapes_of_the_contracts() -> None:
    draw = rng()
    sizes = [{key: int(draw.integers(1, 9)) for key in "ndmk"} for _ in range(40)]
    function = """(m, c) => {
      const shapes = ({takes, caches, returns}) => {
        const bars = Object.fromEntries(Object.entries(returns).map(([bar, one]) => [bar, one.shape]));
        const all = Object.entries({...takes, ...caches, ...bars});
        return Object.fromEntries(all.map(([thing, letters]) => [thing, m.shapeOf(letters, c)]));
      };
      return Object.fromEntries(Object.entries(m.LAYERS).map(([name, layer]) => [name, shapes(layer)]));
    }"""
    for size, found in zip(sizes, run_js("contract_card", function, sizes), strict=True):
        n, d, m, k = (size[key] for key in "ndmk")
        X, W, b, Z = draw.normal(size=(n, d)), draw.normal(size=(m, d)), draw.normal(size=m), draw.normal(size=(n, m))
        W_bar, b_bar, X_bar = REFERENCES["linear_backward"](Z, X, W)
        right = {"X": X, "W": W, "b": b, "Z": Z, "Z_bar": Z, "W_bar": W_bar, "b_bar": b_bar, "X_bar": X_bar}
        assert found["Linear"] == {name: str(value.shape) for name, value in right.items()}
        loss = REFERENCES["SoftmaxCrossEntropy"]()
        loss.forward(draw.normal(size=(n, k)), draw.integers(0, k, size=n))
        assert found["SoftmaxCrossEntropy"]["logits_bar"] == str(loss.backward().shape)


class Net:
    """A network in NumPy, as the references of notebook 05 take it."""

    def __init__(self, kinds: list[str]) -> None:
        self.kinds = kinds

    def forward(self, x: Any, w: Any) -> np.ndarray:
        self.inputs = []
        for kind, layer in zip(self.kinds, w, strict=True):
            self.inputs.append(x)
            x = x @ layer[0].T + layer[1] if layer else ACTIVATIONS[kind](x)
        return x

    def backward(self, h_bar: Any, w: Any) -> tuple[None, np.ndarray]:
        for kind, layer, x in reversed(list(zip(self.kinds, w, self.inputs, strict=True))):
            h_bar = h_bar @ layer[0] if layer else h_bar * ACTIVATIONS[kind].slope(x)
        return None, h_bar


def random_attack(draw: np.random.Generator) -> dict[str, Any]:
    d, m, k = (int(size) for size in draw.integers(2, 9, size=3))
    kind = str(draw.choice(list(ACTIVATIONS)))
    w = [(draw.normal(size=(m, d)), draw.normal(size=m)), (), (draw.normal(size=(k, m)), draw.normal(size=k))]
    return {
        "layers": [
            {"kind": "linear", "rows": m, "columns": d},
            {"kind": kind},
            {"kind": "linear", "rows": k, "columns": m},
        ],
        "weights": np.concatenate([part.ravel() for layer in w for part in layer]).tolist(),
        "w": [[part.tolist() for part in layer] for layer in w],
        "x": draw.random(d).tolist(),
        "label": int(draw.integers(k)),
        "eps": draw.uniform(0, 0.4),
        "alpha": draw.uniform(0, 0.3),
        "steps": int(draw.integers(0, 5)),
    }


def test_attacks() -> None:
    draw = rng()
    cases = [random_attack(draw) for _ in range(COUNT)]
    function = """(m, c) => {
      const net = m.unpackNetwork(c.layers, c.weights);
      const attack = (more) => Array.from(m.attackImage(net, c.x, c.label, {...c, ...more}));
      return {
        bar: Array.from(m.imageBar(net, c.x, c.label)), loss: m.outlook(net, c.x, c.label).loss,
        sign: attack({mode: 'sign'}), raw: attack({mode: 'raw'}),
        fgsm: attack({mode: 'sign', alpha: c.eps, steps: 1}),
      };
    }"""
    found = run_js("perturb_pad", function, cases)
    for case, result in zip(cases, found, strict=True):
        w = [tuple(np.array(part) for part in layer) for layer in case["w"]]
        net = Net(["", case["layers"][1]["kind"], ""]), w, REFERENCES["SoftmaxCrossEntropy"]()
        X, labels = np.array([case["x"]]), np.array([case["label"]])
        close(result["loss"], net[2].forward(net[0].forward(X, w), labels))
        close(result["bar"], REFERENCES["input_bar"](net, X, labels)[0])
        close(result["fgsm"], REFERENCES["fgsm"](net, X, labels, case["eps"])[0])
        close(result["sign"], REFERENCES["pgd"](net, X, labels, case["eps"], case["alpha"], case["steps"])[0])
        close(result["raw"], REFERENCES["gradient_ascent"](net, X, labels, case["alpha"], case["steps"])[0])


def mulberry_signs(length: int, seed: int) -> list[int]:
    """Mulberry32, a public-domain generator, in Python integers."""
    mask, signs = 0xFFFFFFFF, []
    for _ in range(length):
        seed = (seed + 0x6D2B79F5) & mask
        mixed = ((seed ^ seed >> 15) * (seed | 1)) & mask
        mixed ^= (mixed + ((mixed ^ mixed >> 7) * (mixed | 61) & mask)) & mask
        signs.append(-1 if (mixed ^ mixed >> 14) < 2**31 else 1)
    return signs


def test_random_directions_have_the_size_of_the_attack() -> None:
    draw = rng()
    cases = [
        {"x": draw.uniform(0.3, 0.7, 9).tolist(), "by": draw.uniform(-0.2, 0.2, 9).tolist(), "seed": seed}
        for seed in range(COUNT)
    ]
    function = """(m, c) => { const to = c.x.map((x, i) => x + c.by[i]); return ['raw', 'sign'].map(
        mode => m.randomImage(c.x, to, {mode}, c.seed)).concat([m.randomSigns(9, c.seed)]); }"""
    for case, (raw, sign, signs) in zip(
        cases, run_js("perturb_pad", function, cases), strict=True
    ):
        x, by = np.array(case["x"]), np.array(case["by"])
        assert signs == mulberry_signs(9, case["seed"])
        close(np.linalg.norm(raw - x), np.linalg.norm(by))
        close(np.abs(sign - x), np.full(9, np.abs(by).max()))
        close(np.sign(sign - x), signs)


def random_graphs() -> list[list[list[int]]]:
    draw = rng()
    graphs = []
    for _ in range(COUNT):
        n = int(draw.integers(1, 40))
        graphs.append([draw.integers(0, node, size=min(node, int(draw.integers(0, 3)))).tolist() for node in range(n)])
    return graphs


def test_layout_of_tapes() -> None:
    graphs = random_graphs()
    for parents, found in zip(graphs, run_js("tape_view", "(m, c) => m.layOut(c)", graphs), strict=True):
        longest: list[int] = []
        for made in parents:
            longest.append(1 + max((longest[parent] for parent in made), default=-1))
        for node, made in enumerate(parents):
            uses = [longest[child] for child, others in enumerate(parents) if node in others]
            assert found["column"][node] == (min(uses) - 1 if uses and not made else longest[node])
            assert all(found["column"][parent] < found["column"][node] for parent in made)
        places = list(zip(found["column"], found["row"], strict=True))
        assert len(set(places)) == len(places)
        assert found["height"] == max(Counter(found["column"]).values()) > max(found["row"])


def test_differences_of_bars() -> None:
    draw = rng()
    cases = [[draw.normal(size=5).tolist(), draw.normal(size=5).tolist()] for _ in range(COUNT)]
    for (one, other), found in zip(
        cases, run_js("tape_view", "(m, c) => m.largestDifference(...c)", cases), strict=True
    ):
        close(found, np.max(np.abs(np.subtract(one, other))))
    judged = [
        ([1.0], [1.0 + 1e-9], "right"),
        ([1.0], [1.1], "wrong"),
        (None, [1.0], "missing"),
        ([1.0], None, "unchecked"),
        ([None], [1.0], "wrong"),
        ([1.0, 2.0], [1.0], "wrong"),
    ]
    found = run_js("tape_view", "(m, [bar, ref]) => m.judgeBar({bar, ref})", [case[:2] for case in judged])
    assert found == [case[2] for case in judged]
