"""Submissions and courses as public bug reports describe them, each with its kin."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from nbgrader.converters import NbGraderException

from autograder import __main__ as main
from autograder import api
from autograder.assignment import AssignmentPlan, NotebookPlan, PlanCell
from autograder.commands import handout
from autograder.gradebook.released import _notebook
from autograder.plugin.grading import check_name
from autograder.reports.csv_file import spreadsheet_safe
from autograder.sandbox import Sandbox
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.seeds import SecretError, course_secret
from autograder.submission.read_folder import read_submission
from autograder.submission.read_notebook import read_notebook
from autograder.submission.read_release import read_cells
from autograder.submission.timestamp import read_time
from tests import needs
from tests.grading_tools import cell, cell_of, grade, grade_bytes, notebook, points, released, solved

# --- damage -----------------------------------------------------------------------------------


def _conflict(text: str, key: str, other: str, marks: str = "HEAD") -> str:
    """Every line with a key in conflict with another line, as Git leaves it."""

    def both(match: re.Match[str]) -> str:
        return f"<<<<<<< {marks}\n{match[0]}=======\n{match[1]}{other}\n>>>>>>> theirs\n"

    return re.sub(rf'^(\s*)"{key}":.*\n', both, text, flags=re.MULTILINE)


_BASE = re.compile(r"^=======$", re.MULTILINE)
DAMAGE = {
    "conflicts in execution counts": lambda t: _conflict(t, "execution_count", '"execution_count": 99,'),
    "three-way conflicts": lambda t: _BASE.sub("||||||| base\n\"execution_count\": 7,\n=======",
                                               _conflict(t, "execution_count", '"execution_count": 99,')),
    "the upper side is damaged": lambda t: _conflict(t, "execution_count", '"execution_count": 99,')
        .replace('"execution_count": null,', '"execution_count": null,,,', 0),
    "a comma before a bracket": lambda t: re.sub(r"\}\n \],", "},\n ],", t, count=1),
    "commas missing between cells": lambda t: t.replace("},\n", "}\n", 5),
    "commas missing between lines": lambda t: t.replace(',\n    "', '\n    "', 5),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_common_damage_costs_nothing(kind: str) -> None:
    right = json.dumps(_as_lines(solved()), indent=1)
    damaged = DAMAGE[kind](right)
    assert damaged != right
    record = grade_bytes({"forward_graph.ipynb": damaged.encode()})
    assert points(record) == points(grade_bytes({"forward_graph.ipynb": right.encode()}))
    assert sum(v or 0 for v in points(record).values()) > 0
    assert any("corrected" in note or "conflict" in note for note in record.notebooks[0].repairs)


def _as_lines(document: dict[str, Any]) -> dict[str, Any]:
    for one in document["cells"]:
        one["source"] = "".join(one["source"]).splitlines(keepends=True)
    return document


def test_text_that_looks_like_a_conflict_stays_in_a_string() -> None:
    document = solved()
    cell_of(document, "linear")["source"] += "\n# [1, 2,]\n# <<<<<<< HEAD\n"
    text = json.dumps(document).replace("\\u", "\\u").replace('"nbformat": 4', '"nbformat": 4,', 1)
    reading = read_notebook(text.encode())
    assert any("[1, 2,]\n# <<<<<<< HEAD" in cell.source for cell in reading.cells)


# --- time stamps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-01 10:01:00.000000 PST", "2026-12-01 18:01:00"),
        ("2026-12-01 10:01:00 CET", "2026-12-01 09:01:00"),
        ("2026-12-01 10:01:00 -0800", "2026-12-01 18:01:00"),
        ("2026-12-01 10:01:00 +02", "2026-12-01 08:01:00"),
        ("2026-12-01 10:01:00 UTC+2", "2026-12-01 08:01:00"),
        ("2026-07-01 10:01:00 Europe/Berlin", "2026-07-01 08:01:00"),
        ("2026-12-01T10:01:00Z", "2026-12-01 10:01:00"),
        ("2026-12-01 10:01:00 UTC", "2026-12-01 10:01:00"),
        ("2026-12-01 10:01:00", "2026-12-01 10:01:00"),
    ],
)
def test_a_time_stamp_is_read_in_its_zone(text: str, utc: str) -> None:
    assert str(read_time(text)) == utc


@pytest.mark.parametrize("text", ["2026-12-01 10:01:00 IST", "2026-12-01 10:01:00 XYZ", "2026-12-01 10:01 Mars/Base",
                                  "2026-12-01 10:01:00.000000 -28800", "yesterday", "9" * 60])  # fmt: skip
def test_a_time_stamp_that_is_not_sure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        read_time(text)


# --- the way in and out -----------------------------------------------------------------------


def test_cells_of_a_release_have_the_ids_that_are_written_there_and_no_others(tmp_path: Path) -> None:
    content = json.loads(released())
    first, second, third, *_ = content["cells"]
    second["id"] = first["id"]
    del third["id"]
    path = tmp_path / "release.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    cells = read_cells(path)
    assert [cell.get("id") for cell in cells[:3]] == [first["id"], None, None]
    assert [cell.source for cell in cells] == ["".join(cell["source"]) for cell in content["cells"]]


def test_a_handout_is_made_from_source_even_where_the_release_was_worked_in(tmp_path, monkeypatch, capsys) -> None:
    edited = tmp_path / "notebooks"
    (edited / "01_forward_graph").mkdir(parents=True)
    (edited / "01_forward_graph" / "forward_graph.ipynb").write_text(json.dumps(solved()))
    (edited / "01_forward_graph" / "my notes.txt").write_text("42")
    monkeypatch.setattr(handout, "RELEASE", edited)
    assert main.main(["handout", "01_forward_graph", "--to", str(tmp_path / "h.zip")]) == 0
    assert "differs from what source/ makes" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "h.zip") as file:
        assert not [name for name in file.namelist() if "my notes" in name]
        given = json.loads(file.read("backprop/notebooks/01_forward_graph/forward_graph.ipynb"))
    assert "NotImplementedError" in "".join(cell_of(given, "linear")["source"])


def test_files_dated_before_1980_are_packed(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("old")
    os.utime(old, (0, 0))
    handout._write(tmp_path / "h.zip", [(old, "old.txt")], 1)
    with zipfile.ZipFile(tmp_path / "h.zip") as file:
        assert file.read("backprop/old.txt") == b"old"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_a_formula_is_no_formula_in_a_spreadsheet(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"
    assert spreadsheet_safe("ada") == "ada"
    assert spreadsheet_safe(-1.5) == -1.5


def test_the_exporter_neutralises_every_name(tmp_path: Path) -> None:
    from nbgrader.coursedir import CourseDirectory

    from autograder.gradebook.database import open_gradebook
    from autograder.plugin.quoted_csv import QuotedCsv

    with open_gradebook(CourseDirectory(db_url=f"sqlite:///{tmp_path}/g.db")) as gradebook:
        gradebook.add_assignment("=ps1")
        gradebook.add_student("=1+1", first_name="@x", last_name="-y", email="+z")
        plugin = QuotedCsv()
        plugin.to = str(tmp_path / "e.csv")
        plugin.export(gradebook)
    rows = list(csv.reader(io.StringIO((tmp_path / "e.csv").read_text())))
    assert rows[1][0] == "'=ps1"
    assert rows[1][3:7] == ["'=1+1", "'-y", "'@x", "'+z"]


@pytest.mark.parametrize("name", ["lab [1]", "hw+1", "a*b", "why?", " ps1", "../ps1", ""])
def test_a_name_that_nbgrader_cannot_handle_is_one_sentence(name: str) -> None:
    with pytest.raises(NbGraderException) as caught:
        check_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ps1", "Blatt 1", "übung-1", "hw_1.2"])
def test_ordinary_names_pass(name: str) -> None:
    check_name(name)


def test_a_second_instructor_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    course_secret(tmp_path, shared=True)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o660
    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(SecretError, match=r"chmod g\+r .*AUTOGRADER_SECRET"):
        course_secret(tmp_path)


def test_a_report_is_printed_where_the_terminal_cannot_show_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", narrow)
    monkeypatch.setitem(main.COMMANDS, "doctor", (__name__, "says a name"))
    assert main.main(["doctor"]) == 0
    narrow.flush()
    assert narrow.buffer.getvalue() == b"?\n"  # type: ignore[attr-defined]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For the test above: a command without options."""


def run(args: argparse.Namespace) -> int:
    """For the test above: print a name in Chinese."""
    print("李")
    return 0


# --- kernels ----------------------------------------------------------------------------------


class _Known:
    """A notebook as the gradebook knows it."""

    name, grade_cells, task_cells, solution_cells, source_cells = "p1", (), (), (), ()

    def __init__(self, spec: dict[str, str]) -> None:
        self.kernelspec = json.dumps(spec)


class _Nowhere:
    release_directory, source_directory = "release", "source"

    def format_path(self, *_: Any, **__: Any) -> str:
        return "/nowhere"


@pytest.mark.parametrize("spec", [{"name": "conda-env-teach-py", "language": "python"}, {"name": "python3"},
                                  {"name": "venv", "language": "Python"}, {}])  # fmt: skip
def test_a_python_notebook_is_told_by_its_language(spec: dict[str, str]) -> None:
    assert _notebook(_Nowhere(), _Known(spec), "ps1", ("a", "b")).name == "p1"  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [{"name": "ir", "language": "R"}, {"name": "python3", "language": "julia"},
                                  {"name": "xcpp17"}])  # fmt: skip
def test_another_language_is_refused(spec: dict[str, str]) -> None:
    with pytest.raises(NbGraderException, match="only Python notebooks"):
        _notebook(_Nowhere(), _Known(spec), "ps1", ("a", "b"))  # type: ignore[arg-type]


# --- in the sandbox, as the notebook ran for the student --------------------------------------


def _cell_of_own(source: str, below: str = "linear") -> dict[str, Any]:
    """A perfect submission with one answer taken out of its cell and written into a cell of the student's own."""
    document = solved()
    index = next(
        i for i, c in enumerate(document["cells"]) if c["metadata"].get("nbgrader", {}).get("grade_id") == below
    )
    answer = "".join(document["cells"][index]["source"])
    given = json.loads(released())
    document["cells"][index]["source"] = cell_of(given, below)["source"]
    document["cells"].insert(index + 1, cell("code", source.replace("ANSWER", answer)))
    return document


OWN_CELLS = {
    "a cell magic": "%%time\nANSWER",
    "exec of a text": "exec('''ANSWER''')",
    "a shell line above": "!ls\nANSWER",
    "pip above": "%pip install numpy\nANSWER",
    "a list from the shell": "files = !ls\nANSWER",
    "every expression shown": "get_ipython().ast_node_interactivity = 'all'\nANSWER",
    "NumPy's warnings as errors": "import numpy as np\nnp.seterr(all='raise')\nANSWER",
}


@pytest.mark.parametrize("kind", OWN_CELLS)
def test_an_answer_in_a_cell_of_the_students_own_counts(kind: str) -> None:
    needs.sandbox()
    document = _cell_of_own(OWN_CELLS[kind])
    record = api.grade("01_forward_graph", {"forward_graph.ipynb": json.dumps(document).encode()})
    grades = record.notebooks[0].grades
    assert {name: g.points for name, g in grades.items()} == {name: g.max_points for name, g in grades.items()}


def test_a_shell_cell_is_said_not_to_be_run() -> None:
    needs.sandbox()
    document = solved()
    document["cells"].insert(1, cell("code", "%%bash\nls"))
    record = api.grade("01_forward_graph", {"forward_graph.ipynb": json.dumps(document).encode()})
    assert "Shell commands are not run" in record.notebooks[0].document
    assert all(g.points == g.max_points for g in record.notebooks[0].grades.values())


def test_a_figure_that_is_still_open_is_shown() -> None:
    needs.sandbox()
    document = solved()
    document["cells"].insert(2, cell("code", "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);"))
    record = api.grade("01_forward_graph", {"forward_graph.ipynb": json.dumps(document).encode()})
    assert '"image/png"' in record.notebooks[0].document


@pytest.mark.parametrize("name", ["forward_graph.ipynb.json", "forward_graph.ipynb.txt", "Forward_Graph.IPYNB"])
def test_a_notebook_with_another_ending_is_graded(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(solved()))
    taken = read_submission(tmp_path)
    assert set(taken.notebooks) == {name}
    found = points(grade_bytes(taken.notebooks))
    assert sum(v or 0 for v in found.values()) == sum(v or 0 for v in points(grade(solved())).values())


def test_the_fuller_copy_is_graded() -> None:
    bare = json.loads(released())
    cell_of(bare, "linear")["source"] = cell_of(solved(), "linear")["source"]
    files = {"forward_graph.ipynb": bare, "forward_graph-Copy1.ipynb": solved()}
    record = grade_bytes({name: json.dumps(document).encode() for name, document in files.items()})
    assert points(record) == points(grade(solved()))
    assert any("holds fewer answers (1)" in note for note in record.notes)
    swapped = {"forward_graph.ipynb": solved(), "forward_graph-Copy1.ipynb": bare}
    record = grade_bytes({name: json.dumps(document).encode() for name, document in swapped.items()})
    assert points(record) == points(grade(solved()))
    assert any("is another copy of forward_graph.ipynb" in note for note in record.notes)


def test_answers_lost_to_damage_wait_for_a_person() -> None:
    text = json.dumps(_as_lines(solved()), indent=1)
    place = text.index('"grade_id": "relu"')
    broken = text[:place] + '"grade_id": "relu" %%% {{{' + text[place + 20 :]
    grades = grade_bytes({"forward_graph.ipynb": broken.encode()}).notebooks[0].grades
    assert any(g.points == 0 and g.review for g in grades.values())


def _own(test: str, most: float, answer: str = "def f(x):\n    return x", below: str = "") -> Any:
    """The grades of an instructor's own cells; `below` is a text of the student's own under an untouched answer."""
    document = notebook(
        cell("code", answer, grade_id="f", solution=True),
        cell("code", test, grade_id="check_f", grade=True, locked=True, points=most),
        cell("markdown", "Write here.", grade_id="essay", grade=True, solution=True, points=3),
        *[cell("markdown", below)] * bool(below),
    )
    cells = [PlanCell(c["metadata"].get("nbgrader", {}).get("grade_id", ""), "", c["cell_type"], c["source"], c["source"],
                      points=float(c["metadata"].get("nbgrader", {}).get("points", 0)),
                      grade="points" in c["metadata"].get("nbgrader", {}), solution=c["metadata"].get("nbgrader", {}).get("solution", False),
                      locked=c["metadata"].get("nbgrader", {}).get("locked", False))
             for c in document["cells"][:3]]  # fmt: skip
    return grade(document, AssignmentPlan("ps1", (NotebookPlan("p1", tuple(cells)),))).notebooks[0].grades


def test_points_a_hair_above_the_most_are_the_most() -> None:
    assert _own("1.1 * (f(1) == 1) + 2.2 * (f(2) == 2)", 3.3)["check_f"].points == 3.3
    above = _own("1.2 * (f(1) == 1) + 2.2 * (f(2) == 2)", 3.3)["check_f"]
    assert above.points == 0
    assert above.review


def test_text_below_an_untouched_written_answer_waits_for_a_person() -> None:
    untouched, written = (_own("f(1)", 1.0, below=text)["essay"] for text in ("", "Because."))
    assert (untouched.points, untouched.review) == (0, False)
    assert written.points is None


def test_files_keep_their_folders_and_kept_files_count() -> None:
    needs.sandbox()
    cells = (PlanCell("f", "", "code", "# YOUR CODE", solution=True),
             PlanCell("check_f", "", "code", "f()", "f()", grade=True, locked=True, points=5.0))  # fmt: skip
    given = {"data/numbers.txt": b"2", "helper.py": b"def two(): return 0"}
    plan = AssignmentPlan("ps1", (NotebookPlan("p1", cells),), given)
    source = "from helper import two\ndef f():\n    return int(open('data/numbers.txt').read()) + two()"
    document = notebook(
        cell("code", source, grade_id="f", solution=True),
        cell("code", "f()", grade_id="check_f", grade=True, locked=True, points=5),
    )
    for kept, right in (((), 2.0), (("helper.py",), 5.0)):
        job = Job("ada", plan, "key", b"seed", {"p1.ipynb": json.dumps(document).encode()},
                  files={"helper.py": b"def two(): return 3", "data/numbers.txt": b"9"}, kept=kept)  # fmt: skip
        with Sandbox(job.limits) as sandbox:
            made = grade_submission(job, lambda files, s=sandbox, j=job: s.session(j.limits, files))
        assert made.notebooks[0].grades["check_f"].points == right
