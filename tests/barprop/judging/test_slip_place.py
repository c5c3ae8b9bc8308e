"""Where no mistake has a name, the line is named in which one small change makes the answer pass."""

from __future__ import annotations

import ast
import time

import pytest

from autograder.samples import right
from barprop import check
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge
from barprop.judging.repairs import repairs
from barprop.judging.slip_place import Place, find_place
from tests.answers import answer

LONG = 60.0  # seconds: these tests are not about speed

# exercise -> (answer, the line of its slip, what the slip is about)
SLIPS = {
    "bar_w": (
        "def bar_w(z_bar, x):\n    w_bar, s = np.zeros(len(x)), 0.0\n    for i in range(len(x)):\n        s += z_bar * x[i]\n"
        "        w_bar[i] = s\n    return w_bar\n",
        4,
        "`=` or `+=`",
    ),
    "logistic_forward": (
        "import numpy as np\n\ndef logistic_forward(x, y, w):\n    z = w @ x\n    m = y * z\n    if m >= 0:\n"
        "        l = np.log(1 + np.exp(-m))\n    else:\n        l = m + np.log(np.exp(m) + 1)\n"
        '    return {"z": z, "m": m, "l": l}\n',
        9,
        "a sign",
    ),
    "linear_backward": (
        "def linear_backward(Z_bar, X, W):\n    W_bar = 0.0\n    for i in range(len(X)):\n        W_bar = np.outer(Z_bar[i], X[i])\n"
        "    return W_bar, Z_bar.sum(axis=0), Z_bar @ W\n",
        4,
        "`=` or `+=`",
    ),
    "Tanh": (
        "class Tanh:\n    def forward(self, h_prev, w):\n        self.h = np.tanh(h_prev)\n        return self.h\n\n"
        "    def backward(self, h_bar, w):\n        return (), h_bar * 1 - self.h**2\n",
        7,
        "where brackets open and close",
    ),
    "update_ratio": (
        "def update_ratio(w, w_bar, lr):\n    return np.sqrt(np.sum(w_bar**2) * lr) / np.sqrt(np.sum(w**2))\n",
        2,
        "",  # brackets elsewhere make it right, and so does one more factor
    ),
}


def place_in(name: str, source: str, seconds: float = LONG) -> Place | None:
    """Where the slip of an answer is, in the first part that does not pass."""
    exercise, answers = EXERCISES[name], answer(source, EXERCISES[name])
    wrong = judge(exercise, answers, EXERCISES)
    part = next(part for part in exercise.parts if not wrong.verdict(part).passed)
    return find_place(wrong, part, answers.names, seconds)


@pytest.mark.parametrize("name", SLIPS)
def test_the_line_and_what_it_is_about(name: str) -> None:
    source, line, about = SLIPS[name]
    found = place_in(name, source)
    assert found is not None
    assert (found.line, found.about) == (line, about)
    assert found.text == source.splitlines()[line - 1].strip()
    assert f"line {line} of your cell, `{found.text}`" in found.hint


@pytest.mark.parametrize("name", ["train", "topological_order", "Node", "Network", "pgd", "branches_backward"])
def test_every_change_is_a_program(name: str) -> None:
    """A change that Python does not even take as a tree would be passed over without a word."""
    tried = 0
    for source in right()[name]:
        tree = ast.parse(source)
        lines = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for statement in tree.body:
            for repair in repairs(statement, lines):
                before = repair.apply()
                try:
                    compile(tree, "<changed>", "exec")
                except SyntaxError:  # a return outside of its function, a loop without a body
                    pass
                finally:
                    repair.undo(before)
                tried += 1
    assert tried > 50


def test_an_answer_that_needs_more_than_one_change_has_no_place() -> None:
    assert place_in("bar_w", "def bar_w(z_bar, x):\n    return np.cumsum(x) ** 3 - 1\n") is None


def test_no_longer_than_allowed() -> None:
    source, _, _ = SLIPS["bar_w"]
    assert place_in("bar_w", source, seconds=0.0) is None


def test_a_change_that_never_ends_is_stopped() -> None:
    source = (
        "def bar_w(z_bar, x):\n    w_bar, i = np.zeros(len(x)), 0\n    while i < len(x):\n        w_bar[i] = z_bar * x[i] ** 3\n"
        "        i += 1\n    return w_bar\n"
    )
    start = time.monotonic()
    found = place_in("bar_w", source)
    assert time.monotonic() - start < LONG
    assert found is not None
    assert (found.line, found.about) == (4, "a factor or a term")


def test_a_changed_answer_may_not_fill_the_memory() -> None:
    resource = pytest.importorskip("resource")
    allowed: list[int] = []
    source = (
        "def bar_w(z_bar, x):\n    allowed.append(resource.getrlimit(resource.RLIMIT_DATA)[0])\n    return z_bar + x\n"
    )
    exercise, answers = EXERCISES["bar_w"], answer(source, EXERCISES["bar_w"])
    answers = Namespace({**answers.names, "resource": resource, "allowed": allowed})
    answers.names["bar_w"].__globals__.update(resource=resource, allowed=allowed)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    wrong = judge(exercise, answers, EXERCISES)
    assert set(allowed) == {before[0]}
    assert find_place(wrong, exercise.parts[0], answers.names, LONG)
    assert before[0] not in allowed[-1:]
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_nothing_of_the_notebook_changes() -> None:
    source, _, _ = SLIPS["bar_w"]
    exercise, answers = EXERCISES["bar_w"], answer(source, EXERCISES["bar_w"])
    before = dict(answers.names)
    wrong = judge(exercise, answers, EXERCISES)
    assert find_place(wrong, exercise.parts[0], answers.names, LONG)
    assert answers.names == before


def _told(notebook: dict, capsys: pytest.CaptureFixture) -> str:
    source, _, _ = SLIPS["bar_w"]
    notebook["bar_w"] = answer(source, EXERCISES["bar_w"]).names["bar_w"]
    check("bar_w")
    return capsys.readouterr().out


def test_the_check_says_it(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    assert "Hint: Look again at line 4 of your cell, `s += z_bar * x[i]`" in _told(notebook, capsys)


def test_nobody_waits_for_it_where_a_class_is_graded(
    notebook: dict, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert "Look again" not in _told(notebook, capsys)


def test_the_same_hint_to_another_try_comes_with_the_line(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    said = []
    for source in (
        "return h_bar * sigma.slope(z) * z",
        "return h_bar * sigma.slope(z) * z",
        "return z * h_bar * sigma.slope(z)",
    ):
        notebook["bar_z"] = answer(f"def bar_z(h_bar, z, sigma):\n    {source}\n", EXERCISES["bar_z"]).names["bar_z"]
        check("bar_z")
        said.append(capsys.readouterr().out)
    assert all("z is multiplied once too often" in text for text in said)
    assert ["Look again at line 2 of your cell" in text for text in said] == [False, False, True]
