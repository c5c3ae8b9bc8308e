"""What is left of a widget when nothing runs: in the file, in exports, in a notebook opened again."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from autograder.course.layout import ROOT
from tests.browser.gallery import NAMES, WIDGETS
from tests.browser.lab_page import LabPage
from tests.depth import PATHS, often

VIEW = "application/vnd.jupyter.widget-view+json"
# set by the reader before the notebook is saved; the state must come back with it
MOVED = ("0.35", "GraphStepper")
WATCH = """
window.seen = {};
new MutationObserver(() => {
  const note = (name, found) => { if (found && !(name in window.seen)) window.seen[name] = performance.now(); };
  note('notebook', document.querySelector('.jp-Notebook .jp-Cell'));
  note('kernel', window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle');
  note('widget', document.querySelector('section.bp .bp-number'));
}).observe(document, {childList: true, subtree: true});
"""


@pytest.fixture(scope="module")
def saved(browser: Any, lab: Any) -> Path:
    """All widgets run, one of them moved, saved; the kernel is dead."""
    path = lab.write("saved.ipynb", list(WIDGETS.values()))
    page = LabPage(browser, lab).open("saved.ipynb").run_all()
    number = page.widget(0).locator(".bp-number").nth(1)
    number.fill("0.35")
    page.page.keyboard.press("Tab")
    page.page.wait_for_timeout(300)
    page.save().close()
    for session in lab.ask("/api/sessions"):
        if session["path"] == "saved.ipynb":
            lab.ask(f"/api/sessions/{session['id']}", "DELETE")
    return path


def outputs(path: Path) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [output["data"] for cell in notebook["cells"] for output in cell["outputs"] if "data" in output]


def test_each_output_carries_a_picture_and_a_sentence(saved: Path) -> None:
    found = outputs(saved)
    assert len(found) == len(NAMES)
    for data in found:
        assert VIEW in data
        picture = base64.b64decode("".join(data["image/png"]))
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 5000
        sentence = "".join(data["text/plain"])
        assert len(sentence) > 40
        assert "object at 0x" not in sentence
        assert "children=(" not in sentence


def test_the_state_is_in_the_file(saved: Path) -> None:
    metadata = json.loads(saved.read_text(encoding="utf-8"))["metadata"]
    states = metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    ids = {data[VIEW]["model_id"] for data in outputs(saved)}
    assert ids <= set(states)


def check_html(html: str) -> None:
    sources = re.findall(r'<img[^>]*src="data:image/png;base64', html)
    assert len(sources) == len(NAMES)
    text = re.sub(r"<script.*?</script>", "", html, flags=re.S)
    for wrong in ("object at 0x", "children=(", "model not found", VIEW):
        assert wrong not in text


def test_nbconvert_shows_the_pictures(saved: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": PATHS, "JUPYTER_CONFIG_PATH": str(ROOT / "barprop" / "jupyter")}
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--output-dir", str(tmp_path), str(saved)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    check_html((tmp_path / "saved.html").read_text(encoding="utf-8"))


def test_jupyterlabs_own_export_shows_the_pictures(saved: Path, lab: Any) -> None:
    request = urllib.request.Request(
        f"{lab.url}/nbconvert/html/saved.ipynb", headers={"Authorization": f"token {lab.token}"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        check_html(reply.read().decode("utf-8"))


def test_github_and_other_readers_find_the_picture(saved: Path) -> None:
    """A reader that knows no widgets takes the picture, and one that knows no pictures the sentence."""
    for data in outputs(saved):
        known = [kind for kind in ("text/html", "image/png", "text/plain") if kind in data]
        assert known == ["image/png", "text/plain"]


def test_opened_again_after_the_kernel_died(saved: Path, browser: Any, lab: Any) -> None:
    page = LabPage(browser, lab)
    page.page.add_init_script(WATCH)
    page.open("saved.ipynb")
    page.widget(0)
    seen = page.page.evaluate("window.seen")
    took = (seen["widget"] - seen["kernel"]) / 1000  # JupyterLab restores no widget before its kernel answers
    in_all = (seen["widget"] - seen["notebook"]) / 1000
    print(f"the first widget stood {took:.2f} s after the kernel, {in_all:.2f} s after the notebook")
    assert page.widget(0).locator(".bp-number").nth(1).input_value() == MOVED[0]
    for index in range(len(NAMES)):
        page.widget(index)
    assert "model not found" not in page.page.locator(".jp-Notebook").inner_text()
    assert [error for error in page.errors if "odel" in error] == []
    assert page.strangers == []
    page.close()
    assert took <= 2 or os.getloadavg()[0] > (os.cpu_count() or 1)


def test_saved_again_without_having_run_it_keeps_its_widgets(saved: Path, browser: Any, lab: Any) -> None:
    path = lab.folder / "kept.ipynb"
    path.write_bytes(saved.read_bytes())
    size = len(metadata_of(path))
    for _ in range(often(1, 2)):
        page = LabPage(browser, lab).open(path.name)
        page.widget(0)
        page.page.evaluate("window.jupyterapp.commands.execute('notebook:insert-cell-below')")
        page.save().close()
        for session in lab.ask("/api/sessions"):
            lab.ask(f"/api/sessions/{session['id']}", "DELETE")
    assert size * 0.9 < len(metadata_of(path)) < size * 1.1, "nothing is lost, and nothing grows"
    page = LabPage(browser, lab).open(path.name)
    assert page.widget(0).locator(".bp-number").nth(1).input_value() == MOVED[0]
    for index in range(len(NAMES)):
        page.widget(index)
    assert "model not found" not in page.page.locator(".jp-Notebook").inner_text()
    page.close()


def metadata_of(path: Path) -> str:
    return json.dumps(json.loads(path.read_text(encoding="utf-8"))["metadata"])


def test_without_saved_state_the_picture_is_what_exports_show(saved: Path, tmp_path: Path) -> None:
    notebook = json.loads(saved.read_text(encoding="utf-8"))
    del notebook["metadata"]["widgets"]
    bare = tmp_path / "bare.ipynb"
    bare.write_text(json.dumps(notebook), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": PATHS, "JUPYTER_CONFIG_DIR": str(tmp_path / "none"), "JUPYTER_NO_CONFIG": "1"}
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--template", "classic", str(bare)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    html = bare.with_suffix(".html").read_text(encoding="utf-8")
    check_html(html)
    assert 'alt="The graph of one neuron' in html  # nbconvert's other templates have no place for it


def test_reduced_motion_goes_to_the_end_at_once(browser: Any, lab: Any) -> None:
    lab.write("still.ipynb", [WIDGETS["GraphStepper"]])
    page = LabPage(browser, lab, reduced_motion="reduce").open("still.ipynb").run_all()
    widget = page.widget(0)
    assert widget.locator(".bp-node").first.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"
    start = time.monotonic()
    widget.get_by_role("button", name="Play").click()
    assert "All values and all bars are in." in widget.locator("[role=status]").inner_text()
    assert widget.get_by_role("button", name="Play").count() == 1
    assert time.monotonic() - start < 20
    page.close()


def test_a_notebook_from_elsewhere_shows_the_pictures(saved: Path, browser: Any, lab: Any) -> None:
    """Opened before it is run and trusted, as solutions/ are from a fresh clone, and with no state saved."""
    notebook = json.loads(saved.read_text(encoding="utf-8"))
    del notebook["metadata"]["widgets"]
    notebook["metadata"]["from"] = "elsewhere"
    (lab.folder / "elsewhere.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    page = LabPage(browser, lab).open("elsewhere.ipynb")
    picture = page.page.locator(".jp-RenderedImage img").first
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 400
    assert "model not found" not in page.page.locator(".jp-Notebook").inner_text()
    page.close()
