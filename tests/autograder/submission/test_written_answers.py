"""Formulas, tags and pictures in written answers, and what is set aside before a size is judged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

from autograder.scoring.sanitize import harmless_text
from autograder.scoring.seeds import seed_key
from autograder.submission.read_folder import read_submission
from tests.grading_tools import grade, grade_bytes, points, solved


@pytest.mark.parametrize("text", ["$w_i<x_j$", "$$a<b\\quad c<d$$", "\\(a<b\\)", "\\[a<b\\]", "\\begin{align}a<b\\end{align}",
                                  "then $a<b$, and $c<d$"])  # fmt: skip
def test_less_than_in_a_formula_stays_a_formula(text: str) -> None:
    shown = harmless_text(text)
    assert "&lt;" not in shown
    assert shown.replace("< ", "<") == text


@pytest.mark.parametrize("text", ["<img src=x>", "$<img src=x>$", "$$</p><script>x</script>$$", "$ a\n<b onclick=x>$",
                                  "costs $5 <script>, or $6"])  # fmt: skip
def test_a_tag_is_no_tag_in_a_formula_either(text: str) -> None:
    assert not re.search(r"<[A-Za-z/!?]", harmless_text(text))


@pytest.mark.parametrize("kind", ["image/webp", "image/svg+xml", "image/heic"])
def test_a_pasted_picture_never_stops_feedback(kind: str) -> None:
    """A bitmap is shown; of another kind a word is left, not a pointer that nbconvert stumbles over."""
    document = solved()
    text = "![my scan](attachment:a%20scan.x), again ![](attachment:gone.png), [it](attachment:gone.png)"
    document["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": text,
                              "attachments": {"a%20scan.x": {kind: "AAAA"}}})  # fmt: skip
    made = json.loads(grade(document).notebooks[0].document)
    page, _ = HTMLExporter().from_notebook_node(nbformat.from_dict(made))
    assert ("data:image/webp;base64,AAAA" in page) == (kind == "image/webp")
    assert ("picture not shown: my scan" in page) == (kind != "image/webp")
    assert "picture not shown: gone.png" in page


@pytest.mark.parametrize("where", ["attachments", "source", "widgets", "outputs"])
def test_what_is_no_answer_is_set_aside_before_the_size_is_judged(tmp_path: Path, where: str) -> None:
    document, bulk = solved(), "QUJD" * 5_000_000
    if where == "widgets":
        document["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"]}": bulk}}}}
    elif where == "outputs":
        document["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": bulk}]
    else:
        text = "![1](attachment:1.jpg)" if where == "attachments" else f"![1](data:image/jpeg;base64,{bulk})"
        pasted = {"attachments": {"1.jpg": {"image/jpeg": bulk}}} if where == "attachments" else {}
        document["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": text} | pasted)
    (tmp_path / "forward_graph.ipynb").write_text(json.dumps(document))
    found = read_submission(tmp_path)
    assert not found.unreadable
    assert len(found.notebooks["forward_graph.ipynb"]) < 1_000_000
    assert bool(found.notes) == (where in ("attachments", "source"))
    assert points(grade_bytes(dict(found.notebooks))) == points(grade(solved()))


def test_who_hands_in_again_gets_other_probes() -> None:
    first = seed_key(b"secret", "ada", "ps1", "digest of the first")
    assert first == seed_key(b"secret", "ada", "ps1", "digest of the first")
    others = [seed_key(b"secret", *who) for who in (("ada", "ps1", "second"), ("ada", "ps2", "digest of the first"),
                                                    ("bob", "ps1", "digest of the first"))]  # fmt: skip
    assert len({first, *others}) == 4
