"""Solutions for students: not before everybody's time is over."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.deadlines.toml_file import FILE
from tests.grading_tools import make_course

ONE, TWO = "01_forward_graph", "02_bar_notation"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_course(tmp_path / "course", {}, plugged=False)
    monkeypatch.chdir(folder)
    return folder


def _names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return {name.split("/")[1] for name in archive.namelist()} - {"README.md"}


def test_not_before_the_due_date_nor_an_extension(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / FILE).write_text(f'[due]\n{ONE} = "2020-01-01"\n{TWO} = "2999-01-01"\n')
    assert main(["handout", "--solutions", TWO]) == 1
    assert f"{TWO} is due 2999-01-01 23:59 UTC" in capsys.readouterr().err
    assert not (course / "solutions.zip").exists()
    assert main(["handout", "--solutions"]) == 0
    assert f"(the solutions of {ONE}: 1 notebook)" in capsys.readouterr().out
    assert _names(course / "solutions.zip") == {ONE}, "those that are over"
    assert main(["handout", "--solutions", TWO, "--force", "--to", "forced.zip"]) == 0
    assert _names(course / "forced.zip") == {TWO}
    (course / FILE).write_text(f'[due]\n{ONE} = "2020-01-01"\n[extensions.{ONE}]\nada = "2999-01-01"\n')
    assert main(["handout", "--solutions", ONE]) == 1
    assert "with extensions" in capsys.readouterr().err


def test_nor_without_a_due_date_unless_the_gradebook_has_one(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handout", "--solutions", ONE]) == 1
    assert "has no due date" in capsys.readouterr().err
    assert main(["handout", "--solutions", ONE, TWO]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{ONE}, {TWO} have no due date (autograder due ASSIGNMENT DATE)." in said
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        gradebook.add_assignment(ONE, duedate="2020-01-01 12:00:00 UTC")
    assert main(["handout", "--solutions", ONE]) == 0
    assert main(["handout", "--solutions", "forward_graf"]) == 2
    assert "Did you mean 01_forward_graph?" in capsys.readouterr().err


def test_a_readme_says_what_is_in_it_and_how_to_open_it(course: Path) -> None:
    """Every path that it names is in the zip file."""
    assert main(["handout", "--solutions", ONE, TWO, "--force"]) == 0
    with zipfile.ZipFile(course / "solutions.zip") as archive:
        text = archive.read("solutions/README.md").decode()
        held = archive.namelist()
    assert [line for line in text.splitlines() if line.startswith("- ")] == [f"- `{ONE}`", f"- `{TWO}`"]
    (named,) = re.findall(r"\.venv/bin/jupyter lab (\S+)", text)
    (windows,) = re.findall(r"\.venv\\Scripts\\jupyter lab ([^`]+)`", text)
    assert named == windows.replace("\\", "/")
    assert named in held
