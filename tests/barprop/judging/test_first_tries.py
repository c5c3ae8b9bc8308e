"""What students typed first, and what the check says to it: nothing that is not so."""

from __future__ import annotations

from functools import cache

import pytest

from autograder.course.authored import authored, read_authored
from tests.verdict_tools import said

_PGD = """
def pgd(net, X, labels, eps, alpha, steps):
    X_adv = np.array(X, dtype=float)
    for _ in range(steps):
        X_adv = X_adv + alpha * np.sign(input_bar(net, X_adv, labels))
        X_adv = np.clip(np.clip(X_adv, X - eps, X + eps), 0, 1)
    return X_adv

def targeted(net, X, targets, eps, alpha, steps):
    seen = net[0].forward(np.asarray(X, dtype=float), net[1]).argmax(axis=1)
    return pgd({})
"""
_CALLS_ITSELF = """
def topological_order(node):
    order, seen = [], set()
    def visit(n):
        if id(n) not in seen:
            seen.add(id(n))
            for parent in n.parents:
                visit(parent)
            order.append(n)
    visit(node)
    return order
"""
_AS_SHAPE = ("return bar.sum(axis=stretched, keepdims=True)", "return bar.sum(axis=stretched).reshape(shape)")
_NO_COMMA = ("lambda bar: (bar / self.data,))", "lambda bar: (bar / self.data))")
_MINUS = ("-bar * ratio / other.data", "bar * ratio / other.data")
_RSUB = ("return as_value(other) - self", "return self - other")
_RMATMUL = ("return as_value(other) @ self", "return self @ other")
_STEP = "def step_share(x):\n    change = (1 - 0.01 * x) * x - x\n    return change / np.sum(change)\n"
_SLOPES = """
def sigmoid_slope(h):
    return h * (1 - h)
def tanh_slope(h):
    return {}
def relu_slope(h):
    return {}
"""
_LINEAR = "def linear_backward(Z_bar, X, W):\n    return Z_bar.T @ X, Z_bar.sum(), Z_bar @ W.T\n"


_A_NODE = ("return Value(self.data * other.data, (self", "return Node(self.data * other.data, (self")
_GAP = ("return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))", "raise NotImplementedError()")
_QUOTIENT = """
def bars_sum(e_bar, cache):
    return e_bar, e_bar
def bars_square(e_bar, cache):
    return e_bar * cache["h"] ** 2, 2 * e_bar * cache["v"] * cache["h"]
def bars_quotient(e_bar, cache):
    return e_bar / cache["h"], e_bar / cache["v"]
"""
_OVER_V = """
def backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0):
    h, e_bar = cache["e"] / v, -l_bar * (y - cache["e"])
    z_bar = e_bar * v * sigma.slope(cache["z"])
    return {"e": e_bar, "y": -e_bar, "v": e_bar * h, "h": e_bar * v, "z": z_bar, "w": z_bar * x, "x": z_bar * w}
"""
_ROUND = """
def pgd(net, X, labels, eps, alpha, steps):
    X_adv = np.array(X, dtype=float)
    for _ in range(steps):
        apart = X_adv + alpha * np.sign(input_bar(net, X_adv, labels)) - X
        apart = apart * np.minimum(1, eps / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-12))
        X_adv = np.clip(X + apart, 0, 1)
    return X_adv
"""
_CLIPPED = """
def smooth_saliency(net, X, labels, sigma, samples, seed):
    rng = np.random.default_rng(seed)
    noisy = [np.clip(X + sigma * rng.standard_normal(X.shape), 0, 1) for _ in range(samples)]
    return np.mean([np.abs(input_bar(net, each, labels)) for each in noisy], axis=0)
"""
_CURVED = """
def branches_forward(x1, x2, W1, W2, a1, a2):
    h1, h2 = np.tanh(W1 @ x1), np.tanh(W2 @ x2)
    return {"h1": h1, "h2": h2, "z": a1 @ h1 + a2 @ h2}
"""
_IN_PLACE = """
class ReLU6:
    def forward(self, h_prev, w):
        self.mask = (h_prev > 0) & (h_prev < 6)
        return np.clip(h_prev, 0, 6, out=h_prev)
    def backward(self, h_bar, w):
        return (), h_bar * self.mask
"""


@cache
def _solutions() -> dict[str, str]:
    path = next(path for path in authored() if path.parent.name.startswith("06"))
    return {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in read_authored(path).cells}


def _tape(*changes: tuple[str, str]) -> str:
    """Return the solutions of Value and what it is made of, with some changes."""
    source = "\n\n".join(_solutions()[name] for name in ("unbroadcast", "Node", "Value"))
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


@pytest.mark.parametrize(
    ("name", "part", "source", "words"),
    [
        ("targeted", "", _PGD.format("net, X, targets, -eps, alpha, steps"), "Which of your numbers is negative?"),
        ("targeted", "", _PGD.format("net, X, seen, eps, alpha, steps"), "Which class is asked for?"),
        ("targeted", "", _PGD.format("net, X, seen, eps, -alpha, steps"), "Which class is asked for?"),
        ("fgsm", "", "def fgsm(net, X, labels, eps):\n    return X + eps * input_bar(net, X, labels)\n", "And some pixels leave [0, 1]."),
        ("gradient_share", "", "def gradient_share(x):\n    return np.abs(x / np.sum(x))\n", "take the sizes before"),
        ("step_share", "", _STEP, "Simplify it on paper first."),
        ("find_the_bug", "", 'first_wrong = {"a": "w", "b": "x", "c": "v"}\n', "In pass b, x_bar is not the first wrong one. Also wrong: a, c."),
        ("slopes_from_output", "", _SLOPES.format("1 - h", "1.0 * (h >= 0)"), "tanh_slope has the right shape but not the right value. Also wrong: relu_slope."),
        ("slopes_from_output", "", _SLOPES.format("1 + h", "np.ones_like(h)"), "relu_slope has"),
        ("find_the_bug", "", 'first_wrong = {"a": "V_bar", "b": "z", "c": "w"}\n', 'Did you mean "v"?'),
        ("repeats", "", 'repeats = {"dl_dv": 2, "dl_dw": "2"}\n', "expected a single number. Write it without quotes."),
        ("relu", "", "def relu(z):\n    z = np.asarray(z)\n    z[z < 0] = 0\n    return z\n", "np.asarray(z) does not."),
        ("new_steps", "", _QUOTIENT, "That is e_bar over h. Does this step read both of them"),
        ("backward_recompute", "", _OVER_V, "v is 0 here: is there a way without this division?"),
        ("pgd", "", _ROUND, "Your ball is round"),
        ("smooth_saliency", "still", _CLIPPED, "You keep the copies in [0, 1]."),
        ("branches_forward", "", _CURVED, "It is tanh of what it should be"),
        ("ReLU6", "forward", _IN_PLACE, "ReLU6.forward changes its argument h_prev"),
        ("Value", "operators", (_A_NODE,), "a * b came back as a Node, not a Value"),
        ("Value", "operators", (_GAP,), "Value: a - b: `__sub__` is not written yet."),
        ("linear_backward", "", _LINEAR, "(The hint is about b_bar in a case that your code gets through.)"),
        ("Value", "matmul", (_RMATMUL,), "C @ A is computed as A @ C."),
        ("Value", "matmul", (_RMATMUL, _RSUB), "C @ A is computed as A @ C."),
        ("Value", "constants", (_RMATMUL, _RSUB), "2 - a is computed as a - 2."),
        ("Value", "constants", (_MINUS,), "The sign of the bar of a in c / a is off"),
        ("Value", "broadcasting", (_MINUS,), "The sign of the bar of b in a / b is off"),
    ],
)  # fmt: skip
def test_a_first_try_is_told_what_it_is(name: str, part: str, source: str | tuple, words: str) -> None:
    """A tuple is changes to the solutions."""
    assert words in str(said(name, source if isinstance(source, str) else _tape(*source), part))


def test_a_forgotten_comma_is_named_where_it_stops_in_unbroadcast() -> None:
    problem = said("Value", _tape(_AS_SHAPE, _NO_COMMA), "nonlinear").problem
    assert "a single bar is a tuple with a comma" in problem


def test_a_case_that_was_not_run_is_not_shown_as_right() -> None:
    verdict = said("topological_order", _CALLS_ITSELF)
    assert verdict.mistake == "calls itself"
    labels = dict(verdict.tried)
    assert labels["a chain of 10,000"] is False
    assert not any(label.startswith("chains of") for label in labels)


def test_a_wrong_order_earns_no_more_than_half() -> None:
    walk = (
        "def topological_order(node):\n"
        "    order, seen, todo = [], {id(node)}, [node]\n"
        "    while todo:\n"
        "        order.append(todo.pop())\n"
        "        for parent in order[-1].parents:\n"
        "            if id(parent) not in seen:\n"
        "                seen.add(id(parent))\n"
        "                todo.append(parent)\n"
        "    return order[::-1]\n"
    )
    verdict = said("topological_order", walk)
    assert (verdict.mistake, verdict.points) == ("marked when put on the list", 1.5)
    assert "a node comes before its parent" not in str(verdict), "the hint says it"
