"""Submissions that want something of the instructor's browser and server: in the formgrader, in JupyterLab, as feedback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.attacks.instructor import ASSIGNMENT, NOTEBOOK, Desk, Eyes, submission, text
from tests.attacks.shown import ATTACKS, PICTURE, Shown
from tests.browser.conftest import browser, chromium_path  # noqa: F401  (fixtures)
from tests.grading_tools import call

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STUDENTS = {name: f"s{number:02}" for number, name in enumerate(ATTACKS)}
MARKUP = "<img src=x onerror=console.log('RAN')>"  # a student who is called like that
LARGE = 1_000_000


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
    made.hand_in(MARKUP, submission())
    made.hand_in("honest", honest(), data__csv="1,2\n", helper__py="x = 1\n", page__html="<p>", timestamp__txt="9" * LARGE)
    os.mkfifo(made.folder / "submitted" / MARKUP / ASSIGNMENT / "timestamp.txt")
    made.said = made.autograde()
    call(made.folder, "nbgrader", "generate_feedback", ASSIGNMENT)
    with made.open(base / "home"):
        yield made


def honest() -> dict[str, Any]:
    """What a student may want to show."""
    shown = text("# Mine\n\nSee [this](https://example.org/a?b=1&c=2), $a < b$, **bold**, ![plot](attachment:plot.png)")
    shown["attachments"] = {"plot.png": {"image/png": PICTURE}}
    return submission(shown, text(f"![dot](data:image/png;base64,{PICTURE})"))


@pytest.fixture(scope="module")
def eyes(browser: Any, desk: Desk) -> Iterator[Eyes]:  # noqa: F811
    made = Eyes(browser, desk)
    yield made
    made.close()


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


@pytest.mark.parametrize("name", ATTACKS)
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


@pytest.mark.parametrize("step", ["submitted", "autograded"])
@pytest.mark.parametrize("name", ATTACKS)
def test_opening_it_in_jupyterlab_does_nothing(name: str, step: str, desk: Desk, eyes: Eyes) -> None:
    eyes.forget()
    eyes.lab(f"{step}/{STUDENTS[name]}/{ASSIGNMENT}/{NOTEBOOK}.ipynb")
    click_all(eyes, ".jp-Notebook")
    unharmed(eyes, desk.folder.parent / "marks" / STUDENTS[name])
