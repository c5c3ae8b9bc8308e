"""The call of check(): whatever it is given is one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from barprop import check
from barprop.check import CheckFailedError
from tests.hostile import OBJECTS
from tests.verdict_tools import is_one_sentence


def said(capsys: pytest.CaptureFixture, *args: Any) -> str:
    """What check prints when it is called like this; it is worth nothing."""
    points = check(*args)
    assert type(points) is float
    assert points == 0.0
    text = capsys.readouterr().out.strip()
    is_one_sentence(text)
    return text


def test_check_of_something_unknown(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    assert 'it was given "unknown".' in said(capsys, "unknown")
    assert 'Did you mean check("bar_z")?' in said(capsys, "bar z")
    assert "it was given nothing" in said(capsys)
    assert "it was given None" in said(capsys, None)
    assert said(capsys, "x" * 10**6)


def test_check_of_a_function(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    text = said(capsys, notebook["bar_z"])
    assert "it was given a function" in text
    assert 'Did you mean check("bar_z")?' in text


def test_check_of_a_part(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    assert '"nope" for the part' in said(capsys, "backward", "nope")
    assert 'check("backward", "loss")' in said(capsys, "backward")
    assert "a number for the part" in said(capsys, "bar_z", 3)


@pytest.mark.parametrize("kind", OBJECTS)
def test_check_of_hostile_objects(kind: str, notebook: dict, capsys: pytest.CaptureFixture) -> None:
    said(capsys, OBJECTS[kind]())
    said(capsys, "backward", OBJECTS[kind]())


def test_check_of_a_cell_never_run(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    del notebook["bar_z"]
    assert check("bar_z") == 0.0
    assert "There is no bar_z yet: run the cell that defines it" in capsys.readouterr().out


def test_validate_raises_what_it_shows(notebook: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader's Validate shows the error of a failing cell: it is the verdict, without a traceback."""
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    assert check("bar_z") == 2.0
    notebook["bar_z"] = lambda h_bar, z, sigma: h_bar
    with pytest.raises(CheckFailedError) as caught:
        check("bar_z")
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert re.search("Which step made h", str(caught.value))


def test_a_question_with_few_answers_is_not_answered_by_trying(notebook: dict, capsys: pytest.CaptureFixture) -> None:
    said = set()
    for makes_z, is_fed in ((1, 1), (1, 2), (2, 2)):
        notebook["who"] = {"makes_z": makes_z, "is_fed": is_fed}
        check("who")
        said.add(capsys.readouterr().out.partition("Three different tries")[0].strip())
    assert len(said) == 1
    assert said.pop().startswith("✗ who: not yet\n  At least one of the two numbers is not right yet.")
