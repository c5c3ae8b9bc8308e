"""Submissions that want something of the instructor's browser and server: in the formgrader, in JupyterLab, as feedback."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from autograder.batch.journal import Journal
from tests import needs
from tests.attacks.instructor import ASSIGNMENT, KERNEL_IDLE, NOTEBOOK, Desk, Eyes, submission, text
from tests.attacks.shown import ATTACKS, FORMULAS, PICTURE, Shown
from tests.depth import THOROUGH, often, thorough
from tests.grading_tools import ROOT, call, cell
from tests.sandbox_tools import processes

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STUDENTS = {name: f"s{number:02}" for number, name in enumerate(ATTACKS)}
MARKUP = "<img src=x onerror=console.log('RAN')>"  # a student who is called like that
LARGE = 1_000_000
HEAVY = (
    cell("code", "a." * (LARGE // 2)),
    text("\\begin{a}" * (LARGE // 9)),
    text("[" * LARGE),
    cell("raw", "<a " * (LARGE // 3)),
)
DRAWN = [one.name for one in (*FORMULAS, ATTACKS["link in a formula"])]  # looked at when MathJax has drawn them
PAYLOADS = (
    "<img src=x onerror=console.log('RAN')>",
    "</script><script>console.log('RAN')</script>",
    "\";console.log('RAN');\"",
)
ALL = Shown(
    "all", "everything at once", tuple(cell_ for one in ATTACKS.values() for cell_ in one.cells),
    {name: content for one in ATTACKS.values() for name, content in one.files.items()},
)  # fmt: skip


def lay(desk: Desk, student: str, attack: Shown) -> Path:
    """Hand in an attack; the file that must not appear."""
    mark = desk.folder.parent / "marks" / student
    mark.parent.mkdir(exist_ok=True)
    document = submission(*attack.cells, essay=attack.essay)
    if attack.change:
        attack.change(document)
    path = desk.hand_in(student, document)
    path.write_text(path.read_text().replace("{folder}", str(path.parent)))
    for name, content in attack.files.items():
        path.with_name(name).write_text(content.replace("{mark!r}", repr(str(mark))))
    return mark


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A course in which every student hands in another attack, graded, with feedback, and with its server running."""
    needs.sandbox()
    base = tmp_path_factory.mktemp("desk")
    made = Desk(base / "course")
    for name, student in STUDENTS.items():
        lay(made, student, ATTACKS[name])
    lay(made, "all", ALL)
    made.hand_in("heavy", submission(*HEAVY))
    made.hand_in(MARKUP, submission())
    made.hand_in(
        "honest", honest(), data__csv="1,2\n", helper__py="x = 1\n", page__html="<p>", timestamp__txt="9" * LARGE
    )
    os.mkfifo(made.folder / "submitted" / MARKUP / ASSIGNMENT / "timestamp.txt")
    with open(made.folder / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("\nc.GenerateFeedback.seconds = 10\n")
    made.autograde()
    call(made.folder, "nbgrader", "generate_feedback", ASSIGNMENT)
    with made.open(base / "home"):
        yield made


def honest() -> dict[str, Any]:
    """What a student may want to show."""
    shown = text("# Mine\n\nSee [this](https://example.org/a?b=1&c=2), $a < b$, **bold**, ![plot](attachment:plot.png)")
    shown["attachments"] = {"plot.png": {"image/png": PICTURE}}
    return submission(shown, text(f"![dot](data:image/png;base64,{PICTURE})"))


def click_all(eyes: Eyes, where: str) -> None:
    """Click whatever a student's cells offer to be clicked."""
    page = eyes.page
    for number in range(page.locator(f"{where} :is(a, button, summary, area)").count()):
        one = page.locator(f"{where} :is(a, button, summary, area)").nth(number)
        if "here" in one.inner_text():
            one.click(timeout=2000, no_wait_after=True, force=True)
            page.wait_for_timeout(100)


def unharmed(eyes: Eyes, mark: Path) -> None:
    assert not mark.exists(), "a file that was handed in was run in the server"
    assert eyes.said == [], "a payload was run in the browser"
    strangers = [address for address in eyes.outside if not address.startswith("https://cdnjs.cloudflare.com/")]
    assert strangers == [], "another host was asked"
    assert eyes.logged_in(), "the instructor was logged out"


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in DRAWN])
def test_looking_at_it_in_the_formgrader_does_nothing(name: str, desk: Desk, eyes: Eyes) -> None:
    eyes.forget()
    before = desk.score(STUDENTS[name])
    page = eyes.formgrader(STUDENTS[name])
    assert page.locator("#notebook .cell").count() >= 6
    click_all(eyes, "#notebook")
    unharmed(eyes, desk.folder.parent / "marks" / STUDENTS[name])
    assert "/formgrader/submissions/" in page.url
    assert not any("path=" in asked or "logout" in asked for asked in eyes.asked)
    assert page.locator("#notebook-container #essay, #notebook-container #square-comment").count() == 2
    assert desk.score(STUDENTS[name]) == before


@pytest.mark.parametrize("name", ATTACKS)
def test_feedback_does_nothing(name: str, desk: Desk, eyes: Eyes) -> None:
    eyes.forget()
    eyes.page.goto((desk.feedback(STUDENTS[name]) / f"{NOTEBOOK}.html").as_uri())
    eyes.page.wait_for_timeout(300)
    click_all(eyes, "#notebook")
    unharmed(eyes, desk.folder.parent / "marks" / STUDENTS[name])


_DRAWN = (
    "window.MathJax?.Hub?.queue && !MathJax.Hub.queue.pending && document.querySelectorAll('.mjx-chtml').length > 1"
)
_FORMULAS = """() => {
  const inside = (query) => [...document.querySelectorAll("#notebook .mjx-chtml").values()].flatMap((one) => [...one.querySelectorAll(query)]);
  const painted = [];
  for (const one of document.querySelectorAll(".panel-heading, .panel-heading *, .output, .output *, .input_area")) {
    const {x, y, width, height} = one.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    if (top && top.closest(".mjx-chtml")) painted.push(one.className || one.localName);
  }
  return {
    links: inside("a, [href], [onclick]").map((one) => one.outerHTML),
    named: inside("#square-comment, #essay, .score").length,
    styles: inside("[style]").map((one) => one.getAttribute("style")).filter((text) => /url|fixed|absolute/.test(text)),
    painted,
  };
}"""


@pytest.mark.parametrize("door", ["formgrader", "feedback"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_formula_is_drawn_and_nothing_else(name: str, door: str, desk: Desk, eyes: Eyes) -> None:
    """In the formgrader with the MathJax that it loads, from npm; feedback has MathML, and no script at all."""
    if not (ROOT / "node_modules" / "mathjax").is_dir():
        needs.missing("mathjax")
    eyes.forget()
    page = eyes.page
    if door == "formgrader":
        page = eyes.formgrader(STUDENTS[name])
    else:
        page.goto((desk.feedback(STUDENTS[name]) / f"{NOTEBOOK}.html").as_uri())
        assert page.evaluate("document.scripts.length") == 0
        assert page.locator("math a, math [href], math [style], math [id]").count() == 0
    if door == "formgrader":
        page.wait_for_function(_DRAWN, timeout=60_000)
        page.wait_for_timeout(500)
        assert page.evaluate(_FORMULAS) == {"links": [], "named": 0, "styles": [], "painted": []}
        click_all(eyes, "#notebook")
        assert page.locator("#notebook-container #essay, #notebook-container #square-comment").count() == 2
    unharmed(eyes, desk.folder.parent / "marks" / STUDENTS[name])
    assert not any("angular" in asked for asked in eyes.outside)


@thorough
def test_opening_all_of_them_in_jupyterlab_does_nothing(desk: Desk, eyes: Eyes) -> None:
    """As they were handed in, and graded; a kernel starts with each."""
    mark = desk.folder.parent / "marks" / "all"
    for step in often(("submitted",), ("submitted", "autograded")):
        eyes.forget()
        page = eyes.lab(f"{step}/all/{ASSIGNMENT}/{NOTEBOOK}.ipynb")
        assert page.locator(".jp-Notebook .jp-Cell").count() > 60
        page.wait_for_function(KERNEL_IDLE, timeout=90_000)
        click_all(eyes, ".jp-Notebook")
        unharmed(eyes, mark)
    assert any("?path=" in asked for asked in eyes.asked_ever), "the attack was not even tried"


def test_no_kernel_starts_among_files_that_were_handed_in(desk: Desk) -> None:
    student = STUDENTS["kernel of its own"]
    body = json.dumps({"path": f"submitted/{student}/{ASSIGNMENT}/{NOTEBOOK}.ipynb"}).encode()
    status, said = desk.ask("/api/kernels", "POST", data=body)
    assert status == 201
    folders = {os.readlink(f"/proc/{pid}/cwd") for pid in processes(desk.server.pid) if pid != desk.server.pid}
    assert str(desk.folder) in folders
    assert not any("submitted" in folder for folder in folders)
    desk.ask(f"/api/kernels/{json.loads(said)['id']}", "DELETE")


def test_no_door_loads_the_configuration_of_another_folder(desk: Desk, tmp_path: Path) -> None:
    """By `make lab` and on a hub by the extension; started by hand with any Jupyter, by nbgrader_config.py."""
    student = STUDENTS["configuration by a picture"]
    folder, mark = desk.folder / "submitted" / student / ASSIGNMENT, desk.folder.parent / "marks" / student
    asked = f"/formgrader?path={folder}"
    assert desk.ask(asked)[0] == 403
    for start, extension in ((desk.folder, False), (desk.folder.parent, True)):
        other = copy.copy(desk)
        with other.open(tmp_path / str(extension), start, extension):
            assert other.ask(asked)[0] == 403
    assert not mark.exists()


@thorough
@pytest.mark.parametrize("path", ["manage_students/{}", "manage_students/{}/ps1", "manage_submissions/{}", "gradebook/{}", "gradebook/{}/p1",
                                  "manage_students/%5C/;console.log('RAN')", "gradebook/%5C/;console.log('RAN')", "submissions/{}/", "api/grade/{}"])  # fmt: skip
def test_an_address_is_no_script(path: str, desk: Desk, eyes: Eyes) -> None:
    """A link in a notebook leads to a page of the formgrader's that repeats the address."""
    for payload in PAYLOADS if THOROUGH else ("".join(PAYLOADS),):
        eyes.forget()
        eyes.page.goto(f"{desk.url}/formgrader/{path.format(quote(payload, safe=''))}")
        eyes.page.wait_for_timeout(300)
        assert eyes.said == []


def test_the_name_of_a_student_is_no_script(desk: Desk, eyes: Eyes) -> None:
    eyes.forget()
    pages = ["manage_students", f"manage_students/{quote(MARKUP)}", f"manage_students/{quote(MARKUP)}/{ASSIGNMENT}", f"manage_submissions/{ASSIGNMENT}",
             f"gradebook/{ASSIGNMENT}/{NOTEBOOK}", f"submissions/{desk.submission_id(MARKUP)}/"]  # fmt: skip
    for page in pages:
        eyes.page.goto(f"{desk.url}/formgrader/{page}")
        eyes.page.wait_for_timeout(800)
        assert eyes.said == [], page
    (desk.autograded(MARKUP) / f"{NOTEBOOK}.ipynb").rename(desk.folder / "away.ipynb")
    eyes.page.goto(f"{desk.url}/formgrader/{pages[-1]}")
    (desk.folder / "away.ipynb").rename(desk.autograded(MARKUP) / f"{NOTEBOOK}.ipynb")
    assert eyes.said == []


def test_the_list_of_submissions_comes_whatever_a_time_stamp_is(desk: Desk, eyes: Eyes) -> None:
    """One is a pipe that nobody writes to, one a megabyte of digits."""
    status, said = desk.ask(f"/formgrader/api/submissions/{ASSIGNMENT}", timeout=60)
    assert status == 200
    assert {"honest", MARKUP} <= {one["student"] for one in json.loads(said)}


def test_only_data_is_copied_and_served(desk: Desk) -> None:
    for folder in (desk.autograded("honest"), desk.feedback("honest")):
        assert {path.name for path in folder.iterdir()} <= {
            "data.csv",
            "timestamp.txt",
            f"{NOTEBOOK}.ipynb",
            f"{NOTEBOOK}.html",
        }
    kept = [path for step in ("autograded", "feedback") for path in (desk.folder / step).rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} <= {".ipynb", ".html", ".csv", ".txt"}
    assert {path.name for path in kept if path.suffix == ".html"} == {f"{NOTEBOOK}.html"}
    notes = [
        note
        for record in Journal(desk.folder / ".grading/journal").all()
        if record.student == "honest"
        for note in record.notes
    ]
    assert "helper.py, page.html" in " ".join(notes)
    shown = f"/formgrader/submissions/{desk.submission_id('honest')}"
    assert desk.ask(f"{shown}/data.csv") == (200, "1,2\n")
    (desk.autograded("honest") / "page.html").write_text("<script>")
    for name in (
        "page.html",
        "..%2F..%2F..%2Fsubmitted%2Fhonest%2Fps1%2Fpage.html",
        "..%2F..%2F..%2Fgradebook.db",
        "%2e%2e%2f%2e%2e%2fsecret.txt",
        f"{NOTEBOOK}.ipynb",
    ):
        assert desk.ask(f"{shown}/{name}")[0] == 403


def test_what_a_student_may_show_is_shown(desk: Desk, eyes: Eyes) -> None:
    page = eyes.formgrader("honest")
    for door in ("formgrader", "feedback"):
        if door == "feedback":
            page.goto((desk.feedback("honest") / f"{NOTEBOOK}.html").as_uri())
        pictures = page.locator("#notebook img")
        assert [pictures.nth(n).evaluate("image => image.naturalWidth") for n in range(2)] == [1, 1]
        assert page.locator("#notebook strong", has_text="bold").count() == 1
        links = page.locator("#notebook a[href^='http']")
        assert links.count() == (door == "feedback")
        assert "https://example.org/a?b=1&c=2" in (
            links.get_attribute("href") if links.count() else page.inner_text("#notebook")
        )


def test_a_text_that_takes_for_ever_costs_its_own_page(desk: Desk, eyes: Eyes) -> None:
    """The cap first; then, for a notebook that went around it, the time limit. The server goes on meanwhile."""
    graded = desk.autograded("heavy") / f"{NOTEBOOK}.ipynb"
    assert graded.stat().st_size < 200_000
    assert graded.read_text().count("more characters are not shown") == len(HEAVY)
    document = json.loads(graded.read_text())
    document["cells"] += [cell("code", "a." * LARGE), cell("markdown", "\\begin{a}" * (LARGE // 9))]
    graded.chmod(0o644)
    graded.write_text(json.dumps(document))
    with ThreadPoolExecutor(2) as doors:
        page = doors.submit(desk.ask, f"/formgrader/submissions/{desk.submission_id('heavy')}/", timeout=300)
        made = doors.submit(
            call, desk.folder, "nbgrader", "generate_feedback", ASSIGNMENT, "--force", "--student=heavy"
        )
        answers = 0
        while not page.done():
            answers += desk.ask("/api/status", timeout=300)[0] == 200 and not page.done()
            time.sleep(0.2)
        assert answers > 1
        status, shown = page.result()
        made.result()
    assert status == 200
    assert "it took too long to convert" in shown
    feedback = (desk.feedback("heavy") / f"{NOTEBOOK}.html").read_text()
    assert "more characters are not shown" in feedback or "it took too long to convert" in feedback
    assert len(feedback.encode()) < 300_000
    for text_ in (shown, feedback):
        assert "negative numbers too" not in text_


def test_the_buttons_work_and_the_server_goes_on(desk: Desk, eyes: Eyes) -> None:
    eyes.page.goto(f"{desk.url}/formgrader/manage_submissions/{ASSIGNMENT}")
    row = eyes.page.locator("tr", has=eyes.page.locator("td.student-id", has_text="honest"))
    for button in ("autograde", "generate-feedback"):
        with eyes.page.expect_response(lambda reply: reply.request.method == "POST", timeout=300_000) as reply:
            row.locator(f"td.{button} a").click()
            assert desk.ask("/api/status")[0] == 200
        assert reply.value.json()["success"]
        eyes.page.locator(".modal button.btn-primary").click()
        eyes.page.locator(".modal").wait_for(state="detached")
