"""Which checks have passed is kept beside the notebooks, and read again whatever has happened to the files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from autograder.sandbox import LocalSandbox, Sandbox
from barprop import check
from barprop.__main__ import main
from barprop.exercises import EXERCISES, NOTEBOOKS, TESTS
from barprop.progress import FOLDER, VARIABLE, Progress, progress, progress_folder, read_progress, record
from tests import needs

LINEAR = EXERCISES["linear"]
TAKES = "import numpy as np\ndef linear(w, x):\n    return np.dot(w, x)\n"


@pytest.fixture(autouse=True)
def _no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, "NBGRADER_EXECUTION", "NBGRADER_VALIDATING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A student's folder of notebooks."""
    for notebook in NOTEBOOKS:
        (tmp_path / "notebooks" / notebook.split("/")[0]).mkdir(parents=True)
    return tmp_path / "notebooks"


def run_check(folder: Path, code: str = TAKES, **env: str) -> str:
    """Run a check in a process of its own, as in a notebook of that folder; what it printed."""
    words = [sys.executable, "-c", f"{code}\nimport barprop\nbarprop.check('linear')\nbarprop.check('linear')"]
    done = subprocess.run(words, cwd=folder, env=os.environ | env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_check_that_passes_is_kept_and_one_that_fails_is_not(course: Path) -> None:
    run_check(course / "01_forward_graph", TAKES.replace("np.dot(w, x)", "w * x"))
    assert read_progress(course / FOLDER) == Progress()
    run_check(course / "01_forward_graph")
    state = read_progress(course / FOLDER)
    assert state.passed == {"test_linear"}
    assert state.points(LINEAR) == LINEAR.points
    note = json.loads((course / FOLDER / "test_linear.json").read_text(encoding="utf-8"))
    assert set(note) == {"test", "passed"}
    run_check(course / "01_forward_graph", TAKES.replace("np.dot(w, x)", "w * x"))
    assert read_progress(course / FOLDER) == state  # what has passed stays


@pytest.mark.parametrize(
    ("place", "variables"),
    [
        ("01_forward_graph", {VARIABLE: "off"}),
        ("01_forward_graph", {"NBGRADER_EXECUTION": "autograde"}),
        ("01_forward_graph", {"NBGRADER_VALIDATING": "1"}),
        ("02_bar_notation", {}),
        (".", {}),
    ],
)
def test_nothing_is_kept_in_grading_nor_elsewhere(course: Path, place: str, variables: dict[str, str]) -> None:
    run_check(course / place, **variables)
    assert [path for path in course.parent.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("isolated", [True, False], ids=["sandbox", "no sandbox"])
def test_graded_cells_keep_nothing(course: Path, monkeypatch: pytest.MonkeyPatch, isolated: bool) -> None:
    if isolated:
        needs.sandbox()
    monkeypatch.chdir(course / "01_forward_graph")
    with (Sandbox if isolated else LocalSandbox)() as sandbox, sandbox.session() as session:
        session.run_cell(TAKES)
        assert session.run_cell("from barprop import check\ncheck('linear')").error == ""
    assert [path for path in course.parent.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_is_one_sentence_once(course: Path) -> None:
    (course / FOLDER).write_text("a file where the folder should be", encoding="utf-8")
    said = run_check(course / "01_forward_graph")
    assert said.count("Your progress cannot be saved in") == 1
    assert said.count("linear: right") == 2
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "rubbish", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"null", b"[]", b'{"test": "test_relu"}']
)
def test_a_damaged_file_costs_only_itself(course: Path, rubbish: bytes) -> None:
    for test in ("test_linear", "test_relu"):
        exercise, part = TESTS[test]
        assert record(exercise, part, course / "01_forward_graph") == ""
    (course / FOLDER / "test_linear.json").write_bytes(rubbish)
    (course / FOLDER / "test_of_another_version.json").write_text("{}", encoding="utf-8")
    state = read_progress(course / FOLDER)
    assert state.passed == {"test_relu"}
    assert [problem.count("test_linear.json") for problem in state.problems] == [1]
    assert record(*TESTS["test_linear"], course / "01_forward_graph") == ""  # passing again mends it
    assert read_progress(course / FOLDER).passed == {"test_linear", "test_relu"}


def _record_all(folder: Path) -> list[str]:
    return [record(exercise, part, folder / exercise.assignment) for exercise, part in TESTS.values()]


def test_several_kernels_lose_nothing(course: Path) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        assert {said for answer in pool.map(_record_all, [course] * 3) for said in answer} == {""}
    state = read_progress(course / FOLDER)
    assert state.passed == set(TESTS)
    assert state.problems == ()
    assert {path.suffix for path in (course / FOLDER).iterdir()} == {".json"}
    assert state.next is None
    most = sum(exercise.points for exercise in EXERCISES.values())
    assert f"{most} of {most} points" in str(state)


def test_half_an_exercise_is_half(course: Path) -> None:
    exercise, part = TESTS["test_logistic_forward_values"]
    record(exercise, part, course / "01_forward_graph")
    state = read_progress(course / FOLDER)
    assert state.points(exercise) == part.points < exercise.points
    assert "◧" in str(state)
    assert 'class="some"' in state._repr_html_()


@pytest.mark.parametrize("place", ["notebooks/00_start", "notebooks/02_bar_notation", "notebooks", "."])
def test_notebook_and_command_show_the_same(
    course: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record(*TESTS["test_linear"], course / "01_forward_graph")
    (course / "00_start").mkdir()
    monkeypatch.chdir(course.parent / place)
    assert progress_folder(Path.cwd()) == course / FOLDER
    for words in ([], ["progress"], ["progress", str(course)]):
        assert main(words) == 0
        assert capsys.readouterr().out == f"{progress()}\n"
    assert "Next: relu in 01 forward graph" in str(progress())


def test_a_place_outside_the_course_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in ([], ["progress", "no such folder"]):
        assert main(words) == 2
        said = capsys.readouterr()
        assert "is not a folder of the course" in said.err
        assert said.err.count("\n") == 1
        assert said.out == ""


def test_a_chosen_folder_is_used(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    record(*TESTS["test_linear"], course / "01_forward_graph")
    assert read_progress(tmp_path / "mine").passed == {"test_linear"}
    assert not (course / FOLDER).exists()


def test_the_picture_links_every_notebook_and_is_readable_without_colour() -> None:
    html = Progress(frozenset({"test_linear"}))._repr_html_()
    assert all(f'href="../{notebook}.ipynb"' in html for notebook in NOTEBOOKS)
    assert html.count('title="') == len(EXERCISES)
    assert 'aria-label="1 of ' in html


def test_check_in_this_process_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    check("linear")  # the tests' own folder is none of the course's
    assert "progress" not in capsys.readouterr().out
