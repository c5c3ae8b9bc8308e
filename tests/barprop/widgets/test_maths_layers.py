"""The mathematics of the widgets of notebooks 04 to 06, in JavaScript, against NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from barprop.widgets.contract_card import LAYERS as CONTRACT_LAYERS
from tests.barprop.widgets.test_maths import COUNT, close, rng
from tests.depth import thorough
from tests.widget_js import run_js

pytestmark = thorough

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


def test_a_contract_that_runs_shows_its_shapes() -> None:
    linear = {"layer": "Linear", "n": 32, "d": 5, "m": 3, "k": 10}
    cases = [
        linear | {"takes": ["Z_bar", "W"], "caches": [], "returns": ["W_bar", "X_bar"]},
        linear | {"takes": ["Z_bar"], "caches": ["X"], "returns": ["W_bar", "X_bar", "b_bar"]},
        linear | {"takes": ["Z_bar", "W"], "caches": ["X", "Z"], "returns": ["W_bar", "b_bar", "X_bar"]},
        linear | {"takes": [], "caches": [], "returns": []},
    ]
    text = [
        [" ".join(line) for line in lines] for lines in run_js("contract_card", "(m, c) => m.runContract(c)", cases)
    ]
    no_cache, no_weights, spare, nothing = text
    assert "bad W_bar (3, 5) from Z_bar (32, 3) and …: AttributeError: 'Linear' object has no attribute 'X'" in no_cache
    assert "good X_bar (32, 5) from Z_bar (32, 3) and W (3, 5)" in no_cache
    assert "bad b_bar (3,) is not returned: who waits for it?" in no_cache
    assert any("NameError: name 'W' is not defined" in line for line in no_weights)
    assert not [line for line in spare if line.startswith("bad")]
    assert "note Z alone could be left out: 768 bytes kept for nothing" in spare
    assert "returns None" in nothing[-1]


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


def test_aimed_attacks() -> None:
    draw = rng()
    cases = [random_attack(draw) for _ in range(200)]
    cases = [
        case | {"target": int(draw.integers(case["layers"][-1]["rows"])), "mode": "raw", "steps": 1} for case in cases
    ]
    function = """(m, c) => Array.from(m.attackImage(m.unpackNetwork(c.layers, c.weights), c.x, c.label, c))"""
    for case, found in zip(cases, run_js("perturb_pad", function, cases), strict=True):
        w = [tuple(np.array(part) for part in layer) for layer in case["w"]]
        net = Net(["", case["layers"][1]["kind"], ""]), w, REFERENCES["SoftmaxCrossEntropy"]()
        bar = REFERENCES["input_bar"](net, np.array([case["x"]]), np.array([case["target"]]))[0]
        close(found, np.array(case["x"]) - case["alpha"] * bar)


def test_sixteen_bits_are_read() -> None:
    values = np.concatenate([rng().normal(size=500), [0.0, -0.0, 1e-7, -3e-5, 65504, 6e-8]]).astype("<f2")
    function = "(m, c) => Array.from(m.numbersOf(new DataView(Uint8Array.from(c).buffer), 'f2'))"
    (found,) = run_js("digit_pad", function, [list(values.tobytes())])
    np.testing.assert_array_equal(found, values.astype(float))


def test_a_drawing_is_centred() -> None:
    image = np.zeros((28, 28))
    image[2:12, 20:24] = 1.0
    (found,) = run_js("digit_pad", "(m, c) => Array.from(m.centred(c, 28))", [image.ravel().tolist()])
    found = np.reshape(found, (28, 28))
    rows, columns = np.indices(found.shape)
    close([np.sum(found * rows), np.sum(found * columns)], [13.5 * found.sum()] * 2)
    inked = np.flatnonzero(found.max(axis=1) > 0.5)
    assert 19 <= inked[-1] - inked[0] + 1 <= 21
    (empty,) = run_js("digit_pad", "(m, c) => Array.from(m.centred(c, 28))", [[0.0] * 784])
    assert not any(empty)


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
    for case, (raw, sign, signs) in zip(cases, run_js("perturb_pad", function, cases), strict=True):
        x, by = np.array(case["x"]), np.array(case["by"])
        assert signs == mulberry_signs(9, case["seed"])
        close(np.linalg.norm(raw - x), np.linalg.norm(by))
        close(np.abs(sign - x), np.full(9, np.abs(by).max()))
        close(np.sign(sign - x), signs)
