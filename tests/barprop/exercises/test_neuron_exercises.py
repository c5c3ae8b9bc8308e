"""What is particular to exercises of notebooks 01 to 03: caches that are read as they are, warnings, given passes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.course.authored import read_authored
from autograder.course.layout import RELEASE, SOURCE
from autograder.reference import REFERENCES
from autograder.reference import n01_forward_graph as one
from autograder.reference import n02_bar_notation as two
from barprop.activations import tanh
from barprop.exercises import EXERCISES
from barprop.exercises.n02_bar_notation.backward import BARS
from barprop.guesses import compared
from barprop.judging.verdict import Verdict
from tests.answers import answer, tried, verdicts

_WAY = """
def {name}({args}, l_bar=1.0):
    z, h, e = {z}, {h}, {e}
    e_bar = l_bar * (e - y)
    z_bar = {v} * e_bar * sigma.slope(z)
    return {{"e": e_bar, "y": -e_bar, "v": e_bar * h, "h": e_bar * v, "z": z_bar, "w": z_bar * x, "x": z_bar * w}}
"""
_READ = {"z": 'cache["z"]', "h": 'cache.get("h", sigma(cache["z"]))', "e": 'cache["e"]', "v": "v"}
_AGAIN = [
    {"z": "w @ x", "h": "sigma(w @ x)", "e": "v * sigma(w @ x)"},  # the forward pass, anew
    {"z": "w @ x", "h": "sigma(w @ x)"},
    {"h": "sigma(w @ x)"},
    {"z": "w @ x"},
    {"e": "v * sigma(w @ x)"},
    {"h": "sigma(w @ x)", "e": "v * sigma(w @ x)"},
]


def judged(name: str, source: str, seed: int = 0) -> list[Verdict]:
    return verdicts(tried(EXERCISES[name], answer(source, EXERCISES[name]), seed))


def neuron_way(name: str, **lines: str) -> str:
    return _WAY.format(name=name, args="cache, x, y, w, v, sigma", **(_READ | lines))


@pytest.mark.parametrize("name", ["backward", "backward_recompute"])
@pytest.mark.parametrize("lines", _AGAIN, ids=lambda lines: " ".join(lines))
def test_computing_z_again_is_named_and_costs_half(name: str, lines: dict[str, str]) -> None:
    for seed in range(5):
        found = judged(name, neuron_way(name, **lines), seed)
        assert all(verdict.points == verdict.max_points / 2 for verdict in found), found
        assert all("again from w and x" in verdict.remarks[0] and not verdict.problem for verdict in found)


@pytest.mark.parametrize("name", ["backward", "backward_recompute"])
def test_a_mistake_beside_a_forward_pass_anew_is_named_as_well(name: str) -> None:
    for seed in range(5):
        assert judged(name, neuron_way(name), seed)[0].passed
        source = neuron_way(name, **_AGAIN[0]).replace("sigma.slope(z)", "1.0")
        found = [verdict for verdict in judged(name, source, seed) if verdict.mistake]
        assert [verdict.mistake for verdict in found] == ["forgot sigma'"]
        assert "again from w and x" in found[0].remarks[0]


_LOGISTIC = """
def logistic_backward(cache, x, y, w, l_bar=1.0):
    z, m = {z}, {m}
    m_bar = -l_bar * np.exp(-np.logaddexp(0, m))
    return {{"m": m_bar, "z": m_bar * y, "y": m_bar * z, "w": m_bar * y * x, "x": m_bar * y * w}}
"""


@pytest.mark.parametrize(("z", "m"), [("w @ x", "y * (w @ x)"), ("w @ x", 'cache["m"]'), ('cache["z"]', "y * (w @ x)")])
def test_computing_the_margin_again_is_named_and_costs_half(z: str, m: str) -> None:
    for seed in range(5):
        (verdict,) = judged("logistic_backward", _LOGISTIC.format(z=z, m=m), seed)
        assert verdict.points == 1.5, verdict
        assert "again from w and x" in verdict.remarks[0]
        assert judged("logistic_backward", _LOGISTIC.format(z='cache["z"]', m='cache["m"]'), seed)[0].points == 3


# --- logistic_forward ---------------------------------------------------------------------------


def logistic(loss: str) -> str:
    return f'def logistic_forward(x, y, w):\n    z = w @ x\n    m = y * z\n    return {{"z": z, "m": m, "l": {loss}}}\n'


def test_a_warning_costs_the_stable_part_its_half_and_leaves_numpy_as_it_was() -> None:
    before = np.geterr()
    values, stable = judged(
        "logistic_forward", logistic("np.where(m > 0, np.log1p(np.exp(-m)), np.log1p(np.exp(m)) - m)")
    )
    assert (values.points, stable.points, stable.mistake) == (2, 0.5, "warns")
    assert np.geterr() == before


def test_a_loss_within_the_agreed_nearness_is_right_and_one_beyond_is_not() -> None:
    for loss, points in (
        ("0.0 if m > 22 else np.logaddexp(0, -m)", 3.0),
        ("0.0 if m > 9 else np.logaddexp(0, -m)", None),
    ):
        total = sum(verdict.points for verdict in judged("logistic_forward", logistic(loss)))
        assert total == points if points else total < 3


def test_references_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for m in (-1000.0, -1.0, 0.0, 1.0, 1000.0):
            cache = one.logistic_forward([1.0], 1, [m])
            two.logistic_backward(cache, [1.0], 1, [m])


# --- what stands in the notebooks -----------------------------------------------------------------


def cell(notebook: str, grade_id: str) -> str:
    path = next(Path(SOURCE).glob(f"{notebook}*/*.py"))
    cells = read_authored(path).cells
    return next(c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


@pytest.mark.parametrize("letter", "abc")
def test_the_given_passes_have_the_slips_that_are_declared(letter: str) -> None:
    names: dict[str, Any] = {"ready": lambda *_: True}
    exec(cell("02", "three_passes"), names)
    rng = np.random.default_rng(5)
    given = {"x": rng.normal(size=3), "y": 0.7, "w": rng.normal(size=3), "v": -1.3, "sigma": tanh}
    cache = one.forward(**given)
    right, made = two.backward(cache, **given, l_bar=1.7), names[f"pass_{letter}"](cache, **given, l_bar=1.7)
    wrong = [name for name in BARS if not np.allclose(made[name], right[name])]
    assert wrong[0] == two.first_wrong[letter]


def test_the_given_passes_are_neither_read_nor_run_before_backward_passes(capsys: Any) -> None:
    source = cell("02", "three_passes")
    assert not any(text in source for text in ("_bar", "slope", "pass_a"))
    asked: list[str] = []
    names: dict[str, Any] = {"ready": lambda *exercises: asked.extend(exercises)}
    exec(source, names)
    assert asked == ["backward"]
    assert "pass_a" not in names
    assert capsys.readouterr().out == ""
    exec(source, {"ready": lambda *_: True})
    assert "def pass_c(cache, x, y, w, v, sigma, l_bar=1.0):" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["repeats", "order", "find_the_bug", "who"])
def test_an_untouched_prediction_stops_nothing_and_is_worth_nothing(name: str) -> None:
    exercise = EXERCISES[name]
    notebook = nbformat.read(RELEASE / f"{exercise.notebook}.ipynb", as_version=4)
    source = next(c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)
    assert "NotImplementedError" not in source
    found = judged(name, source)
    assert sum(verdict.points for verdict in found) == 0
    assert all("not filled in" in verdict.problem or "holds nothing" in verdict.problem for verdict in found)


SHAPES = {
    "as written": lambda value: value,
    "other order": lambda value: dict(reversed(value.items())) if isinstance(value, dict) else value,
    "NumPy numbers": lambda value: _numbers(value, np.float64),
    "0-d arrays": lambda value: _numbers(value, np.array),
}


def _numbers(value: Any, kind: Any) -> Any:
    if isinstance(value, dict):
        return {name: _numbers(item, kind) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_numbers(item, kind) for item in value)
    return kind(value) if type(value) is float else value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("notebook", ["01", "02", "03"])
def test_show_cells_take_every_accepted_shape_of_an_answer(notebook: str, shape: str, monkeypatch: Any) -> None:
    """What they print and draw is the same, however the numbers come back."""
    assert shown(notebook, SHAPES[shape], monkeypatch) == shown(notebook, SHAPES["as written"], monkeypatch)


_PICTURES = ("forward_film", "backward_film", "step_sizes", "slopes", "training", "products_and_sum", "shares")
_PICTURES += ("movement", "rate_sweep", "crossing")


def shown(notebook: str, change: Any, monkeypatch: Any) -> list[str]:
    """Run the show cells of a notebook with the references' results changed in form; return what they print and draw."""
    import barprop
    from barprop.pictures import neuron, splitting

    told: list[str] = []
    for module in (neuron, splitting):
        for name in _PICTURES:
            if hasattr(module, name):
                monkeypatch.setattr(
                    module, name, lambda *args, name=name, **named: told.append(name + _text((*args, named)))
                )
    names: dict[str, Any] = {"np": np, "display": lambda *_: None, "ready": lambda *_: True, "compared": compared}
    names |= {
        "neuron": neuron,
        "splitting": splitting,
        "print": lambda *args, **_: told.append(" ".join(map(str, args))),
    }
    names["guess"] = {}
    for exercise in EXERCISES.values():
        for asked in exercise.asks:
            value = REFERENCES.names[asked]
            if exercise.notebook[:2] <= notebook and callable(value):
                names[asked] = lambda *args, value=value, **kw: change(value(*args, **kw))
    names |= {
        name: getattr(barprop, name) for name in ("relu", "sigmoid", "softplus", "tanh")
    }  # not the exercises of 01
    path = next(Path(SOURCE).glob(f"{notebook}*/*.py"))
    for item in read_authored(path).cells:
        if item.cell_type == "code" and "guess" in item.source and not item.metadata.get("nbgrader"):
            exec(item.source, names)
        still = not any(word in item.source for word in ("widgets", "graph()", "rate_sweep"))  # that takes seconds
        if "show" in item.metadata.get("tags", []) and still:
            exec(item.source, names)
    assert told
    return told


def _text(args: tuple) -> str:
    """Arguments of a picture as text, in the order of their names, numbers rounded."""
    parts = []
    for value in args:
        if isinstance(value, dict):
            parts += [f"{key}:{_text((value[key],))}" for key in sorted(value, key=str)]
        elif isinstance(value, (tuple, list)):
            parts.append(_text(tuple(value)))
        elif isinstance(value, (float, int, np.ndarray, np.generic)):
            parts.append(np.array2string(np.asarray(value, dtype=float), precision=6, threshold=50))
    return " ".join(parts)
