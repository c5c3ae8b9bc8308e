"""What students typed first, and what the check says to it: nothing that is not so."""

from __future__ import annotations

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


def _tape(*changes: tuple[str, str]) -> str:
    """Return the solutions of Value and what it is made of, with some changes."""
    path = next(path for path in authored() if path.parent.name.startswith("06"))
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in read_authored(path).cells}
    source = "\n\n".join(cells[name] for name in ("unbroadcast", "Node", "Value"))
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
        ("gradient_share", "", "def gradient_share(x):\n    return np.abs(x / np.sum(x))\n", "take the sizes first"),
        ("step_share", "", _STEP, "Simplify it on paper first."),
        ("find_the_bug", "", 'first_wrong = {"a": "w", "b": "x", "c": "v"}\n', "In pass b, x_bar is not the first wrong one. Also wrong: a, c."),
        ("slopes_from_output", "", _SLOPES.format("1 - h", "1.0 * (h >= 0)"), "tanh_slope has the right shape but not the right value. Also wrong: relu_slope."),
        ("slopes_from_output", "", _SLOPES.format("1 + h", "np.ones_like(h)"), "relu_slope has"),
        ("linear_backward", "", _LINEAR, "(The hint is about b_bar in another case, where the answer does not stop.)"),
        ("Value", "matmul", _tape(_RMATMUL), "C @ A is computed as A @ C."),
        ("Value", "matmul", _tape(_RMATMUL, _RSUB), "C @ A is computed as A @ C."),
        ("Value", "constants", _tape(_RMATMUL, _RSUB), "2 - a is computed as a - 2."),
        ("Value", "constants", _tape(_MINUS), "The sign of the bar of a in c / a is off"),
        ("Value", "broadcasting", _tape(_MINUS), "The sign of the bar of b in a / b is off"),
    ],
)  # fmt: skip
def test_a_first_try_is_told_what_it_is(name: str, part: str, source: str, words: str) -> None:
    assert words in str(said(name, source, part))


def test_a_forgotten_comma_is_named_where_it_stops_in_unbroadcast() -> None:
    problem = said("Value", _tape(_AS_SHAPE, _NO_COMMA), "nonlinear").problem
    assert "a single bar is a tuple with a comma" in problem


def test_a_case_that_was_not_run_is_not_shown_as_right() -> None:
    verdict = said("topological_order", _CALLS_ITSELF)
    assert verdict.mistake == "calls itself"
    labels = dict(verdict.tried)
    assert labels["a chain of 10,000"] is False
    assert not any(label.startswith("chains of") for label in labels)
