"""The site is made once: it holds no answer, every link leads somewhere, and a widget lives on it without a network."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from autograder.course.authored import authored, read_authored
from autograder.course.layout import ROOT
from tests import needs
from tools import make_site

pytestmark = pytest.mark.exhaustive  # it takes over a minute of processor time to make
REPOSITORY = "https://github.com/somebody/backprop"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs.package("sphinx")
    folder: Path = tmp_path_factory.mktemp("site") / "site"
    assert make_site.main(["--repository", REPOSITORY, "--to", str(folder)]) == 0
    return folder


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        self.to += [found[name] for name in ("href", "src") if name in found and tag != "base"]


def test_every_link_leads_somewhere(pages: Path) -> None:
    read = {
        path: _Links(path.read_text(encoding="utf-8")) for path in pages.rglob("*.html") if "_static" not in path.parts
    }
    assert len(read) > 20
    dead = []
    for path, links in read.items():
        for link in links.to:
            address = urlparse(link)
            if address.scheme or link.startswith("//") or not link:
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            target = target / "index.html" if target.is_dir() else target
            anchors = read[target].ids if target in read else set()
            if not target.exists() or (
                address.fragment and target in read and unquote(address.fragment) not in anchors
            ):
                dead.append(f"{path.relative_to(pages)}: {link}")
    assert dead == []


def test_no_page_asks_the_network_for_anything(pages: Path) -> None:
    for path in pages.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'src="http' not in text, path
        assert '<link rel="stylesheet" href="http' not in text, path


def test_no_answer_is_on_the_site(pages: Path) -> None:
    """No line of a solution, but for those that a student is given elsewhere in the same notebook."""
    for path in authored():
        source = "\n".join(cell.source for cell in read_authored(path).cells)
        parts = source.split("### BEGIN SOLUTION")
        given = {
            line.strip()
            for line in "\n".join([parts[0], *(p.split("### END SOLUTION")[-1] for p in parts[1:])]).split("\n")
        }
        answers = {line.strip() for part in parts[1:] for line in part.split("### END SOLUTION")[0].split("\n")}
        page = pages / "course" / path.parent.name / f"{path.stem}.html"
        if not page.exists():
            continue
        shown = _Text(page.read_text(encoding="utf-8")).lines()
        assert {line for line in answers & shown if len(line) > 12} <= given
    for archive in [pages / "backprop.zip", *pages.glob("*.whl")]:
        with zipfile.ZipFile(archive) as file:
            assert not [name for name in file.namelist() if "autograder" in name or "solutions" in name]


class _Text(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def lines(self) -> set[str]:
        return {line.strip() for line in "".join(self.parts).split("\n")}


def test_the_repository_is_one_setting(pages: Path) -> None:
    index = (pages / "index.html").read_text(encoding="utf-8")
    for address in (
        "mybinder.org/v2/gh/somebody/backprop",
        "codespaces.new/somebody/backprop",
        "colab.research.google.com",
    ):
        assert address in index
    assert make_site.main(["--repository", "somewhere"]) == 2
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).is_file()
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{container[name].split()[1]}:" in rules for name in ("postCreateCommand", "postAttachCommand"))


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark", offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["01_forward_graph/forward_graph", "05_adversarial/adversarial"])
def test_a_widget_lives_on_a_phone_without_a_network(pages: Path, phone: Any, name: str) -> None:
    lost: list[str] = []
    phone.on("requestfailed", lambda request: lost.append(request.url))
    phone.goto((pages / "course" / f"{name}.html").as_uri())
    picture = phone.locator("img.barprop-picture").first
    looks = "one => [one, one.closest('.text_html')].map((part) => getComputedStyle(part).backgroundColor)"
    assert picture.evaluate(looks) == 2 * ["rgba(0, 0, 0, 0)"]
    assert picture.evaluate("one => getComputedStyle(one).colorScheme") == "dark"
    frame = phone.locator("iframe.widget").first
    frame.scroll_into_view_if_needed()
    inside = frame.content_frame
    inside.locator(".bp-say").wait_for()
    slider = inside.locator("input[type=range]:visible").first
    before = inside.locator("main").inner_html()
    slider.focus()
    slider.press("ArrowRight")
    assert inside.locator("main").inner_html() != before
    assert frame.evaluate("one => one.clientHeight") >= inside.locator("main").evaluate("one => one.offsetHeight")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert lost == []


@pytest.mark.browser
def test_no_page_is_wider_than_a_phone(pages: Path, phone: Any) -> None:
    wide = {}
    for page in sorted(pages.glob("*.html")):
        phone.goto(page.as_uri())
        wide[page.name] = phone.evaluate("document.documentElement.scrollWidth")
    assert wide
    assert {name: width for name, width in wide.items() if width > 390} == {}
