"""The widgets' pages that stand alone, opened from disk with the network off: nothing in them does nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barprop.__main__ import main
from barprop.widgets.examples import picture_pad
from barprop.widgets.standalone import page_of_state
from tests.browser.lab_page import said

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("pages")
    assert main(["widgets", "--html", str(base)]) == 0
    pad = picture_pad()
    state = {name: getattr(pad, name) for name in pad.traits(sync=True)}
    photos = {name: {"base64": base64.b64encode(state[name]).decode("ascii")} for name in ("photo", "shown")}
    text = page_of_state(state | photos | {"_esm": str(pad._esm)}, "saved")
    (base / "saved.html").write_text(text, encoding="utf-8")
    return base


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context(offline=True, viewport={"width": 353, "height": 800})
    yield context.new_page()
    context.close()


def test_every_page_opens_and_its_sliders_change_what_is_said(folder: Path, tab: Any) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    for path in sorted(folder.glob("*.html")):
        tab.goto(path.as_uri())
        tab.locator(".bp-say").wait_for()
        assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), path.name
        for slider in tab.locator(".bp-range:enabled").filter(visible=True).all()[:1]:
            slider.focus()
            tab.keyboard.press("End")
            before = said(tab)
            tab.keyboard.press("Home")
            assert said(tab) != before, path.name
    assert errors == []


def test_a_photo_is_attacked_without_a_kernel(folder: Path, tab: Any) -> None:
    tab.goto((folder / "PicturePad.html").as_uri())
    tab.get_by_label("steps, slider").focus()
    tab.keyboard.press("Home")
    tab.locator("[role=status]").get_by_text("After 0 steps towards blue (the attack), the network sees red").wait_for()
    tab.keyboard.press("End")
    tab.locator("[role=status]").get_by_text(
        "After 6 steps towards blue (the attack), the network sees blue"
    ).wait_for()
    tab.get_by_label("change", exact=True).select_option("shuffled")
    tab.locator("[role=status]").get_by_text("numbers shuffled), the network sees red").wait_for()
    tab.get_by_label("wanted class").fill("gibbon")
    tab.keyboard.press("Tab")
    assert "There is no class called gibbon in this page." in said(tab)


def test_a_saved_pad_without_answers_is_switched_off_and_says_why(folder: Path, tab: Any) -> None:
    tab.goto((folder / "saved.html").as_uri())
    assert "No kernel runs behind this page" in tab.locator(".bp-task").inner_text()
    assert tab.locator("input:enabled, select:enabled, button:enabled").count() == 0
