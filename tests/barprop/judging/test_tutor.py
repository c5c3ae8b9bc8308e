"""What a check says: the student's own value, plain words, what to delete, and the next help."""

from __future__ import annotations

import ast
import json
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import samples
from autograder.samples import function
from barprop import check
from barprop.activations import tanh
from barprop.answers.calls import Namespace, Run
from barprop.answers.memory_limit import limit_memory
from barprop.answers.notebook_values import read_from_notebook
from barprop.answers.time_limit import time_limit
from barprop.check import Points, _Waiting
from barprop.exercises import EXERCISES
from barprop.judging import help_tiers
from barprop.judging.evaluate import evaluate
from barprop.judging.help_tiers import Tries, folds_of
from barprop.judging.verdict import Verdict
from barprop.judging.wording import literal
from tests.verdict_tools import names_of, said

# --- the student's own value ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bar_e", function("bar_e(l_bar, y, e)", "return l_bar * (y - e) + 17.25")),
        ("bar_w", function("bar_w(z_bar, x)", "return z_bar * x + 17.25")),
        ("forward", function("forward(x, y, w, v, sigma)", 'return {"z": 17.25, "h": 0.5, "e": 2.0, "l": 3.0}')),
        (
            "slopes_from_output",
            "sigmoid_slope = tanh_slope = relu_slope = None\ndef sigmoid_slope(h):\n    return h + 17.25\n",
        ),
    ],
)
def test_the_example_can_be_copied_and_gives_what_it_says(name: str, source: str) -> None:
    verdict = said(name, source)
    call, gave = verdict.example.split("  gave  ")
    value = eval(call, names_of(source, name))
    shown = ast.literal_eval(gave.rpartition(" = ")[2])
    value = value[gave.partition(" = ")[0]] if isinstance(value, dict) else value
    np.testing.assert_allclose(value, shown, rtol=2e-3)


def test_a_method_is_shown_with_what_made_its_object() -> None:
    source = "class Product:\n    def forward(self, h, w):\n        return 17.25\n    def backward(self, e_bar, w):\n        return (0.0,), 0.0\n"
    verdict = said("Product", source, "forward")
    assert verdict.example.startswith("product = Product(); product.forward(")
    assert verdict.example.endswith("gave  17.25")


def test_literals() -> None:
    values = [1, 1.0, np.float64(-0.5), np.array([1.0, 2.5]), {"z": 1.5}, (1,), [np.ones((1, 2))], "a", None, tanh]
    for value in values:
        back = eval(literal(value), {"np": np, "tanh": tanh})
        assert repr(back).replace("np.float64(", "").rstrip(")") == repr(value).replace("np.float64(", "").rstrip(")")
    assert literal(np.ones(100)) is None
    assert literal(object()) is None


def test_bars_are_called_bars() -> None:
    source = function("backward(cache, x, y, w, v, sigma, l_bar=1.0)", 'return dict.fromkeys("eyvhzwx", 17.0)')
    assert said("backward", source, "loss").problem.startswith("e_bar is not the right value. Also wrong: y_bar.")


def test_points_are_rounded_to_a_tenth_and_never_to_all_or_nothing() -> None:
    assert Verdict("t", 2.5263, 3.0).headline == "t: partly right, 2.5 of 3 points"
    assert Verdict("t", 2.99, 3.0).headline == "t: partly right, 2.9 of 3 points"
    assert Verdict("t", 0.01, 3.0).headline == "t: partly right, 0.1 of 3 points"


def test_a_passed_check_is_one_line() -> None:
    text = str(said("linear", function("linear(w, x)", "return w @ x")))
    assert text == "✓ linear: right, 1 of 1 point"


_MASK = "class ReLU:\n    def forward(self, z, w):\n        self.open = z > 0\n        {more}\n        return z * self.open\n    def backward(self, bar, w):\n        return (), bar * self.open\n"


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("ReLU", _MASK.format(more=""), "ReLU keeps open: 12 bytes (4 rows of 3)."),
        ("ReLU", _MASK.format(more="self.cache = {'z': z}"), 'open: 12 bytes, cache["z"]: 96 bytes (4 rows of 3). Its backward reads no entry of cache["z"].'),
        ("Linear", samples.right()["Linear"][0], "Linear keeps X: 96 bytes (4 rows, 3 to 2)."),
        ("SoftmaxCrossEntropy", samples.right()["SoftmaxCrossEntropy"][0], "p: 96 bytes, labels: 32 bytes"),
        ("MeanPool", samples.right()["MeanPool"][0], "MeanPool keeps no array."),
    ],
)  # fmt: skip
def test_a_layer_that_passes_is_told_what_it_keeps(name: str, source: str, words: str) -> None:
    first, kept = str(said(name, source, "backward")).splitlines()
    assert first.startswith("✓")
    assert words in kept
    assert "\n" not in str(said(name, source, "forward"))


# --- plain words ------------------------------------------------------------------------------

_LINEAR = "class Linear:\n    def forward(self, h_prev, w):\n        {forward}\n        return h_prev @ w[0].T + w[1]\n    def backward({args}):\n        return (h_bar.T @ {kept}, h_bar.sum(axis=0)), h_bar @ w[0]\n"

_BACK_TO_FRONT = """
class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        self.p, self.at = np.exp(log_p), (np.arange(len(labels)), labels)
        return -np.mean(log_p[self.at])
    def backward(self, l_bar=1.0):
        logits_bar = self.p.copy()
        logits_bar[self.at] -= 1
        return l_bar * logits_bar / len(logits_bar)
def train_digits(network, w, X, labels, lr, epochs, seed, batch=32):
    loss = SoftmaxCrossEntropy()
    logits = network.forward(X, w)
    w_bar, _ = network.backward(loss.backward(), w)
    return w, [loss.forward(logits, labels)]
"""


@pytest.mark.parametrize(
    ("name", "part", "source", "words"),
    [
        ("bar_e", "", function("bar_e(l_bar, y, e)", "return (y - e)^2"), "^ is not a power in Python; a power is written **"),
        ("bar_z", "", function("bar_z(h_bar, z, sigma)", "return h_bar * sigma"), "sigma is a function: call it, sigma(z)"),
        ("bar_w", "", function("bar_w(z_bar, x)", "return z_bar (x)"), "z_bar is followed by a bracket"),
        ("linear", "", function("linear(w, x)", "return w @ x[:, None].T @ w"), "the shapes do not fit"),
        ("backward", "loss", function("backward(cache, x, y, w, v, sigma, l_bar=1.0)", 'return cache["q"]'), "cache has no 'q'; its keys are 'z', 'h', 'e', 'l'"),
        ("Linear", "backward", _LINEAR.format(forward="h_cache = h_prev", args="self, h_bar, w", kept="h_cache"), "with self in front: self.h_cache"),
        ("Linear", "backward", _LINEAR.format(forward="pass", args="self, h_bar, w", kept="self.h_prev"), "self.h_prev was never set"),
        ("Linear", "backward", _LINEAR.format(forward="pass", args="h_bar, w", kept="h_bar"), "self is missing"),
        ("Product", "backward", "class Product:\n    def forward(self, h, w):\n        return w[0] * h\n    def backward(self, e_bar, w):\n        return 1.0, e_bar\n", "A tuple of one needs a comma."),
        ("bar_w", "", function("bar_w(z_bar, x)", "return z_bar * x[9]"), "x has shape (3,) here, so there is no entry 9 along axis 0"),
        ("split", "", function("split(z_bar, x)", "return (x, z_bar * x)"), "w_bar is a tuple; expected an array of shape (2,)."),
        ("bar_z", "", function("bar_z(h_bar, z, sigma)", 'return [None, "z", 1.0]'), "Its entry [2] has that form"),
        ("train_digits", "batches", _BACK_TO_FRONT, "self.p is not set yet: forward sets it, and has to be called before SoftmaxCrossEntropy.backward"),
    ],
)  # fmt: skip
def test_errors_in_plain_words(name: str, part: str, source: str, words: str) -> None:
    assert words in said(name, source, part).problem


def test_losses_that_hold_themselves_are_told_and_not_unfolded() -> None:
    source = function(
        "train_digits(network, w, X, labels, lr, epochs, seed, batch=32)",
        "losses = []",
        "losses += [losses, losses]",
        "return w, losses",
    )
    with limit_memory(2**30):  # NumPy would write such a list out until the memory is full
        problem = said("train_digits", source, "batches").problem
    assert problem == "train_digits returned a list as losses; expected a list of numbers, one per step."


@pytest.mark.parametrize("source", ["return cache['h'] ^ 2", "return np.array([1.0]) ^ 2"])
def test_a_power_without_source_lines(source: str) -> None:
    names = {"np": np}
    exec(function("dl_dv_cached(cache, y)", source), names)
    exercise = EXERCISES["dl_dv_cached"]
    assert "a power is written **" in evaluate(exercise, Namespace(names)).verdict(exercise.part()).problem


def test_shapes_carry_the_students_names() -> None:
    source = function("linear_backward(Z_bar, X, W)", "return Z_bar @ X, Z_bar.sum(axis=0), Z_bar @ W")
    assert "Z_bar has shape (4, 2) and X has shape (4, 3)" in said("linear_backward", source).problem


_BRANCHES = function("branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2)", "h1, h2 = z_bar * a1, z_bar * a2",
                     'bars = {{"a1": z_bar * cache["h1"], "a2": z_bar * cache["h2"], "h1": h1, "h2": h2}}',
                     'return bars | {{"W1": np.outer(h1, x1), "W2": np.outer(h2, x2), "x1": {}, "x2": W2.T @ h2}}')  # fmt: skip
_ONE_STORY = [
    ("forward", "", function("forward(x, y, w, v, sigma)", "h = sigma(w @ x)", 'return {"z": w @ x, "h": h, "e": v * h, "l": (y - v * h) ** 2}'),
     "2.2 of 3 points", "●●●○ 3 of 4 results right; wrong: l"),
    ("Network", "backward", """
class Network:
    def __init__(self, layers):
        self.layers = layers
    def forward(self, x, w):
        for layer, u in zip(self.layers, w):
            x = layer.forward(x, u)
        return x
    def backward(self, bar, w):
        made = []
        for layer, u in zip(self.layers[::-1], w[::-1]):
            own, bar = layer.backward(bar, u)
            made.append(own)
        return made[::-1], bar
""", "right, 3 of 3 points", "No points are lost for this here: Network.backward returns memory"),
    ("branches_backward", "inside", function("branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2)",
     "h1, h2 = z_bar * a1, z_bar * a2", 'bars = {"a1": z_bar * cache["h1"], "a2": z_bar * cache["h2"], "h1": h1, "h2": h2}',
     'return bars | {"W1": h1 * x1, "W2": h2 * x2, "x1": W1.T @ h1, "x2": W2.T @ h2}'),
     "not yet", "expected an array of shape (3, 3). Also wrong: W2_bar."),
    ("branches_backward", "outside", _BRANCHES.format("W1 @ h1"), "right, 2 of 2 points", "In 3 of 7 cases branches_backward stops"),
    ("branches_backward", "inside", _BRANCHES.format("W1 @ h1"), "0 of 2 points", "Works for square W only"),
    ("branches_backward", "outside", _BRANCHES.format("W1 @ oh"), "0 of 2 points", "leave out what stops for now"),
    ("logistic_forward", "stable", function("logistic_forward(x, y, w)", "z = float(w @ x)",
     'return {"z": z, "m": y * z, "l": np.log(1 + np.exp(-y * z))}'), "0 of 1 point", "  l holds an infinity"),
    ("logistic_forward", "stable", function("logistic_forward(x, y, w)", "m = y * float(w @ x)",
     'return {"z": y * m, "m": m, "l": np.log(1 + np.exp(m))}'), "0 of 1 point", "or was the log of 0.\n"),
    ("backward", "neuron", function("backward(cache, x, y, w, v, sigma, l_bar=1.0)", 'e = cache["e"] - y',
     'z = e * v * sigma.slope(cache["h"])', 'return {"e": e, "y": -l_bar * e, "v": e * cache["h"], "h": e * v, "z": z, "w": z * x, "x": z * w}'),
     "not yet", "e_bar is not right in other cases: fix that one first."),
    ("Product", "backward", """
class Product:
    def forward(self, h, w):
        self.e = w[0] * h
        return self.e
    def backward(self, e_bar, w):
        return (e_bar * self.e,), e_bar * w[0]
""", "1.3 of 2 points", "Hint: That is e_bar times e."),
    ("matmul_bars", "vectors", function("matmul_bars(bar, A, B)", "return bar @ B.T, A.T @ bar"), "not yet", "as many columns of A as b has rows"),
    ("ReLU6", "backward", """
class ReLU6:
    def forward(self, h_prev, w):
        self.h_prev = h_prev
        return np.clip(h_prev, 0, 6)
    def backward(self, h_bar, w):
        return (), h_bar * ((self.h_prev > 0) & (self.h_prev < 6))
""", "1.7 of 2 points", "●●○●●● 5 of 6 cases right"),
    ("logistic_backward", "", function("logistic_backward(cache, x, y, w, l_bar=1.0)", "loss = lambda m: np.logaddexp(0, -m)",
     'm = l_bar * (loss(cache["m"] + 1e-6) - loss(cache["m"] - 1e-6)) / 2e-6',
     'return {"m": m, "y": m * cache["z"], "z": m * y, "w": m * y * x, "x": m * y * w}'), "right, 3 of 3 points", "as a difference quotient does"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "part", "source", "points", "words"), _ONE_STORY)
def test_points_counts_and_sentences_tell_one_story(name: str, part: str, source: str, points: str, words: str) -> None:
    text = str(said(name, source, part))
    assert points in text.splitlines()[0]
    assert words in text


def test_results_in_another_order() -> None:
    source = function("linear_backward(Z_bar, X, W)", "return Z_bar @ W, Z_bar.T @ X, Z_bar.sum(axis=0)")
    verdict = said("linear_backward", source)
    assert verdict.mistake == "results in another order"
    assert "(W_bar, b_bar, X_bar)" in verdict.hint


@pytest.mark.parametrize(
    "lines", [("z = w @ x", "raise NotImplementedError()"), ("raise NotImplementedError()", "return w @ x")]
)
def test_a_stub_left_in_place(lines: tuple[str, ...]) -> None:
    number = 2 + lines.index("raise NotImplementedError()")
    assert f"delete line {number}" in said("linear", function("linear(w, x)", *lines)).problem


def test_nothing_but_the_stub_is_not_written_yet() -> None:
    source = function("linear(w, x)", '"""The weighted sum."""', "raise NotImplementedError()")
    assert said("linear", source).problem == "linear is not written yet."


# --- endless loops ----------------------------------------------------------------------------

needs_alarm = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm clock")


@needs_alarm
@pytest.mark.parametrize("body", ["i = 0", "try:\n            i = 0\n        except Exception:\n            pass"])
def test_an_endless_loop_is_stopped(body: str) -> None:
    names = names_of(f"calls = []\ndef linear(w, x):\n    calls.append(1)\n    while True:\n        {body}\n")
    with time_limit(0.3):
        verdict = evaluate(EXERCISES["linear"], Namespace(names)).verdict(EXERCISES["linear"].part())
    assert verdict.points == 0
    assert "was still running after 0.3 s" in verdict.problem
    assert len(names["calls"]) == 1, "it is not tried again"
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@needs_alarm
def test_an_alarm_of_somebody_else_is_left_alone() -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with time_limit(0.01):
            assert Run(Namespace({"f": lambda: 1.0}))("f") == 1.0
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- values of the notebook -------------------------------------------------------------------


def test_values_read_from_the_notebook_are_named(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    assert read_from_notebook(None, {}) == []
    made = names_of("v = 2.0\nEPS = 1e-9\ndef dl_dv_cached(cache, y):\n    return cache['h'] * v + EPS\n")
    assert read_from_notebook(made["dl_dv_cached"], made) == ["v"]
    notebook.update(made)
    check("dl_dv_cached")
    assert "dl_dv_cached reads `v` from the notebook" in capsys.readouterr().out


# --- the next help ----------------------------------------------------------------------------


def test_the_next_help_after_three_different_failures() -> None:
    tries = Tries()
    wrong = [Verdict("t", 0.0, 1.0, problem=f"Wrong {number}.") for number in range(7)]
    assert [tries.tier(v) for v in (wrong[0], wrong[0], wrong[1])] == [None, None, None]
    assert [tries.tier(v) for v in wrong[2:6]] == [0, 0, 0, 1]
    assert tries.tier(Verdict("t", 1.0, 1.0)) is None
    assert tries.tier(wrong[0]) is None, "what passed starts anew"
    assert all(
        tries.tier(Verdict("u", 0.0, 1.0, problem="u is not written yet.", kind="unwritten")) is None for _ in range(5)
    )


def test_the_help_of_a_notebook(tmp_path: Path) -> None:
    text = "<details><summary>First</summary>\n\nLook at $y$.\n</details>\n<details><summary>Second</summary>\n\nMore.\n</details>"
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "bar_e"}}, "source": "def"},
        {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(True)},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "test_bar_e"}}, "source": ""},
        {"cell_type": "markdown", "metadata": {}, "source": "<details><summary>Not this</summary>x</details>"},
    ]
    (tmp_path / "renamed.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    exercise = EXERCISES["bar_e"]

    def titles(said: str) -> list[str]:
        return [title for title, _ in folds_of(exercise, tmp_path, said)]

    assert folds_of(exercise, tmp_path) == [("First", "Look at $y$."), ("Second", "More.")]
    for cell in cells:
        cell["source"] = (
            "".join(cell["source"]).replace("First", "My bar has the wrong sign").replace("Second", "Where do I look?")
        )
    (tmp_path / "renamed.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert titles("The sizes are right, but every sign is wrong.")[0] == "My bar has the wrong sign"
    assert titles("It is half of what it should be.")[0] == "Where do I look?"
    (tmp_path / "renamed.ipynb").write_text("{", encoding="utf-8")
    assert titles("") == []


def test_no_help_opens_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever each verdict says of the answer, and from whichever of an exercise's checks it is."""
    folds = [("A sign", "1"), ("A factor", "2"), ("A shape", "3")]
    monkeypatch.setattr(
        help_tiers, "folds_of", lambda e, f, said: sorted(folds, key=lambda one: one[0][2:] not in said)
    )
    tries, exercise = Tries(), EXERCISES["backward"]

    def shown(part: int, number: int, hint: str) -> str:
        verdict = Verdict(exercise.title(exercise.parts[part]), 0.0, 1.0, problem=f"Wrong {number}.", hint=hint)
        return tries.help(exercise, verdict, Path())[:8]

    first = [shown(0, number, "sign") for number in range(3)]
    assert [*first, shown(0, 3, "shape"), shown(0, 4, "factor")] == ["", "", "**A sign", "**A sign", "**A sign"]
    assert shown(0, 5, "sign") == "**A fact"
    assert [shown(1, number, "sign") for number in range(3)][-1] == "**A shap"
    assert shown(0, 6, "sign") == "**A fact"
    assert [shown(0, number, "sign") for number in range(7, 20)][-1] == "**A fact", "it stays at the last"


# --- what is returned and shown ---------------------------------------------------------------


def test_points_are_shown_as_the_verdict() -> None:
    points = Points(Verdict("t", 2.5263, 3.0))
    assert points == 2.5263
    shown = points._repr_mimebundle_()
    assert float(shown["text/plain"]) == 2.5263, "stock nbgrader reads the points there"
    assert "2.5 of 3 points" in shown["text/html"]


@pytest.mark.parametrize(
    ("source", "shown"), [("check('linear')", 0), ("check('linear')\nx = 1", 1), ("x = check('linear')", 1)]
)
def test_in_a_kernel_the_last_line_shows_itself(
    source: str, shown: int, notebook: dict, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """In a kernel the box is what the line gives; anywhere else in a cell it is shown by the check."""

    class Shell:
        kernel, user_ns = None, notebook

    monkeypatch.setattr(sys.modules[check.__module__], "get_ipython", Shell)
    given: list[Any] = []
    monkeypatch.setattr(sys, "displayhook", given.append)
    for statement in ast.parse(source).body:
        kind, node = (
            ("single", ast.Interactive([statement]))
            if isinstance(statement, ast.Expr) and source.endswith("')")
            else ("exec", ast.Module([statement], []))
        )
        exec(compile(node, "<cell>", kind), {"check": check})
    assert [type(value) for value in given] == [Points] * (1 - shown)
    assert capsys.readouterr().out.count("linear: right") == shown


def test_what_waits_links_to_the_exercise() -> None:
    waiting = _Waiting(["rescale", "train"])
    assert repr(waiting).startswith("Waits for `rescale` and `train`:")
    assert '<a href="#Exercise-rescale-(' in waiting._repr_html_()
