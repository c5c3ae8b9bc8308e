"""What collecting says: short in a class of 300, and nobody who needs a letter is missed."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from autograder.lms.collect import Collector
from autograder.lms.collected import LIST, Collected
from autograder.lms.roster import read_roster
from tests.autograder.lms.archives import written

NOTEBOOKS = {"02_bar_notation": {"bar_notation"}, "01_forward_graph": {"forward_graph"}}
HEADER = "Full name,Email address,ID number\n"


def _collect(folder: Path, files: dict[str, bytes], class_: list[str]) -> Collected:
    (folder / "roster.csv").write_text(HEADER + "".join(f"{n},{n}@x.edu,{n}\n" for n in class_), encoding="utf-8")
    roster = read_roster(folder / "roster.csv")
    desk = Collector("02_bar_notation", NOTEBOOKS, folder / "submitted", folder / "downloaded", roster)
    return desk.collect([written(folder / "a.zip", files)])  # type: ignore[arg-type]


def _notebook(grade_id: str = "") -> bytes:
    cell = nbformat.v4.new_code_cell("1", metadata={"nbgrader": {"grade_id": grade_id}} if grade_id else {})
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


def test_the_one_stranger_is_seen_among_texts_and_other_files(tmp_path: Path) -> None:
    class_ = [f"s{n:03}" for n in range(30)]
    files = {f"{n}_{9}_assignsubmission_onlinetext_/onlinetext.html": b"<p>" for n in class_}
    files |= {f"{n}_{9}_assignsubmission_file_/bar_notation.ipynb": _notebook("x") for n in class_[1:]}
    files |= {f"folder/old{n}/x.txt": b"" for n in range(50)}
    result = _collect(tmp_path, files | {"zed_7_assignsubmission_file_/bar_notation.ipynb": _notebook("x")}, class_)
    said = result.lines()
    assert len(said) <= 9, said
    assert said[1].startswith("  Not matched: zed_7_")
    assert "  Not matched: 50 files of one kind, for example:" in said
    assert "  Typed into the LMS and no file handed in: 1 (s000)." in said
    listed = (tmp_path / "downloaded/02_bar_notation" / LIST).read_text(encoding="utf-8").splitlines()
    assert len(listed) == 52
    assert not result.complete


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("bar_notation.html", b"<html>", "no .ipynb file"),
        ("work.rar", b"Rar!", "no .ipynb file"),
        ("bar_notation.ipynb", b"", "can be read"),
        ("bar_notation.ipynb", b"<html>", "can be read"),
        ("diary.ipynb", _notebook(), "no assignment of this course"),
        ("forward_graph.ipynb", _notebook("x"), "(the notebook of 01_forward_graph)"),
        ("my own name.ipynb", _notebook("x"), ""),
        ("bar_notation.ipynb", _notebook(), ""),
        ("bar_notation.ipynb.txt", json.dumps(json.loads(_notebook("x"))).encode(), ""),
    ],
)
def test_who_handed_in_nothing_that_can_be_graded_is_named(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    files = {f"{n}_9_assignsubmission_file_/bar_notation.ipynb": _notebook("x") for n in ("bob", "cem")}
    result = _collect(tmp_path, files | {f"ada_9_assignsubmission_file_/{name}": data}, ["ada", "bob", "cem"])
    assert list(result.unusable) == (["ada"] if why else [])
    assert not why or [line for line in result.lines() if why in line and line.endswith(": 1 (ada).")]
    assert result.complete is not bool(why)
