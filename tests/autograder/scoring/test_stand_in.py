"""An answer that calls another one that fails is judged with the reference in that one's place."""

from __future__ import annotations

import json

import pytest

from autograder.assignment import AssignmentPlan, NotebookPlan
from autograder.reference import REFERENCES
from autograder.sandbox import Limits, Sandbox
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.run_cells import NotebookRun
from autograder.scoring.session_judge import SessionJudge
from barprop.exercises import EXERCISES
from tests import needs
from tests.grading_tools import FakeSession, cell_of, plan, solved

SETUP = "import numpy as np\nfrom barprop import *\n"
FORWARD = """
def forward(x, y, w, v, sigma):
    z = float(w @ x)
    h = sigma(z)
    e = v * h
    return {"z": z, "h": h, "e": e, "l": (y - e) ** 2 / 2}
"""
BACKWARD = """
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    return dict.fromkeys("eyvhzwx", 0.0)
kept = backward
"""
TRAIN = """
def train(X, Y, w, v, sigma, lr, steps, seed):
    w, losses = np.array(w, dtype=float), []
    for i in np.random.default_rng(seed).integers(len(Y), size=steps):
        cache = forward(X[i], Y[i], w, v, sigma)
        bars = backward(cache, X[i], Y[i], w, v, sigma)
        losses.append(cache["l"])
        w, v = w - lr * bars["w"], v - lr * bars["v"]
    return w, v, losses
"""
SOURCES = dict(enumerate((SETUP, FORWARD, BACKWARD, TRAIN)))


def judged(run: NotebookRun) -> None:
    run.session()
    judge = SessionJudge(run, lambda name: [3], {})
    train, backward = EXERCISES["train"], EXERCISES["backward"]
    verdict = judge.verdict(train, train.part())
    assert verdict.points == 3.0, str(verdict)
    assert "judged with a right backward in its place" in verdict.notes[0]
    assert judge.verdict(backward, backward.parts[2]).points == 0.0, "the student's own is back for the rest"
    assert not judge.trouble


def test_in_this_process() -> None:
    with NotebookRun(FakeSession, SOURCES, Limits()) as run:
        judged(run)
        names = run.session().names
        assert names["backward"] is names["kept"]


def test_in_a_sandbox() -> None:
    needs.sandbox()
    limits = Limits(notebook_seconds=300, cell_seconds=60, probe_seconds=20)
    with Sandbox(limits) as sandbox:
        with NotebookRun(sandbox.session, SOURCES, limits) as run:
            judged(run)
        _whole_submission(sandbox, limits)


def _whole_submission(sandbox: Sandbox, limits: Limits) -> None:
    """A right `train` beside a wrong `backward`, from a notebook's bytes to its points and its feedback."""
    document, (whole,) = solved("02_bar_notation", "bar_notation"), plan("02_bar_notation", "bar_notation").notebooks
    cell_of(document, "backward")["source"] = BACKWARD
    cells = tuple(
        c for c in whole.cells if c.grade_id in ("setup", "backward", "train") or c.exercise in ("backward", "train")
    )
    document["cells"] = [cell_of(document, c.grade_id) for c in cells]
    the_plan = AssignmentPlan("02_bar_notation", (NotebookPlan("bar_notation", cells),))
    files = {"bar_notation.ipynb": json.dumps(document).encode()}
    job = Job("ada", the_plan, "key", b"seed", files, files={}, limits=limits)
    grades = grade_submission(job, lambda given: sandbox.session(limits, given)).notebooks[0].grades
    assert [grades[f"test_backward_{part}"].points for part in ("loss", "product", "neuron")] == [0.0, 0.0, 0.0]
    assert grades["test_train"].points == 3.0
    assert "judged with a right backward in its place" in grades["test_train"].text


HELPED = """
def helper(*args):
    return bar_y(*args)
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    e = l_bar * (cache["e"] - y)
    h = e * v
    z = h * sigma.slope(cache["z"])
    return {"e": e, "y": helper(l_bar, y, cache["e"]), "v": e * cache["h"], "h": h, "z": z, "w": z * x, "x": z * w}
"""
WRONG = {
    "not written": "def bar_y(l_bar, y, e):\n    raise NotImplementedError()",
    "wrong": "def bar_y(l_bar, y, e):\n    return 0.0",
    "missing": "",
}


@pytest.mark.parametrize("what", WRONG)
def test_any_answer_of_the_notebook_that_is_called(what: str) -> None:
    """Nothing declares that `backward` calls `bar_y`, here by way of a function of the student's own."""
    sources = {0: SETUP, 1: FORWARD, 2: WRONG[what], 3: HELPED, 4: TRAIN}
    with NotebookRun(FakeSession, sources, Limits()) as run:
        run.session()
        judge = SessionJudge(run, lambda name: [3], {})
        for name in ("bar_y", "backward", "train"):
            verdicts = [judge.verdict(EXERCISES[name], part) for part in EXERCISES[name].parts]
            assert sum(v.points for v in verdicts) == (0.0 if name == "bar_y" else EXERCISES[name].points), name
            if name == "backward":
                assert "judged with a right bar_y in its place" in verdicts[0].notes[0]
            if name == "train" and what != "wrong":  # which train does not read
                # backward, judged with a right bar_y, passes
                said = "bar_y does not pass, so train was judged with a right bar_y in its place."
                assert verdicts[0].notes == (said,)


def test_several_that_do_not_pass_are_named_once_each() -> None:
    sources = {
        0: SETUP,
        1: FORWARD,
        2: WRONG["wrong"],
        3: BACKWARD,
        4: TRAIN.replace("backward(", "bar_y and backward("),
    }
    with NotebookRun(FakeSession, sources, Limits()) as run:
        run.session()
        train = EXERCISES["train"]
        verdict = SessionJudge(run, lambda name: [3], {}).verdict(train, train.part())
        said = "bar_y and backward do not pass, so train was judged with right answers in their place."
        assert verdict.notes == (said,)


def test_answers_that_call_each_other_in_a_circle() -> None:
    circle = "def bar_y(l_bar, y, e):\n    backward\n    return 0.0"
    with NotebookRun(FakeSession, {0: SETUP, 1: FORWARD, 2: circle, 3: HELPED, 4: TRAIN}, Limits()) as run:
        run.session()
        judge = SessionJudge(run, lambda name: [3], {})
        verdict = judge.verdict(EXERCISES["bar_y"], EXERCISES["bar_y"].parts[0])
        assert verdict.points == 0
        assert judge.verdict(EXERCISES["backward"], EXERCISES["backward"].parts[0]).passed


def test_its_own_mistake_is_told_all_the_same() -> None:
    uphill = TRAIN.replace("w - lr", "w + lr")
    with NotebookRun(FakeSession, SOURCES | {3: uphill}, Limits()) as run:
        run.session()
        train = EXERCISES["train"]
        verdict = SessionJudge(run, lambda name: [3], {}).verdict(train, train.part())
        assert verdict.kind == "value"
        assert verdict.hint
        assert "judged with a right backward in its place" in verdict.notes[0]


def test_what_was_lent_cannot_be_kept() -> None:
    source = TRAIN.replace("def train", "loot = []\ndef train").replace(
        "        bars", "        loot.append(backward)\n        bars"
    )
    with NotebookRun(FakeSession, SOURCES | {3: source}, Limits()) as run:
        judged(run)
        lent = [f for f in run.session().names["loot"] if f is not run.session().names["kept"]]
        assert lent
        assert all(f is not REFERENCES.names["backward"] for f in lent)
        with pytest.raises(ValueError, match="not there any more"):
            lent[0]({}, 1, 2, 3, 4, 5)
