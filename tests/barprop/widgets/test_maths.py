"""The mathematics of the widgets of notebooks 01 to 03, in JavaScript, against the references in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from barprop.widgets import SplitBars
from barprop.widgets.cache_ledger import PLANS, account
from tests.depth import often, thorough
from tests.widget_js import run_js

pytestmark = thorough
COUNT = often(200, 1000)


def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def neurons() -> list[dict[str, Any]]:
    draw = rng()
    return [
        {
            "x": draw.normal(size=2).tolist(),
            "w": (2 * draw.normal(size=2)).tolist(),
            "v": draw.normal(),
            "y": 2 * draw.normal(),
            "sigma": str(draw.choice(list(ACTIVATIONS))),
        }
        for _ in range(COUNT)
    ] + [
        {"x": [0.0, 0.0], "w": [1.0, 2.0], "v": 1.0, "y": 0.0, "sigma": "relu"},
        {"x": [100.0, 0.0], "w": [9.0, 0.0], "v": 1.0, "y": 0.0, "sigma": "softplus"},
        {"x": [-100.0, 0.0], "w": [9.0, 0.0], "v": 1.0, "y": 0.0, "sigma": "sigmoid"},
    ]


def test_graph_values_and_bars() -> None:
    cases = neurons()
    found = run_js("graph_stepper", "(m, c) => ({v: m.values(c), b: m.bars(c, m.values(c))})", cases)
    for case, result in zip(cases, found, strict=True):
        sigma = ACTIVATIONS[case["sigma"]]
        x, w = np.array(case["x"]), np.array(case["w"])
        cache = REFERENCES["forward"](x, case["y"], w, case["v"], sigma)
        for name, value in cache.items():
            close(result["v"][name], value)
        right = REFERENCES["backward"](cache, x, case["y"], w, case["v"], sigma)
        assert result["b"].pop("l") == 1
        assert set(result["b"]) == set(right)
        for name, value in right.items():
            close(result["b"][name], value)


def test_each_step_is_incoming_bar_times_slope() -> None:
    cases = neurons()
    function = "(m, c) => m.STEPS.filter(s => s.from).map(s => ({name: s.name, ...m.work(s, c)}))"
    for steps in run_js("graph_stepper", function, cases):
        for step in steps:
            close(step["value"], np.multiply(step["incoming"], step["slope"]))


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (-0.5, "Right"),
        (-0.503, "Right"),
        (0.5, "sign"),
        (2, "incoming bar alone"),
        (-0.25, "slope alone"),
        (3, "Too large"),
        (-3, "Too small"),
    ],
)
def test_a_prediction_is_compared(said: float, word: str) -> None:
    (verdict,) = run_js("graph_stepper", "(m, c) => m.compare(c, {value: -0.5, incoming: 2, slope: -0.25})", [said])
    assert word in verdict["word"]
    assert verdict["right"] is (word == "Right")


def test_ledger_against_a_machine_that_runs_it() -> None:
    draw = rng()
    cases = [
        {
            "depth": int(draw.integers(1, 31)),
            "width": int(draw.integers(1, 513)),
            "z": (draw.random(30) < draw.random()).tolist(),
            "h": (draw.random(30) < draw.random()).tolist(),
        }
        for _ in range(COUNT)
    ]
    for case, found in zip(cases, run_js("cache_ledger", "(m, c) => m.ledger(c)", cases), strict=True):
        stored, products, sigmas = run_chain(**case)
        m = case["width"]
        assert found["bytes"] == 8 * m * (stored + 1)
        assert found["repeated"] == products * m**2
        assert found["sigmas"] == sigmas * m
        assert found["forward"] == case["depth"] * m**2
        assert found["backward"] == case["depth"] * (2 * m**2 + m)
        assert sum(found["againZ"]) == products
        assert sum(found["againH"]) == sigmas


def run_chain(depth: int, width: int, z: list[bool], h: list[bool]) -> tuple[int, int, int]:
    """Go back through a chain with real memory: (tensors stored, matrix products again, activations again)."""
    kept = (
        {("h", 0)}
        | {("z", k) for k in range(1, depth + 1) if z[k - 1]}
        | {("h", k) for k in range(1, depth + 1) if h[k - 1]}
    )
    products = sigmas = 0
    for layer in range(depth, 0, -1):
        wanted = {("z", layer), ("h", layer - 1)} | ({("h", depth)} if layer == depth else set())
        here = set(kept)
        while not wanted <= here:
            kind, k = max((want for want in wanted - here), key=lambda want: (want[1], want[0] == "h"))
            start = max(
                (place for place in here if (place[1], place[0] == "h") < (k, kind == "h")),
                key=lambda p: (p[1], p[0] == "h"),
            )
            # walk forward from the nearest thing at hand: z after h, h after z
            while start != (kind, k):
                if start[0] == "h":
                    start = ("z", start[1] + 1)
                    products += 1
                else:
                    start = ("h", start[1])
                    sigmas += 1
                here.add(start)
    return len(kept) - 1, products, sigmas


def test_ledger_with_slopes_from_h_and_holding_on() -> None:
    draw = rng()
    cases = [
        {
            "depth": int(draw.integers(1, 31)),
            "width": 3,
            "z": (draw.random(30) < draw.random()).tolist(),
            "h": (draw.random(30) < draw.random()).tolist(),
            "fromH": bool(draw.integers(2)),
            "hold": bool(draw.integers(2)),
        }
        for _ in range(COUNT)
    ]
    for case, found in zip(cases, run_js("cache_ledger", "(m, c) => m.ledger(c)", cases), strict=True):
        memory, products, sigmas = sweep(case["depth"], case["z"], case["h"], case["fromH"], case["hold"])
        assert found["repeated"] == products * 9
        assert found["sigmas"] == sigmas * 3
        assert found["memory"][case["depth"] :] == memory
        assert found["peak"] == max(found["memory"])


def sweep(depth: int, z: list[bool], h: list[bool], from_h: bool, hold: bool) -> tuple[list[int], int, int]:
    """Go back through a chain; a place 2k - 1 is z_k, 2k is h_k: (vectors held at each layer, products, activations)."""
    stored = (
        {0} | {2 * k - 1 for k in range(1, depth + 1) if z[k - 1]} | {2 * k for k in range(1, depth + 1) if h[k - 1]}
    )
    held: set[int] = set()
    memory, products, sigmas = [], 0, 0
    for layer in range(depth, 0, -1):
        wanted = {2 * layer if from_h else 2 * layer - 1, 2 * layer - 2} | ({2 * depth} if layer == depth else set())
        made = set(held)
        for place in sorted(wanted):
            start = max(p for p in stored | made if p <= place)
            made |= set(range(start + 1, place + 1))
        new = made - held
        products += sum(place % 2 for place in new)
        sigmas += sum(1 - place % 2 for place in new)
        at_hand = made if hold else made & wanted
        memory.append(len({place for place in stored if place <= 2 * layer}) + len(at_hand - stored))
        held = {place for place in made if place <= 2 * layer - 2} if hold else set()
    return memory, products, sigmas


def test_a_square_root_of_the_memory_costs_one_more_pass() -> None:
    cases = [
        {"depth": 25, "width": 1, "z": [False] * 30, "h": [(layer + 1) % k == 0 for layer in range(30)], "hold": True}
        for k in range(1, 26)
    ]
    found = run_js("cache_ledger", "(m, c) => m.ledger(c)", cases)
    peaks = [one["peak"] for one in found]
    assert {one["repeated"] // one["forward"] for one in found} <= {0, 1}
    assert 3 <= 1 + peaks.index(min(peaks)) <= 6
    assert min(peaks) < 0.4 * peaks[-1]


def test_ledger_agrees_with_its_picture() -> None:
    cases = [
        {"depth": depth, "width": 7, "z": [z] * 30, "h": [h] * 30} for depth in range(1, 31) for z, h in PLANS.values()
    ]
    for case, found in zip(cases, run_js("cache_ledger", "(m, c) => m.ledger(c)", cases), strict=True):
        right = account(case["depth"], 7, case["z"][0], case["h"][0])
        assert {name: found[name] for name in ("bytes", "forward", "backward")} | {"again": found["repeated"]} == right
    cases = [case | {"fromH": True} for case in cases]
    for case, found in zip(cases, run_js("cache_ledger", "(m, c) => m.ledger(c)", cases), strict=True):
        assert found["repeated"] == account(case["depth"], 7, case["z"][0], case["h"][0], slope_from_h=True)["again"]


def test_nudges() -> None:
    draw = rng()
    variables = ("w1", "w2", "x1", "x2", "v", "y", "z", "h", "e")
    cases = [
        case
        | {
            "variable": str(draw.choice(variables)),
            "step": 10.0 ** draw.uniform(-6, -1),
            "kind": str(draw.choice(["central", "one-sided"])),
        }
        for case in neurons()[:COUNT]
    ]
    widget = "nudge_test"
    found = run_js(
        widget,
        """(m, c) => [
            m.finiteDifference(c, c.variable, c.step, c.kind), m.barOf(c, c.variable),
            m.nudged(c, c.variable)(c.step)]""",
        cases,
    )
    for case, (difference, bar, loss) in zip(cases, found, strict=True):
        sigma = ACTIVATIONS[case["sigma"]]
        x, y, w, v = np.array(case["x"]), case["y"], np.array(case["w"]), case["v"]
        cache = REFERENCES["forward"](x, y, w, v, sigma)
        bars = REFERENCES["backward"](cache, x, y, w, v, sigma)
        name = case["variable"]
        close(bar, bars[name[0]][int(name[1]) - 1] if len(name) == 2 else bars[name])
        close(loss, loss_at(case, case["step"]))
        other = -case["step"] if case["kind"] == "central" else 0.0
        right = (loss_at(case, case["step"]) - loss_at(case, other)) / (case["step"] - other)
        # two losses agree to their last digit; their difference is divided by the step
        assert abs(difference - right) <= 1e-9 * abs(right) + 1e-14 * (1 + abs(loss)) / case["step"]


def loss_at(case: dict[str, Any], by: float) -> float:
    """The loss with the case's variable nudged, by NumPy."""
    sigma = ACTIVATIONS[case["sigma"]]
    x, y, w, v = np.array(case["x"]), case["y"], np.array(case["w"]), case["v"]
    name, index = case["variable"][0], case["variable"][1:]
    nudge = by * np.eye(2)[int(index) - 1] if index else by
    x, w = x + nudge * (name == "x"), w + nudge * (name == "w")
    v, y = v + nudge * (name == "v") if not index else v, y + nudge * (name == "y") if not index else y
    z = w @ x + (by if name == "z" else 0)
    h = sigma(z) + (by if name == "h" else 0)
    e = v * h + (by if name == "e" else 0)
    return (y - e) ** 2 / 2


def test_split() -> None:
    draw = rng()
    cases = [(3 * draw.normal(size=3) * 10.0 ** draw.integers(-8, 8)).tolist() for _ in range(COUNT)]
    for case, found in zip(cases, run_js("split_bars", "(m, c) => m.splitBar(...c)", cases), strict=True):
        x, z_bar = np.array(case[:2]), case[2]
        close(found["bars"], REFERENCES["split"](z_bar, x))
        close(found["gradient"], REFERENCES["gradient_share"](x))
        close(found["step"], REFERENCES["step_share"](x))
    (nothing,) = run_js("split_bars", "(m, c) => m.splitBar(...c)", [[0, 0, 1]])
    assert nothing["gradient"] is None
    assert nothing["bars"] == [0, 0]


def test_branches_in_training() -> None:
    draw = rng()
    cases = [
        {
            "scale1": 10.0 ** draw.uniform(-2, 0.3),
            "scale2": 10.0 ** draw.uniform(-2, 0.3),
            "units1": int(draw.integers(1, 9)),
            "units2": int(draw.integers(1, 9)),
            "rate": 10.0 ** draw.uniform(-3, -1),
            "steps": int(draw.integers(0, 4)),
        }
        for _ in range(COUNT)
    ]
    widget = "split_bars"
    waves, starts = run_js(
        widget,
        """(m, c) => c ? [...Array(16).keys()].map(m.example)
            : [...Array(33).keys()].map(n => [m.startBranch(n, 0.4), m.startBranch(n, 0.9)])""",
        [1, 0],
    )
    for number, (case, found) in enumerate(
        zip(cases, run_js(widget, "(m, c) => m.trainBranches(c)", cases), strict=True)
    ):
        if number < 50:
            close(found["moved"], np.array(SplitBars(mode="train", **case).movements()).tolist())
        begin = [starts[case[f"units{i + 1}"]][i] for i in (0, 1)]
        losses, moved, ratios = train_branches(np.array(waves), begin, **case)
        close(found["losses"], losses)
        close(found["moved"], moved)
        close(found["ratios"], ratios)


def train_branches(
    waves: np.ndarray, begin: list[Any], scale1: float, scale2: float, rate: float, steps: int, **units: int
) -> tuple[list[float], list[list[float]], list[list[float]]]:
    """The same training, example by example with the references of notebook 03."""
    weights = {f"{name}{i + 1}": np.array(begin[i][name]) for i in (0, 1) for name in ("W", "a")}
    weights |= {f"W{i}": weights[f"W{i}"][:, None] for i in (1, 2)}
    first = {name: value.copy() for name, value in weights.items()}
    losses, moved, ratios = [], [[], []], [[], []]
    for _ in range(steps + 1):
        total, loss = dict.fromkeys(weights, 0.0), 0.0
        for one, two in waves:
            at = ([scale1 * one], [scale2 * two], weights["W1"], weights["W2"], weights["a1"], weights["a2"])
            at = tuple(np.array(value) for value in at)
            cache = REFERENCES["branches_forward"](*at)
            loss += (cache["z"] - (one + two)) ** 2 / 2 / len(waves)
            bars = REFERENCES["branches_backward"]((cache["z"] - (one + two)) / len(waves), cache, *at)
            total = {name: total[name] + bars[name] for name in weights}
        losses.append(loss)
        for i in (1, 2):
            moved[i - 1].append(np.sqrt(sum(np.sum((weights[n] - first[n]) ** 2) for n in (f"W{i}", f"a{i}"))))
            own, bars = (np.concatenate([part[n].ravel() for n in (f"W{i}", f"a{i}")]) for part in (weights, total))
            ratios[i - 1].append(REFERENCES["update_ratio"](own, bars, rate))
        weights = {name: weights[name] - rate * total[name] for name in weights}
    return losses, moved, ratios


def test_walks_and_the_rate_that_breaks_them() -> None:
    given = {"x": [-1.0, 0.5, 1.5], "y": [-0.8, 0.3, 1.1], "sigma": "tanh", "rate": 0.3}
    cases = [given | {"w": w, "v": v} for w, v in rng().uniform(-2.5, 2.5, size=(40, 2)).tolist()]
    function = "(m, c) => ({...m.breaking(c, c.w, c.v), walk: m.walk(c, c.w, c.v, 40)})"
    x, y = np.array(given["x"]), np.array(given["y"])

    def loss(w: float, v: float) -> float:
        return float(np.mean((y - v * np.tanh(w * x)) ** 2) / 2)

    def walk(w: float, v: float, rate: float) -> list[tuple[float, float]]:
        points = [(w, v)]
        for _ in range(40):
            h, e_bar = np.tanh(w * x), v * np.tanh(w * x) - y
            w, v = w - rate * np.mean(e_bar * v * (1 - h**2) * x), v - rate * np.mean(e_bar * h)
            points.append((w, v))
        return points

    for case, found in zip(cases, run_js("descent", function, cases), strict=True):
        close(found["walk"], walk(case["w"], case["v"], 0.3))
        close(found["before"], loss(case["w"], case["v"]))
        if found["breaks"]:
            with np.errstate(all="ignore"):
                end = loss(*walk(case["w"], case["v"], found["breaks"])[-1])
            assert not end < found["before"]


def test_descent() -> None:
    draw = rng()
    cases = []
    for case in neurons()[:COUNT]:
        n = int(draw.integers(1, 7))
        cases.append(
            {
                "x": draw.normal(size=n).tolist(),
                "y": draw.normal(size=n).tolist(),
                "w": case["w"][0],
                "v": case["v"],
                "sigma": case["sigma"],
                "rate": 10.0 ** draw.uniform(-2, 0),
            }
        )
    widget = "descent"
    for case, found in zip(cases, run_js(widget, "(m, c) => m.descend(c, c.w, c.v)", cases), strict=True):
        sigma, w, v = ACTIVATIONS[case["sigma"]], case["w"], case["v"]
        loss, bars = 0.0, np.zeros(2)
        for x, y in zip(case["x"], case["y"], strict=True):
            at = (np.array([x]), y, np.array([w]), v, sigma)
            cache = REFERENCES["forward"](*at)
            back = REFERENCES["backward"](cache, *at)
            loss += cache["l"] / len(case["x"])
            bars += np.array([back["w"][0], back["v"]]) / len(case["x"])
        close(found["loss"], loss)
        close([found["wBar"], found["vBar"]], bars)
        close([found["w"], found["v"]], np.array([w, v]) - case["rate"] * bars)
        close(found["ratio"], REFERENCES["update_ratio"](np.array([w, v]), bars, case["rate"]))


def test_contours_lie_where_the_level_is() -> None:
    cases = [{"grid": rng().normal(size=(6, 6)).tolist(), "level": level} for level in (-0.5, 0.0, 0.7)]
    widget = "descent"
    for case, pieces in zip(cases, run_js(widget, "(m, c) => m.contour(c.grid, c.level)", cases), strict=True):
        grid = np.array(case["grid"])
        assert pieces
        for column, row in (end for piece in pieces for end in piece):
            r, c = int(row), int(column)
            across = grid[r, c] + (column - c) * (grid[r, min(c + 1, 5)] - grid[r, c]) if row == r else None
            down = grid[r, c] + (row - r) * (grid[min(r + 1, 5), c] - grid[r, c]) if column == c else None
            close(case["level"], across if across is not None else down)
