"""The widgets' mathematics, in JavaScript, against the references in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from tests.widget_js import run_js

COUNT = 1000


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
    found = run_js(
        ("page", "neuron", "graph_stepper"), "(m, c) => ({v: m.values(c), b: m.bars(c, m.values(c))})", cases
    )
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
    for steps in run_js(("page", "neuron", "graph_stepper"), function, cases):
        for step in steps:
            close(step["value"], np.multiply(step["incoming"], step["slope"]))


@pytest.mark.parametrize(
    ("said", "word"),
    [(-0.5, "Right"), (-0.503, "Right"), (0.5, "sign"), (2, "incoming bar alone"), (-0.25, "slope alone"), (3, "Off")],
)
def test_a_prediction_is_compared(said: float, word: str) -> None:
    (verdict,) = run_js(
        ("page", "neuron", "graph_stepper"), "(m, c) => m.compare(c, {value: -0.5, incoming: 2, slope: -0.25})", [said]
    )
    assert word in verdict["word"]
    assert verdict["right"] is (word == "Right")
