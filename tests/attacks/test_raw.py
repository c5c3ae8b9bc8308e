"""Submissions as they were handed in, opened in JupyterLab: what their metadata, outputs and folders want from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.instructor import ASSIGNMENT, KERNEL_IDLE, NOTEBOOK, Desk, Eyes, submission, text
from tests.attacks.shown import PICTURE, RAN
from tests.grading_tools import cell

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

_MODEL, _LAYOUT = "a" * 32, "b" * 32
_CODE = f"{RAN}; export default {{ initialize() {{ {RAN} }}, render() {{ {RAN} }} }}"
WIDGET = {
    "version_major": 2, "version_minor": 0, "state": {
        _MODEL: {"model_module": "anywidget", "model_module_version": "~0.11.*", "model_name": "AnyModel", "state": {
            "_model_module": "anywidget", "_model_module_version": "~0.11.*", "_model_name": "AnyModel", "_view_module": "anywidget",
            "_view_module_version": "~0.11.*", "_view_name": "AnyView", "_esm": _CODE, "_css": "", "_anywidget_id": "x.y", "layout": f"IPY_MODEL_{_LAYOUT}"}},
        _LAYOUT: {"model_module": "@jupyter-widgets/base", "model_module_version": "2.0.0", "model_name": "LayoutModel", "state": {}}},
}  # fmt: skip
VEGA = {"$schema": "https://vega.github.io/schema/vega/v5.json", "width": 9, "height": 9,
        "data": [{"name": "t", "url": "/formgrader/manage_assignments?drawn"}], "marks": []}  # fmt: skip
ROOT_PAIRS = (  # where jupytext would write what is saved: the course's own folder, and the authored notebooks
    f"submitted/eve/{ASSIGNMENT}//ipynb,.//py:percent",
    f"submitted/eve/{ASSIGNMENT}///ipynb,source/{ASSIGNMENT}///py:percent",
)


def outputs(*bundles: dict[str, Any]) -> dict[str, Any]:
    """A code cell with saved outputs."""
    made = cell("code", "pass")
    made["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data} for data in bundles]
    return made


def hand_in(desk: Desk, student: str, *cells: dict[str, Any], name: str = NOTEBOOK, **metadata: Any) -> Path:
    document = submission(*cells)
    document["metadata"] |= metadata
    path = desk.hand_in(student, document)
    return path.rename(path.with_name(f"{name}.ipynb"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A course with a running server, and nothing handed in yet."""
    base = tmp_path_factory.mktemp("raw")
    with Desk(base / "course").open(base / "home") as made:
        yield made


def look(eyes: Eyes, path: Path) -> Any:
    """Open a notebook in JupyterLab, with its kernel, and give it time to do what it wants."""
    eyes.forget()
    page = eyes.lab(path.relative_to(eyes.desk.folder).as_posix())
    page.wait_for_function(KERNEL_IDLE, timeout=90_000)  # saved widgets are restored only then
    page.wait_for_timeout(1500)
    return page


def test_a_saved_widget_brings_no_code(desk: Desk, eyes: Eyes) -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": _MODEL}}
    state = {"application/vnd.jupyter.widget-state+json": WIDGET}
    page = look(eyes, hand_in(desk, "widget", outputs(view | {"text/plain": "w"}), widgets=state))
    assert page.locator(".jp-Notebook .jp-Cell").count() >= 6
    assert eyes.said == [], "JavaScript of the notebook's own was run"
    (desk.folder / "mine.ipynb").write_bytes(
        (desk.folder / f"submitted/widget/{ASSIGNMENT}/{NOTEBOOK}.ipynb").read_bytes()
    )
    look(eyes, desk.folder / "mine.ipynb")
    assert eyes.said, "a widget of one's own is not shown any more, or this test tests nothing"


def test_outputs_are_text_and_bitmaps(desk: Desk, eyes: Eyes) -> None:
    page = look(eyes, hand_in(desk, "vega", outputs(
        {"application/vnd.vega.v5+json": VEGA}, {"image/png": PICTURE, "text/html": "<b>bold</b>"}, {"text/plain": "seen"})))  # fmt: skip
    assert not any("?drawn" in asked for asked in eyes.asked), "a drawing asked this server for something"
    shown = page.locator(".jp-Cell-outputArea")
    assert shown.locator("img").count() == 1
    said = shown.last.inner_text()
    assert "application/vnd.vega.v5+json: not shown" in said
    assert "seen" in said
    assert shown.locator("b", has_text="bold").count() == 0


@pytest.mark.parametrize("address", ["java\tscript:", "\x01javascript:"])
def test_no_link_in_a_formula_runs_a_script(address: str, desk: Desk, eyes: Eyes) -> None:
    formulas = [
        f"$\\href{{{address}{RAN}}}{{\\rule{{9em}}{{9em}}}}$",
        f"&#36;\\&#104;ref{{{address}{RAN}}}{{\\rule{{9em}}{{9em}}}}&#36;",
    ]
    page = look(eyes, hand_in(desk, "formula", *map(text, formulas)))
    page.wait_for_selector("mjx-container")
    links = page.locator("mjx-container a, mjx-container [href]")
    for number in range(links.count()):
        links.nth(number).click(timeout=2000, no_wait_after=True, force=True)
        page.wait_for_timeout(200)
        assert eyes.said == [], links.nth(number).get_attribute("href")
    page.goto("about:blank")  # some addresses are no script but lead to another page


@pytest.mark.parametrize("formats", ROOT_PAIRS)
def test_saving_writes_no_other_file(formats: str, desk: Desk, eyes: Eyes) -> None:
    """jupytext pairs a notebook with a Python file: a notebook of that name would become nbgrader's configuration."""
    path = hand_in(desk, "eve", name="nbgrader_config", jupytext={"formats": formats})
    before = (desk.folder / "nbgrader_config.py").read_text()
    path.with_name("jupytext.toml").write_text(f'formats = "{formats}"')
    page = look(eyes, path)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save').catch(() => 0)")
    page.wait_for_timeout(1500)
    assert (desk.folder / "nbgrader_config.py").read_text() == before
    assert [found.name for found in desk.folder.rglob("nbgrader_config.*")].count("nbgrader_config.py") == 1
    assert json.loads(path.read_text())["cells"]


def test_a_program_handed_in_is_a_text(desk: Desk) -> None:
    """With jupytext it would be a notebook, whose metadata is the comment at its top."""
    path = hand_in(desk, "program").with_name("x.py")
    path.write_text("# ---\n# jupyter:\n#   widgets: {}\n#   kernelspec: {name: python3}\n# ---\n1 + 1\n")
    for kind in ("", "?type=notebook", "?type=file"):
        status, said = desk.ask(f"/api/contents/{path.relative_to(desk.folder).as_posix()}{kind}")
        assert status == 400 if "notebook" in kind else json.loads(said)["type"] == "file"


def test_no_conversion_of_what_was_handed_in(desk: Desk) -> None:
    path = hand_in(desk, "heavy", text("\\begin{a}" * 10_000)).relative_to(desk.folder).as_posix()
    for other in (path, path.replace("submitted", "x/../submitted"), path.replace("submitted", "SUBMITTED")):
        for kind in ("html", "latex", "script"):
            assert desk.ask(f"/nbconvert/{kind}/{other}")[0] == 403
    (desk.folder / "mine.ipynb").write_text(json.dumps(submission()))
    assert desk.ask("/nbconvert/script/mine.ipynb")[0] == 200


@pytest.mark.parametrize("name", ["x.ipynb", "x.csv"])
def test_a_giant_is_not_opened(name: str, desk: Desk) -> None:
    """All hole: 40 GB that take no room on the disk, and all of the server's memory."""
    path = hand_in(desk, "giant").with_name(name)
    with open(path, "wb") as file:
        file.truncate(40_000_000_000)
    address = f"/api/contents/{path.relative_to(desk.folder).as_posix()}"
    status, said = desk.ask(address)
    assert status == 413
    assert "look at the graded notebook" in said
    assert desk.ask(f"{address}?content=0")[0] == 200
    path.unlink()


def test_a_page_handed_in_is_confined(desk: Desk, eyes: Eyes) -> None:
    """One click away: a link to it by the server's own address."""
    path = hand_in(desk, "page").with_name("page.html")
    path.write_text(
        "<script>document.title = 'seen'; fetch('/api/contents').then(r => r.ok && console.log('RAN'))</script>"
    )
    eyes.forget()
    eyes.page.goto(f"{desk.url}/files/{path.relative_to(desk.folder).as_posix()}", referer=f"{desk.url}/lab")
    eyes.page.wait_for_timeout(1000)
    assert eyes.page.title() == "seen"
    assert eyes.said == []
