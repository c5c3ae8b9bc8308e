"""python -m tests.browser.pictures: take the pictures of docs/widgets, in both themes, from the pages that stand alone.

With --sheet FILE it writes a page that shows them all, and below them every static picture of the course.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import tempfile
from pathlib import Path
from typing import Any

from autograder.course.layout import ROOT
from barprop.__main__ import main as barprop
from tests.barprop.pictures.samples import PICTURES, picture
from tests.conftest import CHROMIUM_FLAGS

TARGET = ROOT / "docs" / "widgets"
NAMES = ("GraphStepper", "CacheLedger", "NudgeTest", "Descent", "SplitBars", "ContractCard", "DigitPad", "PerturbPad",
         "TapeView", "PicturePad")  # fmt: skip


def prepare(name: str, page: Any) -> None:
    """Bring a widget to a moment that shows what it is for."""
    for _ in range({"GraphStepper": 5, "Descent": 5}.get(name, 0)):
        page.get_by_role("button", name="Step").click()
    if name == "CacheLedger":
        page.get_by_label("depth", exact=True).fill("30")
        page.get_by_label("store every k-th h, k", exact=True).fill("6")
    if name == "NudgeTest":
        page.get_by_label("size of the nudge", exact=True).fill("0.6")
    if name == "ContractCard":
        for box in page.locator(".bp-card:visible").get_by_role("checkbox").all()[:2]:
            box.check()
        page.locator(".bp-card:visible .bp-group").nth(2).get_by_role("checkbox").nth(0).check()
        page.get_by_role("button", name="Run").click()
    if name == "DigitPad":
        page.get_by_role("button", name="A digit from the data").click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)


def sheet() -> str:
    """Return a page with every widget and every picture, light beside dark."""
    rows = []
    for name in NAMES:
        shots = [
            base64.b64encode((TARGET / f"{name}-{theme}.png").read_bytes()).decode() for theme in ("light", "dark")
        ]
        rows.append((name, *(f'<img width="640" alt="{name}" src="data:image/png;base64,{shot}">' for shot in shots)))
    for name in PICTURES:
        shown = picture(name)._repr_mimebundle_()[0]["text/html"]
        rows.append((name, shown, shown.replace("<img ", '<img style="color-scheme:dark" ', 1)))
    cells = "".join(f"<h2>{name}</h2><div>{light}</div><div class=dark>{dark}</div>" for name, light, dark in rows)
    style = (
        "body{display:grid;grid-template-columns:repeat(2,660px);gap:4px;font-family:sans-serif;background:#fff}"
        "h2{grid-column:span 2;font-size:16px;margin:16px 0 0}div{padding:8px}.dark{background:#111}"
    )
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title><style>{style}</style>{cells}'


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="Take the pictures of docs/widgets.")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="also write a page of all widgets and pictures")
    options = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        barprop(["widgets", "--html", folder])
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        for theme in ("light", "dark"):
            context = browser.new_context(viewport={"width": 720, "height": 900}, color_scheme=theme, offline=True)
            page = context.new_page()
            for name in NAMES:
                page.goto(Path(folder, f"{name}.html").as_uri())
                page.locator(".bp-say").wait_for()
                prepare(name, page)
                page.wait_for_timeout(300)
                page.locator("section.bp").screenshot(path=TARGET / f"{name}-{theme}.png")
            context.close()
        browser.close()
    if options.sheet:
        options.sheet.write_text(sheet(), encoding="utf-8")
        print(options.sheet)


if __name__ == "__main__":
    main()
