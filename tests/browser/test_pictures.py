"""The static pictures in a real JupyterLab: the theme, the words, the size of letters, and an untrusted notebook."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from autograder.course.layout import ROOT
from barprop.pictures.style import LETTERS, WIDE
from tests.browser import probes
from tests.browser.lab_page import LabPage
from tests.depth import PATHS

SOURCE = "from barprop.pictures import neuron\nneuron.graph()"
PICTURE = "img.barprop-picture"
ALT = "The graph of one neuron."


@pytest.fixture(scope="module")
def drawn(browser: Any, lab: Any) -> Path:
    """A notebook with a picture, run and saved."""
    path = lab.write("pictures.ipynb", [SOURCE])
    LabPage(browser, lab).open("pictures.ipynb").run_all().save().close()
    return path


def corner(picture: Any) -> int:
    """Return how light the upper left corner of what is seen is, 0 to 255; nothing is drawn there."""
    with Image.open(io.BytesIO(picture.screenshot())) as seen:
        return int(seen.convert("L").getpixel((3, 3)))


def darkest_and_lightest(picture: Any) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture.screenshot())) as seen:
        low, high = seen.convert("L").getextrema()
    return int(low), int(high)


def test_it_follows_the_theme_of_jupyterlab_not_of_the_system(drawn: Path, browser: Any, lab: Any, axe: str) -> None:
    page = LabPage(browser, lab).open(drawn.name).run_all()
    picture = page.page.locator(PICTURE)
    for system in ("light", "dark"):
        page.page.emulate_media(color_scheme=system)
        for dark in (False, True):
            page.theme(dark)
            picture.wait_for()
            page.page.evaluate(probes.FRAME)
            low, high = darkest_and_lightest(picture)
            assert (corner(picture) < 60) == dark, f"system {system}"
            assert low < 80
            assert high > 200  # letters against their ground
    assert picture.get_attribute("alt").startswith(ALT)
    page.page.evaluate(axe)
    assert picture.evaluate("image => axe.run(image).then(result => result.violations.map(one => one.id))") == []
    assert page.strangers == []
    page.close()


def test_letters_are_nine_pixels_in_a_window_of_800(drawn: Path, browser: Any, lab: Any) -> None:
    """With JupyterLab's file browser open, as `make lab` opens it."""
    page = LabPage(browser, lab, width=800, height=900)
    page.page.goto(f"{lab.url}/lab/tree/{drawn.name}?token={lab.token}&reset")
    picture = page.page.locator(PICTURE)
    picture.wait_for(timeout=60_000)
    assert page.page.locator("#filebrowser").is_visible()
    width = picture.bounding_box()["width"]
    print(f"a picture is {width:.0f} pixels wide, its letters {LETTERS / 72 * width / WIDE:.1f}")
    assert LETTERS / 72 * width / WIDE >= 9
    page.close()


def test_an_untrusted_notebook_shows_the_png(drawn: Path, browser: Any, lab: Any) -> None:
    """JupyterLab takes the style sheet away from what it does not trust; the picture and its words stay."""
    notebook = json.loads(drawn.read_text(encoding="utf-8"))
    notebook["metadata"]["from"] = "elsewhere"
    (lab.folder / "untrusted.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    page = LabPage(browser, lab).open("untrusted.ipynb")
    picture = page.page.locator(f"img[alt^='{ALT}']")
    picture.wait_for()
    assert page.page.locator(".jp-OutputArea style").count() == 0
    assert picture.evaluate("image => image.naturalWidth") > 800
    assert corner(picture) > 200
    page.close()


@pytest.mark.parametrize(("theme", "dark"), [("light", False), ("dark", True)])
def test_exports_follow_their_theme(drawn: Path, browser: Any, tmp_path: Path, theme: str, dark: bool) -> None:
    env = {**os.environ, "PYTHONPATH": PATHS, "JUPYTER_CONFIG_PATH": str(ROOT / "barprop" / "jupyter")}
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", f"--theme={theme}", "--output-dir"]
    done = subprocess.run([*command, str(tmp_path), str(drawn)], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    page = browser.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / "pictures.html").as_uri(), wait_until="domcontentloaded")
    picture = page.locator(PICTURE)
    picture.wait_for()
    assert picture.get_attribute("alt").startswith(ALT)
    assert (corner(picture) < 60) == dark
    # a page that carries no mark of a theme, dark by its own means: readable, whether it declares its scheme or not
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.body.removeAttribute('data-jp-theme-light')")
    page.add_style_tag(content="html, body, body * {background-color: #0d1117 !important}")
    for scheme in ("light dark", "normal"):
        page.evaluate("scheme => { document.documentElement.style.colorScheme = scheme; }", scheme)
        page.evaluate(probes.FRAME)
        low, high = darkest_and_lightest(picture)
        assert low < 80
        assert high > 200
        assert corner(picture) < 60
    page.close()
