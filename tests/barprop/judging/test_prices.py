"""What costs what: a penalty is charged to what it is about, and a right value that comes by another way keeps its share."""

from __future__ import annotations

import pytest

from autograder.reference import oracle_of
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge
from barprop.judging.verdict import Verdict
from tests.answers import answer
from tests.slips import slips

BARS_SQUARE_KEEPS = """
def bars_sum(e_bar, cache):
    return e_bar, e_bar

def bars_square(e_bar, cache):
    cache["squared"] = cache["h"] ** 2
    return e_bar * cache["squared"], 2 * e_bar * cache["v"] * cache["h"]

def bars_quotient(e_bar, cache):
    return -e_bar * cache["h"] / cache["v"] ** 2, e_bar / cache["v"]
"""
IN_PLACE = {
    ("ReLU", "forward"): """
class ReLU:
    def forward(self, h_prev, w):
        self.open = h_prev > 0
        h_prev[~self.open] = 0
        return h_prev.astype(float)

    def backward(self, h_bar, w):
        return (), h_bar * self.open
""",
    ("ReLU", "backward"): """
class ReLU:
    def forward(self, h_prev, w):
        self.open = h_prev > 0
        return np.where(self.open, h_prev, 0.0)

    def backward(self, h_bar, w):
        h_bar *= self.open
        return (), h_bar.copy()
""",
    ("slopes_from_output", ""): """
def sigmoid_slope(h):
    return h * (1 - h)

def tanh_slope(h):
    h = np.asarray(h, dtype=float)
    h *= h
    return 1 - h

def relu_slope(h):
    return np.where(np.asarray(h) > 0, 1.0, 0.0)
""",
}


def _verdicts(name: str, source: str) -> dict[str, Verdict]:
    exercise = EXERCISES[name]
    evaluation = judge(exercise, answer(source, exercise), EXERCISES, 0, oracle_of)
    return {part.name: evaluation.verdict(part) for part in exercise.parts}


def test_of_several_functions_one_pays_for_itself() -> None:
    verdict = _verdicts("new_steps", BARS_SQUARE_KEEPS)[""]
    assert "bars_square changes its argument cache" in str(verdict)
    assert verdict.points == pytest.approx(2.5)


@pytest.mark.parametrize(("name", "part"), IN_PLACE)
def test_right_values_made_in_place_cost_half_also_where_the_array_is_read_only(name: str, part: str) -> None:
    found = _verdicts(name, IN_PLACE[name, part])
    touched = found.pop(part)
    assert not touched.problem, str(touched)
    (remark,) = touched.remarks
    assert "changes its argument" in remark
    share = 0.5 if part else 1 - 0.5 / 3  # one of three functions
    assert touched.points == pytest.approx(share * touched.max_points)
    assert all(verdict.passed for verdict in found.values())


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("gradient_ascent(net, X, labels, alpha, steps)", "for _ in range(steps):\n        X += alpha * input_bar(net, X, labels)\n    return X"),
        ("gradient_ascent(net, X, labels, alpha, steps)", "for _ in range(steps):\n        X += alpha * input_bar(net, X, labels)\n    return X.copy()"),
        ("bar_w(z_bar, x)", "x *= z_bar\n    return x"),
    ],
)  # fmt: skip
def test_in_place_costs_half_once_also_with_whole_numbers(name: str, lines: str) -> None:
    """That whole numbers take no fractions in place is the same slip, and costs nothing more."""
    verdict = _verdicts(name.partition("(")[0], f"def {name}:\n    {lines}\n")[""]
    assert not verdict.problem, str(verdict)
    assert verdict.points == pytest.approx(verdict.max_points / 2)


WHOLE_NUMBERS = {
    "gradient_ascent": """
def gradient_ascent(net, X, labels, alpha, steps):
    X = X.copy()
    for _ in range(steps):
        X += alpha * input_bar(net, X, labels)
    return X
""",
    "DepthwiseConv2d": """
class DepthwiseConv2d:
    def __init__(self, k, s):
        self.k, self.s = k, s

    def windows(self, x):
        return np.lib.stride_tricks.sliding_window_view(x, (self.k, self.k), (1, 2), writeable=True)[:, :: self.s, :: self.s]

    def forward(self, h_prev, w):
        self.h_prev = np.array(h_prev, dtype=float)
        return np.einsum("nyxcij,ijc->nyxc", self.windows(self.h_prev), w[0]) + w[1]

    def backward(self, h_bar, w):
        W_bar, h_prev_bar = np.zeros_like(w[0]), np.zeros_like(self.h_prev)
        for i, j in np.ndindex(self.k, self.k):
            W_bar[i, j] += (h_bar * self.windows(self.h_prev)[..., i, j]).sum(axis=(0, 1, 2))
            self.windows(h_prev_bar)[..., i, j] += h_bar * w[0][i, j]
        return (W_bar, h_bar.sum(axis=(0, 1, 2))), h_prev_bar
""",
}


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
def test_an_array_of_whole_numbers_that_takes_no_fractions_costs_a_tenth(name: str) -> None:
    exercise = EXERCISES[name]
    evaluation = judge(exercise, answer(WHOLE_NUMBERS[name], exercise), EXERCISES, 0, oracle_of)
    assert evaluation.works
    found = [evaluation.verdict(part) for part in exercise.parts]
    assert all("whole numbers" in str(verdict) for verdict in found), found
    assert not any(verdict.problem for verdict in found if verdict.passed), "what costs nothing here is a note"
    assert found[0].points == pytest.approx(found[0].max_points - 0.1 * exercise.points)
    assert sum(verdict.points for verdict in found) == pytest.approx(0.9 * exercise.points), "charged once"


def test_a_wrong_value_made_in_place_is_still_wrong() -> None:
    source = IN_PLACE["ReLU", "backward"].replace("h_bar *= self.open", "h_bar *= ~self.open")
    verdict = _verdicts("ReLU", source)["backward"]
    assert verdict.points == 0
    assert verdict.mistake == "gate turned round"


@pytest.mark.parametrize(("kept", "mistake", "points"), [("h_prev", "keeps the input", 0.7), ("+h_prev", "", 1.0)])
def test_tanh_keeps_its_output(kept: str, mistake: str, points: float) -> None:
    """tanh computed again costs half, also from a copy; what another use of the input's array spoils, a tenth more."""
    source = f"""
class Tanh:
    def forward(self, h_prev, w):
        self.z = {kept}
        return np.tanh(h_prev)

    def backward(self, h_bar, w):
        return (), h_bar * (1 - np.tanh(self.z) ** 2)
"""
    verdict = _verdicts("Tanh", source)["backward"]
    assert (verdict.mistake, verdict.points) == (mistake, pytest.approx(points))
    assert "Tanh keeps its input for backward" in verdict.remarks[0]


OVERWRITERS = {"Value": ("overwritten in the curves", "overwritten in add", "both at once in matmul")}


@pytest.mark.parametrize("what", OVERWRITERS["Value"])
def test_a_step_that_overwrites_the_bar_of_an_operand_used_elsewhere_is_named(what: str) -> None:
    (source,) = [slip.source for slip in slips("Value", "evening") if what in slip.what]
    found = _verdicts("Value", source)
    assert any(verdict.mistake == "assigned instead of added" for verdict in found.values())
