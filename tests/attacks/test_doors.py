"""Attempts that go through the ordinary doors: names, links and stamps in submitted/, and hidden tests read afterwards."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import api
from autograder import cell as graded_cell
from barprop.exercises import EXERCISES
from tests import needs
from tests.grading_tools import call, cell, cell_of, hand_in, make_course, own_answers, own_source, scores, solved


def test_names_links_and_stamps(tmp_path: Path) -> None:
    needs.sandbox()
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    for student in ("ada", "=1+1", ".eve", "line\nend"):
        hand_in(course, student, "ps1/p1", own_answers())
    (course / "submitted" / "thief").symlink_to("ada")
    late = hand_in(course, "late", "ps1/p1", own_answers())
    late.with_name("timestamp.txt").write_text("1970-01-01 00:00:00 UTC")
    done = call(course, "autograder", "grade", "ps1", check=False)
    assert "begins with a dot: .eve." in done.stderr
    (thief,) = [line for line in done.stdout.splitlines() if "quarantine: thief: " in line]
    assert "The submission's folder is a link" in thief
    assert "late: timestamp.txt says 1970-01-01, before this course existed; no lateness is counted." in done.stdout
    found = {key[0]: value[0] for key, value in scores(course).items() if key[-1] == "test_square"}
    assert found == {"ada": 2.0, "=1+1": 2.0, "line\nend": 2.0, "late": 2.0, "thief": 0.0}
    for words in ([], ["--exercises"]):
        call(course, "autograder", "export", "ps1", "--to", "grades.csv", *words)
        with (course / "grades.csv").open(newline="") as file:
            cells = [text for row in csv.reader(file) for text in row]
        assert "'=1+1" in cells
        assert not [text for text in cells if text[:1] in "=@+" and text[:1]]


READ_BACK = """
import linecache, sys, gc
ip = get_ipython()
seen = [*In, str(ip.last_execution_result), ip.last_source, *globals().values(), str(linecache.cache)]
traceback = getattr(sys, "last_traceback", None)
while traceback:
    seen.append(repr(traceback.tb_frame.f_code.co_consts)); traceback = traceback.tb_next
text = " ".join(map(str, seen))
print("FOUND" if "negative" + " numbers" in text else "nothing")
"""


@pytest.mark.parametrize("body", ["    return x * x", "    return abs(x) * x"], ids=["right", "wrong"])
def test_a_later_cell_finds_no_hidden_test(tmp_path: Path, body: str) -> None:
    needs.sandbox()
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    document = own_answers(body)
    document["cells"].insert(document["cells"].index(cell_of(document, "test_square")) + 1, cell("code", READ_BACK))
    hand_in(course, "eve", "ps1/p1", document)
    call(course, "autograder", "grade", "ps1")
    made = json.loads((course / "autograded/eve/ps1/p1.ipynb").read_text())
    (shown,) = [one for one in made["cells"] if "linecache" in "".join(one["source"])]
    assert [output.get("text") or output for output in shown["outputs"]] == ["nothing\n"]


def test_where_stock_nbgrader_grades_it_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody takes our configuration away: check() and the hidden line of a test cell then run in the student's kernel."""
    check_module = sys.modules["barprop.check"]  # the package's own `check` is the function
    monkeypatch.setattr(graded_cell, "notebook_names", dict)
    monkeypatch.setattr(check_module, "notebook_names", dict)
    monkeypatch.setattr(check_module, "_printed", set())
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert graded_cell.grade("test_linear") == 0.0
    assert "in the open" not in capsys.readouterr().out
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check_module.check("linear") == 0.0
    assert capsys.readouterr().out.count("Graded by stock nbgrader, in the open") == 1
    assert graded_cell.grade("test_linear") == 0.0
    assert "in the open" not in capsys.readouterr().out


BORROWED = {
    "bar_v": "from barprop.numerics.layer_steps import inner as bar_v",
    "bar_w": "from barprop.numerics import layer_steps\nbar_w = layer_steps.product",
    "relu": "from barprop import relu",
    "SoftmaxCrossEntropy": "from barprop.fixtures.networks import NudgedLoss as SoftmaxCrossEntropy",
}


@pytest.mark.parametrize("name", BORROWED)
def test_what_the_course_hands_out_is_no_answer(name: str) -> None:
    """Neither to the check in the notebook, nor when it is graded."""
    names: dict[str, Any] = dict(api.references())
    exec(BORROWED[name], names)
    for hidden in (False, True):
        for verdict in api.judge(name, names, hidden=hidden).values():
            assert verdict.points == 0
            assert f"{name} is barprop's own" in verdict.problem
    needs.sandbox()
    assignment, notebook = EXERCISES[name].notebook.split("/")
    document = solved(assignment, notebook)
    cell_of(document, name)["source"] = BORROWED[name]
    record = api.grade(assignment, {f"{notebook}.ipynb": json.dumps(document).encode()})
    grades = [grade for grade in record.notebooks[0].grades.values() if grade.exercise == name]
    assert [grade.points for grade in grades] == [0.0] * len(grades)
    assert grades
