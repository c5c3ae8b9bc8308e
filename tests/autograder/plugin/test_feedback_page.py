"""The feedback page: what it says, what it never holds, and how large it gets."""

from __future__ import annotations

import base64
import io
import json
import random
import re
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from autograder.plugin.feedback_content import content_of
from autograder.plugin.feedback_page import render
from autograder.plugin.formulas import mathml
from autograder.plugin.students_html import harmless
from autograder.samples import wrong
from barprop.exercises import NOTEBOOKS, TESTS, in_notebook
from tests.grading_tools import cell, cell_of, grade, grade_bytes, own_answers, own_source, plan, released, solved


def png(side: int) -> str:
    """A picture of noise, which nothing can make smaller: a little more than `side` * `side` bytes."""
    made = io.BytesIO()
    Image.frombytes("L", (side, side), random.Random(side).randbytes(side * side)).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


def page_of(document: dict[str, Any], scores: dict[str, float] | None = None, **facts: Any) -> str:
    """Grade a submission of notebook 01 and make its page; `scores` are what the gradebook says."""
    return page_from(grade(document).notebooks[0].document, scores, **facts)


def page_from(graded: str, scores: dict[str, float] | None = None, /, **facts: Any) -> str:
    notebook = harmless(nbformat.reads(graded, as_version=4))
    for one in notebook.cells:
        found = one.metadata.get("nbgrader", {})
        if found.get("grade_id") in (scores or {}):
            found["score"] = scores[found["grade_id"]]
    return render(content_of(notebook), {"notebook": "forward_graph", **facts})


def tree_of(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def section(page: str, name: str) -> Any:
    return tree_of(page).find(id=name)


def wrong_linear() -> dict[str, Any]:
    document = solved()
    cell_of(document, "linear")["source"] = "def linear(w, x):\n    # mine\n    return w * x"
    cell_of(document, "relu")["source"] = "def relu(z):\n    return abs(z)"
    return document


def test_the_summary_comes_first_and_leads_to_what_is_wrong() -> None:
    page = page_of(wrong_linear())
    tree = tree_of(page)
    links = [a.get("href") for a in tree.select(".next a")]
    assert links[:2] == ["#linear", "#relu"]
    assert {a.get("href")[1:] for a in tree.select("nav a")} == {
        TESTS[name][0].name for name in TESTS if TESTS[name][0].assignment == "01_forward_graph"
    }
    assert page.index("What to mend next") < page.index("<section")


def test_what_to_mend_next_comes_with_its_hint() -> None:
    page = page_of(wrong_linear())
    first = tree_of(page).select(".next li")[0]
    hint = section(page, "linear").select("details.hint p")[0].get_text()
    assert hint.startswith("You multiplied entry by entry.")
    assert hint in first.get_text()
    assert first.select("a")[0]["href"] == "#linear"


def test_what_a_person_has_not_read_yet_is_not_called_right() -> None:
    graded = json.loads(grade(solved()).notebooks[0].document)
    tests = [one["metadata"]["nbgrader"] for one in graded["cells"] if one["metadata"].get("nbgrader", {}).get("grade")]
    tests[0]["waiting"] = True
    assert "a person still reads some of it" in page_from(json.dumps(graded))
    for test in tests:
        test["waiting"] = True
    page = page_from(json.dumps(graded))
    assert "Nothing of it is graded yet" in page
    assert "Nothing to mend" not in page


def unanswered_page(kind: str, **facts: Any) -> BeautifulSoup:
    document = json.loads(released())
    if kind == "emptied":
        for name in (one["metadata"].get("nbgrader", {}) for one in document["cells"]):
            if name.get("solution"):
                cell_of(document, name["grade_id"])["source"] = ""
    data = b"" if kind == "an empty file" else json.dumps(document).encode()
    graded = json.loads(grade_bytes({"forward_graph.ipynb": data}).notebooks[0].document)
    for one in graded["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") in facts:
            one["metadata"]["nbgrader"] |= facts[one["metadata"]["nbgrader"]["grade_id"]]
        if kind == "an empty file" and one["metadata"].get("nbgrader", {}).get("grade"):
            one["metadata"]["nbgrader"]["waiting"] = True
    return tree_of(page_from(json.dumps(graded)))


@pytest.mark.parametrize("kind", ["as handed out", "emptied", "an empty file"])
def test_where_nothing_was_answered_the_page_is_short(kind: str) -> None:
    """One sentence, and the exercises in one list; why a file could not be read is said too."""
    page = unanswered_page(kind)
    assert page.select("section, nav, .next, .verdict") == []
    names = [code.get_text() for code in page.select(".left code")]
    assert names == [one.name for one in in_notebook("01_forward_graph/forward_graph")]
    said = page.select(".fine")[0].get_text()
    assert ("a person will read it first" if kind == "an empty file" else "No answer was found in it") in said
    assert len(page.select(".told")) == (kind == "an empty file")
    assert len(page.find("main").get_text()) < 900


def test_what_a_person_wrote_on_a_page_without_answers_is_shown() -> None:
    page = unanswered_page("as handed out", relu={"comment": "Come and see me.", "by_person": True})
    assert [one["id"] for one in page.select("section")] == ["relu"]
    assert "Come and see me." in page.select("section .comment")[0].get_text()
    page = unanswered_page("as handed out", test_linear={"score": 0.5}, relu={"comment": "No response."})
    assert [one["id"] for one in page.select("section")] == ["linear"]


def test_answer_and_verdict_stand_in_one_section_and_the_hint_is_folded() -> None:
    page = page_of(wrong_linear())
    relu = section(page, "relu")
    assert "return abs(z)" in relu.select(".answer")[0].get_text()
    assert "h has a wrong value" in relu.select(".said")[0].get_text()
    hints = relu.select(".said details.hint")
    assert len(hints) == 1
    assert not hints[0].get("open")
    assert not section(page, "numerical_gradient").select("details")  # nothing is wrong there


def test_what_waits_for_another_exercise_is_not_what_to_mend_first() -> None:
    document = solved()
    cell_of(document, "logistic_forward")["source"] = "raise SystemExit"
    graded = json.loads(grade(document).notebooks[0].document)
    for one in graded["cells"]:  # as a verdict that is blocked has it
        if one["metadata"].get("nbgrader", {}).get("grade_id", "").startswith(("test_linear", "test_relu")):
            parts = one["outputs"][0]["metadata"]["autograder"]["parts"]
            parts |= {
                "points": 0.0,
                "kind": "blocked" if "linear" in one["metadata"]["nbgrader"]["grade_id"] else "value",
                "problem": "x",
            }
    tree = tree_of(page_from(json.dumps(graded)))
    order = [a.get("href") for a in tree.select(".next a")]
    assert order.index("#linear") > order.index("#relu")


def test_a_score_and_a_comment_that_a_person_gave() -> None:
    graded = json.loads(grade(wrong_linear()).notebooks[0].document)
    for one in graded["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == "linear":
            one["metadata"]["nbgrader"]["comment"] = "Nearly: <b>look</b> at $w x$."
    page = page_from(json.dumps(graded), {"test_linear": 0.5})
    said = section(page, "linear").select(".said")[0]
    assert "given by a person" in said.get_text()
    assert "0.5 of 1" in said.get_text()
    assert "Nearly: <b>look</b> at" in said.select(".comment")[0].get_text()
    assert len(said.select(".comment math")) == 1
    assert not said.select(".comment b + b")


def test_a_notebook_that_stock_nbgrader_graded() -> None:
    """It has no verdict: the score, and the error without its traceback, are what is known."""
    document = own_answers(square="    return 2 * x")
    trace = ["Traceback (most recent call last)", "assert square(-3) == 9"]
    error = {"output_type": "error", "ename": "AssertionError", "evalue": "negative numbers too", "traceback": trace}
    cell_of(document, "test_square")["outputs"] = [error]
    page = page_from(json.dumps(document), {"test_square": 0.0, "test_half": 2.0})
    said = section(page, "square").get_text()
    assert "0 of 2 points" in said
    assert "AssertionError: negative numbers too" in said
    assert "given by a person" not in page
    assert "square(-3)" not in page


def test_a_written_answer_waits_for_a_person_and_then_has_a_score() -> None:
    from autograder.assignment import AssignmentPlan, NotebookPlan, PlanCell

    cells = []
    for one in own_source()["cells"]:
        facts = one["metadata"].get("nbgrader", {})
        kept = {name: facts.get(name, False) for name in ("grade", "solution", "locked")}
        given = "YOUR ANSWER HERE" if facts.get("grade_id") == "essay" else one["source"]
        cells.append(
            PlanCell(
                facts.get("grade_id", ""),
                "",
                one["cell_type"],
                given,
                given,
                points=float(facts.get("points", 0)),
                **kept,
            )
        )
    own = AssignmentPlan("ps1", (NotebookPlan("p1", tuple(cells)),))
    record = grade(own_answers(essay="Because $\\bar z = \\bar h \\sigma'(z)$, **so**."), own)
    page = page_from(record.notebooks[0].document, {"essay": 2.0}, score=6.0, max_score=7.0)
    essay = section(page, "essay")
    assert "2 of 3" in essay.get_text()
    assert essay.select(".answer math")
    assert essay.select(".answer strong")[0].get_text() == "so"
    assert "assert square" not in page


@pytest.mark.parametrize("markup", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "[x](javascript:alert(1))",
                                    "$\\text{<img src=x onerror=alert(1)>}$", "$\\href{javascript:alert(1)}{x}$",
                                    "$\\text{<a href='javascript:alert(1)'>x</a>}$", "![x](http://spy.example/a.png)"])  # fmt: skip
def test_nothing_of_a_students_is_html(markup: str) -> None:
    document = solved()
    document["cells"] += [cell("markdown", markup), cell("raw", markup), cell("code", f"print({markup!r})")]
    cell_of(document, "linear")["source"] += f"\n# {markup}"
    tree = tree_of(page_of(document))
    assert not tree.select("script, img, iframe, object, embed, link, form, a[href^=javascript]")
    assert not [name for one in tree.find_all(True) for name in one.attrs if name.startswith("on")]
    assert not [one for one in tree.find_all(True) if "javascript" in str(one.get("href", "")) or one.get("src")]


def test_it_loads_nothing_and_runs_nothing() -> None:
    page = page_of(wrong_linear())
    assert "<script" not in page
    assert "default-src 'none'" in tree_of(page).find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert not re.findall(r"https?://(?!www\.w3\.org/1998/Math)", page)


def test_pictures_are_shown_until_there_is_no_room() -> None:
    graded = json.loads(grade(solved()).notebooks[0].document)
    for kind, data in (("image/webp", png(10)), ("image/png", png(300)), ("image/png", png(301))):
        made = {"output_type": "display_data", "metadata": {}, "data": {kind: data}}
        graded["cells"].append(cell("code", "plot()") | {"id": f"p{len(graded['cells'])}", "outputs": [made]})
    page = page_from(json.dumps(graded))
    assert page.count("<img ") == 2
    assert "too large for this page" in page
    assert len(page) < 300_000


@pytest.mark.parametrize("many", [
    [cell("code", "a." * 5000)] * 6,
    [cell("markdown", "$a$ " * 2500)] * 6,
    [cell("raw", "<a " * 3000)] * 40,
    [cell("code", "x") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "é" * 2000}] * 9}] * 40,
    [cell("markdown", "![a](attachment:a.png)") | {"attachments": {"a.png": {"image/png": png(250)}}}] * 6,
], ids=["colours", "formulas", "escapes", "outputs", "attachments"])  # fmt: skip
def test_however_much_is_handed_in_a_page_is_under_300_kb_and_shows_the_answers(many: list[dict[str, Any]]) -> None:
    graded = json.loads(grade(wrong_linear()).notebooks[0].document)
    graded["cells"] = [one | {"id": f"m{n}"} for n, one in enumerate(many)] + graded["cells"]
    page = page_from(json.dumps(graded))
    assert len(page.encode()) < 300_000
    assert "return abs(z)" in section(page, "relu").get_text()


def test_it_says_whose_it_is_and_when_it_was_handed_in_and_graded() -> None:
    facts = {"student": "s<7", "assignment": "01_forward_graph", "handed_in": "Mon 18:00 UTC", "graded": "Tue 9:00 UTC"}
    header = tree_of(page_of(solved(), name="Ada <b>Lovelace", **facts))
    assert header.select(".whose")[0].get_text() == "Ada <b>Lovelace (s<7), 01_forward_graph"
    assert "for Ada <b>Lovelace (s<7)" in header.find("title").get_text()
    assert "Handed in Mon 18:00 UTC. Graded Tue 9:00 UTC." in header.find("header").get_text()
    assert tree_of(page_of(solved(), student="ada")).select(".whose")[0].get_text() == "ada"


def test_the_tab_says_what_it_is_about_for_whom_and_in_which_course() -> None:
    """And nothing that the page itself does not show."""
    facts = {"student": "s7", "name": "Ada Lovelace", "assignment": "01_forward_graph", "course": "backprop"}
    page = tree_of(page_of(solved(), **facts))
    assert page.find("title").get_text() == "01_forward_graph: feedback for Ada Lovelace (s7), backprop"
    assert page.select(".whose")[0].get_text() == "Ada Lovelace (s7), 01_forward_graph, backprop"
    titles = [
        tree_of(page_of(solved(), notebook=notebook, assignment=assignment)).find("title").get_text()
        for assignment, notebook in (("lab", "a"), ("lab", "lab"), ("", "p2"))
    ]
    assert titles == ["lab/a: feedback", "lab: feedback", "p2: feedback"]


def test_no_hidden_test_and_no_traceback_is_in_it() -> None:
    page = page_of(wrong_linear())
    assert "check(" not in page
    assert "Traceback (" not in page


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_page_of_the_course_is_under_300_kb(name: str) -> None:
    """With the longest wrong sample of every exercise, and a long verdict on every test cell."""
    document = json.loads(released(*name.split("/")))
    samples = wrong()
    told = {"problem": "p" * 500, "hint": "h" * 500, "example": "e" * 220, "kind": "value", "points": 0.0, "most": 1.0,
            "notes": ["n" * 200], "tried": [["a case with a name", False]] * 30}  # fmt: skip
    for one in document["cells"]:
        grade_id = one["metadata"].get("nbgrader", {}).get("grade_id", "")
        if grade_id in samples:
            one["source"] = max(samples[grade_id].values(), key=len)
        if grade_id in TESTS:
            ours = {"autograder": {"verdict": True, "parts": told}}
            one["outputs"] = [{"output_type": "display_data", "metadata": ours, "data": {"text/plain": "x"}}]
        one["metadata"].setdefault("autograder", {"given": not grade_id})
    page = page_from(json.dumps(document))
    assert len(page.encode()) < 300_000
    answered = [one.select(".answer pre") for one in tree_of(page).select("section")]
    assert all(answered)


def test_a_formula_that_cannot_be_read_is_shown_as_typed() -> None:
    assert mathml("\\hat{") == "<code>\\hat{</code>"
    assert mathml("{" * 5000) == f"<code>{'{' * 5000}</code>"
    assert mathml("\\style{position:fixed}{x}").count("position") == 0
    assert "<mover>" in mathml("\\bar z")


def test_the_plan_is_what_tells_given_cells() -> None:
    page = page_of(solved())
    given = [c.source for c in plan().notebooks[0].cells if c.kind == "markdown" and not c.managed]
    assert not any(text[:60] in page for text in given)
