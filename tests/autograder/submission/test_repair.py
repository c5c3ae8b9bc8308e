"""A damaged notebook is graded as its intact twin where the answer is there; otherwise that question is 0."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.submission.read_notebook import UnreadableError, read_notebook
from autograder.submission.repair import repair
from tests.grading_tools import (
    FakeSession,
    cell,
    cell_of,
    grade,
    grade_bytes,
    index_of,
    plan,
    points,
    released,
    solved,
    text_of,
)

FULL = {"test_linear": 1.0, "test_relu": 1.0, "test_forward": 3.0, "test_repeats": 2.0, "test_dl_dv_cached": 2.0,
        "test_numerical_gradient": 3.0, "test_logistic_forward_values": 2.0, "test_logistic_forward_stable": 1.0}  # fmt: skip
Damage = Callable[[dict[str, Any]], None]


def duplicated(document: dict) -> None:
    document["cells"].insert(index_of(document, "relu"), dict(cell_of(document, "relu")))


def copy_without_answer_after(document: dict) -> None:
    blank = dict(cell_of(json.loads(released()), "relu"))
    document["cells"].insert(index_of(document, "relu") + 1, blank)


def all_duplicated(document: dict) -> None:
    document["cells"] = [twin for one in document["cells"] for twin in (one, json.loads(json.dumps(one)))]


def split_with_marks(document: dict) -> None:
    _split(document, keep=True)


def split_without_marks(document: dict) -> None:
    _split(document, keep=False)


def _split(document: dict, keep: bool) -> None:
    whole = cell_of(document, "forward")
    lines = text_of(whole).split("\n")
    cut = next(n for n, line in enumerate(lines) if line.strip().startswith("return") or "=" in line)
    rest = json.loads(json.dumps(whole))
    whole["source"], rest["source"] = "\n".join(lines[:cut]), "\n".join(lines[cut:])
    rest.pop("id", None)
    if not keep:
        rest["metadata"] = {}
    document["cells"].insert(document["cells"].index(whole) + 1, rest)


def test_cells_deleted(document: dict) -> None:
    document["cells"] = [c for c in document["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]


def locked_cells_deleted(document: dict) -> None:
    document["cells"] = [c for c in document["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]


def prose_deleted(document: dict) -> None:
    document["cells"] = [c for c in document["cells"] if c["cell_type"] == "code"]


def retyped_to_markdown(document: dict) -> None:
    found = cell_of(document, "relu")
    found["cell_type"] = "markdown"
    found.pop("outputs"), found.pop("execution_count")


def retyped_to_raw_without_mark(document: dict) -> None:
    retyped_to_markdown(document)
    found = cell_of(document, "relu")
    found |= {"cell_type": "raw", "metadata": {}, "id": "other"}


def fenced_in_markdown(document: dict) -> None:
    retyped_to_markdown(document)
    found = cell_of(document, "relu")
    found["source"] = f"```python\n{text_of(found)}\n```"


def test_cell_retyped(document: dict) -> None:
    cell_of(document, "test_relu")["cell_type"] = "raw"


def renamed(document: dict) -> None:
    for one in document["cells"]:
        if "nbgrader" in one["metadata"]:
            one["metadata"]["nbgrader"]["grade_id"] = "cell-" + one["metadata"]["nbgrader"]["grade_id"][::-1]


def renamed_and_new_ids(document: dict) -> None:
    renamed(document)
    for number, one in enumerate(document["cells"]):
        one["id"] = f"new-{number}"


def marks_missing(document: dict) -> None:
    for one in document["cells"]:
        one["metadata"] = {}


def marks_and_ids_missing(document: dict) -> None:
    for one in document["cells"]:
        one["metadata"] = {}
        one.pop("id", None)


def marks_are_rubbish(document: dict) -> None:
    for number, one in enumerate(document["cells"]):
        one["metadata"] = [[], None, {"nbgrader": 7}, {"nbgrader": {"grade_id": ["x"]}}, "x"][number % 5]


def locked_edited(document: dict) -> None:
    cell_of(document, "setup")["source"] = "import numpy as np\nprint('mine')"


def test_edited(document: dict) -> None:
    for one in document["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade"):
            one["source"] = "999"


def points_edited(document: dict) -> None:
    cell_of(document, "test_relu")["metadata"]["nbgrader"]["points"] = 1000


def answer_in_the_test_cell(document: dict) -> None:
    answer = text_of(cell_of(document, "relu"))
    cell_of(document, "relu")["source"] = text_of(cell_of(json.loads(released()), "relu"))
    cell_of(document, "test_relu")["source"] = answer + "\n\ncheck('relu')"


def answer_in_a_cell_of_their_own(document: dict) -> None:
    answer = text_of(cell_of(document, "relu"))
    cell_of(document, "relu")["source"] = text_of(cell_of(json.loads(released()), "relu"))
    document["cells"].insert(index_of(document, "relu"), cell("code", answer))


def answer_cell_deleted_answer_elsewhere(document: dict) -> None:
    answer = text_of(cell_of(document, "relu"))
    where = index_of(document, "relu")
    del document["cells"][where]
    document["cells"].append(cell("code", answer))


def shuffled(document: dict) -> None:
    document["cells"] = document["cells"][::-1]


def extra_cells(document: dict) -> None:
    document["cells"].insert(3, cell("code", "%matplotlib inline\nscratch = 1\n!ls"))
    document["cells"].insert(1, cell("code", "1 / 0"))


def no_cell_ids(document: dict) -> None:
    document["nbformat_minor"] = 4
    for one in document["cells"]:
        one.pop("id", None)


def minor_9(document: dict) -> None:
    document["nbformat_minor"] = 9
    document["cells"][0]["something_new"] = {"x": 1}


def major_5(document: dict) -> None:
    document |= {"nbformat": 5, "nbformat_minor": 0, "kernel": {}}


def version_missing(document: dict) -> None:
    for name in ("nbformat", "nbformat_minor", "metadata"):
        document.pop(name)


def version_3(document: dict) -> None:
    cells = document.pop("cells")
    for one in cells:
        if one["cell_type"] == "code":
            one |= {"input": one.pop("source"), "language": "python", "prompt_number": 1, "collapsed": False}
            one.pop("execution_count")
    document |= {"worksheets": [{"cells": cells, "metadata": {}}], "nbformat": 3, "nbformat_minor": 0}


def windows_line_ends(document: dict) -> None:
    for one in document["cells"]:
        one["source"] = text_of(one).replace("\n", "\r\n")


def half_surrogates(document: dict) -> None:
    document["cells"].insert(0, cell("markdown", "a \ud800 half"))
    document["cells"].insert(0, cell("code", "x = '\udfff'"))


def outputs_of_any_kind(document: dict) -> None:
    long = [{"output_type": "stream", "name": "stdout", "text": "x" * 10**6}]
    for number, one in enumerate(c for c in document["cells"] if c["cell_type"] == "code"):
        one["outputs"] = [long, None, 5, ["x"]][number % 4]


DAMAGES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__annotations__", {})
           .get("document") == "dict" and not value.__name__.startswith("_")]  # fmt: skip
SILENT = {  # nothing has to be told: nothing of the plan was touched
    "prose_deleted", "extra_cells", "no_cell_ids", "minor_9", "major_5", "version_missing", "version_3",
    "points_edited", "windows_line_ends", "half_surrogates", "outputs_of_any_kind",
}  # fmt: skip
for damage in DAMAGES:
    damage.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_graded_as_its_intact_twin(damage: Damage) -> None:
    document = solved()
    damage(document)
    record = grade(document)
    assert points(record) == FULL, [g.problem for g in record.notebooks[0].grades.values()]
    assert bool(record.notebooks[0].repairs) == (damage.__name__ not in SILENT), record.notebooks[0].repairs
    made = nbformat.reads(record.notebooks[0].document, as_version=4)
    nbformat.validate(made)
    names = [c.metadata.nbgrader.grade_id for c in made.cells if "nbgrader" in c.metadata]
    assert names == [c.grade_id for c in plan().notebooks[0].managed]
    for text in record.notebooks[0].repairs:
        assert re.sub(r"\\(.)", r"\1", made.cells[0].source).count(text) == 1


ENCODINGS = {
    "utf-8 with BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16 with BOM": lambda text: text.encode("utf-16"),
    "utf-16-le without BOM": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "CRLF": lambda text: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode(),
    "text after its end": lambda text: text.encode() + b"\n<<<<<<< HEAD\n\x00\x00rubbish",
    "text before its start": lambda text: b"Content-Type: text/plain\r\n\r\n" + text.encode(),
    "a list of cells": lambda text: json.dumps(json.loads(text)["cells"]).encode(),
    "the contents API's form": lambda text: json.dumps({"type": "notebook", "content": json.loads(text)}).encode(),
}


@pytest.mark.parametrize("how", ENCODINGS)
def test_other_encodings(how: str) -> None:
    data = ENCODINGS[how](json.dumps(solved(), ensure_ascii=False))
    assert points(grade_bytes({"forward_graph.ipynb": data})) == FULL


def test_deleted_answer_is_0_with_the_reason() -> None:
    document = solved()
    del document["cells"][index_of(document, "relu")]
    record = grade(document)
    assert points(record) == FULL | {"test_relu": 0.0}
    found = record.notebooks[0].grades["test_relu"]
    assert "is missing" in found.problem
    assert "is missing" in found.text
    assert record.notebooks[0].comments["relu"] == found.problem


def test_a_hole_in_the_file_costs_one_question() -> None:
    """JSON that is broken inside one cell: all the others are graded."""
    text = json.dumps(solved(), indent=1)
    at = text.index('"id": "relu"')
    record = grade_bytes({"forward_graph.ipynb": (text[:at] + "<<<<<<< HEAD" + text[at:]).encode()})
    assert points(record) == FULL | {"test_relu": 0.0}
    assert "damaged" in record.notebooks[0].grades["test_relu"].problem
    assert any("damaged" in note for note in record.notebooks[0].repairs)


def test_a_truncated_file_keeps_what_came_before() -> None:
    text = json.dumps(solved(), indent=1)
    cut = text.index('"id": "repeats"')
    got = points(grade_bytes({"forward_graph.ipynb": text[:cut].encode()}))
    assert got["test_linear"] == 1.0
    assert got["test_numerical_gradient"] == 0.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.4", "PDF"),
        (b"<html><body>Not found</body></html>", "web page"),
        (b"{}", "no list of cells"),
        (b"[]", "no cells"),
        (b"3", "not a notebook"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": [1, 2, null]}', "no cells"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"cells":[' + b'{"cell_type":"raw","source":"x"},' * 6000 + b"{}]}", "far more"),
        (b'{"x": ' + b"9" * 10_000 + b"}", "cannot be read"),
    ],
)
def test_unreadable_with_its_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_notebook(data)
    assert words in str(caught.value)
    record = grade_bytes({"forward_graph.ipynb": data})
    assert record.quarantine == str(caught.value)
    assert set(points(record).values()) == {0.0}
    assert all(g.review for g in record.notebooks[0].grades.values())
    nbformat.validate(nbformat.reads(record.notebooks[0].document, as_version=4))


def test_untouched_release_is_0_without_running_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSession, "__init__", lambda self: pytest.fail("something was run"))
    record = grade(json.loads(released()))
    assert set(points(record).values()) == {0.0}
    assert all("not written yet" in g.problem for g in record.notebooks[0].grades.values())


def test_what_only_shows_is_not_run_unless_asked() -> None:
    mended = repair(read_notebook(json.dumps(solved()).encode()), plan().notebooks[0])
    shows = [c for c in mended.cells if c.plan and c.plan.shows]
    assert shows
    assert all(c.run is None for c in shows)
    asked = repair(read_notebook(json.dumps(solved()).encode()), plan().notebooks[0], show_cells=True)
    assert all(c.run for c in asked.cells if c.plan and c.plan.shows)


def test_no_test_cell_of_ours_runs() -> None:
    mended = repair(read_notebook(json.dumps(solved()).encode()), plan().notebooks[0])
    assert all(c.run is None for c in mended.cells if c.plan and c.plan.exercise)


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["forward_graph (1).ipynb", "Untitled.ipynb", "my work/forward_graph-Copy1.ipynb"])
def test_renamed_notebook(name: str) -> None:
    record = grade_bytes({name: json.dumps(solved()).encode()})
    assert points(record) == FULL
    assert any(name in note for note in record.notes)


def test_untouched_original_beside_the_copy_with_the_answers() -> None:
    files = {"forward_graph.ipynb": released().encode(), "forward_graph-Copy1.ipynb": json.dumps(solved()).encode()}
    record = grade_bytes(files)
    assert points(record) == FULL
    assert any("Copy1" in note and "no answer" in note for note in record.notes)


def test_extra_notebook_is_told_and_not_graded() -> None:
    other = released("02_bar_notation", "bar_notation").encode()
    record = grade_bytes({"forward_graph.ipynb": json.dumps(solved()).encode(), "diary.ipynb": other})
    assert points(record) == FULL
    assert record.notes == ["diary.ipynb: It is another notebook of the course, 02_bar_notation/bar_notation."]


def test_the_whole_courses_folder_is_said_in_one_sentence() -> None:
    other = released("02_bar_notation", "bar_notation").encode()
    start = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    files = {
        "01/forward_graph.ipynb": json.dumps(solved()).encode(),
        "02/bar_notation.ipynb": other,
        "03/b.ipynb": other,
    }
    record = grade_bytes(files | {"00/start.ipynb": json.dumps(start).encode()})
    assert points(record) == FULL
    assert [note for note in record.notes if "01/" not in note] == [
        "Notebooks that are not of this assignment were not graded: 00/start.ipynb, 02/bar_notation.ipynb, 03/b.ipynb."
    ]


@pytest.mark.parametrize("name", ["forward_graph.ipynb", "bar_notation.ipynb"])
def test_another_notebook_of_the_course_waits_for_a_person(name: str) -> None:
    """It is not graded as forty deleted cells."""
    record = grade_bytes({name: released("02_bar_notation", "bar_notation").encode()})
    assert record.quarantine.endswith("It is another notebook of the course, 02_bar_notation/bar_notation.")
    assert all(grade.review for grade in record.notebooks[0].grades.values())
    assert "could be graded" in json.loads(record.notebooks[0].document)["cells"][0]["source"]


def test_broken_original_beside_a_good_copy() -> None:
    files = {"forward_graph.ipynb": b"{", "copy.ipynb": json.dumps(solved()).encode()}
    assert points(grade_bytes(files)) == FULL


def test_nothing_handed_in_but_a_picture() -> None:
    record = grade_bytes({}, others={"photo.jpg": b"x"})
    assert record.quarantine == "No notebook of this assignment was handed in. Found: photo.jpg."
    assert set(points(record).values()) == {0.0}


def test_who_handed_in_only_wrong_files_reads_what_to_hand_in() -> None:
    """Not what the grader copies where: that is for the instructor."""
    job = Job("ada", plan(), "key", b"seed", {}, files={"homework1.pdf": b"x"}, notes=("Only data is copied.",))
    record = grade_submission(job, lambda _: FakeSession())
    assert "Only data is copied." in record.quarantine
    (notebook,) = record.notebooks
    assert set(notebook.comments.values()) == {"You handed in homework1.pdf; hand in forward_graph.ipynb."}
    assert "hand in forward\\_graph.ipynb." in json.loads(notebook.document)["cells"][0]["source"]
    assert "Only data" not in notebook.document
