"""python -m tests.browser.pictures: take the pictures of docs/widgets, in both themes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.conftest import CHROMIUM_FLAGS, ROOT, running_lab
from tests.browser.gallery import PICTURED
from tests.browser.lab_page import LabPage

TARGET = ROOT / "docs" / "widgets"


def prepare(name: str, widget: Any) -> None:
    """Bring a widget to a moment that shows what it is for."""
    steps = {"GraphStepper": 19, "Descent": 5, "TapeView": 5}.get(name, 0)
    for _ in range(steps):
        widget.get_by_role("button", name="Step").click()
    if name == "ContractCard":
        for box in widget.locator(".bp-card:visible").get_by_role("checkbox").all()[:4]:
            box.check()
        widget.locator(".bp-card:visible .bp-group").nth(2).get_by_role("checkbox").nth(0).check()


def main() -> None:
    from playwright.sync_api import sync_playwright

    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        lab.write("pictures.ipynb", list(PICTURED.values()))
        page = LabPage(browser, lab, width=1000, height=1100).open("pictures.ipynb").run_all()
        for index, name in enumerate(PICTURED):
            prepare(name, page.widget(index))
        for theme in ("light", "dark"):
            page.theme(theme == "dark")
            for index, name in enumerate(PICTURED):
                widget = page.widget(index)
                widget.evaluate("section => { section.style.width = '700px'; document.activeElement.blur(); }")
                page.page.wait_for_timeout(400)
                widget.screenshot(path=TARGET / f"{name}-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main()
