"""What is common to the instructor's commands: misspelt names, what counts as an assignment, progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import COMMANDS, main
from autograder.batch import progress
from autograder.commands import build
from tests.grading_tools import cell, make_course, own_source, put


@pytest.mark.parametrize(("typed", "meant"), [("colect", "collect"), ("Report", "report"), ("grad", "grade")])
def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([typed, "ps1", "--zero"]) == 2
    said = capsys.readouterr().err
    assert f"There is no command '{typed}'" in said
    assert f"Did you mean {meant}" in said
    assert said.count("\n") == 1


def test_without_a_command_all_of_them_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "error:" not in said
    assert [name for name, (_, purpose) in COMMANDS.items() if name not in said or purpose[:30] not in said] == []


def test_a_page_without_a_graded_cell_is_no_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    page = {"cells": [cell("markdown", "Welcome.")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    put(course / "release" / "00_start" / "start.ipynb", page)
    (course / "source" / "00_start").mkdir()  # where only the authored .py is
    monkeypatch.chdir(course)
    assert main(["due", "ps"]) == 2
    assert "there is ps1." in capsys.readouterr().err
    assert main(["due", "00_start", "2030-01-01"]) == 2


@pytest.mark.parametrize("command", [["report"], ["similar"], ["export"]])
def test_what_is_not_graded_yet_is_told_from_what_is_no_assignment(
    command: list[str], own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(own / "source" / "ps2" / "p2.ipynb", own_source())
    with Gradebook(f"sqlite:///{own}/gradebook.db") as gradebook:
        gradebook.add_assignment("ps1")
    for word, said in (
        ("ps2", "Nothing of ps2 is graded yet. Graded so far: ps1."),
        ("04_layers", "Nothing of 04_layers is graded yet. Graded so far: ps1."),
        ("03_layers", "The gradebook has no 03_layers; it has ps1. Did you mean 04_layers?"),
    ):
        assert main([*command, word]) == 2
        assert capsys.readouterr().err.strip() == said


def test_making_the_notebooks_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(folder: Path, done: Callable[[], object], assignments: set[str]) -> Path:
        done()
        done()
        return folder

    monkeypatch.setattr(build, "release_into", made)
    monkeypatch.setattr(progress, "_EVERY", -1.0)
    assert build.release_with_progress(tmp_path) == tmp_path
    assert "Making the students' notebooks: 2 of " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["collect", "due"])
def test_a_time_zone_has_one_name_and_the_former_one_is_still_understood(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    (tmp_path / "ada").mkdir()
    monkeypatch.chdir(course)
    words = [command, "ps1", *([str(tmp_path / "ada")] if command == "collect" else [])]
    for option in ("--timezone", "--zone"):
        assert main([*words, option, "Europe/Berlyn"]) == 2
        assert "Did you mean Europe/Berlin" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = capsys.readouterr().out
    assert "--timezone" in said
    assert "--zone" not in said
