"""Run the pure functions of a widget's module outside a notebook: in node, or in Chromium where node is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from barprop.widgets.base import bundled
from tests import needs

_RUNNER = """
import {{ readFileSync }} from "node:fs";
import * as widget from "./widget.mjs";
const f = {function};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((one) => f(widget, one))));
"""


def run_js(widget: str, function: str, cases: list[Any]) -> list[Any]:
    """Map a JavaScript function (module, case) -> data over the cases.

    Parameters
    ----------
    widget : the name of its bundle, without .js.
    function : JavaScript source of an arrow function.
    cases : plain data.
    """
    source = bundled(f"{widget}.js")
    if node := shutil.which("node"):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "widget.mjs").write_text(source, encoding="utf-8")
            Path(folder, "run.mjs").write_text(_RUNNER.format(function=function), encoding="utf-8")
            done = subprocess.run(
                [node, "run.mjs"], input=json.dumps(cases), cwd=folder, capture_output=True, text=True, timeout=120
            )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return _in_chromium(source, function, cases)


def _in_chromium(source: str, function: str, cases: list[Any]) -> list[Any]:
    chromium = shutil.which("chromium") or needs.missing("node")
    sync_api = needs.package("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        result = page.evaluate(
            f"""async ([source, cases]) => {{
                const address = URL.createObjectURL(new Blob([source], {{type: "text/javascript"}}));
                const widget = await import(address);
                return JSON.parse(JSON.stringify(cases.map((one) => ({function})(widget, one))));
            }}""",
            [source, cases],
        )
        browser.close()
    return result
