"""What tests of verdicts share: a cell that was run, the check's verdict on it, and what every verdict keeps to."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np

from autograder.reference import REFERENCES
from barprop.activations import ACTIVATIONS
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge
from barprop.judging.verdict import Verdict
from tests.answers import tried, verdicts, with_answer

ONE_NUMBER, ONE_ARRAY = "linear", "bar_w"


def names_of(source: str, exercise: str = "") -> dict[str, Any]:
    """A notebook in which a cell was run; Python can show its lines, as IPython's can."""
    asks = EXERCISES[exercise].asks if exercise else ()
    names = {"__name__": "__main__", "np": np, **ACTIVATIONS, **REFERENCES.names}
    names = {name: value for name, value in names.items() if name not in asks}
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)
    return names


def said(exercise: str, source: str, part: str = "") -> Verdict:
    """The verdict of a check on a cell."""
    found = EXERCISES[exercise]
    return judge(found, Namespace(names_of(source, exercise)), EXERCISES).verdict(found.part(part))


def verdict_on(name: str, value: Any, seed: int = 0) -> Verdict:
    """The verdict on the first part of an exercise whose answer is this value."""
    return verdicts(tried(EXERCISES[name], with_answer(EXERCISES[name], **{name: value}), seed))[0]


def is_one_sentence(text: str) -> None:
    assert text
    assert "\n" not in text
    assert len(text) < 600
    assert text[-1] in ".?"
    assert text.isprintable()
    assert "Traceback" not in text
    assert " at 0x" not in text


def assert_worthless(name: str, value: Any, *words: str) -> None:
    verdict = verdict_on(name, value)
    assert verdict.points == 0.0, str(verdict)
    is_one_sentence(verdict.problem)
    for word in words:
        assert word in verdict.problem, verdict.problem
    assert str(verdict)
    assert verdict._repr_html_()
